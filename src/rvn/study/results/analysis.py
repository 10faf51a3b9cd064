"""What was found of one score against one outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rvn.study.results.facts import Count, FlowStep, Tallied, Words
from rvn.validation.estimate import Estimate

Basis = Literal["fixed", "follow-up"]


@dataclass(frozen=True, kw_only=True)
class RocPoint:
    """Calling `cut` and above high: sensitivity with its pointwise interval, and the false positive rate."""

    cut: float
    false_positive_rate: float
    sensitivity: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class ScoreRow:
    """The people at one score (or, of many-valued scores, from `score` up to `upto`): how many, and events."""

    score: float
    upto: float
    people: Count
    events: Count
    rate: Estimate


@dataclass(frozen=True, kw_only=True)
class LevelRow:
    """The people at one level: how many, events, rate, and where there is a published risk what was expected.

    `expected` is a number of events; `expected_observed` is E/O. With `basis` ``follow-up`` the rate is the cumulative
    incidence by the window and `events` are those observed within it.
    """

    level: str
    people: Count
    events: Count
    rate: Estimate
    expected: float | None = None
    expected_observed: Estimate | None = None


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """The observed risk at one published risk, by the smoother named in the method of `Calibration.curve_method`."""

    risk: float
    observed: float
    low: float
    high: float
    people: Count


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Whether the published risks are right.

    `expected_observed` is E/O of everybody. `measures` are what else the sample allows: ``calibration_in_the_large``,
    ``calibration_slope``, ``brier``, ``scaled_brier``, ``spiegelhalter``, ``ici``, ``e50``, ``e90``, ``emax`` …
    """

    risk_source: str
    expected: float | None
    expected_observed: Estimate
    measures: tuple[Estimate, ...] = ()
    curve: tuple[CurvePoint, ...] = ()
    curve_method: str = ""


@dataclass(frozen=True, kw_only=True)
class IncidencePoint:
    """Cumulative incidence at one time, and how many were still observed without an event just before it."""

    time: float
    risk: float
    low: float
    high: float
    at_risk: Count


@dataclass(frozen=True, kw_only=True)
class IncidenceCurve:
    """Cumulative incidence of the event from 0 to the window, of everybody (`level` None) or of one level.

    `final` is the estimate at the window.
    """

    level: str | None
    people: Count
    events: Count
    points: tuple[IncidencePoint, ...]
    final: Estimate


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """What unequal follow-up says; times are in `unit`.

    `method` is ``Kaplan-Meier`` without competing events and ``Aalen-Johansen`` with. `measures`: ``harrell_c``,
    ``hazard_ratio``, ``hazard_ratio_per_sd``, ``log_rank``, ``auc`` at the horizon …
    """

    horizon: float
    unit: str
    method: Literal["Kaplan-Meier", "Aalen-Johansen"]
    median_observed: float
    censored: Count
    competing: tuple[Tallied, ...]
    curves: tuple[IncidenceCurve, ...]
    measures: tuple[Estimate, ...]


@dataclass(frozen=True, kw_only=True)
class CutRow:
    """How accurate it is to call a cut and above high; `of` says whether `cut` is a level or a score."""

    of: Literal["level", "score"]
    cut: str
    flagged: Estimate
    sensitivity: Estimate
    specificity: Estimate
    positive_predictive_value: Estimate
    negative_predictive_value: Estimate
    others: tuple[Estimate, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ErrorRow:
    """Error rates of one group at one cut (the lowest level that is flagged)."""

    cut: str
    selection_rate: Estimate
    false_positive_rate: Estimate
    false_negative_rate: Estimate
    positive_predictive_value: Estimate
    negative_predictive_value: Estimate


@dataclass(frozen=True, kw_only=True)
class GroupRow:
    """One group: how many people and events, whether it is large enough to be judged, and what was found in it.

    `base_rate` and `auc` are always there (perhaps not estimable); `expected_observed` where there is a published risk.
    """

    group: str
    label: Words
    people: Count
    events: Count
    is_judged: bool
    why_not: str
    base_rate: Estimate
    auc: Estimate
    expected_observed: Estimate | None = None
    errors: tuple[ErrorRow, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """A score against an outcome, group by group.

    Parameters
    ----------
    id, title
        Of the grouping; the site of `columns` is the grouping ``site``.
    minimum_people, minimum_events
        Groups with fewer are reported and not judged.
    reference
        The group that the others are compared with: the largest.
    rows
        In the order of the plan's bands, or sorted.
    differences
        At ``group`` and ``reference``: ``auc_difference``, ``expected_observed_ratio``, and at ``cut`` as well
        ``false_positive_rate_difference`` and ``false_negative_rate_difference`` …
    equality
        The test that all groups have the same value, for each measure.
    prediction
        Tests whether a score means the same risk in every group, where there are two events or more in each.
    pooled
        Random-effects means over the groups: ``auc`` and ``expected_observed``, each followed by its prediction
        interval (name ``…_prediction``) and heterogeneity (``…_heterogeneity``).
    absent
        People whose group is not recorded.
    """

    id: str
    title: Words
    minimum_people: int
    minimum_events: int
    reference: str | None
    rows: tuple[GroupRow, ...]
    differences: tuple[Estimate, ...] = ()
    equality: tuple[Estimate, ...] = ()
    prediction: tuple[Estimate, ...] = ()
    pooled: tuple[Estimate, ...] = ()
    absent: Count = 0


@dataclass(frozen=True, kw_only=True)
class ForestRow:
    """One line of a forest plot of `measure` (``auc`` or ``expected_observed``).

    `kind` is ``all`` (everybody), ``group`` (of `grouping`), or ``pooled`` (over the groups of `grouping`).
    """

    measure: Literal["auc", "expected_observed"]
    kind: Literal["all", "group", "pooled"]
    grouping: str | None
    label: Words
    estimate: Estimate


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """One score against one outcome.

    Parameters
    ----------
    score, outcome
        Ids of `ScoreFacts` and `OutcomeFacts`.
    basis
        ``fixed`` when yes or no within the window is known of everybody analysed, ``follow-up`` when people were
        observed for unequal times: then `auc` is at the horizon and rates are cumulative incidences.
    flow
        Continues `Results.flow` down to those analysed.
    n, n_events
        People analysed, and events among them within the window.
    base_rate, auc
        The headline estimates.
    discrimination, association
        What else is said of ranking and of strength: ``odds_ratio``, ``odds_ratio_per_sd``,
        ``odds_ratio_of_level``, ``linearity`` …
    roc, scores, levels, steps, cutoffs
        Tables from the lowest; `steps` compare each level with the level below (``difference``, ``ratio``).
    calibration
        None without a published risk for this outcome.
    follow_up
        None for outcomes recorded as yes or no.
    groupings, forest
        Over groups and sites.
    """

    score: str
    outcome: str
    basis: Basis
    flow: tuple[FlowStep, ...]
    n: Count
    n_events: Count
    base_rate: Estimate
    auc: Estimate
    discrimination: tuple[Estimate, ...] = ()
    association: tuple[Estimate, ...] = ()
    roc: tuple[RocPoint, ...] = ()
    scores: tuple[ScoreRow, ...] = ()
    levels: tuple[LevelRow, ...] = ()
    steps: tuple[Estimate, ...] = ()
    cutoffs: tuple[CutRow, ...] = ()
    calibration: Calibration | None = None
    follow_up: FollowUp | None = None
    groupings: tuple[Grouping, ...] = ()
    forest: tuple[ForestRow, ...] = ()
