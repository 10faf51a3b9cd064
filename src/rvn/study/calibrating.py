"""Whether published risks are right: overall, and along the curve."""

from __future__ import annotations

import math

import numpy as np

from rvn.study.entries import Risk
from rvn.study.material import Material
from rvn.study.results import Calibration, CurvePoint
from rvn.validation.calibration.brier import brier, scaled_brier
from rvn.validation.calibration.curve import calibration_curve
from rvn.validation.calibration.errors import calibration_errors
from rvn.validation.calibration.expected_observed import expected_observed
from rvn.validation.calibration.goodness_of_fit import spiegelhalter
from rvn.validation.calibration.line import logistic_calibration
from rvn.validation.estimate import Estimate
from rvn.validation.follow_up.calibration_at_horizon import calibration_slope_at, expected_observed_at
from rvn.validation.follow_up.survival import aalen_johansen
from rvn.validation.follow_up.time_dependent import brier_at

MOST_POINTS = 200  # of the curve
UNSPREAD = Estimate(
    name="calibration_slope", value=math.nan, status="not_estimable", notes=("a published risk of 0 or 1 has no slope",)
)


def calibration(of: Material) -> Calibration | None:
    """Return whether the published risks of the outcome are right; None where there are none."""
    if not of.has_risk:
        return None
    risk = of.tally["risk"].astype(np.float64)
    known = ~np.isnan(risk)
    source = _source(of.scored.entry.risk[of.happened.facts.id])
    expected = float(risk[known] @ of.tally["counts"][known])
    if of.is_followed:
        timed = ("time", "event", "risk")
        (ratio,) = of(expected_observed_at, *timed, horizon=of.horizon, level=of.confidence)
        certain = bool(((risk == 0) | (risk == 1)).any())
        measures = (UNSPREAD,) if certain else of(calibration_slope_at, *timed, level=of.confidence)
        measures += of(brier_at, *timed, horizon=of.horizon, level=of.confidence)
        return Calibration(
            risk_source=source,
            expected=expected,
            expected_observed=ratio,
            measures=measures,
            curve=_curve_at(of),
            curve_method="Cumulative incidence at each published risk, or in tenths of the people",
        )
    pair = ("outcome", "risk")
    (ratio,) = of(expected_observed, *pair, level=of.confidence)
    measures = of(logistic_calibration, *pair, level=of.confidence)
    measures += of(brier, *pair, level=of.confidence) + of(scaled_brier, *pair, level=of.confidence)
    measures += of(spiegelhalter, *pair) + of(calibration_errors, *pair, level=of.confidence)
    curve = of(calibration_curve, *pair, level=of.confidence)
    return Calibration(
        risk_source=source,
        expected=expected,
        expected_observed=ratio,
        measures=measures,
        curve=_thinned(curve),
        curve_method=curve[0].method if curve else "",
    )


def _source(risk: Risk) -> str:
    if risk.norm is not None:
        return f"norm {risk.norm}"
    return f"column {risk.column}" if risk.column is not None else "table of the plan"


def _thinned(curve: tuple[Estimate, ...]) -> tuple[CurvePoint, ...]:
    wanted = np.linspace(0, len(curve) - 1, min(len(curve), MOST_POINTS))
    points = [curve[place] for place in np.unique(wanted.round().astype(int))]
    return tuple(
        CurvePoint(risk=_number(row.at.get("risk")), observed=row.value, low=row.low, high=row.high, people=row.n)
        for row in points
    )


def _curve_at(of: Material) -> tuple[CurvePoint, ...]:
    """Return the risk by the window's end at each published risk; of many risks, in tenths of the people."""
    tally = of.tally
    risk = tally["risk"].astype(np.float64)
    known = ~np.isnan(risk)
    risk, counts = risk[known], tally["counts"][known]
    distinct, code = np.unique(risk, return_inverse=True)
    if len(distinct) > 20:
        people = np.cumsum(np.bincount(code, counts))
        code = np.minimum((people[code] - 1) * 10 // people[-1], 9).astype(np.int64)
    size = int(code.max()) + 1 if len(code) else 0
    total = np.bincount(code, counts, minlength=size)
    mean = np.bincount(code, counts * risk, minlength=size) / np.maximum(total, 1)
    rows = aalen_johansen(
        tally["time"][known],
        tally["event"][known],
        [of.horizon],
        group=code.astype(np.float64),
        groups=[float(place) for place in range(size)],
        counts=counts,
        level=of.confidence,
    )
    return tuple(
        CurvePoint(risk=float(mean[place]), observed=row.value, low=row.low, high=row.high, people=row.n)
        for place, row in enumerate(rows)
        if row.n
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float, np.number)) else math.nan
