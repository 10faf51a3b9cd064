"""Intervals of proportions against DescTools, Hmisc, PropCIs and base R, and the laws that they keep."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import r_values
from rvn.errors import ContractError
from rvn.validation.rates.proportions import difference, limits, proportion, ratio, square_and_add

R = r_values("proportions")
SAMPLE = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
METHODS = {
    "wilson": "wilson",
    "exact": "clopper-pearson",
    "jeffreys": "jeffreys",
    "agresti_coull": "agresti-coull",
}


def close(expected: float) -> object:
    return pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("case", R["one_proportion"], ids=lambda case: f"{case['x']}of{case['n']}")
@pytest.mark.parametrize("method", METHODS)
def test_one_proportion_has_the_limits_of_desctools(case, method):
    estimate = proportion(case["x"], case["n"], method=method)
    low, high = case["desctools"][METHODS[method]]
    assert case["x"] / case["n"] == estimate.value
    assert close(low) == estimate.low
    assert close(high) == estimate.high


@pytest.mark.parametrize("case", R["one_proportion"], ids=lambda case: f"{case['x']}of{case['n']}")
def test_wilson_is_prop_test_and_not_hmisc_at_the_edges(case):
    estimate = proportion(case["x"], case["n"])
    assert close(case["prop_test_uncorrected"][0]) == estimate.low
    assert close(case["prop_test_uncorrected"][1]) == estimate.high
    if (case["x"], case["n"]) == (1, 10):
        # Hmisc changes Wilson's limit at x = 1 and n - 1 (to Poisson's), and does not say so in the method's name.
        assert 0.005129 == round(case["hmisc_wilson"][1], 6)
        assert 0.017876 == round(estimate.low, 6)


@pytest.mark.parametrize(
    ("events", "n", "method", "expected"),
    [
        (0, 21, "wilson", (0, 0.154639019)),
        (0, 21, "exact", (0, 0.161097615)),
        (0, 21, "jeffreys", (0, 0.111470316)),
        (13, 83, "wilson", (0.0938801228, 0.249751355)),
        (13, 83, "exact", (0.0861187487, 0.252933102)),
    ],
)
def test_the_rates_of_table_a_have_their_limits(events, n, method, expected):
    estimate = proportion(events, n, method=method)
    assert pytest.approx(expected, abs=1e-9) == (estimate.low, estimate.high)


@given(SAMPLE, st.sampled_from(list(METHODS)), st.sampled_from([0.8, 0.95, 0.99]))
def test_limits_mirror_when_events_and_non_events_are_swapped(sample, method, level):
    events, n = sample
    low, high = limits(events, n, method=method, level=level)
    other_low, other_high = limits(n - events, n, method=method, level=level)
    assert pytest.approx(1 - other_high, abs=1e-9) == low
    assert pytest.approx(1 - other_low, abs=1e-9) == high


@given(SAMPLE, st.sampled_from(list(METHODS)))
def test_limits_hold_the_proportion_and_lie_within_0_and_1(sample, method):
    events, n = sample
    low, high = limits(events, n, method=method)
    assert 0 <= low <= events / n <= high <= 1


def test_limits_of_arrays_are_those_of_their_elements():
    low, high = limits([0, 5, 0], [10, 10, 0])
    assert [limits(0, 10)[0], limits(5, 10)[0]] == low[:2].tolist()
    assert np.isnan([low[2], high[2]]).all()


def test_nobody_has_no_rate():
    estimate = proportion(0, 0)
    assert "not_estimable" == estimate.status
    assert math.isnan(estimate.value)
    assert math.isnan(estimate.low)


@pytest.mark.parametrize(("events", "n"), [(-1, 5), (6, 5)])
def test_more_events_than_people_are_refused(events, n):
    with pytest.raises(ContractError, match="between 0 and `n`"):
        proportion(events, n)


@pytest.mark.parametrize(
    "call", [proportion, lambda *a, **k: difference(*a, 1, 2, **k), lambda *a, **k: ratio(*a, 1, 2, **k)]
)
def test_unknown_methods_and_levels_are_refused(call):
    with pytest.raises(ContractError, match="`method` is 'wald'"):
        call(1, 2, method="wald")
    with pytest.raises(ContractError, match="`level` is 95"):
        call(1, 2, level=95)


def of_two(case: dict) -> tuple[int, int, int, int]:
    return case["x1"], case["n1"], case["x2"], case["n2"]


def two_id(case: dict) -> str:
    return "{}of{}-{}of{}".format(*of_two(case))


@pytest.mark.parametrize("case", R["two_proportions_difference"], ids=two_id)
def test_a_difference_has_newcombes_limits_and_the_test_of_prop_test(case):
    estimate = difference(*of_two(case))
    value, low, high = case["desctools"]["score"]  # DescTools calls Newcombe's method 10 "score"
    assert close(value) == estimate.value
    assert close(low) == estimate.low
    assert close(high) == estimate.high
    if case["prop_test"]["chisq"] == "NaN":
        assert (None, None, "degenerate") == (estimate.statistic, estimate.p_value, estimate.status)
    else:
        assert close(case["prop_test"]["chisq"]) == estimate.statistic**2
        assert close(case["prop_test"]["p"]) == estimate.p_value


@pytest.mark.parametrize("case", R["two_proportions_difference"], ids=two_id)
def test_a_difference_has_miettinen_and_nurminens_limits(case):
    estimate = difference(*of_two(case), method="miettinen_nurminen")
    # R solves for these limits to about 1e-7 only.
    assert pytest.approx(case["desctools"]["mn"][1:], rel=1e-6, abs=3e-7) == [estimate.low, estimate.high]
    assert pytest.approx(case["propcis_score"], rel=1e-6, abs=3e-7) == [estimate.low, estimate.high]


def test_the_score_limit_that_statsmodels_gives_is_another_one():
    # statsmodels 0.15.0 gives 0.344 as upper "score" limit of 56/70 - 48/80; DescTools and PropCIs give 0.338.
    assert 0.338 == round(difference(56, 70, 48, 80, method="miettinen_nurminen").high, 3)


def test_the_levels_of_table_a_differ_by_newcombes_limits():
    estimate = difference(30, 85, 28, 231)
    assert pytest.approx(0.231729055, abs=1e-9) == estimate.value
    assert pytest.approx((0.126698463, 0.343613937), abs=1e-9) == (estimate.low, estimate.high)


@given(SAMPLE, SAMPLE, st.sampled_from(["newcombe", "miettinen_nurminen"]))
def test_a_difference_turns_round_with_its_samples(first, second, method):
    one, other = difference(*first, *second, method=method), difference(*second, *first, method=method)
    assert pytest.approx(-other.value, abs=1e-12) == one.value
    assert pytest.approx((-other.high, -other.low), abs=1e-7) == (one.low, one.high)
    assert -1 <= one.low <= one.value <= one.high <= 1


@pytest.mark.parametrize("samples", [(0, 0, 1, 2), (1, 2, 0, 0)])
def test_an_empty_sample_has_neither_difference_nor_ratio(samples):
    assert "not_estimable" == difference(*samples).status
    assert "not_estimable" == ratio(*samples).status
    assert math.isnan(difference(*samples).value)


@pytest.mark.parametrize("case", R["two_proportions_ratio"], ids=two_id)
def test_a_ratio_has_koopmans_and_katzs_limits(case):
    estimate = ratio(*of_two(case))
    assert close(case["log"][0]) == estimate.value
    assert close(case["koopman_propcis"][0]) == estimate.low
    assert close(case["koopman_propcis"][1]) == estimate.high
    katz = ratio(*of_two(case), method="katz")
    assert close(case["log"][1]) == katz.low
    assert close(case["log"][2]) == katz.high


@given(SAMPLE, SAMPLE)
def test_a_ratio_turns_over_with_its_samples(first, second):
    one, other = ratio(*first, *second), ratio(*second, *first)
    if math.isnan(one.value):
        assert first[0] == second[0] == 0
        return
    for here, there in ((one.low, other.high), (one.value, other.value), (one.high, other.low)):
        assert pytest.approx(here, rel=1e-7) == (1 / there if 0 < there < math.inf else (0 if there else math.inf))
    assert one.low <= one.value * (1 + 1e-9)
    assert one.high >= one.value * (1 - 1e-9)


def test_a_ratio_to_no_events_is_infinite_but_bounded_below():
    estimate = ratio(5, 10, 0, 10)
    assert (math.inf, math.inf, "degenerate") == (estimate.value, estimate.high, estimate.status)
    assert 1 < estimate.low < 2
    assert (0.0, 0.0, "degenerate") == (ratio(0, 10, 5, 10).value, ratio(0, 10, 5, 10).low, ratio(0, 10, 5, 10).status)


def test_katz_has_no_limits_without_events():
    assert math.isnan(ratio(0, 10, 5, 10, method="katz").low)


def test_square_and_add_of_intervals_of_no_width_has_none():
    assert (0.25, 0.25) == square_and_add((0.5, 0.5, 0.5), (0.25, 0.25, 0.25))
