"""Operations on single numbers; what is undefined or not finite is NaN, never an exception."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date

UNKNOWN = math.nan


def all_known(values: Iterable[float]) -> bool:
    """Return whether none of some numbers is unknown."""
    return not any(map(math.isnan, values))


def calculate(operator: str, left: float, right: float) -> float:
    """Return the result of one operation, NaN where it is undefined or not finite."""
    try:
        match operator:
            case "+":
                result = left + right
            case "-":
                result = left - right
            case "*":
                result = left * right
            case "/":
                result = left / right
            case _:
                result = math.pow(left, right)
    except (ZeroDivisionError, OverflowError, ValueError):
        return UNKNOWN
    # An unknown operand stays unknown, although pow(nan, 0) is 1 elsewhere.
    return result if math.isfinite(result) and left == left and right == right else UNKNOWN


def holds(operator: str, left: float, right: float) -> bool:
    """Return whether two known numbers stand in an order."""
    match operator:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "==":
            return left == right
        case _:
            return left != right


def apply(function: str, value: float) -> float:
    """Return a function of a number, NaN where it is undefined or not finite.

    >>> apply("logistic", 0.0), apply("log", 0.0)
    (0.5, nan)
    """
    if value != value:
        return UNKNOWN
    try:
        match function:
            case "abs":
                return abs(value)
            case "floor":
                return float(math.floor(value))
            case "log":
                return math.log(value)
            case "exp":
                return math.exp(value)
            case _:
                return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))
    except (ValueError, OverflowError):
        return UNKNOWN


def round_to(value: float, per: float, multiple: float, ties: str) -> float:
    """Return `value` rounded to a multiple of `multiple`/`per`.

    >>> [round_to(2.5, 1, 1, ties) for ties in ("away", "even", "up", "down")]
    [3.0, 2.0, 3.0, 2.0]
    """
    if not math.isfinite(value):
        return value
    scaled = value * per / multiple
    if not math.isfinite(scaled):
        return value  # a number as large as that has no fraction
    whole = math.floor(scaled)
    rest = scaled - whole
    if rest == 0.5:
        up = {"away": scaled > 0, "even": whole % 2 == 1, "up": True, "down": False}[ties]
    else:
        up = rest > 0.5
    return (whole + up) * multiple / per


def full_months(start: date, end: date) -> int:
    """Return full months from `start` to `end`, rounded towards the past."""
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
