"""Restricted cubic splines: their basis, and where their knots go."""

from __future__ import annotations

import numpy as np

from rvn.validation.observations import FloatArray

# Harrell's places of the knots, as quantiles of the people.
KNOT_QUANTILES = {3: (0.1, 0.5, 0.9), 4: (0.05, 0.35, 0.65, 0.95), 5: (0.05, 0.275, 0.5, 0.725, 0.95)}


def spline_basis(x: FloatArray, knots: FloatArray) -> FloatArray:
    """Return Harrell's restricted cubic spline basis: x itself, and one column for each knot but two.

    The curve is cubic between the knots and straight beyond the outer ones.

    >>> spline_basis(np.array([0.0, 1.0, 2.0]), knots=np.array([0.0, 1.0, 2.0]))
    array([[0.  , 0.  ],
           [1.  , 0.25],
           [2.  , 1.5 ]])
    """
    last, before = knots[-1], knots[-2]
    columns = [x]
    for knot in knots[:-2]:
        left = np.maximum(x - knot, 0) ** 3
        left -= np.maximum(x - before, 0) ** 3 * (last - knot) / (last - before)
        left += np.maximum(x - last, 0) ** 3 * (before - knot) / (last - before)
        columns.append(left / (last - knots[0]) ** 2)
    return np.column_stack(columns)


def place_knots(x: FloatArray, people: FloatArray) -> FloatArray:
    """Return up to 5 different knots for values `x` in order, at Harrell's quantiles of the people.

    A quantile that coincides with another moves to the nearest value not taken. Fewer than four values leave no
    knots: a straight line is all that is smoother than the cells.

    >>> place_knots(np.arange(9.0), np.array([9000.0, 100, 100, 100, 100, 100, 100, 100, 100]))
    array([0., 1., 2., 3., 4.])
    """
    number = min(5, len(x) - 1)
    if number < 3:
        return np.empty(0)
    knots: list[float] = []
    for quantile in KNOT_QUANTILES[number]:
        knot = quantile_of(x, people, quantile)
        if knot in knots:
            free = np.setdiff1d(x, knots)
            knot = float(free[np.abs(free - knot).argmin()])
        knots.append(knot)
    return np.sort(np.array(knots))


def quantile_of(values: FloatArray, people: FloatArray, share: float) -> float:
    """Return the type-7 quantile of sorted `values`, each held by so many people.

    >>> quantile_of(np.array([1.0, 2.0]), np.array([4.0, 1.0]), 0.875), float(np.quantile([1, 1, 1, 1, 2], 0.875))
    (1.5, 1.5)
    """
    total = np.cumsum(people)
    place = share * (total[-1] - 1)
    below, above = np.searchsorted(total, [np.floor(place), np.ceil(place)], side="right")
    return float(values[below] + (place - np.floor(place)) * (values[above] - values[below]))
