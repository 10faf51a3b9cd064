"""`rvn show --plan`: the steps in order, and under each what it is computed from."""

from __future__ import annotations

from typing import Any

import pytest
from ran import Run, Write

import rvn
from rvn.plan import nodes
from rvn.plan.plan import Plan, Step
from rvn.plan.show import Branch, draw


def _steps(ran: Any) -> dict[str, str]:
    """Return the lines of each step by its name."""
    steps = ran.out.partition("\nSteps\n")[2]
    found: dict[str, str] = {}
    for line in steps.splitlines():
        if line.startswith("  ") and line[2] != " ":
            name = line.strip().partition(":")[0]
        found[name] = f"{found.get(name, '')}{line}\n"
    return found


def test_steps_stand_in_the_order_of_computation(run: Run) -> None:
    names = [step.name for step in rvn.load("sample@1").plan.steps]
    assert names == list(_steps(run("show", "--plan", "sample@1")))


def test_a_scale_shows_its_parts_with_their_points_and_its_rule_for_absent_answers(run: Run) -> None:
    expected = """\
  total: scale
    sum of 2; up to 1 absent, then prorated
      mood: low = 0, high = 1
      drinks: 0+ = 0, 1+ = 1, 3+ = 2
"""
    assert expected == _steps(run("show", "--plan", "sample@1"))["total"]


def test_a_level_shows_its_bounds_and_names_what_it_is_of(run: Run) -> None:
    expected = "  level: bands [the outcome]\n    levels: low ≥ 0, high ≥ 2\n      of: total\n"
    assert expected == _steps(run("show", "--plan", "sample@1"))["level"]


def test_a_condition_reads_as_it_was_written(run: Run) -> None:
    steps = _steps(run("show", "--plan", "sample@1"))
    assert "  sober: consistent\n    not (dose > 5 and drinks == 0)\n" == steps["sober"]
    assert "  elderly: flag\n    age >= 70\n" == steps["elderly"]


def test_an_item_says_when_it_is_asked(run: Run) -> None:
    assert "  helped: choice, low, high\n    asked if: mood == 'low'\n" in run("show", "--plan", "sample@1").out


def test_what_is_withheld_is_not_looked_into_unless_asked_for(run: Run) -> None:
    words = ("show", "--plan", "sample@1")
    assert "withheld: rests on recalled facts; between weak and strong" in _steps(run(*words))["strength"]
    assert "levels: weak ≥ 0, strong ≥ 5" in _steps(run(*words, "--recalled", "strength"))["strength"]


def test_recalled_parts_are_asked_for_with_the_plan_only(run: Run) -> None:
    ran = run("show", "sample@1", "--recalled", "strength", "--format", "json")
    assert (2, ["RVN923"]) == (ran.code, ran.codes)


def test_a_model_shows_its_coefficients_by_group(run: Run) -> None:
    score = _steps(run("show", "--plan", "ogrs3@2009"))["score"]
    assert "if sex == 'male': sum of 15\n" in score
    assert "1.25112 × copas\n" in score
    assert score.index("-2.0253 × age_at_follow_up >= 50") < score.index("-2.4498 × age_at_follow_up >= 50")


def test_rules_follow_each_other_by_name(run: Run) -> None:
    steps = _steps(run("show", "--plan", "fictitious-security@1.0"))
    assert "quiet: rule on level\n    lowered by 1\n" in steps["quiet"]
    assert "raised to at least medium\n" in steps["other_proceedings"]
    assert "of: level after quiet\n" in steps["other_proceedings"]


def test_a_table_shows_its_cells(run: Run) -> None:
    level = _steps(run("show", "--plan", "fictitious-security@1.0"))["level"]
    assert "rows: escape_level\n      columns: conduct_level\n      low: low, medium, high\n" in level


def test_the_plan_as_data_has_every_number(run: Run) -> None:
    data = run("show", "--plan", "sample@1", "--format", "json").data
    assert ["reference", "fields", "steps"] == list(data)
    steps = {step["name"]: step for step in data["steps"]}
    (total,) = steps["total"]["parts"]
    assert ({"low": 0.0, "high": 1.0}, 1) == (total["parts"][0]["points"], total["allow"])
    assert {"low": 0.0, "high": 2.0} == steps["level"]["parts"][0]["bounds"]
    assert steps["level"]["outcome"]


def test_long_tables_are_cut_on_the_screen_and_whole_as_data(run: Run) -> None:
    assert "(3030 in all)" in run("show", "--plan", "ogrs3@2009").out
    steps = {step["name"]: step for step in run("show", "--plan", "ogrs3@2009", "--format", "json").data["steps"]}
    assert 3030 == len(steps["offence_weight"]["parts"][0]["table"])


def test_a_profile_draws_its_own_bounds(run: Run, write: Write) -> None:
    bands = "bands: [{id: level, of: total, levels: {low: 0, high: 3}, source: nobody}]"
    head = "rvn: 1\nid: here\nversion: '1'\nof: sample@1\ntitle: {en: Here}\nsources: {nobody: {cite: Nobody}}\n"
    name = write("here.yaml", head + bands)
    assert "low ≥ 0, high ≥ 3" in run("show", "--plan", "sample@1", "--profile", name).out


def assert_drawn_within_80_columns(run: Run, references: list[str]) -> None:
    for reference in references:
        recalled = [word for name in rvn.load(reference).recalled for word in ("--recalled", name)]
        ran = run("show", "--plan", reference, *recalled)
        assert (0, "") == (ran.code, ran.err)
        assert reference == ran.out.splitlines()[0]
        # A name longer than a line is not broken.
        assert 80 >= max(len(line) for line in ran.out.splitlines() if len(line.split()) > 1)


def test_some_plans_can_be_drawn_within_80_columns_with_nothing_withheld_too(run: Run) -> None:
    assert_drawn_within_80_columns(run, [name for name in rvn.references() if name != "broken@1"][::6])


@pytest.mark.slow
def test_every_plan_can_be_drawn_within_80_columns_with_nothing_withheld_too(run: Run) -> None:
    assert_drawn_within_80_columns(run, [name for name in rvn.references() if name != "broken@1"])


NUMBER = nodes.Field(name="x", kind="number")


def _drawn(node: nodes.Node) -> Branch:
    """Return what stands under the only step of a plan."""
    step = Step("y", "derived", node)
    return draw(Plan({}, (step,), {}, "y"))[1][0].parts[-1]


def _joined(sign: str, left: nodes.Node, right: nodes.Node) -> nodes.Node:
    return nodes.Arithmetic(operator=sign, left=left, right=right)  # type: ignore[arg-type]


X, TWO = nodes.Answer(field=NUMBER), nodes.Constant(value=2.0)
ABOVE = nodes.Compare(operator=">", left=X, right=TWO)


@pytest.mark.parametrize(
    ("formula", "node"),
    [
        ("x - (x - 2)", _joined("-", X, _joined("-", X, TWO))),
        ("x - x - 2", _joined("-", _joined("-", X, X), TWO)),
        ("(x + 2) * x", _joined("*", _joined("+", X, TWO), X)),
        ("x / (x * 2)", _joined("/", X, _joined("*", X, TWO))),
        ("(x ** 2) ** 2", _joined("**", _joined("**", X, TWO), TWO)),
        ("not (x > 2 or x > 2)", nodes.Not(of=nodes.Any(parts=(ABOVE, ABOVE)))),
        ("not x > 2", nodes.Not(of=ABOVE)),
        ("(x if x > 2 else 2) + 2", _joined("+", nodes.Choose(test=ABOVE, then=X, otherwise=TWO), TWO)),
        ("max(x, 2)", nodes.Extreme(which="max", parts=(X, TWO))),
        ("round(x, to 0.1, ties even)", nodes.Round(of=X, per=10.0, multiple=1.0, ties="even")),
    ],
)
def test_brackets_stand_where_the_order_of_computation_needs_them(formula: str, node: nodes.Node) -> None:
    assert formula == _drawn(node).text


def test_what_is_shared_is_drawn_once_however_often_it_is_used() -> None:
    node: nodes.Node = X
    for _ in range(60):
        node = _joined("+", node, node)
    assert 200 > sum(1 for _ in _drawn(node).lines())


def test_a_long_chain_is_no_reason_to_fail() -> None:
    node: nodes.Node = X
    for _ in range(199):
        node = nodes.Choose(test=ABOVE, then=TWO, otherwise=node)
    assert ["if x > 2: 2"] * 100 == [part.text for part in _drawn(node).parts[:100]]
