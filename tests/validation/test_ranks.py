"""Orders of raters, their use of the categories, and closeness of ratings, against irr and R's own tests."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import compas_filtered, data, r_values
from rvn.errors import ContractError
from rvn.validation.agreement.closeness import finn, robinson_a, unanimous
from rvn.validation.agreement.icc import icc
from rvn.validation.agreement.kappa import maximum_kappa
from rvn.validation.agreement.many_raters import brennan_prediger
from rvn.validation.agreement.margins import equal_margins
from rvn.validation.agreement.ranks import kendall_w, mean_correlation

IRR = r_values("agreement")["kendall_w_and_others"]


def anxiety() -> np.ndarray:
    return data("irr_anxiety").iloc[:, 1:].to_numpy(float)


def video() -> np.ndarray:
    return data("irr_video").iloc[:, 1:].to_numpy(float)


def test_kendalls_w_is_that_of_irr_corrected_for_ties() -> None:
    found = kendall_w(anxiety())
    assert pytest.approx(IRR["kendall_w"]["W"], rel=1e-9) == found.value
    assert pytest.approx((IRR["kendall_w"]["chisq"], IRR["kendall_w"]["p"]), rel=1e-9) == (
        found.statistic,
        found.p_value,
    )


def test_without_the_correction_w_is_lower_than_it_should_be() -> None:
    # irr::kendall does not correct by default: 0.502 for 0.540. The same spread over that of ranks without ties.
    n, k = anxiety().shape
    ranks = pd.DataFrame(anxiety()).rank().to_numpy()
    spread = ((ranks.sum(axis=1) - k * (n + 1) / 2) ** 2).sum()
    assert pytest.approx(IRR["kendall_w_uncorrected"], rel=1e-9) == 12 * spread / (k**2 * (n**3 - n))
    assert 0.5396568759543698 == pytest.approx(kendall_w(anxiety()).value, rel=1e-9)


def test_mean_correlations_are_those_of_irr() -> None:
    assert pytest.approx(IRR["mean_cor"], rel=1e-9) == mean_correlation(anxiety()).value
    assert pytest.approx(IRR["mean_rho"], rel=1e-9) == mean_correlation(anxiety(), "spearman").value


def test_finn_robinson_and_closeness_are_those_of_irr() -> None:
    assert pytest.approx(IRR["finn_oneway_6cat"], rel=1e-9) == finn(video(), 6).value
    assert pytest.approx(IRR["robinson_A"], rel=1e-9) == robinson_a(anxiety()).value
    assert (IRR["agree0"], IRR["agree1"]) == tuple(100 * unanimous(anxiety(), within=within).value for within in (0, 1))


def test_maxwells_coefficient_is_brennan_and_predigers_of_two_categories() -> None:
    found = brennan_prediger(anxiety()[:, :2] >= 4, (0, 1))
    assert pytest.approx(IRR["maxwell"], rel=1e-9) == found.value


def test_pabak_of_epir_is_the_same_coefficient() -> None:
    values = r_values("agreement")["kappa_epi"]["pabak"]
    found = brennan_prediger(anxiety()[:, :2] >= 4, (0, 1))
    assert pytest.approx(values["est"], rel=1e-9) == found.value


def test_stuart_maxwell_and_bhapkar_are_those_of_irr() -> None:
    first, second = anxiety()[:, 0], anxiety()[:, 1]
    (stuart,) = IRR["stuart_maxwell"]["col1"]
    assert pytest.approx(stuart, rel=1e-9) == equal_margins(first, second).statistic
    assert pytest.approx(IRR["bhapkar_chisq"], rel=1e-9) == equal_margins(first, second, method="bhapkar").statistic


def test_mcnemar_of_compas_levels_is_that_of_r() -> None:
    values = r_values("agreement")["mcnemar_compas_levels"]
    frame = compas_filtered()
    high, violent = frame["score_text"] == "High", frame["v_score_text"] == "High"
    assert ["FALSE", "TRUE"] == values["table"]["_rows"]
    assert [values["table"]["FALSE"], values["table"]["TRUE"]] == pd.crosstab(high, violent).T.to_numpy().tolist()
    found = equal_margins(high, violent)
    assert pytest.approx((values["chisq"], values["p"]), rel=1e-9) == (found.statistic, found.p_value)
    # R corrects for continuity by default; with 800 people apart it says the same.
    above, below = values["table"]["FALSE"][1], values["table"]["TRUE"][0]
    assert pytest.approx(values["chisq_corrected"], rel=1e-9) == (abs(above - below) - 1) ** 2 / (above + below)
    assert values["p_corrected"] > values["p"]


def test_mcnemar_of_epir() -> None:
    values = r_values("agreement")["kappa_epi"]["mcnemar"]
    found = equal_margins(anxiety()[:, 0] >= 4, anxiety()[:, 1] >= 4)
    assert pytest.approx(values["test.statistic"], rel=1e-9) == found.statistic
    assert pytest.approx(values["p.value"], rel=1e-9) == found.p_value


def test_raters_who_never_disagree_have_equal_margins_and_no_test() -> None:
    found = equal_margins([1, 2, 3], [1, 2, 3])
    assert ("degenerate", 0.0, None) == (found.status, found.value, found.p_value)


def test_people_or_raters_who_are_not_told_apart() -> None:
    constant = np.full((4, 2), 3.0)
    assert ("not_estimable", "not_estimable", "not_estimable", 1.0) == (
        kendall_w(constant).status,
        mean_correlation(constant).status,
        robinson_a(constant).status,
        finn(constant, 5).value,
    )


@pytest.mark.parametrize("statistic", [kendall_w, mean_correlation, robinson_a, lambda ratings: finn(ratings, 3)])
@pytest.mark.parametrize("ratings", [[[1], [2]], [[1, 2]], [[1, None], [None, 2]]])
def test_one_rater_or_one_person_is_not_estimable(statistic, ratings) -> None:  # type: ignore[no-untyped-def]
    found = statistic(ratings)
    assert ("not_estimable", True) == (found.status, math.isnan(found.value))


def test_one_rater_agrees_with_nobody() -> None:
    assert "not_estimable" == unanimous([[1], [2]]).status


def test_a_pair_of_raters_on_a_straight_line_is_degenerate() -> None:
    found = mean_correlation([[1, 2], [2, 4]])
    assert ("degenerate", pytest.approx(1.0)) == (found.status, found.value)


def test_nobody_rated_by_both_has_no_margins() -> None:
    assert "not_estimable" == equal_margins([1, None], [None, 2]).status


def test_wrong_options_are_refused() -> None:
    with pytest.raises(ContractError, match="no method 'cochran'"):
        equal_margins([1], [1], method="cochran")  # type: ignore[arg-type]
    with pytest.raises(ContractError, match="no kind 'kendall'"):
        mean_correlation([[1, 2]], "kendall")  # type: ignore[arg-type]
    with pytest.raises(ContractError, match="two or more"):
        finn([[1, 2]], 1)
    with pytest.raises(ContractError, match="not negative"):
        unanimous([[1, 2]], within=-1)


@pytest.mark.parametrize("weights", ["radical", "circular", "bipolar", "ordinal"])
def test_the_largest_kappa_of_any_weights_is_not_below_that_of_equal_raters(weights: str) -> None:
    first = [1, 1, 2, 2, 3, 3, 3]
    assert pytest.approx(1.0) == maximum_kappa(first, first[::-1], weights=weights).value  # type: ignore[arg-type]
    assert maximum_kappa(first, [1, 2, 2, 2, 3, 3, 3], weights=weights).value < 1  # type: ignore[arg-type]


score = st.integers(0, 4)
rows = st.lists(st.tuples(score, score, score, st.integers(1, 3)), min_size=2, max_size=8)


@given(rows)
def test_counts_are_repeated_rows_and_their_order_does_not_matter(drawn) -> None:  # type: ignore[no-untyped-def]
    ratings, counts = np.array([row[:3] for row in drawn], float), np.array([row[3] for row in drawn])
    repeated = np.repeat(ratings, counts, axis=0)[::-1]
    pairs = [
        (statistic(ratings, counts=counts), statistic(repeated))
        for statistic in (kendall_w, mean_correlation, robinson_a, unanimous)
    ]
    pairs.append((equal_margins(*ratings.T[:2], counts=counts), equal_margins(*repeated.T[:2])))
    for counted, other in pairs:
        assert other.status == counted.status
        assert other.n == counted.n
        assert pytest.approx(other.value, abs=1e-9, nan_ok=True) == counted.value
        assert (other.statistic is None) == (counted.statistic is None)
        if other.statistic is not None:
            assert pytest.approx(other.statistic, rel=1e-7, abs=1e-7) == counted.statistic


@given(rows)
def test_robinsons_a_moves_with_the_consistency_of_raters(drawn) -> None:  # type: ignore[no-untyped-def]
    # A is people / (people + residual) of the sums of squares; with two raters ICC(C,1) is 2 A - 1.
    ratings = np.array([row[:2] for row in drawn], float)
    consistency, found = icc(ratings, "C,1"), robinson_a(ratings)
    if found.status == "ok" and not math.isnan(consistency.value):
        assert pytest.approx(2 * found.value - 1, abs=1e-9) == consistency.value
