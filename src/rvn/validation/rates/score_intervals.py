"""Score intervals of two proportions: the values at which the score test would just not reject."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import optimize

Sample = tuple[int, int]  # events, people


def invert_difference(first: Sample, second: Sample, z: float) -> tuple[float, float]:
    """Return Miettinen and Nurminen's limits of the difference of two proportions.

    References
    ----------
    Miettinen & Nurminen 1985, doi:10.1002/sim.4780040211.

    Examples
    --------
    >>> low, high = invert_difference((5, 10), (5, 10), 1.96)
    >>> abs(low + high) < 1e-9
    True
    """
    (x, n), (other_x, other_n) = first, second
    d = x / n - other_x / other_n
    size = n + other_n

    def excess(delta: float) -> float:
        """By how much the score statistic at `delta` exceeds z."""
        second_risk = _constrained_risk(delta, x, n, other_x, other_n)
        risk = second_risk + delta
        variance = (risk * (1 - risk) / n + second_risk * (1 - second_risk) / other_n) * size / (size - 1)
        if variance <= 0:
            return math.inf if abs(d - delta) > 1e-15 else -z
        return abs(d - delta) / math.sqrt(variance) - z

    return _outward(excess, d, -1.0), _outward(excess, d, 1.0)


def _constrained_risk(delta: float, x: int, n: int, other_x: int, other_n: int) -> float:
    """Most likely second risk when the first is `delta` higher (Miettinen & Nurminen 1985, appendix)."""
    size = n + other_n
    a = size
    b = (n + 2 * other_n) * delta - size - (x + other_x)
    c = (other_n * delta - size - 2 * other_x) * delta + x + other_x
    e = other_x * delta * (1 - delta)
    v = b**3 / (27 * a**3) - b * c / (6 * a**2) + e / (2 * a)
    u = math.copysign(math.sqrt(max(b**2 / (9 * a**2) - c / (3 * a), 0.0)), v)
    w = (math.pi + math.acos(min(max(v / u**3, -1.0), 1.0) if u else 0.0)) / 3
    return min(max(2 * u * math.cos(w) - b / (3 * a), max(0.0, -delta)), min(1.0, 1 - delta))


def invert_ratio(first: Sample, second: Sample, z: float) -> tuple[float, float]:
    """Return Koopman's limits of the ratio of two proportions, of which one at least is above zero.

    References
    ----------
    Koopman 1984, doi:10.2307/2531405.

    Examples
    --------
    >>> low, high = invert_ratio((5, 10), (5, 10), 1.96)
    >>> abs(low * high - 1) < 1e-9
    True
    """
    (x, n), (other_x, other_n) = first, second

    def excess(angle: float) -> float:
        """By how much Koopman's statistic at the ratio tan(angle) exceeds z squared."""
        theta = math.tan(angle)
        one, two = theta * (n + other_x), x + other_n
        root = math.sqrt((one - two) ** 2 + 4 * theta * (n - x) * (other_n - other_x))
        other = 2 * (x + other_x) / (one + two + root)  # most likely second risk at this ratio
        risk = theta * other
        total = 0.0
        for events, people, expected in ((x, n, risk), (other_x, other_n, other)):
            variance = people * expected * (1 - expected)
            if variance > 0:
                total += (events - people * expected) ** 2 / variance
            elif abs(events - people * expected) > 1e-9:
                return math.inf
        return total - z * z

    # The angle makes the two samples alike: swapping them turns it into its complement.
    at = math.atan2(x / n, other_x / other_n)
    low, high = (_outward(excess, at, end) for end in (0.0, math.pi / 2))
    return (math.tan(low) if low else 0.0), (math.tan(high) if high < math.pi / 2 else math.inf)


def _outward(excess: Callable[[float], float], start: float, end: float) -> float:
    """Return where `excess` turns positive between the estimate and the end of the scale, or that end."""
    inner = end - (end - start) * 1e-12  # at the very end both statistics divide by zero
    if start == end or excess(inner) <= 0:
        return end

    def finite(point: float) -> float:
        return min(excess(point), 1e9)

    return float(optimize.brentq(finite, start, inner, xtol=1e-15, rtol=1e-14))
