"""People as a table of PostgreSQL."""

from __future__ import annotations

from typing import Any

import polars as pl

KINDS = {pl.Int32: "integer", pl.Int64: "bigint", pl.Float64: "double precision", pl.String: "text", pl.Date: "date"}


def load_into_postgres(connection: Any, people: pl.DataFrame) -> None:
    columns = ", ".join(f'"{name}" {KINDS[kind.base_type()]}' for name, kind in people.schema.items())
    connection.execute("drop table if exists people cascade")
    connection.execute(f"create table people ({columns})")
    with connection.cursor().copy("copy people from stdin") as copy:
        for row in people.rows():
            copy.write_row(row)
