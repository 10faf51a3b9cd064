from __future__ import annotations

import math

import numpy as np
import pytest
from follow_up_data import EVENT, SCORE, TIME, expanded, random_follow_up

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.follow_up.proportionality import proportionality


def test_coxph_zph_rossi():
    frame, expected = data("rossi"), r_values("survival")["coxph_zph_rossi"]
    predictors = {"fin": frame["fin"] == "yes", "age": frame["age"], "prio": frame["prio"]}
    tests = proportionality(frame["week"], frame["arrest"], predictors)
    assert expected["chisq"] == pytest.approx([test.statistic for test in tests], rel=1e-6)
    assert expected["df"] == [test.df for test in tests]
    assert expected["p"] == pytest.approx([test.p_value for test in tests], rel=1e-6)
    assert expected["_rows"][:3] == [test.at["term"] for test in tests[:3]]
    assert (tests[3].name, tests[3].value) == ("proportionality_overall", tests[3].statistic)
    # rho as printed by cox.zph before survival 3.0, in Fox & Weisberg's appendix on Cox regression for this model.
    assert pytest.approx([test.value for test in tests[:3]], abs=5e-6) == [-0.00657, -0.20976, -0.08004]


def test_table_b():
    [test] = proportionality(TIME, EVENT, {"score": SCORE})
    assert (test.statistic, test.p_value) == pytest.approx((0.251406118, 0.616086722), rel=1e-8)


@pytest.mark.parametrize("seed", range(3))
def test_counts_are_the_same_as_repeated_rows(seed):
    sample = random_follow_up(seed)
    one, counts = expanded(sample), sample["counts"]
    site = np.arange(len(counts)) % 2
    [counted] = proportionality(sample["time"], sample["event"], {"score": sample["score"]}, counts=counts, strata=site)
    [repeated] = proportionality(one["time"], one["event"], {"score": one["score"]}, strata=np.repeat(site, counts))
    assert (repeated.value, repeated.statistic) == pytest.approx((counted.value, counted.statistic), rel=1e-8)


def test_the_sign_of_rho_says_where_the_ratio_goes():
    early = proportionality([1, 2, 3, 4, 5, 5], [1, 1, 1, 1, 0, 0], {"point": [1, 1, 0, 0, 1, 0]})
    late = proportionality([1, 2, 3, 4, 5, 5], [1, 1, 1, 1, 0, 0], {"point": [0, 0, 1, 1, 1, 0]})
    assert early[0].value < 0 < late[0].value


@pytest.mark.parametrize(
    ("time", "event"), [([1, 1, 2, 2], [1, 1, 0, 0]), ([1, 2, 3, 4], [0, 0, 0, 0]), ([1, 2, 3, 4], [1, 0, 0, 0])]
)
def test_events_at_one_time_say_nothing_about_change(time, event):
    [test] = proportionality(time, event, {"point": [1, 0, 1, 0]})
    assert test.status == "not_estimable"
    assert math.isnan(test.value)
    assert test.p_value is None


def test_predictors_are_needed():
    with pytest.raises(ContractError, match="`predictors` is empty"):
        proportionality(TIME, EVENT, {})
