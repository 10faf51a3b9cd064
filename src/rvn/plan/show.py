"""Draws a plan: every field, and every step with what it is computed from, as branches that make lines or data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rvn.plan import nodes
from rvn.plan.nodes import Field, Node
from rvn.plan.plan import Plan, Step
from rvn.plan.types import levels_of, type_of

ROWS = 12  # of a table on the screen; data have them all
INLINE = 300  # letters of a formula; a longer one is drawn as a tree
AND_SO_ON = "…"


@dataclass(frozen=True, slots=True)
class Branch:
    """One part of a drawing: a line, the same as data, and the parts it is made of."""

    text: str
    data: Mapping[str, object] = field(default_factory=dict)
    parts: tuple[Branch, ...] = ()

    def lines(self, depth: int = 0) -> Iterator[tuple[int, str]]:
        """Yield each line with how deep it is indented."""
        yield depth, self.text
        for part in self.parts:
            yield from part.lines(depth + 1)

    def to_record(self) -> dict[str, object]:
        """Return plain values for JSON."""
        parts: dict[str, object] = {"parts": [part.to_record() for part in self.parts]} if self.parts else {}
        return {"text": self.text, **self.data, **parts}


def draw(plan: Plan) -> tuple[tuple[Branch, ...], tuple[Branch, ...]]:
    """Return the fields of a plan and its steps, in the order of computation.

    What is withheld is not looked into.
    """
    named = _Drawing(plan)
    for step in plan.steps:
        named.name(step)
    drawing = _Drawing(plan)
    return tuple(map(named.field, plan.fields.values())), tuple(map(drawing.step, plan.steps))


class _Drawing:
    """Knows which nodes have names by now; what has a name is drawn once, and is a name afterwards."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._names: dict[int, str] = {}
        self._formulas: dict[int, tuple[str, int] | None] = {}
        self._drawn: set[int] = set()

    def field(self, known: Field) -> Branch:
        told: dict[str, object] = {"name": known.name, "kind": known.kind}
        words: list[str] = [known.kind]
        if known.options:
            told["options"] = list(known.options)
            words.append(_listed(known.options))
        elif not (math.isinf(known.minimum) and math.isinf(known.maximum)):
            told["range"] = [_finite(known.minimum), _finite(known.maximum)]
            words.append(_between(known.minimum, known.maximum))
        if known.is_component:
            told["component"] = True
            words.append("taken from a component")
        parts = () if known.asked is None else self._under("asked if", known.asked)
        return Branch(f"{known.name}: {', '.join(words)}", told, parts)

    def step(self, step: Step) -> Branch:
        told: dict[str, object] = {"name": step.name, "kind": step.kind}
        title = f"{step.name}: {step.kind.replace('_', ' ')}"
        if step.of:
            told["of"] = step.of
            title += f" on {step.of}"
        for key, holds in (("output", step.name in self._plan.outputs), ("outcome", step.name == self._plan.outcome)):
            if holds:
                told[key] = True
        title += " [the outcome]" if step.name == self._plan.outcome else ""
        parts = [*self._points(step.node), self._branch(step.node)]
        for word, limit in zip(("lower limit", "upper limit"), step.interval or (), strict=False):
            parts += self._under(word, limit)
        self.name(step)
        return Branch(title, told, tuple(parts))

    def name(self, step: Step) -> None:
        self._names[id(step.node)] = f"{step.of} after {step.name}" if step.of else step.name

    # branches

    def _under(self, word: str, node: Node) -> tuple[Branch, ...]:
        """Return a node behind a word: in one line where it is a formula, otherwise below it."""
        inner = self._branch(node)
        return (Branch(f"{word}: {inner.text}", {"role": word, **inner.data}, inner.parts),)

    def _branch(self, node: Node) -> Branch:
        formula = self._formula(node)
        if formula is not None:
            return Branch(formula[0], {"formula": formula[0]})
        if id(node) in self._drawn:
            return Branch("the same as above", {"node": type(node).__name__, "repeated": True})
        self._drawn.add(id(node))
        text, told, parts = self._structure(node)
        return Branch(text, {"node": type(node).__name__, **told}, tuple(parts))

    def _structure(self, node: Node) -> tuple[str, dict[str, object], Sequence[Branch]]:
        match node:
            case nodes.Total():
                text, told = _policy(node)
                return text, told, [branch for part in node.parts for branch in self._addend(part)]
            case nodes.Bands():
                bounds = dict(zip(node.levels, node.starts, strict=True))
                text = "levels: " + ", ".join(f"{level} ≥ {_number(start)}" for level, start in bounds.items())
                return text, {"bounds": bounds}, self._under("of", node.of)
            case nodes.Cells():
                rows, columns = levels_of(node.rows), levels_of(node.columns)
                cells = {
                    row: [node.levels[place] for place in places] for row, places in zip(rows, node.cells, strict=True)
                }
                lines = [Branch(f"{row}: {', '.join(found)}") for row, found in cells.items()]
                axes = [*self._under("rows", node.rows), *self._under("columns", node.columns)]
                return "level in a table", {"columns": list(columns), "cells": cells}, [*axes, *lines]
            case nodes.Lookup():
                return *_table(node), self._under("of", node.of)
            case nodes.Move():
                return *_change(node), [*self._under("where", node.test), *self._under("of", node.of)]
            case nodes.Apply():
                return f"{node.function} of", {"function": node.function}, [self._branch(node.of)]
            case nodes.Round():
                to, ties = node.multiple / node.per, node.ties
                told = {"to": to, "ties": ties}
                return f"rounded to {_number(to)}, ties {ties}", told, self._under("of", node.of)
            case nodes.Withheld():
                span = [_finite(node.low), _finite(node.high)]
                text = f"withheld: rests on recalled facts; {self._span(node)}"
                return text, {"withheld": True, "range": span}, ()
            case nodes.Choose():
                return "the one that applies", {}, list(self._cases(node))
            case _:
                what = type(node).__name__.lower()
                own = {"operator", "function", "which", "unit"}
                told = {key: getattr(node, key) for key in own if hasattr(node, key)}
                said = "".join(f" {value}" for value in told.values())
                return f"{what}{said} of", told, [self._branch(inner) for inner in node.inputs()]

    def _cases(self, node: Node) -> Iterator[Branch]:
        while isinstance(node, nodes.Choose) and self._formula(node) is None:
            test = self._formula(node.test)
            if test is not None:
                yield from self._under(f"if {test[0]}", node.then)
            else:
                yield from self._under("if", node.test)
                yield from self._under("then", node.then)
            node = node.otherwise
        yield from self._under("otherwise", node)

    def _addend(self, part: nodes.Part) -> tuple[Branch, ...]:
        worth = _worth(part.of) if isinstance(part.of, nodes.Points) and id(part.of) not in self._names else None
        if worth is not None:
            return (Branch(f"{part.name}: {_listed(worth)}", {"name": part.name, "points": worth}),)
        formula = self._formula(part.of)
        if formula is not None and formula[0] == part.name:
            return (Branch(part.name, {"name": part.name}),)
        coefficient = part.of.left if isinstance(part.of, nodes.Arithmetic) and part.of.operator == "*" else part.of
        told: dict[str, object] = {"name": part.name}
        if coefficient is part.of and isinstance(coefficient, nodes.Constant):
            return (Branch(f"{part.name}: {_number(coefficient.value)}", told | {"value": coefficient.value}),)
        if isinstance(coefficient, nodes.Choose) and isinstance(coefficient.then, nodes.Constant):
            coefficient = coefficient.then
        if isinstance(coefficient, nodes.Constant):
            told["coefficient"] = coefficient.value
            return (Branch(f"{_number(coefficient.value)} × {part.name}", told),)
        (inner,) = self._under(part.name, part.of)
        return (Branch(inner.text, {**inner.data, **told}, inner.parts),)

    def _points(self, node: Node) -> Iterator[Branch]:
        """Yield the points that answers have in the formulas of a step."""
        seen: set[str] = set()
        waiting = [node]
        visited: set[int] = set()
        while waiting:
            found = waiting.pop()
            if id(found) in visited or id(found) in self._names or isinstance(found, nodes.Withheld):
                continue
            visited.add(id(found))
            if isinstance(found, nodes.Points) and found.field.name not in seen:
                seen.add(found.field.name)
                worth = _worth(found)
                text = f"points of {found.field.name}: {_listed(worth)}"
                yield Branch(text, {"name": found.field.name, "points": worth})
            if not isinstance(found, nodes.Total):  # which says them itself
                waiting.extend(reversed(list(found.inputs())))

    def _span(self, node: nodes.Withheld) -> str:
        if math.isinf(node.low) or math.isinf(node.high):
            return "nothing is known of it"
        levels = levels_of(node)
        ends = [levels[int(end)] if levels else _number(end) for end in (node.low, node.high)]
        return f"between {ends[0]} and {ends[1]}"

    # formulas: the text of a node in one line, and how tightly its outermost operator binds

    def _formula(self, node: Node) -> tuple[str, int] | None:
        if id(node) in self._names:
            return self._names[id(node)], ATOM
        if id(node) not in self._formulas:
            found = self._written(node)
            self._formulas[id(node)] = None if found is None or len(found[0]) > INLINE else found
        return self._formulas[id(node)]

    def _written(self, node: Node) -> tuple[str, int] | None:
        match node:
            case nodes.Constant():
                return _constant(node), ATOM
            case nodes.Answer():
                return node.field.name, ATOM
            case nodes.Points():
                return f"points({node.field.name})", ATOM
            case nodes.Answered():
                return f"answered({node.field.name})", ATOM
            case nodes.Is():
                options = [f"'{node.field.options[code]}'" for code in sorted(node.codes)]
                one = f"{node.field.name} == {options[0]}" if len(options) == 1 else ""
                return one or f"{node.field.name} in ({', '.join(options)})", COMPARED
            case nodes.Arithmetic():
                binds = {"+": ADDED, "-": ADDED, "*": TIMES, "/": TIMES, "**": POWER}[node.operator]
                after = binds if node.operator == "+" else binds + 1
                return self._join(
                    f" {node.operator} ", binds, (node.left, binds + (binds == POWER)), (node.right, after)
                )
            case nodes.Compare():
                right = self._level(node.left, node.right) or self._placed(node.right, COMPARED + 1)
                left = self._level(node.right, node.left) or self._placed(node.left, COMPARED + 1)
                return None if left is None or right is None else (f"{left} {node.operator} {right}", COMPARED)
            case nodes.Not():
                inner = self._placed(node.of, NEGATED)
                return None if inner is None else (f"not {inner}", NEGATED)
            case nodes.All():
                return self._join(" and ", BOTH, *((part, BOTH) for part in node.parts))
            case nodes.Any():
                return self._join(" or ", EITHER, *((part, EITHER) for part in node.parts))
            case nodes.Choose():
                parts = [self._placed(part, CHOSEN + 1) for part in (node.then, node.test)]
                other = None if None in parts else self._placed(node.otherwise, CHOSEN)
                return None if other is None else (f"{parts[0]} if {parts[1]} else {other}", CHOSEN)
            case nodes.Extreme():
                return self._call(node.which, *node.parts)
            case nodes.Apply():
                return self._call(node.function, node.of)
            case nodes.Round():
                return self._call("round", node.of, more=f"to {_number(node.multiple / node.per)}, ties {node.ties}")
            case nodes.Between():
                return self._call(f"{node.unit}_between", node.start, node.end)
            case nodes.Coalesce():
                return self._call("coalesce", *node.parts)
            case nodes.CountOf():
                return self._call("count_of", *node.parts)
            case _:
                return None

    def _placed(self, node: Node, binds: int) -> str | None:
        """Return a formula in brackets where it binds less tightly than its place needs."""
        found = self._formula(node)
        return None if found is None else found[0] if found[1] >= binds else f"({found[0]})"

    def _join(self, sign: str, binds: int, *parts: tuple[Node, int]) -> tuple[str, int] | None:
        words = [self._placed(node, need) for node, need in parts]
        return None if None in words else (sign.join(word for word in words if word is not None), binds)

    def _call(self, name: str, *parts: Node, more: str = "") -> tuple[str, int] | None:
        words = [self._placed(part, CHOSEN) for part in parts]
        if None in words:
            return None
        return f"{name}({', '.join([word for word in words if word is not None] + [more] * bool(more))})", ATOM

    def _level(self, beside: Node, node: Node) -> str | None:
        """Return the name of a constant level, told by what it is compared with."""
        levels = levels_of(beside)
        is_level = isinstance(node, nodes.Constant) and node.of == "level" and levels
        return f"'{levels[int(node.value)]}'" if is_level and isinstance(node, nodes.Constant) else None


CHOSEN, EITHER, BOTH, NEGATED, COMPARED, ADDED, TIMES, POWER, ATOM = range(9)


# words


def _constant(node: nodes.Constant) -> str:
    if node.of == "boolean":
        return "true" if node.value else "false"
    return f"'{date.fromordinal(int(node.value))}'" if node.of == "date" else _number(node.value)


def _number(value: float) -> str:
    """Return a number as short as it can be written.

    >>> [_number(value) for value in (4.0, -0.25, 1e-9)]
    ['4', '-0.25', '1e-09']
    """
    return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _finite(value: float) -> float | None:
    return None if math.isinf(value) else value


def _between(low: float, high: float) -> str:
    if math.isinf(low):
        return f"up to {_number(high)}"
    return f"{_number(low)} or more" if math.isinf(high) else f"{_number(low)} to {_number(high)}"


def _listed(found: Sequence[str] | Mapping[str, float]) -> str:
    """Return options, or what stands beside keys, of which the first and the last where there are many."""
    words = [f"{key} = {_number(value)}" for key, value in found.items()] if isinstance(found, Mapping) else list(found)
    if len(words) <= 2 * ROWS:
        return ", ".join(words)
    return ", ".join([*words[: ROWS - 2], AND_SO_ON, *words[-2:]]) + f" ({len(words)} in all)"


def _worth(node: nodes.Points) -> dict[str, float]:
    """Return the points of each option, or of each range by where it starts."""
    if not node.starts:
        return dict(zip(node.field.options, node.values, strict=True))
    starts = [_number(start) if math.isfinite(start) else "lowest" for start in node.starts]
    return {f"{start}+": value for start, value in zip(starts, node.values, strict=True)}


_METHODS = {"zero": "counted zero", "prorate": "prorated", "by_sign": "prorated by sign", "table": "by a table"}


def _policy(node: nodes.Total) -> tuple[str, dict[str, Any]]:
    """Return how many addends may be absent, and what then counts."""
    told: dict[str, Any] = {"allow": node.allow}
    words = [f"sum of {len(node.parts)}"]
    if node.allow:
        told["method"] = node.method
        which = "" if node.only is None else f", only {', '.join(sorted(node.only))}"
        words.append(f"up to {node.allow} absent{which}, then {_METHODS[node.method]}")
    if node.only is not None:
        told["only"] = sorted(node.only)
    if node.share_from is not None:
        told["share_from"] = sorted(node.share_from)
        words.append(f"the share taken from {', '.join(sorted(node.share_from))}")
    if node.at_least:
        told["at_least"] = node.at_least
        words.append(f"at least {node.at_least} present")
    if node.leave_out:
        told["leave_out"] = sorted(node.leave_out)
        words.append(f"left out where {', '.join(sorted(node.leave_out))}")
    if node.table:
        told["table"] = [list(row) for row in node.table]
        words.append(f"a table of {len(node.table)} rows for absent answers")
    return "; ".join(words), told


def _table(node: nodes.Lookup) -> tuple[str, dict[str, object]]:
    names = levels_of(node.of) if type_of(node.of) == "level" else ()
    keys = [names[int(key)] if names else _number(key) for key in node.keys]
    if node.levels:
        words = {key: node.levels[int(value)] for key, value in zip(keys, node.values, strict=True)}
        return f"in a table: {_listed([f'{key} = {word}' for key, word in words.items()])}", {"table": words}
    table = dict(zip(keys, node.values, strict=True))
    return f"in a table: {_listed(table)}", {"table": table}


_TO = {"set": "set to", "raise": "raised to at least", "lower": "lowered to at most"}


def _change(node: nodes.Move) -> tuple[str, dict[str, object]]:
    """Return what a rule does: set, raise or lower, to what or by how much, and where it stops."""
    levels = levels_of(node)

    def said(value: float) -> str:
        return levels[int(value)] if levels else _number(value)

    if node.how == "shift":
        text = f"{'raised' if node.to > 0 else 'lowered'} by {_number(abs(node.to))}"
    else:
        text = f"{_TO[node.how]} {said(node.to)}"
    whole = (0.0, len(levels) - 1.0) if levels else (-math.inf, math.inf)
    limits = {"lowest": node.lowest, "highest": node.highest}
    narrower = [
        f"never {word} {said(end)}"
        for word, end, other in (("below", node.lowest, whole[0]), ("above", node.highest, whole[1]))
        if end != other
    ]
    data: dict[str, object] = {"how": node.how, "to": node.to if node.how == "shift" or not levels else said(node.to)}
    data |= {key: said(end) if levels else end for key, end in limits.items() if math.isfinite(end)}
    return ", ".join([text, *narrower]), data
