"""Tables of databases at the door: cells are read as those of a frame; what cannot be is said before anything runs."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import ibis
import ibis.expr.operations as ops
import polars as pl
import pytest

import rvn
from agreement.engines import ENGINES
from rvn.errors import FrameError
from rvn.plan import nodes
from rvn.plan.plan import Plan
from rvn.plan.relation import Engine, Relation, Steps
from rvn.plan.relation.arithmetic import _products
from rvn.plan.relation.relation import Known
from rvn.scoring.instrument import Instrument

FORM = """\
rvn: 1
id: form
version: "1"
status: research
title: {en: Form}
purpose: {en: Shows the door.}
not_for: {en: Decisions about people.}
licence: {terms: fictitious, ship: true}
sources: {nobody: {cite: "Nobody, Nowhere"}}
given: {born: {kind: date}}
items:
ITEMS
derived: {age: "years_between(born, assessed_on)"}
CONSISTENT
scales: [{id: total, items: [NAMES], missing: {allow: ALLOW, method: prorate}}]
bands: [{id: level, of: total, levels: {low: 0, high: 5}}]
outcome: level
"""
ITEMS = {
    "word": '{id: word, kind: choice, options: {"no": 0, "yes": 1.5}}',
    "code": '{id: code, kind: choice, options: {"1": 0, "2": 1, "3": 2}}',
    "odd": '{id: odd, kind: choice, options: {"7": 1, "-2": 2}}',
    "many": "{id: many, kind: count, range: [0, 9], asked_if: word == 'yes'}",
    "much": '{id: much, kind: number, range: [-1, 2.5], points: {"-1 to 0": 1, "0+": 2}}',
}
CONSISTENT = "consistent: [{id: fits, when: not (word == 'no' and code == '3'), because: {en: It cannot be.}}]"
ON = date(2025, 2, 28)


def form_of(items: list[str], folder: Path) -> Instrument:
    """Return a form of some of the items, and of the age where that is all; a database takes its time for each."""
    parts = [*items, "age"] if len(items) == 1 else items
    written = FORM.replace("NAMES", ", ".join(parts)).replace("CONSISTENT", CONSISTENT if "code" in items else "")
    written = written.replace("ALLOW", str(min(len(parts) - 1, 2)))
    path = folder / "form.yaml"
    path.write_text(written.replace("ITEMS", "\n".join(f"  - {ITEMS[item]}" for item in items)), encoding="utf-8")
    return rvn.load(path)


@pytest.fixture
def form(tmp_path: Path) -> Instrument:
    return form_of(list(ITEMS), tmp_path)


SIZE = 8
COLUMNS: dict[str, list[pl.Series]] = {
    "word": [
        pl.Series(["no", "yes", "refused", None, "Yes", "", "yes", "no"]),
        pl.Series([0, 1, 2, None, 3, 4, 5, 6]),
        pl.Series([date(2000, 1, 1), *[None] * 7]),
    ],
    "code": [
        pl.Series([1, 2, 3, None, 4, 0, -1, 10**18]),
        pl.Series(["1", "2", "3", None, "1.0", "refused", " 1", "03"]),
        pl.Series([1.0, 2.0, 3.0, None, 2.5, float("nan"), float("inf"), 1e300]),
        pl.Series([Decimal("1.0"), Decimal("2.0"), Decimal("3.0"), None, Decimal("2.5"), *map(Decimal, (0, -1, 9))]),
    ],
    "odd": [pl.Series([7, -2, 0, None, 7, 7, -2, 7]), pl.Series([7.0, -2.0, 7.5, None, 7, 7, -2, 7])],
    "many": [
        pl.Series([0, 9, 10, None, -1, 3, 4, 2**62]),
        pl.Series([0.0, 9.0, 0.5, None, float("nan"), float("-inf"), 1e300, 4]),
        pl.Series(["3", "unknown", None, "refused", None, None, None, None]),
    ],
    "much": [pl.Series([-1.0, 0, 2.5, None, 2.6, -1.1, float("nan"), 1e16]), pl.Series([-1, 0, 2, None, 3, -2, 1, 1])],
    "born": [
        pl.Series([date(2000, 2, 29), ON, date(2025, 3, 1), None, date(1970, 1, 1), *[date(1990, 1, 31)] * 3]),
        pl.Series(["2000-02-29", "2025-02-28", "2025-03-01", None, "1900-02-29", "0000-01-01", "19900131", "refused"]),
        pl.Series(["2020-W01-1", *[None] * 7]),
        pl.Series([datetime(2000, 2, 29, 23, 59), *[datetime(1990, 1, 31)] * 7]),
        pl.Series([1, 2, None, None, None, None, None, None]),
    ],
}


# The fast run reads every type of column in both engines; what options and ranges make of it, in one of them.
READ = [
    pytest.param(
        engine, item, marks=[pytest.mark.slow] if engine == "duckdb" and item in ("word", "odd", "much") else []
    )
    for engine in ENGINES
    for item in COLUMNS
]


@pytest.mark.parametrize(("engine", "item"), READ)
@pytest.mark.usefixtures("quickly")
def test_cells_of_a_table_are_read_as_those_of_a_frame(tmp_path: Path, engine: str, item: str) -> None:
    form = form_of([name for name in ITEMS if name in ("word", item)], tmp_path)
    for column in COLUMNS[item]:
        cells = {name: COLUMNS[name][0] for name in form.plan.fields if name in COLUMNS} | {item: column}
        people = pl.DataFrame({"row": range(SIZE)} | cells)
        table = ENGINES[engine](people)
        expected = form.score_frame(people, on=ON)
        found = form.score_table(table, on=ON).order_by("row").to_polars()
        for name in ("total", "level"):
            for ending in ("", "_status", "_low", "_high", "_absent")[: 5 - (name == "level")]:
                one = expected.frame[name + ending].to_list()
                assert one == found[name + ending].to_list(), f"{name}{ending} of {column.dtype}"
        problems = form.table_problems(table, key="row", on=ON).to_polars().sort("row", "item", "code")
        columns = ["row", "item", "code", "severity", "problem"]
        assert expected.problems.sort("row", "item", "code")[columns].rows() == problems[columns].rows()
        errors = expected.problems.filter((pl.col("severity") == "error") & (pl.col("code") != "RVN611"))
        assert sorted(set(errors["row"].to_list())) == found.filter("unusable")["row"].to_list()


def test_columns_that_cannot_hold_answers_are_refused_all_at_once(form: Instrument) -> None:
    kinds = {"word": "boolean", "code": "array<int64>", "odd": "int64", "many": "int64", "born": "timestamp('UTC')"}
    table = ibis.table(kinds, name="people")
    with pytest.raises(FrameError) as error:
        form.score_table(table.mutate(much=1.0), on=ON)
    assert ["RVN703"] * 3 == [problem.code for problem in error.value.diagnostics]


def test_columns_that_are_lacking_or_taken_are_named(form: Instrument) -> None:
    table = ibis.table({"word": "string", "total": "int64", "unusable": "boolean"}, name="t")
    with pytest.raises(FrameError) as error:
        form.score_table(table, on=ON)
    assert [*["RVN701"] * 5, "RVN702", "RVN702"] == [problem.code for problem in error.value.diagnostics]


def test_what_an_engine_lacks_is_said_before_anything_runs(form: Instrument) -> None:
    import sqlite3

    connection = ibis.sqlite.connect()
    assert isinstance(connection.con, sqlite3.Connection)
    connection.con.execute("create table people (word text, code int, odd int, many int, much real, born date)")
    table = connection.table("people")
    lacking = {"Least"}
    original, type(connection).has_operation = type(connection).has_operation, classmethod(lambda *_: False)
    try:
        with pytest.raises(FrameError) as error:
            form.score_table(table, on=ON)
    finally:
        type(connection).has_operation = original
    assert {"RVN750"} == {problem.code for problem in error.value.diagnostics}
    assert len(error.value.diagnostics) > len(lacking)


def test_duckdb_keeps_the_order_of_rows_on_several_threads() -> None:
    connection = ibis.duckdb.connect(threads=2)
    connection.raw_sql("""create table people as select range as id, 'male' as sex, 18 + range % 60 as age,
                          range % 9 as priors from range(300000)""")
    scored = rvn.load("broward-rules@2018").score_table(connection.table("people"))
    assert list(range(300_000)) == scored.select("id", "level").to_polars()["id"].to_list()


def test_what_is_computed_from_constants_does_not_grow_with_its_depth() -> None:
    steps = Steps({})
    on = Relation(Plan({}, (), {}, ""), steps, {})
    node: nodes.Node = nodes.Constant(value=1.5)
    for _ in range(8):
        node = nodes.Arithmetic(operator="**", left=node, right=nodes.Constant(value=2.0))
    levels = steps.levels([on.known(node).value])
    written = [len(value.op().find(ops.Value)) for level in levels for value in level.values()]
    assert 8 <= len(written) <= 40
    assert max(written) < 60


def test_a_column_that_is_both_ends_leaves_both_open_in_a_product() -> None:
    people = ibis.memtable(pl.DataFrame({"weight": [None, 3.0]}))
    steps = Steps(dict(people.schema().items()))
    on = Relation(Plan({}, (), {}, ""), steps, {})
    weight, two = steps["weight"], ibis.literal(2)
    anything = nodes.Withheld(of=nodes.Constant(value=1.0), low=-math.inf, high=math.inf)
    node = nodes.Arithmetic(operator="*", left=anything, right=nodes.Constant(value=2.0))
    ends = _products(on, node, Known(weight, weight, weight), Known(two, two, two))
    made = steps.applied(people, dict(zip(("low", "high"), ends, strict=True)), [], Engine.of(people))
    assert [{"low": None, "high": None}, {"low": 6.0, "high": 6.0}] == made.to_pyarrow().to_pylist()
