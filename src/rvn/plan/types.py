"""What can be said of a node before anything is computed: its type, its levels, how exact it is."""

from __future__ import annotations

import math

from rvn.plan.nodes import (
    All,
    Answer,
    Answered,
    Any,
    Apply,
    Arithmetic,
    Bands,
    Cells,
    Choose,
    Coalesce,
    Compare,
    Constant,
    Extreme,
    Is,
    Lookup,
    Move,
    Node,
    Not,
    Points,
    Round,
    Total,
    Type,
    Withheld,
)


def type_of(node: Node) -> Type:
    """Return whether a node is a number, a truth value, a level or a date."""
    match node:
        case Is() | Answered() | Compare() | Not() | All() | Any():
            return "boolean"
        case Bands() | Cells():
            return "level"
        case Lookup():
            return "level" if node.levels else "number"
        case Constant():
            return node.of
        case Answer(field=field) if field.kind in ("date", "level"):
            return "date" if field.kind == "date" else "level"
        case Move() | Withheld():
            return type_of(node.of)
        case Choose():
            return type_of(node.then)
        case Coalesce():
            return type_of(node.parts[0])
        case _:
            return "number"


def levels_of(node: Node) -> tuple[str, ...]:
    """Return the names of the levels a node can take, from low to high; none for other types."""
    match node:
        case Bands() | Cells() | Lookup():
            return node.levels
        case Answer():
            return node.field.options if node.field.kind == "level" else ()
        case Move() | Withheld():
            return levels_of(node.of)
        case Choose():
            return levels_of(node.then)
        case Coalesce():
            return levels_of(node.parts[0])
        case _:
            return ()


def decimals_of(node: Node) -> int | None:
    """Return to how many decimal places every value of a node is exact, or None where that cannot be said."""
    match node:
        case Constant():
            return decimal_places(node.value)
        case Answer():
            return None if node.field.kind == "number" else 0
        case Points():
            return _most(*(Constant(value=value) for value in node.values))
        case Arithmetic(operator="+" | "-"):
            return _most(node.left, node.right)
        case Choose():
            return _most(node.then, node.otherwise)
        case Extreme() | Coalesce():
            return _most(*node.parts)
        case Total():
            return node.decimals if node.allow == 0 or node.method == "zero" else None
        case Lookup():
            return _most(*(Constant(value=value) for value in node.values))
        case Round():
            return decimal_places(node.multiple / node.per)
        case Move():
            limits = (limit for limit in (node.to, node.lowest, node.highest) if math.isfinite(limit))
            return _most(node.of, *(Constant(value=limit) for limit in limits))
        case Withheld():
            return decimals_of(node.of)
        case Arithmetic() | Apply():
            return None
        case _:
            return 0


def _most(*nodes: Node) -> int | None:
    found = [decimals_of(node) for node in nodes]
    return None if None in found else max((places for places in found if places is not None), default=0)


def decimal_places(value: float) -> int | None:
    """Return the number of decimals in the shortest way to write `value`, None above 12.

    >>> [decimal_places(value) for value in (3.0, -0.5, 0.25)]
    [0, 1, 2]
    """
    text = repr(float(value))
    if "e" in text or "n" in text:
        return 0 if abs(value) >= 1 else None
    places = len(text.split(".")[1].rstrip("0"))
    return places if places <= 12 else None
