"""OGRS3: the seven worked examples, of which the first two are tests of the ministry's service, and the tables."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

import rvn

BORN = date(1940, 6, 15)

# Sex, age at the start of follow-up, at the conviction and at the first sanction, sanctions, offence; the sum of the
# formula, the chances within one and two years, the level.
EXAMPLES = [
    ("male", 60, 59, 47, 2, "Soliciting or prostitution", -3.801695, 8, 16, "low"),
    ("male", 30, 30, 21, 2, "Fraud and forgery", -3.519676, 11, 20, "low"),
    ("male", 19, 19, 14, 8, "Taking & driving away and related offences", -0.568405, 70, 83, "high"),
    ("female", 34, 34, 34, 1, "Theft (non-motor)", -3.22257, 14, 25, "low"),
    ("male", 22, 22, 12, 40, "Theft (non-motor)", 0.93997, 91, 96, "very_high"),
    ("male", 70, 70, 70, 1, "Drug import/export/production", -5.57557, 2, 3, "low"),
    ("female", 15, 15, 13, 3, "Public order", -0.419941, 73, 85, "high"),
]

# The age table: from which age a coefficient holds, for men and for women.
AGES = {
    10: (0, 0.785),
    12: (0.08392, 0.61385),
    14: (0.07578, 0.66952),
    16: (-0.0616, -0.9592),
    18: (-0.6251, -0.8975),
    21: (-1.0515, -1.0285),
    25: (-1.1667, -1.0528),
    30: (-1.326, -1.1291),
    35: (-1.368, -1.4219),
    40: (-1.4997, -1.5247),
    50: (-2.0253, -2.4498),
}


def person(sex: str, follow_up: int, current: int, first: int, sanctions: int, offence: str) -> dict[str, object]:
    return {
        "sex": sex,
        "birth_date": BORN.isoformat(),
        "conviction_date": date(BORN.year + current, 7, 1).isoformat(),
        "follow_up_date": date(BORN.year + follow_up, 8, 1).isoformat(),
        "age_at_first_sanction": first,
        "sanctions": sanctions,
        "offence": offence,
    }


@pytest.mark.parametrize("example", EXAMPLES, ids=range(1, 8))
def test_ogrs3_gives_the_worked_example(example: tuple[object, ...]) -> None:
    result = rvn.load("ogrs3@2009").score(person(*example[:6]))
    score = round(result["score"].value, 6)
    assert example[6:] == (score, *(result[name].value for name in ("one_year", "two_year", "level")))


def test_ogrs3_gives_the_worked_examples_in_a_frame() -> None:
    people = pd.DataFrame([person(*example[:6]) for example in EXAMPLES])
    frame = rvn.load("ogrs3@2009").score_frame(people).frame
    frame["score"] = frame["score"].round(6)
    found = frame[["score", "one_year", "two_year", "level"]].astype(object).values.tolist()
    assert [list(example[6:]) for example in EXAMPLES] == found


@pytest.mark.parametrize("sex", ["male", "female"])
def test_the_coefficient_of_age_changes_at_every_bound_of_the_table_and_nowhere_else(sex: str) -> None:
    ages = range(10, 111)
    people = pd.DataFrame([person(sex, age, age, 10, 1, "Violence") for age in ages])
    people["conviction_date"] = date(BORN.year + 10, 7, 1).isoformat()
    frame = rvn.load("ogrs3@2009").score_frame(people).frame
    begins = {age: max(start for start in AGES if start <= age) for age in ages}
    first = frame["score"][0] - AGES[10][sex == "female"]
    expected = [round(AGES[begins[age]][sex == "female"], 5) for age in ages]
    assert expected == [round(float(score - first), 5) for score in frame["score"]]


def test_every_code_of_a_group_has_the_weight_of_the_group() -> None:
    codes = pd.read_csv(rvn.load("ogrs3@2009").loaded.path.parent / "lookups" / "offences.csv", dtype={"offence": str})
    assert (3028, 20) == (codes["offence"].str.fullmatch(r"\d{5}").sum(), (codes["offence"] == codes["group"]).sum())
    weights = codes.groupby("group")["weight"].nunique()
    assert {"NO_WEIGHT": 0, "EXACT_OFFENCE_NEEDED": 0} == weights[weights != 1].to_dict()
