"""What data can do wrong, one test each: a status or a contract error, never a warning and a wrong number."""

import math

import numpy as np
import pytest

from rvn.errors import ContractError
from rvn.validation.agreement.icc import icc
from rvn.validation.agreement.kappa import kappa
from rvn.validation.association.odds_ratios import odds_ratio
from rvn.validation.calibration.expected_observed import expected_observed, expected_observed_by
from rvn.validation.discrimination.auc import auc
from rvn.validation.follow_up.concordance import harrell_c
from rvn.validation.follow_up.cox import hazard_ratio, hazard_ratios_by_level
from rvn.validation.follow_up.survival import aalen_johansen, kaplan_meier
from rvn.validation.follow_up.time_dependent import auc_at
from rvn.validation.rates.observed import rates_by_level

STATISTICS = [auc, odds_ratio, lambda outcome, score: expected_observed(outcome, np.asarray(score) / 10)]


@pytest.mark.parametrize("statistic", STATISTICS)
def test_an_outcome_with_three_values_is_refused(statistic):
    with pytest.raises(ContractError, match="only 0 and 1"):
        statistic([0, 1, 2], [1, 2, 3])


@pytest.mark.parametrize("statistic", [auc, odds_ratio])
def test_all_events_leave_nothing_to_compare(statistic):
    found = statistic([1, 1], [1, 2])
    assert "not_estimable" == found.status
    assert math.isnan(found.value)


def test_no_events_leave_nothing_to_rank_and_an_infinite_ratio():
    assert {"not_estimable"} == {statistic([0, 0], [1, 2]).status for statistic in (auc, odds_ratio)}
    ratio = expected_observed([0, 0], [0.2, 0.4])
    assert (math.inf, "sparse", math.inf) == (ratio.value, ratio.status, ratio.high)
    assert ratio.low > 0
    assert {"not_estimable"} == {statistic([1, 2], [0, 0], [1, 2]).status for statistic in (harrell_c, hazard_ratio)}


def test_one_score_for_everybody_ranks_like_chance_and_has_no_odds_ratio():
    area = auc([0, 1, 0, 1], [3, 3, 3, 3])
    assert (0.5, "degenerate") == (area.value, area.status)
    assert area.low < 0.5 < area.high
    assert "not_estimable" == odds_ratio([0, 1, 0, 1], [3, 3, 3, 3]).status


def test_a_level_without_events_has_an_upper_limit_and_stays_in_the_table():
    outcome, level, counts = [0, 0, 1], ["low", "high", "high"], [20, 5, 5]
    low, high = rates_by_level(outcome, level, ["low", "high"], counts=counts)
    assert (0.0, 0.0) == (low.value, low.low)
    assert 0.1 < low.high < 0.2
    assert 0.5 == high.value
    by = {row.at["group"]: row for row in expected_observed_by(outcome, [0.1, 0.5, 0.5], level, counts=counts)}
    assert (math.inf, "sparse") == (by["low"].value, by["low"].status)
    (risk, *_) = kaplan_meier([5, 5, 2], outcome, [5], group=level, groups=["low", "high"], counts=counts)
    assert (0.0, "degenerate") == (risk.value, risk.status)
    assert 0.1 < risk.high < 0.2
    (ratio,) = hazard_ratios_by_level([5, 5, 2], outcome, level, reference="high", counts=counts)
    assert "separated" == ratio.status


def test_a_perfect_area_has_an_interval():
    area = auc([0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6])
    assert (1.0, 1.0, "degenerate") == (area.value, area.high, area.status)
    assert area.low < 0.8


def test_separated_data_have_firths_odds_ratio():
    ratio = odds_ratio([0, 0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6, 7])
    assert "separated" == ratio.status
    # Methods, "Perfect separation": Firth b 1.06895915, profile limits 0.0713 and 5.9021.
    assert pytest.approx(np.exp([1.06895915, 0.0713038861, 5.9021491]), rel=1e-6) == [
        ratio.value,
        ratio.low,
        ratio.high,
    ]


@pytest.mark.parametrize("statistic", [harrell_c, hazard_ratio, lambda *people: auc_at(*people, 3)])
def test_negative_times_are_refused(statistic):
    with pytest.raises(ContractError, match="negative times"):
        statistic([1, -2, 3], [1, 0, 1], [1, 2, 3])


def test_times_equal_to_the_horizon_are_by_the_horizon_and_the_censored_are_free_of_the_event():
    # An event at 3 counts by 3; who is censored at 3 is known to be free of it then. R's timeROC has no value here.
    (risk,) = aalen_johansen([1, 3, 3, 3], [1, 1, 0, 0], [3])
    assert pytest.approx(0.5) == risk.value
    area = auc_at([1, 3, 3, 3], [1, 1, 0, 0], [4, 3, 2, 1], 3)
    assert (1.0, "degenerate") == (area.value, area.status)
    assert 2 == area.n_events


def test_clusters_of_one_are_no_clusters():
    outcome, score = [0, 1, 0, 1, 1, 0], [1, 2, 2, 3, 1, 2]
    plain, clustered = auc(outcome, score, method="wald"), auc(outcome, score, cluster=range(6), method="wald")
    assert pytest.approx((plain.value, plain.se)) == (clustered.value, clustered.se)
    alone = odds_ratio(outcome, score, cluster=[1] * 6)
    assert "sparse" == alone.status
    assert math.isnan(alone.se)


def test_weights_of_zero_are_as_if_nobody_were_there():
    with_nobody = auc([0, 1, 0, 1, 1], [1, 2, 2, 3, 9], weights=[1, 2, 1, 1, 0])
    assert auc([0, 1, 0, 1], [1, 2, 2, 3], weights=[1, 2, 1, 1]) == with_nobody
    assert "not_estimable" == auc([0, 1], [1, 2], weights=[0, 0]).status


def test_raters_who_never_disagree_are_degenerate_and_of_one_category_not_estimable():
    for found in (kappa([0, 1, 1], [0, 1, 1]), icc([[1, 1], [2, 2], [4, 4]], "A,1")):
        assert (1.0, "degenerate") == (found.value, found.status)
    assert "not_estimable" == kappa([1, 1, 1], [1, 1, 1]).status


@pytest.mark.parametrize("statistic", STATISTICS)
def test_0_and_1_as_text_are_refused(statistic):
    with pytest.raises(ContractError, match="not"):
        statistic(["0", "1", "1"], [1, 2, 3])


@pytest.mark.parametrize("statistic", STATISTICS)
def test_missing_outcomes_are_left_out_and_counted(statistic):
    outcome, score = [0, 1, 0, 1, None, float("nan")], [1, 2, 2, 3, 9, 9]
    found = statistic(outcome, score)
    assert (4, {"outcome absent": 2}) == (found.n, dict(found.excluded))
    assert statistic(outcome[:4], score[:4]).value == found.value
