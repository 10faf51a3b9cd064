"""CSV as a source: read in blocks of whole lines, all of it text, and nothing in it guessed.

An empty cell is absent. A line with too many or too few cells becomes a problem and the others are read; where quotes,
line ends or the encoding leave open which cell is which, the file is refused with the line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from rvn import messages
from rvn.batch.chunk import PROBLEMS, Chunk, Pending, problem_rows
from rvn.batch.columns import called_alike
from rvn.batch.identity import identified
from rvn.batch.parquet_source import not_readable
from rvn.errors import BatchError, FrameError

BLOCK = 2**23  # bytes read at once
FIRST = 2**20  # bytes in which the first line ends
LONGEST = 2**27  # bytes; a line that is longer has lost a quote
MARK = b"\xef\xbb\xbf"

_OTHER_SIGNS = {";": "';'", "\t": "tab", "|": "'|'", ",": "','"}
_LOOK = "look for a separator too many or too few, and for a lost quote"


class _Block(NamedTuple):
    """Whole lines, and the number of the first of them, counted from 1."""

    content: bytes
    line: int


class CsvSource:
    """Rows of a CSV file, every column as text.

    Parameters
    ----------
    path
        The file, UTF-8, with the names of the columns in its first line.
    separator
        What stands between cells.

    Raises
    ------
    FrameError
        When the first line holds no names, or the same one twice.
    """

    ids_are_unique = False
    rows: int | None = None

    def __init__(self, path: Path, separator: str = ",") -> None:
        self.path = path
        self.separator = separator
        try:
            self.identity: Mapping[str, Any] = identified(path, [path])
            with path.open("rb") as file:
                start = file.read(FIRST)
        except OSError as error:
            raise FrameError(not_readable(path, error)) from None
        self._start = len(MARK) if start.startswith(MARK) else 0
        end = _last_end(start[self._start :], first=True)
        line = start[self._start : self._start + end] if end else start[self._start :]
        self._start += len(line)
        self.names = self._names(line)
        self.schema = pa.schema([(name, pa.string()) for name in self.names])

    def chunks(self, skip: int) -> Iterator[Pending]:
        """Yield the blocks of the file."""
        total = max(1, int(self.identity["bytes"]))
        read = self._start
        for number, block in enumerate(self._blocks()):
            read += len(block.content)
            if number >= skip:
                yield Pending(partial(self._chunk, block, is_first=number == 0), min(1.0, read / total))

    def is_unchanged(self) -> bool:
        """Return whether the file is what it was."""
        return self.identity == identified(self.path, [self.path])

    def _names(self, line: bytes) -> list[str]:
        try:
            rows = list(csv.reader([line.decode()], delimiter=self.separator, strict=True))
        except UnicodeDecodeError:
            raise self._refused("it is not UTF-8 text", "save it as UTF-8") from None
        except csv.Error:
            raise self._refused("line 1: a quote is lost", "look at the quotes there") from None
        names = rows[0] if rows else []
        if not names:
            raise self._refused("its first line holds no names of columns", "put the names of the items there")
        if len(names) == 1 and (sign := next((sign for sign in _OTHER_SIGNS if sign in names[0]), None)):
            why = "between its columns stands another sign than the one looked for"
            raise self._refused(why, f"add `--separator {_OTHER_SIGNS[sign]}`")
        problems = list(called_alike(self.path, names))
        if problems:
            raise FrameError(problems)
        return names

    def _blocks(self) -> Iterator[_Block]:
        """Yield blocks that end where a line ends; empty lines at the end of the file are no lines."""
        line = 2
        rest = b""
        try:
            with self.path.open("rb") as file:
                file.seek(self._start)
                left = int(self.identity["bytes"]) - self._start  # what is written behind it meanwhile is not read
                while read := file.read(min(BLOCK, left)):
                    left -= len(read)
                    rest += read
                    end = _last_end(rest)
                    if end and len(self.names) > 1:
                        end = len(rest[:end].rstrip(b"\r\n"))  # empty lines wait for what follows them
                        end += 2 if rest[end : end + 2] == b"\r\n" else 1
                    if end > 1 or (end and len(self.names) == 1):
                        yield _Block(rest[:end], line)
                        line += rest.count(b"\n", 0, end)
                        rest = rest[end:]
                    elif len(rest) > LONGEST:
                        raise self._refused(
                            f"line {line}: a quote is opened and not closed", "look at the quotes there"
                        )
        except OSError as error:
            raise BatchError(not_readable(self.path, error)) from None
        if rest.strip(b"\r\n") or (rest and len(self.names) == 1):
            yield _Block(rest, line)

    def _chunk(self, block: _Block, *, is_first: bool) -> Chunk:
        content = block.content
        quoted = b'"' in content
        quotes = _where(content, b'"') if quoted else np.empty(0, np.int64)
        if quoted:
            self._check_quotes(block, quotes)
        if content.count(b"\r") != content.count(b"\r\n"):
            self._check_returns(block, quotes)
        invalid: list[Any] = []

        def left_out(row: Any) -> str:
            invalid.append(row)
            return "skip"

        names, text = self.names, pa.string()
        try:
            table = pa.csv.read_csv(
                BytesIO(content),
                pa.csv.ReadOptions(column_names=names, use_threads=False, block_size=len(content) + 1),
                pa.csv.ParseOptions(
                    delimiter=self.separator,
                    newlines_in_values=quoted,
                    ignore_empty_lines=False,
                    invalid_row_handler=left_out,
                ),
                pa.csv.ConvertOptions(
                    column_types=dict.fromkeys(names, text),
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=True,
                ),
            )
        except pa.ArrowInvalid:
            raise self._undecoded(block) from None
        rows = len(table) + len(invalid)
        lost = [(row.number - 1, row.actual_columns, row.text) for row in invalid]
        empty = _empty_lines(content, quotes) if len(names) > 1 else np.empty(0, np.int64)
        lost += [(int(number), 0, "") for number in empty]
        if not lost:
            return Chunk(table, rows, rows)
        if is_first and len(lost) == rows:
            why = f"none of its lines has {len(names)} cells, as the first line has"
            raise self._refused(why, _LOOK)
        places = np.delete(np.arange(rows), [row.number - 1 for row in invalid])
        table = table.filter(pa.array(~np.isin(places, empty)))
        return Chunk(table, rows, len(table), np.setdiff1d(places, empty), self._lost(lost))

    def _lost(self, lost: list[tuple[int, int, str]]) -> pa.Table:
        found = []
        for row, cells, text in lost:
            problem = messages.ROW_CELLS.at(found=cells, expected=len(self.names))
            found.append(problem_rows([row], problem, value=text, not_scored=True))
        return pa.concat_tables(found) if found else PROBLEMS.empty_table()

    def _check_quotes(self, block: _Block, quotes: npt.NDArray[np.int64]) -> None:
        """Refuse quotes that neither open nor close a cell.

        Before one that opens a cell and behind one that closes it stand a separator, the end of a line, or the other
        half of a doubled quote.
        """
        content = np.frombuffer(block.content, np.uint8)
        bounds = np.zeros(256, np.bool_)
        bounds[[10, 13, ord(self.separator), 34]] = True
        opening, closing = quotes[0::2], quotes[1::2]
        before = bounds[content[opening - 1]] | (opening == 0)
        behind = bounds[content[np.minimum(closing + 1, len(content) - 1)]] | (closing == len(content) - 1)
        wrong = np.concatenate([opening[~before], closing[~behind], quotes[-1:] if len(quotes) % 2 else quotes[:0]])
        if len(wrong):
            line = block.line + block.content.count(b"\n", 0, int(wrong.min()))
            raise self._refused(f"line {line}: a quote stands inside a cell, or is lost", "look at the quotes there")

    def _check_returns(self, block: _Block, quotes: npt.NDArray[np.int64]) -> None:
        """Refuse carriage returns that stand alone outside of quotes; to some programs they end a line."""
        content = np.frombuffer(block.content + b"\n", np.uint8)
        returns = np.flatnonzero(content == 13)
        alone = returns[(content[returns + 1] != 10) & (np.searchsorted(quotes, returns) % 2 == 0)]
        if len(alone):
            line = block.line + block.content.count(b"\n", 0, int(alone[0]))
            why = f"line {line}: a carriage return stands there without a line feed"
            raise self._refused(why, "save it with the line ends of one system")

    def _undecoded(self, block: _Block) -> FrameError:
        try:
            block.content.decode()
        except UnicodeDecodeError as error:
            line = block.line + block.content.count(b"\n", 0, error.start)
            return self._refused(f"line {line}: it is not UTF-8 text", "save it as UTF-8")
        return self._refused(f"it cannot be understood behind line {block.line}", _LOOK)

    def _refused(self, why: str, remedy: str) -> FrameError:
        return FrameError(messages.NOT_READABLE.at(file=self.path, why=why, remedy=remedy))


def _where(content: bytes, sign: bytes) -> npt.NDArray[np.int64]:
    return np.flatnonzero(np.frombuffer(content, np.uint8) == sign[0])


def _ends(content: bytes, quotes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return where lines end: at line feeds that do not stand in quotes."""
    feeds = _where(content, b"\n")
    return feeds[np.searchsorted(quotes, feeds) % 2 == 0] if len(quotes) else feeds


def _last_end(content: bytes, *, first: bool = False) -> int:
    """Return how many bytes the whole lines have, or the first of them; 0 where there is none."""
    if b'"' not in content:
        return (content.find(b"\n") if first else content.rfind(b"\n")) + 1
    ends = _ends(content, _where(content, b'"'))
    return int(ends[0 if first else -1]) + 1 if len(ends) else 0


def _empty_lines(content: bytes, quotes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the numbers of the lines in which nothing stands."""
    if b"\n\n" not in content and b"\n\r\n" not in content and content[:1] not in (b"\n", b"\r"):
        return np.empty(0, np.int64)
    ends = _ends(content, quotes)
    starts = np.concatenate([[0], ends[:-1] + 1])
    signs = np.frombuffer(content, np.uint8)
    lengths = ends - starts
    return np.flatnonzero((lengths == 0) | ((lengths == 1) & (signs[starts] == 13)))
