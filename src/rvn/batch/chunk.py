"""What is read at once, what a transformation makes of it, and the table of problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rvn.batch.passed import RowGroup
from rvn.errors import Diagnostic

Rows = npt.NDArray[np.int64]

# Cells and rows that are held at once, for each thread: they bound the memory whatever the size of a file.
CELLS = 2**23
ROWS = 2**18

# The table of problems beside an output. `row` is counted from 0 in the input; where `not_scored` is true, the row
# does not stand in the output.
PROBLEMS = pa.schema(
    [
        ("row", pa.int64()),
        ("id", pa.string()),
        ("item", pa.string()),
        ("code", pa.string()),
        ("severity", pa.string()),
        ("problem", pa.string()),
        ("value", pa.string()),
        ("not_scored", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Chunk:
    """Some rows of the input, and those of them that no table can hold.

    Parameters
    ----------
    table
        What is transformed.
    rows
        How many rows of the input the chunk was made of.
    placed
        How many of them stand in `table`; where one row of the table is made of many, those that it was made of.
    places
        For every row of the table its row within the chunk, counted from 0; None where they are the same.
    lost
        Problems of the rows that do not stand in `table`, with `PROBLEMS` as schema.
    aside
        Rows that the user said are of no concern.
    group
        The row group of a Parquet file that holds just `table`, where there is one.
    """

    table: pa.Table
    rows: int
    placed: int
    places: Rows | None = None
    lost: pa.Table = field(default_factory=PROBLEMS.empty_table)
    aside: int = 0
    group: RowGroup | None = None


class Pending(NamedTuple):
    """A chunk that is still to be read, on any thread; `done` is the share of the input behind its end."""

    load: Callable[[], Chunk]
    done: float


class Source(Protocol):
    """Where rows come from. The chunks are the same each time the same input is read."""

    schema: pa.Schema
    identity: Mapping[str, Any]
    rows: int | None
    ids_are_unique: bool

    def chunks(self, skip: int) -> Iterator[Pending]:
        """Yield what is to be read, in order, without the first chunks."""

    def is_unchanged(self) -> bool:
        """Return whether the input is what it was at the start."""


@dataclass(frozen=True)
class Part:
    """What a transformation made of a table.

    Parameters
    ----------
    table
        One row for each that went in, in their order, but for those that `problems` marks as not scored.
    problems
        Columns of `PROBLEMS`; `row` is counted from 0 in the table that went in; `id` and `not_scored` may be left out.
    counts
        Added up over all parts, such as how many rows have each status.
    """

    table: pa.Table
    problems: pa.Table = field(default_factory=PROBLEMS.empty_table)
    counts: Mapping[str, int] = field(default_factory=dict)


Transform = Callable[[pa.Table], Part]


def rows_at_once(columns: int) -> int:
    """Return how many rows of so many columns are held at once.

    >>> rows_at_once(10), rows_at_once(60)
    (262144, 139264)
    """
    return min(ROWS, max(1, CELLS // max(columns, 1) // 4096 * 4096))


def problem_rows(
    rows: Sequence[int] | Rows, problem: Diagnostic, *, item: str = "", value: str = "", not_scored: bool = False
) -> pa.Table:
    """Return one problem for some rows, as a table of problems."""
    texts = {"item": item, "code": problem.code, "severity": problem.severity, "problem": problem.message}
    content = {name: [text] * len(rows) for name, text in (texts | {"value": value}).items()}
    content["not_scored"] = [not_scored] * len(rows)  # type: ignore[list-item]
    return as_problems(pa.table({"row": pa.array(rows, pa.int64())} | content))


def as_problems(table: pa.Table) -> pa.Table:
    """Return a table of problems with all its columns, in their order and types."""
    absent = {"id": pa.nulls(len(table), pa.string()), "not_scored": pa.array(np.zeros(len(table), np.bool_))}
    columns = [table[name] if name in table.column_names else absent[name] for name in PROBLEMS.names]
    return pa.table(columns, names=PROBLEMS.names).cast(PROBLEMS)
