"""Values chosen among others: by conditions, ranges, tables and rules."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from rvn.plan import nodes
from rvn.plan.relation.numbers import double, every, extreme, known, literal, some, unknown, when
from rvn.plan.relation.relation import Known, Relation, Truth, reads, truth_of
from rvn.plan.types import type_of

BRANCHES = 24  # of a search written out one after the other; a longer one is halved


@reads(nodes.All)
def _all(on: Relation, node: nodes.All) -> Truth:
    true, false, surely_true, surely_false = zip(*(on.truth(part) for part in node.parts), strict=True)
    return Truth(every(true), some(false), every(surely_true), some(surely_false))


@reads(nodes.Any)
def _any(on: Relation, node: nodes.Any) -> Truth:
    true, false, surely_true, surely_false = zip(*(on.truth(part) for part in node.parts), strict=True)
    return Truth(some(true), every(false), some(surely_true), every(surely_false))


@reads(nodes.Choose)
def _choose(on: Relation, node: nodes.Choose) -> Known | Truth:
    test, then, otherwise = on.truth(node.test), on.known(node.then), on.known(node.otherwise)
    value = when((test.true, then.value), (test.false, otherwise.value))
    found = Known(_alike(value, then, otherwise), *_either(test, then, otherwise))
    return truth_of(on.held(found, node)) if type_of(node) == "boolean" else found


def _alike(value: ir.Value, *of: Known) -> ir.Value:
    """Return a number chosen among whole ones and others as float64."""
    mixed = any(each.value.type().is_floating() for each in of)
    return double(value) if mixed else value


def _either(test: Truth, then: Known, otherwise: Known) -> tuple[ir.Value, ir.Value]:
    """Return what is left open between two values by what is left open of a test."""
    low, high = extreme("min", [then.low, otherwise.low]), extreme("max", [then.high, otherwise.high])
    return (
        when((test.surely_true, then.low), (test.surely_false, otherwise.low), otherwise=low),
        when((test.surely_true, then.high), (test.surely_false, otherwise.high), otherwise=high),
    )


@reads(nodes.Coalesce)
def _coalesce(on: Relation, node: nodes.Coalesce) -> Known | Truth:
    parts = [on.known(part) for part in node.parts]
    # Nothing stands in for a part that is hidden, so that those behind it are never taken.
    taken = min(node.hidden, default=len(parts) - 1) + 1
    value = _alike(ibis.coalesce(*(part.value for part in parts[:taken])), *parts[:taken])
    lows, highs = [], []
    for place in range(taken):
        before = parts[: place + 1]
        is_known = known(parts[place].value)
        lows.append((is_known, extreme("min", [part.low for part in before])))
        highs.append((is_known, extreme("max", [part.high for part in before])))
    low = when(*lows, otherwise=extreme("min", [part.low for part in parts]))
    high = when(*highs, otherwise=extreme("max", [part.high for part in parts]))
    found = Known(value, low, high)
    return truth_of(on.held(found, node)) if type_of(node) == "boolean" else found


def place_among(value: ir.Value, starts: Sequence[float], results: Sequence[ir.Value]) -> ir.Value:
    """Return the result of the last bound that a known value reaches, the first where it reaches none."""
    if len(starts) > BRANCHES:
        half = len(starts) // 2
        lower, upper = (
            place_among(value, starts[:half], results[:half]),
            place_among(value, starts[half:], results[half:]),
        )
        return when((value < literal(starts[half]), lower), otherwise=upper)
    below = [(value < literal(start), result) for start, result in zip(starts[1:], results, strict=False)]
    return when(*below, otherwise=results[-1]) if below else results[0]


@reads(nodes.Lookup)
def _lookup(on: Relation, node: nodes.Lookup) -> Known:
    value, low, high = on.known(node.of)
    if not node.keys:
        return Known(unknown("int32" if node.levels else "float64"), *_outside(node))
    if isinstance(node.of, nodes.Answer) and not node.of.field.is_component:
        # Such a number is known, or anything that its field allows; known and not surely asked, it is open too.
        row, (lowest, highest) = on.steps.hold(_row(node, value), f"{on.name(node)}_value"), _outside(node)
        least, most = _open_rows(node, node.of.field.minimum, node.of.field.maximum)
        exactly = value.notnull() & (low == high)
        return Known(
            row,
            when((exactly & row.notnull(), row), (exactly, lowest), otherwise=least),
            when((exactly & row.notnull(), row), (exactly, highest), otherwise=most),
        )
    # What is left open is known only where every whole number between the ends has a row.
    counts = [literal(count) for count in range(len(node.keys) + 1)]
    first = when((low.notnull(), _count_below(low, node.keys, counts)))
    last = when((high.notnull(), place_among(high, (-math.inf, *node.keys), counts)), otherwise=counts[-1])
    first, last = (on.steps.hold(row, f"{on.name(node)}_{end}_row") for row, end in ((first, "first"), (last, "last")))
    closed = (last > first) & ((low == high) | ((last - first) == (high - low + 1)))
    lowest, highest = _outside(node)
    return Known(
        _row(node, value),
        when((closed, _among_rows("min", node, first, last)), otherwise=lowest),
        when((closed, _among_rows("max", node, first, last)), otherwise=highest),
    )


def _result(node: nodes.Lookup, value: float) -> ir.Value:
    return literal(value) if node.levels else double(literal(value))


def _row(node: nodes.Lookup, value: ir.Value) -> ir.Value:
    """Return what stands in the table beside a value, unknown where there is no row."""
    keys: dict[float, list[ir.Value]] = {}
    for key, result in zip(node.keys, node.values, strict=True):
        keys.setdefault(result, []).append(literal(key))
    return when(*((value.isin(of), _result(node, result)) for result, of in keys.items()))


def _open_rows(node: nodes.Lookup, low: float, high: float) -> tuple[ir.Value, ir.Value]:
    """Return what a number between two ends leaves open, where every whole one between them has a row."""
    possible = node.values[bisect_left(node.keys, low) : bisect_right(node.keys, high)]
    if possible and len(possible) == high - low + 1:
        return _result(node, min(possible)), _result(node, max(possible))
    return _outside(node)


def _outside(node: nodes.Lookup) -> tuple[ir.Value, ir.Value]:
    """Return what is left open where the table cannot say it."""
    return (literal(0), literal(len(node.levels) - 1)) if node.levels else (unknown(), unknown())


def _count_below(value: ir.Value, keys: Sequence[float], counts: Sequence[ir.Value]) -> ir.Value:
    """Return the number of keys below a known value."""
    if len(keys) > BRANCHES:
        half = len(keys) // 2
        lower = _count_below(value, keys[:half], counts[: half + 1])
        upper = _count_below(value, keys[half:], counts[half:])
        return when((value <= literal(keys[half - 1]), lower), otherwise=upper)
    branches = [(value <= literal(key), count) for key, count in zip(keys, counts, strict=False)]
    return when(*branches, otherwise=counts[len(keys)])


def _among_rows(which: str, node: nodes.Lookup, first: ir.Value, last: ir.Value) -> ir.Value:
    """Return the lowest or highest of the values in the rows from `first` up to `last`."""
    ends, values = [first, last - literal(1)], list(node.values)
    if values in (sorted(values), sorted(values, reverse=True)):
        end = ends[(which == "max") == (values[0] <= values[-1])]
        return place_among(end, [float(row) for row in range(len(values))], [_result(node, each) for each in values])
    # The best value that has a row between the ends.
    branches = []
    for value in sorted(set(values), reverse=which == "max"):
        rows = [row for row, other in enumerate(values) if other == value]
        inside = some([(ends[0] <= literal(row)) & (ends[1] >= literal(row)) for row in rows])
        branches.append((inside, _result(node, value)))
    return when(*branches)


@reads(nodes.Bands)
def _bands(on: Relation, node: nodes.Bands) -> Known:
    value, low, high = on.known(node.of)
    first, top = node.starts[0], literal(len(node.levels) - 1)
    places = [literal(place) for place in range(len(node.levels))]

    def place_of(number: ir.Value) -> ir.Value:
        return place_among(number, node.starts, places)

    def there(number: ir.Value) -> ir.BooleanValue:
        return number.notnull() if math.isinf(first) else number >= literal(first)

    # Below the lowest bound there is no level, so that nothing is decided there.
    return Known(
        when((there(value), place_of(value))),
        when((there(low), place_of(low)), otherwise=literal(0)),
        when((there(low) & high.notnull(), place_of(high)), otherwise=top),
    )


@reads(nodes.Cells)
def _cells(on: Relation, node: nodes.Cells) -> Known:
    rows, columns = on.known(node.rows), on.known(node.columns)
    places = [(row, column) for row, cells in enumerate(node.cells) for column in range(len(cells))]
    of_level: dict[int, list[tuple[int, int]]] = {}
    for row, column in places:
        of_level.setdefault(node.cells[row][column], []).append((row, column))

    def is_there(level: int) -> ir.BooleanValue:
        return some([(rows.value == row) & (columns.value == column) for row, column in of_level[level]])

    def can_be(level: int) -> ir.BooleanValue:
        return some(
            [
                (rows.low <= row) & (rows.high >= row) & (columns.low <= column) & (columns.high >= column)
                for row, column in of_level[level]
            ]
        )

    rising = sorted(of_level)
    return Known(
        when(*((is_there(level), literal(level)) for level in rising)),
        when(*((can_be(level), literal(level)) for level in rising)),
        when(*((can_be(level), literal(level)) for level in reversed(rising))),
    )


@reads(nodes.Move)
def _move(on: Relation, node: nodes.Move) -> Known:
    before, test = on.known(node.of), on.truth(node.test)
    if any(end.type().is_floating() for end in before) or not float(node.to).is_integer():
        before = Known(*map(double, before))
    after = Known(*(_moved(node, end, open_end) for end, open_end in zip(before, (0, -1, 1), strict=True)))
    value = when((test.true, after.value), (test.false, before.value), (before.value == after.value, before.value))
    return Known(value, *_either(test, after, before))


def _moved(node: nodes.Move, value: ir.Value, open_end: int) -> ir.Value:
    """Return what a rule makes of a value (`open_end` is 0), or of a low (-1) or high end (1) that may be open."""
    to = double(literal(node.to)) if value.type().is_floating() else literal(node.to)
    if node.how == "set":
        return to
    if node.how == "raise":
        return when((value > to, value), otherwise=to) if open_end < 0 else when((value < to, to), otherwise=value)
    if node.how == "lower":
        return when((value < to, value), otherwise=to) if open_end > 0 else when((value > to, to), otherwise=value)
    moved = value + to
    # A value that already lies beyond the limits is not pulled back by a step towards them.
    if node.to > 0 and math.isfinite(node.highest):
        limit = literal(node.highest)
        return when((moved <= limit, moved), (value < limit, limit), otherwise=value)
    if node.to < 0 and math.isfinite(node.lowest):
        limit = literal(node.lowest)
        return when((moved >= limit, moved), (value > limit, limit), otherwise=value)
    return moved
