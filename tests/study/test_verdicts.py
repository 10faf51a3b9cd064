"""Criteria are judged as the plan says, and a verdict says what would decide."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from small import PLAN, people

from rvn.study.results import Results
from rvn.study.verdicts import Bounds, judge, times_as_many
from rvn.validation.discrimination.auc import auc
from rvn.validation.estimate import Estimate

Study = Callable[..., Results]
AREA = Estimate(name="auc", value=0.70, low=0.64, high=0.76)


@pytest.mark.parametrize(
    ("low", "high", "judged_by", "verdict"),
    [
        (0.60, math.inf, "lower limit", "met"),
        (0.64, math.inf, "lower limit", "met"),
        (0.65, math.inf, "lower limit", "not enough data"),
        (0.75, math.inf, "lower limit", "not enough data"),
        (0.80, math.inf, "lower limit", "not met"),
        (0.65, math.inf, "value", "met"),
        (0.75, math.inf, "value", "not met"),
        (0.60, 0.80, "interval", "met"),
        (0.65, 0.80, "interval", "not enough data"),
        (0.80, 0.90, "interval", "not met"),
        (-math.inf, 0.80, "upper limit", "met"),
        (-math.inf, 0.60, "upper limit", "not met"),
    ],
)
def test_an_estimate_is_judged_by_what_the_criterion_says(
    low: float, high: float, judged_by: str, verdict: str
) -> None:
    assert verdict == judge(AREA, Bounds(low, high, judged_by))


@pytest.mark.parametrize("status", ["not_estimable", "suppressed", "extrapolated"])
def test_what_cannot_be_estimated_is_never_met_or_not_met(status: str) -> None:
    row = Estimate(name="auc", value=0.9, low=0.8, high=0.95, status=status)  # type: ignore[arg-type]
    assert "not enough data" == judge(row, Bounds(0.6, math.inf, "value"))


def test_the_number_that_would_decide_does_decide() -> None:
    outcome, score = [0, 1, 0, 1], [0, 0, 1, 1]
    counts = [60, 30, 40, 50]
    bounds = Bounds(0.6, math.inf, "lower limit")
    found = auc(outcome, score, counts=counts)
    assert "not enough data" == judge(found, bounds)
    factor = times_as_many(found, bounds)
    enough, one_less = math.ceil(factor * 1.02), math.floor(factor * 0.98)
    more = auc(outcome, score, counts=[count * enough for count in counts])
    assert more.value == pytest.approx(found.value)
    assert "met" == judge(more, bounds)
    if one_less > 1:
        fewer = auc(outcome, score, counts=[count * (one_less - 1) for count in counts])
        assert "not enough data" == judge(fewer, bounds)


def test_a_value_on_the_bound_is_never_decided_by_more_people() -> None:
    assert math.isnan(times_as_many(AREA, Bounds(0.70, math.inf, "lower limit")))


def test_an_interval_between_two_bounds_has_to_clear_both() -> None:
    row = Estimate(name="d", value=0.1, low=-0.3, high=0.5)
    assert times_as_many(row, Bounds(-0.3, 0.2, "interval")) == pytest.approx(16)


def test_a_value_outside_has_to_clear_the_bound_that_it_passed() -> None:
    row = Estimate(name="d", value=0.4, low=0.0, high=0.8)
    assert times_as_many(row, Bounds(-math.inf, 0.2, "upper limit")) == pytest.approx(4)


def test_a_ratio_is_judged_on_the_scale_of_its_interval() -> None:
    row = Estimate(name="e", value=1.0, low=0.5, high=2.0, scale="log")
    assert times_as_many(row, Bounds(0.8, 1.25, "interval")) == pytest.approx((math.log(2) / math.log(1.25)) ** 2)


def test_a_study_says_how_many_more_people_and_events_would_decide(study: Study) -> None:
    results = study(PLAN + "criteria:\n  auc: {at least: 0.75, judged by: lower limit}\n", people(40))
    (verdict,) = results.verdicts
    analysis = results.analyses[0]
    assert "not enough data" == verdict.verdict
    assert verdict.more_people is not None
    assert verdict.more_events is not None
    assert analysis.n_events is not None
    assert analysis.n is not None
    share = verdict.more_events / verdict.more_people
    assert share == pytest.approx(analysis.n_events / analysis.n, abs=0.02)


def test_a_criterion_can_be_narrowed_to_an_outcome(study: Study) -> None:
    second = PLAN.partition("outcomes:\n")[2].replace("again:", "other:")
    plan = PLAN + second + "criteria:\n  auc: {at least: 0.6, judged by: value, outcomes: [other]}\n"
    assert ["other"] == [verdict.outcome for verdict in study(plan).verdicts]


def test_a_rise_between_levels_is_judged_on_the_smallest_step(study: Study) -> None:
    results = study(PLAN + "criteria:\n  rise between levels: {at least: 0.2, judged by: value}\n")
    (verdict,) = results.verdicts
    rises = [row.value for row in results.analyses[0].steps if row.name == "difference"]
    assert ("met" if min(rises) >= 0.2 else "not met") == verdict.verdict
    assert len(rises) == len(verdict.estimates)
