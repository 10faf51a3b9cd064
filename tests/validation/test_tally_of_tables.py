"""Tallies of files and of tables in databases: the same as that of the arrays, and made where the rows are."""

import duckdb
import ibis
import numpy as np
import pandas as pd
import polars as pl
import pytest

from rvn.errors import ContractError
from rvn.validation.discrimination.auc import auc
from rvn.validation.tally import Tally

# What ibis calls inside DuckDB.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_:DeprecationWarning")

COLUMNS = {"outcome": "again", "score": "points", "group": "sex"}


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    rng = np.random.default_rng(20261128)
    frame = pd.DataFrame(
        {
            "points": rng.integers(0, 9, 5_000),
            "again": rng.integers(0, 2, 5_000).astype(float),
            "sex": rng.choice(["men", "women"], 5_000).astype(object),
            "name": [f"person {place}" for place in range(5_000)],
        }
    )
    frame.loc[::97, "again"] = np.nan
    frame.loc[::101, "sex"] = None
    return frame


@pytest.fixture(scope="module")
def expected(people) -> Tally:
    return Tally({name: people[source] for name, source in COLUMNS.items()})


@pytest.fixture
def file(people, tmp_path):
    path = tmp_path / "people.parquet"
    people.to_parquet(path, row_group_size=700)
    return path


def test_a_parquet_file_is_read_part_by_part(file, expected, monkeypatch):
    monkeypatch.setattr("rvn.validation.tally.ROWS", 900)
    assert expected == Tally.from_parquet(file, COLUMNS)


@pytest.mark.parametrize(
    ("make", "where"),
    [
        (lambda path: ibis.duckdb.connect().read_parquet(path), "ibis, DuckDB"),
        (lambda path: ibis.polars.connect({"people": pl.read_parquet(path)}).table("people"), "ibis, Polars"),
        (lambda path: duckdb.sql(f"select * from '{path}'"), "DuckDB"),
        (lambda path: pl.scan_parquet(path), "Polars, lazy"),
        (lambda path: pl.read_parquet(path), "Polars"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_table_is_tallied_where_it_is(make, where, file, expected):
    assert expected == Tally.from_frame(make(file), COLUMNS)


def test_the_database_groups_and_sends_no_people(file, monkeypatch):
    connection = ibis.duckdb.connect()
    table = connection.read_parquet(file)
    sent = []
    fetch = connection.to_pyarrow

    def noted(*args, **options):
        sent.append(fetch(*args, **options))
        return sent[-1]

    monkeypatch.setattr(connection, "to_pyarrow", noted)
    tally = Tally.from_frame(table, COLUMNS)
    assert [len(tally["counts"])] == [len(rows) for rows in sent]
    assert 5_000 == tally.n


def test_a_statistic_of_a_table_in_a_database_is_that_of_its_rows(people, file):
    tally = Tally.from_frame(ibis.duckdb.connect().read_parquet(file), {"outcome": "again", "score": "points"})
    assert auc(people["again"], people["points"]) == auc(**tally)


def test_an_empty_file_has_an_empty_tally(people, tmp_path):
    people.iloc[:0].to_parquet(tmp_path / "none.parquet")
    assert 0 == Tally.from_parquet(tmp_path / "none.parquet", ["points"]).n


@pytest.mark.parametrize(
    ("name", "columns", "message"),
    [
        ("people.parquet", ["age"], "no column `age`"),
        ("nobody.parquet", ["points"], "there is no file"),
        ("people.csv", ["points"], "is not a Parquet file"),
    ],
)
def test_what_cannot_be_read_is_said(name, columns, message, file):
    (file.parent / "people.csv").write_text("points\n1\n")
    with pytest.raises(ContractError, match=message):
        Tally.from_parquet(file.parent / name, columns)
