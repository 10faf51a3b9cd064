"""Random plans built straight from nodes, and random people to read them for, with every kind of absence.

Every decision about a plan is drawn by Hypothesis, so a failing plan shrinks. People are drawn in batches by a numpy
generator whose seed Hypothesis chooses: a plan is expensive to make, a person is not.

`log`, `exp`, `logistic` and `**` are the same on all readers to 2 units in the last place only. As in good
definitions they stand at the end of a computation, or are capped and rounded before anything rests on them.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from rvn.plan import nodes
from rvn.plan.columns import Column
from rvn.plan.explain import Reading, absent, answered, attainable
from rvn.plan.nodes import Field, Node, Part
from rvn.plan.plan import Plan, Step, fields_of, first_known, rests_on_withheld, walk
from rvn.plan.status import CODE, ORDER, Status
from rvn.plan.types import decimals_of, levels_of, type_of

ABSENT, NOTHING = 240, 255  # the first code of a reason for absence, and that of nothing recorded

REASONS = ("unknown", "refused", "not_asked", "not_applicable", "lost")
LADDERS = (("low", "high"), ("low", "medium", "high"), ("none", "some", "much", "most"))
SMALL = (0.0, 1.0, -1.0, 2.0, 3.0, 5.0, 0.5, -0.5, 2.5, 0.1, 0.7, 12.25, 100.0, -7.0)
RARE = (0.1234567, 33.333, -0.05, 1e6)
HUGE = (1e6, 1e15, 2.0**53 + 2, 1.7e308, -1.7e308)  # answers to numbers without a range


class Maker:
    """Makes the parts of one plan, with what has been made so far to choose from."""

    def __init__(
        self,
        draw: Callable[[st.SearchStrategy[Any]], Any],
        *,
        small: bool = False,
        without: frozenset[type[Node]] = frozenset(),
    ) -> None:
        self.draw = draw
        self.small = small  # few fields with few values, so that every completion can be tried
        self.without = without
        self.fields: dict[str, Field] = {}
        self.made: list[Node] = []

    def integer(self, lowest: int, highest: int) -> int:
        return int(self.draw(st.integers(lowest, highest)))

    def pick(self, values: Sequence[Any]) -> Any:
        return values[self.integer(0, len(values) - 1)]

    def chance(self, percent: int) -> bool:
        return self.integer(0, 99) >= 100 - percent

    def number(self) -> float:
        return float(self.pick(RARE) if not self.small and self.chance(5) else self.pick(SMALL))

    def steps(self, length: int) -> tuple[float, ...]:
        """Return ascending lower bounds."""
        starts = [float(self.pick((0.0, 0.0, 1.0, -2.0, 0.5)))]
        while len(starts) < length:
            starts.append(starts[-1] + self.pick((1.0, 2.0, 0.5, 0.25, 10.0)))
        return tuple(starts)

    def ladder(self) -> tuple[str, ...]:
        return self.pick(LADDERS)  # type: ignore[no-any-return]

    # fields

    def field(self, *kinds: str, options: tuple[str, ...] = (), is_item: bool = False) -> Field:
        """Return a field of one of some kinds: one there is, or a new one; `is_item`: no result of a component."""
        fitting = [f for f in self.fields.values() if f.kind in kinds and (not options or f.options == options)]
        fitting = [f for f in fitting if not (is_item and f.is_component)]
        if fitting and (len(self.fields) >= (4 if self.small else 8) or self.chance(50)):
            return self.pick(fitting)  # type: ignore[no-any-return]
        kind = self.pick(kinds)
        is_component = kind == "level" or (kind == "number" and not is_item and self.chance(30))
        field = Field(
            name=f"f{len(self.fields)}",
            kind=kind,
            options=options if kind == "level" else self._options() if kind == "choice" else (),
            **self._range(kind, options),
            reasons=REASONS[:4] if is_component else REASONS,
            asked=None if is_component or kind == "date" or not self.chance(25) else self.node("boolean", 1),
            is_component=is_component,
        )
        # What it is asked upon may have made fields in the meantime.
        field = dataclasses.replace(field, name=f"f{len(self.fields)}")
        self.fields[field.name] = field
        return field

    def _options(self) -> tuple[str, ...]:
        return tuple("abcd"[: self.integer(2, 3 if self.small else 4)])

    def _range(self, kind: str, levels: tuple[str, ...]) -> dict[str, float]:
        if kind == "level":
            return {"minimum": 0.0, "maximum": len(levels) - 1.0}
        if kind == "count":
            ranges = ((0.0, 2.0), (1.0, 3.0)) if self.small else ((0.0, 3.0), (1.0, 10.0), (0.0, math.inf))
            return dict(zip(("minimum", "maximum"), self.pick(ranges), strict=True))
        if kind == "number":
            ranges = ((0.0, 100.0), (-5.0, 5.5)) if self.small else ((0.0, 100.0), (-5.0, 5.5), (-math.inf, math.inf))
            return dict(zip(("minimum", "maximum"), self.pick(ranges), strict=True))
        return {}

    # nodes

    def node(self, kind: str, depth: int, levels: tuple[str, ...] = ()) -> Node:
        """Return a node of a type: one there is, a leaf, or a new one over others."""
        if kind == "level" and not levels:
            levels = self.ladder()
        if self.chance(15):
            fitting = [node for node in self.made if type_of(node) == kind and levels_of(node) == levels]
            if fitting:
                return self.pick(fitting)  # type: ignore[no-any-return]
        possible = [cls for cls, types in TYPES.items() if kind in types and cls not in self.without]
        leaves = [cls for cls in possible if cls in LEAVES]
        others = [cls for cls in possible if cls not in LEAVES]
        return self.make(self.pick(leaves if depth <= 0 or self.chance(25) else others), kind, depth, levels)

    def make(self, cls: type[Node], kind: str, depth: int, levels: tuple[str, ...] = ()) -> Node:
        """Return a new node of a class."""
        node = MAKERS[cls](self, kind, depth - 1, levels)
        if is_inexact(node):
            node = self.settled(node)
        self.made.append(node)
        return node

    def settled(self, node: Node) -> Node:
        """Return an inexact number capped and rounded, so that others may rest on it."""
        floored = nodes.Extreme(which="max", parts=(node, nodes.Constant(value=-1000.0)))
        capped = nodes.Extreme(which="min", parts=(floored, nodes.Constant(value=1000.0)))
        return nodes.Round(of=capped, per=100.0, multiple=1.0, ties="away")

    def several(self, kind: str, depth: int, levels: tuple[str, ...] = ()) -> tuple[Node, ...]:
        return tuple(self.node(kind, depth, levels) for _ in range(self.integer(2, 3)))


MAKERS: dict[type[Node], Callable[[Maker, str, int, tuple[str, ...]], Node]] = {}
TYPES: dict[type[Node], tuple[str, ...]] = {}
LEAVES = (nodes.Constant, nodes.Answer, nodes.Points, nodes.Is, nodes.Answered)
EXACT = frozenset({"abs", "floor"})


def makes(cls: type[Node], *types: str) -> Callable[[Callable[..., Node]], Callable[..., Node]]:
    """Register the function that makes nodes of a class, and the types they can have."""

    def register(function: Callable[..., Node]) -> Callable[..., Node]:
        MAKERS[cls], TYPES[cls] = function, types
        return function

    return register


def is_inexact(node: Node) -> bool:
    """Return whether readers may differ in a node by 2 units in the last place."""
    if isinstance(node, nodes.Apply):
        return node.function not in EXACT
    return isinstance(node, nodes.Arithmetic) and node.operator == "**"


@makes(nodes.Constant, "number", "boolean")
def _constant(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    return nodes.Constant(value=on.number() if kind == "number" else float(on.chance(50)), of=kind)


@makes(nodes.Answer, "number", "level", "date")
def _answer(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    if kind == "number":
        return nodes.Answer(field=on.field("count", "number"))
    return nodes.Answer(field=on.field(kind, options=levels))


@makes(nodes.Points, "number")
def _points(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    return points_of(on, on.field("choice", "choice", "count", "number", is_item=True))


def points_of(on: Maker, field: Field) -> Node:
    """Return points of the options of a field, or of ranges that begin where its numbers do."""
    if field.kind == "choice":
        return nodes.Points(field=field, values=tuple(on.number() for _ in field.options))
    starts, last = [field.minimum], max(field.minimum, -10.0)
    for _ in range(on.integer(1, 3)):
        last += on.pick((1.0, 2.0) if field.kind == "count" else (1.0, 2.0, 0.5))
        starts.append(last)
    starts = [start for start in starts if start <= field.maximum]
    return nodes.Points(field=field, values=tuple(on.number() for _ in starts), starts=tuple(starts))


@makes(nodes.Is, "boolean")
def _is(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    field = on.field("choice")
    codes = frozenset(code for code in range(len(field.options)) if on.chance(50))
    return nodes.Is(field=field, codes=codes or frozenset({0}))


@makes(nodes.Answered, "boolean")
def _answered(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    return nodes.Answered(field=on.field("choice", "count", "number", "date"))


@makes(nodes.Arithmetic, "number")
def _arithmetic(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    left, right = on.node("number", depth), on.node("number", depth)
    return nodes.Arithmetic(operator=on.pick(("+", "-", "*", "/", "**")), left=left, right=right)


@makes(nodes.Compare, "boolean")
def _compare(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    operator = on.pick(("<", "<=", "==", "!=", ">=", ">"))
    of = on.pick(("number", "number", "level", "date"))
    if of == "level":
        ladder = on.ladder()
        place = nodes.Constant(value=float(on.integer(0, len(ladder) - 1)), of="level")
        right = place if on.chance(50) else on.node("level", depth, ladder)
        return nodes.Compare(operator=operator, left=on.node("level", depth, ladder), right=right)
    right = nodes.Constant(value=on.number()) if of == "number" and on.chance(50) else on.node(of, depth)
    if of == "date" and on.chance(50):
        right = nodes.Constant(value=float(on.pick(DATES)), of="date")
    return nodes.Compare(operator=operator, left=on.node(of, depth), right=right)


@makes(nodes.Not, "boolean")
def _not(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    return nodes.Not(of=on.node("boolean", depth))


@makes(nodes.All, "boolean")
def _all(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    return nodes.All(parts=on.several("boolean", depth))


@makes(nodes.Any, "boolean")
def _any(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    return nodes.Any(parts=on.several("boolean", depth))


@makes(nodes.Choose, "number", "boolean", "level", "date")
def _choose(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    test, then = on.node("boolean", depth), on.node(kind, depth, levels)
    return nodes.Choose(test=test, then=then, otherwise=on.node(kind, depth, levels))


@makes(nodes.Extreme, "number")
def _extreme(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    return nodes.Extreme(which=on.pick(("min", "max")), parts=on.several("number", depth))


@makes(nodes.Apply, "number")
def _apply(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    function = on.pick(("abs", "floor", "log", "exp", "logistic"))
    return nodes.Apply(function=function, of=on.node("number", depth))


@makes(nodes.Round, "number")
def _round(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    per, multiple = on.pick(((1.0, 1.0), (2.0, 1.0), (10.0, 1.0), (100.0, 1.0), (1.0, 5.0), (1.0, 2.5)))
    ties = on.pick(("away", "even", "up", "down"))
    return nodes.Round(of=on.node("number", depth), per=per, multiple=multiple, ties=ties)


@makes(nodes.Between, "number")
def _between(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    unit = on.pick(("years", "months"))
    return nodes.Between(unit=unit, start=on.node("date", depth), end=on.node("date", depth))


@makes(nodes.Coalesce, "number", "boolean", "level", "date")
def _coalesce(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    return first_known(on.several(kind, depth, levels))


@makes(nodes.CountOf, "number")
def _count_of(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    return nodes.CountOf(parts=on.several("boolean", depth))


@makes(nodes.Lookup, "number", "level")
def _lookup(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    of = on.node("level" if on.chance(30) else "number", depth)
    start = on.pick((0.0, 0.0, -1.0, 1.0))
    keys = tuple(start + place for place in range(on.integer(1, 6)) if place == 0 or on.chance(80))
    values = tuple(float(on.integer(0, len(levels) - 1)) if levels else on.number() for _ in keys)
    return nodes.Lookup(of=of, keys=keys, values=values, levels=levels)


@makes(nodes.Total, "number")
def _total(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    parts = {part.name: part for part in (_part(on, depth, place) for place in range(on.integer(1, 6)))}
    names = tuple(parts)
    places = [decimals_of(part.of) for part in parts.values()]
    method = on.pick(("zero", "prorate", "by_sign", "table"))
    sums = (0.0, 0.0, 1.0, 2.0, 3.0, 5.0, 0.5)
    table = ((on.integer(1, 2), on.pick(sums), on.number()) for _ in range(on.integer(1, 5)))
    return nodes.Total(
        parts=tuple(parts.values()),
        allow=on.integer(0, len(parts)),
        only=frozenset(name for name in names if on.chance(60)) if on.chance(25) else None,
        at_least=on.integer(0, len(parts)) if on.chance(30) else 0,
        method=method,
        ends=tuple(attainable(part.of) for part in parts.values()) if method == "by_sign" else (),
        share_from=frozenset((*(name for name in names if on.chance(60)), names[0])) if on.chance(40) else None,
        table=tuple(table) if method == "table" else (),
        leave_out=frozenset(reason for reason in REASONS if on.chance(30)) if on.chance(50) else frozenset(),
        decimals=None if None in places else max(place for place in places if place is not None),
    )


def _part(on: Maker, depth: int, place: int) -> Part:
    if on.chance(25):
        return part_of(f"derived{place}", on.node("number", depth))
    field = on.field("choice", "count", "number", is_item=True)
    of = points_of(on, field) if field.kind == "choice" or on.chance(50) else nodes.Answer(field=field)
    if nodes.Withheld not in on.without and on.chance(5):
        of = withheld(of)
    return part_of(field.name, of, field)


def part_of(name: str, of: Node, field: Field | None = None) -> Part:
    """Return a part that knows what it rests on, as a definition makes it."""
    return Part(name=name, of=of, field=field, fields=tuple(fields_of(of)), is_hidden=rests_on_withheld(of))


@makes(nodes.Bands, "level")
def _bands(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    of = on.node("boolean" if on.chance(10) else "number", depth)
    return nodes.Bands(of=of, starts=on.steps(len(levels)), levels=levels)


@makes(nodes.Cells, "level")
def _cells(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    rows, columns = on.node("level", depth), on.node("level", depth)
    width, highest = len(levels_of(columns)), len(levels) - 1
    cells = tuple(tuple(on.integer(0, highest) for _ in range(width)) for _ in levels_of(rows))
    return nodes.Cells(rows=rows, columns=columns, cells=cells, levels=levels)


@makes(nodes.Move, "number", "level")
def _move(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    of, test, how = on.node(kind, depth, levels), on.node("boolean", depth), on.pick(("set", "raise", "lower", "shift"))
    if kind == "number":
        lowest, highest = on.pick(((-math.inf, math.inf), (-math.inf, 5.0), (0.0, math.inf)))
        return nodes.Move(of=of, test=test, how=how, to=on.number(), lowest=lowest, highest=highest)
    top = len(levels) - 1.0
    limit = float(on.integer(0, len(levels) - 1))
    lowest, highest = on.pick(((0.0, top), (limit, top), (0.0, limit)))
    to = float(on.integer(-2, 2)) if how == "shift" else float(on.integer(0, len(levels) - 1))
    return nodes.Move(of=of, test=test, how=how, to=to, lowest=lowest, highest=highest)


@makes(nodes.Withheld, "number", "boolean", "level")
def _withheld(on: Maker, kind: str, depth: int, levels: tuple[str, ...]) -> Node:
    return withheld(on.node(kind, depth, levels))


def withheld(node: Node) -> Node:
    """Return a node hidden as a definition hides what rests on recalled numbers."""
    low, high = attainable(node)
    return nodes.Withheld(of=node, low=low, high=high)


# plans


class Generated(Plan):
    """A plan that shows itself in few words when a test fails."""

    def __repr__(self) -> str:
        asked = {name: field for name, field in self.fields.items() if field.asked is not None}
        lines = [f"{name} ({field.kind}) asked if {written(field.asked)}" for name, field in asked.items()]
        lines += [f"{step.kind} {step.name}: {written(step.node)}" for step in self.steps]
        lines += [f"{name}: {written(node)}" for name, node in self.outputs.items()]
        return "\n" + "\n".join(lines) + "\n"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


def written(value: Any) -> str:
    """Return a node in one line: its class, and what is not as it usually is."""
    if isinstance(value, Field):
        return value.name
    if isinstance(value, tuple):
        return f"[{', '.join(map(written, value))}]"
    if not isinstance(value, (Node, Part)):
        return f"{value:g}" if isinstance(value, float) else str(value)
    entries = [entry for entry in dataclasses.fields(value) if getattr(value, entry.name) != entry.default]
    inner = ", ".join(f"{entry.name}={written(getattr(value, entry.name))}" for entry in entries)
    return f"{type(value).__name__}({inner})"


@st.composite
def plans(
    draw: Any,
    cls: type[Node] | None = None,
    *,
    small: bool = False,
    conditions: bool = True,
    without: frozenset[type[Node]] = frozenset(),
) -> Plan:
    """Return a plan with some outputs and flags, the first with a node of class `cls` at its end.

    Parameters
    ----------
    cls
        Drawn if left out.
    small
        Few fields that can take few values.
    conditions
        With conditions of eligibility and consistency.
    without
        Classes of nodes that are not wanted.
    """
    on = Maker(draw, small=small, without=without)
    classes = [cls for cls in MAKERS if cls not in without]
    cls = cls or on.pick(classes)
    outputs: dict[str, Node] = {}
    flags: list[Step] = []
    for place in range(on.integer(1, 5)):
        chosen = cls if place == 0 else on.pick(classes)
        kind = on.pick([kind for kind in TYPES[chosen] if kind != "date"])
        levels = on.ladder() if kind == "level" else ()
        depth = on.integer(1, 4)
        # At the end of a computation an inexact number may stand as it is.
        node = MAKERS[chosen](on, kind, depth - 1, levels)
        if not is_inexact(node):
            on.made.append(node)
        if kind == "boolean":
            flags.append(Step(f"flag{place}", "flag", node))
        else:
            outputs[f"output{place}"] = node
    steps = list(flags)
    if conditions:
        for kind in ("eligible", "consistent"):
            n_steps = on.integer(1, 2) if on.chance(20) else 0
            steps += [Step(f"{kind}{place}", kind, on.node("boolean", 1)) for place in range(n_steps)]
    if not outputs:
        outputs["output"] = on.make(nodes.Total, "number", 1)
    plan = Generated(on.fields, tuple(steps), outputs, next(iter(outputs)))
    if any(isinstance(node, nodes.Withheld) for node in every_node(plan)):
        return dataclasses.replace(plan, full=revealed(plan))
    return plan


def every_node(plan: Plan) -> Iterator[Node]:
    """Yield every node that a plan's results, steps and asked conditions rest on, each once."""
    roots = [*plan.outputs.values(), *(step.node for step in plan.steps)]
    roots += [field.asked for field in plan.fields.values() if field.asked is not None]
    seen: set[int] = set()
    for root in roots:
        for node in walk(root):
            if id(node) not in seen:
                seen.add(id(node))
                yield node


def again(cls: type[Any], inner: dict[str, Any]) -> Any:
    """Return a node, field or part with other insides, which may be hidden no more."""
    if cls is Part:
        return part_of(inner["name"], inner["of"], inner["field"])
    return first_known(inner["parts"]) if cls is nodes.Coalesce else cls(**inner)


def revealed(plan: Plan) -> Plan:
    """Return the same plan with nothing withheld."""
    done: dict[int, Any] = {}

    def reveal(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(reveal(entry) for entry in value)
        if not isinstance(value, (Node, Field, Part)):
            return value
        if id(value) not in done:
            if isinstance(value, nodes.Withheld):
                done[id(value)] = reveal(value.of)
            else:
                inner = {entry.name: reveal(getattr(value, entry.name)) for entry in dataclasses.fields(value)}
                done[id(value)] = again(type(value), inner)
        return done[id(value)]

    steps = tuple(dataclasses.replace(step, node=reveal(step.node)) for step in plan.steps)
    fields = {name: reveal(field) for name, field in plan.fields.items()}
    outputs = {name: reveal(node) for name, node in plan.outputs.items()}
    return Plan(fields, steps, outputs, plan.outcome)


# people


class People(NamedTuple):
    """The same people for both readers."""

    columns: dict[str, Column]
    readings: list[dict[str, Reading]]


def people(plan: Plan, seed: int, size: int) -> People:
    """Return people with answers to a plan's fields; how much is absent differs from field to field."""
    rng = np.random.default_rng(seed)
    columns: dict[str, Column] = {}
    readings: list[dict[str, Reading]] = [{} for _ in range(size)]
    near = _near_values(plan)
    for name, field in plan.fields.items():
        if rng.random() < 0.03:
            continue  # nobody was asked, and there is no column either
        column = _component(field, rng, size, near) if field.is_component else _column(field, rng, size, near)
        columns[name] = column
        for row, reading in enumerate(readings_of(field, column)):
            if reading is not None:
                readings[row][name] = reading
    return People(columns, readings)


def _near_values(plan: Plan) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return numbers at which something may turn in a plan."""
    found = {0.0, 0.5, 1.0, 2.0, 3.0}
    for node in every_node(plan):
        if isinstance(node, nodes.Constant):
            found.add(node.value)
        elif isinstance(node, (nodes.Bands, nodes.Points)):
            found.update(start for start in node.starts if math.isfinite(start))
    return np.array(sorted(found))


def _numbers(field: Field, rng: np.random.Generator, size: int, near: Any) -> Any:
    """Return numbers that a field can have: its ends, what is near something that turns, halves and tenths."""
    low, high = max(field.minimum, -20.0), min(field.maximum, 20.0)
    values = rng.choice(near, size) + rng.choice([0.0, 0.0, 0.0, 0.5, -1.0, 1e-9], size)
    plain = np.round(rng.uniform(low, high, size), 1)
    values = np.where(rng.random(size) < 0.5, plain, values)
    if math.isinf(field.maximum):
        # Whole numbers are added exactly up to 2**53 units of the last decimal place.
        huge = rng.choice(HUGE if field.kind == "number" else HUGE[:1], size)
        values = np.where(rng.random(size) < rng.choice([0.0, 0.02, 0.3]), huge, values)
    values = np.clip(values, field.minimum, field.maximum)
    return np.floor(values) if field.kind == "count" else values


DATES = np.array(
    [date(*day).toordinal() for day in ((1, 1, 1), (1969, 12, 31), (1996, 2, 29), (2000, 2, 29), (2001, 2, 28))]
    + [date(*day).toordinal() for day in ((2001, 3, 1), (2014, 1, 31), (2014, 12, 31), (2024, 2, 29), (9999, 12, 31))],
    float,
)


def _column(field: Field, rng: np.random.Generator, size: int, near: Any) -> Column:
    lacking = rng.random(size) < rng.choice([0.0, 0.05, 0.3, 0.8])
    reasons = ABSENT + rng.integers(0, len(field.reasons), size)
    reasons = np.where(rng.random(size) < 0.4, NOTHING, reasons)
    if field.kind == "choice":
        return Column(np.where(lacking, reasons, rng.integers(0, len(field.options), size)).astype(np.uint8))
    if field.kind == "date":
        values = np.where(rng.random(size) < 0.5, rng.choice(DATES, size), rng.integers(715_000, 740_000, size))
    else:
        values = _numbers(field, rng, size, near)
    values = np.where(lacking, np.nan, values).astype(float)
    if rng.random() < 0.3:
        return Column(values)  # a frame of numbers says that an answer is absent, not why
    return Column(values, np.where(lacking, reasons, 0).astype(np.uint8))


def _component(field: Field, rng: np.random.Generator, size: int, near: Any) -> Column:
    ends = np.sort([_numbers(field, rng, size, near), _numbers(field, rng, size, near)], axis=0)
    if field.kind == "level":
        ends = np.sort(rng.integers(0, len(field.options), (2, size)), axis=0).astype(float)
    low, high = ends
    value = np.where(rng.random(size) < 0.5, low, high)
    nothing = rng.random(size) < rng.choice([0.0, 0.1, 0.5])
    if rng.random() < 0.2:
        return Column(np.where(nothing, np.nan, value), np.where(nothing, NOTHING, 0).astype(np.uint8))
    shares = rng.choice([0.02, 0.3], len(ORDER))
    shares[CODE[Status.COMPLETE]] = 1
    status = rng.choice(len(ORDER), size, p=shares / shares.sum())
    status = np.where(nothing, NOTHING, status)
    exact = np.isin(status, [CODE[Status.COMPLETE], CODE[Status.DECIDED]])
    low, high = np.where(exact, value, low), np.where(exact, value, high)
    # Prorating can take a value beyond what the answers could still make of it.
    beyond = (status == CODE[Status.PRORATED]) & (rng.random(size) < 0.2)
    value = np.where(beyond, field.maximum if math.isfinite(field.maximum) else value, value)
    stated = exact | (status == CODE[Status.PRORATED])
    void = nothing | np.isin(status, [CODE[Status.NOT_APPLICABLE], CODE[Status.INVALID]])
    return Column(
        np.where(stated, value, np.nan),
        np.where(stated, 0, NOTHING).astype(np.uint8),
        np.where(void, np.nan, low),
        np.where(void, np.nan, high),
        status.astype(np.uint8),
    )


def readings_of(field: Field, column: Column) -> Iterator[Reading | None]:
    """Yield for every row of a column what `explain` reads there; None where nothing was recorded at all."""
    for row, value in enumerate(column.values.tolist()):
        if column.status is not None:
            yield _result(field, column, row)
        elif field.kind == "choice":
            yield answered(float(value)) if value < ABSENT else _absence(field, int(value))
        elif value == value:
            yield answered(value)
        else:
            yield _absence(field, NOTHING if column.reasons is None else int(column.reasons[row]))


def _absence(field: Field, code: int) -> Reading | None:
    return None if code == NOTHING else absent(field, field.reasons[code - ABSENT])


def _result(field: Field, column: Column, row: int) -> Reading | None:
    """Return a component's result as `rvn.scoring.answers` reads one."""
    assert column.status is not None
    assert column.low is not None
    assert column.high is not None
    if column.status[row] == NOTHING:
        return None
    status, value = ORDER[column.status[row]], float(column.values[row])
    if status in (Status.NOT_APPLICABLE, Status.INVALID):
        return absent(field, status)
    reason = "" if value == value else str(status)
    low, high = float(column.low[row]), float(column.high[row])
    return Reading(value, low, high, reason, is_partial=status is not Status.COMPLETE)


def rows(found: Mapping[str, Column], places: Any) -> dict[str, Column]:
    """Return some rows of all columns."""
    return {name: column.take(places) for name, column in found.items()}
