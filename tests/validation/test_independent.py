"""Differences of independent estimates, and the test that several are equal."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvn.validation.estimate import Estimate
from rvn.validation.foundations.independent import equality, independent_difference
from rvn.validation.rates.proportions import difference, proportion, ratio

SAMPLE = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def on_log(value, se, **more):
    reach = 1.96 * se
    low, high = value * math.exp(-reach), value * math.exp(reach)
    return Estimate(name="odds_ratio", value=value, se=se, scale="log", low=low, high=high, **more)


@given(SAMPLE, SAMPLE)
def test_of_two_proportions_it_is_newcombes_interval(first, second):
    expected = difference(*first, *second)
    found = independent_difference(proportion(*first), proportion(*second))
    assert pytest.approx((expected.value, expected.low, expected.high), abs=1e-12) == (
        found.value,
        found.low,
        found.high,
    )
    assert (expected.n, expected.n_events) == (found.n, found.n_events)
    assert (found.p_value is None) == ({first[0], second[0]} & {0, first[1], second[1]} != set()) or found.se > 0


def test_of_symmetric_limits_it_is_walds_interval():
    rows = [
        Estimate(name="mean", value=value, se=se, low=value - 2 * se, high=value + 2 * se)
        for value, se in ((5, 3), (1, 4))
    ]
    found = independent_difference(*rows)
    assert (4.0, 5.0, -6.0, 14.0) == (found.value, found.se, found.low, found.high)
    assert 0.8 == found.statistic
    assert "mean_difference" == found.name


def test_on_the_log_scale_it_is_the_ratio():
    found = independent_difference(on_log(4.0, 0.3), on_log(2.0, 0.4))
    assert ("odds_ratio_ratio", "log") == (found.name, found.scale)
    assert pytest.approx((2.0, 0.5)) == (found.value, found.se)
    assert pytest.approx(math.log(2) / 0.5) == found.statistic
    assert pytest.approx((2 * math.exp(-1.96 * 0.5), 2 * math.exp(1.96 * 0.5))) == (found.low, found.high)


def test_ratios_of_proportions_have_katzs_error():
    one, other = (
        Estimate(name="rate", value=x / n, se=math.sqrt(1 / x - 1 / n), scale="log", low=0.1, high=0.9)
        for x, n in ((20, 50), (10, 40))
    )
    assert pytest.approx(ratio(20, 50, 10, 40, method="katz").se) == independent_difference(one, other).se


def test_a_limit_of_zero_on_the_log_scale_stays_zero():
    one = Estimate(name="rate", value=2.0, se=0.3, scale="log", low=0.0, high=math.inf)
    found = independent_difference(one, on_log(1.0, 0.3))
    assert (2.0, 0.0, math.inf) == (found.value, found.low, found.high)


def test_the_test_is_on_the_scale_of_the_difference_whatever_the_intervals_were_made_on():
    logit = Estimate(name="auc", value=0.8, se=0.25, scale="logit", low=0.7, high=0.87)
    plain = Estimate(name="auc", value=0.6, se=0.03, low=0.54, high=0.66)
    found = independent_difference(logit, plain)
    se = math.hypot(0.25 * 0.8 * 0.2, 0.03)
    assert pytest.approx((se, 0.2 / se)) == (found.se, found.statistic)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_one_of_them_lacks_is_not_estimable(value):
    found = independent_difference(on_log(value, 0.3), on_log(2.0, 0.3))
    assert math.isnan(found.value)
    assert ("not_estimable", None) == (found.status, found.p_value)


def test_a_ratio_to_nothing_is_not_estimable():
    assert "not_estimable" == independent_difference(on_log(2.0, 0.3), on_log(0.0, math.nan)).status


def test_without_variance_there_is_no_test():
    found = independent_difference(proportion(0, 30), proportion(10, 30))
    assert (None, None, "degenerate") == (found.statistic, found.p_value, found.status)
    assert found.low < found.value < found.high


@pytest.mark.parametrize("errors", [(0.3, math.nan), (math.nan, 0.3)])
def test_without_an_error_on_either_side_there_is_no_test(errors):
    found = independent_difference(*(on_log(2.0, se) for se in errors))
    assert (None, None, "degenerate") == (found.statistic, found.p_value, found.status)


@pytest.mark.parametrize("status", ["separated", "sparse"])
def test_what_is_wrong_with_one_is_wrong_with_the_difference(status):
    assert status == independent_difference(on_log(2.0, 0.3), on_log(3.0, 0.3, status=status)).status
    assert status == independent_difference(on_log(2.0, 0.3, status=status), on_log(3.0, 0.3)).status


def test_people_and_those_left_out_are_added():
    one = on_log(2.0, 0.3, n=10, n_events=3, excluded={"score absent": 2})
    other = on_log(2.0, 0.3, n=20, n_events=4, excluded={"score absent": 1, "outcome absent": 5})
    found = independent_difference(one, other)
    assert (30, 7, {"score absent": 3, "outcome absent": 5}) == (found.n, found.n_events, found.excluded)


def test_of_two_groups_equality_is_the_square_of_the_difference():
    rows = [on_log(4.0, 0.3), on_log(2.0, 0.4)]
    found = equality([("a", rows[0]), ("b", rows[1])])
    assert pytest.approx(independent_difference(*rows).statistic ** 2) == found.statistic
    assert pytest.approx(independent_difference(*rows).p_value) == found.p_value
    assert (2.0, ("a", "b")) == (found.value, found.at["groups"])


def test_a_group_that_has_none_is_named_and_not_taken_for_equal():
    rows = [("a", on_log(4.0, 0.3)), ("b", on_log(math.nan, math.nan)), ("c", on_log(2.0, 0.4))]
    found = equality(rows)
    assert (2.0, 1.0, "sparse", ("not estimable: b",)) == (found.value, found.df, found.status, found.notes)
    alone = equality(rows[:2])
    assert math.isnan(alone.value)
    assert ("not_estimable", None) == (alone.status, alone.p_value)


def test_a_group_without_variance_counts_for_the_value_only():
    rows = [("a", proportion(0, 30)), ("b", proportion(15, 30)), ("c", proportion(10, 30))]
    found = equality(rows)
    assert (0.5, 1.0, "sparse") == (found.value, found.df, found.status)
    assert ("without variance, so not in the test: a",) == found.notes
    assert (None, "degenerate") == (equality(rows[:2]).p_value, equality(rows[:2]).status)
    assert (55, 90) == (found.n_events + 30, found.n)


def test_a_ratio_to_the_smallest_that_is_zero_is_infinite():
    assert math.inf == equality([("a", on_log(0.0, math.nan)), ("b", on_log(2.0, 0.3))]).value
