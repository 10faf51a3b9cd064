"""How a total is made in SQL: counts of absent parts, the sum of the others, and the rule for absent answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from rvn.plan import nodes
from rvn.plan.nodes import Part
from rvn.plan.relation import numbers
from rvn.plan.relation.answers import points_of
from rvn.plan.relation.numbers import (
    EXACT,
    LARGE,
    LARGEST,
    NEVER,
    count,
    double,
    known,
    literal,
    some,
    total,
    unknown,
    when,
)
from rvn.plan.relation.relation import Known, Relation, reads

PRESENT, ABSENT, LEFT_OUT, LEFT_OUT_BY_REASON, UNKNOWN = range(5)  # how a part stands


class Sum(NamedTuple):
    """A sum as a number of units: whole numbers of the last decimal place, divided once, after everything else."""

    number: ir.Value
    units: ir.Value

    def times_over(self, times: ir.Value | None = None, over: ir.Value | None = None) -> ir.Value:
        """Return the sum times one number over another."""
        number, units = self
        if times is not None:
            number = double(number) * times
        if over is not None:
            return double(number) / (units * over if _is_not_one(units) else over).nullif(0)
        return double(number) / units if _is_not_one(units) else number


def _is_not_one(value: ir.Value) -> bool:
    return not value.equals(literal(1))


class Addend:
    """One part of a total over the columns of a table."""

    def __init__(self, on: Relation, node: nodes.Total, part: Part) -> None:
        self.part, self.field = part, part.field
        self.size = on.reach(part.of).size
        self.lowest: float | None
        self.highest: float | None
        self.decimals = 0  # places after which the last one is counted, -1 where the numbers stand as they are
        if isinstance(part.of, nodes.Points) and part.of.field.asked is None:
            self.value, self.decimals = points_of(on, part.of)
            self.lowest, self.highest = (self._counted(limit(part.of.values)) for limit in (min, max))
            self.low = ibis.coalesce(self.value, literal(self.lowest))
            self.high = ibis.coalesce(self.value, literal(self.highest))
        else:
            self.value, self.low, self.high = on.known(part.of)
            self.lowest = self.highest = None  # nobody's answer is the same as another's
            if not self.value.type().is_integer():
                self.decimals = -1
        plain = self.field is not None and self.field.asked is None and not self.field.is_component
        rests_on_it = isinstance(part.of, (nodes.Answer, nodes.Points)) and part.of.field is self.field
        # It is unknown exactly where its answer is absent, and is never left out.
        self.is_plain = plain and rests_on_it and not node.leave_out and not part.is_hidden

    def _counted(self, value: float) -> float:
        return float(round(value * 10**self.decimals)) if self.decimals >= 0 else value

    def whole(self, value: ir.Value, decimals: int) -> ir.Value:
        """Return a value as a whole number of the last decimal place of the total."""
        if self.decimals == decimals:
            return value
        if self.decimals >= 0:
            return value * literal(10.0 ** (decimals - self.decimals))
        if not decimals:
            return value
        return numbers.nearest(double(value) * literal(10.0**decimals), self.size * 10.0**decimals)

    def number(self, value: ir.Value) -> ir.Value:
        """Return a value as float64."""
        return double(value) / literal(10.0**self.decimals) if self.decimals > 0 else double(value)


def _add(on: Relation, node: nodes.Total, parts: Sequence[Addend], values: Sequence[ir.Value], name: str) -> Sum:
    """Return the sum of one value of each part, unknown where one is."""
    pairs, one = list(zip(parts, values, strict=True)), literal(1)
    plain = [part.number(value) for part, value in pairs]
    if node.decimals is None:
        return Sum(on.steps.hold(total(plain), name), one)
    unit = 10.0**node.decimals
    whole = [part.whole(value, node.decimals) for part, value in pairs]
    size = sum(part.size for part in parts) * unit
    if size >= 2**31 or any(value.type().is_floating() for value in whole):
        whole = [double(value) for value in whole]
    if size < EXACT:
        return Sum(on.steps.hold(total(whole), name), literal(unit))
    # Beyond 2 ** 53 float64 does not hold every whole number, and the parts are added as they are.
    is_exact = total([value.abs() for value in whole]) < literal(EXACT)
    fits = on.steps.hold(when((is_exact, one), otherwise=literal(0)), f"{name}_exact") == 1
    number = when((fits, total(whole)), otherwise=total(plain))
    return Sum(on.steps.hold(number, name), on.steps.hold(when((fits, literal(unit)), otherwise=one), f"{name}_unit"))


class Counted(NamedTuple):
    """How a total stands: the sum of the parts that are present, how many count and are absent, what forbids it."""

    raw: Sum
    n_parts: ir.Value
    n_absent: ir.Value
    forbidden: list[ir.BooleanValue]


@reads(nodes.Total)
def _total(on: Relation, node: nodes.Total) -> Known:
    parts, name = [Addend(on, node, part) for part in node.parts], on.name(node)
    if all(part.is_plain for part in parts):
        counted = _counted(on, node, parts, name)
        low, high = _plain_ends(on, node, parts, counted, name)
    else:
        counted = _all_known(on, node, parts, name) if _needs_all(on, node, parts) else _counted(on, node, parts, name)
        low, high = _ends(on, node, parts, name)
    value = _by_rule(on, node, parts, counted)
    if on.reach(node).size >= LARGE:
        value, low, high = (when((double(each).abs() < literal(LARGEST), each)) for each in (value, low, high))
    return Known(value, low, high)


def _needs_all(on: Relation, node: nodes.Total, parts: list[Addend]) -> bool:
    """Return whether a total is known exactly where all of its parts are."""
    return (
        node.allow == 0 and node.at_least <= len(parts) and not any(_may_be_left_out(on, node, part) for part in parts)
    )


def _may_be_left_out(on: Relation, node: nodes.Total, addend: Addend) -> bool:
    is_always_asked = addend.field is None or addend.field.asked is None
    return not is_always_asked or left_out_by_reason(on, node, addend.part) is not None


def _all_known(on: Relation, node: nodes.Total, parts: list[Addend], name: str) -> Counted:
    raw = _add(on, node, parts, [part.value for part in parts], f"{name}_raw")
    return Counted(raw, literal(len(parts)), literal(0), [])


def _counted(on: Relation, node: nodes.Total, parts: list[Addend], name: str) -> Counted:
    """Count the parts as they stand."""
    stand, nought = [_standing(on, node, part) for part in parts], literal(0)
    values = [
        ibis.coalesce(part.value, nought) if part.is_plain else when((here.present, part.value), otherwise=nought)
        for here, part in zip(stand, parts, strict=True)
    ]
    raw = _add(on, node, parts, values, f"{name}_raw")
    n_absent = on.steps.hold(count([here.absent for here in stand]), f"{name}_absent")
    names = frozenset(part.field.name for part in parts if part.field and part.is_plain)
    if len(names) == len(parts):
        on.absences.setdefault(names, n_absent)
    n_parts, forbidden = literal(len(parts)), [some([here.unknown for here in stand])]
    left_out = [here.left_out for here in stand if here.left_out is not NEVER]
    if left_out:
        n_parts = on.steps.hold(n_parts - count(left_out), f"{name}_parts")
        n_present = n_parts - n_absent
        nothing = (n_present < 1) & some([n_absent > 0, *(here.by_reason for here in stand)])
        forbidden += [n_absent > node.allow, n_present < node.at_least, nothing]
    else:
        most = min(node.allow, len(parts) - max(node.at_least, 1))  # that may be absent
        forbidden.append(n_absent > most)
    if node.only is not None and node.allow:
        forbidden += [here.absent for here, part in zip(stand, parts, strict=True) if part.part.name not in node.only]
    return Counted(raw, n_parts, n_absent, forbidden)


class Standing(NamedTuple):
    """Where a part of a total is present, absent, unknown for another reason, left out, and so because of a reason."""

    present: ir.BooleanValue
    absent: ir.BooleanValue
    unknown: ir.BooleanValue = NEVER
    left_out: ir.BooleanValue = NEVER
    by_reason: ir.BooleanValue = NEVER


def _standing(on: Relation, node: nodes.Total, addend: Addend) -> Standing:
    """Return how a part of a total stands."""
    part, field = addend.part, addend.field
    if addend.is_plain:
        return Standing(addend.value.notnull(), addend.value.isnull())
    branches: list[tuple[ir.BooleanValue, ir.Value]] = []
    if field is not None and field.asked is not None:
        branches.append((on.asked(field) == 0, literal(LEFT_OUT)))
    by_reason = left_out_by_reason(on, node, part)
    if by_reason is not None:
        branches.append((by_reason, literal(LEFT_OUT_BY_REASON)))
    branches.append((known(addend.value), literal(PRESENT)))
    fields = part.fields or ((field,) if field else ())
    if fields and not part.is_hidden:
        branches.append((some([on.is_absent(each) for each in fields]), literal(ABSENT)))
    state = on.steps.hold(when(*branches, otherwise=literal(UNKNOWN)), f"{on.name(node)}_{part.name}_is")
    reasons = [state == LEFT_OUT_BY_REASON] if by_reason is not None else []
    return Standing(
        state == PRESENT,
        state == ABSENT,
        state == UNKNOWN,
        state.isin([LEFT_OUT, LEFT_OUT_BY_REASON]) if _may_be_left_out(on, node, addend) else NEVER,
        some(reasons),
    )


def left_out_by_reason(on: Relation, node: nodes.Total, part: Part) -> ir.BooleanValue | None:
    """Return where an answer is absent for a reason that leaves it out of a total, None where it never is."""
    if part.field is None:
        return None
    reasons = sorted(node.leave_out & set(part.field.reasons))
    answers = on.answers(part.field)
    if not reasons or answers.reason is None:
        return None
    return answers.value.isnull() & answers.reason.isin(reasons)


def _by_rule(on: Relation, node: nodes.Total, parts: list[Addend], counted: Counted) -> ir.Value:
    """Return the total under the rule for absent answers, unknown where it may not be given."""
    raw, n_parts, n_absent, forbidden = counted
    plain = raw.times_over()
    branches = [(some(forbidden), unknown(plain.type()))]
    if node.method == "zero" or not node.allow:
        return when(*branches, otherwise=plain)
    branches.append((n_absent == 0, double(plain)))
    if node.method == "prorate":
        return when(*branches, otherwise=raw.times_over(n_parts, n_parts - n_absent))
    if node.method == "by_sign":
        return when(*branches, otherwise=_by_sign(on, node, parts, counted))
    rows = {(absent, value): made for absent, value, made in node.table}
    table = [
        ((n_absent == absent) & (plain == literal(value)), literal(made)) for (absent, value), made in rows.items()
    ]
    return when(*branches, *((condition, double(made)) for condition, made in table))


def _by_sign(on: Relation, node: nodes.Total, parts: list[Addend], counted: Counted) -> ir.Value:
    """Return a sum with what absent parts add: the share of their points that others have of theirs."""
    shared = [part for part in parts if node.share_from is None or part.part.name in node.share_from]
    name, none = f"{on.name(node)}_had", double(literal(0.0))
    there = {id(part): _standing(on, node, part) for part in parts}
    had = counted.raw
    if len(shared) < len(parts):
        values = [when((there[id(part)].present, part.value), otherwise=literal(0)) for part in shared]
        had = _add(on, node, shared, values, name)
    total_of_all, total_had, made = double(counted.raw.times_over()), double(had.times_over()), []
    for sign in (1.0, -1.0):
        present, absent = [none], [none]
        for part, (lowest, highest) in zip(parts, node.ends, strict=True):
            can_add = max(highest if sign > 0 else -lowest, 0.0)
            if can_add:
                points = double(literal(can_add))
                absent.append(when((there[id(part)].absent, points), otherwise=none))
                if part in shared:
                    present.append(when((there[id(part)].present, points), otherwise=none))
        could, lacks = (
            on.steps.hold(total(points), f"{name}_{end}") for points, end in ((present, "of"), (absent, "lacking"))
        )
        made.append((total_of_all * could + total_had * lacks) / could.nullif(0))
    return when((total_had > 0, made[0]), otherwise=made[1])


def _plain_ends(
    on: Relation, node: nodes.Total, parts: list[Addend], counted: Counted, name: str
) -> tuple[ir.Value, ir.Value]:
    """Return what is left open: where every absent part can add the same, so much for each."""
    found = []
    for limit, ending in (("lowest", "_least"), ("highest", "_most")):
        ends = {getattr(part, limit) for part in parts}
        end = ends.pop()
        if end is not None and not ends and all(part.decimals == (node.decimals or 0) for part in parts):
            number = counted.raw.number
            added = number if end == 0 else number + counted.n_absent * literal(end)
            found.append(Sum(added, counted.raw.units).times_over())
        else:
            values = [part.low if limit == "lowest" else part.high for part in parts]
            found.append(_add(on, node, parts, values, f"{name}{ending}_raw").times_over())
    return found[0], found[1]


def _ends(on: Relation, node: nodes.Total, parts: list[Addend], name: str) -> tuple[ir.Value, ir.Value]:
    """Return the lowest and highest sum that the absent answers leave open."""
    lows, highs, counts, left_out = [], [], [], []
    for addend in parts:
        low, high, field = addend.low, addend.high, addend.field
        not_counted = []
        by_reason = left_out_by_reason(on, node, addend.part)
        if field is not None and by_reason is not None:
            if field.asked is not None:
                by_reason = by_reason & (ibis.coalesce(on.asked(field), literal(1)) == 1)
            left_out.append(by_reason)
            not_counted.append(by_reason)
        if field is not None and field.asked is not None:
            surely, none = on.surely_asked(field), literal(0)
            not_counted.append(surely == 0)
            # What is perhaps not asked adds nothing then.
            low = when((surely.isnull() & (low > 0), none), otherwise=low)
            high = when((surely.isnull() & (high < 0), none), otherwise=high)
        if not_counted:
            low, high = (when((some(not_counted), literal(0)), otherwise=end) for end in (low, high))
            counts.append(when((some(not_counted), literal(0)), otherwise=literal(1)))
        lows.append(low)
        highs.append(high)
    low = _add(on, node, parts, lows, f"{name}_least_raw").times_over()
    high = _add(on, node, parts, highs, f"{name}_most_raw").times_over()
    if left_out and len(counts) == len(parts):
        # Where everything was left out for a reason there is no total, not one of zero.
        n_counted, by_reason = on.steps.hold(total(counts), f"{name}_counted"), some(left_out)
        low, high = (when(((n_counted == 0) & by_reason, unknown()), otherwise=double(end)) for end in (low, high))
    return low, high
