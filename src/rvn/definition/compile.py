"""From what an author wrote to what it means: names are resolved, each part is built once, and a plan comes out."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace

from rvn import messages
from rvn.definition import inputs, outputs
from rvn.definition.entries import Definition
from rvn.definition.expression import Symbol, compile_expression
from rvn.definition.problems import Broken
from rvn.definition.source import Path_, Source
from rvn.errors import Diagnostic
from rvn.plan import nodes
from rvn.plan.explain import attainable
from rvn.plan.nodes import Field, Node, Type
from rvn.plan.plan import Plan, Step, StepKind

ASSESSED_ON = "assessed_on"

Components = Callable[[str], Plan]


def compile_plan(
    definition: Definition,
    source: Source,
    components: Components,
    *,
    accept: frozenset[str] = frozenset(),
    broken: frozenset[str] = frozenset(),
) -> Plan | None:
    """Return the plan of a definition, or None after adding what is wrong to `source.problems`.

    Parameters
    ----------
    definition, source
        What the author wrote, and where each part of it stands.
    components
        Gives the plan of another instrument from its ``id@version``.
    accept
        Names of parts that rest on recalled facts and are wanted all the same; the others are withheld.
    broken
        Names of parts whose shape is already known to be wrong; they and what rests on them are passed over.
    """
    every = recalled(definition)
    full = Compiler(definition, source, components, every, broken).plan()
    if any(problem.severity == "error" for problem in source.problems):
        return None
    if every <= accept:
        return full
    return replace(Compiler(definition, source, components, accept).plan(), full=full)


def recalled(definition: Definition) -> frozenset[str]:
    """Return the names of the parts of a definition that rest on recalled facts."""
    named = {name: entry.evidence for name, entry in definition.derived.items()}
    for scale in definition.scales:
        named[scale.id] = min(scale.evidence, scale.missing.evidence)  # "recalled" sorts before "verified"
    for section in (definition.items, definition.bands, definition.tables, definition.rules, definition.flags):
        named |= {entry.id: entry.evidence for entry in section}
    return frozenset(name for name, evidence in named.items() if evidence == "recalled")


class Compiler:
    """Builds each named part when it is first needed; it is also where expressions look up their names."""

    def __init__(
        self,
        definition: Definition,
        source: Source,
        components: Components,
        accept: frozenset[str],
        broken: frozenset[str] = frozenset(),
    ) -> None:
        self.definition, self.source, self.accept = definition, source, accept
        self.steps: list[Step] = []
        self.changing: dict[str, Node] = {}  # outputs while their rules are applied
        self._symbols: dict[str, Symbol | None] = dict.fromkeys(broken)  # None: broken
        self._building: list[str] = []
        self._declared = dict(self._declarations())
        self._components: dict[str, Plan] = {}
        for name, reference in definition.uses.items():
            plan = inputs.component(self, name, reference, components)
            if plan is not None:
                self._components[name] = plan

    def plan(self) -> Plan:
        """Return the plan of all parts that can be built."""
        for name in self._declared:
            if name not in self.definition.uses:
                with contextlib.suppress(Broken):
                    self._part(name)
        stated = {}
        for entry in outputs.entries_of(self.definition):
            symbol = self._symbols.get(entry.id)
            if symbol is not None and symbol.node is not None:
                stated[entry.id] = symbol.node
        outcome, possible = self.definition.outcome, [entry.id for entry in outputs.entries_of(self.definition)]
        if outcome not in possible and outcome not in self._symbols:
            near = messages.near(outcome, possible)
            self.problem(messages.UNKNOWN_NAME, "outcome", kind="output", name=outcome, near=near)
        return Plan(self._fields(), tuple(self.steps), stated, self.definition.outcome)

    def _fields(self) -> dict[str, Field]:
        fields = {name: symbol.field for name, symbol in self._symbols.items() if symbol and symbol.field}
        order = (*self.definition.given, *(item.id for item in self.definition.items))
        return {name: fields[name] for name in (*order, *fields) if name in fields}

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
        for section in ("given", "derived", "uses"):
            for name in getattr(self.definition, section):
                yield (section, name), name
        for section in ("eligible", "items", "consistent", "scales", "bands", "tables", "rules", "flags"):
            for index, entry in enumerate(getattr(self.definition, section)):
                yield (section, index, "id"), entry.id

    def names(self) -> list[str]:
        """Return every name that an expression may use."""
        usable = ("given", "derived", "items", "scales", "bands", "tables")
        own = [name for name, path in self._declared.items() if path[0] in usable]
        taken = [f"{name}.{output}" for name, plan in self._components.items() for output in plan.outputs]
        return [*own, *taken, ASSESSED_ON]

    def find(self, name: str) -> Symbol | None:
        """Return what a name stands for, built if need be; None when there is no such name."""
        if name in self.changing:
            return Symbol(name, node=self.changing[name])
        return self._part(name) if name in self._symbols or name in self.names() else None

    def _part(self, name: str) -> Symbol:
        if name in self._symbols:
            found = self._symbols[name]
            if found is None:
                raise Broken
            return found
        if name in self._building:
            chain = " → ".join([*self._building[self._building.index(name) :], name])
            raise self.broken(messages.CIRCLE, *self._declared[name], name=name, chain=chain)
        self._building.append(name)
        try:
            symbol = self._build(name)
        except Broken:
            self._symbols[name] = None
            raise
        finally:
            self._building.pop()
        self._symbols[name] = symbol
        return symbol

    def _build(self, name: str) -> Symbol:
        if name == ASSESSED_ON:
            return Symbol(name, field=Field(name=name, kind="date"))
        if "." in name:
            owner, output = name.split(".", 1)
            return Symbol(name, field=inputs.component_field(name, self._components[owner], output))
        section, key = self._declared[name][:2]
        entry, path = getattr(self.definition, str(section))[key], (section, key)
        match section:
            case "given":
                return inputs.given(self, name, entry, path)
            case "items":
                return inputs.item(self, entry, path)
            case "eligible" | "consistent" | "flags":
                return self._condition(name, str(section), entry.when, path)
            case "rules":
                outputs.check_rule(self, entry, path)
                return Symbol(name)
            case _:
                return Symbol(name, node=outputs.build(self, name, str(section), entry, path))

    def _condition(self, name: str, section: str, when: str, path: Path_) -> Symbol:
        node = self.expression(when, "boolean", *path, "when")
        kind: StepKind = {"eligible": "eligible", "consistent": "consistent", "flags": "flag"}[section]  # type: ignore[assignment]
        if kind == "flag":
            node = self.withheld(name, node)
        self.step(name, kind, node)
        return Symbol(name)

    # what the builders of parts need

    def expression(self, text: str, expected: Type | None, *path: str | int) -> Node:
        """Return the node of an expression that stands at a path."""
        result = compile_expression(text, self.source.place(path), self, expected)
        if isinstance(result, Diagnostic):
            self.source.problems.append(result)
            raise Broken
        return result

    def step(self, name: str, kind: StepKind, node: Node, of: str = "") -> None:
        """Add a named step; what it is computed from has been added before."""
        self.steps.append(Step(name, kind, node, of))

    def withheld(self, name: str, node: Node) -> Node:
        """Return the node of a part, or, where it rests on recalled facts that were not asked for, what hides it."""
        if name not in recalled(self.definition) - self.accept:
            return node
        low, high = attainable(node)
        return nodes.Withheld(of=node, low=low, high=high)

    def problem(self, message: messages.Message, *path: str | int, **values: object) -> None:
        """Add a problem at a path."""
        self.source.problems.append(message.at(self.source.place(path), **values))

    def broken(self, message: messages.Message, *path: str | int, **values: object) -> Broken:
        """Add a problem at a path and return what to raise."""
        self.problem(message, *path, **values)
        return Broken()
