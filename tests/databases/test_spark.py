"""Spark with two workers: a table of it says what a frame says."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

import rvn
from agreement.people import people_for
from agreement.test_shipped_agree import MANY, REFERENCES, assert_agrees, disagreements
from databases import spark

# What ibis and pyspark call by older names of pandas, and sockets that pyspark leaves to be collected.
pytestmark = [
    pytest.mark.usefixtures("quickly"),
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

NAN, INFINITY = float("nan"), float("inf")


def test_spark_tells_what_is_no_number_from_what_is_not_there(spark_session: Any) -> None:
    people = pl.DataFrame(
        {
            "person": range(8),
            "age": [19.0, NAN, None, INFINITY, -INFINITY, 19.5, 1e300, 40.0],
            "sex": ["male", "male", "male", "male", "male", "male", "male", "what nobody answers"],
            "priors": [0.0, 5.0, 5.0, 5.0, 5.0, 5.0, NAN, 5.0],
        }
    )
    rules = rvn.load("broward-rules@2018")
    with spark.table_of(spark_session, people) as table:
        scored = pl.DataFrame(rules.score_table(table).order_by("person").to_pyarrow())
    assert [] == disagreements(rules, rules.score_frame(people).frame, scored)
    assert [0, 2] == scored.filter(~pl.col("unusable"))["person"].to_list()


@pytest.mark.slow
@pytest.mark.parametrize("reference", REFERENCES)
def test_spark_says_of_many_people_what_a_frame_says(reference: str, spark_session: Any) -> None:
    instrument = rvn.load(reference)
    instrument = instrument.accepting(*instrument.recalled)
    with spark.table_of(spark_session, people_for(instrument, 7, MANY)) as table:
        # Java has functions of its own; the terms of the models are of the order of one.
        assert_agrees(reference, MANY, lambda people: table, of_terms=1.0)
