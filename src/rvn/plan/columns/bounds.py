"""What absent answers leave open, for every kind of node and all rows of a block at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rvn.plan import nodes
from rvn.plan.columns.block import Block, Bounds, Floats, Mask, bounds_of
from rvn.plan.columns.values import (
    COMPARISONS,
    FUNCTIONS,
    OPERATIONS,
    added,
    is_if_asked,
    left_out_by_reason,
    moved,
    place_among,
    points_if_asked,
    round_to,
)
from rvn.plan.nodes import Field, Node
from rvn.plan.status import CODE, Status


@bounds_of(nodes.Constant)
def _constant_bounds(on: Block, node: nodes.Constant) -> Bounds:
    return on.value(node), on.value(node)


OPEN_RESULTS = (Status.PRORATED, Status.TOO_FEW_ANSWERS, Status.UNDEFINED, Status.WITHHELD)


@bounds_of(nodes.Answer)
def _answer_bounds(on: Block, node: nodes.Answer) -> Bounds:
    column, field = on.column(node.field), node.field
    values = on.numbers(field)
    low = np.where(np.isnan(values), field.minimum, values)
    high = np.where(np.isnan(values), field.maximum, values)
    if column.low is not None and column.high is not None and column.status is not None:
        # Beside a result that answers behind it leave open, no end in the column means that there is none.
        left_open = np.isin(column.status, [CODE[status] for status in OPEN_RESULTS])
        no_end = (-np.inf, np.inf) if field.kind == "number" else (field.minimum, field.maximum)
        low = np.where(np.isnan(column.low), np.where(left_open, no_end[0], low), column.low)
        high = np.where(np.isnan(column.high), np.where(left_open, no_end[1], high), column.high)
    surely = on.surely_asked(field)
    if surely is None:
        return low, high
    return np.where(surely == 1, low, field.minimum), np.where(surely == 1, high, field.maximum)


def _if_asked(on: Block, field: Field, low: Floats, high: Floats) -> Bounds:
    """Return what an item adds or says where it is asked, and nothing where it is not."""
    surely = on.surely_asked(field)
    if surely is None:
        return low, high
    low = np.where(surely == 1, low, np.where(surely == 0, 0.0, np.minimum(low, 0)))
    return low, np.where(surely == 1, high, np.where(surely == 0, 0.0, np.maximum(high, 0)))


@bounds_of(nodes.Points)
def _points_bounds(on: Block, node: nodes.Points) -> Bounds:
    points = points_if_asked(on, node)
    low = np.where(np.isnan(points), min(node.values), points)
    return _if_asked(on, node.field, low, np.where(np.isnan(points), max(node.values), points))


@bounds_of(nodes.Is)
def _is_bounds(on: Block, node: nodes.Is) -> Bounds:
    among = is_if_asked(on, node)
    return _if_asked(on, node.field, np.where(np.isnan(among), 0.0, among), np.where(np.isnan(among), 1.0, among))


@bounds_of(nodes.Answered)
def _answered_bounds(on: Block, node: nodes.Answered) -> Bounds:
    recorded = (~on.lacks(node.field)).astype(np.float64)
    return _if_asked(on, node.field, recorded, recorded)


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
    result = OPERATIONS[operator](left, right)
    if operator == "*":
        result = np.where((left == 0) | (right == 0), 0.0, result)
    given = np.isfinite(left) & np.isfinite(right)
    if operator in ("/", "**"):
        return np.where(np.isfinite(result), result, np.nan)
    return np.where(np.isinf(result) & given, np.nan, result)


@bounds_of(nodes.Compare)
def _compare_bounds(on: Block, node: nodes.Compare) -> Bounds:
    (left_low, left_high), (right_low, right_high) = on.bounds(node.left), on.bounds(node.right)
    compare = COMPARISONS[node.operator]
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


@bounds_of(nodes.Not)
def _not_bounds(on: Block, node: nodes.Not) -> Bounds:
    low, high = on.bounds(node.of)
    return 1 - high, 1 - low


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


@bounds_of(nodes.Extreme)
def _extreme_bounds(on: Block, node: nodes.Extreme) -> Bounds:
    low, high = _ends(on, node.parts)
    if node.which == "min":
        return low.min(axis=0), high.min(axis=0)
    return low.max(axis=0), high.max(axis=0)


@bounds_of(nodes.Apply)
def _apply_bounds(on: Block, node: nodes.Apply) -> Bounds:
    low, high = on.bounds(node.of)
    function = FUNCTIONS[node.function]
    first, last = function(low), function(high)
    if node.function == "abs":
        return np.where((low <= 0) & (high >= 0), 0.0, np.minimum(first, last)), np.maximum(first, last)
    # An end that the function does not reach is open; so is one too large to write.
    first = np.where(np.isnan(first) | (np.isinf(first) & np.isfinite(low)), -np.inf, first)
    last = np.where(np.isnan(last) | (np.isinf(last) & np.isfinite(high)), np.inf, last)
    return first, last


@bounds_of(nodes.Round)
def _round_bounds(on: Block, node: nodes.Round) -> Bounds:
    low, high = on.bounds(node.of)
    return round_to(low, node), round_to(high, node)


@bounds_of(nodes.Between)
def _between_bounds(on: Block, node: nodes.Between) -> Bounds:
    value = on.value(node)
    (start_low, start_high), (end_low, end_high) = on.bounds(node.start), on.bounds(node.end)
    # A value made from dates that are still open, the first known of several, leaves anything open.
    left_open = np.isnan(value) | (start_low != start_high) | (end_low != end_high)
    return np.where(left_open, -np.inf, value), np.where(left_open, np.inf, value)


@bounds_of(nodes.Coalesce)
def _coalesce_bounds(on: Block, node: nodes.Coalesce) -> Bounds:
    low, high = on.bounds(node.parts[0])
    waiting = np.isnan(on.value(node.parts[0]))
    stopped = waiting if 0 in node.hidden else np.zeros(on.size, np.bool_)
    for place, part in enumerate(node.parts[1:], start=1):
        part_low, part_high = on.bounds(part)
        low = np.where(waiting, np.minimum(low, part_low), low)
        high = np.where(waiting, np.maximum(high, part_high), high)
        waiting = waiting & (np.isnan(on.value(part)) | stopped)
        if place in node.hidden:
            stopped = stopped | waiting
    return low, high


@bounds_of(nodes.CountOf)
def _count_of_bounds(on: Block, node: nodes.CountOf) -> Bounds:
    low, high = _ends(on, node.parts)
    return low.sum(axis=0), high.sum(axis=0)


class Ends(NamedTuple):
    """The lowest and highest that one part can bring to a total.

    `counts`: it may belong to the scale; `by_reason`: it is left out because of the reason for its absence.
    """

    low: Floats
    high: Floats
    counts: Mask
    by_reason: Mask


def ends_of(on: Block, node: nodes.Total, part: nodes.Part) -> Ends:
    """Return what a part can bring to a total."""
    low, high = on.bounds(part.of)
    counts, by_reason = np.ones(on.size, np.bool_), np.zeros(on.size, np.bool_)
    if part.field is not None:
        low, high = _if_asked(on, part.field, low, high)
        surely = on.surely_asked(part.field)
        if surely is not None:
            counts &= surely != 0
        if node.leave_out:
            by_reason = on.is_absent(part.field) & left_out_by_reason(on, node, part.field)
            low, high = np.where(by_reason, 0.0, low), np.where(by_reason, 0.0, high)
            counts &= ~by_reason
    return Ends(low, high, counts, by_reason)


@bounds_of(nodes.Total)
def _total_bounds(on: Block, node: nodes.Total) -> Bounds:
    ends = [ends_of(on, node, part) for part in node.parts]
    # Where everything was left out for a reason there is no total, not one of zero.
    counted = np.logical_or.reduce([part.counts for part in ends])
    empty = np.logical_or.reduce([part.by_reason for part in ends]) & ~counted
    low, high = (added(sides, node.decimals) for sides in ([e.low for e in ends], [e.high for e in ends]))
    return np.where(empty, -np.inf, low), np.where(empty, np.inf, high)


@bounds_of(nodes.Bands)
def _bands_bounds(on: Block, node: nodes.Bands) -> Bounds:
    low, high = on.bounds(node.of)
    first, last = (place_among(node.starts, end).astype(np.float64) for end in (low, high))
    # Below the lowest bound there is no level, so that nothing is decided there.
    outside = low < node.starts[0]
    return np.where(outside, 0.0, first), np.where(outside, len(node.levels) - 1.0, last)


@bounds_of(nodes.Lookup)
def _lookup_bounds(on: Block, node: nodes.Lookup) -> Bounds:
    keys, values = np.asarray(node.keys), np.asarray(node.values)
    low, high = on.bounds(node.of)
    first, last = np.searchsorted(keys, low, side="left"), np.searchsorted(keys, high, side="right")
    ends = (0.0, len(node.levels) - 1.0) if node.levels else (-np.inf, np.inf)
    # What is left open is known only where every whole number between the ends has a row.
    closed = (low == high) & (last > first) | (last - first == high - low + 1)
    spans, which = np.unique(first * (len(keys) + 1) + last, return_inverse=True)
    lowest, highest = np.full(len(spans), ends[0]), np.full(len(spans), ends[1])
    for place, code in enumerate(spans):
        start, end = divmod(int(code), len(keys) + 1)
        if start < end:
            lowest[place], highest[place] = values[start:end].min(), values[start:end].max()
    return np.where(closed, lowest[which], ends[0]), np.where(closed, highest[which], ends[1])


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


@bounds_of(nodes.Move)
def _move_bounds(on: Block, node: nodes.Move) -> Bounds:
    low, high = on.bounds(node.of)
    return _either(on.bounds(node.test), (moved(node, low), moved(node, high)), (low, high))


@bounds_of(nodes.Withheld)
def _withheld_bounds(on: Block, node: nodes.Withheld) -> Bounds:
    return on.full(node.low), on.full(node.high)
