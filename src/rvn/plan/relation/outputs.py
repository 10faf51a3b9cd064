"""How the columns of a plan's nodes end in outputs with a status."""

from __future__ import annotations

from typing import NamedTuple

import ibis.expr.types as ir

from rvn.plan.nodes import Field, Node
from rvn.plan.plan import Plan
from rvn.plan.relation.numbers import double, every, known, literal, some, unknown, when
from rvn.plan.relation.relation import Relation
from rvn.plan.status import CODE, Status
from rvn.plan.types import type_of


class Output(NamedTuple):
    """One output: a value that may be stated, NULL otherwise; its ends, NULL where open; its status as a code.

    `absent` is the number of absent answers among those that it is computed from.
    """

    value: ir.Value
    low: ir.Value
    high: ir.Value
    status: ir.Value
    absent: ir.Value


def code(status: Status) -> ir.Value:
    """Return a status as a number."""
    return literal(CODE[status])


class Outputs:
    """The outputs of a plan.

    Parameters
    ----------
    on
        The plan over what was recorded.
    full
        The same under the plan that withholds nothing.
    unusable
        Where a row has cells that cannot be used; None where there are none.
    """

    def __init__(self, on: Relation, full: Relation, unusable: ir.BooleanValue | None) -> None:
        self.on, self.full, self.unusable = on, full, unusable
        self._standing: list[tuple[ir.BooleanValue, ir.Value]] | None = None

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.on.plan

    def __getitem__(self, name: str) -> Output:
        node, fields, hold = self.plan.results[name], self.plan.depends[name], self.on.steps.hold
        value, low, high = self.on.known(node)
        n_absent = self.on.absent(name, fields)
        complete, absent = value.notnull() & (n_absent == 0), n_absent > 0
        standing = self._standing_of(fields)
        own = self._own(name, node, fields, absent, complete)
        status = hold(when(*standing, *own, otherwise=code(Status.UNDEFINED)), f"{name}_stands")
        void = status.isin([CODE[Status.NOT_APPLICABLE], CODE[Status.INVALID]])
        kind = str(value.type().copy(nullable=True))
        if any(end.type().is_floating() for end in (value, low, high)):
            kind, value, low, high = "float64", double(value), double(low), double(high)
        nothing = unknown(kind)
        stated = status.isin([CODE[Status.COMPLETE], CODE[Status.PRORATED]])
        return Output(
            when((stated, value), (status == CODE[Status.DECIDED], low)),
            # What is undefined on the way to a complete value leaves nothing open.
            when((void, nothing), (complete, value), otherwise=low),
            when((void, nothing), (complete, value), otherwise=high),
            status,
            n_absent,
        )

    def _standing_of(self, fields: tuple[Field, ...]) -> list[tuple[ir.BooleanValue, ir.Value]]:
        """Return the statuses that cells, eligibility, components and contradictions impose, each where it does."""
        found = [(self.unusable, code(Status.INVALID))] if self.unusable is not None else []
        eligible = self.eligible()
        if eligible is not None:
            found.append((eligible == 0, code(Status.NOT_APPLICABLE)))
        statuses = [status for status in (self.on.answers(field).status for field in fields) if status is not None]
        for broken in (Status.NOT_APPLICABLE, Status.INVALID) if statuses else ():
            found.append((some([status == broken.value for status in statuses]), code(broken)))
        contradicted = [contradicts for _, contradicts in self.contradictions()]
        if contradicted:
            found.append((some(contradicted), code(Status.INVALID)))
        if eligible is not None:
            found.append((eligible.isnull(), code(Status.TOO_FEW_ANSWERS)))
        return found

    def eligible(self) -> ir.Value | None:
        """Return whether the instrument may be used: 1, 0 or NULL; None where there is no condition."""
        steps = self.full.plan.of_kind("eligible")
        if not steps:
            return None
        truths = [self.full.truth(step.node) for step in steps]
        found = when(
            (some([truth.false for truth in truths]), literal(0)), (every([truth.true for truth in truths]), literal(1))
        )
        return self.on.steps.hold(found, "eligible")

    def contradictions(self) -> list[tuple[str, ir.BooleanValue]]:
        """Return where each consistency condition fails."""
        steps = self.full.plan.of_kind("consistent")
        return [(step.name, self.full.truth(step.node).false) for step in steps]

    def ignored(self) -> list[tuple[str, ir.BooleanValue]]:
        """Return where an item was answered although it is not asked."""
        fields = [(name, field) for name, field in self.plan.fields.items() if field.asked is not None]
        return [(name, (self.on.asked(field) == 0) & self.on.answers(field).value.notnull()) for name, field in fields]

    def _own(
        self, name: str, node: Node, fields: tuple[Field, ...], absent: ir.BooleanValue, complete: ir.BooleanValue
    ) -> list[tuple[ir.BooleanValue, ir.Value]]:
        """Return how the output stands by itself: each status and where it holds, the first one counts."""
        value, low, high = self.on.known(node)
        branches = [
            (complete, code(Status.COMPLETE)),
            ((low == high) & (value == low), code(Status.DECIDED)),
            (known(value), code(Status.PRORATED)),
        ]
        withheld = None
        if self.full is not self.on:
            withheld = self.full.known(self.full.plan.results[name]).value.notnull()
        may_decide = [absent] if withheld is None else [absent, withheld]
        branches.append(((low == high) & some(may_decide), code(Status.DECIDED)))
        if withheld is not None:
            branches.append((withheld, code(Status.WITHHELD)))
        statuses = [status for status in (self.on.answers(field).status for field in fields) if status is not None]
        if statuses:
            is_withheld = some([status == Status.WITHHELD.value for status in statuses])
            branches.append((is_withheld, code(Status.WITHHELD)))
        left_open = Status.TOO_FEW_ANSWERS if type_of(node) == "number" else Status.UNDECIDED
        branches.append((absent, code(left_open)))
        return branches
