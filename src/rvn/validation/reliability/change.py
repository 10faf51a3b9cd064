"""Which difference between two scores of a person is more than error of measurement."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rvn.validation.estimate import Estimate
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.foundations.quantiles import t_quantile
from rvn.validation.observations import FloatArray, contract, numbers, observations
from rvn.validation.rates.proportions import proportion

JACOBSON_TRUAX = "doi:10.1037/0022-006X.59.1.12"
BLAND_ALTMAN = "doi:10.1177/096228029900800204"


def standard_error_of_measurement(deviation: float, reliability: float) -> Estimate:
    """Return the standard error of one score: deviation x sqrt(1 - reliability).

    From ratings of the same people by several raters `measurement_error` gives it without the detour.

    Parameters
    ----------
    deviation
        Standard deviation of the score in the reference sample.
    reliability
        Of the score in that sample, from 0 to below 1; between raters or between occasions makes a difference,
        so say which it was.

    Raises
    ------
    ContractError
        When `deviation` is negative.

    References
    ----------
    Jacobson and Truax 1991, doi:10.1037/0022-006X.59.1.12.

    Examples
    --------
    >>> round(standard_error_of_measurement(7.5, 0.80).value, 3)
    3.354
    """
    if deviation < 0:
        raise contract(f"`deviation` is {deviation:g}; a standard deviation is not negative")
    estimate = Estimate(
        name="standard_error_of_measurement", value=math.nan, method="classical", reference=JACOBSON_TRUAX
    )
    if deviation > 0 and 0 <= reliability < 1:
        return replace(estimate, value=deviation * math.sqrt(1 - reliability))
    note = f"deviation {deviation:g} and reliability {reliability:g} leave no error of measurement"
    return replace(estimate, status="not_estimable", notes=(note,))


def smallest_reliable_change(error: float, *, level: float = 0.95) -> Estimate:
    """Difference between two scores of a person that error of measurement alone seldom reaches.

    On a scale of whole points the next whole number above it is the smallest change to act on; it is in the
    notes.

    Parameters
    ----------
    error
        Standard error of measurement, in points.
    level
        Confidence level, two-sided; 0.90 is the one-sided test at 5 percent.

    Raises
    ------
    ContractError
        When `error` is negative.

    References
    ----------
    Jacobson and Truax 1991, doi:10.1037/0022-006X.59.1.12.

    Examples
    --------
    >>> found = smallest_reliable_change(3.354)
    >>> round(found.value, 2), found.notes
    (9.3, ('on a scale of whole points: 10',))
    """
    estimate = Estimate(
        name="smallest_reliable_change",
        value=math.nan,
        level=level,
        method=f"{100 * level:g} percent, two-sided",
        reference=JACOBSON_TRUAX,
    )
    reach = normal_quantile(level) * _difference_error(error)
    if math.isnan(reach):
        return replace(estimate, status="not_estimable")
    return replace(estimate, value=reach, notes=(f"on a scale of whole points: {math.floor(reach) + 1}",))


def _difference_error(error: float) -> float:
    """Return the standard error of a difference of two scores; NaN without an error of measurement."""
    if error < 0:
        raise contract(f"`error` is {error:g}; a standard error is not negative")
    return math.sqrt(2) * error if error > 0 else math.nan


def reliable_change_index(before: npt.ArrayLike, after: npt.ArrayLike, error: float) -> FloatArray:
    """Return the change of each person in standard errors of a difference; beyond 1.96 it is reliable.

    Parameters
    ----------
    before, after
        Two scores of each person; where one is absent the index is NaN.
    error
        Standard error of measurement, in points; all is NaN when it is 0 or NaN.

    Raises
    ------
    ContractError
        When lengths differ or `error` is negative.

    References
    ----------
    Jacobson and Truax 1991, doi:10.1037/0022-006X.59.1.12.

    Examples
    --------
    >>> reliable_change_index([20, 20], [8, 25], 5 / 2**0.5)
    array([-2.4,  1. ])
    """
    first, second = _pair(before, after)
    return (second - first) / _difference_error(error)


def _pair(before: npt.ArrayLike, after: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    first, second = numbers("before", before), numbers("after", after)
    if len(first) != len(second):
        raise contract(f"lengths differ: `before` {len(first):,}, `after` {len(second):,}")
    return first, second


def regression_change_index(
    before: npt.ArrayLike,
    after: npt.ArrayLike,
    *,
    reference_before: npt.ArrayLike,
    reference_after: npt.ArrayLike,
) -> FloatArray:
    """Return how far each person's later score lies from what the earlier one predicts, in standard errors.

    Unlike `reliable_change_index` it allows for regression to the mean and for change that everybody makes.

    Parameters
    ----------
    before, after
        Two scores of each person; where one is absent the index is NaN.
    reference_before, reference_after
        The same two scores in a sample in which nothing but time passed; the line is fitted there. With fewer
        than three people, or scores on one line, all is NaN.

    Raises
    ------
    ContractError
        When lengths differ.

    References
    ----------
    Maassen 2004, doi:10.1017/S1355617704106097.

    Examples
    --------
    The reference line is after = 1 + before, missed by 1 up or down; its standard error is sqrt(4 / (4 - 2)).

    >>> line = {"reference_before": [0, 0, 2, 2], "reference_after": [0, 2, 2, 4]}
    >>> print(regression_change_index([5], [8], **line).round(4))
    [1.4142]
    """
    first, second = _pair(before, after)
    earlier, later = _pair(reference_before, reference_after)
    both = ~np.isnan(earlier + later)
    earlier, later = earlier[both], later[both]
    if len(earlier) < 3 or np.ptp(earlier) == 0:
        return np.full(len(first), np.nan)
    centred = earlier - earlier.mean()
    slope = float(centred @ later) / float(centred @ centred)
    residual = later - later.mean() - slope * centred
    error = math.sqrt(float(residual @ residual) / (len(earlier) - 2))
    if error <= 1e-12 * max(float(np.abs(later).max()), 1e-300):
        return np.full(len(first), np.nan)
    result: FloatArray = (second - later.mean() - slope * (first - earlier.mean())) / error
    return result


def reliable_change(
    before: npt.ArrayLike,
    after: npt.ArrayLike,
    threshold: float,
    *,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> tuple[Estimate, Estimate, Estimate]:
    """Shares of people whose score fell, stayed within error, and rose by more than `threshold`.

    Parameters
    ----------
    before, after
        Two scores of each person.
    threshold
        Points that a reliable change exceeds, the value of `smallest_reliable_change`.
    counts
        How many people each row stands for.
    level
        Confidence level of Wilson's intervals.

    Raises
    ------
    ContractError
        When lengths differ or `threshold` is not a positive number.

    References
    ----------
    Jacobson and Truax 1991, doi:10.1037/0022-006X.59.1.12.

    Examples
    --------
    >>> shares = reliable_change([20, 20, 20, 20], [8, 12, 25, 40], 9.297)
    >>> [(share.at["change"], share.value) for share in shares]
    [('fell', 0.25), ('within error', 0.5), ('rose', 0.25)]
    """
    if not threshold > 0:
        raise contract(f"`threshold` is {threshold:g}; a reliable change needs a positive number of points")
    kept = observations(before=numbers("before", before), after=numbers("after", after), counts=counts)
    change = kept["after"] - kept["before"]

    def share(name: str, chosen: npt.NDArray[np.bool_]) -> Estimate:
        found = proportion(int(kept.counts[chosen].sum()), kept.n, level=level)
        return replace(found, name="share", n_events=None, at={"change": name}, excluded=kept.excluded)

    fell, rose = change < -threshold, change > threshold
    return share("fell", fell), share("within error", ~fell & ~rose), share("rose", rose)


def limits_of_agreement(
    first: npt.ArrayLike, second: npt.ArrayLike, *, counts: npt.ArrayLike | None = None, level: float = 0.95
) -> tuple[Estimate, Estimate, Estimate]:
    """Mean difference of two scores of the same people, and the limits within which most differences lie.

    Parameters
    ----------
    first, second
        Two scores of each person, by two raters or on two occasions; the difference is first minus second.
    counts
        How many people each row stands for.
    level
        Share of differences within the limits, and confidence level of the three intervals.

    Raises
    ------
    ContractError
        When lengths differ.

    References
    ----------
    Bland and Altman 1999, doi:10.1177/096228029900800204.

    Examples
    --------
    Differences 1 and 3 in turn, mean 2, standard deviation 1.026:

    >>> found = limits_of_agreement([2, 4], [1, 1], counts=[10, 10])
    >>> [(row.name, round(row.value, 2)) for row in found]
    [('mean_difference', 2.0), ('lower_limit', -0.01), ('upper_limit', 4.01)]
    """
    kept = observations(first=numbers("first", first), second=numbers("second", second), counts=counts)
    difference, n, z = kept["first"] - kept["second"], kept.n, normal_quantile(level)

    def row(name: str, side: int) -> Estimate:
        estimate = Estimate(
            name=name, value=math.nan, method="t", level=level, n=n, excluded=kept.excluded, reference=BLAND_ALTMAN
        )
        if n < 2:
            return replace(estimate, status="not_estimable", notes=("needs two people",))
        mean = float(kept.counts @ difference) / n
        deviation = math.sqrt(float(kept.counts @ (difference - mean) ** 2) / (n - 1))
        value = mean + side * z * deviation
        if np.ptp(difference) == 0:
            return replace(estimate, value=value, se=0.0, status="degenerate")
        se = deviation * math.sqrt(1 / n + (side * z) ** 2 / (2 * (n - 1)))
        half = t_quantile(level, n - 1) * se
        return replace(estimate, value=value, se=se, df=n - 1, low=value - half, high=value + half)

    return row("mean_difference", 0), row("lower_limit", -1), row("upper_limit", 1)
