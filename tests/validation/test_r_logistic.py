"""The rest of what R says of logistic models: what follows from the numbers that other tests compare."""

import numpy as np
import pytest
from as_r import irls
from scipy import stats
from scipy.special import expit
from test_logistic import MODELS, asah, design_of

from reference import Values, compas_filtered, data, r_values
from rvn.validation.association.logistic import fit
from rvn.validation.association.regression import firth_regression, logistic_regression
from rvn.validation.calibration.brier import brier
from rvn.validation.discrimination.auc import auc
from rvn.validation.discrimination.roc import roc_curve
from rvn.validation.foundations.samples import sample_of
from rvn.validation.rates.observed import rates_by_level, trend

R = r_values("logistic")
Z = stats.norm.isf(0.025)


def close(expected: object, rel: float = 1e-9) -> object:
    return pytest.approx(expected, rel=rel, abs=1e-300)


def cleary(record: str, model: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    frame = compas_filtered()
    column, name = {
        "cleary_race_pp": ("race", "African-American"),
        "cleary_sex_pp": ("sex", "Female"),
    }[record]
    frame = frame[frame[column].isin({"African-American", "Caucasian"} if column == "race" else {"Male", "Female"})]
    score, member = frame["decile_score"].to_numpy(float), (frame[column] == name).to_numpy(float)
    columns = {"decile_score": score, f"{column}{name}": member, f"decile_score:{column}{name}": score * member}
    size = {"m0": 1, "m1": 2, "m2": 3}[model]
    return frame["two_year_recid"].to_numpy(float), dict(list(columns.items())[:size])


CLEARY = [(record, model) for record in ("cleary_race_pp", "cleary_sex_pp") for model in R[record] if model != "lrt"]


def check(expected: Values, outcome: np.ndarray, predictors: dict[str, np.ndarray]) -> None:
    table = logistic_regression(outcome, predictors)
    n, k = len(outcome), len(predictors) + 1
    assert n == expected["n"]
    # R stops short of the maximum in the last digits, and its errors are of the step before.
    found, errors, deviance = irls(design_of(predictors), outcome)
    assert close(expected["coef"]) == found.tolist()
    assert close(expected["se"]) == errors.tolist()
    assert close(expected["coef"], rel=1e-7) == [row.value for row in table.coefficients]
    assert close(expected["se"], rel=1e-4) == [row.se for row in table.coefficients]
    z = found / errors
    assert close(expected["z"]) == z.tolist()
    assert pytest.approx(np.log(expected["p"]), rel=1e-7) == np.log(2) + stats.norm.logsf(np.abs(z))
    for side, end in ((-1, "lower"), (1, "upper")):
        assert close(expected[f"ci95_wald_{end}"]) == (found + side * Z * errors).tolist()
        assert close(expected[f"or_wald_{end}"]) == np.exp(found + side * Z * errors).tolist()
    assert close(expected["odds_ratio"]) == np.exp(found).tolist()
    covariance = np.column_stack(list(expected["vcov"].values()))
    assert close(np.diag(covariance)) == errors**2
    assert pytest.approx(covariance, rel=1e-3) == table.covariance
    for place, row in enumerate(table.coefficients):
        assert expected["ci95_profile_lower"][place] == pytest.approx(row.low, abs=1e-3 * row.se)
        assert expected["ci95_profile_upper"][place] == pytest.approx(row.high, abs=1e-3 * row.se)
    assert close(expected["deviance"]) == deviance
    assert close(expected["deviance"]) == -2 * table.log_likelihood
    assert close(expected["null_deviance"]) == -2 * table.null_log_likelihood
    assert close(expected["loglik"]) == table.log_likelihood
    assert close(expected["aic"]) == 2 * k - 2 * table.log_likelihood
    assert close(expected["bic"]) == np.log(n) * k - 2 * table.log_likelihood
    assert close(expected["r2_mcfadden"]) == 1 - table.log_likelihood / table.null_log_likelihood
    assert close(expected["brier"], rel=1e-8) == brier(outcome, expit(design_of(predictors) @ found)).value


@pytest.mark.parametrize("record", MODELS)
def test_all_that_glm_prints_follows_from_coefficients_errors_and_likelihood(record):
    check(R[record], *MODELS[record]())


@pytest.mark.parametrize(("record", "model"), CLEARY)
def test_so_it_is_with_the_models_of_clearys_test(record, model):
    outcome, predictors = cleary(record, model)
    assert R[record][model]["terms"][1:] == list(predictors)
    check(R[record][model], outcome, predictors)


def lrm() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    frame = compas_filtered()
    columns = {"decile_score": frame["decile_score"], "age": frame["age"], "sexFemale": frame["sex"] == "Female"}
    return frame["two_year_recid"].to_numpy(float), {name: one.to_numpy(float) for name, one in columns.items()}


def gini_difference(values: np.ndarray) -> float:
    """Mean difference of two people."""
    n = len(values)
    return float(2 * (2 * np.arange(1, n + 1) - n - 1) @ np.sort(values) / (n * (n - 1)))


def test_the_indexes_of_lrm():
    outcome, predictors = lrm()
    expected = R["lrm_stats_pp"]["stats"]
    table = logistic_regression(outcome, predictors)
    gain = 2 * (table.log_likelihood - table.null_log_likelihood)
    rate = outcome.mean()
    effective = 3 * len(outcome) * rate * (1 - rate)
    assert [len(outcome), 3] == [expected["Obs"], expected["d.f."]]
    for n, name in ((6172, "6172"), (effective, "4591.7")):
        assert close(expected[f"R2({name})"]) == 1 - np.exp(-gain / n)
        assert close(expected[f"R2(3,{name})"]) == 1 - np.exp(-(gain - 3) / n)
    linear = design_of(predictors) @ [row.value for row in table.coefficients]
    risk = expit(linear)
    assert pytest.approx(expected["Brier"], rel=1e-9) == brier(outcome, risk).value
    assert pytest.approx(expected["g"], rel=1e-8) == gini_difference(linear)
    assert pytest.approx(expected["gr"], rel=1e-8) == np.exp(gini_difference(linear))
    assert pytest.approx(expected["gp"], rel=1e-8) == gini_difference(risk)
    # lrm counts pairs of risks binned to 0.002: C differs from the exact one in the fifth digit.
    area, curve = auc(outcome, risk), roc_curve(outcome, risk)
    pairs = rate * (1 - rate) * len(outcome) ** 2
    dxy = 2 * area.value - 1
    assert pytest.approx(expected["C"], abs=2e-5) == area.value
    assert expected["C"] != area.value
    assert pytest.approx(expected["Dxy"], abs=4e-5) == dxy
    assert pytest.approx(expected["Gamma"], abs=3e-3) == dxy / (1 - curve.tied)
    assert pytest.approx(expected["Tau-a"], abs=4e-5) == dxy * pairs / (len(outcome) * (len(outcome) - 1) / 2)
    # So far from 0 that R prints none of it, and at the maximum the slope is nothing.
    assert expected["P"] == 0.0
    assert stats.chi2.sf(gain, 3) < 1e-15
    assert expected["Max Deriv"] < 1e-6


def test_the_robust_errors_without_a_correction_are_ours_without_the_factor():
    outcome, predictors = lrm()
    expected, n, k = R["glm_robust_se_pp"], len(outcome), 4
    table = logistic_regression(outcome, predictors, cluster=np.arange(n))
    assert close(expected["coef"]) == [row.value for row in table.coefficients]
    errors = np.array([row.se for row in table.coefficients])
    assert close(expected["HC1"]["se"], rel=1e-7) == errors.tolist()
    assert close(expected["HC0"]["se"], rel=1e-7) == (errors * np.sqrt((n - k) / n)).tolist()
    for name, factor in (("HC0", np.sqrt((n - k) / n)), ("HC1", 1.0)):
        z = np.abs(np.array(expected["coef"]) / errors / factor)
        assert pytest.approx(np.log(expected[name]["p"]), rel=1e-6) == np.log(2) + stats.norm.logsf(z)


def test_errors_that_know_nothing_of_clusters_or_weights():
    frame = data("human_risk_ratings").query("feedback == 0")
    outcome, rating = frame["two_year_recid"].to_numpy(float), {"rating": frame["rating"].to_numpy(float)}
    expected = R["glm_cluster_se_human"]
    assert [len(frame), frame["id"].nunique()] == [expected["n"], expected["clusters_id"]]
    plain = [row.se for row in logistic_regression(outcome, rating).coefficients]
    assert close(expected["se_model"], rel=1e-5) == plain
    clusters = logistic_regression(outcome, rating, cluster=frame["id"])
    n, groups = len(frame), frame["id"].nunique()
    factor = np.sqrt((groups - 1) / groups * (n - 2) / (n - 1))
    assert close(expected["se_cluster_id_CR0"], rel=1e-7) == [factor * row.se for row in clusters.coefficients]
    # Weights taken for numbers of people: an error as if they were independent of who is there.
    frame = compas_filtered()
    weights = 1 + frame["id"] % 5 / 10
    rows = sample_of(
        frame["two_year_recid"], {"decile": frame["decile_score"].to_numpy(float)}, counts=(10 * weights).round()
    )
    naive = np.sqrt(np.diag(fit(rows, ["decile"]).covariance) * 10)
    assert close(R["svyglm_weights_pp"]["se_naive_glm_weights"], rel=1e-5) == naive.tolist()


def test_firth_and_plain_on_eleven_people():
    frame = compas_filtered().query("race == 'Native American'")
    expected = R["logistf_firth_native_american_pp"]
    outcome, score = frame["two_year_recid"].to_numpy(float), {"decile": frame["decile_score"].to_numpy(float)}
    assert [len(frame), int(outcome.sum())] == [expected["n"], expected["events"]]
    assert close(expected["glm_se"]) == irls(design_of(score), outcome)[1].tolist()
    plain = logistic_regression(outcome, score)
    assert close(expected["glm_se"], rel=1e-4) == [row.se for row in plain.coefficients]


def test_logistf_prints_an_error_that_is_not_the_inverse_information():
    table = firth_regression(*asah())
    expected = R["logistf_firth_asah"]
    # Ours is from the information at the estimate; up to 5 % of it lie between them here.
    assert pytest.approx(expected["se"], rel=0.06) == [row.se for row in table.coefficients]
    assert pytest.approx(expected["se"], rel=1e-4) != [row.se for row in table.coefficients]


def test_levels_and_their_trend():
    frame, expected = compas_filtered(), R["levels_table_pp"]
    rows = rates_by_level(frame["two_year_recid"], frame["score_text"], expected["level"])
    assert [[row.n for row in rows], [row.n_events for row in rows]] == [expected["n"], expected["events"]]
    for method in ("wilson", "exact"):
        assert close(expected[method]["col1"]) == [row.value for row in rows]
    assert close(R["deciles_table_pp"]["wilson"]["col1"]) == R["deciles_table_pp"]["rate"]
    by_level = trend(frame["two_year_recid"], frame["score_text"].map({"Low": 1, "Medium": 2, "High": 3}))
    assert pytest.approx(np.log(expected["trend"]["p"]), rel=1e-9) == np.log(by_level.p_value)
    n, events = np.array(expected["n"]), np.array(expected["events"])
    rate = events.sum() / n.sum()
    chi2 = ((events - n * rate) ** 2 / (n * rate * (1 - rate))).sum()
    assert close([expected["chisq"]["x2"], expected["chisq"]["df"]]) == [chi2, 2]
    assert pytest.approx(np.log(expected["chisq"]["p"]), rel=1e-9) == stats.chi2.logsf(chi2, 2)
    for place in (1, 2):
        pair = np.array([[events[0], n[0] - events[0]], [events[place], n[place] - events[place]]])
        plain = stats.chi2_contingency(pair, correction=False).pvalue
        assert pytest.approx(np.log(R["or_rr_levels_pp"]["p"]["chi.square"][place]), rel=1e-9) == np.log(plain)
