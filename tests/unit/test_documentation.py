"""What the documentation shows works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import rvn

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


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*DOCS.rglob("*.md"), *(DOCS.parent.glob("*.md"))]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())]
    assert [] == [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()]
