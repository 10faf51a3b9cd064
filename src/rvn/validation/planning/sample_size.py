"""How many people a validation study needs for intervals as narrow as wanted.

Everything is exact for the score table of the instrument: no linear predictor is simulated or assumed normal.
The value of every estimate is a number of people, and `width` in `at` the width of the interval asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from rvn.validation.estimate import Estimate
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.observations import FloatArray, contract, numbers, observations

RILEY = "doi:10.1002/sim.9025"
LARGEST = 10**12


def required(what: str, n: int, width: float, level: float, *notes: str, reference: str = RILEY) -> Estimate:
    """Return the estimate for a number of people found by `smallest`."""
    return Estimate(
        name="sample_size",
        value=float(n),
        level=level,
        method="smallest with an interval of this width",
        at={"of": what, "width": width},
        notes=notes,
        reference=reference,
    )


def check_between(name: str, value: float, low: float, high: float) -> None:
    """Raise `ContractError` unless `value` lies strictly between `low` and `high`."""
    if not low < value < high:
        raise contract(f"`{name}` is {value:g}; it must lie between {low:g} and {high:g}")


def smallest(width_with: Callable[[int], float], width: float, *, start: int = 2) -> int:
    """Return the smallest number of people with an interval not wider than `width`.

    Examples
    --------
    >>> smallest(lambda n: 10 / n, 3)
    4
    """
    check_between("width", width, 0, math.inf)
    high = start
    while width_with(high) > width:
        high *= 2
        if high > LARGEST:
            raise contract(f"`width` is {width:g}; no study is that large")
    low = max(high // 2, start - 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if width_with(middle) <= width else (middle, high)
    return high


def sample_size_auc(auc: float, prevalence: float, *, width: float = 0.1, level: float = 0.95) -> Estimate:
    """Return how many people give an AUC an interval of the wanted width.

    Parameters
    ----------
    auc
        Expected AUC.
    prevalence
        Expected share of events.
    width
        Upper minus lower limit.
    level
        Confidence level.

    Raises
    ------
    ContractError
        When `auc` or `prevalence` is not between 0 and 1, or `width` not above 0.

    References
    ----------
    Riley et al. 2021, doi:10.1002/sim.9025, equation 6.

    Examples
    --------
    >>> print(sample_size_auc(0.736, 0.16).value)
    705.0
    """
    check_between("auc", auc, 0, 1)
    check_between("prevalence", prevalence, 0, 1)
    z = normal_quantile(level)

    def width_with(n: int) -> float:
        spread = 1 + (n / 2 - 1) * ((1 - auc) / (2 - auc) + auc / (1 + auc))
        return 2 * z * math.sqrt(auc * (1 - auc) * spread / (prevalence * (1 - prevalence))) / n

    n = smallest(width_with, width)
    return required("auc", n, width, level, f"expected events {n * prevalence:.0f}")


def sample_size_expected_observed(prevalence: float, *, width: float = 0.2, level: float = 0.95) -> Estimate:
    """Return how many people give a ratio of expected to observed events of 1 an interval of the wanted width.

    Parameters
    ----------
    prevalence
        Expected share of events.
    width
        Upper minus lower limit of the ratio, whose interval is log-normal with the binomial variance.
    level
        Confidence level.

    Raises
    ------
    ContractError
        When `prevalence` is not between 0 and 1, or `width` not above 0.

    References
    ----------
    Riley et al. 2021, doi:10.1002/sim.9025, equation 2.

    Examples
    --------
    Half of people have the event, so the error is 1 / sqrt(n):

    >>> print(sample_size_expected_observed(0.5).value)
    386.0
    """
    check_between("prevalence", prevalence, 0, 1)
    z = normal_quantile(level)

    def width_with(n: int) -> float:
        return 2 * math.sinh(min(z * math.sqrt((1 - prevalence) / (n * prevalence)), 700))

    n = smallest(width_with, width)
    return required("expected_observed", n, width, level, f"expected events {n * prevalence:.0f}")


def sample_size_slope(
    risk: npt.ArrayLike, *, counts: npt.ArrayLike | None = None, width: float = 0.2, level: float = 0.95
) -> Estimate:
    """Return how many people give a calibration slope of 1 an interval of the wanted width.

    Parameters
    ----------
    risk
        Published risk of every score; scores with a risk of 0 or 1 have no part in the slope.
    counts
        How many people of the target population have the score.
    width
        Upper minus lower limit.
    level
        Confidence level.

    Raises
    ------
    ContractError
        When a risk is not from 0 to 1, or `width` not above 0.

    References
    ----------
    Riley et al. 2021, doi:10.1002/sim.9025, equation 4.

    Examples
    --------
    Half of people at .2 and half at .8: information .16 per person and unit of 1.386 squared.

    >>> print(sample_size_slope([0.2, 0.8]).value)
    1250.0
    """
    z = normal_quantile(level)
    people, p = _score_table(risk, counts)
    inside = (p > 0) & (p < 1)
    if inside.sum() < 2:
        return Estimate(
            name="sample_size",
            value=math.nan,
            level=level,
            at={"of": "slope", "width": width},
            status="not_estimable",
            notes=("all risks are equal, so there is no slope",),
            reference=RILEY,
        )
    share = people / people.sum()
    linear = np.log(p[inside] / (1 - p[inside]))
    information = p[inside] * (1 - p[inside]) * share[inside]
    center = float(information @ linear) / float(information.sum())
    per_person = float(information @ (linear - center) ** 2)
    n = smallest(lambda n: 2 * z / math.sqrt(n * per_person), width)
    return required("slope", n, width, level, f"expected events {n * float(share @ p):.0f}")


def _score_table(risk: npt.ArrayLike, counts: npt.ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    """Return people and risk of every distinct risk."""
    kept = observations(risk=numbers("risk", risk), counts=counts)
    if ((kept["risk"] < 0) | (kept["risk"] > 1)).any():
        raise contract("`risk` must lie from 0 to 1")
    distinct, row = np.unique(kept["risk"], return_inverse=True)
    people: FloatArray = np.bincount(row, kept.counts, len(distinct)).astype(np.float64)
    return people, distinct


def sample_sizes(
    risk: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    auc_width: float = 0.1,
    expected_observed_width: float = 0.2,
    slope_width: float = 0.2,
    level: float = 0.95,
) -> tuple[Estimate, Estimate, Estimate]:
    """Return what a validation of a score table needs for AUC, expected/observed and slope; plan for the largest.

    The expected AUC and share of events are those that the table has if its risks are right.

    Parameters
    ----------
    risk, counts
        As in `sample_size_slope`.
    auc_width, expected_observed_width, slope_width
        Widths of the three intervals.
    level
        Confidence level.

    Raises
    ------
    ContractError
        When a risk is not from 0 to 1, a width is not above 0, or the table has no events or only events.

    References
    ----------
    Riley et al. 2021, doi:10.1002/sim.9025.

    Examples
    --------
    Two scores with risks .2 and .8 have an AUC of .8.

    >>> [(row.at["of"], row.value) for row in sample_sizes([0.2, 0.8])]
    [('auc', 302.0), ('expected_observed', 386.0), ('slope', 1250.0)]
    """
    people, p = _score_table(risk, counts)
    events, others = people * p, people * (1 - p)
    below = np.cumsum(others) - others / 2
    if events.sum() == 0 or others.sum() == 0:
        raise contract("`risk` must give some events and some non-events")
    auc = float(events @ below) / float(events.sum() * others.sum())
    prevalence = float(events.sum() / people.sum())
    return (
        sample_size_auc(auc, prevalence, width=auc_width, level=level),
        sample_size_expected_observed(prevalence, width=expected_observed_width, level=level),
        sample_size_slope(risk, counts=counts, width=slope_width, level=level),
    )
