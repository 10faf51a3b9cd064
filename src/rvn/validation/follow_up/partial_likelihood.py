"""The partial likelihood of Cox's model on distinct rows with counts: Efron's or Breslow's ties, strata, weights.

A cell is one time in one stratum. Everything the likelihood needs of people is a sum over a cell, so its cost
after grouping depends on the number of distinct rows, and on the number of events for Efron's ties.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import optimize

from rvn.validation.follow_up.times import BoolArray, FollowUp
from rvn.validation.observations import FloatArray, IntArray

Ties = Literal["efron", "breslow"]
# A step this small, in standard deviations of the predictors, changes no printed digit.
CONVERGED = 1e-10
# Where there is a maximum a dozen steps suffice. Where there is none each step leads as far again, until the
# score is lost in rounding after some 37 and would look like zero.
STEPS = 25
# Hazards further apart than this, on the log scale, would leave the range of floating-point numbers.
REACH = 600.0


@dataclass(frozen=True)
class RiskSets:
    """Rows of people in the `order` of stratum and time, and the cells they form.

    `weight` is that of all people of a row together; `span` gives the first and last-plus-one cell of each
    stratum; `deaths` and `death_weight` are people with the event in each cell, and their weight.
    """

    order: IntArray
    x: FloatArray
    people: FloatArray
    weight: FloatArray
    is_case: BoolArray
    cell: IntArray
    first_row: IntArray
    span: tuple[tuple[int, int], ...]
    deaths: FloatArray
    death_weight: FloatArray
    ties: Ties

    def sums(self, values: FloatArray) -> FloatArray:
        """Return the sum of `values` over the rows of each cell."""
        return np.add.reduceat(values, self.first_row, axis=0)

    def from_now(self, values: FloatArray) -> FloatArray:
        """Return the sum over each cell and the later ones of its stratum."""
        return np.concatenate([np.cumsum(values[a:b][::-1], axis=0)[::-1] for a, b in self.span])

    def until_now(self, values: FloatArray) -> FloatArray:
        """Return the sum over each cell and the earlier ones of its stratum."""
        return np.concatenate([np.cumsum(values[a:b], axis=0) for a, b in self.span])


@dataclass(frozen=True)
class Likelihood:
    """The log partial likelihood at `coefficients`, its derivatives cell by cell, and what residuals need.

    `at_risk` is the sum of the hazards of the people at risk, `hazard` that of one person of a row; `s1` and `d1`
    are the sums of the predictors over those at risk and those with the event, weighted by their share of
    `at_risk`. With the share u of the tied events taken out a fraction r of `at_risk` is left (Efron 1977); `a1`,
    `a2`, `b0`, `b1`, `b2` sum 1/r, u/r, 1/r2, u/r2 and u2/r2 over the tied events of a cell.
    """

    coefficients: FloatArray
    value: float
    scores: FloatArray
    informations: FloatArray
    hazard: FloatArray
    at_risk: FloatArray
    s1: FloatArray
    d1: FloatArray
    a1: FloatArray
    a2: FloatArray
    b0: FloatArray
    b1: FloatArray
    b2: FloatArray

    @property
    def expected(self) -> FloatArray:
        """What the predictors of those with the event should sum to in each cell."""
        return self.s1 * self.a1[:, None] - self.d1 * self.a2[:, None]

    @property
    def score(self) -> FloatArray:
        """First derivative."""
        result: FloatArray = self.scores.sum(axis=0)
        return result

    @property
    def information(self) -> FloatArray:
        """Minus the second derivative."""
        result: FloatArray = self.informations.sum(axis=0)
        return result


def risk_sets(rows: FollowUp, x: FloatArray, ties: Ties) -> RiskSets:
    """Return the risk sets of `rows`, whose column ``strata`` and ``weights`` are used where there are such."""
    strata = rows.columns.get("strata", np.zeros(len(rows.at))).astype(np.int64)
    order = np.lexsort((rows.at, strata))
    key = strata[order] * (len(rows.times) + 1) + rows.at[order]
    first_row = np.flatnonzero(np.diff(key, prepend=-1))
    people = rows.counts[order]
    weight = people * rows.columns.get("weights", np.ones(len(rows.at)))[order]
    is_case = rows.event[order] == 1
    stratum_of_cell = strata[order][first_row]
    edges = np.flatnonzero(np.diff(stratum_of_cell, prepend=-1, append=-1))
    return RiskSets(
        order=order,
        x=x[order],
        people=people,
        weight=weight,
        is_case=is_case,
        cell=np.repeat(np.arange(len(first_row)), np.diff(first_row, append=len(key))),
        first_row=first_row,
        span=tuple(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)),
        deaths=np.add.reduceat(people * is_case, first_row),
        death_weight=np.add.reduceat(weight * is_case, first_row),
        ties=ties,
    )


def likelihood(sets: RiskSets, coefficients: FloatArray) -> Likelihood:
    """Return the log partial likelihood at `coefficients`, between which hazards may differ by exp(`REACH`)."""
    x, case = sets.x, sets.is_case
    predictor = x @ coefficients
    predictor = predictor - predictor.max()
    hazard = np.exp(predictor)
    mass, dead = sets.weight * hazard, sets.weight * hazard * case
    products = x[:, :, None] * x[:, None, :]
    at_risk = sets.from_now(sets.sums(mass))
    by_one, by_two = at_risk[:, None], at_risk[:, None, None]
    s1 = sets.from_now(sets.sums(mass[:, None] * x)) / by_one
    s2 = sets.from_now(sets.sums(mass[:, None, None] * products)) / by_two
    d1 = sets.sums(dead[:, None] * x) / by_one
    d2 = sets.sums(dead[:, None, None] * products) / by_two
    log_left, a1, a2, b0, b1, b2 = _tied(sets, sets.sums(dead) / at_risk)
    value = float(sets.weight[case] @ predictor[case] - sets.death_weight @ np.log(at_risk) - log_left.sum())
    square, mixed, dead_square = (
        left[:, :, None] * right[:, None, :] for left, right in ((s1, s1), (s1, d1), (d1, d1))
    )
    informations = s2 * a1[:, None, None] - d2 * a2[:, None, None]
    informations -= square * b0[:, None, None] + dead_square * b2[:, None, None]
    informations += (mixed + mixed.transpose(0, 2, 1)) * b1[:, None, None]
    observed = sets.sums((sets.weight * case)[:, None] * x)
    scores = observed - (s1 * a1[:, None] - d1 * a2[:, None])
    return Likelihood(coefficients, value, scores, informations, hazard, at_risk, s1, d1, a1, a2, b0, b1, b2)


def _tied(sets: RiskSets, share_of_dead: FloatArray) -> tuple[FloatArray, ...]:
    """Return, summed over the events of each cell, the log of the fraction left at risk, and a1 to b2."""
    if sets.ties == "breslow":
        weight, none = sets.death_weight, np.zeros(len(share_of_dead))
        return none, weight, none, weight, none, none
    result = tuple(np.zeros(len(share_of_dead)) for _ in range(6))
    used = np.flatnonzero(sets.deaths)
    if len(used):
        deaths = sets.deaths[used].astype(np.int64)
        start = np.cumsum(deaths) - deaths
        u = (np.arange(deaths.sum()) - np.repeat(start, deaths)) / np.repeat(deaths, deaths)
        left = 1 - u * np.repeat(share_of_dead[used], deaths)
        inverse = 1 / left
        terms = (np.log(left), inverse, u * inverse, inverse**2, u * inverse**2, (u * inverse) ** 2)
        each = sets.death_weight[used] / deaths
        for whole, term in zip(result, terms, strict=True):
            whole[used] = each * np.add.reduceat(term, start)
    return result


def is_singular(information: FloatArray) -> bool:
    """Whether an information matrix leaves some coefficient open."""
    if not np.isfinite(information).all():
        return True
    values = np.linalg.eigvalsh(information)
    return bool(values[0] <= 1e-12 * max(values[-1], 1.0))


def maximise(sets: RiskSets) -> Likelihood | None:
    """Climb from 0 by Newton steps, halved while they lead down; None when there is no maximum to be reached."""
    here = likelihood(sets, np.zeros(sets.x.shape[1]))
    for _ in range(STEPS):
        if is_singular(here.information):
            return None
        step = np.linalg.solve(here.information, here.score)
        while np.ptp(sets.x @ (here.coefficients + step)) > REACH:
            step = step / 2
        there = likelihood(sets, here.coefficients + step)
        while there.value < here.value - 1e-9 * abs(here.value):
            step = step / 2
            there = likelihood(sets, here.coefficients + step)
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

    def at(b: float) -> Likelihood:
        return likelihood(sets, np.array([b]))

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


def is_monotone(sets: RiskSets) -> bool:
    """Whether the one predictor is, at every event, the largest at risk (or the smallest): no maximum then."""
    return any(_is_highest(sets, side * sets.x[:, 0]) for side in (1, -1))


def _is_highest(sets: RiskSets, x: FloatArray) -> bool:
    cells = np.maximum.reduceat(x, sets.first_row)
    at_risk = np.concatenate([np.maximum.accumulate(cells[a:b][::-1])[::-1] for a, b in sets.span])
    return bool((x[sets.is_case] == at_risk[sets.cell[sets.is_case]]).all())


def score_residuals(sets: RiskSets, at: Likelihood) -> FloatArray:
    """Return what one person of each row adds to the score, rows as in `sets`; the sum over people is zero.

    References
    ----------
    Therneau & Grambsch 2000, Modeling Survival Data, section 4.2.
    """
    x, case, one = sets.x, sets.is_case, at.at_risk[:, None]
    a1 = sets.until_now(at.a1 / at.at_risk)[sets.cell]
    w1 = sets.until_now((at.s1 * at.b0[:, None] - at.d1 * at.b1[:, None]) / one)[sets.cell]
    # Of the tied events of their own cell, those with the event are at risk in part only.
    own_a = np.where(case, (at.a2 / at.at_risk)[sets.cell], 0.0)
    partly = (at.s1 * at.b1[:, None] - at.d1 * at.b2[:, None]) / one
    own_w = np.where(case[:, None], partly[sets.cell], 0.0)
    mean = at.expected / np.where(sets.death_weight > 0, sets.death_weight, 1.0)[:, None]
    own_event = np.where(case[:, None], x - mean[sets.cell], 0.0)
    return own_event - at.hazard[:, None] * (x * (a1 - own_a)[:, None] - (w1 - own_w))
