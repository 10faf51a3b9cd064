"""The worked examples of Static-99R and STABLE-2007, one person at a time and as a frame.

The vectors are those of the instruments' fact sheets, computed by hand from the published item tables: A to L for
Static-99R (coding rules of 2016, levels of 2016/2017), A to I for STABLE-2007 (manual of 2014). What rests on recalled
facts is accepted, so that the rules as written are tested.
"""

from __future__ import annotations

import pandas as pd
import pytest

import rvn

STATIC_ITEMS = (
    "age_at_release",
    "lived_with_partner",
    "index_violence",
    "prior_violence",
    "prior_charges",
    "prior_convictions",
    "sentencing_dates",
    "noncontact_offence",
    "unrelated_victim",
    "stranger_victim",
    "male_victim",
)
STATIC_FACTS = {"sex": "male", "index_offence": "current", "liberty": None}

# Items in their order (item 5 has two counts); total, level, former category, and how total and level stand.
STATIC = {
    "A": ("62 yes no no 0 0 0 no no no no", -3, "I", "low", "complete", "complete"),
    "B": ("34.9 no no no 2 1 3 no yes no no", 4, "IVa", "moderate_high", "complete", "complete"),
    "C": ("35.0 no no no 2 1 3 no yes no no", 3, "III", "moderate_low", "complete", "complete"),
    "D": ("18.0 no yes yes 6 4 4 yes yes yes yes", 12, "IVb", "high", "complete", "complete"),
    "E": ("60.0 yes no yes 2 4 4 yes yes yes no", 5, "IVa", "moderate_high", "complete", "complete"),
    "F": ("45 - no no 0 0 0 no yes no no", 0, "II", "low", "prorated", "prorated"),
    "G": ("39.99 no yes no 3 1 1 no no no no", 4, "IVa", "moderate_high", "complete", "complete"),
    "H": ("40.0 no yes no 3 1 1 no no no no", 3, "III", "moderate_low", "complete", "complete"),
    "I": ("59.99 yes no no 5 3 2 no yes no yes", 3, "III", "moderate_low", "complete", "complete"),
    "J": ("34.9 no no no 2 1 3 no - no no", None, None, None, "too_few_answers", "undecided"),
    "K": ("34.9 no no no 2 1 3 no no yes no", None, None, None, "invalid", "invalid"),
    "L": ("17.9 - - - - - - - - - -", None, None, None, "not_applicable", "not_applicable"),
}

STABLE_ITEMS = (
    "social_influences",
    "relationship_stability",
    "identification_with_children",
    "hostility_to_women",
    "social_rejection",
    "lack_of_concern",
    "impulsiveness",
    "problem_solving",
    "negative_emotionality",
    "sexual_preoccupation",
    "sex_as_coping",
    "deviant_interests",
    "cooperation",
)

# Whether there is a child victim, the ratings; total, density of needs, and how the two stand.
STABLE = {
    "A": ("no", "1 1 - 0 1 0 0 0 0 0 0 0 0", 3, "low", "complete", "complete"),
    "B": ("no", "1 1 - 0 1 0 0 1 0 0 0 0 0", 4, "moderate", "complete", "complete"),
    "C": ("yes", "2 2 2 2 2 2 2 2 2 2 2 2 2", 26, "high", "complete", "complete"),
    "D": ("no", "2 2 2 2 2 2 2 2 2 2 2 2 2", 24, "high", "complete", "complete"),
    "E": ("yes", "1 1 1 1 1 1 1 1 1 1 1 0 0", 11, "moderate", "complete", "complete"),
    "F": ("no", "1 1 1 1 1 1 1 1 1 1 1 0 0", 10, "moderate", "complete", "complete"),
    "G": ("yes", "1 1 2 1 1 1 1 1 1 1 1 0 0", 12, "high", "complete", "complete"),
    "H": ("no", "1 0 2 0 1 0 0 1 0 0 0 0 0", 3, "low", "complete", "complete"),
    "I": ("yes", "1 0 - 0 1 0 0 1 0 0 0 0 0", None, None, "too_few_answers", "undecided"),
}


def accepted(reference: str) -> rvn.Instrument:
    instrument = rvn.load(reference)
    return instrument.accepting(*sorted(instrument.recalled))


def plain(word: str) -> str | float | None:
    """Return one word of a vector as an answer; `-` is an absent one."""
    if word == "-":
        return None
    return float(word) if word[0].isdigit() else word


def static_answers(name: str) -> dict[str, object]:
    return STATIC_FACTS | dict(zip(STATIC_ITEMS, map(plain, STATIC[name][0].split()), strict=True))


def stable_answers(name: str) -> dict[str, object]:
    child_victim, ratings = STABLE[name][:2]
    recorded = [None if word == "-" else word for word in ratings.split()]
    return {"sex": "male", "age": 40, "child_victim": child_victim} | dict(zip(STABLE_ITEMS, recorded, strict=True))


@pytest.mark.parametrize("name", STATIC)
def test_static_99r_gives_the_worked_example(name: str) -> None:
    result = accepted("static-99r@2016").score(static_answers(name))
    total, level = result["total"], result["level"]
    found = (total.value, level.value, result["category_2003"].value, total.status, level.status)
    assert STATIC[name][1:] == found


def test_static_99r_gives_the_worked_examples_in_a_frame() -> None:
    people = pd.DataFrame([static_answers(name) for name in STATIC])
    scored = accepted("static-99r@2016").score_frame(people).frame
    columns = ["total", "level", "category_2003", "total_status", "level_status"]
    expected = [list(row[1:]) for row in STATIC.values()]
    assert expected == present(scored[columns])


def test_the_worked_example_without_item_8_leaves_two_levels_open() -> None:
    result = accepted("static-99r@2016").score(static_answers("J"))
    assert ((3, 4), ("III", "IVa")) == (
        (result["total"].low, result["total"].high),
        (result["level"].low, result["level"].high),
    )


def test_the_worked_example_of_a_stranger_who_is_a_relative_stands_in_the_problems() -> None:
    people = pd.DataFrame([static_answers("B"), static_answers("K")])
    problems = accepted("static-99r@2016").score_frame(people).problems
    assert [[1, "strangers_are_unrelated"]] == problems[["row", "item"]].values.tolist()


@pytest.mark.parametrize("name", STABLE)
def test_stable_2007_gives_the_worked_example(name: str) -> None:
    result = accepted("stable-2007@2014").score(stable_answers(name))
    total, density = result["total"], result["density"]
    assert STABLE[name][2:] == (total.value, density.value, total.status, density.status)


def test_stable_2007_gives_the_worked_examples_in_a_frame() -> None:
    people = pd.DataFrame([stable_answers(name) for name in STABLE])
    scored = accepted("stable-2007@2014").score_frame(people).frame
    expected = [list(row[2:]) for row in STABLE.values()]
    assert expected == present(scored[["total", "density", "total_status", "density_status"]])


@pytest.mark.parametrize("name", ["D", "F", "H"])
def test_an_answer_to_the_factor_for_child_victims_is_ignored_with_a_warning_when_there_is_none(name: str) -> None:
    result = accepted("stable-2007@2014").score(stable_answers(name))
    assert ["RVN610"] == [warning.code for warning in result.warnings]


def test_by_default_the_density_of_needs_is_withheld_and_the_total_is_stated() -> None:
    result = rvn.load("stable-2007@2014").score(stable_answers("G"))
    density = result["density"]
    assert (12, "complete") == (result["total"].value, result["total"].status)
    assert (None, "withheld", "low", "high") == (density.value, density.status, density.low, density.high)


def test_by_default_the_combined_level_is_withheld_and_the_level_of_static_99r_is_stated() -> None:
    static = rvn.load("static-99r@2016").score(static_answers("C"))
    stable = rvn.load("stable-2007@2014").score(stable_answers("G"))
    level = rvn.load("static-stable@2017").score({"static": static, "stable": stable})["level"]
    assert ("III", "complete") == (static["level"].value, static["level"].status)
    assert (None, "withheld", "I", "IVb") == (level.value, level.status, level.low, level.high)


def test_accepting_the_table_alone_is_not_enough_for_a_combined_level() -> None:
    static = rvn.load("static-99r@2016").score(static_answers("C"))
    stable = rvn.load("stable-2007@2014").score(stable_answers("G"))
    level = accepted("static-stable@2017").score({"static": static, "stable": stable})["level"]
    assert (None, "withheld", "II", "IVa") == (level.value, level.status, level.low, level.high)


@pytest.mark.parametrize(
    ("name", "total", "status"),
    [("B", 4, "complete"), ("E", None, "withheld"), ("F", None, "withheld"), ("I", 3, "complete")],
    ids=["counts agree", "counts differ", "item 2 absent", "counts agree in points"],
)
def test_by_default_static_99r_states_a_total_only_where_no_recalled_rule_is_needed(
    name: str, total: int | None, status: str
) -> None:
    result = rvn.load("static-99r@2016").score(static_answers(name))
    assert (total, status) == (result["total"].value, result["total"].status)


def present(frame: pd.DataFrame) -> list[list[object]]:
    """Return the rows of a frame with None for what is absent."""
    return frame.astype(object).where(frame.notna(), None).values.tolist()
