"""Whether items measure what they are meant to: a factor model with given loadings, and how well it fits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

from rvn.validation.agreement.ratings import named_items
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.observations import FloatArray, contract
from rvn.validation.reliability.factor_likelihood import Free, Solution, fit, information, misfit
from rvn.validation.reliability.internal_consistency import covariance

JORESKOG = "doi:10.1007/BF02289343"


@dataclass(frozen=True, kw_only=True)
class FactorModel:
    """Result of `factor_model`.

    Parameters
    ----------
    loadings
        Standardised loadings by factor and item, with standard errors and the normal test that they are zero.
    correlations
        Correlations of the factors.
    fit
        How the model fits: chi-squared with its test against unrestricted covariances, CFI, TLI, RMSEA with a
        90 percent interval, SRMR, the log-likelihood, AIC and BIC.
    solution
        Loadings, factor correlations and own variances in points; None without a proper solution.
    """

    loadings: tuple[Estimate, ...]
    correlations: tuple[Estimate, ...]
    fit: tuple[Estimate, ...]
    solution: Solution | None = field(repr=False, compare=False)


def factor_model(
    items: npt.ArrayLike,
    names: Sequence[str],
    factors: Mapping[str, Sequence[str]],
    *,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> FactorModel:
    """Fit a confirmatory factor model by maximum likelihood to the covariances of the items.

    Factors have unit variance and correlate freely; an item loads on the factors that name it. Standard errors are
    those of normal items. For items of two or three points read the fit with care: it is that of normal theory.

    Parameters
    ----------
    items
        Points, one row per person, one column per item. People with an absent answer are left out.
    names
        Name of each column, in order.
    factors
        Name of each factor, and the items that load on it.
    counts
        How many people each row stands for.
    level
        Confidence level of loadings and correlations.

    Raises
    ------
    ContractError
        When `items` has not one column per name, a factor names an item that is not there, or an item is in no
        factor.

    References
    ----------
    Jöreskog 1969, doi:10.1007/BF02289343; RMSEA Browne and Cudeck 1992, doi:10.1177/0049124192021002005; CFI
    Bentler 1990, doi:10.1037/0033-2909.107.2.238; SRMR Hu and Bentler 1999, doi:10.1080/10705519909540118.

    Examples
    --------
    Four items, each the sum of a common and an own coin: every loading is the root of one half.

    >>> coins = np.indices((2,) * 5).reshape(5, -1).T
    >>> found = factor_model(coins[:, :1] + coins[:, 1:], ["a", "b", "c", "d"], {"coin": ["a", "b", "c", "d"]})
    >>> [round(row.value, 4) for row in found.loadings], round(found.fit[0].value, 6)
    ([0.7071, 0.7071, 0.7071, 0.7071], 0.0)
    """
    table, excluded = named_items(items, names, counts=counts)
    pattern = _pattern(names, factors)
    free, n, size = Free(pattern), table.n, table.raters
    df = size * (size + 1) // 2 - free.number
    plain = Estimate(
        name="loading",
        value=math.nan,
        method="maximum likelihood",
        level=level,
        n=n,
        excluded=excluded,
        reference=JORESKOG,
    )
    matrix = covariance(table) * (n - 1) / n if n > size else np.zeros((size, size))
    solution = fit(matrix, pattern) if n > size and df >= 0 else None
    if solution is None:
        why = "needs more people than items, items enough for each factor, and a proper solution"
        none = replace(plain, status="not_estimable", notes=(why,))
        return FactorModel(
            loadings=tuple(replace(none, at=at) for at in _places(names, factors)),
            correlations=tuple(replace(none, name="factor_correlation", at=at) for at in _pairs(factors)),
            fit=tuple(replace(none, name=name) for name in FIT),
            solution=None,
        )
    spread = np.linalg.inv(information(free, solution)) / n
    values, gradient = _standardised(free, solution)
    errors = np.sqrt(np.einsum("ij,jk,ik->i", gradient, spread, gradient))
    items_of, factors_of = free.loadings
    found = {
        (names[item], factor): place for place, (item, factor) in enumerate(zip(items_of, factors_of, strict=True))
    }
    order = {name: place for place, name in enumerate(factors)}
    pair_errors = np.sqrt(np.diag(spread)[len(items_of) : len(items_of) + len(free.pairs[0])])
    return FactorModel(
        loadings=tuple(
            _row(plain, values[place], errors[place], at)
            for at in _places(names, factors)
            for place in [found[at["item"], order[at["factor"]]]]
        ),
        correlations=tuple(
            _row(replace(plain, name="factor_correlation"), solution.correlations[one, other], se, at)
            for at, one, other, se in zip(_pairs(factors), *free.pairs, pair_errors, strict=True)
        ),
        fit=_fit(matrix, solution, df, free.number, plain),
        solution=solution,
    )


def _pattern(names: Sequence[str], factors: Mapping[str, Sequence[str]]) -> npt.NDArray[np.bool_]:
    unknown = [item for members in factors.values() for item in members if item not in names]
    if unknown:
        raise contract(f"no item {unknown[0]!r} in `names`", f"it has {', '.join(names)}")
    pattern = np.array([[name in members for members in factors.values()] for name in names], dtype=bool)
    if not factors or not pattern.any(axis=1).all():
        alone = [name for name, row in zip(names, pattern, strict=True) if not row.any()]
        raise contract(f"item {', '.join(alone) or names[0]} is in no factor", "leave the column out, or name it")
    return pattern


def _places(names: Sequence[str], factors: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    return [
        {"factor": factor, "item": item} for factor, members in factors.items() for item in names if item in members
    ]


def _pairs(factors: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    order = list(factors)
    return [{"factor": one, "other": other} for place, one in enumerate(order) for other in order[place + 1 :]]


def _row(plain: Estimate, value: float, se: float, at: Mapping[str, str]) -> Estimate:
    half, z = normal_quantile(plain.level) * float(se), float(value / se)
    return replace(
        plain,
        value=float(value),
        se=float(se),
        low=float(value) - half,
        high=float(value) + half,
        statistic=z,
        p_value=float(2 * special.ndtr(-abs(z))),
        at=at,
    )


def _standardised(free: Free, at: Solution) -> tuple[FloatArray, FloatArray]:
    """Return the standardised free loadings, and their derivatives by all parameters."""
    items, factors = free.loadings
    variances = np.diag(at.implied)[items]
    values = at.loadings[items, factors] / np.sqrt(variances)
    by_variance = -values / (2 * variances)
    own_variances = np.diagonal(free.derivatives(at), axis1=1, axis2=2)[:, items].T
    gradient = by_variance[:, None] * own_variances
    gradient[np.arange(len(items)), np.arange(len(items))] += 1 / np.sqrt(variances)
    return values, gradient


FIT = ("chi_squared", "cfi", "tli", "rmsea", "srmr", "log_likelihood", "aic", "bic")


def _fit(matrix: FloatArray, at: Solution, df: int, parameters: int, plain: Estimate) -> tuple[Estimate, ...]:
    n, size = plain.n, len(matrix)
    deviations = np.sqrt(np.diag(matrix))
    chi2 = max(n * misfit(matrix, at), 0.0)
    null, null_df = -n * float(np.linalg.slogdet(matrix / np.outer(deviations, deviations))[1]), size * (size - 1) // 2
    excess, null_excess = max(chi2 - df, 0.0), max(null - null_df, chi2 - df, 0.0)
    residual = ((matrix - at.implied) / np.outer(deviations, deviations))[np.tril_indices(size)]
    implied = at.implied
    logs = size * math.log(2 * math.pi) + float(np.linalg.slogdet(implied)[1])
    likelihood = -n / 2 * (logs + float(np.trace(np.linalg.solve(implied, matrix))))
    rmsea = replace(plain, name="rmsea", level=0.9, method="non-central chi-squared")
    if df > 0:
        low, high = (math.sqrt(x / (df * n)) for x in _noncentrality(chi2, df, 0.9))
        rmsea = replace(rmsea, value=math.sqrt(excess / (df * n)), low=low, high=high)
    else:
        rmsea = replace(rmsea, value=0.0, status="degenerate", notes=("the model has no degrees of freedom",))
    tli = 1.0
    if df > 0 and null > null_df:
        tli = (null / null_df - chi2 / df) / (null / null_df - 1)
    values = {
        "chi_squared": chi2,
        "cfi": 1 - excess / null_excess if null_excess > 0 else 1.0,
        "tli": tli,
        "srmr": math.sqrt(float((residual**2).mean())),
        "log_likelihood": likelihood,
        "aic": -2 * likelihood + 2 * parameters,
        "bic": -2 * likelihood + math.log(n) * parameters,
    }
    rows = {name: replace(plain, name=name, value=value) for name, value in values.items()} | {"rmsea": rmsea}
    p_value = float(special.chdtrc(df, chi2)) if df > 0 else None
    rows["chi_squared"] = replace(rows["chi_squared"], statistic=chi2, df=df, p_value=p_value)
    return tuple(rows[name] for name in FIT)


def _noncentrality(statistic: float, df: int, level: float) -> tuple[float, float]:
    """Return the non-centralities at which chi-squared has the statistic as its outer quantiles."""

    def where(probability: float) -> float:
        def above(noncentrality: float) -> float:
            return float(stats.ncx2.cdf(statistic, df, noncentrality)) - probability

        if special.chdtr(df, statistic) <= probability:
            return 0.0
        upper = max(statistic, 1.0)
        while above(upper) > 0:
            upper *= 2
        return float(optimize.brentq(above, 1e-12, upper, xtol=1e-12, rtol=1e-12))

    return where((1 + level) / 2), where((1 - level) / 2)
