"""Generated plans and people: `columns` says what `explain` says, to the bit, in value, low, high and status."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from agreement.generators import MAKERS, People, every_node, is_inexact, people, plans
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rvn.plan import nodes
from rvn.plan.columns import BOUNDS, VALUES, evaluate
from rvn.plan.explain import READERS, Evaluation
from rvn.plan.nodes import Node
from rvn.plan.plan import Plan
from rvn.plan.status import CODE, ORDER

CLASSES = {cls for cls in vars(nodes).values() if isinstance(cls, type) and issubclass(cls, Node)} - {Node}

ULPS = 2  # how far `log`, `exp`, `logistic` and `**` may differ between readers


@pytest.mark.parametrize("cls", sorted(CLASSES, key=lambda cls: cls.__name__), ids=lambda cls: cls.__name__)
def test_every_node_has_its_readers_and_is_generated(cls: type[Node]) -> None:
    assert cls in READERS
    assert cls in VALUES
    assert cls in BOUNDS
    assert cls in MAKERS

    @settings(max_examples=1, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    @given(plan=plans(cls))
    def is_produced(plan: Plan) -> None:
        assert cls in {type(node) for node in every_node(plan)}

    is_produced()


def disagreements(plan: Plan, found: People, size: int) -> list[str]:
    """Return in words where the two readers differ about some people."""
    in_blocks = evaluate(plan, found.columns, size)
    one_by_one = [Evaluation(plan, readings) for readings in found.readings]
    said = []
    for name, block in in_blocks.outputs.items():
        expected = [evaluation.output(name) for evaluation in one_by_one]
        statuses = np.array([CODE[output.status] for output in expected])
        for row in np.flatnonzero(statuses != block.status):
            said.append(f"{name} status of person {row}: {expected[row]} but {ORDER[block.status[row]]}")
        ulps = ULPS if is_inexact(plan.results[name]) else 0
        for part in ("value", "low", "high"):
            numbers, other = np.array([getattr(output, part) for output in expected]), getattr(block, part)
            for row in np.flatnonzero(~same(numbers, other, ulps)):
                said.append(f"{name} {part} of person {row}: {expected[row]} but {other[row]!r}")
    for step in plan.of_kind("consistent"):
        contradicted = [evaluation[step.node].value == 0 for evaluation in one_by_one]
        if contradicted != in_blocks.contradictions[step.name].tolist():
            said.append(f"{step.name}: contradictions differ")
    for name, mask in in_blocks.ignored.items():
        field = plan.fields[name]
        ignored = [on.asked(field) == 0 and on.reading(field).value == on.reading(field).value for on in one_by_one]
        if ignored != mask.tolist():
            said.append(f"{name}: ignored answers differ")
    return said


def same(expected: Any, found: Any, ulps: int) -> Any:
    """Return where two arrays hold the same numbers; zero has no sign, and unknown is unknown."""
    equal = (expected == found) | (np.isnan(expected) & np.isnan(found))
    if ulps:
        with np.errstate(invalid="ignore"):
            equal |= np.abs(expected - found) <= ulps * np.spacing(np.maximum(np.abs(expected), np.abs(found)))
    return equal


def compare(n_plans: int, n_people: int, **options: Any) -> int:
    """Compare the readers on random plans and people and return the number of pairs of plan and person."""
    n_cases = 0
    classes = itertools.cycle(MAKERS)

    @settings(max_examples=n_plans, deadline=None, suppress_health_check=list(HealthCheck), **options)
    @given(plan=plans(), seed=st.integers(0, 2**32 - 1))
    def readers_agree(plan: Plan, seed: int) -> None:
        nonlocal n_cases
        said = disagreements(plan, people(plan, seed, n_people), n_people)
        assert not said, "\n".join(said[:5])
        n_cases += n_people

    readers_agree()
    return n_cases


def test_both_readers_say_the_same_of_generated_plans_and_people() -> None:
    assert compare(300, 25, derandomize=True) >= 7_500


@pytest.mark.slow
def test_both_readers_say_the_same_in_twenty_thousand_cases() -> None:
    assert compare(4_000, 25) >= 100_000
