"""Columns on columns: what is computed from what, one select for each level, so that SQL stays small."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from rvn.plan.relation.engines import Engine

FEW = 3  # columns that one may rest on to be made late; of 0 to 3, the one that passes on least in large instruments


class Steps:
    """Named columns that rest on the columns of a table or on each other.

    A column is referred to as if it stood alone in a table of its name; `levels` says in which select each is made,
    and `applied` puts them on a real table.

    Parameters
    ----------
    columns
        The columns of the table that everything rests on.
    """

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self._depths: dict[str, int] = dict.fromkeys(columns, 0)
        self._references = {name: _alone(name, kind) for name, kind in columns.items()}
        self._values: dict[str, ir.Value] = {}
        self._names: dict[ops.Node, str] = {}
        self._uses: dict[ops.Node, frozenset[str]] = {}

    def __getitem__(self, name: str) -> ir.Value:
        return self._references[name]

    def has(self, name: str) -> bool:
        """Return whether there is a column of a name."""
        return name in self._references

    def hold(self, value: ir.Value, name: str) -> ir.Value:
        """Return a value as a column of its own, under `name` or one like it; what is one already stays as it is."""
        operation = value.op()
        if isinstance(operation, ops.Field) or _is_constant(operation):
            return value
        if operation in self._names:
            return self._references[self._names[operation]]
        found, count = name, 1
        while found.lower() in map(str.lower, self._depths):
            count += 1
            found = f"{name}_{count}"
        self._depths[found] = 1 + max((self._depths[under] for under in self._columns(value)), default=0)
        self._values[found], self._names[operation] = value, found
        self._references[found] = _alone(found, value.type())
        return self._references[found]

    def levels(self, wanted: Iterable[ir.Value]) -> list[dict[str, ir.Value]]:
        """Return the columns that some values rest on, in the order in which they can be made."""
        wanted = list(wanted)
        needed: set[str] = set()
        waiting = [name for value in wanted for name in self._columns(value)]
        while waiting:
            name = waiting.pop()
            if name in self._values and name not in needed:
                needed.add(name)
                waiting.extend(self._columns(self._values[name]))
        levels: dict[int, dict[str, ir.Value]] = {}
        depths = self._late(needed, {name for value in wanted for name in self._columns(value)})
        for name, value in self._values.items():
            if name in needed:
                levels.setdefault(depths[name], {})[name] = value
        return [levels[depth] for depth in sorted(levels)]

    def _late(self, needed: Collection[str], last: Collection[str]) -> dict[str, int]:
        """Return in which level each column is made: late, where it rests on few, so that fewer are passed on.

        One that rests on many is made as early as can be, so that it stands for them from there on.
        """
        depths = {name: self._depths[name] for name in needed}
        end = max(depths.values(), default=0) + 1
        first_use = dict.fromkeys(last, end)
        for name in reversed([name for name in self._values if name in needed]):
            under = [other for other in self._columns(self._values[name]) if other in self._values]
            if len(under) <= FEW:
                depths[name] = first_use.get(name, end) - 1
            for other in under:
                first_use[other] = min(first_use.get(other, end), depths[name])
        return depths

    def applied(
        self, table: ir.Table, wanted: Mapping[str, ir.Value], keep: Collection[str], engine: Engine
    ) -> ir.Table:
        """Return a table's columns to be kept and the values wanted beside them.

        Parameters
        ----------
        table
            With the columns that everything rests on.
        wanted
            Values by the names of their columns.
        keep
            Columns of the table that are wanted too.
        engine
            Where the table is.
        """
        levels = [*self.levels(wanted.values()), dict(wanted)]
        needed = set[str](keep)
        columns: list[set[str]] = []  # that each level must pass on
        for level in reversed(levels):
            columns.insert(0, set(needed))
            needed.update(name for value in level.values() for name in self._columns(value))
        for place, level in enumerate(levels):
            below = table.op()
            fields = {name: ops.Field(below, name) for name in table.columns}
            made = {name: field for name, field in fields.items() if name in columns[place]}
            bound = {self._references[name].op(): field for name, field in fields.items()}
            for name, value in level.items():
                made[name] = engine.adapted(value.op().replace(bound, filter=ops.Value))
            table = ops.Project(below, made).to_expr()
            table = engine.fenced(table) if place < len(levels) - 1 else engine.closed(table)
        return table

    def _columns(self, value: ir.Value) -> frozenset[str]:
        """Return the names of the columns that a value is written with."""
        operation = value.op()
        if operation not in self._uses:
            self._uses[operation] = frozenset(field.name for field in operation.find(ops.Field, filter=ops.Value))
        return self._uses[operation]


def _is_constant(operation: ops.Node) -> bool:
    """Return whether a value is written down as it is: what is computed from constants would grow like all else."""
    return isinstance(operation, ops.Literal) or (isinstance(operation, ops.Cast) and _is_constant(operation.arg))


def bound(value: ir.Value, table: ir.Table) -> ir.Value:
    """Return a value that refers to the columns of a table."""
    fields = value.op().find(ops.Field, filter=ops.Value)
    return value.op().replace({field: table[field.name].op() for field in fields}, filter=ops.Value).to_expr()


def _alone(name: str, kind: Any) -> ir.Value:
    return ibis.table({name: kind}, name=name)[name]
