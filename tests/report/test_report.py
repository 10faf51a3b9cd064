"""What a report holds: everything of the results, in words of the language, the same bytes every time."""

from __future__ import annotations

import dataclasses
import math
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from page import Page

from rvn import messages
from rvn.report import write
from rvn.report.cards import card, groups
from rvn.report.measures import is_known, measure
from rvn.report.narrative import HEADINGS, SENTENCES, narrative
from rvn.report.phrases import PHRASES
from rvn.report.said import Said
from rvn.study.record import to_json
from rvn.study.results import Estimate, Results
from rvn.text import LANGUAGES, Language

FIGURES = ("distribution", "roc", "levels", "calibration", "incidence", "forest-auc", "forest-expected-observed")


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
def test_every_kind_of_figure_is_on_the_page_and_in_files(
    reports: dict[str, Path], pages: dict[str, Page], kind: str
) -> None:
    on_page = [name for name in pages["en"].ids("figure") if name.endswith(f"-{kind}")]
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
     "points-again-sex-differences", "points-again-sex-differences-in-errors", "points-again-sex-tests",
     "points-again-site", "points-returned-flow", "agreement-second_scoring",
     "comparison-1-outcomes", "comparison-1-transitions", "comparison-1-rates-1", "comparison-1-changed",
     "comparison-1-reasons", "methods-used", "data-sources",
     "crosswalk"],
)  # fmt: skip
def test_every_kind_of_table_is_on_the_page(pages: dict[str, Page], table: str) -> None:
    assert table in pages["en"].ids("table")


def test_ids_stand_once_on_a_page(pages: dict[str, Page]) -> None:
    ids = [str(attributes["id"]) for _, attributes in pages["lv"].tags if "id" in attributes]
    assert len(set(ids)) == len(ids)


def test_references_within_the_page_lead_somewhere(pages: dict[str, Page]) -> None:
    page = pages["en"]
    ids = {attributes.get("id") for _, attributes in page.tags}
    links = {str(a["href"])[1:] for tag, a in page.tags if tag == "a"}
    uses = {str(a["xlink:href"])[1:] for tag, a in page.tags if tag == "use"}
    assert set() == (links | uses) - ids


def test_headings_go_down_one_step_at_a_time(pages: dict[str, Page]) -> None:
    levels = [int(tag[1]) for tag, _ in pages["en"].tags if re.fullmatch("h[1-6]", tag)]
    assert (1, 1) == (levels[0], levels.count(1))
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_picture_says_in_words_what_it_shows(pages: dict[str, Page]) -> None:
    page = pages["en"]
    ids = {attributes.get("id") for tag, attributes in page.tags if tag == "title"}
    drawings = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert drawings
    for attributes in drawings:
        assert "img" == attributes["role"]
        assert attributes.get("aria-label") or attributes["aria-labelledby"] in ids


def test_verdicts_stand_first_each_with_its_word_sentence_and_picture(results: Results, pages: dict[str, Page]) -> None:
    text = pages["en"].source
    cards = re.findall(r"<article.*?</article>", text, flags=re.S)
    words = [re.findall(r'<p class="word">(.*?)</p>', card)[0].lower() for card in cards]
    assert Counter(verdict.verdict for verdict in results.verdicts) == Counter(words)
    assert all("Asked: " in card for card in cards)
    is_estimated = [bool(each.estimates) and math.isfinite(each.estimates[0].value) for each in results.verdicts]
    assert sum(is_estimated) == sum('class="strip"' in card for card in cards)
    assert text.index("<article") < text.index("<nav")


def test_verdicts_stand_by_outcome_those_that_are_not_met_first(results: Results) -> None:
    found = groups(results, Said(results, "en"))
    assert ["A generated new offence", "A generated return", "Agreement of raters"] == [each.title for each in found]
    order = ["not met", "not enough data", "met"]
    for group in found:
        words = [card.verdict for card in group.cards]
        assert sorted(words, key=order.index) == words


def test_however_many_criteria_the_summary_has_a_line_an_outcome_and_a_link_a_measure(results: Results) -> None:
    many = dataclasses.replace(results, verdicts=results.verdicts * 3)
    (first, *_) = groups(many, Said(many, "en"))
    (line, _) = first.counted
    assert ("Not enough data", 57) == (line.word, line.number)
    assert ["AUC (9)", "expected over observed (E/O) (3)"] == [label for label, _ in line.links[:2]]
    assert {id for _, id in line.links} <= {card.id for card in first.cards}
    assert sum(each.number for each in first.counted) == len(first.cards)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Why: fewer than two groups are large enough to be judged."),
        ("lv", "Iemesls: mazāk nekā divas grupas ir pietiekami lielas, lai tās vērtētu."),
    ],
)
def test_a_verdict_says_why_nothing_could_be_judged(results: Results, language: Language, expected: str) -> None:
    verdict = dataclasses.replace(
        results.verdicts[0], estimates=(), note="fewer than two groups are large enough to be judged"
    )
    assert expected in card(verdict, Said(results, language), "one").sentences


def test_an_outcome_with_unequal_follow_up_says_what_is_not_defined_then(pages: dict[str, Page]) -> None:
    text = pages["en"].source
    (followed,) = re.findall(r'<section id="points-returned".*?</section>', text, flags=re.S)
    (fixed,) = re.findall(r'<section id="points-again".*?</section>', text, flags=re.S)
    assert "the ratio of neighbouring levels are not defined then" in " ".join(followed.split())
    assert "People were followed for unequal times" not in fixed


def test_the_mean_over_groups_names_what_the_groups_are_of(results: Results) -> None:
    labels = {row.label["lv"] for each in results.analyses for row in each.forest if row.kind == "pooled"}
    assert {"Vidēji pa grupām: Vecums", "Vidēji pa grupām: Vieta"} >= labels > set()


def test_methods_of_the_latvian_page_are_latvian(results: Results) -> None:
    # Names of people and abbreviations are the same in every language; no other word is left in English.
    names = {
        "DeLong", "Newcombe", "Wilson", "Koopman", "Cochran-Armitage", "Aalen-Johansen", "Kaplan-Meier", "REML", "Cox",
        "Feldt", "Fleiss-Cohen-Everitt", "Pearson", "Fisher", "Satterthwaite", "Efron", "Q-profile", "Mantel-Haenszel",
    }  # fmt: skip
    said = Said(results, "lv")
    left = {
        (word, each.method)
        for each in results.methods
        for word in re.findall(r"[A-Za-z-]{3,}", each.method)
        if word in said.method(each.method) and word not in names | {"logit", "log-rank", "log-log", "IPCW"}
    }
    assert set() == left


def test_a_table_has_a_column_of_p_values_where_something_is_tested(pages: dict[str, Page]) -> None:
    text = pages["en"].source
    for table, is_tested in (("points-again-headline", False), ("points-again-measures", True)):
        (found,) = re.findall(rf'<table id="{table}">.*?</table>', text, flags=re.S)
        assert is_tested == (">p</button>" in found)


def test_every_kind_of_bad_cell_has_words() -> None:
    listed = (
        messages.NO_PERSON, messages.CELL_NOT_NUMBER, messages.CELL_NOT_DATE, messages.CELL_NOT_KNOWN,
        messages.EVENT_BEFORE_START, messages.UNTIL_BEFORE_START, messages.CELL_NOT_ANSWER,
    )  # fmt: skip
    assert {message.code for message in listed} == {name for name in PHRASES if name.startswith("RVN")}


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


def test_the_latvian_page_writes_decimal_commas(pages: dict[str, Page]) -> None:
    text = pages["lv"].text
    methods = text.index("Metodes un atsauces", text.index("Novērojumu atlase"))
    assert re.findall(r"\d,\d", text[:methods])
    assert [] == re.findall(r"(?<![\w.])0\.\d+", text[:methods])


def test_the_results_section_is_there_in_both_languages(reports: dict[str, Path]) -> None:
    text = (reports["lv"] / "results.md").read_text(encoding="utf-8")
    assert text.startswith("# IZDOMĀTS pētījums")
    assert ["Metodes", "Izlase", "Rezultāti", "Ierobežojumi", "Methods", "Sample", "Results", "Limits"] == re.findall(
        "^## (.*)$", text, flags=re.M
    )


def test_people_and_rates_that_are_the_same_for_every_score_are_told_once(results: Results) -> None:
    sample = narrative(results, Said(results, "en"))["sample"]
    assert 1 == sum(text.startswith("A generated new offence: 582 people were analysed") for text in sample)
    one, *others = (each for each in results.analyses if each.outcome == "again")
    fewer = dataclasses.replace(results, analyses=(dataclasses.replace(one, n=500), *others))
    sample = narrative(fewer, Said(fewer, "en"))["sample"]
    assert 3 == sum("a generated new offence:" in text for text in sample)


def test_a_page_is_under_three_megabytes(reports: dict[str, Path]) -> None:
    assert 3_000_000 > (reports["lv"] / "report.html").stat().st_size


@pytest.mark.slow
def test_the_same_results_give_the_same_bytes_in_other_processes(results: Results, tmp_path: Path) -> None:
    (one,) = (each for each in results.analyses if (each.score, each.outcome) == ("points", "returned"))
    (tmp_path / "results.json").write_text(to_json(dataclasses.replace(results, analyses=(one,))), encoding="utf-8")
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


def test_the_same_results_give_the_same_bytes(results: Results, reports: dict[str, Path], tmp_path: Path) -> None:
    analyses = tuple(each for each in results.analyses if (each.score, each.outcome) == ("points", "again"))
    write(dataclasses.replace(results, analyses=analyses), tmp_path, language="lv")
    assert contents(reports["lv"]) == contents(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_analysis_has_its_figures_and_tables(results: Results, tmp_path: Path, language: Language) -> None:
    write(results, tmp_path, language=language)
    page = Page(tmp_path / "report.html")
    tables, figures = set(page.ids("table")), set(page.ids("figure"))
    for each in results.analyses:
        prefix = f"{each.score}-{each.outcome}".replace("_", "-")
        wanted = {"headline", "flow", "scores-table", "cuts-table", "levels-table", "measures"}
        drawn = {"distribution", "roc", "levels", "forest-auc"}
        if each.calibration is not None:
            wanted, drawn = wanted | {"calibration-table"}, drawn | {"calibration"}
        if each.follow_up is not None:
            drawn |= {"incidence"}
        for grouping in each.groupings:
            kinds = ("", "-errors", "-differences", "-differences-in-errors", "-tests")
            wanted |= {f"{grouping.id}{kind}" for kind in kinds}
        assert set() == {f"{prefix}-{name}" for name in wanted} - tables
        assert set() == {f"{prefix}-{name}" for name in drawn} - figures
    assert {f"{name}.{end}" for name in figures for end in ("svg", "png")} == {
        path.name for path in (tmp_path / "figures").iterdir()
    }


def contents(folder: Path) -> dict[str, bytes]:
    found = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    assert found
    return found
