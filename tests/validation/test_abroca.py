"""The area between two ROC curves, against pROC's curves integrated in R and table P."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from table_p import GROUP, OUTCOME, SCORE

from reference import compas_filtered, r_values
from rvn.errors import ContractError
from rvn.validation.discrimination.roc import roc_curve
from rvn.validation.groups.abroca import abroca
from rvn.validation.groups.parts import EVERYONE_ELSE

R = r_values("fairness")["abroca_compas"]


def compas(column="race"):
    frame = compas_filtered()
    return frame["two_year_recid"], frame["decile_score"], frame[column]


def test_areas_of_compas_are_those_of_r():
    found = {
        row.area.at["group"]: row.area.value for row in abroca(*compas(), reference="Caucasian", replicates=1, rng=1)
    }
    assert pytest.approx(R["aa_vs_c"], rel=1e-9) == found["African-American"]
    assert pytest.approx(R["hispanic_vs_c"], rel=1e-9) == found["Hispanic"]
    (sexes,) = abroca(*compas("sex"), reference="Female", replicates=1, rng=1)
    assert pytest.approx(R["male_vs_female"], rel=1e-9) == sexes.area.value


def test_table_p_has_its_area():
    (found,) = abroca(OUTCOME, SCORE, GROUP, replicates=1, rng=1)
    assert pytest.approx(0.2, rel=1e-12) == found.area.value


def test_the_area_is_that_under_a_fine_grid_where_curves_cross_and_rise_upright():
    generator = np.random.default_rng(3)
    for _ in range(5):
        score, outcome = generator.integers(0, 5, 60), generator.integers(0, 2, 60)
        group = generator.integers(0, 2, 60)
        # Nobody in the first group who is free of the event has the highest score: its curve starts upright.
        outcome[(group == 0) & (score == 4)] = 1
        (found,) = abroca(outcome, score, group, replicates=1, rng=1)
        grid = (np.arange(200_000) + 0.5) / 200_000
        heights = []
        for name in (0, 1):
            curve = roc_curve(outcome[group == name], score[group == name])
            heights.append(np.interp(grid, 1 - curve.specificity[::-1], curve.sensitivity[::-1]))
        assert pytest.approx(np.abs(heights[0] - heights[1]).mean(), abs=1e-5) == found.area.value


def test_curves_with_equal_areas_that_cross_are_not_equal():
    # One curve lies on the floor up to the middle and then at 1, the other at one half throughout: both areas are 1/2.
    outcome = [0, 0, 0, 1, 1, 1] * 2
    counts = [50, 0, 50, 0, 100, 0, 0, 100, 0, 50, 0, 50]
    (found,) = abroca(outcome, [1, 2, 3] * 4, ["a"] * 6 + ["b"] * 6, counts=counts, replicates=500, rng=1)
    assert pytest.approx(0.5, rel=1e-12) == found.area.value
    assert 1 / 501 == found.area.p_value


@pytest.mark.parametrize(("samples", "error"), [(50, 0.12), pytest.param(1000, 0.03, marks=pytest.mark.slow)])
def test_under_equality_the_area_is_above_zero_and_its_p_value_is_uniform(samples, error):
    generator = np.random.default_rng(8)
    p_values = []
    for seed in range(samples):
        outcome = np.repeat([0, 1], 60)
        score, group = generator.integers(0, 6, 120) + outcome, generator.integers(0, 2, 120)
        (found,) = abroca(outcome, score, group, replicates=60, rng=seed)
        assert found.area.value > 0
        assert found.under_equality.low < found.under_equality.value < found.under_equality.high
        p_values.append(found.area.p_value)
    assert pytest.approx(0.5, abs=error) == np.mean(p_values)
    assert pytest.approx(0.1, abs=error) == np.mean(np.array(p_values) <= 0.1)


@pytest.mark.parametrize("scores", [4, 400])
def test_the_permutations_shuffle_people_within_cases_and_within_non_cases(scores):
    """By hand, person by person; with four scores counts are drawn by score, with four hundred by person."""
    generator = np.random.default_rng(2)
    outcome, group = np.repeat([0, 1], [110, 90]), generator.integers(0, 2, 200)
    score = generator.integers(0, scores, 200) + outcome * scores // 4
    (found,) = abroca(outcome, score, group, replicates=1500, rng=1)
    areas = []
    for _ in range(150):
        shuffled = group.copy()
        for kind in (0, 1):
            shuffled[outcome == kind] = generator.permutation(group[outcome == kind])
        areas.append(abroca(outcome, score, shuffled, replicates=1, rng=1)[0].area.value)
    assert pytest.approx(np.mean(areas), rel=0.1) == found.under_equality.value
    assert pytest.approx(np.quantile(areas, 0.975), rel=0.15) == found.under_equality.high


def test_p_values_of_several_groups_are_adjusted():
    found = {row.area.at["group"]: row.area for row in abroca(*compas(), replicates=200, rng=1)}
    assert 5 == len(found)
    assert all("Holm, 5 tests" in row.notes[-1] for row in found.values())
    assert {"Asian", "Native American"} == {name for name, row in found.items() if row.status == "sparse"}


def test_the_same_seed_gives_the_same_test():
    one, again, other = (abroca(*compas("sex"), replicates=50, rng=seed) for seed in (1, 1, 2))
    assert repr(one) == repr(again) == repr(abroca(*compas("sex"), replicates=50, rng=np.random.default_rng(1)))
    assert one[0].under_equality.value != other[0].under_equality.value


def test_everyone_else_is_one_group():
    outcome, score, race = compas()
    found = abroca(outcome, score, race, reference=EVERYONE_ELSE, replicates=1, rng=1)
    (expected,) = abroca(outcome, score, race == "Caucasian", replicates=1, rng=1)
    (row,) = (row.area for row in found if row.area.at["group"] == "Caucasian")
    assert pytest.approx(expected.area.value) == row.value


def test_a_group_without_cases_has_no_curve():
    (found,) = abroca([0, 1, 0], [1, 2, 1], ["a", "a", "b"], counts=[50, 50, 30], replicates=5, rng=1)
    assert ("not_estimable", "not_estimable") == (found.area.status, found.under_equality.status)
    assert math.isnan(found.area.value)
    assert found.area.p_value is None


def test_with_one_score_there_is_no_area_and_none_to_expect():
    (found,) = abroca([0, 1] * 2, [3] * 4, ["a", "a", "b", "b"], counts=[40] * 4, replicates=5, rng=1)
    assert (0.0, 0.0, 1.0) == (found.area.value, found.under_equality.value, found.area.p_value)
    assert "degenerate" == found.area.status


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 3), st.sampled_from("ab"), st.integers(0, 3)),
        min_size=1,
        max_size=20,
    ),
    st.randoms(),
)
def test_counts_equal_repeated_rows_in_any_order(people, random):
    outcome, score, group, counts = (list(column) for column in zip(*people, strict=True))
    again = [row for row, count in enumerate(counts) for _ in range(count)]
    again = random.sample(again, len(again))
    rows = [[column[row] for row in again] for column in (outcome, score, group)]
    counted = abroca(outcome, score, group, counts=counts, replicates=3, rng=1)
    assert repr(counted) == repr(abroca(*rows, replicates=3, rng=1))


def test_contracts():
    with pytest.raises(ContractError, match="`replicates` is 0; it must be at least 1"):
        abroca([0, 1], [1, 2], ["a", "b"], replicates=0, rng=1)
    with pytest.raises(ContractError, match="must hold only 0 and 1"):
        abroca([0, 2], [1, 2], ["a", "b"], rng=1)
    assert () == abroca([], [], [], rng=1)
