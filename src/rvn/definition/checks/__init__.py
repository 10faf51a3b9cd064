"""Checks of what a definition means; each finds one kind of problem, with a code, a place and a remedy."""

from __future__ import annotations

from collections.abc import Iterator

from rvn.definition.checks.conditions import check_conditions
from rvn.definition.checks.items import check_items
from rvn.definition.checks.levels import check_levels
from rvn.definition.checks.migrations import check_migrations, check_reused
from rvn.definition.checks.norms import check_norms, check_prorating
from rvn.definition.checks.released import check_released
from rvn.definition.checks.texts import check_sources, check_texts
from rvn.definition.load import Loaded
from rvn.errors import Diagnostic

CHECKS = (
    check_levels,
    check_conditions,
    check_items,
    check_norms,
    check_prorating,
    check_texts,
    check_sources,
    check_reused,
    check_migrations,
    check_released,
)


def check(loaded: Loaded) -> Iterator[Diagnostic]:
    """Yield everything an author should look at that can be told without running the examples."""
    for each in CHECKS:
        yield from each(loaded)
