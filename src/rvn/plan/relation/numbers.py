"""Numbers in SQL: literals that keep every bit, arithmetic that is unknown where explain's is, never an error.

Unknown is NULL. Engines differ in what they do about a division by zero, an overflow or the logarithm of zero: some
stop, some return NaN. Here the operation is not reached where its result would not be finite.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from decimal import Decimal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir

LARGE = 1e300  # what can grow beyond it is watched for overflow
LARGEST = 1.797e308
EXACT = 2.0**53  # float64 holds every whole number below
TOO_MUCH = 709.78  # the exponential of more is too large for float64
TOO_LITTLE = -745.2  # the exponential of less is zero in float64
ALWAYS, NEVER = ibis.literal(True), ibis.literal(False)


def literal(value: float) -> ir.Value:
    """Return a number: whole ones as integers, others as float64 to the last bit."""
    if float(value).is_integer() and abs(value) < 2**31:
        return ibis.literal(int(value), "int32")
    if float(value).is_integer() and abs(value) < EXACT:
        return ibis.literal(int(value), "int64")
    # Engines read 0.1 as a decimal number and turn it into float64 exactly up to 15 digits; longer ones go as text.
    digits = len(Decimal(repr(value)).as_tuple().digits)
    if digits <= 15 and 1e-6 < abs(value) < 1e15:
        return ops.Cast(ibis.literal(value, "float64"), dt.float64).to_expr()
    return ibis.literal(repr(float(value))).cast("float64")


def unknown(kind: str | dt.DataType = "float64") -> ir.Value:
    """Return what is known of nobody."""
    # Compared with NULL itself, ibis would ask whether the other value is NULL; here the answer is unknown.
    return ops.Cast(ibis.null(), dt.dtype(kind).copy(nullable=True)).to_expr()


def double(value: ir.Value) -> ir.Value:
    """Return a number as float64."""
    if isinstance(value.op(), ops.Literal) and not value.type().is_floating():
        return ops.Cast(value, dt.float64).to_expr()
    return value if value.type().is_floating() else value.cast("float64")


def known(*values: ir.Value) -> ir.BooleanValue:
    """Return whether all values are known."""
    return every([value.notnull() for value in values if number_of(value) is None])


def number_of(value: ir.Value) -> float | None:
    """Return a number that is written down as it is, None for any other value."""
    operation = value.op()
    while isinstance(operation, ops.Cast):
        operation = operation.arg
    is_number = isinstance(operation, ops.Literal) and operation.value is not None and value.type().is_numeric()
    return float(operation.value) if is_number else None


def every(conditions: Sequence[ir.BooleanValue]) -> ir.BooleanValue:
    """Return whether all conditions hold."""
    return _joined(conditions, operator.and_, ALWAYS, NEVER)


def some(conditions: Sequence[ir.BooleanValue]) -> ir.BooleanValue:
    """Return whether any condition holds."""
    return _joined(conditions, operator.or_, NEVER, ALWAYS)


def _joined(
    conditions: Sequence[ir.BooleanValue],
    join: Callable[[ir.BooleanValue, ir.BooleanValue], ir.BooleanValue],
    nothing: ir.BooleanValue,
    everything: ir.BooleanValue,
) -> ir.BooleanValue:
    """Return conditions joined two by two, so that many do not nest deeply.

    A condition that is `nothing` makes no difference to the others, one that is `everything` settles it.
    """
    different = dict.fromkeys(condition.op() for condition in conditions)
    if everything.op() in different:
        return everything
    values = [operation.to_expr() for operation in different if operation != nothing.op()] or [nothing]
    while len(values) > 1:
        pairs = [join(one, other) for one, other in zip(values[::2], values[1::2], strict=False)]
        values = pairs + values[len(pairs) * 2 :]
    return values[0]


def when(*branches: tuple[ir.BooleanValue, ir.Value], otherwise: ir.Value | None = None) -> ir.Value:
    """Return the value of the first condition that holds, unknown where none does."""
    possible = [(condition, value) for condition, value in branches if condition.op() != NEVER.op()]
    for place, (condition, value) in enumerate(possible):
        if condition.op() == ALWAYS.op():
            possible, otherwise = possible[:place], value
            break
    if possible:
        return ibis.cases(*possible, else_=otherwise)
    return unknown(branches[0][1].type()) if otherwise is None else otherwise


def total(values: Sequence[ir.Value]) -> ir.Value:
    """Return the sum from first to last, unknown where any is."""
    result = values[0]
    for value in values[1:]:
        result = result + value
    return result


def count(conditions: Sequence[ir.BooleanValue]) -> ir.Value:
    """Return how many conditions hold."""
    return total([when((condition, literal(1)), otherwise=literal(0)) for condition in conditions])


def extreme(which: str, values: Sequence[ir.Value]) -> ir.Value:
    """Return the lowest or highest of several values, unknown where any is."""
    different = list({value.op(): value for value in values}.values())
    if len(different) == 1:
        return different[0]
    if any(value.type().is_floating() for value in different):
        different = [double(value) for value in different]
    constants = {number: value for value in different if (number := number_of(value)) is not None}
    if len(constants) == len(different):
        return constants[min(constants) if which == "min" else max(constants)]
    # Where one is unknown engines disagree: some leave it out.
    return when((known(*different), ibis.least(*different) if which == "min" else ibis.greatest(*different)))


def widest(which: str, values: Sequence[ir.Value]) -> ir.Value:
    """Return the lowest or highest of several ends, those that are open left out; open where all are."""
    different = list({value.op(): value for value in values}.values())
    if len(different) == 1:
        return different[0]
    none = ibis.literal(repr(LARGEST if which == "min" else -LARGEST)).cast("float64")
    filled = [ibis.coalesce(double(value), none) for value in different]
    found = ibis.least(*filled) if which == "min" else ibis.greatest(*filled)
    return when((some([value.notnull() for value in different]), found))


def plus(left: ir.Value, right: ir.Value, size: float) -> ir.Value:
    """Return a sum of numbers, unknown where it is too large; `size` is the most that it can be."""
    left, right = double(left), double(right)
    if size < LARGE:
        return left + right
    half = literal(0.5)
    return when(((left * half + right * half).abs() < literal(LARGEST / 2), left + right))


def times(left: ir.Value, right: ir.Value, size: float) -> ir.Value:
    """Return a product of numbers, unknown where it is too large; `size` is the most that it can be."""
    left, right = double(left), double(right)
    if size < LARGE:
        return left * right
    fits = (right.abs() <= 1) | (left.abs() <= literal(LARGEST) / right.abs().nullif(0))
    return when((fits, left * right))


def over(left: ir.Value, right: ir.Value, size: float) -> ir.Value:
    """Return a quotient of numbers, unknown where it is not defined or too large."""
    left, right = double(left), double(right)
    quotient = left / (right if number_of(right) else right.nullif(0))
    if size < LARGE:
        return quotient
    return when((right.abs() >= 1, quotient), (left.abs() <= literal(LARGEST) * right.abs(), quotient))


def power(left: ir.Value, right: ir.Value) -> ir.Value:
    """Return a power, unknown where it is not defined or too large."""
    left, right = double(left), double(right)
    size = left.abs()
    exponent = right * when((size > 0, size)).ln()
    result = when((exponent > literal(TOO_LITTLE), left**right), otherwise=double(literal(0.0)))
    return when(
        ((left == 0) & (right == 0), double(literal(1.0))),
        ((left == 0) & (right > 0), double(literal(0.0))),
        ((left > 0) & (exponent < literal(TOO_MUCH)), result),
        ((left < 0) & (right == floor(right, math.inf)) & (exponent < literal(TOO_MUCH)), result),
    )


def whole_power(value: ir.Value, times: int, can_be_small: bool) -> ir.Value:
    """Return a number multiplied by itself some times over, which is never too large but perhaps too small to write."""
    value = double(value)
    result = value ** double(literal(times))
    if not can_be_small:
        return result
    least = literal(math.exp(TOO_LITTLE / times))
    return when((value.abs() > least, result), (value.abs() <= least, double(literal(0.0))))


def floor(value: ir.Value, size: float) -> ir.Value:
    """Return the whole number below; `size` is the most that the number can be."""
    if value.type().is_integer():
        return value
    low = value.floor().cast("float64")
    # Numbers beyond have no fraction, and the whole numbers of an engine may end there.
    return low if size < EXACT / 2 else when((value.abs() < literal(EXACT / 2), low), otherwise=value)


def nearest(value: ir.Value, size: float) -> ir.Value:
    """Return the nearest whole number of one that is nearly whole; `size` is the most that it can be."""
    whole = (value + literal(0.5)).floor().cast("float64")
    return whole if size < EXACT / 2 else when((value.abs() < literal(EXACT / 2), whole), otherwise=value)


def natural_logarithm(value: ir.Value) -> ir.Value:
    """Return the natural logarithm, unknown of what is not positive."""
    value = double(value)
    return when((value > 0, value)).ln()


def exponential(value: ir.Value, size: float) -> ir.Value:
    """Return the exponential, unknown where it is too large; `size` is the most that the number can be."""
    value = double(value)
    if size < TOO_MUCH - 1:
        return value.exp()
    little = when((value > literal(TOO_LITTLE), value.exp()), otherwise=double(literal(0.0)))
    return when((value.notnull() & (value < literal(TOO_MUCH)), little))


def exponential_below(value: ir.Value, size: float) -> ir.Value:
    """Return the exponential of minus a number that is not negative; `size` is the most that the number can be."""
    if size < -TOO_LITTLE:
        return (-value).exp()
    return when((value < literal(-TOO_LITTLE), (-value).exp()), (value >= literal(-TOO_LITTLE), double(literal(0.0))))


def rounded(scaled: ir.Value, per: float, multiple: float, ties: str, size: float) -> ir.Value:
    """Return a number that was multiplied by `per`/`multiple` rounded to whole ones, and divided again."""
    scaled = double(scaled)
    whole = floor(scaled, size)
    rest = scaled - whole
    up = rest >= literal(0.5) if ties == "up" else rest > literal(0.5)
    if ties == "away":
        up = up | ((rest == literal(0.5)) & (scaled > 0))
    elif ties == "even":
        up = up | ((rest == literal(0.5)) & (whole - floor(whole / 2, size) * 2 == 1))
    result = whole + when((up, literal(1)), otherwise=literal(0))
    if multiple != 1:
        result = result * literal(multiple)
    return result / literal(per) if per != 1 else result
