"""Pooling the same statistic of several samples, with the spread between them.

Everything is computed on the scale of the standard errors (logit for an AUC, log for a ratio) and taken back at
the end. `n` counts samples.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from rvn.validation.estimate import Estimate, Scale
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.foundations.quantiles import t_quantile, upper_tail
from rvn.validation.foundations.transforms import TRANSFORMS
from rvn.validation.observations import FloatArray, contract, numbers
from rvn.validation.pooling.between import ESTIMATORS, REFERENCES, Between
from rvn.validation.pooling.heterogeneity import q_profile, typical_variance, weighted
from rvn.validation.pooling.samples import SOURCES, between_samples, spread_rows, usable


@dataclass(frozen=True, kw_only=True)
class MetaAnalysis:
    """Result of pooling.

    Parameters
    ----------
    pooled
        Mean over samples; interval by Hartung and Knapp.
    never_narrower
        The same, with a standard error never smaller than that of `normal`.
    normal
        The same, by the normal distribution: too narrow with few samples.
    fixed
        Mean on the assumption that all samples estimate one value.
    prediction
        Where the value of a further sample is expected.
    between
        Variance between samples on the scale of pooling, with its standard error and Q-profile interval.
    heterogeneity
        Share of the variance that lies between samples (I squared), with Cochran's test that there is none.
    share_between
        The same share from `between` and the sampling variance of a typical sample, with its interval.
    weights
        Share of each sample in `pooled`, 0 for one that was left out.
    """

    pooled: Estimate
    never_narrower: Estimate
    normal: Estimate
    fixed: Estimate
    prediction: Estimate
    between: Estimate
    heterogeneity: Estimate
    share_between: Estimate
    weights: FloatArray = field(repr=False, compare=False)


def pool(
    values: npt.ArrayLike,
    errors: npt.ArrayLike,
    *,
    scale: Scale = "identity",
    between: Between | float = "reml",
    level: float = 0.95,
) -> MetaAnalysis:
    """Pool one statistic of several samples by a random-effects model.

    Parameters
    ----------
    values
        The statistic in each sample, for example AUCs.
    errors
        Their standard errors, on `scale`.
    scale
        Scale of the errors, on which pooling is done: ``"logit"`` for an AUC, ``"log"`` for ratios,
        ``"fisher_z"`` for correlations. A sample whose value lies at the end of the scale is left out.
    between
        Estimator of the variance between samples: ``"reml"`` restricted or ``"ml"`` maximum likelihood, ``"dl"``
        DerSimonian and Laird, ``"pm"`` Paule and Mandel (empirical Bayes is the same), ``"he"`` Hedges, ``"hs"``
        Hunter and Schmidt, ``"sj"`` Sidik and Jonkman; or a number, to pool with a variance from elsewhere.
    level
        Confidence level.

    Raises
    ------
    ContractError
        When lengths differ, or there is no such scale or estimator.

    References
    ----------
    Viechtbauer 2005, doi:10.3102/10769986030003261; DerSimonian and Laird 1986,
    doi:10.1016/0197-2456(86)90046-2; the others in `rvn.validation.pooling.between`. Hartung-Knapp and its
    widening Röver et al. 2015, doi:10.1186/s12874-015-0091-1; prediction with k - 2 degrees of freedom Higgins et
    al. 2009, doi:10.1111/j.1467-985X.2008.00552.x; Q-profile Viechtbauer 2007, doi:10.1002/sim.2514; I squared Higgins
    and Thompson 2002, doi:10.1002/sim.1186.

    Examples
    --------
    Variances .01 and .02, Q = 4/3: DerSimonian and Laird's variance between samples is .005.

    >>> found = pool([0.6, 0.8], [0.01**0.5, 0.02**0.5], between="dl")
    >>> round(found.between.value, 6), round(found.pooled.value, 6)
    (0.005, 0.675)
    """
    y, v, used, template = usable(values, errors, scale, level)
    tau2, error, estimator = between_samples(y, v, np.ones((len(y), 1)), between)
    weights = np.zeros(len(used))
    weights[used] = 1 / (v + tau2) / (1 / (v + tau2)).sum()
    return _assemble(y, v, tau2, error, template, estimator, weights)


def _assemble(
    y: FloatArray,
    v: FloatArray,
    tau2: float,
    tau2_error: float,
    template: Estimate,
    estimator: str,
    weights: FloatArray,
) -> MetaAnalysis:
    k, level = len(y), template.level
    z, t = normal_quantile(level), t_quantile(level, max(k - 1, 1))
    design, label = np.ones((k, 1)), estimator.upper() if estimator in ESTIMATORS else f"variance {estimator}"

    def row(name: str, center: float, se: float, reach: float, method: str, reference: str) -> Estimate:
        limits = center, center - reach, center + reach
        value, low, high = (float(x) for x in TRANSFORMS[template.scale].back(np.array(limits)))
        low, high = min(low, high), max(low, high)  # the log-log scale runs the other way
        return replace(template, name=name, value=value, se=se, low=low, high=high, method=method, reference=reference)

    def undefined(name: str, why: str) -> Estimate:
        return replace(template, name=name, scale="identity", status="not_estimable", notes=(why,), reference="")

    spreads = ("prediction", "between", "heterogeneity", "share_between")
    if k == 0:
        names = ("pooled", "never_narrower", "normal", "fixed", *spreads)
        why = "no sample with a value and a standard error"
        return MetaAnalysis(**{name: undefined(name, why) for name in names}, weights=weights)

    random, common = weighted(y, v + tau2, design), weighted(y, v, design)
    mean, error = float(random.coefficients[0]), math.sqrt(float(random.covariance[0, 0]))
    center, center_error = float(common.coefficients[0]), math.sqrt(float(common.covariance[0, 0]))
    own = REFERENCES[estimator] if estimator in ESTIMATORS else ""
    normal = row("normal", mean, error, z * error, f"{label}, normal", own)
    fixed = row("fixed", center, center_error, z * center_error, "inverse variance, normal", "")
    if k == 1:
        alone = replace(normal, name="pooled", method="one sample, normal")
        return MetaAnalysis(
            pooled=alone,
            never_narrower=replace(alone, name="never_narrower"),
            normal=normal,
            fixed=fixed,
            **{name: undefined(name, "one sample") for name in spreads},
            weights=weights,
        )
    knapp = error * math.sqrt(random.q / (k - 1))
    pooled = row("pooled", mean, knapp, t * knapp, f"{label}, Hartung-Knapp", SOURCES["hartung_knapp"])
    wider = max(knapp, error)
    method = f"{label}, Hartung-Knapp, not below normal"
    never_narrower = row("never_narrower", mean, wider, t * wider, method, SOURCES["hartung_knapp"])
    if knapp < 1e-12 * error:
        why = "equal values would make the interval a point"
        pooled = replace(never_narrower, name="pooled", status="degenerate", notes=(why,))
    prediction = undefined("prediction", "needs three samples")
    if k > 2:
        freedom = "1 degree" if k == 3 else f"{k - 2} degrees"
        spread, method = math.hypot(math.sqrt(tau2), error), f"{label}, t with {freedom} of freedom"
        reach = t_quantile(level, k - 2) * spread
        prediction = row("prediction", mean, spread, reach, method, SOURCES["prediction"])
    plain = Estimate(name="between", value=tau2, level=level, n=k, excluded=template.excluded)
    limits = (math.nan, math.nan) if estimator == "given" else q_profile(y, v, design, upper_tail(level))
    rows = spread_rows(plain, tau2_error, limits, common.q, typical_variance(v, design), k - 1)
    between = replace(
        rows[0], method=f"{label}, Q-profile", reference="; ".join(filter(None, (own, SOURCES["q_profile"])))
    )
    return MetaAnalysis(
        pooled=pooled,
        never_narrower=never_narrower,
        normal=normal,
        fixed=fixed,
        prediction=prediction,
        between=between,
        heterogeneity=rows[1],
        share_between=rows[2],
        weights=weights,
    )


def pool_estimates(
    estimates: Iterable[Estimate], scale: Scale, *, between: Between | float = "reml", level: float = 0.95
) -> MetaAnalysis:
    """Pool estimates of one statistic from several samples, on a common scale.

    Standard errors given on other scales are carried over by the delta method.

    Parameters
    ----------
    estimates
        The same statistic from every sample; those without a value or a standard error are left out and counted.
    scale, between, level
        As in `pool`.

    Raises
    ------
    ContractError
        When the estimates are of different statistics.

    References
    ----------
    Snell, Ensor, Debray, Moons and Riley 2018, doi:10.1177/0962280217705678, on the choice of scale.

    Examples
    --------
    >>> areas = [Estimate(name="auc", value=0.7, se=0.021), Estimate(name="auc", value=0.7, se=0.1, scale="logit")]
    >>> found = pool_estimates(areas, "logit")
    >>> round(found.pooled.value, 6), round(found.normal.se, 6)  # .021 / (.7 x .3) is .1
    (0.7, 0.070711)
    """
    rows = list(estimates)
    names = {row.name for row in rows}
    if len(names) > 1:
        raise contract(f"estimates of different statistics: {', '.join(sorted(names))}", "pool one at a time")
    errors = []
    for row in rows:
        value = np.array([row.value])
        usable = all(bool(TRANSFORMS[one].inside(value)[0]) for one in (row.scale, scale))
        factor = TRANSFORMS[scale].slope(value) / TRANSFORMS[row.scale].slope(value) if usable else np.ones(1)
        errors.append(row.se * float(factor[0]))
    return pool([row.value for row in rows], errors, scale=scale, between=between, level=level)


def leave_one_out(
    values: npt.ArrayLike,
    errors: npt.ArrayLike,
    *,
    samples: Sequence[str] | None = None,
    scale: Scale = "identity",
    between: Between | float = "reml",
    level: float = 0.95,
) -> tuple[Estimate, ...]:
    """Pool without each sample in turn: how much the result rests on one of them.

    Parameters
    ----------
    values, errors, scale, between, level
        As in `pool`.
    samples
        Names of the samples; numbers from 1 when not given.

    Raises
    ------
    ContractError
        As `pool`, or when names and values differ in number.

    References
    ----------
    Viechtbauer and Cheung 2010, doi:10.1002/jrsm.11.

    Examples
    --------
    >>> [(row.at["without"], round(row.value, 3)) for row in leave_one_out([1, 2, 6], [1, 1, 1])]
    [(1, 4.0), (2, 3.5), (3, 1.5)]
    """
    value, error = numbers("values", values), numbers("errors", errors)
    names = range(1, len(value) + 1) if samples is None else samples
    if len(names) != len(value):
        raise contract(f"lengths differ: `samples` {len(names):,}, `values` {len(value):,}")
    return tuple(
        replace(
            pool(np.delete(value, j), np.delete(error, j), scale=scale, between=between, level=level).pooled,
            at={"without": name},
        )
        for j, name in enumerate(names)
    )


def influence(
    values: npt.ArrayLike,
    errors: npt.ArrayLike,
    *,
    samples: Sequence[str] | None = None,
    scale: Scale = "identity",
    between: Between | float = "reml",
) -> tuple[Estimate, ...]:
    """Cook's distance of every sample: how far the mean moves without it, in squared standard errors.

    Parameters
    ----------
    values, errors, samples, scale, between
        As in `leave_one_out`. Beside the distances, the share of each sample in the mean is `pool`'s `weights`.

    Raises
    ------
    ContractError
        As `leave_one_out`.

    References
    ----------
    Viechtbauer and Cheung 2010, doi:10.1002/jrsm.11.

    Examples
    --------
    Without the last value the mean falls from 3 to 1.5; its standard error is 1.528.

    >>> [round(row.value, 3) for row in influence([1, 2, 6], [1, 1, 1])]
    [0.429, 0.107, 0.964]
    """
    whole = pool(values, errors, scale=scale, between=between).normal
    forth = TRANSFORMS[scale].forth
    center = float(forth(np.array([whole.value]))[0])
    return tuple(
        replace(
            without,
            name="cooks_distance",
            value=((float(forth(np.array([without.value]))[0]) - center) / whole.se) ** 2,
            se=math.nan,
            scale="identity",
            low=math.nan,
            high=math.nan,
            at={"sample": without.at["without"]},
            method="leaving one out",
            reference="doi:10.1002/jrsm.11",
        )
        for without in leave_one_out(values, errors, samples=samples, scale=scale, between=between)
    )
