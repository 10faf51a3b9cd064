"""Columns of Parquet that come out as they went in are copied as they stand in their file, and not encoded again.

Encoding is most of the work of writing. Where a part is one row group of its source, and a column of the output is
equal to the column that was read and described in the same words, its pages are taken over with their entry of the
footer.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rvn.batch import footer
from rvn.batch.footer import Struct

# Fields by the numbers of `parquet.thrift`.
_SCHEMA, _CREATED_BY = 2, 6
_NAME, _CHILDREN, _FIELD_ID = 4, 5, 9
_COLUMNS, _TOTAL, _GROUP_OFFSET, _TOTAL_COMPRESSED = 1, 2, 5, 6
_CHUNK_OFFSET, _CHUNK_META = 2, 3
_CODEC, _BYTES, _COMPRESSED, _DATA_PAGE, _INDEX_PAGE, _DICTIONARY_PAGE, _STATISTICS = 4, 6, 7, 9, 10, 11, 12
_PLAIN = {*range(2, 8)}  # of ColumnChunk: in this file, and not encrypted
_KEPT = (*range(1, 14), 16)  # of ColumnMetaData: not the place of a Bloom filter, which is not taken along
_CODECS = (0, 1, 2, 4, 6, 7)  # not LZO, and not the older LZ4, which writers did not agree on


@dataclass(frozen=True)
class _Described:
    """What a file says of itself: its columns, its row groups (still written), and who wrote it."""

    columns: dict[str, Struct]
    groups: Sequence[bytes]
    writer: bytes


@dataclass(frozen=True)
class RowGroup:
    """A row group of a file, from which columns may be taken as they are."""

    path: Path
    number: int

    def columns(self, wanted: dict[str, Struct]) -> dict[str, tuple[bytes, Struct]]:
        """Return the pages and the entry of every column that the file describes as it is wanted.

        Parameters
        ----------
        wanted
            How the columns will be described.
        """
        described = _described(self.path, self.path.stat().st_mtime_ns)
        same = [name for name, entry in wanted.items() if described.columns.get(name) == entry]
        if not same:
            return {}
        group = footer.read_struct(described.groups[self.number])
        order = list(described.columns)
        found = {}
        with self.path.open("rb") as file:
            for name in same:
                chunk = group[_COLUMNS][1][1][order.index(name)]
                is_plain = set(chunk) <= _PLAIN and chunk[_CHUNK_META][1][_CODEC][1] in _CODECS
                if is_plain:
                    found[name] = _taken(file, chunk[_CHUNK_META][1], described.writer)
        return found


def descriptions(of_file: Struct) -> dict[str, Struct]:
    """Return how a footer describes its columns; nothing where some are nested."""
    elements = of_file[_SCHEMA][1][1][1:]
    if any(_CHILDREN in element for element in elements):
        return {}
    hidden = (_NAME, _FIELD_ID)
    return {
        element[_NAME][1].decode(): {field: value for field, value in element.items() if field not in hidden}
        for element in elements
    }


def with_columns(
    content: memoryview, of_part: Struct, order: Sequence[str], taken: dict[str, tuple[bytes, Struct]]
) -> bytes:
    """Return the pages of a part behind those of columns that were taken; its footer gets their entries, in order."""
    (group,) = of_part[footer.ROW_GROUPS][1][1]
    made = iter(group[_COLUMNS][1][1])
    ahead = sum(len(pages) for pages, _ in taken.values())
    at = len(footer.MAGIC)
    chunks: list[Struct] = []
    for name in order:
        if name in taken:
            pages, entry = taken[name]
            chunks.append({_CHUNK_OFFSET: (footer.I64, 0), _CHUNK_META: (footer.STRUCT, _moved(entry, at))})
            at += len(pages)
        else:
            chunk = next(made)
            chunks.append(chunk | {_CHUNK_META: (footer.STRUCT, _moved(chunk[_CHUNK_META][1], ahead))})
    group[_COLUMNS] = group[_COLUMNS][0], (footer.STRUCT, chunks)
    for total, of_column in ((_TOTAL, _BYTES), (_TOTAL_COMPRESSED, _COMPRESSED)):
        group[total] = footer.I64, sum(chunk[_CHUNK_META][1][of_column][1] for chunk in chunks)
    group.pop(_GROUP_OFFSET, None)  # optional, and its first column says it too
    return b"".join([*(pages for pages, _ in taken.values()), content])


def _taken(file: Any, entry: Struct, writer: bytes) -> tuple[bytes, Struct]:
    """Return the pages of a column, and its entry with places that are counted from them."""
    start = min(entry[field][1] for field in (_DATA_PAGE, _DICTIONARY_PAGE) if field in entry and entry[field][1])
    file.seek(start)
    pages = file.read(entry[_COMPRESSED][1])
    kept = {field: value for field, value in entry.items() if field in _KEPT}
    if not writer.startswith(b"parquet-cpp-arrow"):
        kept.pop(_STATISTICS, None)  # how they are to be read may depend on who wrote them
    return pages, _moved(kept, -start)


def _moved(entry: Struct, by: int) -> Struct:
    """Return the entry of a column whose pages stand elsewhere."""
    places = {field: entry[field] for field in (_DATA_PAGE, _INDEX_PAGE, _DICTIONARY_PAGE) if field in entry}
    return entry | {field: (kind, place + by) for field, (kind, place) in places.items()}


@functools.lru_cache(maxsize=8)
def _described(path: Path, _modified: int) -> _Described:
    with path.open("rb") as file:
        of_file, groups = footer.apart(footer.read_last(file))
    writer = of_file[_CREATED_BY][1] if _CREATED_BY in of_file else b""
    return _Described(descriptions(of_file), groups, writer)
