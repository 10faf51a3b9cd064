"""Confirmatory factor models against lavaan."""

import math

import numpy as np
import pytest
from scales import KEY, bfi, cesd

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.estimate import Estimate
from rvn.validation.reliability.factor_likelihood import Solution, misfit
from rvn.validation.reliability.factor_model import FactorModel, factor_model

LAVAAN = {
    "chi_squared": "chisq",
    "cfi": "cfi",
    "tli": "tli",
    "rmsea": "rmsea",
    "srmr": "srmr",
    "aic": "aic",
    "bic": "bic",
}
BIG_FIVE = [f"{factor}{place}" for factor in "ACENO" for place in range(1, 6)]


def one_factor(items: np.ndarray) -> FactorModel:
    names = [f"i{place}" for place in range(items.shape[1])]
    return factor_model(items, names, {"f": names})


def five_factors() -> FactorModel:
    frame = data("bfi")[BIG_FIVE]
    return factor_model(
        frame, BIG_FIVE, {factor: [name for name in BIG_FIVE if name[0] == factor] for factor in "ACENO"}
    )


def by_name(rows: tuple[Estimate, ...]) -> dict[str, Estimate]:
    return {row.name: row for row in rows}


@pytest.mark.parametrize("scale", [*KEY, "cesd"])
def test_the_fit_of_one_factor_is_that_of_lavaan(scale: str) -> None:
    values = r_values("reliability")["omega_one_factor_ml"][scale]
    found = one_factor(cesd() if scale == "cesd" else bfi(scale))
    rows = by_name(found.fit)
    assert values["n"] == rows["cfi"].n
    for name, theirs in LAVAAN.items():
        assert pytest.approx(values["fit"][theirs], rel=1e-6) == rows[name].value
    assert pytest.approx(values["fit"]["logl"], rel=1e-9) == rows["log_likelihood"].value
    chi2 = rows["chi_squared"]
    assert values["fit"]["df"] == chi2.df
    assert pytest.approx(values["fit"]["pvalue"], abs=1e-12) == chi2.p_value
    limits = values["fit"]["rmsea.ci.lower"], values["fit"]["rmsea.ci.upper"]
    assert pytest.approx(limits, rel=1e-6) == (rows["rmsea"].low, rows["rmsea"].high)
    # lavaan stops a little before the maximum; at ours the likelihood is not lower.
    assert rows["log_likelihood"].value >= values["fit"]["logl"]
    assert found.solution is not None
    theirs = Solution(np.array(values["loadings"])[:, None], np.eye(1), np.array(values["residual_variances"]))
    items = cesd() if scale == "cesd" else bfi(scale)
    matrix = np.cov(items[~np.isnan(items).any(axis=1)].T, bias=True)
    assert misfit(matrix, found.solution) <= misfit(matrix, theirs)


def test_five_factors_are_those_of_lavaan() -> None:
    values, found = r_values("reliability")["cfa_bfi_five_factors"], five_factors()
    rows = by_name(found.fit)
    assert (values["n"], values["fit"]["df"]) == (rows["cfi"].n, rows["chi_squared"].df)
    for name, theirs in LAVAAN.items():
        assert pytest.approx(values["fit"][theirs], rel=1e-6) == rows[name].value
    # A smaller chi-squared is a higher likelihood: lavaan stopped within 1e-10 of the maximum.
    assert rows["chi_squared"].value <= values["fit"]["chisq"]


def test_standardised_loadings_and_correlations_with_errors_are_those_of_lavaan_up_to_sign() -> None:
    # lavaan's estimates are good to about 1e-5 (the test above has its higher chi-squared).
    values, found = r_values("reliability")["cfa_bfi_five_factors"]["std"], five_factors()
    mine = {
        (row.at["factor"], row.at.get("item", row.at.get("other"))): row
        for row in (*found.loadings, *found.correlations)
    }
    assert ["=~"] * 25 + ["~~"] * 10 == values["op"]
    signs = {}
    for factor, other, value in zip(values["lhs"], values["rhs"], values["est.std"], strict=True):
        signs.setdefault(factor, np.sign(value) * np.sign(mine[factor, other].value))
    for factor, other, value, se in zip(values["lhs"], values["rhs"], values["est.std"], values["se"], strict=True):
        row, sign = mine[factor, other], signs[factor] * signs.get(other, 1)
        assert pytest.approx(value, rel=2e-5) == sign * row.value
        assert pytest.approx(se, rel=1e-5) == row.se
        assert pytest.approx(2 * 1.959963984540054 * row.se) == row.high - row.low


def test_standard_errors_are_the_spread_of_samples_drawn_from_the_model() -> None:
    generator = np.random.default_rng(3)
    loadings, own = np.array([0.9, 0.7, 0.6, 0.5]), np.array([0.4, 0.5, 0.6, 0.7])
    found = [
        one_factor(generator.normal(size=(400, 1)) * loadings + generator.normal(size=(400, 4)) * np.sqrt(own)).loadings
        for _ in range(80)
    ]
    drawn = np.array([[row.value for row in rows] for rows in found]).std(axis=0)
    told = np.array([[row.se for row in rows] for rows in found]).mean(axis=0)
    assert pytest.approx(drawn, rel=0.25) == told


def test_an_item_may_load_on_two_factors() -> None:
    generator = np.random.default_rng(5)
    first, second = generator.normal(size=(2, 4000, 1))
    items = np.hstack([first + generator.normal(size=(4000, 3)), second + generator.normal(size=(4000, 3))])
    items = np.hstack([items, first + second + generator.normal(size=(4000, 1))])
    names = list("abcdefg")
    found = factor_model(items, names, {"one": ["a", "b", "c", "g"], "two": ["d", "e", "f", "g"]})
    both = [row.value for row in found.loadings if row.at["item"] == "g"]
    assert pytest.approx([1 / math.sqrt(3)] * 2, abs=0.03) == both
    assert pytest.approx(0, abs=0.06) == found.correlations[0].value


def test_counts_are_repeated_rows_and_their_order_does_not_matter() -> None:
    items, counts = bfi("agree")[:60], np.arange(60) % 3 + 1
    names = list("abcde")
    counted = factor_model(items, names, {"f": names}, counts=counts)
    repeated = factor_model(np.repeat(items, counts, axis=0)[::-1], names, {"f": names})
    for one, other in zip((*counted.loadings, *counted.fit), (*repeated.loadings, *repeated.fit), strict=True):
        assert (one.n, one.at) == (other.n, other.at)
        assert pytest.approx((other.value, other.se), rel=1e-7, nan_ok=True) == (one.value, one.se)


@pytest.mark.parametrize(
    "items",
    [
        [[1, 2], [2, 1], [3, 3], [1, 1]],  # two items leave the factor free
        [[1, 2, 3], [2, 1, 1], [3, 3, 1]],  # no more people than items
        [[1, 2, 5], [2, 1, 5], [3, 3, 5], [1, 1, 5]],  # an item that does not vary
        [[1, 2, 3], [2, 3, 4], [3, 4, 6], [4, 5, 5]],  # two equal items: nothing of their own
        np.full((5, 3), np.nan),
    ],
)
def test_without_a_proper_solution_nothing_is_estimable(items: object) -> None:
    table = np.array(items, dtype=float)
    found = one_factor(table)
    assert {("not_estimable", True)} == {(row.status, math.isnan(row.value)) for row in (*found.loadings, *found.fit)}
    assert found.solution is None


def test_three_items_fit_perfectly_and_say_so() -> None:
    rows = by_name(one_factor(bfi("agree")[:, 1:4]).fit)
    assert ("degenerate", None, pytest.approx(0, abs=1e-6)) == (
        rows["rmsea"].status,
        rows["chi_squared"].p_value,
        rows["chi_squared"].value,
    )


def test_items_and_factors_that_do_not_match_are_refused() -> None:
    with pytest.raises(ContractError, match="2 columns for 1 names"):
        factor_model([[1, 2]], ["a"], {"f": ["a"]})
    with pytest.raises(ContractError, match="no item 'c'"):
        factor_model([[1, 2]], ["a", "b"], {"f": ["a", "c"]})
    with pytest.raises(ContractError, match="item b is in no factor"):
        factor_model([[1, 2]], ["a", "b"], {"f": ["a"]})
