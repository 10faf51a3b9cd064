"""Recorded results that do not follow from the recorded answers, whatever another version makes of these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from rvn.plan.status import Status
from rvn.plan.types import levels_of
from rvn.scoring import native
from rvn.scoring.instrument import Instrument
from rvn.versions.changes import factorized

NO_RESULT = (Status.INVALID, Status.NOT_APPLICABLE)  # leave nothing open: whatever is recorded does not follow


def doubts(
    old: Instrument, table: nw.DataFrame[Any], recorded: Mapping[str, str], computed: nw.DataFrame[Any], prefix: str
) -> dict[str, npt.NDArray[np.bool_]]:
    """Return by the name of an old output where what is recorded is not what the answers give.

    Where absent answers leave the result open, whatever they leave open follows. Where nothing is recorded, nothing is
    claimed.

    Parameters
    ----------
    old
        The version that the results are said to be made with.
    table
        With the recorded results.
    recorded
        By the name of an output, its column.
    computed
        With what the old version says of the same answers.
    prefix
        What stands before the names of that.
    """
    return {name: _of_one(old, name, table[column], computed, prefix) for name, column in recorded.items()}


def _of_one(
    old: Instrument, name: str, recorded: nw.Series[Any], computed: nw.DataFrame[Any], prefix: str
) -> npt.NDArray[np.bool_]:
    levels = levels_of(old.plan.outputs[name])
    claimed, value = _numbers(recorded, levels), _numbers(computed[f"{prefix}{name}"], levels)
    doubtful: npt.NDArray[np.bool_] = ~np.isnan(claimed) & (claimed != value)
    rows = np.flatnonzero(doubtful & np.isnan(value))  # few, so that only they are asked what they leave open
    if len(rows):
        left = computed.select(*(f"{prefix}{name}{end}" for end in ("_low", "_high", "_status")))[rows.tolist()]
        low, high = (_numbers(left[f"{prefix}{name}{end}"], levels) for end in ("_low", "_high"))
        places, words = factorized(left[f"{prefix}{name}_status"])
        is_void = np.isin(places, [place for place, word in enumerate(words) if str(word) in NO_RESULT])
        inside = np.isfinite(claimed[rows]) & ~(claimed[rows] < low) & ~(claimed[rows] > high)
        doubtful[rows] = is_void | ~inside
    return doubtful


def _numbers(series: nw.Series[Any], levels: tuple[str, ...]) -> npt.NDArray[np.float64]:
    """Return numbers, or places of levels; NaN where there is nothing, infinite for what is neither."""
    if not levels and series.dtype.is_numeric():
        return native.floats(series)[0]
    places, distinct = factorized(series)
    values: npt.NDArray[np.float64] = np.array([*(_number(value, levels) for value in distinct), np.nan])
    return values[places]


def _number(value: object, levels: tuple[str, ...]) -> float:
    if value is None or value != value or value == "":
        return np.nan
    if levels:
        return float(levels.index(str(value))) if str(value) in levels else np.inf
    try:
        return float(str(value))
    except ValueError:
        return np.inf
