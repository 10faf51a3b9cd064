"""AUDIT-C: it is the consumption score of the AUDIT, and its cut-off depends on the source and on where one is."""

from __future__ import annotations

import pandas as pd
import pytest

import rvn

FREQUENCY = ("never", "monthly_or_less", "2_to_4_a_month", "2_to_3_a_week", "4_or_more_a_week")
QUANTITY = ("1_or_2", "3_or_4", "5_or_6", "7_to_9", "10_or_more")
BINGE = ("never", "less_than_monthly", "monthly", "weekly", "daily")
EVERYBODY = [
    {"sex": "female", "frequency": frequency, "quantity": quantity, "binge": binge}
    for frequency in FREQUENCY
    for quantity in QUANTITY
    for binge in BINGE
]

# Sex, points; positive by 4 for men and 3 for women, by more than 4 and more than 2, and by 5 for everybody.
RESULTS = [
    ("female", "monthly_or_less 1_or_2 less_than_monthly", 2, "negative", "negative", "negative"),
    ("female", "monthly_or_less 3_or_4 less_than_monthly", 3, "positive", "positive", "negative"),
    ("male", "monthly_or_less 3_or_4 less_than_monthly", 3, "negative", "negative", "negative"),
    ("male", "2_to_4_a_month 3_or_4 less_than_monthly", 4, "positive", "negative", "negative"),
    ("female", "2_to_4_a_month 5_or_6 less_than_monthly", 5, "positive", "positive", "positive"),
    ("male", "2_to_4_a_month 5_or_6 less_than_monthly", 5, "positive", "positive", "positive"),
]


def drinker(sex: str, words: str) -> dict[str, object]:
    return {"sex": sex} | dict(zip(("frequency", "quantity", "binge"), words.split(), strict=True))


def kingdom() -> rvn.Instrument:
    return rvn.load("audit-c@2001", profile="united-kingdom").accepting("screen")


@pytest.mark.parametrize("row", RESULTS, ids=[f"{row[0]} with {row[2]}" for row in RESULTS])
def test_the_same_points_are_positive_or_negative_by_source_and_place(
    row: tuple[str, str, int, str, str, str],
) -> None:
    result = rvn.load("audit-c@2001").score(drinker(*row[:2]))
    local = kingdom().score(drinker(*row[:2]))["screen"].value
    assert row[2:] == (result["total"].value, result["screen"].value, result["stricter_screen"].value, local)


def test_the_same_points_are_positive_or_negative_in_a_frame() -> None:
    people = pd.DataFrame([drinker(*row[:2]) for row in RESULTS])
    frame = rvn.load("audit-c@2001").score_frame(people).frame
    local = kingdom().score_frame(people).frame["screen"].tolist()
    assert [list(row[2:]) for row in RESULTS] == [
        [*row, place]
        for row, place in zip(
            frame[["total", "screen", "stricter_screen"]].astype(object).values.tolist(), local, strict=True
        )
    ]


def test_by_default_the_cut_off_of_the_united_kingdom_is_withheld() -> None:
    answers = drinker("male", "2_to_4_a_month 5_or_6 less_than_monthly")
    screen = rvn.load("audit-c@2001", profile="united-kingdom").score(answers)["screen"]
    assert (None, "withheld") == (screen.value, screen.status)


def test_audit_c_is_the_consumption_score_of_the_audit_whatever_is_answered() -> None:
    people = pd.DataFrame(EVERYBODY)
    others = ["unable_to_stop", "failed_expectations", "morning_drink", "guilt", "memory_loss", "injury", "concern"]
    whole = rvn.load("audit@2001").score_frame(people.reindex(columns=[*people.columns, *others])).frame
    assert whole["consumption"].tolist() == rvn.load("audit-c@2001").score_frame(people).frame["total"].tolist()
