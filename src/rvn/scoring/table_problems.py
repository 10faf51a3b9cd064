"""The cells of a table that cannot be used and the rows that contradict themselves, as a table of the same engine."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from rvn import messages
from rvn.definition.scope import ASSESSED_ON
from rvn.errors import Diagnostic, FrameError
from rvn.plan.relation import Engine, Steps
from rvn.plan.relation.numbers import literal, some, when
from rvn.scoring.request import check_columns, column_names
from rvn.scoring.table import Door, refuse_what_is_lacking
from rvn.scoring.table_cells import read_fields
from rvn.scoring.version import Version

FOUND = ("item", "code", "severity", "problem", "value")


def table_problems(
    instrument: Version,
    table: ir.Table,
    *,
    key: str | Collection[str],
    on: date | str | None = None,
    columns: Mapping[str, str] | None = None,
) -> ir.Table:
    """Return a table with one row a problem, as an expression: nothing runs yet.

    Beside the key stand ``item``, ``code``, ``severity``, ``problem`` and ``value``, as in the problems of
    `rvn.scoring.frame.score_frame`: cells that cannot be used, and in rows without any, answers that contradict each
    other and answers to items that are not asked.

    Parameters
    ----------
    instrument
        Whose fields are read.
    table
        An ibis table with one row an assessment and one column an item or given fact.
    key
        The column, or columns, that tell the rows apart.
    on
        Day of assessment for all rows; otherwise a column ``assessed_on``, where the instrument needs it.
    columns
        Names of columns that differ from the names of their items: item → column.

    Raises
    ------
    FrameError
        When columns are lacking or have a type that cannot hold answers, or the engine cannot do what is needed.

    Examples
    --------
    >>> import ibis, polars as pl, rvn
    >>> frame = pl.DataFrame({"id": [1, 2], "age": [19, 40], "sex": ["male", "female"], "priors": [0, -1]})
    >>> people = ibis.polars.connect({"people": frame}).table("people")
    >>> problems = rvn.load("broward-rules@2018").table_problems(people, key="id")
    >>> problems.select("id", "item", "code").to_pyarrow().to_pylist()
    [{'id': 2, 'item': 'priors', 'code': 'RVN604'}]
    """
    keys, names = [key] if isinstance(key, str) else list(key), column_names(instrument, columns)
    check_columns(instrument, table.columns, {**names, **{name: name for name in keys}}, on, ())
    taken = [messages.COLUMN_TAKEN.at(column=name) for name in keys if name in FOUND]
    if taken:
        raise FrameError(taken)
    engine, steps = Engine.of(table), Steps(dict(table.schema().items()))
    door = Door(instrument, steps, read_fields(steps, instrument.plan.fields, names, on))
    found = _found(door)
    if not found:
        return table.select(*keys, **{name: ibis.literal("") for name in FOUND}).limit(0)
    wanted = {
        f"{item}_{place}_wrong": when((where, literal(1)), otherwise=literal(0))
        for (item, place), (where, _) in found.items()
    }
    kept = [*keys, *(names[name] for name in door.cells if not (name == ASSESSED_ON and on is not None))]
    marked = steps.applied(table, wanted, kept, engine)
    # The rows without problems are passed over once, and not once for every item.
    marked = marked.filter(some([marked[name] == 1 for name in wanted]))
    parts = []
    for (item, place), (_, problem) in found.items():
        rows = marked.filter(marked[f"{item}_{place}_wrong"] == 1)
        is_cell = problem.code not in (messages.CONTRADICTION.code, messages.NOT_ASKED.code)
        value = rows[names[item]].cast("string") if is_cell else ibis.literal("")
        texts = {"item": item, "code": problem.code, "severity": problem.severity, "problem": problem.message}
        parts.append(rows.select(*keys, **{name: ibis.literal(text) for name, text in texts.items()}, value=value))
    problems = ibis.union(*parts) if len(parts) > 1 else parts[0]
    refuse_what_is_lacking(engine, problems)
    return problems


def _found(door: Door) -> dict[tuple[str, int], tuple[ir.BooleanValue, Diagnostic]]:
    """Return where each problem is, by the item and the place of the problem among those of the item."""
    found: dict[tuple[str, int], tuple[ir.BooleanValue, Diagnostic]] = {}
    for name, cells in door.cells.items():
        for place, wrong in enumerate(cells.wrong):
            found[name, place] = (wrong.where, wrong.problem)
    usable = door.unusable == 0
    for name, where in door.outputs.contradictions():
        found[name, 0] = (where & usable, messages.CONTRADICTION.at(name=name))
    for name, where in door.outputs.ignored():
        found[name, len(door.cells[name].wrong)] = (where & usable, messages.NOT_ASKED.at(name=name))
    return found
