"""Several tests of one question: the p-values that take account of one another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rvn.validation.estimate import Estimate
from rvn.validation.observations import FloatArray, IntArray, contract, numbers


def holm(p_values: npt.ArrayLike) -> FloatArray:
    """Return p-values adjusted by Holm's method: below 0.05 they keep the chance of any false alarm at 5 percent.

    A test without a p-value (absent) is none of those counted.

    Parameters
    ----------
    p_values
        Between 0 and 1, or absent.

    Raises
    ------
    ContractError
        For a value outside 0 to 1.

    References
    ----------
    Holm 1979, Scandinavian Journal of Statistics 6:65.

    Examples
    --------
    The smallest counts three times, the next twice, and none is below the one before it.

    >>> holm([0.01, 0.04, None, 0.03])
    array([0.03, 0.06,  nan, 0.06])
    """
    values, order = _ordered(p_values)
    times = np.arange(len(order), 0, -1)
    result = np.full(len(values), np.nan)
    result[order] = np.minimum(np.maximum.accumulate(times * values[order]), 1.0)
    return result


def benjamini_hochberg(p_values: npt.ArrayLike) -> FloatArray:
    """Return p-values adjusted for the false discovery rate: of those below 0.05, 5 percent are false on average.

    For a search among many, of which some false ones may remain; where a single false one does harm, take `holm`.
    Parameters and errors as `holm`.

    References
    ----------
    Benjamini & Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    The largest counts once, the next 3/2 times, the smallest three times, and none is above the one after it.

    >>> benjamini_hochberg([0.01, 0.04, None, 0.03]).round(6)
    array([0.03, 0.04,  nan, 0.04])
    """
    values, order = _ordered(p_values)
    times = len(order) / np.arange(1, len(order) + 1)
    result = np.full(len(values), np.nan)
    result[order] = np.minimum.accumulate((times * values[order])[::-1])[::-1]
    return result


def _ordered(p_values: npt.ArrayLike) -> tuple[FloatArray, IntArray]:
    """Return checked p-values, and the places of those that are not absent, the smallest first."""
    values = numbers("p_values", p_values)
    if ((values < 0) | (values > 1)).any():
        raise contract("`p_values` must lie between 0 and 1")
    order = np.argsort(values, kind="stable")
    return values, order[: len(values) - int(np.isnan(values).sum())]


def with_holm(estimates: Sequence[Estimate]) -> tuple[Estimate, ...]:
    """Return the estimates of one family with adjusted p-values; what they were before stands in the notes.

    >>> one, other = with_holm([Estimate(name="difference", value=0.1, p_value=p) for p in (0.03, 0.2)])
    >>> one.p_value, one.notes, other.p_value
    (0.06, ('p 0.03 before adjustment (Holm, 2 tests)',), 0.2)
    """
    tested = sum(estimate.p_value is not None for estimate in estimates)
    if tested < 2:
        return tuple(estimates)
    adjusted = holm([math.nan if estimate.p_value is None else estimate.p_value for estimate in estimates])
    return tuple(
        estimate
        if estimate.p_value is None
        else replace(
            estimate,
            p_value=float(p_value),
            notes=(*estimate.notes, f"p {estimate.p_value:.4g} before adjustment (Holm, {tested} tests)"),
        )
        for estimate, p_value in zip(estimates, adjusted, strict=True)
    )
