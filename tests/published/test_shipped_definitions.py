"""Whatever travels with rvn passes every check, warnings included, and says what a user has to know of it."""

from __future__ import annotations

from pathlib import Path

import pytest

import rvn

SHIPPED = {reference: path for reference, path in rvn.references().items() if "instruments" in path.parts}
PROFILES = [(reference, local) for reference, path in SHIPPED.items() for local in path.parent.glob("profiles/*.yaml")]


def test_there_is_a_catalogue() -> None:
    assert 45 < len(SHIPPED)
    assert 3 < len(PROFILES)


@pytest.mark.parametrize("reference", SHIPPED)
def test_a_definition_passes_every_check_and_its_own_examples(reference: str) -> None:
    assert () == rvn.load(reference).check()


@pytest.mark.parametrize(("reference", "profile"), PROFILES, ids=[f"{name}, {path.stem}" for name, path in PROFILES])
def test_a_profile_passes_every_check_and_its_own_examples(reference: str, profile: Path) -> None:
    local = rvn.load(reference, profile=profile)
    assert () == local.check()
    assert 2 <= len(local.definition.tests)


@pytest.mark.parametrize("reference", SHIPPED)
def test_a_definition_says_for_whom_it_is_and_what_follows_from_an_absent_answer(reference: str) -> None:
    definition = rvn.load(reference).definition
    assert definition.population
    assert {"en", "lv"} == set(definition.population) == set(definition.title)
    statuses = {
        wanted.get("status") for test in definition.tests for wanted in test.expect.values() if isinstance(wanted, dict)
    }
    assert statuses & {"too_few_answers", "undecided", "decided", "prorated"}
    if definition.eligible:
        assert "not_applicable" in statuses
    if definition.consistent:
        assert "invalid" in statuses
