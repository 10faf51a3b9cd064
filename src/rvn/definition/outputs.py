"""Builds what is computed: derived values, scales, levels, tables, and the rules that change them."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Sequence
from typing import Any

from rvn import messages
from rvn.definition import entries, inputs, rules, tabulated
from rvn.definition.expression import Symbol, a
from rvn.definition.groups import Groups, check_groups, chosen
from rvn.definition.problems import Broken
from rvn.definition.scope import Scope, names_of
from rvn.definition.source import Path_
from rvn.plan import nodes
from rvn.plan.explain import attainable
from rvn.plan.nodes import Node
from rvn.plan.plan import StepKind, fields_of, first_known, rests_on_withheld
from rvn.plan.types import decimals_of, levels_of, type_of

_KINDS: dict[str, StepKind] = {
    "derived": "derived",
    "lookups": "lookup",
    "scales": "scale",
    "models": "model",
    "bands": "bands",
    "tables": "table",
    "first_of": "first_of",
    "norms": "norm",
}


def build(on: Scope, name: str, section: str, entry: Any, path: Path_) -> Node:
    """Return the node of a computed part after its rules, and add its steps."""
    interval = None
    if section == "norms":
        of = _numeric(on, entry.of, (*path, "of"), "a norm")
        node, interval = tabulated.norm(on, entry, path, of)
    else:
        node = _BUILDERS[section](on, entry, path)
    on.step(name, _KINDS[section], node, interval=interval)
    for index, rule in enumerate(on.definition.rules):
        if rules.target(rule) == name:
            on.changing[name] = node
            try:
                node = rules.changed(on, rule, node, ("rules", index))
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
            found=a(type_of(node)),
            use="rounding",
            remedy="remove `round`",
        )
    step = float(rounding.to)
    per = float(round(1 / step)) if step < 1 else 1.0
    if step < 1 and abs(per * step - 1) > 1e-12:
        why = f"{step:.15g} does not divide 1 evenly"
        raise on.broken(messages.NOT_ALLOWED, *path, "round", "to", key="to", why=why, remedy="use 0.5, 0.1, 0.01 …")
    return nodes.Round(of=node, per=per, multiple=1.0 if step < 1 else step, ties=rounding.ties)


def _scale(on: Scope, entry: entries.Scale, path: Path_) -> Node:
    for index, name in enumerate(entry.items):
        if name in entry.items[:index]:
            why = f"'{name}' stands twice and would count twice"
            on.problem(messages.NOT_ALLOWED, *path, "items", index, key="items", why=why, remedy="keep one of them")
    parts = _parts(on, entry, path)
    missing = entry.missing
    where = (*path, "missing")
    for key in ("only", "share_from", "leave_out"):
        for index, name in enumerate(getattr(missing, key) or ()):
            reasons = sorted({r for p in parts if p.field for r in p.field.reasons})
            known = reasons if key == "leave_out" else entry.items
            if name not in known:
                kind = "reason for absence" if key == "leave_out" else "item of this scale"
                near = messages.near(name, known)
                on.problem(messages.UNKNOWN_NAME, *where, key, index, kind=kind, name=name, near=near)
    allow = missing.allow or 0
    if missing.at_least is not None and missing.allow is None and not missing.leave_out:
        allow = len(parts) - missing.at_least
    key = "at_least" if missing.allow is None else "allow"
    if allow > 0 and missing.method == "none":
        why, remedy = "no method says what then counts", "add `method: zero` or `method: prorate`, or allow 0"
        on.problem(messages.NOT_ALLOWED, *where, key, key=key, why=why, remedy=remedy)
    if allow >= len(parts):
        why, remedy = f"it is {allow}, but the scale has {len(parts)} items", "at least one item must be answered"
        on.problem(messages.NOT_ALLOWED, *where, key, key=key, why=why, remedy=remedy)
    if missing.at_least is not None and missing.at_least > len(parts):
        why = f"it is {missing.at_least}, but the scale has {len(parts)} items"
        on.problem(messages.NOT_ALLOWED, *where, "at_least", key="at_least", why=why, remedy="ask for fewer")
    for key, method in (("table", "table"), ("share_from", "by_sign")):
        if getattr(missing, key) is not None and missing.method != method:
            remedy = f"add `method: {method}`"
            on.problem(messages.NOT_ALLOWED, *where, key, key=key, why="no method uses it", remedy=remedy)
    places = [decimals_of(part.of) for part in parts]
    table = tabulated.prorating(on, missing, (*where, "table")) if missing.method == "table" else ()
    hidden = missing.evidence == "recalled" and not on.accepts(entry.id)
    total = nodes.Total(
        parts=parts,
        allow=0 if hidden or missing.method == "none" else max(allow, 0),
        only=None if missing.only is None else frozenset(missing.only),
        at_least=missing.at_least or 0,
        method="zero" if missing.method == "none" else missing.method,
        ends=tuple(attainable(part.of) for part in parts) if missing.method == "by_sign" else (),
        share_from=None if missing.share_from is None else frozenset(missing.share_from),
        table=table,
        leave_out=frozenset() if hidden else frozenset(missing.leave_out),
        decimals=None if None in places else max(place for place in places if place is not None),
    )
    node = _rounded(on, total, entry.round, path)
    return on.withheld(entry.id, node) if entry.evidence == "recalled" else node


def _parts(on: Scope, entry: entries.Scale, path: Path_) -> tuple[nodes.Part, ...]:
    """Return the parts of a scale, or raise after every wrong one has been told."""
    parts = []
    for index, name in enumerate(entry.items):
        with contextlib.suppress(Broken):
            parts.append(_part(on, name, entry.id, (*path, "items", index)))
    if len(parts) < len(entry.items):
        raise Broken
    return tuple(parts)


def _part(on: Scope, name: str, scale: str, path: Path_) -> nodes.Part:
    symbol = on.find(name)
    if symbol is None:
        near = messages.near(name, on.names())
        raise on.broken(messages.UNKNOWN_NAME, *path, kind="item or value", name=name, near=near)
    is_number = symbol.field is not None and symbol.field.kind in ("number", "count")
    node = symbol.node or symbol.points or (nodes.Answer(field=symbol.field) if is_number and symbol.field else None)
    if node is None:
        raise on.broken(messages.NO_POINTS, *path, name=name, scale=scale)
    if type_of(node) != "number":
        raise on.broken(
            messages.NOT_NUMERIC,
            *path,
            name=name,
            found=a(type_of(node)),
            use="a scale",
            remedy="derive a number from it",
        )
    return nodes.Part(
        name=name, of=node, field=symbol.field, fields=tuple(fields_of(node)), is_hidden=rests_on_withheld(node)
    )


def _bands(on: Scope, entry: entries.Bands, path: Path_) -> Node:
    node = _numeric(on, entry.of, (*path, "of"), "a level by bounds")
    first: list[str] = []

    def banded(groups: Groups) -> Node:
        starts, where = _starts(on, entry, groups, path)
        first.extend(starts if not first else ())
        if list(starts) != first:
            what = f"the levels of '{groups[-1]}' are not {', '.join(first)}"
            raise on.broken(messages.GROUPS, *where, what=what, options="the groups, the same levels in the same order")
        for before, after in itertools.pairwise(starts):
            if starts[after] <= starts[before]:
                values = {"start": f"{starts[after]:.15g}", "before_start": f"{starts[before]:.15g}"}
                on.problem(messages.BAND_ORDER, *where, after, level=after, before=before, **values)
        return nodes.Bands(of=node, starts=tuple(starts.values()), levels=tuple(starts))

    found = chosen(on, entry.by, (*path, "by"), banded)
    check_groups(on, entry.by, entry.levels, (*path, "levels"))
    return on.withheld(entry.id, found)


def _starts(on: Scope, entry: entries.Bands, groups: Groups, path: Path_) -> tuple[dict[str, float], Path_]:
    """Return the lower bounds of the levels in a group, and where they stand."""
    found: Any = entry.levels
    where: Path_ = (*path, "levels")
    for option in groups:
        if not isinstance(found, dict) or not isinstance(found.get(option), dict) or not found[option]:
            what = f"'{entry.id}' has no bounds for '{option}'"
            if isinstance(found, dict) and option in found:
                where = (*where, option)
            raise on.broken(messages.GROUPS, *where, what=what, options=f"the options of {', '.join(entry.by)}")
        found, where = {str(key): value for key, value in found[option].items()}, (*where, option)
    for level, start in found.items():
        if type(start) not in (int, float):
            kind = "a mapping" if isinstance(start, dict) else f"the text '{start}'"
            remedy = "say `by: […]` for bounds that differ by group" if isinstance(start, dict) else "write a bound"
            raise on.broken(
                messages.WRONG_TYPE, *where, level, key=level, found=kind, expected="a number", remedy=remedy
            )
    return {level: float(start) for level, start in found.items()}, where


def _numeric(on: Scope, name: str, path: Path_, use: str) -> Node:
    """Return the number or condition that a name stands for."""
    symbol = on.find(name)
    if symbol is None:
        near = messages.near(name, on.names())
        raise on.broken(messages.UNKNOWN_NAME, *path, kind="item or value", name=name, near=near)
    field = symbol.field
    node = symbol.node or (nodes.Answer(field=field) if field and field.kind != "choice" else symbol.points)
    if node is None or type_of(node) not in ("number", "boolean"):
        found = "a choice without points" if node is None else a(type_of(node))
        remedy = "use a number; two levels make a third in `tables`"
        raise on.broken(messages.NOT_NUMERIC, *path, name=name, found=found, use=use, remedy=remedy)
    return node


def _first_of(on: Scope, entry: entries.FirstOf, path: Path_) -> Node:
    parts = []
    for index, name in enumerate(entry.among):
        symbol = on.find(name)
        node = symbol.node or (nodes.Answer(field=symbol.field) if symbol.field else None) if symbol else None
        if node is None:
            near = messages.near(name, on.names())
            raise on.broken(messages.UNKNOWN_NAME, *path, "among", index, kind="output", name=name, near=near)
        parts.append(node)
    if len({(type_of(part), levels_of(part)) for part in parts}) > 1:
        why = "its parts are of different kinds"
        raise on.broken(messages.NOT_ALLOWED, *path, "among", key="among", why=why, remedy="name outputs of one kind")
    return on.withheld(entry.id, first_known(parts))


def _distinct(on: Scope, levels: Sequence[str], path: Path_) -> tuple[str, ...]:
    """Return the names of levels, each of which must stand once."""
    for index, level in enumerate(levels):
        if level in levels[:index]:
            why = f"the level '{level}' stands twice"
            on.problem(messages.NOT_ALLOWED, *path, index, key=str(path[-1]), why=why, remedy="keep one of them")
    return tuple(levels)


def judgement(on: Scope, entry: entries.Judgement, path: Path_) -> Symbol:
    """Return a level that the assessor judges."""
    for index, name in enumerate(entry.informed_by):
        if on.find(name) is None:
            near = messages.near(name, on.names())
            on.problem(messages.UNKNOWN_NAME, *path, "informed_by", index, kind="item or output", name=name, near=near)
    levels = _distinct(on, entry.levels, (*path, "levels"))
    field = inputs.coded(entry.id, levels, inputs.REASONS)
    node = nodes.Answer(field=field)
    on.step(entry.id, "judgement", node)
    return Symbol(entry.id, field=field, node=node)


def check_overrides(on: Scope) -> None:
    """Report overrides of what is no output of levels."""
    for name in on.definition.overrides:
        symbol = on.symbols.get(name)
        if name not in names_of(on.definition):
            near = messages.near(name, names_of(on.definition))
            on.problem(messages.UNKNOWN_NAME, "overrides", name, kind="output", name=name, near=near)
        elif symbol is not None and symbol.node is not None and not levels_of(symbol.node):
            why = "only levels can be overridden"
            on.problem(messages.NOT_ALLOWED, "overrides", name, key=name, why=why, remedy="name a level")


def _model(on: Scope, entry: entries.Model, path: Path_) -> Node:
    return on.withheld(entry.id, _rounded(on, tabulated.model(on, entry, path), entry.round, path))


def _lookup(on: Scope, entry: entries.Lookup, path: Path_) -> Node:
    return on.withheld(str(path[-1]), tabulated.lookup(on, entry, path))


def _table(on: Scope, entry: entries.Table, path: Path_) -> Node:
    rows, columns = (_level(on, getattr(entry, key), (*path, key)) for key in ("rows", "columns"))
    row_levels, column_levels = levels_of(rows), levels_of(columns)
    levels = _distinct(on, entry.levels, (*path, "levels")) if entry.levels else row_levels
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
    "lookups": _lookup,
    "scales": _scale,
    "models": _model,
    "bands": _bands,
    "tables": _table,
    "first_of": _first_of,
}
