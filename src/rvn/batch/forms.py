"""The two forms in which rows are written, Parquet and CSV: parts are encoded apart and put one behind the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rvn import messages
from rvn.batch import footer
from rvn.batch.passed import RowGroup, descriptions, with_columns
from rvn.errors import FrameError


@dataclass(frozen=True)
class Encoded:
    """A part as it is written: its bytes, how many rows they hold, and what the end of the file must know of it."""

    content: memoryview | bytes
    rows: int
    footer: Any = None


class Form(Protocol):
    """How a table becomes bytes, part by part; and whether there is a place for metadata among them."""

    holds_metadata: bool

    def start(self, schema: pa.Schema) -> bytes:
        """Return what stands before the first part."""

    def encode(self, table: pa.Table, read: pa.Table | None = None, group: RowGroup | None = None) -> Encoded:
        """Return a part; may run on any thread.

        Parameters
        ----------
        table
            The part.
        read, group
            What was read for it, and the row group that holds just that.
        """

    def kept(self, part: Encoded, at: int) -> bytes:
        """Return what the end of the file will need of a part whose first byte stands at a place."""

    def end(self, schema: pa.Schema, kept: bytes, parts: int, rows: int) -> bytes:
        """Return what stands behind the last part."""


class Parquet:
    """One row group a part; the schema's metadata go into the file's."""

    holds_metadata = True

    def start(self, schema: pa.Schema) -> bytes:
        """Return the mark of Parquet."""
        return footer.MAGIC

    def encode(self, table: pa.Table, read: pa.Table | None = None, group: RowGroup | None = None) -> Encoded:
        """Return a part as one row group; columns that are equal to what was read are copied from their row group."""
        taken = {}
        if read is not None and group is not None and len(table):
            # One column at least is encoded, so that there is a row group to put the others into.
            *passed, _ = [name for name in read.column_names if table[name].equals(read[name])] or [""]
            _, empty = footer.split(_file(table.schema.empty_table()))
            described = descriptions(empty)
            taken = group.columns({name: described[name] for name in passed if name in described})
        own, of_part = footer.split(_file(table.drop_columns(list(taken))))
        content = with_columns(own, of_part, table.column_names, taken) if taken else own
        return Encoded(content, table.num_rows, of_part)

    def kept(self, part: Encoded, at: int) -> bytes:
        """Return the entry of the part's row group in the footer."""
        return footer.row_group(part.footer, at)

    def end(self, schema: pa.Schema, kept: bytes, parts: int, rows: int) -> bytes:
        """Return the footer."""
        _, empty = footer.split(_file(schema.empty_table()))
        return footer.end(empty, kept, parts, rows)


def _file(table: pa.Table) -> memoryview:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=max(table.num_rows, 1))
    return memoryview(sink.getvalue())


class Csv:
    """Text by RFC 4180 with line feeds: cells are in quotes where they must be, an absent one is empty."""

    holds_metadata = False

    def __init__(self, separator: str = ",") -> None:
        self.separator = separator
        self.special = f'["\r\n{_escaped(separator)}]'

    def start(self, schema: pa.Schema) -> bytes:
        """Return the line of names."""
        names = pa.table({str(place): [name] for place, name in enumerate(schema.names)})
        return bytes(self.encode(names).content)

    def encode(self, table: pa.Table, read: pa.Table | None = None, group: RowGroup | None = None) -> Encoded:
        """Return a part as lines."""
        cells = [self._cells(table.field(place), table.column(place)) for place in range(table.num_columns)]
        absent = {"null_handling": "replace", "null_replacement": ""}
        lines = pc.binary_join_element_wise(*cells, _text(self.separator), **absent)
        ended = pc.binary_join_element_wise(lines, _text(""), _text("\n"))
        content = b"".join(_bytes(chunk) for chunk in ended.chunks)
        return Encoded(content, table.num_rows)

    def kept(self, part: Encoded, at: int) -> bytes:
        """Return nothing: the end of CSV is empty."""
        return b""

    def end(self, schema: pa.Schema, kept: bytes, parts: int, rows: int) -> bytes:
        """Return nothing."""
        return b""

    def _cells(self, field: pa.Field, column: pa.ChunkedArray) -> pa.ChunkedArray:
        try:
            text = column.cast(pa.large_string())
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            found = f"{field.type}"
            raise FrameError(
                messages.COLUMN_TYPE.at(column=field.name, found=found, expected="what CSV can hold")
            ) from None
        base = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if not (pa.types.is_string(base) or pa.types.is_large_string(base) or pa.types.is_string_view(base)):
            return text
        special = pc.match_substring_regex(text, self.special)
        if not pc.any(special).as_py():
            return text
        doubled = pc.replace_substring(text, '"', '""')
        return pc.if_else(special, pc.binary_join_element_wise(_text('"'), doubled, _text('"'), _text("")), text)


def _text(value: str) -> pa.LargeStringScalar:
    return pa.scalar(value, pa.large_string())


def _escaped(separator: str) -> str:
    return f"\\{separator}" if separator in r"\^]-" else separator


def _bytes(lines: pa.LargeStringArray) -> bytes | memoryview:
    """Return the text of an array as it stands in memory."""
    if not len(lines):
        return b""
    _, offsets, text = lines.buffers()
    ends = memoryview(offsets).cast("q")[lines.offset : lines.offset + len(lines) + 1]
    return memoryview(text)[ends[0] : ends[-1]] if text else b""
