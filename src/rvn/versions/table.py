"""Rescores a table where it is: old and new side by side as an expression that the table's own engine computes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from rvn import messages
from rvn.definition.migrations import Comparison
from rvn.errors import Diagnostic, FrameError
from rvn.plan.plan import Plan
from rvn.plan.relation import Engine, Steps
from rvn.plan.relation.numbers import double, every, literal, some, unknown, when
from rvn.plan.status import CODE, Status
from rvn.plan.types import levels_of
from rvn.scoring.instrument import Instrument
from rvn.scoring.request import names_wanted, new_columns
from rvn.scoring.table import Door, output_columns, refuse_what_is_lacking
from rvn.scoring.table_cells import read_fields
from rvn.versions.carry import require_columns
from rvn.versions.carry_table import TableCarrier
from rvn.versions.changes import CANNOT, CHANGED, NOT_COMPARABLE, SAME, STATUSES, overrides_in, pair_of, review
from rvn.versions.doubts import NO_RESULT
from rvn.versions.origin import check_said, columns_that_say
from rvn.versions.rescore import OLD, Rescorer, taken_by
from rvn.versions.summary import Summary

LISTS = ("loss", "doubt", "changed")  # what several names are said of at once
SAID = ("rescoring", "rescoring_why", "rescoring_losses", "rescoring_doubts")


@dataclass(frozen=True)
class RescoredTable:
    """A table with what another version says, as expressions: nothing of it has run.

    Parameters
    ----------
    table
        The rows of the table, with the columns that they had, what the new version says, and what became of each.
    tally
        What became of how many ``rows``; `summary` is made from it.
    """

    table: ir.Table
    tally: ir.Table
    _asked: Rescorer

    def summary(self) -> Summary:
        """Return what changed, counted by the engine; only counts leave it."""
        counts: Counter[str] = Counter()
        for row in self.tally.to_pyarrow().to_pylist():
            counts.update(dict.fromkeys(_counted(row), row["rows"]))
        return Summary(self._asked.old, self._asked.new, self._asked.migration, dict(counts))


def rescore_table(
    table: ir.Table,
    old: Instrument | str,
    new: Instrument | str,
    *,
    on: date | str | None = None,
    columns: Mapping[str, str] | None = None,
    recorded_prefix: str = "",
    prefix: str = "new_",
    migration: Path | None = None,
) -> RescoredTable:
    """Return what another version says of every row of a table beside what the old version said, as an expression.

    The columns are those of `rescore`, and say the same. Before it returns, the engine is asked which versions and
    which levels the recorded results name, where the table has any; nothing else runs, and no row leaves the engine.

    Parameters
    ----------
    table
        An ibis table of answers to the old version, with or without its results.
    old, new, on, columns, recorded_prefix, prefix, migration
        As for `rescore`.

    Raises
    ------
    CatalogError
        When there is no such version, or nothing says how answers to one are read by the other.
    FrameError
        When columns are lacking, taken or of a type that cannot hold what they should; when rows were made with
        another version than the old one; or when the table's engine cannot do what is needed.

    Examples
    --------
    >>> import ibis, polars as pl
    >>> frame = pl.DataFrame({"age": [19, 40], "sex": ["male", "female"], "priors": [0, -1]})
    >>> people = ibis.polars.connect({"people": frame}).table("people")
    >>> rescored = rescore_table(people, "broward-rules@2018", "broward-rules@2018")
    >>> rescored.table.select("new_level", "rescoring", "rescoring_why").to_pyarrow().to_pylist()
    [{'new_level': 'yes', 'rescoring': 'same', 'rescoring_why': None},
     {'new_level': None, 'rescoring': 'cannot be rescored', 'rescoring_why': 'invalid: priors'}]
    """
    asked = Rescorer(
        old, new, on=on, columns=columns, recorded_prefix=recorded_prefix, prefix=prefix, migration=migration
    )
    return _Table(asked, table).rescored()


class _Table:
    """The rows of one table under two versions."""

    def __init__(self, asked: Rescorer, table: ir.Table) -> None:
        self.asked, self.table = asked, table
        self.old, self.new, self.migration = asked.old, asked.new, asked.migration
        self.outcome, self.comparisons = self.new.definition.outcome, asked.migration.comparisons
        recorded = {each.old: f"{asked.recorded_prefix}{each.old}" for each in self.comparisons.values()}
        self.lacking = [name for name, column in recorded.items() if column not in table.columns]
        self.recorded = recorded | {name: f"{OLD}{name}" for name in self.lacking}
        self.overridden = {
            f"{asked.prefix}{each.new}_review": (each, column)
            for each, column in overrides_in(table.columns, self.migration, self.recorded, self.outcome)
        }
        self._check_columns()
        self.engine, self.steps = Engine.of(table), Steps(dict(table.schema().items()))
        self._ask()
        self.carrier = TableCarrier(self.migration, self.new.plan.fields, self.steps, asked.names, asked.on)
        self.door = Door(self.new, self.steps, self.carrier.cells)
        self.made = self._results(self.new, self.door, names_wanted(self.new, None), asked.prefix)
        own = read_fields(self.steps, self.old.plan.fields, asked.names, asked.on)
        self.before = Door(self.old, self.steps, own)
        self.made = self._results(self.old, self.before, self.lacking, OLD) | self.made

    def rescored(self) -> RescoredTable:
        """Return the table, and what is counted of it."""
        differs = {each.new: self._differs(each) for each in self.comparisons.values() if each.is_comparable}
        now = self._after(self.outcome)
        alike = STATUSES[SAME if differs else NOT_COMPARABLE]
        rescoring = when(
            (now.isnull(), ibis.literal(STATUSES[CANNOT])),
            (some([each == 1 for each in differs.values()]), ibis.literal(STATUSES[CHANGED])),
            otherwise=ibis.literal(alike),
        )
        rescoring, why = self.steps.hold(rescoring, SAID[0]), self._why(now)
        losses = self._joined(self.carrier.lost(), SAID[2])
        doubts = self._joined(self._doubts(), SAID[3])
        reviews = {name: self._review(*each) for name, each in self.overridden.items()}
        made = {**self.made, **dict(zip(SAID, (rescoring, why, losses, doubts), strict=True)), **reviews}
        changed = {name: (each == 1) & now.notnull() for name, each in differs.items()}
        told = {
            "rescoring": rescoring,
            "why": why,
            "loss": losses,
            "doubt": doubts,
            "changed": self._joined(changed, "changed"),
        }
        told |= {"old": self._before(self.comparisons[self.outcome].old), "new": now}
        told |= {f"review|{each.new}": reviews[name] for name, (each, _) in self.overridden.items()}
        found = RescoredTable(
            self.steps.applied(self.table, made, self.table.columns, self.engine),
            self._counted(told),
            self.asked,
        )
        for table in (found.table, found.tally):
            refuse_what_is_lacking(self.engine, table)
        return found

    def _counted(self, values: Mapping[str, ir.Value]) -> ir.Table:
        table = self.steps.applied(self.table, values, (), self.engine)
        return table.group_by(list(values)).aggregate(rows=table.count())

    # what is checked before anything runs

    def _check_columns(self) -> None:
        """Raise where columns are lacking, taken, or of a type that no recorded number has."""
        there, problems = self.table.columns, list[Diagnostic]()
        try:
            require_columns(list(there), self.asked.names, self.asked.on)
        except FrameError as error:
            problems += error.diagnostics
        new = [*new_columns(self.old, self.lacking, OLD), *SAID, *self.overridden]
        new += new_columns(self.new, names_wanted(self.new, None), self.asked.prefix)
        problems += [taken_by(name) for name in new if name in there]
        for name, column in self.recorded.items():
            kind = self.table[column].type() if name not in self.lacking else None
            if kind is None or levels_of(self.old.plan.outputs[name]):
                continue
            if not (kind.is_numeric() or kind.is_string() or kind.is_null()) or kind.is_boolean():
                problems.append(messages.COLUMN_TYPE.at(column=column, found=f"the type {kind}", expected="numbers"))
        if problems:
            raise FrameError(problems)

    def _ask(self) -> None:
        """Ask the engine which versions and levels the recorded results name, and raise where they are others."""
        says = columns_that_say(self.table.columns)
        strange = {}
        for each in self.comparisons.values():
            column, levels = self.recorded[each.old], levels_of(self.old.plan.outputs[each.old])
            if each.is_comparable and levels and each.old not in self.lacking:
                level = _there(self.table[column]).cast("string")
                strange[column] = when((level.notnull() & level.notin(levels), literal(1)), otherwise=literal(0)).max()
        if not says and not strange:
            return
        if not self.engine.name:
            raise FrameError(messages.TABLE_OF_NO_DATABASE.at())
        if says:
            rows = self.table.select(*says).distinct().to_pyarrow().to_pylist()
            check_said([tuple(row.values()) for row in rows], self.old)
        if strange:
            found = self.table.aggregate(**strange).to_pyarrow().to_pylist()[0]
            problems = [
                messages.RECORDED_STRANGE.at(column=column, version=self.old.reference)
                for column, is_strange in found.items()
                if is_strange
            ]
            if problems:
                raise FrameError(problems)

    # the parts of what is said

    def _results(self, instrument: Instrument, door: Door, names: list[str], prefix: str) -> dict[str, ir.Value]:
        """Return the columns of some outputs, without a judgement's own where it stands in the table."""
        scales = {step.name for step in instrument.plan.of_kind("scale")}
        made = {}
        for name in names:
            found = output_columns(instrument, f"{prefix}{name}", name, door.outputs[name])
            for column, value in found.items():
                if column not in self.table.columns and (name in scales or not column.endswith("_absent")):
                    made[column] = self.steps.hold(value, column)
        return made

    def _before(self, name: str) -> ir.Value:
        """Return the old value of an output, NULL where there is none."""
        column = self.recorded[name]
        return self.made[column] if column in self.made else _there(self.steps[column])

    def _after(self, name: str) -> ir.Value:
        column = f"{self.asked.prefix}{name}"
        return self.made[column] if column in self.made else _there(self.steps[column])

    def _differs(self, comparison: Comparison) -> ir.Value:
        """Return 1 where an old and a new value that can be compared are not the same, else 0."""
        before, after = self._before(comparison.old), self._after(comparison.new)
        if levels := levels_of(self.old.plan.outputs[comparison.old]):
            before = before.cast("string")
            pairs = {level: comparison.levels.get(level, (level,)) for level in levels}
            alike = some([(before == level) & after.isin(to) for level, to in pairs.items()])
        else:
            alike = _number(before) == double(after)
        same = some([before.isnull() & after.isnull(), every([before.notnull(), after.notnull(), alike])])
        return self.steps.hold(when((same, literal(0)), otherwise=literal(1)), f"{comparison.new}_differs")

    def _why(self, now: ir.Value) -> ir.Value:
        """Return why there is no new outcome: how it stands, and what is unusable or else absent."""
        plan, on = self.new.plan, self.door.outputs.on
        absent = {field.name: on.is_absent(field) for field in plan.depends[self.outcome]}
        names = ibis.coalesce(self._joined(self._unusable(), "unusable"), self._joined(absent, "absent"))
        stands, names = self.made[f"{self.asked.prefix}{self.outcome}_status"], self.steps.hold(names, "concerned")
        in_words = when(
            (names.isnull() | (stands == str(Status.NOT_APPLICABLE)), stands), otherwise=stands.concat(": ", names)
        )
        return self.steps.hold(when((now.isnull(), in_words)), SAID[1])

    def _unusable(self) -> dict[str, ir.BooleanValue]:
        """Return what makes rows invalid: new answers, old ones in the place of what is derived, contradictions."""
        spoilt, found = self.carrier.unusable(), dict[str, list[ir.BooleanValue]]()
        is_spoilt = when((some(list(spoilt.values())), literal(1)), otherwise=literal(0))
        is_spoilt = self.steps.hold(is_spoilt, "spoilt")
        for name, cells in self.door.cells.items():
            if cells.unusable is not None:
                where = cells.unusable & (is_spoilt == 0) if name in self.carrier.derived else cells.unusable
                found[name] = [where]
        usable = self.door.unusable == 0
        contradictions = [(name, where & usable) for name, where in self.door.outputs.contradictions()]
        for name, where in [*spoilt.items(), *contradictions]:
            found.setdefault(name, []).append(where)
        return {name: some(found[name]) for name in sorted(found)}

    def _doubts(self) -> dict[str, ir.BooleanValue]:
        """Return where what is recorded is not what the answers give; see `rvn.versions.doubts`."""
        found = {}
        for name, column in self.recorded.items():
            if name in self.lacking:
                continue
            claimed, output = _there(self.steps[column]), self.before.outputs[name]
            if levels := levels_of(self.old.plan.outputs[name]):
                text = claimed.cast("string")
                place = text.cases(*((level, literal(place)) for place, level in enumerate(levels)))
            else:
                place = _number(claimed)
            place = self.steps.hold(place, f"{name}_recorded")
            low, high = output.low.isnull() | (place >= output.low), output.high.isnull() | (place <= output.high)
            is_void = output.status.isin([CODE[status] for status in NO_RESULT])
            follows = when((output.value.notnull(), place == output.value), otherwise=low & high) & ~is_void
            found[name] = claimed.notnull() & ~ibis.coalesce(follows, ibis.literal(False))
        return found

    def _joined(self, masks: Mapping[str, ir.BooleanValue], name: str) -> ir.Value:
        """Return for every row the names whose conditions hold there, in words; NULL where none does."""
        if not masks:
            return unknown("string")
        parts = [when((where, ibis.literal(f", {each}")), otherwise=ibis.literal("")) for each, where in masks.items()]
        words = self.steps.hold(ibis.literal("").concat(*parts), f"{name}_words")
        return self.steps.hold(when((words != "", words.substr(2))), name)

    def _review(self, comparison: Comparison, column: str) -> ir.Value:
        """Return what the reviewer of every override finds."""
        final, after = _there(self.steps[column]).cast("string"), self._after(comparison.new)
        if self.steps.has(f"{column}_status"):
            final = when((self.steps[f"{column}_status"] == "applied", final))
        old, new = (levels_of(plan.outputs[name]) for plan, name in self._sides(comparison))

        def found(level: str, now: str | None) -> ir.Value:
            return ibis.literal(str(review(self.old, self.new, comparison, level, now)))

        final = self.steps.hold(final, f"{comparison.new}_final")
        levels = dict.fromkeys((*old, *new))
        branches = [(final.isnull(), ibis.null("string")), (after.isnull(), found("", None))]
        branches += [((final == level) & (after == now), found(level, now)) for level in levels for now in new]
        return when(*branches, otherwise=found("", ""))

    def _sides(self, comparison: Comparison) -> Iterator[tuple[Plan, str]]:
        yield self.old.plan, comparison.old
        yield self.new.plan, comparison.new


def _number(cell: ir.Value) -> ir.Value:
    """Return a recorded number; NULL for text that is none."""
    return cell.try_cast("float64") if cell.type().is_string() else double(cell)


def _there(cell: ir.Value) -> ir.Value:
    """Return a recorded value, NULL for an empty text and for what is no number."""
    if cell.type().is_string():
        return when((cell != "", cell))
    return when((~cell.isnan(), cell)) if cell.type().is_floating() else cell


def _counted(row: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names under which the people of a row of the tally are counted."""
    yield pair_of(row["old"], row["new"])
    for kind, value in row.items():
        if value is None or kind in ("old", "new", "rows"):
            continue
        yield from (f"{kind}|{word}" for word in (value.split(", ") if kind in LISTS else [value]))
        if kind == "doubt":
            yield "doubts"
