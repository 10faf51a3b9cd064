"""Pooling the same statistic of several samples, with the spread between them.

Everything is computed on the scale of the standard errors (logit for an AUC, log for a ratio) and taken back at
the end. `n` counts samples.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from rvn.validation.estimate import Estimate, Scale
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.foundations.quantiles import t_quantile, upper_tail
from rvn.validation.foundations.transforms import TRANSFORMS
from rvn.validation.observations import FloatArray, contract, numbers
from rvn.validation.pooling.heterogeneity import cochran_q, dersimonian_laird, q_profile, reml, weighted_mean

Between = Literal["reml", "dl"]
REFERENCES = {
    "reml": "doi:10.3102/10769986030003261",
    "dl": "doi:10.1016/0197-2456(86)90046-2",
    "hartung_knapp": "doi:10.1186/s12874-015-0091-1",
    "prediction": "doi:10.1111/j.1467-985X.2008.00552.x",
    "q_profile": "doi:10.1002/sim.2514",
    "i_squared": "doi:10.1002/sim.1186",
}


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
        Variance between samples on the scale of pooling, with its Q-profile interval.
    heterogeneity
        Share of the variance that lies between samples (I squared), with Cochran's test that there is none.
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
    weights: FloatArray = field(repr=False, compare=False)


def pool(
    values: npt.ArrayLike,
    errors: npt.ArrayLike,
    *,
    scale: Scale = "identity",
    between: Between = "reml",
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
        Estimator of the variance between samples: restricted maximum likelihood, or DerSimonian and Laird.
    level
        Confidence level.

    Raises
    ------
    ContractError
        When lengths differ, or there is no such scale or estimator.

    References
    ----------
    Viechtbauer 2005, doi:10.3102/10769986030003261; DerSimonian and Laird 1986,
    doi:10.1016/0197-2456(86)90046-2; Hartung-Knapp and its widening Röver et al. 2015,
    doi:10.1186/s12874-015-0091-1; prediction with k - 2 degrees of freedom Higgins et al. 2009,
    doi:10.1111/j.1467-985X.2008.00552.x; Q-profile Viechtbauer 2007, doi:10.1002/sim.2514; I squared Higgins
    and Thompson 2002, doi:10.1002/sim.1186.

    Examples
    --------
    Variances .01 and .02, Q = 4/3: DerSimonian and Laird's variance between samples is .005.

    >>> found = pool([0.6, 0.8], [0.01**0.5, 0.02**0.5], between="dl")
    >>> round(found.between.value, 6), round(found.pooled.value, 6)
    (0.005, 0.675)
    """
    if scale not in TRANSFORMS or between not in ("reml", "dl"):
        raise contract(f"no scale {scale!r} or no estimator {between!r}", f"{', '.join(TRANSFORMS)}; reml or dl")
    value, error = numbers("values", values), numbers("errors", errors)
    if len(value) != len(error):
        raise contract(f"lengths differ: `values` {len(value):,}, `errors` {len(error):,}")
    known = ~np.isnan(value) & (error > 0)
    used = known & TRANSFORMS[scale].inside(value)
    reasons = {"no value or standard error": (~known).sum(), "at the end of the scale": (known & ~used).sum()}
    template = Estimate(
        name="pooled",
        value=math.nan,
        scale=scale,
        level=level,
        n=int(used.sum()),
        excluded={why: int(count) for why, count in reasons.items() if count},
        reference=REFERENCES[between],
    )
    y, v = TRANSFORMS[scale].forth(value[used]), error[used] ** 2
    tau2 = (reml if between == "reml" else dersimonian_laird)(y, v) if len(y) > 1 else 0.0
    weights = np.zeros(len(value))
    weights[used] = 1 / (v + tau2) / (1 / (v + tau2)).sum()
    return _assemble(y, v, tau2, template, between.upper(), weights)


def _assemble(
    y: FloatArray, v: FloatArray, tau2: float, template: Estimate, estimator: str, weights: FloatArray
) -> MetaAnalysis:
    k, level = len(y), template.level
    z, t = normal_quantile(level), t_quantile(level, max(k - 1, 1))

    def row(name: str, center: float, se: float, reach: float, method: str, reference: str) -> Estimate:
        limits = center, center - reach, center + reach
        value, low, high = (float(x) for x in TRANSFORMS[template.scale].back(np.array(limits)))
        low, high = min(low, high), max(low, high)  # the log-log scale runs the other way
        return replace(template, name=name, value=value, se=se, low=low, high=high, method=method, reference=reference)

    def undefined(name: str, why: str) -> Estimate:
        return replace(template, name=name, scale="identity", status="not_estimable", notes=(why,), reference="")

    if k == 0:
        names = ("pooled", "never_narrower", "normal", "fixed", "prediction", "between", "heterogeneity")
        why = "no sample with a value and a standard error"
        return MetaAnalysis(**{name: undefined(name, why) for name in names}, weights=weights)

    mean, error = weighted_mean(y, v + tau2)
    center, center_error = weighted_mean(y, v)
    own = REFERENCES[estimator.lower()]
    normal = row("normal", mean, error, z * error, f"{estimator}, normal", own)
    fixed = row("fixed", center, center_error, z * center_error, "inverse variance, normal", "")
    if k == 1:
        alone = replace(normal, name="pooled", method="one sample, normal")
        return MetaAnalysis(
            pooled=alone,
            never_narrower=replace(alone, name="never_narrower"),
            normal=normal,
            fixed=fixed,
            prediction=undefined("prediction", "one sample"),
            between=undefined("between", "one sample"),
            heterogeneity=undefined("heterogeneity", "one sample"),
            weights=weights,
        )
    knapp = error * math.sqrt(cochran_q(y, v + tau2) / (k - 1))
    pooled = row("pooled", mean, knapp, t * knapp, f"{estimator}, Hartung-Knapp", REFERENCES["hartung_knapp"])
    wider = max(knapp, error)
    method = f"{estimator}, Hartung-Knapp, not below normal"
    never_narrower = row("never_narrower", mean, wider, t * wider, method, REFERENCES["hartung_knapp"])
    if knapp < 1e-12 * error:
        why = "equal values would make the interval a point"
        pooled = replace(never_narrower, name="pooled", status="degenerate", notes=(why,))
    prediction = undefined("prediction", "needs three samples")
    if k > 2:
        spread, method = math.hypot(math.sqrt(tau2), error), f"{estimator}, t with {k - 2} degrees of freedom"
        reach = t_quantile(level, k - 2) * spread
        prediction = row("prediction", mean, spread, reach, method, REFERENCES["prediction"])
    low, high = q_profile(y, v, upper_tail(level))
    q = cochran_q(y, v)
    plain = Estimate(name="between", value=tau2, level=level, n=k, excluded=template.excluded)
    return MetaAnalysis(
        pooled=pooled,
        never_narrower=never_narrower,
        normal=normal,
        fixed=fixed,
        prediction=prediction,
        between=replace(
            plain, low=low, high=high, method=f"{estimator}, Q-profile", reference=f"{own}; {REFERENCES['q_profile']}"
        ),
        heterogeneity=replace(
            plain,
            name="heterogeneity",
            value=max(0.0, 1 - (k - 1) / q) if q > 0 else 0.0,
            statistic=q,
            df=k - 1,
            p_value=float(special.chdtrc(k - 1, q)),
            method="I squared",
            reference=REFERENCES["i_squared"],
        ),
        weights=weights,
    )


def pool_estimates(
    estimates: Iterable[Estimate], scale: Scale, *, between: Between = "reml", level: float = 0.95
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
    between: Between = "reml",
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
