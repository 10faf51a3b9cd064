"""Krippendorff's alpha: one minus the disagreement found over that of ratings dealt out at random."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from rvn.validation.agreement.ratings import Weights, agreement_weights, limits_without_variance, rating_table
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.quantiles import t_quantile
from rvn.validation.observations import FloatArray, contract

Metric = Literal["nominal", "ordinal", "interval", "ratio", "linear", "radical", "circular", "bipolar"]
OF_WEIGHTS: tuple[Weights, ...] = ("ratio", "linear", "radical", "circular", "bipolar")


def _distances(categories: FloatArray, used: FloatArray, metric: Metric) -> FloatArray:
    """Squared distance of every pair of categories."""
    if metric == "nominal":
        return np.not_equal.outer(categories, categories).astype(np.float64)
    if metric == "interval":
        return np.subtract.outer(categories, categories) ** 2
    if metric == "ordinal":
        # The number of ratings from one category to the other, half of both ends: a difference of midranks.
        middle = np.cumsum(used) - used / 2
        return np.subtract.outer(middle, middle) ** 2
    if metric not in OF_WEIGHTS:
        raise contract(f"no metric {metric!r}", f"nominal, ordinal, interval, {', '.join(OF_WEIGHTS)}")
    return 1 - agreement_weights(categories, metric)


def krippendorff_alpha(
    ratings: npt.ArrayLike,
    metric: Metric,
    *,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Krippendorff's alpha of any number of raters, with ratings absent anywhere.

    The standard error is linearised over people, with the ordinal metric's own dependence on the ratings; as
    in Gwet's derivation it is that of the coefficient without the small-sample term. The interval is by t.

    Parameters
    ----------
    ratings
        One row per person, one column per rater, NaN where there is none. People rated once are left out.
    metric
        How far apart two ratings are: ``"ordinal"`` by the ratings that lie between them, ``"interval"`` by their
        squared difference, ``"linear"``, ``"radical"``, ``"ratio"``, ``"circular"`` and ``"bipolar"`` as in
        `rvn.validation.agreement.ratings.agreement_weights`, whose ``"ordinal"`` is another thing than this one.
    counts
        How many people each row stands for.
    level
        Confidence level.

    Raises
    ------
    ContractError
        When `ratings` is not a table of numbers, or is negative where the metric is a ratio.

    References
    ----------
    Hayes and Krippendorff 2007, doi:10.1080/19312450709336664.

    Examples
    --------
    Four ratings, two of each; one pair of two disagrees, where 4 of 6 possible pairs would:

    >>> krippendorff_alpha([[1, 1], [0, 0], [1, 0], [1, 0]], "nominal").value
    0.125
    """
    everybody = rating_table(ratings, counts=counts)
    rated = everybody.where(np.sum(~np.isnan(everybody.values), axis=1) >= 2)
    estimate = Estimate(
        name=f"krippendorff_alpha_{metric}",
        value=math.nan,
        method="linearised, t",
        level=level,
        n=rated.n,
        excluded={"fewer than two ratings": everybody.n - rated.n} if rated.n < everybody.n else {},
        reference="doi:10.1080/19312450709336664",
    )
    categories, table = rated.codes()
    rows, size = table.shape[0], len(categories)
    person, rater = np.nonzero(table >= 0)
    uses = np.bincount(person * size + table[person, rater], minlength=rows * size).reshape(rows, size)
    times = uses.sum(axis=1)
    used = rated.counts @ uses
    distance = _distances(categories, used, metric)
    if size < 2:
        return replace(estimate, status="not_estimable", notes=("fewer than two categories used",))

    total = float(used.sum())
    apart = (uses * (uses @ distance)).sum(axis=1) / (times - 1)
    found, expected = float(rated.counts @ apart), float(used @ distance @ used)
    ratio = total * found / expected
    estimate = replace(estimate, value=1 - (total - 1) / total * ratio)
    if rated.n < 2:
        return replace(estimate, status="sparse")

    found_by = apart
    expected_by = 2 * uses @ (distance @ used)
    if metric == "ordinal":
        middle = np.cumsum(used) - used / 2
        step = middle[:, None] - middle
        pairs = (uses * (rated.counts / (times - 1))[:, None]).T @ uses
        own_middle = np.cumsum(uses, axis=1) - uses / 2
        found_by = found_by + 4 * own_middle @ (pairs * step).sum(axis=1)
        expected_by = expected_by + 4 * own_middle @ (np.outer(used, used) * step).sum(axis=1)
    linear = (times * found + total * found_by - ratio * expected_by) / expected
    linear = linear - float(rated.counts @ linear) / rated.n
    se = math.sqrt(float(rated.counts @ linear**2) * rated.n / (rated.n - 1))
    if se < 1e-12:
        chance = 1 - expected / (total * (total - 1)) / float(distance.max())
        low, high = limits_without_variance(1 - found / total / float(distance.max()), chance, rated.n, level)
        method = "Wilson limits of raw agreement at the chance agreement found"
        return replace(estimate, se=0.0, low=low, high=high, status="degenerate", method=method)
    half = t_quantile(level, rated.n - 1) * se
    low, high = max(estimate.value - half, -1.0), min(estimate.value + half, 1.0)
    return replace(estimate, se=se, df=rated.n - 1, low=low, high=high)
