"""What unequal follow-up says: risks over time, by level, and how the score goes with the time to the event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from rvn.study.cells import FloatArray
from rvn.study.material import Material
from rvn.study.results import FollowUp, IncidenceCurve, IncidencePoint, Tallied
from rvn.validation.estimate import Estimate
from rvn.validation.follow_up.concordance import harrell_c
from rvn.validation.follow_up.cox import hazard_ratio, hazard_ratio_per_sd
from rvn.validation.follow_up.survival import aalen_johansen, log_rank
from rvn.validation.follow_up.time_dependent import auc_at
from rvn.validation.tally import Tally

POINTS = 60  # of a curve


def follow_up(of: Material) -> FollowUp | None:
    """Return what time to the event says; None for outcomes recorded as yes or no."""
    tally = of.timed
    if tally is None or not len(tally["counts"]):
        return None
    event = tally["event"].astype(np.int64)
    counts = tally["counts"]
    competing = tuple(
        Tallied(name=cause, people=int(counts[event == code].sum()))
        for code, cause in enumerate(of.happened.facts.competing, 2)
    )
    return FollowUp(
        horizon=of.horizon,
        unit="days" if of.happened.facts.recorded_as == "dates" else of.happened.facts.unit,
        method="Aalen-Johansen" if (event >= 2).any() else "Kaplan-Meier",
        median_observed=_median(tally["time"].astype(np.float64), counts.astype(np.float64)),
        censored=int(counts[(event == 0) & (tally["time"] < of.horizon)].sum()),
        competing=competing,
        curves=tuple(_curves(of, tally)),
        measures=tuple(_measures(of, tally)),
    )


def _median(time: FloatArray, counts: FloatArray) -> float:
    order = np.argsort(time, kind="stable")
    total = np.cumsum(counts[order])
    return float(time[order][np.searchsorted(total, total[-1] / 2)])


def _measures(of: Material, tally: Tally) -> Iterator[Estimate]:
    timed = ("time", "event", "score")
    yield from of(harrell_c, *timed, tally=tally, level=of.confidence)
    yield from of(hazard_ratio, *timed, tally=tally, level=of.confidence)
    for row in of(hazard_ratio_per_sd, *timed, tally=tally, level=of.confidence):
        yield replace(row, name="hazard_ratio_per_sd")
    yield from of(auc_at, *timed, tally=tally, horizon=of.horizon, level=of.confidence)
    if of.has_levels:
        yield from of(log_rank, "time", "event", "level", tally=tally)


def _curves(of: Material, tally: Tally) -> Iterator[IncidenceCurve]:
    yield _curve(of, tally, None)
    if of.has_levels:
        for place, name in enumerate(of.scored.names):
            yield _curve(of, tally.where(level=float(place)), name)


def _curve(of: Material, rows: Tally, level: str | None) -> IncidenceCurve:
    time, event, counts = (rows[name] for name in ("time", "event", "counts"))
    at = {} if level is None else {"level": level}
    grid = np.unique(np.append(np.linspace(0, of.horizon, POINTS + 1)[1:], of.horizon))
    found = aalen_johansen(time, event, [float(day) for day in grid], counts=counts, level=of.confidence)
    points = [IncidencePoint(time=0.0, risk=0.0, low=0.0, high=0.0, at_risk=rows.n)]
    for day, row in zip(grid, found, strict=True):
        left = int(counts[time >= day].sum())
        points.append(IncidencePoint(time=float(day), risk=row.value, low=row.low, high=row.high, at_risk=left))
    return IncidenceCurve(
        level=level,
        people=rows.n,
        events=int(counts[event == 1].sum()),
        points=tuple(points),
        final=replace(found[-1], at={**found[-1].at, **at}),
    )
