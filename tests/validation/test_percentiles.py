"""Percentile ranks in three conventions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reference import compas_filtered, r_values
from rvn.validation.rates.percentiles import percentile_ranks

PEOPLE_A = [21, 63, 92, 83, 56, 48, 23, 10, 4]


def test_the_ranks_of_the_deciles_are_those_of_r():
    expected = r_values("scoring")["norms_compas_decile"]
    found = percentile_ranks(compas_filtered()["decile_score"])
    assert expected["score"] == [rank.score for rank in found]
    assert pytest.approx(expected["percentile_below"], rel=1e-12) == [rank.below for rank in found]
    assert pytest.approx(expected["percentile_mid"], rel=1e-12) == [rank.mid.value for rank in found]
    assert pytest.approx(expected["percentile_below_or_equal"], rel=1e-12) == [rank.at_or_below for rank in found]


def test_the_mid_ranks_of_table_a():
    found = percentile_ranks(range(9), counts=PEOPLE_A)
    expected = [2.625, 13.125, 32.5, 54.375, 71.75, 84.75, 93.625, 97.75, 99.5]
    assert pytest.approx(expected) == [rank.mid.value for rank in found]
    assert pytest.approx((80.98, 88.02), abs=0.005) == (found[5].mid.low, found[5].mid.high)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4)), min_size=1, max_size=15))
def test_the_three_ranks_are_scipys(rows):
    score, counts = (np.array(column) for column in zip(*rows, strict=True))
    people = np.repeat(score, counts)
    found = percentile_ranks(score, counts=counts)
    assert sorted(set(people)) == [rank.score for rank in found]
    for rank in found:
        assert pytest.approx(stats.percentileofscore(people, rank.score, "strict")) == rank.below
        assert pytest.approx(stats.percentileofscore(people, rank.score, "mean")) == rank.mid.value
        assert pytest.approx(stats.percentileofscore(people, rank.score, "weak")) == rank.at_or_below
        assert rank.mid.low < rank.mid.value < rank.mid.high


def test_a_score_nobody_obtained_has_the_step_inside_the_range_and_nothing_outside():
    below, step, top, above = percentile_ranks([1, 4], counts=[3, 1], scores=[4, 0, 2, 5])
    assert (75.0, 75.0, 75.0) == (step.below, step.mid.value, step.at_or_below)
    assert (75.0, 87.5, 100.0) == (top.below, top.mid.value, top.at_or_below)
    for rank in (below, above):
        assert "not_estimable" == rank.mid.status
        assert math.isnan(rank.below)
        assert math.isnan(rank.mid.low)


def test_an_empty_norm_sample_has_no_ranks():
    assert () == percentile_ranks([])
    assert "not_estimable" == percentile_ranks([None], scores=[1])[0].mid.status
    assert {"score absent": 1} == percentile_ranks([None], scores=[1])[0].mid.excluded
