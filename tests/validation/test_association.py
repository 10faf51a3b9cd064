"""Odds ratios per point, per SD and per level, linearity, differential prediction and incremental validity."""

from __future__ import annotations

import math
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from reference import compas_filtered, data, r_values
from rvn.errors import ContractError
from rvn.validation.association.incremental import incremental_validity
from rvn.validation.association.linearity import linearity
from rvn.validation.association.odds_ratios import (
    differential_prediction,
    odds_ratio,
    odds_ratio_per_sd,
    odds_ratios_by_level,
)
from rvn.validation.association.regression import logistic_regression
from rvn.validation.calibration.brier import scaled_brier
from rvn.validation.calibration.collapse import collapse
from rvn.validation.rates.observed import trend

R = r_values("logistic")
EVENTS = np.array([0, 6, 3, 13, 12, 13, 10, 6, 1])
PEOPLE = np.array([21, 63, 92, 83, 56, 48, 23, 10, 4])
GOLDEN = {
    "outcome": np.repeat([0, 1], 9),
    "score": np.tile(np.arange(9), 2),
    "counts": np.append(PEOPLE - EVENTS, EVENTS),
}


def test_the_golden_odds_ratio() -> None:
    """R's profile limits, 1.39076793 and 1.92564436, are interpolated: right to five digits."""
    ratio = odds_ratio(**GOLDEN)
    assert math.log(ratio.value) == pytest.approx(0.48780249, abs=1e-8)
    assert ratio.se == pytest.approx(0.0827121863, rel=1e-6)
    assert (ratio.low, ratio.high) == pytest.approx((1.39076793, 1.92564436), rel=1e-5)
    z = norm.isf(0.025)
    wald = [ratio.value * math.exp(side * z * ratio.se) for side in (-1, 1)]
    assert wald == pytest.approx([1.38498538, 1.91537877], rel=1e-6)
    assert (ratio.status, ratio.scale, ratio.n, ratio.n_events) == ("ok", "log", 400, 64)


def test_the_odds_ratio_of_a_compas_decile() -> None:
    frame = compas_filtered()
    ratio = odds_ratio(frame["two_year_recid"], frame["decile_score"])
    assert R["glm_decile_pp"]["odds_ratio"][1] == pytest.approx(ratio.value, rel=1e-9)
    assert R["glm_decile_pp"]["or_wald_lower"][1] == pytest.approx(
        ratio.value * math.exp(-norm.isf(0.025) * ratio.se), rel=1e-6
    )


def test_a_standard_deviation_is_that_of_the_people() -> None:
    frame = compas_filtered()
    point = odds_ratio(frame["two_year_recid"], frame["decile_score"])
    per_sd = odds_ratio_per_sd(frame["two_year_recid"], frame["decile_score"])
    deviation = frame["decile_score"].std()
    assert deviation == pytest.approx(per_sd.at["sd"], rel=1e-12)
    assert point.value**deviation == pytest.approx(per_sd.value, rel=1e-9)
    assert (point.low**deviation, point.high**deviation) == pytest.approx((per_sd.low, per_sd.high), rel=1e-9)
    assert point.p_value == per_sd.p_value


@settings(deadline=None, max_examples=30)
@given(st.integers(-5, 5), st.sampled_from([0.5, 2.0, 10.0]))
def test_the_odds_ratio_per_sd_has_no_unit(origin: int, unit: float) -> None:
    moved = odds_ratio_per_sd(GOLDEN["outcome"], origin + unit * GOLDEN["score"], counts=GOLDEN["counts"])
    assert odds_ratio_per_sd(**GOLDEN).value == pytest.approx(moved.value, rel=1e-9)


def test_odds_ratios_of_levels_are_those_of_epitools() -> None:
    frame = compas_filtered()
    expected = R["or_rr_levels_pp"]["or_wald"]
    medium, high = odds_ratios_by_level(
        frame["two_year_recid"], pd.Categorical(frame["score_text"], ["Low", "Medium", "High"])
    )
    assert [medium.at, high.at] == [{"level": "Medium", "reference": "Low"}, {"level": "High", "reference": "Low"}]
    for place, row in ((1, medium), (2, high)):
        assert expected["estimate"][place] == pytest.approx(row.value, rel=1e-9)
        reach = math.exp(norm.isf(0.025) * row.se)
        assert expected["lower"][place] == pytest.approx(row.value / reach, rel=1e-9)
        assert expected["upper"][place] == pytest.approx(row.value * reach, rel=1e-9)


def test_a_score_in_levels_is_the_model_with_a_factor() -> None:
    frame = data("psa_dane")
    rows = odds_ratios_by_level(frame["y_nca"], frame["nca_score"], reference=1)
    assert [row.at["level"] for row in rows] == [2, 3, 4, 5, 6]
    assert R["glm_psa_nca_factor"]["odds_ratio"][1:] == pytest.approx([row.value for row in rows], rel=1e-8)
    model = logistic_regression(frame["y_nca"], {str(level): frame["nca_score"] == level for level in (2, 3, 4, 5, 6)})
    for row, coefficient in zip(rows, model.coefficients[1:], strict=True):
        assert (math.exp(coefficient.low), math.exp(coefficient.high)) == pytest.approx((row.low, row.high), rel=1e-7)
        assert coefficient.statistic == pytest.approx(row.statistic, rel=1e-7)


def test_a_level_without_events_is_separated_alone() -> None:
    """Firth adds half a person to each cell of the two levels: (0.5/10.5) / (10.5/30.5)."""
    rows = odds_ratios_by_level([0, 1, 0, 0, 1], ["b", "b", "a", "c", "c"], counts=[30, 10, 10, 5, 5], reference="b")
    none, half = rows
    assert (none.status, half.status) == ("separated", "ok")
    assert pytest.approx(none.value, rel=1e-9) == 0.5 / 10.5 / (10.5 / 30.5)
    assert pytest.approx(half.value, rel=1e-9) == 3
    assert 0 < none.low < none.high < 1.5


def test_the_reference_is_the_level_of_most_people() -> None:
    outcome, levels = [0, 1, 0, 1], ["a", "a", "b", "b"]
    (row,) = odds_ratios_by_level(outcome, levels, counts=[3, 3, 3, 4])
    assert row.at["reference"] == "b"
    with pytest.raises(ContractError, match="nobody is in the reference 'c'"):
        odds_ratios_by_level(outcome, levels, reference="c")


@pytest.mark.parametrize("statistic", [odds_ratio, odds_ratio_per_sd])
@pytest.mark.parametrize(("outcome", "score"), [([0, 0], [1, 2]), ([1, 1], [1, 2]), ([0, 1], [2, 2]), ([], [])])
def test_without_two_outcomes_and_two_scores_there_is_no_odds_ratio(
    statistic: type[object], outcome: list[int], score: list[int]
) -> None:
    row = statistic(outcome, score)  # type: ignore[call-arg]
    assert row.status == "not_estimable"  # type: ignore[attr-defined]
    assert math.isnan(row.value)  # type: ignore[attr-defined]


def test_without_people_there_are_no_levels_to_compare() -> None:
    assert odds_ratios_by_level([], []) == ()
    assert odds_ratios_by_level([None, 1], ["a", None]) == ()
    (row,) = odds_ratios_by_level([0, 0], ["a", "b"], counts=[3, 4])
    assert row.status == "not_estimable"


def test_an_odds_ratio_below_one_is_reported_as_it_is() -> None:
    turned = odds_ratio(GOLDEN["outcome"], -GOLDEN["score"], counts=GOLDEN["counts"])
    assert 1 / odds_ratio(**GOLDEN).value == pytest.approx(turned.value, rel=1e-9)
    assert turned.status == "ok"


def test_linearity_is_the_test_against_a_parameter_for_every_score() -> None:
    """On the deciles of COMPAS every score has people enough, so the wider model has ten free rates."""
    frame = compas_filtered()
    test = linearity(frame["two_year_recid"], frame["decile_score"])
    deciles = R["deciles_table_pp"]
    events, people = np.array(deciles["events"]), np.array(deciles["n"])
    rates = events / people
    free = float(events @ np.log(rates) + (people - events) @ np.log1p(-rates))
    assert 2 * (free - R["glm_decile_pp"]["loglik"]) == pytest.approx(test.value, rel=1e-9)
    assert test.df == 8


@pytest.mark.parametrize("seed", range(6))
def test_linearity_is_what_a_regression_with_a_column_for_each_group_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    score = rng.normal(0, 1, 400).round(seed % 3)
    outcome = (rng.random(400) < 1 / (1 + np.exp(0.5 - score + 0.4 * score**2))).astype(int)
    test = linearity(outcome, score)
    line = logistic_regression(outcome, {"score": score})
    scores, place = np.unique(score, return_inverse=True)
    people = np.bincount(place).astype(float)
    risks = 1 / (1 + np.exp(-line.coefficients[0].value - line.coefficients[1].value * scores))
    group = collapse(people * risks, people)[place]
    columns = {f"group {number}": (group == number).astype(int) for number in range(1, group.max())}
    wider = logistic_regression(outcome, {"score": score, **columns})
    assert test.df == len(columns)
    assert 2 * (wider.log_likelihood - line.log_likelihood) == pytest.approx(test.value, rel=1e-7)


def test_linearity_of_a_hundred_thousand_scores_takes_no_longer_than_their_sorting() -> None:
    rng = np.random.default_rng(1)
    score = rng.normal(0, 1, 100_000)
    outcome = (rng.random(100_000) < 1 / (1 + np.exp(1 - score))).astype(int)
    start = time.process_time()
    test = linearity(outcome, score)
    trend(outcome, score)
    assert time.process_time() - start < 5
    assert 80 <= test.df <= 100
    assert 0.001 < test.p_value < 0.999


def test_a_group_without_events_is_a_level_without_end() -> None:
    test = linearity([0, 1, 0, 0, 1], [0, 0, 1, 2, 2], counts=[30, 20, 40, 20, 30])
    assert (test.status, test.df) == ("separated", 1)
    # The other two groups lie on a line of their own; the one between fits without error.
    free = 20 * np.log(0.4) + 30 * np.log(0.6)
    line = logistic_regression([0, 1, 0, 0, 1], {"score": [0, 0, 1, 2, 2]}, counts=[30, 20, 40, 20, 30])
    assert 2 * (2 * free - line.log_likelihood) == pytest.approx(test.value)


def test_linearity_joins_scores_until_enough_people_are_expected() -> None:
    """The line expects 0.7, 3.4 and 7.8 events at the three lowest scores, 4.9 non-events at the last but one."""
    test = linearity(**GOLDEN)
    line = logistic_regression(GOLDEN["outcome"], {"score": GOLDEN["score"]}, counts=GOLDEN["counts"])
    risks = 1 / (1 + np.exp(-(line.coefficients[0].value + line.coefficients[1].value * np.arange(9))))
    groups = collapse(PEOPLE * risks, PEOPLE.astype(float))
    assert groups.tolist() == [0, 0, 0, 1, 2, 3, 4, 5, 5]
    assert test.df == 4
    assert linearity([0, 1, 0, 1], [0, 0, 1, 1], counts=[20, 10, 10, 20]).status == "not_estimable"
    assert linearity([0, 0], [1, 2]).status == "not_estimable"


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=12))
def test_collapsed_groups_are_contiguous_and_large_enough(rows: list[tuple[int, int]]) -> None:
    events, others = np.array(rows, dtype=float).T
    group = collapse(events, events + others)
    assert set(np.diff(group)) <= {0, 1}
    assert group[0] == 0
    if group[-1] > 0:
        for number in range(group[-1] + 1):
            assert events[group == number].sum() >= 5
            assert others[group == number].sum() >= 5


@pytest.mark.parametrize(
    ("record", "column", "values"),
    [("cleary_race_pp", "race", ["Caucasian", "African-American"]), ("cleary_sex_pp", "sex", ["Male", "Female"])],
)
def test_differential_prediction_is_the_three_tests_of_cleary(record: str, column: str, values: list[str]) -> None:
    frame = compas_filtered()
    frame = frame[frame[column].isin(values)]
    tests = differential_prediction(frame["two_year_recid"], frame["decile_score"], frame[column])
    for test in tests:
        expected = R[record]["lrt"][test.at["test"]]
        assert expected["chisq"] == pytest.approx(test.value, rel=1e-8)
        assert expected["df"] == test.df
        assert expected["p"] == pytest.approx(test.p_value, rel=1e-7)
    intercept, slope, overall = tests
    assert overall.value == pytest.approx(intercept.value + slope.value, rel=1e-12)


def test_differential_prediction_of_one_group_cannot_be_tested() -> None:
    tests = differential_prediction([0, 1, 0, 1], [1, 1, 2, 2], ["a"] * 4, counts=[5, 3, 3, 5])
    assert {"not_estimable"} == {test.status for test in tests}
    assert {None} == {test.p_value for test in tests}


def test_counts_equal_repeated_rows_for_the_tests() -> None:
    outcome, score, groups = np.array([0, 1, 0, 1] * 3), np.repeat([1, 2, 3], 4), np.tile(["a", "a", "b", "b"], 3)
    counts = np.array([9, 2, 8, 3, 7, 4, 6, 6, 4, 7, 5, 9])
    again = np.random.default_rng(3).permutation(np.repeat(np.arange(12), counts))
    counted = differential_prediction(outcome, score, groups, counts=counts)
    repeated = differential_prediction(outcome[again], score[again], groups[again])
    assert [row.to_record() for row in counted] == [row.to_record() for row in repeated]
    assert linearity(outcome, score, counts=counts) == linearity(outcome[again], score[again])
    by_level = odds_ratios_by_level(outcome, groups, counts=counts)
    assert by_level == odds_ratios_by_level(outcome[again], groups[again])


def test_what_age_adds_to_the_decile() -> None:
    """The odds ratio and its test are those of the nested models; the differences are on people not fitted to."""
    frame = compas_filtered()
    outcome, decile, age = frame["two_year_recid"], frame["decile_score"], -frame["age"]
    gain = incremental_validity(outcome, decile, age, rng=7)
    narrow = logistic_regression(outcome, {"decile": decile})
    wide = logistic_regression(outcome, {"decile": decile, "age": age})
    assert 2 * (wide.log_likelihood - narrow.log_likelihood) == pytest.approx(gain.odds_ratio.statistic, rel=1e-8)
    assert math.exp(wide.coefficients[2].value) == pytest.approx(gain.odds_ratio.value, rel=1e-12)

    def fitted(model: object, columns: list[pd.Series]) -> np.ndarray:
        values = [row.value for row in model.coefficients]  # type: ignore[attr-defined]
        return 1 / (1 + np.exp(-(values[0] + sum(b * x for b, x in zip(values[1:], columns, strict=True)))))

    apparent = (
        scaled_brier(outcome, fitted(wide, [decile, age])).value - scaled_brier(outcome, fitted(narrow, [decile])).value
    )
    # Cross-validation gives back part of the apparent gain: about one degree of freedom in 6,172 people.
    assert 0 < gain.scaled_brier_difference.value < apparent
    assert apparent == pytest.approx(gain.scaled_brier_difference.value, abs=5e-4)
    assert gain.auc_difference.value > 0
    assert "tenfold cross-validated" in gain.auc_difference.method
    assert gain == incremental_validity(outcome, decile, age, rng=7)


def test_noise_adds_nothing_out_of_sample() -> None:
    generator = np.random.default_rng(11)
    score = generator.integers(0, 10, 400)
    outcome = generator.random(400) < 1 / (1 + np.exp(2 - 0.4 * score))
    gain = incremental_validity(outcome, score, generator.normal(size=400), rng=5)
    assert gain.odds_ratio.low < 1 < gain.odds_ratio.high
    assert gain.scaled_brier_difference.low < 0 < gain.scaled_brier_difference.high
    assert gain.auc_difference.low < 0 < gain.auc_difference.high


def test_too_few_people_for_ten_tenths_are_not_estimable() -> None:
    gain = incremental_validity([0, 1, 1], [1, 2, 1], [1, 1, 2], rng=1)
    assert {"not_estimable"} == {gain.auc_difference.status, gain.scaled_brier_difference.status}
    assert math.isnan(gain.auc_difference.value)
    assert (
        gain.auc_difference.name,
        gain.scaled_brier_difference.name,
    ) == ("auc_difference", "scaled_brier_difference")
