"""Parquet as a source: one file, or a folder of files whose names of folders may hold columns (`year=2026`)."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from rvn import messages
from rvn.batch.chunk import Chunk, Pending, rows_at_once
from rvn.batch.columns import differences, keys_of
from rvn.batch.identity import identified
from rvn.batch.passed import RowGroup
from rvn.errors import BatchError, Diagnostic, FrameError


class _Group(NamedTuple):
    """A row group of one of the files."""

    file: int
    number: int
    rows: int


class ParquetSource:
    """Rows of Parquet files.

    Parameters
    ----------
    path
        A file, or a folder. In a folder, files and folders whose names begin with a dot or a low line are passed
        over, the others are read in the order of their names.

    Raises
    ------
    FrameError
        When one of them is not a whole Parquet file, or they differ in their columns; with every problem.
    """

    ids_are_unique = False

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files = list(files_of(path))
        if not self.files:
            raise FrameError(messages.NOT_READABLE.at(file=path, why="it holds no files", remedy="check the path"))
        problems: list[Diagnostic] = []
        footers = [_footer(file, problems) for file in self.files]
        if problems:
            raise FrameError(problems)
        self._groups = [
            _Group(file, number, metadata.row_group(number).num_rows)
            for file, metadata in enumerate(footers)
            for number in range(metadata.num_row_groups)
        ]
        schemas = [metadata.schema.to_arrow_schema() for metadata in footers]
        names = [[*schema.names, *keys_of(path, file)] for schema, file in zip(schemas, self.files, strict=True)]
        within = _schema(schemas, self.files, list(differences(self.files, names)))
        self._keys = _keys(path, self.files)
        self.schema = _with_keys(within, self._keys)
        self.rows: int | None = sum(group.rows for group in self._groups)
        self.identity: Mapping[str, Any] = identified(path, self.files)
        self._at_once = rows_at_once(len(self.schema.names))

    def chunks(self, skip: int) -> Iterator[Pending]:
        """Yield what is to be read: row groups that are small enough together, or slices of one that is not."""
        read, number, total = 0, 0, max(self.rows or 0, 1)
        for groups in self._planned():
            rows = sum(group.rows for group in groups)
            slices = -(-rows // self._at_once) if rows > 2 * self._at_once else 1
            if number + slices > skip:
                if slices == 1:
                    yield Pending(partial(self._chunk, groups), (read + rows) / total)
                else:
                    first = max(0, skip - number)
                    for place, table in enumerate(itertools.islice(self._slices(groups[0]), first, None), first + 1):
                        done = read + min(rows, place * self._at_once)
                        yield Pending(partial(whole, table), done / total)
            read += rows
            number += slices

    def is_unchanged(self) -> bool:
        """Return whether the files are what they were."""
        return self.identity == identified(self.path, list(files_of(self.path)))

    def _planned(self) -> Iterator[list[_Group]]:
        """Yield row groups that together have about as many rows as are held at once."""
        waiting: list[_Group] = []
        for group in self._groups:
            rows = sum(other.rows for other in waiting)
            # One that is not small stays alone: its columns can be copied as they are.
            if waiting and (rows + group.rows > self._at_once or max(rows, group.rows) > self._at_once // 4):
                yield waiting
                waiting = []
            waiting.append(group)
        if waiting:
            yield waiting

    def _chunk(self, groups: Iterable[_Group]) -> Chunk:
        groups = list(groups)
        tables = []
        for file, of_file in itertools.groupby(groups, key=lambda group: group.file):
            numbers = [group.number for group in of_file]
            with self._reading(file, numbers[0]), pq.ParquetFile(self.files[file]) as opened:
                table = opened.read_row_groups(numbers, use_threads=False)
            tables.append(self._as_all(table, file))
        only = groups[0] if len(groups) == 1 else None
        group = None if only is None else RowGroup(self.files[only.file], only.number)
        return replace(whole(pa.concat_tables(tables)), group=group)

    def _slices(self, group: _Group) -> Iterator[pa.Table]:
        """Yield the rows of a row group in slices of the same length, reading no more of it than is needed."""
        rest: list[pa.RecordBatch] = []
        with self._reading(group.file, group.number), pq.ParquetFile(self.files[group.file], **_SPARING) as opened:
            for batch in opened.iter_batches(self._at_once, row_groups=[group.number]):
                rest.append(batch)
                if sum(map(len, rest)) >= self._at_once:
                    table = pa.Table.from_batches(rest)
                    yield self._as_all(table.slice(0, self._at_once), group.file)
                    rest = table.slice(self._at_once).to_batches()
        if rest:
            yield self._as_all(pa.Table.from_batches(rest), group.file)

    def _as_all(self, table: pa.Table, file: int) -> pa.Table:
        """Return the rows of a file with the columns of all, those in the names of folders among them."""
        for name in self.schema.names[table.num_columns :]:
            value = pa.scalar(self._keys[file][name], self.schema.field(name).type)
            table = table.append_column(name, pa.repeat(value, len(table)))
        return table.select(self.schema.names).cast(self.schema)

    @contextmanager
    def _reading(self, file: int, group: int) -> Iterator[None]:
        try:
            yield
        except (pa.ArrowException, OSError) as error:
            if isinstance(error, OSError) and error.errno:
                raise BatchError(not_readable(self.files[file], error)) from None
            raise FrameError(messages.DAMAGED.at(file=self.files[file], group=group)) from None


_SPARING = {"pre_buffer": False, "buffer_size": 2**20}


def whole(table: pa.Table) -> Chunk:
    """Return a chunk of which every row stands in its table."""
    return Chunk(table, len(table), len(table))


def files_of(path: Path) -> Iterator[Path]:
    """Yield the files that a path stands for."""
    if not path.is_dir():
        yield path
        return
    for entry in sorted(path.iterdir()):
        if not entry.name.startswith((".", "_")):
            yield from files_of(entry)


def _footer(file: Path, problems: list[Diagnostic]) -> Any:
    try:
        with pq.ParquetFile(file) as opened:
            return opened.metadata
    except pa.ArrowException:
        why, remedy = "it is not a whole Parquet file", "if it was cut off, copy it again; if it is CSV, name it .csv"
        problems.append(messages.NOT_READABLE.at(file=file, why=why, remedy=remedy))
    except OSError as error:
        problems.append(not_readable(file, error))
    return None


def _keys(path: Path, files: list[Path]) -> list[dict[str, Any]]:
    """Return for every file the columns that stand in the names of its folders."""
    if not path.is_dir():
        return [{}]
    names = [str(file) for file in files]
    found = ds.dataset(names, format="parquet", partitioning="hive", partition_base_dir=str(path))
    by_name = {part.path: ds.get_partition_keys(part.partition_expression) for part in found.get_fragments()}
    return [by_name[name] for name in names]


def _schema(schemas: list[pa.Schema], files: list[Path], problems: list[Diagnostic]) -> pa.Schema:
    """Return one schema for all files, or raise with problems and every column that is of another kind in a file."""
    first, merged = files[0], [_plain(field) for field in schemas[0]]
    names = sorted(set(schemas[0].names))
    for schema, file in zip(schemas[1:], files[1:], strict=True):
        if sorted(schema.names) != names:
            continue  # which is a problem that was found before
        for place, one in enumerate(merged):
            other = _plain(schema.field(one.name))
            field = _merged(one, other)
            if field is None:
                found, before = kind(other.type), kind(one.type)
                problem = messages.COLUMN_CHANGES.at(
                    column=one.name, found=found, file=file, before=before, first=first
                )
                problems.append(problem)
            else:
                merged[place] = field
    if problems:
        raise FrameError(problems)
    return pa.schema(merged, metadata=schemas[0].metadata)


def _with_keys(schema: pa.Schema, keys: list[dict[str, Any]]) -> pa.Schema:
    """Return a schema with the columns that stand in the names of folders."""
    for name in keys[0]:
        schema = schema.append(pa.field(name, pa.array([of_file[name] for of_file in keys]).type))
    return schema


def _plain(field: pa.Field) -> pa.Field:
    """Return a field of text without views, of which pyarrow can take no rows."""
    return field.with_type(pa.large_string()) if pa.types.is_string_view(field.type) else field


def _merged(one: pa.Field, other: pa.Field) -> pa.Field | None:
    """Return a field that holds every value of both, or None where they are of different kinds."""
    if one.type.equals(other.type):
        return one
    is_absent = pa.types.is_null(one.type) or pa.types.is_null(other.type)
    if not is_absent and kind(one.type) != kind(other.type):
        return None
    if not is_absent and kind(one.type) == "text":
        return one.with_type(pa.large_string() if pa.large_string() in (one.type, other.type) else pa.string())
    try:
        (merged,) = pa.unify_schemas([pa.schema([one]), pa.schema([other])], promote_options="permissive")
    except pa.ArrowException:
        return None
    return merged


_KINDS = {
    "whole numbers": pa.types.is_integer,
    "decimal numbers": pa.types.is_floating,
    "truth values": pa.types.is_boolean,
    "text": lambda found: pa.types.is_string(found) or pa.types.is_large_string(found),
    "nothing": pa.types.is_null,
}


def kind(found: pa.DataType) -> str:
    """Return what a column holds, in words."""
    if pa.types.is_dictionary(found):
        return kind(found.value_type)
    return next((words for words, holds in _KINDS.items() if holds(found)), str(found))


def not_readable(file: Path, error: OSError) -> Diagnostic:
    """Return why the system does not let a file be read."""
    why = (error.strerror or type(error).__name__).lower()
    return messages.NOT_READABLE.at(file=file, why=why, remedy="check the path and the rights")
