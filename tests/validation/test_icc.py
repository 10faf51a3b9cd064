"""Six forms of the intraclass correlation against psych and irr, and the errors of measurement that go with them."""

import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy import stats

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.agreement.icc import FORMS, Form, icc, icc_forms, mean_squares, measurement_error, rater_bias

SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
PSYCH: dict[Form, str] = {"1": "ICC1", "A,1": "ICC2", "C,1": "ICC3", "k": "ICC1k", "A,k": "ICC2k", "C,k": "ICC3k"}
RECORDS = ["icc_shrout_fleiss", "icc_anxiety", "icc_video", "icc_anxiety_two_raters"]


def table(record: str) -> np.ndarray:
    name = {"icc_shrout_fleiss": "shrout_fleiss", "icc_video": "irr_video"}.get(record, "irr_anxiety")
    ratings = data(name).iloc[:, 1:].to_numpy(float)
    return ratings[:, :2] if record == "icc_anxiety_two_raters" else ratings


def psych_rows(values: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    columns = [name for name in values if not name.startswith("_")]
    return {kind: {name: values[name][i] for name in columns} for i, kind in enumerate(values["type"])}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("record", RECORDS)
def test_value_limits_and_test_are_those_of_psych(record: str, form: Form) -> None:
    row = psych_rows(r_values("agreement")[record]["psych_anova"])[PSYCH[form]]
    found = icc(table(record), form)
    assert pytest.approx(row["ICC"], rel=1e-9) == found.value
    assert pytest.approx((row["lower bound"], row["upper bound"]), rel=1e-9) == (found.low, found.high)
    assert pytest.approx((row["F"], row["df1"], row["p"]), rel=1e-9) == (found.statistic, found.df, found.p_value)
    assert f"F({row['df1']:g}, {row['df2']:g})" in found.notes[0]


@pytest.mark.parametrize("form", [form for form in FORMS if form != "A,k"])
@pytest.mark.parametrize("record", RECORDS)
def test_five_forms_are_those_of_irr(record: str, form: Form) -> None:
    values = r_values("agreement")[record]["irr"][PSYCH[form]]
    found = icc(table(record), form)
    assert pytest.approx((values["value"], values["lower"], values["upper"]), rel=1e-9) == (
        found.value,
        found.low,
        found.high,
    )


def test_the_limits_of_the_averaged_agreement_are_stepped_up_which_irr_does_not() -> None:
    # irr::icc puts the averaged coefficient where the formula for degrees of freedom has the single one.
    values = r_values("agreement")["icc_shrout_fleiss"]["irr"]["ICC2k"]
    found = icc(SHROUT_FLEISS, "A,k")
    assert pytest.approx((0.0711368153, 0.9272320402), rel=1e-8) == (found.low, found.high)
    assert pytest.approx((0.0394, 0.9286), abs=5e-5) == (values["lower"], values["upper"])


def test_a_negative_rater_variance_is_not_cut_at_zero_as_by_lmer() -> None:
    # Raters 1 and 2 of irr_anxiety differ less than chance: lmer cuts at 0 and three forms become one (0.320).
    lmer = psych_rows(r_values("agreement")["icc_anxiety_two_raters"]["psych_lmer"])
    assert lmer["ICC1"]["ICC"] == lmer["ICC2"]["ICC"] == lmer["ICC3"]["ICC"] == pytest.approx(0.31997, abs=1e-5)
    ratings = table("icc_anxiety_two_raters")
    assert pytest.approx((0.319971, 0.307580, 0.296765), abs=1e-6) == tuple(
        icc(ratings, form).value for form in ("1", "A,1", "C,1")
    )


@pytest.mark.parametrize("interval", ["base_6m", "base_12m"])
def test_retest_of_a_scale_leaves_out_people_without_the_second_score(interval: str) -> None:
    values = r_values("reliability")["test_retest_cesd"][interval]
    frame = data("help_items")
    scores = frame[["CES_D", "CES_D_6m" if interval == "base_6m" else "CES_D_12m"]]
    rows = psych_rows(values["icc"])
    for form in FORMS:
        found, row = icc(scores, form), rows[PSYCH[form]]
        assert (values["n"], {"rating absent": 470 - values["n"]}) == (found.n, dict(found.excluded))
        assert pytest.approx((row["ICC"], row["lower bound"], row["upper bound"]), rel=1e-9) == (
            found.value,
            found.low,
            found.high,
        )


def test_published_mean_squares_and_coefficients_of_shrout_and_fleiss() -> None:
    found = mean_squares(SHROUT_FLEISS)
    assert pytest.approx((11.2416667, 32.4861111, 1.01944444), rel=1e-8) == (found.people, found.raters, found.residual)
    published = {"1": 0.17, "A,1": 0.29, "C,1": 0.71, "k": 0.44, "A,k": 0.62, "C,k": 0.91}
    assert published == {str(row.at["form"]): round(row.value, 2) for row in icc_forms(SHROUT_FLEISS)}


def test_raters_in_shrout_and_fleiss_differ_in_strictness() -> None:
    found = rater_bias(SHROUT_FLEISS)
    f_ratio = 32.4861111111 / 1.01944444444
    assert pytest.approx(math.sqrt((32.4861111111 - 1.01944444444) / 6), rel=1e-9) == found.value
    assert pytest.approx((f_ratio, stats.f.sf(f_ratio, 3, 15)), rel=1e-9) == (found.statistic, found.p_value)


def test_error_of_measurement_of_shrout_and_fleiss() -> None:
    consistency, agreement = (measurement_error(SHROUT_FLEISS, kind) for kind in ("consistency", "agreement"))
    assert pytest.approx(math.sqrt(1.01944444444), rel=1e-9) == consistency.value
    assert pytest.approx(math.sqrt(1.01944444444 + (32.4861111111 - 1.01944444444) / 6), rel=1e-9) == agreement.value
    # 15 x 1.01944 over the chi-squared quantiles 27.488393 and 6.262138 of 15 degrees of freedom.
    assert pytest.approx((math.sqrt(15.2916667 / 27.488393), math.sqrt(15.2916667 / 6.262138)), rel=1e-6) == (
        consistency.low,
        consistency.high,
    )
    assert agreement.low < agreement.value < agreement.high


def test_the_error_for_agreement_is_the_spread_of_the_ratings_of_one_person() -> None:
    within = np.var(SHROUT_FLEISS, axis=1, ddof=1).mean()
    assert pytest.approx(within, rel=1e-12) == measurement_error(SHROUT_FLEISS, "agreement").value ** 2


def test_equal_ratings_by_all_are_one_and_degenerate_in_every_form() -> None:
    found = icc_forms([[1, 1], [2, 2], [4, 4]])
    assert {("degenerate", 1.0, True)} == {(row.status, row.value, math.isnan(row.low)) for row in found}


def test_a_constant_difference_is_consistent_but_does_not_agree() -> None:
    ratings = [[1, 2], [2, 3], [3, 4]]
    consistency, agreement = icc(ratings, "C,1"), icc(ratings, "A,1")
    assert ("degenerate", 1.0) == (consistency.status, consistency.value)
    # Variances: people 1, raters 1/2 (the mean square 3/2 over 3), residual 0.
    assert ("ok", pytest.approx(2 / 3)) == (agreement.status, agreement.value)
    assert agreement.low < agreement.value < agreement.high


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("ratings", [[[1, 2]], [[1], [2]], [[3, 3], [3, 3]], [[1, None], [None, 2]], np.empty((0, 2))])
def test_too_little_is_not_estimable(ratings: object, form: Form) -> None:
    found = icc(ratings, form)  # type: ignore[arg-type]
    assert ("not_estimable", True) == (found.status, math.isnan(found.value))


def test_people_who_do_not_differ_have_no_coefficient_against_a_residual_of_zero() -> None:
    expected = {"1": "degenerate", "C,1": "not_estimable", "A,1": "not_estimable"}
    found = {str(row.at["form"]): row.status for row in icc_forms([[1, 2], [1, 2]])}
    assert expected == {form: found[form] for form in expected}


def test_negative_estimates_stay_negative() -> None:
    found = icc([[1, 3], [3, 1], [2, 2.5]], "C,1")
    assert found.value < -0.5
    assert found.low < found.value < found.high


@pytest.mark.parametrize("ratings", [[[1, 2], [2, 1]], [[1, 2], [2, 1], [1, 2], [2, 1]]])
def test_people_with_equal_means_never_divide_by_zero(ratings: list[list[int]]) -> None:
    assert {"degenerate", "not_estimable"} == {row.status for row in icc_forms(ratings)}


def test_unknown_forms_and_kinds_are_refused() -> None:
    with pytest.raises(ContractError, match="no form '2,1'"):
        icc([[1, 2]], "2,1")  # type: ignore[arg-type]
    with pytest.raises(ContractError, match="no kind 'both'"):
        measurement_error([[1, 2]], "both")  # type: ignore[arg-type]


def test_no_error_at_all_has_no_interval_and_no_test() -> None:
    error, bias = measurement_error([[1, 1], [2, 2]], "agreement"), rater_bias([[1, 2], [2, 3]])
    assert (("degenerate", 0.0), ("degenerate", None)) == ((error.status, error.value), (bias.status, bias.p_value))


@pytest.mark.parametrize("statistic", [rater_bias, lambda ratings: measurement_error(ratings, "consistency")])
def test_one_person_has_no_error_of_measurement(statistic) -> None:  # type: ignore[no-untyped-def]
    assert "not_estimable" == statistic([[1, 2]]).status


score = st.integers(0, 9)
rows = st.lists(st.tuples(score, score, score, st.integers(1, 3)), min_size=3, max_size=10)


@given(rows, st.permutations(range(3)))
@example([(3, 3, 6, 2), (4, 1, 7, 2), (4, 5, 4, 3), (5, 5, 3, 3)], [0, 1, 2])  # a variance of the mean that is zero
@example([(4, 1, 7, 2), (4, 2, 6, 2), (5, 5, 3, 3), (4, 5, 4, 3)], [0, 1, 2])  # a lower limit without end
def test_counts_are_repeated_rows_and_raters_may_change_places(drawn, raters) -> None:  # type: ignore[no-untyped-def]
    ratings, counts = np.array([row[:3] for row in drawn], float), np.array([row[3] for row in drawn])
    repeated = np.repeat(ratings, counts, axis=0)[::-1, raters]
    for one, other in zip(icc_forms(ratings, counts=counts), icc_forms(repeated), strict=True):
        assert one.status == other.status
        assert pytest.approx((one.value, one.low, one.high), rel=1e-6, abs=1e-6, nan_ok=True) == (
            other.value,
            other.low,
            other.high,
        )


@given(rows, st.floats(-50, 50), st.floats(0.1, 20))
def test_the_coefficient_does_not_depend_on_origin_and_unit(drawn, origin, unit) -> None:  # type: ignore[no-untyped-def]
    ratings = np.array([row[:3] for row in drawn], float)
    found, moved = icc(ratings, "A,1"), icc(origin + unit * ratings, "A,1")
    assume(found.status == "ok")
    assert pytest.approx(found.value, rel=1e-7, abs=1e-7) == moved.value


def test_the_interval_of_a_large_sample_covers_what_it_was_drawn_from() -> None:
    generator = np.random.default_rng(20)
    people, raters = generator.normal(size=(4000, 1)), generator.normal(size=(1, 8)) * 0.3
    scores = people + raters + generator.normal(size=(4000, 8))
    found = icc(scores, "C,1")
    assert found.low < 0.5 < found.high
    assert found.high - found.low < 0.03
