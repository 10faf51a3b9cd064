"""Builds what is computed: derived values, scales, levels, tables, and the rules that change them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from rvn import messages
from rvn.definition import entries
from rvn.definition.scope import Scope
from rvn.definition.source import Path_
from rvn.plan import nodes
from rvn.plan.nodes import Node
from rvn.plan.plan import StepKind
from rvn.plan.types import decimals_of, levels_of, type_of

_KINDS: dict[str, StepKind] = {"derived": "derived", "scales": "scale", "bands": "bands", "tables": "table"}


def entries_of(definition: entries.Definition) -> tuple[entries.Scale | entries.Bands | entries.Table, ...]:
    """Return everything in a definition that is an output."""
    return (*definition.scales, *definition.bands, *definition.tables)


def build(on: Scope, name: str, section: str, entry: Any, path: Path_) -> Node:
    """Return the node of a computed part after its rules, and add its steps."""
    node = _BUILDERS[section](on, entry, path)
    on.step(name, _KINDS[section], node)
    for index, rule in enumerate(on.definition.rules):
        if target(rule) == name:
            on.changing[name] = node
            try:
                node = _changed(on, rule, node, ("rules", index))
            finally:
                del on.changing[name]
            on.step(rule.id, "rule", node, of=name)
    return node


def _derived(on: Scope, entry: entries.Derived, path: Path_) -> Node:
    written_out = (*path, "value") in on.source.places
    node = on.expression(entry.value, None, *path, *(("value",) if written_out else ()))
    return on.withheld(str(path[-1]), _rounded(on, node, entry.round, path))


def _rounded(on: Scope, node: Node, rounding: entries.Rounding | None, path: Path_) -> Node:
    if rounding is None:
        return node
    if type_of(node) != "number":
        raise on.broken(
            messages.NOT_NUMERIC,
            *path,
            "round",
            name=path[-1],
            found=f"a {type_of(node)}",
            use="rounding",
            remedy="remove `round`",
        )
    step = float(rounding.to)
    per = float(round(1 / step)) if step < 1 else 1.0
    if step < 1 and abs(per * step - 1) > 1e-12:
        why = f"{step:g} does not divide 1 evenly"
        raise on.broken(messages.NOT_ALLOWED, *path, "round", "to", key="to", why=why, remedy="use 0.5, 0.1, 0.01 …")
    return nodes.Round(of=node, per=per, multiple=1.0 if step < 1 else step, ties=rounding.ties)


def _scale(on: Scope, entry: entries.Scale, path: Path_) -> Node:
    parts = tuple(_part(on, name, entry.id, (*path, "items", index)) for index, name in enumerate(entry.items))
    missing = entry.missing
    where = (*path, "missing")
    for key in ("only", "leave_out"):
        for index, name in enumerate(getattr(missing, key) or ()):
            known = entry.items if key == "only" else sorted({r for p in parts if p.field for r in p.field.reasons})
            if name not in known:
                kind = "item of this scale" if key == "only" else "reason for absence"
                near = messages.near(name, known)
                on.problem(messages.UNKNOWN_NAME, *where, key, index, kind=kind, name=name, near=near)
    if missing.allow and missing.method == "none":
        remedy = "add `method: zero` or `method: prorate`, or allow 0"
        on.problem(
            messages.NOT_ALLOWED,
            *where,
            "allow",
            key="allow",
            why="no method says what then counts",
            remedy=remedy,
        )
    if missing.allow >= len(parts):
        why = f"it is {missing.allow}, but the scale has {len(parts)} items"
        on.problem(
            messages.NOT_ALLOWED,
            *where,
            "allow",
            key="allow",
            why=why,
            remedy="at least one item must be answered",
        )
    places = [decimals_of(part.of) for part in parts]
    hidden = missing.evidence == "recalled" and entry.id not in on.accept
    total = nodes.Total(
        parts=parts,
        allow=0 if hidden or missing.method == "none" else missing.allow,
        only=None if missing.only is None else frozenset(missing.only),
        at_least=missing.at_least or 0,
        method="prorate" if missing.method == "prorate" else "zero",
        leave_out=frozenset(missing.leave_out),
        decimals=None if None in places else max(place for place in places if place is not None),
    )
    node = _rounded(on, total, entry.round, path)
    return on.withheld(entry.id, node) if entry.evidence == "recalled" else node


def _part(on: Scope, name: str, scale: str, path: Path_) -> nodes.Part:
    symbol = on.find(name)
    if symbol is None:
        near = messages.near(name, on.names())
        raise on.broken(messages.UNKNOWN_NAME, *path, kind="item or value", name=name, near=near)
    node = symbol.points if symbol.field else symbol.node
    if node is None:
        raise on.broken(messages.NO_POINTS, *path, name=name, scale=scale)
    if type_of(node) != "number":
        raise on.broken(
            messages.NOT_NUMERIC,
            *path,
            name=name,
            found=f"a {type_of(node)}",
            use="a scale",
            remedy="derive a number from it",
        )
    return nodes.Part(name=name, of=node, field=symbol.field)


def _bands(on: Scope, entry: entries.Bands, path: Path_) -> Node:
    symbol = on.find(entry.of)
    if symbol is None:
        near = messages.near(entry.of, on.names())
        raise on.broken(messages.UNKNOWN_NAME, *path, "of", kind="item or value", name=entry.of, near=near)
    node = symbol.node or (
        nodes.Answer(field=symbol.field) if symbol.field and symbol.field.kind != "choice" else symbol.points
    )
    if node is None or type_of(node) not in ("number", "boolean"):
        found = "a choice without points" if node is None else f"a {type_of(node)}"
        raise on.broken(
            messages.NOT_NUMERIC,
            *path,
            "of",
            name=entry.of,
            found=found,
            use="a level by bounds",
            remedy="use a number, or a table",
        )
    starts = list(entry.levels.values())
    names = list(entry.levels)
    for index in range(1, len(starts)):
        if starts[index] <= starts[index - 1]:
            values = {"level": names[index], "before": names[index - 1]}
            raise on.broken(
                messages.BAND_ORDER,
                *path,
                "levels",
                names[index],
                start=f"{starts[index]:g}",
                before_start=f"{starts[index - 1]:g}",
                **values,
            )
    return on.withheld(entry.id, nodes.Bands(of=node, starts=tuple(map(float, starts)), levels=tuple(names)))


def _table(on: Scope, entry: entries.Table, path: Path_) -> Node:
    rows, columns = (_level(on, getattr(entry, key), (*path, key)) for key in ("rows", "columns"))
    row_levels, column_levels = levels_of(rows), levels_of(columns)
    levels = tuple(entry.levels or row_levels)
    if set(entry.cells) != set(row_levels):
        lacking = [name for name in row_levels if name not in entry.cells]
        strange = [name for name in entry.cells if name not in row_levels]
        what = "; ".join(
            [f"no row for {', '.join(lacking)}"] * bool(lacking)
            + [f"no level {', '.join(strange)} in '{entry.rows}'"] * bool(strange)
        )
        remedy = f"give one row to each of {', '.join(row_levels)}"
        raise on.broken(messages.TABLE_SHAPE, *path, "cells", what=what, remedy=remedy)
    for row, cells in entry.cells.items():
        if len(cells) != len(column_levels):
            what = f"the row '{row}' has {len(cells)} cells for {len(column_levels)} columns"
            remedy = f"one cell for each of {', '.join(column_levels)}"
            raise on.broken(messages.TABLE_SHAPE, *path, "cells", row, what=what, remedy=remedy)
        for index, cell in enumerate(cells):
            if cell not in levels:
                near = messages.near(cell, levels)
                raise on.broken(messages.UNKNOWN_NAME, *path, "cells", row, index, kind="level", name=cell, near=near)
    places = tuple(tuple(levels.index(cell) for cell in entry.cells[row]) for row in row_levels)
    return on.withheld(entry.id, nodes.Cells(rows=rows, columns=columns, cells=places, levels=levels))


def _level(on: Scope, name: str, path: Path_) -> Node:
    symbol = on.find(name)
    if symbol is None:
        near = messages.near(name, on.names())
        raise on.broken(messages.UNKNOWN_NAME, *path, kind="level", name=name, near=near)
    node = symbol.node or (nodes.Answer(field=symbol.field) if symbol.field else None)
    if node is None or type_of(node) != "level":
        what, remedy = f"'{name}' is not a level", "a table needs levels; make one with `bands`"
        raise on.broken(messages.TABLE_SHAPE, *path, what=what, remedy=remedy)
    return node


_BUILDERS: dict[str, Callable[[Scope, Any, Path_], Node]] = {
    "derived": _derived,
    "scales": _scale,
    "bands": _bands,
    "tables": _table,
}


def target(rule: entries.LevelRule) -> str | None:
    """Return the output that a rule changes."""
    return rule.then.set or rule.then.raise_ or rule.then.lower


def check_rule(on: Scope, rule: entries.LevelRule, path: Path_) -> None:
    """Report a rule that changes nothing known."""
    change, name = rule.then, target(rule)
    said = [key for key in (change.set, change.raise_, change.lower) if key]
    ends = [end for end in (change.to, change.by) if end is not None]
    if len(said) != 1 or len(ends) != 1 or (change.set and change.by):
        remedy = (
            "write `{set: …, to: …}`, `{raise: …, to: at least …}` or `{raise: …, by: 1}`, or the same with `lower`"
        )
        raise on.broken(messages.NOT_ALLOWED, *path, "then", key="then", why="it is not one change", remedy=remedy)
    outputs = [output.id for output in entries_of(on.definition)]
    if name not in outputs:
        near = messages.near(name, outputs)
        raise on.broken(messages.UNKNOWN_NAME, *path, "then", kind="output", name=name, near=near)


def _changed(on: Scope, rule: entries.LevelRule, node: Node, path: Path_) -> Node:
    check_rule(on, rule, path)
    change, levels = rule.then, levels_of(node)
    test = on.expression(rule.when, "boolean", *path, "when")
    upwards = change.raise_ is not None
    ends = (0.0, len(levels) - 1.0) if levels else (-math.inf, math.inf)
    if change.never_beyond is not None:
        limit = _end(on, change.never_beyond, levels, (*path, "then", "never beyond"))
        ends = (ends[0], limit) if upwards else (limit, ends[1])
    if change.by is not None:
        how, to = "shift", float(change.by if upwards else -change.by)
    else:
        how = "set" if change.set else "raise" if upwards else "lower"
        phrase = {"raise": "at least ", "lower": "at most ", "set": ""}[how]
        words = re.sub(rf"^{phrase}", "", str(change.to))
        to = _end(on, words, levels, (*path, "then", "to"))
    moved = nodes.Move(of=node, test=test, how=how, to=to, lowest=ends[0], highest=ends[1])  # type: ignore[arg-type]
    hidden = on.withheld(rule.id, moved)
    return moved if hidden is moved else nodes.Choose(test=test, then=hidden, otherwise=node)


def _end(on: Scope, text: str, levels: tuple[str, ...], path: Path_) -> float:
    """Return a level's place in the order, or a number."""
    if levels:
        if text not in levels:
            near = messages.near(text, levels)
            raise on.broken(messages.UNKNOWN_NAME, *path, kind="level", name=text, near=near)
        return float(levels.index(text))
    try:
        return float(text)
    except ValueError:
        why = f"'{text}' is not a number"
        raise on.broken(
            messages.NOT_ALLOWED, *path, key=str(path[-1]), why=why, remedy="a score needs a number"
        ) from None
