"""What samples with other values have in common: their values regressed on what they are told apart by."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import special

from rvn.validation.estimate import Estimate, Scale
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.foundations.quantiles import upper_tail
from rvn.validation.observations import contract, numbers
from rvn.validation.pooling.between import Between
from rvn.validation.pooling.heterogeneity import q_profile, typical_variance, weighted
from rvn.validation.pooling.samples import between_samples, spread_rows, usable

REFERENCE = "doi:10.1002/sim.1187"


@dataclass(frozen=True, kw_only=True)
class MetaRegression:
    """Result of regressing the values of samples on what tells the samples apart.

    Parameters
    ----------
    coefficients
        On the scale of pooling: first the value where every moderator is zero, then the change per unit of each;
        each with the normal test that it is zero.
    moderators
        Wald's test that no moderator matters; its value is the statistic.
    between
        Variance between samples that the moderators leave, with its Q-profile interval.
    heterogeneity, share_between
        Of that variance, as in `MetaAnalysis`.
    """

    coefficients: tuple[Estimate, ...]
    moderators: Estimate
    between: Estimate
    heterogeneity: Estimate
    share_between: Estimate


def meta_regression(
    values: npt.ArrayLike,
    errors: npt.ArrayLike,
    moderators: Mapping[str, npt.ArrayLike],
    *,
    scale: Scale = "identity",
    between: Between | float = "reml",
    level: float = 0.95,
) -> MetaRegression:
    """Regress one statistic of several samples on numbers that tell the samples apart, with random effects.

    Samples are few: with less than ten for each moderator a finding is a question, not an answer.

    Parameters
    ----------
    values, errors, scale, between, level
        As in `rvn.validation.pooling.meta_analysis.pool`.
    moderators
        Name and value in every sample of each moderator: years of follow-up, share of women, 0/1 for a setting.

    Raises
    ------
    ContractError
        When lengths differ, there is no such scale or estimator, or no moderator is given.

    References
    ----------
    Thompson and Higgins 2002, doi:10.1002/sim.1187.

    Examples
    --------
    The value rises by one a year; half of what is left lies between samples.

    >>> found = meta_regression([1, 2, 3.1, 3.9], [0.1] * 4, {"years": [1, 2, 3, 4]})
    >>> [(row.at["term"], round(row.value, 2)) for row in found.coefficients]
    [('where moderators are zero', 0.05), ('years', 0.98)]
    """
    if not moderators:
        raise contract("`moderators` is empty", "`pool` needs none")
    y, v, used, template = usable(values, errors, scale, level)
    columns = {name: numbers(name, column) for name, column in moderators.items()}
    for name, column in columns.items():
        if len(column) != len(used):
            raise contract(f"lengths differ: `values` {len(used):,}, moderator {name!r} {len(column):,}")
    table = np.column_stack([np.ones(len(used)), *columns.values()])[used]
    known = ~np.isnan(table).any(axis=1)
    excluded = dict(template.excluded)
    if not known.all():
        excluded["moderator absent"] = int((~known).sum())
    y, v, design = y[known], v[known], table[known]
    k, terms = design.shape
    template = replace(template, name="coefficient", scale="identity", n=k, excluded=excluded, reference=REFERENCE)
    names = ("where moderators are zero", *columns)
    if k <= terms or np.linalg.matrix_rank(design) < terms:
        why = "needs more samples than coefficients, and moderators that differ"
        none = replace(template, status="not_estimable", notes=(why,))
        return MetaRegression(
            coefficients=tuple(replace(none, at={"term": name}) for name in names),
            **{name: replace(none, name=name) for name in ("moderators", "between", "heterogeneity", "share_between")},
        )
    tau2, tau2_error, estimator = between_samples(y, v, design, between)
    found, z = weighted(y, v + tau2, design), normal_quantile(level)
    method = f"random effects, {estimator}, normal"
    errors_of = np.sqrt(np.diag(found.covariance))
    coefficients = tuple(
        replace(
            template,
            value=float(value),
            se=float(se),
            low=float(value - z * se),
            high=float(value + z * se),
            statistic=float(value / se),
            p_value=float(2 * special.ndtr(-abs(value / se))),
            method=method,
            at={"term": name},
        )
        for name, value, se in zip(names, found.coefficients, errors_of, strict=True)
    )
    slopes = found.coefficients[1:]
    wald = float(slopes @ np.linalg.solve(found.covariance[1:, 1:], slopes))
    test = replace(
        template,
        name="moderators",
        value=wald,
        statistic=wald,
        df=terms - 1,
        p_value=float(special.chdtrc(terms - 1, wald)),
        method="Wald",
    )
    limits = (math.nan, math.nan) if estimator == "given" else q_profile(y, v, design, upper_tail(level))
    plain = replace(template, name="between", value=tau2, method=f"{estimator}, Q-profile")
    rows = spread_rows(plain, tau2_error, limits, weighted(y, v, design).q, typical_variance(v, design), k - terms)
    return MetaRegression(
        coefficients=coefficients, moderators=test, between=rows[0], heterogeneity=rows[1], share_between=rows[2]
    )
