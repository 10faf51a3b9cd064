"""The tables of groups: what was found in each, their errors at each cut, and how they differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from rvn.report.document import Cell, TableBlock
from rvn.report.said import Said, capital
from rvn.report.tables import Kind, Line, bracketed, brief, count, estimates, table
from rvn.study.results import Estimate, Grouping

ERRORS = ("selection_rate", "false_positive_rate", "false_negative_rate", "positive_predictive_value")


def groups(said: Said, grouping: Grouping, id: str) -> TableBlock | None:
    """Return what was found in each group; base rates stand beside everything."""
    has_expected = any(row.expected_observed is not None for row in grouping.rows)
    small = said.phrase("small_group", people=grouping.minimum_people, events=grouping.minimum_events)
    has_small = not all(row.is_judged for row in grouping.rows)
    rows: list[Line] = []
    for row in grouping.rows:
        cells = [Cell(said.words(row.label, row.group)), count(said, row.people), count(said, row.events)]
        cells += [brief(said, row.base_rate), brief(said, row.auc)]
        cells += [brief(said, row.expected_observed)] if has_expected else []
        cells += [Cell("" if row.is_judged else small)] if has_small else []
        rows.append(cells)
    columns: list[tuple[str, Kind]] = [
        ("group", "text"), ("people", "number"), ("events", "number"),
        ("=" + capital(said.measure("base_rate")), "number"), ("=AUC", "number"),
    ]  # fmt: skip
    columns += [("=E/O", "number")] if has_expected else []
    columns += [("judged", "text")] if has_small else []
    caption = said.phrase("table_groups", grouping=said.words(grouping.title, grouping.id))
    return table(said, id, bracketed(said, caption), columns, rows)


def errors(said: Said, grouping: Grouping, score: str, id: str) -> TableBlock | None:
    """Return the error rates of each group, at each cut."""
    rows: list[Line] = [
        (
            said.words(row.label, row.group),
            said.level(score, error.cut),
            *(brief(said, getattr(error, name)) for name in ERRORS),
        )
        for row in grouping.rows
        for error in row.errors
    ]
    heads: list[tuple[str, Kind]] = [("=" + capital(said.measure(name)), "number") for name in ERRORS]
    caption = said.phrase("table_errors", grouping=said.words(grouping.title, grouping.id))
    return table(said, id, bracketed(said, caption), [("group", "text"), ("cut", "text"), *heads], rows)


def differences(
    said: Said, grouping: Grouping, names: Mapping[str, str], id: str, *, at_cuts: bool
) -> TableBlock | None:
    """Return how each group differs from the reference: a line a group, or a line a group and cut."""
    found = [
        each
        for each in (*grouping.differences, *grouping.prediction)
        if "group" in each.at and (_cut(each) is not None) == at_cuts
    ]
    reference = names.get(str(grouping.reference), str(grouping.reference))
    title = said.words(grouping.title, grouping.id)
    caption = said.phrase("table_differences", grouping=title, reference=reference)
    return _pivoted(said, id, caption, found, names)


def tests(said: Said, grouping: Grouping, names: Mapping[str, str], id: str) -> TableBlock | None:
    """Return tests over all groups, and the means over them."""
    seen: dict[object, Estimate] = {}
    for each in (*grouping.equality, *grouping.prediction, *grouping.pooled):
        if "group" not in each.at:
            at = {name: value for name, value in each.at.items() if name != "cut" or _cut(each)}
            seen.setdefault((each.name, at.get("cut"), at.get("test")), replace(each, at=at))
    caption = said.phrase("table_tests", grouping=said.words(grouping.title, grouping.id))
    return estimates(said, id, caption, seen.values(), names)


def _pivoted(
    said: Said, id: str, caption: str, found: Iterable[Estimate], names: Mapping[str, str]
) -> TableBlock | None:
    """Return estimates of groups: a column a measure, a line a group (and cut)."""
    lines: dict[tuple[str, str | None], dict[str, Estimate]] = {}
    for each in found:
        lines.setdefault((str(each.at["group"]), _cut(each)), {})[each.name] = each
    measures = list(dict.fromkeys(name for by_name in lines.values() for name in by_name))
    rows: list[Line] = []
    for (group, cut), by_name in lines.items():
        of = [names.get(group, group)] if cut is None else [names.get(group, group), names.get(cut, cut)]
        rows.append((*of, *(brief(said, by_name.get(name)) for name in measures)))
    columns: list[tuple[str, Kind]] = [("group", "text")]
    columns += [("cut", "text")] if any(cut is not None for _, cut in lines) else []
    columns += [("=" + capital(said.measure(name)), "number") for name in measures]
    return table(said, id, bracketed(said, caption), columns, rows)


def _cut(estimate: Estimate) -> str | None:
    """Return the cut that an estimate is for; a base rate is told at every cut and depends on none."""
    return None if estimate.name.startswith("base_rate") or "cut" not in estimate.at else str(estimate.at["cut"])
