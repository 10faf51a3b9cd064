from __future__ import annotations

import math

import numpy as np
import pytest
from follow_up_data import (
    EVENT,
    RISK,
    SCORE,
    TIME,
    compas_predicted,
    compas_times,
    expanded,
    random_follow_up,
    recid_nc,
)
from scipy import stats

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.discrimination.auc import auc
from rvn.validation.follow_up.cox import cox_regression
from rvn.validation.follow_up.survival import aalen_johansen, kaplan_meier
from rvn.validation.follow_up.time_dependent import auc_at, brier_at, compare_auc_at, compare_brier_at

R = r_values("time_dependent")
AGREE = 1e-9
# Where events and censorings share times the packages enter them differently into the part of the error that
# comes from the weights; see section 4.5 of the methods. The tests of the influence function below have no such
# tolerance.
TIES = 5e-4


def by_definition(time, event, score, horizon, *, is_open=False):
    """AUC from the definition; `is_open` is timeROC's convention: cases before the horizon, controls after it."""
    time, event, score = (np.asarray(array, dtype=float) for array in (time, event, score))
    times = np.unique(time)
    n = np.array([(time >= t).sum() for t in times])
    events = np.array([((time == t) & (event > 0)).sum() for t in times])
    censored = np.array([((time == t) & (event == 0)).sum() for t in times])
    eligible = np.maximum(n - events, 1)
    before = np.concatenate([[1.0], np.cumprod(1 - censored / eligible)])
    chance = before[np.searchsorted(times, time)]
    if is_open:
        done, free = time < horizon, time > horizon
        at_end = before[np.searchsorted(times, horizon, side="right")]
    else:
        free = (time > horizon) | ((time == horizon) & (event == 0))
        done = ~free & (time <= horizon)
        at_end = before[np.searchsorted(times, horizon)]
    cases = np.divide(1.0, chance, out=np.zeros(len(time)), where=done & (event == 1))
    controls = np.divide(1.0, chance, out=np.zeros(len(time)), where=done & (event > 1)) + free / at_end
    values, place = np.unique(score, return_inverse=True)
    cases, controls = (np.bincount(place, side) for side in (cases, controls))
    right = (values[:, None] > values) + 0.5 * (values[:, None] == values)
    return cases @ right @ controls / cases.sum() / controls.sum()


def wald(*people):
    return auc_at(*people, method="wald")


def test_timeroc_compas_decile_takes_the_horizon_as_open():
    frame, expected = compas_times(), R["timeroc_compas_decile"]
    people = frame["time"], frame["event"], frame["decile_score"]
    for horizon, value in zip(expected["times"], expected["auc"], strict=True):
        assert value == pytest.approx(by_definition(*people, horizon, is_open=True), rel=AGREE)
        assert by_definition(*people, horizon) == pytest.approx(auc_at(*people, horizon).value, rel=AGREE)
    # At 180 days timeROC leaves out those with an event on day 180: 0.68152 against 0.68087.
    assert auc_at(*people, 180).value == pytest.approx(0.680874, abs=1e-6)


def test_timeroc_compas_decile_1500():
    frame, expected = compas_times(), R["timeroc_compas_decile_1500"]
    frame = frame[frame["id"] <= 1500]
    people = frame["time"], frame["event"], frame["decile_score"]
    estimates = [wald(*people, horizon) for horizon in expected["times"]]
    assert expected["auc"][2] == pytest.approx(estimates[2].value, rel=AGREE)  # nobody leaves on day 730
    assert expected["se"][2] == pytest.approx(estimates[2].se, rel=1e-6)
    for horizon, value in zip(expected["times"], expected["auc"], strict=True):
        assert value == pytest.approx(by_definition(*people, horizon, is_open=True), rel=AGREE)


def test_timeroc_rossi_half_weeks():
    frame, expected = data("rossi"), R["timeroc_rossi_half_weeks"]
    people = frame["week"], frame["arrest"], frame["prio"]
    for place, horizon in enumerate(expected["times"]):
        estimate = wald(*people, horizon)
        assert expected["auc"][place] == pytest.approx(estimate.value, rel=AGREE)
        assert expected["plain_auc_of_event_by_t"][place] == pytest.approx(estimate.value, rel=AGREE)
        assert expected["se"][place] == pytest.approx(estimate.se, rel=AGREE)


def test_timeroc_rossi_prio_takes_the_horizon_as_open():
    frame, expected = data("rossi"), R["timeroc_rossi_prio"]
    people = frame["week"], frame["arrest"], frame["prio"]
    for horizon, value in zip(expected["times"], expected["auc"], strict=True):
        assert value == pytest.approx(by_definition(*people, horizon, is_open=True), rel=AGREE)
    # With the event of week 13, 0.57567; without it, 0.56125.
    assert r_values("time_dependent")["timeroc_rossi_half_weeks"]["auc"][0] == pytest.approx(
        auc_at(*people, 13).value, rel=AGREE
    )
    last = wald(*people, 51)  # no event in week 51
    assert (expected["auc"][3], expected["se"][3]) == pytest.approx((last.value, last.se), rel=AGREE)
    assert expected["ci95_pointwise_percent"]["col1"][3] == pytest.approx(100 * last.low, abs=0.006)


def test_timeroc_nc_priors_takes_the_horizon_as_open():
    frame, expected = recid_nc(), R["timeroc_nc_priors"]
    people = frame["durat"], frame["event"], frame["priors"]
    for place, horizon in enumerate(expected["times"]):
        assert expected["auc"][place] == pytest.approx(by_definition(*people, horizon, is_open=True), rel=AGREE)
        assert by_definition(*people, horizon) == pytest.approx(auc_at(*people, horizon).value, rel=AGREE)
        # Nobody is censored in these months, so timeROC's value is that of the people without the events at the
        # horizon; n of its n / (n - 1) counts them all the same.
        rest = frame[frame["durat"] != horizon]
        estimate = wald(rest["durat"], rest["event"], rest["priors"], horizon)
        assert expected["auc"][place] == pytest.approx(estimate.value, rel=AGREE)
        assert expected["se"][place] == pytest.approx(estimate.se, rel=1e-5)


def test_timeroc_paquid_competing_takes_round_off_for_different_times():
    frame, expected = data("paquid"), R["timeroc_paquid_competing"]
    exact, score = frame["time"].to_numpy(), -frame["DSST"].to_numpy()
    rounded = np.round(exact, 8)
    assert len(np.unique(rounded)) < len(np.unique(exact))
    for place, horizon in enumerate(expected["times"]):
        estimate = wald(exact, frame["status"], score, horizon)
        # Split ties: 0.7991317 at 3 years; merged: 0.7991329.
        assert expected["auc_2"][place] == pytest.approx(
            by_definition(exact, frame["status"], score, horizon), rel=AGREE
        )
        assert by_definition(rounded, frame["status"], score, horizon) == pytest.approx(estimate.value, rel=AGREE)
        assert expected["auc_2"][place] == pytest.approx(estimate.value, rel=2e-6)
        assert expected["se_2"][place] == pytest.approx(estimate.se, rel=TIES)
        assert "competing events included" in estimate.method


def test_timeroc_compare_nc():
    frame, expected = recid_nc(), R["timeroc_compare_nc"]
    people = frame["durat"], frame["event"]
    for place, horizon in enumerate((24, 48)):
        for column, score in (("auc_a", frame["priors"]), ("auc_b", -frame["age"])):
            assert expected[column][place] == pytest.approx(
                by_definition(*people, score, horizon, is_open=True), rel=AGREE
            )
        rest = frame[frame["durat"] != horizon]  # timeROC leaves out the events at the horizon
        test = compare_auc_at(rest["durat"], rest["event"], rest["priors"], -rest["age"], horizon)
        assert expected["p_values"][place] == pytest.approx(test.p_value, rel=1e-5)


def test_survivalroc_rossi():
    frame, expected = data("rossi"), R["survivalroc_rossi"]
    for horizon in (26, 51):
        estimate = auc_at(frame["week"], frame["arrest"], frame["prio"], horizon)
        assert expected[f"km_{horizon}"] == pytest.approx(estimate.value, rel=AGREE)


def baseline(time, event, predictor):
    """Cumulative baseline hazard by time, Efron's ties, with `predictor` as it is."""
    steps = {}
    for t in np.unique(time[event == 1]):
        at_risk, tied = np.exp(predictor[time >= t]).sum(), np.exp(predictor[(time == t) & (event == 1)])
        steps[t] = sum(1 / (at_risk - share / len(tied) * tied.sum()) for share in range(len(tied)))
    return steps


def test_score_survival_rossi():
    frame, expected = data("rossi"), R["score_survival_rossi"]
    time, event = frame["week"].to_numpy(), frame["arrest"].to_numpy()
    models = {
        "prio": {"prio": frame["prio"]},
        "full": {"prio": frame["prio"], "age": frame["age"], "fin": (frame["fin"] == "yes").astype(int)},
    }
    linear, risks = {}, {}
    for model, predictors in models.items():
        coefficients = [row.value for row in cox_regression(time, event, predictors).coefficients]
        linear[model] = np.column_stack(list(predictors.values())) @ coefficients
        steps = baseline(time, event, linear[model])
        for horizon in (26, 39, 51):
            hazard = sum(step for t, step in steps.items() if t <= horizon)
            risk = 1 - np.exp(-hazard * np.exp(linear[model]))
            found = {"auc": wald(time, event, linear[model], horizon)}
            scores = brier_at(time, event, risk, horizon)
            found["brier"], found["null"] = scores.brier, scores.null
            risks[model, horizon] = risk
            risks["Null model", horizon] = np.full(len(time), kaplan_meier(time, event, [horizon])[0].value)
            for name, row, table, column in (
                ("auc", model, expected["auc"], "AUC"),
                ("brier", model, expected["brier"], "Brier"),
                ("null", "Null model", expected["brier"], "Brier"),
            ):
                keys = list(zip(table["model"], table["times"], strict=True))
                place = keys.index((row, horizon))
                estimate = found[name]
                for ours, theirs in (
                    (estimate.value, column),
                    (estimate.se, "se"),
                    (estimate.low, "lower"),
                    (estimate.high, "upper"),
                ):
                    assert table[theirs][place] == pytest.approx(ours, rel=1e-6), (name, horizon, theirs)
    contrasts = expected["auc_contrasts"]
    for place, horizon in enumerate(contrasts["times"]):
        test = compare_auc_at(time, event, linear["full"], linear["prio"], horizon)
        for theirs, ours in (("delta.AUC", test.value), ("se", test.se), ("lower", test.low), ("p", test.p_value)):
            assert contrasts[theirs][place] == pytest.approx(ours, rel=1e-6)
        assert contrasts["upper"][place] == pytest.approx(test.high, rel=1e-6)
    assert_brier_contrasts(expected["brier_contrasts"], time, event, risks)


def assert_brier_contrasts(table, time, event, risks, rel=1e-6):
    """The differences of Brier scores, of each model and a reference at each time."""
    rows = zip(*(table[name] for name in ("times", "model", "reference")), strict=True)
    for place, (horizon, model, reference) in enumerate(rows):
        test = compare_brier_at(time, event, risks[model, horizon], risks[reference, horizon], horizon)
        for theirs, ours in (
            ("delta.Brier", test.value),
            ("se", test.se),
            ("lower", test.low),
            ("upper", test.high),
            ("p", test.p_value),
        ):
            assert table[theirs][place] == pytest.approx(ours, rel=rel, abs=rel * test.se), (horizon, model, theirs)


def test_score_ibs_rossi_null_model():
    frame, expected = data("rossi"), R["score_ibs_rossi"]
    weeks = {
        week: value
        for model, week, value in zip(expected["model"], expected["times"], expected["Brier"], strict=True)
        if model == "Null model"
    }
    risk = np.zeros(len(frame))
    assert list(weeks) == list(range(1, 52))
    assert list(weeks.values()) == pytest.approx(
        [brier_at(frame["week"], frame["arrest"], risk, week).null.value for week in weeks], rel=AGREE
    )


def test_score_survival_val_takes_the_horizon_as_open():
    # Two people are censored on day 730: controls here, unknown to riskRegression, which wants T > 730.
    frame, expected = compas_predicted(), R["score_survival_val"]
    people = frame["time"], frame["event"], frame["risk730"]
    value = expected["auc"]["AUC"][0]
    assert value == pytest.approx(by_definition(*people, 730, is_open=True), rel=AGREE)  # 0.735131
    assert auc_at(*people, 730).value == pytest.approx(0.735098, abs=1e-6)
    null, brier = expected["brier"]["Brier"]
    scores = brier_at(*people, 730)
    assert null == pytest.approx(scores.null.value, rel=AGREE)
    assert brier == pytest.approx(scores.brier.value, rel=1e-5)
    # Without those two the conventions coincide but for the weights of people censored later.
    assert expected["brier"]["se"][1] == pytest.approx(scores.brier.se, rel=TIES)
    assert expected["auc"]["se"][0] == pytest.approx(wald(*people, 730).se, rel=TIES)
    for table, name in ((expected["auc"], "AUC"), (expected["brier"], "Brier")):
        for place, value in enumerate(table[name]):
            reach = stats.norm.isf(0.025) * table["se"][place]
            assert (table["lower"][place], table["upper"][place]) == pytest.approx((value - reach, value + reach))
            assert table["times"][place] == 730
    overall = np.full(len(frame), kaplan_meier(frame["time"], frame["event"], [730])[0].value)
    models = {("Null model", 730): overall, ("cox", 730): frame["risk730"]}
    assert_brier_contrasts(expected["brier_contrasts"], frame["time"], frame["event"], models, rel=TIES)


def test_score_competing_melanoma():
    frame, expected = data("melanoma"), R["score_competing_melanoma"]
    time, status = frame["time"].to_numpy(), frame["status"].to_numpy()
    predictors = {
        "sex": (frame["sex"] == "Male").astype(int),
        "thick": frame["thick"],
        "age": frame["age"],
    }
    relative, steps = {}, {}
    for cause in (1, 2):
        event = (status == cause).astype(int)
        coefficients = [row.value for row in cox_regression(time, event, predictors).coefficients]
        linear = np.column_stack(list(predictors.values())) @ coefficients
        relative[cause], steps[cause] = np.exp(linear), baseline(time, event, linear)
    for place, horizon in enumerate((1000, 2000)):
        free, risk = np.ones(len(time)), np.zeros(len(time))
        for t in np.unique(time[(status > 0) & (time <= horizon)]):
            one, other = (relative[cause] * steps[cause].get(t, 0.0) for cause in (1, 2))
            risk, free = risk + free * one, free * (1 - one - other)
        area, scores = wald(time, status, risk, horizon), brier_at(time, status, risk, horizon)
        assert expected["auc"]["AUC"][place] == pytest.approx(area.value, rel=1e-6)
        assert expected["auc"]["se"][place] == pytest.approx(area.se, rel=1e-6)
        for row, estimate in ((place, scores.null), (place + 2, scores.brier)):
            assert expected["brier"]["Brier"][row] == pytest.approx(estimate.value, rel=1e-6)
            assert expected["brier"]["se"][row] == pytest.approx(estimate.se, rel=1e-6)
            for end in ("low", "high"):
                assert expected["brier"][f"{end}er".replace("higher", "upper")][row] == pytest.approx(
                    getattr(estimate, end), rel=1e-6
                )
        assert (expected["auc"]["lower"][place], expected["auc"]["upper"][place]) == pytest.approx(
            (area.low, area.high), rel=1e-6
        )
        assert horizon == expected["auc"]["times"][place] == expected["brier"]["times"][place + 2]
        name = next(name for name in expected["brier"]["model"] if name != "Null model")
        overall = np.full(len(time), aalen_johansen(time, status, [horizon])[0].value)
        of_horizon = {(name, horizon): risk, ("Null model", horizon): overall}
        contrasts = expected["brier_contrasts"]
        rows = [at for at, when in enumerate(contrasts["times"]) if when == horizon]
        here = {key: [values[at] for at in rows] for key, values in contrasts.items()}
        assert_brier_contrasts(here, time, status, of_horizon)
    assert expected["first_10_risk_2000"] == pytest.approx(risk[:10], rel=1e-6)


def test_table_b_auc():
    single = EVENT == 1
    at_3, at_5, competing = wald(TIME, single, SCORE, 3), wald(TIME, single, SCORE, 5), wald(TIME, EVENT, SCORE, 5)
    assert (at_3.value, at_3.se) == pytest.approx((0.841208502, 0.085508466), rel=1e-8)
    assert (at_5.value, at_5.se) == pytest.approx((0.900685887, 0.0634871015), rel=1e-8)
    assert at_5.se == pytest.approx(0.0635119185, rel=TIES)  # riskRegression at 4.999
    assert competing.value == pytest.approx(0.870119152, rel=1e-8)
    # riskRegression gives 0.0673244632, 7e-4 above; see the test of the influence function with this table.
    assert competing.se == pytest.approx(0.0672779853, rel=1e-8)


def test_table_b_brier():
    scores = brier_at(TIME, EVENT == 1, RISK, 5)
    assert (scores.brier.value, scores.null.value, scores.scaled.value) == pytest.approx(
        (0.166397178, 0.246789577, 0.325752811), rel=1e-8
    )
    assert brier_at(TIME, EVENT == 1, RISK, 3).brier.value == pytest.approx(0.144501645, rel=1e-8)


def numeric_influence(function, people, size):
    """Influence of each person by counting the person a little more often."""
    many, few = 10**9, 10**3
    start = function(*people, counts=np.full(size, many))
    moved = []
    for person in range(size):
        counts = np.full(size, many)
        counts[person] += few
        moved.append((function(*people, counts=counts) - start) / (few / many / size))
    return np.array(moved)


def untied(n):
    rng = np.random.default_rng(20)
    score = rng.integers(0, 8, n)
    return rng.exponential(6 - score / 2), rng.choice([0, 1, 2], n, p=[0.3, 0.5, 0.2]), score


@pytest.mark.parametrize(
    ("people", "horizon", "tolerance"),
    [
        ((TIME, EVENT, SCORE), 3, [1e-3, 1e-3, 3e-2, 1e-3]),
        ((TIME, EVENT, SCORE), 5, [1e-3, 1e-3, 3e-2, 1e-3]),
        ((TIME, EVENT == 1, SCORE), 5, [1e-3, 1e-3, 3e-2, 1e-3]),
        (untied(150), 2, [4e-4] * 4),
    ],
)
def test_the_errors_are_those_of_the_influence_of_each_person(people, horizon, tolerance):
    # No package takes ties as this library does, so the check is the definition: what one more person changes.
    # The published function divides by those at risk of censoring, the exact derivative by those left after it.
    # The difference goes away as people become more and ties fewer; among the 30 people of table B it is seen in
    # the Brier score of the overall risk (third), whose error is all due to the weights: 0.01219 against 0.01193.
    risk = people[2] / 10

    def statistics(time, event, score, counts=None):
        scores = brier_at(time, event, risk, horizon, counts=counts)
        area = auc_at(time, event, score, horizon, counts=counts, method="wald")
        return area, scores.brier, scores.null, scores.scaled

    def values(*people, counts):
        return np.array([estimate.value for estimate in statistics(*people, counts=counts)])

    size = len(people[0])
    errors = numeric_influence(values, people, size).std(axis=0, ddof=1) / math.sqrt(size)
    for exact, estimate, rel in zip(errors, statistics(*people), tolerance, strict=True):
        assert exact == pytest.approx(estimate.se, rel=rel)


def test_the_difference_has_the_error_of_the_influence_of_each_person():
    other = SCORE % 4

    def difference(time, event, score, counts):
        return compare_auc_at(time, event, score, other, 5, counts=counts).value

    moved = numeric_influence(difference, (TIME, EVENT, SCORE), len(TIME))
    test = compare_auc_at(TIME, EVENT, SCORE, other, 5)
    assert moved.std(ddof=1) / math.sqrt(30) == pytest.approx(test.se, rel=2e-4)
    assert test.statistic == pytest.approx(test.value / test.se)


@pytest.mark.parametrize("seed", range(4))
def test_without_censoring_before_the_horizon_it_is_the_ordinary_auc(seed):
    sample = random_follow_up(seed)
    time = np.where(sample["event"] == 0, 9.0, sample["time"])
    outcome = (sample["event"] == 1) & (time <= 3)
    plain, at = auc(outcome, sample["score"]), auc_at(time, sample["event"], sample["score"], 3)
    assert plain.value == pytest.approx(at.value, rel=1e-12)
    scores = brier_at(time, sample["event"], sample["score"] / 5, 3)
    assert np.mean((outcome - sample["score"] / 5) ** 2) == pytest.approx(scores.brier.value, rel=1e-12)
    assert outcome.mean() * (1 - outcome.mean()) == pytest.approx(scores.null.value, rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_the_same_as_repeated_rows(seed):
    sample = random_follow_up(seed)
    one, counts = expanded(sample), sample["counts"]
    columns = "time", "event", "score"
    for statistic in (
        lambda time, event, score, **counts: auc_at(time, event, score, 4, **counts),
        lambda time, event, score, **counts: compare_auc_at(time, event, score, score % 3, 4, **counts),
        lambda time, event, score, **counts: brier_at(time, event, score / 5, 4, **counts).scaled,
    ):
        counted = statistic(*(sample[name] for name in columns), counts=counts)
        repeated = statistic(*(one[name][::-1] for name in columns))
        assert (repeated.n, repeated.n_events) == (counted.n, counted.n_events)
        assert (repeated.value, repeated.se, repeated.low) == pytest.approx(
            (counted.value, counted.se, counted.low), rel=1e-10
        )


def test_a_score_below_chance_is_marked():
    assert auc_at(TIME, EVENT, -SCORE, 5).status == "below_chance"


def test_a_perfect_score_has_an_interval_all_the_same():
    estimate = auc_at([1, 2, 3, 4, 5], [1, 1, 0, 0, 0], [9, 8, 3, 2, 1], 3)
    assert (estimate.value, estimate.status, estimate.high) == (1.0, "degenerate", 1.0)
    assert 0 < estimate.low < 1
    same = auc_at(TIME, EVENT, np.ones(30), 5)
    assert (same.value, same.status) == (0.5, "degenerate")


@pytest.mark.parametrize(
    ("time", "event", "horizon", "status"),
    [
        ([1, 2, 3], [0, 0, 0], 2, "not_estimable"),
        ([1, 2, 3], [1, 1, 1], 3, "not_estimable"),
        ([1, 2, 3], [1, 0, 0], 4, "extrapolated"),
        ([], [], 1, "not_estimable"),
    ],
)
def test_what_cannot_be_estimated_says_why(time, event, horizon, status):
    score = np.arange(len(time)) / 4
    for estimate in (
        auc_at(time, event, score, horizon),
        compare_auc_at(time, event, score, score, horizon),
        brier_at(time, event, score, horizon).scaled,
    ):
        assert estimate.status == status
        assert math.isnan(estimate.value)
        assert math.isnan(estimate.low)
        assert estimate.notes


def test_one_person_has_no_variance():
    brier = brier_at([1], [1], [0.25], 1).brier
    assert (brier.value, brier.status, math.isnan(brier.low)) == (0.5625, "sparse", True)


def test_the_same_distance_for_everybody_has_no_variance():
    brier = brier_at([1, 2, 3, 3], [1, 1, 0, 0], [0.5] * 4, 3).brier
    assert (brier.value, brier.se, brier.status) == (0.25, 0.0, "degenerate")


def test_who_left_before_the_horizon_is_told():
    assert auc_at(TIME, EVENT, SCORE, 5).notes == ("6 people left before the horizon",)


def test_two_scores_that_rank_alike_do_not_differ():
    test = compare_auc_at(TIME, EVENT, SCORE, 3 * SCORE, 5)
    assert (test.value, test.status, test.p_value) == (0.0, "degenerate", None)


def test_contract_errors():
    with pytest.raises(ContractError, match="`horizon` is -1"):
        auc_at(TIME, EVENT, SCORE, -1)
    with pytest.raises(ContractError, match="`risk` must lie between 0 and 1"):
        brier_at(TIME, EVENT, SCORE, 5)
