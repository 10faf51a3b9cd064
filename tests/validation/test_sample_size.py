"""Sizes of a study against the golden table, and the promise that one person fewer is not enough."""

import math

import numpy as np
import pytest
from scipy.special import expit

from rvn.errors import ContractError
from rvn.validation.planning.sample_size import (
    sample_size_auc,
    sample_size_expected_observed,
    sample_size_slope,
    sample_sizes,
    smallest,
)

PEOPLE = np.array([21, 63, 92, 83, 56, 48, 23, 10, 4])
RISK = expit(-2.4 + 0.35 * np.arange(9))


def test_golden_sizes_for_table_a() -> None:
    assert 6209 == sample_size_slope(RISK, counts=PEOPLE, width=0.2).value
    assert 705 == sample_size_auc(0.736, 0.16, width=0.1).value


def test_the_smallest_size_for_expected_over_observed_is_one_less_than_the_golden_one() -> None:
    # pmvalsampsize searches the standard error in steps and gives 2,025; with 2,024 the width is .19998 already.
    found = sample_size_expected_observed(0.16, width=0.2).value
    z = 1.959963984540054
    width = {n: 2 * math.sinh(z * math.sqrt(0.84 / 0.16 / n)) for n in (2023, 2024)}
    assert (2024, True, True) == (found, width[2024] <= 0.2, width[2023] > 0.2)


def test_the_error_of_the_slope_is_that_of_a_logistic_regression_at_these_risks() -> None:
    linear = np.log(RISK / (1 - RISK))
    design = np.column_stack([np.ones(9), linear])
    information = (design.T * (PEOPLE * RISK * (1 - RISK))) @ design
    per_person = np.linalg.inv(information)[1, 1] * PEOPLE.sum()
    expected = math.ceil((2 * 1.959963984540054 / 0.3) ** 2 * per_person)
    assert expected == sample_size_slope(RISK, counts=PEOPLE, width=0.3).value


def test_a_table_implies_its_own_auc_and_share_of_events() -> None:
    people, risk = np.array([30, 50, 20]), np.array([0.1, 0.3, 0.6])
    events, others = people * risk, people * (1 - risk)
    above = [events[i] * (others[:i].sum() + others[i] / 2) for i in range(3)]
    auc = sum(above) / (events.sum() * others.sum())
    found = sample_sizes(risk, counts=people)
    assert sample_size_auc(auc, events.sum() / 100) == found[0]
    assert sample_size_expected_observed(events.sum() / 100) == found[1]
    assert sample_size_slope(risk, counts=people) == found[2]


def test_rows_of_a_table_may_be_split_and_change_places() -> None:
    people, risk = np.array([30, 50, 20, 30]), np.array([0.1, 0.3, 0.6, 0.1])
    merged = sample_sizes([0.6, 0.1, 0.3], counts=[20, 60, 50])
    assert merged == sample_sizes(risk, counts=people)


def test_scores_with_a_risk_of_zero_or_one_have_no_part_in_the_slope_but_count_as_people() -> None:
    half = sample_size_slope([0.2, 0.8, 0.0, 1.0], counts=[50, 50, 50, 50])
    assert pytest.approx(2 * sample_size_slope([0.2, 0.8]).value, abs=1) == half.value


def test_equal_risks_have_no_slope() -> None:
    found = sample_size_slope([0.3, 0.3, 1.0])
    assert ("not_estimable", True) == (found.status, math.isnan(found.value))


def test_the_smallest_size_is_exact_wherever_the_search_starts() -> None:
    for target in (1.0, 0.5, 0.0101, 1e-6):
        n = smallest(lambda n: 1 / n, target)
        assert (True, True) == (1 / n <= target, n == 2 or 1 / (n - 1) > target)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sample_size_auc(1.0, 0.2), "`auc` is 1"),
        (lambda: sample_size_auc(0.7, 0), "`prevalence` is 0"),
        (lambda: sample_size_auc(0.7, 0.2, width=0), "`width` is 0"),
        (lambda: sample_size_auc(0.7, 0.2, width=1e-9), "no study is that large"),
        (lambda: sample_size_expected_observed(1.5), "`prevalence` is 1.5"),
        (lambda: sample_size_slope([0.2, 1.2]), "from 0 to 1"),
        (lambda: sample_sizes([0.0, 0.0]), "some events"),
        (lambda: sample_size_auc(0.7, 0.2, level=95), "`level` is 95"),
    ],
)
def test_impossible_plans_are_refused(call, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ContractError, match=message):
        call()


def test_a_rare_outcome_needs_many_people_and_the_search_does_not_overflow() -> None:
    found = sample_size_expected_observed(1e-6, width=0.2)
    assert pytest.approx((1.959963984540054 / math.asinh(0.1)) ** 2 * 1e6, rel=1e-5) == found.value
