"""Fixtures and paths that every test may use."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# What a test needs of a busy machine's time says nothing about the code.
settings.register_profile("patient", deadline=None, max_examples=20)
settings.register_profile("thorough", deadline=None, max_examples=200)


def pytest_configure(config: pytest.Config) -> None:
    """Generate more examples unless the slow tests are left out."""
    settings.load_profile("patient" if config.option.markexpr == "not slow" else "thorough")


sys.path.insert(0, str(Path(__file__).parent))


# Folders whose tests are run by one process, where there are several: what is costly to set up is set up once, and
# the ledger of R's values, which asks at the end what the others have read, knows of them all.
TOGETHER = ("validation", "study", "report", "databases")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests last that ask what all the others have read, and keep together what shares its set-up."""
    items.sort(key=lambda item: item.get_closest_marker("ledger") is not None)
    for item in items:
        place = item.path.relative_to(item.config.rootpath).parts
        if place[0] == "tests" and place[1] in TOGETHER:
            item.add_marker(pytest.mark.xdist_group(place[1]))


@pytest.fixture
def quickly() -> Iterator[None]:
    """Leave the levels of SQL as they are written; ibis spends most of its time on merging them."""
    import ibis

    fuses, ibis.options.sql.fuse_selects = ibis.options.sql.fuse_selects, False
    yield
    ibis.options.sql.fuse_selects = fuses
