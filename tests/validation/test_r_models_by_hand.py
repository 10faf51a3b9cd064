"""What R says of models, curves and raters and rvn does not offer, each from its formula."""

import itertools
import math

import numpy as np
import pytest
from scipy import optimize, special, stats
from test_calibration import broward, gusto
from test_logistic import asah, design_of
from test_many_raters import diagnoses
from test_r_logistic import lrm

from reference import compas_filtered, data, r_values
from rvn.validation.agreement.kappa import kappa
from rvn.validation.association.regression import firth_regression, logistic_regression

R = r_values("logistic")
# R's uniroot stops within this of the root.
STOP = np.finfo(float).eps ** 0.25


def close(expected: object, rel: float = 1e-9) -> object:
    return pytest.approx(expected, rel=rel, abs=1e-300)


@pytest.mark.parametrize(("name", "power"), [("HC2", 1), ("HC3", 2)])
def test_robust_errors_corrected_for_leverage(name, power):
    """rvn's are HC1, which these differ from by a thousandth here; they need each person, not only the tally."""
    outcome, predictors = lrm()
    design = design_of(predictors)
    coefficients = np.array([row.value for row in logistic_regression(outcome, predictors).coefficients])
    risk = special.expit(design @ coefficients)
    inverse = np.linalg.inv((design.T * (risk * (1 - risk))) @ design)
    leverage = risk * (1 - risk) * ((design @ inverse) * design).sum(axis=1)
    squares = (outcome - risk) ** 2 / (1 - leverage) ** power
    errors = np.sqrt(np.diag(inverse @ ((design.T * squares) @ design) @ inverse))
    expected = R["glm_robust_se_pp"][name]
    assert close(expected["se"], rel=1e-7) == errors.tolist()
    tails = np.log(2) + stats.norm.logsf(np.abs(coefficients) / errors)
    assert pytest.approx(np.log(expected["p"]), rel=1e-6) == tails


def test_the_penalised_likelihood_of_the_model_and_of_its_intercept():
    outcome, predictors = asah()
    design = design_of(predictors)

    def penalised(coefficients):
        risk = special.expit(design @ coefficients)
        information = (design.T * (risk * (1 - risk))) @ design
        own = special.xlogy(outcome, risk) + special.xlogy(1 - outcome, 1 - risk)
        return float(own.sum() + np.linalg.slogdet(information)[1] / 2)

    fitted = [row.value for row in firth_regression(outcome, predictors).coefficients]
    # Of the intercept alone, with the information of all columns: that is what the test of the whole model compares.
    alone = optimize.minimize_scalar(lambda value: -penalised([value, 0, 0, 0]), bounds=(-5, 5), method="bounded")
    assert close(R["logistf_firth_asah"]["loglik_penalised"]) == [penalised(fitted), -alone.fun]


@pytest.mark.parametrize("place", [1, 2])
def test_median_unbiased_odds_ratios_and_exact_tests_of_two_by_two_tables(place):
    frame, expected = compas_filtered(), R["or_rr_levels_pp"]
    rows = [frame["two_year_recid"][frame["score_text"] == name] for name in ("Low", ("Medium", "High")[place - 1])]
    table = np.array([[len(row) - row.sum(), row.sum()] for row in rows])
    exact = stats.fisher_exact(table).pvalue
    assert pytest.approx(math.log(expected["p"]["fisher.exact"][place]), rel=1e-9) == math.log(exact)
    assert expected["p"]["midp.exact"][place] == 0.0  # R has one minus a sum of nearly one
    assert exact < 1e-15

    numbers = np.arange(max(0, table[1].sum() - table[:, 0].sum()), min(table[1].sum(), table[:, 1].sum()) + 1)
    even = stats.hypergeom(table.sum(), table[:, 1].sum(), table[1].sum()).logpmf(numbers)

    def above(log_ratio):
        chances = special.softmax(even + log_ratio * numbers)  # of events in the higher level, given all margins
        return chances[numbers > table[1, 1]].sum() + chances[numbers == table[1, 1]].sum() / 2

    # epitools takes one over the ratio for its limits, and uniroot stops early.
    for name, tail in (("estimate", 0.5), ("lower", 0.025), ("upper", 0.975)):
        found = math.exp(optimize.brentq(lambda value, tail=tail: above(value) - tail, 0, 3))
        assert pytest.approx(expected["or_midp"][name][place], abs=4 * STOP) == found
    assert [1, None, None] == [expected["or_midp"][name][0] for name in ("estimate", "lower", "upper")]


@pytest.mark.parametrize("name", ["s100b", "ndka", "wfns"])
def test_the_smoothed_area_of_proc_is_that_of_a_line_between_normal_deviates(name):
    """rvn's curve is the one observed."""
    frame = data("aSAH")
    score, case = frame[name].to_numpy(float), (frame["outcome"] == "Poor").to_numpy()
    cuts = np.unique(score)[1:]
    sensitivity = np.array([(score[case] >= cut).mean() for cut in cuts])
    specificity = np.array([(score[~case] < cut).mean() for cut in cuts])
    deviates = stats.norm.ppf(sensitivity), stats.norm.ppf(specificity)
    finite = np.isfinite(deviates[0]) & np.isfinite(deviates[1])
    slope, intercept = np.polyfit(deviates[0][finite], deviates[1][finite], 1)
    expected = r_values("roc")[f"auc_asah_{name}"]["auc_smooth_binormal"]
    assert close(expected) == stats.norm.cdf(intercept / math.sqrt(1 + slope**2))


def lowess(x, y, span=2 / 3):
    """Cleveland's local lines without robust steps, at points a hundredth of the range apart and joined between them.

    `x` ascending; the points are the first of all, and then each time the last within a hundredth, or the next.
    """
    n, reach = len(x), (x[-1] - x[0]) / 100
    size = max(min(int(span * n + 1e-7), n), 2)
    fitted = np.full(n, np.nan)
    left, last, place = 0, -1, 0
    while last < n - 1:
        while left + size < n and x[place] - x[left] > x[left + size] - x[place]:
            left += 1
        width = max(x[place] - x[left], x[left + size - 1] - x[place])
        away = np.abs(x - x[place])
        near = away <= 0.999 * width
        near[:left] = False
        share = np.where(away <= 0.001 * width, 0.0, np.minimum(away / width, 1))
        rest = 1 - share * share * share
        weight = rest * rest * rest * near
        weight /= weight.sum()
        middle = weight @ x
        spread = weight @ (x - middle) ** 2
        if math.sqrt(spread) > 0.001 * (x[-1] - x[0]):
            weight = weight * (1 + (x[place] - middle) * (x - middle) / spread)
        fitted[place] = weight @ y
        if last >= 0 and last < place - 1:
            share = (x[last + 1 : place] - x[last]) / (x[place] - x[last])
            fitted[last + 1 : place] = share * fitted[place] + (1 - share) * fitted[last]
        last = place
        following = last + 1
        while following < n and x[following] <= x[last] + reach:
            if x[following] == x[last]:
                fitted[following] = fitted[last]
                last = following
            following += 1
        place = max(last + 1, following - 1)
    return fitted


@pytest.mark.parametrize("name", ["p_model", "p_decile", "p_naive", "gusto"])
def test_the_distances_of_val_prob_are_those_of_a_lowess_curve(name):
    """rvn's ICI, E50, E90 and Emax are of loess, splines, isotonic rates or the cells themselves."""
    if name == "gusto":
        outcome, risk = gusto()
        expected = r_values("calibration")["gusto_develop_validate"]["val_prob"]
    else:
        frame = broward().query("id % 2 == 0")
        outcome, risk = frame["two_year_recid"].to_numpy(float), frame[name].to_numpy(float)
        expected = r_values("calibration")[f"valprob_{name}"]
    order = np.argsort(risk, kind="stable")
    risk, outcome = risk[order], np.asarray(outcome, dtype=float)[order]
    curve = lowess(risk, outcome)
    values, place = np.unique(risk, return_inverse=True)
    mean = np.bincount(place, curve) / np.bincount(place)  # ties are averaged before the curve is read off
    away = np.abs(mean[place] - risk)
    found = [away.mean(), np.quantile(away, 0.9), away.max()]
    assert close([expected["Eavg"], expected["E90"], expected["Emax"]], rel=1e-6) == found
    assert len(values) <= len(risk)


def test_the_error_of_lights_kappa_in_irr_is_no_error():
    """irr's z is 2.3, by a variance of one less fifteen times the product of all fifteen disagreements by chance.

    Where raters choose independently, kappas of different pairs do not go together, and the variance of their mean is
    the sum of their own (Fleiss, Cohen & Everitt 1969, without agreement) over the square of their number: z is 20.8.
    """
    codes = diagnoses()
    n = len(codes)
    pairs = list(itertools.combinations(codes.T, 2))
    light = np.mean([kappa(one, other).value for one, other in pairs])
    shares = [[np.array([(column == code).mean() for code in range(5)]) for column in pair] for pair in pairs]
    by_chance = np.array([one @ other for one, other in shares])
    theirs = 1 - len(pairs) * np.prod(1 - by_chance)
    expected = r_values("agreement")["fleiss_diagnoses"]["light_z"]
    assert close(expected) == light / math.sqrt(theirs / (n * (1 - theirs)))
    sums = np.array([(one * other) @ (one + other) for one, other in shares])
    own = (by_chance + by_chance**2 - sums) / (1 - by_chance) ** 2 / n
    right = math.sqrt(own.sum()) / len(pairs)
    generator = np.random.default_rng(1)

    def mean_kappa(table):
        together = (table[:, :, None] == table[:, None, :]).mean(axis=0)[np.triu_indices(table.shape[1], 1)]
        return ((together - by_chance) / (1 - by_chance)).mean()

    by_hand = [mean_kappa(generator.permuted(codes, axis=0)) for _ in range(1000)]
    assert pytest.approx(np.std(by_hand), rel=0.08) == right
    assert pytest.approx(20.8, abs=0.05) == light / right
