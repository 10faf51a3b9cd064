"""What answers say: the answer itself, its points, whether it is one of some options, whether there is one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from rvn.plan import nodes
from rvn.plan.nodes import Field
from rvn.plan.relation.numbers import literal, unknown, when
from rvn.plan.relation.relation import ENDINGS, Answers, Known, Relation, Truth, reads
from rvn.plan.status import Status
from rvn.plan.types import decimal_places, type_of

OPEN_RESULTS = (Status.PRORATED, Status.TOO_FEW_ANSWERS, Status.UNDEFINED, Status.WITHHELD)


def end(value: float) -> ir.Value:
    """Return an end of a range, NULL where there is none."""
    return unknown() if math.isinf(value) else literal(value)


@reads(nodes.Constant)
def _constant(on: Relation, node: nodes.Constant) -> Known | Truth:
    if type_of(node) == "boolean":
        true, false = ibis.literal(bool(node.value)), ibis.literal(not node.value)
        return Truth(true, false, true, false)
    value = literal(node.value) if node.of != "date" else ibis.literal(date.fromordinal(int(node.value)))
    return Known(value, value, value)


@reads(nodes.Answer)
def _answer(on: Relation, node: nodes.Answer) -> Known:
    field, answers = node.field, on.answers(node.field)
    value = answers.value
    if field.kind == "date":
        low = high = value
    else:
        low, high = _ends(field, answers)
    if field.asked is not None:
        asked, surely = on.asked(field) == 1, on.surely_asked(field) == 1
        lowest, highest = (None, None) if field.kind == "date" else (end(field.minimum), end(field.maximum))
        low, high = when((surely, low), otherwise=lowest), when((surely, high), otherwise=highest)
        value = when((asked, value))
    return Known(
        *(on.steps.hold(each, field.name + ending) for each, ending in zip((value, low, high), ENDINGS, strict=True))
    )


def _ends(field: Field, answers: Answers) -> tuple[ir.Value, ir.Value]:
    """Return what an answer or a component's result can be."""
    low, high = (_filled(answers.value, limit) for limit in (field.minimum, field.maximum))
    if answers.status is None or answers.low is None or answers.high is None:
        return low, high
    # Beside a result that answers behind it leave open, no end in the column means that there is none.
    left_open = answers.status.isin([status.value for status in OPEN_RESULTS])
    lowest, highest = (field.minimum, field.maximum) if field.kind != "number" else (-math.inf, math.inf)
    return (
        when((answers.low.notnull(), answers.low), (left_open, end(lowest)), otherwise=low),
        when((answers.high.notnull(), answers.high), (left_open, end(highest)), otherwise=high),
    )


def _filled(value: ir.Value, limit: float) -> ir.Value:
    return value if math.isinf(limit) else ibis.coalesce(value, literal(limit))


def points_of(on: Relation, node: nodes.Points) -> tuple[ir.Value, int]:
    """Return the points of the answers, asked or not, as whole numbers of the last of some decimal places.

    Where the points have no such places they are given as they are, with -1 places.
    """
    places = [decimal_places(value) for value in node.values]
    value, decimals = on.answers(node.field).value, -1
    points: Sequence[ir.Value] = [literal(each) for each in node.values]
    if None not in places and max(map(abs, node.values)) * 10.0 ** max(place or 0 for place in places) < 2**31:
        decimals = max(place or 0 for place in places)
        whole = [round(each * 10**decimals) for each in node.values]
        if whole == list(range(len(whole))) and not node.starts:
            return value, decimals
        points = [literal(each) for each in whole]
    if node.starts:
        below = [(value < literal(start), point) for start, point in zip(node.starts[1:], points, strict=False)]
        found = when(*below, (value.notnull(), points[-1]))
    else:
        found = value.cases(*((code, point) for code, point in enumerate(points)))
    return on.steps.hold(found, f"{node.field.name}_points"), decimals


def unscaled(whole: ir.Value, decimals: int) -> ir.Value:
    """Return a number of which the last decimal place was counted."""
    return whole if decimals <= 0 else whole.cast("float64") / literal(10.0**decimals)


@reads(nodes.Points)
def _points(on: Relation, node: nodes.Points) -> Known:
    whole, decimals = points_of(on, node)
    points = on.steps.hold(unscaled(whole, decimals), f"{node.field.name}_worth")
    low, high = (ibis.coalesce(points, literal(limit)) for limit in (min(node.values), max(node.values)))
    if node.field.asked is None:
        return Known(points, low, high)
    asked, surely, none = on.asked(node.field), on.surely_asked(node.field), literal(0)
    return Known(
        when(((asked == 0) | (points == 0), none), (asked == 1, points)),
        when((surely == 1, low), ((surely == 0) | (low > 0), none), otherwise=low),
        when((surely == 1, high), ((surely == 0) | (high < 0), none), otherwise=high),
    )


@reads(nodes.Is)
def _is(on: Relation, node: nodes.Is) -> Truth:
    value = on.answers(node.field).value
    others = [code for code in range(len(node.field.options)) if code not in node.codes]
    is_among, is_other = _among(value, sorted(node.codes)), _among(value, others)
    if node.field.asked is None:
        return Truth(is_among, is_other, is_among, is_other)
    asked, surely = on.asked(node.field), on.surely_asked(node.field)
    return Truth(is_among & (asked == 1), is_other | (asked == 0), is_among & (surely == 1), is_other | (surely == 0))


def _among(value: ir.Value, codes: Sequence[int]) -> ir.BooleanValue:
    if len(codes) == 1:
        return value == literal(codes[0])
    return value.isin([literal(code) for code in codes]) if codes else ibis.literal(False)


@reads(nodes.Answered)
def _answered(on: Relation, node: nodes.Answered) -> Truth:
    value = on.answers(node.field).value
    there, lacks = value.notnull(), value.isnull()
    if node.field.asked is None:
        return Truth(there, lacks, there, lacks)
    asked, surely = on.asked(node.field), on.surely_asked(node.field)
    not_asked = ibis.coalesce(asked, literal(0)) == 0
    return Truth(there & (asked == 1), lacks | not_asked, there & (surely == 1), lacks | (surely == 0))


@reads(nodes.Withheld)
def _withheld(on: Relation, node: nodes.Withheld) -> Known | Truth:
    if type_of(node) == "boolean":
        never = ibis.literal(False)
        return Truth(never, never, ibis.literal(node.low == 1), ibis.literal(node.high == 0))
    kind = {"level": "int32", "date": "date"}.get(type_of(node), "float64")
    if kind == "date":
        return Known(unknown(kind), unknown(kind), unknown(kind))
    return Known(unknown(kind), end(node.low), end(node.high))


@reads(nodes.Not)
def _not(on: Relation, node: nodes.Not) -> Truth:
    true, false, surely_true, surely_false = on.truth(node.of)
    return Truth(false, true, surely_false, surely_true)
