"""A plan over the columns of a table: for every node, columns with its value and what absent answers leave open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from rvn.plan.nodes import Field, Node
from rvn.plan.plan import Plan
from rvn.plan.relation.numbers import count, literal, unknown, when
from rvn.plan.relation.reach import Reach, reach_of
from rvn.plan.relation.steps import Steps
from rvn.plan.status import Status


class Answers(NamedTuple):
    """What was recorded for one field, as values over a table's columns.

    Parameters
    ----------
    value
        The place of an option or level, a number or a date; NULL where the answer is absent.
    reason
        Text that says why an answer is absent, where it may say so; it counts only where `value` is NULL.
    low, high, status
        For components' results: what they leave open, NULL where there is no end, and the name of their status.
    """

    value: ir.Value
    reason: ir.Value | None = None
    low: ir.Value | None = None
    high: ir.Value | None = None
    status: ir.Value | None = None


class Known(NamedTuple):
    """A number, level or date: its value, NULL where unknown, and its ends, NULL where they are open."""

    value: ir.Value
    low: ir.Value
    high: ir.Value


class Truth(NamedTuple):
    """A truth value: where it is true and false; and where it is so whatever the absent answers are.

    Each is a condition that does not hold, or is NULL, elsewhere; none is ever negated.
    """

    true: ir.BooleanValue
    false: ir.BooleanValue
    surely_true: ir.BooleanValue
    surely_false: ir.BooleanValue

    def known(self) -> Known:
        """Return 1, 0 or NULL, and the ends."""
        one, nought = literal(1), literal(0)
        return Known(
            when((self.true, one), (self.false, nought)),
            when((self.surely_true, one), otherwise=nought),
            when((self.surely_false, nought), otherwise=one),
        )


N = TypeVar("N", bound=Node)
READERS: dict[type[Node], Callable[[Relation, Any], Known | Truth]] = {}
SMALL = 6  # operations of a condition that is written out wherever it is used


def reads(kind: type[N]) -> Callable[[Callable[[Relation, N], Known | Truth]], Callable[[Relation, N], Known | Truth]]:
    """Register the function that computes nodes of one kind."""

    def register(function: Callable[[Relation, N], Known | Truth]) -> Callable[[Relation, N], Known | Truth]:
        READERS[kind] = function
        return function

    return register


class Relation:
    """The nodes of a plan over what was recorded in a table.

    Parameters
    ----------
    plan
        What to compute.
    steps
        Where the columns are kept.
    answers
        By the name of the field; nothing is recorded for the others.
    """

    def __init__(self, plan: Plan, steps: Steps, answers: Mapping[str, Answers]) -> None:
        self.plan, self.steps = plan, steps
        self._answers = answers
        self._found: dict[int, Known | Truth] = {}
        self._columns: dict[int, Known] = {}  # of truth values
        self._reaches: dict[int, Reach] = {}
        self._asked: dict[int, tuple[ir.Value, ir.Value]] = {}
        self._names = {id(step.node): step.name for whole in (plan.full or plan, plan) for step in whole.steps}
        self._names |= {id(node): name for name, node in plan.outputs.items()}
        self._within = "step"
        self.absences: dict[frozenset[str], ir.Value] = {}  # how many of some fields are absent

    def known(self, node: Node) -> Known:
        """Return the value and ends of a node."""
        found = self._node(node)
        if isinstance(found, Truth):
            columns = self._columns.get(id(node)) or self.held(found.known(), node)
            return self._columns.setdefault(id(node), columns)
        return found

    def truth(self, node: Node) -> Truth:
        """Return where a node is true or false."""
        found = self._node(node)
        return found if isinstance(found, Truth) else truth_of(found)

    def reach(self, node: Node) -> Reach:
        """Return how large a node can become and which ends can be open."""
        return reach_of(node, self._reaches)

    def name(self, node: Node) -> str:
        """Return what a node's columns are called: by its own name, or by that of the step it is a part of."""
        return self._names.get(id(node), self._within)

    def _node(self, node: Node) -> Known | Truth:
        found = self._found.get(id(node))
        if found is None:
            outside, self._within = self._within, self._names.get(id(node), self._within)
            found = READERS[type(node)](self, node)
            if isinstance(found, Known):
                found = self._held(found, self._within)
            elif len(found.true.op().find(ops.Value)) > SMALL or id(node) in self._names:
                self._columns[id(node)] = self._held(found.known(), self._within)
                found = truth_of(self._columns[id(node)])
            self._found[id(node)], self._within = found, outside
        return found

    def held(self, found: Known, node: Node) -> Known:
        """Return the value and ends of a node as columns."""
        return self._held(found, self.name(node))

    def _held(self, found: Known, name: str) -> Known:
        if found.low is found.value and found.high is found.value:
            held = self.steps.hold(found.value, name)
            return Known(held, held, held)
        return Known(*(self.steps.hold(value, name + end) for value, end in zip(found, ENDINGS, strict=True)))

    def answers(self, field: Field) -> Answers:
        """Return what was recorded for a field."""
        kind = {"choice": "int32", "level": "int32", "date": "date"}.get(field.kind, "float64")
        return self._answers.get(field.name) or Answers(unknown(kind))

    def asked(self, field: Field) -> ir.Value:
        """Return whether an item is asked: 1, 0, or NULL where that is left open."""
        return self._conditions(field)[0]

    def surely_asked(self, field: Field) -> ir.Value:
        """Return whether an item is asked whatever the absent answers are."""
        return self._conditions(field)[1]

    def _conditions(self, field: Field) -> tuple[ir.Value, ir.Value]:
        if field.asked is None:
            return literal(1), literal(1)
        if id(field) not in self._asked:
            truth, one, nought = self.truth(field.asked), literal(1), literal(0)
            surely = when((truth.surely_true, one), (truth.surely_false, nought))
            surely = self.steps.hold(surely, f"{field.name}_surely_asked")
            asked = when((truth.true, one), (truth.false, nought), otherwise=surely)
            self._asked[id(field)] = self.steps.hold(asked, f"{field.name}_asked"), surely
        return self._asked[id(field)]

    def is_absent(self, field: Field) -> ir.BooleanValue:
        """Return where an answer is lacking or partial; one to an item that is not asked never is."""
        answers = self.answers(field)
        lacks = answers.value.isnull()
        if answers.status is not None:
            lacks = lacks | answers.status.isnull() | (answers.status != Status.COMPLETE.value)
        if field.asked is None:
            return lacks
        return lacks & (ibis.coalesce(self.asked(field), literal(1)) == 1)

    def absent(self, name: str, fields: tuple[Field, ...]) -> ir.Value:
        """Return how many of the fields of a result are absent."""
        key = frozenset(field.name for field in fields)
        if key not in self.absences:
            n_absent = count([self.is_absent(field) for field in fields]) if fields else literal(0)
            self.absences[key] = self.steps.hold(n_absent, f"{name}_absent")
        return self.absences[key]


ENDINGS = ("_value", "_least", "_most")


def truth_of(found: Known) -> Truth:
    """Return the conditions of a truth value that stands in columns of 1, 0 and NULL."""
    return Truth(found.value == 1, found.value == 0, found.low == 1, found.high == 0)
