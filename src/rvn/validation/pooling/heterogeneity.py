"""The variance between samples: how far their values spread beyond what sampling explains.

Every function takes the values, their sampling variances and a design matrix: a column of ones, and one more for
each thing that samples are told apart by.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from rvn.validation.observations import FloatArray


@dataclass(frozen=True)
class Weighted:
    """A weighted regression of the values of samples.

    `covariance` is that of the coefficients when the weights are the inverse variances; `projection` takes the
    values to their weighted residuals; `q` is the weighted sum of squared residuals.
    """

    coefficients: FloatArray
    covariance: FloatArray
    projection: FloatArray
    q: float


def weighted(y: FloatArray, variances: FloatArray, design: FloatArray) -> Weighted:
    """Return the regression of `y` on `design` with the inverse of the variances as weights.

    Examples
    --------
    >>> found = weighted(np.array([1.0, 4.0]), np.array([1.0, 0.5]), np.ones((2, 1)))
    >>> float(found.coefficients[0]), round(found.q, 9)
    (3.0, 6.0)
    """
    scaled = design / variances[:, None]
    covariance = np.asarray(np.linalg.inv(design.T @ scaled), dtype=np.float64)
    projection: FloatArray = np.diag(1 / variances) - scaled @ covariance @ scaled.T
    coefficients: FloatArray = covariance @ (scaled.T @ y)
    return Weighted(coefficients, covariance, projection, float(((y - design @ coefficients) ** 2 / variances).sum()))


def typical_variance(v: FloatArray, design: FloatArray) -> float:
    """Return the sampling variance of a typical sample, to which that between samples is compared in I squared.

    Examples
    --------
    >>> round(typical_variance(np.array([2.0, 2.0]), np.ones((2, 1))), 9)
    2.0
    """
    return float((len(v) - design.shape[1]) / np.trace(weighted(v, v, design).projection))


def cochran_q(y: FloatArray, variances: FloatArray) -> float:
    """Return Cochran's Q, the weighted sum of squares about the weighted mean.

    Examples
    --------
    >>> round(cochran_q(np.array([1.0, 4.0]), np.array([1.0, 0.5])), 9)
    6.0
    """
    return weighted(y, variances, np.ones((len(y), 1))).q


def q_profile(y: FloatArray, v: FloatArray, design: FloatArray, tail: float) -> tuple[float, float]:
    """Return the variances between samples at which Q takes the outer quantiles of chi-squared.

    Examples
    --------
    Q is 50 / (1 + tau2) here; chi-squared with one degree of freedom has the quantiles 0.00098 and 5.0239.

    >>> low, high = q_profile(np.array([0.0, 10.0]), np.array([1.0, 1.0]), np.ones((2, 1)), 0.975)
    >>> round(50 / (1 + low), 4), round(50 / (1 + high), 5)
    (5.0239, 0.00098)
    """
    df = len(y) - design.shape[1]

    def where_q_is(quantile: float) -> float:
        return falling_root(lambda tau2: weighted(y, v + tau2, design).q - quantile, float(v.max()))

    return where_q_is(float(special.chdtri(df, 1 - tail))), where_q_is(float(special.chdtri(df, tail)))


def falling_root(falling: Callable[[float], float], start: float) -> float:
    """Where a function falls through zero, or zero when it is below from the outset.

    Examples
    --------
    >>> round(falling_root(lambda x: 9 - x**2, 1.0), 9), falling_root(lambda x: -1 - x, 1.0)
    (3.0, 0.0)
    """
    if falling(0.0) <= 0:
        return 0.0
    upper = start
    while falling(upper) > 0:
        upper *= 4
    return float(optimize.brentq(falling, 0.0, upper, xtol=1e-16 * start, rtol=1e-14))


def spread_of(quadratic: FloatArray, variances: FloatArray) -> float:
    """Return the standard deviation of y' A y for normal values with these variances.

    Examples
    --------
    >>> spread_of(np.eye(2), np.array([1.0, 1.0]))
    2.0
    """
    product = quadratic * variances
    return math.sqrt(2 * float((product * product.T).sum()))
