"""What engines do differently although the SQL is the same, and how it is kept from changing a result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

NO_LIMIT = 2**63 - 1


@dataclass(frozen=True)
class Engine:
    """Where a table is.

    Parameters
    ----------
    name
        As ibis calls it; empty for a table of no database.
    """

    name: str = ""

    @classmethod
    def of(cls, table: ir.Table) -> Engine:
        """Return the engine that a table belongs to."""
        try:
            return cls(table.get_backend().name)
        except ibis.common.exceptions.IbisError:
            return cls()

    def lacks(self, table: ir.Table) -> list[str]:
        """Return what the engine cannot do of what a table needs, by the names of ibis."""
        if not self.name:
            return []
        backend = table.get_backend()
        kinds = {type(operation) for operation in table.op().find(ops.Value)}
        return sorted(kind.__name__ for kind in kinds if not backend.has_operation(kind))

    def fenced(self, table: ir.Table) -> ir.Table:
        """Return one level of a computation so that the next is not written into it.

        PostgreSQL puts the formula of a column wherever the column is used, and the formulas double from level to
        level; it does not where a level has a limit.
        """
        return table.limit(NO_LIMIT) if self.is_fenced else table

    def closed(self, table: ir.Table) -> ir.Table:
        """Return a whole computation so that nothing is written into it that is made of it.

        DuckDB looks for a place below to group in advance, and plans a group-by over many levels for 40 seconds and in
        gigabytes, however few the rows. It does not look through a condition that asks a table of its own.
        """
        always = ibis.literal(True).as_table().as_scalar()
        return table.filter(always) if self.is_closed else table

    @property
    def is_fenced(self) -> bool:
        """Whether levels are kept apart."""
        return self.name == "postgres"

    @property
    def is_closed(self) -> bool:
        """Whether the whole is kept apart from what is made of it."""
        return self.name == "duckdb"

    def adapted(self, value: ops.Value) -> ops.Value:
        """Return a value so that it is exact.

        Polars multiplies by the reciprocal where it is to divide by a constant, and 1234567 / 1e7 comes out
        differently; its optimiser finds constants in other columns too. It leaves alone what depends on each row.
        """
        return value.replace(_by_what_is_no_constant, filter=ops.Value) if self.name == "polars" else value


def _by_what_is_no_constant(node: Any, changed: dict[str, Any] | None) -> Any:
    node = node.__recreate__(changed) if changed else node
    if isinstance(node, ops.Divide):
        number, divisor = node.left.to_expr(), node.right.to_expr()
        return ops.Divide(node.left, (divisor + number * 0.0).op())
    return node
