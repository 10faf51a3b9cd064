"""Decision curves for the event by a horizon, when some people left before it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy.typing as npt

from rvn.validation.cutoffs.net_benefit import ROUNDING, NetBenefit, probabilities, strictly_between
from rvn.validation.estimate import Estimate, Status
from rvn.validation.follow_up.survival import risk_by
from rvn.validation.follow_up.times import follow_up, positive, risk_table
from rvn.validation.foundations.limits import normal_quantile

REFERENCE = "doi:10.1186/1472-6947-8-53"


def decision_curve_at(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    risk: npt.ArrayLike,
    horizon: float,
    thresholds: Sequence[float],
    *,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> tuple[NetBenefit, ...]:
    """Return the net benefit of acting where the `risk` of the event by `horizon` is at or above each threshold.

    Cases among those acted upon are counted by their Kaplan-Meier risk, or their cumulative incidence with competing
    events. Where nobody of them was followed as far as the horizon there is no net benefit (``extrapolated``). The
    standardised one has no interval.

    Parameters
    ----------
    time, event
        Time at risk, and 0 censored, 1 event, 2 and above competing events.
    risk
        Predicted probability of the event by the horizon, 0 to 1; not a raw score.
    horizon
        In the unit of `time`.
    thresholds
        Risks strictly between 0 and 1.
    counts
        How many people each row stands for.
    level
        Confidence level.

    Raises
    ------
    ContractError
        For arrays that are no follow-up, a risk that is not a probability, or a threshold that is not between 0 and 1.

    References
    ----------
    Vickers, Cronin, Elkin & Gonen 2008, doi:10.1186/1472-6947-8-53.

    Examples
    --------
    >>> (point,) = decision_curve_at([1, 2, 5, 5], [1, 1, 0, 0], [0.6, 0.1, 0.6, 0.1], 5, [0.25])
    >>> round(point.net_benefit.value, 4), round(point.treat_all, 4)
    (0.1667, 0.3333)
    """
    z = normal_quantile(level)
    positive("horizon", horizon)
    wanted = strictly_between("thresholds", thresholds)
    rows = follow_up(time, event, counts=counts, risk=probabilities(risk))
    overall = risk_by(risk_table(rows), horizon).value
    result = []
    for threshold in wanted.tolist():
        acted = risk_by(risk_table(rows.where(rows["risk"] >= threshold - ROUNDING)), horizon)
        weight = threshold / (1 - threshold)
        share = acted.n / rows.n if rows.n else math.nan
        gain = (1 + weight) * acted.value - weight if acted.n else 0.0
        benefit = share * gain
        variance = (share * (1 + weight) * acted.se) ** 2 if acted.n else 0.0
        error = math.sqrt(variance + gain**2 * share * (1 - share) / rows.n) if rows.n else math.nan
        treat_all = (1 + weight) * overall - weight
        blank = Estimate(
            name="net_benefit",
            value=benefit,
            level=level,
            n=rows.n,
            n_events=rows.n_events,
            excluded=rows.excluded,
            at={"threshold": threshold, "horizon": horizon},
            status=_status(rows.n, benefit, error),
            reference=REFERENCE,
        )
        relative = benefit / overall if overall > 0 else math.nan
        result.append(
            NetBenefit(
                threshold,
                replace(blank, se=error, low=benefit - z * error, high=benefit + z * error, method="Wald"),
                replace(
                    blank, name="standardised_net_benefit", value=relative, status=_status(rows.n, relative, math.nan)
                ),
                treat_all,
                100 * (benefit - treat_all) / weight,
            )
        )
    return tuple(result)


def _status(n: int, value: float, error: float) -> Status:
    if not n:
        return "not_estimable"
    if math.isnan(value):
        return "extrapolated"
    return "degenerate" if error == 0 else "ok"
