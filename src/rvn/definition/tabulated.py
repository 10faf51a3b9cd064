"""Builds what comes from tables: models, look-ups and norms."""

from __future__ import annotations

import math
from collections.abc import Callable

from rvn import messages
from rvn.definition import entries
from rvn.definition.expression import compile_expression
from rvn.definition.groups import Groups, chosen
from rvn.definition.problems import Broken
from rvn.definition.scope import Scope
from rvn.definition.source import Path_
from rvn.definition.tables import Row, Table, read_table, unique
from rvn.errors import Diagnostic
from rvn.plan import nodes
from rvn.plan.nodes import Node
from rvn.plan.types import type_of


def model(on: Scope, entry: entries.Model, path: Path_) -> Node:
    """Return a logistic or linear formula of terms and coefficients."""
    by = [entry.by] if entry.by else []
    table = read_table(on.source, entry.terms, (*path, "terms"), ["term"] if by else ["term", "coefficient"])
    terms = [(row, _term(on, row)) for row in table.rows]

    def formula(groups: Groups) -> Node:
        column = groups[0] if groups else "coefficient"
        if column not in table.columns:
            what = f"the table of '{entry.id}' has no column '{column}'"
            raise on.broken(messages.GROUPS, *path, "by", what=what, options=f"the options of '{entry.by}'")
        parts = []
        for row, term in terms:
            coefficient = table.number(row, column, on.source)
            if coefficient is not None:
                parts.append(nodes.Part(name=row.cells["term"], of=_product(coefficient, term)))
        total = nodes.Total(parts=tuple(parts), decimals=None)
        return nodes.Apply(function="logistic", of=total) if entry.kind == "logistic" else total

    return chosen(on, by, (*path, "by"), formula)


def _term(on: Scope, row: Row) -> Node:
    text = row.cells["term"]
    result = compile_expression("1" if text == "intercept" else text, row.place, on, None)
    if isinstance(result, Diagnostic):
        on.source.problems.append(result)
        raise Broken
    if type_of(result) not in ("number", "boolean"):
        what = f"the term '{text}' is a {type_of(result)}"
        on.source.problems.append(messages.TABLE_CELL.at(row.place, what=what, remedy="compare it with something"))
        raise Broken
    return result


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
    table = read_table(on.source, entry.table, (*path, "table"), [entry.column])
    rows = unique(table, on.source, table.columns[0])
    texts = {key[0]: row.cells[entry.column] for key, row in rows.items() if row.cells[entry.column]}
    keys = {text: float(place) for place, text in enumerate(field.options)} if field and field.options else None
    found = {_key(on, rows[(text,)], text, keys): content for text, content in texts.items()}
    ordered = sorted(found)
    levels: tuple[str, ...] = ()
    if not all(_is_number(content) for content in found.values()):
        levels = tuple(dict.fromkeys(texts.values()))
    values = tuple(float(levels.index(found[key]) if levels else found[key]) for key in ordered)
    return nodes.Lookup(of=of, keys=tuple(ordered), values=values, levels=levels)


def _key(on: Scope, row: Row, text: str, codes: dict[str, float] | None) -> float:
    if codes is None and _is_number(text):
        return float(text)
    if codes is not None and text in codes:
        return codes[text]
    what = f"'{text}' is not a number" if codes is None else f"'{text}' is not one of the codes"
    on.source.problems.append(messages.TABLE_CELL.at(row.place, what=what, remedy="correct the key of the row"))
    raise Broken


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def norm(on: Scope, entry: entries.Norm, path: Path_, of: Node) -> tuple[Node, tuple[Node, Node] | None]:
    """Return the estimate of a norm, and its limits where the table has them.

    Rows whose evidence is recalled are left out unless the norm was asked for by name.
    """
    table = read_table(on.source, entry.table, (*path, "table"), [*entry.by, "value", "estimate"])
    rows = unique(table, on.source, *entry.by, "value")
    stated = {key: row for key, row in rows.items() if _is_stated(on, entry, row)}

    def column(name: str) -> Node:
        return chosen(on, entry.by, (*path, "by"), lambda groups: _column(on, table, stated, of, groups, name))

    has_limits = {"lower", "upper"} <= set(table.columns)
    return column("estimate"), (column("lower"), column("upper")) if has_limits else None


def _is_stated(on: Scope, entry: entries.Norm, row: Row) -> bool:
    evidence = row.cells.get("evidence") or entry.evidence
    if evidence not in ("verified", "recalled"):
        what = f"'{evidence}' in the column 'evidence' is neither verified nor recalled"
        on.source.problems.append(
            messages.TABLE_CELL.at(row.place, what=what, remedy="say which; leave out what is unknown")
        )
        raise Broken
    return evidence == "verified" or entry.id in on.accept


def _column(on: Scope, table: Table, rows: dict[tuple[str, ...], Row], of: Node, groups: Groups, name: str) -> Node:
    found: dict[float, float] = {}
    for key, row in rows.items():
        estimate = table.number(row, name, on.source)
        value = table.number(row, "value", on.source)
        if key[:-1] == groups and estimate is not None and value is not None:
            found[value] = estimate
    keys = tuple(sorted(found))
    if not keys:
        return nodes.Withheld(of=nodes.Constant(value=0.0), low=-math.inf, high=math.inf)
    return nodes.Lookup(of=of, keys=keys, values=tuple(found[key] for key in keys))


def codes(on: Scope, entry: entries.Given, path: Path_) -> tuple[str, ...]:
    """Return the codes that a fact of kind `code` may be: the keys of its table."""
    if entry.table is None:
        raise on.broken(messages.MISSING_KEY, *path, key="table")
    table = read_table(on.source, entry.table, (*path, "table"), [entry.column] if entry.column else [])
    column = entry.column or table.columns[0]
    return tuple(key[0] for key in unique(table, on.source, column))


def prorating(on: Scope, missing: entries.Missing, path: Path_) -> tuple[tuple[int, float, float], ...]:
    """Return a published table of prorated totals: number absent, sum of the others, total."""
    if missing.table is None:
        raise on.broken(messages.MISSING_KEY, *path, key="table")
    table = read_table(on.source, missing.table, (*path, "table"), ["absent", "sum", "total"])
    unique(table, on.source, "absent", "sum")
    number: Callable[[Row, str], float] = lambda row, column: table.number(row, column, on.source) or 0.0  # noqa: E731
    return tuple((int(number(row, "absent")), number(row, "sum"), number(row, "total")) for row in table.rows)
