"""What runs on the workers of Spark: rows as Arrow tables become scored rows, or the problems among them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow as pa

from rvn import errors
from rvn.batch import PROBLEMS
from rvn.batch.chunk import as_problems
from rvn.errors import Diagnostic, RvnError
from rvn.scoring.files.scorer import Scorer

ROW = "__rvn_row"  # a column with the number of a row
MARK = "rvn's own problem "

Batches = Iterable[pa.RecordBatch]
Work = Callable[[Batches], Iterator[pa.RecordBatch]]


def counting(work: Work, counted: Any) -> Work:
    """Return the same work, which adds the rows that it is given to an accumulator of Spark, if there is one."""
    if counted is None:
        return work

    def noticed(batches: Batches) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            counted.add(batch.num_rows)
            yield batch

    return lambda batches: work(noticed(batches))


def scored_schema(scorer: Scorer, schema: pa.Schema) -> pa.Schema:
    """Return the columns that come out for those that go in, in types that Spark has."""
    return pa.schema([field.with_type(_plain(field.type)) for field in scorer(schema.empty_table()).table.schema])


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    return pa.string() if pa.types.is_large_string(kind) else kind


def scoring(scorer: Scorer, schema: pa.Schema) -> Work:
    """Return the function that gives rows with their outputs."""

    def scored(batches: Batches) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from _told(lambda table: scorer(table).table.cast(schema), batch).to_batches()

    return scored


def found_schema() -> pa.Schema:
    """Return the columns of problems, with the row that the rows themselves say."""
    return pa.schema([field.with_name(ROW) if field.name == "row" else field for field in PROBLEMS])


def finding(scorer: Scorer) -> Work:
    """Return the function that gives the problems of rows which say where they stand."""

    def found(table: pa.Table) -> pa.Table:
        problems = as_problems(scorer(table.drop_columns([ROW])).problems)
        places = problems["row"]
        named = scorer.names.id_column
        if named is not None:
            problems = problems.set_column(1, "id", table[named].take(places).cast(pa.string()))
        return problems.set_column(0, ROW, table[ROW].take(places)).cast(found_schema())

    def problems_of(batches: Batches) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from _told(found, batch).to_batches()

    return problems_of


def _told(function: Callable[[pa.Table], pa.Table], batch: pa.RecordBatch) -> pa.Table:
    """Return what a function makes of rows; what rvn raises travels in words that `raised` reads."""
    try:
        return function(pa.Table.from_batches([batch]))
    except RvnError as error:
        said = [[one.code, one.message, one.hint, one.severity] for one in error.diagnostics]
        raise RuntimeError(MARK + json.dumps([type(error).__name__, said])) from None


def raised(error: Exception) -> RvnError | None:
    """Return what rvn raised on a worker, if that is why Spark failed."""
    _, mark, rest = str(error).partition(MARK)
    if not mark:
        return None
    name, said = json.JSONDecoder().raw_decode(rest)[0]
    kind: Any = getattr(errors, name)
    found: RvnError = kind([Diagnostic(code, message, None, hint, severity) for code, message, hint, severity in said])
    return found
