"""How a total is made for one person: which parts count, what stands in for the others, and what is left open."""

from __future__ import annotations

import math
from typing import NamedTuple

from rvn.plan import nodes
from rvn.plan.explain.arithmetic import UNKNOWN
from rvn.plan.explain.evaluation import Evaluation, Value, reads

EXACT = 2.0**53


class Sum(NamedTuple):
    """How a total came about: the parts left out, absent, and unknown otherwise, and whether a total may be given."""

    left_out: tuple[str, ...]
    absent: tuple[str, ...]
    unknown: tuple[str, ...]
    allowed: bool


def sum_of(on: Evaluation, node: nodes.Total) -> Sum:
    """Return which parts of a total are left out or absent, and whether a total may be given."""
    left_out: list[str] = []
    absent: list[str] = []
    unknown: list[str] = []
    by_reason = False
    for part in node.parts:
        field = part.field
        if field and field.asked and on.asked(field) == 0:
            left_out.append(part.name)
        elif field and node.leave_out and on.is_absent(field) and on.reading(field).reason in node.leave_out:
            left_out.append(part.name)
            by_reason = True
        elif not on[part.of].is_known:
            fields = part.fields or ((field,) if field else ())
            is_absent = not part.is_hidden and any(on.is_absent(each) for each in fields)
            (absent if is_absent else unknown).append(part.name)
    present = len(node.parts) - len(left_out) - len(absent) - len(unknown)
    enough = present >= max(node.at_least, 1 if absent or by_reason else 0)
    within = len(absent) <= node.allow and (node.only is None or node.only.issuperset(absent))
    return Sum(tuple(left_out), tuple(absent), tuple(unknown), enough and within and not unknown)


@reads(nodes.Total)
def _total(on: Evaluation, node: nodes.Total) -> Value:
    found = sum_of(on, node)
    low, high = _ends(on, node)
    if not found.allowed:
        return Value(UNKNOWN, low, high)
    parts = [(part.name, on[part.of]) for part in node.parts if part.name not in found.left_out]
    known = [value.value for name, value in parts if name not in found.absent]
    total = _add(known, node.decimals)
    if found.absent and node.method == "prorate":
        total = _add(known, node.decimals, times=len(parts), over=len(known))
    elif found.absent and node.method == "by_sign":
        total = _by_sign(node, found, total, dict(parts))
    elif found.absent and node.method == "table":
        rows = {(absent, raw): value for absent, raw, value in node.table}
        total = rows.get((len(found.absent), total), UNKNOWN)
    return Value(total if math.isfinite(total) else UNKNOWN, low, high)


def _ends(on: Evaluation, node: nodes.Total) -> tuple[float, float]:
    """Return the lowest and highest sum that the absent answers leave open."""
    lows, highs, left_out = [], [], False
    for part in node.parts:
        _, low, high = on[part.of]
        if part.field is not None and (part.field.asked or node.leave_out):
            surely = on.surely_asked(part.field)
            by_reason = bool(node.leave_out) and on.is_absent(part.field)
            by_reason = by_reason and on.reading(part.field).reason in node.leave_out
            if surely == 0 or by_reason:
                left_out |= by_reason
                continue
            if surely != 1 or (on.of_anybody and node.leave_out):  # perhaps not asked, or left out: adds nothing
                low, high = min(low, 0.0), max(high, 0.0)
        if on.of_anybody and node.allow and node.method == "zero":
            low, high = min(low, 0.0), max(high, 0.0)
        lows.append(low)
        highs.append(high)
    if left_out and not lows:  # everything was left out for a reason: there is no total, not one of zero
        return -math.inf, math.inf
    lowest = _add(lows, node.decimals)
    highest = lowest if lows == highs else _add(highs, node.decimals)
    if on.of_anybody and node.allow:
        # What a rule for absent answers makes of a sum can lie outside all sums.
        made = [total for _, _, total in node.table]
        if node.method == "prorate":
            made = [len(node.parts) * end for end in (*lows, *highs)]
        elif node.method == "by_sign":
            made = [sum(min(end, 0.0) for end in lows), sum(max(end, 0.0) for end in highs)]
        lowest, highest = min([lowest, *made]), max([highest, *made])
    return lowest, highest


def _by_sign(node: nodes.Total, found: Sum, total: float, values: dict[str, Value]) -> float:
    """Return a sum with what absent parts add: the share of their points that others have of theirs."""
    shared = [name for name in values if node.share_from is None or name in node.share_from]
    had = _add([values[name].value for name in shared if name not in found.absent], node.decimals)
    present, absent = 0.0, 0.0
    for part, (lowest, highest) in zip(node.parts, node.ends, strict=True):
        can_add = max(highest, 0.0) if had > 0 else max(-lowest, 0.0)
        if part.name in found.absent:
            absent += can_add
        elif part.name in shared:
            present += can_add
    return (total * present + had * absent) / present if present else UNKNOWN


def _add(values: list[float], decimals: int | None, times: int = 1, over: int = 1) -> float:
    """Return the sum, times `times`, over `over`: one division, after everything else."""
    unit = 1 if decimals is None else 10**decimals
    scaled = [value * unit for value in values]
    # Beyond 2 ** 53 float64 does not hold every whole number, and the parts are added as they are.
    if decimals is None or not sum(map(abs, scaled)) < EXACT:
        total = 0.0
        for value in values:
            total += value
        return total * times / over
    return sum(map(round, scaled)) * times / (over * unit)
