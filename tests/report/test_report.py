"""What a report holds: everything of the results, in words of the language, the same bytes every time."""

from __future__ import annotations

import dataclasses
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rvn.report import write
from rvn.report.measures import is_known, measure
from rvn.report.narrative import HEADINGS, SENTENCES
from rvn.report.phrases import PHRASES
from rvn.report.said import Said
from rvn.study.record import to_json
from rvn.study.results import Estimate, Results
from rvn.text import LANGUAGES

FIGURES = ("distribution", "roc", "levels", "calibration", "incidence", "forest-auc", "forest-expected-observed")


class Page(HTMLParser):
    """The tags of a page, with their attributes, and the text outside of scripts and styles."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] not in ("script", "style"):
            self.text += data

    def ids(self, tag: str) -> list[str]:
        return [str(attributes["id"]) for found, attributes in self.tags if found == tag and "id" in attributes]


def estimates(value: object) -> Iterator[Estimate]:
    """Yield every estimate in results."""
    if isinstance(value, Estimate):
        yield value
    elif dataclasses.is_dataclass(value):
        for entry in dataclasses.fields(value):
            yield from estimates(getattr(value, entry.name))
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from estimates(each)


@pytest.mark.parametrize("kind", FIGURES)
def test_every_kind_of_figure_is_on_the_page_and_in_files(reports: dict[str, Path], kind: str) -> None:
    on_page = [name for name in Page(reports["en"] / "report.html").ids("figure") if name.endswith(f"-{kind}")]
    assert on_page
    for name in on_page:
        root = ElementTree.parse(reports["en"] / "figures" / f"{name}.svg").getroot()
        assert "{http://www.w3.org/2000/svg}svg" == root.tag
        assert b"\x89PNG" == (reports["en"] / "figures" / f"{name}.png").read_bytes()[:4]


@pytest.mark.parametrize(
    "table",
    ["flow", "form-statuses", "form-missing", "form-items", "form-reliability", "form-overrides", "form-overridden",
     "points-again-headline", "points-again-levels-table", "points-again-scores-table", "points-again-cuts-table",
     "points-again-calibration-table", "points-again-measures", "points-again-sex", "points-again-sex-errors",
     "points-again-sex-differences", "points-again-site", "points-returned-flow", "agreement-second_scoring",
     "comparison-1-outcomes", "comparison-1-transitions", "comparison-1-changed", "methods-used", "data-sources",
     "crosswalk"],
)  # fmt: skip
def test_every_kind_of_table_is_on_the_page(reports: dict[str, Path], table: str) -> None:
    assert table in Page(reports["en"] / "report.html").ids("table")


def test_ids_stand_once_on_a_page(reports: dict[str, Path]) -> None:
    ids = [str(attributes["id"]) for _, attributes in Page(reports["lv"] / "report.html").tags if "id" in attributes]
    assert len(set(ids)) == len(ids)


def test_references_within_the_page_lead_somewhere(reports: dict[str, Path]) -> None:
    page = Page(reports["en"] / "report.html")
    ids = {attributes.get("id") for _, attributes in page.tags}
    links = {str(a["href"])[1:] for tag, a in page.tags if tag == "a"}
    uses = {str(a["xlink:href"])[1:] for tag, a in page.tags if tag == "use"}
    assert set() == (links | uses) - ids


def test_headings_go_down_one_step_at_a_time(reports: dict[str, Path]) -> None:
    levels = [int(tag[1]) for tag, _ in Page(reports["en"] / "report.html").tags if re.fullmatch("h[1-6]", tag)]
    assert (1, 1) == (levels[0], levels.count(1))
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_picture_says_in_words_what_it_shows(reports: dict[str, Path]) -> None:
    page = Page(reports["en"] / "report.html")
    ids = {attributes.get("id") for tag, attributes in page.tags if tag == "title"}
    drawings = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert drawings
    for attributes in drawings:
        assert "img" == attributes["role"]
        assert attributes.get("aria-label") or attributes["aria-labelledby"] in ids


def test_verdicts_stand_first_each_with_its_word_sentence_and_picture(
    results: Results, reports: dict[str, Path]
) -> None:
    text = (reports["en"] / "report.html").read_text(encoding="utf-8")
    cards = re.findall(r"<article.*?</article>", text, flags=re.S)
    assert len(results.verdicts) == len(cards)
    for verdict, card in zip(results.verdicts, cards, strict=True):
        assert f'<p class="word">{verdict.verdict}</p>' in card
        assert "Asked: " in card
        is_estimated = bool(verdict.estimates) and math.isfinite(verdict.estimates[0].value)
        assert is_estimated == ('class="strip"' in card)
    assert text.index("<article") < text.index("<nav")


def test_every_phrase_is_there_in_every_language() -> None:
    for texts in (PHRASES, SENTENCES, HEADINGS):
        for name, by_language in texts.items():
            assert set(LANGUAGES) == set(by_language), name
            gaps = [set(re.findall(r"\{(\w+)\}", text)) for text in by_language.values()]
            assert gaps[0] == gaps[1], name


def test_every_measure_has_words(results: Results) -> None:
    names = {each.name for each in estimates(results)} | {each.measure for each in results.verdicts}
    names |= {each.measure for each in results.methods}
    assert set() == {name for name in names if not is_known(name)}


def test_a_measure_of_a_measure_is_named_after_it() -> None:
    assert ("difference in sensitivity", "jutīgums: atšķirība") == (
        measure("sensitivity_difference", "en"),
        measure("sensitivity_difference", "lv"),
    )


def test_numbers_are_written_as_the_language_writes_them(results: Results) -> None:
    said = {language: Said(results, language) for language in LANGUAGES}
    assert ("1,234,567", "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567") == tuple(
        each.count(1234567) for each in said.values()
    )
    assert ("−0.250", "−0,250") == tuple(each.number(-0.25) for each in said.values())
    assert ("12.5%", "12,5\N{NO-BREAK SPACE}%") == tuple(each.share(0.125) for each in said.values())


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 personu"), (1, "1 persona"), (2, "2 personas"), (11, "11 personu"), (21, "21 persona")],
)
def test_people_are_counted_by_the_plural_rules_of_latvian(results: Results, count: int, expected: str) -> None:
    assert expected == Said(results, "lv").people(count)


@pytest.mark.parametrize(
    ("time", "unit", "expected"),
    [(1, "years", "1 gada laikā"), (2, "years", "2 gadu laikā"), (21, "months", "21 mēneša laikā"),
     (730, "days", "730 dienu laikā"), (1.5, "years", "1,5 gadu laikā")],
)  # fmt: skip
def test_times_stand_in_the_genitive(results: Results, time: float, unit: str, expected: str) -> None:
    assert expected == Said(results, "lv").within(time, unit).replace("\N{NO-BREAK SPACE}", " ")


def test_known_levels_of_risk_stand_as_attributes_and_others_in_quotation_marks(results: Results) -> None:
    (score, *others) = results.scores
    (low, *levels) = score.levels
    named = dataclasses.replace(score, levels=(dataclasses.replace(low, label={"lv": "zems risks"}), *levels))
    said = Said(dataclasses.replace(results, scores=(named, *others)), "lv")
    assert "zema riska personām" == said.at_level(score.id, "low")
    assert "personām ar līmeni „high”" == said.at_level(score.id, "high")


def test_the_latvian_page_writes_decimal_commas(reports: dict[str, Path]) -> None:
    text = Page(reports["lv"] / "report.html").text
    methods = text.index("Metodes un atsauces", text.index("Novērojumu atlase"))
    assert re.findall(r"\d,\d", text[:methods])
    assert [] == re.findall(r"(?<![\w.])0\.\d+", text[:methods])


def test_the_results_section_is_there_in_both_languages(reports: dict[str, Path]) -> None:
    text = (reports["lv"] / "results.md").read_text(encoding="utf-8")
    assert text.startswith("# IZDOMĀTS pētījums")
    assert ["Metodes", "Izlase", "Rezultāti", "Ierobežojumi", "Methods", "Sample", "Results", "Limits"] == re.findall(
        "^## (.*)$", text, flags=re.M
    )


def test_a_page_is_under_three_megabytes(reports: dict[str, Path]) -> None:
    assert 3_000_000 > (reports["lv"] / "report.html").stat().st_size


@pytest.mark.slow
def test_the_same_results_give_the_same_bytes_in_other_processes(results: Results, tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(to_json(results), encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from rvn.report import write; "
        "from rvn.study.record import read_results; "
        "write(read_results(sys.argv[1]), Path(sys.argv[2]), language='lv')"
    )
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", code, str(tmp_path / "results.json"), str(tmp_path / seed)]
        subprocess.run(command, env=environment, check=True)
    assert contents(tmp_path / "1") == contents(tmp_path / "2")


def test_the_same_results_give_the_same_bytes(results: Results, tmp_path: Path) -> None:
    one = dataclasses.replace(results, analyses=results.analyses[-1:], comparisons=())
    for name in ("first", "second"):
        write(one, tmp_path / name)
    assert contents(tmp_path / "first") == contents(tmp_path / "second")


def contents(folder: Path) -> dict[str, bytes]:
    found = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    assert found
    return found
