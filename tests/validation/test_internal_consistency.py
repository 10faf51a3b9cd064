"""Alpha and the split half against psych, ltm, psychometric and DescTools."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scales import KEY, bfi, cesd, complete, induc

from reference import r_values
from rvn.validation.agreement.icc import icc
from rvn.validation.reliability.internal_consistency import cronbach_alpha, split_half


@pytest.mark.parametrize("scale", KEY)
def test_alpha_and_feldts_interval_are_those_of_three_packages(scale: str) -> None:
    values = r_values("reliability")[f"alpha_bfi_complete_{scale}"]
    found = cronbach_alpha(bfi(scale))
    assert (values["n_rows"], {"answer absent": 2800 - values["n_rows"]}) == (found.n, dict(found.excluded))
    for value in (values["total"]["raw_alpha"], values["ltm_alpha"], values["desctools"]["Cronbach Alpha"]):
        assert pytest.approx(value, rel=1e-9) == found.value
    for limits in (
        (values["feldt"]["lower.ci"], values["feldt"]["upper.ci"]),
        (values["psychometric_feldt"]["LCL"], values["psychometric_feldt"]["UCL"]),
    ):
        assert pytest.approx(limits, rel=1e-9) == (found.low, found.high)


def test_desctools_has_another_interval_half_as_wide() -> None:
    values = r_values("reliability")["alpha_bfi_complete_agree"]["desctools"]
    found = cronbach_alpha(bfi("agree"))
    assert pytest.approx((0.695794, 0.711572), abs=1e-6) == (values["lwr.ci"], values["upr.ci"])
    assert pytest.approx((0.685745, 0.721036), abs=1e-6) == (found.low, found.high)


def test_alpha_of_pairwise_covariances_is_not_offered() -> None:
    # psych::alpha takes every pair of answers there is (0.70302 on 2,800 rows); n of its interval is undefined.
    pairwise = r_values("reliability")["alpha_bfi_agree"]["total"]["raw_alpha"]
    assert pytest.approx(0.7030184, abs=1e-7) == pairwise
    assert pytest.approx(0.7037559, abs=1e-7) == cronbach_alpha(bfi("agree")).value


def test_alpha_of_yes_and_no_items_is_kr20() -> None:
    values = r_values("reliability")["alpha_induc_kr20"]
    found = cronbach_alpha(induc())
    assert values["n"] == found.n
    assert pytest.approx(values["kr20_n"], rel=1e-9) == found.value
    assert pytest.approx(values["alpha_raw"], rel=1e-9) == found.value


def test_the_split_half_of_odd_and_even_items() -> None:
    values = r_values("reliability")["split_half_cesd_odd_even"]
    items = complete(cesd())
    odd, even = items[:, ::2].sum(axis=1), items[:, 1::2].sum(axis=1)
    found = split_half(odd, even)
    assert (values["n"], pytest.approx(values["spearman_brown"], rel=1e-9)) == (found.n, found.value)
    assert found.low < found.value < found.high
    guttman = cronbach_alpha(np.column_stack([odd, even]))
    assert pytest.approx(values["guttman_flanagan_rulon"], rel=1e-9) == guttman.value


def test_all_split_halves_of_five_standardised_items() -> None:
    values = r_values("reliability")["guttman_bfi_agree"]
    items = complete(bfi("agree"))
    items = (items - items.mean(axis=0)) / items.std(axis=0)
    halves = []
    for chosen in range(1, 2**4):  # every way to divide five items in two, the last item always in the second half
        in_first = np.array([chosen >> bit & 1 for bit in range(4)] + [0], dtype=bool)
        sums = np.column_stack([items[:, in_first].sum(axis=1), items[:, ~in_first].sum(axis=1)])
        if in_first.sum() in (2, 3):
            halves.append(cronbach_alpha(sums).value)
    assert pytest.approx((values["split_max"], values["split_min"]), rel=1e-9) == (max(halves), min(halves))
    assert pytest.approx(values["lambda3"], rel=1e-9) == cronbach_alpha(items).value


def test_alpha_of_items_whose_sum_does_not_vary_is_not_estimable() -> None:
    found = cronbach_alpha([[0, 3], [1, 2], [3, 0]])
    assert ("not_estimable", True) == (found.status, math.isnan(found.value))


@pytest.mark.parametrize("items", [[[1, 2]], [[1], [2]], [[1, None], [2, 2]], np.empty((0, 3)), [[2, 2], [2, 2]]])
def test_too_little_is_not_estimable(items: object) -> None:
    assert "not_estimable" == cronbach_alpha(items).status  # type: ignore[arg-type]


def test_equal_items_are_degenerate_at_one() -> None:
    found = cronbach_alpha([[1, 1], [2, 2], [4, 4]])
    assert ("degenerate", 1.0, True) == (found.status, found.value, math.isnan(found.low))


def test_halves_that_run_against_each_other_are_not_estimable() -> None:
    assert "not_estimable" == split_half([1, 2, 3, 4], [4, 3, 2, 1]).status


def test_halves_with_few_people_have_a_value_and_no_interval() -> None:
    found = split_half([1, 2, 3], [1, 3, 2])
    assert ("sparse", pytest.approx(2 / 3), True) == (found.status, found.value, math.isnan(found.low))


points = st.integers(0, 3)
rows = st.lists(st.tuples(points, points, points, st.integers(1, 3)), min_size=2, max_size=10)


@given(rows)
def test_alpha_with_its_limits_is_the_averaged_consistency_of_the_items(table) -> None:  # type: ignore[no-untyped-def]
    items, counts = np.array([row[:3] for row in table], float), np.array([row[3] for row in table])
    alpha, averaged = cronbach_alpha(items, counts=counts), icc(items, "C,k", counts=counts)
    assert alpha.status == averaged.status
    for part in ("value", "low", "high"):
        assert pytest.approx(getattr(averaged, part), rel=1e-8, abs=1e-8, nan_ok=True) == getattr(alpha, part)


@given(rows, st.permutations(range(3)))
def test_counts_are_repeated_rows_and_items_may_change_places(table, order) -> None:  # type: ignore[no-untyped-def]
    items, counts = np.array([row[:3] for row in table], float), np.array([row[3] for row in table])
    counted = cronbach_alpha(items, counts=counts)
    repeated = cronbach_alpha(np.repeat(items, counts, axis=0)[::-1, order])
    assert repeated.status == counted.status
    for part in ("value", "low", "high"):
        assert pytest.approx(getattr(repeated, part), rel=1e-9, nan_ok=True) == getattr(counted, part)
