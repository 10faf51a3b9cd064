"""Logarithms, exponentials and powers to the bit as Python's `math` has them, which is as one person is scored.

numpy has functions of its own, which differ in the last place of one logarithm in a thousand; where a sum cancels, that
place is all that is left. Databases call the same C library as Python.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def _as_in_math(function: Callable[..., float], like: Callable[..., Any], *numbers: Floats) -> Floats:
    """Return a function of numbers; what is not finite (of zero, of too much, of nothing) is as in numpy."""
    result: Floats = like(*numbers)
    fine = np.isfinite(result)
    # numpy may round the last number that is not too large otherwise than the C library, which then refuses it.
    with contextlib.suppress(OverflowError):
        result[fine] = list(map(function, *(each[fine].tolist() for each in numbers)))
    return result


def logarithm(values: Floats) -> Floats:
    """Return natural logarithms."""
    return _as_in_math(math.log, np.log, values)


def exponential(values: Floats) -> Floats:
    """Return exponentials."""
    return _as_in_math(math.exp, np.exp, values)


def power(left: Floats, right: Floats) -> Floats:
    """Return powers."""
    return _as_in_math(math.pow, np.power, left, right)


def logistic(values: Floats) -> Floats:
    """Return ``1 / (1 + exp(-value))``, exact at both ends."""
    growth = exponential(-np.abs(values))
    return np.where(values >= 0, 1 / (1 + growth), growth / (1 + growth))
