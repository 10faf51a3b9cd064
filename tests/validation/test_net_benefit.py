"""Decision curves against dcurves and rmda."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.cutoffs.net_benefit import best_ranges, decision_curve

R = r_values("utility")
PEOPLE_A = np.array([21, 63, 92, 83, 56, 48, 23, 10, 4])
EVENTS_A = np.array([0, 6, 3, 13, 12, 13, 10, 6, 1])
COUNTS_A = np.concatenate([PEOPLE_A - EVENTS_A, EVENTS_A])
OUTCOME_A = [0] * 9 + [1] * 9
SCORE_A = np.array(list(range(9)) * 2)
RISK_A = 1 / (1 + np.exp(2.4 - 0.35 * SCORE_A))
ROWS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 4), st.integers(1, 4)), min_size=1, max_size=12)


def close(expected: object) -> object:
    return pytest.approx(expected, rel=1e-9, abs=1e-14)


def validation_half() -> pd.DataFrame:
    return data("compas").merge(data("compas_pred"), on="id")


def table(record: str, variable: str) -> pd.DataFrame:
    frame = pd.DataFrame(R[record])
    return frame[frame["variable"] == variable]


def test_the_curve_of_the_model_is_that_of_dcurves():
    expected, frame = table("dca_binary_val", "p_model"), validation_half()
    found = decision_curve(frame["two_year_recid"], frame["p_model"], expected["threshold"])
    assert close(expected["net_benefit"].tolist()) == [point.net_benefit.value for point in found]
    everybody = table("dca_binary_val", "all")
    assert close(everybody["net_benefit"].tolist()) == [point.treat_all for point in found]


@pytest.mark.parametrize("column", ["p_decile", "p_naive"])
def test_a_risk_equal_to_the_threshold_but_for_rounding_is_acted_upon(column):
    # p_naive is .05, .15, ..., .95. dcurves compares with the double that seq() made: where that is one bit too high
    # (.15000000000000002) it leaves out the people at the threshold, where it is not (.05) it does not.
    expected, frame = table("dca_binary_val", column), validation_half()
    found = decision_curve(frame["two_year_recid"], frame[column], expected["threshold"])
    differing = []
    for threshold, value, point in zip(expected["threshold"], expected["net_benefit"], found, strict=True):
        at_bit = (frame[column] < threshold) & (frame[column] > threshold - 1e-12)
        if not at_bit.any():
            assert close(value) == point.net_benefit.value
            continue
        differing.append(round(threshold, 2))
        cases = frame["two_year_recid"][at_bit]
        gain = (cases.sum() - (1 - cases).sum() * threshold / (1 - threshold)) / len(frame)
        assert close(value + gain) == point.net_benefit.value
    assert ([0.15, 0.35, 0.65, 0.75, 0.85] if column == "p_naive" else []) == differing


def test_interventions_avoided_are_those_of_dcurves_per_hundred():
    expected, frame = table("dca_interventions_avoided", "p_model"), validation_half()
    found = decision_curve(frame["two_year_recid"], frame["p_model"], expected["threshold"])
    avoided = [point.interventions_avoided / 100 for point in found]
    assert pytest.approx(expected["net_intervention_avoided"].tolist(), rel=1e-9) == avoided


def test_a_prevalence_from_elsewhere_is_used_as_dcurves_does():
    expected, frame = table("dca_prevalence_adjusted", "p_model"), validation_half()
    found = decision_curve(frame["two_year_recid"], frame["p_model"], expected["threshold"], prevalence=0.2)
    assert close(expected["net_benefit"].tolist()) == [point.net_benefit.value for point in found]
    everybody = table("dca_prevalence_adjusted", "all")
    assert close(everybody["net_benefit"].tolist()) == [point.treat_all for point in found]


def test_the_standardised_curve_is_that_of_rmda():
    # rmda acts above the threshold, not at it; nobody's risk by the model is a round number.
    frame = validation_half()
    expected = pd.DataFrame(R["rmda_val"]).iloc[:9]
    found = decision_curve(frame["two_year_recid"], frame["p_model"], expected["thresholds"])
    assert close(expected["NB"].tolist()) == [point.net_benefit.value for point in found]
    assert close(expected["sNB"].tolist()) == [point.standardised.value for point in found]


def test_table_a_at_a_threshold_of_a_fifth():
    (point,) = decision_curve(OUTCOME_A, RISK_A, [0.2], counts=COUNTS_A)
    assert pytest.approx(0.031875) == point.net_benefit.value
    assert pytest.approx(-0.05) == point.treat_all
    (cut,) = decision_curve(OUTCOME_A, np.where(SCORE_A >= 5, 0.9, 0.1), [0.2], counts=COUNTS_A)
    assert pytest.approx((0.2539062, 0.0738339), abs=5e-8) == (cut.standardised.value, cut.standardised.se)


def test_the_error_of_the_net_benefit_is_that_of_a_mean():
    (point,) = decision_curve(OUTCOME_A, RISK_A, [0.2], counts=COUNTS_A)
    acts = RISK_A >= 0.2
    gains = np.repeat(np.where(acts, np.where(np.array(OUTCOME_A) == 1, 1.0, -0.25), 0.0), COUNTS_A)
    assert pytest.approx(gains.mean()) == point.net_benefit.value
    assert pytest.approx(gains.std() / math.sqrt(400)) == point.net_benefit.se
    assert pytest.approx(gains.mean() - 1.959963984540054 * gains.std() / 20) == point.net_benefit.low


def test_the_error_with_a_known_prevalence_is_that_of_two_binomials():
    (point,) = decision_curve(OUTCOME_A, RISK_A, [0.2], counts=COUNTS_A, prevalence=0.1)
    acts = np.repeat(RISK_A >= 0.2, COUNTS_A)
    case = np.repeat(OUTCOME_A, COUNTS_A) == 1
    sensitivity, false_rate = acts[case].mean(), acts[~case].mean()
    expected = 0.1**2 * sensitivity * (1 - sensitivity) / 64 + (0.25 * 0.9) ** 2 * false_rate * (1 - false_rate) / 336
    assert pytest.approx(math.sqrt(expected)) == point.net_benefit.se
    assert pytest.approx(point.net_benefit.se / 0.1) == point.standardised.se


@given(ROWS, st.sampled_from([0.1, 0.25, 0.6]))
def test_counts_are_rows_repeated(rows, threshold):
    outcome, score, counts = (np.array(column) for column in zip(*rows, strict=True))
    long = decision_curve(np.repeat(outcome, counts), np.repeat(score / 5, counts), [threshold])
    assert repr(long) == repr(decision_curve(outcome, score / 5, [threshold], counts=counts))


@given(ROWS, st.floats(0.01, 0.99))
def test_in_its_range_no_cut_is_better(rows, threshold):
    outcome, score, counts = (np.array(column) for column in zip(*rows, strict=True))
    ranges = best_ranges(outcome, score, counts=counts)
    assert (0.0, 1.0) == (ranges[0].low, ranges[-1].high)
    assert all(before.high == after.low for before, after in itertools.pairwise(ranges))

    def worth(cut: float) -> float:
        acted = score >= cut
        return float((counts * acted * (outcome * (1 - threshold) - (1 - outcome) * threshold)).sum())

    (best,) = (one.cut for one in ranges if one.low <= threshold < one.high)
    assert pytest.approx(max(worth(cut) for cut in [*set(score), math.inf])) == worth(best)


def test_the_ranges_of_table_a_change_at_its_isotonic_rates():
    ranges = best_ranges(OUTCOME_A, SCORE_A, counts=COUNTS_A)
    assert [1, 3, 4, 5, 6, 7, math.inf] == [one.cut for one in ranges]
    edges = [0, 0.0580645161, 0.156626506, 0.214285714, 0.270833333, 0.434782609, 0.5]
    assert pytest.approx(edges, abs=5e-10) == [one.low for one in ranges]


def test_without_cases_nothing_is_gained_and_nothing_standardised():
    (point,) = decision_curve([0, 0], [0.1, 0.9], [0.5])
    assert -0.5 == point.net_benefit.value
    assert "not_estimable" == point.standardised.status
    (adjusted,) = decision_curve([0, 0], [0.1, 0.9], [0.5], prevalence=0.3)
    assert "not_estimable" == adjusted.net_benefit.status


def test_acting_on_nobody_is_worth_nothing_and_has_no_error():
    (point,) = decision_curve([0, 1], [0.1, 0.2], [0.5])
    assert (0.0, "degenerate") == (point.net_benefit.value, point.net_benefit.status)


def test_a_sample_of_nobody_has_no_curve():
    (point,) = decision_curve([None], [0.5], [0.5])
    assert "not_estimable" == point.net_benefit.status
    assert math.isnan(point.treat_all)
    assert () == best_ranges([None], [1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"risk": [0.5, 3]}, "raw score"),
        ({"risk": [0.5, -0.1]}, "raw score"),
        ({"thresholds": [0.0]}, "thresholds"),
        ({"thresholds": [1.0]}, "thresholds"),
        ({"thresholds": [None]}, "thresholds"),
        ({"prevalence": 20}, "prevalence"),
    ],
)
def test_what_is_no_probability_is_refused(arguments, message):
    with pytest.raises(ContractError, match=message):
        decision_curve(**{"outcome": [0, 1], "risk": [0.1, 0.2], "thresholds": [0.5], **arguments})
