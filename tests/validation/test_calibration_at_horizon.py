from __future__ import annotations

import math

import numpy as np
import pytest
from follow_up_data import EVENT, LEVEL, RISK, TIME, compas_predicted, expanded, random_follow_up
from scipy import stats

from reference import r_values
from rvn.errors import ContractError
from rvn.validation.follow_up.calibration_at_horizon import (
    calibration_slope_at,
    expected_observed_at,
    expected_observed_during,
)
from rvn.validation.follow_up.survival import kaplan_meier


def close(value, rel=1e-9):
    return pytest.approx(value, rel=rel)


def test_calibration_survival_val():
    frame, expected = compas_predicted(), r_values("time_dependent")["calibration_survival_val"]
    [ratio] = expected_observed_at(frame["time"], frame["event"], frame["risk730"], 730)
    # The record holds O/E, this library reports E/O.
    assert expected["OE"] == close(1 / ratio.value)
    assert (expected["OE_lower"], expected["OE_upper"]) == close((1 / ratio.high, 1 / ratio.low))
    assert expected["observed_se"] / expected["observed_km_730"] == close(ratio.se)


def test_the_slope_is_that_of_the_linear_predictor_whose_risks_they_are():
    # R has the linear predictor itself; the risks that were made of it have four decimals, hence the tolerance.
    frame, expected = compas_predicted(), r_values("time_dependent")["calibration_survival_val"]
    slope = calibration_slope_at(frame["time"], frame["event"], frame["risk730"])
    assert (expected["slope"], expected["slope_se"]) == close((slope.value, slope.se), 1e-3)


def test_a_risk_that_is_certain_has_no_slope():
    with pytest.raises(ContractError, match="0 or 1"):
        calibration_slope_at([1, 2], [1, 0], [0.5, 1])


def test_risks_that_are_all_equal_have_no_slope():
    assert "not_estimable" == calibration_slope_at([1, 2, 3], [1, 0, 1], [0.5, 0.5, 0.5]).status


def test_table_b():
    [ratio] = expected_observed_at(TIME, EVENT == 1, RISK, 5)
    assert close((ratio.value, ratio.low, ratio.high), 1e-8) == (0.738442068, 0.467356600, 1.166767920)
    [short_cut] = expected_observed_at(TIME, EVENT == 1, RISK, 5, method="events")
    assert close((short_cut.low, short_cut.high), 1e-8) == (0.408949337, 1.333408910)


def test_the_number_of_events_seen_would_hide_who_left_early():
    # O/E of the raw number of events is 1.12 where it is 1.35 (predRupdate gives the first).
    [ratio] = expected_observed_at(TIME, EVENT == 1, RISK, 5)
    assert (round(11 / RISK.sum(), 2), round(1 / ratio.value, 2)) == (1.12, 1.35)


def test_competing_events_lower_the_observed_risk():
    [single], [competing] = (expected_observed_at(TIME, event, RISK, 5) for event in (EVENT == 1, EVENT))
    assert RISK.mean() / 0.4116155 == close(competing.value, 1e-7)
    assert competing.value > single.value


def test_per_level_each_has_its_own_curve():
    ratios = expected_observed_at(TIME, EVENT == 1, RISK, 5, group=LEVEL, groups=("L", "M", "H", "X"))
    risks = kaplan_meier(TIME, EVENT == 1, [5], group=LEVEL, groups=("L", "M", "H"))
    for level, ratio, risk in zip("LMH", ratios, risks, strict=False):
        assert RISK[level == LEVEL].mean() / risk.value == close(ratio.value)
        assert ratio.at["group"] == level
    assert ratios[3].status == "not_estimable"


@pytest.mark.parametrize("seed", range(3))
def test_counts_are_the_same_as_repeated_rows(seed):
    sample = random_follow_up(seed)
    one = expanded(sample)
    [counted] = expected_observed_at(sample["time"], sample["event"], sample["score"] / 10, 4, counts=sample["counts"])
    [repeated] = expected_observed_at(one["time"][::-1], one["event"][::-1], one["score"][::-1] / 10, 4)
    assert (repeated.value, repeated.low, repeated.n) == close((counted.value, counted.low, counted.n), 1e-12)
    [counted] = expected_observed_during(sample["event"] == 1, sample["score"] / 10, counts=sample["counts"])
    [repeated] = expected_observed_during(one["event"] == 1, one["score"] / 10)
    assert (repeated.value, repeated.low, repeated.n) == close((counted.value, counted.low, counted.n), 1e-12)


def test_without_events_the_ratio_is_infinite_with_a_lower_limit():
    [ratio] = expected_observed_at([3, 3, 3, 3], [0, 0, 0, 0], [0.2] * 4, 2)
    assert (ratio.value, ratio.high, ratio.status) == (math.inf, math.inf, "sparse")
    assert close(ratio.low) == 0.2 / (1 - 0.025 ** (1 / 4))
    [ratio] = expected_observed_during([0, 0], [0.2, 0.2])
    assert (ratio.value, ratio.high, ratio.status) == (math.inf, math.inf, "sparse")
    assert -2 * math.log(0.8) / -math.log(0.025) == close(ratio.low)


def test_events_for_everybody_leave_the_exact_limits():
    [ratio] = expected_observed_at([1, 1, 2], [1, 1, 1], [0.5] * 3, 2)
    assert (ratio.value, ratio.low, ratio.status) == (0.5, 0.5, "degenerate")
    assert close(ratio.high) == 0.5 / 0.025 ** (1 / 3)


def test_nothing_expected_is_not_estimable():
    for [ratio] in (expected_observed_at([1, 2, 3], [1, 0, 0], [0] * 3, 2), expected_observed_during([1, 0], [0, 0])):
        assert ratio.status == "not_estimable"
        assert math.isnan(ratio.value)
        assert math.isnan(ratio.high)


def test_beyond_the_follow_up_nothing_is_said():
    [ratio] = expected_observed_at(TIME, EVENT, RISK, 6)
    assert (ratio.status, math.isnan(ratio.value)) == ("extrapolated", True)


def test_by_exposure_it_is_the_inverse_of_a_standardised_incidence_ratio():
    # Exponential risk: somebody followed for t at rate r is expected to have r t events.
    rng = np.random.default_rng(4)
    time, rate = rng.exponential(2, 50), rng.uniform(0.1, 0.3, 50)
    event = rng.random(50) < 0.4
    [ratio] = expected_observed_during(event, 1 - np.exp(-rate * time))
    expected, observed = (rate * time).sum(), event.sum()
    assert expected / observed == close(ratio.value)
    assert stats.poisson.cdf(observed, expected / ratio.low) == close(0.025)
    assert stats.poisson.sf(observed - 1, expected / ratio.high) == close(0.025)


def test_by_exposure_per_group():
    ratios = expected_observed_during([1, 1, 0], [0.5, 0.5, 0.5], group=["b", "a", "a"], groups=["a", "b", "c"])
    log_two = math.log(2)
    assert [2 * log_two, log_two] == close([ratio.value for ratio in ratios[:2]])
    assert ratios[2].status == "not_estimable"


def test_contract_errors():
    with pytest.raises(ContractError, match="`method` is 'exact'"):
        expected_observed_at(TIME, EVENT, RISK, 5, method="exact")
    with pytest.raises(ContractError, match="`risk` holds 1"):
        expected_observed_during([1], [1.0])
    with pytest.raises(ContractError, match="`risk` must lie between 0 and 1"):
        expected_observed_at(TIME, EVENT, 100 * RISK, 5)
