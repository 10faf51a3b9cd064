"""The reader for many people: every node as an array, block by block, equal to the bit to `explain`.

Values are float64 with NaN for unknown. What absent answers leave open is computed only for the rows that lack an
answer; for all others it is the value itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from rvn.plan import nodes
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


def evaluate(plan: Plan, columns: Mapping[str, Column], size: int) -> Evaluated:
    """Return what a plan says about `size` rows.

    Parameters
    ----------
    plan
        What to compute.
    columns
        One a field; a field without a column has nothing recorded.
    size
        Number of rows.
    """
    outputs = {name: _empty(size) for name in plan.results}
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
            for step in plan.of_kind("consistent"):
                contradictions[step.name][rows] = block.value(step.node) == 0
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
        """Return whether an item is asked, or None where it always is."""
        return None if field.asked is None else self.value(field.asked)

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

    def take(self, rows: npt.NDArray[np.intp], plan: Plan | None = None) -> Block:
        """Return a block of some of the rows."""
        return Block(plan or self.plan, {name: c.take(rows) for name, c in self.columns.items()}, len(rows))

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
            some = self.take(unsure)
            low[unsure], high[unsure] = some.bounds(node)
            status[unsure] = some.status(name, absent[unsure], value[unsure], low[unsure], high[unsure])
            decided = status == CODE[Status.DECIDED]
            value[decided] = low[decided]
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
        standing = np.full(self.size, CODE[Status.COMPLETE], np.uint8)
        eligible = [self.value(step.node) for step in self.plan.of_kind("eligible")]
        for value in eligible:
            standing[np.isnan(value)] = CODE[Status.TOO_FEW_ANSWERS]
        for step in self.plan.of_kind("consistent"):
            standing[self.value(step.node) == 0] = CODE[Status.INVALID]
        for value in eligible:
            standing[value == 0] = CODE[Status.NOT_APPLICABLE]
        return standing

    def status(self, name: str, absent: Mask, value: Floats, low: Floats, high: Floats) -> Codes:
        """Return how the rows of an output stand, some of whose answers are absent or whose value is unknown."""
        node, known = self.plan.results[name], ~np.isnan(value)
        left_open = Status.TOO_FEW_ANSWERS if type_of(node) == "number" else Status.UNDECIDED
        status = np.where(absent, np.uint8(CODE[left_open]), np.uint8(CODE[Status.INVALID]))
        for field in self.plan.depends[name]:
            component = self.column(field).status
            if component is not None:
                status[component == CODE[Status.WITHHELD]] = CODE[Status.WITHHELD]
        if self.plan.full is not None:
            hidden = Block(self.plan.full, self.columns, self.size).value(self.plan.full.results[name])
            status[~np.isnan(hidden)] = CODE[Status.WITHHELD]
        status[known] = CODE[Status.PRORATED]
        status[absent & (low == high) & (~known | (value == low))] = CODE[Status.DECIDED]
        status[known & ~absent] = CODE[Status.COMPLETE]
        return status


@values_of(nodes.Constant)
def _constant(on: Block, node: nodes.Constant) -> Floats:
    return on.full(node.value)


@bounds_of(nodes.Constant)
def _constant_bounds(on: Block, node: nodes.Constant) -> Bounds:
    return on.value(node), on.value(node)


@values_of(nodes.Answer)
def _answer(on: Block, node: nodes.Answer) -> Floats:
    values: Floats = on.column(node.field).values
    asked = on.asked(node.field)
    return values if asked is None else np.where(asked == 1, values, np.nan)


@bounds_of(nodes.Answer)
def _answer_bounds(on: Block, node: nodes.Answer) -> Bounds:
    column, value = on.column(node.field), on.value(node)
    low = np.where(np.isnan(value), node.field.minimum, value)
    high = np.where(np.isnan(value), node.field.maximum, value)
    if column.low is not None and column.high is not None:
        low = np.where(np.isnan(column.low), low, column.low)
        high = np.where(np.isnan(column.high), high, column.high)
    return low, high


def _points_if_asked(on: Block, node: nodes.Points) -> Floats:
    values = np.asarray(node.values)
    column = on.column(node.field).values
    if not node.starts:
        table = np.full(256, np.nan)
        table[: len(values)] = values
        return table[column]
    place = np.searchsorted(np.asarray(node.starts), column, side="right") - 1
    return np.where(np.isnan(column), np.nan, values[place])


@values_of(nodes.Points)
def _points(on: Block, node: nodes.Points) -> Floats:
    points, asked = _points_if_asked(on, node), on.asked(node.field)
    return points if asked is None else np.where(asked == 1, points, np.where(asked == 0, 0.0, np.nan))


@bounds_of(nodes.Points)
def _points_bounds(on: Block, node: nodes.Points) -> Bounds:
    points, asked = _points_if_asked(on, node), on.asked(node.field)
    low = np.where(np.isnan(points), min(node.values), points)
    high = np.where(np.isnan(points), max(node.values), points)
    if asked is None:
        return low, high
    low = np.where(asked == 1, low, np.where(asked == 0, 0.0, np.minimum(low, 0)))
    return low, np.where(asked == 1, high, np.where(asked == 0, 0.0, np.maximum(high, 0)))


@values_of(nodes.Is)
def _is(on: Block, node: nodes.Is) -> Floats:
    table = np.zeros(256)
    table[list(node.codes)] = 1
    table[ABSENT:] = np.nan
    among, asked = table[on.column(node.field).values], on.asked(node.field)
    if asked is None:
        return among
    return np.where((asked == 0) | (among == 0), 0.0, np.where(asked == 1, among, np.nan))


@values_of(nodes.Answered)
def _answered(on: Block, node: nodes.Answered) -> Floats:
    asked = on.asked(node.field)
    answered = ~on.lacks(node.field) & (True if asked is None else asked == 1)
    return answered.astype(np.float64)


@bounds_of(nodes.Is)
@bounds_of(nodes.Answered)
def _truth_bounds(on: Block, node: nodes.Is | nodes.Answered) -> Bounds:
    value = on.value(node)
    return np.where(np.isnan(value), 0.0, value), np.where(np.isnan(value), 1.0, value)


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


_OPERATIONS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "**": np.power,
}


@values_of(nodes.Arithmetic)
def _arithmetic(on: Block, node: nodes.Arithmetic) -> Floats:
    left, right = on.value(node.left), on.value(node.right)
    result = _finite(_OPERATIONS[node.operator](left, right))
    if node.operator == "**":  # elsewhere 1 ** unknown is 1
        result[np.isnan(left) | np.isnan(right)] = np.nan
    return result


@bounds_of(nodes.Arithmetic)
def _arithmetic_bounds(on: Block, node: nodes.Arithmetic) -> Bounds:
    (left_low, left_high), (right_low, right_high) = on.bounds(node.left), on.bounds(node.right)
    if node.operator == "+":
        ends = [(left_low, right_low), (left_high, right_high)]
    elif node.operator == "-":
        ends = [(left_low, right_high), (left_high, right_low)]
    else:
        ends = [(x, y) for x in (left_low, left_high) for y in (right_low, right_high)]
    corners = np.array([_end(node.operator, x, y) for x, y in ends])
    unsure = np.isnan(corners).any(axis=0)
    if node.operator == "/":
        unsure |= (right_low <= 0) & (right_high >= 0)
    elif node.operator == "**":
        bounded = np.isfinite(left_high) & np.isfinite(right_high - right_low)
        exact = (left_low == left_high) & (right_low == right_high)
        unsure |= ~exact & ~((left_low > 0) & bounded)
    return np.where(unsure, -np.inf, corners.min(axis=0)), np.where(unsure, np.inf, corners.max(axis=0))


def _end(operator: str, left: Floats, right: Floats) -> Floats:
    result = _OPERATIONS[operator](left, right)
    if operator == "*":
        result = np.where((left == 0) | (right == 0), 0.0, result)
    given = np.isfinite(left) & np.isfinite(right)
    if operator in ("/", "**"):
        return np.where(np.isfinite(result), result, np.nan)
    return np.where(np.isinf(result) & given, np.nan, result)


_COMPARISONS: dict[str, Callable[[Floats, Floats], Mask]] = {
    "<": np.less,
    "<=": np.less_equal,
    "==": np.equal,
    "!=": np.not_equal,
    ">=": np.greater_equal,
    ">": np.greater,
}


@values_of(nodes.Compare)
def _compare(on: Block, node: nodes.Compare) -> Floats:
    left, right = on.value(node.left), on.value(node.right)
    holds = _COMPARISONS[node.operator](left, right).astype(np.float64)
    return np.where(np.isnan(left) | np.isnan(right), np.nan, holds)


@bounds_of(nodes.Compare)
def _compare_bounds(on: Block, node: nodes.Compare) -> Bounds:
    (left_low, left_high), (right_low, right_high) = on.bounds(node.left), on.bounds(node.right)
    compare = _COMPARISONS[node.operator]
    if node.operator in ("<", "<="):
        low, high = compare(left_high, right_low), compare(left_low, right_high)
    elif node.operator in (">", ">="):
        low, high = compare(left_low, right_high), compare(left_high, right_low)
    else:
        low = (left_low == left_high) & (left_high == right_low) & (right_low == right_high)
        high = (left_low <= right_high) & (right_low <= left_high)
        if node.operator == "!=":
            low, high = ~high, ~low
    return low.astype(np.float64), high.astype(np.float64)


@values_of(nodes.Not)
def _not(on: Block, node: nodes.Not) -> Floats:
    return 1 - on.value(node.of)


@bounds_of(nodes.Not)
def _not_bounds(on: Block, node: nodes.Not) -> Bounds:
    low, high = on.bounds(node.of)
    return 1 - high, 1 - low


@values_of(nodes.All)
def _all(on: Block, node: nodes.All) -> Floats:
    parts = np.array([on.value(part) for part in node.parts])
    return np.where((parts == 0).any(axis=0), 0.0, parts.min(axis=0))


@values_of(nodes.Any)
def _any(on: Block, node: nodes.Any) -> Floats:
    parts = np.array([on.value(part) for part in node.parts])
    return np.where((parts == 1).any(axis=0), 1.0, parts.max(axis=0))


def _ends(on: Block, parts: tuple[Node, ...]) -> Iterator[npt.NDArray[np.float64]]:
    """Yield the low and the high ends of several nodes, each as rows of one array."""
    for ends in zip(*(on.bounds(part) for part in parts), strict=True):
        yield np.array(ends)


@bounds_of(nodes.All)
def _all_bounds(on: Block, node: nodes.All) -> Bounds:
    low, high = _ends(on, node.parts)
    return low.min(axis=0), high.min(axis=0)


@bounds_of(nodes.Any)
def _any_bounds(on: Block, node: nodes.Any) -> Bounds:
    low, high = _ends(on, node.parts)
    return low.max(axis=0), high.max(axis=0)


@values_of(nodes.Choose)
def _choose(on: Block, node: nodes.Choose) -> Floats:
    test = on.value(node.test)
    chosen = np.where(test == 1, on.value(node.then), on.value(node.otherwise))
    return np.where(np.isnan(test), np.nan, chosen)


@bounds_of(nodes.Choose)
def _choose_bounds(on: Block, node: nodes.Choose) -> Bounds:
    return _either(on.bounds(node.test), on.bounds(node.then), on.bounds(node.otherwise))


def _either(test: Bounds, then: Bounds, otherwise: Bounds) -> Bounds:
    sure = test[0] == test[1]
    low = np.where(test[0] == 1, then[0], otherwise[0])
    high = np.where(test[0] == 1, then[1], otherwise[1])
    return (
        np.where(sure, low, np.minimum(then[0], otherwise[0])),
        np.where(sure, high, np.maximum(then[1], otherwise[1])),
    )


@values_of(nodes.Extreme)
def _extreme(on: Block, node: nodes.Extreme) -> Floats:
    parts = np.array([on.value(part) for part in node.parts])
    result: Floats = parts.min(axis=0) if node.which == "min" else parts.max(axis=0)
    return result


@bounds_of(nodes.Extreme)
def _extreme_bounds(on: Block, node: nodes.Extreme) -> Bounds:
    low, high = _ends(on, node.parts)
    if node.which == "min":
        return low.min(axis=0), high.min(axis=0)
    return low.max(axis=0), high.max(axis=0)


def _logistic(values: Floats) -> Floats:
    growth = np.exp(-np.abs(values))
    return np.where(values >= 0, 1 / (1 + growth), growth / (1 + growth))


_FUNCTIONS: dict[str, Callable[[Floats], Floats]] = {
    "abs": np.abs,
    "floor": np.floor,
    "log": np.log,
    "exp": np.exp,
    "logistic": _logistic,
}


@values_of(nodes.Apply)
def _apply(on: Block, node: nodes.Apply) -> Floats:
    return _finite(_FUNCTIONS[node.function](on.value(node.of)))


@bounds_of(nodes.Apply)
def _apply_bounds(on: Block, node: nodes.Apply) -> Bounds:
    low, high = on.bounds(node.of)
    function = _FUNCTIONS[node.function]
    first, last = function(low), function(high)
    if node.function == "abs":
        return np.where((low <= 0) & (high >= 0), 0.0, np.minimum(first, last)), np.maximum(first, last)
    # An end that the function does not reach is open; so is one too large to write.
    first = np.where(np.isnan(first) | (np.isinf(first) & np.isfinite(low)), -np.inf, first)
    last = np.where(np.isnan(last) | (np.isinf(last) & np.isfinite(high)), np.inf, last)
    return first, last


@values_of(nodes.Round)
def _round(on: Block, node: nodes.Round) -> Floats:
    return _round_to(on.value(node.of), node)


@bounds_of(nodes.Round)
def _round_bounds(on: Block, node: nodes.Round) -> Bounds:
    low, high = on.bounds(node.of)
    return _round_to(low, node), _round_to(high, node)


def _round_to(values: Floats, node: nodes.Round) -> Floats:
    scaled = values * node.per / node.multiple
    whole = np.floor(scaled)
    rest = scaled - whole
    tie = {"away": scaled > 0, "even": whole % 2 == 1, "up": True, "down": False}[node.ties]
    up = np.where(rest == 0.5, tie, rest > 0.5)
    return np.where(np.isfinite(values), (whole + up) * node.multiple / node.per, values)


_EPOCH = 719_163  # the day number of 1970-01-01


@values_of(nodes.Between)
def _between(on: Block, node: nodes.Between) -> Floats:
    start, end = on.value(node.start), on.value(node.end)
    known = ~(np.isnan(start) | np.isnan(end))
    (start_month, start_day), (end_month, end_day) = _month_and_day(start[known]), _month_and_day(end[known])
    months = end_month - start_month - (end_day < start_day)
    result = np.full(on.size, np.nan)
    result[known] = months if node.unit == "months" else months // 12
    return result


def _month_and_day(days: Floats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    dates = (days.astype(np.int64) - _EPOCH).astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    return months.astype(np.int64), (dates - months.astype("datetime64[D]")).astype(np.int64)


@bounds_of(nodes.Between)
def _between_bounds(on: Block, node: nodes.Between) -> Bounds:
    value = on.value(node)
    return np.where(np.isnan(value), -np.inf, value), np.where(np.isnan(value), np.inf, value)


@values_of(nodes.Coalesce)
def _coalesce(on: Block, node: nodes.Coalesce) -> Floats:
    result = on.value(node.parts[0])
    for part in node.parts[1:]:
        result = np.where(np.isnan(result), on.value(part), result)
    return result


@bounds_of(nodes.Coalesce)
def _coalesce_bounds(on: Block, node: nodes.Coalesce) -> Bounds:
    low, high = on.bounds(node.parts[0])
    waiting = np.isnan(on.value(node.parts[0]))
    for part in node.parts[1:]:
        part_low, part_high = on.bounds(part)
        low = np.where(waiting, np.minimum(low, part_low), low)
        high = np.where(waiting, np.maximum(high, part_high), high)
        waiting = waiting & np.isnan(on.value(part))
    return low, high


@values_of(nodes.CountOf)
def _count_of(on: Block, node: nodes.CountOf) -> Floats:
    count: Floats = np.array([on.value(part) for part in node.parts]).sum(axis=0)
    return count


@bounds_of(nodes.CountOf)
def _count_of_bounds(on: Block, node: nodes.CountOf) -> Bounds:
    low, high = _ends(on, node.parts)
    return low.sum(axis=0), high.sum(axis=0)


def _left_out(on: Block, node: nodes.Total, part: nodes.Part) -> Mask | None:
    """Return where a part of a total is left out, or None where it never is."""
    if part.field is None:
        return None
    asked = on.asked(part.field)
    out = None if asked is None else asked == 0
    if node.leave_out:
        codes = [ABSENT + part.field.reasons.index(r) for r in node.leave_out if r in part.field.reasons]
        given = np.isin(on.reasons(part.field), codes)
        out = given if out is None else out | given
    return out


@values_of(nodes.Total)
def _total(on: Block, node: nodes.Total) -> Floats:
    unit = 1.0 if node.decimals is None else 10.0**node.decimals
    total, n_parts, n_absent = on.full(0.0), on.full(0.0), on.full(0.0)
    outside = np.zeros(on.size, np.bool_)
    for part in node.parts:
        value, left_out = on.value(part.of), _left_out(on, node, part)
        absent = np.isnan(value)
        counted: Any = True
        if left_out is not None:
            absent, counted = absent & ~left_out, ~left_out
            value = np.where(left_out, 0.0, value)
        n_parts += counted
        if absent.any():
            n_absent += absent
            value = np.where(absent, 0.0, value)
            if node.only is not None and part.name not in node.only:
                outside |= absent
        total += value if node.decimals is None else np.rint(value * unit)
    n_present = n_parts - n_absent
    forbidden = outside | (n_absent > node.allow) | (n_present < max(1, node.at_least))
    if node.method == "prorate":
        result = np.where(n_absent > 0, total * n_parts / (n_present * unit), total / unit)
    else:
        result = total / unit
    return np.where((n_absent > 0) & forbidden, np.nan, result)


@bounds_of(nodes.Total)
def _total_bounds(on: Block, node: nodes.Total) -> Bounds:
    lows, highs = [], []
    for part in node.parts:
        (low, high), left_out = on.bounds(part.of), _left_out(on, node, part)
        lows.append(low if left_out is None else np.where(left_out, 0.0, low))
        highs.append(high if left_out is None else np.where(left_out, 0.0, high))
    return _sum(lows, node.decimals), _sum(highs, node.decimals)


def _sum(parts: list[Floats], decimals: int | None) -> Floats:
    unit = 1.0 if decimals is None else 10.0**decimals
    exact, plain = np.zeros(len(parts[0])), np.zeros(len(parts[0]))
    for part in parts:
        exact += part if decimals is None else np.rint(part * unit)
        plain += part
    return np.where(np.isfinite(plain), exact / unit, plain)


@values_of(nodes.Bands)
def _bands(on: Block, node: nodes.Bands) -> Floats:
    value = on.value(node.of)
    place = np.searchsorted(np.asarray(node.starts), value, side="right") - 1.0
    place[np.isnan(value) | (place < 0)] = np.nan
    return place


@bounds_of(nodes.Bands)
def _bands_bounds(on: Block, node: nodes.Bands) -> Bounds:
    starts = np.asarray(node.starts)
    low, high = (np.searchsorted(starts, end, side="right") - 1.0 for end in on.bounds(node.of))
    return np.maximum(low, 0), np.maximum(high, 0)


@values_of(nodes.Cells)
def _cells(on: Block, node: nodes.Cells) -> Floats:
    row, column = on.value(node.rows), on.value(node.columns)
    known = ~(np.isnan(row) | np.isnan(column))
    result = on.full(np.nan)
    result[known] = np.asarray(node.cells, float)[row[known].astype(int), column[known].astype(int)]
    return result


@bounds_of(nodes.Cells)
def _cells_bounds(on: Block, node: nodes.Cells) -> Bounds:
    rows, columns = on.bounds(node.rows), on.bounds(node.columns)
    low, high = on.full(np.inf), on.full(-np.inf)
    for row, cells in enumerate(node.cells):
        for column, cell in enumerate(cells):
            inside = (rows[0] <= row) & (row <= rows[1]) & (columns[0] <= column) & (column <= columns[1])
            low = np.where(inside, np.minimum(low, cell), low)
            high = np.where(inside, np.maximum(high, cell), high)
    return low, high


@values_of(nodes.Move)
def _move(on: Block, node: nodes.Move) -> Floats:
    before, test = on.value(node.of), on.value(node.test)
    after = _moved(node, before)
    unsure = np.where(before == after, before, np.nan)
    return np.where(test == 1, after, np.where(test == 0, before, unsure))


@bounds_of(nodes.Move)
def _move_bounds(on: Block, node: nodes.Move) -> Bounds:
    low, high = on.bounds(node.of)
    return _either(on.bounds(node.test), (_moved(node, low), _moved(node, high)), (low, high))


def _moved(node: nodes.Move, values: Floats) -> Floats:
    if node.how == "set":
        return np.full(len(values), node.to)
    if node.how == "raise":
        return np.maximum(values, node.to)
    if node.how == "lower":
        return np.minimum(values, node.to)
    shifted = values + node.to
    return np.minimum(np.maximum(shifted, np.minimum(values, node.lowest)), np.maximum(values, node.highest))


@values_of(nodes.Withheld)
def _withheld(on: Block, node: nodes.Withheld) -> Floats:
    return on.full(np.nan)


@bounds_of(nodes.Withheld)
def _withheld_bounds(on: Block, node: nodes.Withheld) -> Bounds:
    return on.full(node.low), on.full(node.high)
