"""Years of use: releases that never change, differences between versions, migrations, rescoring, what is stale."""

from typing import Any

from rvn.versions.carry import carry
from rvn.versions.diff import Difference, Differences, diff
from rvn.versions.migration import migration
from rvn.versions.release import Released, release
from rvn.versions.rescore import Rescored, rescore
from rvn.versions.stale import Standing, stale
from rvn.versions.summary import Summary

__all__ = [
    "Difference",
    "Differences",
    "Released",
    "Rescored",
    "Standing",
    "Summary",
    "carry",
    "diff",
    "migration",
    "release",
    "rescore",
    "rescore_file",
    "rescore_table",
    "stale",
]


def __getattr__(name: str) -> Any:
    # Rescoring a file needs pyarrow and rescoring a table ibis, which nothing else here does.
    if name == "rescore_file":
        from rvn.versions.file import rescore_file

        return rescore_file
    if name == "rescore_table":
        from rvn.versions.table import rescore_table

        return rescore_table
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
