from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from follow_up_data import EVENT, LEVEL, TIME, compas_predicted, compas_times, expanded, random_follow_up
from scipy import stats

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.follow_up.survival import aalen_johansen, kaplan_meier, log_rank, probability_limits

R = r_values("survival")
LEVELS = ("Low", "Medium", "High")
HORIZONS = (180, 365, 730)


def close(value, rel=1e-9):
    return pytest.approx(value, rel=rel, abs=1e-13)


def standard_error(estimate):
    """Of the probability itself, whatever scale the limits were made on."""
    value = estimate.value if estimate.name == "cumulative_incidence" else 1 - estimate.value
    slopes = {
        "identity": 1,
        "log": value,
        "logit": value * (1 - value),
        "loglog": -value * math.log(value),
    }
    return estimate.se * slopes[estimate.scale]


def assert_is_r(estimates, expected):
    assert expected["surv"] == close([1 - estimate.value for estimate in estimates])
    assert expected["std_err"] == close([standard_error(estimate) for estimate in estimates])
    assert expected["lower"] == close([1 - estimate.high for estimate in estimates])
    assert expected["upper"] == close([1 - estimate.low for estimate in estimates])
    assert expected["n_risk"] == [estimate.at["at_risk"] for estimate in estimates]


@pytest.mark.parametrize(
    ("record", "interval"),
    [
        ("km_compas_level_log", "log"),
        ("km_compas_level_loglog", "log_log"),
        ("km_compas_level_plain", "plain"),
        ("km_compas_level_logit", "logit"),
    ],
)
def test_kaplan_meier_per_level_is_that_of_r_in_every_interval(record, interval):
    frame = compas_times()
    estimates = kaplan_meier(
        frame["time"], frame["event"], HORIZONS, group=frame["level"], groups=LEVELS, method=interval
    )
    assert_is_r(estimates, R[record])
    events_since_the_start = np.cumsum(np.reshape(R[record]["n_event"], (3, 3)), axis=1)
    assert events_since_the_start.ravel().tolist() == [estimate.n_events for estimate in estimates]


def test_km_compas_overall():
    frame, expected = compas_times(), R["km_compas_overall"]
    assert_is_r(kaplan_meier(frame["time"], frame["event"], expected["time"]), expected)


def test_km_compas_decile_730():
    frame = compas_times()
    estimates = kaplan_meier(frame["time"], frame["event"], [730], group=frame["decile_score"])
    assert list(range(1, 11)) == [estimate.at["group"] for estimate in estimates]
    assert_is_r(estimates, R["km_compas_decile_730"])


def test_km_left_truncated_compas():
    frame = compas_times()
    people = {"group": frame["level"], "groups": LEVELS, "entry": frame["start"]}
    estimates = kaplan_meier(frame["end"], frame["event"], HORIZONS, **people, method="log")
    assert_is_r(estimates, R["km_left_truncated_compas"])
    assert R["km_left_truncated_compas"]["time"] == [row.at["horizon"] for row in estimates]
    events_since_the_start = np.cumsum(np.reshape(R["km_left_truncated_compas"]["n_event"], (3, 3)), axis=1)
    assert events_since_the_start.ravel().tolist() == [estimate.n_events for estimate in estimates]
    incidences = aalen_johansen(frame["end"], frame["event"], HORIZONS, **people)
    assert close([row.value for row in estimates]) == [row.value for row in incidences]


def test_people_who_come_later_are_at_risk_from_then_on():
    # At 2 one of two has the event, at 4 one of two.
    [risk] = kaplan_meier([2, 4, 5], [1, 1, 0], [4], entry=[0, 1, 2])
    assert (0.75, 3) == (risk.value, risk.n)


def test_km_rossi_fin():
    frame, expected = data("rossi"), R["km_rossi_fin"]
    estimates = kaplan_meier(frame["week"], frame["arrest"], expected["time"][:4], group=frame["fin"], method="log")
    assert_is_r(estimates, expected)


def test_calibration_survival_val_by_tenth():
    frame, expected = compas_predicted(), r_values("time_dependent")["calibration_survival_val"]["by_tenth"]
    tenth = pd.cut(frame["risk730"], np.quantile(frame["risk730"], np.linspace(0, 1, 11)), include_lowest=True)
    estimates = kaplan_meier(frame["time"], frame["event"], [730], group=tenth.cat.codes.to_numpy(), method="plain")
    assert expected["n"] == [estimate.n for estimate in estimates]
    assert expected["observed_km"] == close([estimate.value for estimate in estimates])
    assert expected["se"] == close([estimate.se for estimate in estimates])


def test_aalen_johansen_survfit_melanoma():
    frame, expected = data("melanoma"), R["aalen_johansen_survfit_melanoma"]
    for cause, column in ((1, "col2"), (2, "col3")):
        event = frame["status"].map({0: 0, cause: 1, 3 - cause: 2})
        estimates = aalen_johansen(frame["time"], event, expected["time"], method="log")
        assert expected["pstate"][column] == close([estimate.value for estimate in estimates])
        assert expected["std_err"][column] == close([standard_error(estimate) for estimate in estimates])
        assert expected["lower"][column] == close([estimate.low for estimate in estimates])
        assert expected["upper"][column] == close([estimate.high for estimate in estimates])


def test_cuminc_melanoma_has_the_same_incidence_and_a_variance_by_another_formula():
    frame, expected = data("melanoma"), R["cuminc_melanoma"]
    for cause in (1, 2):
        event = frame["status"].map({0: 0, cause: 1, 3 - cause: 2})
        for estimate in aalen_johansen(frame["time"], event, (1000, 2000, 3000), group=frame["sex"], method="plain"):
            row = expected["estimate"]["_rows"].index(f"{estimate.at['group']} {cause}")
            column = str(estimate.at["horizon"])
            assert expected["estimate"][column][row] == close(estimate.value)
            assert 1.005 < expected["variance"][column][row] / estimate.se**2 < 1.04
    # Of the 126 women nobody is censored before day 1000, when 11 have had the event: the variance is binomial.
    # cmprsk gives 0.00063781, survival and this library 0.00063238.
    [women] = aalen_johansen(
        frame["time"], frame["status"], [1000], group=frame["sex"], groups=("Female", "Male"), method="plain"
    )[:1]
    assert close(women.se**2) == 11 / 126 * 115 / 126 / 126
    assert expected["variance"]["1000"][0] == pytest.approx(0.00063781, rel=1e-4)


@pytest.mark.parametrize(
    ("record", "time", "event", "group"),
    [("logrank_compas_level", "time", "event", "level"), ("logrank_rossi_fin", "week", "arrest", "fin")],
)
def test_log_rank_is_that_of_r(record, time, event, group):
    frame, expected = compas_times() if "compas" in record else data("rossi"), R[record]["logrank"]
    test = log_rank(frame[time], frame[event], frame[group])
    assert (expected["chisq"], expected["df"]) == close((test.value, test.df))
    assert expected["p"] == close(test.p_value, rel=1e-8)


def test_table_b_kaplan_meier():
    at_1, at_3, at_5 = kaplan_meier(TIME, EVENT, [1, 3, 5])
    assert close([at_1.value, at_3.value, at_5.value], 1e-8) == [0.101234568, 0.295137554, 0.443339402]
    assert close([standard_error(estimate) for estimate in (at_1, at_3, at_5)], 1e-9) == [
        0.0554433659,
        0.0886134545,
        0.1034741714,
    ]
    assert close((at_5.low, at_5.high), 1e-9) == (0.2698610716, 0.6641401830)
    assert at_5.notes == ("competing events are taken as censorings",)


def test_table_b_aalen_johansen():
    at_1, at_3, at_5 = aalen_johansen(TIME, EVENT, [1, 3, 5])
    assert close([at_1.value, at_3.value, at_5.value], 1e-8) == [0.101234568, 0.283882815, 0.411615500]
    assert close([standard_error(estimate) for estimate in (at_1, at_3, at_5)], 1e-9) == [
        0.0554433659,
        0.0854050771,
        0.0968552052,
    ]
    assert close((at_5.low, at_5.high), 1e-9) == (0.2248299364, 0.5898002560)


def test_table_b_levels_and_log_rank():
    estimates = kaplan_meier(TIME, EVENT, [5], group=LEVEL, groups=("L", "M", "H"), method="plain")
    assert close([estimate.value for estimate in estimates], 1e-8) == [0.1, 0.357142857, 0.875]
    assert close([estimate.se for estimate in estimates], 1e-9) == [0.0948683298, 0.2104243942, 0.1152443057]
    test = log_rank(TIME, EVENT, LEVEL)
    assert (round(test.value, 1), test.df) == (15.4, 2)


def test_tied_causes_need_no_jitter():
    # Half-year rounding as in the methods: the answer is exact and the same every time.
    time = np.ceil(TIME * 2) / 2
    values = {aalen_johansen(time, EVENT, [3])[0].value for _ in range(3)}
    assert len(values) == 1


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_the_same_as_repeated_rows(seed):
    sample = random_follow_up(seed)
    people = expanded(sample)
    horizons = (1, 2.5, 5)
    for function in (kaplan_meier, aalen_johansen):
        counted = function(sample["time"], sample["event"], horizons, counts=sample["counts"], group=sample["score"])
        repeated = function(people["time"][::-1], people["event"][::-1], horizons, group=people["score"][::-1])
        assert repeated == counted
    counted = log_rank(sample["time"], sample["event"], sample["score"], counts=sample["counts"])
    assert log_rank(people["time"], people["event"], people["score"]) == counted


@pytest.mark.parametrize("seed", range(4))
def test_without_competing_events_the_incidence_is_one_minus_kaplan_meier(seed):
    sample = random_follow_up(seed, competing=False)
    incidence = aalen_johansen(sample["time"], sample["event"], [1, 3, 5], method="plain")
    risk = kaplan_meier(sample["time"], sample["event"], [1, 3, 5], method="plain")
    assert [one.value for one in risk] == close([one.value for one in incidence])
    assert [one.se for one in risk] == close([one.se for one in incidence])


@pytest.mark.parametrize("seed", range(4))
def test_the_incidences_of_all_causes_add_up_to_the_chance_of_any_event(seed):
    sample = random_follow_up(seed)
    of_one, of_other, of_any = (
        aalen_johansen(sample["time"], event, [4])[0].value
        for event in (
            sample["event"],
            np.choose(sample["event"], [0, 2, 1]),
            np.minimum(sample["event"], 1),
        )
    )
    assert of_any == close(of_one + of_other)


def test_aalen_johansen_with_competing_events_has_the_variance_of_greenwood_when_they_never_come_first():
    # The competing event comes after the horizon, so both formulas must agree at it.
    time, event = [1, 2, 2, 3, 4, 5, 6], [1, 0, 1, 1, 0, 2, 2]
    [incidence] = aalen_johansen(time, event, [6], method="plain")
    [risk] = kaplan_meier(time, event, [4], method="plain")
    assert risk.value == close(incidence.value)
    assert risk.se == close(incidence.se)


@pytest.mark.parametrize("function", [kaplan_meier, aalen_johansen])
def test_without_censoring_before_the_horizon_the_risk_is_a_binomial_proportion(function):
    time, event = [1, 2, 3, 4, 5, 5, 5, 5], [1, 1, 1, 0, 0, 0, 0, 0]
    [risk] = function(time, event, [3.5], method="plain")
    assert (3 / 8, math.sqrt(3 / 8 * 5 / 8 / 8)) == close((risk.value, risk.se))
    [wilson] = function(time, event, [3.5], method="wilson")
    limits = stats.binomtest(3, 8).proportion_ci(method="wilson")
    assert tuple(limits) == close((wilson.low, wilson.high))


def test_without_censoring_the_incidence_among_competing_events_is_a_binomial_proportion():
    [risk] = aalen_johansen([1, 1, 2, 3, 4, 5, 5, 5], [1, 2, 2, 1, 1, 0, 0, 0], [5], method="plain")
    assert (3 / 8, math.sqrt(3 / 8 * 5 / 8 / 8)) == close((risk.value, risk.se))


def test_somebody_censored_exactly_at_the_horizon_is_known_to_be_free():
    [risk] = kaplan_meier([1, 5, 5, 5], [1, 0, 0, 0], [5])
    assert (risk.value, risk.at["at_risk"]) == (0.25, 3)


def test_no_event_gives_the_exact_upper_limit_where_r_gives_one_to_one():
    # survival, lifelines and scikit-survival print [1, 1] for a survival of 1.
    [risk] = kaplan_meier([2, 3, 5, 6, 7], [0, 1, 0, 0, 0], [2.5])
    assert (risk.status, risk.value, risk.low) == ("degenerate", 0.0, 0.0)
    assert close(risk.high) == 1 - 0.025 ** (1 / 4)  # four were seen until 2.5


def test_everybody_with_the_event_gives_the_exact_lower_limit():
    [risk] = kaplan_meier([1, 2, 3], [1, 1, 1], [10])
    assert (risk.status, risk.value, risk.high) == ("degenerate", 1.0, 1.0)
    assert close(risk.low) == 0.025 ** (1 / 3)


def test_only_competing_events_give_an_incidence_of_zero_for_all_whose_fate_is_known():
    [risk] = aalen_johansen([1, 2, 4, 4], [2, 2, 0, 0], [4])
    assert (risk.status, risk.value) == ("degenerate", 0.0)
    assert close(risk.high) == 1 - 0.025 ** (1 / 4)


def test_beyond_the_last_follow_up_nothing_is_said():
    within, beyond = kaplan_meier([1, 2, 3], [1, 0, 0], [3, 3.1])
    assert (within.status, beyond.status) == ("ok", "extrapolated")
    assert math.isnan(beyond.value)
    assert math.isnan(beyond.high)


def test_beyond_the_last_follow_up_the_risk_is_known_when_nobody_was_left():
    [risk] = aalen_johansen([1, 2, 3, 3], [1, 2, 1, 2], [10])
    assert (risk.status, risk.value) == ("ok", 0.5)


def test_a_level_that_nobody_has_stays_in_the_table():
    low, medium = kaplan_meier([1, 2], [1, 0], [1], group=["low", "low"], groups=("low", "medium"))
    assert (medium.status, medium.n, medium.at["group"]) == ("not_estimable", 0, "medium")
    assert low.n == 2


def test_no_people_at_all_are_not_estimable():
    [risk] = kaplan_meier([], [], [1])
    assert risk.status == "not_estimable"


def test_people_left_out_are_told():
    [risk] = kaplan_meier([1, 2, None], [1, 0, 1], [1], counts=[1, 1, 7])
    assert (risk.n, dict(risk.excluded)) == (2, {"time absent": 7})


def test_a_log_rank_test_needs_two_groups_and_an_event():
    assert log_rank([1, 2], [1, 0], ["a", "a"]).status == "not_estimable"
    assert log_rank([1, 2], [0, 0], ["a", "b"]).status == "not_estimable"
    assert log_rank([], [], []).status == "not_estimable"


def test_contract_errors():
    with pytest.raises(ContractError, match="`method` is 'loglog'"):
        kaplan_meier([1, 2], [1, 0], [1], method="loglog")
    with pytest.raises(ContractError, match="`horizon` is 0"):
        kaplan_meier([1, 2], [1, 0], [0])
    with pytest.raises(ContractError, match="confidence level"):
        kaplan_meier([1, 2], [1, 0], [1], level=95)


def test_limits_stay_between_0_and_1():
    assert probability_limits(0.5, 1.0, "plain", 0.95)[1:3] == (0.0, 1.0)
    assert probability_limits(0.99, 0.1, "log", 0.95)[2] == 1.0
