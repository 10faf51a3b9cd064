"""What comes from data is text on the page and in figures, whatever is in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from page import Page

from rvn.report import write
from rvn.study.results import Results

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script> $\\frac{1}{2}$ & ]]> \N{SNOWMAN}'


@pytest.fixture(scope="module")
def hostile(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of results whose titles, labels, groups and reasons are all hostile."""
    words = {"en": HOSTILE, "lv": HOSTILE}
    (analysis,) = [each for each in results.analyses if (each.score, each.outcome) == ("points", "again")]
    groupings = tuple(
        replace(found, title=words, rows=tuple(replace(row, label=words) for row in found.rows))
        for found in analysis.groupings
    )
    forest = tuple(replace(row, label=words) for row in analysis.forest)
    scores: Any = tuple(
        replace(
            each,
            title=words,
            levels=tuple(replace(level, label=words) for level in each.levels),
            items=tuple(replace(item, label=words) for item in each.items),
        )
        for each in results.scores
    )
    made = replace(
        results,
        title=words,
        question=words,
        scores=scores,
        outcomes=tuple(replace(each, event=words, source=words) for each in results.outcomes),
        verdicts=tuple(replace(each, because=words) for each in results.verdicts[:2]),
        analyses=(replace(analysis, groupings=groupings, forest=forest, roc=(), calibration=None),),
        flow=tuple(replace(step, because=words) for step in results.flow),
        comparisons=(),
    )
    folder = tmp_path_factory.mktemp("hostile")
    write(made, folder)
    return folder


def test_nothing_from_data_becomes_a_tag(hostile: Path) -> None:
    page = Page(hostile / "report.html")
    assert HOSTILE in page.text
    assert "img" not in [tag for tag, _ in page.tags]
    assert 1 == [tag for tag, _ in page.tags].count("script")
    assert [] == [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


def test_figures_of_hostile_labels_are_drawings_still(hostile: Path) -> None:
    drawings = list((hostile / "figures").glob("*.svg"))
    assert drawings
    for drawing in drawings:
        tags = {element.tag.rpartition("}")[2] for element in ElementTree.parse(drawing).iter()}
        assert set() == tags & {"script", "img", "image", "foreignObject"}


def test_a_dollar_sign_is_not_a_formula(hostile: Path) -> None:
    (drawing,) = (hostile / "figures").glob("*-forest-auc.svg")
    text = "".join(ElementTree.parse(drawing).getroot().itertext())
    assert "<img" in text


def test_markdown_keeps_signs_as_they_are(hostile: Path) -> None:
    text = (hostile / "results.md").read_text(encoding="utf-8")
    assert "<script" not in text.replace("\\<", "")
    assert "\\<script\\>" in text
