"""Whether raters put people into the same order, whatever the numbers they use."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from rvn.validation.agreement.ratings import Ratings, rating_table
from rvn.validation.estimate import Estimate
from rvn.validation.observations import FloatArray, contract

KENDALL = "doi:10.1214/aoms/1177732186"


def midranks(table: Ratings) -> FloatArray:
    """Return the rank of every rating among those of its rater, equal ratings sharing the mean of their places.

    Examples
    --------
    >>> midranks(rating_table([[3], [7]], counts=[2, 1]))
    array([[1.5],
           [3. ]])
    """
    ranks = np.empty(table.values.shape)
    for place, column in enumerate(table.values.T):
        _, code = np.unique(column, return_inverse=True)
        people = np.bincount(code, table.counts)
        ranks[:, place] = (np.cumsum(people) - (people - 1) / 2)[code]
    return ranks


def kendall_w(ratings: npt.ArrayLike, *, counts: npt.ArrayLike | None = None) -> Estimate:
    """Kendall's W: 1 when all raters put people into one order, 0 when their orders cancel out.

    Corrected for ties, which a scale of few points makes many of; without the correction W could not reach 1.
    The p value is of chi-squared, close from about 20 ratings on. There is no interval.

    Parameters
    ----------
    ratings
        One row per person, one column per rater. People with an absent rating are left out.
    counts
        How many people each row stands for.

    Raises
    ------
    ContractError
        When `ratings` is not a table of numbers.

    References
    ----------
    Kendall and Babington Smith 1939, doi:10.1214/aoms/1177732186; ties Kendall 1948, Rank Correlation Methods.

    Examples
    --------
    Two raters, one order, other numbers:

    >>> round(kendall_w([[1, 10], [2, 20], [3, 90]]).value, 6)
    1.0
    """
    table, excluded = rating_table(ratings, counts=counts).complete()
    n, k = table.n, table.raters
    estimate = Estimate(
        name="kendall_w",
        value=math.nan,
        method="corrected for ties, chi-squared",
        n=n,
        excluded=excluded,
        reference=KENDALL,
    )
    if n < 2 or k < 2:
        return replace(estimate, status="not_estimable", notes=("needs two people and two raters",))
    ranks = midranks(table)
    total = ranks.sum(axis=1)
    spread = float(table.counts @ (total - k * (n + 1) / 2) ** 2)
    most = k * float(table.counts @ ((ranks - (n + 1) / 2) ** 2).sum(axis=1))
    if most == 0:
        return replace(estimate, status="not_estimable", notes=("no rater tells people apart",))
    value = spread / most
    statistic = k * (n - 1) * value
    return replace(
        estimate, value=value, statistic=statistic, df=n - 1, p_value=float(special.chdtrc(n - 1, statistic))
    )


def mean_correlation(
    ratings: npt.ArrayLike,
    kind: Literal["pearson", "spearman"] = "pearson",
    *,
    counts: npt.ArrayLike | None = None,
) -> Estimate:
    """Mean correlation over all pairs of raters, averaged on Fisher's z.

    Parameters
    ----------
    ratings, counts
        As in `kendall_w`.
    kind
        ``"pearson"`` of the ratings, or ``"spearman"`` of their ranks.

    Raises
    ------
    ContractError
        When `ratings` is not a table of numbers, or there is no such kind.

    References
    ----------
    Silver and Dunlap 1987, doi:10.1037/0021-9010.72.1.146, on averaging correlations.

    Examples
    --------
    Ranks 1, 2, 3 and 1, 3, 2 correlate one half:

    >>> round(mean_correlation([[1, 1], [2, 30], [3, 20]], "spearman").value, 6)
    0.5
    """
    if kind not in ("pearson", "spearman"):
        raise contract(f"no kind {kind!r}", "pearson or spearman")
    table, excluded = rating_table(ratings, counts=counts).complete()
    estimate = Estimate(
        name=f"mean_correlation_{kind}",
        value=math.nan,
        method="mean of Fisher's z over pairs of raters",
        n=table.n,
        excluded=excluded,
        reference="doi:10.1037/0021-9010.72.1.146",
    )
    if table.n < 2 or table.raters < 2:
        return replace(estimate, status="not_estimable", notes=("needs two people and two raters",))
    columns = table.values if kind == "pearson" else midranks(table)
    centred = columns - table.counts @ columns / table.n
    products = (centred.T * table.counts) @ centred
    length = np.sqrt(np.diag(products))
    if length.min() <= 1e-12 * max(float(np.abs(columns).max()), 1e-300):
        return replace(estimate, status="not_estimable", notes=("a rater does not tell people apart",))
    found = np.array([products[i, j] for i, j in itertools.combinations(range(table.raters), 2)])
    pairs = np.array([length[i] * length[j] for i, j in itertools.combinations(range(table.raters), 2)])
    correlations = found / pairs
    if np.abs(correlations).max() > 1 - 1e-12:
        why = "two raters lie on a straight line: the mean is of the correlations themselves"
        return replace(estimate, value=float(correlations.mean()), status="degenerate", notes=(why,))
    return replace(estimate, value=math.tanh(float(np.arctanh(correlations).mean())))
