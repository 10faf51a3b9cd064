"""The engines that tables are scored in: a frame becomes a table of one."""

from __future__ import annotations

import ibis
import polars as pl


def in_duckdb(frame: pl.DataFrame) -> ibis.Table:
    connection = ibis.duckdb.connect()
    connection.con.register("frame", frame.to_arrow())
    connection.con.execute("create table people as select * from frame")
    return connection.table("people")


def in_polars(frame: pl.DataFrame) -> ibis.Table:
    return ibis.polars.connect({"people": frame}).table("people")


ENGINES = {"duckdb": in_duckdb, "polars": in_polars}
