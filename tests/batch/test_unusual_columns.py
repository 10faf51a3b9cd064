"""Columns of types and names that are not usual, and files with nothing in them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_score_file import ADDED, RULES, added, expected, people, scored

from rvn.errors import FrameError, IdentityError


def test_ids_and_answers_may_be_views_of_text(tmp_path: Path) -> None:
    frame = people(40)
    table = pa.table({"id": [f"p-{number % 39}" for number in range(40)], **frame})
    views = [
        pa.field(field.name, pa.string_view() if field.name in ("id", "sex") else field.type) for field in table.schema
    ]
    pq.write_table(table.cast(pa.schema(views)), tmp_path / "in.parquet")
    _, rows, problems = scored(tmp_path / "in.parquet", id_column="id")
    assert expected(frame) == added(rows)
    assert [(39, "RVN738")] == [tuple(row) for row in problems[["row", "code"]].to_numpy()]


@pytest.mark.parametrize("kind", ["parquet", "csv"])
@pytest.mark.parametrize("name", ["a.b", "with blank", "vārds ģ", 'qu"ote', "back`tick", ","])
def test_a_column_of_ids_may_have_any_name(tmp_path: Path, kind: str, name: str) -> None:
    frame = people(30).assign(**{name: [f"p-{number}" for number in range(29)] + ["p-0"]})
    source = tmp_path / f"in.{kind}"
    frame.to_parquet(source) if kind == "parquet" else frame.to_csv(source, index=False)
    _, rows, problems = scored(source, id_column=name)
    assert expected(frame) == added(rows)
    assert [29] == problems["row"].tolist()


@pytest.mark.parametrize(
    ("ids", "found"),
    [
        (pa.array([1.5], pa.float64()), "decimal numbers"),
        (pa.array([b"1"]), "binary"),
        (pa.array([Decimal("1.50")]), r"decimal128\(3, 2\)"),
        (pa.array([0], pa.timestamp("us")), r"timestamp\[us\]"),
        (pa.array([[1]]), "list<"),
        (pa.nulls(1), "nothing"),
    ],
)
def test_ids_that_are_neither_text_nor_whole_numbers_are_refused(tmp_path: Path, ids: pa.Array, found: str) -> None:
    pq.write_table(pa.table({"id": ids, "age": [19], "sex": ["male"], "priors": [0]}), tmp_path / "in.parquet")
    with pytest.raises(IdentityError, match=f"RVN672 a subject id is of the type {found}"):
        scored(tmp_path / "in.parquet", id_column="id")


def test_ids_may_be_the_largest_numbers_and_very_long(tmp_path: Path) -> None:
    frame = people(3)
    for ids in (pa.array([2**64 - 1, 0, 2**64 - 1], pa.uint64()), pa.array(["x" * 10**6, "x", "x" * 10**6])):
        pq.write_table(pa.table({"id": ids, **frame}), tmp_path / "in.parquet")
        made, _, problems = scored(tmp_path / "in.parquet", id_column="id", replace=True)
        assert ([2], 3) == (problems["row"].tolist(), made.account.rows_out)


@pytest.mark.parametrize("groups", [0, 1])
@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_no_rows_are_scored_as_no_rows(tmp_path: Path, groups: int, kind: str) -> None:
    table = pa.Table.from_pandas(people(1)).slice(0, 0)
    with pq.ParquetWriter(tmp_path / "in.parquet", table.schema) as writer:
        writer.write_table(table) if groups else None
    made = RULES.score_file(tmp_path / "in.parquet", tmp_path / f"out.{kind}")
    assert (0, 0) == (made.account.rows_in, made.account.rows_out)
    read = pd.read_parquet if kind == "parquet" else pd.read_csv
    assert ["age", "sex", "priors", *ADDED] == list(read(made.destination))


def test_an_empty_file_is_no_parquet(tmp_path: Path) -> None:
    (tmp_path / "in.parquet").touch()
    with pytest.raises(FrameError, match=r"RVN721.*not a whole Parquet file"):
        scored(tmp_path / "in.parquet")


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_two_thousand_columns_pass_through(tmp_path: Path, kind: str) -> None:
    frame = people(30)
    wide = pd.concat([frame, pd.DataFrame({f"c{number}": range(30) for number in range(2000)})], axis=1)
    source = tmp_path / f"in.{kind}"
    wide.to_parquet(source) if kind == "parquet" else wide.to_csv(source, index=False)
    _, rows, _ = scored(source)
    assert expected(frame) == added(rows)
    assert (2003 + len(ADDED), list(range(30))) == (rows.shape[1], rows["c1999"].astype(int).tolist())


@pytest.mark.parametrize("name", ["age", "x"])
def test_two_columns_of_one_name_are_refused(tmp_path: Path, name: str) -> None:
    columns = [pa.array([19]), pa.array(["male"]), pa.array([0]), pa.array([1]), pa.array([1])]
    pq.write_table(pa.table(columns, names=["age", "sex", "priors", name, "x"]), tmp_path / "in.parquet")
    with pytest.raises(FrameError, match=f"RVN721 .*two columns are called '{name}'"):
        scored(tmp_path / "in.parquet")


@pytest.mark.parametrize(
    ("folder", "words"),
    [("age=3", "RVN721 .*two columns are called 'age'"), ("z=2", "RVN723 .*no 'y', also 'z'")],
)
def test_names_of_folders_that_make_no_columns_of_one_table_are_refused(
    tmp_path: Path, folder: str, words: str
) -> None:
    for name in ("y=1", folder):
        (tmp_path / "people" / name).mkdir(parents=True)
        people(3).to_parquet(tmp_path / "people" / name / "in.parquet")
    with pytest.raises(FrameError, match=words):
        scored(tmp_path / "people")
