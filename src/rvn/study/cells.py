"""Turns columns into numbers, days and labels; what cannot be turned is listed, never guessed.

A distinct value is read once. In CSV everything is text: an empty cell, and what the study calls absent, is absent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from rvn import messages
from rvn.errors import Diagnostic
from rvn.messages import Message
from rvn.study.entries import Data
from rvn.study.results import ProblemRow

if TYPE_CHECKING:
    import pandas as pd

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

FIRST = 5  # how many rows a problem names
FORMS: Mapping[str, str] = {
    "YYYY-MM-DD": r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})",
    "DD.MM.YYYY": r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})\.?",
    "DD/MM/YYYY": r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})",
    "MM/DD/YYYY": r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})",
    "YYYY.MM.DD": r"(?P<y>\d{4})\.(?P<m>\d{2})\.(?P<d>\d{2})\.?",
    "DD-MM-YYYY": r"(?P<d>\d{1,2})-(?P<m>\d{1,2})-(?P<y>\d{4})",
}


@dataclass(frozen=True)
class BadCells:
    """Rows in which a column has the same problem: why, and what to do."""

    rows: npt.NDArray[np.int64]
    column: str
    code: str
    reason: str
    remedy: str

    def to_row(self) -> ProblemRow:
        """Return the problem as results hold it: how many, and the first rows."""
        return ProblemRow(
            code=self.code,
            column=self.column,
            message=self.reason,
            hint=self.remedy,
            rows=len(self.rows),
            first=tuple(int(row) for row in self.rows[:FIRST]),
        )


@dataclass
class Table:
    """Columns of the data, read as what they are asked for; `bad` lists the cells that cannot be.

    `rows` are the numbers of the rows in the data, from 1, heading apart; `seen` are columns whose distinct cells are
    known already.
    """

    frame: pd.DataFrame
    data: Data
    rows: npt.NDArray[np.int64]
    bad: list[BadCells] = field(default_factory=list)
    seen: dict[str, tuple[npt.NDArray[np.int64], list[Any]]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, frame: pd.DataFrame, data: Data) -> Table:
        """Take a frame as it was read."""
        return cls(frame, data, np.arange(1, len(frame) + 1))

    def __len__(self) -> int:
        return len(self.frame)

    def where(self, keep: BoolArray) -> Table:
        """Return some rows; bad cells go on into the same list."""
        return Table(self.frame[keep].reset_index(drop=True), self.data, self.rows[keep], self.bad)

    def report(self, message: Message, bad: BoolArray, column: str, **values: str) -> None:
        """List the rows marked `bad` as one problem, if there are any."""
        if bad.any():
            rows = self.rows[bad]
            self.add(message.at(None, column=column, count=len(rows), row=int(rows[0]), **values), rows, column)

    def add(self, said: Diagnostic, rows: npt.NDArray[np.int64], column: str) -> None:
        """List a problem of some rows, once."""
        if not any((known.code, known.column, known.reason) == (said.code, column, said.message) for known in self.bad):
            self.bad.append(BadCells(rows, column, said.code, said.message, said.hint))

    def distinct(self, column: str) -> tuple[npt.NDArray[np.int64], list[Any]]:
        """Return the place of every cell among the distinct ones, -1 where absent, and those."""
        import pandas as pd

        if column in self.seen:
            return self.seen[column]
        codes, found = pd.factorize(self.frame[column])
        cells = np.asarray(found, dtype=object).tolist()
        absent = {"", *self.data.absent}
        gone = np.array(
            [isinstance(cell, str) and (cell in absent or cell.strip() in absent) for cell in cells], dtype=bool
        )
        places = codes.astype(np.int64)
        places = np.where(np.append(gone, True)[places], -1, places) if gone.any() else places
        self.seen[column] = places, cells
        return places, cells

    def _read(self, column: str, convert: Callable[[Any], float]) -> tuple[FloatArray, BoolArray, list[Any]]:
        """Return converted cells, NaN where absent or not convertible, which cells were not, and their values."""
        codes, distinct = self.distinct(column)
        used = np.zeros(len(distinct) + 1, dtype=bool)
        used[codes] = True
        values = np.array(
            [convert(value) if used[place] else math.nan for place, value in enumerate(distinct)] + [math.nan]
        )
        read = values[codes]
        bad = np.isnan(read) & (codes >= 0)
        wrong = [distinct[code] for code in dict.fromkeys(codes[bad][:1000].tolist())]
        return read, bad, wrong

    def numbers(self, column: str) -> FloatArray:
        """Return a column of numbers, NaN where absent; a cell that is none is listed."""
        series = self.frame[column]
        if series.dtype.kind in "iuf":
            values = series.to_numpy(dtype=np.float64, na_value=np.nan)
            return np.where(np.isinf(values), np.nan, values)
        read, bad, _ = self._read(column, self._number)
        other = "a point" if self.data.decimal == "," else "a comma"
        remedy = f"correct them; is the decimal sign {other}? `decimal:` says which it is"
        self.report(messages.CELL_NOT_NUMBER, bad, column, remedy=remedy)
        return read

    def _number(self, value: Any) -> float:
        if isinstance(value, str):
            text = value.strip()
            if self.data.decimal == ",":
                text = "x" if "." in text else text.replace(",", ".")
            if not re.fullmatch(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?", text):
                return math.nan
            value = text
        try:
            number = float(value)
        except (TypeError, ValueError):
            return math.nan
        return number if math.isfinite(number) else math.nan

    def days(self, column: str) -> FloatArray:
        """Return a column of dates as days since 1970, NaN where absent; a cell that is no date is listed."""
        series = self.frame[column]
        if series.dtype.kind == "M":
            days = series.to_numpy(dtype="datetime64[ns]").astype("datetime64[D]")
            return np.where(np.isnat(days), np.nan, days.astype(np.int64).astype(np.float64))
        form = self.data.dates
        read, bad, wrong = self._read(column, lambda value: day(value, form))
        if bad.any():
            fitting = [other for other in FORMS if any(not math.isnan(day(value, other)) for value in wrong)]
            if fitting:
                also = " and ".join(f"`{other}`" for other in fitting)
                remedy = f"some have the form {also}: write all dates in one form, and say it with `dates:`"
            else:
                remedy = "correct them; a day that the calendar does not have is no date"
            self.report(messages.CELL_NOT_DATE, bad, column, form=form, remedy=remedy)
        return read

    def texts(self, column: str) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
        """Return the place of each cell among the sorted distinct texts, -1 where absent, and those texts."""
        codes, distinct = self.distinct(column)
        used = sorted(set(codes.tolist()) - {-1})
        names = {code: written(distinct[code]) for code in used}
        numeric = all(isinstance(distinct[code], (int, float, np.number)) for code in used)
        order = sorted(set(names.values()), key=(lambda text: (float(text), text)) if numeric else None)
        place_of = {name: place for place, name in enumerate(order)}
        places = np.full(len(distinct) + 1, -1, dtype=np.int64)
        for code, name in names.items():
            places[code] = place_of[name]
        return places[codes], tuple(order)

    def one_of(self, column: str, known: Mapping[str, Sequence[str]], remedy: str) -> FloatArray:
        """Return for each cell the place of the set in `known` that it belongs to, NaN where absent or in none."""
        codes, names = self.texts(column)
        value_of = {cell: place for place, cells in enumerate(known.values()) for cell in cells}
        values = np.array([value_of.get(name, math.nan) for name in names] + [math.nan], dtype=np.float64)
        read = values[codes]
        shown = ", ".join(f"'{cell}'" for cells in known.values() for cell in cells)
        self.report(messages.CELL_NOT_KNOWN, np.isnan(read) & (codes >= 0), column, known=shown, remedy=remedy)
        return read


def written(value: Any) -> str:
    """Return a value as it would be written in a cell.

    >>> [written(value) for value in (1.0, "b ", 2, True)]
    ['1', 'b', '2', 'true']
    """
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).lower()
    if isinstance(value, (float, np.floating)):
        return f"{value:.15g}"
    return str(value).strip()


def day(value: Any, form: str) -> float:
    """Return a date as days since 1970; NaN for what is none of this form.

    >>> day("05.03.2021", "DD.MM.YYYY") == day("2021-03-05", "YYYY-MM-DD")
    True
    >>> day("30.02.2021", "DD.MM.YYYY")
    nan
    """
    if isinstance(value, date):
        return float(date(value.year, value.month, value.day).toordinal() - date(1970, 1, 1).toordinal())
    found = re.fullmatch(FORMS[form], value.strip()) if isinstance(value, str) else None
    if found is None:
        return math.nan
    try:
        made = date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return math.nan
    return float(made.toordinal() - date(1970, 1, 1).toordinal())


def add_window(days: FloatArray, number: int, unit: str) -> FloatArray:
    """Return the last day of a window that starts on each day, by the calendar.

    The day of the month stays; where the month is too short it is its last day.

    >>> start = day("2020-02-29", "YYYY-MM-DD")
    >>> (end,) = add_window(np.array([start]), 1, "years").tolist()
    >>> end == day("2021-02-28", "YYYY-MM-DD")
    True
    """
    if unit in ("days", "weeks"):
        return days + number * (7 if unit == "weeks" else 1)
    known = ~np.isnan(days)
    start = np.where(known, days, 0).astype("int64").astype("datetime64[D]")
    month = start.astype("datetime64[M]")
    offset = (start - month.astype("datetime64[D]")).astype(np.int64)
    target = month + np.timedelta64(number * (12 if unit == "years" else 1), "M")
    length = ((target + 1).astype("datetime64[D]") - target.astype("datetime64[D]")).astype(np.int64)
    end = target.astype("datetime64[D]").astype(np.int64) + np.minimum(offset, length - 1)
    return np.where(known, end.astype(np.float64), np.nan)
