"""Calibration in the large, slope and their tests; E/O; Spiegelhalter, Hosmer-Lemeshow and the sum of squares."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd
import pytest
from as_r import irls
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from scipy.stats import chi2, poisson

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.association.logistic import fit
from rvn.validation.calibration.brier import brier
from rvn.validation.calibration.expected_observed import (
    expected_observed,
    expected_observed_by,
    expected_observed_ratios,
)
from rvn.validation.calibration.goodness_of_fit import hosmer_lemeshow, spiegelhalter, sum_of_squares
from rvn.validation.calibration.line import LogisticCalibration, logistic_calibration
from rvn.validation.foundations.samples import sample_of

R = r_values("calibration")
RISKS = ("p_model", "p_decile", "p_naive")
EVENTS = np.array([0, 6, 3, 13, 12, 13, 10, 6, 1])
PEOPLE = np.array([21, 63, 92, 83, 56, 48, 23, 10, 4])
SCORES = np.tile(np.arange(9), 2)
GOLDEN = {
    "outcome": np.repeat([0, 1], 9),
    "risk": expit(-2.4 + 0.35 * SCORES),
    "counts": np.append(PEOPLE - EVENTS, EVENTS),
}


@cache
def broward() -> pd.DataFrame:
    return data("compas").merge(data("compas_pred"), on="id")


@cache
def broward_line(risk: str) -> LogisticCalibration:
    return logistic_calibration(broward()["two_year_recid"], broward()[risk])


def assert_errors_are_those_of_the_maximum(
    expected: dict[str, float], line: LogisticCalibration, outcome: np.ndarray, x: np.ndarray
) -> None:
    """R's errors are of the weights before its last step, off by up to 1e-4 of themselves."""
    one = np.ones((len(x), 1))
    assert expected["citl_se"] == pytest.approx(irls(one, outcome, offset=x)[1][0], rel=1e-9)
    assert expected["slope_se"] == pytest.approx(irls(np.column_stack([one, x]), outcome)[1][1], rel=1e-9)
    risks = expit(x + line.in_the_large.value)
    assert 1 / math.sqrt((risks * (1 - risks)).sum()) == pytest.approx(line.in_the_large.se, rel=1e-9)
    risks = expit(line.joint_intercept.value + line.slope.value * x)
    weights = risks * (1 - risks)
    spread = weights @ (x - weights @ x / weights.sum()) ** 2
    assert 1 / math.sqrt(spread) == pytest.approx(line.slope.se, rel=1e-9)
    assert expected["slope_se"] == pytest.approx(line.slope.se, rel=2e-4)


def test_the_golden_line() -> None:
    """R's errors are of the step before the last and its profile limits interpolated: five to six digits."""
    line = logistic_calibration(**GOLDEN)
    assert line.in_the_large.value == pytest.approx(-0.435513283, rel=1e-8)
    assert line.in_the_large.se == pytest.approx(0.140473764, rel=1e-5)
    assert (line.in_the_large.low, line.in_the_large.high) == pytest.approx((-0.719024679, -0.167497346), rel=1e-4)
    assert line.slope.value == pytest.approx(1.3937214, rel=1e-8)
    assert line.slope.se == pytest.approx(0.236320532, rel=1e-5)
    assert (line.slope.low, line.slope.high) == pytest.approx((0.942445892, 1.87217327), rel=1e-4)
    assert line.joint_intercept.value == pytest.approx(-0.0161743594, rel=1e-8)
    tests = (line.overall.statistic, line.in_the_large.statistic, line.slope.statistic)
    assert tests == pytest.approx((13.3844183, 10.4779688, 2.90644959), rel=1e-8)
    assert (line.overall.df, line.in_the_large.df, line.slope.df) == (2, 1, 1)


def test_the_calibration_intercept_is_not_that_of_val_prob() -> None:
    """rms::val.prob prints a' beside the slope as Intercept (.0177), val.prob.ci.2 the one at slope 1 (.0235)."""
    line = broward_line("p_model")
    assert R["valprob_p_model"]["Intercept"] == pytest.approx(line.joint_intercept.value, rel=1e-6)
    assert R["val_prob_ci_2_p_model"]["stats"]["Intercept"] == pytest.approx(line.in_the_large.value, rel=1e-6)
    assert pytest.approx(line.joint_intercept.value, abs=5e-5) == 0.0177
    assert pytest.approx(line.in_the_large.value, abs=5e-5) == 0.0235


@pytest.mark.parametrize("risk", RISKS)
def test_intercept_slope_and_tests(risk: str) -> None:
    expected, line = R[f"cal_intercept_slope_{risk}"], broward_line(risk)
    assert expected["citl"] == pytest.approx(line.in_the_large.value, rel=1e-7)
    assert expected["slope"] == pytest.approx(line.slope.value, rel=1e-7)
    assert expected["intercept_joint"] == pytest.approx(line.joint_intercept.value, rel=1e-7)
    outcome, x = broward()["two_year_recid"].to_numpy(dtype=float), logit(broward()[risk].to_numpy())
    assert_errors_are_those_of_the_maximum(expected, line, outcome, x)
    assert expected["intercept_joint_se"] == pytest.approx(line.joint_intercept.se, rel=1e-4)
    for name, estimate in (("citl", line.in_the_large), ("slope", line.slope)):
        # R interpolates the profile: within a thousandth of a standard error.
        assert expected[f"{name}_profile"] == pytest.approx((estimate.low, estimate.high), abs=1e-3 * estimate.se)
    for name, test in (("citl", line.in_the_large), ("slope_given_citl", line.slope), ("joint", line.overall)):
        assert expected[f"test_{name}_chisq"] == pytest.approx(test.statistic, rel=1e-8)
    for name, test in (("citl", line.in_the_large), ("slope", line.slope), ("joint", line.overall)):
        assert expected[f"test_{name}_p"] == pytest.approx(test.p_value, rel=1e-6)
    expected = R[f"valprob_{risk}"]
    assert expected["Slope"] == pytest.approx(line.slope.value, rel=1e-6)
    assert expected["U:Chi-sq"] == pytest.approx(line.overall.statistic, rel=1e-8)
    assert expected["U:p"] == pytest.approx(line.overall.p_value, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("risk", RISKS)
def test_profile_limits_solve_their_equation(risk: str) -> None:
    frame, line = broward(), broward_line(risk)
    outcome, x = frame["two_year_recid"].to_numpy(dtype=float), logit(frame[risk].to_numpy())
    one = np.ones((len(x), 1))
    *_, free = irls(np.column_stack([one, x]), outcome, tolerance=1e-14)
    *_, shifted = irls(one, outcome, offset=x, tolerance=1e-14)
    for limit in (line.slope.low, line.slope.high):
        *_, held = irls(one, outcome, offset=limit * x, tolerance=1e-14)
        assert chi2.isf(0.05, 1) == pytest.approx(held - free, abs=1e-8)
    for limit in (line.in_the_large.low, line.in_the_large.high):
        linear = x + limit
        held = 2 * np.logaddexp(0, np.where(outcome == 1, -linear, linear)).sum()
        assert chi2.isf(0.05, 1) == pytest.approx(held - shifted, abs=1e-8)


def test_the_wald_interval_of_val_prob_ci_2_follows_from_the_error() -> None:
    line, expected = broward_line("p_model"), R["val_prob_ci_2_p_model"]
    for name, estimate in (("calibration_intercept", line.in_the_large), ("calibration_slope", line.slope)):
        value, low, high = expected[name].values()
        assert value == pytest.approx(estimate.value, rel=1e-6)
        reach = 1.959963984540054 * estimate.se
        assert (low, high) == pytest.approx((estimate.value - reach, estimate.value + reach), rel=1e-5)


@pytest.mark.parametrize("race", list(R["calibration_by_race_p_model"]))
def test_calibration_by_race(race: str) -> None:
    frame, expected = broward(), R["calibration_by_race_p_model"][race]
    frame = frame[frame["race"] == race]
    line = logistic_calibration(frame["two_year_recid"], frame["p_model"])
    ratio = expected_observed(frame["two_year_recid"], frame["p_model"])
    assert expected["citl"] == pytest.approx(line.in_the_large.value, rel=1e-6)
    assert expected["slope"] == pytest.approx(line.slope.value, rel=1e-6)
    outcome = frame["two_year_recid"].to_numpy(dtype=float)
    assert_errors_are_those_of_the_maximum(expected, line, outcome, logit(frame["p_model"].to_numpy()))
    assert (expected["n"], expected["O"]) == (ratio.n, ratio.n_events)
    assert expected["OE"] == pytest.approx(1 / ratio.value, rel=1e-12)
    assert expected["OE_exact"] == pytest.approx((1 / ratio.high, 1 / ratio.low), rel=1e-9)


@cache
def gusto() -> tuple[np.ndarray, np.ndarray]:
    """Return outcome and risk in the half on which R validates, the model being fitted to the other half."""
    frame = data("gusto")
    columns = {
        "age": frame["age"],
        **{f"Killip{level}": frame["Killip"] == level for level in ("II", "III", "IV")},
        "pmin(sysbp, 120)": frame["sysbp"].clip(upper=120),
        "pulse": frame["pulse"],
        **{f"miloc{place}": frame["miloc"] == place for place in ("Inferior", "Other")},
        "pmiyes": frame["pmi"] == "yes",
    }
    expected = R["gusto_develop_validate"]
    odd = (frame["id"] % 2 == 1).to_numpy()
    predictors = {name: column[odd].to_numpy(dtype=float) for name, column in columns.items()}
    model = fit(sample_of(frame["day30"][odd], predictors), tuple(columns))
    coefficients = model.maximum.coefficients
    assert expected["terms"][1:] == list(columns)
    assert expected["coef"] == pytest.approx(coefficients, rel=1e-7)
    # R's errors are of the weights before its last step.
    assert expected["se"] == pytest.approx(np.sqrt(np.diag(model.covariance)), rel=1e-4)
    design = np.column_stack([np.ones((~odd).sum()), *(column[~odd] for column in columns.values())]).astype(float)
    risk = np.round(expit(design @ coefficients), 6)
    return frame["day30"][~odd].to_numpy(dtype=float), risk


def test_gusto_developed_on_one_half_and_validated_on_the_other() -> None:
    expected = R["gusto_develop_validate"]
    outcome, risk = gusto()
    line = logistic_calibration(outcome, risk)
    assert (expected["n_val"], expected["events_val"]) == (line.slope.n, line.slope.n_events)
    assert expected["cal"]["citl"] == pytest.approx(line.in_the_large.value, rel=1e-6)
    assert expected["cal"]["slope"] == pytest.approx(line.slope.value, rel=1e-7)
    assert expected["cal"]["test_joint_chisq"] == pytest.approx(line.overall.statistic, rel=1e-6)
    assert expected["val_prob"]["Brier"] == pytest.approx(brier(outcome, risk).value, rel=1e-9)
    # A coefficient that differs in the ninth digit rounds a few of the 20,415 risks to another sixth decimal.
    assert expected["val_prob"]["S:z"] == pytest.approx(spiegelhalter(outcome, risk).value, rel=1e-6)


def test_risks_of_0_and_1_are_kept_for_e_over_o_and_left_out_of_the_line() -> None:
    outcome, risk, counts = [0, 1, 0, 1, 0, 1], [0, 1, 0.2, 0.2, 0.6, 0.6], [5, 4, 8, 2, 4, 6]
    line = logistic_calibration(outcome, risk, counts=counts)
    inside = logistic_calibration(outcome[2:], risk[2:], counts=counts[2:])
    assert dict(line.slope.excluded) == {"risk 0 or 1": 9}
    assert (20, inside.slope.value) == (line.slope.n, line.slope.value)
    ratio = expected_observed(outcome, risk, counts=counts)
    assert (ratio.n, dict(ratio.excluded)) == (29, {})
    assert pytest.approx(ratio.value, rel=1e-12) == (4 + 2 + 6) / 12


def test_one_risk_for_all_has_calibration_in_the_large_and_no_slope() -> None:
    line = logistic_calibration([0, 1], [0.5, 0.5], counts=[30, 10])
    assert math.log(1 / 3) == pytest.approx(line.in_the_large.value, rel=1e-9)
    assert line.in_the_large.status == "ok"
    assert {"not_estimable"} == {line.slope.status, line.joint_intercept.status, line.overall.status}
    assert math.isnan(line.slope.value)


def test_without_events_nothing_is_estimable_and_e_over_o_is_infinite() -> None:
    line = logistic_calibration([0, 0], [0.2, 0.4], counts=[10, 10])
    assert {"not_estimable"} == {line.in_the_large.status, line.slope.status, line.overall.status}
    ratio = expected_observed([0, 0], [0.2, 0.4], counts=[10, 10])
    assert ("sparse", math.inf, math.inf) == (ratio.status, ratio.value, ratio.high)
    # Nobody of six expected: the upper Poisson limit of none is -log(0.025) = 3.689.
    assert 6 / -math.log(0.025) == pytest.approx(ratio.low, rel=1e-9)


def test_a_separated_slope_is_firths() -> None:
    line = logistic_calibration([0, 0, 1, 1], [0.2, 0.4, 0.6, 0.8], counts=[5, 5, 5, 5])
    assert line.slope.status == "separated"
    assert 1 < line.slope.low < line.slope.value < line.slope.high
    assert line.in_the_large.status == "ok"


def test_clusters_widen_and_weights_move() -> None:
    frame = data("human_risk_ratings").query("feedback == 0")
    outcome, risk = frame["two_year_recid"], frame["rating"] / 100
    plain = logistic_calibration(outcome, risk)
    robust = logistic_calibration(outcome, risk, cluster=frame["id"])
    assert plain.slope.value == pytest.approx(robust.slope.value, rel=1e-10)
    assert robust.slope.se > 1.2 * plain.slope.se
    # Against 1, by the robust error.
    assert (robust.slope.value - 1) / robust.slope.se == pytest.approx(robust.slope.statistic, rel=1e-12)
    assert robust.overall.method == "Wald chi-square"
    # With each person once, the robust joint test is close to the likelihood-ratio test.
    own = logistic_calibration(broward()["two_year_recid"], broward()["p_naive"], cluster=broward()["id"])
    assert broward_line("p_naive").overall.statistic == pytest.approx(own.overall.statistic, rel=0.35)
    weighted = logistic_calibration(outcome, risk, weights=np.where(outcome == 1, 2.0, 1.0))
    assert weighted.in_the_large.value > plain.in_the_large.value + 0.5


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=5), st.integers(0, 2**32 - 1))
def test_counts_equal_repeated_rows_in_any_order(table: list[tuple[int, int]], seed: int) -> None:
    others, events = np.array(table).T
    outcome, risk = np.repeat([0, 1], len(table)), np.tile(np.linspace(0.1, 0.7, len(table)), 2)
    counts = np.append(others, events)
    again = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    counted, repeated = (
        logistic_calibration(outcome, risk, counts=counts),
        logistic_calibration(outcome[again], risk[again]),
    )
    for name in ("in_the_large", "slope", "joint_intercept", "overall"):
        assert getattr(counted, name).to_record() == getattr(repeated, name).to_record()
    for statistic in (expected_observed, spiegelhalter, hosmer_lemeshow):
        one, other = statistic(outcome, risk, counts=counts), statistic(outcome[again], risk[again])
        assert one.to_record() == other.to_record()


@pytest.mark.parametrize(
    ("interval", "limits"),
    [
        ("exact", (1.08975251, 1.80697330)),
        ("log_normal", (1.08920842, 1.77791656)),
        ("binomial", (1.11171584, 1.74192146)),
    ],
)
def test_the_golden_e_over_o(interval: str, limits: tuple[float, float]) -> None:
    ratio = expected_observed(**GOLDEN, interval=interval)  # type: ignore[arg-type]
    assert pytest.approx(ratio.value, rel=1e-8) == 1.39158963
    assert limits == pytest.approx((ratio.low, ratio.high), rel=1e-8)
    assert pytest.approx(ratio.value * 64, rel=1e-8) == 89.061736


def test_the_golden_e_over_o_by_level() -> None:
    levels = pd.Categorical(np.repeat(["Low", "Moderate", "High"], [2, 3, 4])[SCORES], ["Low", "Moderate", "High"])
    rows = expected_observed_by(GOLDEN["outcome"], GOLDEN["risk"], levels, counts=GOLDEN["counts"])
    expected = [
        ("Low", 1.488654, 0.683942, 4.056474),
        ("Moderate", 1.65567, 1.145572, 2.49163),
        ("High", 1.125701, 0.788548, 1.668458),
    ]
    for (level, *numbers), row in zip(expected, rows, strict=True):
        assert level == row.at["group"]
        assert numbers == pytest.approx([row.value, row.low, row.high], rel=1e-6)
    (low, high) = expected_observed_ratios(
        GOLDEN["outcome"], GOLDEN["risk"], levels, counts=GOLDEN["counts"], reference="Moderate"
    )
    assert pytest.approx(low.value, rel=1e-5) == 1.488654 / 1.65567
    assert math.sqrt(1 / 6 + 1 / 28) == pytest.approx(low.se, rel=1e-12)
    assert math.log(high.high / high.value) == pytest.approx(1.959963984540054 * high.se, rel=1e-9)


@pytest.mark.parametrize("risk", RISKS)
def test_e_over_o_is_that_of_poisson_test_inverted(risk: str) -> None:
    expected = R[f"expected_observed_{risk}"]
    outcome, risks = broward()["two_year_recid"], broward()[risk]
    exact = expected_observed(outcome, risks)
    assert expected["EO"] == pytest.approx(exact.value, rel=1e-12)
    assert (expected["O"], expected["n"]) == (exact.n_events, exact.n)
    assert expected["EO_exact_poisson"] == pytest.approx((exact.low, exact.high), rel=1e-9)
    usual = expected_observed(outcome, risks, interval="log_normal")
    assert expected["EO_log_normal_approx"] == pytest.approx((usual.low, usual.high), rel=1e-9)
    binomial = expected_observed(outcome, risks, interval="binomial")
    theta, error, low, high = expected["metamisc_logOE"].values()
    assert -theta == pytest.approx(math.log(binomial.value), rel=1e-9)
    assert error == pytest.approx(binomial.se, rel=1e-9)
    assert (-high, -low) == pytest.approx((math.log(binomial.low), math.log(binomial.high)), rel=1e-9)


@given(st.integers(1, 60), st.floats(0.1, 0.9))
def test_exact_limits_are_where_the_poisson_tail_is_a_fortieth(observed: int, risk: float) -> None:
    ratio = expected_observed([0, 1], [risk, risk], counts=[10, observed])
    expected = risk * (10 + observed)
    assert pytest.approx(poisson.cdf(observed, expected / ratio.low), rel=1e-9) == 0.025
    assert pytest.approx(poisson.sf(observed - 1, expected / ratio.high), rel=1e-9) == 0.025


def test_e_over_o_at_its_ends() -> None:
    nobody = expected_observed([0, 1], [0, 0])
    assert nobody.status == "not_estimable"
    assert math.isnan(nobody.value)
    assert expected_observed([], []).status == "not_estimable"
    everybody = expected_observed([1, 1], [0.5, 0.5], interval="binomial")
    exact = expected_observed([1, 1], [0.5, 0.5])
    assert (everybody.status, everybody.method) == ("degenerate", "exact Poisson")
    assert (exact.low, exact.high) == (everybody.low, everybody.high)
    (ratio,) = expected_observed_ratios([0, 1, 0], [0.5, 0.5, 0.5], ["a", "a", "b"])
    assert ratio.status == "not_estimable"
    assert math.isnan(ratio.value)


def test_groups_of_nobody_have_no_rows() -> None:
    assert expected_observed_by([], [], []) == expected_observed_ratios([], [], []) == ()
    rows = expected_observed_by([0, 1, 1], [0.2, 0.4, None], ["a", None, "b"])
    assert [row.at["group"] for row in rows] == ["a"]
    assert dict(rows[0].excluded) == {"risk absent": 1, "groups absent": 1}


def test_the_test_of_e_over_o_is_of_the_risks() -> None:
    """Of 100 at a risk of 0.2, 28 had the event: 8 more than expected, where one deviation is 4."""
    ratio = expected_observed([0, 1], [0.2, 0.2], counts=[72, 28])
    assert pytest.approx(ratio.statistic, rel=1e-12) == 2
    assert pytest.approx(ratio.p_value, rel=1e-8) == 0.0455002639


@pytest.mark.parametrize("risk", RISKS)
def test_spiegelhalter(risk: str) -> None:
    test = spiegelhalter(broward()["two_year_recid"], broward()[risk])
    assert R[f"valprob_{risk}"]["S:z"] == pytest.approx(test.value, rel=1e-9)
    assert R[f"valprob_{risk}"]["S:p"] == pytest.approx(test.p_value, rel=1e-9)
    assert R[f"brier_{risk}"]["spiegelhalter_z"] == pytest.approx(test.value, rel=1e-9)


def test_the_golden_spiegelhalter_and_where_it_is_undefined() -> None:
    test = spiegelhalter(**GOLDEN)
    assert pytest.approx((test.value, test.p_value), rel=1e-8) == (-3.38855869, 0.000702609907)
    undefined = spiegelhalter([0, 1, 1], [0.5, 0.5, 1])
    assert (undefined.status, undefined.p_value) == ("not_estimable", None)


@pytest.mark.parametrize("risk", RISKS)
@pytest.mark.parametrize("asked", [10, 5])
def test_hosmer_lemeshow_over_the_groups_that_r_makes(risk: str, asked: int) -> None:
    """R cuts at quantiles of the risk, takes two degrees of freedom off whatever the risks are."""
    expected = R[f"hosmer_lemeshow_{risk}"][f"g{asked}"]
    risks = broward()[risk]
    cuts = np.unique(np.quantile(risks, np.linspace(0, 1, asked + 1)))
    groups = np.maximum(np.searchsorted(cuts, risks, side="left"), 1)
    test = hosmer_lemeshow(broward()["two_year_recid"], risks, groups=groups, fitted=True)
    assert expected["chisq"] == pytest.approx(test.value, rel=1e-9)
    assert expected["df"] == test.df
    assert expected["p"] == pytest.approx(test.p_value, rel=1e-8, abs=1e-15)
    external = hosmer_lemeshow(broward()["two_year_recid"], risks, groups=groups)
    assert (test.value, expected["groups_used"]) == (external.value, external.df)


def test_hosmer_lemeshow_of_desctools() -> None:
    """DescTools' C is the test over ten quantile groups; its H, over fixed cuts, is the test over those groups."""
    expected, risks = R["hosmer_lemeshow_desctools_p_model"], broward()["p_model"]
    assert R["hosmer_lemeshow_p_model"]["g10"]["chisq"] == pytest.approx(expected["C_chisq"], rel=1e-9)
    cuts = np.linspace(risks.min(), risks.max(), 11)
    groups = np.maximum(np.searchsorted(cuts, risks, side="left"), 1)
    fixed = hosmer_lemeshow(broward()["two_year_recid"], risks, groups=groups, fitted=True)
    assert expected["H_chisq"] == pytest.approx(fixed.value, rel=1e-9)
    assert expected["H_p"]["X-squared"] == pytest.approx(fixed.p_value, rel=1e-9)


def test_hosmer_lemeshow_over_the_nine_scores() -> None:
    test = hosmer_lemeshow(**GOLDEN, groups=SCORES)
    assert pytest.approx((test.value, test.p_value), rel=1e-7) == (18.1151944, 0.0338603585)
    assert test.df == 9


def test_hosmer_lemeshow_joins_risks_that_expect_too_few_and_never_splits_equal_ones() -> None:
    """1.7 events are expected at the lowest risk, and 4.9 and 1.6 non-events at the two highest."""
    test = hosmer_lemeshow(**GOLDEN)
    expected = PEOPLE * expit(-2.4 + 0.35 * np.arange(9))
    merged = [[0, 1], [2], [3], [4], [5], [6], [7, 8]]
    chi = 0.0
    for scores in merged:
        total, size = expected[scores].sum(), PEOPLE[scores].sum()
        chi += (EVENTS[scores].sum() - total) ** 2 / (total * (1 - total / size))
    assert test.df == 7
    assert chi == pytest.approx(test.value, rel=1e-12)


def test_hosmer_lemeshow_at_its_ends() -> None:
    assert hosmer_lemeshow([0, 1], [0.5, 0.5], counts=[20, 20], fitted=True).status == "not_estimable"
    assert hosmer_lemeshow([0, 1], [0, 0], groups=["a", "a"]).status == "not_estimable"
    assert hosmer_lemeshow([], []).status == "not_estimable"


def test_the_sum_of_squares_of_a_fitted_model() -> None:
    frame = data("compas").query("id % 2 == 1")
    expected = R["le_cessie_gof_dev"]
    test = sum_of_squares(frame["two_year_recid"], {"age": frame["age"], "priors": frame["priors_count"]})
    assert expected["Z"] == pytest.approx(test.value, rel=1e-5)
    assert expected["P"] == pytest.approx(test.p_value, rel=1e-3)
    assert sum_of_squares([0, 0], {"a": [1, 2]}).status == "not_estimable"
    # One parameter for every group leaves nothing to test.
    assert sum_of_squares([0, 1, 0, 1], {"a": [0, 0, 1, 1]}, counts=[3, 5, 5, 4]).status == "not_estimable"


@pytest.mark.parametrize("statistic", [expected_observed, logistic_calibration, spiegelhalter, hosmer_lemeshow])
def test_risks_outside_0_to_1_are_refused(statistic: type[object]) -> None:
    with pytest.raises(ContractError, match="`risk` must lie between 0 and 1"):
        statistic([0, 1], [20, 40])  # type: ignore[call-arg]
