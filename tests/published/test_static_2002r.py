"""Static-2002R, and BARR-2002R from the same answers: the worked examples A to F of the two fact sheets."""

from __future__ import annotations

import pandas as pd
import pytest
from test_reference_vectors import accepted

import rvn

ITEMS = [
    "age_at_release",
    "sexual_sentencings",
    "juvenile_and_adult",
    "rate_of_offending",
    "noncontact_offence",
    "male_victim",
    "young_victims",
    "unrelated_victim",
    "stranger_victim",
    "justice_involvement",
    "any_sentencings",
    "supervision_violation",
    "months_free_before_offence",
    "months_free_before_conviction",
    "prior_violence",
]
BARR = [
    "age_at_release",
    "justice_involvement",
    "any_sentencings",
    "supervision_violation",
    "months_free_before_offence",
    "months_free_before_conviction",
    "prior_violence",
]

# Answers; the Static-2002R total and level, and the BARR-2002R total.
EXAMPLES = {
    "A": ("30 4 yes one_or_more yes yes yes yes yes yes 14 yes 12 24 yes", 13, "IVb", 8),
    "B": ("65 0 no less_than_one no no no no no no 0 no 60 72 no", -2, "I", -2),
    "C": ("37 1 no less_than_one no no no yes no yes 0 yes 60 72 no", 4, "III", 3),
    "D": ("45 3 no one_or_more no yes no no no yes 3 yes 60 72 no", 5, "IVa", 3),
    "E": ("45 3 no less_than_one no yes no no no yes 3 yes 60 72 yes", 5, "IVa", 4),
    "F": ("65 4 no one_or_more yes no no yes yes yes 14 yes 12 24 yes", 7, "IVb", 4),
}


def answers(name: str) -> dict[str, object]:
    words = [float(word) if word[0].isdigit() else word for word in EXAMPLES[name][0].split()]
    return {"sex": "male", "sexual_conviction": "yes", "offences": "sexual"} | dict(zip(ITEMS, words, strict=True))


def for_static(name: str) -> dict[str, object]:
    return {key: value for key, value in answers(name).items() if key != "offences"}


def for_barr(name: str) -> dict[str, object]:
    return {key: value for key, value in answers(name).items() if key in ("sex", "offences", *BARR)}


@pytest.mark.parametrize("name", EXAMPLES)
def test_one_set_of_answers_gives_both_totals(name: str) -> None:
    static = accepted("static-2002r@2016").score(for_static(name))
    barr = accepted("barr-2002r@2015").score(for_barr(name))
    assert EXAMPLES[name][1:] == (static["total"].value, static["level"].value, barr["total"].value)


def test_one_frame_gives_both_totals() -> None:
    people = pd.DataFrame([answers(name) for name in EXAMPLES])
    static = accepted("static-2002r@2016").score_frame(people, prefix="static.").frame
    both = accepted("barr-2002r@2015").score_frame(static, prefix="barr.").frame
    expected = [list(example[1:]) for example in EXAMPLES.values()]
    assert expected == both[["static.total", "static.level", "barr.total"]].astype(object).values.tolist()


def test_added_without_re_coding_the_maximum_would_be_18() -> None:
    result = accepted("static-2002r@2016").score(for_static("A"))
    parts = ("persistence_sum", "deviant_interests", "relationship", "criminality_sum")
    sums = [result[name].value for name in parts]
    assert ([5, 3, 2, 6], 18, 13) == (sums, 2 + sum(int(str(each)) for each in sums), result["total"].value)


def test_by_default_the_total_is_stated_and_the_level_withheld() -> None:
    result = rvn.load("static-2002r@2016").score(for_static("C"))
    assert (4, "complete", None, "withheld") == (
        result["total"].value,
        result["total"].status,
        result["level"].value,
        result["level"].status,
    )


def test_exactly_36_months_are_scored_only_when_the_recalled_reading_is_accepted() -> None:
    limit = for_static("B") | {"months_free_before_offence": 36}
    strict = rvn.load("static-2002r@2016").score(limit)["total"]
    total = accepted("static-2002r@2016").score(limit)["total"]
    assert (None, "withheld", -1, "complete") == (strict.value, strict.status, total.value, total.status)


def test_by_default_the_total_of_barr_2002r_is_withheld() -> None:
    total = rvn.load("barr-2002r@2015").score(for_barr("C"))["total"]
    assert (None, "withheld", -2, 8) == (total.value, total.status, total.low, total.high)
