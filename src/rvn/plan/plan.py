"""The plan of an instrument: its fields, its named steps in the order of computation, and its outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from rvn.plan.nodes import Answer, Answered, Coalesce, Field, Is, Node, Points, Total, Type, Withheld
from rvn.plan.types import levels_of, type_of

StepKind = Literal[
    "eligible",
    "consistent",
    "derived",
    "lookup",
    "scale",
    "model",
    "bands",
    "table",
    "judgement",
    "first_of",
    "norm",
    "rule",
    "flag",
]


@dataclass(frozen=True, slots=True)
class Step:
    """One named part of the computation.

    `of` is the output that a rule changes; `interval` the lower and upper limit of a norm's estimate.
    """

    name: str
    kind: StepKind
    node: Node
    of: str = ""
    interval: tuple[Node, Node] | None = None


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything the readers need; like its nodes, compared by identity.

    Parameters
    ----------
    fields
        Items, given facts and components' results, by name, in the order of the definition.
    steps
        Named nodes; what a step needs stands before it.
    outputs
        The final node of every scale, level and table, after its rules.
    outcome
        The output that the instrument is about.
    full
        The same plan with nothing withheld; None where nothing is.
    recalled
        Names of the parts that rest on recalled facts, withheld here or not.
    """

    fields: Mapping[str, Field]
    steps: tuple[Step, ...]
    outputs: Mapping[str, Node]
    outcome: str
    full: Plan | None = None
    recalled: frozenset[str] = frozenset()

    @cached_property
    def kept(self) -> dict[object, Any]:
        """What readers made of the plan and keep with it, each under a key of its own."""
        return {}

    def of_kind(self, *kinds: StepKind) -> tuple[Step, ...]:
        """Return the steps of some kinds, in order."""
        found = self._by_kind.get(kinds)
        if found is None:
            found = self._by_kind[kinds] = tuple(step for step in self.steps if step.kind in kinds)
        return found

    @cached_property
    def _by_kind(self) -> dict[tuple[StepKind, ...], tuple[Step, ...]]:
        return {}

    @cached_property
    def names_of(self) -> Mapping[str, frozenset[str]]:
        """Return the names of the fields that each result is computed from."""
        return {name: frozenset(field.name for field in fields) for name, fields in self.depends.items()}

    @cached_property
    def components(self) -> Mapping[str, tuple[Field, ...]]:
        """Return, of the fields that each result is computed from, those that are results of other instruments."""
        return {name: tuple(field for field in fields if field.is_component) for name, fields in self.depends.items()}

    @cached_property
    def results(self) -> Mapping[str, Node]:
        """Return the nodes of all outputs and flags by name."""
        return dict(self.outputs) | {step.name: step.node for step in self.of_kind("flag")}

    @cached_property
    def shapes(self) -> Mapping[str, tuple[Type, tuple[str, ...]]]:
        """Return the type of each result, and its levels from low to high where it has some."""
        return {name: (type_of(node), levels_of(node)) for name, node in self.results.items()}

    @cached_property
    def intervals(self) -> Mapping[str, tuple[Node, Node] | None]:
        """Return the lower and upper limit of each norm, None where its source gives none."""
        return {step.name: step.interval for step in self.of_kind("norm")}

    @cached_property
    def used(self) -> frozenset[str]:
        """Return the names of the fields that any result is computed from, what is withheld left aside."""
        return frozenset(field.name for node in self.results.values() for field in fields_of(node))

    @cached_property
    def points(self) -> Mapping[str, Points]:
        """Return the points that the answers to a field have, by its name; the first where there are several."""
        found: dict[str, Points] = {}
        for result in self.results.values():
            for node in walk(result):
                if isinstance(node, Points):
                    found.setdefault(node.field.name, node)
        return found

    @cached_property
    def depends(self) -> Mapping[str, tuple[Field, ...]]:
        """Return the fields each result is computed from, with those that decide whether an item is asked.

        What is withheld counts: a result depends on it whether or not it is stated.
        """
        found = {name: fields_of(node) for name, node in (self.full or self).results.items()}
        # The plan's own fields: whether one is asked may rest on something that is withheld here.
        return {name: tuple(self.fields.get(field.name, field) for field in fields) for name, fields in found.items()}


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything it is computed from, each once; what is withheld is not looked into."""
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if not isinstance(node, Withheld):
            waiting.extend(node.inputs())


def rests_on_withheld(node: Node) -> bool:
    """Return whether anything that a node is computed from is withheld."""
    return any(isinstance(inner, Withheld) for inner in walk(node))


def first_known(parts: Sequence[Node]) -> Coalesce:
    """Return the first of several values that is known, none standing in for one that is withheld."""
    hidden = frozenset(place for place, part in enumerate(parts) if rests_on_withheld(part))
    return Coalesce(parts=tuple(parts), hidden=hidden)


def fields_of(node: Node) -> Iterator[Field]:
    """Yield the fields that a node is computed from, each once."""
    seen: set[str] = set()
    for inner in walk(node):
        found = [inner.field] if isinstance(inner, (Answer, Answered, Is, Points)) else []
        if isinstance(inner, Total):
            found += [part.field for part in inner.parts if part.field is not None]
        for field in found:
            if field.name not in seen:
                seen.add(field.name)
                yield field
