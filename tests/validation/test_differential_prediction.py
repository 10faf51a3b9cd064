"""By how much a score means another risk in another group, against R's glm and coxph."""

import math

import numpy as np
import pytest

from reference import compas_filtered, data, r_values
from rvn.errors import ContractError
from rvn.validation.calibration.line import logistic_calibration
from rvn.validation.follow_up.cox import cox_regression
from rvn.validation.groups.differential_prediction import (
    differential_prediction_by_group,
    differential_prediction_in_time,
)
from rvn.validation.groups.parts import EVERYONE_ELSE

LOGISTIC = r_values("logistic")
COX = r_values("survival")["coxph_compas_race_interaction"]
CLEARY = {
    "cleary_race_pp": ("race", ["African-American", "Caucasian"]),
    "cleary_sex_pp": ("sex", ["Female", "Male"]),
}


def of_two(record):
    column, (own, base) = CLEARY[record]
    frame = compas_filtered()
    frame = frame[frame[column].isin([own, base])]
    return differential_prediction_by_group(
        frame["two_year_recid"], frame["decile_score"], frame[column], reference=base
    )


@pytest.mark.parametrize("record", CLEARY)
def test_intercept_and_slope_are_those_of_glm(record):
    found, expected = of_two(record), LOGISTIC[record]
    for row, model in ((found.intercepts[0], expected["m1"]), (found.slopes[0], expected["m2"])):
        assert pytest.approx(model["coef"][-1], rel=1e-6) == math.log(row.value)
        # R's glm stops before the last digits of its errors; see as_r.py.
        assert pytest.approx(model["se"][-1], rel=1e-5) == row.se
        limits = (model["ci95_profile_lower"][-1], model["ci95_profile_upper"][-1])
        # R interpolates its profile by a spline.
        assert pytest.approx(limits, abs=2e-5) == (math.log(row.low), math.log(row.high))


@pytest.mark.parametrize("record", CLEARY)
def test_of_two_groups_the_tests_over_all_groups_are_those_of_the_one_compared(record):
    found, expected = of_two(record), LOGISTIC[record]["lrt"]
    for test in found.tests:
        assert pytest.approx(expected[test.at["test"]]["chisq"], rel=1e-8) == test.statistic
    assert pytest.approx(expected["intercept"]["p"], rel=1e-7) == found.intercepts[0].p_value
    assert pytest.approx(expected["slope"]["p"], rel=1e-7) == found.slopes[0].p_value


def test_for_the_logit_of_a_risk_the_slope_ratio_is_that_of_calibration_slopes():
    frame = data("compas").merge(data("compas_pred"), on="id")
    logit = np.log(frame["p_model"] / (1 - frame["p_model"]))
    found = differential_prediction_by_group(frame["two_year_recid"], logit, frame["sex"], reference="Male")
    slopes = [
        logistic_calibration(frame.loc[rows, "two_year_recid"], frame.loc[rows, "p_model"]).slope.value
        for rows in (frame["sex"] == "Female", frame["sex"] == "Male")
    ]
    assert pytest.approx(slopes[0] - slopes[1], rel=1e-6) == math.log(found.slopes[0].value)


def test_each_group_is_compared_in_a_model_of_it_and_the_reference_and_adjusted():
    frame = compas_filtered()
    columns = [frame[name] for name in ("two_year_recid", "decile_score", "race")]
    found = differential_prediction_by_group(*columns, reference="Caucasian")
    alone = of_two("cleary_race_pp")
    assert alone.intercepts[0].value == found.intercepts[0].value
    assert (5, 5) == (len(found.intercepts), len(found.slopes))
    assert all("Holm, 5 tests" in row.notes[-1] for row in (*found.intercepts, *found.slopes))
    few = {row.at["group"] for row in found.intercepts if row.status == "sparse"}
    assert {"Asian", "Native American"} == few
    assert [5.0, 5.0, 10.0] == [test.df for test in found.tests]
    assert {"sparse"} == {test.status for test in found.tests}


def test_everyone_else_is_all_the_others():
    frame = compas_filtered()
    outcome, score, race = (frame[name] for name in ("two_year_recid", "decile_score", "race"))
    found = differential_prediction_by_group(outcome, score, race, reference=EVERYONE_ELSE)
    alone = differential_prediction_by_group(outcome, score, race == "Other", reference=False)
    assert pytest.approx(alone.intercepts[0].value) == found.intercepts[-1].value
    assert pytest.approx(alone.slopes[0].low) == found.slopes[-1].low


def test_a_group_without_events_is_separated_and_has_a_finite_value():
    outcome, score, group = [0, 1, 0, 1, 0, 0], [1, 1, 2, 2, 1, 2], ["a"] * 4 + ["b"] * 2
    found = differential_prediction_by_group(outcome, score, group, counts=[40, 20, 20, 40, 30, 30])
    row = found.intercepts[0]
    assert "separated" == row.status
    assert 0 < row.value < 0.1
    assert any("b has 0 cases and 60 non-cases" in note for note in row.notes)


def test_one_score_for_all_has_no_slope():
    found = differential_prediction_by_group([0, 1] * 2, [1] * 4, ["a", "a", "b", "b"], counts=[30] * 4)
    assert "not_estimable" == found.slopes[0].status


def test_counts_equal_repeated_rows():
    generator = np.random.default_rng(6)
    outcome, score, group = (generator.integers(0, high, 40) for high in (2, 4, 3))
    counts = generator.integers(0, 4, 40)
    again = generator.permutation(np.repeat(np.arange(40), counts))
    counted = differential_prediction_by_group(outcome, score, group, counts=counts)
    assert repr(counted) == repr(differential_prediction_by_group(outcome[again], score[again], group[again]))
    time = generator.integers(1, 9, 40)
    counted = differential_prediction_in_time(time, outcome, score, group, counts=counts)
    repeated = differential_prediction_in_time(time[again], outcome[again], score[again], group[again])
    assert repr(counted) == repr(repeated)


def compas_times():
    frame = data("compas")
    frame = frame[(frame["end"] > frame["start"]) & frame["race"].isin(["African-American", "Caucasian"])]
    return frame["end"] - frame["start"], frame["event"], frame["decile_score"], frame["race"]


def test_in_time_the_slope_is_the_product_of_coxph():
    time, event, score, race = compas_times()
    found = differential_prediction_in_time(time, event, score, race, reference="Caucasian")
    (row,) = found.slopes
    assert ("slope_ratio", COX["n"], COX["events"]) == (row.name, row.n, row.n_events)
    assert pytest.approx((COX["hr"][2], COX["hr_lower"][2], COX["hr_upper"][2]), rel=1e-6) == (
        row.value,
        row.low,
        row.high,
    )
    assert pytest.approx(COX["se"][2], rel=1e-6) == row.se
    assert pytest.approx(COX["p"][2], rel=1e-6) == row.p_value
    alone = cox_regression(time, event, {"score": score})
    tests = {test.at["test"]: test for test in found.tests}
    assert pytest.approx(2 * (COX["loglik"][1] - alone.log_likelihood), rel=1e-7) == tests["overall"].statistic
    assert pytest.approx(tests["intercept"].value + tests["slope"].value) == tests["overall"].value
    assert [1.0, 1.0, 2.0] == [test.df for test in found.tests]
    both = cox_regression(time, event, {"score": score, "black": race == "African-American"})
    (row,) = found.intercepts
    assert pytest.approx(math.exp(both.coefficients[1].value)) == row.value
    assert "hazard_ratio_at_equal_score" == row.name
    # The likelihood-ratio test and Wald's are of one hypothesis.
    assert pytest.approx(row.statistic**2, rel=0.02) == tests["intercept"].statistic


def test_in_time_a_group_without_events_has_no_estimate():
    time, event, score, group = [1, 2, 3, 4, 5, 6], [1, 0, 1, 1, 0, 0], [2, 1, 1, 2, 1, 2], ["a"] * 4 + ["b"] * 2
    found = differential_prediction_in_time(time, event, score, group, counts=[30] * 6)
    (row,) = found.intercepts
    assert row.status in ("not_estimable", "separated")
    assert math.isnan(row.value)
    assert any("b has 0 cases and 60 non-cases" in note for note in row.notes)
    assert {"not_estimable"} == {test.status for test in found.tests}


@pytest.mark.parametrize("groups", [["a"] * 4, []])
def test_one_group_has_nothing_to_compare(groups):
    size = len(groups)
    found = differential_prediction_in_time([1, 2, 3, 4][:size], [1, 0, 1, 0][:size], [2, 1, 1, 2][:size], groups)
    assert ((), ()) == (found.intercepts, found.slopes)
    assert {test.status for test in found.tests} <= {"not_estimable"}
    found = differential_prediction_by_group([1, 0, 1, 0][:size], [2, 1, 1, 2][:size], groups)
    assert ((), ()) == (found.intercepts, found.slopes)
    assert {"not_estimable"} == {test.status for test in found.tests}


def test_absent_values_are_counted_out():
    outcome, score, group = [0, 1, 0, 1, 1], [1, 2, 2, 1, None], ["a", "a", "b", "b", "b"]
    found = differential_prediction_by_group(outcome, score, group, counts=[9, 9, 9, 9, 4])
    assert {"score absent": 4} == found.tests[0].excluded == found.intercepts[0].excluded
    found = differential_prediction_in_time([1, 2, 3, 4, 5], outcome, score, group, counts=[9, 9, 9, 9, 4])
    assert {"score absent": 4} == found.tests[0].excluded == found.slopes[0].excluded


def test_contracts():
    with pytest.raises(ContractError, match="must hold only 0 and 1"):
        differential_prediction_by_group([0, 2], [1, 2], ["a", "b"])
    with pytest.raises(ContractError, match="nobody is in the reference"):
        differential_prediction_by_group([0, 1], [1, 2], ["a", "b"], reference="c")
    with pytest.raises(ContractError, match="a confidence level lies between 0 and 1"):
        differential_prediction_by_group([0, 1], [1, 2], ["a", "b"], level=95)
    with pytest.raises(ContractError, match="negative"):
        differential_prediction_in_time([-1, 2], [1, 0], [1, 2], ["a", "b"])
