"""Risk Matrix 2000: /S and /V are scored, then combined into /C; everything is recalled and accepted here by name."""

from __future__ import annotations

import pandas as pd
import pytest
from test_reference_vectors import accepted

import rvn

FACTORS = ("male_victim", "stranger_victim", "noncontact_offence", "single")

# Men by their category of /S: age, sexual and all appearances, number of aggravating factors.
SEXUAL = {"low": (40, 1, 3, 0), "medium": (30, 2, 4, 1), "high": (40, 1, 3, 4), "very_high": (22, 2, 5, 2)}
# And by their category of /V: age, violent appearances, burglary.
VIOLENT = {"low": (50, 0, "no"), "medium": (44, 1, "no"), "high": (30, 4, "no"), "very_high": (22, 2, "yes")}

# Category of /S, category of /V, points and category of /C.
COMBINED = [
    ("very_high", "very_high", 6, "very_high"),
    ("low", "low", 0, "low"),
    ("low", "medium", 1, "medium"),
    ("medium", "medium", 2, "medium"),
    ("high", "medium", 3, "high"),
    ("very_high", "low", 3, "high"),
]


def sexual_answers(category: str) -> dict[str, object]:
    age, sexual, every, factors = SEXUAL[category]
    present = {name: "yes" if place < factors else "no" for place, name in enumerate(FACTORS)}
    facts = {"sex": "male", "sexual_conviction": "yes", "offence_after_16": "yes"}
    return facts | {"age": age, "sexual_appearances": sexual, "all_appearances": every} | present


def violent_answers(category: str) -> dict[str, object]:
    age, violent, burglary = VIOLENT[category]
    return {"sex": "male", "conviction": "sexual", "age": age, "violent_appearances": violent, "burglary": burglary}


@pytest.mark.parametrize("row", COMBINED, ids=[f"{row[0]} and {row[1]}" for row in COMBINED])
def test_two_scored_components_give_the_category_of_the_worked_example(row: tuple[str, str, int, str]) -> None:
    sexual = accepted("risk-matrix-2000-s@2007").score(sexual_answers(row[0]))
    violent = accepted("risk-matrix-2000-v@2007").score(violent_answers(row[1]))
    both = accepted("risk-matrix-2000-c@2007").score({"sexual": sexual, "violent": violent})
    assert row == (*(each["category"].value for each in (sexual, violent)), *(o.value for o in both.outputs.values()))


def test_the_components_give_the_same_categories_in_a_frame() -> None:
    sexual = accepted("risk-matrix-2000-s@2007").score_frame(
        pd.DataFrame([sexual_answers(row[0]) for row in COMBINED]), prefix="sexual."
    )
    violent = accepted("risk-matrix-2000-v@2007").score_frame(
        pd.DataFrame([violent_answers(row[1]) for row in COMBINED]), prefix="violent."
    )
    components = pd.concat([sexual.frame.filter(like="sexual."), violent.frame.filter(like="violent.")], axis=1)
    both = accepted("risk-matrix-2000-c@2007").score_frame(components).frame
    columns = ["sexual.category", "violent.category", "points_sum", "category"]
    assert [list(row) for row in COMBINED] == both[columns].astype(object).values.tolist()


def test_the_category_that_counts_is_the_one_after_both_steps() -> None:
    sexual = accepted("risk-matrix-2000-s@2007").score(sexual_answers("very_high"))
    assert ("high", "very_high") == (sexual["step_one"].value, sexual["category"].value)


def test_a_component_that_does_not_apply_makes_the_combination_not_apply() -> None:
    sexual = accepted("risk-matrix-2000-s@2007").score(sexual_answers("low") | {"sexual_conviction": "no"})
    violent = accepted("risk-matrix-2000-v@2007").score(violent_answers("low"))
    both = accepted("risk-matrix-2000-c@2007").score({"sexual": sexual, "violent": violent})
    assert "not_applicable" == both["category"].status


@pytest.mark.parametrize("name", ["s", "v"])
def test_by_default_no_category_is_stated(name: str) -> None:
    answers = sexual_answers("medium") if name == "s" else violent_answers("medium")
    category = rvn.load(f"risk-matrix-2000-{name}@2007").score(answers)["category"]
    assert (None, "withheld", "low", "very_high") == (category.value, category.status, category.low, category.high)


def test_by_default_the_aggravating_factors_are_counted_all_the_same() -> None:
    aggravating = rvn.load("risk-matrix-2000-s@2007").score(sexual_answers("very_high"))["aggravating"]
    assert (2, "complete") == (aggravating.value, aggravating.status)
