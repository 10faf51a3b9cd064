"""What rvn says to assessors: numbers, plurals and words, in English and Latvian."""

from __future__ import annotations

import math
import re
import string
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvn import text
from rvn.definition.inputs import REASONS
from rvn.plan.status import Status
from rvn.text import LANGUAGES, Language

SOURCE = Path(__file__).parents[2] / "src" / "rvn"
WORDS = text._WORDS

# numbers


@pytest.mark.parametrize(
    ("english", "latvian", "value"),
    [
        ("0", "0", 0),
        ("0", "0", -0.0),
        ("4", "4", 4.0),
        ("10", "10", 10),
        ("100", "100", 100.0),
        ("2.5", "2,5", 2.5),
        ("−2.5", "−2,5", -2.5),
        ("−1", "−1", -1),
        ("0.1", "0,1", 0.1),
        ("0.3", "0,3", 0.1 + 0.2),
        ("0.333333", "0,333333", 1 / 3),
        ("0.000001", "0,000001", 1e-6),
        ("0", "0", 1e-9),
        ("0", "0", -1e-9),
        ("1000000", "1000000", 1e6),
        ("1234567.25", "1234567,25", 1234567.25),
    ],
)
def test_a_number_has_the_sign_and_comma_of_its_language_and_no_idle_zeros(
    english: str, latvian: str, value: float
) -> None:
    assert (english, latvian) == (text.number(value, "en"), text.number(value, "lv"))


@given(st.floats(-1e9, 1e9))
def test_a_number_can_be_read_back_to_six_decimals(value: float) -> None:
    for language in LANGUAGES:
        shown = text.number(value, language).replace("−", "-").replace(",", ".")
        assert math.isclose(value, float(shown), rel_tol=1e-12, abs_tol=5.1e-7)
        assert shown == "0" or not shown.startswith("-0") or shown.startswith("-0.")


# plurals


def latvian_plural(shown: str) -> str:
    """Return the Latvian form by the rule of the Unicode CLDR (plurals.xml, `lv`) for a number as it is written."""
    whole, _, fraction = shown.lstrip("−").partition(",")
    n, f, v = Decimal(f"{whole}.{fraction or 0}"), int(fraction or 0), len(fraction)
    if n % 10 == 0 or (11 <= n % 100 <= 19 and n == int(n)) or (v == 2 and 11 <= f % 100 <= 19):
        return "punktu"
    if (
        (n % 10 == 1 and n % 100 != 11)
        or (v == 2 and f % 10 == 1 and f % 100 != 11)
        or (v != 2 and v > 0 and f % 10 == 1)
    ):
        return "punkts"
    return "punkti"


LATVIAN = [*range(1_200), *(-n for n in range(1, 130)), *(n / 10 for n in range(130)), *(n / 100 for n in range(330))]


def test_latvian_points_follow_the_rule_of_the_language() -> None:
    shown = [text.points(value, "lv") for value in LATVIAN]
    assert [f"{words.split()[0]} {latvian_plural(words.split()[0])}" for words in shown] == shown


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("0 punktu", 0),
        ("1 punkts", 1),
        ("2 punkti", 2),
        ("9 punkti", 9),
        ("10 punktu", 10),
        ("11 punktu", 11),
        ("19 punktu", 19),
        ("20 punktu", 20),
        ("21 punkts", 21),
        ("22 punkti", 22),
        ("101 punkts", 101),
        ("111 punktu", 111),
        ("112 punktu", 112),
        ("121 punkts", 121),
        ("−1 punkts", -1),
        ("−2 punkti", -2),
        ("1,5 punkti", 1.5),
        ("0,5 punkti", 0.5),
        ("0,1 punkts", 0.1),
        ("2,1 punkts", 2.1),
    ],
)
def test_latvian_points_read_as_people_say_them(words: str, value: float) -> None:
    assert words == text.points(value, "lv")


@pytest.mark.parametrize(
    ("words", "value"),
    [("0 points", 0), ("1 point", 1), ("−1 point", -1), ("2 points", 2), ("1.5 points", 1.5), ("11 points", 11)],
)
def test_english_points_read_as_people_say_them(words: str, value: float) -> None:
    assert words == text.points(value, "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("value", [1 - 1e-12, 1 + 1e-12, 0.1 + 0.2 + 0.7])
def test_the_word_goes_with_the_number_that_is_shown(value: float, language: Language) -> None:
    assert text.points(1, language) == text.points(value, language)


# words and sentences


def gaps(words: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


@pytest.mark.parametrize("name", WORDS)
def test_every_sentence_is_there_in_every_language_with_the_same_gaps(name: str) -> None:
    assert set(LANGUAGES) == set(WORDS[name])
    assert all(words == words.strip() != "" for words in WORDS[name].values())
    assert gaps(WORDS[name]["en"]) == gaps(WORDS[name]["lv"])
    assert not any("!" in words for words in WORDS[name].values())


@pytest.mark.parametrize("name", WORDS)
def test_latvian_is_not_left_in_english(name: str) -> None:
    english, latvian = (re.sub(r"\{\w+\}", "", WORDS[name][language]) for language in LANGUAGES)
    if re.search("[a-z]{2}", english):
        assert english != latvian


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_status_has_its_words(language: Language) -> None:
    assert len(Status) == len({text.word(status, language) for status in Status})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_general_reason_for_absence_has_its_words(language: Language) -> None:
    names = ["", *("absent_not_applicable" if reason == "not_applicable" else reason for reason in REASONS)]
    assert len(names) == len({text.word(name, language) for name in names})


def test_every_sentence_that_is_said_exists() -> None:
    used = set()
    for path in SOURCE.rglob("*.py"):
        found = re.findall(r"(?:_say|text\.sentence|text\.word|\bsentence|\bword)\(\s*\"(\w+)\"", path.read_text())
        used |= set(found)
    assert len(used) > 20
    assert set() == used - set(WORDS)
