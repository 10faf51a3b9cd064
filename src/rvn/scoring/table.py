"""Scores a table where it is: an expression comes out that the table's own engine computes; nothing moves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from rvn import messages
from rvn.definition.scope import ASSESSED_ON
from rvn.errors import FrameError
from rvn.plan.nodes import Field
from rvn.plan.relation import Engine, Output, Outputs, Relation, Steps
from rvn.plan.relation.numbers import double, literal, some, when
from rvn.plan.status import CODE, ORDER, Status
from rvn.plan.types import decimals_of, levels_of, type_of
from rvn.scoring.request import check_columns, column_names, names_wanted, new_columns
from rvn.scoring.table_cells import Cells, Wrong, read_fields
from rvn.scoring.version import Version

UNUSABLE = "unusable"


def score_table(
    instrument: Version,
    table: ir.Table,
    *,
    outputs: Collection[str] | None = None,
    on: date | str | None = None,
    columns: Mapping[str, str] | None = None,
    prefix: str = "",
) -> ir.Table:
    """Return a table with what an instrument says about every row, as an expression: nothing runs yet.

    Beside the columns of the table stand, for every output, its value, ``_status``, ``_low`` and ``_high``, for every
    flag its value and ``_status``, as in `rvn.scoring.frame.score_frame`; and ``unusable``, which is true where a row
    has a cell that cannot be used. Such a row is ``invalid``; the others are scored, and no row is dropped.

    Parameters
    ----------
    instrument
        What to score with.
    table
        An ibis table with one row an assessment and one column an item or given fact.
    outputs
        Names of the outputs and flags wanted. When not given, all but the norms.
    on
        Day of assessment for all rows; otherwise a column ``assessed_on``, where the instrument needs it.
    columns
        Names of columns that differ from the names of their items: item → column.
    prefix
        Put before the names of the new columns.

    Raises
    ------
    FrameError
        When columns are lacking, have a type that cannot hold answers, or are already taken; or when the table's
        engine cannot do what is needed. Raised with every problem, before anything runs.

    Examples
    --------
    >>> import ibis, polars as pl, rvn
    >>> frame = pl.DataFrame({"age": [19, 40], "sex": ["male", "female"], "priors": [0, -1]})
    >>> people = ibis.polars.connect({"people": frame}).table("people")
    >>> scored = rvn.load("broward-rules@2018").score_table(people)
    >>> scored.select("age", "level", "level_status", "unusable").to_pyarrow().to_pylist()
    [{'age': 19, 'level': 'yes', 'level_status': 'complete', 'unusable': False},
     {'age': 40, 'level': None, 'level_status': 'invalid', 'unusable': True}]
    """
    names, wanted = column_names(instrument, columns), names_wanted(instrument, outputs)
    new = [*new_columns(instrument, wanted, prefix), f"{prefix}{UNUSABLE}"]
    check_columns(instrument, table.columns, names, on, new)
    engine, steps = Engine.of(table), Steps(dict(table.schema().items()))
    door = Door(instrument, steps, read_fields(steps, instrument.plan.fields, names, on))
    scored = steps.applied(table, made_columns(instrument, door, wanted, prefix), table.columns, engine)
    refuse_what_is_lacking(engine, scored)
    return scored


def refuse_what_is_lacking(engine: Engine, table: ir.Table) -> None:
    """Raise where an engine cannot do what a table needs, with all of it.

    Raises
    ------
    FrameError
        With one problem for each operation that is lacking.
    """
    lacking = engine.lacks(table)
    if lacking:
        raise FrameError(messages.ENGINE_LACKS.at(engine=engine.name, what=name) for name in lacking)


class Door:
    """Answers to an instrument as values over the columns of a table, and its outputs over them.

    Parameters
    ----------
    instrument
        Whose answers they are.
    steps
        Where the columns are kept.
    cells
        The answers by the names of the fields, with where they cannot be used.
    """

    def __init__(self, instrument: Version, steps: Steps, cells: Mapping[str, Cells]) -> None:
        self.steps, self.cells, plan = steps, dict(cells), instrument.plan
        self._refuse_the_future(plan.fields)
        unusable = [each.unusable for each in self.cells.values() if each.unusable is not None]
        found = when((some(unusable), literal(1)), otherwise=literal(0)) if unusable else literal(0)
        self.unusable = steps.hold(found, UNUSABLE)
        answers = {name: each.answers for name, each in self.cells.items()}
        on_plan = Relation(plan, steps, answers)
        full = on_plan if plan.full is None else Relation(plan.full, steps, answers)
        self.outputs = Outputs(on_plan, full, self.unusable == 1 if unusable else None)

    def _refuse_the_future(self, fields: Mapping[str, Field]) -> None:
        """Add to what cannot be used the days after the assessment."""
        if ASSESSED_ON not in fields:
            return
        day = self.cells[ASSESSED_ON].answers.value
        for name, field in fields.items():
            if field.kind == "date" and name != ASSESSED_ON and not field.may_be_future:
                cells = self.cells[name]
                later = ibis.coalesce(cells.answers.value > day, ibis.literal(False))
                unusable = later if cells.unusable is None else cells.unusable | later
                wrong = (*cells.wrong, Wrong(later, messages.ANSWER_DATE.at(name=name)))
                self.cells[name] = cells._replace(unusable=unusable, wrong=wrong)


def made_columns(instrument: Version, door: Door, wanted: Collection[str], prefix: str) -> dict[str, ir.Value]:
    """Return the new columns of some outputs, and whether a row has cells that cannot be used."""
    new, made = new_columns(instrument, wanted, prefix), dict[str, ir.Value]()
    for name in wanted:
        made |= output_columns(instrument, f"{prefix}{name}", name, door.outputs[name])
    return {name: made[name] for name in made if name in new} | {f"{prefix}{UNUSABLE}": door.unusable == 1}


def output_columns(instrument: Version, column: str, name: str, output: Output) -> dict[str, ir.Value]:
    """Return an output as people read it: levels and statuses by name, whole numbers as such."""
    node = instrument.plan.results[name]
    status = output.status.cases(*((CODE[each], str(each)) for each in ORDER))
    levels, is_whole = levels_of(node), decimals_of(node) == 0

    def shown(value: ir.Value) -> ir.Value:
        if levels:
            return value.cases(*enumerate(levels))
        return value.cast("int64") if is_whole else double(value)

    if type_of(node) == "boolean":
        return {column: output.value == 1, f"{column}_status": status}
    void = output.status.isin([CODE[Status.INVALID], CODE[Status.NOT_APPLICABLE]])
    return {
        column: shown(output.value),
        f"{column}_status": status,
        f"{column}_low": shown(output.low),
        f"{column}_high": shown(output.high),
        f"{column}_absent": when((~void, output.absent.cast("int64"))),
    }
