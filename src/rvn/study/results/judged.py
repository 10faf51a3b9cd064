"""What was found of two scores and of raters, how the criteria were judged, and by which methods."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from rvn.study.results.facts import Count, Words
from rvn.validation.estimate import Estimate

VerdictWord = Literal["met", "not met", "not enough data"]
JudgedBy = Literal["value", "lower limit", "upper limit", "interval"]


@dataclass(frozen=True, kw_only=True)
class Transition:
    """People with one level of the first score and one of the second."""

    first: str
    second: str
    people: Count


@dataclass(frozen=True, kw_only=True)
class TransitionRate:
    """The rate of the event among people with one level of the first score and one of the second."""

    first: str
    second: str
    rate: Estimate


@dataclass(frozen=True, kw_only=True)
class ComparedOutcome:
    """Both scores against one outcome, in the same people: paired AUCs, and the calibration of each."""

    outcome: str
    n: Count
    n_events: Count
    first_auc: Estimate
    second_auc: Estimate
    difference: Estimate
    first_expected_observed: Estimate | None = None
    second_expected_observed: Estimate | None = None
    transitions: tuple[TransitionRate, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Changed:
    """Who changed level: a group, or a reason, with how many of its people went up, down, or stayed.

    `by` is ``everybody``, the id of a grouping, or ``reason``. Of reasons `name` is ``cut-off`` (the same score,
    another level), ``score`` (another score), ``status`` (only one of the two has a level), or an item whose answer is
    worth other points in the two versions.
    """

    by: str
    name: str
    label: Words
    people: Count
    up: Count
    down: Count
    same: Count


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two scores, or two versions of an instrument, on the same people.

    `is_same_instrument` says that levels and scores mean the same thing; then `changed` has reasons item by item.
    `correlation` is that of the two scores.
    """

    first: str
    second: str
    is_same_instrument: bool
    people: Count
    correlation: Estimate
    agreement: tuple[Estimate, ...]
    transitions: tuple[Transition, ...]
    changed: tuple[Changed, ...]
    outcomes: tuple[ComparedOutcome, ...]


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How much raters agree on a score, and on its level where it has levels.

    `measures` of points: ``icc`` and ``sem``; of all: ``percent_agreement``, ``kappa`` or ``fleiss_kappa``,
    ``gwet_ac1``, ``krippendorff_alpha``. `of_level` has the same for the level.
    """

    id: str
    score: str
    raters: int
    people: Count
    measures: tuple[Estimate, ...]
    of_level: tuple[Estimate, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One criterion, judged once: for one score and outcome, grouping or set of raters.

    Parameters
    ----------
    measure
        As written in the criteria, such as ``difference in auc between groups``.
    at_least, at_most, between, judged_by, because
        The rule. For differences `at_most` bounds the absolute value.
    score, outcome, grouping, raters, cut
        What it was judged for.
    verdict
        Also ``not enough data`` where nothing can be estimated; then `estimates` may be empty.
    estimates
        What decided, the deciding one first.
    more_people, more_events
        How many more would decide, if the value stayed as it is; None where it is decided, or no number would do.
    not_judged
        Groups too small to be judged.
    note
        Why nothing could be estimated, or why no number of people would decide.
    """

    measure: str
    judged_by: JudgedBy
    verdict: VerdictWord
    at_least: float | None = None
    at_most: float | None = None
    between: tuple[float, float] | None = None
    because: Words = field(default_factory=dict)
    score: str | None = None
    outcome: str | None = None
    grouping: str | None = None
    raters: str | None = None
    cut: str | None = None
    estimates: tuple[Estimate, ...] = ()
    more_people: int | None = None
    more_events: int | None = None
    not_judged: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class MethodUsed:
    """A method that made at least one estimate of the study, and its reference."""

    measure: str
    method: str
    reference: str
