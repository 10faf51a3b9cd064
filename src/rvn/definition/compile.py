"""From what an author wrote to what it means: names are resolved, each part is built once, and a plan comes out."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace

from rvn import messages
from rvn.definition import inputs, outputs, rules
from rvn.definition.entries import Definition
from rvn.definition.expression import Symbol
from rvn.definition.problems import Broken
from rvn.definition.scope import ASSESSED_ON, Scope, names_of, recalled
from rvn.definition.source import Path_, Source
from rvn.plan.nodes import Field
from rvn.plan.plan import Plan, StepKind
from rvn.plan.sharing import sharing

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
    plans = dict(inputs.components(definition, source, components, broken))
    compiler = Compiler(definition, source, plans, None, broken)
    full = compiler.plan()
    if any(problem.severity == "error" for problem in source.problems):
        return None
    every = recalled(definition) | compiler.recalled_rows
    full = replace(full, recalled=every)
    if every <= accept:
        return full
    own = Compiler(definition, source, plans, accept, broken).plan()
    return sharing(replace(own, recalled=every), full)


class Compiler(Scope):
    """Knows which builder makes which part."""

    def plan(self) -> Plan:
        """Return the plan of all parts that can be built."""
        for name in self.declared:
            if name not in self.definition.uses:
                with contextlib.suppress(Broken):
                    self.part(name)
        stated = {}
        possible = names_of(self.definition)
        for name in possible:
            symbol = self.symbols.get(name)
            if symbol is not None and symbol.node is not None:
                stated[name] = symbol.node
        outputs.check_overrides(self)
        self._check_columns()
        outcome = self.definition.outcome
        if outcome not in possible and outcome not in self.misshapen:
            near = messages.near(outcome, possible)
            self.problem(messages.UNKNOWN_NAME, "outcome", kind="output", name=outcome, near=near)
        return Plan(self._fields(), tuple(self.steps), stated, self.definition.outcome)

    def _check_columns(self) -> None:
        """Report names that a frame already needs for the column beside another output."""
        names = [*names_of(self.definition), *(flag.id for flag in self.definition.flags)]
        for name in names:
            stem = name.removesuffix("_status").removesuffix("_low").removesuffix("_high")
            if stem != name and stem in names:
                why = f"in a frame it is the column beside '{stem}'"
                self.problem(messages.NOT_ALLOWED, *self.declared[name], key=name, why=why, remedy="rename it")

    def _fields(self) -> dict[str, Field]:
        fields = {name: symbol.field for name, symbol in self.symbols.items() if symbol and symbol.field}
        order = (*self.definition.given, *(item.id for item in self.definition.items))
        return {name: fields[name] for name in (*order, *fields) if name in fields}

    def _build(self, name: str) -> Symbol:
        if name == ASSESSED_ON:
            return Symbol(name, field=Field(name=name, kind="date"))
        if "." in name:
            owner, output = name.split(".", 1)
            return Symbol(name, field=inputs.component_field(name, self.components[owner], output))
        section, key = self.declared[name][:2]
        entry, path = getattr(self.definition, str(section))[key], (section, key)
        match section:
            case "given":
                return inputs.given(self, name, entry, path)
            case "items":
                return inputs.item(self, entry, path)
            case "judgements":
                return outputs.judgement(self, entry, path)
            case "eligible" | "consistent" | "flags":
                return self._condition(name, str(section), entry.when, path)
            case "rules":
                rules.check_rule(self, entry, path)
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
