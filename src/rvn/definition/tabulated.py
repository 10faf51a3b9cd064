"""Builds what comes from tables: models, look-ups and norms."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rvn import messages
from rvn.definition import entries
from rvn.definition.expression import compile_expression
from rvn.definition.groups import Groups, chosen, groups_of
from rvn.definition.scope import Scope
from rvn.definition.source import Path_
from rvn.definition.tables import Cells, Row, Table, as_number, read_table
from rvn.errors import Diagnostic
from rvn.plan import nodes
from rvn.plan.nodes import Node
from rvn.plan.types import levels_of, type_of


def model(on: Scope, entry: entries.Model, path: Path_) -> Node:
    """Return a logistic or linear formula of terms and coefficients."""
    by = [entry.by] if entry.by else []
    columns = groups_of(on, entry.by, (*path, "by")) if entry.by else ("coefficient",)
    table = read_table(on.source, entry.terms, (*path, "terms"), ["term", *columns])
    with Cells(on.source) as cells:
        cells.unique(table, "term")
        terms = [_term(on, row, cells) for row in table.rows]
        coefficients = {column: [cells.number(row, column) for row in table.rows] for column in columns}

    def formula(groups: Groups) -> Node:
        beside = coefficients[groups[0] if groups else "coefficient"]
        parts = [
            nodes.Part(name=row.cells["term"], of=_product(coefficient, term))
            for row, term, coefficient in zip(table.rows, terms, beside, strict=True)
            if coefficient is not None
        ]
        total = nodes.Total(parts=tuple(parts), decimals=None)
        return nodes.Apply(function="logistic", of=total) if entry.kind == "logistic" else total

    return chosen(on, by, (*path, "by"), formula)


def _term(on: Scope, row: Row, cells: Cells) -> Node:
    """Return a term of a model, one node for all models; a wrong one is told, and something stands in for it."""
    text = row.cells["term"]
    known = {} if on.changing else on.terms  # under a rule, the name of an output means what it is so far
    if text in known:
        return known[text]
    result = compile_expression("1" if text == "intercept" else text, row.place, on, None)
    if isinstance(result, Diagnostic):
        cells.wrong = True
        on.source.problems.append(result)
    elif type_of(result) in ("number", "boolean"):
        return known.setdefault(text, result)
    else:
        cells.problem(row, f"the term '{text}' is a {type_of(result)}", "compare it with something")
    return nodes.Constant(value=0.0)


def _product(coefficient: float, term: Node) -> Node:
    factor = nodes.Constant(value=coefficient)
    if isinstance(term, nodes.Constant):
        return nodes.Constant(value=coefficient * term.value)
    if type_of(term) == "boolean":
        return nodes.Choose(test=term, then=factor, otherwise=nodes.Constant(value=0.0))
    return nodes.Arithmetic(operator="*", left=factor, right=term)


def lookup(on: Scope, entry: entries.Lookup, path: Path_) -> Node:
    """Return what stands in a column of a table beside a code or number."""
    symbol = on.find(entry.key)
    if symbol is None:
        near = messages.near(entry.key, on.names())
        raise on.broken(messages.UNKNOWN_NAME, *path, "key", kind="item or fact", name=entry.key, near=near)
    field = symbol.field
    of = symbol.node or (None if field is None or field.kind == "choice" else nodes.Answer(field=field))
    if of is None or type_of(of) not in ("number", "level"):
        why = f"'{entry.key}' is neither a code nor a number"
        raise on.broken(messages.NOT_ALLOWED, *path, "key", key="key", why=why, remedy="give it `kind: code`")
    names = levels_of(of)
    table = read_table(on.source, entry.table, (*path, "table"), [entry.column])
    found: dict[float, str] = {}
    places = {name: float(place) for place, name in enumerate(names)}
    with Cells(on.source) as cells:
        rows = cells.unique(table, table.columns[0], numeric=() if names else table.columns[:1])
        for row in rows.values():
            text = row.cells[table.columns[0]]
            key = places.get(text) if names else as_number(text)
            if key is None:
                what = f"'{text}' is not one of the codes" if names else f"'{text}' is not a number"
                cells.problem(row, what, "correct the key of the row")
            elif row.cells[entry.column]:
                found[key] = row.cells[entry.column]
    levels: dict[str, float] = {}
    if any(as_number(content) is None for content in found.values()):
        levels = {name: float(place) for place, name in enumerate(dict.fromkeys(found.values()))}
    keys = tuple(sorted(found))
    values = tuple(levels[found[key]] if levels else float(found[key]) for key in keys)
    return nodes.Lookup(of=of, keys=keys, values=values, levels=tuple(levels))


def norm(on: Scope, entry: entries.Norm, path: Path_, of: Node) -> tuple[Node, tuple[Node, Node] | None]:
    """Return the estimate of a norm, and its limits where the table has them.

    Rows whose evidence is recalled are left out unless the norm was asked for by name.
    """
    table = read_table(on.source, entry.table, (*path, "table"), [*entry.by, "value", "estimate"])
    limits = ("lower", "upper") if {"lower", "upper"} <= set(table.columns) else ()
    stated: dict[Groups, dict[float, dict[str, float]]] = {}
    with Cells(on.source) as cells:
        for row in cells.unique(table, *entry.by, "value", numeric=["value"]).values():
            value = cells.number(row, "value", needed=True)
            numbers = {name: cells.number(row, name) for name in ("estimate", *limits)}
            known = {name: number for name, number in numbers.items() if number is not None}
            low, high = known.get("lower", -math.inf), known.get("upper", math.inf)
            if not low <= known.get("estimate", low) <= high:
                cells.problem(row, "the limits do not hold the estimate", "correct the three numbers")
            if value is not None and _is_stated(on, entry, row, cells):
                groups = tuple(row.cells[name] for name in entry.by)
                stated.setdefault(groups, {})[value] = known

    def column(name: str) -> Node:
        return chosen(on, entry.by, (*path, "by"), lambda groups: _column(stated.get(groups, {}), of, name))

    check_rows(on, entry.by, table, path)
    return column("estimate"), (column("lower"), column("upper")) if limits else None


def _is_stated(on: Scope, entry: entries.Norm, row: Row, cells: Cells) -> bool:
    evidence = row.cells.get("evidence") or entry.evidence
    if evidence not in ("verified", "recalled"):
        what = f"'{evidence}' in the column 'evidence' is neither verified nor recalled"
        cells.problem(row, what, "say which; leave out what is unknown")
    if evidence == "recalled":
        on.recalled_rows.add(entry.id)
    return evidence == "verified" or on.accepts(entry.id)


def check_rows(on: Scope, by: Sequence[str], table: Table, path: Path_) -> None:
    """Report rows for groups that there are not."""
    for name in by:
        options = groups_of(on, name, (*path, "by"))
        for row in table.rows:
            if row.cells[name] not in options:
                near = messages.near(row.cells[name], options)
                problem = messages.UNKNOWN_OPTION.at(row.place, item=name, option=row.cells[name], near=near)
                on.source.problems.append(problem)


def _column(rows: dict[float, dict[str, float]], of: Node, name: str) -> Node:
    keys = tuple(sorted(value for value, numbers in rows.items() if name in numbers))
    if not keys:
        return nodes.Withheld(of=nodes.Constant(value=0.0), low=-math.inf, high=math.inf)
    return nodes.Lookup(of=of, keys=keys, values=tuple(rows[key][name] for key in keys))


def codes(on: Scope, entry: entries.Given, path: Path_) -> tuple[str, ...]:
    """Return the codes that a fact of kind `code` may be: the keys of its table."""
    if entry.table is None:
        raise on.broken(messages.MISSING_KEY, *path, key="table")
    table = read_table(on.source, entry.table, (*path, "table"), [entry.column] if entry.column else [])
    with Cells(on.source) as cells:
        rows = cells.unique(table, entry.column or table.columns[0])
    return tuple(key[0] for key in rows)


def prorating(on: Scope, missing: entries.Missing, path: Path_) -> tuple[tuple[int, float, float], ...]:
    """Return a published table of prorated totals: number absent, sum of the others, total."""
    if missing.table is None:
        raise on.broken(messages.MISSING_KEY, *path, key="table")
    table = read_table(on.source, missing.table, (*path, "table"), ["absent", "sum", "total"])
    found = []
    with Cells(on.source) as cells:
        cells.unique(table, "absent", "sum", numeric=["absent", "sum"])
        for row in table.rows:
            absent = cells.number(row, "absent", needed=True, whole=True)
            raw, total = cells.number(row, "sum", needed=True), cells.number(row, "total", needed=True)
            if absent is not None and raw is not None and total is not None:
                found.append((int(absent), raw, total))
    return tuple(found)
