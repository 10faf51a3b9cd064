"""The likelihood of a factor model whose factors have unit variance: covariances, derivatives, the fit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rvn.validation.observations import FloatArray

STEPS = 500
PROPER = 1e-4  # part of an item's variance below which its own variance counts as none: a Heywood case


@dataclass(frozen=True)
class Solution:
    """Loadings (items by factors), correlations of the factors, and own variances of the items."""

    loadings: FloatArray
    correlations: FloatArray
    own: FloatArray

    @property
    def implied(self) -> FloatArray:
        """Covariances of the items under the model."""
        return np.asarray(self.loadings @ self.correlations @ self.loadings.T + np.diag(self.own))


@dataclass(frozen=True)
class Free:
    """Which parameters are free; the order is loadings by item, correlations by pair, own variances."""

    pattern: npt.NDArray[np.bool_]

    @property
    def loadings(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Item and factor of every free loading."""
        items, factors = np.nonzero(self.pattern)
        return items.astype(np.int64), factors.astype(np.int64)

    @property
    def pairs(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Both factors of every correlation."""
        first, second = np.triu_indices(self.pattern.shape[1], 1)
        return first.astype(np.int64), second.astype(np.int64)

    @property
    def number(self) -> int:
        """How many parameters are free."""
        return len(self.loadings[0]) + len(self.pairs[0]) + len(self.pattern)

    def moved(self, at: Solution, step: FloatArray) -> Solution:
        """Return a solution a step away."""
        items, factors = self.loadings
        first, second = self.pairs
        loadings, correlations = at.loadings.copy(), at.correlations.copy()
        loadings[items, factors] += step[: len(items)]
        correlations[first, second] += step[len(items) : len(items) + len(first)]
        correlations[second, first] = correlations[first, second]
        return Solution(loadings, correlations, at.own + step[len(items) + len(first) :])

    def derivatives(self, at: Solution) -> FloatArray:
        """Return the derivative of the implied covariances by every parameter."""
        items, factors = self.loadings
        first, second = self.pairs
        size, load, cross = len(at.own), len(items), len(first)
        along = at.loadings @ at.correlations
        result = np.zeros((self.number, size, size))
        result[np.arange(load), items] = along[:, factors].T
        for place, (one, other) in enumerate(zip(first, second, strict=True), start=load):
            result[place] = np.outer(at.loadings[:, one], at.loadings[:, other])
        result[: load + cross] += result[: load + cross].transpose(0, 2, 1)
        result[np.arange(load + cross, self.number), np.arange(size), np.arange(size)] = 1
        return result


def misfit(matrix: FloatArray, at: Solution) -> float:
    """Return the discrepancy of the likelihood from that of unrestricted covariances; infinite outside its range.

    Examples
    --------
    >>> one = Solution(np.ones((3, 1)), np.eye(1), np.ones(3))
    >>> round(misfit(one.implied, one), 9)
    0.0
    """
    implied = at.implied
    if at.own.min() <= 0 or np.linalg.eigvalsh(at.correlations)[0] <= 0:
        return math.inf
    logs = float(np.linalg.slogdet(implied)[1] - np.linalg.slogdet(matrix)[1])
    return logs + float(np.trace(np.linalg.solve(implied, matrix))) - len(matrix)


def information(free: Free, at: Solution) -> FloatArray:
    """Return the expected information of one person about the parameters.

    Examples
    --------
    >>> one = Solution(np.ones((3, 1)), np.eye(1), np.ones(3))
    >>> information(Free(np.ones((3, 1), dtype=bool)), one).shape
    (6, 6)
    """
    scaled = np.linalg.solve(at.implied, free.derivatives(at))
    return np.asarray(np.einsum("aij,bji->ab", scaled, scaled) / 2)


def fit(matrix: FloatArray, pattern: npt.NDArray[np.bool_]) -> Solution | None:
    """Return the solution of maximum likelihood, or None where there is no proper one.

    Fisher scoring on the correlations, halving a step that would leave the range or make the likelihood worse.

    Parameters
    ----------
    matrix
        Covariances of the items.
    pattern
        Items by factors: true where an item loads on a factor.

    Examples
    --------
    >>> found = fit(np.array([[2.0, 1, 1], [1, 2, 1], [1, 1, 2]]), np.ones((3, 1), dtype=bool))
    >>> found.loadings.ravel().round(6), found.own.round(6)
    (array([1., 1., 1.]), array([1., 1., 1.]))
    """
    deviations = np.sqrt(np.diag(matrix))
    if deviations.min() < 1e-12 * deviations.max() or np.linalg.eigvalsh(matrix)[0] <= 0:
        return None
    correlations = matrix / np.outer(deviations, deviations)
    try:
        at = _search(correlations, Free(pattern), _start(correlations, pattern))
    except np.linalg.LinAlgError:  # the data do not tell some parameters apart
        return None
    if at is None or at.own.min() <= PROPER:
        return None
    return Solution(at.loadings * deviations[:, None], at.correlations, at.own * deviations**2)


def _search(correlations: FloatArray, free: Free, at: Solution) -> Solution | None:
    best = misfit(correlations, at)
    for _ in range(STEPS):
        scaled = np.linalg.solve(at.implied, free.derivatives(at))
        residual = np.linalg.solve(at.implied, correlations - at.implied)
        # The score is half the trace of residual, inverse and derivative; the inverse is in `scaled` already.
        score = np.einsum("aij,ji->a", scaled, residual)
        step = np.linalg.solve(np.einsum("aij,bji->ab", scaled, scaled), score)
        part = 1.0
        while (value := misfit(correlations, trial := free.moved(at, part * step))) > best + len(at.own) * 1e-13:
            part /= 2
            if part < 1e-10:
                return None
        at, best = trial, value
        if np.abs(step).max() < 1e-10:
            return at
    return None


def _start(correlations: FloatArray, pattern: npt.NDArray[np.bool_]) -> Solution:
    """Return the first principal axis of each factor's items, shortened, and factors that do not correlate."""
    loadings = np.zeros(pattern.shape)
    for factor, chosen in enumerate(pattern.T):
        values, vectors = np.linalg.eigh(correlations[np.ix_(chosen, chosen)])
        axis = vectors[:, -1] * math.sqrt(values[-1]) * 0.8
        loadings[chosen, factor] = axis * (1 if axis.sum() > 0 else -1)
    loadings /= np.sqrt(np.maximum(pattern.sum(axis=1), 1))[:, None]
    own = np.maximum(1 - (loadings**2).sum(axis=1), 0.2)
    return Solution(loadings, np.eye(pattern.shape[1]), own)
