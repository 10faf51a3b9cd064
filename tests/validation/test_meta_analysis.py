"""Pooling against metafor and metamisc, and the laws that the estimators keep."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pooled import Study, bcg, effects
from scipy import stats
from scipy.special import expit, logit

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.discrimination.auc import auc
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.transforms import TRANSFORMS
from rvn.validation.pooling.between import ESTIMATORS, reml
from rvn.validation.pooling.heterogeneity import q_profile
from rvn.validation.pooling.meta_analysis import leave_one_out, pool, pool_estimates

TABLE_E: Study = np.array([0.68, 0.72, 0.75, 0.63, 0.70]), np.array([0.030, 0.025, 0.040, 0.035, 0.020])


def test_the_variance_at_the_limits_makes_q_a_quantile() -> None:
    y, error = bcg()
    low, high = q_profile(y, error**2, np.ones((len(y), 1)), 0.975)
    for tau2, p in ((low, 0.975), (high, 0.025)):
        weights = 1 / (error**2 + tau2)
        q = float(weights @ (y - np.average(y, weights=weights)) ** 2)
        assert pytest.approx(stats.chi2.ppf(p, 12), rel=1e-9) == q


@pytest.mark.parametrize(("record", "name"), [("rma_race_auc_knha", "race_auc"), ("rma_bcg_knha", "bcg_rr")])
def test_hartung_and_knapp_is_that_of_metafor(record: str, name: str) -> None:
    # At the variance at which metafor stopped; where ours converges is in test_between_samples.
    values, (y, error) = r_values("meta")[record], effects(name)
    whole = pool(y, error, between=values["tau2"])
    found, df = whole.pooled, len(y) - 1
    assert pytest.approx((values["b"], values["se"]), rel=1e-9) == (found.value, found.se)
    assert pytest.approx((values["ci_lower"], values["ci_upper"]), rel=1e-9) == (found.low, found.high)
    t = found.value / found.se
    assert pytest.approx((values["zval"], values["QM"]), rel=1e-9) == (t, t**2)
    assert pytest.approx((values["pval"], values["QMp"]), rel=1e-7) == (2 * stats.t.sf(abs(t), df),) * 2
    assert pytest.approx(values["weights_percent"], rel=1e-9) == 100 * whole.weights
    assert pytest.approx((values["I2"], values["H2"]), rel=1e-9) == (
        100 * whole.share_between.value,
        1 / (1 - whole.share_between.value),
    )
    # Its prediction interval is by t with k - 1, from Hartung and Knapp's error; ours by k - 2 from the model's.
    half = stats.t.ppf(0.975, df) * math.hypot(math.sqrt(values["tau2"]), found.se)
    assert pytest.approx((values["pi_lower"], values["pi_upper"]), rel=1e-9) == (found.value - half, found.value + half)
    assert pytest.approx(values["tau2"], abs=1e-5) == pool(y, error).between.value


def test_metafors_prediction_interval_has_other_degrees_of_freedom() -> None:
    # metafor: normal (REML), or t with k - 1 and Hartung-Knapp's error; ours t with k - 2 and the model's error.
    values, found = r_values("meta")["rma_bcg_rr_REML"], pool(*bcg())
    spread = math.hypot(math.sqrt(found.between.value), found.normal.se)
    half = stats.norm.ppf(0.975) * spread
    expected = (found.normal.value - half, found.normal.value + half)
    assert pytest.approx((values["pi_lower"], values["pi_upper"]), rel=1e-4) == expected
    half = stats.t.ppf(0.975, 11) * spread
    expected = (found.normal.value - half, found.normal.value + half)
    assert pytest.approx(expected, rel=1e-9) == (found.prediction.low, found.prediction.high)
    knapp = r_values("meta")["rma_bcg_knha"]["pi_lower"]
    assert (-1.8667, -1.9960) == pytest.approx((values["pi_lower"], knapp), abs=1e-4)
    assert found.prediction.low < knapp


def test_leaving_out_each_trial_in_turn_is_that_of_metafor() -> None:
    values, (y, error) = r_values("meta")["bcg_bias_tests"]["leave1out"], bcg()
    rows = leave_one_out(y, error, samples=list(data("bcg")["author"]))
    assert pytest.approx(values["estimate"], rel=1e-4) == [row.value for row in rows]
    assert {"without": "Aronson"} == rows[0].at
    for j, (se, tau2, q) in enumerate(zip(values["se"], values["tau2"], values["Q"], strict=True)):
        found = pool(np.delete(y, j), np.delete(error, j))
        assert pytest.approx(se, rel=1e-4) == found.normal.se
        assert pytest.approx(tau2, abs=1e-5) == found.between.value
        assert pytest.approx(q, rel=1e-9) == found.heterogeneity.statistic


def test_one_two_and_equal_studies_are_those_of_metafor() -> None:
    values = r_values("meta")["rma_single_and_two_studies"]
    one = pool([0.7], [0.1])
    assert pytest.approx((values["one"]["ci_lower"], values["one"]["ci_upper"]), rel=1e-9) == (
        one.pooled.low,
        one.pooled.high,
    )
    assert {"not_estimable"} == {row.status for row in (one.between, one.heterogeneity, one.prediction)}
    for between in ("dl", "reml"):
        expected, found = values[f"two_{between.upper()}"], pool([0.6, 0.8], np.sqrt([0.01, 0.02]), between=between)  # type: ignore[arg-type]
        assert pytest.approx((expected["b"], expected["se"]), rel=1e-9) == (found.normal.value, found.normal.se)
        assert pytest.approx(expected["tau2"], rel=1e-9) == found.between.value
        assert "not_estimable" == found.prediction.status  # it would need three
    alike, expected = pool([0.70, 0.71, 0.70], np.sqrt([0.01, 0.02, 0.015])), values["homogeneous_REML"]
    assert (0.0, 0.0, 0.0, 0.0) == (
        alike.between.value,
        alike.between.low,
        alike.between.high,
        alike.heterogeneity.value,
    )
    assert pytest.approx((expected["b"], expected["se"], expected["QE"]), rel=1e-9) == (
        alike.normal.value,
        alike.normal.se,
        alike.heterogeneity.statistic,
    )


def test_c_statistics_of_euroscore_are_those_of_metamisc() -> None:
    values = r_values("meta")["valmeta_euroscore_cstat"]
    found = pool(expit(np.array(values["theta"])), values["theta_se"], scale="logit")
    assert pytest.approx(values["tau2"], abs=1e-5) == found.between.value
    assert pytest.approx([values["est"], *values["ci"]], rel=1e-5) == [
        found.pooled.value,
        found.pooled.low,
        found.pooled.high,
    ]
    # metamisc predicts with Hartung-Knapp's error, .2 percent wider here; ours is the model's.
    half = stats.t.ppf(0.975, 21) * math.hypot(math.sqrt(found.between.value), found.pooled.se)
    assert pytest.approx(values["pi"], rel=1e-5) == expit(logit(found.pooled.value) + np.array([-half, half]))
    assert pytest.approx(values["pi"], rel=5e-3) == [found.prediction.low, found.prediction.high]


def test_observed_to_expected_of_euroscore_is_that_of_metamisc() -> None:
    values, frame = r_values("meta")["valmeta_euroscore_oe"], data("euroscore")
    observed = frame["n.events"] / frame["e.events"]
    found = pool(observed, np.sqrt((1 - frame["n.events"] / frame["n"]) / frame["n.events"]), scale="log")
    assert pytest.approx([values["est"], *values["ci"]], rel=1e-4) == [
        found.pooled.value,
        found.pooled.low,
        found.pooled.high,
    ]
    assert pytest.approx(values["tau2"], abs=1e-5) == found.between.value


def test_golden_table_e() -> None:
    areas, errors = TABLE_E
    errors = errors / (areas * (1 - areas))
    found = pool(areas, errors, scale="logit")
    assert pytest.approx((0.823316683, 0.0582996535), rel=1e-8) == (logit(found.fixed.value), found.fixed.se)
    assert pytest.approx((6.69612622, 0.402639695), rel=1e-8) == (
        found.heterogeneity.statistic,
        found.heterogeneity.value,
    )
    moments = pool(areas, errors, scale="logit", between="dl")
    assert pytest.approx((0.0122109481, 0.821358770, 0.0787218745), rel=1e-8) == (
        moments.between.value,
        logit(moments.normal.value),
        moments.normal.se,
    )
    # The converged value; metafor stops at 0.00946050349 with its default threshold.
    assert pytest.approx(0.00945809, rel=1e-6) == found.between.value
    assert pytest.approx((0.6945143, 0.66256104, 0.72469903), rel=1e-5) == (
        found.normal.value,
        found.normal.low,
        found.normal.high,
    )
    assert pytest.approx((0.593435152, 1.04918442), rel=1e-4) == (logit(found.pooled.low), logit(found.pooled.high))
    # The golden prediction interval is at the variance where metafor stopped; the formula is ours.
    half = stats.t.ppf(0.975, 3) * math.sqrt(0.00946050349 + 0.0747879608**2)
    assert pytest.approx((0.60607512, 0.77061302), rel=1e-8) == (expit(0.821309786 - half), expit(0.821309786 + half))
    half = stats.t.ppf(0.975, 3) * math.sqrt(found.between.value + found.normal.se**2)
    mean = logit(found.normal.value)
    assert pytest.approx((expit(mean - half), expit(mean + half)), rel=1e-12) == (
        found.prediction.low,
        found.prediction.high,
    )
    assert pytest.approx((0, 0.340877860), abs=2e-4) == (found.between.low, found.between.high)


def test_hartung_and_knapp_may_be_narrower_and_never_narrower_is_not() -> None:
    found = pool([0.70, 0.71, 0.70], np.sqrt([0.01, 0.02, 0.015]))
    assert found.pooled.se < found.normal.se == found.never_narrower.se
    assert found.never_narrower.low < found.normal.low < found.pooled.low


def test_equal_values_do_not_make_the_interval_a_point() -> None:
    found = pool([0.7, 0.7, 0.7], [0.1, 0.2, 0.1])
    assert ("degenerate", found.never_narrower.low) == (found.pooled.status, found.pooled.low)


def test_samples_without_a_number_are_left_out_and_have_no_weight() -> None:
    found = pool([0.7, None, 0.8, 0.6, 1.0], [0.1, 0.1, 0.0, 0.1, 0.1], scale="logit")
    assert {"no value or standard error": 2, "at the end of the scale": 1} == dict(found.pooled.excluded)
    assert [0.5, 0, 0, 0.5, 0] == pytest.approx(found.weights)


def test_nothing_to_pool_is_not_estimable() -> None:
    found = pool([None], [0.1])
    rows = (found.pooled, found.normal, found.fixed, found.never_narrower, found.prediction, found.between)
    assert {("not_estimable", True)} == {(row.status, math.isnan(row.value)) for row in rows}


def test_lengths_scales_and_estimators_are_checked() -> None:
    with pytest.raises(ContractError, match="lengths differ"):
        pool([1, 2], [1])
    with pytest.raises(ContractError, match="no scale 'probit'"):
        pool([1], [1], scale="probit")  # type: ignore[arg-type]
    with pytest.raises(ContractError, match="no estimator 'eb'"):
        pool([1], [1], between="eb")  # type: ignore[arg-type]
    with pytest.raises(ContractError, match="lengths differ"):
        leave_one_out([1, 2], [1, 1], samples=["a"])
    with pytest.raises(ContractError, match="auc, odds_ratio"):
        pool_estimates([Estimate(name="auc", value=0.7), Estimate(name="odds_ratio", value=2)], "log")


def test_estimates_by_group_are_pooled_on_the_logit_scale() -> None:
    frame = data("compas")
    groups = [group for _, group in frame.groupby("race") if len(group) >= 100]
    areas = [auc(group["two_year_recid"], group["decile_score"]) for group in groups]
    by_estimates = pool_estimates(areas, "logit")
    wald = [auc(group["two_year_recid"], group["decile_score"], method="wald") for group in groups]
    by_wald = pool_estimates(wald, "logit")
    by_hand = pool(
        [area.value for area in wald], [area.se / (area.value * (1 - area.value)) for area in wald], scale="logit"
    )
    assert pytest.approx(by_hand.pooled.value, rel=1e-12) == by_estimates.pooled.value
    assert pytest.approx(by_hand.pooled.low, rel=1e-12) == by_wald.pooled.low


def test_an_estimate_without_a_value_does_not_spoil_the_others() -> None:
    areas = [Estimate(name="auc", value=v, se=0.05, scale="logit") for v in (0.7, 0.72, 1.0)]
    found = pool_estimates([*areas, Estimate(name="auc", value=math.nan, status="not_estimable")], "logit")
    assert (2, {"no value or standard error": 1, "at the end of the scale": 1}) == (
        found.pooled.n,
        dict(found.pooled.excluded),
    )


@pytest.mark.parametrize("scale", TRANSFORMS)
def test_every_scale_goes_there_and_back_with_its_slope(scale: str) -> None:
    transform = TRANSFORMS[scale]  # type: ignore[index]
    values = np.array([0.2, 0.5, 0.7])
    np.testing.assert_allclose(values, transform.back(transform.forth(values)), rtol=1e-12)
    step = 1e-6
    slope = (transform.forth(values + step) - transform.forth(values - step)) / (2 * step)
    np.testing.assert_allclose(np.abs(slope), transform.slope(values), rtol=1e-6)


def test_limits_on_the_log_log_scale_are_in_order() -> None:
    found = pool([0.7, 0.8, 0.6], [0.1, 0.1, 0.1], scale="loglog").pooled
    assert found.low < found.value < found.high


numbers = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.05, 2)), min_size=3, max_size=8)


@given(numbers, st.sampled_from(sorted(ESTIMATORS)), st.floats(-5, 5), st.floats(0.1, 10))
def test_pooling_moves_and_stretches_with_the_values(studies, between, origin, unit) -> None:  # type: ignore[no-untyped-def]
    y, error = (np.array(column) for column in zip(*studies, strict=True))
    found = pool(y, error, between=between)
    moved = pool(origin + unit * y[::-1], unit * error[::-1], between=between)
    assert pytest.approx(unit**2 * found.between.value, rel=1e-5, abs=1e-7) == moved.between.value
    assert pytest.approx(origin + unit * found.normal.value, rel=1e-5, abs=1e-6) == moved.normal.value
    assert pytest.approx(unit * found.normal.se, rel=1e-5) == moved.normal.se


@given(st.lists(st.floats(-3, 3), min_size=2, max_size=8), st.floats(0.1, 1))
def test_equal_errors_make_the_restricted_estimate_the_sample_variance_less_that_of_sampling(y, error) -> None:  # type: ignore[no-untyped-def]
    expected = max(0.0, float(np.var(y, ddof=1)) - error**2)
    assert (
        pytest.approx(expected, rel=1e-8, abs=1e-12)
        == reml(np.array(y), np.full(len(y), error**2), np.ones((len(y), 1)))[0]
    )
