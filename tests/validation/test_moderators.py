"""Meta-regression against metafor."""

import math

import numpy as np
import pytest
from pooled import bcg

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.pooling.between import log_likelihood
from rvn.validation.pooling.meta_analysis import pool
from rvn.validation.pooling.moderators import meta_regression


def test_the_regression_on_latitude_is_that_of_metafor() -> None:
    values, (y, error) = r_values("meta")["rma_bcg_metareg_ablat"], bcg()
    latitude = data("bcg")["ablat"]
    found = meta_regression(y, error, {"latitude": latitude}, between=values["tau2"])
    rows = found.coefficients
    for name, column in (
        ("b", [row.value for row in rows]),
        ("se", [row.se for row in rows]),
        ("zval", [row.statistic for row in rows]),
        ("pval", [row.p_value for row in rows]),
        ("ci_lower", [row.low for row in rows]),
        ("ci_upper", [row.high for row in rows]),
    ):
        assert pytest.approx(values[name], rel=1e-9) == column
    assert pytest.approx((values["QE"], values["QEp"]), rel=1e-9) == (
        found.heterogeneity.statistic,
        found.heterogeneity.p_value,
    )
    assert pytest.approx((values["QM"], values["QMp"]), rel=1e-9) == (
        found.moderators.statistic,
        found.moderators.p_value,
    )
    share = found.share_between.value
    assert pytest.approx((values["I2"], values["H2"]), rel=1e-9) == (100 * share, 1 / (1 - share))
    weights = 1 / (error**2 + values["tau2"])
    assert pytest.approx(values["weights_percent"], rel=1e-9) == 100 * weights / weights.sum()


def test_the_variance_that_latitude_leaves_is_that_of_metafor_and_as_likely() -> None:
    values, (y, error) = r_values("meta")["rma_bcg_metareg_ablat"], bcg()
    latitude = data("bcg")["ablat"].to_numpy(float)
    found = meta_regression(y, error, {"latitude": latitude})
    assert pytest.approx(values["tau2"], abs=1e-5) == found.between.value
    assert pytest.approx(values["se_tau2"], rel=1e-3) == found.between.se
    limits = (values["random_ci"]["ci.lb"][0], values["random_ci"]["ci.ub"][0])
    assert pytest.approx(limits, abs=2e-4) == (found.between.low, found.between.high)
    assert pytest.approx((0.3210805, 0.9569759), rel=1e-3) == (found.share_between.low, found.share_between.high)
    design = np.column_stack([np.ones(len(y)), latitude])
    theirs, ours = (
        log_likelihood(y, error**2 + tau2, design, restricted=True) for tau2 in (values["tau2"], found.between.value)
    )
    assert theirs <= ours + 1e-12


def test_a_moderator_that_says_nothing_leaves_the_pooled_value() -> None:
    y, error = np.array([1.0, 2, 1, 2]), np.full(4, 0.5)
    found = meta_regression(y, error, {"m": [0, 0, 1, 1]}, between=0.1)
    assert pytest.approx(0, abs=1e-12) == found.coefficients[1].value
    assert pytest.approx(pool(y, error, between=0.1).normal.value) == found.coefficients[0].value


@pytest.mark.parametrize("moderator", [[1, 1, 1, 1], [1, None, None, 2]])
def test_moderators_that_do_not_differ_or_leave_too_few_samples_are_not_estimable(moderator: list[object]) -> None:
    found = meta_regression([1, 2, 3, 4], [1, 1, 1, 1], {"m": moderator})  # type: ignore[dict-item]
    rows = (*found.coefficients, found.moderators, found.between, found.heterogeneity, found.share_between)
    assert {("not_estimable", True)} == {(row.status, math.isnan(row.value)) for row in rows}


def test_samples_without_a_moderator_are_counted_out() -> None:
    found = meta_regression([1, 2, 3, 5, None], [1, 1, 1, 1, 1], {"m": [1, 2, None, 4, 5]})
    assert {"moderator absent": 1, "no value or standard error": 1} == dict(found.between.excluded)
    assert 3 == found.between.n


def test_no_moderator_and_other_lengths_are_refused() -> None:
    with pytest.raises(ContractError, match="is empty"):
        meta_regression([1], [1], {})
    with pytest.raises(ContractError, match="moderator 'm' 1"):
        meta_regression([1, 2], [1, 1], {"m": [1]})
