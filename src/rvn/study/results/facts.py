"""What a study was run on: the plan, the data, who is in, what was scored, and what could happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rvn.validation.estimate import Estimate

Words = Mapping[str, str]
Count = int | None  # None where a small cell is hidden
StepKind = Literal["start", "excluded", "absent", "short", "invalid", "analysed"]
LockState = Literal["not locked", "matches", "differs"]


def words(texts: Mapping[Any, str] | None) -> Words:
    """Return texts by language as results hold them; none where there are none."""
    return {str(language): text for language, text in (texts or {}).items()}


@dataclass(frozen=True, kw_only=True)
class LockEntry:
    """One locking of the plan: when, by which version of rvn, and which parts had changed since the one before."""

    on: str
    fingerprint: str
    rvn: str
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlanState:
    """The plan that was run, and whether it is the one that was locked.

    `changed` names the parts of the file that differ from the last locking, where `state` is ``differs``.
    """

    fingerprint: str
    state: LockState
    locks: tuple[LockEntry, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DataSource:
    """Where rows came from: a file name or a table, never a path or a password; `used` are the columns read."""

    name: str
    kind: Literal["csv", "parquet", "table"]
    sha256: str
    rows: int
    used: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OutcomeFacts:
    """An outcome as the plan defines it.

    `window` is a number of `unit`: NaN and empty where its source does not state it. `observed` says how potential
    follow-up was known: ``verified`` for each person, ``not verified`` when the data say nothing about it.
    """

    id: str
    event: Words
    source: Words
    window: float
    unit: str
    recorded_as: Literal["yes_no", "dates", "times"]
    start: Words
    competing: tuple[str, ...]
    observed: Literal["verified", "not verified"]


# Who is in


@dataclass(frozen=True, kw_only=True)
class FlowStep:
    """One step of the flow of cases: how many people went out and how many are left.

    `kind` is ``start`` (nobody goes), ``excluded`` (by the plan, or as a repeat), ``absent`` (score or outcome not
    known), ``short`` (potential follow-up shorter than the window), ``invalid`` (data that cannot be) or ``analysed``
    (who is left). `unknown` are people kept although the column of the condition is empty for them.
    """

    id: str
    kind: StepKind
    because: Words
    people: Count
    left: Count
    unknown: Count = 0


@dataclass(frozen=True, kw_only=True)
class ProblemRow:
    """A kind of cell that cannot be used: how many there are, and the first rows (counted from 1, heading apart)."""

    code: str
    column: str
    message: str
    hint: str
    rows: Count
    first: tuple[int, ...]


# What was scored


@dataclass(frozen=True, kw_only=True)
class LevelFacts:
    """A level, its label, and the lowest score that has it, where the level comes from bands of the score."""

    name: str
    label: Words
    starts: float | None


@dataclass(frozen=True, kw_only=True)
class Tallied:
    """How many people have something: a status, a score, an answer."""

    name: str
    people: Count


@dataclass(frozen=True, kw_only=True)
class MissingAnswers:
    """How often the answer to one item is absent, and for which recorded reasons."""

    item: str
    label: Words
    share: Estimate
    reasons: tuple[Tallied, ...]


@dataclass(frozen=True, kw_only=True)
class OverrideCell:
    """How many people with one computed level were given one final level."""

    computed: str
    final: str
    people: Count


@dataclass(frozen=True, kw_only=True)
class Overrides:
    """How often assessors replaced the computed level, and in which direction."""

    people: Count
    share: Estimate
    raised: Estimate
    lowered: Estimate
    cells: tuple[OverrideCell, ...]


@dataclass(frozen=True, kw_only=True)
class ItemRow:
    """One item: what its answers are worth and how often each was given, and its statistics.

    `estimates` are those of `rvn.validation.reliability.items.item_statistics` for the item: ``missing``,
    ``mean``, ``item_total``, ``item_rest``, ``alpha_if_deleted`` …
    """

    item: str
    label: Words
    points: tuple[Tallied, ...]
    estimates: tuple[Estimate, ...]


@dataclass(frozen=True, kw_only=True)
class ScoreFacts:
    """A score of the study: an instrument that scored the data, or a score that was recorded.

    Parameters
    ----------
    id, title
        As in the study file; the title of the instrument where there is one.
    kind
        ``instrument`` or ``recorded``.
    reference, fingerprint, status, accepted
        Of the instrument: ``id@version``, digest, its own status (``in use``, ``draft`` …), and the parts stated
        although they rest on recalled facts. None and empty for a recorded score.
    output
        What the score is: the name of the scale or model, or the column.
    levels
        From the lowest; empty for a score without levels.
    statuses
        How many people have each status of the score (``complete``, ``prorated``, ``undecided`` …); for a recorded
        score ``recorded`` and ``absent``.
    distribution
        People at each score, from the lowest; of scores with more than 100 values, none.
    mean, deviation
        Of the score of those who have one; None where nobody has.
    """

    id: str
    title: Words
    kind: Literal["instrument", "recorded"]
    reference: str | None
    fingerprint: str | None
    status: str | None
    accepted: tuple[str, ...]
    output: str
    levels: tuple[LevelFacts, ...]
    statuses: tuple[Tallied, ...]
    distribution: tuple[Tallied, ...]
    mean: float | None
    deviation: float | None
    missing: tuple[MissingAnswers, ...] = ()
    overrides: Overrides | None = None
    items: tuple[ItemRow, ...] = ()
    reliability: tuple[Estimate, ...] = ()
