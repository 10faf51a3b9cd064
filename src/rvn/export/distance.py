"""How far one person is from a truth value, a number or a level: 0 where it is there, smaller where it is nearer.

The number means nothing by itself; it leads a search uphill, as in search-based testing.
"""

from __future__ import annotations

import math

from rvn.plan.explain import Evaluation
from rvn.plan.nodes import All, Answer, Any, Bands, Cells, Choose, Compare, Move, Node, Not, Withheld

FAR = 1_000.0  # further than steps within one condition usually are


def of_truth(on: Evaluation, node: Node, *, wanted: bool) -> float:
    """Return how far a condition is from being true, or false."""
    if on[node].value == wanted:
        return 0.0
    match node:
        case Not(of=inner):
            return of_truth(on, inner, wanted=not wanted)
        case All(parts=parts) | Any(parts=parts):
            found = [of_truth(on, part, wanted=wanted) for part in parts]
            return max(1e-9, sum(found) if isinstance(node, All) == wanted else min(found))
        case Compare(left=left, right=right):
            apart = abs(on[left].value - on[right].value)
            return FAR if apart != apart else 1 + min(apart, FAR)
        case Choose(test=test, then=then, otherwise=otherwise):
            if on[test].is_known:
                return of_truth(on, then if on[test].value else otherwise, wanted=wanted)
            return FAR
        case Withheld(of=inner):
            return of_truth(on, inner, wanted=wanted)
    return 1.0 if on[node].is_known else FAR


def of_number(on: Evaluation, node: Node, low: float, high: float) -> float:
    """Return how far a number is from an interval, both ends belonging to it."""
    value = on[node].value
    if value != value:
        return FAR
    return max(low - value, value - high, 0.0)


def of_level(on: Evaluation, node: Node, place: int) -> float:
    """Return how far a level is from a place in its order."""
    value = on[node].value
    if value == place:
        return 0.0
    match node:
        case Bands(of=of, starts=starts):
            end = math.nextafter(starts[place + 1], -math.inf) if place + 1 < len(starts) else math.inf
            begin = starts[place] if place else -math.inf
            return max(1e-9, of_number(on, of, begin, end))
        case Choose(test=test, then=then, otherwise=otherwise) if on[test].is_known:
            return max(1e-9, of_level(on, then if on[test].value else otherwise, place))
        case Move(of=of, test=test) if on[test].is_known:
            return 1 + (of_level(on, of, place) if not on[test].value else of_truth(on, test, wanted=False))
        case Cells(rows=rows, columns=columns, cells=cells):
            ways = [
                of_level(on, rows, row) + of_level(on, columns, column)
                for row, line in enumerate(cells)
                for column, cell in enumerate(line)
                if cell == place
            ]
            return max(1e-9, min(ways, default=FAR))
        case Answer():
            return 1.0
    return FAR if value != value else abs(value - place)
