"""Columns that come out as they went in are copied from their file, and everybody reads what comes out."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from rvn.batch import Parquet, ParquetSource, Part, passed, run

ROWS = 500


def table() -> pa.Table:
    rng = np.random.default_rng(3)
    return pa.table(
        {
            "id": np.arange(ROWS),
            "code": pa.array(rng.integers(0, 3, ROWS), pa.uint8(), mask=rng.random(ROWS) < 0.1),
            "changed": rng.random(ROWS),
            "text": [None if number == 0 else "ā" * number for number in rng.integers(0, 9, ROWS)],
            "not_a_number": np.where(rng.random(ROWS) < 0.5, np.nan, 1.0),
            "when": pa.array(rng.integers(0, 10**9, ROWS), pa.timestamp("ms")),
        }
    )


def changed(rows: pa.Table) -> Part:
    place = rows.column_names.index("changed")
    rows = rows.set_column(place, "changed", pc.negate(rows["changed"]))
    return Part(rows.append_column("new", pc.add(rows["id"], 1)))


@pytest.mark.parametrize("writer", ["arrow", "polars", "duckdb"])
@pytest.mark.parametrize("compression", ["snappy", "zstd"])
def test_what_comes_out_is_what_was_read_whoever_wrote_it(tmp_path: Path, writer: str, compression: str) -> None:
    source, made = tmp_path / "in.parquet", tmp_path / "out.parquet"
    before = table()
    if writer == "arrow":
        pq.write_table(before, source, row_group_size=200, compression=compression)
    elif writer == "polars":
        pl.from_arrow(before).write_parquet(source, row_group_size=200, compression=compression)  # type: ignore[union-attr]
    else:
        duckdb.sql(f"copy (select * from before) to '{source}' (compression {compression}, row_group_size 200)")
    run(ParquetSource(source), changed, made, Parquet(), recipe={})
    read = pq.read_table(source)
    expected = changed(read).table
    assert expected.drop_columns("not_a_number").equals(pq.read_table(made).drop_columns("not_a_number"))
    assert expected.schema.equals(pq.read_table(made).schema)
    theirs = pl.read_parquet(made)
    assert theirs["not_a_number"].is_nan().sum() == read["not_a_number"].to_pandas().isna().sum()
    assert theirs["text"].to_list() == read["text"].to_pylist()
    assert [(ROWS, sum(range(1, ROWS + 1)))] == duckdb.sql(f"select count(*), sum(new) from '{made}'").fetchall()
    assert [(1,)] == duckdb.sql(f"select count(*) from '{made}' where id = 321").fetchall()  # statistics are used


def test_only_columns_that_are_the_same_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "in.parquet"
    pq.write_table(table(), source)
    seen: set[str] = set()
    copied = passed.RowGroup.columns

    def watched(group: passed.RowGroup, wanted: dict[str, passed.Struct]) -> dict[str, tuple[bytes, passed.Struct]]:
        found = copied(group, wanted)
        seen.update(found)
        return found

    monkeypatch.setattr(passed.RowGroup, "columns", watched)
    run(ParquetSource(source), changed, tmp_path / "out.parquet", Parquet(), recipe={})
    assert {"id", "code", "text"} <= seen
    assert "changed" not in seen
