"""What an instrument means: frozen nodes, each a value computed from answers or from other nodes.

A node stands for one number, truth value, level or date. Readers give it meaning: `explain` for one person with
reasons, `columns` for blocks of people. Whatever an answer does, three things travel together: the value (unknown
where it cannot be said), and the lowest and highest value that the absent answers leave open.

Nodes are compared by identity, so a plan is a graph in which shared parts are computed once.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, fields
from typing import Literal, TypeVar, dataclass_transform

Type = Literal["number", "boolean", "level", "date"]
Kind = Literal["choice", "count", "number", "date", "level"]

C = TypeVar("C")


@dataclass_transform(frozen_default=True, eq_default=False, kw_only_default=True)
def node(cls: type[C]) -> type[C]:
    """Make a class a frozen dataclass that is compared by identity."""
    return dataclass(frozen=True, slots=True, eq=False, kw_only=True)(cls)


@node
class Field:
    """Something that is answered, given or taken from another instrument's result; not a node itself.

    Parameters
    ----------
    name
        Identifier of the item or fact.
    kind
        ``choice`` (one of `options`), ``count`` (whole number from 0), ``number``, ``date``, or ``level`` (an
        ordered choice, the output of a component instrument).
    options
        Names of options in order of their codes, or of levels from low to high.
    minimum, maximum
        What a number can be, infinite where nothing is said; of a level, its first and last place.
    reasons
        Why an answer may be absent.
    asked
        Condition under which the item is asked; otherwise it is not applicable.
    is_component
        The field is an output of another instrument.
    may_be_future
        A date that may lie after the day of assessment.
    """

    name: str
    kind: Kind
    options: tuple[str, ...] = ()
    minimum: float = float("-inf")
    maximum: float = float("inf")
    reasons: tuple[str, ...] = ()
    asked: Node | None = None
    is_component: bool = False
    may_be_future: bool = False


@node
class Node:
    """Base of all nodes."""

    def inputs(self) -> list[Node]:
        """Return the nodes that this one is computed from."""
        found: list[Node] = []
        for name in names_of(type(self)):  # type: ignore[arg-type]
            _add_nodes(getattr(self, name), found)
        return found


@functools.cache
def names_of(cls: type[Node | Field | Part]) -> tuple[str, ...]:
    """Return the names of what a kind of node is made of."""
    return tuple(entry.name for entry in fields(cls))


def _add_nodes(value: object, found: list[Node]) -> None:
    """Add the nodes in what a node is made of."""
    if isinstance(value, Node):
        found.append(value)
    elif isinstance(value, tuple):
        if value and not isinstance(value[0], (str, int, float)):  # thousands of keys
            for entry in value:
                _add_nodes(entry, found)
    elif isinstance(value, Part):
        found.append(value.of)
    elif isinstance(value, Field) and value.asked is not None:
        found.append(value.asked)


@node
class Constant(Node):
    """A number, truth value (0 or 1) or level (its place in the order) that is the same for everybody."""

    value: float
    of: Type = "number"


@node
class Answer(Node):
    """The number, date or level that was answered."""

    field: Field


@node
class Points(Node):
    """Points of an answer: by option, or by the range a number falls into; none for an item that is not asked.

    `values` belongs to the options in order, or, where `starts` is given, to the ranges that begin there.
    """

    field: Field
    values: tuple[float, ...]
    starts: tuple[float, ...] = ()


@node
class Is(Node):
    """Whether the answer is among the options with these codes; false for an item that is not asked."""

    field: Field
    codes: frozenset[int]


@node
class Answered(Node):
    """Whether there is an answer; always known."""

    field: Field


@node
class Arithmetic(Node):
    """Two numbers joined by ``+ - * / **``; unknown where the result is undefined or too large."""

    operator: Literal["+", "-", "*", "/", "**"]
    left: Node
    right: Node


@node
class Compare(Node):
    """Whether two numbers, levels or dates stand in an order."""

    operator: Literal["<", "<=", "==", "!=", ">=", ">"]
    left: Node
    right: Node


@node
class Not(Node):
    """The opposite; unknown stays unknown."""

    of: Node


@node
class All(Node):
    """Kleene's *and*: false where any part is false, otherwise unknown where any is unknown."""

    parts: tuple[Node, ...]


@node
class Any(Node):
    """Kleene's *or*: true where any part is true, otherwise unknown where any is unknown."""

    parts: tuple[Node, ...]


@node
class Choose(Node):
    """One of two values by a test; unknown where the test is."""

    test: Node
    then: Node
    otherwise: Node


@node
class Extreme(Node):
    """The lowest or highest of several numbers; unknown where any of them is."""

    which: Literal["min", "max"]
    parts: tuple[Node, ...]


@node
class Apply(Node):
    """A function of one number; unknown outside its domain."""

    function: Literal["abs", "floor", "log", "exp", "logistic"]
    of: Node


@node
class Round(Node):
    """A number rounded to a multiple of `multiple`/`per`; a tie goes away from zero, to even, up or down.

    One of the two is 1, so that rounding to 0.01 multiplies and divides by 100 and never by 0.01.
    """

    of: Node
    per: float
    multiple: float
    ties: Literal["away", "even", "up", "down"]


@node
class Between(Node):
    """Full years or months from one date to another; negative where the second is earlier."""

    unit: Literal["years", "months"]
    start: Node
    end: Node


@node
class Coalesce(Node):
    """The first of several values that is known; unknown where one before it is `hidden` and unknown.

    A part is hidden where it rests on something withheld: the next one must not be taken in its place.
    """

    parts: tuple[Node, ...]
    hidden: frozenset[int] = frozenset()


@node
class CountOf(Node):
    """How many of several conditions are true; unknown where any of them is."""

    parts: tuple[Node, ...]


@node
class Lookup(Node):
    """What stands in a table beside a number or a code; unknown where the table has no row for it.

    `keys` are in rising order, `values` beside them; where `levels` are given the values are places among them.
    """

    of: Node
    keys: tuple[float, ...]
    values: tuple[float, ...]
    levels: tuple[str, ...] = ()


@node
class Part:
    """One addend of a total, under the name of its item; `field` where it is the points of an answer.

    `fields` are all that it is computed from: it is absent only where one of them is. `is_hidden` says that it rests
    on something withheld; it is then unknown, but not absent, and no rule for absent answers may stand in for it.
    """

    name: str
    of: Node
    field: Field | None = None
    fields: tuple[Field, ...] = ()
    is_hidden: bool = False


@node
class Total(Node):
    """Sum over the parts of a scale under its rule for absent answers.

    Parts that are not asked, or absent for a reason in `leave_out`, are left out: they add nothing and do not
    count as absent. Where more than `allow` of the others are absent, or one outside `only`, or fewer than
    `at_least` are present, the total is unknown. Otherwise, where any are absent, the sum

    - counts them ``zero``;
    - is prorated, ``prorate``: multiplied by the number of parts and divided by the number present, in that order;
    - is prorated ``by_sign``: each absent part adds that share of the points of one sign it can have which the parts in
      `share_from` (None: all) have of theirs; negative points where their sum is negative, positive where it is
      positive. `ends` are the lowest and highest points of each part;
    - or stands in a ``table`` of the number absent, the sum of the others, and the total.

    `decimals` is the number of decimal places that every part is exact to; sums are then made of whole numbers
    and divided once. None: parts are added from first to last as they are.
    """

    parts: tuple[Part, ...]
    allow: int = 0
    only: frozenset[str] | None = None
    at_least: int = 0
    method: Literal["zero", "prorate", "by_sign", "table"] = "zero"
    ends: tuple[tuple[float, float], ...] = ()
    share_from: frozenset[str] | None = None
    table: tuple[tuple[int, float, float], ...] = ()
    leave_out: frozenset[str] = frozenset()
    decimals: int | None = 0


@node
class Bands(Node):
    """The level that a number falls into: `starts` are lower bounds, and a value on a bound belongs above it."""

    of: Node
    starts: tuple[float, ...]
    levels: tuple[str, ...]


@node
class Cells(Node):
    """The level in a table of two levels; `cells[row][column]` is the place in the order of `levels`."""

    rows: Node
    columns: Node
    cells: tuple[tuple[int, ...], ...]
    levels: tuple[str, ...]


@node
class Move(Node):
    """A level or number changed where a condition holds: set, raised or lowered to a value, or shifted by steps.

    `to` is a value for ``set``, ``raise`` and ``lower``, a number of steps for ``shift``; the result stays
    within `lowest` and `highest`.
    """

    of: Node
    test: Node
    how: Literal["set", "raise", "lower", "shift"]
    to: float
    lowest: float
    highest: float


@node
class Withheld(Node):
    """A value that rests on recalled numbers nobody asked for: unknown, anything it could ever be left open."""

    of: Node
    low: float
    high: float
