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
from rvn.validation.reliability.internal_consistency import covariance

STEPS = 500


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
    found = one_factor(covariance(table) * (table.n - 1) / table.n)
    if found is None:
        return replace(estimate, status="not_estimable", notes=("no proper solution with one factor",))
    loadings, own = found
    common, error = float(loadings.sum()) ** 2, float(own.sum())
    value = common / (common + error)
    if value < 1e-12:
        return replace(estimate, value=value, status="degenerate", notes=("loadings cancel out, so no interval",))
    by_loading = np.full(len(own), 2 * loadings.sum() * error)
    gradient = np.concatenate([by_loading, np.full(len(own), -common)]) / (common + error) ** 2
    variance = float(gradient @ _sandwich(table, loadings, own) @ gradient)
    se, low, high = scaled_limits(value, math.sqrt(variance), "logit", level)
    return replace(estimate, value=value, se=se, low=low, high=high)


def one_factor(matrix: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Return loadings and unique variances of one factor by maximum likelihood, or None without a proper solution.

    Fisher scoring, halving a step that would leave a variance below zero or the likelihood worse.

    Examples
    --------
    >>> loadings, own = one_factor(np.array([[2.0, 1, 1], [1, 2, 1], [1, 1, 2]]))
    >>> loadings.round(6), own.round(6)
    (array([1., 1., 1.]), array([1., 1., 1.]))
    """
    size = len(matrix)
    deviations = np.sqrt(np.diag(matrix))
    if deviations.min() < 1e-12 * deviations.max() or np.linalg.eigvalsh(matrix)[0] <= 0:
        return None
    correlations = matrix / np.outer(deviations, deviations)
    values, vectors = np.linalg.eigh(correlations)
    start = vectors[:, -1] * math.sqrt(values[-1]) * 0.8
    loadings, own = start * (1 if start.sum() > 0 else -1), 1 - start**2
    fit = _misfit(correlations, loadings, own)
    for _ in range(STEPS):
        inverse, information = _information(loadings, own)
        residual = inverse @ (correlations - np.outer(loadings, loadings) - np.diag(own)) @ inverse
        score = np.concatenate([2 * residual @ loadings, np.diag(residual)])
        step = np.linalg.solve(information, score)
        part = 1.0
        while part > 1e-10:
            trial, trial_own = loadings + part * step[:size], own + part * step[size:]
            if trial_own.min() > 0 and (trial_fit := _misfit(correlations, trial, trial_own)) <= fit + size * 1e-13:
                break
            part /= 2
        else:
            return None
        loadings, own, fit = trial, trial_own, trial_fit
        if np.abs(step).max() < 1e-11:
            proper = own.min() > 1e-4
            return (loadings * deviations, own * deviations**2) if proper else None
    return None


def _misfit(matrix: FloatArray, loadings: FloatArray, own: FloatArray) -> float:
    """Discrepancy of the likelihood, up to a constant: log det Sigma + trace(S Sigma^-1)."""
    scaled = loadings / own
    ratio = 1 + float(loadings @ scaled)
    return float(np.log(own).sum() + math.log(ratio) + (np.diag(matrix) / own).sum() - scaled @ matrix @ scaled / ratio)


def _information(loadings: FloatArray, own: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Inverse of the model's covariances, and trace(P dSigma P dSigma) for loadings, then unique variances."""
    scaled = loadings / own
    inverse = np.diag(1 / own) - np.outer(scaled, scaled) / (1 + loadings @ scaled)
    along = inverse @ loadings
    both = 2 * ((loadings @ along) * inverse + np.outer(along, along))
    mixed = 2 * inverse * along
    return inverse, np.block([[both, mixed], [mixed.T, inverse**2]])


def _sandwich(table: Ratings, loadings: FloatArray, own: FloatArray) -> FloatArray:
    inverse, information = _information(loadings, own)
    scaled = (table.values - table.counts @ table.values / table.n) @ inverse
    scores = np.hstack([2 * scaled * (scaled @ loadings)[:, None], scaled**2])
    scores = scores - table.counts @ scores / table.n
    bread = np.linalg.inv(information)
    result: FloatArray = bread @ ((scores.T * table.counts) @ scores) @ bread / table.n**2
    return result
