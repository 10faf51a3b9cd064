"""A folder of CSV as a source: its files one behind the other, with the columns that stand in the names of folders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from rvn.batch.chunk import Chunk, Pending
from rvn.batch.columns import differences, keys_of
from rvn.batch.csv_source import CsvSource
from rvn.batch.identity import identified
from rvn.errors import Diagnostic, FrameError


class CsvFolder:
    """Rows of the CSV files of a folder, every column as text.

    Parameters
    ----------
    path
        The folder.
    files
        Its files, in their order; the columns of all are called alike.
    separator
        What stands between cells.

    Raises
    ------
    FrameError
        When one of them cannot be read, or they differ in their columns; with every problem.
    """

    ids_are_unique = False
    rows: int | None = None

    def __init__(self, path: Path, files: list[Path], separator: str = ",") -> None:
        self.path = path
        self.files = files
        self.identity: Mapping[str, Any] = identified(path, files)
        self._sources: list[CsvSource] = []
        problems: list[Diagnostic] = []
        for file in files:
            try:
                self._sources.append(CsvSource(file, separator))
            except FrameError as error:
                problems += error.diagnostics
        self._keys = [keys_of(path, file) for file in files]
        problems = problems or list(differences(files, [self._names(place) for place in range(len(files))]))
        if problems:
            raise FrameError(problems)
        self.schema = pa.schema([(name, pa.string()) for name in self._names(0)])

    def chunks(self, skip: int) -> Iterator[Pending]:
        """Yield the blocks of the files, without the first."""
        read, total, number = 0, max(1, int(self.identity["bytes"])), 0
        for source, keys in zip(self._sources, self._keys, strict=True):
            size = int(source.identity["bytes"])
            for pending in source.chunks(0):
                if number >= skip:
                    yield Pending(partial(self._load, pending, keys), (read + pending.done * size) / total)
                number += 1
            read += size

    def is_unchanged(self) -> bool:
        """Return whether the files are what they were."""
        return self.identity == identified(self.path, self.files)

    def _load(self, pending: Pending, keys: Mapping[str, str | None]) -> Chunk:
        chunk = pending.load()
        table = chunk.table
        for name, value in keys.items():
            table = table.append_column(name, pa.repeat(pa.scalar(value, pa.string()), len(table)))
        return replace(chunk, table=table.select(self.schema.names))

    def _names(self, file: int) -> list[str]:
        return [*self._sources[file].names, *self._keys[file]]
