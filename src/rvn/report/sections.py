"""Puts a report together: which chapters it has, and what stands in each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rvn.report import compared_tables, group_tables, tables
from rvn.report.cards import answer, groups, lock
from rvn.report.document import Block, FigureBlock, Paragraph, Report, Section
from rvn.report.figures.charts import charts, forest
from rvn.report.narrative import HEADINGS, narrative
from rvn.report.said import Said, capital
from rvn.study.results import Analysis, Comparison, Results, ScoreFacts
from rvn.text import Language

# Themes of reporting guidelines, in our own words, and the chapter of the report that answers them.
CHECKLISTS = (
    ("RAGEE", {"en": "instrument, version and scoring", "lv": "instruments, versija un punktu aprēķināšana"}, "scores"),
    ("RAGEE", {"en": "outcome, source and follow-up", "lv": "iznākums, avots un novērošana"}, "results"),
    ("RAGEE", {"en": "discrimination and calibration", "lv": "izšķirtspēja un kalibrācija"}, "results"),
    ("RAGEE", {"en": "differences between groups", "lv": "atšķirības starp grupām"}, "results"),
    ("TRIPOD+AI", {"en": "participants and flow", "lv": "dalībnieki un atlase"}, "cases"),
    ("TRIPOD+AI", {"en": "predictors and missing data", "lv": "prognozētāji un trūkstošie dati"}, "scores"),
    ("TRIPOD+AI", {"en": "performance with intervals", "lv": "darbība ar intervāliem"}, "results"),
    ("TRIPOD+AI", {"en": "fairness", "lv": "vienlīdzīga darbība grupās"}, "results"),
    (
        "STARD",
        {"en": "accuracy at cut-offs set beforehand", "lv": "precizitāte pie iepriekš noteiktām robežām"},
        "results",
    ),
    ("GRRAS", {"en": "raters and their agreement", "lv": "vērtētāji un to saskaņa"}, "agreement"),
)


def report(results: Results, language: Language) -> Report:
    """Return the report of a study in a language."""
    said = Said(results, language)
    return Report(
        language=language,
        title=said.words(results.title, results.id),
        question=said.words(results.question),
        answer=answer(results, said),
        lock=lock(results, said),
        groups=groups(results, said),
        sections=tuple(section for section in _sections(results, said) if section.blocks or section.level == 2),
        footer=tuple(_footer(results, said)),
    )


def _sections(results: Results, said: Said) -> Iterator[Section]:
    written = narrative(results, said)
    yield Section("results", said.phrase("results"), ())
    for name, paragraphs in written.items():
        yield Section(f"results-{name}", HEADINGS[name][said.language], [Paragraph(text) for text in paragraphs], 3)
    yield Section("cases", said.phrase("cases"), _kept(tables.flow(said, "flow", results.flow)))
    yield Section("scores", said.phrase("scores"), ())
    for score in results.scores:
        yield Section(f"score-{score.id}", said.score(score.id), _of_score(score, said), 3)
    for analysis in results.analyses:
        yield from _of_analysis(analysis, said)
    for place, comparison in enumerate(results.comparisons):
        yield _of_comparison(comparison, said, f"comparison-{place + 1}")
    if results.agreement:
        blocks = _kept(*(tables.agreement(said, found) for found in results.agreement))
        yield Section("agreement", said.phrase("agreement"), blocks)
    yield Section("methods", said.phrase("methods"), _kept(tables.methods(said, results)))
    yield Section("data", said.phrase("data"), _kept(tables.data(said, results), tables.problems(said, results)))
    yield Section("checklists", said.phrase("checklists"), _kept(_checklists(results, said)))


def _of_score(score: ScoreFacts, said: Said) -> list[Block]:
    found = score.overrides
    replaced = () if found is None else (found.share, found.raised, found.lowered)
    reliability = tables.estimates(said, f"{score.id}-reliability", said.phrase("table_reliability"), score.reliability)
    return _kept(
        tables.statuses(said, score),
        tables.missing(said, score),
        tables.overrides(said, score),
        tables.estimates(said, f"{score.id}-overridden", said.phrase("table_overridden"), replaced),
        tables.items(said, score),
        reliability,
    )


def _of_analysis(analysis: Analysis, said: Said) -> Iterator[Section]:
    prefix = f"{analysis.score}-{analysis.outcome}".replace("_", "-").replace(" ", "-")
    title = said.phrase("analysis", score=said.score(analysis.score), outcome=said.outcome(analysis.outcome))
    headline = tables.estimates(
        said, f"{prefix}-headline", said.phrase("table_headline"), (analysis.base_rate, analysis.auc)
    )
    figures = list(charts(analysis, said, prefix))
    calibration, followed = analysis.calibration, analysis.follow_up
    right = () if calibration is None else (calibration.expected_observed, *calibration.measures)
    more = (*analysis.discrimination, *analysis.association, *analysis.steps)
    more += () if followed is None else followed.measures
    blocks = _kept(
        headline,
        Paragraph(said.phrase("unequal_follow_up")) if analysis.basis == "follow-up" else None,
        tables.flow(said, f"{prefix}-flow", analysis.flow),
        *figures,
        tables.levels(said, analysis, f"{prefix}-levels-table"),
        tables.scores(said, analysis, f"{prefix}-scores-table"),
        tables.cuts(said, analysis, f"{prefix}-cuts-table"),
        tables.estimates(said, f"{prefix}-calibration-table", said.phrase("table_calibration"), right),
        tables.estimates(said, f"{prefix}-measures", said.phrase("table_measures"), more, said.levels(analysis.score)),
    )
    yield Section(prefix, capital(title), blocks)
    yield Section(f"{prefix}-groups", said.phrase("groups"), _of_groups(analysis, said, prefix), 3)


def _of_groups(analysis: Analysis, said: Said, prefix: str) -> list[Block]:
    forests: Iterable[FigureBlock | None] = (
        forest(analysis.forest, measure, said, prefix) for measure in ("auc", "expected_observed")
    )
    blocks = _kept(*forests)
    for grouping in analysis.groupings:
        id = f"{prefix}-{grouping.id}".replace("_", "-").replace(" ", "-")
        names = said.levels(analysis.score) | {row.group: said.words(row.label, row.group) for row in grouping.rows}
        blocks += _kept(
            group_tables.groups(said, grouping, id),
            group_tables.errors(said, grouping, analysis.score, f"{id}-errors"),
            group_tables.differences(said, grouping, names, f"{id}-differences", at_cuts=False),
            group_tables.differences(said, grouping, names, f"{id}-differences-in-errors", at_cuts=True),
            group_tables.tests(said, grouping, names, f"{id}-tests"),
        )
    return blocks


def _of_comparison(found: Comparison, said: Said, id: str) -> Section:
    title = said.phrase("comparison", first=said.score(found.first), second=said.score(found.second))
    measures = (found.correlation, *found.agreement)
    blocks = _kept(
        compared_tables.compared(said, found, f"{id}-outcomes"),
        compared_tables.transitions(said, found, f"{id}-transitions"),
        *(
            compared_tables.transition_rates(said, found, outcome, f"{id}-rates-{place}")
            for place, outcome in enumerate(found.outcomes, 1)
        ),
        compared_tables.changed(said, found, f"{id}-changed"),
        compared_tables.reasons(said, found, f"{id}-reasons"),
        tables.estimates(said, f"{id}-measures", said.phrase("table_measures"), measures),
    )
    return Section(id, title, blocks)


def _checklists(results: Results, said: Said) -> Block | None:
    there = {"scores", "results", "cases", *(["agreement"] if results.agreement else [])}
    rows = [
        (name, theme[said.language], said.phrase(where) if where in there else "–") for name, theme, where in CHECKLISTS
    ]
    columns: list[tuple[str, tables.Kind]] = [("checklist", "text"), ("theme", "text"), ("where", "text")]
    return tables.table(said, "crosswalk", said.phrase("table_checklists"), columns, rows)


def _footer(results: Results, said: Said) -> Iterator[str]:
    yield said.phrase("decision")
    if results.suppress_below:
        yield said.phrase("hides", n=results.suppress_below)
    software = ", ".join(f"{name} {version}" for name, version in results.software.items())
    yield said.phrase("made_with", software=software, fingerprint=results.plan.fingerprint[:16])


def _kept(*blocks: Block | None) -> list[Block]:
    return [block for block in blocks if block is not None]
