"""Intervals of proportions, of their differences and of their ratios."""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import special

from rvn.validation.estimate import Estimate
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.observations import FloatArray, contract
from rvn.validation.rates.score_intervals import invert_difference, invert_ratio

Interval = Literal["wilson", "jeffreys", "exact", "agresti_coull"]

REFERENCES = {
    "wilson": "doi:10.1080/01621459.1927.10502953",
    "jeffreys": "doi:10.1214/ss/1009213286",
    "exact": "doi:10.1093/biomet/26.4.404",
    "agresti_coull": "doi:10.1080/00031305.1998.10480550",
    "newcombe": "doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I",
    "miettinen_nurminen": "doi:10.1002/sim.4780040211",
    "koopman": "doi:10.2307/2531405",
    "katz": "doi:10.2307/2530610",
}
NAMES = {
    "wilson": "Wilson",
    "jeffreys": "Jeffreys",
    "exact": "Clopper-Pearson",
    "agresti_coull": "Agresti-Coull",
    "newcombe": "Newcombe",
    "miettinen_nurminen": "Miettinen-Nurminen",
    "koopman": "Koopman",
    "katz": "Katz",
}


def limits(
    events: npt.ArrayLike, n: npt.ArrayLike, *, level: float = 0.95, method: Interval = "wilson"
) -> tuple[FloatArray, FloatArray]:
    """Return lower and upper limits of events/n, for numbers or arrays; NaN where `n` is 0.

    Parameters
    ----------
    events, n
        Events and people, 0 <= events <= n.
    level
        Confidence level.
    method
        ``wilson``; ``exact`` (Clopper-Pearson, at least `level`); ``jeffreys``; ``agresti_coull``.

    References
    ----------
    Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286.

    Examples
    --------
    >>> low, high = limits(13, 83)
    >>> print(f"{low:.4f} {high:.4f}")
    0.0939 0.2498
    """
    z, alpha = normal_quantile(level), 1 - level
    x, size = np.asarray(events, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if (x < 0).any() or (x > size).any():
        raise contract("`events` must lie between 0 and `n`")
    present = np.where(size > 0, size, np.nan)
    if method == "wilson":
        center, half = x + z * z / 2, z * np.sqrt(x * (present - x) / present + z * z / 4)
        low, high = (center - half) / (present + z * z), (center + half) / (present + z * z)
    elif method == "agresti_coull":
        size_adjusted = present + z * z
        p = (x + z * z / 2) / size_adjusted
        half = z * np.sqrt(p * (1 - p) / size_adjusted)
        return np.maximum(p - half, 0.0), np.minimum(p + half, 1.0)
    elif method == "exact":
        low = special.betaincinv(np.maximum(x, 0.5), present - x + 1, alpha / 2)
        high = special.betaincinv(x + 1, np.maximum(present - x, 0.5), 1 - alpha / 2)
    elif method == "jeffreys":
        low = special.betaincinv(x + 0.5, present - x + 0.5, alpha / 2)
        high = special.betaincinv(x + 0.5, present - x + 0.5, 1 - alpha / 2)
    else:
        raise contract(f"`method` is {method!r}; it must be one of {', '.join(get_args(Interval))}")
    # Nobody and everybody: the limit is the edge itself, not the rounding error beside it.
    return np.where(x == 0, low * 0, low), np.where(x == present, high * 0 + 1, high)


def proportion(
    events: int,
    n: int,
    *,
    level: float = 0.95,
    method: Interval = "wilson",
) -> Estimate:
    """Return events/n with its interval; `not_estimable` when `n` is 0.

    Parameters
    ----------
    events, n
        Events and people, 0 <= events <= n.
    level, method
        Confidence level and kind of interval, see `limits`.

    Examples
    --------
    >>> print(proportion(5, 10))
    proportion 0.500 (95% 0.237 to 0.763; Wilson); n 10, events 5
    """
    low, high = limits(events, n, level=level, method=method)
    value = events / n if n else math.nan
    return Estimate(
        name="proportion",
        value=value,
        se=math.sqrt(value * (1 - value) / n) if n else math.nan,
        low=float(low),
        high=float(high),
        level=level,
        method=NAMES[method],
        n=int(n),
        n_events=int(events),
        status="ok" if n else "not_estimable",
        reference=REFERENCES[method],
    )


def difference(
    events: int,
    n: int,
    other_events: int,
    other_n: int,
    *,
    level: float = 0.95,
    method: Literal["newcombe", "miettinen_nurminen"] = "newcombe",
) -> Estimate:
    """Return events/n minus other_events/other_n, with its interval and the test of equality.

    The statistic is z of the pooled test; its square is Pearson's chi-squared without correction.

    Parameters
    ----------
    events, n, other_events, other_n
        Events and people of two samples that share no person.
    level, method
        Confidence level; ``newcombe`` adds the Wilson limits in squares, ``miettinen_nurminen`` inverts the score
        test.

    References
    ----------
    Newcombe 1998; Miettinen & Nurminen 1985, doi:10.1002/sim.4780040211.

    Examples
    --------
    >>> print(difference(30, 40, 10, 40))
    difference 0.500 (95% 0.285 to 0.653; Newcombe), p < 0.001; n 80, events 40
    """
    z = normal_quantile(level)
    lows, highs = limits([events, other_events], [n, other_n], level=level)
    both, size = events + other_events, n + other_n
    if not n or not other_n:
        return Estimate(name="difference", value=math.nan, level=level, n=size, n_events=both, status="not_estimable")
    p, other = events / n, other_events / other_n
    if method == "newcombe":
        low, high = square_and_add((p, lows[0], highs[0]), (other, lows[1], highs[1]))
    elif method == "miettinen_nurminen":
        low, high = invert_difference((events, n), (other_events, other_n), z)
    else:
        raise contract(f"`method` is {method!r}; it must be 'newcombe' or 'miettinen_nurminen'")
    error = math.sqrt(both / size * (1 - both / size) * (1 / n + 1 / other_n))
    statistic = (p - other) / error if error else None
    return Estimate(
        name="difference",
        value=p - other,
        se=math.sqrt(p * (1 - p) / n + other * (1 - other) / other_n),
        low=low,
        high=high,
        level=level,
        method=NAMES[method],
        n=size,
        n_events=both,
        statistic=statistic,
        p_value=None if statistic is None else float(2 * special.ndtr(-abs(statistic))),
        status="degenerate" if statistic is None else "ok",
        reference=REFERENCES[method],
    )


def ratio(
    events: int,
    n: int,
    other_events: int,
    other_n: int,
    *,
    level: float = 0.95,
    method: Literal["koopman", "katz"] = "koopman",
) -> Estimate:
    """Return (events/n) / (other_events/other_n), the risk ratio, with its interval.

    Without events in the second sample it is infinite (`degenerate`); without any event it is not estimable.

    Parameters
    ----------
    events, n, other_events, other_n
        Events and people of two samples that share no person.
    level, method
        Confidence level; ``koopman`` inverts the score test, ``katz`` is the Wald interval of the logarithm,
        which has no limits where a sample has no events.

    References
    ----------
    Koopman 1984, doi:10.2307/2531405.

    Examples
    --------
    >>> print(ratio(20, 40, 10, 40))
    ratio 2.000 (95% 1.105 to 3.764; Koopman); n 80, events 30
    """
    z = normal_quantile(level)
    limits([events, other_events], [n, other_n])
    both, size = events + other_events, n + other_n
    if not n or not other_n or not both:
        return Estimate(name="ratio", value=math.nan, level=level, n=size, n_events=both, status="not_estimable")
    value = (events / n) / (other_events / other_n) if other_events else math.inf
    se = math.nan
    if events and other_events:
        se = math.sqrt(1 / events - 1 / n + 1 / other_events - 1 / other_n)
    if method == "katz":
        low, high = (math.nan, math.nan) if math.isnan(se) else (value * math.exp(-z * se), value * math.exp(z * se))
    elif method == "koopman":
        low, high = invert_ratio((events, n), (other_events, other_n), z)
    else:
        raise contract(f"`method` is {method!r}; it must be 'koopman' or 'katz'")
    return Estimate(
        name="ratio",
        value=value,
        se=se,
        scale="log",
        low=low,
        high=high,
        level=level,
        method=NAMES[method],
        n=size,
        n_events=both,
        status="ok" if se > 0 else "degenerate",
        reference=REFERENCES[method],
    )


def square_and_add(first: tuple[float, float, float], second: tuple[float, float, float]) -> tuple[float, float]:
    """Return limits of first minus second from (value, low, high) of each, two independent estimates.

    >>> square_and_add((0.5, 0.2, 0.8), (0.5, 0.1, 0.9))
    (-0.5, 0.5)
    """
    value, low, high = first
    other, other_low, other_high = second
    d = value - other
    return d - math.hypot(value - low, other_high - other), d + math.hypot(high - value, other - other_low)
