"""Pearson's correlation against R's cor.test."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import data, r_values
from rvn.validation.reliability.correlation import correlation


@pytest.mark.parametrize(("record", "later"), [("base_6m", "CES_D_6m"), ("base_12m", "CES_D_12m")])
def test_a_retest_correlation_and_its_interval_are_those_of_cor_test(record: str, later: str) -> None:
    values, frame = r_values("reliability")["test_retest_cesd"][record], data("help_items")
    found = correlation(frame["CES_D"], frame[later])
    assert (values["n"], {"second absent": 470 - values["n"]}) == (found.n, dict(found.excluded))
    assert pytest.approx([values["r"], *values["r_ci"]], rel=1e-9) == [found.value, found.low, found.high]


@pytest.mark.parametrize("second", [[5, 5, 5], [None, None, 1]])
def test_a_score_that_does_not_vary_has_no_correlation(second: list[float | None]) -> None:
    found = correlation([1, 2, 3], second)
    assert ("not_estimable", True) == (found.status, math.isnan(found.value))


def test_a_straight_line_is_degenerate_without_an_interval() -> None:
    found = correlation([1, 2, 3, 4, 5], [9, 7, 5, 3, 1])
    assert ("degenerate", pytest.approx(-1), True) == (found.status, found.value, math.isnan(found.low))


def test_three_people_have_a_value_and_no_interval() -> None:
    found = correlation([1, 2, 3], [1, 3, 2])
    assert ("sparse", pytest.approx(0.5), True) == (found.status, found.value, math.isnan(found.low))


score = st.integers(0, 5)


@given(st.lists(st.tuples(score, score, st.integers(1, 4)), min_size=2, max_size=10))
def test_counts_are_repeated_rows_and_the_two_scores_may_change_places(rows) -> None:  # type: ignore[no-untyped-def]
    first, second, counts = (np.array(column) for column in zip(*rows, strict=True))
    counted = correlation(first, second, counts=counts)
    repeated = correlation(np.repeat(second, counts)[::-1], np.repeat(first, counts)[::-1])
    assert repeated.status == counted.status
    for part in ("value", "se", "low", "high"):
        assert pytest.approx(getattr(repeated, part), abs=1e-9, nan_ok=True) == getattr(counted, part)
