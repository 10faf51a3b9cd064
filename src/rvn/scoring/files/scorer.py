"""Scores one table of a file: answers are read as they are written there, and the table keeps its columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from rvn import messages
from rvn.batch import PROBLEMS, Part
from rvn.batch.parquet_source import kind
from rvn.definition.scope import ASSESSED_ON
from rvn.errors import FrameError, IdentityError
from rvn.identity import check_subjects
from rvn.scoring.files.mapping import Names
from rvn.scoring.files.text import is_numeric
from rvn.scoring.files.written import answers, as_text, is_text
from rvn.scoring.frame import score_frame
from rvn.scoring.version import Version

# What may be a national identity number; `rvn.identity` looks at these closely.
_SUSPICIOUS = r"[0-9]{6}[- ]?[0-9]{5}|[^\x00-\x7f]"


class Scorer:
    """A transformation: the outputs of an instrument beside the columns of a table.

    Parameters
    ----------
    instrument
        What to score with.
    schema
        Of the tables.
    names
        How they call and write things.
    on, prefix, outputs
        As for `score_frame`.
    is_text
        Whether all columns are text, as in CSV, so that numbers are to be read from it.
    """

    def __init__(
        self,
        instrument: Version,
        schema: pa.Schema,
        names: Names,
        *,
        on: date | str | None,
        prefix: str,
        outputs: Collection[str] | None,
        is_text: bool,
    ) -> None:
        self.instrument = instrument
        self.names = names
        has_day = ASSESSED_ON in instrument.plan.fields  # a mapping may name the day for an instrument that needs none
        columns = {name: column for name, column in names.columns.items() if has_day or name != ASSESSED_ON}
        self.how: dict[str, Any] = {"on": on, "columns": columns, "prefix": prefix, "outputs": outputs}
        self.status = f"{prefix}{instrument.definition.outcome}_status"
        self.written = {column: name for column, name in self._columns(schema) if self._is_written(name, is_text)}
        self.used = [column for column, _ in self._columns(schema)]
        self._check(schema)

    def __call__(self, table: pa.Table) -> Part:
        """Return a table with its outputs."""
        if self.names.id_column is not None:
            check_ids(table[self.names.id_column])
        frame = self._frame(table)
        scored = score_frame(self.instrument, frame, **self.how)
        outputs, problems = scored.frame, scored.problems
        if not isinstance(outputs, pa.Table):
            outputs = pa.Table.from_pandas(outputs.drop(columns=list(frame.columns)), preserve_index=False)
            problems = pa.Table.from_pandas(problems, preserve_index=False)
        for name in outputs.column_names:
            if name not in self.used:
                table = table.append_column(name, outputs[name])
        counts = {}
        if self.status in table.column_names:
            counts = {entry["values"]: entry["counts"] for entry in pc.value_counts(table[self.status]).to_pylist()}
        return Part(table, self._as_written(problems.cast(_FOUND), table), counts)

    def _columns(self, schema: pa.Schema) -> Iterator[tuple[str, str]]:
        """Yield the columns that scoring reads, each with the item that it belongs to."""
        for name, field in self.instrument.plan.fields.items():
            column = self.names.columns.get(name, name)
            ends = ("", "_status", "_low", "_high") if field.is_component else ("",)
            yield from ((f"{column}{end}", name) for end in ends if f"{column}{end}" in schema.names)

    def _is_written(self, name: str, is_text: bool) -> bool:
        return name in self.names.values or (is_text and is_numeric(self.instrument.plan.fields[name]))

    def _check(self, schema: pa.Schema) -> None:
        """Raise for what makes the whole file unusable, before any row is read."""
        nested = [name for name in self.used if pa.types.is_nested(schema.field(name).type)]
        if nested:
            what, expected = "lists or records", "answers"
            raise FrameError(messages.COLUMN_TYPE.at(column=name, found=what, expected=expected) for name in nested)
        named = self.names.id_column
        if named is not None:
            if named not in schema.names:
                raise FrameError(messages.NO_COLUMN.at(column=named, near=messages.near(named, schema.names)))
            found = schema.field(named).type
            if not (is_text(found) or pa.types.is_integer(found)):
                raise IdentityError(messages.SUBJECT_TYPE.at(found=kind(found)))
        score_frame(self.instrument, schema.empty_table(), **self.how)

    def _frame(self, table: pa.Table) -> Any:
        """Return the columns that scoring reads, as a pandas frame where numbers and text are mixed."""
        fields = self.instrument.plan.fields
        columns: dict[str, Any] = {}
        for column in self.used:
            name = self.written.get(column)
            if name is None or (column.endswith("_status") and fields[name].is_component):
                columns[column] = table[column]
            else:
                columns[column] = answers(fields[name], table[column], self.names.values.get(name, {}))
        arrow = {
            column: values for column, values in columns.items() if isinstance(values, (pa.Array, pa.ChunkedArray))
        }
        if len(arrow) == len(columns):
            return pa.table(arrow)
        import pandas as pd

        frame = pa.table(arrow).to_pandas(types_mapper=pd.ArrowDtype)
        return pd.DataFrame(
            {name: frame[name] if name in arrow else pd.Series(values) for name, values in columns.items()}
        )

    def _as_written(self, problems: pa.Table, table: pa.Table) -> pa.Table:
        """Return problems with each value as it stands in the file, not as what it was read as."""
        for column, name in self.written.items():
            concerned = pc.and_(pc.equal(problems["item"], name), pc.not_equal(problems["value"], ""))
            if column.endswith(("_status", "_low", "_high")) or not pc.any(concerned).as_py():
                continue
            cells = as_text(table[column]).cast(pa.string()).take(problems["row"])
            place = problems.column_names.index("value")
            problems = problems.set_column(place, "value", pc.if_else(concerned, cells, problems["value"]))
        return problems


_FOUND = pa.schema([PROBLEMS.field(name) for name in ("row", "item", "code", "severity", "problem", "value")])


def check_ids(column: pa.ChunkedArray) -> None:
    """Refuse ids that are national identity numbers.

    Raises
    ------
    IdentityError
        Without an id.
    """
    if pa.types.is_integer(column.type):
        # As eleven digits they begin with a day and a month, or with 32.
        numbers = pc.drop_null(column).to_numpy()
        day, month = numbers // 10**9, numbers // 10**7 % 100
        suspicious = numbers[((day >= 1) & (day <= 31) & (month >= 1) & (month <= 12)) | (day == 32)].tolist()
    else:
        text = column.cast(pa.large_string())
        suspicious = text.filter(pc.match_substring_regex(text, _SUSPICIOUS)).to_pylist()
    check_subjects(suspicious)
