"""Omega of one factor against lavaan."""

import math

import numpy as np
import pytest
from scales import KEY, bfi, cesd, complete

from reference import r_values
from rvn.validation.reliability.factor_likelihood import Solution, fit
from rvn.validation.reliability.internal_consistency import cronbach_alpha
from rvn.validation.reliability.omega import omega_total


def one_factor(matrix: np.ndarray) -> Solution | None:
    return fit(matrix, np.ones((len(matrix), 1), dtype=bool))


def items(scale: str) -> np.ndarray:
    return cesd() if scale == "cesd" else bfi(scale)


@pytest.mark.parametrize("scale", [*KEY, "cesd"])
def test_omega_is_that_of_lavaan_and_semtools(scale: str) -> None:
    values = r_values("reliability")["omega_one_factor_ml"][scale]
    found = omega_total(items(scale))
    assert values["n"] == found.n
    assert pytest.approx(values["omega_congeneric"], rel=1e-6) == found.value
    assert pytest.approx(values["semtools"]["omega"], rel=1e-6) == found.value
    assert 0 < found.low < found.value < found.high < 1


@pytest.mark.parametrize("scale", [*KEY, "cesd"])
def test_the_solution_of_one_factor_is_that_of_lavaan(scale: str) -> None:
    values = r_values("reliability")["omega_one_factor_ml"][scale]
    solution = one_factor(np.cov(complete(items(scale)).T, bias=True))
    assert solution is not None
    # lavaan stops at about 1e-6: that ours fits no worse is in test_factor_model.
    assert pytest.approx(values["loadings"], rel=1e-5) == solution.loadings[:, 0]
    assert pytest.approx(values["residual_variances"], rel=1e-5) == solution.own
    found = np.cov(complete(items(scale)).T, bias=True)
    # Formulas are compared at lavaan's estimates, which a millionth part of omega3 hangs on.
    loadings, own = np.array(values["loadings"]), np.array(values["residual_variances"])
    common, extracted = loadings.sum() ** 2, (loadings**2).sum()
    assert pytest.approx(values["semtools"]["omega2"], rel=1e-9) == common / (common + own.sum())
    assert pytest.approx(values["semtools"]["omega3"], rel=1e-9) == common / found.sum()
    assert pytest.approx(values["semtools"]["avevar"], rel=1e-9) == extracted / (extracted + own.sum())
    assert pytest.approx(values["semtools"]["alpha"], rel=1e-9) == cronbach_alpha(items(scale)).value


def test_the_standard_error_is_that_of_the_jackknife() -> None:
    table = complete(bfi("openness"))[:100]
    found = omega_total(table)
    left_out = np.array([omega_total(np.delete(table, row, axis=0)).value for row in range(len(table))])
    jackknife = math.sqrt((len(table) - 1) * left_out.var())
    assert pytest.approx(jackknife, rel=0.05) == found.se * found.value * (1 - found.value)


def test_items_that_count_the_same_have_omega_equal_to_alpha() -> None:
    coins = np.indices((2,) * 5).reshape(5, -1).T
    table = coins[:, :1] + coins[:, 1:]
    assert pytest.approx(cronbach_alpha(table).value, rel=1e-9) == omega_total(table).value


def test_items_turned_around_leave_the_factor_and_lower_omega() -> None:
    table = complete(bfi("neuroticism"))
    turned = table * np.array([-1, 1, 1, 1, 1])
    solution, reversed_solution = one_factor(np.cov(table.T)), one_factor(np.cov(turned.T))
    assert solution is not None
    assert reversed_solution is not None
    assert pytest.approx(np.abs(solution.loadings), rel=1e-8) == np.abs(reversed_solution.loadings)
    assert omega_total(turned).value < omega_total(table).value


@pytest.mark.parametrize(
    "table",
    [
        [[1, 2], [2, 1], [3, 3], [1, 1]],  # two items leave one factor free
        [[1, 2, 3], [2, 1, 1], [3, 3, 1]],  # no more people than items
        [[1, 2, 5], [2, 1, 5], [3, 3, 5], [1, 1, 5]],  # an item that does not vary
        [[1, 2, 1], [2, 1, 2], [3, 3, 3], [1, 1, 1]],  # two equal items
        np.full((5, 3), np.nan),
    ],
)
def test_without_a_proper_factor_omega_is_not_estimable(table: object) -> None:
    found = omega_total(table)  # type: ignore[arg-type]
    assert ("not_estimable", True) == (found.status, math.isnan(found.value))


def test_a_heywood_case_is_not_estimable() -> None:
    # Correlations .9, .9 and .65: the squared loading of the first item would be .9 x .9 / .65 = 1.25.
    assert one_factor(np.array([[1, 0.9, 0.9], [0.9, 1, 0.65], [0.9, 0.65, 1]])) is None


def test_counts_are_repeated_rows_and_their_order_does_not_matter() -> None:
    table, counts = complete(bfi("agree"))[:60], np.arange(60) % 3 + 1
    counted, repeated = omega_total(table, counts=counts), omega_total(np.repeat(table, counts, axis=0)[::-1])
    assert pytest.approx((repeated.value, repeated.se), rel=1e-8) == (counted.value, counted.se)
