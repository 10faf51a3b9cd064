"""What a two-by-two table says, against pROC, epiR and DescTools."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import compas_filtered, data, r_values
from rvn.errors import ContractError
from rvn.validation.cutoffs.accuracy import Accuracy, accuracy, predictive_values
from rvn.validation.rates.proportions import ratio

R = r_values("roc")
PEOPLE_A = np.array([21, 63, 92, 83, 56, 48, 23, 10, 4])
EVENTS_A = np.array([0, 6, 3, 13, 12, 13, 10, 6, 1])
TABLE_A = {
    "outcome": [0] * 9 + [1] * 9,
    "score": list(range(9)) * 2,
    "counts": np.concatenate([PEOPLE_A - EVENTS_A, EVENTS_A]),
}
ROWS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=20)


def close(expected: object) -> object:
    return pytest.approx(expected, rel=1e-9, abs=1e-14)


def sample_of(record: str) -> tuple[object, object]:
    if "asah" in record:
        frame = data("aSAH")
        return (frame["outcome"] == "Poor").astype(int), frame["s100b"]
    if "psa" in record:
        frame = data("psa_dane")
        return (frame["y_nvca"], frame["nvca_flag"]) if "nvca" in record else (frame["y_nca"], frame["nca_score"])
    if "medium_plus" in record:
        frame = data("compas")
        return frame["two_year_recid"], (frame["score_text"] != "Low").astype(int)
    frame = compas_filtered()
    return frame["two_year_recid"], frame["decile_score"]


@pytest.mark.parametrize("record", ["coords_compas_decile_pp", "coords_psa_nca"])
def test_every_cut_has_the_table_of_proc(record):
    expected = R[record]
    rows = accuracy(*sample_of(record))
    # The first point of pROC, everybody positive, is our lowest cut; its last, nobody, is above every score.
    for place, row in enumerate(rows):
        counts = (row.true_positives, row.false_positives, row.false_negatives, row.true_negatives)
        assert tuple(round(expected[name][place]) for name in ("tp", "fp", "fn", "tn")) == counts
        for name, share in (
            ("sensitivity", row.sensitivity),
            ("specificity", row.specificity),
            ("ppv", row.positive_predictive_value),
            ("npv", row.negative_predictive_value),
            ("accuracy", row.accuracy),
        ):
            value = expected[name][place]
            assert (close(value) == share.value) if value != "NaN" else math.isnan(share.value)
        assert close(expected["youden"][place] - 1) == row.youden.value
    assert len(expected["tp"]) - 1 == len(rows)


EPIR = {
    "epi_tests_compas_medium_plus": 1,
    "epi_tests_compas_high_pp": 8,
    "epi_tests_psa_nvca": 1,
}


def row_of(record: str, method: str = "wilson") -> Accuracy:
    (row,) = accuracy(*sample_of(record), cuts=[EPIR[record]], method=method)
    return row


@pytest.mark.parametrize("method", ["wilson", "exact"])
@pytest.mark.parametrize("record", EPIR)
def test_shares_and_their_limits_are_those_of_epir(record, method):
    expected = R[record][method]
    row = row_of(record, method)
    for name, share in {
        "ap": row.flagged,
        "se": row.sensitivity,
        "sp": row.specificity,
        "pv.pos": row.positive_predictive_value,
        "pv.neg": row.negative_predictive_value,
        "diag.ac": row.accuracy,
    }.items():
        assert close(expected[name]["est"]) == share.value
        assert close(expected[name]["lower"]) == share.low
        assert close(expected[name]["upper"]) == share.high


@pytest.mark.parametrize("record", EPIR)
def test_likelihood_ratios_have_koopmans_limits_where_epir_has_katzs(record):
    expected, row = R[record]["wilson"], row_of(record)
    cases = row.true_positives + row.false_negatives
    others = row.true_negatives + row.false_positives
    for name, found, of_two in (
        ("lr.pos", row.positive_likelihood_ratio, (row.true_positives, cases, row.false_positives, others)),
        ("lr.neg", row.negative_likelihood_ratio, (row.false_negatives, cases, row.true_negatives, others)),
    ):
        assert close(expected[name]["est"]) == found.value
        katz = ratio(*of_two, method="katz")
        assert close((expected[name]["lower"], expected[name]["upper"])) == (katz.low, katz.high)
        koopman = ratio(*of_two)
        assert (koopman.low, koopman.high) == (found.low, found.high)


@pytest.mark.parametrize("record", EPIR)
def test_youdens_limits_are_narrower_than_the_sum_of_limits_that_epir_gives(record):
    # epiR adds the limits of sensitivity and specificity, which covers too much: .2710 to .3333 where Newcombe's are
    # .2804 to .3240 (Medium or High). The value is the same.
    expected, row = R[record]["wilson"]["youden"], row_of(record)
    assert close(expected["est"]) == row.youden.value
    assert expected["lower"] < row.youden.low < row.youden.value < row.youden.high < expected["upper"]
    assert close(expected["lower"]) == row.sensitivity.low + row.specificity.low - 1


def test_cut_5_of_table_a():
    (row,) = accuracy(**TABLE_A, cuts=[5])
    assert (30, 55, 34, 281) == (row.true_positives, row.false_positives, row.false_negatives, row.true_negatives)
    assert pytest.approx(85 / 30) == row.number_needed_to_detain.value
    assert pytest.approx(281 / 34) == row.number_safely_discharged.value
    share = row.positive_predictive_value
    assert (1 / share.high, 1 / share.low) == (row.number_needed_to_detain.low, row.number_needed_to_detain.high)
    assert {"cut": 5} == row.number_needed_to_detain.at == row.youden.at


def test_a_score_on_the_cut_is_positive():
    (row,) = accuracy([1, 0], [3, 2.99], cuts=[3])
    assert (1, 0, 0, 1) == (row.true_positives, row.false_positives, row.false_negatives, row.true_negatives)


@given(ROWS)
def test_counts_are_rows_repeated(rows):
    outcome, score, counts = (np.array(column) for column in zip(*rows, strict=True))
    long = accuracy(np.repeat(outcome, counts), np.repeat(score, counts))
    assert repr(long) == repr(accuracy(outcome, score, counts=counts))


@given(ROWS, st.floats(-1, 6))
def test_every_cut_splits_the_same_people(rows, cut):
    outcome, score, counts = (np.array(column) for column in zip(*rows, strict=True))
    (row,) = accuracy(outcome, score, counts=counts, cuts=[cut])
    assert counts.sum() == row.true_positives + row.false_positives + row.false_negatives + row.true_negatives
    assert counts[score >= cut].sum() == row.true_positives + row.false_positives
    assert (counts * outcome)[score < cut].sum() == row.false_negatives


def test_shares_of_nobody_are_not_estimable_and_numbers_of_no_case_infinite():
    low, high = accuracy([0, 0, 1], [1, 2, 1], cuts=[1, 3])
    assert "not_estimable" == low.negative_predictive_value.status == high.positive_predictive_value.status
    assert math.isnan(low.number_safely_discharged.value)
    assert math.isnan(high.number_needed_to_detain.value)
    (none,) = accuracy([0, 1], [2, 1], cuts=[2])
    assert (math.inf, "degenerate") == (none.number_needed_to_detain.value, none.number_needed_to_detain.status)
    assert none.number_needed_to_detain.low < none.number_needed_to_detain.high == math.inf


def test_without_cases_sensitivity_is_not_estimable():
    (row,) = accuracy([0, 0], [1, 2], cuts=[2])
    assert "not_estimable" == row.sensitivity.status == row.youden.status == row.positive_likelihood_ratio.status
    assert 0.5 == row.specificity.value


def test_absent_rows_are_reported_in_every_estimate():
    (row,) = accuracy([0, 1, None], [1, 2, 2], counts=[4, 4, 3], cuts=[2])
    assert {"outcome absent": 3} == row.sensitivity.excluded == row.number_needed_to_detain.excluded


def test_absent_cuts_are_refused():
    with pytest.raises(ContractError, match="cuts"):
        accuracy([0, 1], [1, 2], cuts=[None])


def test_predictive_values_at_the_samples_own_base_rate_are_the_samples():
    row = row_of("epi_tests_compas_high_pp")
    found = predictive_values(row.sensitivity.value, row.specificity.value, 2809 / 6172)
    assert close((row.positive_predictive_value.value, row.negative_predictive_value.value)) == found


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_predictive_values_follow_bayes_rule_in_odds(sensitivity, specificity, base_rate):
    positive, negative = predictive_values(sensitivity, specificity, base_rate)
    odds = base_rate / (1 - base_rate)
    assert pytest.approx(odds * sensitivity / (1 - specificity)) == positive / (1 - positive)
    assert pytest.approx(odds * (1 - sensitivity) / specificity) == (1 - negative) / negative


def test_predictive_values_of_a_test_that_is_never_positive_are_half_there():
    positive, negative = predictive_values(0.0, 1.0, 0.3)
    assert math.isnan(positive)
    assert pytest.approx(0.7) == negative
    with pytest.raises(ContractError, match="base_rate"):
        predictive_values(0.5, 0.5, 30)
