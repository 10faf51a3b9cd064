"""The same people from CSV, Parquet and a database give the same results."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from small import PLAN, csv, people

from rvn.errors import StudyError
from rvn.study.load import load
from rvn.study.results import Results
from rvn.study.run import run


def with_data(folder: Path, data: str) -> Results:
    (folder / "study.yaml").write_text(PLAN.replace("{file: people.csv}", data))
    return run(load(folder / "study.yaml"))


@pytest.fixture
def from_csv(tmp_path: Path) -> Results:
    (tmp_path / "people.csv").write_text(csv(people()))
    return with_data(tmp_path, "{file: people.csv}")


def test_the_digest_is_that_of_the_file(from_csv: Results, tmp_path: Path) -> None:
    assert hashlib.sha256((tmp_path / "people.csv").read_bytes()).hexdigest() == from_csv.data[0].sha256


def test_parquet_gives_what_csv_gives(from_csv: Results, tmp_path: Path) -> None:
    pd.DataFrame(people()).to_parquet(tmp_path / "people.parquet")
    found = with_data(tmp_path, "{file: people.parquet}")
    assert found.analyses == from_csv.analyses
    assert ("parquet", 200) == (found.data[0].kind, found.data[0].rows)


def test_a_table_of_a_database_gives_what_csv_gives(
    from_csv: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    frame = pd.DataFrame(people())  # noqa: F841  # DuckDB reads it by its name
    with duckdb.connect(str(tmp_path / "people.db")) as connection:
        connection.sql("create table assessments as select * from frame order by points")
    monkeypatch.setenv("STUDY_DATABASE", f"duckdb://{tmp_path}/people.db")
    found = with_data(tmp_path, '{url: "$STUDY_DATABASE", table: assessments}')
    assert found.analyses == from_csv.analyses
    assert ("assessments", "table") == (found.data[0].name, found.data[0].kind)
    assert found.data[0].sha256 == with_data(tmp_path, '{url: "$STUDY_DATABASE", table: assessments}').data[0].sha256


def test_a_table_of_sqlite_gives_what_csv_gives(from_csv: Results, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "people.sqlite")) as connection:
        pd.DataFrame(people()).to_sql("assessments", connection, index=False)
    found = with_data(tmp_path, f'{{url: "sqlite://{tmp_path}/people.sqlite", table: assessments}}')
    assert found.analyses == from_csv.analyses


def test_an_address_that_is_not_in_the_environment_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="RVN835 the environment has no variable 'NOWHERE'"):
        with_data(tmp_path, '{url: "$NOWHERE", table: assessments}')


def test_a_database_that_refuses_is_told_without_its_address(tmp_path: Path) -> None:
    with pytest.raises(StudyError) as caught:
        with_data(tmp_path, f'{{url: "duckdb://{tmp_path}/none/secret.db", table: assessments}}')
    assert "RVN823" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_only_the_columns_of_the_plan_are_read(from_csv: Results) -> None:
    assert ("id", "points", "again") == from_csv.data[0].used


def test_results_hold_no_path(from_csv: Results, tmp_path: Path) -> None:
    assert str(tmp_path) not in repr(replace(from_csv))
