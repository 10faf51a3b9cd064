"""Generated people as a table of a database, and what the reader of tables says of them."""

from __future__ import annotations

import math
from typing import Any

import ibis
import numpy as np
import polars as pl

from agreement.generators import ABSENT, NOTHING, People, readings_of
from rvn.plan.columns import EPOCH, Column, OutputColumns
from rvn.plan.nodes import Field
from rvn.plan.plan import Plan
from rvn.plan.relation import Answers, Outputs, Relation, Steps
from rvn.plan.relation.engines import Engine
from rvn.plan.status import ORDER

LARGEST = 1e15  # no door lets a larger answer in


def within_reach(plan: Plan, found: People) -> People:
    """Return the same people with no number larger than an answer can be."""
    columns, readings = {}, [dict[str, Any]() for _ in found.readings]
    for name, column in found.columns.items():
        parts = [column.values, column.low, column.high]
        if plan.fields[name].kind in ("number", "count"):
            values, low, high = (None if part is None else np.clip(part, -LARGEST, LARGEST) for part in parts)
            column = Column(values, column.reasons, low, high, column.status)
        columns[name] = column
        for row, reading in zip(readings, readings_of(plan.fields[name], column), strict=True):
            if reading is not None:
                row[name] = reading
    return People(columns, readings)


def _cells(field: Field, column: Column) -> dict[str, pl.Series]:
    """Return the columns of a table that hold what was recorded for a field."""
    values = np.asarray(column.values, float)
    if field.kind == "choice":
        values = np.where(values >= ABSENT, math.nan, values)
    places = [None if value != value else value for value in values.tolist()]
    is_code = field.kind in ("choice", "level")
    if field.kind == "date":
        days = [None if value is None else int(value) - EPOCH for value in places]
        cells = {"": pl.Series(days, dtype=pl.Int32).cast(pl.Date)}
    else:
        cells = {"": pl.Series(places, dtype=pl.Float64).cast(pl.Int32 if is_code else pl.Float64)}
    codes = column.values if field.kind == "choice" else column.reasons
    if codes is not None and not field.is_component:
        named = [field.reasons[c - ABSENT] if ABSENT <= c < NOTHING else None for c in codes.tolist()]
        cells["_reason"] = pl.Series(named, dtype=pl.String)
    if column.status is not None:
        named = [None if c == NOTHING else str(ORDER[c]) for c in column.status.tolist()]
        cells["_status"] = pl.Series(named, dtype=pl.String)
        for end, part in (("_low", column.low), ("_high", column.high)):
            assert part is not None
            known = [value if math.isfinite(value) else None for value in part.tolist()]
            cells[end] = pl.Series(known, dtype=pl.Float64).cast(cells[""].dtype)
    return cells


def table_of(plan: Plan, found: People) -> pl.DataFrame:
    """Return people as a frame: their answers as codes and numbers."""
    columns = {"row": pl.Series(range(len(found.readings)), dtype=pl.Int32)}
    for name, column in found.columns.items():
        columns |= {name + ending: cells for ending, cells in _cells(plan.fields[name], column).items()}
    return pl.DataFrame(columns)


def relation_of(plan: Plan, table: ibis.Table) -> ibis.Table:
    """Return what a plan says of a table as an expression: the parts of each output, and who contradicts."""
    steps = Steps(dict(table.schema().items()))
    answers = {}
    for name in plan.fields:
        if name in table.columns:
            ends = (steps[name + end] if name + end in table.columns else None for end in ENDINGS)
            answers[name] = Answers(steps[name], *ends)
    on = Relation(plan, steps, answers)
    outputs = Outputs(on, on if plan.full is None else Relation(plan.full, steps, answers), None)
    wanted = {}
    for name in plan.results:
        wanted |= {f"{name}.{part}": value for part, value in outputs[name]._asdict().items()}
    for kind, conditions in (("contradicts", outputs.contradictions()), ("ignored", outputs.ignored())):
        wanted |= {f"{kind}.{name}": ibis.cases((condition, 1), else_=0) for name, condition in conditions}
    return steps.applied(table, wanted, ["row"], Engine.of(table)).order_by("row")


ENDINGS = ("_reason", "_low", "_high", "_status")


def outputs_in(plan: Plan, scored: pl.DataFrame) -> dict[str, OutputColumns]:
    """Return the outputs of a scored table; an end that is open or not to be had is NaN."""

    def floats(name: str) -> Any:
        column = scored[name].cast(pl.Float64)
        assert not column.is_nan().any(), f"{name} holds what is no number"
        return column.fill_null(math.nan).to_numpy()

    return {name: OutputColumns(*(floats(f"{name}.{part}") for part in OutputColumns._fields)) for name in plan.results}
