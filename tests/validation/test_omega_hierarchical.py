"""Omega of a general factor against psych, whose searches stop at five digits."""

import math

import numpy as np
import pytest
from scales import KEY, bfi, cesd, complete

from reference import Values, r_values
from rvn.errors import ContractError
from rvn.validation.estimate import Estimate
from rvn.validation.reliability.lower_bounds import bounds_of
from rvn.validation.reliability.omega_hierarchical import omega_hierarchical
from rvn.validation.reliability.rotation import minres, oblimin


def big_five() -> np.ndarray:
    return complete(np.hstack([bfi(scale) for scale in KEY]))


RECORDS = {"omega_cesd_3": (lambda: complete(cesd()), 3), "omega_bfi_all25": (big_five, 5)}


def value_of(rows: tuple[Estimate, ...], name: str) -> float:
    return next(row.value for row in rows if row.name == name)


@pytest.mark.parametrize("record", RECORDS)
def test_omega_of_the_general_factor_is_that_of_psych(record: str) -> None:
    values: Values = r_values("reliability")[record]
    items, factors = RECORDS[record][0](), RECORDS[record][1]
    rows = omega_hierarchical(items, [f"item {place}" for place in range(items.shape[1])], factors)
    assert values["n"] == rows[0].n
    for theirs, mine in (
        ("omega_h", "omega_hierarchical"),
        ("omega_total", "omega_total"),
        ("omega_lim", "omega_limit"),
    ):
        assert pytest.approx(values[theirs], rel=2e-5) == value_of(rows, mine)
    assert pytest.approx(values["ecv"]["g"], rel=2e-5) == value_of(rows, "explained_common_variance")
    # psych's table: the scale as a whole first, then the group factors, in another order than ours.
    table = values["group"]
    assert factors + 1 == len(table["_rows"])
    general, group = ([row.value for row in rows if row.name == name] for name in ("omega_general", "omega_group"))
    assert pytest.approx(sorted(table["general"][1:]), rel=2e-4) == sorted(general)
    assert pytest.approx(sorted(table["group"][1:]), rel=2e-4) == sorted(group)
    both = [one + other for one, other in zip(general, group, strict=True)]
    assert pytest.approx(sorted(table["total"][1:]), rel=2e-4) == sorted(both)
    assert pytest.approx((table["total"][0], table["general"][0])) == (values["omega_total"], values["omega_h"])
    # Its alpha and lambda 6 are of the items as it turns them round: those that go against the general factor.
    turned = {note.removeprefix("turned round: item ") for note in rows[0].notes}
    signs = np.array([-1 if str(place) in turned else 1 for place in range(items.shape[1])])
    bounds = bounds_of(np.corrcoef((items * signs).T))
    assert pytest.approx((values["alpha"], values["G6"]), rel=1e-9) == (bounds["lambda3"], bounds["lambda6"])


def test_extracted_factors_leave_no_smaller_residuals_nearby() -> None:
    correlations = np.corrcoef(complete(cesd()).T)
    loadings = minres(correlations, 3)
    generator = np.random.default_rng(4)

    def residual(found: np.ndarray) -> float:
        left = correlations - found @ found.T
        np.fill_diagonal(left, 0)
        return float((left**2).sum())

    best = residual(loadings)
    assert all(residual(loadings + 1e-3 * generator.normal(size=loadings.shape)) > best for _ in range(50))


def test_turning_keeps_what_factors_explain_and_items_load_on_fewer() -> None:
    loadings = minres(np.corrcoef(complete(cesd()).T), 3)
    turned, together = oblimin(loadings)
    np.testing.assert_allclose(loadings @ loadings.T, turned @ together @ turned.T, atol=1e-9)

    def crossing(found: np.ndarray) -> float:
        squares = found**2
        return float((squares * (squares @ (1 - np.eye(3)))).sum())

    assert crossing(turned) < crossing(loadings)
    assert pytest.approx(np.ones(3)) == np.diag(together)


def test_counts_are_repeated_rows_and_their_order_does_not_matter() -> None:
    items, counts = complete(cesd())[:120, :10], np.arange(120) % 2 + 1
    names = list("abcdefghij")
    one = omega_hierarchical(items, names, 3, counts=counts)
    other = omega_hierarchical(np.repeat(items, counts, axis=0)[::-1], names, 3)
    assert pytest.approx([row.value for row in other[:4]], rel=1e-5) == [row.value for row in one[:4]]


def test_too_few_items_or_people_are_not_estimable_and_two_factors_refused() -> None:
    for items in (np.ones((20, 9)), np.ones((3, 9)), np.random.default_rng(1).normal(size=(50, 6))):
        (row,) = omega_hierarchical(items, [str(place) for place in range(items.shape[1])], 3)
        assert ("not_estimable", True) == (row.status, math.isnan(row.value))
    with pytest.raises(ContractError, match="`factors` is 2"):
        omega_hierarchical(np.ones((20, 9)), list("abcdefghi"), 2)
