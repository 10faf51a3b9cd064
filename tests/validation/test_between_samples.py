"""Seven estimators of the variance between samples, and what follows from it, against every record of metafor."""

import math

import numpy as np
import pytest
from pooled import EFFECTS, effects
from scipy import stats

from reference import r_values
from rvn.validation.pooling.between import ESTIMATORS, Between, log_likelihood, paule_mandel
from rvn.validation.pooling.meta_analysis import pool

CLOSED: dict[str, Between] = {"DL": "dl", "HE": "he", "HS": "hs", "SJ": "sj"}
ITERATED: dict[str, Between] = {"ML": "ml", "REML": "reml", "PM": "pm", "EB": "pm"}


@pytest.mark.parametrize("method", ["FE", *CLOSED, *ITERATED])
@pytest.mark.parametrize("name", EFFECTS)
def test_all_that_follows_from_the_variance_between_samples_is_that_of_metafor(name: str, method: str) -> None:
    values, (y, error) = r_values("meta")[f"rma_{name}_{method}"], effects(name)
    found = pool(y, error, between=values["tau2"])
    normal = found.normal
    assert values["k"] == normal.n
    assert pytest.approx((values["b"], values["se"]), rel=1e-9) == (normal.value, normal.se)
    assert pytest.approx((values["ci_lower"], values["ci_upper"]), rel=1e-9) == (normal.low, normal.high)
    z = normal.value / normal.se
    assert pytest.approx((values["zval"], values["QM"]), rel=1e-9) == (z, z**2)
    for name_of_p in ("pval", "QMp"):
        assert pytest.approx(values[name_of_p], rel=1e-6, abs=1e-300) == 2 * stats.norm.sf(abs(z))
    assert pytest.approx(values["weights_percent"], rel=1e-9) == 100 * found.weights
    test = found.heterogeneity
    assert pytest.approx((values["QE"], values["QEp"]), rel=1e-9) == (test.statistic, test.p_value)
    share = test.value if method == "FE" else found.share_between.value
    assert pytest.approx(values["I2"], rel=1e-9, abs=1e-9) == 100 * share
    if values["tau2"] or method == "FE":
        assert pytest.approx(values["H2"], rel=1e-9) == 1 / (1 - share)
    if method == "FE":
        assert (None, None) == (values["pi_lower"], values["pi_upper"])
        assert (normal.value, normal.se) == (found.fixed.value, found.fixed.se)
    else:
        # metafor's prediction interval is normal by default; ours by t with k - 2, from the same spread.
        half = stats.norm.ppf(0.975) * found.prediction.se
        assert pytest.approx((values["pi_lower"], values["pi_upper"]), rel=1e-9) == (
            normal.value - half,
            normal.value + half,
        )


@pytest.mark.parametrize("method", CLOSED)
@pytest.mark.parametrize("name", EFFECTS)
def test_estimators_in_closed_form_are_those_of_metafor_with_their_errors(name: str, method: str) -> None:
    values = r_values("meta")[f"rma_{name}_{method}"]
    found = pool(*effects(name), between=CLOSED[method]).between
    assert pytest.approx((values["tau2"], values["se_tau2"]), rel=1e-9) == (found.value, found.se)


def error_at(method: str, tau2: float, variances: np.ndarray) -> float:
    """Standard error of an iterated estimator, where metafor stopped."""
    weights = 1 / (variances + tau2)
    total, k = weights.sum(), len(weights)
    if method == "ML":
        return math.sqrt(2 / (weights**2).sum())
    if method == "REML":
        return math.sqrt(2 / ((weights**2).sum() - 2 * (weights**3).sum() / total + ((weights**2).sum() / total) ** 2))
    return math.sqrt(2 * k**2 / (k - 1) / total**2)


@pytest.mark.parametrize("method", ITERATED)
@pytest.mark.parametrize("name", EFFECTS)
def test_iterated_estimators_converge_where_metafor_stops_early(name: str, method: str) -> None:
    # metafor stops when a step is below 1e-5 (PM: when its search is within 1.2e-4); for AUCs tau2 itself is 3e-4.
    values, (y, error) = r_values("meta")[f"rma_{name}_{method}"], effects(name)
    found = pool(y, error, between=ITERATED[method]).between
    assert pytest.approx(values["tau2"], abs=1.5e-4 if method == "PM" else 5e-5) == found.value
    assert pytest.approx(values["se_tau2"], rel=1e-9) == error_at(method, values["tau2"], error**2)
    assert pytest.approx(error_at(method, found.value, error**2), rel=1e-9) == found.se
    design = np.ones((len(y), 1))
    if method in ("ML", "REML"):

        def likelihood(tau2: float) -> float:
            return log_likelihood(y, error**2 + tau2, design, restricted=method == "REML")

        assert likelihood(values["tau2"]) <= likelihood(found.value) + 1e-12
        for other in (0.99 * found.value, 1.01 * found.value + 1e-9, 0.0):
            assert likelihood(other) <= likelihood(found.value) + 1e-12
    else:
        q = float(((y - np.average(y, weights=1 / (error**2 + found.value))) ** 2 / (error**2 + found.value)).sum())
        assert pytest.approx(len(y) - 1, rel=1e-9) == q


def test_empirical_bayes_is_paule_and_mandel() -> None:
    # Morris' equation, sum w (k / (k - 1) (y - mean)^2 - v - tau2) = 0, is solved by the tau2 at which Q is k - 1.
    for name in EFFECTS:
        y, error = effects(name)
        tau2, _ = paule_mandel(y, error**2, np.ones((len(y), 1)))
        weights, k = 1 / (error**2 + tau2), len(y)
        residual = (y - np.average(y, weights=weights)) ** 2
        assert pytest.approx(0, abs=1e-9) == float(weights @ (k / (k - 1) * residual - error**2 - tau2))


@pytest.mark.parametrize("name", EFFECTS)
def test_the_interval_of_the_variance_is_that_of_metafor_as_far_as_its_search_goes(name: str) -> None:
    # confint() of metafor searches with uniroot's default tolerance of 1.2e-4.
    interval = r_values("meta")[f"rma_{name}_DL"]["random_ci"]
    whole = pool(*effects(name), between="dl")
    assert pytest.approx((interval["ci.lb"][0], interval["ci.ub"][0]), abs=2e-4) == (
        whole.between.low,
        whole.between.high,
    )
    typical = whole.between.value / whole.share_between.value - whole.between.value
    for end in ("estimate", "ci.lb", "ci.ub"):
        tau2, tau, share, ratio = interval[end]
        assert pytest.approx(tau, rel=1e-9) == math.sqrt(tau2)
        assert pytest.approx((share, ratio), rel=1e-9) == (100 * tau2 / (tau2 + typical), tau2 / typical + 1)
    if whole.share_between.low > 0:
        assert pytest.approx(interval["ci.lb"][2] / 100, rel=1e-3) == whole.share_between.low


@pytest.mark.parametrize("method", [*CLOSED, *ITERATED])
def test_all_records_of_metafor_have_one_interval_of_the_variance(method: str) -> None:
    for name in EFFECTS:
        assert (
            r_values("meta")[f"rma_{name}_DL"]["random_ci"]["ci.ub"]
            == r_values("meta")[f"rma_{name}_{method}"]["random_ci"]["ci.ub"]
        )


def test_a_likelihood_with_two_maxima_gives_the_higher() -> None:
    # One precise sample far from five loose ones: the likelihood has a maximum at zero and another one.
    y, v = np.array([0.0, 3.0, 3.1, 2.9, 3.0, 3.05]), np.array([1e-4, 4.0, 4.0, 4.0, 4.0, 4.0])
    design = np.ones((6, 1))
    grid = np.concatenate([[0], np.geomspace(1e-6, 40, 4000)])
    for method in ("ml", "reml"):
        values = [log_likelihood(y, v + tau2, design, restricted=method == "reml") for tau2 in grid]
        best = ESTIMATORS[method](y, v, design)[0]  # type: ignore[index]
        assert max(values) <= log_likelihood(y, v + best, design, restricted=method == "reml") + 1e-9
