"""What answers a plan tells apart: two answers of one class are the same to every node that is looked at."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from rvn.plan import nodes
from rvn.plan.columns.block import ABSENT, NOTHING, Codes, Column, Floats
from rvn.plan.nodes import Field, Node

MOST = 200  # classes of one field; beyond that little is saved


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of the answers to one field, as small whole numbers.

    Parameters
    ----------
    name
        Of the field.
    size
        How many classes there are.
    of_byte
        The class of every code.
    cuts
        For float64: a number belongs to the class of the number of cuts that it reaches.
    examples
        An answer of every class, in their order.
    """

    name: str
    size: int
    of_byte: Codes
    cuts: Floats
    examples: Column
    _starts: tuple[int, ...] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if (np.diff(self.of_byte.astype(int)) >= 0).all():  # codes are in the order of their classes
            starts = np.searchsorted(self.of_byte, np.arange(1, self.size))
            object.__setattr__(self, "_starts", tuple(starts.tolist()))

    def of(self, column: Column) -> Codes:
        """Return the class of every answer."""
        return self._of_codes(column.values) if column.is_coded else self._of_numbers(column)

    def _of_codes(self, codes: Codes) -> Codes:
        # A processor compares dozens of bytes at once, and looks them up one by one.
        if self._starts == tuple(range(1, self.size)):
            return codes.clip(np.uint8(0), np.uint8(self.size - 1))
        if self._starts is None or len(self._starts) > 6:
            return self.of_byte.take(codes, mode="clip")
        place = np.zeros(len(codes), np.uint8)
        for start in self._starts:
            place += (codes >= start).view(np.uint8)
        return place

    def _of_numbers(self, column: Column) -> Codes:
        values = column.values
        if len(self.cuts) <= 12:  # a few comparisons take a third of the time of `numpy.searchsorted`
            place = np.zeros(len(values), np.uint8)
            for cut in self.cuts:
                place += values >= cut
        else:
            place = np.searchsorted(self.cuts, values, side="right").astype(np.uint8)
        absent = np.isnan(values)
        if absent.any():
            reasons = NOTHING if column.reasons is None else column.reasons[absent]
            place[absent] = self.of_byte[reasons]
        return place


def classes_of(found: Field, uses: Uses, told_apart: frozenset[str]) -> Classes | None:
    """Return the classes of a field's answers, or None where every answer is a class of its own or there are many.

    Parameters
    ----------
    found
        The field.
    uses
        What it is used for.
    told_apart
        Reasons for absence that matter to a total.
    """
    if found.is_component or found.kind == "date":
        return None
    if found.kind == "choice":
        cuts = np.zeros(0)
        answers: Sequence[float] = range(len(found.options))
    else:
        wanted = set(uses.cuts.get(found.name, ()))
        if found.name in uses.numbers:
            if found.kind == "number" or not found.maximum - found.minimum < MOST:
                return None
            wanted |= set(np.arange(found.minimum + 1, found.maximum + 1))
        cuts = np.array(sorted(cut for cut in wanted if cut > found.minimum))
        lowest = found.minimum if math.isfinite(found.minimum) else (cuts[0] - 1 if len(cuts) else 0.0)
        answers = [lowest, *cuts]
    apart = [reason for reason in found.reasons if reason in told_apart]
    size = len(answers) + len(apart) + 1
    if size > MOST:
        return None
    of_byte = np.full(256, size - 1, np.uint8)
    of_absence = [NOTHING] * (len(apart) + 1)
    for place, reason in enumerate(apart):
        code = ABSENT + found.reasons.index(reason)
        of_byte[code], of_absence[place] = len(answers) + place, code
    bytes_ = np.arange(ABSENT)
    if found.kind == "choice":
        of_byte[: len(answers)] = bytes_[: len(answers)]
        return Classes(found.name, size, of_byte, cuts, Column(np.array([*answers, *of_absence], np.uint8)))
    of_byte[:ABSENT] = np.searchsorted(cuts, bytes_, side="right")
    values = np.array([*answers, *(math.nan for _ in of_absence)])
    reasons = np.array([*(0 for _ in answers), *of_absence], np.uint8)
    return Classes(found.name, size, of_byte, cuts, Column(values, reasons))


@dataclass(slots=True)
class Uses:
    """What the fields under some nodes are used for.

    Parameters
    ----------
    fields
        The fields, by name.
    cuts
        By field: numbers at which what is made of its answer changes; a cut itself belongs above.
    numbers
        Fields of which every value matters.
    totals
        Totals that were come upon and not looked into.
    absences
        Groups of fields of which it matters how many are absent, beside their answers.
    stop_at
        Totals not to look into, by identity; None: look into everything.
    """

    fields: dict[str, Field] = field(default_factory=dict)
    cuts: dict[str, set[float]] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)
    totals: list[nodes.Total] = field(default_factory=list)
    absences: list[tuple[Field, ...]] = field(default_factory=list)
    stop_at: frozenset[int] | None = None
    _seen: set[int] = field(default_factory=set)

    def add(self, waiting: Iterable[Node | Field]) -> None:
        """Look at nodes and fields and all that they are computed from."""
        stack = list(waiting)
        while stack:
            found = stack.pop()
            if id(found) in self._seen:
                continue
            self._seen.add(id(found))
            if isinstance(found, Field):
                self.fields[found.name] = found
                if found.asked is not None:
                    stack.append(found.asked)
                continue
            stack += self._within(found)

    def _within(self, node: Node) -> Iterable[Node | Field]:
        """Return what a node is computed from, after its use of answers is noted."""
        match node:
            case nodes.Answer():
                self.numbers.add(node.field.name)
                return (node.field,)
            case nodes.Points():
                self._cut(node.field, node.starts[1:])
                return (node.field,)
            case nodes.Is() | nodes.Answered():
                return (node.field,)
            case nodes.Bands(of=nodes.Answer(field=answered)):
                self._cut(answered, node.starts)
                return (answered,)
            case nodes.Compare(left=nodes.Answer(field=answered), right=nodes.Constant(value=value)):
                self._cut(answered, _changes(node.operator, value))
                return (answered,)
            case nodes.Compare(left=nodes.Constant(value=value), right=nodes.Answer(field=answered)):
                self._cut(answered, _changes(_TURNED.get(node.operator, node.operator), value))
                return (answered,)
            case nodes.Total() if self.stop_at is not None and id(node) in self.stop_at:
                self.totals.append(node)
                return ()
            case nodes.Total():
                return self._parts(node)
            case nodes.Withheld():
                return ()
            case _:
                return node.inputs()

    def _parts(self, node: nodes.Total) -> list[Node | Field]:
        found: list[Node | Field] = [part.of for part in node.parts]
        for part in node.parts:
            if part.field is not None or self.stop_at is None:
                found += fields_in(part)
            else:
                self.absences.append(part.fields)
        return found

    def _cut(self, found: Field, cuts: Iterable[float]) -> None:
        self.cuts.setdefault(found.name, set()).update(cuts)


def fields_in(part: nodes.Part) -> tuple[Field, ...]:
    """Return the fields by which a part of a total may be absent."""
    return part.fields or ((part.field,) if part.field else ())


_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _changes(operator: str, value: float) -> tuple[float, ...]:
    """Return where the truth of a comparison with a number changes; the number itself belongs above."""
    above = float(np.nextafter(value, math.inf))
    match operator:
        case "<" | ">=":
            return (value,)
        case "<=" | ">":
            return (above,)
        case _:
            return (value, above)
