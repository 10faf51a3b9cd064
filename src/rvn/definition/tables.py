"""Tables beside a definition: CSV files of coefficients, codes and norms, with the line of every row."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from rvn import messages
from rvn.definition.problems import Broken
from rvn.definition.source import Path_, Source
from rvn.errors import Place

MAX_BYTES = 5_000_000


class Row(NamedTuple):
    """One row: where it stands, and its cells by column."""

    file: str
    line: int
    cells: dict[str, str]

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.file, self.line)


class Table(NamedTuple):
    """The rows of a CSV file."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


class Cells:
    """Reads the cells of a table; every mistake is told before the table is given up.

    Use it as a context: it raises `Broken` at the end if anything was wrong.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.wrong = False

    def __enter__(self) -> Cells:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if self.wrong and error is None:
            raise Broken

    def problem(self, row: Row, what: str, remedy: str) -> None:
        """Tell what is wrong with a row."""
        self.wrong = True
        self.source.problems.append(messages.TABLE_CELL.at(row.place, what=what, remedy=remedy))

    def number(self, row: Row, column: str, *, needed: bool = False, whole: bool = False) -> float | None:
        """Return a number, None where the cell is empty or wrong."""
        text = row.cells[column]
        if not text:
            if needed:
                self.problem(row, f"the column '{column}' is empty", "write the number, or leave the row out")
            return None
        value = as_number(text)
        if value is None or (whole and not value.is_integer()):
            kind = "a whole number" if whole else "a number"
            self.problem(row, f"'{text}' in the column '{column}' is not {kind}", "write it like 0.25 or -3")
            return None
        return value

    def unique(self, table: Table, *columns: str, numeric: Iterable[str] = ()) -> dict[tuple[str, ...], Row]:
        """Return the rows by the content of some columns; a second row for one is a mistake."""
        found: dict[tuple[str, ...], Row] = {}
        content = [
            [_same(row.cells[name]) if name in numeric else row.cells[name] for row in table.rows] for name in columns
        ]
        for row, key in zip(table.rows, zip(*content, strict=True), strict=True):
            if key in found:
                self.wrong = True
                twice = messages.TABLE_ROW_TWICE.at(row.place, key=" ".join(key), line=found[key].line)
                self.source.problems.append(twice)
            else:
                found[key] = row
        return found


def as_number(text: str) -> float | None:
    """Return a finite number, or None where the text is not one."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _same(text: str) -> str:
    """Return a number in one way of writing it, so that 1 and 1.0 are the same."""
    number = as_number(text)
    return text if number is None else f"{number:.15g}"


def read_table(source: Source, name: str, path: Path_, columns: Iterable[str]) -> Table:
    """Return the table called `name` beside a definition, which must have some columns.

    Raises
    ------
    Broken
        After adding to `source.problems` why it cannot be used.
    """
    origin = source.place(path).file
    file = Path(origin).parent / name
    if not file.is_file() or file.stat().st_size > MAX_BYTES:
        source.problems.append(messages.NO_TABLE.at(source.place(path), name=name, path=file))
        raise Broken
    table = source.read_before.get(file)
    if table is None:
        table = source.read_before[file] = _parsed(source, file, f"{Path(origin).name}: {name}")
    lacking = [column for column in columns if column not in table.columns]
    for column in lacking:
        near = messages.near(column, table.columns)
        source.problems.append(messages.TABLE_COLUMN.at(Place(table.file), name=column, near=near))
    if lacking:
        raise Broken
    return table


def _parsed(source: Source, file: Path, called: str) -> Table:
    """Return the content of a CSV file, whose digest is kept by what it is called."""
    content, name = file.read_bytes(), str(file)
    source.tables[called] = hashlib.sha256(content).hexdigest()

    def broken(what: str, remedy: str, line: int = 1) -> Broken:
        source.problems.append(messages.TABLE_CELL.at(Place(name, line), what=what, remedy=remedy))
        return Broken()

    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise broken(f"the table cannot be read: {error}", "save it as CSV in UTF-8") from None
    header = tuple(cell.strip() for cell in lines[0]) if lines else ()
    for column in (column for column in header if header.count(column) > 1):
        raise broken(f"the column '{column}' stands twice", "keep one of them")
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cells):
            continue
        if len(cells) != len(header):
            raise broken(f"the row has {len(cells)} cells, the first line {len(header)}", "correct the row", number)
        rows.append(Row(name, number, dict(zip(header, map(str.strip, cells), strict=True))))
    if not rows:
        raise broken("the table has no rows", "add some")
    return Table(name, header, tuple(rows))
