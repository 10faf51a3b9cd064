"""Which answers to an item are worth trying: every option, and both sides of every number that means something."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date

from rvn.definition.entries import Definition
from rvn.definition.scope import ASSESSED_ON
from rvn.plan.nodes import Answer, Bands, Compare, Constant, Field, Lookup, Node, Points
from rvn.plan.plan import Plan, walk

DAY = date(2026, 1, 15)  # of every vector; results depend on spans of time and never on today
MOST = 60  # values of one field
AGES = (0, 1, 5, 12, 15, 17, 18, 21, 25, 30, 35, 40, 50, 60, 70, 85)


def domains(plan: Plan, definition: Definition) -> dict[str, list[object]]:
    """Return the values to try, by field; absent ones are not among them."""
    nodes = list(_nodes(plan))
    found = {}
    for name, field in plan.fields.items():
        if name == ASSESSED_ON:
            continue
        values = list(dict.fromkeys(_values(field, nodes)))
        # Where there are too many, those in between are left out, evenly.
        step = max(1, math.ceil(len(values) / MOST))
        found[name] = [*values[::step], *([values[-1]] if (len(values) - 1) % step else [])]
    for judgement in definition.judgements:
        found[judgement.id] = [{"level": level, "because": "vector"} for level in judgement.levels]
    return found


def _nodes(plan: Plan) -> Iterator[Node]:
    seen: set[int] = set()
    for step in (plan.full or plan).steps:
        for node in walk(step.node):
            if id(node) not in seen:
                seen.add(id(node))
                yield node


def _values(field: Field, nodes: list[Node]) -> Iterator[object]:
    if field.options:
        yield from _keys(field, nodes) if len(field.options) > MOST else field.options
    elif field.kind == "date":
        yield from _dates(nodes)
    else:
        yield from _numbers(field, nodes)


def _keys(field: Field, nodes: list[Node]) -> Iterator[str]:
    """Yield one code of a long list for every value that tables give it, and a few others."""
    for node in nodes:
        if isinstance(node, Lookup) and isinstance(node.of, Answer) and node.of.field.name == field.name:
            first = {value: key for key, value in reversed(list(zip(node.keys, node.values, strict=True)))}
            yield from (field.options[int(key)] for _, key in sorted(first.items()))
    yield from (field.options[0], field.options[len(field.options) // 2], field.options[-1])


def _numbers(field: Field, nodes: list[Node]) -> Iterator[float | int]:
    step = 1.0 if field.kind == "count" else 0.25
    marks = {field.minimum, field.maximum, 0.0, 1.0, 2.0, 3.0, 5.0, 10.0}
    for node in nodes:
        if isinstance(node, Points) and node.field.name == field.name:
            marks |= set(node.starts)
        elif isinstance(node, Lookup) and isinstance(node.of, Answer) and node.of.field.name == field.name:
            marks |= {node.keys[0], node.keys[-1]}
        elif isinstance(node, (Bands, Compare)):
            marks |= _marks(node)
    near = {mark + shift for mark in marks if math.isfinite(mark) for shift in (-step, 0.0, step)}
    for value in sorted(near):
        is_whole = value.is_integer()
        if field.minimum <= value <= field.maximum and (is_whole or field.kind == "number"):
            yield int(value) if is_whole else value


def _marks(node: Bands | Compare) -> set[float]:
    """Return the numbers on which something turns."""
    if isinstance(node, Bands):
        return set(node.starts)
    return {side.value for side in (node.left, node.right) if isinstance(side, Constant) and side.of == "number"}


def _dates(nodes: list[Node]) -> Iterator[str]:
    """Yield days on both sides of every full year or month before the day of assessment that could matter."""
    marks = {
        int(mark) for node in nodes if isinstance(node, (Bands, Compare)) for mark in _marks(node) if 0 <= mark < 120
    }
    yield DAY.isoformat()
    for years in sorted(marks | set(AGES)):
        reached = DAY.replace(year=DAY.year - years)
        yield reached.isoformat()
        if reached < DAY:
            yield date.fromordinal(reached.toordinal() + 1).isoformat()
    for months in sorted(mark for mark in marks if mark % 12):
        month = DAY.year * 12 + DAY.month - 1 - months
        yield DAY.replace(year=month // 12, month=month % 12 + 1).isoformat()
