"""The functions of the expression language: what each takes, and the node that it makes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from rvn import messages
from rvn.plan import nodes
from rvn.plan.nodes import Field, Node, Type
from rvn.plan.plan import first_known
from rvn.plan.types import levels_of, type_of

Arguments = list[ast.expr]


class Item(Protocol):
    """An item or fact that a function is about."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def field(self) -> Field | None:
        """What is answered."""

    @property
    def points(self) -> Node | None:
        """What an answer is worth."""


class Reader(Protocol):
    """What a function asks for its arguments."""

    def node(self, tree: ast.expr) -> Node:
        """Return what a tree means."""

    def typed(self, tree: ast.expr, kind: Type) -> Node:
        """Return what a tree means, which must be of one type."""

    def field(self, tree: ast.expr, function: str) -> Item:
        """Return the item or fact that a tree names."""


class Mistake(Exception):
    """Something in an expression is wrong, at a node of its grammar."""

    def __init__(self, message: messages.Message, at: ast.AST, **values: object) -> None:
        self.message, self.at, self.values = message, at, values


def excerpt(tree: ast.AST) -> str:
    """Return a short piece of an expression to show in a message."""
    text = ast.unparse(tree)
    return text if len(text) <= 40 else text[:37] + "…"


@dataclass(frozen=True)
class Function:
    """One function: how it is used, how many arguments it takes, and what it makes of them."""

    usage: str
    least: int
    most: int
    make: Callable[[Reader, Arguments], Node]


def _numbers(on: Reader, trees: Arguments) -> tuple[Node, ...]:
    return tuple(on.typed(tree, "number") for tree in trees)


def _lowest(on: Reader, trees: Arguments) -> Node:
    return nodes.Extreme(which="min", parts=_numbers(on, trees))


def _highest(on: Reader, trees: Arguments) -> Node:
    return nodes.Extreme(which="max", parts=_numbers(on, trees))


def _apply(name: str) -> Function:
    def make(on: Reader, trees: Arguments) -> Node:
        return nodes.Apply(function=name, of=on.typed(trees[0], "number"))  # type: ignore[arg-type]

    return Function(f"{name}(x)", 1, 1, make)


def _between(unit: str) -> Function:
    def make(on: Reader, trees: Arguments) -> Node:
        start, end = (on.typed(tree, "date") for tree in trees)
        return nodes.Between(unit=unit, start=start, end=end)  # type: ignore[arg-type]

    return Function(f"{unit}_between(earlier, later)", 2, 2, make)


def _rounded(on: Reader, trees: Arguments) -> Node:
    places = trees[1].value if len(trees) == 2 and isinstance(trees[1], ast.Constant) else 0
    if (len(trees) == 2 and not isinstance(trees[1], ast.Constant)) or type(places) is not int or places > 12:
        raise Mistake(
            messages.WRONG_ARGUMENTS,
            trees[1],
            name="round",
            expected="a whole number of decimals, 0 to 12",
            found=f"`{excerpt(trees[1])}`",
            usage="round(x, 1)",
        )
    return nodes.Round(of=on.typed(trees[0], "number"), per=10.0**places, multiple=1.0, ties="away")


def _points(on: Reader, trees: Arguments) -> Node:
    symbol = on.field(trees[0], "points")
    if symbol.points is None:
        what = f"'{symbol.name}' has no points"
        raise Mistake(messages.WRONG_OPERAND, trees[0], what=what, remedy="give its answers points")
    return symbol.points


def _first_known(on: Reader, trees: Arguments) -> Node:
    parts = tuple(on.node(tree) for tree in trees)
    if len({(type_of(part), levels_of(part)) for part in parts}) > 1:
        what = "`coalesce` has values of different kinds"
        raise Mistake(messages.WRONG_OPERAND, trees[-1], what=what, remedy="give all the same kind")
    return first_known(parts)


def _count_of(on: Reader, trees: Arguments) -> Node:
    return nodes.CountOf(parts=tuple(on.typed(tree, "boolean") for tree in trees))


def _answered(on: Reader, trees: Arguments) -> Node:
    field = on.field(trees[0], "answered").field
    assert field is not None
    return nodes.Answered(field=field)


def _missing(on: Reader, trees: Arguments) -> Node:
    field = on.field(trees[0], "missing").field
    assert field is not None
    unanswered = nodes.Not(of=nodes.Answered(field=field))
    return unanswered if field.asked is None else nodes.All(parts=(field.asked, unanswered))


FUNCTIONS: Mapping[str, Function] = {
    "min": Function("min(x, y)", 2, 99, _lowest),
    "max": Function("max(x, y)", 2, 99, _highest),
    "abs": _apply("abs"),
    "floor": _apply("floor"),
    "log": _apply("log"),
    "exp": _apply("exp"),
    "logistic": _apply("logistic"),
    "round": Function("round(x, decimals)", 1, 2, _rounded),
    "years_between": _between("years"),
    "months_between": _between("months"),
    "answered": Function("answered(item)", 1, 1, _answered),
    "missing": Function("missing(item)", 1, 1, _missing),
    "coalesce": Function("coalesce(x, y)", 2, 99, _first_known),
    "count_of": Function("count_of(condition, condition)", 1, 99, _count_of),
    "points": Function("points(item)", 1, 1, _points),
}
