"""How often levels are overridden, by whom and why, and whether that makes them better."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from rvn import messages
from rvn.errors import FrameError
from rvn.validation import Estimate, auc, compare_auc, proportion

Places = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Summary:
    """Rates of overrides, and the validity of computed against final levels.

    Parameters
    ----------
    n
        Rows with a computed level.
    excluded
        Rows left out, by reason.
    rates
        Shares of overridden levels: of all rows, by direction and by reason among all rows, and within each value
        of the columns asked for. `at` says which: ``{"direction": "up"}``.
    validity
        AUC of the ``computed`` and of the ``final`` levels in the same people, and their ``difference``, final minus
        computed; empty without an outcome.
    """

    n: int
    excluded: Mapping[str, int]
    rates: tuple[Estimate, ...]
    validity: Mapping[str, Estimate]

    def rate(self, column: str, value: object) -> Estimate:
        """Return the rate for a value of a column, `direction` and `reason` among them; KeyError without one."""
        for estimate in self.rates:
            if dict(estimate.at) == {column: value}:
                return estimate
        raise KeyError(f"no rate for '{column}'")

    def __str__(self) -> str:
        lines = []
        for estimate in self.rates:
            where = ", ".join(f"{column} {value}" for column, value in estimate.at.items()) or "all"
            lines.append(f"{where}: {estimate}")
        return "\n".join([*lines, *(f"{name} levels: {estimate}" for name, estimate in self.validity.items())])


def summary(
    frame: Any,
    *,
    output: str,
    levels: Sequence[str],
    by: Sequence[str] = (),
    outcome: str | None = None,
    prefix: str = "",
    level: float = 0.95,
) -> Summary:
    """Return how often an output is overridden, and whether final levels are more valid than computed ones.

    Parameters
    ----------
    frame
        What `apply` returns: the output, ``_final`` and ``_override_reason`` beside it.
    output
        Name of the output.
    levels
        Its levels from low to high.
    by
        Further columns within whose values rates are given, such as assessor or site.
    outcome
        Column of what happened later, 0 or 1; rows where it is absent count for the rates only.
    prefix
        What stands before the names of the scored columns.
    level
        Confidence level.

    Raises
    ------
    FrameError
        When columns are lacking, or hold other levels than those named.
    """
    table = nw.from_native(frame, eager_only=True)
    stem = f"{prefix}{output}"
    reason = f"{stem}_override_reason"
    _require(table, [stem, f"{stem}_final", reason, *by, *([outcome] if outcome else [])])
    computed, final = (_places(table, column, levels) for column in (stem, f"{stem}_final"))
    known = ~np.isnan(computed) & ~np.isnan(final)
    moved = known & (computed != final)
    n = int(known.sum())

    def rate(at: Mapping[str, object], among: npt.NDArray[np.bool_], events: npt.NDArray[np.bool_]) -> Estimate:
        found = proportion(int((among & events).sum()), int(among.sum()), level=level)
        return replace(found, name="override_rate", at=at)

    rates = [rate({}, known, moved)]
    for direction, turned in (("up", final > computed), ("down", final < computed)):
        rates.append(rate({"direction": direction}, known, moved & turned))
    for value, same in _values(table, reason, moved):
        rates.append(rate({"reason": value}, known, moved & same))
    for column in by:
        rates += [rate({column: value}, known & same, moved) for value, same in _values(table, column, known)]
    validity = {} if outcome is None else _validity(_numbers(table, outcome), computed, final, level)
    return Summary(n, {"no computed level": len(table) - n} if n < len(table) else {}, tuple(rates), validity)


def _require(table: nw.DataFrame[Any], columns: Sequence[str]) -> None:
    lacking = [column for column in columns if column not in table.columns]
    if lacking:
        known = table.columns
        raise FrameError(messages.NO_COLUMN.at(column=column, near=messages.near(column, known)) for column in lacking)


def _places(table: nw.DataFrame[Any], column: str, levels: Sequence[str]) -> Places:
    """Return the place of every level in the order, NaN where there is none."""
    order = {name: float(place) for place, name in enumerate(levels)}
    cells = [None if cell is None or cell != cell or cell == "" else str(cell) for cell in table[column].to_list()]
    if not set(cells) <= {*order, None}:
        raise FrameError(messages.COLUMN_TYPE.at(column=column, found="other levels", expected=", ".join(levels)))
    return np.array([np.nan if cell is None else order[cell] for cell in cells])


def _numbers(table: nw.DataFrame[Any], column: str) -> Places:
    cells = [cell if cell is not None and cell != "" else np.nan for cell in table[column].to_list()]
    try:
        return np.array(cells, dtype=np.float64)
    except (TypeError, ValueError):
        raise FrameError(messages.COLUMN_TYPE.at(column=column, found="text", expected="0 and 1")) from None


def _values(
    table: nw.DataFrame[Any], column: str, among: npt.NDArray[np.bool_]
) -> Iterator[tuple[object, npt.NDArray[np.bool_]]]:
    """Yield the distinct values of a column in some rows, in order, and where they stand; absent ones as "none"."""
    cells = ["none" if cell is None or cell != cell else str(cell) for cell in table[column].to_list()]
    values = np.array(cells, dtype=object)
    for value in sorted(set(values[among])):
        yield value, np.asarray(values == value)


def _validity(outcome: Places, computed: Places, final: Places, level: float) -> dict[str, Estimate]:
    both = np.isnan(computed) | np.isnan(final)
    first, second = (np.where(both, np.nan, values) for values in (computed, final))
    return {
        "computed": auc(outcome, first, level=level),
        "final": auc(outcome, second, level=level),
        "difference": compare_auc(outcome, second, first, level=level),
    }
