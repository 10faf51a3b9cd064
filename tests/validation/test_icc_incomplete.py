"""Intraclass correlation of incomplete tables against lme4, against `icc`, and against the likelihood written out."""

import math

import numpy as np
import pytest

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.agreement.icc import FORMS, Form, icc
from rvn.validation.agreement.icc_incomplete import icc_incomplete, variance_components
from rvn.validation.agreement.ratings import ratings_from_rows

NAN = math.nan
PAIRS = [[1, 4, NAN], [5, 9, NAN], [2, NAN, 1], [7, NAN, 6], [NAN, 5, 3], [NAN, 10, 7], [4, 6, 6], [3, NAN, NAN]]


def test_people_rated_by_some_of_many_raters_are_those_of_lme4() -> None:
    values = r_values("agreement")["icc_human_oneway_unbalanced"]
    frame = data("human_risk_ratings")
    frame = frame[frame["feedback"] == 0]
    table = ratings_from_rows(frame["id"], frame["rater"], frame["rating"])
    assert (values["persons"], values["raters"]) == table.shape
    found, crossed = variance_components(table), values["crossed"]
    assert pytest.approx(crossed["id"], rel=1e-5) == found.people
    assert pytest.approx(crossed["rater"], rel=1e-5) == found.raters
    assert pytest.approx(crossed["Residual"], rel=1e-5) == found.residual
    one_way = icc_incomplete(table, "1")
    assert pytest.approx(values["lmer_icc1"], rel=1e-5) == one_way.value
    # multilevel::ICC1 uses mean squares with the mean number of raters: another estimator, .2190.
    assert 0.001 < values["anova_icc1"] - one_way.value < 0.0015


@pytest.mark.parametrize("form", FORMS)
def test_a_complete_table_has_the_coefficient_of_mean_squares_and_nearly_its_interval(form: Form) -> None:
    generator = np.random.default_rng(5)
    table = generator.normal(size=(200, 1)) + 0.5 * generator.normal(size=(1, 8)) + generator.normal(size=(200, 8))
    by_squares, by_likelihood = icc(table, form), icc_incomplete(table, form)
    assert pytest.approx(by_squares.value, rel=1e-6) == by_likelihood.value
    assert pytest.approx((by_squares.low, by_squares.high), abs=0.005) == (by_likelihood.low, by_likelihood.high)


def likelihood(table: np.ndarray, people: float, raters: float, residual: float) -> float:
    """Restricted log-likelihood with the covariance matrix of all ratings written out."""
    person, rater = np.nonzero(~np.isnan(table))
    y = table[person, rater]
    covariance = (
        residual * np.eye(len(y)) + people * np.equal.outer(person, person) + raters * np.equal.outer(rater, rater)
    )
    inverse, ones = np.linalg.inv(covariance), np.ones(len(y))
    mean = (ones @ inverse @ y) / (ones @ inverse @ ones)
    centred = y - mean
    log_determinant = np.linalg.slogdet(covariance)[1] + math.log(ones @ inverse @ ones)
    return float(-0.5 * (log_determinant + centred @ inverse @ centred))


def test_no_other_variances_make_the_ratings_more_likely() -> None:
    table = np.array(PAIRS)
    found = variance_components(table)
    best = likelihood(table, found.people, found.raters, found.residual)
    for change in np.random.default_rng(1).normal(scale=0.05, size=(50, 3)):
        variances = np.array([found.people, found.raters, found.residual]) * np.exp(change)
        assert likelihood(table, *variances) <= best + 1e-9


def test_the_interval_is_from_the_curvature_of_the_likelihood() -> None:
    table = np.array(PAIRS)
    found, variances = icc_incomplete(table, "C,1"), variance_components(table)
    step, center = 1e-3, np.log([variances.people, variances.raters, variances.residual])

    def at(move: np.ndarray) -> float:
        return likelihood(table, *np.exp(center + move))

    unit = np.eye(3) * step
    hessian = np.array([[(at(a + b) - at(a - b) - at(b - a) + at(-a - b)) / (4 * step**2) for b in unit] for a in unit])
    contrast = np.array([1, 0, -1])
    assert pytest.approx(math.sqrt(contrast @ np.linalg.inv(-hessian) @ contrast), rel=1e-3) == found.se


def test_the_mean_of_raters_uses_the_harmonic_mean_of_their_number() -> None:
    found = variance_components(PAIRS)
    harmonic = 8 / (6 / 2 + 1 / 3 + 1)
    expected = found.people / (found.people + (found.raters + found.residual) / harmonic)
    assert pytest.approx(expected, rel=1e-9) == icc_incomplete(PAIRS, "A,k").value


def test_counts_are_repeated_rows_and_raters_may_change_places() -> None:
    table, counts = np.array(PAIRS), np.array([1, 2, 1, 3, 1, 1, 2, 1])
    counted = icc_incomplete(table, "A,1", counts=counts)
    repeated = icc_incomplete(np.repeat(table, counts, axis=0)[::-1, ::-1], "A,1")
    assert repeated.n == counted.n == 12
    assert pytest.approx((repeated.value, repeated.low, repeated.high), rel=1e-5) == (
        counted.value,
        counted.low,
        counted.high,
    )


@pytest.mark.parametrize("form", FORMS)
def test_raters_who_always_agree_are_one_and_degenerate(form: Form) -> None:
    found = icc_incomplete([[1, 1, NAN], [NAN, 4, 4], [2, NAN, 2]], form)
    assert ("degenerate", 1.0) == (found.status, found.value)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("table", [[[1, NAN], [NAN, 2]], [[3, 3], [3, NAN]], [[1, 2]], np.empty((0, 2))])
def test_too_little_is_not_estimable(table: object, form: Form) -> None:
    assert "not_estimable" == icc_incomplete(table, form).status  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["C,1", "A,1", "A,k"])
@pytest.mark.parametrize(
    "table",
    [
        [[1, 2, NAN, NAN], [NAN, NAN, 3, 5]],  # every rater rated once
        [[1, 2], [2, 3], [4, 5]],  # a constant difference
    ],
)
def test_raters_that_explain_everything_leave_nothing_to_compare_with(table: list[list[float]], form: Form) -> None:
    found = icc_incomplete(table, form)
    assert ("not_estimable", True) == (found.status, math.isnan(found.value))
    assert math.isnan(variance_components(table).people)


def test_nobody_has_no_variances() -> None:
    assert math.isnan(variance_components(np.empty((0, 3))).residual)


def test_the_one_way_form_takes_no_notice_of_who_rated() -> None:
    apart = [[1, 2, NAN, NAN, NAN, NAN], [NAN, NAN, 3, 5, NAN, NAN], [NAN, NAN, NAN, NAN, 7, 8]]
    together = [[2, 1], [3, 5], [7, 8]]
    assert pytest.approx(icc_incomplete(together, "1").value, rel=1e-6) == icc_incomplete(apart, "1").value


def test_people_who_differ_less_than_chance_are_zero_and_degenerate() -> None:
    found = icc_incomplete([[1, 5, NAN], [5, NAN, 1], [NAN, 1, 5], [2, 4, NAN]], "1")
    assert ("degenerate", 0.0, True) == (found.status, found.value, math.isnan(found.low))


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ContractError, match="no form"):
        icc_incomplete([[1, 2]], "3,1")  # type: ignore[arg-type]
