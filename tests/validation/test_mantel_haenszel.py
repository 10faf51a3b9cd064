"""The odds ratio between groups at equal scores, against R's mantelhaen.test."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import compas_filtered, r_values
from rvn.errors import ContractError
from rvn.validation.association.odds_ratios import odds_ratios_by_level
from rvn.validation.groups.mantel_haenszel import odds_ratio_at_equal_score
from rvn.validation.groups.parts import EVERYONE_ELSE

R = r_values("fairness")["conditional_rates_by_decile"]
PEOPLE = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 2), st.sampled_from("ab"), st.integers(0, 4)), min_size=1, max_size=20
)


def close(expected):
    return pytest.approx(expected, rel=1e-9)


def compas():
    frame = compas_filtered()
    return frame["two_year_recid"], frame["decile_score"], frame["race"]


def test_ratio_limits_and_test_are_those_of_r():
    outcome, score, race = compas()
    found = odds_ratio_at_equal_score(outcome, score, race, reference="Caucasian")
    row = found[0]
    assert {"group": "African-American", "reference": "Caucasian"} == row.at
    assert close(R["mh_common_or"]) == row.value
    assert close(R["mh_ci"]) == [row.low, row.high]
    assert close(R["mh_chisq"]) == row.statistic
    assert f"p {R['mh_p']:.4g} before adjustment (Holm, 5 tests)" in row.notes
    two = race.isin(["African-American", "Caucasian"])
    (alone,) = odds_ratio_at_equal_score(outcome[two], score[two], race[two], reference="Caucasian")
    assert close(R["mh_p"]) == alone.p_value
    assert sum(R["n_aa"]) + sum(R["n_c"]) == alone.n


def test_with_one_score_it_is_the_odds_ratio_with_walds_limits():
    outcome, group, counts = [0, 1, 0, 1], ["a", "a", "b", "b"], [50, 20, 60, 40]
    (row,) = odds_ratio_at_equal_score(outcome, [3] * 4, group, counts=counts, reference="a")
    (plain,) = odds_ratios_by_level(outcome, group, counts=counts, reference="a")
    assert pytest.approx(plain.value) == row.value
    assert pytest.approx(plain.se) == row.se


def test_groups_that_change_places_turn_the_ratio_round():
    outcome, score, race = compas()
    (one,) = odds_ratio_at_equal_score(outcome, score, race == "Other", reference=False)
    (other,) = odds_ratio_at_equal_score(outcome, score, race == "Other", reference=True)
    assert pytest.approx((1 / other.value, 1 / other.high, 1 / other.low)) == (one.value, one.low, one.high)
    assert pytest.approx(other.statistic) == one.statistic
    everyone = odds_ratio_at_equal_score(outcome, score, race, reference=EVERYONE_ELSE)
    assert close(one.value) == everyone[-1].value


def test_scores_that_one_group_lacks_add_nothing():
    outcome, score, group, counts = [0, 1, 0, 1], [1] * 4, ["a", "a", "b", "b"], [50, 20, 60, 40]
    (row,) = odds_ratio_at_equal_score(outcome, score, group, counts=counts)
    more = odds_ratio_at_equal_score([*outcome, 1, 0], [*score, 7, 8], [*group, "a", "b"], counts=[*counts, 9, 9])
    assert (row.value, row.low, row.statistic) == (more[0].value, more[0].low, more[0].statistic)
    assert row.n + 18 == more[0].n


def test_groups_without_a_score_in_common_cannot_be_compared():
    (row,) = odds_ratio_at_equal_score([0, 1, 0, 1], [1, 1, 2, 2], ["a", "a", "b", "b"], counts=[30] * 4)
    assert ("not_estimable", None) == (row.status, row.p_value)
    assert math.isnan(row.value)
    assert ("no score at which the groups can be compared",) == row.notes


def test_without_events_in_one_group_there_is_a_test_but_no_interval():
    outcome, group = [0, 0, 1], ["a", "b", "b"]
    (none,) = odds_ratio_at_equal_score(outcome, [1] * 3, group, counts=[30, 30, 30], reference="b")
    (all_,) = odds_ratio_at_equal_score(outcome, [1] * 3, group, counts=[30, 30, 30], reference="a")
    assert (0.0, math.inf) == (none.value, all_.value)
    assert {"degenerate"} == {none.status, all_.status}
    assert none.p_value < 0.001
    assert np.isnan([none.low, none.high, all_.low, all_.high]).all()


def test_small_groups_are_sparse():
    found = odds_ratio_at_equal_score(*compas())
    assert {"Asian", "Native American"} == {row.at["group"] for row in found if row.status == "sparse"}


@given(PEOPLE, st.randoms())
def test_counts_equal_repeated_rows_in_any_order(people, random):
    outcome, score, group, counts = (list(column) for column in zip(*people, strict=True))
    again = [row for row, count in enumerate(counts) for _ in range(count)]
    again = random.sample(again, len(again))
    rows = [[column[row] for row in again] for column in (outcome, score, group)]
    counted = odds_ratio_at_equal_score(outcome, score, group, counts=counts)
    assert repr(counted) == repr(odds_ratio_at_equal_score(*rows))


def test_contracts():
    with pytest.raises(ContractError, match="must hold only 0 and 1"):
        odds_ratio_at_equal_score([0, 2], [1, 2], ["a", "b"])
    with pytest.raises(ContractError, match="a confidence level lies between 0 and 1"):
        odds_ratio_at_equal_score([0, 1], [1, 2], ["a", "b"], level=2)
    assert () == odds_ratio_at_equal_score([], [], [])
