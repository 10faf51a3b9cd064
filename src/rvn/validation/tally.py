"""A tally: the distinct rows of a few columns with their counts, all that any statistic here needs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from rvn.validation.foundations.grouping import column, merge
from rvn.validation.observations import contract, frequencies

SCHEMA = 1
KIND = "rvn tally"
# Rows of a file read at a time.
ROWS = 1 << 20
Column = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Suppressed:
    """What a reader of a suppressed tally must know: rows of 1 to `below` - 1 people are not in it.

    There were `cells` of them. A row that is absent may be one, so absence no longer means nobody: totals are too
    low, and rates are off by what is missing. How many people the rows held is not stored.

    >>> print(Suppressed(below=5, cells=2))
    2 cells of 1 to 4 people are left out: between 2 and 8 people in all
    """

    below: int
    cells: int

    def __str__(self) -> str:
        cells = "1 cell" if self.cells == 1 else f"{self.cells:,} cells"
        verb = "is" if self.cells == 1 else "are"
        return (
            f"{cells} of 1 to {self.below - 1} people {verb} left out: "
            f"between {self.cells:,} and {self.cells * (self.below - 1):,} people in all"
        )


class Tally(Mapping[str, Column]):
    """The distinct rows of `columns`, sorted, with the number of times that each occurs.

    A statistic takes a tally by unpacking it: the keys are the names of the columns and ``counts``.

    Parameters
    ----------
    columns
        Arrays of one length by name. Numbers and booleans become float64 with NaN for absent, text becomes
        objects with None for absent; absent sorts last.
    counts
        How many people each row stands for (frequencies, whole, not negative); one each when not given.

    Raises
    ------
    ContractError
        When lengths differ, a column is called ``counts``, mixes text with numbers, holds infinite values or
        integers that float64 cannot hold exactly, or `counts` are not frequencies.

    Examples
    --------
    >>> tally = Tally({"outcome": [0, 1, 1, 0, 1], "score": [2, 2, 3, 2, 3]})
    >>> tally["outcome"], tally["score"], tally["counts"]
    (array([0., 1., 1.]), array([2., 2., 3.]), array([2, 1, 2]))
    >>> tally.n
    5
    """

    def __init__(self, columns: Mapping[str, npt.ArrayLike], counts: npt.ArrayLike | None = None) -> None:
        if not columns or "counts" in columns:
            raise contract("a tally needs at least one column, and none of them may be called `counts`")
        arrays = {name: column(name, values) for name, values in columns.items()}
        lengths = {name: len(array) for name, array in arrays.items()}
        if len(set(lengths.values())) > 1:
            raise contract("lengths differ: " + ", ".join(f"`{name}` {size:,}" for name, size in lengths.items()))
        people = None
        if counts is not None:
            weight = frequencies(counts, next(iter(lengths.values())))
            arrays = {name: array[weight > 0] for name, array in arrays.items()}
            people = weight[weight > 0].astype(np.int64)
        rows, self._counts = merge(arrays, people)
        self._columns = rows
        self._suppressed: Suppressed | None = None
        for array in (*rows.values(), self._counts):
            array.setflags(write=False)

    @classmethod
    def from_frame(cls, frame: Any, columns: Mapping[str, str] | Iterable[str]) -> Tally:
        """Tally columns of any data frame or table that narwhals knows.

        A lazy frame or a table (Polars, DuckDB, Spark, Ibis) is grouped where it is: only the tally comes back. So
        a table of any database that Ibis speaks to is tallied by that database.

        Parameters
        ----------
        frame
            A pandas, Polars, PyArrow, ... frame or table, eager or lazy.
        columns
            Names of columns, or a mapping *name in the tally → name in the frame*.

        Examples
        --------
        >>> import pandas as pd
        >>> frame = pd.DataFrame({"reoffended": [0, 1, 1], "decile": [3, 9, 9]})
        >>> Tally.from_frame(frame, {"outcome": "reoffended", "score": "decile"})
        Tally(outcome, score: 2 rows, 3 people)
        """
        names = dict(columns) if isinstance(columns, Mapping) else {name: name for name in columns}
        data = nw.from_native(frame)
        schema = data.collect_schema()
        if unknown := [name for name in names.values() if name not in schema]:
            raise contract(f"no column `{unknown[0]}` in the frame", f"it has {', '.join(schema.names())}")
        data = data.select(*(nw.col(source).alias(name) for name, source in names.items()))
        if isinstance(data, nw.DataFrame) and all(
            schema[source].is_numeric() or schema[source] == nw.Boolean for source in names.values()
        ):
            return cls({name: data[name].to_numpy() for name in names})
        # The frame groups text itself: making a Python string of every value costs more than all the rest.
        grouped = data.group_by(*names).agg(nw.len().alias("counts"))
        rows = grouped.collect() if isinstance(grouped, nw.LazyFrame) else grouped
        return cls({name: rows[name].to_numpy() for name in names}, rows["counts"].to_numpy())

    @classmethod
    def from_parquet(cls, path: str | Path, columns: Mapping[str, str] | Iterable[str]) -> Tally:
        """Tally columns of a Parquet file of any size: it is read part by part, and only these columns.

        Parameters
        ----------
        path
            The file.
        columns
            As in `from_frame`.

        Raises
        ------
        ContractError
            When there is no such file or column, the file is not Parquet, or pyarrow is not installed.
        """
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError as error:
            raise contract("Parquet files need pyarrow", "install it: pip install 'rvn[parquet]'") from error
        names = dict(columns) if isinstance(columns, Mapping) else {name: name for name in columns}
        try:
            with parquet.ParquetFile(path) as file:
                if unknown := [name for name in names.values() if name not in file.schema_arrow.names]:
                    raise contract(
                        f"no column `{unknown[0]}` in {path}", f"it has {', '.join(file.schema_arrow.names)}"
                    )
                whole = cls.from_frame(file.schema_arrow.empty_table(), names)
                for batch in file.iter_batches(batch_size=ROWS, columns=list(dict.fromkeys(names.values()))):
                    whole += cls.from_frame(pyarrow.Table.from_batches([batch]), names)
        except FileNotFoundError as error:
            raise contract(f"there is no file {path}") from error
        except pyarrow.ArrowInvalid as error:
            raise contract(f"{path} is not a Parquet file") from error
        return whole

    @property
    def n(self) -> int:
        """People, not rows."""
        return int(self._counts.sum())

    @property
    def columns(self) -> Mapping[str, Column]:
        """The columns without the counts."""
        return MappingProxyType(self._columns)

    @property
    def suppressed(self) -> Suppressed | None:
        """What was taken away from the data that this tally was made of, or None."""
        return self._suppressed

    def __getitem__(self, name: str) -> Column:
        return self._counts if name == "counts" else self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*self._columns, "counts"))

    def __len__(self) -> int:
        return len(self._columns) + 1

    def __repr__(self) -> str:
        text = f"{', '.join(self._columns)}: {len(self._counts):,} rows, {self.n:,} people"
        return f"Tally({text}{f'; {self._suppressed}' if self._suppressed else ''})"

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same rows, counts and suppression; absent equals absent."""
        if not isinstance(other, Tally):
            return NotImplemented
        return self._suppressed == other._suppressed and self._record() == other._record()

    __hash__ = None  # type: ignore[assignment]

    def select(self, *names: str) -> Tally:
        """Return the marginal tally of some columns, in the order named.

        >>> Tally({"outcome": [0, 0, 1], "score": [1, 2, 2]}).select("outcome")["counts"]
        array([2, 1])
        """
        return Tally({name: self._column(name) for name in names}, self._counts)._without(self._suppressed)

    def where(self, **values: float | str | None) -> Tally:
        """Return the rows in which each named column has the given value; None means absent.

        >>> Tally({"sex": ["m", "f", "m"], "score": [1, 1, 2]}).where(sex="m").n
        2
        """
        keep = np.ones(len(self._counts), dtype=bool)
        for name, value in values.items():
            array = self._column(name)
            if value is None or value != value:
                keep &= np.array([item is None or item != item for item in array], dtype=bool)
            else:
                keep &= array == value
        rows = {name: array[keep] for name, array in self._columns.items()}
        return Tally(rows, self._counts[keep])._without(self._suppressed)

    def __add__(self, other: Tally) -> Tally:
        """Return the tally of both samples together; they must hold the same columns."""
        if not isinstance(other, Tally):
            return NotImplemented
        if set(self._columns) != set(other._columns):
            raise contract(f"tallies of {', '.join(self._columns)} and of {', '.join(other._columns)} do not add up")
        rows = {name: np.concatenate([array, other[name]]) for name, array in self._columns.items()}
        suppressed = self._suppressed or other._suppressed
        if self._suppressed and other._suppressed:
            below = max(self._suppressed.below, other._suppressed.below)
            suppressed = Suppressed(below, self._suppressed.cells + other._suppressed.cells)
        return Tally(rows, np.concatenate([self._counts, other._counts]))._without(suppressed)

    def to_json(self, *, suppress_below: int | None = None) -> str:
        """Return the tally as JSON, without the rows of fewer than `suppress_below` people.

        The number of rows left out is written down, the number of people in them is not. Totals of the same people
        published elsewhere can still give a single suppressed cell away.

        Examples
        --------
        >>> text = Tally({"outcome": [0, 1], "score": [3, 3]}, [40, 2]).to_json(suppress_below=5)
        >>> print(Tally.from_json(text).suppressed)
        1 cell of 1 to 4 people is left out: between 1 and 4 people in all
        """
        suppressed = self._suppressed
        kept = self
        if suppress_below is not None:
            if suppress_below < 1:
                raise contract(f"`suppress_below` is {suppress_below}; it must be at least 1")
            large = self._counts >= suppress_below
            kept = Tally({name: array[large] for name, array in self._columns.items()}, self._counts[large])
            before = suppressed or Suppressed(suppress_below, 0)
            cells = before.cells + int((~large).sum())
            suppressed = Suppressed(max(before.below, suppress_below), cells)
        record: dict[str, object] = {"schema": SCHEMA, "kind": KIND, **kept._record()}
        if suppressed is not None:
            record["suppressed"] = {"below": suppressed.below, "cells": suppressed.cells}
        return json.dumps(record, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Tally:
        """Read what `to_json` wrote.

        Raises
        ------
        ContractError
            When the text is not a tally, or one of a later schema.
        """
        try:
            record = json.loads(text)
        except ValueError as error:
            raise contract(f"this is not JSON: {error}") from error
        if not isinstance(record, dict) or record.get("kind") != KIND:
            raise contract("this is not the JSON of a tally")
        if record.get("schema") != SCHEMA:
            raise contract(
                f"the tally has schema {record.get('schema')}; this version reads {SCHEMA}",
                "use a newer version of rvn",
            )
        columns, counts, hidden = (record.get(key) for key in ("columns", "counts", "suppressed"))
        if not isinstance(columns, dict) or counts is None:
            raise contract("the tally lacks columns or counts")
        suppressed = None if hidden is None else Suppressed(hidden["below"], hidden["cells"])
        return cls(columns, counts)._without(suppressed)

    def _record(self) -> dict[str, object]:
        return {
            "columns": {
                name: [None if isinstance(value, float) and math.isnan(value) else value for value in array.tolist()]
                for name, array in self._columns.items()
            },
            "counts": self._counts.tolist(),
        }

    def _column(self, name: str) -> Column:
        if name not in self._columns:
            raise contract(f"no column `{name}` in the tally", f"it has {', '.join(self._columns)}")
        return self._columns[name]

    def _without(self, suppressed: Suppressed | None) -> Tally:
        self._suppressed = suppressed
        return self
