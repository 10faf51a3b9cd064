"""A fingerprint a part: what changes in a definition changes the fingerprint of its part, and no other."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import rvn
from rvn.catalog import shipped
from rvn.scoring.instrument import Instrument

STATIC = shipped("instruments") / "static-99r"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return the folder of a copy of Static-99R."""
    return Path(shutil.copytree(STATIC, tmp_path / "static-99r"))


def loaded(folder: Path) -> Instrument:
    return rvn.load(folder / "2016.yaml")


def changed(folder: Path, file: str, old: str, new: str) -> set[str]:
    """Return the parts whose fingerprints differ after some text is replaced in a file."""
    before = loaded(folder).fingerprints
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    after = loaded(folder).fingerprints
    return {part for part in before if before[part] != after[part]}


CHANGES = {
    "an option of another name": ("2016.yaml", "[male, female]", "[male, woman]", {"items"}),
    "a range": ("2016.yaml", "prior_charges, kind: count,", "prior_charges, kind: count, range: [0, 99],", {"items"}),
    "points": ("2016.yaml", "40-60: -1", "40-60: -2", {"scoring"}),
    "a condition": ("2016.yaml", "age_at_release >= 18", "age_at_release >= 16", {"scoring"}),
    "an item of a scale": ("2016.yaml", "      - male_victim\n    missing", "    missing", {"scoring"}),
    "evidence": ("2016.yaml", "source: manual, evidence: recalled}", "source: manual}", {"scoring"}),
    "a cut-off": ("2016.yaml", "IVb: 6}", "IVb: 7}", {"cut_offs"}),
    "a row of norms": ("norms/percentile.csv", "1.3", "1.4", {"norms"}),
    "a reason": ("2016.yaml", "en: Made for men.", "en: Made for men only.", {"texts"}),
    "a title": ("2016.yaml", "static risk of sexual", "static risk of a sexual", {"texts"}),
    "a source of a part": ("2016.yaml", "source: saratso}", "source: form}", {"texts"}),
    "whom norms were made from": ("2016.yaml", "sample: {n: 7224", "sample: {n: 7225", {"texts"}),
    "a worked example": ("2016.yaml", "name: A, the minimum", "name: the minimum", {"texts"}),
    "the status": ("2016.yaml", "status: research", "status: retired", {"texts"}),
    "a label": ("texts/lv.yaml", "label: ", "label: X ", {"texts"}),
    "a comment": ("2016.yaml", "# One item, two counts.", "# Two counts, one item.", set()),
    "quotes": ("2016.yaml", 'version: "2016"', "version: '2016'", set()),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_shows_in_its_part_and_in_no_other(change: str, copied: Path) -> None:
    file, old, new, parts = CHANGES[change]
    assert parts == changed(copied, file, old, new)


def test_overrides_are_rules_of_use(copied: Path) -> None:
    override = (
        "overrides: {level: {by: at most 1 level, directions: [up], reasons: [new_information]}}\noutcome: level\n"
    )
    assert {"use"} == changed(copied, "2016.yaml", "outcome: level\n", override)


def test_texts_of_another_version_change_nothing(copied: Path) -> None:
    before = loaded(copied).fingerprints
    with (copied / "texts" / "en.yaml").open("a") as file:
        file.write("an_item_of_a_later_version: {label: Something new}\n")
    assert before == loaded(copied).fingerprints


def test_a_key_left_at_its_default_and_one_not_written_are_the_same(copied: Path) -> None:
    assert set() == changed(copied, "2016.yaml", "kind: number\n", "kind: number\n    scored: true\n")


def test_the_whole_fingerprint_follows_what_bears_on_results(copied: Path) -> None:
    before = loaded(copied).fingerprint
    assert {"texts"} == changed(copied, "2016.yaml", "en: Made for men.", "en: Made for men only.")
    assert before == loaded(copied).fingerprint
    assert {"cut_offs"} == changed(copied, "2016.yaml", "IVb: 6}", "IVb: 7}")
    assert before != loaded(copied).fingerprint


def test_a_profile_has_fingerprints_of_its_own() -> None:
    plain, local = rvn.load("oras-cst@2009"), rvn.load("oras-cst@2009", profile="missouri")
    assert {"cut_offs", "texts"} == {
        part for part in plain.fingerprints if plain.fingerprints[part] != local.fingerprints[part]
    }


@pytest.mark.parametrize("reference", ["audit@2001", "pc-ptsd-5@2016"])
def test_fingerprints_do_not_depend_on_where_a_definition_lies(reference: str, tmp_path: Path) -> None:
    name, _, version = reference.partition("@")
    folder = shutil.copytree(shipped("instruments") / name, tmp_path / "elsewhere")
    assert rvn.load(reference).fingerprints == rvn.load(Path(folder) / f"{version}.yaml").fingerprints
