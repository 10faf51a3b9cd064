"""Weights that let the people whose outcome at a horizon is known stand for those who left before (IPCW)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rvn.validation.follow_up.times import (
    BoolArray,
    FollowUp,
    RiskTable,
    risk_table,
    times_before,
    times_by,
    totals,
)
from rvn.validation.observations import FloatArray, IntArray


def uncensored(table: RiskTable) -> FloatArray:
    """Return the chance of not having been censored just before each time, and after the last.

    It is the Kaplan-Meier estimate for censoring. People with an event at a time are not at risk of being
    censored at it, because events come first.

    >>> from rvn.validation.follow_up.times import follow_up
    >>> uncensored(risk_table(follow_up([1, 1, 2, 3], [1, 0, 1, 0])))
    array([1. , 0.66666667, 0.66666667, 0. ])
    """
    return np.concatenate([[1.0], np.cumprod(1 - _censoring_hazard(table))])


def _censoring_hazard(table: RiskTable) -> FloatArray:
    eligible = table.at_risk - table.events - table.competing
    return np.divide(table.censored, eligible, out=np.zeros_like(eligible), where=eligible > 0)


@dataclass(frozen=True)
class Horizon:
    """Who has the event by a horizon, who does not, and the weight of each row; rows as in `rows`.

    The weights are 0 where the outcome is unknown, and average 1 over people. People with a competing event
    by the horizon are without the event of interest.
    """

    rows: FollowUp
    table: RiskTable
    case: BoolArray
    control: BoolArray
    weight: FloatArray
    weighed_at: IntArray  # censorings at earlier times than this one make the weight
    is_reached: bool  # somebody was followed as far, or nobody was left to follow

    def influence(self, contribution: FloatArray) -> FloatArray:
        """Return how much one person of each row moves a mean of weighted contributions, times the people.

        `contribution` is what a person of each row adds to the mean, weight included; to it comes what the
        person did to the weights of others, by being censored or not.

        References
        ----------
        Blanche, Dartigues & Jacqmin-Gadda 2013, doi:10.1002/sim.5958.
        """
        rows, table, size = self.rows, self.table, len(self.rows.times)
        per_time = totals(self.weighed_at, rows.counts * contribution, size + 1)
        still_to_weigh = (np.cumsum(per_time[::-1])[::-1])[1:]  # of people weighed after each time
        eligible = table.at_risk - table.events - table.competing
        jump = np.divide(still_to_weigh, eligible, out=np.zeros(size), where=eligible > 0)
        expected = np.cumsum(jump * _censoring_hazard(table))
        before = np.concatenate([[0.0], expected])[rows.at]
        moved = np.where(rows.event == 0, jump[rows.at] - expected[rows.at], -before)
        result: FloatArray = contribution + moved
        return result

    def standard_error(self, influence: FloatArray) -> float:
        """Return the standard error of a statistic from the influence of each person."""
        n = self.rows.counts.sum()
        if n < 2:
            return float("nan")
        mean = self.rows.counts @ influence / n
        return float(np.sqrt(self.rows.counts @ (influence - mean) ** 2 / (n - 1) / n))


def at_horizon(rows: FollowUp, horizon: float) -> Horizon:
    """Return the outcome at `horizon` and the weights.

    >>> from rvn.validation.follow_up.times import follow_up
    >>> known = at_horizon(follow_up([1, 2, 3, 4], [1, 0, 1, 0]), 3)
    >>> known.case, known.control, known.weight
    (array([ True, False,  True, False]), array([False, False, False,  True]), array([1. , 0. , 1.5, 1.5]))
    """
    table = risk_table(rows)
    by, before = times_by(rows.times, horizon), times_before(rows.times, horizon)
    case = (rows.at < by) & (rows.event == 1)
    free = (rows.at >= by) | ((rows.at >= before) & (rows.event == 0))
    control = free | ((rows.at < by) & (rows.event > 1))
    weighed_at = np.where(free, before, rows.at)
    chance = uncensored(table)[weighed_at]
    weight = np.divide(1.0, chance, out=np.zeros(len(chance)), where=case | control)
    is_left_open = (~(case | control) & (rows.at == by - 1)).any()
    is_reached = before < len(rows.times) or not is_left_open
    return Horizon(rows, table, case, control, weight, weighed_at, bool(is_reached))
