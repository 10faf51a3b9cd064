"""How well a score ranks people: the area under the ROC curve, with its interval, and two areas compared."""

from __future__ import annotations

import math
from typing import Any, Literal, get_args

import numpy.typing as npt
from scipy import special

from rvn.validation.discrimination.delong import clustered, delong, jackknife, newcombe_limits
from rvn.validation.estimate import Estimate, Scale, Status
from rvn.validation.foundations.limits import normal_quantile, scaled_limits
from rvn.validation.foundations.scored import cases_and_others, grouped
from rvn.validation.observations import Observations, contract
from rvn.validation.rates.proportions import square_and_add

Method = Literal["logit", "wald", "newcombe"]
DELONG = "doi:10.2307/2531595"
NEWCOMBE = "doi:10.1002/sim.2324"
OBUCHOWSKI = "doi:10.2307/2533958"
JACKKNIFE = "Therneau & Watson 2017, The concordance statistic and the Cox model"

# With fewer people of either kind, or an area this far from one half, DeLong's intervals cover too little.
FEW = 30
STEEP = 0.4
# A standard error below this is what rounding leaves of zero.
ROUNDING = 1e-9


def auc(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
    level: float = 0.95,
    method: Method = "logit",
) -> Estimate:
    """Return the AUC: the chance that a random case scores higher than a random non-case, ties counted half.

    A higher score means more risk; an area under one half stays under one half and is `below_chance`.
    Whatever `method` says, Newcombe's interval is given where DeLong's variance is zero (`degenerate`) or undefined
    (`sparse`: a single case or non-case). Instead of ``logit`` it is also given with fewer than 30 cases or
    non-cases and for an area beyond .90 (or .10); the logit interval then stands in the notes.

    Parameters
    ----------
    outcome
        1 for the event, 0 for none.
    score
        Any number that orders people.
    counts
        How many people each row stands for.
    weights
        Sampling weights, not negative; the standard error is the infinitesimal jackknife's.
    cluster
        What several rows share, such as a person assessed twice; it changes the standard error (Obuchowski 1997).
    level
        Confidence level.
    method
        ``logit`` (DeLong's error on the logit scale), ``wald`` (on the scale of the area, cut at 0 and 1) or
        ``newcombe`` (method 5).

    Raises
    ------
    ContractError
        When lengths differ, `outcome` holds anything but 0 and 1, or a weight is negative.

    References
    ----------
    Hanley & McNeil 1982, doi:10.1148/radiology.143.1.7063747; DeLong et al. 1988, doi:10.2307/2531595;
    Newcombe 2006, doi:10.1002/sim.2324; Obuchowski 1997, doi:10.2307/2533958.

    Examples
    --------
    >>> print(auc([0, 0, 1, 1], [1, 2, 2, 3], counts=[40, 40, 40, 40]))
    auc 0.875 (95% 0.831 to 0.909; DeLong, logit); n 160, events 80
    """
    z = normal_quantile(level)
    if method not in get_args(Method):
        raise contract(f"`method` is {method!r}; it must be one of {', '.join(get_args(Method))}")
    sample = grouped(outcome, {"score": score}, counts, weights, cluster)
    sizes: tuple[float, float] = cases_and_others(sample)
    if 0 in sizes:
        return _undefined("auc", sample, level)
    if weights is not None:
        area, variance, sizes = jackknife(sample)
        error, reference = "infinitesimal jackknife", JACKKNIFE
    elif cluster is not None:
        area, variance, sizes = clustered(sample)
        error, reference = "Obuchowski", OBUCHOWSKI
    else:
        areas, covariance = delong(sample["outcome"], [sample["score"]], sample.counts)
        area, variance, error, reference = float(areas[0]), float(covariance[0, 0]), "DeLong", DELONG
    notes = []
    if sizes != cases_and_others(sample):
        notes.append(f"the effective sample is {sizes[0]:.0f} cases and {sizes[1]:.0f} non-cases")
    status: Status = "below_chance" if area < 0.5 else "ok"
    scale: Scale = "identity"
    se = math.sqrt(variance)
    low, high = newcombe_limits(area, *sizes, z)
    interval = "Newcombe 5"
    if se < ROUNDING:
        status = "degenerate"
    elif math.isnan(se):
        status = "sparse"
    elif method == "wald":
        low, high, interval = max(area - z * se, 0.0), min(area + z * se, 1.0), "Wald"
    elif method == "logit":
        by_logit = scaled_limits(area, se, "logit", level)
        if min(sizes) < FEW or abs(area - 0.5) > STEEP:
            notes.append(f"the interval on the logit scale would be {by_logit[1]:.4f} to {by_logit[2]:.4f}")
        else:
            (se, low, high), interval, scale = by_logit, "logit", "logit"
    return Estimate(
        name="auc",
        value=area,
        se=se,
        scale=scale,
        low=low,
        high=high,
        level=level,
        method=f"{error}, {interval}",
        n=sample.n,
        n_events=cases_and_others(sample)[0],
        excluded=sample.excluded,
        status=status,
        notes=tuple(notes),
        reference=f"{reference}; {NEWCOMBE}" if interval == "Newcombe 5" else reference,
    )


def compare_auc(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    other: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
    margin: float | None = None,
) -> Estimate:
    """Return the AUC of `score` minus the AUC of `other`, both scored on the same people (DeLong's paired test).

    An area of 0 or 1 has no variance and would win every test: the interval is then Newcombe's two limits added in
    squares, which ignores that the people are the same, there is no p-value, and the status is `degenerate`.

    Parameters
    ----------
    outcome
        1 for the event, 0 for none.
    score, other
        Two scores of each person, for both of which higher means more risk.
    counts
        How many people each row stands for.
    level
        Confidence level.
    margin
        For a test of non-inferiority: by how much the AUC of `score` may be lower, above 0. The interval is
        then one-sided, and `p_value` is for the hypothesis that it is lower by `margin` or more.

    References
    ----------
    DeLong, DeLong & Clarke-Pearson 1988, doi:10.2307/2531595.

    Examples
    --------
    >>> print(compare_auc([0, 0, 1, 1], [1, 2, 2, 3], [1, 2, 3, 1], counts=[50, 50, 50, 50]))
    auc_difference 0.250 (95% 0.152 to 0.348; DeLong, paired), p < 0.001; n 200, events 100
    """
    z = normal_quantile(level)
    if margin is not None:
        if margin <= 0:
            raise contract(f"`margin` is {margin}; it must be above 0")
        z = float(special.ndtri(level))
    sample = grouped(outcome, {"score": score, "other": other}, counts)
    sizes = cases_and_others(sample)
    if 0 in sizes:
        return _undefined("auc_difference", sample, level)
    areas, covariance = delong(sample["outcome"], [sample["score"], sample["other"]], sample.counts)
    first, second = areas.tolist()
    difference = first - second
    se = math.sqrt(max(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1], 0.0))
    low, high = difference - z * se, difference + z * se
    statistic: float | None = None
    method = "DeLong, paired"
    status: Status = "degenerate"
    if math.isnan(covariance[0, 0]):
        status, se, low, high = "sparse", math.nan, math.nan, math.nan
    elif se < ROUNDING and abs(difference) < ROUNDING:
        statistic = 0.0 if margin is None else None
    elif se < ROUNDING or first in (0, 1) or second in (0, 1):
        low, high = square_and_add(
            (first, *newcombe_limits(first, *sizes, z)), (second, *newcombe_limits(second, *sizes, z))
        )
        method = "Newcombe 5, square-and-add, as if unpaired"
    else:
        status, statistic = "ok", (difference + (margin or 0.0)) / se
    p_value = None
    if statistic is not None:
        p_value = float(2 * special.ndtr(-abs(statistic)) if margin is None else special.ndtr(-statistic))
    return Estimate(
        name="auc_difference",
        value=difference,
        se=se,
        low=low,
        high=high if margin is None or math.isnan(high) else math.inf,
        level=level,
        method=method if margin is None else f"{method}, one-sided; not lower by {margin:g}",
        n=sample.n,
        n_events=sizes[0],
        excluded=sample.excluded,
        statistic=statistic,
        p_value=p_value,
        status=status,
        reference=DELONG if method.startswith("DeLong") else NEWCOMBE,
    )


def compare_auc_unpaired(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    other_outcome: npt.ArrayLike,
    other_score: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    other_counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Return the AUC in one sample minus the AUC in another that shares no person with it.

    A sample without variance (an AUC of 0 or 1, one score only) would win every test: the interval is then
    Newcombe's two limits added in squares, there is no p-value, and the status is `degenerate`.

    Parameters
    ----------
    outcome, score, counts
        First sample.
    other_outcome, other_score, other_counts
        Second sample.
    level
        Confidence level.

    References
    ----------
    DeLong, DeLong & Clarke-Pearson 1988, doi:10.2307/2531595; Newcombe 2006, doi:10.1002/sim.2324.

    Examples
    --------
    >>> men = {"outcome": [0, 0, 1, 1], "score": [1, 2, 2, 3], "counts": [50, 50, 50, 50]}
    >>> women = {"other_outcome": [0, 0, 1, 1], "other_score": [1, 2, 1, 2], "other_counts": [50, 50, 50, 50]}
    >>> print(compare_auc_unpaired(**men, **women))
    auc_difference 0.375 (95% 0.297 to 0.453; DeLong, unpaired), p < 0.001; n 400, events 200
    """
    z = normal_quantile(level)
    samples = [
        grouped(outcome, {"score": score}, counts),
        grouped(other_outcome, {"score": other_score}, other_counts),
    ]
    excluded: dict[str, int] = {}
    for sample in samples:
        for why, people in sample.excluded.items():
            excluded[why] = excluded.get(why, 0) + people
    sizes = [cases_and_others(sample) for sample in samples]
    common: dict[str, Any] = {
        "name": "auc_difference",
        "level": level,
        "n": sum(sample.n for sample in samples),
        "n_events": sum(cases for cases, _ in sizes),
        "excluded": excluded,
    }
    if 0 in sizes[0] or 0 in sizes[1]:
        return Estimate(value=math.nan, status="not_estimable", **common)
    fits = [delong(sample["outcome"], [sample["score"]], sample.counts) for sample in samples]
    (first, second), variances = (float(areas[0]) for areas, _ in fits), [float(cov[0, 0]) for _, cov in fits]
    difference = first - second
    if not all(variance > ROUNDING**2 for variance in variances):
        limits = [(area, *newcombe_limits(area, *size, z)) for area, size in zip((first, second), sizes, strict=True)]
        low, high = square_and_add(*limits)
        return Estimate(
            value=difference,
            low=low,
            high=high,
            method="Newcombe 5, square-and-add",
            status="sparse" if math.isnan(sum(variances)) else "degenerate",
            reference=NEWCOMBE,
            **common,
        )
    se = math.sqrt(sum(variances))
    df = se**4 / sum(variance**2 / (sample.n - 1) for variance, sample in zip(variances, samples, strict=True))
    reach = float(special.stdtrit(df, 0.5 + level / 2)) * se
    return Estimate(
        value=difference,
        se=se,
        low=difference - reach,
        high=difference + reach,
        method="DeLong, unpaired",
        statistic=difference / se,
        df=df,
        p_value=float(2 * special.stdtr(df, -abs(difference / se))),
        reference=DELONG,
        **common,
    )


def _undefined(name: str, sample: Observations, level: float) -> Estimate:
    cases, others = cases_and_others(sample)
    reason = "there are no cases" if others else "there are only cases" if cases else "nobody has every value needed"
    return Estimate(
        name=name,
        value=math.nan,
        level=level,
        n=sample.n,
        n_events=cases,
        excluded=sample.excluded,
        status="not_estimable",
        notes=(reason,),
    )
