"""Judges the criteria that were set beforehand: met, not met, or not enough data."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rvn.study.entries import Criterion
from rvn.study.load import AT_A_CUT, OF_GROUPS, OF_RATERS, Study
from rvn.study.results import Agreement, Analysis, Grouping, Verdict, VerdictWord
from rvn.study.results.facts import words
from rvn.validation.estimate import Estimate, Scale

IN_GROUPS = {
    "difference in auc between groups": "auc_difference",
    "ratio of e_over_o between groups": "expected_observed_ratio",
    "difference in false positive rate between groups": "false_positive_rate_difference",
    "difference in false negative rate between groups": "false_negative_rate_difference",
}
USABLE = ("ok", "degenerate", "below_chance", "sparse", "separated")


@dataclass(frozen=True)
class Bounds:
    """Where a value should lie, and what of it is judged."""

    low: float
    high: float
    judged_by: str

    @classmethod
    def of(cls, rule: Criterion, measure: str) -> Bounds:
        """Return the bounds of a rule; a difference is bounded in either direction."""
        if rule.between is not None:
            return cls(rule.between[0], rule.between[1], rule.judged_by)
        if rule.at_least is not None:
            return cls(rule.at_least, math.inf, rule.judged_by)
        assert rule.at_most is not None
        low = -rule.at_most if measure.startswith("difference") else -math.inf
        return cls(low, rule.at_most, rule.judged_by)


def judge(estimate: Estimate, bounds: Bounds) -> VerdictWord:
    """Return how one estimate is judged.

    >>> area = Estimate(name="auc", value=0.7, low=0.64, high=0.76)
    >>> [judge(area, Bounds(least, math.inf, "lower limit")) for least in (0.6, 0.65, 0.8)]
    ['met', 'not enough data', 'not met']
    """
    if math.isnan(estimate.value) or estimate.status not in USABLE:
        return "not enough data"
    if bounds.judged_by == "value":
        return "met" if bounds.low <= estimate.value <= bounds.high else "not met"
    if math.isnan(estimate.low) or math.isnan(estimate.high):
        return "not enough data"
    if bounds.low <= estimate.low and estimate.high <= bounds.high:
        return "met"
    if estimate.high < bounds.low or estimate.low > bounds.high:
        return "not met"
    return "not enough data"


_TO: Mapping[Scale, Callable[[float], float]] = {
    "identity": lambda value: value,
    "log": lambda value: math.log(value) if value > 0 else -math.inf,
    "logit": lambda value: math.log(value / (1 - value)) if 0 < value < 1 else math.copysign(math.inf, value - 0.5),
    "loglog": lambda value: math.log(-math.log(value)) if 0 < value < 1 else math.nan,
    "fisher_z": lambda value: math.atanh(value) if -1 < value < 1 else math.copysign(math.inf, value),
    "arcsine": lambda value: math.asin(math.sqrt(value)) if 0 <= value <= 1 else math.nan,
}


def times_as_many(estimate: Estimate, bounds: Bounds) -> float:
    """Return how many times as many people would decide, if the value stayed: NaN where no number would.

    The half-width of an interval falls with the square root of the number of people, on the scale on which it is made.

    >>> times_as_many(Estimate(name="d", value=0.2, low=0.0, high=0.4), Bounds(0.1, math.inf, "lower limit"))
    4.0
    """
    scale = _TO[estimate.scale]
    value = scale(estimate.value)
    factor = 1.0
    for bound in (bounds.low, bounds.high):
        if not math.isfinite(bound):
            continue
        limit = estimate.low if bound < estimate.value else estimate.high
        apart, half = abs(value - scale(bound)), abs(value - scale(limit))
        if apart == 0 or not math.isfinite(half) or not math.isfinite(apart):
            return math.nan
        inside = bounds.low <= estimate.value <= bounds.high
        needed = (half / apart) ** 2
        # Inside, both bounds must be clear; outside, only the one that is passed over.
        if inside or (bound > estimate.value) == (estimate.value < bounds.low):
            factor = max(factor, needed)
    return round(factor, 9)


def verdicts(study: Study, analyses: Sequence[Analysis], agreement: Sequence[Agreement]) -> tuple[Verdict, ...]:
    """Return every criterion judged for all that it applies to."""
    found = []
    for measure, rules in study.file.criteria.items():
        for rule in rules:
            found += list(_judged(measure, rule, analyses, agreement))
    return tuple(found)


def _judged(
    measure: str, rule: Criterion, analyses: Sequence[Analysis], agreement: Sequence[Agreement]
) -> Iterator[Verdict]:
    blank = Verdict(
        measure=measure,
        judged_by=rule.judged_by,
        verdict="not enough data",
        at_least=rule.at_least,
        at_most=rule.at_most,
        between=None if rule.between is None else (rule.between[0], rule.between[1]),
        because=words(rule.because),
        cut=rule.cut,
    )
    bounds = Bounds.of(rule, measure)
    if measure in OF_RATERS:
        for raters in agreement:
            if rule.raters is None or raters.id in rule.raters:
                rows = [row for row in raters.measures if row.name == measure.replace(" ", "_")]
                yield _decided(replace(blank, raters=raters.id, score=raters.score), bounds, rows[:1])
        return
    for analysis in analyses:
        if (rule.scores and analysis.score not in rule.scores) or (
            rule.outcomes and analysis.outcome not in rule.outcomes
        ):
            continue
        here = replace(blank, score=analysis.score, outcome=analysis.outcome)
        if measure.endswith(OF_GROUPS):
            if "e_over_o" in measure and analysis.calibration is None:
                continue
            for grouping in analysis.groupings:
                if rule.groups is None or grouping.id in rule.groups:
                    yield _of_groups(replace(here, grouping=grouping.id), bounds, measure, grouping, rule.cut)
        elif (judged := _of_analysis(measure, analysis)) is not None:
            yield _decided(here, bounds, judged)


def _of_analysis(measure: str, analysis: Analysis) -> list[Estimate] | None:
    """Return the estimates that a measure judges; None where the criterion does not apply."""
    if measure == "auc":
        return [analysis.auc]
    if measure == "rise between levels":
        rows = [row for row in analysis.steps if row.name.startswith("difference")]
        return rows if analysis.levels else None
    if analysis.calibration is None:
        return None
    if measure == "e_over_o":
        return [analysis.calibration.expected_observed]
    return [row for row in analysis.calibration.measures if row.name == "calibration_slope"]


def _of_groups(blank: Verdict, bounds: Bounds, measure: str, grouping: Grouping, cut: str | None) -> Verdict:
    judged = {row.group for row in grouping.rows if row.is_judged}
    rows = [
        row
        for row in grouping.differences
        if row.name == IN_GROUPS[measure]
        and row.at.get("group") in judged
        and row.at.get("reference") in judged
        and (not measure.endswith(AT_A_CUT) or row.at.get("cut") == cut)
    ]
    small = tuple(row.group for row in grouping.rows if not row.is_judged)
    made = _decided(replace(blank, not_judged=small), bounds, rows)
    if not rows:
        note = "fewer than two groups are large enough to be judged" if len(judged) < 2 else "it cannot be estimated"
        return replace(made, note=note)
    return made


def _decided(blank: Verdict, bounds: Bounds, rows: Sequence[Estimate]) -> Verdict:
    """Return a verdict on several estimates: not met where one is not, met where all are."""
    if not rows:
        note = (
            "it is not defined where people were followed for unequal times"
            if blank.outcome
            else "it cannot be estimated"
        )
        return replace(blank, note=note)
    judged = [(judge(row, bounds), row) for row in rows]
    order: tuple[VerdictWord, ...] = ("not met", "not enough data", "met")
    word = next(word for word in order if any(verdict == word for verdict, _ in judged))
    first = sorted(judged, key=lambda pair: (order.index(pair[0]), *_strain(pair[1], bounds, pair[0])))
    estimates = tuple(row for _, row in first)
    made = replace(blank, verdict=word, estimates=estimates)
    if word != "not enough data":
        return made
    open_rows = [row for verdict, row in judged if verdict == word]
    if any(math.isnan(row.value) or math.isnan(row.low) for row in open_rows):
        notes = next((row.notes for row in open_rows if row.notes), ())
        return replace(made, note=notes[0] if notes else "it cannot be estimated")
    factor = max(times_as_many(row, bounds) for row in open_rows)
    if any(math.isnan(times_as_many(row, bounds)) for row in open_rows):
        return replace(made, note="the value lies on the bound: no number of people would decide")
    deciding = max(open_rows, key=lambda row: times_as_many(row, bounds))
    events = deciding.n_events
    return replace(
        made,
        more_people=_more(deciding.n, factor),
        more_events=None if events is None else _more(events, factor),
    )


def _more(number: int, factor: float) -> int:
    return max(1, math.ceil(number * factor) - number)


def _strain(row: Estimate, bounds: Bounds, verdict: VerdictWord) -> tuple[float, float]:
    """Return by what estimates of one verdict are ordered: how far from deciding, then how far from what is allowed."""
    if math.isnan(row.value):
        return -math.inf, -math.inf
    open_still = -times_as_many(row, bounds) if verdict == "not enough data" and not math.isnan(row.low) else 0.0
    beyond = max(bounds.low - row.value, row.value - bounds.high)
    return (-math.inf if math.isnan(open_still) else open_still), -beyond
