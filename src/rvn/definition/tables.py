"""Tables beside a definition: CSV files of coefficients, codes and norms, with the line of every row."""

from __future__ import annotations

import csv
import hashlib
import io
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

    place: Place
    cells: dict[str, str]


class Table(NamedTuple):
    """The rows of a CSV file."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def number(self, row: Row, column: str, source: Source) -> float | None:
        """Return a number, None where the cell is empty; a cell that is no number is a problem."""
        text = row.cells[column]
        if not text:
            return None
        try:
            return float(text)
        except ValueError:
            what = f"'{text}' in the column '{column}' is not a number"
            source.problems.append(messages.TABLE_CELL.at(row.place, what=what, remedy="write it like 0.25 or -3"))
            raise Broken from None


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
    content = file.read_bytes()
    source.tables[name] = hashlib.sha256(content).hexdigest()
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        what = f"the table cannot be read: {error}"
        source.problems.append(messages.TABLE_CELL.at(Place(str(file)), what=what, remedy="save it as CSV in UTF-8"))
        raise Broken from None
    header = tuple(cell.strip() for cell in lines[0]) if lines else ()
    lacking = [column for column in columns if column not in header]
    for column in lacking:
        near = messages.near(column, header)
        source.problems.append(messages.TABLE_COLUMN.at(Place(str(file)), name=column, near=near))
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cells):
            continue
        if len(cells) != len(header):
            what = f"the row has {len(cells)} cells, the first line {len(header)}"
            source.problems.append(
                messages.TABLE_CELL.at(Place(str(file), number), what=what, remedy="correct the row")
            )
            raise Broken
        stripped = (cell.strip() for cell in cells)
        rows.append(Row(Place(str(file), number), dict(zip(header, stripped, strict=True))))
    if lacking or not rows:
        if not rows:
            source.problems.append(
                messages.TABLE_CELL.at(Place(str(file)), what="the table has no rows", remedy="add some")
            )
        raise Broken
    return Table(str(file), header, tuple(rows))


def unique(table: Table, source: Source, *columns: str) -> dict[tuple[str, ...], Row]:
    """Return the rows by the content of some columns; a second row for one is a problem."""
    found: dict[tuple[str, ...], Row] = {}
    for row in table.rows:
        key = tuple(row.cells[column] for column in columns)
        if key in found:
            line = found[key].place.line
            source.problems.append(messages.TABLE_ROW_TWICE.at(row.place, key=" ".join(key), line=line))
            raise Broken
        found[key] = row
    return found
