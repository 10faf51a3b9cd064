"""One answer of a new version: how it comes about from the answers given to the old one."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from rvn.plan import nodes
from rvn.plan.nodes import Field, Node
from rvn.plan.plan import fields_of

NOWHERE = -1.0  # no option stands there, so that looking it up is unknown


@dataclasses.dataclass(frozen=True)
class Carried:
    """How one answer of the new version comes about.

    Parameters
    ----------
    field
        What is answered in the new version.
    node
        Its value from the old answers: a number, a day, or a level whose names are the new options; None where there
        is none for anybody.
    of
        The old answer that is carried over by name, and whose reasons for absence are kept.
    reasons
        New reason for absence by old one.
    places
        By the place of each old option, that of the new one; `NOWHERE` where the option says why there is no answer.
    absences
        New reason for absence by the place of such an option.
    reason
        Why there is no answer for anybody.
    merged
        Places of old options that are no longer told apart.
    is_exact
        Whether the new answer is surely what would have been answered.
    note
        What is lost or only approximated, by language.
    """

    field: Field
    node: Node | None = None
    of: Field | None = None
    reasons: Mapping[str, str] = dataclasses.field(default_factory=dict)
    places: tuple[float, ...] = ()
    absences: Mapping[int, str] = dataclasses.field(default_factory=dict)
    reason: str = ""
    merged: frozenset[int] = frozenset()
    is_exact: bool = True
    note: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def uses(self) -> tuple[Field, ...]:
        """The old answers that it comes from."""
        return tuple(fields_of(self.node)) if self.node is not None else ()

    @property
    def is_whole(self) -> bool:
        """Whether it is an old answer under whatever name, with everything that could be recorded."""
        return self.of is not None and not self.merged and not self.absences and self.is_exact


def renamed(new: Field, old: Field, places: tuple[float, ...]) -> Node:
    """Return an old answer as an option of the new version."""
    if not places:
        return nodes.Answer(field=old)
    answer = nodes.Points(field=old, values=places) if old.kind == "choice" else _placed(old, places)
    return _option(answer, new.options)


def _placed(old: Field, places: tuple[float, ...]) -> Node:
    keys = tuple(float(place) for place in range(len(places)))
    return nodes.Lookup(of=nodes.Answer(field=old), keys=keys, values=places)


def chosen(new: Field, conditions: Mapping[str, Node]) -> Node:
    """Return the first option whose condition holds; unknown where a condition before it is, or none holds."""
    node: Node = nodes.Constant(value=NOWHERE)
    for option, test in reversed(list(conditions.items())):
        place = nodes.Constant(value=float(new.options.index(option)))
        node = nodes.Choose(test=test, then=place, otherwise=node)
    return _option(node, new.options)


def _option(place: Node, options: tuple[str, ...]) -> Node:
    keys = tuple(float(number) for number in range(len(options)))
    return nodes.Lookup(of=place, keys=keys, values=keys, levels=options)
