"""The expression language: Python's grammar through `ast`, a short list of what is allowed, never evaluated.

An expression becomes nodes of the plan. Its names are looked up in a `Names`, its types are checked, and every
problem has its column.
"""

from __future__ import annotations

import ast
import re
import threading
import warnings
from dataclasses import dataclass
from typing import Protocol

from rvn import messages
from rvn.days import read_day
from rvn.definition.functions import FUNCTIONS, Mistake, excerpt
from rvn.errors import Diagnostic, Place
from rvn.plan import nodes
from rvn.plan.nodes import Field, Node, Type
from rvn.plan.types import levels_of, type_of

MAX_LENGTH = 2000
_PARSING = threading.Lock()  # silencing Python's warnings is not safe in several threads at once
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


class Names(Protocol):
    """Where the names of an expression are looked up."""

    def names(self) -> list[str]:
        """Return every name that may be used."""

    def find(self, name: str) -> Symbol | None:
        """Return what a name stands for; None when there is no such name."""


def compile_expression(text: str, place: Place, names: Names, expected: Type | None) -> Node | Diagnostic:
    """Return the node that an expression means, or what is wrong with it.

    Parameters
    ----------
    text
        The expression.
    place
        Where it starts in its file.
    names
        What its names mean.
    expected
        ``"boolean"`` for conditions, ``"number"`` for numbers; None takes either.
    """
    place = _shifted(place, len(text) - len(text.lstrip()))
    text = text.strip()
    if len(text) > MAX_LENGTH:
        return messages.EXPRESSION_TOO_LONG.at(place, measure="long", found=len(text), limit=MAX_LENGTH)
    outside_quotes = re.sub(r"'[^']*'|\"[^\"]*\"", "", text)
    if "#" in outside_quotes:
        return messages.BAD_EXPRESSION.at(_shifted(place, text.index("#")), what="a comment cannot stand inside it")
    if not outside_quotes.isascii():
        return messages.BAD_EXPRESSION.at(place, what="letters outside quotes must be plain: a to z")
    try:
        with _PARSING, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python would only warn about is not in the language anyway
            tree = ast.parse(text.replace("\n", " "), mode="eval").body
        if len(text) >= MAX_DEPTH:  # no tree is deeper than its text is long
            _check_depth(tree, 0)
        node = ExpressionCompiler(names).node(tree)
        if expected and type_of(node) != expected:
            wanted, remedy = {
                "boolean": ("a condition", "compare it with something, for example `… >= 1`"),
                "number": ("a number", "write `1 if … else 0` to count a condition"),
            }[expected]
            raise Mistake(messages.WRONG_OPERAND, tree, what=f"this is {a(type_of(node))}, not {wanted}", remedy=remedy)
        return node
    except SyntaxError as error:
        # Where something is lacking at the end, the grammar points nowhere.
        offset = error.offset - 1 if error.offset else len(text)
        return messages.BAD_EXPRESSION.at(_shifted(place, offset), what=error.msg)
    except (RecursionError, MemoryError, ValueError):
        return messages.EXPRESSION_TOO_LONG.at(place, measure="deep", found="too many", limit=MAX_DEPTH)
    except Mistake as problem:
        offset = getattr(problem.at, "col_offset", 0)
        return problem.message.at(
            _shifted(place, len(text.encode()[:offset].decode(errors="ignore"))), **problem.values
        )


def _shifted(place: Place, columns: int) -> Place:
    return Place(place.file, place.line, place.column + columns)


def _check_depth(tree: ast.AST, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Mistake(messages.EXPRESSION_TOO_LONG, tree, measure="deep", found=f"over {MAX_DEPTH}", limit=MAX_DEPTH)
    for child in ast.iter_child_nodes(tree):
        _check_depth(child, depth + 1)


def a(kind: str) -> str:
    """Return a type as a message says it."""
    return {"number": "a number", "boolean": "a condition", "level": "a level", "date": "a date"}[kind]


class ExpressionCompiler:
    """Makes nodes of the grammar's trees; the functions of the language ask it for their arguments."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def node(self, tree: ast.expr) -> Node:
        """Return what a tree means."""
        match tree:
            case ast.Constant(value=bool() as value):
                return nodes.Constant(value=float(value), of="boolean")
            case ast.Constant(value=int() | float() as value):
                if not abs(value) < 1e300:
                    raise Mistake(messages.BAD_EXPRESSION, tree, what="the number is too large")
                return nodes.Constant(value=float(value))
            case ast.Constant(value=str()):
                raise Mistake(
                    messages.WRONG_OPERAND,
                    tree,
                    what="text stands where a value is needed",
                    remedy="text can only be compared: `item == 'option'`",
                )
            case ast.Name():
                return self._name(tree)
            case ast.Attribute(value=ast.Name(id=owner), attr=attribute):
                return self._value(self._symbol(f"{owner}.{attribute}", tree), tree)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return nodes.Not(of=self.typed(operand, "boolean"))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float())):
                number = self.node(tree.operand)
                assert isinstance(number, nodes.Constant)
                return nodes.Constant(value=-number.value)
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
                return self._comparison(tree)
            case ast.IfExp():
                return self._choice(tree)
            case ast.Call():
                return self._call(tree)
            case _:
                raise Mistake(messages.NOT_IN_LANGUAGE, tree, what=f"`{excerpt(tree)}`")

    def typed(self, tree: ast.expr, kind: Type) -> Node:
        """Return what a tree means, which must be of one type."""
        node = self.node(tree)
        if type_of(node) != kind:
            what = f"`{excerpt(tree)}` is {a(type_of(node))}, but {a(kind)} is needed here"
            remedy = "compare it with something" if kind == "boolean" else "use a number, or `points(…)` of an item"
            raise Mistake(messages.WRONG_OPERAND, tree, what=what, remedy=remedy)
        return node

    def _symbol(self, name: str, tree: ast.AST) -> Symbol:
        found = self.names.find(name)
        if found is None:
            near = messages.near(name, self.names.names())
            raise Mistake(messages.UNKNOWN_NAME, tree, kind="item or value", name=name, near=near)
        return found

    def _name(self, tree: ast.Name) -> Node:
        return self._value(self._symbol(tree.id, tree), tree)

    def _value(self, symbol: Symbol, tree: ast.AST) -> Node:
        """Return the value of a name used by itself: of a choice its points, of anything else what it is."""
        if symbol.node is not None:
            return symbol.node
        assert symbol.field is not None
        if symbol.field.kind != "choice":
            return nodes.Answer(field=symbol.field)
        if symbol.points is None:
            what = f"'{symbol.name}' is a choice whose options have no points"
            raise Mistake(messages.WRONG_OPERAND, tree, what=what, remedy="compare it with one of its options")
        return symbol.points

    def field(self, tree: ast.expr, function: str) -> Symbol:
        """Return the item or fact that a tree names."""
        name = _dotted(tree)
        symbol = self._symbol(name, tree) if name else None
        if symbol is None or symbol.field is None:
            usage = f"{function}(item)"
            raise Mistake(
                messages.WRONG_ARGUMENTS,
                tree,
                name=function,
                expected="the name of an item",
                found=f"`{excerpt(tree)}`",
                usage=usage,
            )
        return symbol

    # comparisons

    def _comparison(self, tree: ast.Compare) -> Node:
        parts: list[Node] = []
        left = tree.left
        for operator, right in zip(tree.ops, tree.comparators, strict=True):
            parts.append(self._compared(left, operator, right))
            left = right
        return parts[0] if len(parts) == 1 else nodes.All(parts=tuple(parts))

    def _compared(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Node:
        if isinstance(operator, (ast.In, ast.NotIn)):
            among = self._among(left, right)
            return among if isinstance(operator, ast.In) else nodes.Not(of=among)
        if type(operator) not in _COMPARISONS:
            raise Mistake(messages.NOT_IN_LANGUAGE, right, what="`is`")
        sign = _COMPARISONS[type(operator)]
        if _is_text(left) and not _is_text(right):
            left, right, sign = right, left, _MIRRORED[sign]
        if _is_text(right):
            return self._named(left, sign, right)
        first, second = self.node(left), self.node(right)
        if type_of(first) != type_of(second) or type_of(first) == "boolean" or levels_of(first) != levels_of(second):
            what = f"{a(type_of(first))} cannot be compared with {a(type_of(second))} here"
            raise Mistake(messages.WRONG_OPERAND, right, what=what, remedy="compare values of one kind")
        return nodes.Compare(operator=sign, left=first, right=second)  # type: ignore[arg-type]

    def _named(self, left: ast.expr, sign: str, right: ast.expr) -> Node:
        """Return a comparison of a choice or a level with the name of an option or level."""
        name = _dotted(left)
        symbol = self._symbol(name, left) if name else None
        if symbol and symbol.field and symbol.field.kind == "choice":
            if sign not in ("==", "!="):
                what = f"the options of '{name}' have no order"
                raise Mistake(messages.WRONG_OPERAND, left, what=what, remedy="use == or `in`, or compare points")
            chosen = nodes.Is(field=symbol.field, codes=frozenset({self._option(symbol.field, right)}))
            return chosen if sign == "==" else nodes.Not(of=chosen)
        node = self.node(left)
        if type_of(node) == "date":
            return nodes.Compare(operator=sign, left=node, right=self._day(right))  # type: ignore[arg-type]
        if type_of(node) != "level":
            what = f"`{excerpt(left)}` is {a(type_of(node))} and cannot be compared with text"
            raise Mistake(messages.WRONG_OPERAND, right, what=what, remedy="compare it with a number")
        place = nodes.Constant(value=float(self._level(node, left, right)), of="level")
        return nodes.Compare(operator=sign, left=node, right=place)  # type: ignore[arg-type]

    def _among(self, left: ast.expr, right: ast.expr) -> Node:
        if not isinstance(right, (ast.Tuple, ast.List)) or not right.elts:
            raise Mistake(
                messages.WRONG_OPERAND,
                right,
                what="`in` needs a list",
                remedy="write `item in ('one', 'other')`",
            )
        name = _dotted(left)
        symbol = self._symbol(name, left) if name else None
        if symbol and symbol.field and symbol.field.kind == "choice":
            codes = frozenset(self._option(symbol.field, entry) for entry in right.elts)
            return nodes.Is(field=symbol.field, codes=codes)
        parts = tuple(self._compared(left, ast.Eq(), entry) for entry in right.elts)
        return parts[0] if len(parts) == 1 else nodes.Any(parts=parts)

    def _option(self, field: Field, tree: ast.expr) -> int:
        value = tree.value if isinstance(tree, ast.Constant) else None
        if not isinstance(value, str) or value not in field.options:
            near = messages.near(value, field.options)
            raise Mistake(messages.UNKNOWN_OPTION, tree, item=field.name, option=excerpt(tree).strip("'"), near=near)
        return field.options.index(value)

    def _day(self, tree: ast.expr) -> Node:
        value = tree.value if isinstance(tree, ast.Constant) else None
        day = read_day(value)
        if day is None:
            what, remedy = f"{excerpt(tree)} is no date", "write it as '2026-11-21'"
            raise Mistake(messages.WRONG_OPERAND, tree, what=what, remedy=remedy)
        return nodes.Constant(value=float(day.toordinal()), of="date")

    def _level(self, node: Node, owner: ast.expr, tree: ast.expr) -> int:
        levels = levels_of(node)
        value = tree.value if isinstance(tree, ast.Constant) else None
        if not isinstance(value, str) or value not in levels:
            near = messages.near(value, levels)
            raise Mistake(
                messages.UNKNOWN_OPTION,
                tree,
                item=excerpt(owner),
                option=excerpt(tree).strip("'"),
                near=near,
            )
        return levels.index(value)

    # if-else and functions

    def _choice(self, tree: ast.IfExp) -> Node:
        test = self.typed(tree.test, "boolean")
        then, otherwise = self.node(tree.body), self.node(tree.orelse)
        if type_of(then) != type_of(otherwise) or levels_of(then) != levels_of(otherwise):
            what = f"the two results are {a(type_of(then))} and {a(type_of(otherwise))}"
            raise Mistake(messages.WRONG_OPERAND, tree.orelse, what=what, remedy="give both the same kind")
        return nodes.Choose(test=test, then=then, otherwise=otherwise)

    def _call(self, tree: ast.Call) -> Node:
        if not isinstance(tree.func, ast.Name):
            raise Mistake(messages.NOT_IN_LANGUAGE, tree, what=f"`{excerpt(tree)}`")
        name = tree.func.id
        if name not in FUNCTIONS:
            raise Mistake(messages.UNKNOWN_FUNCTION, tree, name=name, near=messages.near(name, FUNCTIONS))
        function = FUNCTIONS[name]
        if tree.keywords or not function.least <= len(tree.args) <= function.most:
            found = f"{len(tree.args)}" if not tree.keywords else "named arguments"
            expected = f"{function.least}" if function.least == function.most else f"at least {function.least}"
            raise Mistake(
                messages.WRONG_ARGUMENTS,
                tree,
                name=name,
                expected=f"{expected} values",
                found=found,
                usage=function.usage,
            )
        return function.make(self, tree.args)


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
