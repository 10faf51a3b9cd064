"""How large the numbers of a plan can become and which ends can be open, so that SQL guards only what needs it."""

from __future__ import annotations

import math
from typing import NamedTuple

from rvn.plan import nodes
from rvn.plan.nodes import Node
from rvn.plan.relation.numbers import LARGE
from rvn.plan.types import decimals_of, type_of

MAX_ANSWER = 1e15  # answers beyond it are refused at the door
DAYS = 4e6  # more than the day number of any date


class Reach(NamedTuple):
    """The largest size of a known value or end, and whether the low or the high end can be open."""

    size: float
    low_open: bool = False
    high_open: bool = False


OPEN = (True, True)


def reach_of(node: Node, found: dict[int, Reach]) -> Reach:
    """Return the reach of a node; `found` keeps those of the nodes already looked at."""
    if id(node) not in found:
        reach = _reach(node, found)
        found[id(node)] = Reach(reach.size, *OPEN) if reach.size >= LARGE else reach
    return found[id(node)]


def _reach(node: Node, found: dict[int, Reach]) -> Reach:
    def of(*inner: Node) -> Reach:
        """Return the widest of several reaches."""
        sizes, lows, highs = zip(*(reach_of(each, found) for each in inner), strict=True)
        return Reach(max(sizes), any(lows), any(highs))

    if type_of(node) == "date":
        return Reach(DAYS, *OPEN)
    match node:
        case nodes.Constant():
            return Reach(abs(node.value))
        case nodes.Answer(field=field):
            size = max(min(abs(end), MAX_ANSWER) for end in (field.minimum, field.maximum))
            if field.is_component and field.kind == "number":
                return Reach(MAX_ANSWER, *OPEN)
            return Reach(size, math.isinf(field.minimum), math.isinf(field.maximum))
        case nodes.Points():
            return Reach(max(map(abs, node.values)))
        case nodes.Arithmetic():
            return _of_arithmetic(node, of(node.left), of(node.right))
        case nodes.Extreme() | nodes.Coalesce():
            return of(*node.parts)
        case nodes.Choose():
            return of(node.then, node.otherwise)
        case nodes.Apply():
            return _of_function(node, of(node.of))
        case nodes.Round():
            inner = of(node.of)
            return inner._replace(size=inner.size + node.multiple / node.per)
        case nodes.Between():
            return Reach(DAYS, *OPEN)
        case nodes.CountOf():
            return Reach(len(node.parts))
        case nodes.Lookup():
            ends = (False, False) if node.levels else OPEN
            return Reach(max((abs(value) for value in (*node.values, len(node.levels))), default=0.0), *ends)
        case nodes.Total():
            return _of_total(node, [of(part.of) for part in node.parts])
        case nodes.Bands() | nodes.Cells():
            return Reach(len(node.levels))
        case nodes.Move():
            inner, limits = of(node.of), [abs(x) for x in (node.to, node.lowest, node.highest) if math.isfinite(x)]
            return inner._replace(size=inner.size + max(limits))
        case nodes.Withheld():
            sizes = [abs(end) for end in (node.low, node.high) if math.isfinite(end)]
            return Reach(max(sizes, default=0.0), math.isinf(node.low), math.isinf(node.high))
        case _:
            return Reach(1.0)


def _of_arithmetic(node: nodes.Arithmetic, left: Reach, right: Reach) -> Reach:
    if node.operator == "+":
        return Reach(left.size + right.size, left.low_open or right.low_open, left.high_open or right.high_open)
    if node.operator == "-":
        return Reach(left.size + right.size, left.low_open or right.high_open, left.high_open or right.low_open)
    if node.operator == "*":
        ends = (left.low_open, left.high_open, right.low_open, right.high_open)
        return Reach(left.size * right.size, any(ends), any(ends))
    if node.operator == "/":
        if isinstance(node.right, nodes.Constant) and node.right.value:
            return Reach(left.size / abs(node.right.value), *OPEN)
        decimals = decimals_of(node.right)
        return Reach(math.inf if decimals is None else left.size * 10.0**decimals, *OPEN)
    times = whole_power(node)
    if times and left.size < LARGE ** (1 / times):
        return Reach(left.size**times, *OPEN)
    return Reach(math.inf, *OPEN)


def whole_power(node: nodes.Arithmetic) -> int:
    """Return how often a number is multiplied by itself, where a constant says it; 0 for any other power."""
    exponent = node.right.value if isinstance(node.right, nodes.Constant) else 0.0
    return int(exponent) if exponent >= 1 and exponent.is_integer() else 0


def _of_function(node: nodes.Apply, inner: Reach) -> Reach:
    match node.function:
        case "abs":
            return Reach(inner.size, False, inner.low_open or inner.high_open)
        case "floor":
            return inner._replace(size=inner.size + 1)
        case "log":
            return Reach(800.0, *OPEN)
        case "exp":
            return Reach(math.exp(inner.size), False, inner.high_open) if inner.size < 600 else Reach(math.inf, *OPEN)
        case _:
            return Reach(1.0)


def _of_total(node: nodes.Total, parts: list[Reach]) -> Reach:
    size = sum(part.size for part in parts)
    if node.method == "prorate":
        size *= len(parts)
    elif node.method == "by_sign":
        can_add = [end for low, high in node.ends for end in (max(-low, 0.0), max(high, 0.0)) if end]
        size *= sum(can_add) / min(can_add) if can_add else 1.0
    elif node.method == "table":
        size = max([size, *(abs(made) for *_, made in node.table)])
    left_out = bool(node.leave_out)
    low_open, high_open = any(part.low_open for part in parts), any(part.high_open for part in parts)
    return Reach(size, low_open or left_out, high_open or left_out)
