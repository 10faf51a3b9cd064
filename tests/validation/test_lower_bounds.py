"""Guttman's bounds and the items of scales against psych, with and without absent answers."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scales import KEY, bfi, cesd, complete, induc

from reference import r_values
from rvn.validation.estimate import Estimate
from rvn.validation.reliability.internal_consistency import alpha_of, cronbach_alpha
from rvn.validation.reliability.lower_bounds import (
    bounds_of,
    corrected_item_total,
    reliability_bounds,
    reliability_bounds_without,
    split_halves,
)

RECORDS = {
    **{f"alpha_bfi_complete_{scale}": (lambda scale=scale: complete(bfi(scale))) for scale in KEY},
    **{f"alpha_bfi_{scale}": (lambda scale=scale: bfi(scale)) for scale in KEY},
    "alpha_cesd": cesd,
}


def value_of(rows: tuple[Estimate, ...], name: str) -> float:
    return next(row.value for row in rows if row.name == name)


@pytest.mark.parametrize("record", RECORDS)
def test_all_that_psych_says_of_a_scale_follows_from_its_covariances(record: str) -> None:
    # Where answers are absent psych takes covariances of all pairs there are; no interval can be told from these.
    values, items = r_values("reliability")[record], pd.DataFrame(RECORDS[record]())
    matrix, correlations = items.cov().to_numpy(), items.corr().to_numpy()
    total, standard = bounds_of(matrix), bounds_of(correlations)
    assert (values["n_rows"], values["n_items"]) == items.shape
    found = alpha_of(matrix, Estimate(name="cronbach_alpha", value=math.nan, n=len(items)))
    expected = values["total"]
    for name, mine in (
        ("raw_alpha", total["lambda3"]),
        ("raw_alpha", found.value),
        ("std.alpha", standard["lambda3"]),
        ("G6(smc)", standard["lambda6"]),
        ("average_r", standard["mean_correlation"]),
        ("median_r", standard["median_correlation"]),
        ("S/N", standard["lambda3"] / (1 - standard["lambda3"])),
        ("ase", found.se),
        ("mean", items.mean(axis=1).mean()),
        ("sd", items.mean(axis=1).std()),
    ):
        assert pytest.approx(expected[name], rel=1e-9) == mine
    feldt = values["feldt"]
    assert pytest.approx((feldt["lower.ci"], feldt["alpha"], feldt["upper.ci"]), rel=1e-9) == (
        found.low,
        found.value,
        found.high,
    )


@pytest.mark.parametrize("record", RECORDS)
def test_all_that_psych_says_of_items_follows_from_their_covariances(record: str) -> None:
    values, items = r_values("reliability")[record]["item_stats"], pd.DataFrame(RECORDS[record]())
    matrix, correlations = items.cov().to_numpy(), items.corr().to_numpy()
    assert len(values["_rows"]) == items.shape[1]
    assert pytest.approx(list(values["r.cor"]), rel=1e-9) == list(corrected_item_total(correlations))
    standard = correlations.sum(axis=0) / math.sqrt(correlations.sum())
    assert pytest.approx(list(values["std.r"]), rel=1e-9) == list(standard)
    with_mean = [items[place].corr(items.mean(axis=1)) for place in items.columns]
    assert pytest.approx(list(values["raw.r"]), rel=1e-9) == with_mean
    rest = matrix - np.diag(np.diag(matrix))
    deviations = np.sqrt(np.diag(matrix) * (matrix.sum() - 2 * matrix.sum(axis=0) + np.diag(matrix)))
    assert pytest.approx(list(values["r.drop"]), rel=1e-9) == list(rest.sum(axis=0) / deviations)
    assert list(values["n"]) == items.notna().sum().to_list()
    assert pytest.approx(list(values["mean"]), rel=1e-9) == items.mean().to_list()
    assert pytest.approx(list(values["sd"]), rel=1e-9) == items.std().to_list()


@pytest.mark.parametrize("record", RECORDS)
def test_scales_without_an_item_are_those_of_psych(record: str) -> None:
    values, items = r_values("reliability")[record]["alpha_drop"], pd.DataFrame(RECORDS[record]())
    assert len(values["_rows"]) == items.shape[1]
    for place in items.columns:
        left = items.drop(columns=place)
        total, standard = bounds_of(left.cov().to_numpy()), bounds_of(left.corr().to_numpy())
        among = left.corr().to_numpy()[np.tril_indices(left.shape[1], -1)]
        alpha = alpha_of(left.cov().to_numpy(), Estimate(name="alpha", value=math.nan, n=len(items)))
        for name, mine in (
            ("raw_alpha", total["lambda3"]),
            ("std.alpha", standard["lambda3"]),
            ("G6(smc)", standard["lambda6"]),
            ("average_r", standard["mean_correlation"]),
            ("S/N", standard["lambda3"] / (1 - standard["lambda3"])),
            ("med.r", standard["median_correlation"]),
            ("var.r", among.var(ddof=1)),
            ("alpha se", alpha.se),
        ):
            assert pytest.approx(values[name][place], rel=1e-9) == mine


@pytest.mark.parametrize("scale", KEY)
def test_standardised_alpha_is_that_of_ltm(scale: str) -> None:
    values = r_values("reliability")[f"alpha_bfi_complete_{scale}"]
    found = reliability_bounds(bfi(scale), standardised=True)
    assert pytest.approx(values["ltm_standardized"], rel=1e-9) == value_of(found, "lambda3")
    assert pytest.approx(values["psychometric_feldt"]["ALPHA"], rel=1e-9) == cronbach_alpha(bfi(scale)).value


def test_guttmans_bounds_and_all_split_halves_are_those_of_psych() -> None:
    values = r_values("reliability")["guttman_bfi_agree"]
    found = reliability_bounds(bfi("agree"), standardised=True)
    for place in range(1, 7):
        assert pytest.approx(values[f"lambda{place}"], rel=1e-9) == value_of(found, f"lambda{place}")
    mine = [value_of(found, name) for name in ("lambda3", "lambda2", "mu2", "mu3")]
    assert pytest.approx(list(values["mu"]), rel=1e-9) == mine
    halves = split_halves(np.corrcoef(complete(bfi("agree")).T))
    assert pytest.approx((values["split_max"], values["split_min"], values["split_mean"]), rel=1e-9) == (
        max(halves),
        min(halves),
        np.mean(halves),
    )


def test_kuder_and_richardsons_21_and_the_error_of_measurement_of_the_induc() -> None:
    values, items = r_values("reliability")["alpha_induc_kr20"], complete(induc())
    score, k = items.sum(axis=1), items.shape[1]
    kr21 = k / (k - 1) * (1 - score.mean() * (k - score.mean()) / (k * score.var(ddof=1)))
    assert pytest.approx(values["kr21"], rel=1e-9) == kr21
    assert pytest.approx(values["sem"], rel=1e-9) == score.std(ddof=1) * math.sqrt(1 - cronbach_alpha(items).value)
    assert (values["n"], values["k"]) == items.shape


def test_bounds_without_an_item_are_the_bounds_of_the_others() -> None:
    items = bfi("neuroticism")[:200]
    rows = reliability_bounds_without(items, list("abcde"))
    keep = ~np.isnan(items).any(axis=1)
    expected = reliability_bounds(np.delete(items[keep], 2, axis=1))
    mine = [row.value for row in rows if row.at == {"without": "c"}]
    assert [row.value for row in expected] == pytest.approx(mine)


@pytest.mark.parametrize("items", [[[1, 2]], [[1], [2]], [[1, 3], [2, 2], [3, 1]], [[2, 1], [2, 3]]])
def test_items_that_do_not_vary_or_cancel_out_have_no_bounds(items: list[list[int]]) -> None:
    assert {"not_estimable"} == {row.status for row in reliability_bounds(items)}


def test_many_items_have_no_best_split_and_equal_items_no_multiple_correlation() -> None:
    found = {row.name: row.status for row in reliability_bounds(cesd())}
    assert ("not_estimable", "ok") == (found["lambda4"], found["lambda6"])
    equal = {row.name: row.status for row in reliability_bounds([[1, 1, 1], [2, 2, 1], [3, 3, 4]])}
    assert ("not_estimable", "ok") == (equal["lambda6"], equal["lambda4"])


points = st.integers(0, 3)
rows_of = st.lists(st.tuples(points, points, points, st.integers(1, 3)), min_size=4, max_size=12)


@given(rows_of)
def test_lambda_3_is_alpha_and_lambda_2_lies_above_it(drawn) -> None:  # type: ignore[no-untyped-def]
    items, counts = np.array([row[:3] for row in drawn], float), np.array([row[3] for row in drawn])
    alpha, bounds = cronbach_alpha(items, counts=counts), reliability_bounds(items, counts=counts)
    repeated = reliability_bounds(np.repeat(items, counts, axis=0)[::-1])
    assert [row.status for row in repeated] == [row.status for row in bounds]
    assert pytest.approx([row.value for row in repeated], abs=1e-9, nan_ok=True) == [row.value for row in bounds]
    if bounds[0].status == "ok" and alpha.status == "ok":
        assert pytest.approx(alpha.value, abs=1e-9) == value_of(bounds, "lambda3")
        assert value_of(bounds, "lambda3") <= value_of(bounds, "lambda2") + 1e-12
        assert value_of(bounds, "lambda2") <= value_of(bounds, "mu2") + 1e-12
