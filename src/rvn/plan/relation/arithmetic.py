"""Numbers made of numbers, and how they compare."""

from __future__ import annotations

import operator

import ibis
import ibis.expr.types as ir

from rvn.plan import nodes
from rvn.plan.relation import numbers
from rvn.plan.relation.numbers import LARGE, LARGEST, double, every, extreme, known, literal, some, total, when
from rvn.plan.relation.reach import whole_power
from rvn.plan.relation.relation import Known, Relation, Truth, reads
from rvn.plan.types import decimals_of


@reads(nodes.Arithmetic)
def _arithmetic(on: Relation, node: nodes.Arithmetic) -> Known:
    left, right, size = on.known(node.left), on.known(node.right), on.reach(node).size
    match node.operator:
        case "+":
            return Known(*(numbers.plus(x, y, size) for x, y in zip(left, right, strict=True)))
        case "-":
            pairs = ((left.value, right.value), (left.low, right.high), (left.high, right.low))
            return Known(*(numbers.plus(x, -double(y), size) for x, y in pairs))
        case "*":
            return Known(numbers.times(left.value, right.value, size), *_products(on, node, left, right))
        case "/":
            return Known(numbers.over(left.value, right.value, size), *_quotients(on, node, left, right))
        case _ if whole_power(node) and size < LARGE:
            return _whole_powers(left, whole_power(node), can_be_small=decimals_of(node.left) is None)
        case _:
            return Known(numbers.power(left.value, right.value), *_powers(left, right))


def _products(on: Relation, node: nodes.Arithmetic, left: Known, right: Known) -> tuple[ir.Value, ir.Value]:
    """Return the lowest and highest product of two ranges; nothing times an open end is nothing."""
    size, open_ends = on.reach(node).size, [end for of in (node.left, node.right) for end in on.reach(of)[1:]]
    for factor, one, other in ((node.left, left, right), (node.right, right, left)):
        if isinstance(factor, nodes.Constant) and factor.value and size < LARGE:
            low, high = (numbers.times(one.value, end, size) for end in other[1:])
            return (low, high) if factor.value > 0 else (high, low)
    pairs = [(x, y) for x in left[1:] for y in right[1:]]
    corners = [numbers.times(x, y, size) for x, y in pairs]
    if not any(open_ends):
        return extreme("min", corners), extreme("max", corners)
    zero, highest = double(literal(0.0)), double(literal(LARGEST))
    corners = [
        when(((x == 0) | (y == 0), zero), otherwise=corner) for (x, y), corner in zip(pairs, corners, strict=True)
    ]
    # An open low end is below everything, an open high end above: only the sign of the other end counts.
    # Which end it is shows its place and not the column: one column may be both.
    places = [(x_end, y_end) for x_end in (-1, 1) for y_end in (-1, 1)]
    signs = [(_signs(x, x_end), _signs(y, y_end)) for (x, y), (x_end, y_end) in zip(pairs, places, strict=True)]
    below, above = [], []
    for (x, y), ((x_minus, x_plus), (y_minus, y_plus)) in zip(pairs, signs, strict=True):
        left_open = x.isnull() | y.isnull()
        below.append(left_open & ((x_minus & y_plus) | (x_plus & y_minus)))
        above.append(left_open & ((x_minus & y_minus) | (x_plus & y_plus)))
    fits: list[ir.BooleanValue] = []
    if size >= LARGE:  # a product of known ends that is too large leaves everything open
        fits = [corner.notnull() | x.isnull() | y.isnull() for (x, y), corner in zip(pairs, corners, strict=True)]
    low = ibis.least(*(ibis.coalesce(corner, highest) for corner in corners))
    high = ibis.greatest(*(ibis.coalesce(corner, -highest) for corner in corners))
    none = numbers.unknown()
    if fits:
        return (
            when((some(below), none), (every(fits), low)),
            when((some(above), none), (every(fits), high)),
        )
    return when((some(below), none), otherwise=low), when((some(above), none), otherwise=high)


def _signs(value: ir.Value, open_sign: int) -> tuple[ir.BooleanValue, ir.BooleanValue]:
    """Return whether an end is negative and whether it is positive, if it is open by which end it is."""
    negative, positive = value < 0, value > 0
    return (value.isnull() | negative, positive) if open_sign < 0 else (negative, value.isnull() | positive)


def _quotients(on: Relation, node: nodes.Arithmetic, left: Known, right: Known) -> tuple[ir.Value, ir.Value]:
    zero, size, divisor = double(literal(0.0)), on.reach(node).size, node.right
    if isinstance(divisor, nodes.Constant) and divisor.value and size < LARGE:
        closed = known(left.low, left.high)
        low, high = (when((closed, numbers.over(end, right.value, size))) for end in left[1:])
        return (low, high) if divisor.value > 0 else (high, low)
    # A known number over what grows without end comes to nothing.
    corners = [when((y.isnull(), zero), otherwise=numbers.over(x, y, size)) for x in left[1:] for y in right[1:]]
    defined = known(left.low, left.high) & ((right.low > 0) | (right.high < 0))
    if size >= LARGE:
        defined = defined & known(*corners)
    return when((defined, extreme("min", corners))), when((defined, extreme("max", corners)))


def _whole_powers(base: Known, times: int, can_be_small: bool) -> Known:
    """Return a number multiplied by itself some times over; above zero it rises with the number."""
    value, low, high = (numbers.whole_power(end, times, can_be_small) for end in base)
    defined = (base.low == base.high) | ((base.low > 0) & base.high.notnull())
    return Known(value, when((defined, low)), when((defined, high)))


def _powers(left: Known, right: Known) -> tuple[ir.Value, ir.Value]:
    corners = [numbers.power(x, y) for x in left[1:] for y in right[1:]]
    exact = (left.low == left.high) & (right.low == right.high)
    bounded = (left.low > 0) & known(left.high, right.low, right.high)
    defined = (exact | bounded) & known(*corners)
    return when((defined, extreme("min", corners))), when((defined, extreme("max", corners)))


COMPARISONS = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}
OPPOSITES = {"<": ">=", "<=": ">", "==": "!=", "!=": "==", ">=": "<", ">": "<="}


@reads(nodes.Compare)
def _compare(on: Relation, node: nodes.Compare) -> Truth:
    left, right = on.known(node.left), on.known(node.right)
    holds, fails = COMPARISONS[node.operator], COMPARISONS[OPPOSITES[node.operator]]
    true, false = holds(left.value, right.value), fails(left.value, right.value)
    if _exact(left) and _exact(right):
        return Truth(true, false, true, false)
    match node.operator:
        case "<" | "<=":
            return Truth(true, false, holds(left.high, right.low), fails(left.low, right.high))
        case ">" | ">=":
            return Truth(true, false, holds(left.low, right.high), fails(left.high, right.low))
    same = every([left.low == left.high, right.low == right.high, left.low == right.low])
    apart = (left.low > right.high) | (left.high < right.low)
    return Truth(true, false, same, apart) if node.operator == "==" else Truth(true, false, apart, same)


def _exact(found: Known) -> bool:
    """Return whether a value leaves nothing open wherever it is known, and everything where it is not."""
    return found.low is found.value and found.high is found.value


@reads(nodes.Extreme)
def _extreme(on: Relation, node: nodes.Extreme) -> Known:
    values, lows, highs = zip(*(on.known(part) for part in node.parts), strict=True)
    reach = [on.reach(part) for part in node.parts]
    value, low, high = (extreme(node.which, ends) for ends in (values, lows, highs))
    # The end towards which the extreme is taken is open where any is; the other only where all are.
    if node.which == "min" and any(part.high_open for part in reach):
        high = numbers.widest("min", highs)
    elif node.which == "max" and any(part.low_open for part in reach):
        low = numbers.widest("max", lows)
    return Known(value, low, high)


@reads(nodes.Apply)
def _apply(on: Relation, node: nodes.Apply) -> Known:
    (value, low, high), size = on.known(node.of), on.reach(node.of).size
    match node.function:
        case "abs":
            least = when((low > 0, low), (high < 0, -high), otherwise=literal(0))
            return Known(value.abs(), least, extreme("max", [low.abs(), high.abs()]))
        case "floor":
            return Known(*(numbers.floor(end, size) for end in (value, low, high)))
        case "log":
            value, low, high = (numbers.natural_logarithm(end) for end in (value, low, high))
            return Known(value, low, high)
        case "exp":
            value, least, most = (numbers.exponential(end, size) for end in (value, low, high))
            if on.reach(node.of).low_open:
                least = when((low.isnull(), double(literal(0.0))), otherwise=least)
            return Known(value, least, most)
        case _:
            value, low, high = (_logistic(on, node, end, size) for end in (value, low, high))
            if on.reach(node.of).low_open:
                low = ibis.coalesce(low, double(literal(0.0)))
            if on.reach(node.of).high_open:
                high = ibis.coalesce(high, double(literal(1.0)))
            return Known(value, low, high)


def _logistic(on: Relation, node: nodes.Apply, value: ir.Value, size: float) -> ir.Value:
    """Return ``1 / (1 + exp(-value))``, exact at both ends."""
    value = double(value)
    growth = on.steps.hold(numbers.exponential_below(value.abs(), size), f"{on.name(node)}_exp")
    return when((value >= 0, 1 / (1 + growth)), (value < 0, growth / (1 + growth)))


@reads(nodes.Round)
def _round(on: Relation, node: nodes.Round) -> Known:
    size = on.reach(node.of).size * node.per

    def round_to(value: ir.Value) -> ir.Value:
        scaled = double(value)
        if node.per != 1:
            scaled = scaled * literal(node.per)
        if node.multiple != 1:
            scaled = scaled / literal(node.multiple)
        if size >= LARGE:  # a number as large as that has no fraction
            fits = value.abs() < literal(LARGE)
            scaled = on.steps.hold(when((fits, scaled)), f"{on.name(node)}_scaled")
            result = numbers.rounded(scaled, node.per, node.multiple, node.ties, size)
            return when((fits, result), otherwise=double(value))
        scaled = on.steps.hold(scaled, f"{on.name(node)}_scaled")
        return numbers.rounded(scaled, node.per, node.multiple, node.ties, size)

    return Known(*map(round_to, on.known(node.of)))


@reads(nodes.Between)
def _between(on: Relation, node: nodes.Between) -> Known:
    start, end = on.known(node.start), on.known(node.end)
    earlier = when((end.value.day() < start.value.day(), literal(1)), otherwise=literal(0))
    years = end.value.year().cast("int32") - start.value.year().cast("int32")
    months = end.value.month().cast("int32") - start.value.month().cast("int32")
    value = when((known(start.value, end.value), years * 12 + months - earlier))
    if node.unit == "years":
        value = on.steps.hold(value, f"{on.name(node)}_months")
        value = numbers.floor(value.cast("float64") / 12, 1e6).cast("int32")
    value = on.steps.hold(value, f"{on.name(node)}_value")
    if _exact(start) and _exact(end):
        return Known(value, value, value)
    exact = [each.low == each.value for each in (start, end)] + [each.high == each.value for each in (start, end)]
    ends = when((every(exact), value))
    return Known(value, ends, ends)


@reads(nodes.CountOf)
def _count_of(on: Relation, node: nodes.CountOf) -> Known:
    counts = [on.truth(part).known() for part in node.parts]
    return Known(*(total(values) for values in zip(*counts, strict=True)))
