"""Confidence limits made on another scale than that of the value."""

from __future__ import annotations

import math

from scipy.special import expit, ndtri

from rvn.validation.estimate import Scale
from rvn.validation.observations import contract


def normal_quantile(level: float) -> float:
    """Return how many standard errors an interval of confidence `level` reaches to each side.

    Raises
    ------
    ContractError
        When `level` is not between 0 and 1.

    Examples
    --------
    >>> round(normal_quantile(0.95), 4)
    1.96
    """
    if not 0 < level < 1:
        raise contract(f"`level` is {level}; a confidence level lies between 0 and 1")
    return float(ndtri((1 + level) / 2))


def scaled_limits(value: float, se: float, scale: Scale, level: float) -> tuple[float, float, float]:
    """Return the standard error on `scale`, and the limits made there, taken back to the scale of `value`.

    Parameters
    ----------
    value, se
        An estimate and its standard error; a probability strictly between 0 and 1 on the scales ``logit`` and
        ``loglog``, above zero on ``log``.
    scale
        ``identity``, ``log``, ``logit`` or ``loglog``, which is log(-log(value)).

    Examples
    --------
    >>> se, low, high = scaled_limits(2.0, 0.5, "log", 0.95)
    >>> se, round(low, 3), round(high, 3)
    (0.25, 1.225, 3.265)
    """
    z = normal_quantile(level)
    if scale == "loglog":
        se = se / (value * -math.log(value))
        return se, value ** math.exp(z * se), value ** math.exp(-z * se)
    if scale == "log":
        se = se / value
        return se, value * math.exp(-z * se), value * math.exp(z * se)
    if scale == "logit":
        se = se / (value * (1 - value))
        middle = math.log(value / (1 - value))
        return se, float(expit(middle - z * se)), float(expit(middle + z * se))
    if scale == "identity":
        return se, value - z * se, value + z * se
    raise ValueError(f"no limits on the scale {scale}")
