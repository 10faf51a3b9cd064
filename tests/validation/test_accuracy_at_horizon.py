from __future__ import annotations

import math

import numpy as np
import pytest
from follow_up_data import EVENT, SCORE, TIME, compas_times, expanded, random_follow_up
from scipy import stats

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.follow_up.accuracy_at_horizon import accuracy_at
from rvn.validation.follow_up.survival import aalen_johansen, kaplan_meier

NAMES = ["sensitivity", "specificity", "positive_predictive_value", "negative_predictive_value"]


def test_the_negative_predictive_value_is_rs_survival_below_the_cut():
    # "Low" is a decile below 5.
    frame, expected = compas_times(), r_values("survival")["km_compas_level_plain"]
    found = accuracy_at(frame["time"], frame["event"], frame["decile_score"], 730, 5)
    assert [estimate.name for estimate in found] == NAMES
    assert expected["surv"][2] == pytest.approx(found[3].value, rel=1e-9)
    assert expected["std_err"][2] == pytest.approx(found[3].se, rel=1e-9)


def weighted_by_one_curve(time, event, is_high, horizon):
    """Sensitivity, specificity, PPV and NPV as timeROC has them: one censoring curve, T < h against T > h."""
    times = np.unique(time)
    n, events, censored = (
        np.array([who[mask(t)].sum() for t in times])
        for who, mask in (
            (np.ones(len(time)), lambda t: time >= t),
            (event == 1, lambda t: time == t),
            (event == 0, lambda t: time == t),
        )
    )
    before = np.concatenate([[1.0], np.cumprod(1 - censored / np.maximum(n - events, 1))])
    is_case = (time < horizon) & (event == 1)
    cases = np.divide(1.0, before[np.searchsorted(times, time)], out=np.zeros(len(time)), where=is_case)
    free = (time > horizon) / before[np.searchsorted(times, horizon, side="right")]
    return [
        cases[is_high].sum() / cases.sum(),
        free[~is_high].sum() / free.sum(),
        cases[is_high].sum() / (cases + free)[is_high].sum(),
        free[~is_high].sum() / (cases + free)[~is_high].sum(),
    ]


def test_timeroc_sespppv_compas_1500_is_off_because_censoring_goes_with_the_score():
    # timeROC lets everybody be censored alike. Of these people 24 % above the cut and 11 % below it are censored
    # within a year; with a curve for each side, as here, specificity at 365 days is 0.6234 and not 0.6586.
    frame, expected = compas_times(), r_values("time_dependent")["timeroc_sespppv_compas_1500"]
    frame = frame[frame["id"] <= 1500]
    time, event, is_high = frame["time"].to_numpy(), frame["event"].to_numpy(), frame["decile_score"].to_numpy() >= 5
    for place, horizon in enumerate(expected["times"]):
        theirs = [
            expected["tp"][place],
            1 - expected["fp"][place],
            expected["ppv"][place],
            expected["npv"][place],
        ]
        assert theirs == pytest.approx(weighted_by_one_curve(time, event, is_high, horizon), rel=1e-9)
    found = accuracy_at(time, event, frame["decile_score"], 365, 5)
    assert [round(estimate.value, 4) for estimate in found] == [0.6429, 0.6234, 0.4319, 0.7968]
    [above, below] = (kaplan_meier(time[side], 1 - event[side], [364.5])[0].value for side in (is_high, ~is_high))
    assert (round(above, 2), round(below, 2)) == (0.24, 0.11)


@pytest.mark.parametrize("horizon", [26, 51])
def test_without_censoring_it_is_the_ordinary_table(horizon):
    frame = data("rossi")
    event, is_high = frame["arrest"] * (frame["week"] <= horizon), frame["prio"] >= 3
    found = accuracy_at(frame["week"], frame["arrest"], frame["prio"], horizon, 3)
    counts = [
        ((event == 1) & is_high, event == 1),
        ((event == 0) & ~is_high, event == 0),
        ((event == 1) & is_high, is_high),
        ((event == 0) & ~is_high, ~is_high),
    ]
    for estimate, (right, of) in zip(found, counts, strict=True):
        limits = stats.binomtest(int(right.sum()), int(of.sum())).proportion_ci(method="wilson")
        assert right.sum() / of.sum() == pytest.approx(estimate.value, rel=1e-9)
        assert (limits.low, limits.high) == pytest.approx((estimate.low, estimate.high), rel=1e-9)


def test_bayes_theorem_holds_between_the_four():
    sensitivity, specificity, positive, negative = (
        estimate.value for estimate in accuracy_at(TIME, EVENT, SCORE, 5, 4)
    )
    q = (SCORE >= 4).mean()
    risk = positive * q + (1 - negative) * (1 - q)
    assert positive * q / risk == pytest.approx(sensitivity, rel=1e-12)
    assert negative * (1 - q) / (1 - risk) == pytest.approx(specificity, rel=1e-12)


def test_competing_events_are_counted_as_what_they_are():
    found = accuracy_at(TIME, EVENT, SCORE, 5, 4)
    risk = aalen_johansen(TIME[SCORE >= 4], EVENT[SCORE >= 4], [5], method="wilson")[0]
    assert (risk.value, risk.low) == pytest.approx((found[2].value, found[2].low), rel=1e-12)
    assert "Aalen-Johansen" in found[0].method


def test_the_error_is_that_of_the_bootstrap():
    frame = compas_times()
    frame = frame[frame["id"] <= 1500].reset_index(drop=True)
    people = {"time": frame["time"], "event": frame["event"], "score": frame["decile_score"] >= 5}
    rng = np.random.default_rng(1)
    values = []
    for _ in range(400):
        counts = rng.multinomial(len(frame), np.full(len(frame), 1 / len(frame)))
        values.append([estimate.value for estimate in accuracy_at(**people, horizon=730, cut=1, counts=counts)])
    errors = [estimate.se for estimate in accuracy_at(**people, horizon=730, cut=1)]
    assert np.std(values, axis=0) == pytest.approx(errors, rel=0.12)  # 400 replicates know a deviation to 4 %


@pytest.mark.parametrize("seed", range(3))
def test_counts_are_the_same_as_repeated_rows(seed):
    sample = random_follow_up(seed)
    one = expanded(sample)
    counted = accuracy_at(sample["time"], sample["event"], sample["score"], 4, 3, counts=sample["counts"])
    repeated = accuracy_at(one["time"][::-1], one["event"][::-1], one["score"][::-1], 4, 3)
    for a, b in zip(repeated, counted, strict=True):
        assert (a.value, a.se, a.n, a.n_events) == pytest.approx((b.value, b.se, b.n, b.n_events), rel=1e-12)


def test_a_cut_that_nobody_reaches_has_no_positive_predictive_value():
    sensitivity, specificity, positive, negative = accuracy_at(TIME, EVENT, SCORE, 5, 100)
    assert (sensitivity.value, sensitivity.status) == (0.0, "degenerate")
    assert (specificity.value, specificity.status) == (1.0, "degenerate")
    assert (positive.status, negative.status) == ("not_estimable", "ok")
    assert pytest.approx(sensitivity.high, rel=1e-9) == 1 - 0.025 ** (1 / 11)


def test_a_score_on_the_cut_counts_as_positive():
    assert accuracy_at([1, 2], [1, 0], [3, 2], 2, 3)[2].n == 1


def test_without_events_there_is_no_sensitivity():
    sensitivity, specificity, positive, _ = accuracy_at([2, 2, 2], [0, 0, 0], [1, 2, 3], 2, 2)
    assert sensitivity.status == "not_estimable"
    assert math.isnan(sensitivity.value)
    assert specificity.status == "ok"
    assert (positive.value, positive.status) == (0.0, "degenerate")


def test_beyond_the_follow_up_of_either_side_only_the_other_side_has_a_value():
    sensitivity, specificity, positive, negative = accuracy_at([1, 2, 5, 6], [1, 0, 1, 0], [9, 9, 1, 1], 4, 5)
    assert [sensitivity.status, specificity.status, positive.status] == ["extrapolated"] * 3
    assert negative.status == "degenerate"


def test_nobody_at_all():
    assert {estimate.status for estimate in accuracy_at([], [], [], 1, 1)} == {"not_estimable"}


def test_a_horizon_must_be_above_zero():
    with pytest.raises(ContractError, match="`horizon` is 0"):
        accuracy_at(TIME, EVENT, SCORE, 0, 4)
