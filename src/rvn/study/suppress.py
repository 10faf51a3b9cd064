"""Hides small cells: numbers that rest on so few people that somebody could be recognised.

A count of 1 to `below` - 1 is hidden, and so is an estimate with so few people, events or people without the event.
Of a table with one hidden count the next smallest is hidden as well, or the total would give it away. Scores are put
together into ranges that are large enough, and curves keep only the cuts between them. What cannot be helped: totals
that were published elsewhere, and the steps of a flow of cases, can still give a single cell away.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from rvn.study.results import Analysis, Results, ScoreRow
from rvn.validation.estimate import Estimate
from rvn.validation.rates.proportions import proportion

COUNTS = frozenset(
    ("people", "events", "left", "unknown", "n", "n_events", "absent", "at_risk", "up", "down", "same", "censored")
)
# Tables whose counts add up to a total that is shown.
TABLES = frozenset(
    ("levels", "statuses", "distribution", "cells", "transitions", "rows", "points", "reasons", "competing")
)


def suppressed(results: Results, below: int) -> Results:
    """Return results without numbers that rest on 1 to `below` - 1 people, and how many were hidden."""
    if below < 2:
        return results
    hider = _Hider(below)
    merged = replace(results, analyses=tuple(_in_ranges(analysis, below) for analysis in results.analyses))
    hidden: Results = hider.hide(merged)
    return replace(hidden, suppressed=hider.number)


class _Hider:
    def __init__(self, below: int) -> None:
        self.below = below
        self.number = 0

    def is_small(self, count: int | None) -> bool:
        return count is not None and 1 <= count < self.below

    def hide(self, part: Any) -> Any:
        if isinstance(part, Estimate):
            return self.estimate(part)
        if isinstance(part, tuple):
            return tuple(self.hide(entry) for entry in part)
        if not is_dataclass(part) or isinstance(part, type):
            return part
        changes: dict[str, Any] = {}
        for entry in fields(part):
            value = getattr(part, entry.name)
            if entry.name in COUNTS and isinstance(value, int):
                changes[entry.name] = self.count(part, entry.name, value)
            elif isinstance(value, (tuple, Estimate)) or is_dataclass(value):
                changes[entry.name] = self.hide(value)
            if entry.name in TABLES and isinstance(value, tuple):
                changes[entry.name] = self.secondary(changes[entry.name])
        return replace(part, **changes)

    def count(self, part: Any, name: str, value: int) -> int | None:
        people = getattr(part, "people", getattr(part, "n", None))
        others = people - value if name in ("events", "n_events") and isinstance(people, int) else 0
        if self.is_small(value) or self.is_small(others):
            self.number += 1
            return None
        return value

    def estimate(self, row: Estimate) -> Estimate:
        events = row.n_events
        others = None if events is None else row.n - events
        excluded = {why: count for why, count in row.excluded.items() if not self.is_small(count)}
        if not (self.is_small(row.n) or self.is_small(events) or self.is_small(others)):
            return replace(row, excluded=excluded)
        self.number += 1
        return _without(replace(row, excluded=excluded), f"it rests on fewer than {self.below} people")

    def secondary(self, rows: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the rows of a table with one more hidden, where one alone is."""
        if not rows or not all(hasattr(row, "people") for row in rows):
            return rows
        found = list(rows)
        for name in ("people", "events"):
            shown = [place for place, row in enumerate(found) if getattr(row, name, None)]
            if [getattr(row, name, 0) for row in found].count(None) == 1 and shown:
                smallest = min(shown, key=lambda place: getattr(found[place], name))
                self.number += 1
                found[smallest] = _row_without(found[smallest], name)
        return tuple(found)


def _row_without(row: Any, name: str) -> Any:
    changes: dict[str, Any] = {name: None}
    for entry in fields(row):
        value = getattr(row, entry.name)
        if isinstance(value, Estimate):
            changes[entry.name] = _without(value, "with it another small cell could be found")
        if entry.name == "expected":
            changes["expected"] = None
    return replace(row, **changes)


def _without(row: Estimate, why: str) -> Estimate:
    return replace(
        row,
        value=math.nan,
        se=math.nan,
        low=math.nan,
        high=math.nan,
        n=0,
        n_events=None,
        statistic=None,
        p_value=None,
        at={key: value for key, value in row.at.items() if key != "at_risk"},
        status="suppressed",
        notes=(why,),
    )


def _in_ranges(analysis: Analysis, below: int) -> Analysis:
    """Return an analysis whose table of scores has ranges in place of scores where those are too small."""
    ranges = tuple(_ranges(analysis.scores, below))
    if len(ranges) == len(analysis.scores):
        return analysis
    if analysis.basis == "follow-up":  # risks over time of two scores cannot be put together from the two
        ranges = tuple(replace(row, rate=_without(row.rate, "scores were put together")) for row in ranges)
    starts = {row.score for row in ranges}
    return replace(
        analysis,
        scores=ranges,
        roc=tuple(point for point in analysis.roc if point.cut in starts or math.isinf(point.cut)),
        cutoffs=tuple(cut for cut in analysis.cutoffs if cut.of == "level" or float(cut.cut) in starts),
    )


def _ranges(rows: Sequence[ScoreRow], below: int) -> Iterator[ScoreRow]:
    """Yield rows from the lowest score, each with enough people with and without the event; the last takes the rest."""
    made: list[ScoreRow] = []
    waiting: ScoreRow | None = None
    for row in rows:
        waiting = row if waiting is None else _together(waiting, row)
        if _is_large(waiting, below):
            made.append(waiting)
            waiting = None
    if waiting is not None:
        made = [*made[:-1], _together(made[-1], waiting)] if made else [waiting]
    yield from made


def _is_large(row: ScoreRow, below: int) -> bool:
    people, events = row.people or 0, row.events or 0
    return all(count == 0 or count >= below for count in (people, events, people - events))


def _together(low: ScoreRow, high: ScoreRow) -> ScoreRow:
    people, events = (low.people or 0) + (high.people or 0), (low.events or 0) + (high.events or 0)
    rate = replace(proportion(events, people, level=low.rate.level), name="rate", at={"score": low.score})
    return ScoreRow(score=low.score, upto=high.upto, people=people, events=events, rate=rate)
