"""A score against an outcome, group by group: base rates, ranking, calibration, errors, and their differences."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from rvn.errors import ContractError
from rvn.study.grouped import Groups
from rvn.study.material import Material, named, pick
from rvn.study.results import ErrorRow, Grouping, GroupRow
from rvn.validation.calibration.expected_observed import expected_observed
from rvn.validation.estimate import Estimate
from rvn.validation.follow_up.accuracy_at_horizon import accuracy_at
from rvn.validation.follow_up.calibration_at_horizon import expected_observed_at
from rvn.validation.follow_up.survival import aalen_johansen
from rvn.validation.follow_up.time_dependent import auc_at
from rvn.validation.groups.comparison import GroupComparison, by_group
from rvn.validation.groups.differential_prediction import differential_prediction_by_group
from rvn.validation.groups.discrimination import auc_by_group
from rvn.validation.groups.error_rates import error_rates
from rvn.validation.pooling.meta_analysis import pool_estimates
from rvn.validation.rates.proportions import proportion
from rvn.validation.tally import Tally

RATES = (
    "selection_rate",
    "false_positive_rate",
    "false_negative_rate",
    "positive_predictive_value",
    "negative_predictive_value",
)
POOLED = {"auc": "logit", "expected_observed": "log"}


def groupings_found(of: Material) -> tuple[Grouping, ...]:
    """Return what was found in every grouping of the study."""
    return tuple(_grouping(of, groups) for groups in of.groups)


def _grouping(of: Material, groups: Groups) -> Grouping:
    column = f"group {groups.id}"
    code = of.tally[column].astype(np.float64)
    counts = of.tally["counts"]
    known = ~np.isnan(code)
    sizes = np.bincount(code[known].astype(np.int64), counts[known], minlength=len(groups.names))
    there = [place for place, people in enumerate(sizes) if people]
    reference = max(there, key=lambda place: sizes[place]) if there else None
    found = _Found(of, groups, column, reference)
    rows = [found.row(place) for place in range(len(groups.names))]
    judged = [row for row in rows if row.is_judged]
    return Grouping(
        id=groups.id,
        title=groups.title,
        minimum_people=groups.minimum.people,
        minimum_events=groups.minimum.events,
        reference=None if reference is None else groups.names[reference],
        rows=tuple(rows),
        differences=found.differences,
        equality=found.equality,
        prediction=found.prediction,
        pooled=tuple(_pooled(judged)),
        absent=int(counts[~known].sum()),
    )


class _Found:
    """Estimates of every group, made once, with the names of the groups in place of their codes."""

    def __init__(self, of: Material, groups: Groups, column: str, reference: int | None) -> None:
        self.of, self.groups, self.column = of, groups, column
        self.reference = None if reference is None else float(reference)
        self.estimates: tuple[Estimate, ...] = ()
        self.differences: tuple[Estimate, ...] = ()
        self.equality: tuple[Estimate, ...] = ()
        self.prediction: tuple[Estimate, ...] = ()
        if reference is None:
            return
        for comparison in self._compared():
            self.estimates += self._named(comparison.estimates)
            self.differences += self._named(comparison.differences)
            self.equality += self._named(comparison.equality)

    def _named(self, rows: Sequence[Estimate]) -> tuple[Estimate, ...]:
        rows = named(named(rows, "group", self.groups.names), "reference", self.groups.names)
        rows = tuple(replace(row, notes=tuple(map(self._spelt, row.notes))) for row in rows)
        return named(rows, "cut", self.of.scored.names) if self.of.has_levels else rows

    def _spelt(self, note: str) -> str:
        """Return a note with the names of groups in place of their codes."""
        coded = r"(?<=[:,] )\d+(?= has \d|(, \d+)*$)"
        names = self.groups.names
        return re.sub(coded, lambda code: names[int(code[0])] if int(code[0]) < len(names) else code[0], note)

    def _compared(self) -> Iterator[GroupComparison]:
        of, size = self.of, len(self.of.scored.names)
        cuts = [float(place) for place in range(1, size)] if of.has_levels else []
        if of.is_followed:
            yield self._by_group(auc_at, ("time", "event", "score"), horizon=of.horizon)
            if of.has_risk:
                yield self._by_group(_ratio_at, ("time", "event", "risk"), horizon=of.horizon)
            for cut in cuts:
                yield self._errors_at(cut)
            return
        reference = self.reference
        yield of.raw(auc_by_group, "outcome", "score", self.column, level=of.confidence, reference=reference)
        if of.has_risk:
            yield self._by_group(expected_observed, ("outcome", "risk"))
        if cuts:
            rates = of.raw(
                error_rates, "outcome", "level", self.column, cuts=cuts, level=of.confidence, reference=reference
            )
            yield GroupComparison(rates.rates, rates.differences, rates.equality)
        if self._can_predict():
            tests = of.raw(
                differential_prediction_by_group,
                "outcome",
                "score",
                self.column,
                level=of.confidence,
                reference=reference,
            )
            self.prediction = self._named((*tests.tests, *tests.intercepts, *tests.slopes))

    def _by_group(self, statistic: Callable[..., Any], columns: tuple[str, ...], **options: Any) -> GroupComparison:
        rows = self.of.tally.select(*columns, self.column)
        known = ~np.isnan(np.column_stack([rows[name].astype(np.float64) for name in (*columns, self.column)])).any(
            axis=1
        )
        part = Tally({name: rows[name][known] for name in (*columns, self.column)}, rows["counts"][known])
        if not part.n:
            return GroupComparison((), (), ())
        bound = functools.partial(statistic, level=self.of.confidence, **options)
        there = set(part[self.column].tolist())
        reference = self.reference if self.reference in there else None
        return by_group(bound, part, self.column, reference=reference)

    def _errors_at(self, cut: float) -> GroupComparison:
        """Return error rates at the window's end: one minus specificity and sensitivity."""

        def rates(time: Any, event: Any, level: Any, counts: Any) -> tuple[Estimate, ...]:
            found = accuracy_at(time, event, level, self.of.horizon, cut, counts=counts, level=self.of.confidence)
            above = int(counts[np.asarray(level) >= cut].sum())
            flagged = proportion(above, int(counts.sum()), level=self.of.confidence)
            caught, spared, right, clear = (replace(row, at={"cut": cut}) for row in found)
            return (
                replace(flagged, name="selection_rate", at={"cut": cut}),
                _complement(spared, "false_positive_rate"),
                _complement(caught, "false_negative_rate"),
                right,
                clear,
            )

        rows = self.of.tally.select("time", "event", "level", self.column)
        known = ~(np.isnan(rows["level"].astype(np.float64)) | np.isnan(rows[self.column].astype(np.float64)))
        part = Tally(
            {name: rows[name][known] for name in ("time", "event", "level", self.column)}, rows["counts"][known]
        )
        return by_group(rates, part, self.column, reference=self.reference)

    def _can_predict(self) -> bool:
        """Whether each of two groups or more has events and non-events to fit a model to."""
        outcome, code, counts = (self.of.tally[name] for name in ("outcome", self.column, "counts"))
        usable = 0
        for place in range(len(self.groups.names)):
            here = code == place
            events = counts[here] @ outcome[here]
            usable += int(min(events, counts[here].sum() - events) >= 2)
        return usable >= 2

    def row(self, place: int) -> GroupRow:
        """Return what was found in one group."""
        of, name = self.of, self.groups.names[place]
        rate = self._rate(place)
        events = rate.n_events or 0
        minimum = self.groups.minimum
        why = []
        if rate.n < minimum.people:
            why.append(f"people {rate.n} < {minimum.people}")
        if events < minimum.events:
            why.append(f"events {events} < {minimum.events}")
        nothing = Estimate(
            name="auc", value=float("nan"), status="not_estimable", at={"group": name}, n=rate.n, n_events=events
        )
        cuts = of.scored.names[1:] if of.has_levels else ()
        return GroupRow(
            group=name,
            label=self.groups.labels[place],
            people=rate.n,
            events=events,
            is_judged=not why,
            why_not="; ".join(why),
            base_rate=replace(rate, name="base_rate", at={"group": name}),
            auc=pick(self.estimates, "auc", group=name) or nothing,
            expected_observed=pick(self.estimates, "expected_observed", group=name),
            errors=tuple(
                self._errors(name, cut) for cut in cuts if pick(self.estimates, RATES[0], group=name, cut=cut)
            ),
        )

    def _rate(self, place: int) -> Estimate:
        of = self.of
        part = of.tally.where(**{self.column: float(place)})
        if of.is_followed:
            if not part.n:
                return Estimate(name="base_rate", value=float("nan"), status="not_estimable", n_events=0)
            (row,) = aalen_johansen(
                part["time"], part["event"], [of.horizon], counts=part["counts"], level=of.confidence
            )
            return row
        events = int(part["outcome"] @ part["counts"]) if part.n else 0
        return proportion(events, part.n, level=of.confidence)

    def _errors(self, group: str, cut: str) -> ErrorRow:
        found: Mapping[str, Estimate | None] = {
            rate: pick(self.estimates, rate, group=group, cut=cut) for rate in RATES
        }
        return ErrorRow(cut=cut, **found)  # type: ignore[arg-type]


def _ratio_at(time: Any, event: Any, risk: Any, *, horizon: float, counts: Any, level: float) -> Estimate:
    """Return E/O at the window's end, without the number at risk, by which groups could not be matched."""
    (found,) = expected_observed_at(time, event, risk, horizon, counts=counts, level=level)
    return replace(found, at={"horizon": horizon})


def _complement(row: Estimate, name: str) -> Estimate:
    return replace(row, name=name, value=1 - row.value, low=1 - row.high, high=1 - row.low)


def _pooled(rows: Sequence[GroupRow]) -> Iterator[Estimate]:
    """Yield the random-effects means over groups that are large enough to be judged, where there are three."""
    for measure, scale in POOLED.items():
        usable = [row for group in rows if (row := getattr(group, measure)) is not None and row.status == "ok"]
        if len(usable) < 3:
            continue
        try:
            found = pool_estimates(usable, scale)  # type: ignore[arg-type]
        except ContractError:
            continue
        yield replace(found.pooled, name=measure, at={})
        yield replace(found.prediction, name=f"{measure}_prediction", at={})
        yield replace(found.heterogeneity, name=f"{measure}_heterogeneity", at={})
