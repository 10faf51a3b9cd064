"""Reads answers given to one version as answers to another in a table, where it is: as expressions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from rvn.definition.migrations import Carried, Migration
from rvn.definition.scope import ASSESSED_ON
from rvn.plan.nodes import Field
from rvn.plan.relation import Answers, Relation, Steps
from rvn.plan.relation.numbers import some, unknown, when
from rvn.plan.types import levels_of, type_of
from rvn.scoring.table_cells import KINDS, Cells, numbers_in, read_fields
from rvn.versions.carry import as_it_stands


class TableCarrier:
    """Makes the answers to a new version from the columns of a table of answers to an old one.

    Parameters
    ----------
    migration
        How answers are read.
    fields
        Those of the new version, by name.
    steps
        With the columns of the table.
    names
        By the name of an old answer, its column.
    on
        Day of assessment for all rows, where there is no column for it.

    Raises
    ------
    FrameError
        With every column of a type that cannot hold answers.
    """

    def __init__(
        self,
        migration: Migration,
        fields: Mapping[str, Field],
        steps: Steps,
        names: Mapping[str, str],
        on: date | None,
    ) -> None:
        self.migration, self.steps = migration, steps
        recorded = {name: field for name, field in migration.plan.fields.items() if name in names}
        self.read = read_fields(steps, recorded, names, on)
        answers = {name: Answers(cells.answers.value, cells.answers.reason) for name, cells in self.read.items()}
        self._old = Relation(migration.plan, steps, answers)
        # Columns that hold the new answers as they are are read as such, a component's with what stands beside it.
        whole = {name: each for name, each in migration.carried.items() if as_it_stands(each)}
        columns = {name: names[each.of.name] for name, each in whole.items() if each.of is not None}
        same = {name: each.field for name, each in whole.items()}
        if ASSESSED_ON in fields:
            same[ASSESSED_ON], columns[ASSESSED_ON] = fields[ASSESSED_ON], names[ASSESSED_ON]
        self.cells = read_fields(steps, same, columns, on)
        self.cells |= {name: self._made(each) for name, each in migration.carried.items() if name not in whole}

    @property
    def derived(self) -> set[str]:
        """Names of the answers that are computed from others, not taken over under another name."""
        return {name for name, carried in self.migration.carried.items() if carried.of is None}

    def unusable(self) -> dict[str, ir.BooleanValue]:
        """Return by the name of an old answer that others are computed from where it cannot be used."""
        used = {field.name for name in self.derived for field in self.migration.carried[name].uses}
        return {name: where for name in used if (where := self.read[name].unusable) is not None}

    def lost(self) -> dict[str, ir.BooleanValue]:
        """Return where something of an answer does not come over."""
        lost = {}
        for name, carried in self.migration.carried.items():
            if carried.merged and carried.of is not None:
                lost[name] = self.read[carried.of.name].answers.value.isin(sorted(carried.merged))
            elif not carried.is_exact and carried.node is not None:
                lost[name] = some([self._is_answered(field.name) for field in carried.uses])
        return lost | {name: self._is_answered(name) for name in self.migration.dropped}

    def _is_answered(self, name: str) -> ir.BooleanValue:
        return self.read[name].answers.value.notnull()

    def _made(self, carried: Carried) -> Cells:
        if carried.node is None:
            nothing = unknown(KINDS.get(carried.field.kind, "float64"))
            return Cells(Answers(nothing, reason=ibis.literal(carried.reason)))
        value = self._old.known(carried.node).value
        found = Cells(Answers(value))
        if levels_of(carried.node):
            found = Cells(Answers(value.cast("int32")))
        elif type_of(carried.node) == "number":
            found = numbers_in(self.steps, carried.field, value)
        wrong = [self.read[field.name].unusable for field in carried.uses]
        unusable = [each for each in (found.unusable, *wrong) if each is not None]
        reason = self._reason(carried) if carried.of is not None else None
        return Cells(found.answers._replace(reason=reason), some(unusable) if unusable else None)

    def _reason(self, carried: Carried) -> ir.Value | None:
        """Return why there is no new answer, under the new version's name for it."""
        assert carried.of is not None
        value, reason = self.read[carried.of.name].answers[:2]
        branches = [(value == code, ibis.literal(name)) for code, name in carried.absences.items()]
        if reason is not None:
            branches += [(reason == before, ibis.literal(after)) for before, after in carried.reasons.items()]
        return self.steps.hold(when(*branches), f"{carried.field.name}_reason") if branches else None
