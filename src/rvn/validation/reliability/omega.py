"""Omega: the share of a scale's variance that one factor explains, when items need not count the same."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rvn.validation.agreement.ratings import Ratings, rating_table
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.limits import scaled_limits
from rvn.validation.observations import FloatArray
from rvn.validation.reliability.factor_likelihood import Free, Solution, fit, information
from rvn.validation.reliability.internal_consistency import covariance


def omega_total(items: npt.ArrayLike, *, counts: npt.ArrayLike | None = None, level: float = 0.95) -> Estimate:
    """McDonald's omega of one factor fitted by maximum likelihood to the covariances of the items.

    The standard error is the sandwich's, so items need not be normal; the interval is made on the logit scale.

    Parameters
    ----------
    items
        Points, one row per person, one column per item, three or more, scored in one direction. People with an
        absent answer are left out.
    counts
        How many people each row stands for.
    level
        Confidence level.

    Raises
    ------
    ContractError
        When `items` is not a table of numbers.

    References
    ----------
    McDonald 1999, Test Theory, chapter 6; for ordinal items Green and Yang 2009,
    doi:10.1007/s11336-008-9099-3, whose coefficient is another.

    Examples
    --------
    Three items, each the sum of a common and an own coin: loadings and own variances are equal, so omega is
    alpha, 3 x 3 / (3 x 3 + 3).

    >>> coins = np.indices((2, 2, 2, 2)).reshape(4, -1).T
    >>> round(omega_total(coins[:, :1] + coins[:, 1:]).value, 6)
    0.75
    """
    table, excluded = rating_table(items, counts=counts, name="items").complete("answer")
    estimate = Estimate(
        name="omega_total",
        value=math.nan,
        scale="logit",
        method="one factor, maximum likelihood, sandwich",
        level=level,
        n=table.n,
        excluded=excluded,
        reference="doi:10.1007/s11336-008-9099-3",
    )
    if table.raters < 3 or table.n <= table.raters:
        return replace(estimate, status="not_estimable", notes=("needs three items, and more people than items",))
    found = fit(covariance(table) * (table.n - 1) / table.n, np.ones((table.raters, 1), dtype=bool))
    if found is None:
        return replace(estimate, status="not_estimable", notes=("no proper solution with one factor",))
    loadings, own = found.loadings[:, 0], found.own
    common, error = float(loadings.sum()) ** 2, float(own.sum())
    value = common / (common + error)
    if value < 1e-12:
        return replace(estimate, value=value, status="degenerate", notes=("loadings cancel out, so no interval",))
    by_loading = np.full(len(own), 2 * loadings.sum() * error)
    gradient = np.concatenate([by_loading, np.full(len(own), -common)]) / (common + error) ** 2
    variance = float(gradient @ _sandwich(table, found) @ gradient)
    se, low, high = scaled_limits(value, math.sqrt(variance), "logit", level)
    return replace(estimate, value=value, se=se, low=low, high=high)


def _sandwich(table: Ratings, at: Solution) -> FloatArray:
    """Covariance of loadings and own variances of one factor that does not rest on normal items."""
    scaled = np.linalg.solve(at.implied, (table.values - table.counts @ table.values / table.n).T).T
    scores = np.hstack([scaled * (scaled @ at.loadings), scaled**2 / 2])
    scores = scores - table.counts @ scores / table.n
    bread = np.linalg.inv(information(Free(np.ones(at.loadings.shape, dtype=bool)), at))
    result: FloatArray = bread @ ((scores.T * table.counts) @ scores) @ bread / table.n**2
    return result
