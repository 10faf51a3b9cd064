"""Correlation of what lies behind two items of few points, as if each cut a normal variable into its answers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from rvn.validation.agreement.ratings import rating_table
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.observations import FloatArray, contract, numbers, observations

OLSSON = "doi:10.1007/BF02296207"
STEP, FARTHEST = 0.25, 5.0  # of the search on Fisher's z; a correlation beyond 0.9999 is one


def thresholds(answers: npt.ArrayLike, *, counts: npt.ArrayLike | None = None) -> FloatArray:
    """Return where the answers to an item cut a standard normal variable, from the lowest answer found.

    Parameters
    ----------
    answers
        Points of the item; absent ones are left out.
    counts
        How many people each row stands for.

    Raises
    ------
    ContractError
        When `answers` are not numbers.

    References
    ----------
    Olsson 1979, doi:10.1007/BF02296207.

    Examples
    --------
    >>> thresholds([0, 1, 2], counts=[50, 0, 50])
    array([0.])
    """
    kept = observations(answers=numbers("answers", answers), counts=counts)
    _, place = np.unique(kept["answers"], return_inverse=True)
    shares = np.cumsum(np.bincount(place, kept.counts))[:-1] / max(kept.n, 1)
    return np.asarray(special.ndtri(shares))


def polychoric(
    first: npt.ArrayLike, second: npt.ArrayLike, *, counts: npt.ArrayLike | None = None, level: float = 0.95
) -> Estimate:
    """Polychoric correlation of two items, by maximum likelihood at the thresholds of their margins.

    Of two yes/no items it is the tetrachoric correlation. No cell is filled up: a table with an empty corner can
    have a correlation of one, which is `separated`.

    Parameters
    ----------
    first, second
        Points of two items of the same people.
    counts
        How many people each row stands for.
    level
        Confidence level; the interval is made on Fisher's z, with the thresholds taken as known.

    Raises
    ------
    ContractError
        When the arrays are not numbers of one length.

    References
    ----------
    Olsson 1979, doi:10.1007/BF02296207.

    Examples
    --------
    Both halves at the median, a third of people in each matching corner: sin(pi / 6).

    >>> round(polychoric([0, 0, 1, 1], [0, 1, 0, 1], counts=[20, 10, 10, 20]).value, 6)
    0.5
    """
    kept = observations(first=numbers("first", first), second=numbers("second", second), counts=counts)
    estimate = Estimate(
        name="polychoric",
        value=math.nan,
        scale="fisher_z",
        method="two-step maximum likelihood, Fisher z",
        level=level,
        n=kept.n,
        excluded=kept.excluded,
        reference=OLSSON,
    )
    if kept.n < 2 or min(np.ptp(kept["first"]), np.ptp(kept["second"])) == 0:
        return replace(estimate, status="not_estimable", notes=("needs two people who differ in both",))
    rows, columns = (np.unique(kept[name], return_inverse=True)[1] for name in ("first", "second"))
    shape = int(rows.max()) + 1, int(columns.max()) + 1
    table = np.bincount(rows * shape[1] + columns, kept.counts, shape[0] * shape[1]).reshape(shape)
    rows_at, columns_at = (
        np.concatenate([[-np.inf], special.ndtri(np.cumsum(table.sum(axis=axis))[:-1] / kept.n), [np.inf]])
        for axis in (1, 0)
    )

    def score(correlation: float) -> float:
        cells, slopes = _cells(rows_at, columns_at, correlation)
        return float((table[table > 0] * (slopes / cells)[table > 0]).sum())

    # From zero outwards, where cells are far from empty, to where the likelihood turns down.
    side = 1.0 if score(0.0) > 0 else -1.0
    z_out = 0.0
    while (slope := side * score(side * math.tanh(z_out))) > 0 and z_out <= FARTHEST:
        z_out += STEP
    if z_out > FARTHEST or (slope == 0 and z_out > 0):  # so far out the score is zero by underflow only
        return replace(estimate, value=side, status="separated", notes=("a corner of the table is empty",))
    inner, outer = (math.tanh(max(x, 0.0)) * side for x in (z_out - STEP, z_out))
    value = float(optimize.brentq(score, inner, outer, xtol=1e-15, rtol=1e-14)) if z_out > 0 else 0.0
    cells, slopes = _cells(rows_at, columns_at, value)
    se = 1 / math.sqrt(kept.n * float((slopes**2 / np.maximum(cells, 1e-300)).sum()))
    se_z, middle, z = se / (1 - value**2), math.atanh(value), normal_quantile(level)
    return replace(estimate, value=value, se=se_z, low=math.tanh(middle - z * se_z), high=math.tanh(middle + z * se_z))


def polychoric_matrix(items: npt.ArrayLike, *, counts: npt.ArrayLike | None = None) -> FloatArray:
    """Return the polychoric correlations of all pairs of items, for `bounds_of`: its `lambda3` is ordinal alpha.

    Parameters
    ----------
    items
        Points, one row per person, one column per item. People with an absent answer are left out.
    counts
        How many people each row stands for.

    Raises
    ------
    ContractError
        When `items` is not a table of numbers, or a pair of items has no correlation.

    References
    ----------
    Olsson 1979, doi:10.1007/BF02296207; ordinal alpha Zumbo, Gadermann and Zeisser 2007.

    Examples
    --------
    >>> print(polychoric_matrix([[0, 0], [0, 1], [1, 0], [1, 1]], counts=[20, 10, 10, 20]).round(6))
    [[1.  0.5]
     [0.5 1. ]]
    """
    table, _ = rating_table(items, counts=counts, name="items").complete("answer")
    matrix = np.eye(table.raters)
    for one in range(table.raters):
        for other in range(one):
            found = polychoric(table.values[:, one], table.values[:, other], counts=table.counts)
            if math.isnan(found.value):
                raise contract(f"columns {other} and {one} of `items` have no correlation", "; ".join(found.notes))
            matrix[one, other] = matrix[other, one] = found.value
    return matrix


def _cells(rows: FloatArray, columns: FloatArray, correlation: float) -> tuple[FloatArray, FloatArray]:
    """Probability of each cell between the edges, and its derivative by the correlation."""
    below = _bivariate(rows[:, None], columns[None, :], correlation)
    finite = np.isfinite(rows)[:, None] & np.isfinite(columns)[None, :]
    h, k = np.where(np.isfinite(rows), rows, 0)[:, None], np.where(np.isfinite(columns), columns, 0)[None, :]
    rest = 1 - correlation**2
    density = np.exp(-(h**2 - 2 * correlation * h * k + k**2) / (2 * rest)) / (2 * math.pi * math.sqrt(rest))
    slope = np.where(finite, density, 0.0)

    def between(corners: FloatArray) -> FloatArray:
        return np.asarray(np.diff(np.diff(corners, axis=0), axis=1))

    return np.maximum(between(below), 1e-300), between(slope)


def _bivariate(h: FloatArray, k: FloatArray, correlation: float) -> FloatArray:
    """Probability that two standard normal variables lie below `h` and `k` (Owen 1956)."""
    h, k = np.broadcast_arrays(h, k)
    low, high = special.ndtr(h), special.ndtr(k)
    finite = np.isfinite(h) & np.isfinite(k)
    # Owen's function has no value at zero over zero; so near to it the probability does not change.
    x, y = (np.where(finite & (np.abs(v) < 1e-12), 1e-12, np.where(finite, v, 1.0)) for v in (h, k))
    root = math.sqrt(1 - correlation**2)
    first = special.owens_t(x, (y - correlation * x) / (x * root))
    second = special.owens_t(y, (x - correlation * y) / (y * root))
    apart = np.where((x * y < 0) | ((x * y == 0) & (x + y < 0)), 0.5, 0.0)
    inside = (special.ndtr(x) + special.ndtr(y)) / 2 - first - second - apart
    return np.where(finite, inside, np.where((h == -np.inf) | (k == -np.inf), 0.0, np.minimum(low, high)))
