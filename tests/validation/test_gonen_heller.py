import math

import numpy as np
import pytest
from follow_up_data import expanded, random_follow_up
from scipy.special import expit

from reference import data, r_values
from rvn.validation.follow_up.cox import cox_regression, hazard_ratio
from rvn.validation.follow_up.gonen_heller import gonen_heller_c

ROSSI = data("rossi")
PREDICTORS = {"prio": ROSSI["prio"], "age": ROSSI["age"], "fin": ROSSI["fin"] == "yes"}


def linear_predictor():
    model = cox_regression(ROSSI["week"], ROSSI["arrest"], PREDICTORS)
    coefficients = [row.value for row in model.coefficients]
    return sum(value * column.astype(float) for value, column in zip(coefficients, PREDICTORS.values(), strict=True))


def test_people_of_equal_scores_count_half_where_survauc_gives_them_no_credit():
    """survAUC 1.3.0 has 0.6362 for Rossi's model, because the pairs of equal predictions add nothing to its sum."""
    line = linear_predictor().round(12).to_numpy()
    found = gonen_heller_c(ROSSI["week"], ROSSI["arrest"], line)
    pairs = expit(np.abs(line[:, None] - line))[np.triu_indices(len(line), 1)]
    assert pytest.approx(pairs.mean(), rel=1e-7) == found.value
    expected = r_values("time_dependent")["gonen_heller_rossi"]["ghci"]
    assert pytest.approx(expected, rel=1e-8) == pairs[pairs > 0.5].sum() / len(pairs)
    assert pytest.approx(0.638799, abs=1e-6) == found.value


def test_the_error_is_that_of_leaving_people_out():
    sample = random_follow_up(3, 150, competing=False)
    people = {name: sample[name] for name in ("time", "event", "score")}
    left_out = [
        gonen_heller_c(**{name: np.delete(array, row) for name, array in people.items()}).value for row in range(150)
    ]
    found = gonen_heller_c(**people, method="wald")
    assert pytest.approx(math.sqrt(149 * np.var(left_out)), rel=0.05) == found.se


def test_counts_are_repeated_rows_and_a_score_turned_round_has_the_rest():
    sample = random_follow_up(5)
    one, other = gonen_heller_c(**sample), gonen_heller_c(**expanded(sample))
    assert pytest.approx((one.value, one.se, one.low), rel=1e-10) == (other.value, other.se, other.low)
    turned = gonen_heller_c(**{**sample, "score": -sample["score"]})
    assert pytest.approx((1 - one.value, 1 - one.high), rel=1e-10) == (turned.value, turned.low)


def test_censoring_that_biases_harrells_c_leaves_it_alone():
    """Of 20,000 people with hazards e^score, all followed to the event or most of them only to an early day."""
    rng = np.random.default_rng(2)
    score = rng.integers(0, 4, 20_000).astype(float)
    time = rng.exponential(np.exp(-score))
    truth = expit(np.abs(np.arange(4) - np.arange(4)[:, None])).mean()
    whole = gonen_heller_c(time, np.ones(20_000), score)
    early = gonen_heller_c(np.minimum(time, 0.1), time <= 0.1, score)
    assert whole.low < truth < whole.high
    assert early.low < truth < early.high


def test_without_a_hazard_ratio_there_is_none():
    for time, event, score in (([1, 2, 3], [0, 0, 0], [1, 2, 3]), ([1, 2, 3], [1, 1, 0], [3, 2, 1])):
        found = gonen_heller_c(time, event, score)
        assert hazard_ratio(time, event, score).status == found.status != "ok"
        assert math.isnan(found.value)
        assert math.isnan(found.low)
