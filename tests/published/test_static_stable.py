"""Static-99R combined with STABLE-2007: both are scored, then combined by the table of the evaluator workbook of 2017.

The thirteen pairs and the four full vectors are the worked examples of the fact sheet on the combination. Its cells are
recalled, and so accepted here by name.
"""

from __future__ import annotations

import pandas as pd
import pytest
from test_reference_vectors import STABLE, STATIC_FACTS, STATIC_ITEMS, accepted, plain, stable_answers, static_answers

import rvn

# People with the totals of Static-99R that the vectors A to L do not have.
MORE_STATIC = {
    -1: "62 yes no no 0 0 0 no yes yes no",
    0: "62 yes no no 0 0 0 no yes yes yes",
    1: "62 yes no no 0 0 0 yes yes yes yes",
    6: "60 yes no yes 2 4 4 yes yes yes yes",
}
STATIC_VECTORS = {-3: "A", 3: "C", 4: "B", 5: "E", 12: "D"}
STABLE_VECTORS = {3: "A", 4: "B", 11: "E", 12: "G", 26: "C"}

# Total and level of Static-99R, total and density of STABLE-2007, combined level.
PAIRS = [
    (-3, "I", 0, "low", "I"),
    (-3, "I", 12, "high", "II"),
    (-1, "II", 3, "low", "I"),
    (0, "II", 12, "high", "III"),
    (1, "III", 3, "low", "II"),
    (3, "III", 4, "moderate", "III"),
    (3, "III", 12, "high", "IVa"),
    (4, "IVa", 3, "low", "III"),
    (5, "IVa", 11, "moderate", "IVa"),
    (5, "IVa", 12, "high", "IVb"),
    (6, "IVb", 3, "low", "IVa"),
    (6, "IVb", 4, "moderate", "IVb"),
    (12, "IVb", 26, "high", "IVb"),
]


def static_with(total: int) -> dict[str, object]:
    if total in STATIC_VECTORS:
        return static_answers(STATIC_VECTORS[total])
    return STATIC_FACTS | dict(zip(STATIC_ITEMS, map(plain, MORE_STATIC[total].split()), strict=True))


def stable_with(total: int) -> dict[str, object]:
    if total in STABLE_VECTORS:
        return stable_answers(STABLE_VECTORS[total])
    nothing = dict.fromkeys(stable_answers("A").keys() - {"sex", "age", "child_victim"}, 0)
    return {"sex": "male", "age": 40, "child_victim": "no"} | nothing | {"identification_with_children": None}


def combined(static: dict[str, object], stable: dict[str, object]) -> tuple[rvn.Result, rvn.Result, rvn.Result]:
    """Return the results of Static-99R, of STABLE-2007 and of their combination."""
    first = accepted("static-99r@2016").score(static)
    second = accepted("stable-2007@2014").score(stable)
    return first, second, accepted("static-stable@2017").score({"static": first, "stable": second})


@pytest.mark.parametrize("pair", PAIRS, ids=[f"{pair[0]} and {pair[2]}" for pair in PAIRS])
def test_a_pair_of_totals_gives_the_level_of_the_worked_example(pair: tuple[int, str, int, str, str]) -> None:
    static, stable, both = combined(static_with(pair[0]), stable_with(pair[2]))
    outputs = (static["total"], static["level"], stable["total"], stable["density"], both["level"])
    assert pair == tuple(output.value for output in outputs)


def test_the_pairs_give_the_same_levels_in_a_frame() -> None:
    static = accepted("static-99r@2016").score_frame(pd.DataFrame([static_with(p[0]) for p in PAIRS]), prefix="static.")
    stable = accepted("stable-2007@2014").score_frame(
        pd.DataFrame([stable_with(p[2]) for p in PAIRS]), prefix="stable."
    )
    components = pd.concat([static.frame.filter(like="static."), stable.frame.filter(like="stable.")], axis=1)
    both = accepted("static-stable@2017").score_frame(components).frame
    columns = ["static.total", "static.level", "stable.total", "stable.density", "level"]
    assert [list(pair) for pair in PAIRS] == both[columns].astype(object).values.tolist()


@pytest.mark.parametrize(("static", "stable", "level"), [("C", "G", "IVa"), ("A", "B", "I"), ("E", "C", "IVb")])
def test_two_full_vectors_give_the_level_of_the_worked_example(static: str, stable: str, level: str) -> None:
    both = combined(static_answers(static), stable_answers(stable))[2]
    assert (level, "complete") == (both["level"].value, both["level"].status)


@pytest.mark.parametrize("stable", STABLE)
def test_without_a_total_of_static_99r_there_is_no_combined_level(stable: str) -> None:
    both = combined(static_answers("J"), stable_answers(stable))[2]
    assert (None, "undecided") == (both["level"].value, both["level"].status)


def test_without_a_total_of_stable_2007_there_is_no_combined_level() -> None:
    level = combined(static_answers("C"), stable_answers("I"))[2]["level"]
    assert (None, "undecided", "II", "III") == (level.value, level.status, level.low, level.high)


def test_an_item_omitted_in_static_99r_shows_in_the_status_of_the_combined_level() -> None:
    level = combined(static_answers("F"), stable_answers("A"))[2]["level"]
    assert ("I", "prorated", "I", "II") == (level.value, level.status, level.low, level.high)


@pytest.mark.parametrize(("static", "status"), [("K", "invalid"), ("L", "not_applicable")])
def test_a_component_that_says_nothing_makes_the_combination_say_nothing(static: str, status: str) -> None:
    level = combined(static_answers(static), stable_answers("G"))[2]["level"]
    assert (None, status) == (level.value, level.status)


def test_the_table_moves_the_static_level_by_at_most_one_and_never_beyond_the_ends() -> None:
    table = rvn.load("static-stable@2017").definition.tables[0].cells
    order = list(table)
    shifted = {
        level: [order[min(max(place + step, 0), len(order) - 1)] for step in (-1, 0, 1)]
        for place, level in enumerate(order)
    }
    assert shifted == table
