"""Blocks of rows, and how the arrays of a plan's nodes end in outputs with a status."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator, Mapping
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
Mask = npt.NDArray[np.bool_]
Bounds = tuple[Floats, Floats]

ABSENT = 240  # codes from here on are reasons for absence
NOTHING = 255  # nothing was recorded
BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class Column:
    """What was recorded for one field in every row.

    Parameters
    ----------
    values
        Codes of options and absences as uint8 for a choice; float64 with NaN for absent otherwise.
    reasons
        For numbers, dates and levels: the code of the absence where there is one.
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

    def take(self, rows: Any) -> Column:
        """Return some of the rows."""
        parts = (self.values, self.reasons, self.low, self.high, self.status)
        return Column(*(None if part is None else part[rows] for part in parts))  # type: ignore[arg-type]


class OutputColumns(NamedTuple):
    """One output in every row: a value that may be stated (NaN otherwise), its bounds, and the code of its status."""

    value: Floats
    low: Floats
    high: Floats
    status: Codes


class Evaluated(NamedTuple):
    """Everything the plan says about some rows.

    `outputs` holds outputs and flags; `contradictions` where a consistency condition fails; `ignored` where an item
    was answered although it is not asked.
    """

    outputs: dict[str, OutputColumns]
    contradictions: dict[str, Mask]
    ignored: dict[str, Mask]


def evaluate(plan: Plan, columns: Mapping[str, Column], size: int, names: Collection[str] | None = None) -> Evaluated:
    """Return what a plan says about `size` rows.

    Parameters
    ----------
    plan
        What to compute.
    columns
        One a field; a field without a column has nothing recorded.
    size
        Number of rows.
    names
        The outputs and flags wanted; all when not given.
    """
    outputs = {name: _empty(size) for name in plan.results if names is None or name in names}
    contradictions = {step.name: np.zeros(size, np.bool_) for step in plan.of_kind("consistent")}
    ignored = {name: np.zeros(size, np.bool_) for name, field in plan.fields.items() if field.asked is not None}
    for start in range(0, size, BLOCK):
        rows = slice(start, min(start + BLOCK, size))
        block = Block(plan, {name: column.take(rows) for name, column in columns.items()}, rows.stop - start)
        with np.errstate(all="ignore"):
            for name, whole in outputs.items():
                part = block.output(name)
                whole.value[rows], whole.low[rows], whole.high[rows] = part.value, part.low, part.high
                whole.status[rows] = part.status
            for name, contradicts in block.contradictions():
                contradictions[name][rows] = contradicts
            for name, mask in ignored.items():
                mask[rows] = (block.asked(plan.fields[name]) == 0) & ~block.lacks(plan.fields[name])
    return Evaluated(outputs, contradictions, ignored)


def _empty(size: int) -> OutputColumns:
    return OutputColumns(np.empty(size), np.empty(size), np.empty(size), np.empty(size, np.uint8))


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

    def lacks(self, field: Field) -> Mask:
        """Return where there is no answer, asked or not."""
        values = self.column(field).values
        return values >= ABSENT if field.kind == "choice" else np.isnan(values)

    def reasons(self, field: Field) -> Codes:
        """Return the code of the absence in every row, below `ABSENT` where there is an answer."""
        column = self.column(field)
        if field.kind == "choice":
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
        return None if self.plan.full is None else Block(self.plan.full, self.columns, self.size)

    def output(self, name: str) -> OutputColumns:
        """Return an output or a flag with its status; it has values only where they may be stated."""
        node, fields = self.plan.results[name], self.plan.depends[name]
        value = self.value(node).copy()
        absent = np.zeros(self.size, np.bool_)
        for field in fields:
            absent |= self.is_absent(field)
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
        return OutputColumns(value, low, high, status)

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
