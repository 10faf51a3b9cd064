"""Whether small samples tell another story than large ones, as when unwelcome results stay unpublished."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import stats

from rvn.validation.estimate import Estimate, Scale
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.foundations.transforms import TRANSFORMS
from rvn.validation.observations import FloatArray, contract
from rvn.validation.pooling.between import Between
from rvn.validation.pooling.heterogeneity import weighted
from rvn.validation.pooling.meta_analysis import MetaAnalysis, pool
from rvn.validation.pooling.moderators import meta_regression
from rvn.validation.pooling.samples import between_samples, usable

FEWEST = 3


def regression_asymmetry(
    values: npt.ArrayLike,
    errors: npt.ArrayLike,
    *,
    scale: Scale = "identity",
    between: Between | float = "reml",
    level: float = 0.95,
) -> Estimate:
    """Egger's test: how the value of a sample moves with its standard error, on the scale of pooling.

    With fewer than ten samples it finds little, and heterogeneity alone can bring it about.

    Parameters
    ----------
    values, errors, scale, between, level
        As in `rvn.validation.pooling.meta_analysis.pool`.

    Raises
    ------
    ContractError
        As `pool`.

    References
    ----------
    Egger et al. 1997, doi:10.1136/bmj.315.7109.629, as a regression with random effects: Sterne and Egger 2005.

    Examples
    --------
    Values that rise with their errors:

    >>> found = regression_asymmetry([0.1, 0.2, 0.3, 0.45], [0.1, 0.2, 0.3, 0.4], between="dl")
    >>> round(found.value, 2), found.status
    (1.08, 'ok')
    """
    slope = meta_regression(
        values, errors, {"standard error": errors}, scale=scale, between=between, level=level
    ).coefficients[1]
    return replace(slope, name="regression_asymmetry", at={}, reference="doi:10.1136/bmj.315.7109.629")


def rank_asymmetry(values: npt.ArrayLike, errors: npt.ArrayLike, *, scale: Scale = "identity") -> Estimate:
    """Begg and Mazumdar's test: Kendall's correlation of deviations from the mean with their variances.

    Parameters
    ----------
    values, errors, scale
        As in `rvn.validation.pooling.meta_analysis.pool`.

    Raises
    ------
    ContractError
        As `pool`.

    References
    ----------
    Begg and Mazumdar 1994, doi:10.2307/2533446.

    Examples
    --------
    >>> found = rank_asymmetry([0.1, 0.2, 0.3, 0.45], [0.1, 0.2, 0.3, 0.4])
    >>> round(found.value, 6)
    1.0
    """
    y, v, _, template = usable(values, errors, scale, 0.95)
    estimate = replace(
        template, name="rank_asymmetry", scale="identity", method="Kendall's tau", reference="doi:10.2307/2533446"
    )
    if len(y) < FEWEST:
        return replace(estimate, status="not_estimable", notes=(f"needs {FEWEST} samples",))
    fixed = weighted(y, v, np.ones((len(y), 1)))
    deviation = (y - fixed.coefficients[0]) / np.sqrt(v - fixed.covariance[0, 0])
    found = stats.kendalltau(deviation, v)
    if math.isnan(found.statistic):
        return replace(estimate, status="not_estimable", notes=("all values or all errors are equal",))
    return replace(estimate, value=float(found.statistic), p_value=float(found.pvalue))


@dataclass(frozen=True, kw_only=True)
class TrimAndFill:
    """Result of `trim_and_fill`.

    Parameters
    ----------
    missing
        Estimated number of samples that are missing on one side, which the notes name.
    pooled
        What pooling gives with mirror images of the outermost samples in their place.
    """

    missing: Estimate
    pooled: MetaAnalysis


def trim_and_fill(
    values: npt.ArrayLike,
    errors: npt.ArrayLike,
    *,
    scale: Scale = "identity",
    between: Between | float = "reml",
    level: float = 0.95,
) -> TrimAndFill:
    """Pool as if the samples missing from a lopsided picture were there: a sensitivity analysis, no correction.

    Parameters
    ----------
    values, errors, scale, between, level
        As in `rvn.validation.pooling.meta_analysis.pool`. The number missing is Duval and Tweedie's L0.

    Raises
    ------
    ContractError
        As `pool`.

    References
    ----------
    Duval and Tweedie 2000, doi:10.1111/j.0006-341X.2000.00455.x.

    Examples
    --------
    Nothing is missing where values lie evenly about their mean:

    >>> found = trim_and_fill([1, 2, 3, 4, 5], [0.5] * 5)
    >>> found.missing.value, round(found.pooled.pooled.value, 6)
    (0.0, 3.0)
    """
    y, v, _, template = usable(values, errors, scale, level)
    back = TRANSFORMS[scale].back
    estimate = replace(
        template,
        name="missing_samples",
        scale="identity",
        method="L0",
        reference="doi:10.1111/j.0006-341X.2000.00455.x",
    )
    if len(y) < FEWEST:
        none = replace(estimate, status="not_estimable", notes=(f"needs {FEWEST} samples",))
        return TrimAndFill(missing=none, pooled=pool(values, errors, scale=scale, between=between, level=level))
    slope = 0.0
    if np.ptp(v) > 0:
        slope = meta_regression(y, np.sqrt(v), {"error": np.sqrt(v)}, between=between).coefficients[1].value
    turn = -1.0 if slope < 0 else 1.0
    order = np.argsort(turn * y, kind="stable")
    sorted_y, sorted_v = turn * y[order], v[order]
    missing, middle = _outermost(sorted_y, sorted_v, between)
    filled = turn * (2 * middle - sorted_y[len(y) - missing :])
    together = pool(
        back(np.concatenate([y, filled])),
        np.sqrt(np.concatenate([v, sorted_v[len(y) - missing :]])),
        scale=scale,
        between=between,
        level=level,
    )
    side = "with high values" if turn < 0 else "with low values"
    return TrimAndFill(missing=replace(estimate, value=float(missing), notes=(side,)), pooled=together)


def _outermost(y: FloatArray, v: FloatArray, between: Between | float) -> tuple[int, float]:
    """How many of the highest of sorted values have no counterpart, and the mean of the others."""
    k = len(y)
    missing, seen = 0, set[int]()
    while True:
        kept, weights = y[: k - missing], v[: k - missing]
        design = np.ones((len(kept), 1))
        tau2 = between_samples(kept, weights, design, between)[0]
        middle = float(weighted(kept, weights + tau2, design).coefficients[0])
        distance = y - middle
        ranks = np.empty(k)
        ranks[np.argsort(np.abs(distance), kind="stable")] = np.arange(1, k + 1)
        above = float(ranks[distance > 0].sum())
        found = min(max(0, round((4 * above - k * (k + 1)) / (2 * k - 1))), k - 1)
        if found == missing or found in seen:
            return missing, middle
        seen.add(missing)
        missing = found


def fail_safe_number(
    values: npt.ArrayLike, errors: npt.ArrayLike, *, scale: Scale = "identity", level: float = 0.95
) -> Estimate:
    """Rosenthal's number of unpublished samples without any effect that would make the whole not significant.

    It supposes that these samples average exactly zero on the scale of pooling; an old habit, given because
    papers report it.

    Parameters
    ----------
    values, errors, scale
        As in `rvn.validation.pooling.meta_analysis.pool`; no effect is zero on `scale`.
    level
        One minus the one-sided significance level.

    Raises
    ------
    ContractError
        As `pool`.

    References
    ----------
    Rosenthal 1979, doi:10.1037/0033-2909.86.3.638.

    Examples
    --------
    Four samples two standard errors from zero: (8 / 1.645) squared, less 4, is 19.65.

    >>> fail_safe_number([2, 2, 2, 2], [1, 1, 1, 1]).value
    20.0
    """
    if not 0 < level < 1:
        raise contract(f"`level` is {level}; a confidence level lies between 0 and 1")
    y, v, _, template = usable(values, errors, scale, level)
    estimate = replace(
        template,
        name="fail_safe_number",
        scale="identity",
        method="Rosenthal",
        reference="doi:10.1037/0033-2909.86.3.638",
    )
    if not len(y):
        return replace(estimate, status="not_estimable", notes=("no sample with a value and a standard error",))
    one_sided = normal_quantile(2 * level - 1) if level > 0.5 else 0.0
    if one_sided == 0:
        return replace(estimate, status="not_estimable", notes=("needs a level above one half",))
    total = float((y / np.sqrt(v)).sum())
    return replace(estimate, value=float(math.ceil(max(0.0, (total / one_sided) ** 2 - len(y)))))
