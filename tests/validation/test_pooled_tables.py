"""Odds ratios pooled from counts against metafor."""

import math

import numpy as np
import pytest
from scipy import stats

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.pooling.tables import pool_odds_ratios

VALUES = r_values("meta")["rma_bcg_or_mh_peto"]


def trials() -> tuple[np.ndarray, ...]:
    frame = data("bcg")
    return tuple(
        column.to_numpy(float)
        for column in (frame["tpos"], frame["tpos"] + frame["tneg"], frame["cpos"], frame["cpos"] + frame["cneg"])
    )


def homogeneity_about(log_odds: float) -> float:
    yi, vi = np.array(VALUES["escalc_or_yi"]), np.array(VALUES["escalc_or_vi"])
    return float(((yi - log_odds) ** 2 / vi).sum())


def test_the_odds_ratio_of_each_trial_is_that_of_metafor() -> None:
    a, n1, c, n2 = trials()
    for place in range(len(a)):
        one = pool_odds_ratios(a[[place]], n1[[place]], c[[place]], n2[[place]]).mantel_haenszel
        assert pytest.approx(VALUES["escalc_or_yi"][place], rel=1e-9) == math.log(one.value)
        assert pytest.approx(VALUES["escalc_or_vi"][place], rel=1e-9) == one.se**2


def test_mantel_and_haenszel_are_those_of_metafor() -> None:
    values, found = VALUES["mh"], pool_odds_ratios(*trials())
    row = found.mantel_haenszel
    assert pytest.approx((values["b"], values["se"]), rel=1e-9) == (math.log(row.value), row.se)
    assert pytest.approx(values["ci"], rel=1e-9) == [math.log(row.low), math.log(row.high)]
    assert pytest.approx((values["MH"], values["MHp"]), rel=1e-9) == (row.statistic, row.p_value)
    assert pytest.approx((values["tarone"], values["tarone_p"]), rel=1e-9) == (
        found.homogeneity.statistic,
        found.homogeneity.p_value,
    )
    assert pytest.approx(values["QE"], rel=1e-9) == homogeneity_about(math.log(row.value))


def test_peto_is_that_of_metafor() -> None:
    values, (a, n1, c, n2) = VALUES["peto"], trials()
    row = pool_odds_ratios(a, n1, c, n2).peto
    assert pytest.approx((values["b"], values["se"]), rel=1e-9) == (math.log(row.value), row.se)
    assert pytest.approx(values["ci"], rel=1e-9) == [math.log(row.low), math.log(row.high)]
    n, cases = n1 + n2, a + c
    variance = n1 * n2 * cases * (n - cases) / (n**2 * (n - 1))
    surplus = a - n1 * cases / n
    assert pytest.approx(values["QE"], rel=1e-9) == (surplus**2 / variance).sum() - surplus.sum() ** 2 / variance.sum()


def test_the_expected_cells_of_tarones_test_have_the_common_odds_ratio() -> None:
    found = pool_odds_ratios([10, 10], [30, 30], [10, 10], [50, 50])
    assert pytest.approx((2.0, 0.0), abs=1e-9) == (found.mantel_haenszel.value, found.homogeneity.statistic)
    assert 1 == found.homogeneity.df
    assert pytest.approx(stats.chi2.sf(0, 1)) == found.homogeneity.p_value


def test_samples_without_events_are_not_estimable() -> None:
    found = pool_odds_ratios([0, 0], [10, 10], [0, 0], [10, 10])
    assert {"not_estimable"} == {row.status for row in (found.mantel_haenszel, found.peto, found.homogeneity)}


def test_a_sample_without_a_group_is_counted_out() -> None:
    found = pool_odds_ratios([5, 1], [10, 2], [2, 0], [10, 0])
    assert {"a group without people": 1} == dict(found.mantel_haenszel.excluded)


def test_more_events_than_people_and_broken_counts_are_refused() -> None:
    with pytest.raises(ContractError, match="more events than people"):
        pool_odds_ratios([5], [4], [1], [4])
    with pytest.raises(ContractError, match="`other_people` must be whole"):
        pool_odds_ratios([1], [4], [1], [4.5])
