"""The worked examples of the ORAS community supervision tool, by the original levels and by those of one state.

The examples give the points of the seven domains. From 29 on, what is remembered as very high for women is where high
begins in Missouri, so that a woman with 28 points is high by the one and moderate by the other.
"""

from __future__ import annotations

import pandas as pd
import pytest

import rvn

# Sex, points of the domains, total, level by the profile of Missouri, original level.
EXAMPLES = [
    ("male", [3, 2, 2, 1, 2, 3, 2], 15, "moderate", "moderate"),
    ("female", [4, 3, 3, 1, 4, 5, 8], 28, "moderate", "high"),
    ("male", [8, 6, 5, 3, 6, 8, 13], 49, "high", "very_high"),
    ("male", [0, 2, 1, 1, 3, 3, 4], 14, "low", "low"),
    ("male", [4, 3, 2, 2, 3, 4, 6], 24, "high", "high"),
    ("female", [2, 3, 2, 1, 2, 2, 3], 15, "moderate", "moderate"),
]
# Both sides of every cut-off of Missouri.
EDGES = [
    ("male", 14, "low"),
    ("male", 15, "moderate"),
    ("male", 23, "moderate"),
    ("male", 24, "high"),
    ("female", 14, "low"),
    ("female", 15, "moderate"),
    ("female", 28, "moderate"),
    ("female", 29, "high"),
]
MAXIMA = [8, 6, 5, 3, 6, 8, 13]


def oras(**options: str) -> rvn.Instrument:
    instrument = rvn.load("oras-cst@2009", **options)
    return instrument.accepting(*sorted(instrument.recalled))


def person(sex: str, domains: list[int]) -> dict[str, object]:
    """Return somebody with so many points in each domain, from its first item on."""
    answers: dict[str, object] = {"sex": sex}
    scales = {scale.id: scale.items for scale in rvn.load("oras-cst@2009").definition.scales}
    items = {item.id: item for item in rvn.load("oras-cst@2009").definition.items}
    for domain, points in zip(scales["total"], domains, strict=True):
        for name in scales[domain]:
            two = "juvenile_arrest" in (name, items[name].like) or name == "felony_convictions"
            taken = min(points, 2 if two else 1)
            points -= taken
            answers[name] = [0, 1, 3][taken] if name == "felony_convictions" else taken
    return answers


def spread(total: int) -> list[int]:
    """Return domains that add up to a total."""
    domains = []
    for most in MAXIMA:
        domains.append(min(total, most))
        total -= domains[-1]
    return domains


@pytest.mark.parametrize(("sex", "domains", "total", "missouri", "original"), EXAMPLES)
def test_a_worked_example_has_its_two_levels(
    sex: str, domains: list[int], total: int, missouri: str, original: str
) -> None:
    answers = person(sex, domains)
    result, local = oras().score(answers), oras(profile="missouri").score(answers)
    assert (total, original) == (result["total"].value, result["level"].value)
    assert (total, missouri) == (local["total"].value, local["level"].value)


def test_the_worked_examples_have_their_two_levels_in_a_frame() -> None:
    people = pd.DataFrame([person(sex, domains) for sex, domains, *_ in EXAMPLES])
    original, local = oras().score_frame(people).frame, oras(profile="missouri").score_frame(people).frame
    assert [example[4] for example in EXAMPLES] == original["level"].tolist()
    assert [example[3] for example in EXAMPLES] == local["level"].tolist()
    assert [example[2] for example in EXAMPLES] == local["total"].tolist()


@pytest.mark.parametrize(("sex", "total", "level"), EDGES)
def test_a_total_beside_a_cut_off_has_the_level_of_missouri(sex: str, total: int, level: str) -> None:
    result = oras(profile="missouri").score(person(sex, spread(total)))
    assert (total, level) == (result["total"].value, result["level"].value)


def test_recalled_points_add_up_to_the_known_maxima_of_the_domains() -> None:
    result = oras().score(person("male", MAXIMA))
    domains = list(result.outputs.values())[:7]
    assert MAXIMA == [domain.value for domain in domains]
    assert MAXIMA == [domain.high for domain in oras().score({"sex": "male"}).outputs.values()][:7]


def test_the_record_of_a_result_names_the_profile() -> None:
    result = oras(profile="missouri").score(person("male", spread(20)))
    assert "missouri@1" == result.to_record()["profile"]
