"""The long layout: one line an answer becomes one row an assessment, with a column for every item.

The lines of one assessment must stand together, as they do in a file that is sorted by the id; then no more of them
need to be held than there are in a chunk. That they do is checked exactly at the end of a run, before anything is
written: an id that comes again after others would be an assessment in halves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rvn import messages
from rvn.batch.chunk import PROBLEMS, Chunk, Pending, Source, problem_rows, rows_at_once
from rvn.errors import Diagnostic, FrameError

Mask = npt.NDArray[np.bool_]


class LongSource:
    """Assessments whose answers stand in lines.

    Parameters
    ----------
    lines
        Where the lines come from.
    id_column, item, value
        In which columns the id, the name of the item and the answer stand.
    items
        What stands in the column of the item → the column that it becomes.
    kept
        Columns that are the same in all lines of an assessment.
    others_are_problems
        Whether lines about other items are reported; otherwise they are counted and passed over.

    Raises
    ------
    FrameError
        When a column is not there.
    """

    ids_are_unique = True

    def __init__(
        self,
        lines: Source,
        *,
        id_column: str,
        item: str,
        value: str,
        items: Mapping[str, str],
        kept: Sequence[str] = (),
        others_are_problems: bool = True,
    ) -> None:
        known = lines.schema.names
        absent = [name for name in (id_column, item, value, *kept) if name not in known]
        if absent:
            raise FrameError(messages.NO_COLUMN.at(column=name, near=messages.near(name, known)) for name in absent)
        self.lines = lines
        self.id_column, self.item, self.value = id_column, item, value
        self.items = items
        self.kept = list(kept)
        self.others_are_problems = others_are_problems
        self.identity: Mapping[str, Any] = lines.identity
        self.rows = lines.rows
        self._most = 2 * rows_at_once(len(known))
        fields = [lines.schema.field(name) for name in (id_column, *kept)]
        self.schema = pa.schema([*fields, *((name, pa.string()) for name in dict.fromkeys(items.values()))])

    def is_unchanged(self) -> bool:
        """Return whether the input is what it was."""
        return self.lines.is_unchanged()

    def chunks(self, skip: int) -> Iterator[Pending]:
        """Yield whole assessments; what was done before is read again, but not transformed."""
        number = 0
        rest: Chunk | None = None
        for pending in self.lines.chunks(0):
            chunk = pending.load()
            together = chunk if rest is None else _joined(rest, chunk)
            end = self._last_start(together.table)
            if end == 0:
                if len(together.table) > self._most:
                    raise FrameError(messages.NOT_AN_ID.at(lines=self._most, column=self.id_column))
                rest = together
                continue
            whole, rest = _divided(together, end)
            if number >= skip:
                yield Pending(partial(self._assessments, whole), pending.done)
            number += 1
        if rest is not None and number >= skip:
            yield Pending(partial(self._assessments, rest), 1.0)

    def _last_start(self, lines: pa.Table) -> int:
        """Return where the lines of the last assessment begin."""
        starts = _starts(lines[self.id_column])
        return int(starts[-1]) if len(starts) else 0

    def _assessments(self, chunk: Chunk) -> Chunk:
        places = np.arange(chunk.rows) if chunk.places is None else chunk.places
        lines = chunk.table.append_column("", pa.array(places))
        lost = [chunk.lost]
        lines = self._without(lines, lines[self.id_column].is_null().to_numpy(), messages.ID_ABSENT.at(), lost)
        others = self._columns(lines[self.item]) < 0
        lines = self._without(lines, others, messages.OTHER_ITEM.at(), lost if self.others_are_problems else [])
        lines = self._without(lines, self._answered_twice(lines), messages.ITEM_TWICE.at(), lost)
        for name in self.kept:
            differing = messages.LINE_DIFFERS.at(column=name)
            lines = self._without(lines, self._differing(lines, name), differing, lost)
        table, first = self._pivoted(lines)
        aside = 0 if self.others_are_problems else int(others.sum())
        return Chunk(table, chunk.rows, len(lines), lines[""].take(first).to_numpy(), pa.concat_tables(lost), aside)

    def _without(self, lines: pa.Table, out: Mask, problem: Diagnostic, lost: list[pa.Table]) -> pa.Table:
        """Return the lines that stay, after adding a problem for each of the others."""
        if not out.any():
            return lines
        gone = lines.filter(pa.array(out))
        found = problem_rows(gone[""].to_numpy(), problem, not_scored=True)
        for place, name in enumerate(found.column_names):
            column = {"id": self.id_column, "item": self.item, "value": self.value}.get(name)
            if column is not None:
                found = found.set_column(place, name, gone[column].cast(pa.string()))
        lost.append(found.cast(PROBLEMS))
        return lines.filter(pa.array(~out))

    def _columns(self, items: pa.ChunkedArray) -> npt.NDArray[np.int64]:
        """Return for every line the number of the column that its item becomes, -1 where there is none."""
        order = {name: place for place, name in enumerate(dict.fromkeys(self.items.values()))}
        encoded = _encoded(items)
        names = encoded.dictionary.cast(pa.string()).to_pylist()
        by_name = np.array([order.get(self.items.get(name, ""), -1) for name in names] + [-1])
        return by_name[_codes(encoded)]

    def _answered_twice(self, lines: pa.Table) -> Mask:
        """Return the lines of assessments in which an item has more than one."""
        of_line = _assessment_of(lines[self.id_column])
        keys = of_line * len(self.schema) + self._columns(lines[self.item])
        _, first, counts = np.unique(keys, return_index=True, return_counts=True)
        return np.isin(of_line, of_line[first[counts > 1]])

    def _differing(self, lines: pa.Table, name: str) -> Mask:
        """Return the lines of assessments in which a column that should be the same is not."""
        of_line = _assessment_of(lines[self.id_column])
        codes = _codes(_encoded(lines[name]))
        return np.isin(of_line, of_line[codes != codes[_starts(lines[self.id_column])][of_line]])

    def _pivoted(self, lines: pa.Table) -> tuple[pa.Table, npt.NDArray[np.int64]]:
        """Return one row an assessment, and the first line of each."""
        first, of_line = _starts(lines[self.id_column]), _assessment_of(lines[self.id_column])
        columns = self._columns(lines[self.item])
        values = lines[self.value].cast(pa.string()).combine_chunks()
        made = [lines[name].take(pa.array(first)) for name in (self.id_column, *self.kept)]
        for number in range(len(self.schema) - len(made)):
            mine = np.flatnonzero(columns == number)
            line = np.full(len(first), -1)
            line[of_line[mine]] = mine
            made.append(values.take(pa.array(line, mask=line < 0)))
        return pa.table(made, schema=self.schema), first


def _starts(ids: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Return the lines at which another id begins."""
    codes = _codes(_encoded(ids))
    return np.flatnonzero(np.concatenate([np.ones(min(1, len(codes)), np.bool_), codes[1:] != codes[:-1]]))


def _assessment_of(ids: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Return for every line the number of its assessment, counted from 0."""
    starts = np.zeros(len(ids), np.int64)
    starts[_starts(ids)] = 1
    return np.cumsum(starts) - 1


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    column = column.combine_chunks()
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def _codes(encoded: pa.DictionaryArray) -> npt.NDArray[np.int64]:
    """Return the places in the dictionary; what is absent has the place behind the last."""
    codes: npt.NDArray[np.int64] = pc.fill_null(encoded.indices.cast(pa.int64()), len(encoded.dictionary)).to_numpy()
    return codes


def _joined(first: Chunk, second: Chunk) -> Chunk:
    """Return two chunks as one."""
    places = [np.arange(chunk.rows) if chunk.places is None else chunk.places for chunk in (first, second)]
    lost = second.lost.set_column(0, PROBLEMS.field("row"), pc.add(second.lost["row"], first.rows))
    return Chunk(
        pa.concat_tables([first.table, second.table]),
        first.rows + second.rows,
        first.placed + second.placed,
        np.concatenate([places[0], places[1] + first.rows]),
        pa.concat_tables([first.lost, lost]),
    )


def _divided(chunk: Chunk, line: int) -> tuple[Chunk, Chunk]:
    """Return the rows of a chunk before a line of its table, and those from it on."""
    places = np.arange(chunk.rows) if chunk.places is None else chunk.places
    row = int(places[line])
    is_before = pc.less(chunk.lost["row"], row)
    behind = chunk.lost.filter(pc.invert(is_before))
    behind = behind.set_column(0, PROBLEMS.field("row"), pc.subtract(behind["row"], row))
    return (
        Chunk(chunk.table.slice(0, line), row, line, places[:line], chunk.lost.filter(is_before)),
        Chunk(chunk.table.slice(line), chunk.rows - row, len(chunk.table) - line, places[line:] - row, behind),
    )
