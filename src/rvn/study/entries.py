"""What may stand in a study file, key by key; unknown keys are refused.

These models check the shape only. Whether names are there and parts fit together is the business of `rvn.study.load`,
and whether the data do of `rvn.study.sample`.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from rvn.definition.entries import Entry, Localized, Number, Word


def _written(value: object) -> object:
    """Return a number as it would be written in a cell: 1, not 1.0."""
    return f"{value:.15g}" if type(value) in (int, float) else value


def _keys(value: object) -> object:
    """Return the keys of a mapping as text: a label may be written 0 or '0'."""
    return {str(key): entry for key, entry in value.items()} if isinstance(value, dict) else value


def _listed(value: object) -> object:
    """Return one rule as a list of rules."""
    return [value] if isinstance(value, dict) else value


def _name(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", text):
        raise ValueError("identifier")
    return text


Name = Annotated[str, AfterValidator(_name)]
Column = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Unit = Literal["days", "weeks", "months", "years"]
Window = Annotated[str, StringConstraints(pattern=r"^([1-9][0-9]* (days?|weeks?|months?|years?)|not stated)$")]
DateForm = Literal["YYYY-MM-DD", "DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY", "YYYY.MM.DD", "DD-MM-YYYY"]
File = Annotated[str, StringConstraints(pattern=r"^[^\x00]+\.(csv|csv\.gz|parquet)$", max_length=400)]
Cell = Annotated[str, BeforeValidator(_written), StringConstraints(max_length=200)]
Starts = Annotated[dict[Word, Number], BeforeValidator(_keys), Field(min_length=2)]
Cells = Annotated[list[Cell], Field(min_length=1)]

Measure = Literal[
    "auc",
    "e_over_o",
    "calibration slope",
    "rise between levels",
    "icc",
    "kappa",
    "percent agreement",
    "difference in auc between groups",
    "ratio of e_over_o between groups",
    "difference in false positive rate between groups",
    "difference in false negative rate between groups",
]


class Data(Entry):
    """Where rows are: a file beside the study file, or a table of a database."""

    file: File | None = None
    url: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = None
    table: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.]*$")] | None = None
    separator: Annotated[str, StringConstraints(min_length=1, max_length=1)] = ","
    decimal: Literal[".", ","] = "."
    dates: DateForm = "YYYY-MM-DD"
    absent: list[Cell] = Field(default_factory=list)


class Columns(Entry):
    """Columns that say whose row it is, and where it comes from."""

    person: Column
    assessed_on: Column | None = None
    assessor: Column | None = None
    site: Column | None = None


class Exclusion(Entry):
    """Who is left out, by a condition on one column, and why."""

    id: Name
    column: Column
    is_: Cells | None = Field(default=None, alias="is")
    is_not: Cells | None = None
    below: Number | None = None
    above: Number | None = None
    outside: Annotated[list[Number], Field(min_length=2, max_length=2)] | None = None
    absent: Literal[True] | None = None
    because: Localized


class Risk(Entry):
    """The published probability of an outcome: a norm of the instrument, a column, or a table by score."""

    norm: Name | None = None
    column: Column | None = None
    points: Annotated[dict[Word, Number], BeforeValidator(_keys), Field(min_length=1)] | None = None


class Score(Entry):
    """A score of the study: an instrument that scores the items, or a column in which a score was recorded."""

    title: Localized | None = None
    instrument: Word | None = None
    profile: Word | None = None
    columns: dict[Word, Column] = Field(default_factory=dict)
    values: dict[Word, Annotated[dict[Word, Cell], BeforeValidator(_keys)]] = Field(default_factory=dict)
    recalled: list[Name] = Field(default_factory=list)
    output: Name | None = None
    column: Column | None = None
    levels: Starts | None = None
    level: Column | None = None
    order: Cells | None = None
    final: Column | None = None
    risk: dict[Name, Risk] = Field(default_factory=dict)


class Observed(Entry):
    """For how long a person could be observed, whatever happened."""

    column: Column
    unit: Unit


class YesNo(Entry):
    """Whether it happened within the window, as recorded."""

    column: Column
    event: Cells
    none: Cells
    observed: Observed | None = None


class Dates(Entry):
    """The day it happened, and when observation started and ended."""

    event: Column
    start: Column
    until: Column
    competing: dict[Name, Column] = Field(default_factory=dict)


class Times(Entry):
    """How long until it happened or observation ended, and which of the two."""

    column: Column
    unit: Unit
    status: Column
    censored: Cells
    event: Cells
    competing: dict[Name, Cells] = Field(default_factory=dict)
    start: Localized | None = None


class Outcome(Entry):
    """What may happen: event, source, window, and how it is recorded."""

    event: Localized
    source: Localized
    window: Window
    start: Localized | None = None
    yes_no: YesNo | None = None
    dates: Dates | None = None
    times: Times | None = None


class Minimum(Entry):
    """How many people and events a group needs to be judged."""

    people: Annotated[int, Field(ge=1)] = 40
    events: Annotated[int, Field(ge=1)] = 20


class Group(Entry):
    """What tells groups apart: a column of labels, or bands of a number."""

    column: Column
    title: Localized | None = None
    labels: Annotated[dict[Word, Localized], BeforeValidator(_keys)] = Field(default_factory=dict)
    bands: Annotated[dict[Word, Number], BeforeValidator(_keys), Field(min_length=1)] | None = None
    minimum: Minimum = Field(default_factory=Minimum)


class Raters(Entry):
    """Ratings of the same people: columns side by side, or a file with one row a rating."""

    score: Name
    columns: Annotated[list[Column], Field(min_length=2)] | None = None
    data: Data | None = None
    person: Column | None = None
    rater: Column | None = None
    rating: Column | None = None


class Criterion(Entry):
    """What would be good enough, set beforehand."""

    at_least: Number | None = Field(default=None, alias="at least")
    at_most: Number | None = Field(default=None, alias="at most")
    between: Annotated[list[Number], Field(min_length=2, max_length=2)] | None = None
    judged_by: Literal["value", "lower limit", "upper limit", "interval"] = Field(alias="judged by")
    cut: Word | None = None
    scores: list[Name] | None = None
    outcomes: list[Name] | None = None
    groups: list[Name] | None = None
    raters: list[Name] | None = None
    because: Localized | None = None


Rules = Annotated[list[Criterion], BeforeValidator(_listed), Field(min_length=1)]


class StudyFile(Entry):
    """One study."""

    rvn: Literal[1]
    study: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
    title: Localized
    question: Localized | None = None
    data: Data
    columns: Columns
    repeats: Literal["refuse", "first", "last"] = "refuse"
    exclude: list[Exclusion] = Field(default_factory=list)
    scores: Annotated[dict[Name, Score], Field(min_length=1)]
    outcomes: dict[Name, Outcome] = Field(default_factory=dict)
    groups: dict[Name, Group] = Field(default_factory=dict)
    raters: dict[Name, Raters] = Field(default_factory=dict)
    compare: list[Annotated[list[Name], Field(min_length=2, max_length=2)]] | None = None
    criteria: dict[Measure, Rules] = Field(default_factory=dict)
    confidence: Annotated[Number, Field(ge=0.5, le=0.999)] = 0.95
    suppress_below: Annotated[int, Field(ge=0, le=100)] = 0
