"""The worked examples of structured professional judgement: a level is the assessor's, has a reason, and no score."""

from __future__ import annotations

import pandas as pd
import pytest

import rvn

JUDGEMENTS = ("case_prioritisation", "serious_physical_harm", "imminent_violence")
REASON = "three recent threats"


def rated(presence: str, relevance: str, **judged: object) -> dict[str, object]:
    factors = [item.id for item in rvn.load("spj-frame@1").definition.items]
    return {factor: relevance if factor.endswith("_relevance") else presence for factor in factors} | judged


def because(level: str) -> dict[str, str]:
    return {"level": level, "because": REASON}


def test_example_1_is_complete_with_a_factor_omitted_and_has_no_total() -> None:
    judged = dict(zip(JUDGEMENTS, map(because, ("moderate", "low", "low")), strict=True))
    result = rvn.load("spj-frame@1").score(rated("partial", "moderate", **judged) | {"h4": "omit"})
    assert [("moderate", "complete"), ("low", "complete"), ("low", "complete")] == [
        (result[name].value, result[name].status) for name in JUDGEMENTS
    ]
    assert list(JUDGEMENTS) == list(result.outputs)


def test_example_2_no_rule_contradicts_an_assessor_who_judges_low_with_every_factor_present() -> None:
    result = rvn.load("spj-frame@1").score(rated("present", "high", case_prioritisation=because("low")))
    assert ("low", "complete") == (result.outcome.value, result.outcome.status)
    assert {"case_prioritisation": REASON} == dict(result.justifications)


@pytest.mark.parametrize("judged", ["low", {"level": "low"}, {"level": "low", "because": "  "}])
def test_example_2_a_judgement_without_a_reason_is_refused(judged: object) -> None:
    with pytest.raises(rvn.AnswersError) as caught:
        rvn.load("spj-frame@1").score(rated("present", "high", case_prioritisation=judged))
    assert ["RVN612"] == [problem.code for problem in caught.value.diagnostics]


def test_a_judgement_that_is_not_given_leaves_every_level_open() -> None:
    found = rvn.load("spj-frame@1").score(rated("absent", "low")).outcome
    assert (None, "undecided", "low", "high") == (found.value, found.status, found.low, found.high)


def test_example_8_a_level_that_the_frame_does_not_have_is_refused() -> None:
    with pytest.raises(rvn.AnswersError) as caught:
        rvn.load("spj-frame@1").score(rated("present", "high", case_prioritisation=because("very_high")))
    assert ["RVN602"] == [problem.code for problem in caught.value.diagnostics]


def test_a_frame_keeps_judgements_as_they_were_entered() -> None:
    people = pd.DataFrame(
        [
            rated("present", "high", **dict.fromkeys(JUDGEMENTS, "low")),
            rated("absent", "low", **dict.fromkeys(JUDGEMENTS, "high")),
            rated("omit", "omit", **dict.fromkeys(JUDGEMENTS)),
        ]
    )
    scored = rvn.load("spj-frame@1").score_frame(people).frame
    assert ["low", "high"] == scored["case_prioritisation"].tolist()[:2]
    assert ["complete", "complete", "undecided"] == scored["case_prioritisation_status"].tolist()
