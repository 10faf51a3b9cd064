"""Blocks of rows, and how the arrays of a plan's nodes end in outputs with a status."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from rvn.plan.nodes import Field, Node
from rvn.plan.plan import Plan
from rvn.plan.status import CODE, Status
from rvn.plan.types import type_of

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.uint8]
Counts = npt.NDArray[np.uint16]
Mask = npt.NDArray[np.bool_]
Bounds = tuple[Floats, Floats]

ABSENT = 240  # codes from here on are reasons for absence
NOTHING = 255  # nothing was recorded
_AS_NUMBERS = np.where(np.arange(256) < ABSENT, np.arange(256.0), np.nan)


@dataclass(frozen=True, slots=True)
class Column:
    """What was recorded for one field in every row.

    Parameters
    ----------
    values
        One byte an answer: the code of an option, or a whole number below `ABSENT`, or the code of an absence.
        Otherwise float64 with NaN for absent; choices have one byte, dates and levels never.
    reasons
        For what is float64: the code of the absence where there is one.
    low, high
        For components' results: what they leave open.
    status
        For components' results: `plan.status.CODE` of each.
    """

    values: npt.NDArray[Any]
    reasons: Codes | None = None
    low: Floats | None = None
    high: Floats | None = None
    status: Codes | None = None

    @property
    def is_coded(self) -> bool:
        """Whether an answer is one byte."""
        return self.values.dtype == np.uint8

    def numbers(self) -> Floats:
        """Return numbers, days or places of levels, NaN where nothing is recorded."""
        values: Floats = _AS_NUMBERS[self.values] if self.is_coded else self.values
        return values

    def take(self, rows: Any) -> Column:
        """Return some of the rows."""
        parts = (self.values, self.reasons, self.low, self.high, self.status)
        return Column(*(None if part is None else part[rows] for part in parts))  # type: ignore[arg-type]


class OutputColumns(NamedTuple):
    """One output in every row.

    `value` may be stated (NaN otherwise), `low` and `high` are its bounds, `status` the code of its status, and
    `absent` the number of absent answers among those that it is computed from.
    """

    value: Floats
    low: Floats
    high: Floats
    status: Codes
    absent: Counts

    def take(self, rows: Any) -> OutputColumns:
        """Return some of the rows."""
        return OutputColumns(*(part[rows] for part in self))


N = TypeVar("N", bound=Node)
VALUES: dict[type[Node], Callable[[Block, Any], Floats]] = {}
BOUNDS: dict[type[Node], Callable[[Block, Any], Bounds]] = {}


def values_of(kind: type[N]) -> Callable[[Callable[[Block, N], Floats]], Callable[[Block, N], Floats]]:
    """Register the function that computes the values of nodes of one kind."""

    def register(function: Callable[[Block, N], Floats]) -> Callable[[Block, N], Floats]:
        VALUES[kind] = function
        return function

    return register


def bounds_of(kind: type[N]) -> Callable[[Callable[[Block, N], Bounds]], Callable[[Block, N], Bounds]]:
    """Register the function that computes what nodes of one kind leave open."""

    def register(function: Callable[[Block, N], Bounds]) -> Callable[[Block, N], Bounds]:
        BOUNDS[kind] = function
        return function

    return register


class Block:
    """Some rows, and the arrays of the nodes computed for them."""

    def __init__(self, plan: Plan, columns: Mapping[str, Column], size: int) -> None:
        self.plan = plan
        self.columns = columns
        self.size = size
        self._values: dict[int, Floats] = {}
        self._bounds: dict[int, Bounds] = {}
        self._absent: dict[str, Mask] = {}
        self._numbers: dict[str, Floats] = {}
        self._standing: Codes | None = None
        self._parts: dict[bytes, Block] = {}

    def value(self, node: Node) -> Floats:
        """Return the values of a node, NaN where unknown."""
        found = self._values.get(id(node))
        if found is None:
            found = self._values[id(node)] = VALUES[type(node)](self, node)
        return found

    def bounds(self, node: Node) -> Bounds:
        """Return what absent answers leave open."""
        found = self._bounds.get(id(node))
        if found is None:
            found = self._bounds[id(node)] = BOUNDS[type(node)](self, node)
        return found

    def full(self, value: float) -> Floats:
        """Return one value for every row."""
        return np.full(self.size, value)

    def column(self, field: Field) -> Column:
        """Return what was recorded for a field, or that nothing was."""
        found = self.columns.get(field.name)
        if found is not None:
            return found
        if field.kind == "choice":
            return Column(np.full(self.size, NOTHING, np.uint8))
        return Column(self.full(np.nan))

    def numbers(self, field: Field) -> Floats:
        """Return what was recorded as a number, a day or the place of a level; NaN where nothing is."""
        found = self._numbers.get(field.name)
        if found is None:
            found = self._numbers[field.name] = self.column(field).numbers()
        return found

    def lacks(self, field: Field) -> Mask:
        """Return where there is no answer, asked or not."""
        column = self.column(field)
        return column.values >= ABSENT if column.is_coded else np.isnan(column.values)

    def reasons(self, field: Field) -> Codes:
        """Return the code of the absence in every row, below `ABSENT` where there is an answer."""
        column = self.column(field)
        if column.is_coded:
            return column.values
        if column.reasons is not None:
            return column.reasons
        return np.where(np.isnan(column.values), np.uint8(NOTHING), np.uint8(0))

    def asked(self, field: Field) -> Floats | None:
        """Return whether an item is asked (NaN where that is left open), or None where it always is."""
        if field.asked is None:
            return None
        value = self.value(field.asked)
        if not np.isnan(value).any():
            return value
        low, high = self.bounds(field.asked)
        return np.where(np.isnan(value) & (low == high), low, value)

    def surely_asked(self, field: Field) -> Floats | None:
        """Return whether an item is asked whatever the absent answers are, or None where it always is."""
        if field.asked is None:
            return None
        low, high = self.bounds(field.asked)
        return np.where(low == high, low, np.nan)

    def is_absent(self, field: Field) -> Mask:
        """Return where an answer is lacking or partial; one to an item that is not asked never is."""
        found = self._absent.get(field.name)
        if found is None:
            found = self.lacks(field)
            status = self.column(field).status
            if status is not None:
                found = found | (status != CODE[Status.COMPLETE])
            asked = self.asked(field)
            if asked is not None:
                found = found & (asked != 0)
            self._absent[field.name] = found
        return found

    def _some(self, rows: npt.NDArray[np.intp]) -> Block:
        """Return a block of some of the rows; outputs that are unsure about the same rows share it."""
        if len(rows) == self.size:
            return self
        key = rows.tobytes()
        if key not in self._parts:
            columns = {name: column.take(rows) for name, column in self.columns.items()}
            self._parts[key] = Block(self.plan, columns, len(rows))
        return self._parts[key]

    @functools.cached_property
    def _full(self) -> Block | None:
        """The same rows under the plan that withholds nothing."""
        if self.plan.full is None:
            return None
        full = Block(self.plan.full, self.columns, self.size)
        full._values, full._bounds = self._values, self._bounds  # what both plans have in common is computed once
        return full

    def output(self, name: str) -> OutputColumns:
        """Return an output or a flag with its status; it has values only where they may be stated."""
        node, fields = self.plan.results[name], self.plan.depends[name]
        value = self.value(node).copy()
        n_absent = np.zeros(self.size, np.uint16)
        for field in fields:
            n_absent += self.is_absent(field)
        absent = n_absent > 0
        low, high = value.copy(), value.copy()
        unsure = np.flatnonzero(absent | np.isnan(value))
        status = np.full(self.size, CODE[Status.COMPLETE], np.uint8)
        if len(unsure):
            some = self._some(unsure)
            low[unsure], high[unsure] = some.bounds(node)
            status[unsure] = some.status(name, absent[unsure], value[unsure], low[unsure], high[unsure])
            decided = status == CODE[Status.DECIDED]
            value[decided] = low[decided]
            complete = status == CODE[Status.COMPLETE]
            low[complete] = high[complete] = value[complete]
        standing = self.standing(fields)
        status = np.where(standing != CODE[Status.COMPLETE], standing, status)
        stated = np.isin(status, [CODE[s] for s in (Status.COMPLETE, Status.PRORATED, Status.DECIDED)])
        value[~stated] = np.nan
        void = (status == CODE[Status.NOT_APPLICABLE]) | (status == CODE[Status.INVALID])
        low[void] = high[void] = np.nan
        return OutputColumns(value, low, high, status, n_absent)

    def standing(self, fields: tuple[Field, ...]) -> Codes:
        """Return the status that eligibility, components and contradictions impose, complete where they do not."""
        if self._standing is None:
            self._standing = self._standing_of_all()
        standing = self._standing
        for field in fields:
            status = self.column(field).status
            if status is not None:
                for broken in (Status.INVALID, Status.NOT_APPLICABLE):
                    hit = (status == CODE[broken]) & (standing != CODE[Status.NOT_APPLICABLE])
                    standing = np.where(hit, np.uint8(CODE[broken]), standing)
        return standing

    def _standing_of_all(self) -> Codes:
        # Conditions apply whatever their evidence, since they state nothing.
        full = self._full or self
        standing = np.full(self.size, CODE[Status.COMPLETE], np.uint8)
        eligible = [full.value(step.node) for step in full.plan.of_kind("eligible")]
        for value in eligible:
            standing[np.isnan(value)] = CODE[Status.TOO_FEW_ANSWERS]
        for step in full.plan.of_kind("consistent"):
            standing[full.value(step.node) == 0] = CODE[Status.INVALID]
        for value in eligible:
            standing[value == 0] = CODE[Status.NOT_APPLICABLE]
        return standing

    def contradictions(self) -> Iterator[tuple[str, Mask]]:
        """Yield where each consistency condition fails."""
        full = self._full or self
        for step in full.plan.of_kind("consistent"):
            yield step.name, full.value(step.node) == 0

    def status(self, name: str, absent: Mask, value: Floats, low: Floats, high: Floats) -> Codes:
        """Return how the rows of an output stand, some of whose answers are absent or whose value is unknown."""
        node, known = self.plan.results[name], ~np.isnan(value)
        left_open = Status.TOO_FEW_ANSWERS if type_of(node) == "number" else Status.UNDECIDED
        status = np.where(absent, np.uint8(CODE[left_open]), np.uint8(CODE[Status.UNDEFINED]))
        for field in self.plan.depends[name]:
            component = self.column(field).status
            if component is not None:
                status[component == CODE[Status.WITHHELD]] = CODE[Status.WITHHELD]
        withheld = np.zeros(self.size, np.bool_)
        if self._full is not None:
            withheld = ~np.isnan(self._full.value(self._full.plan.results[name]))
            status[withheld] = CODE[Status.WITHHELD]
        status[(low == high) & (absent | withheld)] = CODE[Status.DECIDED]
        status[known] = np.where(low == high, CODE[Status.DECIDED], CODE[Status.PRORATED])[known]
        status[known & (value != low)] = CODE[Status.PRORATED]
        status[known & ~absent] = CODE[Status.COMPLETE]
        return status
