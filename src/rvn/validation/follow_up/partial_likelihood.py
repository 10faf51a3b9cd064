"""The partial likelihood of Cox's model with Efron's or Breslow's ties, and what each person adds to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rvn.validation.follow_up.risk_sets import Derivatives, RiskSets
from rvn.validation.observations import FloatArray


@dataclass(frozen=True)
class Likelihood(Derivatives):
    """The likelihood with Efron's or Breslow's ties, and what residuals and baseline hazards need.

    `at_risk` is the sum of the hazards of the people at risk, `hazard` that of one person of a row; `s1` and `d1`
    are the sums of the predictors over those at risk and those with the event, weighted by their share of
    `at_risk`. With the share u of the tied events taken out a fraction r of `at_risk` is left (Efron 1977); `a1`,
    `a2`, `b0`, `b1`, `b2` sum 1/r, u/r, 1/r2, u/r2 and u2/r2 over the tied events of a cell.
    """

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
    def steps(self) -> FloatArray:
        """By how much the hazard of a person of hazard 1 grows in each cell."""
        return self.a1 / self.at_risk

    @property
    def mean_steps(self) -> FloatArray:
        """The same times the mean of the predictors of those at risk."""
        return (self.s1 * self.b0[:, None] - self.d1 * self.b1[:, None]) / self.at_risk[:, None]


def likelihood(sets: RiskSets, coefficients: FloatArray) -> Likelihood:
    """Return the log partial likelihood at `coefficients`, between which hazards may differ by exp(`REACH`)."""
    x, case = sets.x, sets.is_case
    predictor = x @ coefficients
    predictor = predictor - predictor.max()
    hazard = np.exp(predictor)
    mass, dead = sets.weight * hazard, sets.weight * hazard * case
    products = x[:, :, None] * x[:, None, :]
    at_risk = sets.at_risk(mass)
    by_one, by_two = at_risk[:, None], at_risk[:, None, None]
    s1 = sets.at_risk(mass[:, None] * x) / by_one
    s2 = sets.at_risk(mass[:, None, None] * products) / by_two
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


def score_residuals(sets: RiskSets, at: Likelihood) -> FloatArray:
    """Return what one person of each row adds to the score, rows as in `sets`; the sum over people is zero.

    References
    ----------
    Therneau & Grambsch 2000, Modeling Survival Data, section 4.2.
    """
    x, case, one = sets.x, sets.is_case, at.at_risk[:, None]
    a1, w1 = sets.while_at_risk(at.steps), sets.while_at_risk(at.mean_steps)
    # Of the tied events of their own cell, those with the event are at risk in part only.
    own_a = np.where(case, (at.a2 / at.at_risk)[sets.cell], 0.0)
    partly = (at.s1 * at.b1[:, None] - at.d1 * at.b2[:, None]) / one
    own_w = np.where(case[:, None], partly[sets.cell], 0.0)
    mean = at.expected / np.where(sets.death_weight > 0, sets.death_weight, 1.0)[:, None]
    own_event = np.where(case[:, None], x - mean[sets.cell], 0.0)
    return own_event - at.hazard[:, None] * (x * (a1 - own_a)[:, None] - (w1 - own_w))
