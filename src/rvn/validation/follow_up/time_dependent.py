"""How well a score or a risk foretells the event by a horizon, when some people left before it (IPCW).

People whose outcome at the horizon is known are weighted up for those who left; see the module `censoring`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import stats

from rvn.validation.calibration.line import probabilities
from rvn.validation.discrimination.delong import placements
from rvn.validation.estimate import Estimate, Status
from rvn.validation.follow_up.censoring import Horizon, at_horizon
from rvn.validation.follow_up.concordance import ROUNDING, Method, ranking_limits
from rvn.validation.follow_up.times import follow_up, positive
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.observations import FloatArray, numbers

AUC = "doi:10.1198/016214507000000149; doi:10.1002/sim.5958"
BRIER = "doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5; doi:10.1002/bimj.200610301"


def auc_at(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    score: npt.ArrayLike,
    horizon: float,
    *,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
    method: Method = "logit",
) -> Estimate:
    """AUC at a horizon: the chance that somebody with the event by then scores higher than somebody without.

    A case has the event at the horizon or before; a control is free of it then, which somebody censored exactly
    at the horizon is. Somebody with a competing event by the horizon is a control too. When nobody is censored
    before the horizon this is the ordinary AUC.

    Parameters
    ----------
    time, event
        Time at risk, and 0 censored, 1 event, 2 and above competing events.
    score
        Any number that orders people, higher = riskier.
    horizon
        In the unit of `time`.
    counts
        How many people each row stands for.
    level
        Confidence level.
    method
        ``logit`` makes the interval on the logit scale, ``wald`` on that of the AUC, cut at 0 and 1. Where
        there is no variance (`degenerate`) the interval is Newcombe's for the cases and controls.

    Raises
    ------
    ContractError
        For arrays that are no follow-up, or a horizon that is not above zero.

    References
    ----------
    Uno et al. 2007, doi:10.1198/016214507000000149; standard error with the estimation of the weights in it:
    Blanche et al. 2013, doi:10.1002/sim.5958.

    Examples
    --------
    >>> auc_at([1, 2, 3, 3], [1, 1, 0, 0], [3, 1, 2, 0], 3).value
    0.75
    """
    positive("horizon", horizon)
    rows = follow_up(time, event, counts=counts, score=numbers("score", score))
    known = at_horizon(rows, horizon)
    area, influence = _area(known, rows["score"])
    estimate = replace(_point("auc", area, known, horizon, level), method=_controls("IPCW", known), reference=AUC)
    cases, controls = (float(rows.counts[group].sum()) for group in (known.case, known.control))
    return ranking_limits(estimate, known.standard_error(influence), method, cases=cases, others=controls)


def compare_auc_at(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    score: npt.ArrayLike,
    other: npt.ArrayLike,
    horizon: float,
    *,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """AUC at a horizon of `score` minus that of `other`, both scored on the same people.

    Parameters and errors are those of `auc_at`.

    References
    ----------
    Blanche et al. 2013, doi:10.1002/sim.5958.

    Examples
    --------
    >>> compare_auc_at([1, 2, 3, 3], [1, 1, 0, 0], [3, 1, 2, 0], [3, 2, 1, 0], 3).value
    -0.25
    """
    positive("horizon", horizon)
    z = normal_quantile(level)
    rows = follow_up(time, event, counts=counts, score=numbers("score", score), other=numbers("other", other))
    known = at_horizon(rows, horizon)
    (one, moves_one), (two, moves_two) = (_area(known, rows[name]) for name in ("score", "other"))
    estimate = replace(
        _point("auc_difference", one - two, known, horizon, level),
        method=_controls("IPCW, paired", known),
        reference=AUC,
    )
    if math.isnan(estimate.value):
        return estimate
    se = known.standard_error(moves_one - moves_two)
    if se < ROUNDING:
        return replace(estimate, se=0.0, low=estimate.value, high=estimate.value, status="degenerate")
    statistic = estimate.value / se
    return replace(
        estimate,
        se=se,
        low=estimate.value - z * se,
        high=estimate.value + z * se,
        statistic=statistic,
        p_value=2 * float(stats.norm.sf(abs(statistic))),
    )


@dataclass(frozen=True)
class BrierAt:
    """The Brier score of a risk by a horizon, that of giving everybody the overall risk, and what is gained.

    `scaled` is 1 for perfect foresight, 0 for no better than the overall risk, below 0 for worse.
    """

    brier: Estimate
    null: Estimate
    scaled: Estimate


def brier_at(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    risk: npt.ArrayLike,
    horizon: float,
    *,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> BrierAt:
    """Mean squared distance between the risk of the event by a horizon and what happened, 0 at best.

    Parameters
    ----------
    time, event
        Time at risk, and 0 censored, 1 event, 2 and above competing events.
    risk
        Predicted probability of the event by `horizon`, between 0 and 1.
    horizon
        In the unit of `time`.
    counts
        How many people each row stands for.
    level
        Confidence level.

    Raises
    ------
    ContractError
        For arrays that are no follow-up, a horizon that is not above zero, or a risk outside 0 to 1.

    References
    ----------
    Graf et al. 1999, Statistics in Medicine 18:2529; Gerds & Schumacher 2006, doi:10.1002/bimj.200610301.

    Examples
    --------
    >>> brier_at([1, 2, 3, 3], [1, 1, 0, 0], [0.5, 0.5, 0.5, 0.5], 3).brier.value
    0.25
    """
    positive("horizon", horizon)
    z = normal_quantile(level)
    rows = follow_up(time, event, counts=counts, risk=probabilities("risk", risk))
    known = at_horizon(rows, horizon)
    overall = _mean(known, known.weight * known.case)
    squares = known.weight * (known.case - rows["risk"]) ** 2
    null_squares = known.weight * (known.case - overall) ** 2
    brier, null = _mean(known, squares), _mean(known, null_squares)
    moved, null_moved = known.influence(squares), known.influence(null_squares)
    is_scaled = null > ROUNDING
    gain = 1 - brier / null if is_scaled else math.nan
    gain_moved = (brier / null * null_moved - moved) / null if is_scaled else np.zeros(len(moved))

    def estimate(name: str, value: float, influence: FloatArray) -> Estimate:
        point = replace(_point(name, value, known, horizon, level), method="IPCW, Wald", reference=BRIER)
        if point.status != "ok":
            return point
        se = known.standard_error(influence)
        if math.isnan(se):
            return replace(point, status="sparse", notes=(*point.notes, "one person has no variance"))
        low = value - z * se if name == "scaled_brier" else max(value - z * se, 0.0)
        status: Status = "ok" if se > ROUNDING else "degenerate"
        return replace(point, se=se, low=low, high=min(value + z * se, 1.0), status=status)

    return BrierAt(
        estimate("brier", brier, moved),
        estimate("null_brier", null, null_moved),
        estimate("scaled_brier", gain, gain_moved),
    )


def compare_brier_at(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    risk: npt.ArrayLike,
    other: npt.ArrayLike,
    horizon: float,
    *,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Brier score at a horizon of `risk` minus that of `other`, two risks of the same people: below 0 it is closer.

    Parameters, errors and references are those of `brier_at`.

    Examples
    --------
    >>> compare_brier_at([1, 2, 3, 3], [1, 1, 0, 0], [0.9, 0.9, 0.1, 0.1], [0.5] * 4, 3).value
    -0.24
    """
    positive("horizon", horizon)
    z = normal_quantile(level)
    columns = {"risk": probabilities("risk", risk), "other": probabilities("other", other)}
    known = at_horizon(follow_up(time, event, counts=counts, **columns), horizon)
    one, two = (known.weight * (known.case - known.rows[name]) ** 2 for name in columns)
    value = _mean(known, one) - _mean(known, two)
    point = replace(_point("brier_difference", value, known, horizon, level), method="IPCW, Wald", reference=BRIER)
    if point.status != "ok":
        return point
    se = known.standard_error(known.influence(one - two))
    if not se > ROUNDING:
        return replace(point, se=se, status="sparse" if math.isnan(se) else "degenerate")
    statistic = value / se
    return replace(
        point,
        se=se,
        low=value - z * se,
        high=value + z * se,
        statistic=statistic,
        p_value=2 * float(stats.norm.sf(abs(statistic))),
    )


def _area(known: Horizon, score: FloatArray) -> tuple[float, FloatArray]:
    """Return the AUC and how much one person of each row moves it, times the number of people."""
    weight, case = known.rows.counts * known.weight, known.case.astype(np.float64)
    cases, controls = float(weight @ known.case), float(weight @ known.control)
    if not (known.is_reached and cases > 0 and controls > 0):
        return math.nan, np.full(len(score), math.nan)
    placed = placements(case, score, weight)
    area = float((weight * case) @ placed) / cases
    share = np.where(known.case, cases, controls) / known.rows.n
    return area, known.influence(known.weight * (placed - area) / share)


def _mean(known: Horizon, contribution: FloatArray) -> float:
    n = known.rows.n
    return float(known.rows.counts @ contribution) / n if n and known.is_reached else math.nan


def _point(name: str, value: float, known: Horizon, horizon: float, level: float) -> Estimate:
    rows = known.rows
    notes: tuple[str, ...] = ()
    if left := int(rows.counts[~(known.case | known.control)].sum()):
        notes = (f"{left:,} people left before the horizon",)
    if not known.is_reached:
        notes = ("nobody was followed as far as the horizon",)
    elif math.isnan(value):
        notes = (*notes, "everybody or nobody has the event by the horizon")
    return Estimate(
        name=name,
        value=value,
        level=level,
        n=rows.n,
        n_events=int(rows.counts[known.case].sum()),
        excluded=rows.excluded,
        at={"horizon": horizon},
        status="ok" if math.isfinite(value) else "not_estimable" if known.is_reached else "extrapolated",
        notes=notes,
    )


def _controls(method: str, known: Horizon) -> str:
    if known.rows.has_competing:
        return f"{method}, controls are all without the event, competing events included"
    return method
