"""PostgreSQL: a study of a table finds what it finds in a file with the same people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rvn.study.load import load
from rvn.study.results import Results
from rvn.study.run import run

PLAN = """\
rvn: 1
study: tabled
title: {en: A study of a table}
data: DATA
columns: {person: id}
scores:
  points: {column: points, levels: {low: 0, high: 4}}
outcomes:
  again:
    event: {en: a new offence}
    source: {en: a register}
    window: 2 years
    dates: {event: again_on, start: released_on, until: 2025-12-31}
"""
PEOPLE = [
    (f"P-{place:03d}", place * 7 % 8, f"2021-0{1 + place % 9}-15", f"2022-0{1 + place % 9}-20" if place % 3 else None)
    for place in range(90)
]


def study(folder: Path, data: str) -> Results:
    (folder / "study.yaml").write_text(PLAN.replace("DATA", data), encoding="utf-8")
    return run(load(folder / "study.yaml"))


def test_a_study_reads_a_table_of_postgres(
    postgres_connection: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in PEOPLE]
    (tmp_path / "people.csv").write_text("id,points,released_on,again_on\n" + "\n".join(lines) + "\n")
    of_file = study(tmp_path, "{file: people.csv}")
    postgres_connection.execute("create table studied (id text, points integer, released_on date, again_on date)")
    with postgres_connection.cursor() as cursor:
        cursor.executemany("insert into studied values (%s, %s, %s, %s)", PEOPLE)
    where = postgres_connection.info
    monkeypatch.setenv("STUDIED", f"postgresql://{where.user}@/{where.dbname}?host={where.host}")
    try:
        of_table = study(tmp_path, "{url: $STUDIED, table: studied}")
    finally:
        postgres_connection.execute("drop table studied")
    assert 90 == of_table.data[0].rows
    assert of_file.analyses == of_table.analyses
