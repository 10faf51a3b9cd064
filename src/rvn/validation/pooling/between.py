"""Estimators of the variance between samples, each with its standard error."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Literal

import numpy as np

from rvn.validation.observations import FloatArray
from rvn.validation.pooling.heterogeneity import falling_root, spread_of, weighted

Between = Literal["reml", "ml", "dl", "pm", "he", "hs", "sj"]
Estimator = Callable[[FloatArray, FloatArray, FloatArray], tuple[float, float]]

STEPS = 200  # of the grid on which a likelihood is searched for more than one maximum


def dersimonian_laird(y: FloatArray, v: FloatArray, design: FloatArray) -> tuple[float, float]:
    """Return the variance by the moments of Cochran's Q (DerSimonian and Laird 1986).

    Examples
    --------
    Q is 2 with one degree of freedom, and the sum of weights less their mean square share is 1:

    >>> dersimonian_laird(np.array([0.0, 2.0]), np.array([1.0, 1.0]), np.ones((2, 1)))[0]
    1.0
    """
    return _moments(y, v, weighted(y, v, design).projection)


def hedges(y: FloatArray, v: FloatArray, design: FloatArray) -> tuple[float, float]:
    """Return the variance by the moments of the unweighted sum of squares (Hedges and Olkin 1985).

    Examples
    --------
    >>> round(hedges(np.array([0.0, 2.0]), np.array([1.0, 1.0]), np.ones((2, 1)))[0], 9)
    1.0
    """
    return _moments(y, v, weighted(y, np.ones(len(y)), design).projection)


def _moments(y: FloatArray, v: FloatArray, projection: FloatArray) -> tuple[float, float]:
    trace = float(np.trace(projection))
    tau2 = max(0.0, (float(y @ projection @ y) - float(np.diag(projection) @ v)) / trace)
    return tau2, spread_of(projection, v + tau2) / trace


def hunter_schmidt(y: FloatArray, v: FloatArray, design: FloatArray) -> tuple[float, float]:
    """Return the variance as Q less the number of samples, over the sum of weights (Hunter and Schmidt 2004).

    Examples
    --------
    >>> hunter_schmidt(np.array([0.0, 4.0]), np.array([1.0, 1.0]), np.ones((2, 1)))[0]
    3.0
    """
    fixed, total = weighted(y, v, design), float((1 / v).sum())
    tau2 = max(0.0, (fixed.q - len(y)) / total)
    return tau2, spread_of(fixed.projection, v + tau2) / total


def sidik_jonkman(y: FloatArray, v: FloatArray, design: FloatArray) -> tuple[float, float]:
    """Return the variance from residuals weighted by a first, crude variance (Sidik and Jonkman 2005).

    Examples
    --------
    The crude variance is 1, so weights are 1/2 and the residual squares, 1 + 1, count half:

    >>> round(sidik_jonkman(np.array([0.0, 2.0]), np.array([1.0, 1.0]), np.ones((2, 1)))[0], 9)
    1.0
    """
    crude, df = float(np.var(y)), len(y) - design.shape[1]
    if crude == 0:
        return 0.0, math.nan
    first = weighted(y, v + crude, design)
    tau2 = crude * first.q / df
    return tau2, crude / df * spread_of(first.projection, v + tau2)


def paule_mandel(y: FloatArray, v: FloatArray, design: FloatArray) -> tuple[float, float]:
    """Return the variance at which Q equals its degrees of freedom (Paule and Mandel 1982).

    The empirical Bayes estimator (Morris 1983) is the same number.

    Examples
    --------
    Q is 8 / (1 + tau2), and one with one degree of freedom:

    >>> round(paule_mandel(np.array([0.0, 4.0]), np.array([1.0, 1.0]), np.ones((2, 1)))[0], 9)
    7.0
    """
    k, df = len(y), len(y) - design.shape[1]
    tau2 = falling_root(lambda tau2: weighted(y, v + tau2, design).q - df, float(np.ptp(y)) ** 2 + float(v.max()))
    return tau2, math.sqrt(2 * k**2 / df) / float((1 / (v + tau2)).sum())


def maximum_likelihood(y: FloatArray, v: FloatArray, design: FloatArray) -> tuple[float, float]:
    """Return the variance by maximum likelihood, converged to rounding; too small with few samples.

    Examples
    --------
    With equal sampling variances it is the mean square less the variance of sampling, 4 - 1:

    >>> round(maximum_likelihood(np.array([0.0, 4.0]), np.array([1.0, 1.0]), np.ones((2, 1)))[0], 9)
    3.0
    """

    def score(tau2: float) -> float:
        residuals = weighted(y, v + tau2, design).projection @ y
        return float(residuals @ residuals) - float((1 / (v + tau2)).sum())

    tau2 = _highest(score, lambda tau2: log_likelihood(y, v + tau2, design), y, v)
    return tau2, math.sqrt(2 / float((1 / (v + tau2) ** 2).sum()))


def reml(y: FloatArray, v: FloatArray, design: FloatArray) -> tuple[float, float]:
    """Return the variance by restricted maximum likelihood, converged to rounding (Viechtbauer 2005).

    Examples
    --------
    With equal sampling variances it is the sample variance less that of sampling, 2 - 1:

    >>> round(reml(np.array([0.0, 2.0]), np.array([1.0, 1.0]), np.ones((2, 1)))[0], 9)
    1.0
    """

    def score(tau2: float) -> float:
        projection = weighted(y, v + tau2, design).projection
        residuals = projection @ y
        return float(residuals @ residuals) - float(np.trace(projection))

    tau2 = _highest(score, lambda tau2: log_likelihood(y, v + tau2, design, restricted=True), y, v)
    projection = weighted(y, v + tau2, design).projection
    return tau2, math.sqrt(2 / float((projection**2).sum()))


def log_likelihood(y: FloatArray, variances: FloatArray, design: FloatArray, *, restricted: bool = False) -> float:
    """Return the log-likelihood of the variances with the best coefficients, up to a constant.

    Examples
    --------
    >>> log_likelihood(np.array([0.0, 2.0]), np.array([1.0, 1.0]), np.ones((2, 1)))
    -1.0
    """
    found = weighted(y, variances, design)
    logs = float(np.log(variances).sum())
    if restricted:
        logs -= float(np.linalg.slogdet(found.covariance)[1])
    return -(logs + found.q) / 2


def _highest(
    score: Callable[[float], float], likelihood: Callable[[float], float], y: FloatArray, v: FloatArray
) -> float:
    """Where a likelihood is highest: at zero, or at one of the points where its derivative falls through zero."""
    upper = float(np.ptp(y)) ** 2 + float(v.max())
    grid = np.concatenate([[0.0], np.geomspace(1e-8 * upper, upper, STEPS)])
    slopes = [score(tau2) for tau2 in grid]
    maxima = [0.0]
    for left, before, after in zip(grid[:-1], slopes[:-1], slopes[1:], strict=True):
        if before > 0 >= after:
            start = float(left)
            maxima.append(start + falling_root(partial(_later, score, start), upper / STEPS))
    return max(maxima, key=likelihood)


def _later(function: Callable[[float], float], start: float, step: float) -> float:
    return function(start + step)


ESTIMATORS: dict[Between, Estimator] = {
    "reml": reml,
    "ml": maximum_likelihood,
    "dl": dersimonian_laird,
    "pm": paule_mandel,
    "he": hedges,
    "hs": hunter_schmidt,
    "sj": sidik_jonkman,
}
REFERENCES: dict[Between, str] = {
    "reml": "doi:10.3102/10769986030003261",
    "ml": "doi:10.3102/10769986030003261",
    "dl": "doi:10.1016/0197-2456(86)90046-2",
    "pm": "doi:10.6028/jres.087.022",
    "he": "Hedges and Olkin 1985, Statistical Methods for Meta-Analysis",
    "hs": "Hunter and Schmidt 2004, Methods of Meta-Analysis",
    "sj": "doi:10.1111/j.1467-9876.2005.00489.x",
}
