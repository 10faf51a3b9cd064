"""What a result says, as plain values, in the form in which it is kept."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rvn.plan.nodes import Type
from rvn.plan.status import WITH_A_VALUE

if TYPE_CHECKING:
    from rvn.scoring.result import Result, Shown

SCHEMA = 1


def said(result: Result) -> dict[str, object]:
    """Return everything that a result says, without any answer and without what its definition says about it.

    It is written for every assessment, so it reads each value once.
    """
    plan, definition, evaluation = result.evaluation.plan, result.instrument.definition, result.evaluation
    stated: dict[str, dict[str, Shown]] = {}
    for name, (kind, levels) in plan.shapes.items():
        value, low, high, status, absent = evaluation.output(name)
        kept = plain(value, kind, levels)
        # What leaves nothing open needs no second and third look.
        ends = (kept, kept) if low == high == value else (plain(low, kind, levels), plain(high, kind, levels))
        stated[name] = {"value": kept, "status": status.value, "low": ends[0], "high": ends[1], "absent": absent}
    ends_of = {name: limits(result, name) for name in plan.intervals}
    return {
        "schema": SCHEMA,
        **result.provenance,
        "assessed_on": result.on,
        "outcome": plan.outcome,
        "outputs": {name: stated[name] for name in plan.outputs},
        "norms": {name: {"lower": lower, "upper": upper} for name, (lower, upper) in ends_of.items()},
        "taken_from": {entry.id: result.taken_from(entry.id) for entry in definition.first_of},
        "justifications": dict(result.justifications),
        "flags": {name: stated[name] for name in plan.results if name not in plan.outputs},
        "reasons": [{"kind": reason.kind, "condition": reason.condition} for reason in result.reasons],
        "components": {name: component.provenance for name, component in result.components.items()},
        "overrides": [kept.to_record() for kept in result.overrides.values()],
    }


def plain(value: float, kind: Type, levels: tuple[str, ...]) -> Shown:
    """Return a value as people write it; None where it is unknown or has no end.

    >>> [plain(value, "number", ()) for value in (4.0, 2.5, float("nan"), float("inf"))]
    [4, 2.5, None, None]
    """
    if not -1e308 < value < 1e308:
        return None
    if kind == "level":
        return levels[int(value)]
    if kind == "boolean":
        return value == 1
    if kind == "date":
        return date.fromordinal(int(value)).isoformat()
    return int(value) if value == value // 1 and abs(value) < 2**53 else value


def limits(result: Result, name: str) -> tuple[Shown, Shown]:
    """Return the lower and upper limit of a norm's estimate, None where there is none."""
    evaluation = result.evaluation
    interval = evaluation.plan.intervals[name]
    if interval is None or evaluation.output(name).status not in WITH_A_VALUE:
        return None, None
    lower, upper = interval
    return plain(evaluation[lower].value, "number", ()), plain(evaluation[upper].value, "number", ())
