"""Two scores, or two versions of an instrument, on the same people: which ranks better, and who changed and why."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rvn.study.cells import BoolArray
from rvn.study.grouped import Groups
from rvn.study.happened import Happened
from rvn.study.load import Study
from rvn.study.results import Changed, ComparedOutcome, Comparison, Transition, TransitionRate, Words
from rvn.study.scored import Scored
from rvn.validation.agreement.kappa import kappa
from rvn.validation.agreement.many_raters import percent_agreement
from rvn.validation.calibration.expected_observed import expected_observed
from rvn.validation.discrimination.auc import auc, compare_auc
from rvn.validation.estimate import Estimate
from rvn.validation.follow_up.calibration_at_horizon import expected_observed_at
from rvn.validation.follow_up.time_dependent import auc_at, compare_auc_at
from rvn.validation.rates.proportions import proportion
from rvn.validation.reliability.correlation import correlation
from rvn.validation.tally import Tally

EVERYBODY: Words = {"en": "Everybody", "lv": "Visi"}
REASONS: dict[str, Words] = {
    "cut-off": {"en": "The same score, another cut-off", "lv": "Tas pats vērtējums, cita robežvērtība"},
    "score": {"en": "Another score", "lv": "Cits vērtējums"},
    "status": {"en": "Only one of the two has a level", "lv": "Līmenis ir tikai vienā no abiem"},
}


def comparisons(
    study: Study, scores: Sequence[Scored], outcomes: Sequence[Happened], groups: Sequence[Groups]
) -> tuple[Comparison, ...]:
    """Return the comparisons of the plan: the pairs that it names, or every pair where it names none."""
    by_name = {scored.name: scored for scored in scores}
    wanted = study.file.compare
    pairs = itertools.combinations(by_name, 2) if wanted is None else [(first, second) for first, second in wanted]
    confidence = study.file.confidence
    return tuple(_comparison(by_name[first], by_name[second], outcomes, groups, confidence) for first, second in pairs)


def _comparison(
    first: Scored, second: Scored, outcomes: Sequence[Happened], groups: Sequence[Groups], confidence: float
) -> Comparison:
    both = ~np.isnan(first.points) & ~np.isnan(second.points)
    same = (
        first.instrument is not None and second.instrument is not None and first.instrument.id == second.instrument.id
    )
    pair = Tally({"first": first.points[both], "second": second.points[both]})
    comparable = bool(first.names) and first.names == second.names
    return Comparison(
        first=first.name,
        second=second.name,
        is_same_instrument=same,
        people=int(both.sum()),
        correlation=correlation(pair["first"], pair["second"], counts=pair["counts"], level=confidence),
        agreement=_agreement(first, second, confidence) if comparable else (),
        transitions=tuple(_transitions(first, second)),
        changed=tuple(_changed(first, second, groups)) if comparable else (),
        outcomes=tuple(_on(first, second, happened, both, confidence) for happened in outcomes),
    )


def _levels(first: Scored, second: Scored, where: BoolArray | None = None) -> npt.NDArray[np.int64]:
    """Return how many people have each pair of levels."""
    rows, columns = len(first.names), len(second.names)
    known = (first.level >= 0) & (second.level >= 0)
    if where is not None:
        known &= where
    cells = np.bincount(first.level[known] * columns + second.level[known], minlength=rows * columns)
    return cells.reshape(rows, columns)


def _transitions(first: Scored, second: Scored) -> Iterator[Transition]:
    if first.names and second.names:
        cells = _levels(first, second)
        for row, one in enumerate(first.names):
            for column, other in enumerate(second.names):
                yield Transition(first=one, second=other, people=int(cells[row, column]))


def _agreement(first: Scored, second: Scored, confidence: float) -> tuple[Estimate, ...]:
    known = (first.level >= 0) & (second.level >= 0)
    tally = Tally({"first": first.level[known].astype(float), "second": second.level[known].astype(float)})
    one, other, counts = tally["first"], tally["second"], tally["counts"]
    table = np.column_stack([one, other])
    return (
        percent_agreement(table, counts=counts, level=confidence),
        kappa(one, other, counts=counts, level=confidence),
        kappa(one, other, counts=counts, weights="linear", level=confidence),
    )


# who changed


def _changed(first: Scored, second: Scored, groups: Sequence[Groups]) -> Iterator[Changed]:
    known = (first.level >= 0) & (second.level >= 0)
    yield _counted("everybody", "everybody", EVERYBODY, first, second, known)
    for grouping in groups:
        for place, name in enumerate(grouping.names):
            yield _counted(grouping.id, name, grouping.labels[place], first, second, known & (grouping.place == place))
    moved = known & (first.level != second.level)
    same_score = first.points == second.points
    yield _counted("reason", "cut-off", REASONS["cut-off"], first, second, moved & same_score)
    yield _counted("reason", "score", REASONS["score"], first, second, moved & ~same_score)
    one_only = (first.level >= 0) != (second.level >= 0)
    none = np.zeros(len(known), dtype=bool)
    status = _counted("reason", "status", REASONS["status"], first, second, none)
    yield replace(status, people=int(one_only.sum()))
    for item in first.items:
        if item in second.items and second.instrument is not None:
            one, other = first.items[item][0], second.items[item][0]
            differs = moved & ((one != other) & ~(np.isnan(one) & np.isnan(other)))
            if differs.any():
                label = {language: second.instrument.wording(language).label(item) for language in ("en", "lv")}
                yield _counted("reason", item, label, first, second, differs)


def _counted(by: str, name: str, label: Words, first: Scored, second: Scored, where: BoolArray) -> Changed:
    one, other = first.level[where], second.level[where]
    return Changed(
        by=by,
        name=name,
        label=label,
        people=int(where.sum()),
        up=int((other > one).sum()),
        down=int((other < one).sum()),
        same=int((other == one).sum()),
    )


# against an outcome


def _on(first: Scored, second: Scored, happened: Happened, both: BoolArray, confidence: float) -> ComparedOutcome:
    name = happened.facts.id
    risks = {
        f"{which} risk": scored.risks[name]
        for which, scored in (("first", first), ("second", second))
        if name in scored.risks
    }
    columns = {"first": first.points, "second": second.points, **risks}
    if happened.needs_follow_up and happened.time is not None and happened.event is not None:
        kept = both & ~np.isnan(happened.time)
        outcome = {"time": happened.time, "event": happened.event}
    else:
        kept, outcome = both & ~np.isnan(happened.outcome), {"outcome": happened.outcome}
    tally = Tally({key: values[kept] for key, values in {**outcome, **columns}.items()})
    one, other, counts = tally["first"], tally["second"], tally["counts"]
    ratios: dict[str, Estimate] = {}
    if "time" in outcome:
        time, event, by = tally["time"], tally["event"], happened.horizon
        first_area = auc_at(time, event, one, by, counts=counts, level=confidence)
        second_area = auc_at(time, event, other, by, counts=counts, level=confidence)
        difference = compare_auc_at(time, event, one, other, by, counts=counts, level=confidence)
        for key in risks:
            (ratios[key],) = expected_observed_at(time, event, tally[key], by, counts=counts, level=confidence)
        events = int(counts[event == 1].sum())
    else:
        yes = tally["outcome"]
        first_area = auc(yes, one, counts=counts, level=confidence)
        second_area = auc(yes, other, counts=counts, level=confidence)
        difference = compare_auc(yes, one, other, counts=counts, level=confidence)
        ratios = {key: expected_observed(yes, tally[key], counts=counts, level=confidence) for key in risks}
        events = int(counts @ yes)
    rates = _rates(first, second, happened, kept, confidence) if "outcome" in outcome else ()
    return ComparedOutcome(
        outcome=name,
        n=tally.n,
        n_events=events,
        first_auc=replace(first_area, at={"score": first.name}),
        second_auc=replace(second_area, at={"score": second.name}),
        difference=difference,
        first_expected_observed=ratios.get("first risk"),
        second_expected_observed=ratios.get("second risk"),
        transitions=tuple(rates),
    )


def _rates(
    first: Scored, second: Scored, happened: Happened, kept: BoolArray, confidence: float
) -> Iterator[TransitionRate]:
    people, events = _levels(first, second, kept), _levels(first, second, kept & (happened.outcome == 1))
    for row, one in enumerate(first.names):
        for column, other in enumerate(second.names):
            rate = proportion(int(events[row, column]), int(people[row, column]), level=confidence)
            at = {"first": one, "second": other}
            yield TransitionRate(first=one, second=other, rate=replace(rate, name="rate", at=at))
