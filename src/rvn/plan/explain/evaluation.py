"""Everything a plan says about one person: the value of each node, and how each output stands."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Literal, NamedTuple, TypeVar

from rvn.plan.explain.arithmetic import UNKNOWN
from rvn.plan.nodes import Field, Node, Type
from rvn.plan.plan import Plan
from rvn.plan.status import Status
from rvn.plan.types import levels_of, type_of

OPEN = (-math.inf, math.inf)
_VOID = (Status.NOT_APPLICABLE, Status.INVALID)


class Value(NamedTuple):
    """A value, NaN where it is unknown, and the lowest and highest that absent answers leave open.

    Truth values are 0 and 1, levels their place in the order, dates day numbers.
    """

    value: float
    low: float
    high: float

    @property
    def is_known(self) -> bool:
        """Whether the value can be said."""
        return self.value == self.value

    @property
    def is_exact(self) -> bool:
        """Whether nothing is left open."""
        return self.low == self.high == self.value


class Reading(NamedTuple):
    """What was recorded for one field.

    Parameters
    ----------
    value
        An option's code, a number, a day number; NaN where the answer is absent.
    low, high
        What it can be: the value itself, or what its absence leaves open.
    reason
        Why the answer is absent; for a component's result, its status where it has no value.
    is_partial
        A component's result that has a value although answers behind it are absent.
    """

    value: float
    low: float
    high: float
    reason: str = ""
    is_partial: bool = False


class Output(NamedTuple):
    """The end of the computation for one output: a `Value` that may be stated, and how it stands.

    `absent` is the number of absent answers among those that it is computed from.
    """

    value: float
    low: float
    high: float
    status: Status
    absent: int


def exactly(value: float) -> Value:
    """Return a value that leaves nothing open."""
    return Value(value, value, value)


N = TypeVar("N", bound=Node)
READERS: dict[type[Node], Callable[[Evaluation, Any], Value]] = {}


def reads(kind: type[N]) -> Callable[[Callable[[Evaluation, N], Value]], Callable[[Evaluation, N], Value]]:
    """Register the function that computes nodes of one kind."""

    def register(function: Callable[[Evaluation, N], Value]) -> Callable[[Evaluation, N], Value]:
        READERS[kind] = function
        return function

    return register


class Evaluation(dict[Node, Value]):
    """The values of a plan's nodes for one person, each computed when it is first asked for.

    A node of the plan that withholds nothing has its value here too: what both plans have in common is computed once.

    Parameters
    ----------
    plan
        What to compute.
    readings
        One a field; a field without a reading has nothing recorded.
    """

    of_anybody = False

    def __init__(self, plan: Plan, readings: Mapping[str, Reading]) -> None:
        self.plan = plan
        self.readings = readings
        self._outputs: dict[str, Output] = {}
        # The names of the fields that have an answer, and not a partial one.
        self._answered = {
            name for name, (value, _, _, _, is_partial) in readings.items() if value == value and not is_partial
        }

    def __missing__(self, node: Node) -> Value:
        found = self[node] = READERS[type(node)](self, node)
        return found

    def reading(self, field: Field) -> Reading:
        """Return what was recorded for a field, or that nothing was."""
        return self.readings.get(field.name) or absent(field)

    def asked(self, field: Field) -> float:
        """Return whether an item is asked: 1, 0, or NaN where that is left open."""
        if field.asked is None:
            return 1.0
        value, low, high = self[field.asked]
        return low if value != value and low == high else value

    def surely_asked(self, field: Field) -> float:
        """Return whether an item is asked whatever the absent answers are: 1, 0, or NaN where they decide it."""
        if field.asked is None:
            return 1.0
        _, low, high = self[field.asked]
        return low if low == high else UNKNOWN

    def is_absent(self, field: Field) -> bool:
        """Whether an answer is lacking; one to an item that is not asked never is."""
        return field.name not in self._answered and self.asked(field) != 0

    @functools.cached_property
    def _all_absent(self) -> frozenset[str]:
        """The names of all fields whose answers are absent."""
        lacking = self.plan.fields.keys() - self._answered
        return frozenset(name for name in lacking if self.is_absent(self.plan.fields[name]))

    def output(self, name: str) -> Output:
        """Return an output or a flag of the plan with its status; it has a value only where it may be stated."""
        found = self._outputs.get(name)
        if found is None:
            found = self._outputs[name] = self._output(name)
        return found

    def _output(self, name: str) -> Output:
        found = self[self.plan.results[name]]
        value, low, high = found
        absent = len(self._all_absent & self.plan.names_of[name]) if self._all_absent else 0
        status = self._standing(name)
        if status in _VOID:
            return Output(UNKNOWN, UNKNOWN, UNKNOWN, status, absent)
        if value == value and not absent:  # what is undefined on the way to it leaves nothing open
            if status is None:
                return Output(value, value, value, Status.COMPLETE, 0)
            return Output(UNKNOWN, value, value, status, 0)
        status = status or self._status(name, found, absent > 0)
        if status is Status.DECIDED:
            value = low
        elif status is not Status.PRORATED:
            value = UNKNOWN
        return Output(value, low, high, status, absent)

    def conditions(self, kind: Literal["eligible", "consistent"]) -> dict[str, float]:
        """Return whether each condition holds; they apply whatever their evidence, since they state nothing."""
        return self._eligible if kind == "eligible" else self._consistent

    @functools.cached_property
    def _eligible(self) -> dict[str, float]:
        return {step.name: self[step.node].value for step in (self.plan.full or self.plan).of_kind("eligible")}

    @functools.cached_property
    def _consistent(self) -> dict[str, float]:
        return {step.name: self[step.node].value for step in (self.plan.full or self.plan).of_kind("consistent")}

    def _standing(self, name: str) -> Status | None:
        """Return the status that eligibility, components and contradictions impose on an output; None: none."""
        components = self.plan.components[name]
        if components and self._own_standing is not Status.NOT_APPLICABLE:
            reasons = {self.reading(field).reason for field in components}
            for broken in _VOID:
                if broken in reasons:
                    return broken
        return self._own_standing

    @functools.cached_property
    def _own_standing(self) -> Status | None:
        eligible = self._eligible.values()
        if 0 in eligible:
            return Status.NOT_APPLICABLE
        if 0 in self._consistent.values():
            return Status.INVALID
        return None if all(value == 1 for value in eligible) else Status.TOO_FEW_ANSWERS

    def _status(self, name: str, found: Value, absent: bool) -> Status:
        value, low, high = found
        if value == value:
            return Status.DECIDED if low == high == value else Status.PRORATED
        withheld = self.plan.full is not None and self[self.plan.full.results[name]].is_known
        if low == high and (absent or withheld):
            return Status.DECIDED
        components = self.plan.components[name]
        if withheld or (components and any(self.reading(field).reason == Status.WITHHELD for field in components)):
            return Status.WITHHELD
        if not absent:
            return Status.UNDEFINED
        is_number = type_of(self.plan.results[name]) == "number"
        return Status.TOO_FEW_ANSWERS if is_number else Status.UNDECIDED


class _Anybody(Evaluation):
    """What can be for people of whom nothing is said, not even whether anything is recorded."""

    of_anybody = True


def attainable(node: Node) -> tuple[float, float]:
    """Return the lowest and highest value that a node can have for anybody; never narrower than the truth."""
    value = _Anybody(Plan({}, (), {}, ""), {})[node]
    return value.low, value.high


def absent(field: Field, reason: str = "") -> Reading:
    """Return the reading of a field that has no answer: anything it can be is left open."""
    return Reading(UNKNOWN, field.minimum, field.maximum, reason)


def answered(value: float) -> Reading:
    """Return the reading of a field that was answered."""
    return Reading(value, value, value)


def shown(node: Node, value: float) -> float | int | str | bool | None:
    """Return a node's value as people write it: a level's name, a truth value, a number; None where unknown."""
    return shown_as(type_of(node), levels_of(node), value)


def shown_as(kind: Type, levels: tuple[str, ...], value: float) -> float | int | str | bool | None:
    """Return a value of a type as people write it, one of `levels` by its name; None where unknown."""
    if value != value:
        return None
    match kind:
        case "level":
            return levels[int(value)]
        case "boolean":
            return bool(value)
        case "date":
            return date.fromordinal(int(value)).isoformat()
        case _:
            return int(value) if value.is_integer() and abs(value) < 2**53 else value
