"""People as a table of PostgreSQL, and what a query says of them: by CSV, which is many times faster than by rows."""

from __future__ import annotations

import io
from typing import Any

import ibis
import polars as pl

KINDS = {pl.Int32: "integer", pl.Int64: "bigint", pl.Float64: "double precision", pl.String: "text", pl.Date: "date"}


def load_into_postgres(connection: Any, people: pl.DataFrame) -> None:
    columns = ", ".join(f'"{name}" {KINDS[kind.base_type()]}' for name, kind in people.schema.items())
    connection.execute("drop table if exists people cascade")
    connection.execute(f"create table people ({columns})")
    with connection.cursor().copy("copy people from stdin with (format csv)") as copy:
        copy.write(people.write_csv(include_header=False, quote_style="non_numeric"))


def fetch_from_postgres(connection: Any, query: ibis.Table) -> pl.DataFrame:
    with connection.cursor().copy(f"copy ({ibis.to_sql(query)}) to stdout with (format csv, header)") as copy:
        text = b"".join(copy)
    kinds = pl.Schema(query.schema().to_polars())
    read = {name: pl.String if kind == pl.Boolean else kind for name, kind in kinds.items()}
    truths = [pl.col(name) == "t" for name, kind in kinds.items() if kind == pl.Boolean]
    return pl.read_csv(io.BytesIO(text), schema=read).with_columns(truths)
