"""The expression language: Python's grammar through `ast`, a short list of what is allowed, never evaluated.

An expression becomes nodes of the plan. Its names are looked up in a `Scope`, its types are checked, and every
problem has its column.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from rvn import messages
from rvn.errors import Diagnostic, Place
from rvn.plan import nodes
from rvn.plan.nodes import Field, Node, Type
from rvn.plan.types import levels_of, type_of

MAX_LENGTH = 2000
MAX_DEPTH = 40

_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!=", ast.GtE: ">=", ast.Gt: ">"}
_MIRRORED = {"<": ">", "<=": ">=", "==": "==", "!=": "!=", ">=": "<=", ">": "<"}


@dataclass(frozen=True)
class Symbol:
    """What a name stands for: a field that is answered, with the points of its options, or a computed value."""

    name: str
    field: Field | None = None
    points: Node | None = None
    node: Node | None = None


class Scope(Protocol):
    """Where the names of an expression are looked up."""

    def names(self) -> list[str]:
        """Return every name that may be used."""

    def find(self, name: str) -> Symbol | None:
        """Return what a name stands for; None when there is no such name."""


class _Problem(Exception):
    def __init__(self, message: messages.Message, at: ast.AST, **values: object) -> None:
        self.message, self.at, self.values = message, at, values


def compile_expression(text: str, place: Place, scope: Scope, expected: Type | None) -> Node | Diagnostic:
    """Return the node that an expression means, or what is wrong with it.

    Parameters
    ----------
    text
        The expression.
    place
        Where it starts in its file.
    scope
        What its names mean.
    expected
        ``"boolean"`` for conditions, ``"number"`` for numbers; None takes either.
    """
    if len(text) > MAX_LENGTH:
        return messages.EXPRESSION_TOO_LONG.at(place, measure="long", found=len(text), limit=MAX_LENGTH)
    try:
        tree = ast.parse(text.replace("\n", " "), mode="eval").body
        _check_depth(tree, 0)
        node = _Compiler(scope).node(tree)
        if expected and type_of(node) != expected:
            wanted, remedy = {
                "boolean": ("a condition", "compare it with something, for example `… >= 1`"),
                "number": ("a number", "write `1 if … else 0` to count a condition"),
            }[expected]
            raise _Problem(
                messages.WRONG_OPERAND, tree, what=f"this is {_a(type_of(node))}, not {wanted}", remedy=remedy
            )
        return node
    except SyntaxError as error:
        return messages.BAD_EXPRESSION.at(_shifted(place, (error.offset or 1) - 1), what=error.msg)
    except (RecursionError, MemoryError, ValueError):
        return messages.EXPRESSION_TOO_LONG.at(place, measure="deep", found="too many", limit=MAX_DEPTH)
    except _Problem as problem:
        offset = getattr(problem.at, "col_offset", 0)
        return problem.message.at(
            _shifted(place, len(text.encode()[:offset].decode(errors="ignore"))), **problem.values
        )


def _shifted(place: Place, columns: int) -> Place:
    return Place(place.file, place.line, place.column + columns)


def _check_depth(tree: ast.AST, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise _Problem(messages.EXPRESSION_TOO_LONG, tree, measure="deep", found=f"over {MAX_DEPTH}", limit=MAX_DEPTH)
    for child in ast.iter_child_nodes(tree):
        _check_depth(child, depth + 1)


def _a(kind: str) -> str:
    return {"number": "a number", "boolean": "a condition", "level": "a level", "date": "a date"}[kind]


class _Compiler:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def node(self, tree: ast.expr) -> Node:
        match tree:
            case ast.Constant(value=bool() as value):
                return nodes.Constant(value=float(value), of="boolean")
            case ast.Constant(value=int() | float() as value):
                return nodes.Constant(value=float(value))
            case ast.Constant(value=str()):
                raise _Problem(
                    messages.WRONG_OPERAND,
                    tree,
                    what="text stands where a value is needed",
                    remedy="text can only be compared: `item == 'option'`",
                )
            case ast.Name():
                return self.name(tree)
            case ast.Attribute(value=ast.Name(id=owner), attr=attribute):
                return self.value(self.symbol(f"{owner}.{attribute}", tree), tree)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return nodes.Not(of=self.typed(operand, "boolean"))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                return nodes.Constant(value=-float(value))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                zero = nodes.Constant(value=0.0)
                return nodes.Arithmetic(operator="-", left=zero, right=self.typed(operand, "number"))
            case ast.BinOp(op=operator) if type(operator) in _ARITHMETIC:
                left, right = self.typed(tree.left, "number"), self.typed(tree.right, "number")
                return nodes.Arithmetic(operator=_ARITHMETIC[type(operator)], left=left, right=right)  # type: ignore[arg-type]
            case ast.BoolOp(op=operator, values=values):
                parts = tuple(self.typed(value, "boolean") for value in values)
                return nodes.All(parts=parts) if isinstance(operator, ast.And) else nodes.Any(parts=parts)
            case ast.Compare():
                return self.comparison(tree)
            case ast.IfExp():
                return self.choice(tree)
            case ast.Call():
                return self.call(tree)
            case _:
                raise _Problem(messages.NOT_IN_LANGUAGE, tree, what=f"`{_excerpt(tree)}`")

    def typed(self, tree: ast.expr, kind: Type) -> Node:
        node = self.node(tree)
        if type_of(node) != kind:
            what = f"`{_excerpt(tree)}` is {_a(type_of(node))}, but {_a(kind)} is needed here"
            remedy = "compare it with something" if kind == "boolean" else "use a number, or `points(…)` of an item"
            raise _Problem(messages.WRONG_OPERAND, tree, what=what, remedy=remedy)
        return node

    def symbol(self, name: str, tree: ast.AST) -> Symbol:
        found = self.scope.find(name)
        if found is None:
            near = messages.near(name, self.scope.names())
            raise _Problem(messages.UNKNOWN_NAME, tree, kind="item or value", name=name, near=near)
        return found

    def name(self, tree: ast.Name) -> Node:
        return self.value(self.symbol(tree.id, tree), tree)

    def value(self, symbol: Symbol, tree: ast.AST) -> Node:
        """Return the value of a name used by itself: of a choice its points, of anything else what it is."""
        if symbol.node is not None:
            return symbol.node
        assert symbol.field is not None
        if symbol.field.kind != "choice":
            return nodes.Answer(field=symbol.field)
        if symbol.points is None:
            what = f"'{symbol.name}' is a choice whose options have no points"
            raise _Problem(messages.WRONG_OPERAND, tree, what=what, remedy="compare it with one of its options")
        return symbol.points

    def field(self, tree: ast.expr, function: str) -> Symbol:
        name = _dotted(tree)
        symbol = self.symbol(name, tree) if name else None
        if symbol is None or symbol.field is None:
            usage = f"{function}(item)"
            raise _Problem(
                messages.WRONG_ARGUMENTS,
                tree,
                name=function,
                expected="the name of an item",
                found=f"`{_excerpt(tree)}`",
                usage=usage,
            )
        return symbol

    # comparisons

    def comparison(self, tree: ast.Compare) -> Node:
        parts: list[Node] = []
        left = tree.left
        for operator, right in zip(tree.ops, tree.comparators, strict=True):
            parts.append(self.compared(left, operator, right))
            left = right
        return parts[0] if len(parts) == 1 else nodes.All(parts=tuple(parts))

    def compared(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Node:
        if isinstance(operator, (ast.In, ast.NotIn)):
            among = self.among(left, right)
            return among if isinstance(operator, ast.In) else nodes.Not(of=among)
        if type(operator) not in _COMPARISONS:
            raise _Problem(messages.NOT_IN_LANGUAGE, right, what="`is`")
        sign = _COMPARISONS[type(operator)]
        if _is_text(left) and not _is_text(right):
            left, right, sign = right, left, _MIRRORED[sign]
        if _is_text(right):
            return self.named(left, sign, right)
        first, second = self.node(left), self.node(right)
        if type_of(first) != type_of(second) or type_of(first) == "boolean" or levels_of(first) != levels_of(second):
            what = f"{_a(type_of(first))} cannot be compared with {_a(type_of(second))} here"
            raise _Problem(messages.WRONG_OPERAND, right, what=what, remedy="compare values of one kind")
        return nodes.Compare(operator=sign, left=first, right=second)  # type: ignore[arg-type]

    def named(self, left: ast.expr, sign: str, right: ast.expr) -> Node:
        """Return a comparison of a choice or a level with the name of an option or level."""
        name = _dotted(left)
        symbol = self.symbol(name, left) if name else None
        if symbol and symbol.field and symbol.field.kind == "choice":
            if sign not in ("==", "!="):
                what = f"the options of '{name}' have no order"
                raise _Problem(messages.WRONG_OPERAND, left, what=what, remedy="use == or `in`, or compare points")
            chosen = nodes.Is(field=symbol.field, codes=frozenset({self.option(symbol.field, right)}))
            return chosen if sign == "==" else nodes.Not(of=chosen)
        node = self.node(left)
        if type_of(node) != "level":
            what = f"`{_excerpt(left)}` is {_a(type_of(node))} and cannot be compared with text"
            raise _Problem(messages.WRONG_OPERAND, right, what=what, remedy="compare it with a number")
        place = nodes.Constant(value=float(self.level(node, left, right)), of="level")
        return nodes.Compare(operator=sign, left=node, right=place)  # type: ignore[arg-type]

    def among(self, left: ast.expr, right: ast.expr) -> Node:
        if not isinstance(right, (ast.Tuple, ast.List)) or not right.elts:
            raise _Problem(
                messages.WRONG_OPERAND,
                right,
                what="`in` needs a list",
                remedy="write `item in ('one', 'other')`",
            )
        name = _dotted(left)
        symbol = self.symbol(name, left) if name else None
        if symbol and symbol.field and symbol.field.kind == "choice":
            codes = frozenset(self.option(symbol.field, entry) for entry in right.elts)
            return nodes.Is(field=symbol.field, codes=codes)
        parts = tuple(self.compared(left, ast.Eq(), entry) for entry in right.elts)
        return parts[0] if len(parts) == 1 else nodes.Any(parts=parts)

    def option(self, field: Field, tree: ast.expr) -> int:
        value = tree.value if isinstance(tree, ast.Constant) else None
        if not isinstance(value, str) or value not in field.options:
            near = messages.near(value, field.options)
            raise _Problem(messages.UNKNOWN_OPTION, tree, item=field.name, option=_excerpt(tree).strip("'"), near=near)
        return field.options.index(value)

    def level(self, node: Node, owner: ast.expr, tree: ast.expr) -> int:
        levels = levels_of(node)
        value = tree.value if isinstance(tree, ast.Constant) else None
        if not isinstance(value, str) or value not in levels:
            near = messages.near(value, levels)
            raise _Problem(
                messages.UNKNOWN_OPTION,
                tree,
                item=_excerpt(owner),
                option=_excerpt(tree).strip("'"),
                near=near,
            )
        return levels.index(value)

    # if-else and functions

    def choice(self, tree: ast.IfExp) -> Node:
        test = self.typed(tree.test, "boolean")
        then, otherwise = self.node(tree.body), self.node(tree.orelse)
        if type_of(then) != type_of(otherwise) or levels_of(then) != levels_of(otherwise):
            what = f"the two results are {_a(type_of(then))} and {_a(type_of(otherwise))}"
            raise _Problem(messages.WRONG_OPERAND, tree.orelse, what=what, remedy="give both the same kind")
        return nodes.Choose(test=test, then=then, otherwise=otherwise)

    def call(self, tree: ast.Call) -> Node:
        if not isinstance(tree.func, ast.Name):
            raise _Problem(messages.NOT_IN_LANGUAGE, tree, what=f"`{_excerpt(tree)}`")
        name = tree.func.id
        if name not in _FUNCTIONS:
            raise _Problem(messages.UNKNOWN_FUNCTION, tree, name=name, near=messages.near(name, _FUNCTIONS))
        function = _FUNCTIONS[name]
        if tree.keywords or not function.least <= len(tree.args) <= function.most:
            found = f"{len(tree.args)}" if not tree.keywords else "named arguments"
            expected = f"{function.least}" if function.least == function.most else f"at least {function.least}"
            raise _Problem(
                messages.WRONG_ARGUMENTS,
                tree,
                name=name,
                expected=f"{expected} values",
                found=found,
                usage=function.usage,
            )
        return function.make(self, tree.args)

    def numbers(self, trees: list[ast.expr]) -> tuple[Node, ...]:
        return tuple(self.typed(tree, "number") for tree in trees)

    def rounded(self, trees: list[ast.expr]) -> Node:
        places = trees[1].value if len(trees) == 2 and isinstance(trees[1], ast.Constant) else 0
        if len(trees) == 2 and type(places) is not int:
            raise _Problem(
                messages.WRONG_ARGUMENTS,
                trees[1],
                name="round",
                expected="a whole number of decimals",
                found=f"`{_excerpt(trees[1])}`",
                usage="round(x, 1)",
            )
        assert isinstance(places, int)
        return nodes.Round(of=self.typed(trees[0], "number"), per=10.0**places, multiple=1.0, ties="away")

    def points(self, trees: list[ast.expr]) -> Node:
        symbol = self.field(trees[0], "points")
        if symbol.points is None:
            what = f"'{symbol.name}' has no points"
            raise _Problem(messages.WRONG_OPERAND, trees[0], what=what, remedy="give its answers points")
        return symbol.points

    def first_known(self, trees: list[ast.expr]) -> Node:
        parts = tuple(self.node(tree) for tree in trees)
        if len({(type_of(part), levels_of(part)) for part in parts}) > 1:
            raise _Problem(
                messages.WRONG_OPERAND,
                trees[-1],
                what="`coalesce` has values of different kinds",
                remedy="give all the same kind",
            )
        return nodes.Coalesce(parts=parts)


@dataclass(frozen=True)
class _Function:
    usage: str
    least: int
    most: int
    make: Callable[[_Compiler, list[ast.expr]], Node]


def _apply(name: str) -> _Function:
    return _Function(
        f"{name}(x)",
        1,
        1,
        lambda on, trees: nodes.Apply(function=name, of=on.typed(trees[0], "number")),  # type: ignore[arg-type]
    )


def _extreme(name: str) -> _Function:
    return _Function(
        f"{name}(x, y)",
        2,
        99,
        lambda on, trees: nodes.Extreme(which=name, parts=on.numbers(trees)),  # type: ignore[arg-type]
    )


def _between(unit: str) -> _Function:
    return _Function(
        f"{unit}_between(earlier, later)",
        2,
        2,
        lambda on, trees: nodes.Between(
            unit=unit,  # type: ignore[arg-type]
            start=on.typed(trees[0], "date"),
            end=on.typed(trees[1], "date"),
        ),
    )


_FUNCTIONS: Mapping[str, _Function] = {
    "min": _extreme("min"),
    "max": _extreme("max"),
    "abs": _apply("abs"),
    "floor": _apply("floor"),
    "log": _apply("log"),
    "exp": _apply("exp"),
    "logistic": _apply("logistic"),
    "round": _Function("round(x, decimals)", 1, 2, _Compiler.rounded),
    "years_between": _between("years"),
    "months_between": _between("months"),
    "answered": _Function("answered(item)", 1, 1, lambda on, trees: _answered(on, trees[0], "answered")),
    "missing": _Function("missing(item)", 1, 1, lambda on, trees: _missing(on, trees[0])),
    "coalesce": _Function("coalesce(x, y)", 2, 99, _Compiler.first_known),
    "count_of": _Function(
        "count_of(condition, condition)",
        1,
        99,
        lambda on, trees: nodes.CountOf(parts=tuple(on.typed(tree, "boolean") for tree in trees)),
    ),
    "points": _Function("points(item)", 1, 1, _Compiler.points),
}


FUNCTIONS = frozenset(_FUNCTIONS)


def _answered(on: _Compiler, tree: ast.expr, function: str) -> Node:
    field = on.field(tree, function).field
    assert field is not None
    return nodes.Answered(field=field)


def _missing(on: _Compiler, tree: ast.expr) -> Node:
    field = on.field(tree, "missing").field
    assert field is not None
    unanswered = nodes.Not(of=nodes.Answered(field=field))
    return unanswered if field.asked is None else nodes.All(parts=(field.asked, unanswered))


def _is_text(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Constant) and isinstance(tree.value, str)


def _dotted(tree: ast.expr) -> str | None:
    match tree:
        case ast.Name():
            return tree.id
        case ast.Attribute(value=ast.Name(id=owner), attr=attribute):
            return f"{owner}.{attribute}"
        case _:
            return None


def _excerpt(tree: ast.AST) -> str:
    text = ast.unparse(tree)
    return text if len(text) <= 40 else text[:37] + "…"
