"""What a result says, as plain values, in the form in which it is kept."""

from __future__ import annotations

from rvn.scoring.computed import Computed
from rvn.scoring.output import Shown, plain

SCHEMA = 1


def said(result: Computed) -> dict[str, object]:
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
    ends_of = {name: result.limits(name) for name in plan.intervals}
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
