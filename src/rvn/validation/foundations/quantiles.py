"""Quantiles that belong to a confidence level."""

from __future__ import annotations

from scipy import special

from rvn.validation.observations import contract


def upper_tail(level: float) -> float:
    """Return the probability below the upper limit of a two-sided interval.

    Raises
    ------
    ContractError
        When `level` is not between 0 and 1.

    Examples
    --------
    >>> upper_tail(0.95)
    0.975
    """
    if not 0 < level < 1:
        raise contract(f"`level` is {level}; a confidence level lies between 0 and 1")
    return (1 + level) / 2


def t_quantile(level: float, df: float) -> float:
    """Return how many standard errors an interval by t reaches to each side.

    Raises
    ------
    ContractError
        When `level` is not between 0 and 1.

    Examples
    --------
    >>> round(t_quantile(0.95, 10), 4)
    2.2281
    """
    return float(special.stdtrit(df, upper_tail(level)))
