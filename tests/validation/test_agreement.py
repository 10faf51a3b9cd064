"""Kappa of two raters against four R packages, and what it does where it is not defined."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import compas_filtered, data, r_values
from rvn.errors import ContractError
from rvn.validation.agreement.kappa import kappa, maximum_kappa, prevalence_and_bias
from rvn.validation.agreement.ratings import Weights

LEVELS = {"Low": 1, "Medium": 2, "High": 3}


def two_raters(record: str) -> tuple[np.ndarray, np.ndarray]:
    """Ratings of one record, as positions of the categories: R's packages space categories equally."""
    if record == "kappa_compas_levels":
        frame = compas_filtered()
        return frame["score_text"].map(LEVELS).to_numpy(), frame["v_score_text"].map(LEVELS).to_numpy()
    if record == "kappa_deciles":
        frame = compas_filtered()
        return frame["decile_score"].to_numpy(), frame["v_decile_score"].to_numpy()
    name, first, second = {
        "kappa_anxiety_1_2": ("irr_anxiety", "rater1", "rater2"),
        "kappa_anxiety_2_3": ("irr_anxiety", "rater2", "rater3"),
        "kappa_diagnoses_2_3": ("irr_diagnoses", "rater2", "rater3"),
    }[record]
    frame = data(name)
    codes, _ = pd.factorize(pd.concat([frame[first], frame[second]]), sort=True)
    return codes[: len(frame)], codes[len(frame) :]


RECORDS = [
    "kappa_anxiety_1_2",
    "kappa_anxiety_2_3",
    "kappa_diagnoses_2_3",
    "kappa_compas_levels",
    "kappa_deciles",
]
TABLE_C = np.array([[20, 5, 1, 0], [4, 15, 6, 1], [1, 5, 12, 4], [0, 1, 3, 10]])
FIRST_C, SECOND_C = (codes.ravel() + 1 for codes in np.indices((4, 4)))


@pytest.mark.parametrize("weights", ["identity", "linear", "quadratic"])
@pytest.mark.parametrize("record", RECORDS)
def test_kappa_and_its_interval_are_those_of_vcd_and_desctools(record: str, weights: Weights) -> None:
    values = r_values("agreement")[record]
    named = "unweighted" if weights == "identity" else weights
    found = kappa(*two_raters(record), weights=weights)
    assert pytest.approx(values["vcd"][named]["value"], rel=1e-9) == found.value
    assert pytest.approx(values["vcd"][named]["ASE"], rel=1e-9) == found.se
    limits = values["desctools"][named]
    assert pytest.approx((limits["lwr.ci"], limits["upr.ci"]), rel=1e-9) == (found.low, found.high)


@pytest.mark.parametrize("weights", ["identity", "linear", "quadratic"])
@pytest.mark.parametrize("record", RECORDS[:4])
def test_the_test_of_no_agreement_is_that_of_irr(record: str, weights: Weights) -> None:
    names = {"identity": "unweighted", "linear": "linear", "quadratic": "quadratic"}
    values = r_values("agreement")[record]["irr"][names[weights]]
    found = kappa(*two_raters(record), weights=weights)
    assert pytest.approx(values["z"], rel=1e-9) == found.statistic
    assert pytest.approx(values["p"], rel=1e-9, abs=1e-15) == found.p_value


def test_kappa_of_ten_categories_is_not_misled_by_sorting_numbers_as_text() -> None:
    # irr::kappa2 0.84.1 orders the deciles 1, 10, 2, ...: 0.618; psych, vcd and DescTools give 0.739.
    values = r_values("agreement")["kappa_deciles"]
    found = kappa(*two_raters("kappa_deciles"), weights="quadratic").value
    assert 0.6178610738422188 == pytest.approx(values["irr"]["quadratic"]["kappa"])
    assert pytest.approx(values["psych"]["weighted_quadratic"], rel=1e-9) == found


def test_an_unused_category_keeps_its_place_in_the_weights() -> None:
    # Nobody was rated 5 by raters 2 and 3. R's packages move 6 next to 4 (0.252); on the scale itself it is 0.230.
    frame = data("irr_anxiety")
    first, second = frame["rater2"].to_numpy(float), frame["rater3"].to_numpy(float)
    found = kappa(first, second, weights="quadratic").value
    # For quadratic weights: 1 - mean squared difference over that of all pairs of the two margins.
    by_hand = 1 - ((first - second) ** 2).mean() / ((first[:, None] - second) ** 2).mean()
    assert pytest.approx(by_hand, rel=1e-12) == found
    assert abs(found - r_values("agreement")["kappa_anxiety_2_3"]["psych"]["weighted_quadratic"]) > 0.001


@pytest.mark.parametrize(
    ("weights", "value", "se"),
    [
        ("identity", 0.523410203, 0.0691198024),
        ("linear", 0.660792953, 0.0561262738),
        ("quadratic", 0.780917091, 0.0475266046),
    ],
)
def test_golden_table_c(weights: Weights, value: float, se: float) -> None:
    found = kappa(FIRST_C, SECOND_C, counts=TABLE_C.ravel(), weights=weights)
    assert pytest.approx((value, se), rel=1e-8) == (found.value, found.se)


def test_kappa_and_the_indices_of_epir() -> None:
    values = r_values("agreement")["kappa_epi"]
    frame = data("irr_anxiety")
    first, second = frame["rater1"] >= 4, frame["rater2"] >= 4
    found = kappa(first, second)
    assert pytest.approx(values["kappa"]["est"], rel=1e-9) == found.value
    assert pytest.approx(values["prop_agree"]["obs"], rel=1e-9) == float(found.notes[0].split()[2].rstrip(","))
    prevalence, bias = prevalence_and_bias(first, second)
    assert pytest.approx(values["pindex"]["est"], rel=1e-9) == prevalence.value
    assert pytest.approx(values["bindex"]["est"], rel=1e-9) == bias.value


def test_the_indices_have_the_multinomial_error_which_epir_has_not() -> None:
    # 2 both yes, 9 both no, 5 and 4 the other cells, of 20. epiR adds the variances of the two cells as if they
    # were independent (0.1299, 0.1479); the cells of one table are not.
    values = r_values("agreement")["kappa_epi"]
    frame = data("irr_anxiety")
    prevalence, bias = prevalence_and_bias(frame["rater1"] >= 4, frame["rater2"] >= 4)
    assert pytest.approx(math.sqrt((0.55 - 0.35**2) / 20), rel=1e-12) == prevalence.se
    assert pytest.approx(math.sqrt((0.45 - 0.05**2) / 20), rel=1e-12) == bias.se
    assert (0.1299038, 0.1479020) == pytest.approx((values["pindex"]["se"], values["bindex"]["se"]), rel=1e-6)


def test_the_standard_error_of_epir_is_of_the_null_variance() -> None:
    values = r_values("agreement")["kappa_epi"]
    frame = data("irr_anxiety")
    found = kappa(frame["rater1"] >= 4, frame["rater2"] >= 4)
    assert found.statistic is not None
    assert pytest.approx(values["z"]["test.statistic"], rel=1e-9) == found.statistic
    assert pytest.approx(values["kappa"]["se"], rel=1e-9) == found.value / found.statistic
    assert pytest.approx(values["kappa"]["se"], rel=1e-4) != found.se


def test_everybody_in_one_category_has_no_kappa_but_a_raw_agreement() -> None:
    found = kappa([1, 1, 1], [1, 1, 1])
    assert ("not_estimable", True) == (found.status, math.isnan(found.value))
    assert "raw agreement 1.000" in found.notes[0]


def test_nobody_rated_by_both_is_not_estimable() -> None:
    found = kappa([1, None], [None, 0])
    assert ("not_estimable", {"first absent": 1, "second absent": 1}) == (found.status, dict(found.excluded))


def test_full_agreement_has_an_interval_from_raw_agreement() -> None:
    found = kappa([0, 1], [0, 1], counts=[30, 30])
    wilson = 60 / (60 + 1.959963984540054**2)
    assert ("degenerate", 1.0, pytest.approx(1.0)) == (found.status, found.value, found.high)
    assert pytest.approx(2 * wilson - 1, rel=1e-12) == found.low  # chance agreement is one half


def test_full_disagreement_is_minus_one_and_degenerate() -> None:
    found = kappa([0, 1], [1, 0], counts=[30, 30])
    assert ("degenerate", -1.0, -1.0) == (found.status, found.value, found.low)
    assert -1.0 < found.high < 0.0


def test_one_rater_who_gives_one_category_only_makes_kappa_a_structural_zero() -> None:
    found = kappa([1, 1, 1, 1], [1, 1, 0, 0], counts=[20, 20, 20, 20])
    assert ("degenerate", 0.0) == (found.status, found.value)
    assert found.low < 0 < found.high


def test_few_people_are_sparse_unless_the_interval_is_by_bootstrap() -> None:
    first, second = two_raters("kappa_diagnoses_2_3")
    assert "sparse" == kappa(first, second).status
    drawn = kappa(first, second, rng=1)
    assert "ok" == drawn.status
    assert drawn.low < drawn.value < drawn.high


def test_the_bootstrap_interval_is_near_the_normal_one_in_a_large_sample() -> None:
    first, second = two_raters("kappa_compas_levels")
    normal, drawn = kappa(first, second), kappa(first, second, rng=7)
    assert pytest.approx((normal.low, normal.high), abs=0.15 * (normal.high - normal.low)) == (drawn.low, drawn.high)


def test_the_same_seed_gives_the_same_interval() -> None:
    first, second = two_raters("kappa_diagnoses_2_3")
    assert kappa(first, second, rng=3) == kappa(first, second, rng=np.random.default_rng(3))


def test_draws_with_one_category_are_counted() -> None:
    found = kappa([0, 0, 1, 1], [0, 1, 0, 1], counts=[8, 1, 1, 1], rng=2)
    assert any("draws had one category only" in note for note in found.notes)


rating = st.integers(0, 3)
tables = st.lists(st.tuples(rating, rating, st.integers(1, 4)), min_size=1, max_size=12)


@given(tables, st.sampled_from(["identity", "linear", "quadratic"]), st.randoms(use_true_random=False))
def test_counts_are_repeated_rows_and_their_order_does_not_matter(rows, weights, random) -> None:  # type: ignore[no-untyped-def]
    first, second, counts = (np.array(column) for column in zip(*rows, strict=True))
    order = random.sample(range(int(counts.sum())), int(counts.sum()))
    counted = kappa(first, second, counts=counts, weights=weights)
    repeated = kappa(np.repeat(first, counts)[order], np.repeat(second, counts)[order], weights=weights)
    assert repeated.status == counted.status
    for name in ("value", "se", "low", "high"):
        assert pytest.approx(getattr(repeated, name), abs=1e-12, nan_ok=True) == getattr(counted, name)


@given(tables, st.sampled_from(["identity", "linear", "quadratic"]))
def test_kappa_never_passes_the_maximum_of_its_margins(rows, weights) -> None:  # type: ignore[no-untyped-def]
    first, second, counts = (np.array(column) for column in zip(*rows, strict=True))
    most = maximum_kappa(first, second, counts=counts, weights=weights)
    found = kappa(first, second, counts=counts, weights=weights)
    assert most.status == ("not_estimable" if found.status == "not_estimable" else "ok")
    assert math.isnan(found.value) or found.value <= most.value + 1e-12


def test_the_maximum_is_reached_by_ordering_both_raters() -> None:
    first, second = two_raters("kappa_deciles")
    ordered = kappa(np.sort(first), np.sort(second), weights="quadratic").value
    assert pytest.approx(ordered, rel=1e-12) == maximum_kappa(first, second, weights="quadratic").value


def test_prevalence_and_bias_need_yes_and_no() -> None:
    with pytest.raises(ContractError, match="only 0 and 1"):
        prevalence_and_bias([1, 2], [1, 2])


def test_prevalence_without_variance_is_degenerate() -> None:
    prevalence, bias = prevalence_and_bias([1, 1], [1, 1])
    assert (("degenerate", 1.0), ("degenerate", 0.0)) == (
        (prevalence.status, prevalence.value),
        (bias.status, bias.value),
    )


def test_prevalence_of_nobody_is_not_estimable() -> None:
    assert {"not_estimable"} == {found.status for found in prevalence_and_bias([None], [1])}
