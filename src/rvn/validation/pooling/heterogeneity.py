"""The variance of a statistic between samples, beyond what sampling explains."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import optimize, special

from rvn.validation.observations import FloatArray


def weighted_mean(y: FloatArray, variances: FloatArray) -> tuple[float, float]:
    """Return the mean weighted by the inverse of the variances, and its standard error.

    Examples
    --------
    >>> weighted_mean(np.array([1.0, 4.0]), np.array([1.0, 0.5]))[0]
    3.0
    """
    weights = 1 / variances
    return float(weights @ y) / float(weights.sum()), 1 / math.sqrt(float(weights.sum()))


def cochran_q(y: FloatArray, variances: FloatArray) -> float:
    """Return Cochran's Q, the weighted sum of squares about the weighted mean.

    Examples
    --------
    >>> cochran_q(np.array([1.0, 4.0]), np.array([1.0, 0.5]))
    6.0
    """
    return float(((y - weighted_mean(y, variances)[0]) ** 2 / variances).sum())


def dersimonian_laird(y: FloatArray, v: FloatArray) -> float:
    """Return the variance between samples by moments (DerSimonian and Laird).

    Examples
    --------
    Q is 2 with one degree of freedom, and the sum of weights less their mean square share is 1:

    >>> dersimonian_laird(np.array([0.0, 2.0]), np.array([1.0, 1.0]))
    1.0
    """
    weights = 1 / v
    return max(0.0, (cochran_q(y, v) - (len(y) - 1)) / float(weights.sum() - (weights**2).sum() / weights.sum()))


def reml(y: FloatArray, v: FloatArray) -> float:
    """Return the variance between samples by restricted maximum likelihood, converged to rounding.

    Examples
    --------
    With equal sampling variances it is the sample variance less that of sampling, 2 - 1:

    >>> reml(np.array([0.0, 2.0]), np.array([1.0, 1.0]))
    1.0
    """

    def score(tau2: float) -> float:
        weights = 1 / (v + tau2)
        squares = weights**2
        return float(squares @ (y - weighted_mean(y, v + tau2)[0]) ** 2 - weights.sum() + squares.sum() / weights.sum())

    return _root(score, float(np.ptp(y)) ** 2 + float(v.max()))


def q_profile(y: FloatArray, v: FloatArray, tail: float) -> tuple[float, float]:
    """Return the variances between samples at which Q takes the outer quantiles of chi-squared.

    Examples
    --------
    Q is 50 / (1 + tau2) here; chi-squared with one degree of freedom has the quantiles 0.00098 and 5.0239.

    >>> low, high = q_profile(np.array([0.0, 10.0]), np.array([1.0, 1.0]), 0.975)
    >>> round(50 / (1 + low), 4), round(50 / (1 + high), 5)
    (5.0239, 0.00098)
    """

    def where_q_is(quantile: float) -> float:
        return _root(lambda tau2: cochran_q(y, v + tau2) - quantile, float(v.max()))

    df = len(y) - 1
    return where_q_is(float(special.chdtri(df, 1 - tail))), where_q_is(float(special.chdtri(df, tail)))


def _root(falling: Callable[[float], float], start: float) -> float:
    """Where a function falls through zero, or zero when it is below from the outset."""
    if falling(0.0) <= 0:
        return 0.0
    upper = start
    while falling(upper) > 0:
        upper *= 4
    return float(optimize.brentq(falling, 0.0, upper, xtol=1e-16 * start, rtol=1e-14))
