"""Smoothed rates against R's glm and isoreg, and ratios to the median score."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import compas_filtered, data, r_values
from rvn.errors import ContractError
from rvn.validation.estimate import Estimate
from rvn.validation.rates.smoothing import risk_ratios, smoothed_rates

PEOPLE_A = np.array([21, 63, 92, 83, 56, 48, 23, 10, 4])
EVENTS_A = np.array([0, 6, 3, 13, 12, 13, 10, 6, 1])
TABLE_A = {
    "outcome": [0] * 9 + [1] * 9,
    "score": list(range(9)) * 2,
    "counts": np.concatenate([PEOPLE_A - EVENTS_A, EVENTS_A]),
}
HAZARD = Estimate(name="hazard_ratio", value=1.3, se=0.05, scale="log", low=1.18, high=1.43, n=400, method="Cox")


def test_the_logistic_curve_and_its_limits_are_those_of_glm():
    expected = r_values("logistic")["glm_decile_pp"]
    frame = compas_filtered()
    intercept, slope = expected["coef"]
    # R keeps no covariance in the record: it is worked out from R's coefficients, and its diagonal compared with R's.
    scores, people = np.unique(frame["decile_score"], return_counts=True)
    risks = 1 / (1 + np.exp(-intercept - slope * scores))
    design = np.column_stack([np.ones(10), scores])
    covariance = np.linalg.inv((design.T * (people * risks * (1 - risks))) @ design)
    assert pytest.approx(expected["se"], rel=1e-6) == np.sqrt(np.diag(covariance)).tolist()
    errors = np.sqrt(np.einsum("ij,jk,ik->i", design, covariance, design))
    linear = intercept + slope * scores
    found = smoothed_rates(frame["two_year_recid"], frame["decile_score"])
    assert pytest.approx(risks.tolist(), rel=1e-6) == [rate.value for rate in found]
    assert pytest.approx(errors.tolist(), rel=1e-6) == [rate.se for rate in found]
    low = 1 / (1 + np.exp(-linear + 1.959963984540054 * errors))
    assert pytest.approx(low.tolist(), rel=1e-6) == [rate.low for rate in found]
    assert 6172 == found[0].n


def test_the_logistic_curve_of_table_a():
    found = smoothed_rates(**TABLE_A)
    expected = [1 / (1 + math.exp(3.36110572 - 0.48780249 * score)) for score in range(9)]
    assert pytest.approx(expected, rel=1e-7) == [rate.value for rate in found]


def test_the_isotonic_rates_of_table_a_are_those_of_isoreg():
    expected = [0, 0.0580645161, 0.0580645161, 0.156626506, 0.214285714, 0.270833333, 0.434782609, 0.5, 0.5]
    found = smoothed_rates(**TABLE_A, method="isotonic")
    assert pytest.approx(expected, abs=5e-10) == [rate.value for rate in found]
    assert all(math.isnan(rate.low) for rate in found)


@pytest.mark.parametrize("column", ["p_naive", "p_model"])
def test_the_isotonic_rates_at_four_risks_are_those_of_isoreg(column):
    expected = r_values("calibration")[f"isotonic_{column}"]
    frame = data("compas").merge(data("compas_pred"), on="id")
    found = smoothed_rates(frame["two_year_recid"], frame[column], scores=expected["at_p"], method="isotonic")
    assert pytest.approx(expected["isotonic_at_p"], rel=1e-9) == [rate.value for rate in found]


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5), st.integers(0, 4)), min_size=1, max_size=15))
def test_isotonic_rates_never_fall_and_keep_the_number_of_events(rows):
    outcome, score, counts = (np.array(column) for column in zip(*rows, strict=True))
    found = smoothed_rates(outcome, score, counts=counts, method="isotonic")
    values = [rate.value for rate in found]
    assert sorted(values) == values
    people = [counts[score == rate.at["score"]].sum() for rate in found]
    assert pytest.approx((outcome * counts).sum()) == np.dot(values, people)


def test_between_scores_isotonic_rates_are_steps_and_outside_there_are_none():
    rows = {"outcome": [0, 1, 0, 1], "score": [1, 1, 4, 4], "counts": [3, 1, 1, 3]}
    found = smoothed_rates(**rows, scores=[0, 1, 3.9, 4, 5], method="isotonic")
    assert ["not_estimable", "ok", "ok", "ok", "not_estimable"] == [rate.status for rate in found]
    assert [0.25, 0.25, 0.75] == [rate.value for rate in found[1:4]]


def test_the_logistic_curve_outside_the_scores_is_marked():
    found = smoothed_rates(**TABLE_A, scores=[-1, 0, 9])
    assert ["extrapolated", "ok", "extrapolated"] == [rate.status for rate in found]
    assert found[0].value < found[1].value < found[2].value


def test_separated_data_keep_a_finite_curve():
    found = smoothed_rates([0, 0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6, 7])
    assert {"separated"} == {rate.status for rate in found}
    # logistf: b 1.06895915, intercept -4.7804557
    assert pytest.approx(1 / (1 + math.exp(4.7804557 - 1.06895915 * 4)), rel=1e-6) == found[3].value


@pytest.mark.parametrize("outcome", [[0, 0], [1, 1], [None, None]])
def test_without_events_or_non_events_there_is_no_curve(outcome):
    found = smoothed_rates(outcome, [1, 2], scores=[1, 2])
    assert ["not_estimable"] * 2 == [rate.status for rate in found]
    assert math.isnan(found[0].value)


def test_a_sample_of_nobody_has_no_isotonic_rates():
    assert "not_estimable" == smoothed_rates([None], [1], scores=[1], method="isotonic")[0].status
    assert () == smoothed_rates([], [], method="isotonic")


def test_an_unknown_method_is_refused():
    with pytest.raises(ContractError, match="method"):
        smoothed_rates([0, 1], [1, 2], method="loess")


def test_ratios_are_powers_of_the_ratio_per_point_and_one_at_the_median():
    found = risk_ratios([0, 1, 2, 3], HAZARD, counts=[10, 25, 20, 5], scores=[0, 1, 4])
    assert pytest.approx([1.3**-1, 1.0, 1.3**3]) == [ratio.value for ratio in found]
    reach = 1.959963984540054 * 0.05
    assert pytest.approx((math.exp(3 * (math.log(1.3) - reach)), math.exp(3 * (math.log(1.3) + reach)))) == (
        found[2].low,
        found[2].high,
    )
    assert (1.0, 1.0) == (found[1].low, found[1].high)
    assert "hazard_ratio per point, against the median score 1" == found[0].method


@pytest.mark.parametrize(
    ("counts", "median"), [([1, 1, 0, 0], 0.5), ([1, 0, 0, 1], 1.5), ([1, 1, 1, 0], 1), ([1, 5, 1, 5], 1.5)]
)
def test_the_median_is_that_of_the_people(counts, median):
    assert np.median(np.repeat([0, 1, 2, 3], counts)) == median
    (ratio,) = risk_ratios([0, 1, 2, 3], HAZARD, counts=counts, scores=[median])
    assert 1.0 == ratio.value


def test_a_ratio_that_is_not_estimable_stays_so():
    nothing = Estimate(name="hazard_ratio", value=math.nan, scale="log", status="not_estimable")
    assert "not_estimable" == risk_ratios([0, 1], nothing)[0].status
    assert math.isnan(risk_ratios([0, 1], nothing)[0].value)


def test_a_coefficient_that_is_not_on_the_log_scale_is_refused():
    with pytest.raises(ContractError, match="log"):
        risk_ratios([0, 1], Estimate(name="slope", value=1.0, scale="identity"))
