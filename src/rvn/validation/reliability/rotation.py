"""Factors found rather than given: extracted by least squares, turned so that items load on few of them."""

from __future__ import annotations

import math

import numpy as np
from scipy import optimize

from rvn.validation.observations import FloatArray

STEPS = 5_000


def minres(correlations: FloatArray, factors: int) -> FloatArray:
    """Return unrotated loadings that leave the least squares of residual correlations (minimum residuals).

    Minimised over the own variances: what is left then are the smallest eigenvalues.

    Parameters
    ----------
    correlations
        Of the items.
    factors
        How many, fewer than items.

    References
    ----------
    Harman and Jones 1966, doi:10.1007/BF02289468; Jöreskog 1977 on the derivatives.

    Examples
    --------
    >>> loadings = minres(np.array([[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]]), 1)
    >>> np.abs(loadings).ravel().round(6)
    array([0.707107, 0.707107, 0.707107])
    """
    size = len(correlations)

    def left_over(own: FloatArray) -> tuple[float, FloatArray]:
        values, vectors = np.linalg.eigh(correlations - np.diag(own))
        rest = slice(0, size - factors)
        return float((values[rest] ** 2).sum() / 2), -(vectors[:, rest] ** 2) @ values[rest]

    def curvature(own: FloatArray) -> FloatArray:
        values, vectors = np.linalg.eigh(correlations - np.diag(own))
        rest, kept = vectors[:, : size - factors], vectors[:, size - factors :]
        within = (rest @ rest.T) ** 2
        gaps = values[: size - factors, None] / (values[: size - factors, None] - values[size - factors :])
        cross = np.einsum("ik,jk,il,jl,kl->ij", rest, rest, kept, kept, gaps)
        return np.asarray(within + 2 * cross)

    start = 0.5 / np.diag(np.linalg.inv(correlations))
    found = optimize.minimize(
        left_over,
        start,
        jac=True,
        hess=curvature,
        method="trust-exact",
        options={"gtol": 1e-10, "maxiter": 500},
    )
    values, vectors = np.linalg.eigh(correlations - np.diag(found.x))
    top = slice(size - factors, size)
    loadings = vectors[:, top] * np.sqrt(np.maximum(values[top], 0))
    return np.asarray(loadings[:, ::-1] * np.where(loadings[:, ::-1].sum(axis=0) < 0, -1.0, 1.0))


def oblimin(loadings: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return loadings turned to correlated factors by quartimin (direct oblimin), and the factors' correlations.

    References
    ----------
    Jennrich 2002, doi:10.1007/BF02294706, whose gradient projection it is.

    Examples
    --------
    What the factors explain together stays as it was:

    >>> loadings = np.array([[0.7, 0.4], [0.6, 0.5], [0.7, -0.4], [0.5, -0.6]])
    >>> turned, together = oblimin(loadings)
    >>> bool(np.allclose(turned @ together @ turned.T, loadings @ loadings.T))
    True
    """
    factors = loadings.shape[1]
    axes, others = np.eye(factors), 1 - np.eye(factors)

    def value_at(turn: FloatArray) -> tuple[FloatArray, float]:
        turned = loadings @ np.linalg.inv(turn).T
        squares = turned**2
        return turned, float((squares * (squares @ others)).sum() / 4)

    turned, value = value_at(axes)
    step = 1.0
    for _ in range(STEPS):
        gradient = -(turned.T @ (turned * (turned**2 @ others)) @ np.linalg.inv(axes)).T
        projected = gradient - axes * (axes * gradient).sum(axis=0)
        length = math.sqrt(float((projected**2).sum()))
        if length < 1e-10:
            break
        step *= 2
        while True:
            trial = axes - step * projected
            trial = trial / np.sqrt((trial**2).sum(axis=0))
            trial_turned, trial_value = value_at(trial)
            if trial_value < value - 0.5 * length**2 * step:
                axes, turned, value = trial, trial_turned, trial_value
                break
            step /= 2
            if step < 1e-12:  # as low as rounding lets it go
                return np.asarray(turned), np.asarray(axes.T @ axes)
    return np.asarray(turned), np.asarray(axes.T @ axes)
