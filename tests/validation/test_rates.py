"""Observed rates per score and per level, against Hmisc, base R and table A."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import compas_filtered, r_values
from rvn.errors import ContractError
from rvn.validation.rates.observed import rates_by_level, rates_by_score, shares_by_level, steps, trend
from rvn.validation.rates.proportions import limits, ratio

R = r_values("logistic")
LEVELS = ["Low", "Medium", "High"]
PEOPLE_A = np.array([21, 63, 92, 83, 56, 48, 23, 10, 4])
EVENTS_A = np.array([0, 6, 3, 13, 12, 13, 10, 6, 1])
COUNTS_A = np.concatenate([PEOPLE_A - EVENTS_A, EVENTS_A])
LEVELS_A = ["Low", "Moderate", "High"]
OUTCOME_A = [0] * 9 + [1] * 9
SCORE_A = list(range(9)) * 2
LEVEL_A = ["Low" if s < 2 else "Moderate" if s < 5 else "High" for s in SCORE_A]
ROWS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=20)


def close(expected: object) -> object:
    return pytest.approx(expected, rel=1e-9, abs=1e-14)


def compas() -> tuple[object, object, object]:
    frame = compas_filtered()
    return frame["two_year_recid"], frame["decile_score"], frame["score_text"]


def test_the_rates_of_the_deciles_are_those_of_hmisc():
    expected = R["deciles_table_pp"]
    outcome, score, _ = compas()
    found = rates_by_score(outcome, score)
    assert expected["score"] == [rate.at["score"] for rate in found]
    assert expected["n"] == [rate.n for rate in found]
    assert expected["events"] == [rate.n_events for rate in found]
    assert close(expected["rate"]) == [rate.value for rate in found]
    assert close(expected["wilson"]["col2"]) == [rate.low for rate in found]
    assert close(expected["wilson"]["col3"]) == [rate.high for rate in found]


@pytest.mark.parametrize("method", ["wilson", "exact"])
def test_the_rates_of_the_levels_are_those_of_hmisc_in_their_own_order(method):
    expected = R["levels_table_pp"]
    outcome, _, text = compas()
    found = rates_by_level(outcome, text, LEVELS, method=method)
    assert LEVELS == [rate.at["level"] for rate in found]
    assert close(expected["rate"]) == [rate.value for rate in found]
    assert close(expected[method]["col2"]) == [rate.low for rate in found]
    assert close(expected[method]["col3"]) == [rate.high for rate in found]


@pytest.mark.parametrize("race", ["African-American", "Caucasian"])
def test_the_rates_of_a_group_are_those_of_r(race):
    expected = r_values("fairness")["conditional_rates_by_decile"]
    frame = compas_filtered().query("race == @race")
    found = rates_by_score(frame["two_year_recid"], frame["decile_score"])
    short = "aa" if race == "African-American" else "c"
    assert expected[f"n_{short}"] == [rate.n for rate in found]
    assert close(expected[f"rate_{short}"]) == [rate.value for rate in found]


def test_jeffreys_of_table_a():
    first = rates_by_score(OUTCOME_A, SCORE_A, counts=COUNTS_A, method="jeffreys")[0]
    assert pytest.approx(0.111470316, abs=5e-10) == first.high
    assert (0.0, 0.0, 21) == (first.value, first.low, first.n)


def test_the_trend_is_that_of_prop_trend_test():
    outcome, score, text = compas()
    by_score = trend(outcome, score)
    assert close(R["deciles_table_pp"]["trend_x2"]) == by_score.statistic
    assert close(R["deciles_table_pp"]["trend_p"]) == by_score.p_value
    by_level = trend(outcome, text.map({"Low": 1, "Medium": 2, "High": 3}))
    assert close(R["levels_table_pp"]["trend"]["x2"]) == by_level.statistic


def test_the_trend_over_the_levels_of_table_a():
    estimate = trend(OUTCOME_A, [LEVELS_A.index(level) for level in LEVEL_A], counts=COUNTS_A)
    assert pytest.approx(25.0226299, abs=5e-8) == estimate.statistic
    assert pytest.approx(5.66613702e-07, rel=1e-8) == estimate.p_value


@given(ROWS)
def test_the_slope_of_the_trend_is_that_of_least_squares(rows):
    outcome, score, counts = (np.array(column) for column in zip(*rows, strict=True))
    long_outcome, long_score = np.repeat(outcome, counts), np.repeat(score, counts)
    estimate = trend(outcome, score, counts=counts)
    if len(set(long_score)) < 2 or len(set(long_outcome)) < 2:
        assert "not_estimable" == estimate.status
        return
    assert pytest.approx(np.polyfit(long_score, long_outcome, 1)[0], abs=1e-9) == estimate.value
    correlation = np.corrcoef(long_score, long_outcome)[0, 1]
    assert pytest.approx(len(long_score) * correlation**2, abs=1e-9) == estimate.statistic


@given(ROWS)
def test_counts_are_rows_repeated(rows):
    outcome, score, counts = (np.array(column) for column in zip(*rows, strict=True))
    long_outcome, long_score = np.repeat(outcome, counts), np.repeat(score, counts)
    assert repr(rates_by_score(long_outcome, long_score)) == repr(rates_by_score(outcome, score, counts=counts))
    assert repr(steps(long_outcome, long_score, range(5))) == repr(steps(outcome, score, range(5), counts=counts))


@given(ROWS)
def test_the_rates_add_up_to_the_whole(rows):
    outcome, score, counts = (np.array(column) for column in zip(*rows, strict=True))
    found = rates_by_score(outcome, score, counts=counts, scores=range(5))
    assert list(range(5)) == [rate.at["score"] for rate in found]
    assert counts.sum() == sum(rate.n for rate in found)
    assert (outcome * counts).sum() == sum(rate.n_events for rate in found)


def test_a_score_or_level_that_nobody_obtained_stays_in_the_table():
    by_score = rates_by_score([0, 1], [1, 3], scores=[3, 2, 1])
    assert [1, 2, 3] == [rate.at["score"] for rate in by_score]
    assert ["ok", "not_estimable", "ok"] == [rate.status for rate in by_score]
    assert math.isnan(by_score[1].value)
    by_level = rates_by_level([0, 1], ["low", "high"], ["low", "middle", "high"])
    assert [1, 0, 1] == [rate.n for rate in by_level]


def test_half_points_keep_their_name():
    assert [1, 1.5] == [rate.at["score"] for rate in rates_by_score([0, 1], [1.0, 1.5])]


@pytest.mark.parametrize(
    "call",
    [
        lambda: rates_by_score([0, 1], [1, 4], scores=[1, 2, 3]),
        lambda: rates_by_level([0, 1], ["low", "hihg"], ["low", "high"]),
        lambda: steps([0, 1], ["low", "hihg"], ["low", "high"]),
    ],
)
def test_a_score_or_level_that_is_not_among_those_given_is_refused(call):
    with pytest.raises(ContractError, match="not among those given"):
        call()


def test_absent_rows_are_counted_in_every_rate():
    found = rates_by_level([0, 1, None, 1], ["low", "low", "low", None], ["low"])
    assert {"outcome absent": 1, "group absent": 1} == found[0].excluded
    assert 2 == found[0].n


def test_text_is_no_score():
    with pytest.raises(ContractError, match="score"):
        rates_by_score([0, 1], ["1", "2"])


def test_neighbouring_levels_of_table_a_differ_by_newcombes_limits():
    lower, higher = steps(OUTCOME_A, LEVEL_A, LEVELS_A, counts=COUNTS_A)
    assert ("Low", "Moderate", "High") == (lower.lower, higher.lower, higher.higher)
    assert pytest.approx(0.231729055, abs=5e-10) == higher.difference.value
    assert pytest.approx((0.126698463, 0.343613937), abs=5e-10) == (higher.difference.low, higher.difference.high)
    assert not higher.inverted


def test_ratios_of_neighbouring_levels_are_risk_ratios():
    # epitools::riskratio.wald has Katz's limits against Low; Koopman's lie beside them.
    expected = R["or_rr_levels_pp"]["rr_wald"]
    outcome, _, text = compas()
    first, _ = steps(outcome, text, LEVELS)
    assert close(expected["estimate"][1]) == first.ratio.value
    katz = ratio(886, 1607, 1076, 3421, method="katz")
    assert close((expected["lower"][1], expected["upper"][1])) == (katz.low, katz.high)
    assert pytest.approx((katz.low, katz.high), abs=0.003) == (first.ratio.low, first.ratio.high)


def test_an_inversion_is_flagged_and_tested():
    (step,) = steps([0, 1, 0, 1], [1, 1, 2, 2], [1, 2], counts=[60, 40, 70, 30])
    assert step.inverted
    assert pytest.approx(-0.1) == step.difference.value
    assert (
        pytest.approx(2 * 0.5 * math.erfc(0.1 / math.sqrt(0.35 * 0.65 * 0.02) / math.sqrt(2)))
        == step.difference.p_value
    )
    assert {"lower": 1, "higher": 2} == step.difference.at


def test_an_empty_level_between_two_is_passed_over():
    (step,) = steps([0, 1], ["low", "high"], ["low", "middle", "high"])
    assert ("low", "high") == (step.lower, step.higher)


def test_shares_of_all_levels_hold_together_at_wilsons_limits_of_a_higher_level():
    shares = shares_by_level(["a", "b", None], ["a", "b", "c"], counts=[60, 40, 7])
    low, high = limits(np.array([60, 40, 0]), 100, level=1 - 0.05 / 3)
    assert pytest.approx(low.tolist(), abs=1e-12) == [share.low for share in shares]
    assert pytest.approx(high.tolist()) == [share.high for share in shares]
    assert [("a", 0.6, 100), ("b", 0.4, 100), ("c", 0.0, 100)] == [(s.at["level"], s.value, s.n) for s in shares]
    assert {"group absent": 7} == dict(shares[0].excluded)
    assert ["not_estimable"] * 2 == [share.status for share in shares_by_level([], ["a", "b"])]
