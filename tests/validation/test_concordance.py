from __future__ import annotations

import math

import numpy as np
import pytest
from follow_up_data import (
    EVENT,
    SCORE,
    TIME,
    compas_times,
    expanded,
    random_follow_up,
    recid_nc,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.follow_up.concordance import below_and_equal, compare_harrell_c, harrell_c, uno_c

R = r_values("survival")


def assert_is_r(estimate, expected, rel=1e-9):
    assert expected["concordance"] == pytest.approx(estimate.value, rel=rel)
    assert expected["se"] == pytest.approx(estimate.se, rel=rel)
    assert expected["n"] == estimate.n


def brute_force(time, event, score, weight=None, strata=None):
    """C, and the sum of what each person has too much or too little, straight from the definition."""
    n = len(time)
    weight = np.ones(n) if weight is None else weight
    strata = np.zeros(n) if strata is None else strata
    credit, pairs = np.zeros(n), np.zeros(n)
    for i in range(n):
        for j in range(n):
            is_later = time[j] > time[i] or (time[j] == time[i] and event[j] != 1)
            if event[i] == 1 and is_later and strata[i] == strata[j]:
                earned = weight[i] * (1.0 if score[i] > score[j] else 0.5 if score[i] == score[j] else 0.0)
                credit[[i, j]] += earned
                pairs[[i, j]] += weight[i]
    c = credit.sum() / pairs.sum()
    return c, (credit - c * pairs) / (pairs.sum() / 2)


@pytest.mark.parametrize("column", ["prio", "age"])
def test_concordance_rossi(column):
    frame = data("rossi")
    estimate = harrell_c(frame["week"], frame["arrest"], frame[column], method="wald")
    assert_is_r(estimate, R[f"concordance_rossi_{column}"])


def test_a_score_that_ranks_the_wrong_way_stays_below_one_half_and_is_marked():
    frame = data("rossi")
    assert harrell_c(frame["week"], frame["arrest"], frame["age"]).status == "below_chance"


def test_concordance_rossi_ymax26_is_that_of_a_follow_up_that_ends_at_26():
    frame = data("rossi")
    event = frame["arrest"] * (frame["week"] <= 26)
    estimate = harrell_c(frame["week"].clip(upper=26), event, frame["prio"], method="wald")
    assert_is_r(estimate, R["concordance_rossi_ymax26"])


def test_concordance_rossi_uno():
    frame = data("rossi")
    estimate = uno_c(frame["week"], frame["arrest"], frame["prio"], method="wald")
    assert_is_r(estimate, R["concordance_rossi_uno"]["n_over_G2"])


def test_concordance_nc_priors():
    frame, expected = recid_nc(), R["concordance_nc_priors"]
    people = (frame["durat"], frame["event"], frame["priors"])
    assert_is_r(harrell_c(*people, method="wald"), expected["harrell"])
    assert_is_r(uno_c(*people, method="wald"), expected["uno"])
    assert_is_r(uno_c(*people, tau=60.5, method="wald"), expected["uno_tau60"])


def test_rcorr_cens_nc_priors():
    frame, expected = recid_nc(), R["rcorr_cens_nc_priors"]
    estimate = harrell_c(frame["durat"], frame["event"], frame["priors"], method="wald")
    assert expected["C Index"] == pytest.approx(estimate.value, rel=1e-9)
    assert expected["S.D."] == pytest.approx(2 * estimate.se, rel=1e-9)  # of Dxy = 2 C - 1


@pytest.mark.parametrize("tau", [36, 36.5, 60, 60.5])
def test_uno_c_three_packages_nc_only_events_before_tau_count(tau):
    frame = recid_nc()
    records = r_values("time_dependent")["uno_c_three_packages_nc"]
    expected = next(record for record in records if record["tau"] == tau)
    estimate = uno_c(frame["durat"], frame["event"], frame["priors"], tau=tau, method="wald")
    assert expected["survC1_Est.Cval"] == pytest.approx(estimate.value, rel=1e-9)
    if tau % 1:  # no event comes at such a time, so R's survival, which keeps events at tau, must agree
        assert expected["survival_nG2"] == pytest.approx(estimate.value, rel=1e-9)
        assert expected["survival_se"] == pytest.approx(estimate.se, rel=1e-9)
    else:  # 0.57787 against 0.58110 at 36
        assert expected["survival_nG2"] != pytest.approx(estimate.value, rel=1e-4)


def test_concordance_compas_decile():
    frame, expected = compas_times(), R["concordance_compas_decile"]
    rank = frame["level"].map({"Low": 1, "Medium": 2, "High": 3})
    assert_is_r(harrell_c(frame["time"], frame["event"], frame["decile_score"], method="wald"), expected["time"])
    assert_is_r(harrell_c(frame["time"], frame["event"], rank, method="wald"), expected["level"])


def test_concordance_compas_by_race():
    frame = compas_times()
    for race, expected in R["concordance_compas_by_race"].items():
        part = frame[frame["race"] == race]
        assert_is_r(harrell_c(part["time"], part["event"], part["decile_score"], method="wald"), expected)


def test_concordance_two_scores_compas():
    frame, expected = compas_times(), R["concordance_two_scores_compas"]
    difference = compare_harrell_c(frame["time"], frame["event"], frame["decile_score"], frame["v_decile_score"])
    assert expected["difference"] == pytest.approx(difference.value, rel=1e-9)
    assert expected["se_difference"] == pytest.approx(difference.se, rel=1e-9)
    assert expected["z"] == pytest.approx(difference.statistic, rel=1e-9)
    assert expected["p"] == pytest.approx(difference.p_value, rel=1e-6)


def test_concordance_stratified_compas():
    frame, expected = compas_times(), R["concordance_stratified_compas"]
    estimate = harrell_c(frame["time"], frame["event"], frame["decile_score"], strata=frame["sex"], method="wald")
    assert expected["concordance"] == pytest.approx(estimate.value, rel=1e-9)
    assert expected["var"] == pytest.approx(estimate.se**2, rel=1e-9)


def test_table_b():
    estimate = harrell_c(TIME, EVENT, SCORE, method="wald")
    assert pytest.approx(estimate.value, rel=1e-12) == (175 + 0.5 * 16) / (175 + 28 + 16)
    assert estimate.se == pytest.approx(0.0487717752, rel=1e-9)
    assert estimate.notes == ("competing events are taken as censorings",)
    uno = uno_c(TIME, EVENT, SCORE, method="wald")
    assert (uno.value, uno.se) == pytest.approx((0.840026114, 0.0511541632), rel=1e-8)
    assert uno.notes == ("competing events are taken as censorings",)


def test_the_default_interval_is_made_on_the_logit_scale():
    wald, logit = (harrell_c(TIME, EVENT, SCORE, method=method) for method in ("wald", "logit"))
    assert wald.se / (wald.value * (1 - wald.value)) == pytest.approx(logit.se, rel=1e-12)
    middle = math.log(logit.value / (1 - logit.value))
    assert 1 / (1 + math.exp(1.959963984540054 * logit.se - middle)) == pytest.approx(logit.low, rel=1e-12)
    assert (logit.scale, wald.scale) == ("logit", "identity")


people = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 4), st.integers(0, 1)), min_size=2, max_size=25
)


@settings(max_examples=60)
@given(people)
def test_c_and_its_error_are_those_of_all_pairs_one_by_one(rows):
    time, event, score, strata = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    estimate = harrell_c(time, event, score, strata=strata, method="wald")
    if estimate.status == "not_estimable":
        return
    value, influence = brute_force(time, event, score, strata=strata)
    assert value == pytest.approx(estimate.value, abs=1e-12)
    assert math.sqrt((influence**2).sum()) == pytest.approx(estimate.se, abs=1e-12)


def test_people_of_one_cluster_move_c_together():
    sample = random_follow_up(3)
    cluster = np.arange(len(sample["time"])) // 4
    estimate = harrell_c(sample["time"], sample["event"], sample["score"], cluster=cluster, method="wald")
    value, influence = brute_force(sample["time"], sample["event"], sample["score"])
    assert value == pytest.approx(estimate.value, rel=1e-12)
    assert math.sqrt((np.bincount(cluster, influence) ** 2).sum()) == pytest.approx(estimate.se, rel=1e-12)
    each = harrell_c(sample["time"], sample["event"], sample["score"], cluster=np.arange(len(cluster)), method="wald")
    alone = harrell_c(sample["time"], sample["event"], sample["score"], method="wald")
    assert each.se == pytest.approx(alone.se, rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_the_same_as_repeated_rows(seed):
    sample = random_follow_up(seed)
    one = expanded(sample)
    counts, others = sample["counts"], -sample["time"] + sample["score"]
    other = np.repeat(others, counts)
    for function, extra in ((harrell_c, {}), (uno_c, {"tau": 4.0})):
        counted = function(sample["time"], sample["event"], sample["score"], counts=counts, **extra)
        repeated = function(one["time"][::-1], one["event"][::-1], one["score"][::-1], **extra)
        assert repeated.value == pytest.approx(counted.value, rel=1e-12)
        assert repeated.se == pytest.approx(counted.se, rel=1e-12)
        assert (repeated.n, repeated.status) == (counted.n, counted.status)
    counted = compare_harrell_c(sample["time"], sample["event"], sample["score"], others, counts=counts)
    repeated = compare_harrell_c(one["time"], one["event"], one["score"], other)
    assert (repeated.value, repeated.se) == pytest.approx((counted.value, counted.se), rel=1e-12)


def test_the_difference_of_two_cs_has_the_error_of_the_difference_of_influences():
    sample = random_follow_up(7)
    other = np.round(sample["score"] + sample["time"])
    difference = compare_harrell_c(sample["time"], sample["event"], sample["score"], other)
    (one, moves_one), (two, moves_two) = (
        brute_force(sample["time"], sample["event"], score) for score in (sample["score"], other)
    )
    assert one - two == pytest.approx(difference.value, rel=1e-12)
    assert math.sqrt(((moves_one - moves_two) ** 2).sum()) == pytest.approx(difference.se, rel=1e-12)


def test_reversing_the_score_mirrors_c():
    sample = random_follow_up(5)
    estimate = harrell_c(sample["time"], sample["event"], sample["score"])
    mirrored = harrell_c(sample["time"], sample["event"], -sample["score"])
    assert estimate.value == pytest.approx(1 - mirrored.value, rel=1e-12)
    assert (estimate.low, estimate.high) == pytest.approx((1 - mirrored.high, 1 - mirrored.low), rel=1e-12)


def test_without_censoring_before_tau_unos_c_is_harrells():
    time, event, score = [1, 2, 3, 5, 5, 5], [1, 1, 1, 0, 0, 0], [4, 1, 3, 2, 0, 3]
    harrell, uno = harrell_c(time, event, score), uno_c(time, event, score)
    assert (harrell.value, harrell.se) == pytest.approx((uno.value, uno.se), rel=1e-12)


def test_unos_c_of_a_tail_that_few_people_reach_is_sparse():
    time = np.arange(1, 202)
    event = np.resize([0, 0, 0, 0, 1], 201)
    event[-2:] = [1, 0]
    score = np.resize([3, 1, 2, 4, 3, 0, 2], 201)
    whole, early = uno_c(time, event, score), uno_c(time, event, score, tau=100)
    assert (whole.status, early.status) == ("sparse", "ok")
    assert "still observed" in whole.notes[-1]
    assert dict(early.at) == {"tau": 100}


def test_a_perfect_ranking_has_an_interval_all_the_same():
    estimate = harrell_c([1, 2, 3, 4], [1, 1, 0, 0], [4, 3, 2, 1])
    assert (estimate.value, estimate.status, estimate.high) == (1.0, "degenerate", 1.0)
    assert 0.3 < estimate.low < 0.7


def test_one_score_for_everybody_ranks_like_chance():
    estimate = harrell_c([1, 2, 3, 4], [1, 1, 0, 0], [2, 2, 2, 2])
    assert (estimate.value, estimate.status) == (0.5, "degenerate")


@pytest.mark.parametrize(
    ("time", "event"), [([1, 2], [0, 0]), ([2, 2], [1, 1]), ([1, 2], [0, 1]), ([1], [1]), ([], [])]
)
def test_without_a_comparable_pair_nothing_is_estimable(time, event):
    score = np.arange(len(time))
    for estimate in (
        harrell_c(time, event, score),
        uno_c(time, event, score),
        compare_harrell_c(time, event, score, score),
    ):
        assert estimate.status == "not_estimable"
        assert math.isnan(estimate.value)
        assert math.isnan(estimate.low)


def test_two_scores_that_rank_alike_do_not_differ():
    difference = compare_harrell_c(TIME, EVENT, SCORE, 2 * SCORE)
    assert (difference.value, difference.se, difference.status) == (0.0, 0.0, "degenerate")


def test_contract_errors():
    with pytest.raises(ContractError, match="`tau` is 0"):
        uno_c(TIME, EVENT, SCORE, tau=0)
    with pytest.raises(ContractError, match="`method` is 'delong'"):
        harrell_c(TIME, EVENT, SCORE, method="delong")
    with pytest.raises(ContractError, match="lengths differ"):
        harrell_c(TIME, EVENT, SCORE[1:])


@given(st.lists(st.integers(0, 20), max_size=40), st.data())
def test_weights_below_and_at_a_limit_are_those_counted_one_by_one(values, draw):
    values = np.array(values, dtype=np.int64)
    weights = np.arange(1.0, len(values) + 1)
    queries = draw.draw(st.lists(st.tuples(st.integers(0, len(values)), st.integers(0, 31)), max_size=10))
    prefix, limit = (np.array([query[place] for query in queries], dtype=np.int64) for place in (0, 1))
    below, equal = below_and_equal(values, weights, prefix, limit)
    assert [weights[:p][values[:p] < x].sum() for p, x in queries] == pytest.approx(below.tolist())
    assert [weights[:p][values[:p] == x].sum() for p, x in queries] == pytest.approx(equal.tolist())
