"""What is found of one score against one outcome: ranking, rates at each score and level, and accuracy of cuts."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rvn.study.calibrating import calibration
from rvn.study.followed import follow_up
from rvn.study.forest import forest
from rvn.study.groups_found import groupings_found
from rvn.study.material import MOST_SCORES, Material, named
from rvn.study.results import Analysis, CutRow, LevelRow, RocPoint, ScoreRow
from rvn.validation.association.linearity import linearity
from rvn.validation.association.odds_ratios import odds_ratio, odds_ratio_per_sd, odds_ratios_by_level
from rvn.validation.calibration.expected_observed import expected_observed_by
from rvn.validation.cutoffs.accuracy import Accuracy, accuracy
from rvn.validation.discrimination.auc import auc
from rvn.validation.estimate import Estimate
from rvn.validation.follow_up.accuracy_at_horizon import accuracy_at
from rvn.validation.follow_up.calibration_at_horizon import expected_observed_at
from rvn.validation.follow_up.survival import aalen_johansen
from rvn.validation.follow_up.time_dependent import auc_at
from rvn.validation.foundations.independent import independent_difference
from rvn.validation.rates.observed import rates_by_level, steps, trend
from rvn.validation.rates.proportions import proportion

BINS = 20  # of the table of a score with many values


def analyse(of: Material) -> Analysis:
    """Return everything that is found of one score against one outcome."""
    headline, base_rate = area(of), rate(of)
    groupings = groupings_found(of)
    found = calibration(of)
    levels = tuple(_levels(of))
    return Analysis(
        score=of.scored.name,
        outcome=of.happened.facts.id,
        basis="follow-up" if of.is_followed else "fixed",
        flow=of.flow,
        n=base_rate.n,
        n_events=base_rate.n_events or 0,
        base_rate=base_rate,
        auc=headline,
        discrimination=() if of.is_followed or not of.has_few_scores else of(trend, "outcome", "score"),
        association=() if of.is_followed else tuple(_association(of)),
        roc=tuple(_roc(of)),
        scores=tuple(_scores(of)),
        levels=levels,
        steps=tuple(_steps_at(levels) if of.is_followed else _steps(of)),
        cutoffs=tuple(_cutoffs(of)),
        calibration=found,
        follow_up=follow_up(of),
        groupings=groupings,
        forest=forest(headline, found, groupings),
    )


def area(of: Material) -> Estimate:
    """Return the AUC, at the window's end where follow-up is unequal."""
    if of.is_followed:
        (found,) = of(auc_at, "time", "event", "score", horizon=of.horizon, level=of.confidence)
    else:
        (found,) = of(auc, "outcome", "score", level=of.confidence)
    return found


def rate(of: Material) -> Estimate:
    """Return how many have the event within the window."""
    if of.is_followed:
        (found,) = of(aalen_johansen, "time", "event", horizons=[of.horizon], level=of.confidence)
        return replace(found, name="base_rate")
    events, people = of.tally["outcome"] @ of.tally["counts"], of.tally.n
    return replace(proportion(int(events), people, level=of.confidence), name="base_rate")


def _association(of: Material) -> Iterator[Estimate]:
    pair = ("outcome", "score")
    yield from of(odds_ratio, *pair, level=of.confidence)
    yield from of(odds_ratio_per_sd, *pair, level=of.confidence)
    if of.has_few_scores:
        yield from of(linearity, *pair)
    if of.has_levels and len(np.unique(of.tally["level"])) > 1:
        lowest = float(np.nanmin(of.tally["level"]))
        rows = of(odds_ratios_by_level, "outcome", "level", reference=lowest, level=of.confidence)
        ordered = sorted(rows, key=lambda row: _place(row.at["level"]))
        for row in named(named(ordered, "level", of.scored.names), "reference", of.scored.names):
            yield replace(row, name="odds_ratio_of_level")


def _place(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else math.inf


# cuts


def _cuts(of: Material) -> list[float]:
    """Return the scores to cut at; of many, every hundredth."""
    scores = np.unique(of.tally["score"])
    if len(scores) <= MOST_SCORES:
        return [float(score) for score in scores]
    wanted = np.linspace(0, len(scores) - 1, MOST_SCORES)
    return [float(score) for score in scores[np.unique(wanted.round().astype(int))]]


def _roc(of: Material) -> Iterator[RocPoint]:
    cuts = _cuts(of)
    if not cuts:
        return
    yield RocPoint(cut=math.inf, false_positive_rate=0.0, sensitivity=0.0, low=0.0, high=0.0)
    for cut, sensitivity, specificity in reversed(_pairs(of, cuts)):
        if not (math.isnan(sensitivity.value) or math.isnan(specificity.value)):
            yield RocPoint(
                cut=cut,
                false_positive_rate=1 - specificity.value,
                sensitivity=sensitivity.value,
                low=sensitivity.low,
                high=sensitivity.high,
            )


def _pairs(of: Material, cuts: Sequence[float]) -> list[tuple[float, Estimate, Estimate]]:
    if of.is_followed:
        found = [(cut, _accuracy_at(of, "score", cut)) for cut in cuts[1:]]
        whole = (cuts[0], 1.0)
        rows = [(cut, at[0], at[1]) for cut, at in found]
        first = [
            (whole[0], Estimate(name="sensitivity", value=1, low=1, high=1), Estimate(name="specificity", value=0))
        ]
        return first + rows
    rows_fixed: tuple[Accuracy, ...] = of.raw(accuracy, "outcome", "score", cuts=cuts, level=of.confidence)
    return [(row.cut, row.sensitivity, row.specificity) for row in rows_fixed]


def _accuracy_at(of: Material, column: str, cut: float) -> tuple[Estimate, ...]:
    return of(accuracy_at, "time", "event", column, horizon=of.horizon, cut=cut, level=of.confidence)


def _cutoffs(of: Material) -> Iterator[CutRow]:
    names = of.scored.names
    if of.has_levels and len(names) > 1:
        for place in range(1, len(names)):
            yield _cut_row(of, "level", float(place), names[place])
    if of.has_few_scores:
        for score in np.unique(of.tally["score"])[1:]:
            yield _cut_row(of, "score", float(score), f"{score:g}")


def _cut_row(of: Material, column: str, cut: float, shown: str) -> CutRow:
    if of.is_followed:
        caught, spared, right, clear = _accuracy_at(of, column, cut)
        above = of.tally["counts"] @ (of.tally[column] >= cut)
        known = of.tally["counts"] @ ~np.isnan(of.tally[column])
        flagged = replace(proportion(int(above), int(known), level=of.confidence), name="flagged")
        others: tuple[Estimate, ...] = ()
    else:
        (row,) = of.raw(accuracy, "outcome", column, cuts=[cut], level=of.confidence)
        caught, spared, flagged = row.sensitivity, row.specificity, row.flagged
        right, clear = row.positive_predictive_value, row.negative_predictive_value
        others = (
            row.accuracy,
            row.youden,
            row.positive_likelihood_ratio,
            row.negative_likelihood_ratio,
            row.number_needed_to_detain,
            row.number_safely_discharged,
        )
    at = {"cut": shown, "of": column}
    return CutRow(
        of=column,  # type: ignore[arg-type]
        cut=shown,
        flagged=replace(flagged, at=at),
        sensitivity=replace(caught, at=at),
        specificity=replace(spared, at=at),
        positive_predictive_value=replace(right, at=at),
        negative_predictive_value=replace(clear, at=at),
        others=tuple(replace(row, at=at) for row in others),
    )


# tables


def _scores(of: Material) -> Iterator[ScoreRow]:
    scores = of.tally["score"].astype(np.float64)
    distinct = np.unique(scores)
    if len(distinct) <= MOST_SCORES:
        lower = upper = distinct
    else:
        edges = np.unique(np.quantile(distinct, np.linspace(0, 1, BINS + 1)))
        lower, upper = edges[:-1], edges[1:]
    code = np.clip(np.searchsorted(lower, scores, side="right") - 1, 0, None).astype(np.float64)
    for place, row in enumerate(_rates(of, code, len(lower))):
        at = {"score": float(lower[place])}
        yield ScoreRow(
            score=float(lower[place]),
            upto=float(upper[place]),
            people=row.n,
            events=row.n_events or 0,
            rate=replace(row, at=at),
        )


def _rates(of: Material, code: npt.NDArray[np.float64], size: int) -> tuple[Estimate, ...]:
    """Return the rate, or the risk by the window's end, of those with each code."""
    known = ~np.isnan(code)
    counts, places = of.tally["counts"][known], [float(place) for place in range(size)]
    if of.is_followed:
        time, event = (of.tally[name][known] for name in ("time", "event"))
        rows = aalen_johansen(
            time, event, [of.horizon], group=code[known], groups=places, counts=counts, level=of.confidence
        )
        return tuple(replace(row, name="rate") for row in rows)
    return rates_by_level(of.tally["outcome"][known], code[known], places, counts=counts, level=of.confidence)


def _levels(of: Material) -> Iterator[LevelRow]:
    if not of.has_levels:
        return
    names = of.scored.names
    rates: tuple[Estimate, ...] = _rates(of, of.tally["level"].astype(np.float64), len(names))
    ratios = _ratios_by_level(of) if of.has_risk else {}
    for place, row in enumerate(rates):
        ratio = ratios.get(place)
        yield LevelRow(
            level=names[place],
            people=row.n,
            events=row.n_events or 0,
            rate=replace(row, at={"level": names[place]}),
            expected=None if ratio is None else _expected(of, place),
            expected_observed=None if ratio is None else replace(ratio, at={"level": names[place]}),
        )


def _ratios_by_level(of: Material) -> dict[int, Estimate]:
    if of.is_followed:
        rows = of(_at_horizon, "time", "event", "risk", "level", horizon=of.horizon, level=of.confidence)
    else:
        rows = of(expected_observed_by, "outcome", "risk", "level", level=of.confidence)
    return {int(_place(row.at["group"])): row for row in rows}


def _at_horizon(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    risk: npt.ArrayLike,
    group: npt.ArrayLike,
    *,
    horizon: float,
    level: float,
    counts: npt.ArrayLike,
) -> tuple[Estimate, ...]:
    return expected_observed_at(time, event, risk, horizon, group=group, counts=counts, level=level)


def _expected(of: Material, place: int) -> float:
    here = (of.tally["level"] == place) & ~np.isnan(of.tally["risk"].astype(np.float64))
    return float(of.tally["risk"][here] @ of.tally["counts"][here])


def _steps_at(levels: Sequence[LevelRow]) -> Iterator[Estimate]:
    """Yield the rise of the risk by the window's end from each level to the next."""
    for lower, higher in itertools.pairwise(levels):
        at = {"lower": lower.level, "higher": higher.level}
        yield replace(independent_difference(higher.rate, lower.rate), name="difference", at=at)


def _steps(of: Material) -> Iterator[Estimate]:
    if not of.has_levels:
        return
    names = of.scored.names
    places = [float(place) for place in range(len(names))]
    for step in of.raw(steps, "outcome", "level", levels=places, level=of.confidence):
        at = {"lower": names[int(step.lower)], "higher": names[int(step.higher)]}
        yield replace(step.difference, at=at)
        yield replace(step.ratio, at=at)
