"""Fixtures and paths that every test may use."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
# the ledger of R's values, which asks at the end what the others have read, knows of them all. Other tests go by file:
# handing them out one by one costs the scheduler a time that grows with the square of their number.
TOGETHER = ("validation", "study", "report", "databases")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests last that ask what all the others have read."""
    items.sort(key=lambda item: item.get_closest_marker("ledger") is not None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Keep tests of a file or folder together; the marks of xdist 3.8 for that do nothing under pytest 9."""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            path = config.rootpath / nodeid.partition("::")[0]
            folder = path.relative_to(config.rootpath).parts[1:2]
            if reads_r(path):
                return "validation"
            return folder[0] if "tests" in path.parts and folder and folder[0] in TOGETHER else str(path)

    return Together(config, log)


@functools.cache
def reads_r(path: Path) -> bool:
    """Whether the tests of a file read R's values, of which the ledger keeps account in one process."""
    return path.name.startswith("test_") and path.suffix == ".py" and "r_values(" in path.read_text()


@pytest.fixture
def quickly() -> Iterator[None]:
    """Leave the levels of SQL as they are written; ibis spends most of its time on merging them."""
    import ibis

    fuses, ibis.options.sql.fuse_selects = ibis.options.sql.fuse_selects, False
    yield
    ibis.options.sql.fuse_selects = fuses
