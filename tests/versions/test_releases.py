"""A released version never changes: whatever byte of it does, the check says so."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import rvn
from rvn import catalog
from rvn.catalog import shipped
from rvn.definition.checks.released import check_released
from rvn.definition.load import load as load_file
from rvn.definition.released import read_releases
from rvn.errors import CatalogError, DefinitionError
from rvn.versions import release

DAY = "2026-11-28"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the folder of Static-99R, of which nothing is released."""
    folder = Path(shutil.copytree(shipped("instruments") / "static-99r", tmp_path / "static-99r"))
    (folder / "RELEASED").unlink(missing_ok=True)
    return folder


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def said(path: Path) -> list[str]:
    """Return what the check says about releases."""
    return [str(problem) for problem in rvn.load(path).check() if problem.code in ("RVN431", "RVN432")]


def test_a_version_as_it_was_released_has_no_problem(folder: Path) -> None:
    assert "released" == release(folder / "2016.yaml", on=DAY).outcome
    assert [] == said(folder / "2016.yaml")
    assert () == rvn.load(folder / "2016.yaml").check()


def test_a_moved_cut_off_needs_a_new_version(folder: Path) -> None:
    path = folder / "2016.yaml"
    release(path, on=DAY)
    change(path, "IVb: 6}", "IVb: 7}")
    assert [
        f"{path}:3:10: RVN431 static-99r@2016 is released, and its cut-offs changed since\n"
        "    put it back as it was, and the change into a new version in a file of its own"
    ] == [problem.replace(":3:11:", ":3:10:") for problem in said(path)]
    with pytest.raises(DefinitionError, match="its cut-offs changed since"):
        release(path, on=DAY)
    assert 1 == len(said(path))


def test_corrected_texts_are_released_again_and_keep_their_day(folder: Path) -> None:
    path = folder / "2016.yaml"
    release(path, on=DAY)
    change(folder / "texts" / "en.yaml", "label: ", "label: The ")
    assert ["where that is meant, `rvn release static-99r@2016` again"] == [
        problem.splitlines()[1].strip() for problem in said(path)
    ]
    again = release(path, on="2030-01-01")
    assert ("released again", ("texts",), DAY) == (again.outcome, again.corrected, again.on.isoformat())
    assert [] == said(path)


def test_a_changed_migration_is_noticed_and_a_new_one_is_added(folder: Path) -> None:
    path, migration = folder / "2016.yaml", folder / "migrations" / "from-2009.yaml"
    aside = folder / "aside.txt"
    migration.rename(aside)
    release(path, on=DAY)
    aside.rename(migration)
    assert [] == said(path)
    assert ("migration from static-99r@2009",) == release(path, on=DAY).corrected
    change(migration, "the same; five", "the same, and five")
    assert [True] == ["its migrations changed" in problem for problem in said(path)]
    assert ("migrations",) == release(path, on=DAY).corrected


def test_versions_of_one_instrument_are_released_side_by_side(folder: Path) -> None:
    release(folder / "2009.yaml", on="2026-01-01")
    release(folder / "2016.yaml", on=DAY)
    assert ["unchanged", "unchanged"] == [release(folder / f"{v}.yaml", on=DAY).outcome for v in ("2009", "2016")]
    (folder / "2009.yaml").unlink()
    assert [True] == ["there is no file '2009.yaml'" in problem for problem in said(folder / "2016.yaml")]


def test_days_do_not_go_backwards(folder: Path) -> None:
    release(folder / "2009.yaml", on=DAY)
    with pytest.raises(CatalogError, match="before static-99r@2009, which it replaces"):
        release(folder / "2016.yaml", on="2026-11-27")


def test_a_draft_is_not_released(folder: Path) -> None:
    change(folder / "2016.yaml", "status: research", "status: draft")
    with pytest.raises(CatalogError, match="RVN531"):
        release(folder / "2016.yaml", on=DAY)
    assert not (folder / "RELEASED").exists()


def test_what_has_errors_is_not_released(folder: Path) -> None:
    change(folder / "2016.yaml", "expect: {total: -3,", "expect: {total: -2,")
    with pytest.raises(DefinitionError, match="RVN408"):
        release(folder / "2016.yaml", on=DAY)
    assert not (folder / "RELEASED").exists()


def test_a_changed_profile_is_noticed(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shipped("instruments") / "oras-cst", tmp_path / "oras-cst"))
    (folder / "RELEASED").unlink(missing_ok=True)
    release(folder / "2009.yaml", on=DAY)
    change(folder / "profiles" / "missouri.yaml", "cite:", "cite: In")
    assert ["its texts under the profile 'missouri' changed"] == [
        problem[problem.index("its ") : problem.index(" since")] for problem in said(folder / "2009.yaml")
    ]


def test_every_shipped_migration_is_released_with_the_version_it_leads_to() -> None:
    # What is not a draft is released, so that nothing that travels with rvn changes unnoticed.
    lacking = []
    for path in sorted(shipped("instruments").glob("*/RELEASED")):
        text = path.read_text()
        migrations = [yaml.safe_load(file.read_text())["from"] for file in path.parent.glob("migrations/*.yaml")]
        lacking += [f"{path.parent.name}: {old}" for old in migrations if f"    {old}:" not in text]
    assert [] == lacking


# Random flips.


def read_otherwise(text: bytes, name: str) -> object:
    """Return what a file says by another reader than ours: YAML without its types, or the bytes themselves."""
    if not name.endswith(".yaml"):
        return text
    try:
        return yaml.load(text.decode(), Loader=yaml.BaseLoader)
    except (UnicodeDecodeError, yaml.YAMLError):
        return None


def noticed(folder: Path, version: str) -> bool:
    """Return whether a version cannot be loaded, or its check says that it changed."""
    try:
        return bool(list(check_released(load_file(folder / f"{version}.yaml", catalog._component))))
    except DefinitionError:
        return True


def flips(folder: Path, count: int, seed: int) -> Iterator[tuple[Path, int, int]]:
    """Yield random bits of the released files, each file as likely as it is long."""
    chance = random.Random(seed)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sizes = [path.stat().st_size for path in files]
    for path in chance.choices(files, sizes, k=count):
        yield path, chance.randrange(path.stat().st_size), 1 << chance.randrange(8)


def flip_all(folder: Path, versions: tuple[str, ...], count: int) -> None:
    for version in versions:
        release(folder / f"{version}.yaml", on=DAY)
    assert [False] * len(versions) == [noticed(folder, version) for version in versions]
    unnoticed = 0
    for path, place, bit in flips(folder, count, seed=20261128):
        before = path.read_bytes()
        after = bytearray(before)
        after[place] ^= bit
        path.write_bytes(after)
        if not any(noticed(folder, version) for version in versions):
            # Only where another reader of YAML reads the very same: in a comment, or in spaces that mean nothing.
            assert read_otherwise(before, path.name) == read_otherwise(bytes(after), path.name), (path, place, bit)
            unnoticed += 1
        path.write_bytes(before)
    assert unnoticed < count / 10
    assert [False] * len(versions) == [noticed(folder, version) for version in versions]


def test_a_flipped_bit_of_a_released_file_is_noticed(folder: Path) -> None:
    flip_all(folder, ("2009", "2016"), 15)


@pytest.mark.slow
def test_a_thousand_flipped_bits_of_released_files_are_noticed(folder: Path) -> None:
    flip_all(folder, ("2009", "2016"), 1000)


def test_every_shipped_definition_but_a_draft_is_released_and_as_it_was() -> None:
    found = {}
    for reference in rvn.references():
        loaded = rvn.load(reference).loaded
        if loaded.path.is_relative_to(shipped("instruments")):
            is_released = reference in read_releases(loaded.path.parent)
            found[reference] = is_released != (loaded.definition.status == "draft") and not list(check_released(loaded))
    assert [] == [reference for reference, is_right in found.items() if not is_right]
