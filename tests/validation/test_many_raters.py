"""Coefficients of many raters against irrCAC and irr, and their standard errors against derivatives."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.agreement.kappa import kappa
from rvn.validation.agreement.many_raters import (
    brennan_prediger,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
)
from rvn.validation.agreement.ratings import Weights, agreement_weights
from rvn.validation.estimate import Estimate

Table = np.ndarray


def diagnoses() -> Table:
    frame = data("irr_diagnoses").iloc[:, 1:]
    codes, _ = pd.factorize(frame.to_numpy().ravel(), sort=True)
    return codes.reshape(frame.shape).astype(float)


def observers() -> Table:
    return data("irrcac_raw5obser").to_numpy(float)


TABLES: dict[str, Callable[[], Table]] = {
    "raw4": lambda: data("irrcac_raw4raters").to_numpy(float),
    "video": lambda: data("irr_video").iloc[:, 1:].to_numpy(float),
    "anxiety12": lambda: data("irr_anxiety")[["rater1", "rater2"]].to_numpy(float),
    "diagnoses": diagnoses,
    "raw5obser": observers,
}
NAMES: dict[str, Weights] = {"unweighted": "identity"}
IRRCAC = ["unweighted", "linear", "quadratic", "ordinal", "radical", "ratio", "circular", "bipolar"]
COMPLETE = [
    *(f"cac_{table}_{weights}" for table in ("video", "anxiety12") for weights in IRRCAC[:4]),
    "cac_diagnoses_unweighted",
]
INCOMPLETE = [*(f"cac_raw4_{weights}" for weights in IRRCAC), "cac_raw5obser_unweighted"]


def used(table: Table) -> Table:
    return np.unique(table[~np.isnan(table)])


def coefficients(record: str) -> dict[str, Estimate]:
    """All coefficients of a record; irrCAC takes the categories that occur."""
    _, name, weighting = record.split("_")
    table, weights = TABLES[name](), NAMES.get(weighting, weighting)
    found = {
        "gwet": gwet_ac(table, used(table), weights=weights),
        "fleiss": fleiss_kappa(table, weights=weights),
        "conger": conger_kappa(table, weights=weights),
        "brennan_prediger": brennan_prediger(table, used(table), weights=weights),
    }
    return found if weights != "identity" else found | {"percent_agreement": percent_agreement(table)}


@pytest.mark.parametrize("record", COMPLETE)
def test_coefficients_with_errors_intervals_and_tests_are_those_of_irrcac(record: str) -> None:
    for coefficient, estimate in coefficients(record).items():
        values = r_values("agreement")[record][coefficient]
        assert pytest.approx(values["coeff"], rel=1e-9) == estimate.value
        assert pytest.approx(values["se"], rel=1e-9) == estimate.se
        # irrCAC cuts at 1 only; ours also at what no agreement at all would give.
        lowest = -values["pe"] / (1 - values["pe"])
        limits = [max(values["ci95"][0], lowest), values["ci95"][1]]
        assert pytest.approx(limits, rel=1e-9) == [estimate.low, estimate.high]
        if coefficient == "percent_agreement":
            assert estimate.p_value is None
        else:
            assert pytest.approx(values["p"], rel=1e-7) == estimate.p_value


@pytest.mark.parametrize("record", INCOMPLETE)
def test_coefficients_with_absent_ratings_are_those_of_irrcac_and_errors_by_gwets_formula(record: str) -> None:
    # Gwet's formula, and so irrCAC, takes a person with one rating for one who does not agree; ours (next test)
    # leaves such a person out of the variance of the observed agreement. Both numbers are named here.
    _, name, weighting = record.split("_")
    table, weights = TABLES[name](), NAMES.get(weighting, weighting)
    once = (~np.isnan(table)).sum(axis=1) == 1
    for coefficient, estimate in coefficients(record).items():
        values = r_values("agreement")[record][coefficient]
        assert pytest.approx(values["coeff"], rel=1e-9) == estimate.value
        by_gwet = error_by_gwet(table, weights, coefficient)
        assert pytest.approx(values["se"], rel=1e-9) == by_gwet
        if once.any():
            assert abs(by_gwet - estimate.se) > 1e-4
        df = len(table) - 1
        reach = stats.t.ppf(0.975, df) * by_gwet
        limits = values["coeff"] - reach, min(values["coeff"] + reach, 1)
        assert pytest.approx(values["ci95"], rel=1e-9) == limits
        assert pytest.approx(values["p"], rel=1e-7) == 2 * stats.t.sf(abs(values["coeff"]) / by_gwet, df)


def error_by_gwet(table: Table, weights: Weights, coefficient: str) -> float:
    """Standard error as in Gwet 2014: section 8.3 of the methods, with a person rated once as one without agreement."""
    categories, n = used(table), len(table)
    agree = agreement_weights(categories, "identity" if coefficient == "percent_agreement" else weights)
    uses = (table[:, :, None] == categories).sum(axis=1).astype(float)
    times, q = uses.sum(axis=1), len(categories)
    twice = times >= 2
    own = np.where(twice, (uses * (uses @ agree - 1)).sum(axis=1) / np.maximum(times * (times - 1), 1), 0)
    observed, shares = own.sum() / twice.sum(), uses / times[:, None]
    mean = shares.mean(axis=0)
    chance, by_person = 0.0, np.zeros(n)
    if coefficient == "gwet":
        scale = agree.sum() / (q * (q - 1))
        chance, by_person = scale * (mean * (1 - mean)).sum(), scale * (shares * (1 - mean)).sum(axis=1)
    elif coefficient == "fleiss":
        chance, by_person = mean @ agree @ mean, shares @ (agree @ mean)
    elif coefficient == "brennan_prediger":
        chance = agree.sum() / q**2
        by_person += chance
    elif coefficient == "conger":
        present = ~np.isnan(table)
        raters = present.sum(axis=0)
        by_rater = np.array([[(column == code).sum() for code in categories] for column in table.T]) / raters[:, None]
        total, k = by_rater.sum(axis=0), len(raters)
        chance = (total @ agree @ total - np.einsum("gi,ij,gj->", by_rater, agree, by_rater)) / (k * (k - 1))
        for rater, column in enumerate(table.T):
            worth = (agree @ (total - by_rater[rater])) / (k - 1)
            code = np.searchsorted(categories, np.nan_to_num(column, nan=categories[0]))
            part = np.where(present[:, rater], worth[code] - by_rater[rater] @ worth, 0) * n / raters[rater]
            by_person += part / k
        by_person += chance
    value = (observed - chance) / (1 - chance)
    linear = n / twice.sum() * (own - chance * twice) / (1 - chance)
    linear = linear - 2 * (1 - value) * (by_person - chance) / (1 - chance)
    return math.sqrt(((linear - value) ** 2).sum() / (n * (n - 1)))


def test_a_person_with_one_rating_adds_nothing_to_the_error_of_raw_agreement() -> None:
    # The agreement of 11 people is a mean: s / sqrt(11). Gwet's formula, and so irrCAC, counts the twelfth, who
    # has one rating and no agreement, as if it were 0 in place of absent: 0.1256 instead of 0.1056.
    agreement = np.array([1, 0.5, 1, 1, 1, 0, 1, 1, 0.5, 1, 1])
    found = percent_agreement(TABLES["raw4"]())
    assert pytest.approx(agreement.mean(), rel=1e-12) == found.value
    assert pytest.approx(agreement.std(ddof=1) / math.sqrt(11), rel=1e-12) == found.se
    gwet = np.append(12 / 11 * agreement, 0).std(ddof=1) / math.sqrt(12)
    assert pytest.approx(r_values("agreement")["cac_raw4_unweighted"]["percent_agreement"]["se"], rel=1e-9) == gwet


def test_fleiss_and_conger_of_six_raters_are_those_of_irr() -> None:
    values = r_values("agreement")["fleiss_diagnoses"]
    assert pytest.approx(values["fleiss"], rel=1e-9) == fleiss_kappa(diagnoses()).value
    assert pytest.approx(values["conger_exact"], rel=1e-9) == conger_kappa(diagnoses()).value


def test_kappa_of_each_category_is_fleiss_kappa_of_this_category_against_the_others() -> None:
    expected = r_values("agreement")["fleiss_diagnoses"]["detail"]["Kappa"]
    found = [fleiss_kappa(diagnoses() == code).value for code in range(5)]
    assert pytest.approx(expected, rel=1e-9) == found


def test_lights_kappa_is_the_mean_of_kappa_over_pairs_of_raters() -> None:
    expected = r_values("agreement")["fleiss_diagnoses"]["light"]
    pairs = [kappa(first, second).value for first, second in itertools.combinations(diagnoses().T, 2)]
    assert pytest.approx(expected, rel=1e-9) == np.mean(pairs)


@pytest.mark.parametrize(
    ("weights", "value", "se"),
    [("identity", 0.53257, 0.06798), ("linear", 0.68817, 0.04871), ("quadratic", 0.81167, 0.03753)],
)
def test_golden_table_c(weights: str, value: float, se: float) -> None:
    table = np.array([[20, 5, 1, 0], [4, 15, 6, 1], [1, 5, 12, 4], [0, 1, 3, 10]])
    pairs = np.argwhere(table >= 0) + 1
    found = gwet_ac(pairs, (1, 2, 3, 4), counts=table.ravel(), weights=weights)  # type: ignore[arg-type]
    assert pytest.approx((value, se), abs=6e-6) == (found.value, found.se)  # printed with five decimals


@pytest.mark.parametrize("weights", ["identity", "linear", "quadratic"])
def test_conger_of_two_raters_is_cohen_with_a_sample_variance(weights: str) -> None:
    table = TABLES["anxiety12"]()
    cohen = kappa(*table.T, weights=weights)  # type: ignore[arg-type]
    conger = conger_kappa(table, weights=weights)  # type: ignore[arg-type]
    assert pytest.approx(cohen.value, rel=1e-12) == conger.value
    assert pytest.approx(cohen.se * math.sqrt(20 / 19), rel=1e-12) == conger.se


COEFFICIENTS: dict[str, Callable[..., Estimate]] = {
    "percent_agreement": percent_agreement,
    "fleiss": fleiss_kappa,
    "conger": conger_kappa,
    "gwet": lambda table, **more: gwet_ac(table, (1, 2, 3, 4, 5, 6), **more),
}


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_the_standard_error_is_the_spread_of_the_derivatives_by_person(name: str) -> None:
    # One person more among a million of each kind: the derivative of the coefficient by that person's weight.
    table, many = TABLES["raw4"](), 10**6
    people, pairs = len(table), int(((~np.isnan(table)).sum(axis=1) >= 2).sum())
    alike = np.full(people, many)
    base = COEFFICIENTS[name](table, counts=alike).value
    steps = [COEFFICIENTS[name](table, counts=alike + row).value - base for row in np.eye(people, dtype=int)]
    influence = np.array(steps) * many * people
    expected = math.sqrt(float((influence**2).sum()) * pairs / (pairs - 1)) / people
    assert pytest.approx(expected, rel=1e-4) == COEFFICIENTS[name](table).se


def test_an_unused_category_changes_gwet_and_nothing_else() -> None:
    table = [[1, 1], [1, 2], [2, 2], [1, 1]]
    assert gwet_ac(table, (1, 2)).value < gwet_ac(table, (1, 2, 3)).value


def test_a_rating_that_is_no_category_is_refused() -> None:
    with pytest.raises(ContractError, match="holds 9, which is not one of the 2 categories"):
        gwet_ac([[1, 9]], (1, 2))


def test_gwet_with_one_defined_category_is_not_estimable() -> None:
    assert "not_estimable" == gwet_ac([[1, 1], [1, 1]], (1,)).status


@pytest.mark.parametrize("coefficient", [fleiss_kappa, conger_kappa])
def test_one_category_used_is_not_estimable(coefficient: Callable[..., Estimate]) -> None:
    found = coefficient([[1, 1], [1, None]])
    assert ("not_estimable", True) == (found.status, math.isnan(found.value))


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_nobody_rated_twice_is_not_estimable(name: str) -> None:
    found = COEFFICIENTS[name]([[1, None], [None, 2], [None, None]])
    assert ("not_estimable", {"rating absent": 1}) == (found.status, dict(found.excluded))


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_no_rows_at_all_is_not_estimable(name: str) -> None:
    assert "not_estimable" == COEFFICIENTS[name](np.empty((0, 2))).status


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_full_agreement_is_degenerate_with_an_interval_below_one(name: str) -> None:
    found = COEFFICIENTS[name]([[1, 1, 1], [2, 2, 2]], counts=[10, 10])
    assert ("degenerate", pytest.approx(1.0)) == (found.status, found.value)
    assert 0 < found.low < found.high <= 1


def test_people_with_one_rating_are_named() -> None:
    found = fleiss_kappa([[1, 1], [2, 2], [1, 2], [2, None]])
    assert "1 person with one rating counts towards chance agreement only" in found.notes


def test_a_share_of_agreement_has_no_limit_below_zero() -> None:
    found = percent_agreement([[1, 2], [1, 2], [1, 1]])
    assert (0.0, pytest.approx(1 / 3)) == (found.low, found.value)


def test_one_person_has_a_value_and_no_interval() -> None:
    found = percent_agreement([[1, 1, 2]])
    assert ("sparse", pytest.approx(1 / 3), True) == (found.status, found.value, math.isnan(found.low))


rating = st.one_of(st.integers(1, 4), st.none())
rows = st.lists(st.tuples(rating, rating, rating, st.integers(1, 3)), min_size=1, max_size=10)


@given(rows, st.sampled_from(list(COEFFICIENTS)), st.randoms(use_true_random=False))
def test_counts_are_repeated_rows_and_their_order_does_not_matter(table, name, random) -> None:  # type: ignore[no-untyped-def]
    ratings, counts = np.array([row[:3] for row in table], dtype=float), np.array([row[3] for row in table])
    order = random.sample(range(int(counts.sum())), int(counts.sum()))
    counted = COEFFICIENTS[name](ratings, counts=counts)
    repeated = COEFFICIENTS[name](np.repeat(ratings, counts, axis=0)[order])
    assert (repeated.status, repeated.n) == (counted.status, counted.n)
    for part in ("value", "se", "low", "high"):
        assert pytest.approx(getattr(repeated, part), abs=1e-10, nan_ok=True) == getattr(counted, part)
