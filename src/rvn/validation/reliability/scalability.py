"""Whether items form one order of severity: Loevinger's H, the start of Mokken scaling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rvn.validation.agreement.ratings import Ratings, named_items
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.observations import FloatArray, contract

KUIJPERS = "doi:10.1007/s11336-013-9321-8"


def scalability(
    items: npt.ArrayLike,
    names: Sequence[str],
    *,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> tuple[Estimate, ...]:
    """Loevinger's H of a scale and of each item: covariance over the most that the items' distributions allow.

    Mokken's rule of thumb calls a scale weak from 0.3, medium from 0.4, strong from 0.5.

    Parameters
    ----------
    items
        Whole points, one row per person, one column per item, scored in one direction. People with an absent
        answer are left out.
    names
        Name of each column, in order.
    counts
        How many people each row stands for.
    level
        Confidence level of the normal interval; the error is by the delta method, margins included.

    Raises
    ------
    ContractError
        When `items` has not one column per name, or points are not whole.

    References
    ----------
    Loevinger 1948, doi:10.1037/h0055743; standard errors Kuijpers, van der Ark and Croon 2013,
    doi:10.1007/s11336-013-9321-8.

    Examples
    --------
    Nobody who says no to the easy item says yes to the hard one:

    >>> rows = scalability([[0, 0], [1, 0], [1, 1]], ["easy", "hard"], counts=[20, 20, 20])
    >>> [(row.at.get("item"), round(row.value, 6)) for row in rows]
    [(None, 1.0), ('easy', 1.0), ('hard', 1.0)]
    """
    table, excluded = named_items(items, names, counts=counts)
    if (table.values != np.floor(table.values)).any():
        raise contract("`items` holds points that are not whole", "scalability counts steps of one point")
    plain = Estimate(
        name="scalability",
        value=math.nan,
        method="delta method, normal",
        level=level,
        n=table.n,
        excluded=excluded,
        reference=KUIJPERS,
    )
    places: list[dict[str, str]] = [{}, *({"item": name} for name in names)]
    if table.n < 2 or table.raters < 2 or np.ptp(table.values, axis=0).min() == 0:
        none = replace(plain, status="not_estimable", notes=("needs two people and two items that vary",))
        return tuple(replace(none, at=at) for at in places)
    found, most, by_found, by_most = _covariances(table)
    rows = []
    for place, at in enumerate(places):
        # An item's pairs; of the scale, all pairs.
        chosen = slice(None) if place == 0 else place - 1
        top, bottom = found[chosen].sum(), most[chosen].sum()
        linear = (by_found[chosen] - top / bottom * by_most[chosen]).reshape(-1, len(table.counts)).sum(axis=0)
        rows.append(_row(float(top / bottom), linear / bottom, table, replace(plain, at=at)))
    return tuple(rows)


def _row(value: float, linear: FloatArray, table: Ratings, plain: Estimate) -> Estimate:
    se = math.sqrt(float(table.counts @ linear**2)) / table.n
    if se < 1e-12:
        return replace(plain, value=value, se=0.0, status="degenerate", notes=("no errors of order, so no interval",))
    half = normal_quantile(plain.level) * se
    return replace(plain, value=value, se=se, low=value - half, high=min(value + half, 1.0))


def _covariances(table: Ratings) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Covariance of every pair and the most it could be, and how each person moves either (items, items, people)."""
    n, size, rows = table.n, table.raters, len(table.counts)
    means = table.counts @ table.values / n
    centred = table.values - means
    by_found = np.zeros((size, size, rows))
    by_most = np.zeros((size, size, rows))
    found, most = np.zeros((size, size)), np.zeros((size, size))
    steps, shares = zip(*(_steps(column, table.counts) for column in table.values.T), strict=True)
    for one in range(size):
        for other in range(one + 1, size):
            product = centred[:, one] * centred[:, other]
            found[one, other] = found[other, one] = table.counts @ product / n
            by_found[one, other] = by_found[other, one] = product - found[one, other]
            easy = np.minimum.outer(shares[one], shares[other])
            # Of two steps equally often taken either bounds the covariance: the derivative is the mean of both.
            left = (1 + np.sign(shares[other] - shares[one][:, None])) / 2
            by_step = (steps[one] - shares[one]) @ left.sum(axis=1) + (steps[other] - shares[other]) @ (1 - left).sum(
                axis=0
            )
            low = table.values[:, one].min(), table.values[:, other].min()
            above = means[one] - low[0], means[other] - low[1]
            most[one, other] = most[other, one] = easy.sum() - above[0] * above[1]
            by_most[one, other] = by_step - above[1] * centred[:, one] - above[0] * centred[:, other]
            by_most[other, one] = by_most[one, other]
    return found, most, by_found, by_most


def _steps(column: FloatArray, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Whether each person takes each step of one point above the lowest, and the share that does."""
    thresholds = np.arange(column.min() + 1, column.max() + 1)
    taken = (column[:, None] >= thresholds).astype(np.float64)
    return taken, counts @ taken / counts.sum()
