"""The printed view, installed in real databases: it says what a frame says."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import duckdb
import polars as pl
import pytest
import sqlglot
from typer.testing import CliRunner

import rvn
from agreement.people import ON, people_for
from databases.loading import load_into_postgres
from rvn.cli.app import app
from rvn.errors import FrameError
from rvn.scoring.instrument import Instrument
from rvn.scoring.view import DIALECTS, view_of

REFERENCES = (
    "broward-rules@2018",
    "audit@2001",
    pytest.param("static-99r@2016", marks=pytest.mark.slow),
)
SIZE = 200


def scored_in_duckdb(people: pl.DataFrame, view: str) -> list[dict[str, Any]]:
    connection = duckdb.connect()
    connection.register("frame", people.to_arrow())
    connection.execute("create table people as select * from frame")
    connection.execute(view)
    return pl.DataFrame(connection.sql("select * from levels order by person").to_arrow_table()).to_dicts()


def assert_says_what_a_frame_says(instrument: Instrument, people: pl.DataFrame, rows: list[dict[str, Any]]) -> None:
    expected = instrument.score_frame(people, on=ON).frame.to_dicts()
    new = [name for name in rows[0] if name not in ("person", "unusable")]
    assert len(new) > 3
    for one, other in zip(expected, rows, strict=True):
        assert {name: one[name] for name in new} == {name: other[name] for name in new}


@pytest.mark.parametrize("reference", REFERENCES)
def test_the_view_installed_in_duckdb_says_what_a_frame_says(reference: str) -> None:
    instrument = rvn.load(reference)
    people = people_for(instrument, 3, SIZE)
    view = view_of(instrument, "duckdb", view="levels", keep=["person"], on=ON)
    assert_says_what_a_frame_says(instrument, people, scored_in_duckdb(people, view))


@pytest.mark.parametrize("reference", REFERENCES)
def test_the_view_installed_in_postgres_says_what_a_frame_says(reference: str, postgres_connection: Any) -> None:
    instrument = rvn.load(reference)
    people = people_for(instrument, 3, SIZE)
    load_into_postgres(postgres_connection, people)
    postgres_connection.execute(view_of(instrument, "postgres", view="levels", keep=["person"], on=ON))
    cursor = postgres_connection.execute("select * from levels order by person")
    names = [column.name for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    assert_says_what_a_frame_says(instrument, people, rows)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("reference", ["broward-rules@2018", pytest.param("static-99r@2016", marks=pytest.mark.slow)])
def test_the_view_can_be_parsed_in_every_dialect(dialect: str, reference: str) -> None:
    text = view_of(rvn.load(reference), dialect, table="assessments", view="levels", keep=["id"], on=ON)
    (tree,) = sqlglot.parse(text, dialect=DIALECTS[dialect][1])
    assert tree is not None
    assert "levels" == tree.this.name
    assert text.isascii() or "–" in text or "…" in text
    assert "double precision" not in text or dialect != "oracle"
    assert 25_000 > len(text)
    assert text.endswith(";\n")
    assert "--" not in text.splitlines()[-1]
    assert 160 > max(map(len, text.splitlines()))


def test_the_command_prints_a_view_or_says_what_is_wrong() -> None:
    run: Callable[..., Any] = CliRunner().invoke
    printed = run(app, ["sql", "broward-rules@2018", "--dialect", "postgres", "--view", "levels", "--keep", "id"])
    assert (0, True) == (printed.exit_code, "create view levels as\nwith\n" in printed.output)
    wrong = run(app, ["sql", "broward-rules@2018", "--dialect", "dbase", "--format", "json"])
    assert 2 == wrong.exit_code
    assert "RVN207" in json.dumps(wrong.output)


def test_a_dialect_that_is_not_known_is_named() -> None:
    with pytest.raises(FrameError, match="postgres"):
        view_of(rvn.load("broward-rules@2018"), "postgress")
