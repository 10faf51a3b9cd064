"""Rates of incidents that one person can have several times: per time at risk, and two rates compared."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import stats

from rvn.validation.estimate import Estimate
from rvn.validation.follow_up.times import grouping_column, labels, positive
from rvn.validation.foundations.limits import normal_quantile, scaled_limits
from rvn.validation.observations import FloatArray, Observations, contract, numbers, observations
from rvn.validation.rates import proportions

GARWOOD = "doi:10.1093/biomet/28.3-4.437"
CONDITIONAL = "Przyborowski & Wilenski 1940, doi:10.1093/biomet/31.3-4.313"
ROBUST = "doi:10.1093/biomet/73.1.13"
DISPERSION = "doi:10.1080/01621459.1992.10475225"

ROUNDING = 1e-12

Method = Literal["poisson", "robust"]


def poisson_limits(observed: int, level: float) -> tuple[float, float]:
    """Return the exact limits (Garwood) of the expectation of a Poisson count.

    Examples
    --------
    Nothing observed is compatible with up to 3.7 expected.

    >>> low, high = poisson_limits(0, 0.95)
    >>> low, round(high, 2)
    (0.0, 3.69)
    """
    normal_quantile(level)
    low = float(stats.chi2.ppf((1 - level) / 2, 2 * observed)) / 2 if observed else 0.0
    return low, float(stats.chi2.ppf((1 + level) / 2, 2 * observed + 2)) / 2


def incident_rates(
    incidents: npt.ArrayLike,
    exposure: npt.ArrayLike,
    *,
    group: npt.ArrayLike | None = None,
    groups: Sequence[object] | None = None,
    per: float = 1.0,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
    method: Method = "poisson",
) -> tuple[Estimate, ...]:
    """Incidents per time at risk, for everybody or per group.

    Poisson limits hold when one incident does not make the next more likely and people in a group are alike.
    Where the data contradict that (score test of overdispersion, one-sided 5%), a note says so.

    Parameters
    ----------
    incidents
        Number of incidents of each person, 0 and above.
    exposure
        Time during which they were counted, not negative.
    group, groups
        Level or score of each person, and all levels in order; one that nobody has stays in the table.
    per
        The rate is given per so much exposure, for example 365.25 when it is in days.
    counts
        How many people each row stands for.
    level
        Confidence level.
    method
        ``poisson`` gives exact limits; ``robust`` takes the variance from how much people differ, on the log
        scale, and needs one row per person. Without incidents, or people who differ, it gives the exact limits
        too, as `degenerate`.

    Returns
    -------
    tuple of Estimate
        One per group; `at` also holds the exposure, `n_events` is the number of incidents.

    Raises
    ------
    ContractError
        For incidents that are not whole numbers, or negative ones or exposures.

    References
    ----------
    Garwood 1936, doi:10.1093/biomet/28.3-4.437; Liang & Zeger 1986, doi:10.1093/biomet/73.1.13;
    overdispersion: Dean 1992, doi:10.1080/01621459.1992.10475225.

    Examples
    --------
    >>> [rate] = incident_rates([0, 2, 1], [100, 200, 300], per=100)
    >>> rate.value
    0.5
    """
    positive("per", per)
    columns, known = grouping_column(group, groups)
    sample = _sample(incidents, exposure, counts, columns, method)
    parts: list[tuple[dict[str, object], Observations]] = [({}, sample)]
    if group is not None:
        parts = [({"group": label}, _part(sample, number)) for number, label in enumerate(known)]
    return tuple(_rate(part, at, per, level, method) for at, part in parts)


def incident_rate_ratios(
    incidents: npt.ArrayLike,
    exposure: npt.ArrayLike,
    group: npt.ArrayLike,
    *,
    reference: object = None,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
    method: Method = "poisson",
) -> tuple[Estimate, ...]:
    """Rate of incidents in each group as a multiple of that in the reference group.

    Parameters
    ----------
    incidents, exposure, counts, level
        As for `incident_rates`.
    group
        Group of each person.
    reference
        The group to compare with; the one with most people when not given.
    method
        ``poisson`` gives the exact conditional limits and test, ``robust`` those of the log ratio with variances
        from how much people differ.

    Raises
    ------
    ContractError
        As `incident_rates`, and when nobody is in the reference group.

    References
    ----------
    Przyborowski & Wilenski 1940, doi:10.1093/biomet/31.3-4.313.

    Examples
    --------
    >>> [ratio] = incident_rate_ratios([6, 3], [100, 100], ["b", "a"], reference="a")
    >>> ratio.value, ratio.at["group"]
    (2.0, 'b')
    """
    codes, known = labels("group", group)
    sample = _sample(incidents, exposure, counts, {"group": codes}, method)
    people = [_part(sample, number).n for number in range(len(known))]
    if reference is None:
        if sample.n == 0:
            return ()
        reference = known[int(np.argmax(people))]
    if reference not in known or people[known.index(reference)] == 0:
        raise contract(f"nobody is in the reference group {reference!r}")
    base = _part(sample, known.index(reference))
    return tuple(
        _ratio(_part(sample, number), base, {"group": label, "reference": reference}, level, method)
        for number, label in enumerate(known)
        if label != reference and people[number]
    )


def _sample(
    incidents: npt.ArrayLike,
    exposure: npt.ArrayLike,
    counts: npt.ArrayLike | None,
    columns: dict[str, FloatArray],
    method: Method,
) -> Observations:
    if method not in get_args(Method):
        raise contract(f"`method` is {method!r}; it must be one of {', '.join(get_args(Method))}")
    sample = observations(
        counts=counts,
        incidents=numbers("incidents", incidents),
        exposure=numbers("exposure", exposure),
        **columns,
    )
    number = sample["incidents"]
    if (number < 0).any() or (number != np.floor(number)).any():
        raise contract("`incidents` must be whole numbers, none negative")
    if (sample["exposure"] < 0).any():
        raise contract("`exposure` holds negative values")
    return sample


def _part(sample: Observations, number: int) -> Observations:
    keep = sample["group"] == number
    columns = {name: array[keep] for name, array in sample.columns.items()}
    return Observations(columns, sample.counts[keep], sample.excluded)


def _totals(sample: Observations) -> tuple[int, float]:
    return int(sample.counts @ sample["incidents"]), float(sample.counts @ sample["exposure"])


def _log_error(sample: Observations) -> float:
    """Return the robust standard error of the log rate; 0 without incidents, or people who differ."""
    observed, exposure = _totals(sample)
    if sample.n < 2 or observed == 0:
        return 0.0
    excess = sample["incidents"] - observed / exposure * sample["exposure"]
    return math.sqrt(float(sample.counts @ excess**2) * sample.n / (sample.n - 1)) / observed


def _is_overdispersed(sample: Observations) -> bool:
    """Whether people differ more than Poisson counts would (Dean 1992, statistic P_B)."""
    observed, exposure = _totals(sample)
    if observed == 0 or exposure == 0:
        return False
    expected = sample["exposure"] * observed / exposure
    excess = sample.counts @ ((sample["incidents"] - expected) ** 2 - sample["incidents"])
    return bool(excess / math.sqrt(2 * float(sample.counts @ expected**2)) > normal_quantile(0.9))


def _rate(sample: Observations, at: dict[str, object], per: float, level: float, method: Method) -> Estimate:
    observed, exposure = _totals(sample)
    estimate = Estimate(
        name="incident_rate",
        value=per * observed / exposure if exposure else math.nan,
        level=level,
        n=sample.n,
        n_events=observed,
        excluded=sample.excluded,
        at={**at, "exposure": exposure},
        method="exact Poisson",
        reference=GARWOOD,
    )
    if not exposure:
        return replace(estimate, status="not_estimable", notes=("nobody was exposed",))
    error = _log_error(sample) if method == "robust" else 0.0
    if error > ROUNDING:
        se, low, high = scaled_limits(estimate.value, error * estimate.value, "log", level)
        return replace(estimate, se=se, scale="log", low=low, high=high, method="robust, log", reference=ROBUST)
    low, high = (per * limit / exposure for limit in poisson_limits(observed, level))
    estimate = replace(estimate, se=per * math.sqrt(observed) / exposure, low=low, high=high)
    if observed == 0 or method == "robust":
        return replace(estimate, status="degenerate")
    if _is_overdispersed(sample):
        note = f"people differ more than Poisson counts would ({DISPERSION}); see method='robust'"
        return replace(estimate, notes=(note,))
    return estimate


def _ratio(sample: Observations, base: Observations, at: dict[str, object], level: float, method: Method) -> Estimate:
    (observed, exposure), (other, other_exposure) = _totals(sample), _totals(base)
    estimate = Estimate(
        name="incident_rate_ratio",
        value=math.nan,
        level=level,
        n=sample.n + base.n,
        n_events=observed + other,
        excluded=sample.excluded,
        at=at,
        method="exact conditional",
        reference=CONDITIONAL,
    )
    if not (exposure and other_exposure and observed + other):
        return replace(estimate, status="not_estimable", notes=("no incidents, or nobody exposed in a group",))
    relative = other_exposure / exposure
    value = relative * observed / other if other else math.inf
    estimate = replace(estimate, value=value, status="ok" if observed and other else "sparse")
    errors = (_log_error(sample), _log_error(base)) if method == "robust" else (0.0, 0.0)
    if min(errors) > ROUNDING:
        se, low, high = scaled_limits(value, math.hypot(*errors) * value, "log", level)
        statistic = math.log(value) / se
        return replace(
            estimate,
            se=se,
            scale="log",
            low=low,
            high=high,
            statistic=statistic,
            p_value=2 * float(stats.norm.sf(abs(statistic))),
            method="robust, log",
            reference=ROBUST,
        )
    if method == "robust" and estimate.status == "ok":
        estimate = replace(estimate, status="degenerate")
    share = proportions.limits(observed, observed + other, level=level, method="exact")
    low, high = (relative * float(p) / (1 - float(p)) if p < 1 else math.inf for p in (share[0], share[1]))
    null = exposure / (exposure + other_exposure)
    p_value = float(stats.binomtest(observed, observed + other, null).pvalue)
    return replace(estimate, low=low, high=high, p_value=p_value)
