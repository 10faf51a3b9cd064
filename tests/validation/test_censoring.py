from __future__ import annotations

import numpy as np
import pytest
from follow_up_data import EVENT, TIME, random_follow_up

from rvn.validation.follow_up.censoring import at_horizon, uncensored
from rvn.validation.follow_up.survival import risk_by
from rvn.validation.follow_up.times import follow_up, risk_table


def test_events_come_before_the_censorings_of_the_same_time():
    # At 2 one of three has the event and one of the two others is censored.
    chance = uncensored(risk_table(follow_up([2, 2, 3], [1, 0, 1])))
    assert chance.tolist() == [1.0, 0.5, 0.5]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("horizon", [1, 2.5, 4, 5.5])
def test_weights_average_exactly_1(seed, horizon):
    sample = random_follow_up(seed)
    rows = follow_up(sample["time"], sample["event"], counts=sample["counts"])
    known = at_horizon(rows, horizon)
    assert known.is_reached
    assert rows.counts @ known.weight == pytest.approx(rows.n, rel=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_the_weighted_share_of_cases_is_the_cumulative_incidence(seed):
    sample = random_follow_up(seed)
    rows = follow_up(sample["time"], sample["event"])
    known = at_horizon(rows, 4)
    risk = risk_by(risk_table(rows), 4)
    assert risk.value == pytest.approx(rows.counts @ (known.weight * known.case) / rows.n, rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_the_weighted_share_of_cases_has_the_error_of_the_cumulative_incidence(seed):
    # Two routes to one number: the influence function with estimated weights, and the delta-method sum.
    # They differ by the divisor of a variance, n or n - 1.
    sample = random_follow_up(seed)
    rows = follow_up(sample["time"], sample["event"], counts=1000 * sample["counts"])
    known = at_horizon(rows, 4)
    error = known.standard_error(known.influence(known.weight * known.case))
    assert risk_by(risk_table(rows), 4).se == pytest.approx(error, rel=1e-3)


def test_without_censoring_before_the_horizon_everybody_weighs_1():
    known = at_horizon(follow_up([1, 2, 3, 3], [1, 2, 0, 1]), 3)
    assert known.weight.tolist() == [1.0] * 4


def test_who_left_before_the_horizon_weighs_nothing_and_who_leaves_at_it_is_a_control():
    known = at_horizon(follow_up([1, 2, 3], [0, 0, 1]), 2)
    assert (known.control.astype(int).tolist(), (known.weight > 0).astype(int).tolist()) == ([0, 1, 1], [0, 1, 1])


def test_a_horizon_is_reached_when_somebody_got_there_or_nobody_was_left():
    assert at_horizon(follow_up([1, 2], [1, 0]), 2).is_reached
    assert not at_horizon(follow_up([1, 2], [1, 0]), 2.1).is_reached
    assert at_horizon(follow_up([1, 2], [0, 1]), 9).is_reached
    assert not at_horizon(follow_up([1, 2, 2], [0, 1, 0]), 9).is_reached


def test_table_b_at_5():
    rows = follow_up(TIME, EVENT)
    known = at_horizon(rows, 5)
    assert (int(rows.counts @ known.case), int(rows.counts @ known.control)) == (11, 9 + 4)
    assert pytest.approx(rows.counts @ known.weight / 30) == 1.0
    assert np.isnan(at_horizon(follow_up([1], [1]), 1).standard_error(np.ones(1)))
