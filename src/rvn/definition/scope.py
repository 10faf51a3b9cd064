"""The names of a definition: each part is built once, when it is first needed, and circles are found."""

from __future__ import annotations

import functools
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace

from rvn import messages
from rvn.definition.entries import Definition, Item
from rvn.definition.expression import Symbol, compile_expression
from rvn.definition.problems import Broken
from rvn.definition.source import Path_, Source
from rvn.errors import Diagnostic
from rvn.plan import nodes
from rvn.plan.explain import attainable
from rvn.plan.nodes import Node, Type
from rvn.plan.plan import Plan, Step, StepKind
from rvn.plan.types import levels_of, type_of

ASSESSED_ON = "assessed_on"
MAX_DEPTH = 200  # of nodes on each other, far below what a reader can follow
# The sections whose parts are outputs, in the order in which results show them.
OUTPUTS = ("scales", "models", "bands", "tables", "judgements", "first_of", "norms")


def names_of(definition: Definition) -> list[str]:
    """Return the names of everything in a definition that is an output, in the order of results."""
    return [entry.id for section in OUTPUTS for entry in getattr(definition, section)]


def recalled(definition: Definition) -> frozenset[str]:
    """Return the names of the parts of a definition that rest on recalled facts."""
    named = {name: entry.evidence for name, entry in (*definition.derived.items(), *definition.lookups.items())}
    for scale in definition.scales:
        named[scale.id] = min(scale.evidence, scale.missing.evidence)  # "recalled" sorts before "verified"
    for section in ("items", "models", "bands", "tables", "first_of", "norms", "rules", "flags"):
        named |= {entry.id: entry.evidence for entry in getattr(definition, section)}
    return frozenset(name for name, evidence in named.items() if evidence == "recalled")


class Scope(ABC):
    """Where expressions and parts look up each other; what builds a part is left to `_build`.

    Parameters
    ----------
    definition, source
        What the author wrote, and where each part of it stands.
    components
        The plans of other instruments by the name that they are used under.
    accept
        Names of parts that rest on recalled facts and are wanted all the same, None for all; others are withheld.
    broken
        Names of parts whose shape is already known to be wrong.
    """

    def __init__(
        self,
        definition: Definition,
        source: Source,
        components: dict[str, Plan],
        accept: frozenset[str] | None,
        broken: frozenset[str],
    ) -> None:
        self.definition, self.source, self.accept = definition, source, accept
        self.components = components
        self.steps: list[Step] = []
        self.changing: dict[str, Node] = {}  # outputs while their rules are applied
        self.terms: dict[str, Node] = {}  # of models, by how they are written
        self.misshapen = broken
        self.symbols: dict[str, Symbol | None] = dict.fromkeys(broken)  # None: broken
        self.declared = dict(self._declarations())
        self._building: list[str] = []
        self._depths: dict[int, int] = {}
        self.recalled_rows: set[str] = set()  # names of norms with recalled rows
        self._withheld = frozenset() if accept is None else recalled(definition) - accept

    @abstractmethod
    def _build(self, name: str) -> Symbol:
        """Build the part of a name, or raise `Broken` after saying why it cannot be."""

    # what is declared, and where

    def _declarations(self) -> Iterator[tuple[str, Path_]]:
        lines: dict[str, int] = {}
        for path, name in self._names():
            place = self.source.place(path, key=True) if len(path) == 2 else self.source.place(path)
            if name in lines:
                self.source.problems.append(messages.DUPLICATE_NAME.at(place, name=name, line=lines[name]))
            else:
                lines[name] = place.line
                yield name, path

    def _names(self) -> Iterator[tuple[Path_, str]]:
        for section in ("given", "derived", "lookups", "uses"):
            for name in getattr(self.definition, section):
                yield (section, name), name
        for section in ("eligible", "items", "consistent", *OUTPUTS, "rules", "flags"):
            for index, entry in enumerate(getattr(self.definition, section)):
                yield (section, index, "id"), entry.id

    def names(self) -> list[str]:
        """Return every name that an expression may use."""
        return list(self._usable)

    @functools.cached_property
    def _usable(self) -> dict[str, None]:
        usable = ("given", "derived", "lookups", "items", *OUTPUTS)
        own = [name for name, path in self.declared.items() if path[0] in usable]
        taken = [f"{name}.{output}" for name, plan in self.components.items() for output in plan.outputs]
        return dict.fromkeys((*own, *taken, ASSESSED_ON))

    @functools.cached_property
    def items(self) -> dict[str, Item]:
        """The items by name."""
        return {item.id: item for item in self.definition.items}

    def find(self, name: str) -> Symbol | None:
        """Return what a name stands for, built if need be; None when there is no such name."""
        if name in self.changing:
            return Symbol(name, node=self.changing[name])
        owner = name.split(".")[0]
        if owner != name and owner in self.definition.uses and owner not in self.components:
            raise Broken  # why the component cannot be had is already among the problems
        return self.part(name) if name in self.misshapen or name in self._usable else None

    def part(self, name: str) -> Symbol:
        """Return what a declared name stands for, or raise `Broken`."""
        if name in self.symbols:
            found = self.symbols[name]
            if found is None:
                raise Broken
            return found
        if name in self._building:
            chain = " → ".join([*self._building[self._building.index(name) :], name])
            raise self.broken(messages.CIRCLE, *self.declared[name], name=name, chain=chain)
        self._building.append(name)
        try:
            symbol = self._build(name)
        except Broken:
            self.symbols[name] = None
            raise
        finally:
            self._building.pop()
        self.symbols[name] = symbol
        return symbol

    # what the builders of parts need

    def expression(self, text: str, expected: Type | None, *path: str | int) -> Node:
        """Return the node of an expression that stands at a path."""
        result = compile_expression(text, self.source.place(path), self, expected)
        if isinstance(result, Diagnostic):
            if path in self.source.folded:  # columns inside it cannot be told
                result = replace(result, place=self.source.place(path))
            self.source.problems.append(result)
            raise Broken
        return result

    def step(
        self, name: str, kind: StepKind, node: Node, of: str = "", interval: tuple[Node, Node] | None = None
    ) -> None:
        """Add a named step; what it is computed from has been added before."""
        if self._depth(node) > MAX_DEPTH:
            raise self.broken(messages.TOO_LONG_CHAIN, *self.declared[name], name=name, limit=MAX_DEPTH)
        self.steps.append(Step(name, kind, node, of, interval))

    def _depth(self, node: Node) -> int:
        """Return how many nodes stand on each other below a node; those of earlier steps are known already."""
        if id(node) not in self._depths:
            self._depths[id(node)] = 1 + max(map(self._depth, node.inputs()), default=0)
        return self._depths[id(node)]

    def accepts(self, name: str) -> bool:
        """Whether a part is wanted although it rests on recalled facts."""
        return self.accept is None or name in self.accept

    def withheld(self, name: str, node: Node) -> Node:
        """Return the node of a part, or, where it rests on recalled facts that were not asked for, what hides it."""
        if name not in self._withheld:
            return node
        low, high = attainable(node)
        if low == high:  # a range of one value would say what is withheld
            levels = levels_of(node)
            spans = {"boolean": (0.0, 1.0), "level": (0.0, len(levels) - 1.0)}
            low, high = spans.get(type_of(node), (-math.inf, math.inf))
        return nodes.Withheld(of=node, low=low, high=high)

    def problem(self, message: messages.Message, *path: str | int, **values: object) -> None:
        """Add a problem at a path."""
        self.source.problems.append(message.at(self.source.place(path), **values))

    def broken(self, message: messages.Message, *path: str | int, **values: object) -> Broken:
        """Add a problem at a path and return what to raise."""
        self.problem(message, *path, **values)
        return Broken()
