"""Rescoring a table where it is: a table of each engine says of every row, and counts, what a frame does."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ibis
import polars as pl
import polars.selectors as cs
import pytest
from test_rescore import SMALL, TEXAS, people, reasons, small  # noqa: F401 - fixtures

import rvn
from agreement.engines import ENGINES
from agreement.people import people_for
from databases import spark
from databases.conftest import postgres_connection, spark_session  # noqa: F401 - fixtures
from rvn.errors import FrameError
from rvn.versions import rescore, rescore_table

pytestmark = pytest.mark.usefixtures("quickly")

OLD, NEW = "static-99@1999", "static-99r@2016"
RESCORED = ("static-99@1999", "static-99r@2009")
SIZE = 60


def assert_says_what_a_frame_says(
    frame: pl.DataFrame, engine: Callable[[pl.DataFrame], ibis.Table], old: str, new: str
) -> None:
    frame = frame.with_columns(pl.int_range(pl.len()).alias("row_number"))
    expected = rescore(frame, old, new)
    rescored = rescore_table(engine(frame), old, new)
    found = rescored.table.order_by("row_number").to_polars()
    assert set(expected.frame.columns) == set(found.columns)
    for column in expected.frame.columns:
        one, other = expected.frame[column], found[column]
        if one.dtype in (pl.Enum, pl.Categorical):
            one, other = one.cast(pl.String), other.cast(pl.String)
        assert [] == one.ne_missing(other).arg_true().to_list(), column
    assert expected.summary.counts == rescored.summary().counts
    assert len(frame) == sum(rescored.tally.to_polars()["rows"])


def recorded(old: str) -> pl.DataFrame:
    """Return people with results of the old version, some of which somebody changed, and overrides."""
    instrument = rvn.load(old)
    scored = instrument.score_frame(people_for(instrument, 3, SIZE)).frame
    outcome = instrument.definition.outcome
    return scored.with_columns(
        pl.when(pl.col("person") % 7 == 0).then(3).otherwise(pl.col("total")).alias("total"),
        pl.when(pl.col("person") % 5 == 0).then(pl.lit("high")).alias(f"{outcome}_override"),
        pl.when(pl.col("person") % 10 == 0).then(pl.lit("applied")).alias(f"{outcome}_override_status"),
        instrument=pl.lit(old),
    )


@pytest.mark.parametrize(
    ("engine", "old"), [("polars", OLD), *(pytest.param("duckdb", old, marks=pytest.mark.slow) for old in RESCORED)]
)
def test_a_table_of_answers_and_results_is_rescored_as_a_frame_is(engine: str, old: str) -> None:
    assert_says_what_a_frame_says(recorded(old), ENGINES[engine], old, NEW)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("old", RESCORED)
def test_a_table_of_answers_is_rescored_as_a_frame_is(engine: str, old: str) -> None:
    people = people_for(rvn.load(old), 4, 2000)
    assert_says_what_a_frame_says(people, ENGINES[engine], old, NEW)


@pytest.mark.parametrize("engine", ENGINES)
def test_answers_are_renamed_derived_grouped_and_dropped(engine: str, small: Path) -> None:  # noqa: F811
    spoilt = SMALL.assign(adult=[-1, 1, 1, 1, 9, None], age=[20, 20, 20, 20, 20, 200])
    frame = pl.concat([pl.from_pandas(SMALL), pl.from_pandas(spoilt)], how="vertical_relaxed")
    assert_says_what_a_frame_says(frame, ENGINES[engine], "small@1", "small@2")


@pytest.mark.parametrize("engine", ENGINES)
def test_reasons_among_numbers_and_dates_are_renamed(engine: str, reasons: None) -> None:  # noqa: F811
    frame = pl.DataFrame({"priors": [0, 2, None, -1], "day": ["2020-01-31", "lost", None, "never"]})
    assert_says_what_a_frame_says(frame, ENGINES[engine], "reasons@1", "reasons@2")
    words = frame.with_columns(priors=pl.Series(["lost", "refused", None, "never"]))
    assert_says_what_a_frame_says(words, ENGINES[engine], "reasons@1", "reasons@2")


@pytest.mark.slow
def test_postgresql_says_what_a_frame_says(postgres_connection: Any) -> None:  # noqa: F811
    connection = ibis.postgres.connect(host=postgres_connection.info.host, user="rvn", database="postgres")

    def in_postgres(frame: pl.DataFrame) -> ibis.Table:
        plain = frame.with_columns(cs.by_dtype(pl.Enum, pl.Categorical).cast(pl.String))
        return connection.create_table("rescored_people", plain.to_arrow(), temp=True)

    assert_says_what_a_frame_says(recorded(OLD), in_postgres, OLD, NEW)
    connection.disconnect()


# What ibis and pyspark call by older names of pandas, and sockets that pyspark leaves to be collected.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_spark_says_what_a_frame_says(spark_session: Any) -> None:  # noqa: F811
    with contextlib.ExitStack() as stack:

        def in_spark(frame: pl.DataFrame) -> ibis.Table:
            return stack.enter_context(spark.table_of(spark_session, frame))

        assert_says_what_a_frame_says(recorded(OLD), in_spark, OLD, NEW)


@pytest.mark.slow
def test_what_is_made_of_a_rescored_table_needs_little_memory() -> None:
    table = ENGINES["duckdb"](people_for(rvn.load(OLD), 4, 100))
    table.get_backend().raw_sql("set memory_limit = '1GB'")
    rescored = rescore_table(table, OLD, NEW).table
    counts = rescored.group_by("rescoring").aggregate(rows=rescored.count()).to_polars()
    changed = rescored.filter(rescored.rescoring == "changed").to_polars()
    assert 100 == sum(counts["rows"])
    assert len(changed) == sum(counts.filter(pl.col("rescoring") == "changed")["rows"])


# What is refused before a row is rescored.


def table_of(**columns: Any) -> ibis.Table:
    return ENGINES["polars"](pl.from_pandas(people(TEXAS, [30, 40]).assign(liberty="longer", **columns)))


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"instrument": [OLD, NEW]}, "RVN781"),
        ({"instrument": NEW}, "RVN782"),
        ({"instrument": ["static-99", None]}, "RVN783"),
        ({"category": ["low", "IVb"]}, "RVN784"),
        ({"new_total": 3}, "RVN702"),
        ({"rescoring": "same"}, "RVN789"),
    ],
)
def test_what_a_frame_refuses_is_refused(columns: dict[str, Any], code: str) -> None:
    with pytest.raises(FrameError, match=code):
        rescore_table(table_of(**columns), OLD, NEW)


def test_lacking_columns_are_named_all_at_once() -> None:
    with pytest.raises(FrameError) as caught:
        rescore_table(table_of().drop("sex", "male_victim"), OLD, NEW)
    assert ["RVN701", "RVN701"] == [problem.code for problem in caught.value.diagnostics]


def test_recorded_totals_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(FrameError, match="the column 'total' holds"):
        rescore_table(table_of(total=[True, False]), OLD, NEW)


def test_a_table_of_no_database_is_not_asked_for_its_version() -> None:
    answers = table_of(instrument=OLD)
    with pytest.raises(FrameError, match="RVN788"):
        rescore_table(ibis.table(answers.schema(), name="people"), OLD, NEW)
