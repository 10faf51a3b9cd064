"""The door for a column of answers: distinct values are read once, as one answer would be, and mapped to codes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import numpy.typing as npt

from rvn import messages
from rvn.errors import Diagnostic, FrameError
from rvn.plan.columns import ABSENT, EPOCH, NOTHING, Column
from rvn.plan.nodes import Field
from rvn.scoring import native
from rvn.scoring.answers import MAX_NUMBER, read_answer


class Cells(NamedTuple):
    """Rows in which an item has the same problem; `value` is for the table of problems only, never for a message."""

    rows: npt.NDArray[np.intp]
    item: str
    problem: Diagnostic
    value: str = ""


def read_column(field: Field, series: nw.Series[Any]) -> tuple[Column, list[Cells]]:
    """Return the answers of a column and the cells that cannot be used, which count as nothing recorded.

    Raises
    ------
    FrameError
        When the whole column is of a type that cannot hold answers to the field.
    """
    dtype = series.dtype
    expected = {"choice": "options", "level": "options", "date": "dates"}.get(field.kind, "numbers")
    if dtype.is_nested():
        raise FrameError(messages.COLUMN_TYPE.at(column=series.name, found="lists or records", expected=expected))
    if dtype == nw.Boolean and not series.is_null().all():
        raise FrameError(messages.COLUMN_TYPE.at(column=series.name, found="truth values", expected=expected))
    if field.kind in ("number", "count") and dtype.is_numeric():
        return _numeric(field, series)
    if field.kind == "date" and dtype in (nw.Date, nw.Datetime):
        return _dates(series)
    return _by_distinct_values(field, series)


def _numeric(field: Field, series: nw.Series[Any]) -> tuple[Column, list[Cells]]:
    if series.dtype.is_integer():
        if series.null_count() == len(series):
            return Column(np.full(len(series), NOTHING, np.uint8)), []
        highest = _one_byte_end(series)
        if highest is not None and field.minimum <= series.min() and highest <= field.maximum:
            return Column(native.one_byte(series, NOTHING)), []
    values, recorded = native.floats(series)
    bad = ~(values >= field.minimum) | ~(values <= field.maximum) | (np.abs(values) > MAX_NUMBER)
    if field.kind == "count":
        bad |= values != np.floor(values)
    bad &= recorded
    cells = []
    for value in np.unique(values[bad]):
        problem = read_answer(field, float(value))
        assert isinstance(problem, Diagnostic)
        same = np.isnan(values) if np.isnan(value) else values == value
        cells.append(Cells(np.flatnonzero(bad & same), field.name, problem, f"{value:.15g}"))
    return Column(np.where(bad, np.nan, values) if cells else values), cells


def _one_byte_end(series: nw.Series[Any]) -> int | None:
    """Return the highest of whole numbers that one byte holds beside the signs for absent; None where it cannot."""
    if series.null_count() == len(series):
        return None
    lowest, highest = series.min(), series.max()
    return int(highest) if lowest >= 0 and highest < ABSENT else None


def _dates(series: nw.Series[Any]) -> tuple[Column, list[Cells]]:
    if isinstance(series.dtype, nw.Datetime) and series.dtype.time_zone is not None:
        series = series.dt.replace_time_zone(None)  # the day that stands there, not the one in Greenwich
    absent = series.is_null().to_numpy()
    days = series.cast(nw.Datetime("us")).to_numpy().astype("datetime64[D]").astype(np.int64) + EPOCH
    return Column(np.where(absent, np.nan, days.astype(np.float64))), []


def _by_distinct_values(field: Field, series: nw.Series[Any]) -> tuple[Column, list[Cells]]:
    if series.dtype.is_integer() and (highest := _one_byte_end(series)) is not None:
        codes, distinct = native.one_byte(series, NOTHING), list(range(highest + 1))
    else:
        codes, distinct = native.factorized(series)
    # The last entry stands for nothing recorded, whose code is -1, or 255 in a byte.
    size = 256 if codes.dtype == np.uint8 else len(distinct) + 1
    numeric = np.full(size, np.nan)
    reasons = np.zeros(size, np.uint8)
    reasons[-1] = NOTHING
    wrong: dict[int, Diagnostic] = {}
    for place, value in enumerate(distinct):
        reading = read_answer(field, _plain(value))
        if isinstance(reading, Diagnostic):
            wrong[place] = reading
            reasons[place] = NOTHING
        elif reading.value == reading.value:
            numeric[place] = reading.value
        else:
            reasons[place] = ABSENT + field.reasons.index(reading.reason) if reading.reason else NOTHING
    cells = _wrong_cells(field, codes, distinct, wrong) if wrong else []
    if field.kind == "choice":
        table = np.where(np.isnan(numeric), reasons, numeric).astype(np.uint8)
        is_coded = codes.dtype == np.uint8 and (table[: len(distinct)] == np.arange(len(distinct))).all()
        return Column(codes if is_coded else table.take(codes, mode="wrap")), cells
    return Column(numeric.take(codes, mode="wrap"), reasons.take(codes, mode="wrap")), cells


def _wrong_cells(
    field: Field, codes: npt.NDArray[Any], distinct: list[Any], wrong: dict[int, Diagnostic]
) -> list[Cells]:
    rows = np.flatnonzero(np.isin(codes, list(wrong)))
    rows = rows[np.argsort(codes[rows], kind="stable")]
    places, starts = np.unique(codes[rows], return_index=True)
    return [
        Cells(part, field.name, wrong[int(place)], str(distinct[place]))
        for place, part in zip(places, np.split(rows, starts)[1:], strict=True)
    ]


def _plain(value: object) -> object:
    """Return a distinct value of a column as one person's answer would be written."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return int(value)  # whole options and counts become fractions where a frame has no other sign for absent
    return value
