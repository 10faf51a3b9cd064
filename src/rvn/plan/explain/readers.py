"""How each kind of node is computed for one person."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from datetime import date

from rvn.plan import nodes
from rvn.plan.explain.arithmetic import UNKNOWN, all_known, apply, calculate, full_months, holds, round_to
from rvn.plan.explain.evaluation import OPEN, Evaluation, Value, exactly, reads


@reads(nodes.Constant)
def _constant(on: Evaluation, node: nodes.Constant) -> Value:
    return exactly(node.value)


@reads(nodes.Answer)
def _answer(on: Evaluation, node: nodes.Answer) -> Value:
    reading = on.reading(node.field)
    value = reading.value if on.asked(node.field) == 1 else UNKNOWN
    if on.surely_asked(node.field) == 1:
        return Value(value, reading.low, reading.high)
    return Value(value, node.field.minimum, node.field.maximum)


@reads(nodes.Points)
def _points(on: Evaluation, node: nodes.Points) -> Value:
    recorded = on.reading(node.field).value
    if recorded != recorded:
        points, low, high = UNKNOWN, min(node.values), max(node.values)
    else:
        place = bisect_right(node.starts, recorded) - 1 if node.starts else int(recorded)
        points = low = high = node.values[place]
    return _if_asked(on, node.field, points, low, high)


def _if_asked(on: Evaluation, field: nodes.Field, value: float, low: float, high: float) -> Value:
    """Return what an item adds or says: what its answer does where it is asked, and nothing where it is not."""
    if field.asked is None:
        return Value(value, low, high)
    asked, surely = on.asked(field), on.surely_asked(field)
    stated = 0.0 if asked == 0 else value if asked == 1 or value == 0 else UNKNOWN
    if surely == 0:
        return Value(stated, 0.0, 0.0)
    return Value(stated, low, high) if surely == 1 else Value(stated, min(0.0, low), max(0.0, high))


TRUE, FALSE = exactly(1.0), exactly(0.0)


@reads(nodes.Is)
def _is(on: Evaluation, node: nodes.Is) -> Value:
    value = on.reading(node.field).value
    if value != value:
        return _if_asked(on, node.field, UNKNOWN, 0.0, 1.0)
    found = TRUE if value in node.codes else FALSE
    return found if node.field.asked is None else _if_asked(on, node.field, *found)


@reads(nodes.Answered)
def _answered(on: Evaluation, node: nodes.Answered) -> Value:
    if on.of_anybody:
        return Value(UNKNOWN, 0.0, 1.0)
    value = on.reading(node.field).value
    recorded = float(value == value)
    found = _if_asked(on, node.field, recorded, recorded, recorded)
    return Value(found.value if found.is_known else 0.0, found.low, found.high)


@reads(nodes.Arithmetic)
def _arithmetic(on: Evaluation, node: nodes.Arithmetic) -> Value:
    left, right = on[node.left], on[node.right]
    value = calculate(node.operator, left.value, right.value)
    if left.low == left.high and right.low == right.high:
        end = calculate(node.operator, left.low, right.low)
        return Value(value, end, end) if end == end else Value(value, *OPEN)
    return Value(value, *_span(node.operator, left, right))


def _span(operator: str, left: Value, right: Value) -> tuple[float, float]:
    if operator == "/" and right.low <= 0 <= right.high:
        return OPEN
    if operator == "**" and not (left.low > 0 and math.isfinite(left.high) and math.isfinite(right.high - right.low)):
        return OPEN
    if operator == "-":
        corners = [_end("-", left.low, right.high), _end("-", left.high, right.low)]
    elif operator == "+":
        corners = [_end("+", left.low, right.low), _end("+", left.high, right.high)]
    else:
        corners = [_end(operator, x, y) for x in (left.low, left.high) for y in (right.low, right.high)]
    return (min(corners), max(corners)) if all(corner == corner for corner in corners) else OPEN


def _end(operator: str, left: float, right: float) -> float:
    if operator == "*" and 0 in (left, right):
        return 0.0
    if operator == "/" and math.isinf(right):
        return UNKNOWN if math.isinf(left) else 0.0
    match operator:
        case "+":
            result = left + right
        case "-":
            result = left - right
        case "*":
            result = left * right
        case _:
            return calculate(operator, left, right)
    overflown = math.isinf(result) and not math.isinf(left) and not math.isinf(right)
    return UNKNOWN if overflown else result


@reads(nodes.Compare)
def _compare(on: Evaluation, node: nodes.Compare) -> Value:
    left, right = on[node.left], on[node.right]
    value = float(holds(node.operator, left.value, right.value)) if left.is_known and right.is_known else UNKNOWN
    match node.operator:
        case "<":
            low, high = left.high < right.low, left.low < right.high
        case "<=":
            low, high = left.high <= right.low, left.low <= right.high
        case ">":
            low, high = left.low > right.high, left.high > right.low
        case ">=":
            low, high = left.low >= right.high, left.high >= right.low
        case _:
            always = left.low == left.high == right.low == right.high
            sometimes = left.low <= right.high and right.low <= left.high
            low, high = (always, sometimes) if node.operator == "==" else (not sometimes, not always)
    return Value(value, float(low), float(high))


@reads(nodes.Not)
def _not(on: Evaluation, node: nodes.Not) -> Value:
    value, low, high = on[node.of]
    return Value(1 - value, 1 - high, 1 - low)


@reads(nodes.All)
def _all(on: Evaluation, node: nodes.All) -> Value:
    values, lows, highs = zip(*(on[part] for part in node.parts), strict=True)
    value = 0.0 if 0 in values else 1.0 if all_known(values) else UNKNOWN
    return Value(value, min(lows), min(highs))


@reads(nodes.Any)
def _any(on: Evaluation, node: nodes.Any) -> Value:
    values, lows, highs = zip(*(on[part] for part in node.parts), strict=True)
    value = 1.0 if 1 in values else 0.0 if all_known(values) else UNKNOWN
    return Value(value, max(lows), max(highs))


@reads(nodes.Choose)
def _choose(on: Evaluation, node: nodes.Choose) -> Value:
    test, then, otherwise = on[node.test], on[node.then], on[node.otherwise]
    value = UNKNOWN if not test.is_known else then.value if test.value else otherwise.value
    return Value(value, *_either(test, then, otherwise))


def _either(test: Value, then: Value, otherwise: Value) -> tuple[float, float]:
    if test.low == test.high:
        chosen = then if test.low else otherwise
        return chosen.low, chosen.high
    return min(then.low, otherwise.low), max(then.high, otherwise.high)


@reads(nodes.Extreme)
def _extreme(on: Evaluation, node: nodes.Extreme) -> Value:
    pick = min if node.which == "min" else max
    values, lows, highs = zip(*(on[part] for part in node.parts), strict=True)
    return Value(pick(values) if all_known(values) else UNKNOWN, pick(lows), pick(highs))


@reads(nodes.Apply)
def _apply(on: Evaluation, node: nodes.Apply) -> Value:
    value, low, high = on[node.of]
    result = apply(node.function, value)
    if node.function == "abs":
        ends = [abs(low), abs(high)]
        return Value(result, 0.0 if low <= 0 <= high else min(ends), max(ends))
    if node.function == "log" and high <= 0:
        return Value(result, *OPEN)
    first, last = (apply(node.function, end) for end in (low, high))
    return Value(result, -math.inf if first != first else first, math.inf if last != last else last)


@reads(nodes.Round)
def _round(on: Evaluation, node: nodes.Round) -> Value:
    return Value(*(round_to(end, node.per, node.multiple, node.ties) for end in on[node.of]))


@reads(nodes.Between)
def _between(on: Evaluation, node: nodes.Between) -> Value:
    start, end = on[node.start], on[node.end]
    if not start.is_known or not end.is_known:
        return Value(UNKNOWN, *OPEN)
    months = full_months(date.fromordinal(int(start.value)), date.fromordinal(int(end.value)))
    value = float(months if node.unit == "months" else months // 12)
    return exactly(value) if start.is_exact and end.is_exact else Value(value, *OPEN)


@reads(nodes.Coalesce)
def _coalesce(on: Evaluation, node: nodes.Coalesce) -> Value:
    low, high = math.inf, -math.inf
    known = UNKNOWN
    for place, part in enumerate(node.parts):
        value = on[part]
        low, high = min(low, value.low), max(high, value.high)
        if value.is_known:
            known = value.value
            break
        if place in node.hidden:
            ends = [on[other] for other in node.parts]
            return Value(UNKNOWN, min(end.low for end in ends), max(end.high for end in ends))
    return Value(known, low, high)


@reads(nodes.CountOf)
def _count_of(on: Evaluation, node: nodes.CountOf) -> Value:
    values = [on[part] for part in node.parts]
    return Value(*(sum(ends) for ends in zip(*values, strict=True)))


@reads(nodes.Lookup)
def _lookup(on: Evaluation, node: nodes.Lookup) -> Value:
    value, low, high = on[node.of]
    place = bisect_left(node.keys, value) if value == value else len(node.keys)
    found = node.values[place] if place < len(node.keys) and node.keys[place] == value else UNKNOWN
    if found == found and value == low == high:
        return Value(found, found, found)
    possible = node.values[bisect_left(node.keys, low) : bisect_right(node.keys, high)]
    # What is left open is known only where every whole number between the ends has a row.
    if possible and (low == high or len(possible) == high - low + 1):
        return Value(found, min(possible), max(possible))
    return Value(found, 0, len(node.levels) - 1) if node.levels else Value(found, *OPEN)


@reads(nodes.Bands)
def _bands(on: Evaluation, node: nodes.Bands) -> Value:
    value, low, high = on[node.of]
    place = bisect_right(node.starts, value) - 1 if value == value else -1
    level = UNKNOWN if place < 0 else float(place)
    if low < node.starts[0]:  # there is no level below the lowest bound, so that nothing is decided there
        return Value(level, 0.0, len(node.levels) - 1.0)
    return Value(level, float(bisect_right(node.starts, low) - 1), float(bisect_right(node.starts, high) - 1))


@reads(nodes.Cells)
def _cells(on: Evaluation, node: nodes.Cells) -> Value:
    row, column = on[node.rows], on[node.columns]
    both = row.is_known and column.is_known
    open_cells = [
        cell
        for cells in node.cells[int(row.low) : int(row.high) + 1]
        for cell in cells[int(column.low) : int(column.high) + 1]
    ]
    value = float(node.cells[int(row.value)][int(column.value)]) if both else UNKNOWN
    return Value(value, float(min(open_cells)), float(max(open_cells)))


@reads(nodes.Move)
def _move(on: Evaluation, node: nodes.Move) -> Value:
    before, test = on[node.of], on[node.test]
    after = Value(*(move(node, end) for end in before))
    if test.is_known:
        value = after.value if test.value else before.value
    else:
        value = before.value if before.value == after.value else UNKNOWN
    return Value(value, *_either(test, after, before))


def move(node: nodes.Move, value: float) -> float:
    """Return what a rule makes of a value when it applies."""
    if value != value and node.how != "set":
        return value
    match node.how:
        case "set":
            return node.to
        case "raise":
            return max(value, node.to)
        case "lower":
            return min(value, node.to)
        case _:
            # A value that already lies beyond the limits is not pulled back by a step towards them.
            return min(max(value + node.to, min(value, node.lowest)), max(value, node.highest))


@reads(nodes.Withheld)
def _withheld(on: Evaluation, node: nodes.Withheld) -> Value:
    return Value(UNKNOWN, node.low, node.high)
