"""Outcomes by dates and times: the closed horizon, potential follow-up, competing events."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, timedelta

import numpy as np
import pytest
from small import PLAN, people

from rvn.study.results import Results
from rvn.validation.follow_up.survival import aalen_johansen, kaplan_meier
from rvn.validation.follow_up.time_dependent import auc_at

Study = Callable[..., Results]
START = date(2021, 3, 5)


def plan(recorded: str, window: str = "2 years") -> str:
    text = PLAN.replace("yes_no: {column: again, event: [1], none: [0]}", recorded)
    return text.replace("window: 2 years", f"window: {window}")


DATES = plan("dates: {event: event_on, start: start_on, until: until_on}")


def rows_of(*cases: tuple[str, str]) -> dict[str, list[object]]:
    """Return people with a day of the event and of the end of observation."""
    rows = people(len(cases))
    rows["start_on"] = [START.isoformat()] * len(cases)
    rows["event_on"] = [event for event, _ in cases]
    rows["until_on"] = [until for _, until in cases]
    return rows


def test_the_last_day_of_the_window_is_in_it_and_the_next_is_not(study: Study) -> None:
    rows = rows_of(("2023-03-05", "2024-12-31"), ("2023-03-06", "2024-12-31"), ("", "2024-12-31"))
    (analysis,) = study(DATES, rows).analyses
    assert ("fixed", 3, 1) == (analysis.basis, analysis.n, analysis.n_events)


def test_who_is_seen_up_to_the_last_day_is_a_person_without_the_event(study: Study) -> None:
    rows = rows_of(("", "2023-03-05"), ("2022-01-01", "2023-03-05"))
    (analysis,) = study(DATES, rows).analyses
    assert ("fixed", 2, 1) == (analysis.basis, analysis.n, analysis.n_events)


def test_a_leap_day_does_not_make_a_window_longer_for_some(study: Study) -> None:
    rows = rows_of(("", "2022-03-05"), ("", "2025-03-05"))
    rows["start_on"] = ["2020-03-05", "2023-03-05"]  # 730 days, and 731
    (analysis,) = study(DATES, rows).analyses
    assert ("fixed", 2) == (analysis.basis, analysis.n)


def test_one_day_short_of_the_window_needs_time_to_event(study: Study) -> None:
    rows = rows_of(("", "2023-03-04"), ("2022-01-01", "2024-01-01"), ("", "2024-01-01"))
    (analysis,) = study(DATES, rows).analyses
    assert ("follow-up", 3, 1) == (analysis.basis, analysis.n, analysis.n_events)


def cohort(n: int = 400) -> tuple[dict[str, list[object]], Mapping[str, np.ndarray]]:
    """Return people as rows, and what their times must be."""
    rows = people(n)
    starts = [START + timedelta(days=number * 37 % 900) for number in range(n)]
    waits = [(number * 7919) % 1500 + 1 - 60 * int(str(rows["points"][number])) for number in range(n)]
    events = [start + timedelta(days=max(wait, 1)) for start, wait in zip(starts, waits, strict=True)]
    until = date(2024, 1, 31)
    rows["start_on"] = [day.isoformat() for day in starts]
    rows["event_on"] = [day.isoformat() if day <= until else "" for day in events]
    rows["until_on"] = [until.isoformat()] * n
    time, event = [], []
    for start, happened in zip(starts, events, strict=True):
        end = start.replace(year=start.year + 2)
        if happened <= min(end, until):
            time.append((happened - start).days)
            event.append(1)
        else:
            time.append(731 if until >= end else (until - start).days)
            event.append(0)
    return rows, {"time": np.array(time), "event": np.array(event), "score": np.array(rows["points"])}


def test_unequal_follow_up_gives_kaplan_meier_and_the_auc_at_the_window(study: Study) -> None:
    rows, known = cohort()
    (analysis,) = study(DATES, rows).analyses
    assert analysis.follow_up is not None
    horizon = analysis.follow_up.horizon
    (expected,) = kaplan_meier(known["time"], known["event"], [horizon])
    assert "follow-up" == analysis.basis
    assert expected.value == pytest.approx(analysis.base_rate.value)
    area = auc_at(known["time"], known["event"], known["score"], horizon)
    assert (area.value, area.low) == pytest.approx((analysis.auc.value, analysis.auc.low))


def test_with_unequal_follow_up_levels_are_compared_at_the_window_s_end(study: Study) -> None:
    rows, _ = cohort()
    criteria = "criteria:\n  rise between levels: {at least: -1, judged by: interval}\n"
    results = study(DATES + criteria, rows)
    (analysis,) = results.analyses
    lower, higher = (row.rate for row in analysis.levels[:2])
    # Two independent estimates: distances to their limits are added in squares (Zou & Donner 2008).
    difference = higher.value - lower.value
    low = difference - math.hypot(higher.value - higher.low, lower.high - lower.value)
    high = difference + math.hypot(higher.high - higher.value, lower.value - lower.low)
    step = analysis.steps[0]
    assert ("difference", {"lower": "low", "higher": "medium"}) == (step.name, step.at)
    assert (difference, low, high) == pytest.approx((step.value, step.low, step.high))
    assert "met" == results.verdicts[0].verdict


@pytest.mark.parametrize(("highest", "status"), [(0.6, "ok"), (1, "not_estimable")])
def test_with_unequal_follow_up_published_risks_have_a_slope(study: Study, highest: float, status: str) -> None:
    rows, _ = cohort()
    points = {score: highest if score == 9 else round(0.1 + 0.05 * score, 2) for score in range(10)}
    text = DATES.replace("high: 6}}", f"high: 6}}, risk: {{again: {{points: {points}}}}}}}")
    (analysis,) = study(text, rows).analyses
    assert analysis.calibration is not None
    (slope,) = [row for row in analysis.calibration.measures if row.name == "calibration_slope"]
    assert status == slope.status


def test_curves_start_at_nothing_and_end_at_the_estimate(study: Study) -> None:
    rows, _ = cohort()
    (analysis,) = study(DATES, rows).analyses
    assert analysis.follow_up is not None
    assert [None, "low", "medium", "high"] == [curve.level for curve in analysis.follow_up.curves]
    for curve in analysis.follow_up.curves:
        assert (0.0, 0.0) == (curve.points[0].time, curve.points[0].risk)
        assert curve.final.value == pytest.approx(curve.points[-1].risk, nan_ok=True)
        risks = [point.risk for point in curve.points if not math.isnan(point.risk)]
        assert sorted(risks) == risks


def test_what_happens_first_counts_and_competes(study: Study) -> None:
    competing = plan("dates: {event: event_on, start: start_on, until: until_on, competing: {death: died_on}}")
    rows, known = cohort()
    died = [START + timedelta(days=400) if place % 5 == 0 else None for place in range(len(rows["id"]))]
    rows["died_on"] = [
        "" if day is None or day.isoformat() < str(rows["start_on"][place]) else day.isoformat()
        for place, day in enumerate(died)
    ]
    time, event = known["time"].copy(), known["event"].copy()
    for place, cell in enumerate(rows["died_on"]):
        if cell:
            wait = (date.fromisoformat(str(cell)) - date.fromisoformat(str(rows["start_on"][place]))).days
            if wait < time[place] or (wait == time[place] and event[place] == 0):
                time[place], event[place] = wait, 2
    (analysis,) = study(competing, rows).analyses
    assert analysis.follow_up is not None
    (expected,) = aalen_johansen(time, event, [analysis.follow_up.horizon])
    assert "Aalen-Johansen" == analysis.follow_up.method
    assert expected.value == pytest.approx(analysis.base_rate.value)
    assert int((event == 2).sum()) == analysis.follow_up.competing[0].people


def test_times_are_cut_at_the_window(study: Study) -> None:
    times = plan("times: {column: days, unit: days, status: what, censored: [0], event: [1]}", "100 days")
    rows = people(4)
    rows["days"], rows["what"] = [100, 101, 200, 30], [1, 1, 0, 1]
    (analysis,) = study(times, rows).analyses
    assert ("fixed", 4, 2) == (analysis.basis, analysis.n, analysis.n_events)


def test_a_published_risk_is_compared_with_what_happened(study: Study) -> None:
    text = PLAN.replace(
        "high: 6}}", "high: 6}, risk: {again: {points: {0: 0.1, 1: 0.2, 2: 0.3, 3: 0.4, 4: 0.5, 5: 0.6}}}}"
    )
    rows = people(200)
    (analysis,) = study(text, rows).analyses
    assert analysis.calibration is not None
    expected = sum(0.1 + 0.1 * int(str(score)) for score in rows["points"] if int(str(score)) <= 5)
    assert expected == pytest.approx(analysis.calibration.expected)
    low = analysis.levels[0]
    assert low.expected == pytest.approx(
        sum(0.1 + 0.1 * int(str(score)) for score in rows["points"] if int(str(score)) <= 2)
    )
