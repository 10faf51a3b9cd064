"""One tally for one score and one outcome: all that every statistic of the two is computed from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from rvn.study.cells import BoolArray, FloatArray
from rvn.study.grouped import Groups
from rvn.study.happened import Happened
from rvn.study.results import FlowStep, Words
from rvn.study.scored import ABSENT, Scored
from rvn.validation.estimate import Estimate
from rvn.validation.overall.sample import estimates_in
from rvn.validation.tally import Tally

# Tables of every score are read by people: not with more scores than this.
MOST_SCORES = 100
OTHER: Words = {"en": "The score is absent", "lv": "Vērtējuma nav"}
ANALYSED: Words = {"en": "Analysed", "lv": "Analizēti"}


@dataclass(frozen=True)
class Material:
    """Those who can be used for one score and one outcome.

    Parameters
    ----------
    scored, happened, groups
        What the columns of the tally are.
    is_followed
        Whether time to the event is analysed rather than yes or no.
    tally
        ``score``, ``level`` and ``group …`` as places, ``risk`` where there is one; ``outcome``, or ``time`` and
        ``event``.
    timed
        The tally with ``time`` and ``event`` of everybody who has them; None for outcomes recorded as yes or no.
    flow
        From those in the study to those analysed.
    """

    scored: Scored
    happened: Happened
    groups: tuple[Groups, ...]
    is_followed: bool
    tally: Tally
    timed: Tally | None
    flow: tuple[FlowStep, ...]
    confidence: float

    @property
    def horizon(self) -> float:
        """The end of the window."""
        return self.happened.horizon

    @property
    def outcome_columns(self) -> tuple[str, ...]:
        """Columns of the outcome in the tally."""
        return ("time", "event") if self.is_followed else ("outcome",)

    @property
    def has_risk(self) -> bool:
        """Whether there is a published probability."""
        return "risk" in self.tally.columns

    @property
    def has_levels(self) -> bool:
        """Whether the score has levels."""
        return "level" in self.tally.columns

    @property
    def has_few_scores(self) -> bool:
        """Whether a table of every score can be read."""
        return len(np.unique(self.tally["score"])) <= MOST_SCORES

    def __call__(
        self, statistic: Callable[..., object], *names: str, tally: Tally | None = None, **options: Any
    ) -> tuple[Estimate, ...]:
        """Return the estimates that a statistic makes of some columns of the tally."""
        return tuple(estimates_in(self.raw(statistic, *names, tally=tally, **options)))

    def raw(self, statistic: Callable[..., Any], *names: str, tally: Tally | None = None, **options: Any) -> Any:
        """Return what a statistic makes of some columns of the tally, rows where one is absent left out."""
        rows = (self.tally if tally is None else tally).select(*names)
        known = np.ones(len(rows["counts"]), dtype=bool)
        for name in names:
            known &= ~np.isnan(rows[name].astype(np.float64))
        return statistic(*(rows[name][known] for name in names), counts=rows["counts"][known], **options)


def material(scored: Scored, happened: Happened, groups: tuple[Groups, ...], confidence: float, left: int) -> Material:
    """Return the tally of a score and an outcome, and how many people went out on the way."""
    is_followed = happened.needs_follow_up
    flow: list[FlowStep] = []
    has_score = ~np.isnan(scored.points)
    for place, status in enumerate(scored.statuses):
        out = ~has_score & (scored.status == place)
        left = _leave(flow, f"score_{status}", "absent", ABSENT.get(status, OTHER), out, left)
    kept = has_score.copy()
    for reason in happened.out_of_time if is_followed else happened.out_of_fixed:
        left = _leave(flow, reason.id, reason.kind, reason.because, reason.people & kept, left)
        kept &= ~reason.people
    flow.append(FlowStep(id="analysed", kind="analysed", because=ANALYSED, people=0, left=left))
    shared = {"score": scored.points}
    if scored.levels:
        shared["level"] = _or_absent(scored.level)
    if happened.facts.id in scored.risks:
        shared["risk"] = scored.risks[happened.facts.id]
    shared |= {f"group {grouping.id}": _or_absent(grouping.place) for grouping in groups}
    timed = None
    if happened.time is not None and happened.event is not None:
        followed = has_score & ~np.isnan(happened.time)
        columns = {"time": happened.time, "event": happened.event, **shared}
        timed = Tally({name: values[followed] for name, values in columns.items()})
    if is_followed and timed is not None:
        tally = timed
    else:
        fixed = has_score & ~np.isnan(happened.outcome)
        columns = {"outcome": happened.outcome, **shared}
        tally = Tally({name: values[fixed] for name, values in columns.items()})
    return Material(scored, happened, groups, is_followed, tally, timed, tuple(flow), confidence)


def _leave(flow: list[FlowStep], name: str, kind: Any, because: Words, out: BoolArray, left: int) -> int:
    people = int(out.sum())
    if people:
        left -= people
        flow.append(FlowStep(id=name, kind=kind, because=dict(because), people=people, left=left))
    return left


def _or_absent(place: npt.NDArray[np.int64]) -> FloatArray:
    return np.where(place < 0, np.nan, place).astype(np.float64)


def named(rows: Sequence[Estimate], key: str, names: Sequence[str], wanted: str | None = None) -> tuple[Estimate, ...]:
    """Return estimates whose place at `key` is written as a name, under another key where one is wanted."""
    return tuple(_named(row, {key: names}, {key: wanted or key}) for row in rows)


def _named(row: Estimate, names: Mapping[str, Sequence[str]], keys: Mapping[str, str]) -> Estimate:
    at = {
        keys.get(key, key): names[key][int(value)]
        if key in names and isinstance(value, (int, float, np.number))
        else value
        for key, value in row.at.items()
    }
    return replace(row, at=at)


def pick(rows: Sequence[Estimate], name: str, **at: object) -> Estimate | None:
    """Return the first estimate of a name that is at some place.

    >>> pick([Estimate(name="rate", value=0.5, at={"level": "low"})], "rate", level="low").value
    0.5
    """
    return next(
        (row for row in rows if row.name == name and all(row.at.get(key) == value for key, value in at.items())), None
    )
