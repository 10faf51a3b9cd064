"""What a study found: plain, typed and complete, so that reports need nothing else.

Estimates are `rvn.validation.Estimate`: an undefined one has the status ``not_estimable``, one that rests on too few
people the status ``suppressed``. Counts that small cells hide are None. Rates and shares lie between 0 and 1, times
are in the unit of the window of their outcome. Words (`Words`) are texts by language, ``{"en": …, "lv": …}``; English
may be the only one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rvn.study.results.analysis import (
    Analysis,
    Basis,
    Calibration,
    CurvePoint,
    CutRow,
    ErrorRow,
    FollowUp,
    ForestRow,
    Grouping,
    GroupRow,
    IncidenceCurve,
    IncidencePoint,
    LevelRow,
    RocPoint,
    ScoreRow,
)
from rvn.study.results.facts import (
    Count,
    DataSource,
    FlowStep,
    ItemRow,
    LevelFacts,
    LockEntry,
    LockState,
    MissingAnswers,
    OutcomeFacts,
    OverrideCell,
    Overrides,
    PlanState,
    ProblemRow,
    ScoreFacts,
    StepKind,
    Tallied,
    Words,
)
from rvn.study.results.judged import (
    Agreement,
    Changed,
    ComparedOutcome,
    Comparison,
    JudgedBy,
    MethodUsed,
    Transition,
    TransitionRate,
    Verdict,
    VerdictWord,
)
from rvn.validation.estimate import Estimate

SCHEMA = 1
KIND = "rvn study results"

__all__ = [
    "KIND",
    "SCHEMA",
    "Agreement",
    "Analysis",
    "Basis",
    "Calibration",
    "Changed",
    "ComparedOutcome",
    "Comparison",
    "Count",
    "CurvePoint",
    "CutRow",
    "DataSource",
    "ErrorRow",
    "Estimate",
    "FlowStep",
    "FollowUp",
    "ForestRow",
    "GroupRow",
    "Grouping",
    "IncidenceCurve",
    "IncidencePoint",
    "ItemRow",
    "JudgedBy",
    "LevelFacts",
    "LevelRow",
    "LockEntry",
    "LockState",
    "MethodUsed",
    "MissingAnswers",
    "OutcomeFacts",
    "OverrideCell",
    "Overrides",
    "PlanState",
    "ProblemRow",
    "Results",
    "RocPoint",
    "ScoreFacts",
    "ScoreRow",
    "StepKind",
    "Tallied",
    "Transition",
    "TransitionRate",
    "Verdict",
    "VerdictWord",
    "Words",
]


@dataclass(frozen=True, kw_only=True)
class Results:
    """Everything that a run of a study found.

    Parameters
    ----------
    schema, kind
        Of `results.json`; a reader refuses what it does not know.
    id, title, question
        Of the study.
    confidence, suppress_below
        Level of all intervals; smallest number of people or events that is shown (0: everything).
    software
        Versions of rvn and of what computes.
    plan, data, flow, problems
        What was run, on what, who went out, and which cells could not be used.
    suppressed
        How many numbers are hidden because they rest on fewer than `suppress_below` people.
    """

    schema: int
    kind: str
    id: str
    title: Words
    question: Words
    confidence: float
    suppress_below: int
    software: Mapping[str, str]
    plan: PlanState
    data: tuple[DataSource, ...]
    flow: tuple[FlowStep, ...]
    problems: tuple[ProblemRow, ...]
    scores: tuple[ScoreFacts, ...]
    outcomes: tuple[OutcomeFacts, ...]
    analyses: tuple[Analysis, ...]
    comparisons: tuple[Comparison, ...]
    agreement: tuple[Agreement, ...]
    verdicts: tuple[Verdict, ...]
    methods: tuple[MethodUsed, ...]
    suppressed: int = 0
