"""Laws that hold for every instrument and every person, whatever is asked and whatever is absent."""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreement.generators import ABSENT, DATES, NOTHING, every_node, is_inexact, people, plans, revealed, rows
from rvn.plan import nodes
from rvn.plan.columns import Block, Column, evaluate
from rvn.plan.explain import Evaluation, Reading, absent, answered, attainable
from rvn.plan.nodes import Field, Node, Part
from rvn.plan.plan import Plan, Step
from rvn.plan.status import CODE, Status

SEEDS = st.integers(0, 2**32 - 1)
STATED = [CODE[Status.COMPLETE], CODE[Status.DECIDED]]
# What these say is about the record, not about the person: an answer that comes in later may turn it.
ABOUT_THE_RECORD = frozenset({nodes.Answered})


# Where absent answers are many ways to be dealt with.
TOTALS = plans(nodes.Total, small=True, conditions=False, without=ABOUT_THE_RECORD | {nodes.Withheld})
SMALL = plans(small=True, conditions=False, without=ABOUT_THE_RECORD | {nodes.Withheld})


def law(n_plans: int) -> Any:
    """Return a decorator that tries a law on some plans, the same ones in every run."""
    return settings(max_examples=n_plans, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


# what absent answers leave open


def candidates(plan: Plan, field: Field, column: Column | None, row: int) -> list[tuple[float, int]]:
    """Return what the answer of a person to a field can turn out to be: values, or the code of an absence."""
    if column is None:
        lacking, code, low, high = True, NOTHING, math.nan, math.nan
    elif field.kind == "choice":
        code = int(column.values[row])
        lacking, low, high = code >= ABSENT, math.nan, math.nan
    else:
        partial = column.status is not None and column.status[row] != CODE[Status.COMPLETE]
        lacking = bool(np.isnan(column.values[row])) or partial
        code = NOTHING if column.reasons is None or partial else int(column.reasons[row])
        low = math.nan if column.low is None else float(column.low[row])
        high = math.nan if column.high is None else float(column.high[row])
    if not lacking:
        return [(float(column.values[row]), 0)]  # type: ignore[union-attr]
    if NOTHING > code >= ABSENT and field.reasons[code - ABSENT] in final_reasons(plan):
        return [(math.nan, code)]
    return [(value, 0) for value in possible(field, low, high)]


def final_reasons(plan: Plan) -> frozenset[str]:
    """Return the reasons that leave an item out for good."""
    totals = (node for node in every_node(plan) if isinstance(node, nodes.Total))
    return frozenset().union(*(total.leave_out for total in totals))


def possible(field: Field, low: float, high: float) -> list[float]:
    low, high = (end if math.isnan(given) else given for end, given in ((field.minimum, low), (field.maximum, high)))
    match field.kind:
        case "choice":
            return [float(code) for code in range(len(field.options))]
        case "level" | "count":
            return [float(value) for value in range(int(low), int(high) + 1)]
        case "date":
            return [float(day) for day in DATES[::3]]
        case _:
            return sorted({low, (low + high) / 2, high, min(max(0.0, low), high)})


def completed(plan: Plan, columns: dict[str, Column], row: int, rng: np.random.Generator) -> tuple[Any, int]:
    """Return columns with every way to fill in what one person left open, or a sample of many."""
    choices = {name: candidates(plan, field, columns.get(name), row) for name, field in plan.fields.items()}
    if math.prod(map(len, choices.values())) <= 400:
        found = list(itertools.product(*choices.values()))
    else:
        found = [tuple(options[rng.integers(len(options))] for options in choices.values()) for _ in range(400)]
    filled = {}
    for (name, field), answers in zip(plan.fields.items(), zip(*found, strict=True), strict=True):
        values = np.array([value for value, _ in answers])
        codes = np.array([code for _, code in answers], np.uint8)
        if field.kind == "choice":
            filled[name] = Column(np.where(codes >= ABSENT, codes, np.nan_to_num(values)).astype(np.uint8))
        else:
            filled[name] = Column(values, codes)
    return filled, len(found)


def without_losses(
    plan: Plan, columns: dict[str, Column], row: int, filled: dict[str, Column], n_ways: int
) -> tuple[dict[str, Column], int]:
    """Return the completions but those that take away a value that another would then stand in for.

    A range has no place for "undefined": `coalesce(1 / total, 9)` with a prorated total is said to be what 1 / total
    can be, although an answer that makes the total 0 would make it 9.
    """
    firsts = [part for node in every_node(plan) if isinstance(node, nodes.Coalesce) for part in node.parts[:-1]]
    person, ways = Block(plan, rows(columns, [row]), 1), Block(plan, filled, n_ways)
    kept = np.ones(n_ways, bool)
    with np.errstate(all="ignore"):
        for part in firsts:
            if not np.isnan(person.value(part)[0]):
                kept &= ~np.isnan(ways.value(part))
    return rows(filled, kept), int(kept.sum())


def assert_nothing_leaves_its_range(plan: Plan, seed: int, n_people: int) -> None:
    columns = people(plan, seed, n_people).columns
    stated = evaluate(plan, columns, n_people).expanded()
    rng = np.random.default_rng(seed)
    for row in range(n_people):
        filled, n_ways = completed(plan, columns, row, rng)
        filled, n_ways = without_losses(plan, columns, row, filled, n_ways)
        for name, ways in evaluate(plan, filled, n_ways).expanded().items():
            low, high, value = stated[name].low[row], stated[name].high[row], stated[name].value[row]
            if np.isnan(low):
                continue  # a component is invalid or not applicable
            found = ways.value[np.isin(ways.status, STATED)]
            # An inexact function may be a unit in the last place higher at a lower number.
            slack = 4 * np.spacing(np.abs(found)) if is_inexact(plan.results[name]) else 0.0
            inside = (low <= found + slack) & (found - slack <= high)
            assert inside.all(), f"{name} of person {row} is said to be {low} to {high}, but can be {found[~inside]}"
            if stated[name].status[row] == CODE[Status.DECIDED]:
                assert (found == value).all(), f"{name} of person {row} is said to be decided, but can be {found}"


@law(100)
@given(plan=TOTALS | SMALL, seed=SEEDS)
def test_no_completion_of_the_absent_answers_leaves_the_range(plan: Plan, seed: int) -> None:
    assert_nothing_leaves_its_range(plan, seed, 6)


@pytest.mark.slow
@settings(max_examples=4_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(plan=TOTALS | SMALL, seed=SEEDS)
def test_no_completion_of_the_absent_answers_leaves_the_range_in_many_plans(plan: Plan, seed: int) -> None:
    assert_nothing_leaves_its_range(plan, seed, 6)


def test_what_is_asked_by_a_prorated_total_may_still_change() -> None:
    """The first two items prorate to 0, so that the third is not asked; but the second can still make it asked."""
    first, second, third = (Field(name=f"q{place}", kind="choice", options=("no", "yes")) for place in range(3))
    points = [nodes.Points(field=field, values=(0.0, 3.0)) for field in (first, second)]
    parts = tuple(
        Part(name=field.name, of=of, field=field, fields=(field,))
        for field, of in zip((first, second), points, strict=True)
    )
    total = nodes.Total(parts=parts, allow=1, method="prorate")
    asked = nodes.Compare(operator=">=", left=total, right=nodes.Constant(value=3.0))
    third = dataclasses.replace(third, asked=asked)
    plan = Plan(
        {field.name: field for field in (first, second, third)},
        (Step("flag", "flag", nodes.Is(field=third, codes=frozenset({1}))),),
        {"points": nodes.Points(field=third, values=(1.0, 2.0))},
        "points",
    )
    person = Evaluation(plan, {"q0": answered(0.0), "q2": answered(1.0)})
    rows_ = {"q0": Column(np.array([0], np.uint8)), "q2": Column(np.array([1], np.uint8))}
    in_blocks = evaluate(plan, rows_, 1).expanded()
    for name, ends in (("points", (0.0, 2.0)), ("flag", (0.0, 1.0))):
        assert (*ends, Status.PRORATED) == person.output(name)[1:4]
        block = in_blocks[name]
        assert (*ends, CODE[Status.PRORATED]) == (block.low[0], block.high[0], block.status[0])


@st.composite
def independent_scales(draw: Any) -> Plan:
    """Return a scale over items that are all asked, with levels on it."""
    halves = st.integers(-6, 6).map(lambda number: number / 2)
    parts = []
    for place in range(draw(st.integers(1, 4))):
        points = draw(st.lists(halves, min_size=2, max_size=3))
        field = Field(name=f"q{place}", kind="choice", options=tuple("abc"[: len(points)]), reasons=("unknown",))
        parts.append(Part(name=field.name, of=nodes.Points(field=field, values=tuple(points)), field=field))
    method = draw(st.sampled_from(["zero", "prorate"]))
    total = nodes.Total(parts=tuple(parts), allow=draw(st.integers(0, 4)), method=method, decimals=1)
    starts = sorted({-100.0, *draw(st.lists(halves, min_size=1, max_size=3))})
    level = nodes.Bands(of=total, starts=tuple(starts), levels=tuple("abcd"[: len(starts)]))
    fields = {part.name: part.field for part in parts if part.field is not None}
    return Plan(fields, (), {"total": total, "level": level}, "level")


@law(50)
@given(plan=independent_scales(), seed=SEEDS)
def test_both_ends_of_the_range_of_a_scale_of_independent_items_are_reached(plan: Plan, seed: int) -> None:
    columns = people(plan, seed, 8).columns
    stated = evaluate(plan, columns, 8).expanded()
    for row in range(8):
        filled, n_ways = completed(plan, columns, row, np.random.default_rng(seed))
        for name, ways in evaluate(plan, filled, n_ways).expanded().items():
            expected = (ways.value.min(), ways.value.max())
            assert expected == (stated[name].low[row], stated[name].high[row])


@law(50)
@given(plan=independent_scales(), seed=SEEDS)
def test_a_level_is_decided_exactly_where_no_completion_changes_it(plan: Plan, seed: int) -> None:
    columns = people(plan, seed, 8).columns
    levels = evaluate(plan, columns, 8).expanded()["level"]
    for row in range(8):
        filled, n_ways = completed(plan, columns, row, np.random.default_rng(seed))
        if n_ways == 1:
            assert Status.COMPLETE == list(Status)[levels.status[row]]
            continue
        found = set(evaluate(plan, filled, n_ways).expanded()["level"].value)
        is_decided = levels.status[row] == CODE[Status.DECIDED]
        if levels.status[row] != CODE[Status.PRORATED]:
            assert (len(found) == 1) == is_decided
        if is_decided:
            assert found == {levels.value[row]}


@law(100)
@given(plan=TOTALS | plans(small=True, conditions=False), seed=SEEDS)
def test_no_value_lies_outside_what_is_attainable(plan: Plan, seed: int) -> None:
    columns = people(plan, seed, 30).columns
    block = Block(plan, columns, 30)
    with np.errstate(all="ignore"):
        for node in every_node(plan):
            low, high = attainable(node)
            values = block.value(node)
            # A component's value may be prorated beyond what its answers leave open.
            if not any(column.status is not None for column in columns.values()):
                known = values[~np.isnan(values)]
                assert ((low <= known) & (known <= high)).all(), f"{known} of {low} to {high}"


# what is withheld


@law(100)
@given(plan=plans(nodes.Withheld, conditions=False), seed=SEEDS)
def test_what_is_stated_beside_something_withheld_is_what_the_full_plan_states(plan: Plan, seed: int) -> None:
    columns = people(plan, seed, 20).columns
    full = evaluate(revealed(plan), columns, 20).expanded()
    for name, output in evaluate(plan, columns, 20).expanded().items():
        both = ~np.isnan(output.value) & ~np.isnan(full[name].value)
        np.testing.assert_array_equal(full[name].value[both], output.value[both])


@law(66)
@given(plan=plans(nodes.Withheld, conditions=False), seed=SEEDS)
def test_what_is_withheld_lies_in_the_range_that_is_stated(plan: Plan, seed: int) -> None:
    columns = people(plan, seed, 20).columns
    if any(column.status is not None for column in columns.values()):
        return  # components may be prorated beyond their range
    full = evaluate(revealed(plan), columns, 20).expanded()
    for name, output in evaluate(plan, columns, 20).expanded().items():
        hidden = (output.status == CODE[Status.WITHHELD]) & np.isin(full[name].status, STATED)
        value, low, high = full[name].value[hidden], output.low[hidden], output.high[hidden]
        assert ((low <= value) & (value <= high)).all()


# a row by itself


@law(50)
@given(plan=plans(), seed=SEEDS)
def test_a_row_is_the_same_in_any_order_and_in_blocks_of_any_size(plan: Plan, seed: int) -> None:
    size = 60
    columns = people(plan, seed, size).columns
    whole = evaluate(plan, columns, size).expanded()
    rng = np.random.default_rng(seed)
    order = rng.permutation(size)
    ends = [0, *sorted(rng.choice(np.arange(1, size), 3, replace=False)), size]
    runs = [np.arange(start, end) for start, end in itertools.pairwise(ends)]
    pieces = [order, *runs, np.array([rng.integers(size)])]
    for piece in pieces:
        for name, part in evaluate(plan, rows(columns, piece), len(piece)).expanded().items():
            for expected, found in zip(whole[name], part, strict=True):
                np.testing.assert_array_equal(expected[piece], found, strict=True)


def test_a_row_is_the_same_in_the_second_block_as_in_the_first() -> None:
    field = Field(name="x", kind="number", minimum=0.0, maximum=9.0)
    share = nodes.Apply(function="logistic", of=nodes.Answer(field=field))
    level = nodes.Bands(of=nodes.Answer(field=field), starts=(0.0, 4.5), levels=("low", "high"))
    plan = Plan({"x": field}, (), {"share": share, "level": level}, "level")
    values = np.tile(np.array([0.0, 4.4, 4.5, math.nan, 9.0, 1 / 3, 7.7]), 10_000)
    found = evaluate(plan, {"x": Column(values)}, len(values)).expanded()
    for output in found.values():
        for part in output:
            np.testing.assert_array_equal(np.tile(part[:7], 10_000), part)


# unknown


TRUE, FALSE, UNKNOWN = 1.0, 0.0, math.nan
KLEENE = [
    # x, y, x and y, x or y
    (TRUE, TRUE, TRUE, TRUE),
    (TRUE, FALSE, FALSE, TRUE),
    (TRUE, UNKNOWN, UNKNOWN, TRUE),
    (FALSE, TRUE, FALSE, TRUE),
    (FALSE, FALSE, FALSE, FALSE),
    (FALSE, UNKNOWN, FALSE, UNKNOWN),
    (UNKNOWN, TRUE, UNKNOWN, TRUE),
    (UNKNOWN, FALSE, FALSE, UNKNOWN),
    (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
]
YES_NO = {name: Field(name=name, kind="choice", options=("no", "yes")) for name in ("x", "y")}
X, Y = (nodes.Is(field=field, codes=frozenset({1})) for field in YES_NO.values())


def read_by_both(node: Node, fields: dict[str, Field], answers: list[dict[str, float]]) -> list[float]:
    """Return the values of a node for some people, after seeing that both readers give the same."""
    plan = Plan(fields, (Step("it", "flag", node),), {}, "")
    columns = {}
    for name, field in fields.items():
        values = np.array([row[name] for row in answers])
        if field.kind == "choice":
            columns[name] = Column(np.where(np.isnan(values), NOTHING, np.nan_to_num(values)).astype(np.uint8))
        else:
            columns[name] = Column(values)
    with np.errstate(all="ignore"):
        in_blocks = Block(plan, columns, len(answers)).value(node).tolist()
    one_by_one = []
    for row in answers:
        readings = {name: reading(fields[name], value) for name, value in row.items()}
        one_by_one.append(Evaluation(plan, readings)[node].value)
    np.testing.assert_array_equal(one_by_one, in_blocks)
    return in_blocks


def reading(field: Field, value: float) -> Reading:
    return absent(field) if math.isnan(value) else answered(value)


def test_and_or_and_not_follow_kleene() -> None:
    answers = [{"x": x, "y": y} for x, y, *_ in KLEENE]
    np.testing.assert_array_equal([row[2] for row in KLEENE], read_by_both(nodes.All(parts=(X, Y)), YES_NO, answers))
    np.testing.assert_array_equal([row[3] for row in KLEENE], read_by_both(nodes.Any(parts=(X, Y)), YES_NO, answers))
    opposite = [FALSE] * 3 + [TRUE] * 3 + [UNKNOWN] * 3
    np.testing.assert_array_equal(opposite, read_by_both(nodes.Not(of=X), YES_NO, answers))


def test_an_if_with_an_unknown_test_is_unknown_even_between_equals() -> None:
    choose = nodes.Choose(test=X, then=nodes.Constant(value=5.0), otherwise=nodes.Constant(value=5.0))
    answers = [{"x": x, "y": TRUE} for x in (TRUE, FALSE, UNKNOWN)]
    np.testing.assert_array_equal([5.0, 5.0, UNKNOWN], read_by_both(choose, YES_NO, answers))


STRICT = (
    nodes.Arithmetic,
    nodes.Compare,
    nodes.Not,
    nodes.Extreme,
    nodes.Apply,
    nodes.Round,
    nodes.Between,
    nodes.CountOf,
    nodes.Lookup,
    nodes.Bands,
    nodes.Cells,
)


@law(66)
@given(plan=plans(), seed=SEEDS)
def test_unknown_in_is_unknown_out(plan: Plan, seed: int) -> None:
    found = people(plan, seed, 10)
    block = Block(plan, found.columns, 10)
    one_by_one = [Evaluation(plan, readings) for readings in found.readings]
    for node in every_node(plan):
        inputs = tuple(node.inputs()) if isinstance(node, STRICT) else ()
        if isinstance(node, nodes.Choose):
            inputs = (node.test,)
        with np.errstate(all="ignore"):
            for given_ in inputs:
                unknown = np.isnan(block.value(given_))
                assert np.isnan(block.value(node)[unknown]).all()
                for row in np.flatnonzero(unknown):
                    assert math.isnan(one_by_one[row][node].value)


# absent is not zero


@law(66)
@given(plan=plans(), seed=SEEDS)
def test_without_an_answer_nothing_that_needs_it_is_complete(plan: Plan, seed: int) -> None:
    size = 15
    columns = people(plan, seed, size).columns
    before = evaluate(plan, columns, size).expanded()
    block = Block(plan, columns, size)
    for name, fields in plan.depends.items():
        for field in fields:
            with np.errstate(all="ignore"):
                asked = block.asked(field)
            bears = np.ones(size, bool) if asked is None else asked != 0
            rest = {other: column for other, column in columns.items() if other != field.name}
            after = evaluate(plan, rest, size).expanded()[name]
            complete = before[name].status == CODE[Status.COMPLETE]
            assert not (bears & complete & (after.status == CODE[Status.COMPLETE])).any()


@law(50)
@given(plan=plans(conditions=False), seed=SEEDS)
def test_an_answer_changes_only_what_rests_on_it(plan: Plan, seed: int) -> None:
    size = 15
    columns = people(plan, seed, size).columns
    before = evaluate(plan, columns, size).expanded()
    for gone in plan.fields:
        after = evaluate(plan, {name: column for name, column in columns.items() if name != gone}, size).expanded()
        for name, fields in plan.depends.items():
            if gone not in {field.name for field in fields}:
                for expected, found in zip(before[name], after[name], strict=True):
                    np.testing.assert_array_equal(expected, found)


def scale(n_items: int, **rule: Any) -> Plan:
    fields = {f"q{place}": Field(name=f"q{place}", kind="choice", options=("no", "yes")) for place in range(n_items)}
    parts = tuple(
        Part(name=name, of=nodes.Points(field=field, values=(0.0, 1.0)), field=field) for name, field in fields.items()
    )
    total = nodes.Total(parts=parts, **rule)
    level = nodes.Bands(of=total, starts=(0.0, 15.0), levels=("low", "high"))
    return Plan(fields, (), {"total": total, "level": level}, "level")


def test_nothing_answered_is_not_the_lowest_score() -> None:
    plan = scale(3)
    nobody = Evaluation(plan, {}).output("total")
    assert (0.0, 3.0, Status.TOO_FEW_ANSWERS) == (nobody.low, nobody.high, nobody.status)
    assert math.isnan(nobody.value)
    lowest = Evaluation(plan, {name: answered(0.0) for name in plan.fields}).output("total")
    assert (0.0, 0.0, 0.0, Status.COMPLETE, 0) == tuple(lowest)


def test_a_scale_whose_items_are_all_absent_has_no_value_under_any_rule() -> None:
    for method in ("zero", "prorate"):
        plan = scale(3, allow=3, method=method)
        assert math.isnan(Evaluation(plan, {}).output("total").value)
        assert math.isnan(evaluate(plan, {}, 1).expanded()["total"].value[0])


def test_prorating_multiplies_before_it_divides() -> None:
    assert 15 > 13 * (15 / 13)  # a factor makes an exact 15 into 14.999999999999998, one level too low
    plan = scale(15, allow=2, method="prorate")
    columns = {name: Column(np.array([1], np.uint8)) for name in list(plan.fields)[:13]}
    in_blocks = evaluate(plan, columns, 1).expanded()
    person = Evaluation(plan, {name: answered(1.0) for name in columns})
    assert (15.0, Status.PRORATED) == (person.output("total").value, person.output("total").status)
    assert 15.0 == in_blocks["total"].value[0]
    assert 1.0 == person.output("level").value == in_blocks["level"].value[0]
