from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from databases import postgres


@pytest.fixture(scope="session")
def postgres_connection(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Connect to a server of our own, or skip and say why."""
    import psycopg

    reason = postgres.why_not()
    if reason:
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            request.config.get_terminal_writer().line(f"\nskipped: {reason}")
        pytest.skip(reason)
    with (
        postgres.server() as folder,
        psycopg.connect(host=str(folder), user="rvn", dbname="postgres", autocommit=True) as connection,
    ):
        yield connection
