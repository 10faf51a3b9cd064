"""Static-99 and Static-99R from the same answers: three published vectors, and the change of the total with age.

The vectors are those of one man scored in three states, from a table in the Journal of the American Academy of
Psychiatry and the Law; the totals of Static-99R at four ages, and the change by age, follow from the two age items.
"""

from __future__ import annotations

import pandas as pd
import pytest
from test_reference_vectors import STATIC, STATIC_FACTS, STATIC_ITEMS, accepted, plain, static_answers

# The points of items 2 to 10 as answers; item 5 is given as two counts with the same points.
STATES = {
    "Texas": "no no no 1 1 0 no yes yes no",
    "Maryland": "no no no 6 4 4 no yes yes no",
    "South Carolina": "no no no 6 4 4 no yes yes no",
}
# Static-99 total and category; Static-99R total and level at 30, 37, 45 and 61.
PUBLISHED = {
    "Texas": (4, "moderate_high", [(5, "IVa"), (4, "IVa"), (3, "III"), (1, "III")]),
    "Maryland": (7, "high", [(8, "IVb"), (7, "IVb"), (6, "IVb"), (4, "IVa")]),
    "South Carolina": (7, "high", [(8, "IVb"), (7, "IVb"), (6, "IVb"), (4, "IVa")]),
}
AGES = (30, 37, 45, 61)

# Static-99 total and category, Static-99R total, of the worked examples.
BOTH = {
    "A": (0, "low", -3),
    "B": (3, "moderate_low", 4),
    "C": (3, "moderate_low", 3),
    "D": (12, "high", 12),
    "E": (8, "high", 5),
    "H": (4, "moderate_high", 3),
}

# How much higher the total of Static-99R is, from one age up to the next.
CHANGES = [
    (18, 0),
    (24.99, 0),
    (25, 1),
    (34.99, 1),
    (35, 0),
    (39.99, 0),
    (40, -1),
    (59.99, -1),
    (60, -3),
    (90, -3),
]


def man(state: str, age: float) -> dict[str, object]:
    words = f"{age} {STATES[state]}".split()
    return STATIC_FACTS | dict(zip(STATIC_ITEMS, map(plain, words), strict=True))


@pytest.mark.parametrize("state", STATES)
def test_the_published_vector_gives_the_published_total_and_category(state: str) -> None:
    result = accepted("static-99@1999").score(man(state, 30))
    assert PUBLISHED[state][:2] == (result["total"].value, result["category"].value)


@pytest.mark.parametrize("state", STATES)
def test_the_published_vector_scored_again_by_static_99r_depends_on_the_age(state: str) -> None:
    results = [accepted("static-99r@2016").score(man(state, age)) for age in AGES]
    assert PUBLISHED[state][2] == [(result["total"].value, result["level"].value) for result in results]


def test_the_published_vectors_give_the_same_in_a_frame() -> None:
    people = pd.DataFrame([man(state, age) for state in STATES for age in AGES])
    old = accepted("static-99@1999").score_frame(people).frame
    new = accepted("static-99r@2016").score_frame(people).frame
    expected = [
        (total, category, *rescored)
        for total, category, levels in (PUBLISHED[state] for state in STATES)
        for rescored in levels
    ]
    assert expected == list(zip(old["total"], old["category"], new["total"], new["level"], strict=True))


@pytest.mark.parametrize("name", BOTH)
def test_a_worked_example_of_static_99r_gives_both_totals(name: str) -> None:
    old = accepted("static-99@1999").score(static_answers(name))
    new = accepted("static-99r@2016").score(static_answers(name))
    assert BOTH[name] == (old["total"].value, old["category"].value, new["total"].value)


@pytest.mark.parametrize(("age", "change"), CHANGES)
def test_scoring_again_changes_the_total_by_age_alone(age: float, change: int) -> None:
    old = accepted("static-99@1999").score(man("Texas", age))["total"].value
    new = accepted("static-99r@2016").score(man("Texas", age))["total"].value
    assert isinstance(old, (int, float))
    assert isinstance(new, (int, float))
    assert change == new - old


def test_what_the_two_versions_share_says_the_same_of_every_worked_example() -> None:
    people = pd.DataFrame([static_answers(name) for name in STATIC])
    old = accepted("static-99@1999").score_frame(people).frame
    new = accepted("static-99r@2016").score_frame(people).frame
    assert new["total_status"].tolist() == old["total_status"].tolist()
