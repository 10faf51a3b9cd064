"""The catalogue in the documentation is made from the instruments as they are."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path
from types import ModuleType

import pytest

import rvn

DOCS = Path(__file__).parents[2] / "docs"
REMEDY = "docs/catalogue.md is not current; run: python docs/catalogue.py"


@pytest.fixture(scope="module")
def catalogue() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_catalogue", DOCS / "catalogue.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page(catalogue: ModuleType) -> str:
    made: str = catalogue.page()
    return made


def test_the_catalogue_in_the_documentation_is_current(page: str) -> None:
    is_current = page == (DOCS / "catalogue.md").read_text(encoding="utf-8")
    assert is_current, REMEDY


def test_every_instrument_stands_in_one_group(page: str) -> None:
    listed = re.findall(r"^\| \[([^]]+)\]\(", page, re.MULTILINE)
    assert sorted(rvn.references()) == sorted(listed)


def test_every_instrument_has_a_group(page: str, catalogue: ModuleType) -> None:
    assert f"## {catalogue.OTHERS}" not in page, "name the new instruments in docs/groups.yaml"


def test_what_is_withheld_is_named(page: str) -> None:
    (row,) = [line for line in page.splitlines() if line.startswith("| [stable-2007@2014]")]
    assert "| research | " in row
    assert "| low, moderate, high | `density` | " in row
    assert row.endswith("| yes |")


def test_norms_of_which_some_rows_are_withheld_are_named(catalogue: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "fictitious-security"
    shutil.copytree(DOCS.parent / "instruments" / "fictitious-security", folder)
    norm = rvn.load(folder / "1.0.yaml").definition.norms[0]
    head, first, *rest = (folder / norm.table).read_text(encoding="utf-8").splitlines()
    assert "evidence" not in head
    lines = [f"{head},evidence", f"{first},recalled", *(f"{line},verified" for line in rest)]
    (folder / norm.table).write_text("\n".join(lines), encoding="utf-8")
    assert [f"`{norm.id}`"] == list(catalogue._withheld(rvn.load(folder / "1.0.yaml")))


def test_a_construct_names_its_users(page: str) -> None:
    (row,) = [line for line in page.splitlines() if line.startswith("| `judgements` |")]
    assert "spj-frame@1" in row


def test_nothing_is_both_shipped_and_listed_as_not_shipped(catalogue: ModuleType) -> None:
    absent = {
        name.lower().replace("/", "-") for entry in catalogue._data(catalogue.NOT_SHIPPED) for name in entry["names"]
    }
    shipped = {reference.partition("@")[0] for reference in rvn.references()}
    assert set() == absent & shipped, "take it out of docs/not-shipped.yaml"
