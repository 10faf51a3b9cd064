"""What a plan has in common with the plan that withholds nothing is one and the same node in both."""

from __future__ import annotations

import pytest

import rvn
from rvn.plan.plan import rests_on_withheld

WITHHOLDING = ["static-99r@2016", "stable-2007@2014", "vrag@2006"]


@pytest.mark.parametrize("reference", WITHHOLDING)
def test_outputs_that_rest_on_nothing_withheld_are_the_same_node_in_both_plans(reference: str) -> None:
    plan = rvn.load(reference).plan
    assert plan.full is not None
    for name, node in plan.outputs.items():
        assert (node is plan.full.outputs[name]) is not rests_on_withheld(node)


def test_parts_below_what_is_withheld_are_shared_as_well() -> None:
    plan = rvn.load("static-99r@2016").accepting("higher_count").plan
    assert plan.full is not None
    assert {True} == {node is plan.full.points[name] for name, node in plan.points.items()}


def test_conditions_of_use_are_shared() -> None:
    plan = rvn.load("static-99r@2016").plan
    assert plan.full is not None
    for own, full in zip(plan.of_kind("consistent"), plan.full.of_kind("consistent"), strict=True):
        assert own.node is full.node


def test_both_plans_keep_the_names_of_their_steps_in_order() -> None:
    plan = rvn.load("static-99r@2016").plan
    assert plan.full is not None
    assert [step.name for step in plan.full.steps] == [step.name for step in plan.steps]
