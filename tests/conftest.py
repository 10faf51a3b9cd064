"""Fixtures and paths that every test may use."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import settings

# What a test needs of a busy machine's time says nothing about the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

sys.path.insert(0, str(Path(__file__).parent))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests last that ask what all the others have read."""
    items.sort(key=lambda item: item.get_closest_marker("ledger") is not None)
