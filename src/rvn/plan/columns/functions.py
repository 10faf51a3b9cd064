"""Logarithms, exponentials and powers to the bit as Python's `math` has them, which is as one person is scored.

numpy has functions of its own, which differ in the last place of two logarithms and 46 exponentials in a thousand;
where a sum cancels, that place is all that is left. Python, scipy and databases call the C library (ADR 72).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import special

Floats = npt.NDArray[np.float64]
LARGE = 1e300


def logarithm(values: Floats) -> Floats:
    """Return natural logarithms."""
    found: Floats = special.xlogy(1.0, values)
    return found


def exponential(values: Floats) -> Floats:
    """Return exponentials."""
    found: Floats = special.inv_boxcox(values, 0.0)  # of which the exponential is the case of zero
    return found


def power(left: Floats, right: Floats) -> Floats:
    """Return powers; what is not finite, or nearly too large, is as in numpy."""
    found: Floats = np.power(left, right)
    fine = np.abs(found) < LARGE  # `math` raises where a power is too large
    found[fine] = list(map(math.pow, left[fine].tolist(), right[fine].tolist()))
    return found


def logistic(values: Floats) -> Floats:
    """Return ``1 / (1 + exp(-value))``, exact at both ends."""
    growth = exponential(-np.abs(values))
    return np.where(values >= 0, 1 / (1 + growth), growth / (1 + growth))
