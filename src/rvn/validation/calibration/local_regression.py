"""Local regression (loess): at each place a parabola through the nearest people, the nearer the heavier."""

from __future__ import annotations

import numpy as np

from rvn.validation.observations import FloatArray

SPAN = 0.75
# Places at once, so that the table of distances stays small.
AT_ONCE = 1 << 20


def local_regression(
    x: FloatArray, y: FloatArray, people: FloatArray, at: FloatArray, *, span: float = SPAN
) -> tuple[FloatArray, FloatArray]:
    """Return the height and the slope of the local parabola at each place.

    Fitted by least squares with tricube weights, as loess of degree 2 is where it is evaluated directly; the
    interpolation between a few vertices, with which R saves time, is not imitated.

    Parameters
    ----------
    x, y, people
        Distinct places in order, the mean of y at each, and how many people are there.
    at
        Places where the curve is wanted, in any order.
    span
        Share of the people who take part at each place, at most 1.

    References
    ----------
    Cleveland & Devlin 1988, doi:10.1080/01621459.1988.10478639.

    Examples
    --------
    A parabola is its own local parabola.

    >>> x = np.arange(10.0)
    >>> height, slope = local_regression(x, x**2, np.ones(10), np.array([4.5]))
    >>> height.round(9), slope.round(9)
    (array([20.25]), array([9.]))
    """
    width = _bandwidth(x, people, at, span)
    height, slope = np.empty(len(at)), np.empty(len(at))
    step = max(1, AT_ONCE // max(len(x), 1))
    for start in range(0, len(at), step):
        part = slice(start, start + step)
        away = (x - at[part, None]) / width[part, None]
        weight = people * np.clip(1 - np.abs(away) ** 3, 0, None) ** 3
        moments = [(weight * away**power).sum(axis=1) for power in range(5)]
        normal = np.stack([np.stack(moments[row : row + 3], axis=-1) for row in range(3)], axis=-2)
        right = np.stack([(weight * away**power) @ y for power in range(3)], axis=-1)
        found = np.linalg.pinv(normal, rcond=1e-12, hermitian=True) @ right[..., None]
        height[part], slope[part] = found[:, 0, 0], found[:, 1, 0] / width[part]
    return height, slope


def _bandwidth(x: FloatArray, people: FloatArray, at: FloatArray, span: float) -> FloatArray:
    """Return how far the furthest of the people who take part is from each place."""
    everybody = np.repeat(x, people.astype(np.int64))
    size = int(len(everybody) * span + 1e-5)
    # The nearest people stand next to one another: theirs is the run whose ends are equally far, or nearly so.
    first, last = everybody[: len(everybody) - size + 1], everybody[size - 1 :]
    run = np.searchsorted(first + last, 2 * at)
    furthest = [
        np.maximum(at - first[place], last[place] - at)
        for place in (np.clip(run - 1, 0, len(first) - 1), np.clip(run, 0, len(first) - 1))
    ]
    width: FloatArray = np.minimum(*furthest)
    return width
