"""Pearson's correlation of two scores."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rvn.validation.estimate import Estimate
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.observations import numbers, observations


def correlation(
    first: npt.ArrayLike, second: npt.ArrayLike, *, counts: npt.ArrayLike | None = None, level: float = 0.95
) -> Estimate:
    """Pearson's correlation of two scores of the same people, with Fisher's interval.

    Parameters
    ----------
    first, second
        Two numbers of each person; for a point-biserial correlation one of them is 0/1.
    counts
        How many people each row stands for.
    level
        Confidence level; the interval is made on Fisher's z, and needs four people.

    Raises
    ------
    ContractError
        When the arrays are not numbers of one length.

    References
    ----------
    Fisher 1915, doi:10.2307/2331838.

    Examples
    --------
    >>> round(correlation([1, 2, 3, 4], [1, 2, 4, 3]).value, 6)
    0.8
    """
    z = normal_quantile(level)
    kept = observations(first=numbers("first", first), second=numbers("second", second), counts=counts)
    estimate = Estimate(
        name="correlation",
        value=math.nan,
        scale="fisher_z",
        method="Pearson, Fisher z",
        level=level,
        n=kept.n,
        excluded=kept.excluded,
        reference="doi:10.2307/2331838",
    )
    if kept.n < 2 or min(np.ptp(kept["first"]), np.ptp(kept["second"])) == 0:
        return replace(estimate, status="not_estimable", notes=("needs two people who differ in both",))
    left, right = (column - kept.counts @ column / kept.n for column in (kept["first"], kept["second"]))
    squares = (kept.counts @ left**2) * (kept.counts @ right**2)
    value = max(-1.0, min(float(kept.counts @ (left * right)) / math.sqrt(squares), 1.0))
    estimate = replace(estimate, value=value)
    if 1 - abs(value) < 1e-12:
        return replace(estimate, status="degenerate", notes=("a straight line, so no interval",))
    if kept.n < 4:
        return replace(estimate, status="sparse")
    se = 1 / math.sqrt(kept.n - 3)
    middle = math.atanh(value)
    return replace(estimate, se=se, low=math.tanh(middle - z * se), high=math.tanh(middle + z * se))
