"""Whether the items of a scale measure one thing: alpha and the split half.

A risk scale that was put together to predict need not be homogeneous: a low alpha is no reason against it.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy.typing as npt
from scipy import stats

from rvn.validation.agreement.ratings import Ratings, rating_table
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.quantiles import upper_tail
from rvn.validation.observations import FloatArray
from rvn.validation.reliability.correlation import correlation

SPEARMAN = "doi:10.1111/j.2044-8295.1910.tb00206.x"


def covariance(items: Ratings) -> FloatArray:
    """Return the sample covariance matrix of the columns of a complete table of two or more people.

    Examples
    --------
    >>> covariance(rating_table([[0, 0], [2, 2]], counts=[1, 1]))
    array([[2., 2.],
           [2., 2.]])
    """
    centred = items.values - items.counts @ items.values / items.n
    matrix: FloatArray = (centred.T * items.counts) @ centred / (items.n - 1)
    return matrix


def cronbach_alpha(items: npt.ArrayLike, *, counts: npt.ArrayLike | None = None, level: float = 0.95) -> Estimate:
    """Cronbach's alpha: the share of a scale's variance that its items have in common, if all count the same.

    Parameters
    ----------
    items
        Points, one row per person, one column per item, scored in one direction. People with an absent answer
        are left out.
    counts
        How many people each row stands for.
    level
        Confidence level of Feldt's interval. The standard error, for pooling, is that of normal items that need not
        have equal covariances.

    Raises
    ------
    ContractError
        When `items` is not a table of numbers.

    References
    ----------
    Cronbach 1951, doi:10.1007/BF02310555; interval Feldt, Woodruff and Salih 1987,
    doi:10.1177/014662168701100107; standard error Duhachek and Iacobucci 2004, doi:10.1037/0021-9010.89.5.792.

    Examples
    --------
    Two items with variance 1/3 each and covariance 1/6: 2 x (1 - 2/3) = 2/3.

    >>> round(cronbach_alpha([[1, 1], [1, 0], [0, 1], [0, 0]], counts=[3, 1, 1, 3]).value, 6)
    0.666667
    """
    table, excluded = rating_table(items, counts=counts, name="items").complete("answer")
    estimate = Estimate(
        name="cronbach_alpha",
        value=math.nan,
        method="Feldt",
        level=level,
        n=table.n,
        excluded=excluded,
        reference="doi:10.1007/BF02310555",
    )
    if table.n < 2 or table.raters < 2:
        return replace(estimate, status="not_estimable", notes=("needs two people and two items",))
    return alpha_of(covariance(table), estimate)


def alpha_of(matrix: FloatArray, estimate: Estimate) -> Estimate:
    """Return `estimate` with the alpha of a covariance matrix of its `n` people, and Feldt's interval."""
    tail = upper_tail(estimate.level)
    k, n = len(matrix), estimate.n
    own, total = float(matrix.trace()), float(matrix.sum())
    if k < 2 or total <= 1e-12 * own or own == 0:
        return replace(estimate, status="not_estimable", notes=("the sum of the items does not vary",))
    value = k / (k - 1) * (1 - own / total)
    if 1 - value < 1e-12:
        return replace(estimate, value=1.0, status="degenerate", notes=("no error variance, so no interval",))
    squared = matrix @ matrix
    spread = total * (float(squared.trace()) + own**2) - 2 * own * float(squared.sum())
    se = k / (k - 1) * math.sqrt(2 * max(spread, 0.0) / total**3 / n)
    df = (n - 1, (n - 1) * (k - 1))
    low, high = (1 - (1 - value) * float(stats.f.ppf(p, *df)) for p in (tail, 1 - tail))
    return replace(estimate, value=value, se=se, low=low, high=high)


def split_half(
    first: npt.ArrayLike, second: npt.ArrayLike, *, counts: npt.ArrayLike | None = None, level: float = 0.95
) -> Estimate:
    """Reliability of a whole scale from the correlation of its halves, stepped up by Spearman and Brown.

    Guttman's and Rulon's coefficient, for halves of unequal variance, is `cronbach_alpha` of the two halves.

    Parameters
    ----------
    first, second
        Scores of the two halves of the scale.
    counts
        How many people each row stands for.
    level
        Confidence level; the limits are those of the correlation, stepped up.

    Raises
    ------
    ContractError
        When the arrays are not numbers of one length.

    References
    ----------
    Spearman 1910, doi:10.1111/j.2044-8295.1910.tb00206.x; Brown 1910, doi:10.1111/j.2044-8295.1910.tb00207.x.

    Examples
    --------
    Halves that correlate .8 make a scale of 2 x .8 / 1.8:

    >>> round(split_half([1, 2, 3, 4], [1, 2, 4, 3]).value, 6)
    0.888889
    """
    halves = correlation(first, second, counts=counts, level=level)
    halves = replace(halves, name="split_half", method="Spearman-Brown, Fisher z", reference=SPEARMAN)
    if halves.value <= -1:
        return replace(halves, value=math.nan, status="not_estimable", notes=("the halves run against each other",))
    value, low, high = (2 * r / (1 + r) for r in (halves.value, halves.low, halves.high))
    return replace(halves, value=value, low=low, high=high)
