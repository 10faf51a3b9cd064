"""Where definitions come from, how they are named, and that what was read is read again when it changes."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from pathlib import Path

import pytest

import rvn
from rvn import catalog
from rvn.errors import CatalogError, DefinitionError

TEXT = """\
rvn: 1
id: ID
version: "VERSION"
status: draft
title: {en: TITLE}
purpose: {en: Tests the catalogue.}
not_for: {en: Decisions about people.}
licence: {terms: fictitious, ship: true}
sources: {manual: {cite: Nobody}}
items:
  - {id: q01, kind: choice, options: {"no": 0, "yes": 1}}
scales:
  - {id: score, items: [q01]}
outcome: score
"""


def put(folder: Path, name: str, version: str, title: str = "Small", says: str = "") -> Path:
    """Write a definition where its name and version belong, whatever it says of itself."""
    path = folder / name / f"{version}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    said = (says or f"{name}@{version}").split("@")
    path.write_text(TEXT.replace("ID", said[0]).replace("VERSION", said[1]).replace("TITLE", title))
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that is the whole catalogue."""
    monkeypatch.setattr(catalog, "shipped", lambda name: tmp_path / "shipped")
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: ())
    monkeypatch.setenv("RVN_PATH", str(tmp_path / "own"))
    return tmp_path / "own"


def refused(reference: str) -> str:
    with pytest.raises(CatalogError) as caught:
        rvn.load(reference)
    assert 1 == len(caught.value.diagnostics)
    return str(caught.value)


# where


def test_an_instrument_is_named_by_its_folder_and_file(folder: Path) -> None:
    put(folder, "small", "1"), put(folder, "small", "2.1"), put(folder, "large-form", "2024")
    assert ["large-form@2024", "small@1", "small@2.1"] == list(rvn.references())
    assert ["large-form@2024", "small@1", "small@2.1"] == [rvn.load(name).reference for name in rvn.references()]


def test_what_lies_deeper_is_no_instrument(folder: Path) -> None:
    put(folder, "small", "1")
    for inner in ("texts", "profiles"):
        (folder / "small" / inner).mkdir()
        (folder / "small" / inner / "lv.yaml").write_text("score: {label: Kopvērtējums}\n")
    assert ["small@1"] == list(rvn.references())


def test_the_first_folder_of_several_wins(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("first", "second", "shipped"):
        put(tmp_path / place, "small", "1", title=place)
        put(tmp_path / place, place, "1")
    monkeypatch.setenv("RVN_PATH", os.pathsep.join([str(tmp_path / "first"), "", str(tmp_path / "second")]))
    assert ["first@1", "second@1", "shipped@1", "small@1"] == list(rvn.references())
    assert "first" == rvn.load("small@1").title("en")
    monkeypatch.setenv("RVN_PATH", str(tmp_path / "second"))
    assert "second" == rvn.load("small@1").title("en")
    monkeypatch.delenv("RVN_PATH")
    assert "shipped" == rvn.load("small@1").title("en")


def test_folders_that_are_not_there_are_passed_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RVN_PATH", str(folder / "nowhere"))
    assert {} == rvn.references()


def test_an_installed_package_can_bring_instruments(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "brought", "foreign", "1")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    point = importlib.metadata.EntryPoint("brought", "brought", catalog.ENTRY_POINTS)
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: (point,))
    assert "foreign@1" == rvn.load("foreign@1").reference


def test_an_entry_point_that_leads_nowhere_is_passed_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = tuple(
        importlib.metadata.EntryPoint(name, name, catalog.ENTRY_POINTS) for name in ("not_there", "not_there.inside")
    )
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: points)
    assert {} == rvn.references()


def test_what_ships_with_rvn_can_be_loaded() -> None:
    assert "audit@2001" == rvn.load("audit@2001").reference


@pytest.mark.parametrize("kind", [str, Path])
def test_a_file_can_be_named_by_its_path(kind: type, folder: Path, tmp_path: Path) -> None:
    path = put(tmp_path / "elsewhere", "small", "1")
    assert "small@1" == rvn.load(kind(path)).reference


def test_a_file_outside_the_catalogue_may_be_called_anything(folder: Path, tmp_path: Path) -> None:
    path = put(tmp_path / "elsewhere", "draft", "new", says="small@1")
    assert "small@1" == rvn.load(path).reference


# how


def test_a_version_must_be_said(folder: Path) -> None:
    put(folder, "small", "1"), put(folder, "small", "2"), put(folder, "smaller", "3")
    expected = "RVN503 'small' does not say which version\n    say which: small@1, small@2"
    assert expected == refused("small")
    assert expected == refused("small@").replace("'small@'", "'small'")


def test_a_version_that_is_not_there_is_told_with_those_that_are(folder: Path) -> None:
    put(folder, "small", "2016"), put(folder, "small", "1999")
    assert "RVN502 small has no version '2061'\n    did you mean '2016'?" == refused("small@2061")
    assert "RVN502 small has no version '1'\n    known here: '1999', '2016'" == refused("small@1")


def test_a_name_that_is_not_there_is_told_with_near_ones(folder: Path) -> None:
    put(folder, "small", "1"), put(folder, "large-form", "1")
    assert "RVN501 there is no instrument 'smal'\n    did you mean 'small'?" == refused("smal@1")
    assert "RVN501 there is no instrument 'Small'\n    did you mean 'small'?" == refused("Small@1")
    assert "RVN501 there is no instrument 'zzz'\n    known here: 'large-form', 'small'" == refused("zzz")


def test_an_empty_catalogue_says_so(folder: Path) -> None:
    assert "RVN501 there is no instrument 'small'\n    there is none here" == refused("small@1")


@pytest.mark.parametrize("reference", ["", "@", "@1", "../small@1", "small@1@2", "own/small@1", " small@1", "small @1"])
def test_a_reference_is_taken_as_it_is_written(reference: str, folder: Path) -> None:
    put(folder, "small", "1")
    assert refused(reference)[:6] in ("RVN501", "RVN502")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as caught:
        rvn.load(str(tmp_path / "none.yaml"))
    assert ["RVN101"] == [problem.code for problem in caught.value.diagnostics]


@pytest.mark.parametrize("says", ["other@1", "small@2", "other@2"])
def test_a_file_of_the_catalogue_must_say_what_it_is_called(says: str, folder: Path) -> None:
    path = put(folder, "small", "1", says=says)
    assert f"RVN504 the file says {says}, but its place says small@1" in refused("small@1")
    assert str(path) in refused(str(path))


def test_an_unknown_profile_is_a_file_that_is_not_there(folder: Path) -> None:
    put(folder, "small", "1")
    with pytest.raises(DefinitionError) as caught:
        rvn.load("small@1", profile="latvia")
    assert ["RVN101"] == [problem.code for problem in caught.value.diagnostics]


# again


def touch(path: Path) -> None:
    """Make sure that a file is seen as changed, however coarse the clock of the file system is."""
    stat = path.stat()
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000_000))


def test_a_definition_is_read_once(folder: Path) -> None:
    put(folder, "small", "1")
    assert rvn.load("small@1").loaded is rvn.load("small@1").loaded


def test_a_definition_that_changes_is_read_again(folder: Path) -> None:
    put(folder, "small", "1", title="before")
    assert "before" == rvn.load("small@1").title("en")
    touch(put(folder, "small", "1", title="after"))
    assert "after" == rvn.load("small@1").title("en")


def test_texts_that_change_are_read_again(folder: Path) -> None:
    texts = put(folder, "small", "1").parent / "texts" / "lv.yaml"
    assert "score" == rvn.load("small@1").wording("lv").label("score")
    texts.parent.mkdir()
    texts.write_text("score: {label: Kopvērtējums}\n")
    assert "Kopvērtējums" == rvn.load("small@1").wording("lv").label("score")
    texts.write_text("score: {label: Punkti}\n")
    touch(texts)
    assert "Punkti" == rvn.load("small@1").wording("lv").label("score")


@pytest.mark.parametrize("name", ["models/risk.csv", "risk.csv"])
def test_a_table_that_changes_is_read_again(name: str, folder: Path) -> None:
    path = put(folder, "small", "1")
    path.write_text(path.read_text() + f"models:\n  - {{id: risk, kind: linear, terms: {name}}}\n")
    table = path.parent / name
    table.parent.mkdir(exist_ok=True)
    table.write_text("term,coefficient\nscore,2\n")
    assert 2 == rvn.load("small@1").score({"q01": "yes"})["risk"].value
    table.write_text("term,coefficient\nscore,3\n")
    touch(table)
    assert 3 == rvn.load("small@1").score({"q01": "yes"})["risk"].value


def test_a_component_that_changes_is_read_again(folder: Path) -> None:
    part = put(folder, "part", "1")
    whole = put(folder, "whole", "1")
    text = whole.read_text().replace("items:", "uses: {part: part@1}\nderived: {more: part.score + 1}\nitems:", 1)
    whole.write_text(text)
    assert 1 == rvn.load("whole@1").plan.fields["part.score"].maximum
    part.write_text(part.read_text().replace('"yes": 1', '"yes": 5'))
    touch(part)
    assert 5 == rvn.load("whole@1").plan.fields["part.score"].maximum


def test_a_broken_definition_that_is_mended_loads(folder: Path) -> None:
    path = put(folder, "small", "1")
    good = path.read_text()
    path.write_text(good.replace("draft", "drafty"))
    with pytest.raises(DefinitionError):
        rvn.load("small@1")
    path.write_text(good)
    assert "small@1" == rvn.load("small@1").reference
