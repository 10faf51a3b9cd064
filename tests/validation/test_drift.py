"""The population stability index, by hand and by simulation of its test."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reference import data
from rvn.errors import ContractError
from rvn.validation.rates.drift import population_stability


def test_the_index_and_its_test_by_hand() -> None:
    found = population_stability([1, 2, 3], [1, 2, 3], reference_counts=[50, 30, 20], current_counts=[80, 80, 40])
    expected = -0.1 * math.log(0.8) + 0.1 * math.log(4 / 3)
    assert pytest.approx(expected, rel=1e-12) == found.value
    statistic = 100 * 200 / 300 * expected
    assert pytest.approx((statistic, 2, stats.chi2.sf(statistic, 2))) == (found.statistic, found.df, found.p_value)
    assert ("ok", 300) == (found.status, found.n)


def test_in_large_samples_the_statistic_is_that_of_pearsons_test() -> None:
    frame = data("compas")
    halves = [frame.loc[frame["id"] % 2 == odd, "decile_score"] for odd in (0, 1)]
    table = np.stack([np.bincount(scores, minlength=11)[1:] for scores in halves])
    found = population_stability(*halves)
    assert pytest.approx(stats.chi2_contingency(table).statistic, rel=0.02) == found.statistic


def test_the_test_rejects_as_often_as_it_says() -> None:
    generator = np.random.default_rng(11)
    shares = np.array([0.3, 0.25, 0.2, 0.15, 0.1])
    scores = np.arange(5)
    rejected = 0
    for _ in range(1000):
        then, now = generator.multinomial(400, shares), generator.multinomial(300, shares)
        p_value = population_stability(scores, scores, reference_counts=then, current_counts=now).p_value
        rejected += p_value is not None and p_value < 0.05
    assert 30 <= rejected <= 70


def test_a_score_that_one_side_lacks_counts_half_a_person_there() -> None:
    found = population_stability([1, 2], [1, 2], reference_counts=[100, 0], current_counts=[50, 50])
    then, now = np.array([100, 0.5]) / 100.5, np.array([0.5, 0.5])
    assert pytest.approx(float(((now - then) * np.log(now / then)).sum())) == found.value


def test_few_people_in_a_score_are_sparse() -> None:
    found = population_stability([1, 2], [1, 2], reference_counts=[100, 2], current_counts=[100, 3])
    assert ("sparse", "1 scores with fewer than 5 people expected") == (found.status, found.notes[0])


def test_no_change_is_zero_and_one_score_has_no_test() -> None:
    same = population_stability([1, 2], [1, 2], reference_counts=[50, 50], current_counts=[90, 90])
    one = population_stability([3, 3], [3])
    assert (0.0, 1.0) == (same.value, same.p_value)
    assert ("degenerate", 0.0, None) == (one.status, one.value, one.p_value)


def test_an_empty_side_is_not_estimable() -> None:
    found = population_stability([1, None], [None])
    assert ("not_estimable", {"reference absent": 1, "current absent": 1}) == (found.status, dict(found.excluded))


def test_text_is_refused() -> None:
    with pytest.raises(ContractError, match="not numbers"):
        population_stability(["low"], ["high"])


scores = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 30)), min_size=1, max_size=6)


@given(scores, scores)
def test_counts_are_repeated_rows_and_the_sides_may_change_places(then, now) -> None:  # type: ignore[no-untyped-def]
    (before, n_before), (after, n_after) = (
        (np.array(column) for column in zip(*side, strict=True)) for side in (then, now)
    )
    counted = population_stability(before, after, reference_counts=n_before, current_counts=n_after)
    swapped = population_stability(np.repeat(after, n_after)[::-1], np.repeat(before, n_before))
    assert counted.status == swapped.status
    assert pytest.approx(counted.value, abs=1e-12) == swapped.value
    assert counted.value >= 0
