"""Times instead of risks: how long people stay free of the event on average, and by when a share has had it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from rvn.validation.estimate import Estimate
from rvn.validation.follow_up.survival import SCALES, Method, probability_limits
from rvn.validation.follow_up.times import (
    FollowUp,
    RiskTable,
    follow_up,
    grouping_column,
    per_group,
    positive,
    risk_table,
    times_before,
    times_by,
)
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.observations import FloatArray, contract
from rvn.validation.rates import proportions

RESTRICTED = "doi:10.1186/1471-2288-13-152"
QUANTILES = "doi:10.2307/2530286"
# A survival this close to the share asked for is that share: 1 - 0.1 and nine tenths that were multiplied together.
SAME = 1e-8


def restricted_mean(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    horizon: float,
    *,
    group: npt.ArrayLike | None = None,
    groups: Sequence[object] | None = None,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> tuple[Estimate, ...]:
    """Mean time free of the event up to a horizon: the area under the Kaplan-Meier curve, for all or per group.

    Parameters
    ----------
    time, event
        Time at risk, and 0 censored, 1 event, 2 and above competing events, which are taken as censorings.
    horizon
        In the unit of `time`, in which the mean is too.
    group, groups
        Level or score of each person, and all levels in order; one that nobody has stays in the table.
    counts
        How many people each row stands for.
    level
        Confidence level of the normal limits, which are cut at 0 and at the horizon.

    Returns
    -------
    tuple of Estimate
        One per group. ``degenerate`` where the curve leaves no variance: without events the mean is the horizon,
        and its lower limit the horizon times the exact lower limit of the share of people free of the event.
        ``extrapolated`` where nobody was followed to the horizon.

    Raises
    ------
    ContractError
        For arrays that are no follow-up, or a horizon that is not above zero.

    References
    ----------
    Royston & Parmar 2013, doi:10.1186/1471-2288-13-152; the variance is Greenwood's, as in R's survfit.

    Examples
    --------
    Two of four people have the event, at 1 and at 3, so that they were free of it for 1, 3, 4 and 4.

    >>> [mean] = restricted_mean([1, 3, 4, 4], [1, 1, 0, 0], 4)
    >>> round(mean.value, 9)
    3.0
    """
    end = positive("horizon", horizon)
    estimates = []
    for blank, part in _parts("restricted_mean", time, event, group, groups, counts, level, {"horizon": horizon}):
        table = risk_table(part)
        by, before = times_by(table.times, end), times_before(table.times, end)
        survival, spread = _curve(table, by)
        blank = replace(blank, n_events=int(table.events[:by].sum()), reference=RESTRICTED)
        if part.n == 0:
            estimates.append(replace(blank, status="not_estimable", notes=("nobody is in this group",)))
            continue
        if before == len(table.times) and survival[-1] > 0:
            notes = (*blank.notes, "nobody was followed as far as the horizon")
            estimates.append(replace(blank, status="extrapolated", notes=notes))
            continue
        steps = np.diff(np.concatenate([[0.0], np.minimum(table.times[:by], end), [end]]))
        areas = steps * np.concatenate([[1.0], survival])
        mean, still_to_come = float(areas.sum()), np.cumsum(areas[::-1])[::-1][1:]
        se = math.sqrt(float(still_to_come**2 @ spread))
        estimates.append(_with_limits(replace(blank, value=mean, se=se), table, before, end))
    return tuple(estimates)


def _with_limits(estimate: Estimate, table: RiskTable, before: int, end: float) -> Estimate:
    if estimate.se > 0:
        reach = normal_quantile(estimate.level) * estimate.se
        low, high = max(estimate.value - reach, 0.0), min(estimate.value + reach, end)
        return replace(estimate, low=low, high=high, method="Kaplan-Meier, normal limits")
    estimate = replace(estimate, se=math.nan, status="degenerate")
    if estimate.n_events:
        notes = (*estimate.notes, "everybody had the event at one time, which leaves no variance")
        return replace(estimate, method="Kaplan-Meier", notes=notes)
    at_risk = int(table.at_risk[before])
    most = float(proportions.limits(0.0, float(at_risk), level=estimate.level, method="exact")[1])
    words = f"Kaplan-Meier, exact binomial limit on the {at_risk:,} people followed to the horizon"
    return replace(estimate, low=end * (1 - most), high=end, method=words)


def survival_quantiles(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    shares: Sequence[float] = (0.1, 0.25, 0.5),
    *,
    group: npt.ArrayLike | None = None,
    groups: Sequence[object] | None = None,
    counts: npt.ArrayLike | None = None,
    method: Method = "log_log",
    level: float = 0.95,
) -> tuple[Estimate, ...]:
    """Time by which each share of people has had the event, by Kaplan-Meier, for everybody or per group.

    Where the curve stays at the very share for a while, the time is the middle of that while.

    Parameters
    ----------
    time, event
        Time at risk, and 0 censored, 1 event, 2 and above competing events, which are taken as censorings.
    shares
        Shares between 0 and 1; 0.5 asks for the median.
    group, groups, counts
        As for `restricted_mean`.
    method
        The scale of the limits of the survival curve, as for `kaplan_meier`.
    level
        Confidence level. The limits are the times at which the limits of the curve reach the share; an upper
        limit that is never reached is infinite.

    Returns
    -------
    tuple of Estimate
        Group by group, share by share; ``extrapolated`` without a value where follow-up ends before the share.

    Raises
    ------
    ContractError
        For arrays that are no follow-up, a share outside 0 to 1, or an unknown method.

    References
    ----------
    Brookmeyer & Crowley 1982, doi:10.2307/2530286.

    Examples
    --------
    >>> [median] = survival_quantiles([1, 2, 3, 4, 5], [1, 1, 1, 1, 0], [0.5])
    >>> median.value
    3.0
    """
    for share in shares:
        if not 0 < share < 1:
            raise contract(f"`shares` holds {share}; each must be between 0 and 1")
    if method not in SCALES:
        raise contract(f"`method` is {method!r}; it must be one of {', '.join(SCALES)}")
    estimates = []
    for blank, part in _parts("survival_quantile", time, event, group, groups, counts, level, {}):
        table = risk_table(part)
        survival, spread = _curve(table, len(table.times))
        lower, upper = _band(survival, np.sqrt(np.cumsum(spread)), method, level)
        words = f"Kaplan-Meier, {method.replace('_', '-')} limits of the survival"
        for share in shares:
            estimate = replace(
                blank, at={**blank.at, "share": share}, n_events=part.n_events, method=words, reference=QUANTILES
            )
            value, low, high = (_reached(table.times, curve, share) for curve in (survival, lower, upper))
            if part.n == 0:
                estimate = replace(estimate, status="not_estimable", notes=("nobody is in this group",))
            elif math.isinf(value):
                notes = (*blank.notes, "follow-up ends before this share has had the event")
                estimate = replace(estimate, status="extrapolated", notes=notes)
            else:
                estimate = replace(estimate, value=value, low=low, high=high)
            estimates.append(estimate)
    return tuple(estimates)


def _parts(
    name: str,
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    group: npt.ArrayLike | None,
    groups: Sequence[object] | None,
    counts: npt.ArrayLike | None,
    level: float,
    place: dict[str, Any],
) -> Iterator[tuple[Estimate, FollowUp]]:
    """Yield an estimate without its value, and the people it is for."""
    normal_quantile(level)
    columns, known = grouping_column(group, groups)
    rows = follow_up(time, event, counts=counts, **columns)
    notes = ("competing events are taken as censorings",) if rows.has_competing else ()
    for at, part in per_group(rows.competing_as_censored(), known):
        blank = Estimate(name=name, value=math.nan, level=level, n=part.n, at={**at, **place})
        yield replace(blank, excluded=rows.excluded, notes=notes), part


def _curve(table: RiskTable, size: int) -> tuple[FloatArray, FloatArray]:
    """Return the survival after each of the first `size` times, and Greenwood's terms of its relative variance."""
    n, d = table.at_risk[:size], table.events[:size]
    return np.cumprod(1 - d / n).astype(np.float64), np.divide(d, n * (n - d), out=np.zeros(size), where=n > d)


def _band(survival: FloatArray, error: FloatArray, method: Method, level: float) -> tuple[FloatArray, FloatArray]:
    """Return the limits of the curve; where it is 0 its upper limit stays what it was, for there is no variance."""
    lower, upper = survival.copy(), survival.copy()
    for place, (value, relative) in enumerate(zip(survival, error, strict=True)):
        if 0 < value < 1:
            _, lower[place], upper[place], _ = probability_limits(float(value), float(value * relative), method, level)
        elif value == 0:
            upper[place] = upper[place - 1] if place else 1.0
    return lower, upper


def _reached(times: FloatArray, curve: FloatArray, share: float) -> float:
    """Return when a falling `curve` comes down to 1 - `share`, infinite when it does not."""
    at_or_below, below = curve <= 1 - share + SAME, curve < 1 - share - SAME
    if not at_or_below.any():
        return math.inf
    first = times[at_or_below.argmax()]
    return float(first + (times[below.argmax()] if below.any() else times[-1])) / 2
