"""The rest of what R says of calibration: what follows from the numbers that other tests compare."""

import numpy as np
import pytest
from scipy import stats
from scipy.interpolate import CubicHermiteSpline
from scipy.special import expit, logit, xlogy
from test_calibration import RISKS, broward, gusto
from test_local_regression import summary, vertices

from reference import Values, data, r_values
from rvn.validation.association.regression import logistic_regression
from rvn.validation.calibration.brier import brier, by_risk, isotonic, murphy_decomposition, scaled_brier
from rvn.validation.calibration.expected_observed import expected_observed
from rvn.validation.calibration.goodness_of_fit import spiegelhalter
from rvn.validation.calibration.line import logistic_calibration, with_risk
from rvn.validation.calibration.local_regression import local_regression
from rvn.validation.discrimination.auc import auc

R = r_values("calibration")
Z = stats.norm.isf(0.025)


def close(expected: object, rel: float = 1e-9) -> object:
    return pytest.approx(expected, rel=rel, abs=1e-14)


def joined(outcome: np.ndarray, risk: np.ndarray) -> np.ndarray:
    """Return the distances of R's default loess curve, joined at its vertices, from the risks of all people."""
    risks, people, events = by_risk(with_risk(outcome, risk))
    everybody = np.sort(risk)
    at = vertices(everybody)
    curve = CubicHermiteSpline(at, *local_regression(risks, events / people, people, at))
    return np.abs(curve(everybody) - everybody)


def log_likelihoods(outcome: np.ndarray, risk: np.ndarray) -> tuple[float, float]:
    """Of the risks as they are, and of the base rate for everybody."""
    rate = outcome.mean()
    own = float((xlogy(outcome, risk) + xlogy(1 - outcome, 1 - risk)).sum())
    return own, float(len(outcome) * (xlogy(rate, rate) + xlogy(1 - rate, 1 - rate)))


def check_val_prob(expected: Values, outcome: np.ndarray, risk: np.ndarray, rel: float = 1e-9) -> None:
    n, line = len(outcome), logistic_calibration(outcome, risk)
    own, null = log_likelihoods(outcome, risk)
    gain, unreliable = 2 * (own - null), line.overall.statistic
    assert close(expected["D:Chi-sq"], rel) == gain
    assert close(expected["D"], rel) == (gain - 1) / n
    assert pytest.approx(expected["U:Chi-sq"], rel=1e-5) == unreliable
    assert pytest.approx(expected["U"], rel=1e-5) == (unreliable - 2) / n
    assert pytest.approx(expected["Q"], rel=1e-7) == (gain - 1 - unreliable + 2) / n
    assert pytest.approx(expected["U:p"], rel=1e-5, abs=1e-12) == line.overall.p_value
    assert close(expected["R2"], rel) == (1 - np.exp(-gain / n)) / (1 - np.exp(2 * null / n))
    # Of predictions binned to 0.002, where the exact AUC is of the predictions.
    area = auc(outcome, risk).value
    assert pytest.approx(expected["C (ROC)"], abs=2e-5) == area
    assert pytest.approx(expected["Dxy"], abs=4e-5) == 2 * area - 1
    both = logistic_regression(outcome, {"logit": logit(risk)}).coefficients
    # Not calibration in the large: the intercept beside the slope.
    assert pytest.approx(expected["Intercept"], rel=1e-6) == both[0].value
    assert pytest.approx(expected["Slope"], rel=1e-7) == line.slope.value
    assert close(expected["Brier"], rel) == brier(outcome, risk).value
    test = spiegelhalter(outcome, risk)
    assert pytest.approx(expected["S:z"], rel=1e-6) == test.value
    assert pytest.approx(expected["S:p"], rel=1e-6) == test.p_value


@pytest.mark.parametrize("column", RISKS)
def test_val_prob(column):
    check_val_prob(R[f"valprob_{column}"], broward()["two_year_recid"].to_numpy(float), broward()[column].to_numpy())


def test_val_prob_of_gusto():
    check_val_prob(R["gusto_develop_validate"]["val_prob"], *gusto(), rel=1e-6)


def test_the_other_numbers_of_gusto():
    expected, (outcome, risk) = R["gusto_develop_validate"], gusto()
    line, found = expected["cal"], logistic_calibration(outcome, risk)
    check_line(line, outcome, risk)
    assert pytest.approx(line["test_citl_chisq"], rel=1e-5) == found.in_the_large.statistic
    area = auc(outcome, risk, method="wald")
    assert pytest.approx(expected["auc"]["auc"], rel=1e-8) == area.value
    assert pytest.approx(expected["auc"]["ci"], rel=1e-8) == [area.low, area.value, area.high]
    assert pytest.approx(dict(expected["ici"].items()), rel=2e-4) == summary(joined(outcome, risk))


def check_line(expected: Values, outcome: np.ndarray, risk: np.ndarray) -> None:
    found = logistic_calibration(outcome, risk)
    both = logistic_regression(outcome, {"logit": logit(risk)}).coefficients
    for name, row in (("citl", found.in_the_large), ("slope", found.slope), ("intercept_joint", both[0])):
        assert pytest.approx(expected[name], rel=1e-6) == row.value
        assert pytest.approx(expected[f"{name}_se"], rel=1e-4) == row.se
    for name, row in (("citl", found.in_the_large), ("slope", found.slope)):
        assert pytest.approx(expected[f"{name}_wald"], abs=3e-4 * row.se) == [
            row.value - Z * row.se,
            row.value + Z * row.se,
        ]
        assert pytest.approx(expected[f"{name}_profile"], abs=1e-3 * row.se) == [row.low, row.high]
    for name, p_name, test in (
        ("test_citl_chisq", "test_citl_p", found.in_the_large),
        ("test_slope_given_citl_chisq", "test_slope_p", found.slope),
        ("test_joint_chisq", "test_joint_p", found.overall),
    ):
        assert pytest.approx(expected[name], rel=1e-5) == test.statistic
        assert pytest.approx(expected[p_name], rel=1e-5, abs=1e-14) == test.p_value


@pytest.mark.parametrize("column", RISKS)
def test_line_and_tests(column):
    outcome, risk = broward()["two_year_recid"].to_numpy(float), broward()[column].to_numpy()
    check_line(R[f"cal_intercept_slope_{column}"], outcome, risk)


@pytest.mark.parametrize("race", list(R["calibration_by_race_p_model"]))
def test_loess_by_race_as_r_joins_it(race):
    frame, expected = broward().query("race == @race"), R["calibration_by_race_p_model"][race]
    outcome, risk = frame["two_year_recid"].to_numpy(float), frame["p_model"].to_numpy()
    found = summary(joined(outcome, risk))
    assert close({name: expected[name] for name in found}) == found
    assert close(expected["E"]) == expected_observed(outcome, risk).value * expected["O"]


@pytest.mark.parametrize("column", RISKS)
@pytest.mark.parametrize("asked", [10, 5])
def test_the_table_under_hosmer_and_lemeshow(column, asked):
    expected = R[f"hosmer_lemeshow_{column}"][f"g{asked}"]
    outcome, risk = broward()["two_year_recid"].to_numpy(float), broward()[column].to_numpy()
    assert asked == expected["groups_asked"]
    cuts = np.unique(np.quantile(risk, np.linspace(0, 1, asked + 1)))
    group = np.maximum(np.searchsorted(cuts, risk, side="left"), 1) - 1
    for name, values in {"y0": 1 - outcome, "y1": outcome}.items():
        assert np.bincount(group, values).tolist() == expected["observed"][name]
    for name, values in {"yhat0": 1 - risk, "yhat1": risk}.items():
        assert close(expected["expected"][name]) == np.bincount(group, values).tolist()


def test_hosmer_and_lemeshow_of_desctools_has_the_degrees_of_freedom_of_fitted_risks():
    expected, ten = R["hosmer_lemeshow_desctools_p_model"], R["hosmer_lemeshow_p_model"]["g10"]
    assert (ten["df"], pytest.approx(ten["p"])) == (expected["C_df"], expected["C_p"]["X-squared"])


@pytest.mark.parametrize("column", RISKS)
def test_expected_and_observed(column):
    expected = R[f"expected_observed_{column}"]
    outcome, risk = broward()["two_year_recid"].to_numpy(float), broward()[column].to_numpy()
    exact, binomial = (expected_observed(outcome, risk, interval=name) for name in ("exact", "binomial"))
    assert close(expected["E"]) == exact.value * exact.n_events
    assert close(expected["OE"]) == 1 / exact.value
    assert close(expected["OE_exact_poisson"]) == [1 / exact.high, 1 / exact.low]
    # metamisc on the scale of O/E itself: the binomial error by the delta method, limits by Wald.
    plain = expected["metamisc_OE"]
    se = binomial.se / binomial.value
    assert close([plain["theta"], plain["theta.se"]]) == [1 / binomial.value, se]
    assert close([plain["theta.cilb"], plain["theta.ciub"]]) == [
        1 / binomial.value - Z * se,
        1 / binomial.value + Z * se,
    ]


@pytest.mark.parametrize("column", RISKS)
def test_the_parts_of_the_brier_score(column):
    expected = R[f"brier_{column}"]
    outcome, risk = broward()["two_year_recid"].to_numpy(float), broward()[column].to_numpy()
    n, own = len(outcome), log_likelihoods(outcome, risk)[0]
    risks, people, events = by_risk(with_risk(outcome, risk))
    found = {
        "brier": brier(outcome, risk).value,
        "brier_desctools": brier(outcome, risk).value,
        "brier_max_prevalence": murphy_decomposition(outcome, risk)[2].value,
        "brier_scaled": scaled_brier(outcome, risk).value,
        "log_loss": -own / n,
        "distinct_forecasts": len(risks),
        "tjur_r2": risk[outcome == 1].mean() - risk[outcome == 0].mean(),
        "mean_p": expected_observed(outcome, risk).value * outcome.mean(),
        "prevalence": outcome.mean(),
    }
    assert close({name: expected[name] for name in found}) == found
    blocks = len(np.unique(isotonic(people, events).round(12)))
    # R compares doubles, and takes what rounding leaves for other blocks: 12 of ten distinct risks (p_decile).
    assert blocks <= min(R[f"isotonic_{column}"]["n_blocks"], len(risks))


def test_val_prob_ci_2_means_other_things_by_the_same_names():
    expected = R["val_prob_ci_2_p_model"]
    statistics = expected["stats"]
    outcome, risk = broward()["two_year_recid"].to_numpy(float), broward()["p_model"].to_numpy()
    n, line = len(outcome), logistic_calibration(outcome, risk)
    own, null = log_likelihoods(outcome, risk)
    # Here D and R2 are of the refitted line.
    gain, unreliable = 2 * (own - null) + line.overall.statistic, line.overall.statistic
    assert pytest.approx(statistics["D:Chi-sq"]) == gain
    assert pytest.approx(statistics["D"]) == (gain - 1) / n
    assert pytest.approx(statistics["U:Chi-sq"]) == unreliable
    assert pytest.approx(statistics["U"]) == (unreliable - 2) / n
    assert pytest.approx(statistics["Q"]) == (gain - 1 - unreliable + 2) / n
    assert pytest.approx(statistics["R2"]) == (1 - np.exp(-gain / n)) / (1 - np.exp(2 * null / n))
    assert pytest.approx([statistics["U:p"], statistics["D:p"]]) == [line.overall.p_value, stats.chi2.sf(gain, 1)]
    assert pytest.approx(statistics["Slope"]) == line.slope.value
    assert close(statistics["Brier"]) == brier(outcome, risk).value
    assert close(statistics["Brier scaled"]) == scaled_brier(outcome, risk).value
    assert close(statistics["ECI"]) == 100 * (joined(outcome, risk) ** 2).mean()
    # Emax belongs to the logistic line, from 0 to 1, not to the loess curve.
    grid = np.linspace(0.001, 0.999, 9_999)
    both = logistic_regression(outcome, {"logit": logit(risk)}).coefficients
    away = np.abs(expit(both[0].value + both[1].value * logit(grid)) - grid)
    assert pytest.approx(statistics["Emax"], rel=1e-4) == away.max()
    # Its C is of binned predictions too, and off by 2e-5.
    area = auc(outcome, risk)
    assert pytest.approx(statistics["C (ROC)"], abs=3e-5) == area.value
    assert pytest.approx(statistics["Dxy"], abs=6e-5) == 2 * area.value - 1
    limits = [
        expected["cindex"][name] for name in ("Point estimate", "Lower confidence limit", "Upper confidence limit")
    ]
    assert pytest.approx(limits, abs=3e-4) == [area.value, area.low, area.high]


def test_the_sum_of_squares_under_the_test_of_le_cessie():
    frame, expected = data("compas").query("id % 2 == 1"), R["le_cessie_gof_dev"]
    predictors = {"age": frame["age"].to_numpy(float), "priors": frame["priors_count"].to_numpy(float)}
    outcome = frame["two_year_recid"].to_numpy(float)
    model = logistic_regression(outcome, predictors).coefficients
    risk = expit(model[0].value + sum(row.value * predictors[row.at["term"]] for row in model[1:]))
    squares, by_chance = ((outcome - risk) ** 2).sum(), (risk * (1 - risk)).sum()
    assert pytest.approx(expected["Sum of squared errors"], rel=1e-6) == squares
    assert pytest.approx(expected["Expected value|H0"], rel=1e-6) == by_chance
    assert pytest.approx(expected["Z"] * expected["SD"], rel=1e-5) == squares - by_chance
