"""The area under the ROC curve and its errors: DeLong by placements, Newcombe for small samples."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import optimize

from rvn.validation.observations import FloatArray, Observations


def placements(outcome: FloatArray, score: FloatArray, weight: FloatArray) -> FloatArray:
    """Return how each row ranks among the people of the other outcome, ties counted half.

    For a case it is the share of non-cases below it, for a non-case the share of cases above it; the mean over
    either is the AUC. `weight` says how many people, or how much weight, a row stands for.

    >>> placements(np.array([0.0, 1.0, 1.0]), np.array([3.0, 3.0, 5.0]), np.ones(3))
    array([0.75, 0.5 , 1.  ])
    """
    # Rows of a tally come in two ascending runs, which this sort merges in one pass.
    order = np.argsort(score, kind="stable")
    place = np.empty(len(score), dtype=np.int64)
    place[order] = np.cumsum(np.diff(score[order], prepend=score[order[:1]]) > 0)
    cases = np.bincount(place, weights=weight * outcome)
    others = np.bincount(place, weights=weight * (1 - outcome))
    below = (np.cumsum(others) - others / 2) / others.sum()
    above = (cases.sum() - np.cumsum(cases) + cases / 2) / cases.sum()
    result: FloatArray = np.where(outcome == 1, below[place], above[place])
    return result


def delong(outcome: FloatArray, scores: Sequence[FloatArray], counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the AUC of each score and the covariance matrix of these AUCs, for one sample of people.

    There must be a case and a non-case; with one of either only, the covariance is NaN.

    References
    ----------
    DeLong, DeLong & Clarke-Pearson 1988, doi:10.2307/2531595; by placements: Sun & Xu 2014,
    doi:10.1109/LSP.2014.2337313.

    >>> areas, covariance = delong(np.array([0.0, 0, 1, 1]), [np.array([1.0, 2, 2, 3])], np.ones(4))
    >>> areas, covariance
    (array([0.875]), array([[0.03125]]))
    """
    ranked = np.column_stack([placements(outcome, score, counts) for score in scores])
    case = outcome == 1
    areas: FloatArray = counts[case] @ ranked[case] / counts[case].sum()
    covariance = np.zeros((len(scores), len(scores)))
    for group in (case, ~case):
        people = counts[group].sum()
        if people < 2:
            covariance += np.nan
        else:
            centred = ranked[group] - areas
            covariance += (centred * counts[group, None]).T @ centred / (people * (people - 1))
    return areas, covariance


def jackknife(sample: Observations) -> tuple[float, float, tuple[float, float]]:
    """Return the weighted AUC, its infinitesimal-jackknife variance, and the effective cases and non-cases.

    `sample` holds outcome, score and weights; with a cluster, influences are added up within it first, and
    clusters with a case, and with a non-case, are what is counted. With fewer than two of either kind the variance
    is NaN.
    """
    case = sample["outcome"] == 1
    weights, counts = sample["weights"], sample.counts
    area, ranked = _weighted(sample, weights * counts)
    influence = weights * (ranked - area)
    for group in (case, ~case):
        influence[group] /= weights[group] @ counts[group]
    if "cluster" in sample.columns:
        place = sample["cluster"].astype(np.int64)
        total = np.bincount(place, weights=counts * influence)
        variance, sizes = float(total @ total), (_distinct(place[case]), _distinct(place[~case]))
        return area, variance if min(sizes) > 1 else math.nan, sizes
    variance = float(influence**2 @ counts)
    cases, others = (
        float((weights[group] @ counts[group]) ** 2 / (weights[group] ** 2 @ counts[group])) for group in (case, ~case)
    )
    return area, variance if min(counts[case].sum(), counts[~case].sum()) > 1 else math.nan, (cases, others)


def clustered(sample: Observations) -> tuple[float, float, tuple[float, float]]:
    """Return the AUC, its variance when people share clusters, and how many clusters have a case, and a non-case.

    `sample` holds outcome, score and cluster. With fewer than two clusters of either kind the variance is NaN.

    References
    ----------
    Obuchowski 1997, doi:10.2307/2533958.
    """
    case = sample["outcome"] == 1
    place = sample["cluster"].astype(np.int64)
    area, ranked = _weighted(sample, sample.counts)
    sums = [
        np.bincount(place, weights=sample.counts * (ranked - area) * group, minlength=place.max() + 1)
        / (sample.counts @ group)
        for group in (case, ~case)
    ]
    sizes = (_distinct(place[case]), _distinct(place[~case]))
    if min(sizes) < 2:
        return area, math.nan, sizes
    variance = sum(size / (size - 1) * float(total @ total) for size, total in zip(sizes, sums, strict=True))
    every = _distinct(place)
    return area, variance + 2 * every / (every - 1) * float(sums[0] @ sums[1]), sizes


def _weighted(sample: Observations, weight: FloatArray) -> tuple[float, FloatArray]:
    ranked = placements(sample["outcome"], sample["score"], weight)
    case = sample["outcome"] == 1
    return float(weight[case] @ ranked[case] / weight[case].sum()), ranked


def _distinct(values: npt.NDArray[np.int64]) -> int:
    return len(np.unique(values))


def newcombe_limits(area: float, cases: float, others: float, z: float) -> tuple[float, float]:
    """Return Newcombe's method 5: the areas that lie `z` of their own standard errors from the observed one.

    It needs no variance of the sample, so it stands where DeLong's is zero or not defined.

    >>> low, high = newcombe_limits(1.0, 5, 5, 1.96)
    >>> round(low, 3), high
    (0.643, 1.0)
    """
    people = (cases + others) / 2 - 1

    def excess(theta: float) -> float:
        variance = theta * (1 - theta) / (cases * others)
        variance *= 1 + people * (1 - theta) / (2 - theta) + people * theta / (1 + theta)
        return (theta - area) ** 2 - z * z * variance

    def solve(end: float) -> float:
        if area == end:
            return end
        # At the end itself the variance is zero and the excess positive; at the area it is the other way round.
        # An area of 0 or 1 has no variance of its own: there the root is looked for from just inside.
        start = min(max(area, 1e-12), 1 - 1e-12)
        return float(optimize.brentq(excess, start, end, xtol=1e-15, rtol=1e-14))

    return solve(0.0), solve(1.0)
