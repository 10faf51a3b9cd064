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
    Comparison,
    Estimate,
    FlowStep,
    Grouping,
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
    return Cell(said.value(estimate), _key(estimate))


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
    rows: list[Line] = []
    for each in found:
        name = capital(said.measure(each.name))
        at = said.at(each, names or {})
        p = "" if each.p_value is None or math.isnan(each.value) else said.p_value(each.p_value)
        rows.append((f"{name} ({at})" if at else name, value(said, each), interval(said, each), p, each.method))
    columns: list[tuple[str, Kind]] = [
        ("measure", "text"), ("value", "number"), limits(said), ("=p", "number"), ("method", "text"),
    ]  # fmt: skip
    return table(said, id, caption, columns, rows)


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
            cells.append(_whole(said, row.expected_observed))
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
        name = said.plain(row.score) if row.score == row.upto else f"{said.plain(row.score)}–{said.plain(row.upto)}"
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
        label = said.level(analysis.score, row.cut) if row.of == "level" else row.cut
        found = [row.sensitivity, row.specificity, row.positive_predictive_value, row.negative_predictive_value]
        cells = [Cell(f"{said.value(each)} ({said.interval(each)})", _key(each)) for each in found]
        rows.append((Cell(label, float(place)), value(said, row.flagged), *cells))
    heads: list[tuple[str, Kind]] = [("=" + capital(said.measure(name)), "number") for name in names]
    return table(said, id, said.phrase("table_cuts"), [("cut", "text"), ("flagged", "number"), *heads], rows)


def groups(said: Said, grouping: Grouping, id: str) -> TableBlock | None:
    """Return what was found in each group; base rates stand beside everything."""
    has_expected = any(row.expected_observed is not None for row in grouping.rows)
    rows = []
    for row in grouping.rows:
        cells = [
            Cell(said.words(row.label, row.group)),
            count(said, row.people),
            count(said, row.events),
            Cell(said.estimate(row.base_rate), _key(row.base_rate)),
            Cell(said.estimate(row.auc), _key(row.auc)),
        ]
        if has_expected:
            cells.append(_whole(said, row.expected_observed))
        small = said.phrase("small_group", people=grouping.minimum_people, events=grouping.minimum_events)
        rows.append((*cells, Cell("" if row.is_judged else small)))
    columns: list[tuple[str, Kind]] = [
        ("group", "text"), ("people", "number"), ("events", "number"),
        ("=" + capital(said.measure("base_rate")), "number"), ("=AUC", "number"),
    ]  # fmt: skip
    columns += [("=E/O", "number"), ("judged", "text")] if has_expected else [("judged", "text")]
    caption = said.phrase("table_groups", grouping=said.words(grouping.title, grouping.id))
    return table(said, id, caption, columns, rows)


def errors(said: Said, grouping: Grouping, score: str, id: str) -> TableBlock | None:
    """Return the error rates of each group, at each cut."""
    names = ("selection_rate", "false_positive_rate", "false_negative_rate", "positive_predictive_value")
    rows: list[Line] = []
    for row in grouping.rows:
        for error in row.errors:
            found = (getattr(error, name) for name in names)
            cells = (Cell(f"{said.value(each)} ({said.interval(each)})", _key(each)) for each in found)
            rows.append((said.words(row.label, row.group), said.level(score, error.cut), *cells))
    heads: list[tuple[str, Kind]] = [("=" + capital(said.measure(name)), "number") for name in names]
    caption = said.phrase("table_errors", grouping=said.words(grouping.title, grouping.id))
    return table(said, id, caption, [("group", "text"), ("cut", "text"), *heads], rows)


def agreement(said: Said, found: Agreement) -> TableBlock | None:
    """Return how much raters agree."""
    caption = said.phrase("table_agreement", score=said.score(found.score))
    return estimates(said, f"agreement-{found.id}", caption, (*found.measures, *found.of_level))


def transitions(said: Said, found: Comparison, id: str) -> TableBlock | None:
    """Return people by the levels of both scores."""
    seconds = list(dict.fromkeys(each.second for each in found.transitions))
    cells = {(each.first, each.second): each.people for each in found.transitions}
    rows: list[Line] = [
        (said.level(found.first, first), *(count(said, cells.get((first, second), 0)) for second in seconds))
        for first in dict.fromkeys(each.first for each in found.transitions)
    ]
    heads: list[tuple[str, Kind]] = [("=" + said.level(found.second, second), "number") for second in seconds]
    corner = f"={said.score(found.first)} \N{RIGHTWARDS ARROW} {said.score(found.second)}"
    return table(said, id, said.phrase("table_transitions"), [(corner, "text"), *heads], rows)


def changed(said: Said, found: Comparison, id: str) -> TableBlock | None:
    """Return who changes level, and why."""
    rows: list[Line] = [
        (said.words(each.label, each.name), *(count(said, n) for n in (each.people, each.up, each.down, each.same)))
        for each in found.changed
    ]
    columns: list[tuple[str, Kind]] = [
        ("who", "text"), ("people", "number"), ("up", "number"), ("down", "number"), ("same", "number"),
    ]  # fmt: skip
    return table(said, id, said.phrase("table_changed"), columns, rows)


def compared(said: Said, found: Comparison, id: str) -> TableBlock | None:
    """Return both scores against the same outcomes."""
    rows: list[Line] = []
    for each in found.outcomes:
        expected = (each.first_expected_observed, each.second_expected_observed)
        both = (each.first_auc, each.second_auc, each.difference)
        rows.append((said.outcome(each.outcome), count(said, each.n), *(_whole(said, e) for e in (*both, *expected))))
    columns: list[tuple[str, Kind]] = [
        ("events", "text"), ("people", "number"), (f"=AUC, {said.score(found.first)}", "number"),
        (f"=AUC, {said.score(found.second)}", "number"), ("=" + capital(said.measure("auc_difference")), "number"),
        (f"=E/O, {said.score(found.first)}", "number"), (f"=E/O, {said.score(found.second)}", "number"),
    ]  # fmt: skip
    return table(said, id, said.phrase("table_compared"), columns, rows)


def data(said: Said, results: Results) -> TableBlock | None:
    """Return what was read, with its digest."""
    rows = [(source.name, count(said, source.rows), source.sha256) for source in results.data]
    columns: list[tuple[str, Kind]] = [("file", "text"), ("rows", "number"), ("sha", "text")]
    return table(said, "data-sources", said.phrase("table_data"), columns, rows)


def problems(said: Said, results: Results) -> TableBlock | None:
    """Return the kinds of cells that could not be used."""
    rows = [(each.column, each.message, count(said, each.rows)) for each in results.problems]
    columns: list[tuple[str, Kind]] = [("column", "text"), ("problem", "text"), ("rows", "number")]
    return table(said, "bad-cells", said.phrase("table_problems"), columns, rows)


def methods(said: Said, results: Results) -> TableBlock | None:
    """Return the methods that were used, with their references."""
    rows = [(capital(said.measure(each.measure)), each.method, each.reference) for each in results.methods]
    columns: list[tuple[str, Kind]] = [("measure", "text"), ("method", "text"), ("reference", "text")]
    return table(said, "methods-used", said.phrase("table_methods"), columns, rows)


def _reasons(said: Said, found: MissingAnswers) -> str:
    return "; ".join(f"{said.reason(each.name)}: {said.count(each.people)}" for each in found.reasons)


def _whole(said: Said, estimate: Estimate | None) -> Cell:
    """Return an estimate with its interval as a cell."""
    return Cell("–") if estimate is None else Cell(said.estimate(estimate), _key(estimate))


def _key(estimate: Estimate) -> float | None:
    """Return the number that an estimate is sorted by; none that is hidden or cannot be estimated."""
    return estimate.value if math.isfinite(estimate.value) and estimate.status != "suppressed" else None
