"""What test vectors must touch: every level and cut-off, rule, missing rule and exclusion of an instrument.

A target knows how far one person's evaluation is from it, 0 where it touches it; the same number says whether a set of
vectors covers it, and leads the search for a vector that does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from rvn.definition.checks.levels import bands_in
from rvn.export.distance import FAR, of_level, of_number, of_truth
from rvn.plan.explain import Evaluation, attainable, sum_of
from rvn.plan.nodes import (
    Answer,
    Bands,
    Cells,
    Choose,
    Coalesce,
    Field,
    Move,
    Node,
    Points,
    Round,
    Total,
    Withheld,
)
from rvn.plan.plan import Plan, Step, fields_of, walk
from rvn.plan.types import decimals_of, levels_of
from rvn.scoring.instrument import Instrument

Distance = Callable[[Evaluation], float]
OF_FIELDS = ("answer", "points", "absent", "not asked")
MOST_OPTIONS = 40  # of one item; code lists of thousands are not gone through one by one


@dataclass(frozen=True)
class Target:
    """Something that at least one vector must touch.

    Parameters
    ----------
    kind, name, detail
        What it is, of which part of the instrument.
    distance
        How far an evaluation is from touching it; 0 where it does.
    """

    kind: str
    name: str
    detail: str
    distance: Distance

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {self.detail}" if self.detail else f"{self.kind} {self.name}"


def targets(instrument: Instrument) -> list[Target]:
    """Return everything that vectors of an instrument must touch, exclusions and edges first.

    What is withheld is left out, and what cannot be reached for anybody.
    """
    plan = instrument.plan
    found = [*_conditions(plan)]
    deciding = {field.name for step in plan.of_kind("eligible", "consistent") for field in fields_of(step.node)}
    for target in (*_missing(plan), *_bands(plan), *_rules(plan), *_tables(plan), *_others(plan), *_fields(plan)):
        # An answer that decides whether the instrument applies is touched by people to whom it does not, too.
        is_free = target.kind in OF_FIELDS and target.name in deciding
        found.append(target if is_free else replace(target, distance=_among_usable(target.distance)))
    return found


def _among_usable(distance: Distance) -> Distance:
    """Return a distance that counts only where the instrument says something about the person."""

    def usable(on: Evaluation) -> float:
        broken = sum(value != 1 for value in on.conditions("eligible").values())
        broken += sum(value == 0 for value in on.conditions("consistent").values())
        return FAR * broken + distance(on)

    return usable


def _conditions(plan: Plan) -> Iterator[Target]:
    whole = plan.full or plan
    for step in whole.of_kind("eligible", "consistent"):
        low, high = attainable(step.node)
        kind = "not eligible" if step.kind == "eligible" else "contradiction"

        def broken(on: Evaluation, node: Node = step.node) -> float:
            return of_truth(on, node, wanted=False)

        def unknown(on: Evaluation, node: Node = step.node) -> float:
            return 0.0 if on[node].value != on[node].value else 1.0

        if low == 0:
            yield Target(kind, step.name, "", broken)
        if step.kind == "eligible" and low != high:
            yield Target("eligibility unknown", step.name, "", unknown)


def _missing(plan: Plan) -> Iterator[Target]:
    for step in plan.of_kind("scale"):
        node = total_in(step.node)
        if node is None:
            continue
        # Of whom nothing is recorded: a part that has a value all the same is never absent.
        fields = set(sum_of(Evaluation(plan, {}), node).absent)
        if node.allow and fields:
            yield Target("missing rule", step.name, "most that may be absent", _absent(node, allowed=True))
        if len(fields) > node.allow:
            yield Target("missing rule", step.name, "one too many absent", _absent(node, allowed=False))
        if node.only is not None and fields - node.only and node.allow:
            yield Target("missing rule", step.name, "absent, and not among those that may be", _outside(node))
        for reason in sorted(node.leave_out):
            if any(part.field is not None and reason in part.field.reasons for part in node.parts):
                yield Target("missing rule", step.name, f"left out, {reason}", _left_out(node, reason))
        if node.method == "by_sign" and node.allow and fields:
            yield Target("missing rule", step.name, "prorated below zero", _signed(step.node, node, -1))
            yield Target("missing rule", step.name, "prorated above zero", _signed(step.node, node, 1))


def _absent(node: Total, *, allowed: bool) -> Distance:
    def distance(on: Evaluation) -> float:
        found = sum_of(on, node)
        wanted = min(node.allow, len(node.parts) - max(node.at_least, 1))
        if allowed:
            return abs(wanted - len(found.absent)) + (0 if found.allowed and found.absent else 1)
        return abs(wanted + 1 - len(found.absent)) + (1 if found.allowed else 0)

    return distance


def _outside(node: Total) -> Distance:
    def distance(on: Evaluation) -> float:
        absent = sum_of(on, node).absent
        return 0.0 if 0 < len(absent) <= node.allow and not (node.only or frozenset()).issuperset(absent) else 1.0

    return distance


def _left_out(node: Total, reason: str) -> Distance:
    def distance(on: Evaluation) -> float:
        fields = [part.field for part in node.parts if part.field is not None]
        return 0.0 if any(on.is_absent(field) and on.reading(field).reason == reason for field in fields) else 1.0

    return distance


def _signed(stated: Node, node: Total, sign: int) -> Distance:
    def distance(on: Evaluation) -> float:
        found, value = sum_of(on, node), on[stated].value
        if not found.absent or not found.allowed or value != value:
            return FAR
        return 0.0 if value * sign > 0 else abs(value) + 1

    return distance


def _bands(plan: Plan) -> Iterator[Target]:
    for step in plan.of_kind("bands"):
        groups = list(bands_in(step.node)) if not isinstance(step.node, Withheld) else []
        for number, node in enumerate(groups, start=1):
            group = f", group {number}" if len(groups) > 1 else ""
            low, high = attainable(node.of)
            for place, level in enumerate(node.levels):
                start = node.starts[place]
                end = node.starts[place + 1] if place + 1 < len(node.levels) else math.inf
                if start <= high and end > low:
                    yield Target("level", step.name, level + group, _in_band(step.node, node, place))
                if place and is_whole(node.of):
                    for value, side in ((math.ceil(start), "on"), (math.ceil(start) - 1, "just below")):
                        if low <= value <= high:
                            detail = f"{side} the cut-off of {level}{group}"
                            yield Target("cut-off", step.name, detail, _at(step.node, node, value))


def _in_band(whole: Node, node: Bands, place: int) -> Distance:
    return lambda on: _not_selected(on, whole, node) + of_level(on, node, place)


def _at(whole: Node, node: Bands, value: float) -> Distance:
    return lambda on: _not_selected(on, whole, node) + of_number(on, node.of, value, value)


def _not_selected(on: Evaluation, whole: Node, node: Bands) -> float:
    """Return how far a person is from the group whose bands these are."""
    here, steps = whole, 0.0
    while here is not node and isinstance(here, (Choose, Withheld)):
        if isinstance(here, Withheld):
            here = here.of
        elif any(inner is node for inner in walk(here.then)):
            steps += of_truth(on, here.test, wanted=True)
            here = here.then
        else:
            steps += of_truth(on, here.test, wanted=False)
            here = here.otherwise
    return FAR * steps


def _rules(plan: Plan) -> Iterator[Target]:
    for step in plan.of_kind("rule", "flag"):
        test = _test_of(step)
        if test is None:
            continue
        low, high = attainable(test)
        words = ("applies", "does not apply") if step.kind == "rule" else ("up", "down")
        for wanted, word in ((True, words[0]), (False, words[1])):
            if low <= wanted <= high:
                yield Target(step.kind, step.name, word, _truth(test, wanted=wanted))


def _test_of(step: Step) -> Node | None:
    if step.kind == "flag":
        return None if isinstance(step.node, Withheld) else step.node
    node = step.node.then if isinstance(step.node, Choose) else step.node
    return node.test if isinstance(node, Move) else None


def _truth(node: Node, *, wanted: bool) -> Distance:
    return lambda on: of_truth(on, node, wanted=wanted)


def _tables(plan: Plan) -> Iterator[Target]:
    for step in plan.of_kind("table"):
        node = step.node
        if isinstance(node, Cells):
            rows, columns = levels_of(node.rows), levels_of(node.columns)
            for row, row_level in enumerate(rows):
                for column, column_level in enumerate(columns):
                    yield Target("cell", step.name, f"{row_level}, {column_level}", _cell(node, row, column))


def _cell(node: Cells, row: int, column: int) -> Distance:
    return lambda on: of_level(on, node.rows, row) + of_level(on, node.columns, column)


def _others(plan: Plan) -> Iterator[Target]:
    for step in plan.of_kind("judgement", "model", "norm", "lookup", "first_of"):
        node = step.node
        if step.kind == "judgement":
            for place, level in enumerate(levels_of(node)):
                yield Target("level", step.name, level, _level(node, place))
        elif step.kind == "first_of" and isinstance(node, Coalesce):
            for place in range(len(node.parts)):
                yield Target("first of", step.name, f"number {place + 1}", _first(node, place))
        elif not isinstance(node, Withheld):
            yield Target(step.kind, step.name, "has a value", _known(node))


def _level(node: Node, place: int) -> Distance:
    return lambda on: of_level(on, node, place)


def _first(node: Coalesce, place: int) -> Distance:
    def distance(on: Evaluation) -> float:
        before = sum(on[part].is_known for part in node.parts[:place])
        return float(before + (not on[node.parts[place]].is_known))

    return distance


def _known(node: Node) -> Distance:
    return lambda on: 0.0 if on[node].is_known else 1.0


def _fields(plan: Plan) -> Iterator[Target]:
    used = {field.name for fields in plan.depends.values() for field in fields}
    ranges = {
        node.field.name: node
        for result in plan.results.values()
        for node in walk(result)
        if isinstance(node, Points) and node.starts
    }
    for name, field in plan.fields.items():
        if name not in used or name == "assessed_on":
            continue
        if field.options and len(field.options) <= MOST_OPTIONS:
            for code, option in enumerate(field.options):
                yield Target("answer", name, option, _answered(field, code, code))
        if name in ranges:
            starts = (*ranges[name].starts, math.inf)
            for low, high in pairwise(starts):
                yield Target("points", name, f"from {low:g}", _answered(field, low, math.nextafter(high, low)))
        if not field.is_component:
            yield Target("absent", name, "", _is_absent(field))
        if field.asked is not None:
            yield Target("not asked", name, "", _truth(field.asked, wanted=False))


def _answered(field: Field, low: float, high: float) -> Distance:
    answer = Answer(field=field)

    def distance(on: Evaluation) -> float:
        asked = 0.0 if field.asked is None else of_truth(on, field.asked, wanted=True)
        value = on.reading(answer.field).value
        return FAR * asked + (0.0 if low <= value <= high else 1.0)

    return distance


def _is_absent(field: Field) -> Distance:
    return lambda on: 0.0 if on.is_absent(field) else 1.0


def is_whole(node: Node) -> bool:
    """Return whether a number takes whole values when nothing is absent."""
    total = total_in(node)
    return decimals_of(node) == 0 if total is None else total.decimals == 0


def total_in(node: Node) -> Total | None:
    """Return the total that a scale is, under its rounding; None where it is withheld or something else."""
    while isinstance(node, Round):
        node = node.of
    return node if isinstance(node, Total) else None
