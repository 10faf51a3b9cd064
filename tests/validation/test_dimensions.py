"""Dimensions, scalability and polychoric correlations against psych and mokken."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scales import cesd, complete, induc
from scipy import stats

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.reliability.dimensions import dimensions
from rvn.validation.reliability.lower_bounds import bounds_of
from rvn.validation.reliability.polychoric import polychoric, polychoric_matrix, thresholds
from rvn.validation.reliability.scalability import scalability

VALUES = r_values("reliability")


def columns(record: dict[str, list[float]]) -> np.ndarray:
    return np.array([list(record[f"col{place}"]) for place in range(1, len(record) + 1)]).T


def agreeable() -> np.ndarray:
    return complete(data("bfi")[[f"A{place}" for place in range(1, 6)]].to_numpy(float))


def test_eigenvalues_adequacy_and_sphericity_are_those_of_psych() -> None:
    values = VALUES["efa_eigen_kmo_bartlett"]
    names = [f"{factor}{place}" for factor in "ACENO" for place in range(1, 6)]
    rows = dimensions(data("bfi")[names], names)
    assert values["n"] == rows[0].n
    found = [row.value for row in rows if row.name == "eigenvalue"]
    assert pytest.approx(list(values["eigenvalues"]), rel=1e-9) == found
    adequacy = [row.value for row in rows if row.name == "sampling_adequacy"]
    assert pytest.approx([values["kmo"], *values["kmo_items"]], rel=1e-9) == adequacy
    sphericity = rows[-1]
    assert pytest.approx(values["bartlett_chisq"], rel=1e-9) == sphericity.statistic
    assert values["bartlett_df"] == sphericity.df
    assert pytest.approx(values["determinant"], rel=1e-9) == sphericity.value


def test_parallel_analysis_finds_the_dimensions_there_are() -> None:
    generator = np.random.default_rng(1)
    both = generator.normal(size=(2, 500, 1))
    items = np.hstack([both[0] + generator.normal(size=(500, 4)), both[1] + generator.normal(size=(500, 4))])
    rows = dimensions(items, list("abcdefgh"), draws=20, rng=7)
    real, chance = ([row.value for row in rows if row.name == name] for name in ("eigenvalue", "eigenvalue_by_chance"))
    assert 2 == sum(a > b for a, b in zip(real, chance, strict=True))
    assert rows == dimensions(items, list("abcdefgh"), draws=20, rng=7)


def test_dimensions_of_items_that_do_not_vary_or_determine_each_other() -> None:
    assert {"not_estimable"} == {row.status for row in dimensions([[1, 2], [1, 3]], ["a", "b"])}
    status = {row.name: row.status for row in dimensions([[1, 1], [2, 2], [4, 4]], ["a", "b"])}
    assert {"eigenvalue": "ok", "sampling_adequacy": "not_estimable", "sphericity": "not_estimable"} == status
    with pytest.raises(ContractError, match="without `rng`"):
        dimensions([[1, 2], [2, 3]], ["a", "b"], draws=5)


def test_scalability_is_that_of_mokken() -> None:
    values = VALUES["mokken_cesd"]
    rows = scalability(cesd(), [f"item {place}" for place in range(20)])
    assert pytest.approx([values["H"], *values["Hi"]], rel=1e-9) == [row.value for row in rows]


def test_errors_of_scalability_are_those_of_mokken_where_no_two_steps_are_equally_often_taken() -> None:
    # Where two steps are, the derivative by the margins has two values; mokken takes one, we take the mean of both.
    values, rows = VALUES["mokken_cesd"], scalability(cesd(), [f"item {place}" for place in range(20)])
    taken = [{int((column >= step).sum()) for step in (1, 2, 3)} for column in complete(cesd()).T]
    for place, (steps, se, row) in enumerate(zip(taken, values["Hi_se"], rows[1:], strict=True)):
        tied = any(steps & others for at, others in enumerate(taken) if at != place)
        assert pytest.approx(se, rel=1.5e-3 if tied else 1e-9) == row.se
    assert pytest.approx(values["H_se"], rel=1e-3) == rows[0].se


def test_the_error_of_scalability_is_that_of_the_jackknife() -> None:
    items = complete(cesd())[:150, :5]
    names = list("abcde")
    found = scalability(items, names)
    left = np.array([scalability(np.delete(items, row, axis=0), names)[0].value for row in range(len(items))])
    assert pytest.approx(math.sqrt((len(items) - 1) * left.var()), rel=0.05) == found[0].se


def test_scalability_of_one_item_or_of_no_variance_is_not_estimable_and_halves_are_refused() -> None:
    assert {"not_estimable"} == {row.status for row in scalability([[1], [2]], ["a"])}
    assert {"not_estimable"} == {row.status for row in scalability([[1, 1], [2, 1]], ["a", "b"])}
    with pytest.raises(ContractError, match="not whole"):
        scalability([[1.5, 1], [2, 1]], ["a", "b"])


def test_polychoric_correlations_thresholds_and_ordinal_alpha_are_those_of_psych() -> None:
    # psych searches each correlation with a tolerance of 1e-4; ours is the maximum (next test).
    values, items = VALUES["polychoric_bfi_agree"], agreeable()
    assert pytest.approx(columns(values["rho"]), abs=5e-5) == polychoric_matrix(items)
    assert pytest.approx(columns(values["thresholds"]), rel=1e-9) == np.array([thresholds(item) for item in items.T])
    turned = items.copy()
    turned[:, 0] = 7 - turned[:, 0]
    assert pytest.approx(values["ordinal_alpha"], abs=2e-5) == bounds_of(polychoric_matrix(turned))["lambda3"]


def test_tetrachoric_correlations_are_those_of_psych() -> None:
    values, items = VALUES["tetrachoric_induc_first5"], complete(induc()[:, :5])
    assert pytest.approx(columns(values["rho"]), abs=5e-5) == polychoric_matrix(items)
    assert pytest.approx(list(values["tau"]), rel=1e-9) == [float(thresholds(item)[0]) for item in items.T]


def log_likelihood(first: np.ndarray, second: np.ndarray, correlation: float) -> float:
    """Of a table at the thresholds of its margins, by scipy's integral of the bivariate normal distribution."""
    edges = [np.concatenate([[-9.0], thresholds(column), [9.0]]) for column in (first, second)]
    normal = stats.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]])
    below = np.array([[normal.cdf([x, y]) for y in edges[1]] for x in edges[0]])
    cells = np.diff(np.diff(below, axis=0), axis=1)
    return float((pd.crosstab(first, second).to_numpy() * np.log(cells)).sum())


@pytest.mark.parametrize("place", range(1, 5))
def test_psych_stops_before_the_maximum_of_the_likelihood(place: int) -> None:
    items = agreeable()
    theirs = columns(VALUES["polychoric_bfi_agree"]["rho"])[0, place]
    found = polychoric(items[:, 0], items[:, place]).value
    best = log_likelihood(items[:, 0], items[:, place], found)
    assert log_likelihood(items[:, 0], items[:, place], theirs) <= best + 1e-9
    for other in (found - 1e-3, found + 1e-3):
        assert log_likelihood(items[:, 0], items[:, place], other) < best


def test_an_empty_corner_is_separated_and_an_item_without_variance_not_estimable() -> None:
    assert ("separated", 1.0) == (polychoric([0, 0, 1], [0, 1, 1]).status, polychoric([0, 0, 1], [0, 1, 1]).value)
    assert ("separated", -1.0) == (polychoric([0, 1], [1, 0]).status, polychoric([0, 1], [1, 0]).value)
    assert "not_estimable" == polychoric([0, 1], [1, 1]).status
    with pytest.raises(ContractError, match="columns 0 and 1"):
        polychoric_matrix([[0, 1], [1, 1]])


points = st.integers(0, 3)
rows_of = st.lists(st.tuples(points, points, points, st.integers(1, 3)), min_size=4, max_size=12)


@settings(max_examples=30)
@given(rows_of)
def test_counts_are_repeated_rows_and_their_order_does_not_matter(drawn) -> None:  # type: ignore[no-untyped-def]
    items, counts = np.array([row[:3] for row in drawn], float), np.array([row[3] for row in drawn])
    repeated = np.repeat(items, counts, axis=0)[::-1]
    names = ["a", "b", "c"]
    for one, other in (
        (scalability(items, names, counts=counts), scalability(repeated, names)),
        (dimensions(items, names, counts=counts), dimensions(repeated, names)),
        ((polychoric(*items.T[:2], counts=counts),), (polychoric(*repeated.T[:2]),)),
    ):
        assert [row.status for row in other] == [row.status for row in one]
        assert pytest.approx([row.value for row in other], abs=1e-7, nan_ok=True) == [row.value for row in one]
