"""PostgreSQL: a table of a real server says what a frame says, for every shipped instrument."""

from __future__ import annotations

from typing import Any

import ibis
import polars as pl
import pytest

from agreement.test_shipped_agree import MANY, REFERENCES, assert_agrees
from databases.loading import fetch_from_postgres, load_into_postgres

pytestmark = pytest.mark.usefixtures("quickly")

FEW = 200


def agrees(reference: str, size: int, connection: Any) -> None:
    """Compare a frame with a table of the server, which is emptied behind it."""

    def in_postgres(people: pl.DataFrame) -> ibis.Table:
        load_into_postgres(connection, people)
        return tables.table("people")

    where = connection.info
    tables = ibis.postgres.connect(host=where.host, user=where.user, database=where.dbname)
    try:
        assert_agrees(reference, size, in_postgres, lambda query: fetch_from_postgres(connection, query))
    finally:
        tables.disconnect()


def test_postgres_says_of_a_few_people_what_a_frame_says(postgres_connection: Any) -> None:
    agrees("broward-rules@2018", FEW, postgres_connection)


@pytest.mark.slow
@pytest.mark.parametrize("reference", REFERENCES)
def test_postgres_says_of_many_people_what_a_frame_says(reference: str, postgres_connection: Any) -> None:
    agrees(reference, MANY, postgres_connection)
