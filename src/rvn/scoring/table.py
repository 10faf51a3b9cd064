"""Scores a table where it is: an expression comes out that the table's own engine computes; nothing moves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from rvn import messages
from rvn.definition.scope import ASSESSED_ON
from rvn.errors import Diagnostic, FrameError
from rvn.plan.nodes import Field
from rvn.plan.relation import Answers, Engine, Output, Outputs, Relation, Steps
from rvn.plan.relation.numbers import double, literal, some, when
from rvn.plan.status import CODE, ORDER, Status
from rvn.plan.types import decimals_of, levels_of, type_of
from rvn.scoring.answers import read_answer
from rvn.scoring.request import check_columns, column_names, names_wanted, new_columns
from rvn.scoring.table_cells import Cells, Wrong, read_cells

if TYPE_CHECKING:
    from rvn.scoring.instrument import Instrument

UNUSABLE = "unusable"


def score_table(
    instrument: Instrument,
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
    door = Door(instrument, table, names, on)
    made = made_columns(instrument, door, wanted, prefix)
    scored = door.steps.applied(table, made, table.columns, door.engine)
    refuse_what_is_lacking(door.engine, scored)
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
    """The rows of a table as answers to an instrument, and its outputs over them.

    Parameters
    ----------
    instrument
        Whose fields are read.
    table
        With a column for every field.
    names
        Of the columns, by the names of the fields.
    on
        Day of assessment for all rows.
    """

    def __init__(
        self, instrument: Instrument, table: ir.Table, names: Mapping[str, str], on: date | str | None
    ) -> None:
        self.engine = Engine.of(table)
        self.steps = Steps(dict(table.schema().items()))
        self.cells: dict[str, Cells] = {}
        plan, problems = instrument.plan, list[Diagnostic]()
        for name, field in plan.fields.items():
            try:
                self.cells[name] = self._read(field, names[name], on)
            except FrameError as error:
                problems += error.diagnostics
        if problems:
            raise FrameError(problems)
        self._refuse_the_future(plan.fields)
        unusable = [cells.unusable for cells in self.cells.values() if cells.unusable is not None]
        found = when((some(unusable), literal(1)), otherwise=literal(0)) if unusable else literal(0)
        self.unusable = self.steps.hold(found, UNUSABLE)
        answers = {name: cells.answers for name, cells in self.cells.items()}
        on_plan = Relation(plan, self.steps, answers)
        full = on_plan if plan.full is None else Relation(plan.full, self.steps, answers)
        self.outputs = Outputs(on_plan, full, self.unusable == 1 if unusable else None)

    def _read(self, field: Field, column: str, on: date | str | None) -> Cells:
        if field.name == ASSESSED_ON and on is not None:
            day = read_answer(field, on)
            if isinstance(day, Diagnostic):
                raise FrameError(day)
            return Cells(Answers(ibis.literal(date.fromordinal(int(day.value)))))
        cells = read_cells(self.steps, field, column)
        return (
            cells._replace(answers=self._with_standing(field, cells.answers, column)) if field.is_component else cells
        )

    def _with_standing(self, field: Field, answers: Answers, column: str) -> Answers:
        """Return a component's answers with the status and ends that stand beside them, where they do."""
        there = dict(
            zip(("status", "low", "high"), (f"{column}_{end}" for end in ("status", "low", "high")), strict=True)
        )
        if not self.steps.has(there["status"]):
            return answers
        lacking = [messages.NO_COLUMN.at(column=name, near="") for name in there.values() if not self.steps.has(name)]
        if lacking:
            raise FrameError(lacking)
        status = self.steps[there["status"]]
        known = self.steps.hold(when((status.isin([str(each) for each in ORDER]), status)), f"{column}_known_status")
        low, high = (read_cells(self.steps, field, there[end]).answers.value for end in ("low", "high"))
        return answers._replace(low=low, high=high, status=known)

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


def made_columns(instrument: Instrument, door: Door, wanted: Collection[str], prefix: str) -> dict[str, ir.Value]:
    """Return the new columns of some outputs, and whether a row has cells that cannot be used."""
    new, made = new_columns(instrument, wanted, prefix), dict[str, ir.Value]()
    for name in wanted:
        made |= _columns(instrument, f"{prefix}{name}", name, door.outputs[name])
    return {name: made[name] for name in made if name in new} | {f"{prefix}{UNUSABLE}": door.unusable == 1}


def _columns(instrument: Instrument, column: str, name: str, output: Output) -> dict[str, ir.Value]:
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
