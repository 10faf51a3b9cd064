"""Frames in files: read as they stand, scored, and written whole or not at all.

In CSV everything is text. Cells of numbers and counts are read as numbers, the others stay as they are, and an
empty cell is an absent answer. What was read is written again unchanged, with the outputs behind it.
"""

from __future__ import annotations

import csv
import itertools
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rvn import messages
from rvn.cli import problems
from rvn.cli.answers import is_numeric, typed
from rvn.cli.problems import CommandError
from rvn.errors import FrameError
from rvn.scoring.instrument import Instrument

if TYPE_CHECKING:
    import pandas as pd

    from rvn.plan.nodes import Field

_OTHER_SIGNS = {";": "';'", "\t": "tab", "|": "'|'"}
CHUNK = 20_000  # rows held as lists before they go into columns


@dataclass(frozen=True)
class Batch:
    """A scored file: what is written, and what is said about it.

    Parameters
    ----------
    frame, found
        Scored rows and their problems.
    statuses
        How many rows have each status of the outcome, the most frequent first.
    errors, warnings
        How many problems of each severity there are.
    """

    frame: Any
    found: Any
    statuses: Mapping[str, int]
    errors: int
    warnings: int

    @property
    def rows(self) -> int:
        """The number of rows, all of which are in the file."""
        return sum(self.statuses.values())

    def first(self, count: int) -> list[tuple[int, str, str, str]]:
        """Return row, item, code and problem of the first problems; no cell."""
        import narwhals as nw

        shown = nw.from_native(self.found, eager_only=True).head(count)
        return list(shown.select("row", "item", "code", "problem").iter_rows())


@dataclass(frozen=True)
class Options:
    """How a frame is read and written: as for `score_frame`, and what stands between the cells of CSV."""

    on: date | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    separator: str = ","


def mapping(words: Iterable[str]) -> dict[str, str]:
    """Return which column holds which item, from item=column."""
    pairs = [word.partition("=") for word in words]
    if not all(item and column for item, _, column in pairs):
        raise CommandError(problems.BAD_COLUMN.at())
    return {item: column for item, _, column in pairs}


def separator_of(text: str | None) -> str:
    """Return what stands between the cells of CSV."""
    if text is None:
        return ","
    if text != "tab" and (len(text) != 1 or text in '"\r\n'):
        raise CommandError(problems.BAD_SEPARATOR.at())
    return "\t" if text == "tab" else text


def score_file(instrument: Instrument, path: Path, options: Options) -> Batch:
    """Return every row of a CSV or Parquet file with its outputs."""
    how: dict[str, Any] = {"on": options.on, "columns": options.columns, "prefix": options.prefix}
    if path.suffix.lower() == ".parquet":
        scored = instrument.score_frame(_flat(instrument, _read_parquet(path), options.columns), **how)
        frame, found = scored.frame, scored.problems
    else:
        import pandas as pd

        text = read_csv(path, options.separator)
        scored = instrument.score_frame(_numbers_read(instrument, text, options.columns), **how)
        frame = pd.concat([text, scored.frame.iloc[:, text.shape[1] :]], axis=1)
        found = _as_written(scored.problems, text, options.columns)
    statuses = _counts(scored.frame[f"{options.prefix}{instrument.definition.outcome}_status"])
    severities = _counts(found["severity"])
    return Batch(frame, found, statuses, severities.get("error", 0), severities.get("warning", 0))


def _counts(column: Any) -> dict[str, int]:
    return dict(Counter(map(str, column.to_pylist() if hasattr(column, "to_pylist") else column)).most_common())


# reading


def read_csv(path: Path, separator: str = ",") -> pd.DataFrame:
    """Return a CSV file as text, absent where a cell is empty.

    Raises
    ------
    CommandError
        When it is not UTF-8, or a row has more or fewer cells than the first line.
    """
    import pandas as pd

    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            columns = _cells(path, csv.reader(file, delimiter=separator, strict=True))
    except UnicodeDecodeError:
        raise _unreadable(path, "it is not UTF-8 text", "save it as UTF-8") from None
    made = {}
    for name in list(columns):
        column = pd.Series(columns.pop(name), dtype="str")
        made[name] = column.mask(column == "")
    return pd.DataFrame(made)


def _cells(path: Path, reader: Any) -> dict[str, list[str]]:
    """Return the cells of every column."""
    try:
        header = next(reader, None)
        if not header:
            raise _unreadable(path, "its first line holds no names of columns", "put the names of the items there")
        if len(header) == 1 and (sign := next((sign for sign in _OTHER_SIGNS if sign in header[0]), None)):
            why = "between its columns stands another sign than the one looked for"
            raise _unreadable(path, why, f"add `--separator {_OTHER_SIGNS[sign]}`")
        repeated = [name for name, count in Counter(header).items() if count > 1]
        if repeated:
            raise _unreadable(path, f"two columns are called '{repeated[0]}'", "rename or remove one of them")
        columns: dict[str, list[str]] = {name: [] for name in header}
        rows = _rows(path, reader, len(header))
        while chunk := list(itertools.islice(rows, CHUNK)):
            for name, cells in zip(header, zip(*chunk, strict=True), strict=True):
                columns[name].extend(cells)
    except csv.Error as error:
        raise _unreadable(path, f"line {reader.line_num}: {error}", "look at the quotes there") from None
    return columns


def _rows(path: Path, reader: Any, expected: int) -> Iterator[list[str]]:
    """Yield the rows; one that does not fit is refused, because nobody can say which cell is which."""
    empty = 0  # the first of the empty lines that are the end of the file, unless something follows
    for row in reader:
        if not row and expected > 1:
            empty = empty or reader.line_num
            continue
        cells = row or [""]
        if empty or len(cells) != expected:
            line, found = (empty, 0) if empty else (reader.line_num, len(cells))
            why = f"line {line} has {found} cells, the first line has {expected}"
            raise _unreadable(path, why, "look for a separator too many or too few, and for a lost quote")
        yield cells


def _read_parquet(path: Path) -> Any:
    pq = _pyarrow("parquet")
    import pyarrow

    try:
        return pq.read_table(path)
    except pyarrow.ArrowException:
        raise _unreadable(path, "it is not a Parquet file", "make it again, or use CSV") from None


def _flat(instrument: Instrument, table: Any, columns: Mapping[str, str]) -> Any:
    """Return a table after making sure that no answer in it is a list or a record."""
    nested = _pyarrow("types").is_nested
    names = [columns.get(name, name) for name in instrument.plan.fields]
    found = [name for name in names if name in table.column_names and nested(table.schema.field(name).type)]
    if found:
        what = "lists or records"
        raise FrameError([messages.COLUMN_TYPE.at(column=name, found=what, expected="answers") for name in found])
    return table


def _pyarrow(module: str) -> Any:
    import importlib

    try:
        return importlib.import_module(f"pyarrow.{module}")
    except ModuleNotFoundError:
        raise CommandError(problems.PARQUET.at()) from None


def _unreadable(path: Path, why: str, remedy: str) -> CommandError:
    return CommandError(problems.UNREADABLE.at(file=path, why=why, remedy=remedy))


# text as answers


def _numbers_read(instrument: Instrument, text: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return the frame with the columns of numbers and counts read as numbers."""
    read: dict[str, pd.Series[Any]] = {}
    for name, known in instrument.plan.fields.items():
        column = columns.get(name, name)
        ends = (column, f"{column}_low", f"{column}_high") if known.is_component else (column,)
        read |= {end: _numeric(known, text[end]) for end in ends if is_numeric(known) and end in text}
    return text.assign(**read)


def _numeric(field: Field, column: pd.Series[str]) -> pd.Series[Any]:
    import numpy as np
    import pandas as pd

    places, distinct = pd.factorize(column)
    values = [typed(field, str(value)) for value in distinct]
    if any(isinstance(value, str) for value in values):
        return pd.Series(np.array([*values, None], dtype=object)[places], index=column.index, dtype=object)
    return pd.Series(np.array([*values, np.nan], dtype=np.float64)[places], index=column.index)


def _as_written(found: pd.DataFrame, text: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return the table of problems with each cell as it stands in the file, not as the number it was read as."""
    written = found["value"].copy()
    for item, part in found[found["value"] != ""].groupby("item"):
        column = columns.get(str(item), str(item))
        if column in text:
            written.loc[part.index] = text[column].to_numpy()[part["row"]]
    return found.assign(value=written)


# writing


def check_output(out: Path | None, source: Path) -> Path:
    """Return where a frame goes, after making sure that it can and that it hides nothing."""
    if out is None:
        raise CommandError(problems.OUT_NEEDED.at())
    if out.suffix.lower() not in (".csv", ".parquet"):
        raise CommandError(problems.OUT_KIND.at(file=out))
    for made in (out, problems_file(out)):
        if made.exists() and made.samefile(source):
            raise CommandError(problems.OUT_IS_INPUT.at(file=source))
    if not out.parent.is_dir():
        raise CommandError(problems.CANNOT_WRITE.at(file=out, why=f"there is no folder '{out.parent}'"))
    if out.suffix.lower() == ".parquet":
        _pyarrow("parquet")
    return out


def problems_file(out: Path) -> Path:
    """Return where the problems of a frame go.

    >>> print(problems_file(Path("scored.csv")))
    scored.problems.csv
    """
    return out.with_name(f"{out.stem}.problems{out.suffix}")


def write(frames: Mapping[Path, Any], separator: str = ",") -> None:
    """Write frames under temporary names and rename them when all are complete."""
    waiting = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in frames}
    try:
        for path, frame in frames.items():
            _write(frame, waiting[path], path.suffix.lower(), separator)
        for path, part in waiting.items():
            part.replace(path)
    except OSError as error:
        out = next(iter(frames))
        raise CommandError(problems.CANNOT_WRITE.at(file=out, why=problems.reason(error))) from None
    finally:
        for part in waiting.values():
            part.unlink(missing_ok=True)


def _write(frame: Any, path: Path, kind: str, separator: str) -> None:
    import pandas as pd

    if kind == ".csv":
        if not isinstance(frame, pd.DataFrame):
            frame = frame.to_pandas(types_mapper=pd.ArrowDtype)
        frame.to_csv(path, index=False, sep=separator, lineterminator="\n", encoding="utf-8")
        return
    pq = _pyarrow("parquet")
    if isinstance(frame, pd.DataFrame):
        import pyarrow

        frame = pyarrow.Table.from_pandas(frame, preserve_index=False)
    pq.write_table(frame, path)
