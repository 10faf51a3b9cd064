"""Fine and Gray's model against cmprsk, and against Cox where nobody has a competing event."""

import math

import numpy as np
import pytest
from follow_up_data import EVENT, SCORE, TIME, expanded, random_follow_up

from reference import data, r_values
from rvn.validation.follow_up.cox import cox_regression, hazard_ratio
from rvn.validation.follow_up.fine_gray import fine_gray_regression, subdistribution_hazard_ratio

R = r_values("survival")


def test_it_is_that_of_crr():
    frame, expected = data("melanoma"), R["finegray_melanoma"]
    predictors = {"sexMale": (frame["sex"] == "Male").astype(int), "thick": frame["thick"], "age": frame["age"]}
    model = fine_gray_regression(frame["time"], frame["status"], predictors)
    assert expected["terms"] == [row.at["term"] for row in model.coefficients]
    # crr stops climbing earlier than we do.
    assert pytest.approx(expected["coef"], rel=1e-8) == [row.value for row in model.coefficients]
    assert pytest.approx(expected["se"], rel=1e-8) == [row.se for row in model.coefficients]
    assert pytest.approx(expected["loglik"], rel=1e-10) == model.log_likelihood
    assert pytest.approx(np.square(expected["se"]), rel=1e-8) == np.diag(model.covariance)


@pytest.mark.parametrize("seed", range(3))
def test_without_competing_events_it_is_cox_with_robust_errors(seed):
    sample = expanded(random_follow_up(seed, competing=False))
    everybody = np.arange(len(sample["time"]))
    expected = hazard_ratio(**sample, ties="breslow", cluster=everybody)
    found = subdistribution_hazard_ratio(**sample)
    assert pytest.approx((expected.value, expected.se, expected.low)) == (found.value, found.se, found.low)
    assert ("nobody had a competing event",) == found.notes


@pytest.mark.parametrize("seed", range(3))
def test_without_censoring_those_with_a_competing_event_stay_at_risk_for_ever(seed):
    sample = expanded(random_follow_up(seed))
    event = np.where(sample["event"] == 0, 1, sample["event"])
    found = subdistribution_hazard_ratio(sample["time"], event, sample["score"])
    time = np.where(event == 1, sample["time"], 99.0)
    model = cox_regression(time, event == 1, {"score": sample["score"]}, ties="breslow")
    assert pytest.approx(math.exp(model.coefficients[0].value)) == found.value


@pytest.mark.parametrize("seed", range(3))
def test_counts_are_repeated_rows(seed):
    sample = random_follow_up(seed)
    once, repeated = subdistribution_hazard_ratio(**sample), subdistribution_hazard_ratio(**expanded(sample))
    assert repeated.to_record() == once.to_record()


def test_it_differs_from_the_cause_specific_ratio():
    # Table B: competing events end the follow-up of one, not of the other.
    cause = hazard_ratio(TIME, EVENT, SCORE, ties="breslow")
    found = subdistribution_hazard_ratio(TIME, EVENT, SCORE)
    assert pytest.approx(0.668878555, rel=1e-8) == math.log(cause.value)
    assert found.value < cause.value


@pytest.mark.parametrize(
    ("event", "score"), [([0, 2, 0, 2], [1, 2, 3, 4]), ([1, 2, 0, 1], [1, 1, 1, 1]), ([1, 2, 0, 0], [9, 1, 1, 1])]
)
def test_without_events_or_differences_or_a_maximum_it_is_not_estimable(event, score):
    found = subdistribution_hazard_ratio([1, 2, 3, 4], event, score)
    assert "not_estimable" == found.status
    assert math.isnan(found.value)
    assert math.isnan(found.high)
