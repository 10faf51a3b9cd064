"""The files that Spark is to read: whether they are whole, have the same columns, and are still what they were."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from rvn import messages
from rvn.errors import Diagnostic, FrameError
from rvn.scoring.spark.places import File, Places, in_words

# Hadoop and Spark write the beginning of an address with one sign or with three.
ROOT = ("^([a-z0-9]+):/+", r"\1:/")


def address(column: Any) -> Any:
    """Return the addresses in a column of Spark in one way of writing."""
    from pyspark.sql import functions

    return functions.regexp_replace(column, ROOT[0], "$1:/")


class SparkSource:
    """Parquet files, a folder of them or one.

    Parameters
    ----------
    places
        Where Spark keeps files.
    place
        A path or an address.

    Raises
    ------
    FrameError
        When there are none, one is not whole, or they differ in their columns or types; with every problem.
    """

    def __init__(self, places: Places, place: str) -> None:
        self._places = places
        self.place = place
        if not places.exists(place):
            raise FrameError(messages.NO_INPUT.at(file=place))
        self.files = places.files(place)
        if not self.files:
            raise FrameError(messages.NOT_READABLE.at(file=place, why="it holds no files", remedy="check the path"))
        self.rows_of = self._checked()
        self.rows = sum(self.rows_of)
        self.identity = self._identity(self.files)

    def is_unchanged(self) -> bool:
        """Return whether the files are what they were."""
        return self._places.exists(self.place) and self.identity == self._identity(self._places.files(self.place))

    def starts(self) -> list[tuple[str, int]]:
        """Return the address of every file, as `address` writes it, with the number of rows before it."""
        starts, before = [], 0
        for file, rows in zip(self.files, self.rows_of, strict=True):
            starts.append((re.sub(*ROOT, str(file.path.toUri().toString())), before))
            before += rows
        return starts

    def _identity(self, files: list[File]) -> dict[str, Any]:
        newest = max(file.changed for file in files)
        return {
            "name": self._places.path(self.place).getName(),
            "files": len(files),
            "bytes": sum(file.size for file in files),
            "modified": datetime.fromtimestamp(newest / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }

    def _checked(self) -> list[int]:
        """Return how many rows each file has."""
        from py4j.protocol import Py4JError

        rows: list[int] = []
        problems: list[Diagnostic] = []
        first: tuple[str, dict[str, str]] | None = None
        for file in self.files:
            name = "/".join(file.name) or self.place
            try:
                count, types = self._places.footer(file)
            except Py4JError:
                remedy = "if it was cut off, copy it again; Spark reads no CSV here"
                problems.append(
                    messages.NOT_READABLE.at(file=name, why="it is not a whole Parquet file", remedy=remedy)
                )
                continue
            first = first or (name, types)
            problems += _differences(name, types, *first)
            rows.append(count)
        if problems:
            raise FrameError(problems)
        return rows


def _differences(name: str, types: dict[str, str], first: str, before: dict[str, str]) -> list[Diagnostic]:
    """Return what is wrong with the columns of a file beside those of the first."""
    if types.keys() != before.keys():
        missing, more = sorted(before.keys() - types.keys()), sorted(types.keys() - before.keys())
        what = ", ".join([*(f"no '{column}'" for column in missing), *(f"also '{column}'" for column in more)])
        return [messages.COLUMNS_DIFFER.at(file=name, first=first, what=what)]
    problems = []
    for column, kind in before.items():
        if types[column] != kind:
            now, then = in_words(types[column], kind)
            problems.append(messages.COLUMN_CHANGES.at(column=column, found=now, file=name, before=then, first=first))
    return problems
