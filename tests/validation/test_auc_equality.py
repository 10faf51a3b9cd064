"""The test of several AUCs at once."""

import math

import numpy as np
import pytest

from reference import compas_filtered
from rvn.errors import ContractError
from rvn.validation.discrimination.auc import auc, compare_auc
from rvn.validation.discrimination.auc_equality import auc_equality

OUTCOME = [0, 0, 1, 1, 0, 1, 0, 1]
FIRST, SECOND, THIRD = [1, 2, 2, 3, 1, 1, 3, 4], [2, 1, 2, 2, 3, 3, 1, 1], [1, 1, 4, 3, 2, 2, 2, 5]


def test_of_two_scores_it_is_the_square_of_the_paired_test():
    frame = compas_filtered()
    outcome, first, second = frame["two_year_recid"], frame["decile_score"], frame["priors_count"]
    pair = compare_auc(outcome, first, second)
    both = auc_equality(outcome, {"first": first, "second": second})
    assert pytest.approx(pair.statistic**2) == both.statistic
    assert pytest.approx(pair.p_value) == both.p_value
    assert (1.0, abs(pair.value)) == (both.df, both.value)


def test_it_does_not_matter_which_score_comes_first():
    one = auc_equality(OUTCOME, {"a": FIRST, "b": SECOND, "c": THIRD})
    other = auc_equality(OUTCOME, {"c": THIRD, "a": FIRST, "b": SECOND})
    assert pytest.approx(one.statistic) == other.statistic
    assert 2.0 == one.df == other.df
    areas = [auc(OUTCOME, score).value for score in (FIRST, SECOND, THIRD)]
    assert pytest.approx(max(areas) - min(areas)) == one.value


def test_a_score_named_twice_adds_no_degree_of_freedom():
    once = auc_equality(OUTCOME, {"a": FIRST, "b": SECOND})
    twice = auc_equality(OUTCOME, {"a": FIRST, "b": SECOND, "again": FIRST})
    assert pytest.approx((once.statistic, 1.0)) == (twice.statistic, twice.df)


def test_a_score_and_itself_cannot_be_told_apart():
    estimate = auc_equality(OUTCOME, {"a": FIRST, "b": FIRST})
    assert (0.0, None, "degenerate") == (estimate.value, estimate.p_value, estimate.status)


def test_counts_are_rows_repeated():
    counts = [3, 1, 2, 4, 1, 2, 3, 1]
    scores = {"a": FIRST, "b": SECOND, "c": THIRD}
    long = {name: np.repeat(score, counts) for name, score in scores.items()}
    assert repr(auc_equality(np.repeat(OUTCOME, counts), long)) == repr(auc_equality(OUTCOME, scores, counts=counts))


def test_without_cases_or_with_one_there_is_no_test():
    nothing = auc_equality([0, 0, 0], {"a": [1, 2, 3], "b": [3, 2, 1]})
    assert "not_estimable" == nothing.status
    assert math.isnan(nothing.value)
    single = auc_equality([0, 0, 1], {"a": [1, 2, 3], "b": [3, 2, 1]})
    assert ("sparse", None) == (single.status, single.p_value)


def test_one_score_alone_is_refused():
    with pytest.raises(ContractError, match="two scores"):
        auc_equality([0, 1], {"a": [1, 2]})
