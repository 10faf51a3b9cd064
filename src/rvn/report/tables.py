"""The tables of a report."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from rvn.report.document import Cell, TableBlock
from rvn.report.said import Said, capital
from rvn.study.results import (
    Agreement,
    Analysis,
    Estimate,
    FlowStep,
    MissingAnswers,
    Results,
    ScoreFacts,
)

Kind = Literal["text", "number"]
Line = Sequence[Cell | str]


def table(
    said: Said, id: str, caption: str, columns: Sequence[tuple[str, Kind]], rows: Iterable[Line]
) -> TableBlock | None:
    """Return a table; None where it has no rows. Headings are names of phrases, or stand as they are after ``=``."""
    made = tuple(tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in row) for row in rows)
    heads = tuple((name[1:] if name.startswith("=") else said.phrase(name), kind) for name, kind in columns)
    return TableBlock(id, caption, heads, made) if made else None


def count(said: Said, value: int | None) -> Cell:
    """Return a number of people as a cell."""
    return Cell(said.count(value), None if value is None else float(value))


def value(said: Said, estimate: Estimate) -> Cell:
    """Return the value of an estimate as a cell."""
    return Cell(said.value(estimate), key(estimate))


def brief(said: Said, estimate: Estimate | None) -> Cell:
    """Return an estimate with its limits in brackets as a cell."""
    return Cell("–") if estimate is None else Cell(said.brief(estimate), key(estimate))


def bracketed(said: Said, caption: str) -> str:
    """Return a caption that says what stands in brackets."""
    return f"{caption} {said.phrase('in_brackets', level=said.confidence)}"


def interval(said: Said, estimate: Estimate) -> Cell:
    """Return the limits of an estimate as a cell."""
    return Cell(said.interval(estimate), estimate.low if math.isfinite(estimate.low) else None)


def limits(said: Said) -> tuple[str, Kind]:
    """Return the heading of a column of intervals."""
    return "=" + said.phrase("interval_head", level=said.confidence), "number"


def flow(said: Said, id: str, steps: Sequence[FlowStep]) -> TableBlock | None:
    """Return the flow of cases."""
    rows = [(said.words(s.because, s.id), count(said, s.people), count(said, s.left)) for s in steps]
    columns: list[tuple[str, Kind]] = [("step", "text"), ("went_out", "number"), ("left", "number")]
    return table(said, id, said.phrase("table_flow"), columns, rows)


def estimates(
    said: Said, id: str, caption: str, found: Iterable[Estimate], names: Mapping[str, str] | None = None
) -> TableBlock | None:
    """Return estimates, a line each; `names` say what the levels and groups are called that they are of."""
    rows = tuple(found)
    has_tests = any(each.p_value is not None for each in rows)
    lines: list[Line] = []
    for each in rows:
        name = capital(said.measure(each.name))
        at = said.at(each, names or {})
        p = [] if not has_tests else ["" if each.p_value is None else said.p_cell(each.p_value)]
        how = "; ".join(filter(None, (said.method(each.method), said.why_not(each))))
        lines.append((f"{name} ({at})" if at else name, value(said, each), interval(said, each), *p, how))
    columns: list[tuple[str, Kind]] = [("measure", "text"), ("value", "number"), limits(said)]
    columns += [("=p", "number")] if has_tests else []
    return table(said, id, caption, [*columns, ("method", "text")], lines)


def statuses(said: Said, score: ScoreFacts) -> TableBlock | None:
    """Return how many people have a score, and how it stands."""
    rows = [(said.status(each.name), count(said, each.people)) for each in score.statuses]
    columns: list[tuple[str, Kind]] = [("status", "text"), ("people", "number")]
    return table(said, f"{score.id}-statuses", said.phrase("table_statuses"), columns, rows)


def items(said: Said, score: ScoreFacts) -> TableBlock | None:
    """Return item statistics: a line an item, a column a statistic."""
    names = list(dict.fromkeys(each.name for item in score.items for each in item.estimates if "points" not in each.at))
    rows: list[Line] = []
    for item in score.items:
        by_name = {each.name: each for each in item.estimates}
        cells = [value(said, by_name[name]) if name in by_name else Cell("–") for name in names]
        given = "; ".join(f"{each.name}: {said.count(each.people)}" for each in item.points)
        rows.append((said.words(item.label, item.item), given, *cells))
    heads: list[tuple[str, Kind]] = [("=" + capital(said.measure(name)), "number") for name in names]
    return table(
        said, f"{score.id}-items", said.phrase("table_items"), [("item", "text"), ("given", "text"), *heads], rows
    )


def missing(said: Said, score: ScoreFacts) -> TableBlock | None:
    """Return how often answers are absent."""
    rows = [
        (said.words(each.label, each.item), value(said, each.share), interval(said, each.share), _reasons(said, each))
        for each in score.missing
    ]
    columns: list[tuple[str, Kind]] = [("item", "text"), ("absent", "number"), limits(said), ("reasons", "text")]
    return table(said, f"{score.id}-missing", said.phrase("table_missing"), columns, rows)


def overrides(said: Said, score: ScoreFacts) -> TableBlock | None:
    """Return computed against final levels."""
    if score.overrides is None:
        return None
    rows = [
        (said.level(score.id, cell.computed), said.level(score.id, cell.final), count(said, cell.people))
        for cell in score.overrides.cells
    ]
    columns: list[tuple[str, Kind]] = [("computed", "text"), ("final", "text"), ("people", "number")]
    return table(said, f"{score.id}-overrides", said.phrase("table_overrides"), columns, rows)


def levels(said: Said, analysis: Analysis, id: str) -> TableBlock | None:
    """Return people, events and rates by level, with what was expected where risks are published."""
    has_expected = any(row.expected is not None for row in analysis.levels)
    rows = []
    for place, row in enumerate(analysis.levels):
        name = Cell(said.level(analysis.score, row.level), float(place))
        cells = [
            name,
            count(said, row.people),
            count(said, row.events),
            value(said, row.rate),
            interval(said, row.rate),
        ]
        if has_expected:
            cells.append(Cell("–") if row.expected is None else Cell(said.number(row.expected, 1), row.expected))
            cells.append(brief(said, row.expected_observed))
        rows.append(cells)
    columns: list[tuple[str, Kind]] = [
        ("level", "text"), ("people", "number"), ("events", "number"), ("rate", "number"), limits(said),
    ]  # fmt: skip
    if has_expected:
        columns += [("expected", "number"), ("=E/O", "number")]
    return table(said, id, said.phrase("table_levels"), columns, rows)


def scores(said: Said, analysis: Analysis, id: str) -> TableBlock | None:
    """Return people, events and rates by score."""
    rows = []
    for row in analysis.scores:
        name = said.span(row.score, row.upto)
        cells = (count(said, row.people), count(said, row.events), value(said, row.rate), interval(said, row.rate))
        rows.append((Cell(name, row.score), *cells))
    columns: list[tuple[str, Kind]] = [
        ("score", "number"), ("people", "number"), ("events", "number"), ("rate", "number"), limits(said),
    ]  # fmt: skip
    return table(said, id, said.phrase("table_scores"), columns, rows)


def cuts(said: Said, analysis: Analysis, id: str) -> TableBlock | None:
    """Return the accuracy of every cut."""
    names = ("sensitivity", "specificity", "positive_predictive_value", "negative_predictive_value")
    rows = []
    for place, row in enumerate(analysis.cutoffs):
        label = said.level(analysis.score, row.cut) if row.of == "level" else said.points(float(row.cut))
        found = [row.sensitivity, row.specificity, row.positive_predictive_value, row.negative_predictive_value]
        cells = [brief(said, each) for each in found]
        rows.append((Cell(label, float(place)), value(said, row.flagged), *cells))
    heads: list[tuple[str, Kind]] = [("=" + capital(said.measure(name)), "number") for name in names]
    caption = bracketed(said, said.phrase("table_cuts"))
    return table(said, id, caption, [("cut", "text"), ("flagged", "number"), *heads], rows)


def agreement(said: Said, found: Agreement) -> TableBlock | None:
    """Return how much raters agree."""
    caption = said.phrase("table_agreement", score=said.score(found.score))
    return estimates(said, f"agreement-{found.id}", caption, (*found.measures, *found.of_level))


def data(said: Said, results: Results) -> TableBlock | None:
    """Return what was read, with its digest."""
    rows = [(source.name, count(said, source.rows), source.sha256) for source in results.data]
    columns: list[tuple[str, Kind]] = [("file", "text"), ("rows", "number"), ("sha", "text")]
    return table(said, "data-sources", said.phrase("table_data"), columns, rows)


def problems(said: Said, results: Results) -> TableBlock | None:
    """Return the kinds of cells that could not be used; their remedies stand in ``results.json``."""
    rows = [
        (
            each.column,
            f"{said.phrase(each.code)} ({each.code})",
            count(said, each.rows),
            ", ".join(said.count(row) for row in each.first),
        )
        for each in results.problems
    ]
    columns: list[tuple[str, Kind]] = [
        ("column", "text"), ("problem", "text"), ("rows", "number"), ("first_rows", "text"),
    ]  # fmt: skip
    return table(said, "bad-cells", said.phrase("table_problems"), columns, rows)


def methods(said: Said, results: Results) -> TableBlock | None:
    """Return the methods that were used, with their references."""
    rows = [(capital(said.measure(each.measure)), said.method(each.method), each.reference) for each in results.methods]
    columns: list[tuple[str, Kind]] = [("measure", "text"), ("method", "text"), ("reference", "text")]
    return table(said, "methods-used", said.phrase("table_methods"), columns, rows)


def _reasons(said: Said, found: MissingAnswers) -> str:
    return "; ".join(f"{said.reason(each.name)}: {said.count(each.people)}" for each in found.reasons)


def key(estimate: Estimate) -> float | None:
    """Return the number that an estimate is sorted by; none that is hidden or cannot be estimated."""
    return estimate.value if math.isfinite(estimate.value) and estimate.status != "suppressed" else None
