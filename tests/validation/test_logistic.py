"""Logistic fits: the likelihood, its profile, Firth's penalty, robust errors, and what separates data."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import pytest
from as_r import irls
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import chi2, norm

from reference import compas_filtered, data, r_values
from rvn.errors import ContractError
from rvn.validation.association.likelihood import Cells, evaluate, is_attained, is_separated, maximise
from rvn.validation.association.logistic import fit
from rvn.validation.association.regression import LogisticRegression, firth_regression, logistic_regression
from rvn.validation.calibration.brier import brier
from rvn.validation.foundations.samples import labels, sample_of, tallied

R = r_values("logistic")
CRITICAL = chi2.isf(0.05, 1)
RACES = ("African-American", "Asian", "Hispanic", "Native American", "Other")

Model = tuple[np.ndarray, dict[str, np.ndarray]]


def numeric(series: pd.Series) -> np.ndarray:
    return series.to_numpy(dtype=float)


def propublica(frame: pd.DataFrame, outcome: str) -> dict[str, np.ndarray]:
    columns = {
        "sexFemale": frame["sex"] == "Female",
        "age_catGreater than 45": frame["age_cat"] == "Greater than 45",
        "age_catLess than 25": frame["age_cat"] == "Less than 25",
        **{f"race{race}": frame["race"] == race for race in RACES},
        "priors_count": frame["priors_count"],
        "c_charge_degreeM": frame["c_charge_degree"] == "M",
        outcome: frame[outcome],
    }
    return {name: numeric(column) for name, column in columns.items()}


def decile() -> Model:
    frame = compas_filtered()
    return numeric(frame["two_year_recid"]), {"decile_score": numeric(frame["decile_score"])}


def general() -> Model:
    frame = compas_filtered()
    return numeric(frame["score_text"] != "Low"), propublica(frame, "two_year_recid")


def violent() -> Model:
    frame = compas_filtered()
    frame = frame[(frame["in_violent_file"] == 1) & frame["v_score_text"].notna() & (frame["v_score_text"] != "N/A")]
    return numeric(frame["v_score_text"] != "Low"), propublica(frame, "two_year_violent_recid")


def validation_half() -> Model:
    frame = data("compas").merge(data("compas_pred"), on="id")
    columns = {"age": frame["age"], "sexFemale": frame["sex"] == "Female", "priors_count": frame["priors_count"]}
    return numeric(frame["two_year_recid"]), {name: numeric(column) for name, column in columns.items()}


def asah() -> Model:
    frame = data("aSAH")
    return numeric(frame["outcome"] == "Poor"), {name: numeric(frame[name]) for name in ("age", "s100b", "ndka")}


def psa_levels() -> Model:
    frame = data("psa_dane")
    levels = {f"factor(nca_score){level}": numeric(frame["nca_score"] == level) for level in range(2, 7)}
    return numeric(frame["y_nca"]), levels


MODELS: dict[str, Callable[[], Model]] = {
    "glm_decile_pp": decile,
    "glm_propublica_general": general,
    "glm_propublica_violent": violent,
    "glm_age_sex_priors_val": validation_half,
    "glm_asah": asah,
    "glm_psa_nca_factor": psa_levels,
}


def design_of(predictors: Mapping[str, np.ndarray]) -> np.ndarray:
    first = next(iter(predictors.values()))
    return np.column_stack([np.ones(len(first)), *predictors.values()])


@pytest.fixture(scope="module", params=list(MODELS))
def fitted(request: pytest.FixtureRequest) -> tuple[str, Model, LogisticRegression]:
    outcome, predictors = MODELS[request.param]()
    return request.param, (outcome, predictors), logistic_regression(outcome, predictors)


def test_coefficients_and_likelihood_are_those_of_r(fitted: tuple[str, Model, LogisticRegression]) -> None:
    record, (outcome, predictors), table = fitted
    expected = R[record]
    assert [name.strip("()").lower() for name in expected["terms"][:1]] == [table.coefficients[0].at["term"]]
    assert expected["terms"][1:] == [row.at["term"] for row in table.coefficients[1:]]
    # R stops when the deviance no longer changes in the eighth digit, short of the last digits of a coefficient.
    assert expected["coef"] == pytest.approx([row.value for row in table.coefficients], rel=1e-7)
    assert expected["loglik"] == pytest.approx(table.log_likelihood, rel=1e-10)
    assert expected["null_deviance"] == pytest.approx(-2 * table.null_log_likelihood, rel=1e-10)
    risks = expit(design_of(predictors) @ [row.value for row in table.coefficients])
    assert expected["brier"] == pytest.approx(brier(outcome, risks).value, rel=1e-8)
    assert {(expected["n"], int(outcome.sum()))} == {(row.n, row.n_events) for row in table.coefficients}


def test_standard_errors_are_of_the_maximum_where_r_stops_a_step_before(
    fitted: tuple[str, Model, LogisticRegression],
) -> None:
    """R's glm prints errors from the weights before its last step: off by up to 5e-5 of themselves (aSAH)."""
    record, (outcome, predictors), table = fitted
    design = design_of(predictors)
    assert R[record]["se"] == pytest.approx(irls(design, outcome)[1], rel=1e-9)
    risks = expit(design @ [row.value for row in table.coefficients])
    exact = np.sqrt(np.diag(np.linalg.inv((design.T * (risks * (1 - risks))) @ design)))
    assert exact == pytest.approx([row.se for row in table.coefficients], rel=1e-9)
    assert R[record]["se"] == pytest.approx([row.se for row in table.coefficients], rel=1e-4)


def test_profile_limits_solve_the_equation_that_r_interpolates(
    fitted: tuple[str, Model, LogisticRegression],
) -> None:
    """R interpolates the profile by a spline over its grid: within a thousandth of a standard error of the root."""
    record, (outcome, predictors), table = fitted
    expected = R[record]
    design = design_of(predictors)
    for place, row in enumerate(table.coefficients):
        assert expected["ci95_profile_lower"][place] == pytest.approx(row.low, abs=1e-3 * row.se)
        assert expected["ci95_profile_upper"][place] == pytest.approx(row.high, abs=1e-3 * row.se)
    *_, deviance = irls(design, outcome, tolerance=1e-14)
    last = len(table.coefficients) - 1
    for limit in (table.coefficients[last].low, table.coefficients[last].high):
        others = np.delete(design, last, axis=1)
        *_, held = irls(others, outcome, offset=design[:, last] * limit, tolerance=1e-14)
        assert pytest.approx(held - deviance, abs=1e-8) == CRITICAL


def test_the_p_value_of_a_coefficient_is_the_likelihood_ratio_test() -> None:
    table = logistic_regression(*decile())
    assert R["glm_decile_pp"]["null_deviance"] - R["glm_decile_pp"]["deviance"] == pytest.approx(
        table.coefficients[1].statistic, rel=1e-10
    )


def test_lrm_on_three_predictors() -> None:
    frame = compas_filtered()
    predictors = {"decile_score": frame["decile_score"], "age": frame["age"], "sex=Female": frame["sex"] == "Female"}
    table = logistic_regression(frame["two_year_recid"], predictors)
    expected = R["lrm_stats_pp"]
    gain = 2 * (table.log_likelihood - table.null_log_likelihood)
    assert list(expected["coef"].values()) == pytest.approx([row.value for row in table.coefficients], rel=1e-8)
    assert expected["stats"]["Model L.R."] == pytest.approx(gain, rel=1e-10)
    nagelkerke = (1 - np.exp(-gain / 6172)) / (1 - np.exp(2 * table.null_log_likelihood / 6172))
    assert expected["stats"]["R2"] == pytest.approx(nagelkerke, rel=1e-9)
    # Each person a cluster of one: the sandwich with n / (n - k), which R calls HC1.
    own = logistic_regression(frame["two_year_recid"], predictors, cluster=frame["id"])
    assert R["glm_robust_se_pp"]["HC1"]["se"] == pytest.approx([row.se for row in own.coefficients], rel=1e-7)


@pytest.mark.parametrize("cluster", ["id", "rater"])
def test_cluster_robust_errors(cluster: str) -> None:
    frame = data("human_risk_ratings").query("feedback == 0")
    table = logistic_regression(frame["two_year_recid"], {"rating": frame["rating"]}, cluster=frame[cluster])
    expected = R["glm_cluster_se_human"]
    assert expected["coef"] == pytest.approx([row.value for row in table.coefficients], rel=1e-9)
    assert expected[f"se_cluster_{cluster}_CR1"] == pytest.approx([row.se for row in table.coefficients], rel=1e-7)
    assert frame[cluster].nunique() - 1 == table.coefficients[0].df


def test_weighted_errors_are_those_of_a_survey() -> None:
    frame = compas_filtered()
    table = logistic_regression(
        frame["two_year_recid"], {"decile": frame["decile_score"]}, weights=1 + frame["id"] % 5 / 10
    )
    expected = R["svyglm_weights_pp"]
    assert expected["coef"] == pytest.approx([row.value for row in table.coefficients], rel=1e-9)
    assert expected["se_design"] == pytest.approx([row.se for row in table.coefficients], rel=1e-7)
    slope = table.coefficients[1]
    assert slope.value - norm.isf(0.025) * slope.se == pytest.approx(slope.low, rel=1e-12)
    assert np.isnan(table.log_likelihood)
    weights = 1 + frame["id"] % 5 / 10
    assert f"effective sample size {weights.sum() ** 2 / (weights**2).sum():,.0f}" in slope.notes


def test_firth_on_asah() -> None:
    table = firth_regression(*asah())
    expected = R["logistf_firth_asah"]
    assert expected["coef"] == pytest.approx([row.value for row in table.coefficients], rel=1e-7)
    assert expected["ci95_lower"] == pytest.approx([row.low for row in table.coefficients], rel=1e-9)
    assert expected["ci95_upper"] == pytest.approx([row.high for row in table.coefficients], rel=1e-9)
    assert expected["p"][1:] == pytest.approx([row.p_value for row in table.coefficients[1:]], rel=1e-9)


def test_the_penalised_test_finds_the_higher_of_two_hills_where_logistf_stays_on_the_lower() -> None:
    """With the intercept held at 0 the penalised likelihood has two maxima; logistf 1.26 starts from 0: p .000163."""
    outcome, predictors = asah()
    cells = Cells(design_of(predictors), np.zeros(len(outcome)), outcome, np.ones(len(outcome)))
    top = maximise(cells, penalised=True)
    free = np.array([False, True, True, True])
    lower = maximise(cells, penalised=True, start=np.zeros(4), free=free)
    p_logistf = chi2.sf(2 * (top.log_likelihood - lower.log_likelihood), 1)
    assert R["logistf_firth_asah"]["p"][0] == pytest.approx(p_logistf, rel=1e-9)
    row = firth_regression(outcome, predictors).coefficients[0]
    assert top.log_likelihood - row.statistic / 2 > lower.log_likelihood
    assert row.p_value == pytest.approx(0.000197565, rel=1e-5)
    # Both are maxima: the score vanishes in the three free directions.
    assert np.abs(lower.score[1:]).max() < 1e-6


def test_firth_on_eleven_people() -> None:
    frame = compas_filtered().query("race == 'Native American'")
    expected = R["logistf_firth_native_american_pp"]
    table = firth_regression(frame["two_year_recid"], {"decile": frame["decile_score"]})
    assert expected["coef"] == pytest.approx([row.value for row in table.coefficients], rel=1e-6)
    assert expected["ci95_lower"] == pytest.approx([row.low for row in table.coefficients], rel=1e-9)
    assert expected["ci95_upper"] == pytest.approx([row.high for row in table.coefficients], rel=1e-9)
    assert expected["p"] == pytest.approx([row.p_value for row in table.coefficients], rel=1e-9)
    plain = logistic_regression(frame["two_year_recid"], {"decile": frame["decile_score"]})
    assert expected["glm_coef"] == pytest.approx([row.value for row in plain.coefficients], rel=1e-6)


def test_perfect_separation_gives_firths_values_and_says_so() -> None:
    """The golden values are logistf's, which stops at 1e-5; ours solve the score equations."""
    outcome, score = np.array([0, 0, 0, 0, 1, 1, 1.0]), np.arange(1, 8.0)
    intercept, slope = logistic_regression(outcome, {"score": score}).coefficients
    assert slope.status == intercept.status == "separated"
    assert slope.value == pytest.approx(1.06895915, rel=1e-5)
    assert intercept.value == pytest.approx(-4.7804557, rel=1e-5)
    assert (slope.low, slope.high) == pytest.approx((0.0713038861, 5.9021491), rel=1e-8)
    assert slope.p_value == pytest.approx(0.0310837519, rel=1e-8)
    cells = Cells(design_of({"score": score}), np.zeros(7), outcome, np.ones(7))
    assert np.abs(evaluate(cells, np.array([intercept.value, slope.value]), penalised=True).score).max() < 1e-8


tables = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=6)


@settings(deadline=None, max_examples=50)
@given(tables)
def test_one_ordered_predictor_is_separated_when_a_cut_tells_events_from_non_events(
    table: list[tuple[int, int]],
) -> None:
    score = np.arange(len(table), dtype=float)
    others, events = np.array(table, dtype=float).T
    if not others.sum() or not events.sum() or (others + events > 0).sum() < 2:
        return
    with_event, without = score[events > 0], score[others > 0]
    expected = without.max() <= with_event.min() or with_event.max() <= without.min()
    cells = Cells(design_of({"score": score}), np.zeros(len(table)), events, others + events)
    assert expected == is_separated(cells)
    sample = sample_of(np.repeat([0, 1], len(score)), {"score": np.tile(score, 2)}, counts=np.append(others, events))
    assert ("separated" if expected else "ok") == fit(sample, ["score"]).status


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.booleans()), min_size=4, max_size=10))
def test_newton_and_the_linear_programme_agree_on_which_data_are_separated(rows: list[tuple[int, int, bool]]) -> None:
    first, second, outcome = np.array(rows, dtype=float).T
    design = design_of({"first": first, "second": second})
    if outcome.min() == outcome.max() or np.linalg.matrix_rank(design) < 3:
        return
    cells = Cells(design, np.zeros(len(rows)), outcome, np.ones(len(rows)))
    assert is_separated(cells) != is_attained(cells, maximise(cells))
    status = "separated" if is_separated(cells) else "ok"
    assert fit(sample_of(outcome, {"first": first, "second": second}), ["first", "second"]).status == status


def test_separation_is_found_among_many_rows() -> None:
    """One of 300 with b had the event, or none: with 20,000 others, whom b does not concern."""
    generator = np.random.default_rng(0)
    a = generator.normal(size=20_000)
    b = (np.arange(20_000) < 300).astype(float)
    outcome = np.where(b == 1, 0.0, generator.random(20_000) < expit(a - 2))
    cells = Cells(design_of({"a": a, "b": b}), np.zeros(20_000), outcome, np.ones(20_000))
    assert is_separated(cells)
    assert not is_attained(cells, maximise(cells))
    outcome[7] = 1
    assert not is_separated(cells)
    assert is_attained(cells, maximise(cells))


@settings(deadline=None, max_examples=30)
@given(tables, st.integers(0, 2**32 - 1))
def test_counts_equal_repeated_rows_in_any_order(table: list[tuple[int, int]], seed: int) -> None:
    others, events = np.array(table).T
    outcome, score = np.repeat([0, 1], len(table)), np.tile(np.arange(len(table)), 2)
    counts = np.append(others, events)
    shuffled = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    counted = logistic_regression(outcome, {"score": score}, counts=counts)
    repeated = logistic_regression(outcome[shuffled], {"score": score[shuffled]})
    assert [row.to_record() for row in counted.coefficients] == [row.to_record() for row in repeated.coefficients]


def test_counts_equal_repeated_rows_with_weights_and_clusters() -> None:
    outcome, score = np.array([0, 1, 0, 1, 1, 0]), np.array([1, 1, 2, 2, 3, 3])
    weights, cluster = np.array([1, 2, 1, 1, 3, 1.5]), np.array(["a", "a", "b", "b", "c", "c"])
    counts = np.array([4, 2, 3, 3, 5, 1])
    again = np.repeat(np.arange(6), counts)
    for more in ({"weights": weights}, {"cluster": cluster}, {"weights": weights, "cluster": cluster}):
        repeated_more = {name: array[again] for name, array in more.items()}
        counted = logistic_regression(outcome, {"score": score}, counts=counts, **more).coefficients
        repeated = logistic_regression(outcome[again], {"score": score[again]}, **repeated_more).coefficients
        assert [row.to_record() for row in counted] == [row.to_record() for row in repeated]


def test_weights_in_another_unit_change_nothing() -> None:
    outcome, score, weights = [0, 1, 0, 1, 1, 0], {"score": [1, 1, 2, 2, 3, 3]}, np.array([1, 2, 1, 1, 3, 1.5])
    one = logistic_regression(outcome, score, weights=weights).coefficients[1]
    other = logistic_regression(outcome, score, weights=1000 * weights).coefficients[1]
    assert (one.value, one.se) == pytest.approx((other.value, other.se), rel=1e-9)


@pytest.mark.parametrize("origin", [0, 1000, -100_000])
def test_a_predictor_in_another_unit_changes_the_unit_only(origin: float) -> None:
    outcome, predictors = decile()
    points = logistic_regression(outcome, predictors).coefficients[1]
    moved = logistic_regression(outcome, {"tenths": origin + predictors["decile_score"] / 10}).coefficients[1]
    assert 10 * points.value == pytest.approx(moved.value, rel=1e-8)
    assert (10 * points.low, 10 * points.high) == pytest.approx((moved.low, moved.high), rel=1e-8)
    assert points.statistic == pytest.approx(moved.statistic, rel=1e-8)


def test_the_other_outcome_turns_the_sign() -> None:
    outcome, predictors = decile()
    event = logistic_regression(outcome, predictors).coefficients[1]
    other = logistic_regression(1 - outcome, predictors).coefficients[1]
    assert (event.value, event.low, event.high) == pytest.approx((-other.value, -other.high, -other.low), rel=1e-9)


def test_a_billion_people_cost_what_their_distinct_rows_cost() -> None:
    (_, small) = logistic_regression([0, 1, 0, 1], {"s": [0, 0, 1, 1]}, counts=[30, 10, 10, 30]).coefficients
    counts = np.array([30, 10, 10, 30]) * 25_000_000
    (_, large) = logistic_regression([0, 1, 0, 1], {"s": [0, 0, 1, 1]}, counts=counts).coefficients
    assert small.value == pytest.approx(large.value, rel=1e-9)
    assert small.se / 5000 == pytest.approx(large.se, rel=1e-9)
    assert large.n == 2_000_000_000


@pytest.mark.parametrize(
    ("outcome", "predictors", "reason"),
    [
        ([0, 0, 0], {"a": [1, 2, 3]}, "no events"),
        ([1, 1, 1], {"a": [1, 2, 3]}, "no non-events"),
        ([0, 1, 1], {"a": [2, 2, 2]}, "a has a single value"),
        ([0, 1, 0, 1], {"a": [1, 1, 2, 2], "b": [3, 3, 5, 5]}, "the predictors determine each other"),
        ([0, 1, None], {"a": [None, None, 3]}, "nobody has every value that is needed"),
    ],
)
def test_what_cannot_be_estimated_is_nan_with_a_reason(
    outcome: list[float], predictors: dict[str, list[float]], reason: str
) -> None:
    for table in (logistic_regression(outcome, predictors), firth_regression(outcome, predictors)):
        for row in table.coefficients:
            assert ("not_estimable", (reason,)) == (row.status, row.notes)
            assert np.isnan([row.value, row.se, row.low, row.high]).all()
            assert row.p_value is None


def test_rows_left_out_are_counted_by_reason() -> None:
    row = logistic_regression(
        [0, 1, None, 1, 0], {"a": [1, 2, 3, None, 2]}, counts=[5, 5, 7, 2, 4], cluster=[1, 2, 3, 4, 5]
    ).coefficients[1]
    assert dict(row.excluded) == {"outcome absent": 7, "a absent": 2}
    assert (row.n, row.n_events) == (14, 5)


def test_one_cluster_has_no_standard_error() -> None:
    row = logistic_regression([0, 1, 0, 1], {"a": [1, 1, 2, 2]}, counts=[5, 2, 2, 5], cluster=[1] * 4).coefficients[1]
    assert row.status == "sparse"
    assert row.value == pytest.approx(2 * np.log(2.5), rel=1e-9)
    assert np.isnan(row.se)
    assert np.isnan(row.low)
    assert row.p_value is None


def test_separated_data_with_weights_have_no_value() -> None:
    row = logistic_regression([0, 0, 1, 1], {"a": [1, 2, 3, 4]}, weights=[1, 2, 1, 2]).coefficients[1]
    assert row.status == "separated"
    assert np.isnan(row.value)
    assert any("no finite maximum" in note for note in row.notes)


def test_risks_near_0_and_1_alone_are_no_separation() -> None:
    """In the aSAH model R warns of fitted probabilities of 0 or 1; the maximum exists all the same."""
    outcome, predictors = asah()
    table = logistic_regression(outcome, predictors)
    risks = expit(design_of(predictors) @ [row.value for row in table.coefficients])
    assert max(risks.max(), 1 - risks.min()) > 1 - 1e-7
    assert {"ok"} == {row.status for row in table.coefficients}


def test_one_group_without_events_separates_only_with_others_beside_it() -> None:
    """Quasi-separation in one of several predictors: nobody with b has the event."""
    outcome, a, b = [0, 1, 0, 1, 0, 0], [0, 0, 1, 1, 0, 1], [0, 0, 0, 0, 1, 1]
    table = logistic_regression(outcome, {"a": a, "b": b}, counts=[9, 3, 5, 5, 4, 4])
    assert {"separated"} == {row.status for row in table.coefficients}
    assert table.coefficients[2].value < 0
    assert np.isfinite([row.high for row in table.coefficients]).all()
    # The plain likelihood still has its supremum: the model of those without b.
    without = logistic_regression(outcome[:4], {"a": a[:4]}, counts=[9, 3, 5, 5])
    assert without.log_likelihood == pytest.approx(table.log_likelihood, abs=1e-6)


def test_flic_predicts_as_many_events_as_there_are() -> None:
    sample = sample_of([0, 0, 0, 1, 1], {"a": np.array([1.0, 2, 3, 4, 5])}, counts=[10, 10, 10, 1, 1])
    model = fit(sample, ["a"])
    assert model.errors == "penalised"
    assert model.maximum.coefficients[1] == model.for_prediction[1]
    assert model.cells.people @ model.cells.risks(model.for_prediction) == pytest.approx(2, rel=1e-9)
    assert model.cells.people @ model.cells.risks(model.maximum.coefficients) > 2.1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"outcome": ["0", "1"], "predictors": {"a": [1, 2]}}, "`outcome` holds"),
        ({"outcome": [0, 2], "predictors": {"a": [1, 2]}}, "only 0 and 1"),
        ({"outcome": [0, 1], "predictors": {"a": [1, 2, 3]}}, "lengths differ"),
        ({"outcome": [0, 1], "predictors": {"a": [1, 2]}, "weights": [1, -1]}, "must not be negative"),
        ({"outcome": [0, 1], "predictors": {"a": [1, 2]}, "level": 95}, "`level` is 95"),
        ({"outcome": [0, 1], "predictors": {"counts": [1, 2]}}, "may not be called `counts`"),
        ({"outcome": [0, 1], "predictors": {"a": [1, 2]}, "cluster": [[1], [2]]}, "`cluster` has 2 dimensions"),
    ],
)
def test_arrays_that_break_the_contract_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ContractError, match=message):
        logistic_regression(**arguments)  # type: ignore[arg-type]


def test_a_categorical_keeps_its_order_and_other_labels_are_sorted() -> None:
    levels = pd.Categorical(["low", "high", None], categories=["low", "medium", "high"], ordered=True)
    codes, names = labels("level", levels)
    assert names == ("low", "high")
    assert codes[:2].tolist() == [0, 1]
    assert np.isnan(codes[2])
    assert labels("level", ["low", "high", np.nan])[1] == ("high", "low")


def test_a_tally_leaves_out_rows_of_nobody() -> None:
    rows = tallied(sample_of([0, 1, 0], {"a": np.array([1.0, 1, 1])}, counts=[2, 0, 3]))
    assert (rows["outcome"].tolist(), rows.counts.tolist()) == ([0.0], [5.0])


def test_separated_data_far_from_the_maximum_warn_about_nothing() -> None:
    from rvn.validation.association.odds_ratios import odds_ratio

    found = odds_ratio([0, 1, 1], [2, 1, 0], counts=[11, 10, 18])
    assert "separated" == found.status
    assert 0 < found.low < found.value < found.high < 1
