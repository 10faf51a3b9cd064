"""What every way of pooling takes and tells: values on their scale, the variance between samples, its share."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import special

from rvn.validation.estimate import Estimate, Scale
from rvn.validation.foundations.transforms import TRANSFORMS
from rvn.validation.observations import FloatArray, contract, numbers
from rvn.validation.pooling.between import ESTIMATORS, Between

SOURCES = {
    "hartung_knapp": "doi:10.1186/s12874-015-0091-1",
    "prediction": "doi:10.1111/j.1467-985X.2008.00552.x",
    "q_profile": "doi:10.1002/sim.2514",
    "i_squared": "doi:10.1002/sim.1186",
}


def usable(
    values: npt.ArrayLike, errors: npt.ArrayLike, scale: Scale, level: float
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_], Estimate]:
    """Return values and variances on `scale`, which samples have them, and an estimate that counts out the others.

    Raises
    ------
    ContractError
        When lengths differ, or there is no such scale.

    Examples
    --------
    >>> y, v, used, template = usable([0.5, None, 1.0], [0.1, 0.1, 0.1], "logit", 0.95)
    >>> y, dict(template.excluded)
    (array([0.]), {'no value or standard error': 1, 'at the end of the scale': 1})
    """
    if scale not in TRANSFORMS:
        raise contract(f"no scale {scale!r}", ", ".join(TRANSFORMS))
    value, error = numbers("values", values), numbers("errors", errors)
    if len(value) != len(error):
        raise contract(f"lengths differ: `values` {len(value):,}, `errors` {len(error):,}")
    known = ~np.isnan(value) & (error > 0)
    used = known & TRANSFORMS[scale].inside(value)
    reasons = {"no value or standard error": (~known).sum(), "at the end of the scale": (known & ~used).sum()}
    template = Estimate(
        name="pooled",
        value=math.nan,
        scale=scale,
        level=level,
        n=int(used.sum()),
        excluded={why: int(count) for why, count in reasons.items() if count},
    )
    return TRANSFORMS[scale].forth(value[used]), error[used] ** 2, used, template


def between_samples(
    y: FloatArray, v: FloatArray, design: FloatArray, between: Between | float
) -> tuple[float, float, str]:
    """Return the variance between samples, its standard error, and the name of the estimator.

    With no more samples than coefficients the variance is zero: nothing tells it apart.

    Raises
    ------
    ContractError
        When there is no such estimator, or the number given is negative.

    Examples
    --------
    >>> between_samples(np.array([0.0, 2.0]), np.ones(2), np.ones((2, 1)), 0.5)
    (0.5, nan, 'given')
    """
    if isinstance(between, (int, float)):
        if not 0 <= between < math.inf:
            raise contract(f"`between` is {between:g}; a variance is not negative")
        return float(between), math.nan, "given"
    if between not in ESTIMATORS:
        raise contract(f"no estimator {between!r}", f"{', '.join(ESTIMATORS)}, or a number")
    if len(y) <= design.shape[1]:
        return 0.0, math.nan, between
    return *ESTIMATORS[between](y, v, design), between


def spread_rows(
    plain: Estimate, error: float, limits: tuple[float, float], q: float, typical: float, df: int
) -> tuple[Estimate, Estimate, Estimate]:
    """Return the variance between samples with its interval, I squared with Cochran's test, and the share it makes.

    Examples
    --------
    >>> rows = spread_rows(Estimate(name="between", value=1.0), 0.5, (0.0, 3.0), 4.0, 1.0, 2)
    >>> [(row.name, row.value, row.high) for row in rows]
    [('between', 1.0, 3.0), ('heterogeneity', 0.5, nan), ('share_between', 0.5, 0.75)]
    """
    low, high = limits
    share, share_low, share_high = (tau2 / (tau2 + typical) for tau2 in (plain.value, low, high))
    return (
        replace(plain, se=error, low=low, high=high),
        replace(
            plain,
            name="heterogeneity",
            value=max(0.0, 1 - df / q) if q > 0 else 0.0,
            statistic=q,
            df=df,
            p_value=float(special.chdtrc(df, q)),
            method="I squared",
            reference=SOURCES["i_squared"],
        ),
        replace(
            plain,
            name="share_between",
            value=share,
            low=share_low,
            high=share_high,
            method="I squared from the variance, Q-profile",
            reference=SOURCES["i_squared"],
        ),
    )
