"""One copy of what two plans have in common, so that a reader that computes both computes it once."""

from __future__ import annotations

from dataclasses import replace
from operator import is_
from typing import Any

from rvn.plan.nodes import Field, Node, Part, Withheld, names_of
from rvn.plan.plan import Plan, Step

PARTS = (Node, Field, Part)


def sharing(plan: Plan, full: Plan) -> Plan:
    """Return a plan whose parts are those of the `full` plan wherever both mean the same.

    Parameters
    ----------
    plan
        Of a definition, with something withheld.
    full
        Of the same definition, with nothing withheld; the result's `full`.
    """
    twins = _Twins()
    steps = {step.name: step for step in full.steps}
    return replace(
        plan,
        fields={name: twins.of(field, full.fields.get(name)) for name, field in plan.fields.items()},
        steps=tuple(_step(twins, step, steps.get(step.name)) for step in plan.steps),
        outputs={name: twins.of(node, full.outputs.get(name)) for name, node in plan.outputs.items()},
        full=full,
    )


def _step(twins: _Twins, step: Step, other: Step | None) -> Step:
    if other is None:
        return step
    interval = twins.of(step.interval, other.interval)
    return replace(step, node=twins.of(step.node, other.node), interval=interval)


class _Twins:
    """Parts of one plan beside those of another."""

    def __init__(self) -> None:
        self._found: dict[int, tuple[Any, Any]] = {}  # the part is kept too, so that its address stays its own

    def of(self, own: Any, other: Any) -> Any:
        """Return `other` where it means the same, else `own` with those of its parts exchanged that do."""
        if isinstance(own, PARTS):
            if id(own) not in self._found:
                self._found[id(own)] = own, self._exchanged(own, other)
            return self._found[id(own)][1]
        if isinstance(own, tuple) and own and isinstance(own[0], PARTS):
            beside = other if isinstance(other, tuple) and len(own) == len(other) else (None,) * len(own)
            made = tuple(map(self.of, own, beside))
            return other if all(map(is_, made, beside)) else made
        return other if own == other else own

    def _exchanged(self, own: Any, other: Any) -> Any:
        if isinstance(own, Withheld) and not isinstance(other, Withheld):
            return replace(own, of=self.of(own.of, other))
        if type(own) is not type(other):
            return own
        names: tuple[str, ...] = names_of(type(own))  # type: ignore[arg-type]
        made = {name: self.of(getattr(own, name), getattr(other, name)) for name in names}
        return other if all(value is getattr(other, name) for name, value in made.items()) else replace(own, **made)
