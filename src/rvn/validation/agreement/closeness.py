"""How close all ratings of a person lie together, without a coefficient that corrects for chance agreement."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rvn.validation.agreement.icc import mean_squares
from rvn.validation.agreement.ratings import rating_table
from rvn.validation.estimate import Estimate
from rvn.validation.observations import contract
from rvn.validation.rates.proportions import proportion


def unanimous(
    ratings: npt.ArrayLike, *, within: float = 0.0, counts: npt.ArrayLike | None = None, level: float = 0.95
) -> Estimate:
    """Share of people whose ratings all lie within some points of each other: within 0, all raters say the same.

    Parameters
    ----------
    ratings
        One row per person, one column per rater. People with an absent rating are left out.
    within
        Largest difference between the highest and the lowest rating that still counts as agreement, in points.
    counts
        How many people each row stands for.
    level
        Confidence level of Wilson's interval.

    Raises
    ------
    ContractError
        When `ratings` is not a table of numbers, or `within` is negative.

    References
    ----------
    Tinsley and Weiss 1975, doi:10.1037/h0076640.

    Examples
    --------
    >>> unanimous([[1, 1, 1], [1, 2, 1], [1, 3, 2], [2, 2, 3]], within=1).value
    0.75
    """
    if not within >= 0:
        raise contract(f"`within` is {within:g}; a difference is not negative")
    table, excluded = rating_table(ratings, counts=counts).complete()
    if table.raters < 2:
        note = ("needs two raters",)
        return Estimate(name="unanimous", value=math.nan, n=table.n, status="not_estimable", notes=note)
    close = np.ptp(table.values, axis=1) <= within if len(table.values) else np.zeros(0, dtype=bool)
    found = proportion(int(table.counts[close].sum()), table.n, level=level)
    reference = "doi:10.1037/h0076640"
    return replace(
        found, name="unanimous", n_events=None, excluded=excluded, at={"within": within}, reference=reference
    )


def finn(ratings: npt.ArrayLike, categories: int, *, counts: npt.ArrayLike | None = None) -> Estimate:
    """Finn's coefficient: one less the variance within people over that of ratings given blindly.

    Unlike the intraclass correlation it does not fall when people are alike, and it can be high when nobody is
    told apart. There is no interval.

    Parameters
    ----------
    ratings, counts
        As in `unanimous`.
    categories
        How many steps the scale has, each one point from the next.

    Raises
    ------
    ContractError
        When `ratings` is not a table of numbers, or there are not two categories.

    References
    ----------
    Finn 1970, doi:10.1177/001316447003000106.

    Examples
    --------
    Ratings of a person differ by one point, a variance of 1/2; blind ratings of three steps have one of 2/3:

    >>> round(finn([[1, 2], [2, 3]], 3).value, 6)
    0.25
    """
    if categories < 2:
        raise contract(f"`categories` is {categories}; two or more are needed")
    squares = mean_squares(ratings, counts=counts)
    estimate = Estimate(
        name="finn",
        value=math.nan,
        method="mean squares",
        n=squares.n,
        excluded=squares.excluded,
        reference="doi:10.1177/001316447003000106",
    )
    if squares.n < 2 or squares.k < 2:
        return replace(estimate, status="not_estimable", notes=("needs two people and two raters",))
    return replace(estimate, value=1 - squares.within / ((categories**2 - 1) / 12))


def robinson_a(ratings: npt.ArrayLike, *, counts: npt.ArrayLike | None = None) -> Estimate:
    """Robinson's A: the part of the sum of squares between people, once raters' strictness is taken out.

    With k raters it lies at about 1 / k by chance already, unlike the intraclass correlation.

    Parameters
    ----------
    ratings, counts
        As in `unanimous`.

    Raises
    ------
    ContractError
        When `ratings` is not a table of numbers.

    References
    ----------
    Robinson 1957, doi:10.2307/2088760.

    Examples
    --------
    Raters a constant apart:

    >>> robinson_a([[1, 2], [2, 3], [4, 5]]).value
    1.0
    """
    squares = mean_squares(ratings, counts=counts)
    n, k = squares.n, squares.k
    estimate = Estimate(
        name="robinson_a",
        value=math.nan,
        method="sums of squares",
        n=n,
        excluded=squares.excluded,
        reference="doi:10.2307/2088760",
    )
    people, residual = squares.people * (n - 1), squares.residual * (n - 1) * (k - 1)
    if n < 2 or k < 2 or people + residual == 0:
        return replace(estimate, status="not_estimable", notes=("needs two raters, and people who differ",))
    return replace(estimate, value=people / (people + residual))
