"""The value of every kind of node, for all rows of a block at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rvn.plan import nodes
from rvn.plan.columns.block import ABSENT, Block, Floats, Mask, values_of
from rvn.plan.columns.functions import exponential, logarithm, logistic, power


@values_of(nodes.Constant)
def _constant(on: Block, node: nodes.Constant) -> Floats:
    return on.full(node.value)


@values_of(nodes.Answer)
def _answer(on: Block, node: nodes.Answer) -> Floats:
    values = on.numbers(node.field)
    asked = on.asked(node.field)
    return values if asked is None else np.where(asked == 1, values, np.nan)


def points_if_asked(on: Block, node: nodes.Points) -> Floats:
    """Return the points of the answers, asked or not; NaN where there is none."""
    values = np.asarray(node.values)
    column = on.column(node.field)
    if column.is_coded:
        table = np.full(256, np.nan)
        if node.starts:
            table[:ABSENT] = values[place_among(node.starts, np.arange(float(ABSENT)))]
        else:
            table[: len(values)] = values
        points: Floats = table[column.values]
        return points
    return np.where(np.isnan(column.values), np.nan, values[place_among(node.starts, column.values)])


def place_among(starts: tuple[float, ...], values: Floats) -> npt.NDArray[np.intp]:
    """Return the place of the last bound that values reach, 0 where they reach none.

    One comparison a bound: for the few bounds of an instrument a third of the time of `numpy.searchsorted`.
    """
    place = np.zeros(len(values), np.intp)
    for start in starts[1:]:
        place += values >= start
    return place


@values_of(nodes.Points)
def _points(on: Block, node: nodes.Points) -> Floats:
    points, asked = points_if_asked(on, node), on.asked(node.field)
    if asked is None:
        return points
    return np.where((asked == 0) | (points == 0), 0.0, np.where(asked == 1, points, np.nan))


def is_if_asked(on: Block, node: nodes.Is) -> Floats:
    """Return whether the answers are among the options, asked or not; NaN where there is none."""
    table = np.zeros(256)
    table[list(node.codes)] = 1
    table[ABSENT:] = np.nan
    among: Floats = table[on.column(node.field).values]
    return among


@values_of(nodes.Is)
def _is(on: Block, node: nodes.Is) -> Floats:
    among, asked = is_if_asked(on, node), on.asked(node.field)
    if asked is None:
        return among
    return np.where((asked == 0) | (among == 0), 0.0, np.where(asked == 1, among, np.nan))


@values_of(nodes.Answered)
def _answered(on: Block, node: nodes.Answered) -> Floats:
    asked = on.asked(node.field)
    answered = ~on.lacks(node.field) & (True if asked is None else asked == 1)
    return answered.astype(np.float64)


def finite(values: Floats) -> Floats:
    """Return values with what is not finite made unknown."""
    return np.where(np.isfinite(values), values, np.nan)


OPERATIONS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "**": power,
}


@values_of(nodes.Arithmetic)
def _arithmetic(on: Block, node: nodes.Arithmetic) -> Floats:
    left, right = on.value(node.left), on.value(node.right)
    result = finite(OPERATIONS[node.operator](left, right))
    if node.operator == "**":  # elsewhere 1 ** unknown is 1
        result[np.isnan(left) | np.isnan(right)] = np.nan
    return result


COMPARISONS: dict[str, Callable[[Floats, Floats], Mask]] = {
    "<": np.less,
    "<=": np.less_equal,
    "==": np.equal,
    "!=": np.not_equal,
    ">=": np.greater_equal,
    ">": np.greater,
}


@values_of(nodes.Compare)
def _compare(on: Block, node: nodes.Compare) -> Floats:
    left, right = on.value(node.left), on.value(node.right)
    holds = COMPARISONS[node.operator](left, right).astype(np.float64)
    return np.where(np.isnan(left) | np.isnan(right), np.nan, holds)


@values_of(nodes.Not)
def _not(on: Block, node: nodes.Not) -> Floats:
    return 1 - on.value(node.of)


@values_of(nodes.All)
def _all(on: Block, node: nodes.All) -> Floats:
    parts = np.array([on.value(part) for part in node.parts])
    return np.where((parts == 0).any(axis=0), 0.0, parts.min(axis=0))


@values_of(nodes.Any)
def _any(on: Block, node: nodes.Any) -> Floats:
    parts = np.array([on.value(part) for part in node.parts])
    return np.where((parts == 1).any(axis=0), 1.0, parts.max(axis=0))


@values_of(nodes.Choose)
def _choose(on: Block, node: nodes.Choose) -> Floats:
    test = on.value(node.test)
    chosen = np.where(test == 1, on.value(node.then), on.value(node.otherwise))
    return np.where(np.isnan(test), np.nan, chosen)


@values_of(nodes.Extreme)
def _extreme(on: Block, node: nodes.Extreme) -> Floats:
    parts = np.array([on.value(part) for part in node.parts])
    result: Floats = parts.min(axis=0) if node.which == "min" else parts.max(axis=0)
    return result


FUNCTIONS: dict[str, Callable[[Floats], Floats]] = {
    "abs": np.abs,
    "floor": np.floor,
    "log": logarithm,
    "exp": exponential,
    "logistic": logistic,
}


@values_of(nodes.Apply)
def _apply(on: Block, node: nodes.Apply) -> Floats:
    return finite(FUNCTIONS[node.function](on.value(node.of)))


@values_of(nodes.Round)
def _round(on: Block, node: nodes.Round) -> Floats:
    return round_to(on.value(node.of), node)


def round_to(values: Floats, node: nodes.Round) -> Floats:
    """Return values rounded as a node says; what is not finite stays as it is."""
    scaled = values * node.per / node.multiple
    whole = np.floor(scaled)
    rest = scaled - whole
    tie = {"away": scaled > 0, "even": whole % 2 == 1, "up": True, "down": False}[node.ties]
    up = np.where(rest == 0.5, tie, rest > 0.5)
    return np.where(np.isfinite(scaled), (whole + up) * node.multiple / node.per, values)


EPOCH = 719_163  # the day number of 1970-01-01


@values_of(nodes.Between)
def _between(on: Block, node: nodes.Between) -> Floats:
    start, end = on.value(node.start), on.value(node.end)
    known = ~(np.isnan(start) | np.isnan(end))
    (start_month, start_day), (end_month, end_day) = _month_and_day(start[known]), _month_and_day(end[known])
    months = end_month - start_month - (end_day < start_day)
    result = np.full(on.size, np.nan)
    result[known] = months if node.unit == "months" else months // 12
    return result


def _month_and_day(days: Floats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    dates = (days.astype(np.int64) - EPOCH).astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    return months.astype(np.int64), (dates - months.astype("datetime64[D]")).astype(np.int64)


@values_of(nodes.Coalesce)
def _coalesce(on: Block, node: nodes.Coalesce) -> Floats:
    result = on.value(node.parts[0])
    stopped = np.isnan(result) if 0 in node.hidden else np.zeros(on.size, np.bool_)
    for place, part in enumerate(node.parts[1:], start=1):
        result = np.where(np.isnan(result) & ~stopped, on.value(part), result)
        if place in node.hidden:
            stopped = stopped | np.isnan(result)
    return result


@values_of(nodes.CountOf)
def _count_of(on: Block, node: nodes.CountOf) -> Floats:
    count: Floats = np.array([on.value(part) for part in node.parts]).sum(axis=0)
    return count


def left_out_by_reason(on: Block, node: nodes.Total, field: nodes.Field) -> Mask:
    """Return where an answer is absent for a reason that leaves it out of a total."""
    codes = [ABSENT + field.reasons.index(reason) for reason in node.leave_out if reason in field.reasons]
    return np.isin(on.reasons(field), codes)


class Addend(NamedTuple):
    """What one part brings to a total.

    `value` is 0 where the part is left out or unknown; `left_out`: it does not belong to the scale of these people;
    `by_reason`: because of the reason for its absence; `absent`: a rule for absent answers is needed; `barred`: no
    rule can give a total.
    """

    value: Floats
    left_out: Mask
    by_reason: Mask
    absent: Mask
    barred: Mask


def addend(on: Block, node: nodes.Total, part: nodes.Part) -> Addend:
    """Return what a part brings to a total."""
    value = on.value(part.of)
    left_out = by_reason = never = np.zeros(on.size, np.bool_)
    if part.field is not None:
        asked = on.asked(part.field)
        if node.leave_out:
            left_out = by_reason = left_out_by_reason(on, node, part.field)
        if asked is not None:
            left_out, by_reason = left_out | (asked == 0), by_reason & (asked != 0)
    unknown = np.isnan(value) & ~left_out
    if left_out is not never:
        value = np.where(left_out, 0.0, value)
    if not unknown.any():
        return Addend(value, left_out, by_reason, never, never)
    absent = unknown & _may_be_absent(on, part)
    barred = unknown & ~absent
    if node.only is not None and part.name not in node.only:
        barred = unknown
    return Addend(np.where(unknown, 0.0, value), left_out, by_reason, absent, barred)


EXACT = 2.0**53


@values_of(nodes.Total)
def _total(on: Block, node: nodes.Total) -> Floats:
    unit = 1.0 if node.decimals is None else 10.0**node.decimals
    total, plain, size = on.full(0.0), on.full(0.0), on.full(0.0)
    n_parts, n_absent = on.full(len(node.parts)), on.full(0.0)
    barred, by_reason = np.zeros(on.size, np.bool_), np.zeros(on.size, np.bool_)
    addends = [addend(on, node, part) for part in node.parts]
    for part in addends:
        n_parts -= part.left_out
        n_absent += part.absent
        barred |= part.barred
        by_reason |= part.by_reason
        plain += part.value
        if node.decimals is not None:
            total += np.rint(part.value * unit)
            size += np.abs(part.value * unit)
    # Beyond 2 ** 53 float64 does not hold every whole number, and the parts are added as they are.
    exact = (size < EXACT) if node.decimals is not None else np.zeros(on.size, np.bool_)
    total, unit_of = np.where(exact, total, plain), np.where(exact, unit, 1.0)
    n_present = n_parts - n_absent
    needed = np.where((n_absent > 0) | by_reason, max(1, node.at_least), node.at_least)
    barred |= (n_absent > node.allow) | (n_present < needed)
    result = total / unit_of
    if node.method == "prorate":
        result = np.where(n_absent > 0, total * n_parts / (n_present * unit_of), result)
    elif node.method == "by_sign":
        result = np.where(n_absent > 0, _by_sign(node, result, addends), result)
    elif node.method == "table":
        result = np.where(n_absent > 0, _from_table(node, n_absent, result), result)
    return np.where(barred, np.nan, finite(result))


def _may_be_absent(on: Block, part: nodes.Part) -> Mask:
    """Return where a part that is unknown is so because an answer is absent."""
    absent = np.zeros(on.size, np.bool_)
    if not part.is_hidden:
        for field in part.fields or ((part.field,) if part.field else ()):
            absent |= on.is_absent(field)
    return absent


def _by_sign(node: nodes.Total, total: Floats, addends: list[Addend]) -> Floats:
    shared = [node.share_from is None or part.name in node.share_from for part in node.parts]
    had = added([part.value for part, is_shared in zip(addends, shared, strict=True) if is_shared], node.decimals)
    present, absent = np.zeros(len(total)), np.zeros(len(total))
    for (lowest, highest), is_shared, part in zip(node.ends, shared, addends, strict=True):
        can_add = np.where(had > 0, max(highest, 0.0), max(-lowest, 0.0))
        can_add = np.where(part.left_out, 0.0, can_add)
        absent += np.where(part.absent, can_add, 0.0)
        present += np.where(part.absent, 0.0, can_add) if is_shared else 0.0
    return np.where(present > 0, (total * present + had * absent) / present, np.nan)


def added(parts: list[Floats], decimals: int | None) -> Floats:
    """Return the sum of parts: of whole numbers divided once, where `decimals` says how many make them whole."""
    unit = 1.0 if decimals is None else 10.0**decimals
    exact, plain, size = (np.zeros(len(parts[0])) for _ in range(3))
    for part in parts:
        exact += np.rint(part * unit)
        plain += part
        size += np.abs(part * unit)
    return plain if decimals is None else np.where(size < EXACT, exact / unit, plain)


def _from_table(node: nodes.Total, n_absent: Floats, total: Floats) -> Floats:
    result = np.full(len(total), np.nan)
    for absent, raw, value in node.table:
        result[(n_absent == absent) & (total == raw)] = value
    return result


@values_of(nodes.Lookup)
def _lookup(on: Block, node: nodes.Lookup) -> Floats:
    keys, values = np.asarray(node.keys), np.asarray(node.values)
    sought = on.value(node.of)
    if not len(keys):
        return on.full(np.nan)
    place = np.minimum(np.searchsorted(keys, sought), len(keys) - 1)
    return np.where(keys[place] == sought, values[place], np.nan)


@values_of(nodes.Bands)
def _bands(on: Block, node: nodes.Bands) -> Floats:
    value = on.value(node.of)
    place = place_among(node.starts, value).astype(np.float64)
    place[~(value >= node.starts[0])] = np.nan
    return place


@values_of(nodes.Cells)
def _cells(on: Block, node: nodes.Cells) -> Floats:
    row, column = on.value(node.rows), on.value(node.columns)
    known = ~(np.isnan(row) | np.isnan(column))
    result = on.full(np.nan)
    result[known] = np.asarray(node.cells, float)[row[known].astype(int), column[known].astype(int)]
    return result


@values_of(nodes.Move)
def _move(on: Block, node: nodes.Move) -> Floats:
    before, test = on.value(node.of), on.value(node.test)
    after = moved(node, before)
    unsure = np.where(before == after, before, np.nan)
    return np.where(test == 1, after, np.where(test == 0, before, unsure))


def moved(node: nodes.Move, values: Floats) -> Floats:
    """Return what a rule makes of values when it applies."""
    if node.how == "set":
        return np.full(len(values), node.to)
    if node.how == "raise":
        return np.maximum(values, node.to)
    if node.how == "lower":
        return np.minimum(values, node.to)
    shifted = values + node.to
    return np.minimum(np.maximum(shifted, np.minimum(values, node.lowest)), np.maximum(values, node.highest))


@values_of(nodes.Withheld)
def _withheld(on: Block, node: nodes.Withheld) -> Floats:
    return on.full(np.nan)
