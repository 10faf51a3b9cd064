from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from databases import postgres, spark


@pytest.fixture(scope="session")
def postgres_connection(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Connect to a server of our own, or skip and say why."""
    import psycopg

    _skip_for(postgres.why_not(), request)
    with (
        postgres.server() as folder,
        psycopg.connect(host=str(folder), user="rvn", dbname="postgres", autocommit=True) as connection,
    ):
        yield connection


@pytest.fixture(scope="session")
def spark_session(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Run Spark with two workers, or skip and say why."""
    _skip_for(spark.why_not(), request)
    with spark.session() as session:
        yield session


def _skip_for(reason: str, request: pytest.FixtureRequest) -> None:
    """Skip where there is a reason to, and print it."""
    if reason:
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            request.config.get_terminal_writer().line(f"\nskipped: {reason}")
        pytest.skip(reason)
