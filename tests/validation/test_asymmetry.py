"""Tests of small samples, and the influence of each, against metafor."""

import math

import numpy as np
import pytest
from pooled import bcg

from reference import r_values
from rvn.errors import ContractError
from rvn.validation.pooling.asymmetry import fail_safe_number, rank_asymmetry, regression_asymmetry, trim_and_fill
from rvn.validation.pooling.meta_analysis import influence, leave_one_out, pool

VALUES = r_values("meta")["bcg_bias_tests"]


def test_eggers_regression_is_that_of_metafor_as_far_as_that_converged() -> None:
    found = regression_asymmetry(*bcg())
    assert pytest.approx((VALUES["egger_z"], VALUES["egger_p"]), rel=1e-4) == (found.statistic, found.p_value)


def test_the_rank_test_is_that_of_metafor() -> None:
    found = rank_asymmetry(*bcg())
    assert pytest.approx((VALUES["rank_tau"], VALUES["rank_p"]), rel=1e-9) == (found.value, found.p_value)


def test_one_trial_is_filled_in_as_by_metafor() -> None:
    found = trim_and_fill(*bcg())
    assert VALUES["trimfill_k0"] == found.missing.value
    assert pytest.approx(VALUES["trimfill_b"], rel=1e-4) == found.pooled.normal.value
    assert 14 == found.pooled.normal.n


def test_the_fail_safe_number_is_that_of_metafor() -> None:
    assert VALUES["fsn_rosenthal"] == fail_safe_number(*bcg()).value


def test_cooks_distance_is_that_of_metafor_as_far_as_that_converged() -> None:
    found = influence(*bcg())
    assert pytest.approx(VALUES["cooks_d"], rel=2e-3, abs=1e-6) == [row.value for row in found]
    assert pytest.approx(VALUES["hat"], rel=1e-5) == pool(*bcg()).weights


def test_what_is_left_without_a_trial_is_that_of_metafor() -> None:
    values, (y, error) = VALUES["leave1out"], bcg()
    for place in range(len(y)):
        y_left, error_left = np.delete(y, place), np.delete(error, place)
        found = pool(y_left, error_left, between=values["tau2"][place])
        for name, mine in (
            ("estimate", found.normal.value),
            ("se", found.normal.se),
            ("zval", found.normal.value / found.normal.se),
            ("ci.lb", found.normal.low),
            ("ci.ub", found.normal.high),
            ("Q", found.heterogeneity.statistic),
            ("Qp", found.heterogeneity.p_value),
            ("I2", 100 * found.share_between.value),
            ("H2", 1 / (1 - found.share_between.value)),
        ):
            assert pytest.approx(values[name][place], rel=1e-9) == mine
        assert pytest.approx(values["tau2"][place], abs=1e-5) == pool(y_left, error_left).between.value
    rows = leave_one_out(y, error)
    assert pytest.approx(values["estimate"], rel=1e-4) == [row.value for row in rows]


def test_a_sample_far_off_is_trimmed_on_its_side() -> None:
    y, error = np.array([0.0, 0.1, -0.1, 1.5, 1.6]), np.array([0.1, 0.1, 0.1, 0.5, 0.6])
    found = trim_and_fill(y, error, between="dl")
    assert found.missing.value > 0
    assert ("with low values",) == found.missing.notes
    assert found.pooled.normal.value < pool(y, error, between="dl").normal.value
    turned = trim_and_fill(-y, error, between="dl")
    assert (found.missing.value, ("with high values",)) == (turned.missing.value, turned.missing.notes)
    assert pytest.approx(-found.pooled.normal.value) == turned.pooled.normal.value


def test_the_scale_of_pooling_is_kept() -> None:
    risks = np.exp(bcg()[0])
    log, plain = trim_and_fill(risks, bcg()[1], scale="log"), trim_and_fill(*bcg())
    assert pytest.approx(np.exp(plain.pooled.normal.value)) == log.pooled.normal.value
    first, second = influence(risks, bcg()[1], scale="log"), influence(*bcg())
    assert pytest.approx([row.value for row in second]) == [row.value for row in first]


@pytest.mark.parametrize("test", [rank_asymmetry, regression_asymmetry, lambda y, e: trim_and_fill(y, e).missing])
def test_two_samples_are_too_few(test) -> None:  # type: ignore[no-untyped-def]
    found = test([1, 2], [1, 1])
    assert ("not_estimable", True) == (found.status, math.isnan(found.value))


def test_equal_errors_leave_nothing_to_rank() -> None:
    assert "not_estimable" == rank_asymmetry([1, 2, 3], [1, 1, 1]).status


def test_no_sample_and_no_level_have_no_fail_safe_number() -> None:
    assert "not_estimable" == fail_safe_number([None], [1]).status
    with pytest.raises(ContractError, match="`level`"):
        fail_safe_number([1], [1], level=2)
