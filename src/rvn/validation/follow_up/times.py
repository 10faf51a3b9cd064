"""The door of every statistic with follow-up time: distinct rows of time and event, and who is at risk when.

The convention throughout: the outcome "by a horizon" is a time at or before it; somebody censored exactly at
the horizon is known to be free of the event there; at equal times events come before censorings.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rvn.validation.foundations.grouping import column, merge
from rvn.validation.observations import FloatArray, IntArray, contract, numbers, observations

# Times this close, relatively, are one time: 0.1 + 0.2 and 0.3 are the same day.
TIE = 1e-9

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class FollowUp:
    """Distinct rows of follow-up, complete ones only, in the order of time.

    Parameters
    ----------
    times
        The distinct times, ascending; each occurs in a row.
    at
        Which of `times` each row has.
    event
        0 censored, 1 the event of interest, 2 and above competing events.
    columns
        Further columns by name.
    counts
        How many people each row stands for.
    excluded
        People left out, by reason.
    """

    times: FloatArray
    at: IntArray
    event: IntArray
    columns: Mapping[str, FloatArray]
    counts: FloatArray
    excluded: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> FloatArray:
        return self.columns[name]

    @property
    def n(self) -> int:
        """People, not rows."""
        return int(self.counts.sum())

    @property
    def n_events(self) -> int:
        """People with the event of interest, at any time."""
        return int(self.counts[self.event == 1].sum())

    @property
    def has_competing(self) -> bool:
        """Whether anybody had a competing event."""
        return bool((self.event > 1).any())

    def where(self, keep: BoolArray) -> FollowUp:
        """Return the follow-up of some rows."""
        used = np.zeros(len(self.times), dtype=bool)
        used[self.at[keep]] = True
        return FollowUp(
            self.times[used],
            (np.cumsum(used) - 1)[self.at[keep]],
            self.event[keep],
            {name: array[keep] for name, array in self.columns.items()},
            self.counts[keep],
            self.excluded,
        )

    def competing_as_censored(self) -> FollowUp:
        """Return the follow-up that ends, unobserved, at a competing event."""
        event = np.where(self.event == 1, 1, 0)
        return FollowUp(self.times, self.at, event, self.columns, self.counts, self.excluded)


@dataclass(frozen=True)
class RiskTable:
    """People at risk just before each of `times`, and what happened to them at it."""

    n: int
    times: FloatArray
    at_risk: FloatArray
    events: FloatArray
    competing: FloatArray
    censored: FloatArray


def follow_up(
    time: npt.ArrayLike, event: npt.ArrayLike, *, counts: npt.ArrayLike | None = None, **columns: FloatArray
) -> FollowUp:
    """Return the distinct complete rows of a follow-up.

    Parameters
    ----------
    time
        Time from the start of risk to the event or to the end of observation, in any unit, not negative.
    event
        0 censored, 1 the event of interest, 2 and above competing events.
    counts
        How many people each row stands for; one each when not given.
    columns
        Further columns, from `numbers` or `labels`.

    Raises
    ------
    ContractError
        When lengths differ, a time is negative, or an event is no such code.

    Examples
    --------
    >>> rows = follow_up([5, 2, 5, 2], [0, 1, 0, 1])
    >>> rows.times, rows.at, rows.event, rows.counts
    (array([2., 5.]), array([0, 1]), array([1, 0]), array([2., 2.]))
    """
    codes = numbers("event", event)
    known = codes[~np.isnan(codes)]
    if (known < 0).any() or (known != np.floor(known)).any():
        raise contract(
            "`event` must hold 0 for censored, 1 for the event of interest, 2 and above for competing events"
        )
    kept = observations(counts=counts, time=numbers("time", time), event=codes, **columns)
    if (kept["time"] < 0).any():
        raise contract("`time` holds negative times", "count from the start of the time at risk")
    if "entry" in columns and not ((kept["entry"] >= 0) & (kept["entry"] * (1 + TIE) < kept["time"])).all():
        raise contract("`entry` must be 0 or above, and before `time`", "people with no time at risk tell nothing")
    rows, people = merge(kept.columns, kept.counts.astype(np.int64))
    times, at = _tied(rows["time"])
    others = {name: rows[name].astype(np.float64) for name in columns}
    return FollowUp(times, at, rows["event"].astype(np.int64), others, people.astype(np.float64), kept.excluded)


def _tied(time: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return the distinct times, those within round-off being one, and which of them each row has."""
    distinct = np.unique(time)
    new = np.diff(distinct, prepend=-1.0) > TIE * distinct
    new[:1] = True
    times = distinct[new]
    return times, np.searchsorted(times, time, side="right") - 1


def labels(
    name: str, values: npt.ArrayLike, order: Sequence[object] | None = None
) -> tuple[FloatArray, tuple[object, ...]]:
    """Return the number of each row's label, absent as NaN, and the labels: those in `order`, or sorted.

    A pandas categorical brings its own order, and labels that do not occur.

    Raises
    ------
    ContractError
        When `order` lacks a label that occurs, or text is mixed with numbers.

    Examples
    --------
    >>> labels("group", ["low", "high", None], ("low", "medium", "high"))
    (array([ 0.,  2., nan]), ('low', 'medium', 'high'))
    """
    dtype = getattr(values, "dtype", None)
    if order is None and isinstance(dtype, pd.CategoricalDtype):
        order = dtype.categories.tolist()
    codes, found = pd.factorize(column(name, values))
    occurring = [_plain(value) for value in found.tolist()]
    if len({isinstance(label, str) for label in occurring}) > 1:
        raise contract(f"`{name}` mixes text with numbers", "convert it first, so that no value is guessed")
    known = tuple(sorted(occurring)) if order is None else tuple(order)
    place = {label: number for number, label in enumerate(known)}
    if unknown := [label for label in occurring if label not in place]:
        raise contract(f"`{name}` holds {unknown[0]!r}, which is not among {', '.join(map(repr, known))}")
    numbered = np.array([place[label] for label in occurring] + [math.nan])
    return numbered[codes], known  # an absent label has code -1


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def grouping_column(
    group: npt.ArrayLike | None, groups: Sequence[object] | None
) -> tuple[dict[str, FloatArray], tuple[object, ...]]:
    """Return the column ``group`` for `follow_up` and the labels; neither when people are not grouped."""
    if group is None:
        if groups is not None:
            raise contract("`groups` names groups, but no `group` says who belongs to them")
        return {}, ()
    codes, known = labels("group", group, groups)
    return {"group": codes}, known


def per_group(rows: FollowUp, known: Sequence[object]) -> Iterator[tuple[dict[str, object], FollowUp]]:
    """Yield what a part is `at`, and the part: every group, empty ones too, or everybody when not grouped."""
    if "group" not in rows.columns:
        yield {}, rows
    for number, label in enumerate(known):
        yield {"group": label}, rows.where(rows["group"] == number)


def risk_table(rows: FollowUp) -> RiskTable:
    """Return who is at risk and what happens, at the times at which anybody of `rows` leaves.

    Examples
    --------
    >>> table = risk_table(follow_up([1, 2, 2, 3], [1, 0, 1, 0]))
    >>> table.at_risk, table.events, table.censored
    (array([4., 3., 1.]), array([1., 1., 0.]), array([0., 1., 1.]))
    """
    size = len(rows.times)
    leaving = totals(rows.at, rows.counts, size)
    anything = totals(rows.at, rows.counts * (rows.event > 0), size)
    events = totals(rows.at, rows.counts * (rows.event == 1), size)
    entering = totals(first_at_risk(rows), rows.counts, size)
    return RiskTable(
        n=rows.n,
        times=rows.times,
        at_risk=np.cumsum(entering) - np.cumsum(leaving) + leaving,
        events=events,
        competing=anything - events,
        censored=leaving - anything,
    )


def first_at_risk(rows: FollowUp) -> IntArray:
    """Return which of the times is the first at which each row is at risk: the first after its ``entry``, if any.

    >>> rows = follow_up([1, 2, 3], [1, 1, 0], entry=np.array([0.0, 1.0, 0.5]))
    >>> first_at_risk(rows)
    array([0, 1, 0])
    """
    if "entry" not in rows.columns:
        return np.zeros(len(rows.at), dtype=np.int64)
    return np.searchsorted(rows.times, rows["entry"] * (1 + TIE), side="right")


def entry_column(entry: npt.ArrayLike | None) -> dict[str, FloatArray]:
    """Return the column ``entry`` for `follow_up`, none when everybody is at risk from 0 on."""
    return {} if entry is None else {"entry": numbers("entry", entry)}


def totals(place: IntArray, values: FloatArray, size: int) -> FloatArray:
    """Return the sum of `values` at each place 0, 1, ..., `size` - 1.

    >>> totals(np.array([0, 2, 2]), np.array([1.0, 2.0, 3.0]), 4)
    array([1., 0., 5., 0.])
    """
    return np.bincount(place, values, minlength=size).astype(np.float64, copy=False)


def times_by(times: FloatArray, horizon: float) -> int:
    """Return how many of the ascending `times` are at or before `horizon`.

    >>> times_by(np.array([0.1, 0.3, 0.4]), 0.1 + 0.2)
    2
    """
    return int(np.searchsorted(times, horizon * (1 + TIE), side="right"))


def times_before(times: FloatArray, horizon: float) -> int:
    """Return how many of the ascending `times` are before `horizon`.

    >>> times_before(np.array([0.1, 0.3, 0.4]), 0.1 + 0.2)
    1
    """
    return int(np.searchsorted(times, horizon * (1 - TIE), side="left"))


def positive(name: str, value: float) -> float:
    """Return `value` as a float, or raise `ContractError` unless it is finite and above zero."""
    number = float(value)
    if not (math.isfinite(number) and number > 0):
        raise contract(f"`{name}` is {value}; it must be above zero")
    return number
