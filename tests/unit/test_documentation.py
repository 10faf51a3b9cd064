"""What the documentation shows works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import rvn
from rvn.definition.source import read

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def tutorial(tmp_path: Path) -> Path:
    """Write the files that the page on writing an instrument builds up, piece by piece."""
    for block in re.findall(r"```yaml\n# file: (\S+)\n(.*?)```", (DOCS / "write-an-instrument.md").read_text(), re.S):
        path = tmp_path / block[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.read_text() + block[1] if path.exists() else block[1])
    return tmp_path / "reentry-form" / "1.0.yaml"


def test_the_instrument_of_the_tutorial_passes_every_check(tutorial: Path) -> None:
    assert () == rvn.load(str(tutorial)).check()


def test_the_example_written_from_the_documentation_passes_every_check() -> None:
    example = rvn.load(DOCS / "examples" / "contact-form" / "1.0.yaml")
    assert () == example.check()
    assert 15 == len(example.definition.tests)


def test_an_explanation_names_the_cut_off_of_the_group() -> None:
    facts = {"sex": "female", "birth_date": "1990-01-01", "years_at_liberty": 4, "first_conviction": 17}
    answers = {"convictions": 2, "breach": "no", "violent": "yes"}
    example = rvn.load(DOCS / "examples" / "contact-form" / "1.0.yaml")
    explained = str(example.score(facts | answers, on="2026-01-15").explain("en"))
    assert "Risk level: High, because Risk 4 is 4 or more; 1 fewer would make it Medium" in " ".join(explained.split())


def test_the_pieces_shown_of_the_example_are_in_it() -> None:
    page = (DOCS / "write-an-instrument.md").read_text()
    shown = re.search(r"## When the paper has more.*?```yaml\n(.*?)```", page, re.S)
    assert shown is not None
    written = read(DOCS / "examples" / "contact-form" / "1.0.yaml").data
    for section, parts in yaml.safe_load(shown[1]).items():
        for part in parts.items() if isinstance(parts, dict) else parts:
            assert part in (written[section].items() if isinstance(parts, dict) else written[section])


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*DOCS.rglob("*.md"), *(DOCS.parent.glob("*.md"))]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())]
    assert [] == [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()]


def test_every_decision_stands_in_the_index_by_topic() -> None:
    folder = DOCS / "decisions"
    linked = re.findall(r"\]\((\d{4}-[^)]+)\)", (folder / "README.md").read_text())
    assert sorted(path.name for path in folder.glob("[0-9]*.md")) == sorted(linked)
