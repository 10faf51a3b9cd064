"""The tables of two scores on the same people: levels of both, who changes level and why, and both against outcomes."""

from __future__ import annotations

from collections.abc import Sequence

from rvn.report.document import Cell, TableBlock
from rvn.report.said import Said, capital
from rvn.report.tables import Kind, Line, bracketed, brief, count, table
from rvn.study.results import Changed, ComparedOutcome, Comparison


def transitions(said: Said, found: Comparison, id: str) -> TableBlock | None:
    """Return people by the levels of both scores."""
    people = {(each.first, each.second): count(said, each.people) for each in found.transitions}
    return _crossed(said, found, id, said.phrase("table_transitions"), people)


def transition_rates(said: Said, found: Comparison, outcome: ComparedOutcome, id: str) -> TableBlock | None:
    """Return the rate of the event by the levels of both scores."""
    rates = {
        (each.first, each.second): brief(said, each.rate)
        for each in outcome.transitions
        if each.rate.n or each.rate.status == "suppressed"
    }
    caption = said.phrase("table_transition_rates", outcome=said.outcome(outcome.outcome))
    return _crossed(said, found, id, bracketed(said, caption), rates)


def _crossed(
    said: Said, found: Comparison, id: str, caption: str, cells: dict[tuple[str, str], Cell]
) -> TableBlock | None:
    firsts = dict.fromkeys(each.first for each in found.transitions)
    seconds = dict.fromkeys(each.second for each in found.transitions)
    rows: list[Line] = [
        (said.level(found.first, first), *(cells.get((first, second), Cell("–")) for second in seconds))
        for first in firsts
    ]
    heads: list[tuple[str, Kind]] = [("=" + said.level(found.second, second), "number") for second in seconds]
    corner = f"={said.score(found.first)} \N{RIGHTWARDS ARROW} {said.score(found.second)}"
    return table(said, id, caption, [(corner, "text"), *heads], rows) if cells else None


def changed(said: Said, found: Comparison, id: str) -> TableBlock | None:
    """Return who changes level: everybody, and each group."""
    return _moved(said, "who", "table_changed", id, [each for each in found.changed if each.by != "reason"])


def reasons(said: Said, found: Comparison, id: str) -> TableBlock | None:
    """Return why levels change; one person may have several reasons."""
    return _moved(said, "why", "table_reasons", id, [each for each in found.changed if each.by == "reason"])


def _moved(said: Said, head: str, caption: str, id: str, found: Sequence[Changed]) -> TableBlock | None:
    rows: list[Line] = [
        (said.words(each.label, each.name), *(count(said, n) for n in (each.people, each.up, each.down, each.same)))
        for each in found
    ]
    columns: list[tuple[str, Kind]] = [
        (head, "text"), ("people", "number"), ("up", "number"), ("down", "number"), ("same", "number"),
    ]  # fmt: skip
    return table(said, id, said.phrase(caption), columns, rows)


def compared(said: Said, found: Comparison, id: str) -> TableBlock | None:
    """Return both scores against the same outcomes, and how far each has the right risks where any are published."""
    first, second = said.score(found.first), said.score(found.second)
    columns: list[tuple[str, Kind]] = [
        ("events", "text"), ("people", "number"), (f"=AUC, {first}", "number"), (f"=AUC, {second}", "number"),
        ("=" + capital(said.measure("auc_difference")), "number"), ("=p", "number"),
    ]  # fmt: skip
    has_risk = any(each.first_expected_observed or each.second_expected_observed for each in found.outcomes)
    columns += [(f"=E/O, {first}", "number"), (f"=E/O, {second}", "number")] if has_risk else []
    rows: list[Line] = []
    for each in found.outcomes:
        areas = (brief(said, row) for row in (each.first_auc, each.second_auc, each.difference))
        ratios = (brief(said, row) for row in (each.first_expected_observed, each.second_expected_observed))
        line: Line = [said.outcome(each.outcome), count(said, each.n), *areas, said.p_cell(each.difference.p_value)]
        rows.append((*line, *(ratios if has_risk else ())))
    return table(said, id, bracketed(said, said.phrase("table_compared")), columns, rows)
