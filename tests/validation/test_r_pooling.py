"""What else metafor and metamisc say: every interval of the variance, one and two samples, Hartung and Knapp."""

import math

import numpy as np
import pytest
from pooled import EFFECTS, bcg, effects
from scipy import stats

from reference import Values, compas_filtered, data, r_values
from rvn.validation.association.odds_ratios import odds_ratio
from rvn.validation.discrimination.auc import auc
from rvn.validation.pooling.heterogeneity import typical_variance
from rvn.validation.pooling.meta_analysis import pool
from rvn.validation.pooling.moderators import meta_regression

METHODS = ("DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM")
META = r_values("meta")
KNAPP = ["rma_bcg_knha", "rma_race_auc_knha"]
WITH_INTERVAL = [f"rma_{name}_{method}" for name in EFFECTS for method in METHODS] + [
    "rma_bcg_knha",
    "rma_race_auc_knha",
]


def samples_of(record: str) -> tuple[np.ndarray, np.ndarray]:
    return bcg() if "bcg" in record else effects(record.removeprefix("rma_").rsplit("_", 1)[0])


def check_interval(interval: Values, typical: float, tau2: float, low: float, high: float) -> None:
    """Compare the interval as far as uniroot's tolerance of 1.2e-4 in tau2, and what follows from it exactly."""
    assert ["tau^2", "tau", "I^2(%)", "H^2"] == interval["_rows"]
    assert pytest.approx(tau2, rel=1e-12) == interval["estimate"][0]
    assert pytest.approx((low, high), abs=2e-4) == (interval["ci.lb"][0], interval["ci.ub"][0])
    for end in ("estimate", "ci.lb", "ci.ub"):
        squared, tau, share, ratio = interval[end]
        assert pytest.approx(math.sqrt(squared), rel=1e-9) == tau
        assert pytest.approx((share, ratio), rel=1e-9) == (
            100 * squared / (squared + typical),
            squared / typical + 1,
        )


@pytest.mark.parametrize("record", WITH_INTERVAL)
def test_the_interval_of_the_variance_and_all_made_of_it_is_that_of_metafor(record: str) -> None:
    values, (y, error) = META[record], samples_of(record)
    found = pool(y, error).between
    typical = typical_variance(error**2, np.ones((len(y), 1)))
    check_interval(values["random_ci"], typical, values["tau2"], found.low, found.high)
    assert pytest.approx((values["tau2"] / typical + 1), rel=1e-9) == values["H2"]


def test_the_interval_of_the_variance_that_latitude_leaves_is_that_of_metafor() -> None:
    values, (y, error) = META["rma_bcg_metareg_ablat"], bcg()
    latitude = data("bcg")["ablat"].to_numpy(float)
    found = meta_regression(y, error, {"latitude": latitude}).between
    typical = typical_variance(error**2, np.column_stack([np.ones(len(y)), latitude]))
    check_interval(values["random_ci"], typical, values["tau2"], found.low, found.high)
    assert values["k"] == found.n


@pytest.mark.parametrize("record", KNAPP)
def test_heterogeneity_beside_hartung_and_knapp_is_that_of_metafor(record: str) -> None:
    values, (y, error) = META[record], samples_of(record)
    found = pool(y, error)
    assert (values["k"], pytest.approx(values["QE"]), pytest.approx(values["QEp"])) == (
        found.pooled.n,
        found.heterogeneity.statistic,
        found.heterogeneity.p_value,
    )
    # The error of tau2 where metafor stopped (REML's, see test_between_samples), and ours where we did.
    weights = 1 / (error**2 + values["tau2"])
    total = weights.sum()
    trace = (weights**2).sum() - 2 * (weights**3).sum() / total + ((weights**2).sum() / total) ** 2
    assert pytest.approx(values["se_tau2"], rel=1e-9) == math.sqrt(2 / trace)
    assert pytest.approx(values["se_tau2"], rel=0.02) == found.between.se


@pytest.mark.parametrize("name", EFFECTS)
def test_a_fixed_effect_has_no_variance_between_samples(name: str) -> None:
    values = META[f"rma_{name}_FE"]
    assert (0, None) == (values["tau2"], values["se_tau2"])
    assert math.isnan(pool(*effects(name), between=0.0).between.se)


STUDIES = {
    "one": ([0.7], [0.01], 0.0),
    "two_DL": ([0.6, 0.8], [0.01, 0.02], "dl"),
    "two_REML": ([0.6, 0.8], [0.01, 0.02], "reml"),
    "homogeneous_REML": ([0.70, 0.71, 0.70], [0.01, 0.02, 0.015], "reml"),
}


@pytest.mark.parametrize("record", STUDIES)
def test_one_two_and_like_samples_are_those_of_metafor_in_every_value(record: str) -> None:
    values, (y, v, between) = META["rma_single_and_two_studies"][record], STUDIES[record]
    found = pool(y, np.sqrt(v), between=between)
    normal = found.normal
    assert (values["k"], pytest.approx(values["b"]), pytest.approx(values["se"])) == (normal.n, normal.value, normal.se)
    assert pytest.approx((values["ci_lower"], values["ci_upper"]), rel=1e-9) == (normal.low, normal.high)
    z = normal.value / normal.se
    assert pytest.approx((values["zval"], values["QM"]), rel=1e-9) == (z, z**2)
    assert pytest.approx((values["pval"], values["QMp"]), rel=1e-9) == (2 * stats.norm.sf(abs(z)),) * 2
    assert pytest.approx(values["weights_percent"], rel=1e-9) == (100 * found.weights if len(y) > 1 else 100)
    if record == "one":
        assert (0, None, 0, 1, 0, 1) == tuple(values[name] for name in ("tau2", "se_tau2", "I2", "H2", "QE", "QEp"))
        assert (None, None) == (values["pi_lower"], values["pi_upper"])
        assert {"not_estimable"} == {row.status for row in (found.between, found.heterogeneity, found.prediction)}
        return
    assert pytest.approx((values["tau2"], values["se_tau2"]), rel=1e-9, abs=1e-12) == (
        found.between.value,
        found.between.se,
    )
    test = found.heterogeneity
    assert pytest.approx((values["QE"], values["QEp"]), rel=1e-9) == (test.statistic, test.p_value)
    assert pytest.approx((values["I2"], values["H2"]), abs=1e-9) == (
        100 * found.share_between.value,
        1 / (1 - found.share_between.value),
    )
    half = stats.norm.ppf(0.975) * math.hypot(math.sqrt(found.between.value), normal.se)
    assert pytest.approx((values["pi_lower"], values["pi_upper"]), rel=1e-9) == (
        normal.value - half,
        normal.value + half,
    )
    if record == "two_DL" or record == "two_REML":
        assert "not_estimable" == found.prediction.status
    if found.between.value > 0:
        interval = values["random_ci"]
        typical = typical_variance(np.array(v), np.ones((len(y), 1)))
        assert pytest.approx(interval["ci.ub"][0], rel=1e-3) == found.between.high
        assert pytest.approx(interval["ci.ub"][2], rel=1e-9) == 100 / (1 + typical / interval["ci.ub"][0])
        assert (["tau^2", "tau", "I^2(%)", "H^2"], 0) == (interval["_rows"], interval["ci.lb"][0])
        assert pytest.approx(values["tau2"]) == interval["estimate"][0]
    else:
        interval = values["random_ci"]
        # Q is below every quantile, so metafor gives zero for both ends, and so do we.
        assert (0, 0) == (interval["ci.lb"][0], interval["ci.ub"][0])
        assert (0.0, 0.0) == (found.between.low, found.between.high)
        assert (4, 0) == (len(interval["_rows"]), interval["estimate"][0])


def test_the_effects_that_are_pooled_are_our_own() -> None:
    values, frame = META["effects_by_race"], compas_filtered()
    races = [race for race, count in frame["race"].value_counts().sort_index().items() if count >= 100]
    assert list(values["race"]) == races
    for place, race in enumerate(races):
        group = frame[frame["race"] == race]
        assert values["n"][place] == len(group)
        area = auc(group["two_year_recid"], group["decile_score"], method="wald")
        assert pytest.approx((values["auc"][place], values["var_auc"][place]), rel=1e-9) == (area.value, area.se**2)
        logit_error = area.se / (area.value * (1 - area.value))
        assert pytest.approx((values["logit_auc"][place], values["var_logit_auc"][place]), rel=1e-9) == (
            math.log(area.value / (1 - area.value)),
            logit_error**2,
        )
        ratio = odds_ratio(group["two_year_recid"], group["decile_score"])
        # glm stops at a relative change of 1e-8 in the deviance; its errors are of the step before.
        assert pytest.approx(values["logor"][place], rel=1e-6) == math.log(ratio.value)
        assert pytest.approx(values["var_logor"][place], rel=1e-4) == ratio.se**2


def test_the_prediction_of_metamisc_for_observed_over_expected() -> None:
    values, frame = META["valmeta_euroscore_oe"], data("euroscore")
    observed = frame["n.events"] / frame["e.events"]
    found = pool(observed, np.sqrt((1 - frame["n.events"] / frame["n"]) / frame["n.events"]), scale="log")
    # By t with k - 2 from Hartung and Knapp's error, as for its C statistics (test_meta_analysis).
    half = stats.t.ppf(0.975, len(frame) - 2) * math.hypot(math.sqrt(found.between.value), found.pooled.se)
    middle = math.log(found.pooled.value)
    assert pytest.approx(list(values["pi"]), rel=1e-4) == [math.exp(middle - half), math.exp(middle + half)]


def test_p_values_without_a_trial_are_those_of_metafor() -> None:
    values, (y, error) = META["bcg_bias_tests"]["leave1out"], bcg()
    for place in range(len(y)):
        row = pool(np.delete(y, place), np.delete(error, place), between=values["tau2"][place]).normal
        assert pytest.approx(values["pval"][place], rel=1e-9) == 2 * stats.norm.sf(abs(row.value / row.se))
