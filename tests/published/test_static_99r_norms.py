"""The norms of Static-99R: what was read is stated, what was not is withheld, and what is unknown is absent.

Percentiles: evaluators' workbook of 2015, first page of the table. Rates of 2021: Lee & Hanson, the abstract. The rates
of 2016 and the risk ratios are recalled.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pandas as pd
import pytest
from test_reference_vectors import STATIC_FACTS, STATIC_ITEMS, accepted, plain

import rvn

# Men with the totals -3 to 12, by their answers.
TOTALS = {
    -3: "62 yes no no 0 0 0 no no no no",
    -2: "62 yes no no 0 0 0 no yes no no",
    -1: "62 yes no no 0 0 0 no yes yes no",
    0: "62 yes no no 0 0 0 no yes yes yes",
    1: "37 yes no no 0 0 0 no yes no no",
    2: "37 yes no no 0 0 0 no yes yes no",
    3: "37 yes no no 0 0 0 no yes yes yes",
    4: "37 yes no no 0 0 0 yes yes yes yes",
    5: "37 yes no no 0 0 4 yes yes yes yes",
    6: "37 yes no no 1 1 4 yes yes yes yes",
    7: "37 yes no no 3 2 4 yes yes yes yes",
    8: "37 yes no no 6 4 4 yes yes yes yes",
    9: "37 yes no yes 6 4 4 yes yes yes yes",
    10: "37 yes yes yes 6 4 4 yes yes yes yes",
    11: "37 no yes yes 6 4 4 yes yes yes yes",
    12: "30 no yes yes 6 4 4 yes yes yes yes",
}

# Total: percentile and its limits, and the share of men below, with the same total and above.
PERCENTILES = {
    -3: (1.3, 0, 2.9, 0, 2.7, 97.3),
    -2: (4.2, 2.4, 6.1, 2.7, 3.0, 94.3),
    -1: (9.7, 5.7, 13.9, 5.7, 7.9, 86.4),
    0: (18.7, 13.4, 24.1, 13.6, 10.3, 76.1),
    1: (31.7, 23.8, 39.7, 23.9, 15.7, 60.4),
}

RECALLED = ("routine_5_years_2016", "high_need_5_years_2016", "high_need_10_years_2016", "risk_ratio")
# The recalled rates follow a logistic curve of the total, to the last digit: intercept, slope and number of rows.
CURVES = {
    "routine-5-years-2016": (-3.563, 0.3683, 14),
    "high-need-5-years-2016": (-2.566, 0.2505, 6),
    "high-need-10-years-2016": (-1.899, 0.2299, 5),
}


def man(total: int) -> dict[str, object]:
    return STATIC_FACTS | dict(zip(STATIC_ITEMS, map(plain, TOTALS[total].split()), strict=True))


def rows(name: str) -> list[dict[str, str]]:
    table = Path(rvn.load("static-99r@2016").loaded.path).parent / "norms" / f"{name}.csv"
    with table.open() as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("total", TOTALS)
def test_the_man_has_the_total_that_his_norms_are_looked_up_for(total: int) -> None:
    assert total == accepted("static-99r@2016").score(man(total))["total"].value


@pytest.mark.parametrize("total", PERCENTILES)
def test_by_default_the_percentile_is_stated_with_its_limits(total: int) -> None:
    norm = rvn.load("static-99r@2016").score(man(total)).norms["percentile"]
    assert PERCENTILES[total][:3] == (norm.output.value, norm.lower, norm.upper)


@pytest.mark.parametrize("total", sorted(TOTALS.keys() - PERCENTILES.keys()))
def test_above_a_total_of_1_there_is_no_percentile(total: int) -> None:
    assert accepted("static-99r@2016").score(man(total)).norms["percentile"].output.value is None


@pytest.mark.parametrize("total", PERCENTILES)
def test_a_percentile_is_the_share_below_and_half_of_the_share_with_the_same_total(total: int) -> None:
    percentile, _, _, below, same, above = PERCENTILES[total]
    assert percentile == pytest.approx(below + same / 2, abs=0.1)
    assert 100 == pytest.approx(below + same + above, abs=0.1)


def test_by_default_a_total_of_2_has_the_two_rates_of_2021_and_no_others() -> None:
    norms = rvn.load("static-99r@2016").score(man(2)).norms
    found = {name: norm.output.value for name, norm in norms.items() if norm.output.value is not None}
    assert {"routine_5_years_2021": 0.0458, "routine_10_years_2021": 0.072} == found


@pytest.mark.parametrize("total", TOTALS)
def test_by_default_no_recalled_number_is_stated(total: int) -> None:
    norms = rvn.load("static-99r@2016").score(man(total)).norms
    assert [None] * 4 == [norms[name].output.value for name in RECALLED]


def test_what_was_asked_for_by_name_is_stated_and_the_other_recalled_norms_are_not() -> None:
    norms = rvn.load("static-99r@2016").accepting("routine_5_years_2016").score(man(4)).norms
    rate = norms["routine_5_years_2016"]
    assert (0.11, 0.1, 0.121) == (rate.output.value, rate.lower, rate.upper)
    assert [None] * 3 == [norms[name].output.value for name in RECALLED[1:]]


def test_all_norms_of_a_total_of_8_as_recalled() -> None:
    norms = accepted("static-99r@2016").score(man(8)).norms
    assert (0.351, 0.363, 0.485, 7.32) == tuple(norms[name].output.value for name in RECALLED)


def test_the_norms_of_two_totals_disagree_by_year_and_both_are_there() -> None:
    norms = accepted("static-99r@2016").score(man(2)).norms
    assert (0.056, 0.0458) == (norms["routine_5_years_2016"].output.value, norms["routine_5_years_2021"].output.value)


def test_the_norms_are_the_same_in_a_frame() -> None:
    instrument = accepted("static-99r@2016")
    people = pd.DataFrame([man(total) for total in TOTALS])
    frame = instrument.score_frame(people, outputs=[*instrument.plan.results]).frame
    for name in ("percentile", "routine_5_years_2021", "routine_10_years_2021", *RECALLED):
        expected = [instrument.score(man(total)).norms[name].output.value for total in TOTALS]
        assert expected == [None if pd.isna(value) else value for value in frame[name]], name


@pytest.mark.parametrize("name", CURVES)
def test_the_recalled_rates_lie_on_one_logistic_curve(name: str) -> None:
    intercept, slope, number = CURVES[name]
    found = {int(row["value"]): float(row["estimate"]) for row in rows(name)}
    curve = {total: round(1 / (1 + math.exp(-intercept - slope * total)), 3) for total in found}
    assert (number, curve) == (len(found), found)


def test_the_recalled_risk_ratios_are_the_powers_of_one_hazard_ratio() -> None:
    found = {int(row["value"]): float(row["estimate"]) for row in rows("risk-ratio")}
    assert {total: round(1.3933 ** (total - 2), 2) for total in range(4, 9)} == found
