"""Conversions between effect sizes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvn.errors import ContractError
from rvn.validation.discrimination.effect_size import auc_to_d, d_to_auc, d_to_log_odds_ratio, d_to_r


def test_table_a_has_its_d_and_r():
    d = auc_to_d(0.735886347)
    assert pytest.approx(0.891964805, abs=5e-9) == d
    assert pytest.approx(0.310804651, abs=5e-9) == d_to_r(d, 0.16)
    assert pytest.approx(0.407311046, abs=5e-9) == d_to_r(d, 0.5)


@pytest.mark.parametrize(("auc", "d", "r"), [(0.556, 0.2, 0.1), (0.639, 0.5, 0.243), (0.714, 0.8, 0.371)])
def test_the_rows_of_rice_and_harris_for_small_medium_and_large_effects(auc, d, r):
    assert pytest.approx(d, abs=0.005) == auc_to_d(auc)
    assert pytest.approx(r, abs=0.005) == d_to_r(auc_to_d(auc), 0.5)


@given(st.floats(0.001, 0.999))
def test_the_auc_comes_back_from_d(auc):
    assert pytest.approx(auc, abs=1e-12) == d_to_auc(auc_to_d(auc))


@given(st.floats(-3, 3), st.floats(0.01, 0.99))
def test_r_is_the_correlation_of_two_groups_that_far_apart(d, base_rate):
    between = base_rate * (1 - base_rate) * d**2
    expected = math.copysign(math.sqrt(between / (between + 1)), d)
    assert pytest.approx(expected, abs=1e-12) == d_to_r(d, base_rate)


def test_a_logistic_difference_of_one_standard_deviation_is_pi_over_root_three():
    assert pytest.approx(np.pi / 3**0.5) == d_to_log_odds_ratio(1.0)


def test_a_perfect_auc_is_infinitely_far_apart():
    assert math.inf == auc_to_d(1.0)
    assert (-math.inf, -1.0) == (auc_to_d(0.0), d_to_r(auc_to_d(0.0), 0.3))


def test_values_out_of_range_are_refused():
    with pytest.raises(ContractError, match="auc"):
        auc_to_d(1.1)
    with pytest.raises(ContractError, match="base_rate"):
        d_to_r(1.0, 0.0)
