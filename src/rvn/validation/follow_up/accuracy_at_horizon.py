"""Accuracy of a cut-off for the event by a horizon, when some people left before it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy.typing as npt

from rvn.validation.estimate import Estimate
from rvn.validation.follow_up.survival import Risk, probability_limits, risk_by
from rvn.validation.follow_up.times import follow_up, positive, risk_table
from rvn.validation.observations import numbers
from rvn.validation.rates import proportions

REFERENCE = "doi:10.1111/j.0006-341x.2000.00337.x"


def accuracy_at(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    score: npt.ArrayLike,
    horizon: float,
    cut: float,
    *,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> tuple[Estimate, Estimate, Estimate, Estimate]:
    """Sensitivity, specificity and predictive values of a score at or above a cut for the event by a horizon.

    With the share q of people at or above the cut, the cumulative incidence F among them and G among the others,
    sensitivity is F q / (F q + G (1 - q)) and specificity (1 - G)(1 - q) / ((1 - G)(1 - q) + (1 - F) q). Both
    take the overall risk from the same two curves; a third curve for everybody could put them above 1.

    Parameters
    ----------
    time, event
        Time at risk, and 0 censored, 1 event, 2 and above competing events.
    score
        Any number that orders people, higher = riskier.
    horizon
        In the unit of `time`.
    cut
        Scores at or above it count as positive.
    counts
        How many people each row stands for.
    level
        Confidence level. The limits are Wilson's for the effective sample size, which is the denominator when
        nobody is censored before the horizon. At 0 and 1 they are exact for the people whose status is known.

    Returns
    -------
    tuple of Estimate
        Sensitivity, specificity, positive and negative predictive value.

    Raises
    ------
    ContractError
        For arrays that are no follow-up, or a horizon that is not above zero.

    References
    ----------
    By Bayes' theorem from survival curves: Heagerty, Lumley & Pepe 2000, doi:10.1111/j.0006-341x.2000.00337.x.

    Examples
    --------
    >>> found = accuracy_at([1, 2, 3, 3], [1, 1, 0, 0], [3, 1, 2, 0], 3, 2)
    >>> [estimate.value for estimate in found]
    [0.5, 0.5, 0.5, 0.5]
    """
    positive("horizon", horizon)
    rows = follow_up(time, event, counts=counts, score=numbers("score", score))
    is_high = rows["score"] >= cut
    high, low = (risk_by(risk_table(rows.where(keep)), horizon) for keep in (is_high, ~is_high))
    curves = "Aalen-Johansen" if rows.has_competing else "Kaplan-Meier"
    blank = Estimate(
        name="accuracy",
        value=math.nan,
        level=level,
        excluded=rows.excluded,
        at={"cut": cut, "horizon": horizon},
        method=f"{curves} above and below the cut, Wilson for the effective sample size",
        reference=REFERENCE,
    )
    cases = high.events + low.events
    whole = replace(blank, n=rows.n, n_events=cases)
    return (
        replace(_share(whole, _caught(high), _caught(low), cases), name="sensitivity"),
        replace(_share(whole, _spared(low), _spared(high), high.known + low.known - cases), name="specificity"),
        replace(_predictive(blank, high, high.value), name="positive_predictive_value"),
        replace(_predictive(blank, low, 1 - low.value), name="negative_predictive_value"),
    )


# People on one side of the cut: how many, the chance of ending in the group asked for, and its relative variance.
Side = tuple[int, float, float]


def _caught(side: Risk) -> Side:
    return side.n, side.value, (side.se / side.value) ** 2 if side.value > 0 else 0.0


def _spared(side: Risk) -> Side:
    return side.n, 1 - side.value, (side.se / (1 - side.value)) ** 2 if side.value < 1 else 0.0


def _share(estimate: Estimate, right: Side, wrong: Side, known: int) -> Estimate:
    """Return the share on the right side of the cut, among those on both sides who end in the group asked for."""
    if any(math.isnan(chance) and n for n, chance, _ in (right, wrong)):
        return _beyond(estimate)
    mass, other = (n * chance if n else 0.0 for n, chance, _ in (right, wrong))
    if mass + other == 0:
        return replace(estimate, status="not_estimable", notes=("nobody ends in this group",))
    value = mass / (mass + other)
    variance = right[2] + wrong[2] + (1 / right[0] + 1 / wrong[0] if right[0] and wrong[0] else 0.0)
    return _with_limits(estimate, value, value * (1 - value) * math.sqrt(variance), known)


def _predictive(estimate: Estimate, side: Risk, value: float) -> Estimate:
    estimate = replace(estimate, n=side.n, n_events=side.events)
    if side.n == 0:
        return replace(estimate, status="not_estimable", notes=("nobody is on this side of the cut",))
    return _beyond(estimate) if math.isnan(value) else _with_limits(estimate, value, side.se, side.known)


def _beyond(estimate: Estimate) -> Estimate:
    return replace(
        estimate, status="extrapolated", notes=("nobody on one side of the cut was followed to the horizon",)
    )


def _with_limits(estimate: Estimate, value: float, se: float, known: int) -> Estimate:
    if value in (0, 1):
        edge = proportions.limits(value * known, known, level=estimate.level, method="exact")
        return replace(estimate, value=value, low=float(edge[0]), high=float(edge[1]), status="degenerate")
    se, low, high, _ = probability_limits(value, se, "wilson", estimate.level)
    return replace(estimate, value=value, se=se, low=low, high=high)
