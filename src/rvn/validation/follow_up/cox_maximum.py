"""Where the partial likelihood of Cox's model is highest, with and without Firth's penalty."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from rvn.validation.follow_up.exact_ties import exact_likelihood
from rvn.validation.follow_up.partial_likelihood import likelihood
from rvn.validation.follow_up.risk_sets import Derivatives, RiskSets
from rvn.validation.observations import FloatArray

# A step this small, in standard deviations of the predictors, changes no printed digit.
CONVERGED = 1e-10
# Where there is a maximum a dozen steps suffice. Where there is none each step leads as far again, until the
# score is lost in rounding after some 37 and would look like zero.
STEPS = 25
# Hazards further apart than this, on the log scale, would leave the range of floating-point numbers.
REACH = 600.0


def derivatives(sets: RiskSets, coefficients: FloatArray) -> Derivatives:
    """Return the log partial likelihood for the ties of `sets`."""
    return exact_likelihood(sets, coefficients) if sets.ties == "exact" else likelihood(sets, coefficients)


def is_singular(information: FloatArray) -> bool:
    """Whether an information matrix leaves some coefficient open."""
    if not np.isfinite(information).all():
        return True
    values = np.linalg.eigvalsh(information)
    return bool(values[0] <= 1e-12 * max(values[-1], 1.0))


def maximise(sets: RiskSets) -> Derivatives | None:
    """Climb from 0 by Newton steps, halved while they lead down; None when there is no maximum to be reached."""
    here = derivatives(sets, np.zeros(sets.x.shape[1]))
    for _ in range(STEPS):
        if is_singular(here.information):
            return None
        step = np.linalg.solve(here.information, here.score)
        while np.ptp(sets.x @ (here.coefficients + step)) > REACH:
            step = step / 2
        there = derivatives(sets, here.coefficients + step)
        while there.value < here.value - 1e-9 * abs(here.value):
            step = step / 2
            there = derivatives(sets, here.coefficients + step)
        here = there
        if np.abs(step).max() < CONVERGED:
            return here
    return None


@dataclass(frozen=True)
class Penalised:
    """Where the penalised likelihood of one coefficient is highest, its profile limits, and twice the drop at 0."""

    coefficient: float
    se: float
    low: float
    high: float
    statistic: float


def penalise(sets: RiskSets, quantile: float) -> Penalised:
    """Return the maximum of the log-likelihood plus half the log information, for one predictor.

    The limits are where twice the drop from the maximum reaches `quantile` of chi-square.

    References
    ----------
    Heinze & Schemper 2001, doi:10.1111/j.0006-341X.2001.00114.x.
    """

    def at(b: float) -> Derivatives:
        return derivatives(sets, np.array([b]))

    def value(b: float) -> float:
        here = at(b)
        return here.value + math.log(here.information[0, 0]) / 2

    def slope(b: float) -> float:
        width = 1e-5
        curvature = math.log(at(b + width).information[0, 0] / at(b - width).information[0, 0])
        return float(at(b).score[0]) + curvature / (4 * width)

    def cross(function: Callable[[float], float], start: float, side: int) -> float:
        reach = 1.0
        while function(start + side * reach) > 0:
            if abs(start + 2 * side * reach) > furthest:
                return side * math.inf
            reach *= 2
        return float(optimize.brentq(function, start, start + side * reach, xtol=1e-12))

    furthest = REACH / float(np.ptp(sets.x))
    side = 1 if slope(0.0) > 0 else -1
    best = min(max(cross(lambda b: side * slope(b), 0.0, side), -furthest), furthest)
    top = value(best)

    def room(b: float) -> float:
        return quantile - 2 * (top - value(b))

    return Penalised(
        coefficient=best,
        se=1 / math.sqrt(at(best).information[0, 0]),
        low=cross(room, best, -1),
        high=cross(room, best, 1),
        statistic=2 * (top - value(0.0)),
    )
