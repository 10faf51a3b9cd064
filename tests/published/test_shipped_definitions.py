"""Whatever travels with rvn passes every check, warnings included, and says what a user has to know of it."""

from __future__ import annotations

from pathlib import Path

import pytest

import rvn
from rvn.definition.source import read

SHIPPED = {reference: path for reference, path in rvn.references().items() if "instruments" in path.parts}
PROFILES = [
    (reference, local)
    for reference, path in SHIPPED.items()
    for local in path.parent.glob("profiles/*.yaml")
    if read(local).data["of"] == reference
]


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
    assert local.loaded.profile is not None
    if local.loaded.profile.bands or local.loaded.profile.missing:
        assert 2 <= len(local.definition.tests)


@pytest.mark.parametrize("reference", SHIPPED)
def test_what_may_perhaps_not_be_spread_states_nothing_unless_asked_by_name(reference: str) -> None:
    instrument = rvn.load(reference)
    assert instrument.definition.licence.ship is not False
    if instrument.definition.licence.ship != "unknown":
        return
    for test in instrument.definition.tests:
        result = instrument.score(test.given | test.answers, on=test.on)
        assert {None} == {output.value for output in result.outputs.values()}


def test_the_three_whose_licence_is_not_known_are_those() -> None:
    unknown = {name for name in SHIPPED if rvn.load(name).definition.licence.ship == "unknown"}
    assert {"pcra@2010", "ptra@2010", "vrag@2006"} == unknown


def test_when_to_assess_again_is_local() -> None:
    again = [rvn.load("stable-2007@2014", profile=name).definition.reassess for name in (None, "england-wales")]
    assert ["6 months", "12 months"] == [each.every for each in again if each is not None]


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
