"""Parquet files from parts that were encoded apart: bytes are joined as they are, only their places are moved.

Every part is a whole Parquet file in memory. Its pages are copied behind those of the parts before it; what its
footer says of them (Thrift's compact protocol) is taken over with the new places. So parts are encoded on every core,
a run that was killed goes on behind the last whole part, and nothing is ever encoded twice. No library offers this.

Reference: github.com/apache/parquet-format, `parquet.thrift`, and Thrift's "compact protocol" specification.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, BinaryIO

MAGIC = b"PAR1"

# Fields of FileMetaData and RowGroup, by the numbers of `parquet.thrift`.
_NUM_ROWS, ROW_GROUPS = 3, 4
_COLUMNS, _ORDINAL = 1, 7
# Fields that hold a place in the file: of RowGroup, ColumnChunk and ColumnMetaData.
_GROUP_PLACES, _CHUNK_PLACES, _META_PLACES = (5,), (2, 4, 6), (9, 10, 11, 14)
_CHUNK_META = 3

_TRUE, _FALSE, _BYTE, _I16, _I32, I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, STRUCT = range(1, 13)
_INTEGERS = (_I16, _I32, I64)

Struct = dict[int, tuple[int, Any]]  # field number → type, value; a list is the type of its entries and they


def split(part: bytes | memoryview) -> tuple[memoryview, Struct]:
    """Return the pages of a Parquet file, and its footer."""
    whole = memoryview(part)
    length = int.from_bytes(whole[-8:-4], "little")
    footer, _ = _read_struct(bytes(whole[-8 - length : -8]), 0)
    return whole[len(MAGIC) : -8 - length], footer


def read_last(file: BinaryIO) -> bytes:
    """Return the footer that stands at the end of a file, still written."""
    end = file.seek(-8, os.SEEK_END)
    length = int.from_bytes(file.read(4), "little")
    file.seek(end - length)
    return file.read(length)


def apart(written: bytes) -> tuple[Struct, list[bytes]]:
    """Return a footer without its row groups, and these as they are written: there may be very many."""
    struct: Struct = {}
    groups: list[bytes] = []
    at = number = 0
    while written[at]:
        number, kind, at = _read_head(written, at, number)
        if number == ROW_GROUPS:
            (_, size), at = _read_list_head(written, at)
            for _ in range(size):
                start = at
                _, at = _read_struct(written, at)
                groups.append(written[start:at])
        else:
            struct[number], at = _read_field(written, at, kind)
    return struct, groups


def read_struct(written: bytes) -> Struct:
    """Return a struct that was written alone."""
    return _read_struct(written, 0)[0]


def row_group(footer: Struct, start: int) -> bytes:
    """Return the one row group of a part as it is written in the footer of the whole.

    Parameters
    ----------
    footer
        Of the part.
    start
        Where the first byte of its pages stands in the whole.
    """
    (group,) = footer[ROW_GROUPS][1][1]
    return _moved(group, start - len(MAGIC))


def end(footer: Struct, groups: bytes, count: int, rows: int) -> bytes:
    """Return the end of a file: a footer with other row groups, its length, and the mark of Parquet."""
    listed = _list_head(STRUCT, count) + groups
    written = _written(footer | {_NUM_ROWS: (I64, rows), ROW_GROUPS: (_LIST, listed)})
    return written + len(written).to_bytes(4, "little") + MAGIC


def _moved(group: Struct, by: int) -> bytes:
    for chunk in group[_COLUMNS][1][1]:
        _move(chunk, _CHUNK_PLACES, by)
        _move(chunk[_CHUNK_META][1], _META_PLACES, by)
    _move(group, _GROUP_PLACES, by)
    group.pop(_ORDINAL, None)  # optional, and wrong once the group has another place
    return _written(group)


def _move(struct: Struct, fields: Iterable[int], by: int) -> None:
    for field in fields:
        if field in struct and struct[field][1]:  # 0 says that there is none
            kind, place = struct[field]
            struct[field] = kind, place + by


# reading


def _read_struct(data: bytes, at: int) -> tuple[Struct, int]:
    struct: Struct = {}
    number = 0
    while data[at]:
        number, kind, at = _read_head(data, at, number)
        struct[number], at = _read_field(data, at, kind)
    return struct, at + 1


def _read_head(data: bytes, at: int, before: int) -> tuple[int, int, int]:
    """Return the number and the type of a field, and where its value begins."""
    head = data[at]
    if head >> 4:
        return before + (head >> 4), head & 15, at + 1
    number, at = _read_integer(data, at + 1)
    return number, head & 15, at


def _read_field(data: bytes, at: int, kind: int) -> tuple[tuple[int, Any], int]:
    if kind in (_TRUE, _FALSE):
        return (kind, None), at
    value, at = _read(data, at, kind)
    return (kind, value), at


def _read_list_head(data: bytes, at: int) -> tuple[tuple[int, int], int]:
    """Return the type and the number of the entries."""
    size, entry = data[at] >> 4, data[at] & 15
    if size < 15:
        return (entry, size), at + 1
    size, at = _read_varint(data, at + 1)
    return (entry, size), at


def _read(data: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind in _INTEGERS:
        return _read_integer(data, at)
    if kind == _BINARY:
        length, at = _read_varint(data, at)
        return data[at : at + length], at + length
    if kind == STRUCT:
        return _read_struct(data, at)
    if kind in (_LIST, _SET):
        (entry, size), at = _read_list_head(data, at)
        entries = []
        for _ in range(size):
            value, at = _read(data, at, entry)
            entries.append(value)
        return (entry, entries), at
    size = {_TRUE: 1, _FALSE: 1, _BYTE: 1, _DOUBLE: 8}[kind]  # a map stands nowhere in a footer
    return data[at : at + size], at + size


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _read_integer(data: bytes, at: int) -> tuple[int, int]:
    value, at = _read_varint(data, at)
    return (value >> 1) ^ -(value & 1), at


# writing


def _written(struct: Struct) -> bytes:
    out = bytearray()
    _write_struct(out, struct)
    return bytes(out)


def _write_struct(out: bytearray, struct: Struct) -> None:
    before = 0
    for number, (kind, value) in struct.items():
        if 0 < number - before <= 15:
            out.append((number - before) << 4 | kind)
        else:
            out.append(kind)
            _write_integer(out, number)
        before = number
        if kind not in (_TRUE, _FALSE):
            _write(out, kind, value)
    out.append(0)


def _write(out: bytearray, kind: int, value: Any) -> None:
    if kind in _INTEGERS:
        _write_integer(out, value)
    elif kind == _BINARY:
        _write_varint(out, len(value))
        out += value
    elif isinstance(value, bytes):
        out += value  # as it was read, or written already
    elif kind == STRUCT:
        _write_struct(out, value)
    else:
        entry, entries = value
        out += _list_head(entry, len(entries))
        for one in entries:
            _write(out, entry, one)


def _list_head(entry: int, count: int) -> bytes:
    head = bytearray([min(count, 15) << 4 | entry])
    if count >= 15:
        _write_varint(head, count)
    return bytes(head)


def _write_varint(out: bytearray, value: int) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def _write_integer(out: bytearray, value: int) -> None:
    _write_varint(out, value * 2 if value >= 0 else -value * 2 - 1)
