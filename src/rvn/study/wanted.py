"""Which columns of the data a study needs, and where its file asks for each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rvn.definition.source import Path_
from rvn.study.data import Wanted
from rvn.study.entries import Outcome, Score
from rvn.study.load import Study


def wanted_columns(study: Study) -> list[Wanted]:
    """Return the columns that a study needs, the one that says whose row it is first."""
    return [Wanted(name, study.source.place(path)) for path, name in _columns(study)]


def _columns(study: Study) -> Iterator[tuple[Path_, str]]:
    file = study.file
    for key in ("person", "assessed_on", "assessor", "site"):
        if (name := getattr(file.columns, key)) is not None:
            yield ("columns", key), name
    for place, condition in enumerate(file.exclude):
        yield ("exclude", place, "column"), condition.column
    for name, score in file.scores.items():
        yield from _of_score(study, name, score)
    for name, outcome in file.outcomes.items():
        yield from _of_outcome(("outcomes", name), outcome)
    for name, group in file.groups.items():
        yield ("groups", name, "column"), group.column
    for name, raters in file.raters.items():
        for place, column in enumerate(raters.columns or ()):
            yield ("raters", name, "columns", place), column


def _of_score(study: Study, name: str, score: Score) -> Iterator[tuple[Path_, str]]:
    at: Path_ = ("scores", name)
    if name in study.instruments:
        for item in study.instruments[name].plan.fields:
            yield (*at, "columns", item), score.columns.get(item, item)
    for key in ("column", "level", "final"):
        if (column := getattr(score, key)) is not None:
            yield (*at, key), column
    for outcome, risk in score.risk.items():
        if risk.column is not None:
            yield (*at, "risk", outcome, "column"), risk.column


def _of_outcome(at: Path_, outcome: Outcome) -> Iterator[tuple[Path_, str]]:
    if outcome.yes_no is not None:
        yield (*at, "yes_no", "column"), outcome.yes_no.column
        if outcome.yes_no.observed is not None:
            yield (*at, "yes_no", "observed", "column"), outcome.yes_no.observed.column
    if outcome.dates is not None:
        for key in ("event", "start", "until"):
            column = getattr(outcome.dates, key)
            if key != "until" or not is_day(column):
                yield (*at, "dates", key), column
        for cause, column in outcome.dates.competing.items():
            yield (*at, "dates", "competing", cause), column
    if outcome.times is not None:
        yield (*at, "times", "column"), outcome.times.column
        yield (*at, "times", "status"), outcome.times.status


def is_day(text: str) -> bool:
    """Whether a text is a date, as the plan writes dates.

    >>> is_day("2025-12-31"), is_day("observed_until")
    (True, False)
    """
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None
