"""What the authors' erratum on the VRAG prints, and the worked examples of the fact sheet.

The erratum prints one prorated case. Its share is taken from the first eight items alone and makes −8; by all scored
items, which is a profile, it makes −9. Which of the two is general is not known.
"""

from __future__ import annotations

import pandas as pd
import pytest

import rvn

# Lowest points first, as the answers stand for them.
ANSWERS: dict[str, dict[int, object]] = {
    "both_parents": {-2: "yes", 3: "no"},
    "school_maladjustment": {-1: "none", 2: "slight_or_moderate", 5: "severe"},
    "alcohol_signs": {-1: 0, 0: 1, 1: 3, 2: 4},
    "ever_married": {-2: "yes", 1: "no"},
    "nonviolent_score": {-2: 0, 0: 1, 3: 3},
    "release_failure": {0: "no", 3: "yes"},
    "age_at_offence": {-5: 39, -2: 34, -1: 28, 0: 27, 2: 26},
    "victim_injury": {-2: "death", 0: "hospitalised", 1: "treated_and_released", 2: "none_or_slight"},
    "female_victim": {-1: "yes", 1: "no"},
    "personality_disorder": {-2: "no", 3: "yes"},
    "schizophrenia": {-3: "yes", 1: "no"},
    "pclr_total": {-5: 4, -3: 5, -1: 10, 0: 15, 4: 25, 12: 35},
}
EXAMPLES = [
    ("-2 -1 -1 -2 -2 0 -5 -2 -1 -2 -3 -5", -26, "1"),
    ("3 5 2 1 3 3 2 2 1 3 1 12", 38, "9"),
    ("3 2 0 1 0 3 -1 1 -1 -2 1 0", 7, "6"),
    ("3 5 1 1 3 3 2 1 1 3 1 4", 28, "9"),
    ("3 2 0 1 0 3 -1 1 -1 -2 1 -1", 6, "5"),
    ("-2 -1 -1 -2 0 3 0 1 . -2 -3 .", -8, "3"),
    ("-2 -1 -1 -2 0 3 0 1 1 -2 -3 -1", -7, "4"),
    ("-2 -1 -1 -2 0 3 0 1 -1 -2 -3 0", -8, "3"),
]


# Total and category where the share is taken from the first eight items, and from every scored one.
READINGS = [
    ("-2 -1 -1 -2 0 3 0 1 . -2 -3 .", (-8, "3"), (-9, "3")),
    ("3 2 1 1 3 0 2 2 1 3 1 .", (27, "8"), (28, "9")),
]


def vrag(profile: str | None = None) -> rvn.Instrument:
    instrument = rvn.load("vrag@2006", profile=profile)
    return instrument.accepting(*sorted(instrument.recalled))


def man(points: str) -> dict[str, object]:
    """Return a man by the points of his items; a dot is an absent answer."""
    found = {
        item: None if word == "." else ANSWERS[item][int(word)]
        for item, word in zip(ANSWERS, points.split(), strict=True)
    }
    return {"sex": "male"} | found


@pytest.mark.parametrize(("points", "total", "category"), EXAMPLES)
def test_a_worked_example_comes_out(points: str, total: int, category: str) -> None:
    result = vrag().score(man(points))
    assert (total, category) == (result["total"].value, result["category"].value)


def test_the_worked_examples_come_out_of_a_frame() -> None:
    scored = vrag().score_frame(pd.DataFrame([man(points) for points, *_ in EXAMPLES], dtype=object)).frame
    assert [list(rest) for _, *rest in EXAMPLES] == scored[["total", "category"]].astype(object).values.tolist()


def test_the_points_reproduce_the_sums_that_the_erratum_prints() -> None:
    lowest = [min(points) for points in ANSWERS.values()]
    assert (-15, -6) == (sum(lowest[:8]), lowest[8] + lowest[11])


def test_the_erratum_prints_what_comes_out() -> None:
    assert -8 == round(-2 - 2 / 15 * 6 - 2 - 3) == vrag().score(man(READINGS[0][0]))["total"].value


@pytest.mark.parametrize(("points", "first_eight", "every_item"), READINGS)
def test_the_two_readings_of_the_erratum_can_differ_by_a_category(
    points: str, first_eight: tuple[int, str], every_item: tuple[int, str]
) -> None:
    for profile, expected in ((None, first_eight), ("every-item", every_item)):
        result = vrag(profile).score(man(points))
        assert expected == (result["total"].value, result["category"].value)
        frame = vrag(profile).score_frame(pd.DataFrame([man(points)], dtype=object)).frame
        assert expected == (frame["total"][0], frame["category"][0])


@pytest.mark.parametrize(
    ("item", "answer", "points"),
    [(item, answer, points) for item, options in ANSWERS.items() for points, answer in options.items()],
)
def test_an_answer_has_its_points(item: str, answer: object, points: int) -> None:
    nothing = {"both_parents": 3, "female_victim": -1, "ever_married": 1, "personality_disorder": -2}
    usual = {name: nothing.get(name, 0 if 0 in options else 1) for name, options in ANSWERS.items()}
    usual["school_maladjustment"] = 2
    answers = {"sex": "male"} | {name: ANSWERS[name][value] for name, value in usual.items()} | {item: answer}
    assert sum(usual.values()) - usual[item] + points == vrag().score(answers)["total"].value


def test_by_default_nothing_is_stated() -> None:
    result = rvn.load("vrag@2006").score(man(EXAMPLES[0][0]))
    assert {(None, "withheld")} == {(output.value, str(output.status)) for output in result.outputs.values()}
