"""Estimates from people that share nobody: their difference, and the test that all are equal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import special

from rvn.validation.estimate import Estimate, Scale, Status
from rvn.validation.foundations.transforms import TRANSFORMS
from rvn.validation.pooling.heterogeneity import cochran_q
from rvn.validation.rates.proportions import square_and_add

MOVER = "doi:10.1002/sim.3095"
COCHRAN = "doi:10.2307/3001666"
# A standard error below this is what rounding leaves of zero.
ROUNDING = 1e-9


def independent_difference(first: Estimate, second: Estimate) -> Estimate:
    """Return the first estimate minus the second, of people that they do not share.

    Of estimates with errors on the log scale it is the first over the second. There is no test where one of them
    has no standard error, or one of zero.

    References
    ----------
    Zou & Donner 2008, doi:10.1002/sim.3095.

    Examples
    --------
    >>> one = Estimate(name="mean", value=5.0, se=0.3, low=4.4, high=5.6, n=50)
    >>> other = Estimate(name="mean", value=2.0, se=0.4, low=1.2, high=2.8, n=40)
    >>> print(independent_difference(one, other))
    mean_difference 3.000 (95% 2.000 to 4.000; unpaired, square-and-add), p < 0.001; n 90
    """
    both = (first, second)
    scale = _scale(both)
    difference = Estimate(
        name=f"{first.name}_{'ratio' if scale == 'log' else 'difference'}",
        value=math.nan,
        scale=scale,
        level=first.level,
        method="unpaired, square-and-add",
        n=first.n + second.n,
        n_events=None if first.n_events is None else first.n_events + (second.n_events or 0),
        excluded=_summed(both),
        at=first.at,
        reference=MOVER,
    )
    if not all(math.isfinite(row.value) and row.value > TRANSFORMS[scale].lowest for row in both):
        return replace(difference, status="not_estimable")
    # A limit of 0 lies at minus infinity on the log scale, and comes back as 0.
    with np.errstate(divide="ignore"):
        one, other = (TRANSFORMS[scale].forth(np.array([row.value, row.low, row.high])).tolist() for row in both)
    distance = one[0] - other[0]
    limits = np.array([distance, *square_and_add(one, other)])
    value, low, high = TRANSFORMS[scale].back(limits).tolist()
    irregular = [row.status for row in both if row.status not in ("ok", "below_chance")]
    difference = replace(difference, value=value, low=low, high=high, status=irregular[0] if irregular else "ok")
    errors = [_error(row, scale) for row in both]
    if not all(error > ROUNDING for error in errors):
        return difference if irregular else replace(difference, status="degenerate")
    se = math.hypot(*errors)
    p_value = float(2 * special.ndtr(-abs(distance / se)))
    return replace(difference, se=se, statistic=distance / se, p_value=p_value)


def equality(rows: Sequence[tuple[object, Estimate]]) -> Estimate:
    """Return the test that a statistic is the same in all groups; the value is the largest minus the smallest.

    Of estimates with errors on the log scale it is the largest over the smallest. A group in which the statistic
    cannot be estimated is left out and named: it is not taken for one without a difference. A group without
    variance takes part in the value but not in the test.

    Parameters
    ----------
    rows
        The name of each group, and the statistic in it.

    References
    ----------
    Cochran 1954, doi:10.2307/3001666.

    Examples
    --------
    Each lies one standard error from the mean of both:

    >>> rows = [("a", Estimate(name="mean", value=1.0, se=0.5)), ("b", Estimate(name="mean", value=2.0, se=0.5))]
    >>> test = equality(rows)
    >>> test.value, test.statistic, test.df
    (1.0, 2.0, 1.0)
    """
    first = rows[0][1]
    scale = _scale([row for _, row in rows])
    found = [(name, row.value, _error(row, scale)) for name, row in rows if math.isfinite(row.value)]
    tested = [(value, se) for _, value, se in found if se > ROUNDING]
    notes = [f"not estimable: {name}" for name, row in rows if not math.isfinite(row.value)]
    notes += [f"without variance, so not in the test: {name}" for name, _, se in found if not se > ROUNDING]
    value = math.nan
    statistic = df = p_value = None
    status: Status = "not_estimable"
    if len(found) > 1:
        least, most = (end(value for _, value, _ in found) for end in (min, max))
        value = most - least if scale == "identity" else most / least if least else math.inf
        status = "degenerate"
    if len(tested) > 1:
        values, se = np.array(tested).T
        statistic, df = cochran_q(TRANSFORMS[scale].forth(values), se**2), len(tested) - 1.0
        p_value = float(special.chdtrc(df, statistic))
        status = "sparse" if notes else "ok"
    return Estimate(
        name=f"{first.name}_equality",
        value=value,
        method="chi-squared, inverse variances",
        n=sum(row.n for _, row in rows),
        n_events=None if first.n_events is None else sum(row.n_events or 0 for _, row in rows),
        excluded=_summed([row for _, row in rows]),
        statistic=statistic,
        df=df,
        p_value=p_value,
        at={**first.at, "groups": tuple(name for name, _ in rows)},
        status=status,
        notes=tuple(notes),
        reference=COCHRAN,
    )


def _scale(rows: Sequence[Estimate]) -> Scale:
    """Return the scale on which estimates are compared: ratios are, all else as it is."""
    return "log" if any(row.scale == "log" for row in rows) else "identity"


def _error(row: Estimate, scale: Scale) -> float:
    """Return the standard error on a scale, by the delta method; NaN where the scale has no such value."""
    given, wanted, value = TRANSFORMS[row.scale], TRANSFORMS[scale], np.array([row.value])
    if not (given.inside(value).all() and wanted.inside(value).all()):
        return math.nan
    return float((row.se / given.slope(value) * wanted.slope(value))[0])


def _summed(rows: Sequence[Estimate]) -> dict[str, int]:
    return {why: sum(row.excluded.get(why, 0) for row in rows) for any_ in rows for why in any_.excluded}
