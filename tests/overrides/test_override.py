"""Overrides of one person: what the definition allows, and everything that it does not."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import rvn
from rvn.scoring.interval import after
from rvn.scoring.override import Review, expired, review

SECURITY = rvn.load("fictitious-security@1.0")
EXAMPLES = {test.name: test for test in SECURITY.definition.tests}


def scored(name: str = "a quiet first year", **changes: object) -> rvn.Result:
    example = EXAMPLES[name]
    return SECURITY.score({**example.given, **example.answers, **changes}, on="2026-01-15")


GOOD = rvn.Override("level", "medium", "health", by="officer-7", on="2026-01-16", approved_by="officer-2")


def codes(result: rvn.Result, *overrides: rvn.Override) -> list[str]:
    with pytest.raises(rvn.OverrideError) as caught:
        result.overridden(*overrides)
    return [problem.code for problem in caught.value.diagnostics]


def test_the_computed_level_stays_beside_the_final_one() -> None:
    before = scored()
    changed = before.overridden(GOOD)
    kept = changed.overrides["level"]
    assert ("low", "medium", "low") == (kept.computed, kept.final, changed["level"].value)
    assert ("low", "medium") == (before.final("level"), changed.final("level"))
    assert ("fictitious-security@1.0", SECURITY.fingerprint) == (kept.reference, kept.fingerprint)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"output": "escape_level"}, "RVN651"),
        ({"output": "nothing"}, "RVN207"),
        ({"level": "extreme"}, "RVN652"),
        ({"reason": " "}, "RVN653"),
        ({"reason": "a feeling"}, "RVN654"),
        ({"level": "high"}, "RVN655"),
        ({"approved_by": None}, "RVN657"),
        ({"approved_by": "officer-7"}, "RVN658"),
        ({"approved_by": "Officer-7 "}, "RVN658"),
        ({"level": "low"}, "RVN661"),
        ({"on": "2026-01-14"}, "RVN662"),
        ({"on": "16.01.2026"}, "RVN662"),
        ({"by": ""}, "RVN663"),
        ({"by": "010190-12345"}, "RVN671"),
        ({"approved_by": "01019012345"}, "RVN671"),
    ],
)
def test_what_the_definition_does_not_allow_is_refused(change: dict[str, Any], code: str) -> None:
    assert [code] == codes(scored(), replace(GOOD, **change))


def test_all_problems_are_told_at_once() -> None:
    bad = rvn.Override("level", "high", "a feeling", by="", on="2025-01-01")
    assert ["RVN654", "RVN655", "RVN663", "RVN657", "RVN662"] == codes(scored(), bad)


def test_a_direction_that_is_not_allowed_is_refused() -> None:
    bjmhs = rvn.load("bjmhs@2005")  # referral may be raised only
    assert ["up"] == bjmhs.definition.overrides["referral"].directions
    example = next(test for test in bjmhs.definition.tests if test.expect.get("referral") == "yes")
    result = bjmhs.score({**example.given, **example.answers})
    lower = result["referral"].levels[0]
    assert ["RVN656"] == codes(result, rvn.Override("referral", lower, "other_reason", by="o-1", on="2026-01-16"))


def test_an_output_without_a_computed_level_is_not_overridden() -> None:
    result = scored(years_left=None, assaults_before=None, offence_violence=None)
    assert result["level"].value is None
    assert ["RVN660"] == codes(result, GOOD)


def test_two_overrides_of_one_output_are_refused() -> None:
    assert ["RVN664"] == codes(scored(), GOOD, GOOD)


def test_an_override_ends_when_the_definition_says() -> None:
    changed = scored().overridden(GOOD)
    kept = changed.overrides["level"]
    assert date(2026, 4, 16) == kept.until
    assert ["low", "medium", "medium", "low"] == [
        changed.final("level", on=day) for day in ("2026-01-15", "2026-01-16", "2026-04-16", "2026-04-17")
    ]
    assert expired(kept, "2026-04-16") is None
    problem = expired(kept, "2026-04-17")
    assert problem is not None
    assert "RVN659" == problem.code


@pytest.mark.parametrize(
    ("day", "interval", "expected"),
    [
        ("2024-01-31", "1 month", "2024-02-29"),
        ("2023-11-30", "3 months", "2024-02-29"),
        ("2024-02-29", "1 year", "2025-02-28"),
        ("2024-12-15", "1 month", "2025-01-15"),
        ("2024-12-31", "12 months", "2025-12-31"),
        ("2024-02-28", "2 days", "2024-03-01"),
        ("2024-12-30", "1 week", "2025-01-06"),
    ],
)
def test_an_interval_ends_on_the_day_a_calendar_says(day: str, interval: str, expected: str) -> None:
    assert date.fromisoformat(expected) == after(date.fromisoformat(day), interval)


def test_after_rescoring_an_override_is_reviewed(tmp_path: Path) -> None:
    kept = scored().overridden(GOOD).overrides["level"]
    folder = tmp_path / "fictitious-security"
    shutil.copytree(SECURITY.loaded.path.parent, folder)
    source = SECURITY.loaded.path.read_text()
    (folder / "1.1.yaml").write_text(source.replace('version: "1.0"', 'version: "1.1"'))
    newer = rvn.load(folder / "1.1.yaml")
    start, end = source.index("overrides:"), source.index("reassess:")
    (folder / "1.2.yaml").write_text((source[:start] + source[end:]).replace('version: "1.0"', 'version: "1.2"'))
    without = rvn.load(folder / "1.2.yaml")

    def now(level: str | None) -> rvn.Output:
        status = rvn.Status.COMPLETE if level else rvn.Status.UNDECIDED
        return rvn.Output("level", level, status, level, level, ("low", "medium", "high"))

    assert Review.HOLDS == review(kept, now("low"), SECURITY)
    assert Review.AGREES == review(kept, now("medium"), newer)
    assert Review.DIFFERS == review(kept, now("low"), newer)
    assert Review.NO_LEVEL == review(kept, now(None), newer)
    assert Review.NOT_ALLOWED == review(kept, now("low"), without)


def test_people_read_what_was_overridden_in_both_languages() -> None:
    changed = scored().overridden(GOOD)
    assert "Security risk: the assessor put Medium in the place of the computed Low (health); until 2026-04-16" in str(
        changed
    )
    assert changed.said_overrides("lv")[0].endswith("spēkā līdz 2026-04-16")
    assert [] == scored().said_overrides()
