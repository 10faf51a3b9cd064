"""The assessments of a person in time: what counts, what is due, what has changed."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

import rvn
from rvn import records
from rvn.records.history import day_of

SECURITY = rvn.load("fictitious-security@1.0")
EXAMPLE = SECURITY.definition.tests[0]
ANSWERS = {**EXAMPLE.given, **EXAMPLE.answers}
KEY = b"k" * 32


def scored(day: str | None, **changes: object) -> rvn.Result:
    return SECURITY.score({**ANSWERS, **changes}, on=day)


def recorded(day: str, subject: str = "p-1", **changes: object) -> records.Record:
    return records.read(records.write(scored(day, **changes), key=KEY, subject=subject))


def codes(assessments: list[Any]) -> list[str]:
    with pytest.raises(rvn.HistoryError) as caught:
        records.History(assessments)
    return [problem.code for problem in caught.value.diagnostics]


def test_days_that_go_backwards_are_refused() -> None:
    assert ["RVN696"] == codes([scored("2026-02-01"), scored("2026-01-31")])
    assert 2 == len(records.History([scored("2026-02-01"), scored("2026-02-01")]).assessments)


def test_mixed_histories_and_missing_days_are_told_at_once() -> None:
    audit = rvn.load("audit@2001").score({"frequency": "never"})
    assert ["RVN695", "RVN697"] == codes([scored("2026-02-01"), audit])
    assert ["RVN697"] == codes([recorded("2026-02-01"), recorded("2026-03-01", subject="p-2")])


@pytest.mark.parametrize("make", [scored, recorded])
def test_the_last_assessment_with_a_value_counts(make: Any) -> None:
    history = records.History(
        [
            make("2026-01-15"),
            make("2026-03-01", minor_violations=9),
            make("2026-04-01", offence_violence=None, pending=None),
        ]
    )
    assert None is history.at("2026-01-14").assessment
    assert ["2026-01-15", "2026-01-15", "2026-03-01", "2026-03-01"] == [
        day_of(history.at(day).assessment)  # type: ignore[arg-type]
        for day in ("2026-01-15", "2026-02-28", "2026-03-01", "2026-05-01")
    ]
    assert [0, 0, 0, 1] == [
        history.at(day).passed_over for day in ("2026-01-15", "2026-02-28", "2026-03-01", "2026-05-01")
    ]


def test_of_two_on_one_day_the_later_counts() -> None:
    second = scored("2026-01-15", minor_violations=9)
    assert second is records.History([scored("2026-01-15"), second]).at("2026-01-15").assessment


def test_the_next_assessment_is_due_when_the_definition_says() -> None:
    history = records.History([scored("2026-08-31")])
    assert date(2027, 2, 28) == history.at("2026-09-01").due
    assert not history.at("2027-02-28").is_overdue
    assert history.at("2027-03-01").is_overdue
    audit = rvn.load("audit@2001").score({"frequency": "never"}, on="2026-01-01")
    assert records.due_after(audit) is None


def test_an_override_that_ended_counts_no_longer() -> None:
    override = rvn.Override("level", "medium", "health", "officer-7", "2026-01-16", approved_by="officer-2")
    result = scored("2026-01-15").overridden(override)
    for one in (result, records.read(records.write(result, key=KEY))):
        history = records.History([one])
        assert ("medium", ()) == (history.at("2026-04-16").final, history.at("2026-04-16").overrides_ended)
        assert ("low", ("level",)) == (history.at("2026-04-17").final, history.at("2026-04-17").overrides_ended)


def test_a_change_of_a_score_is_held_against_its_error() -> None:
    history = records.History([scored("2026-01-15", minor_violations=0), scored("2026-07-15", minor_violations=9)])
    values = [one["disorder"].value for one in history.assessments]  # type: ignore[index, union-attr]
    change = history.changes("disorder", error=0.5)[0]
    # Jacobson and Truax: the difference over sqrt(2) times the error, reliable beyond 1.96.
    assert pytest.approx((values[1] - values[0]) / (2**0.5 * 0.5)) == change.index  # type: ignore[operator]
    assert "rose" == change.finding
    assert "within error" == history.changes("disorder", error=2)[0].finding
    back = records.History([scored("2026-01-15", minor_violations=9), scored("2026-07-15", minor_violations=0)])
    assert "fell" == back.changes("disorder", error=0.5)[0].finding


def test_levels_change_without_an_error() -> None:
    history = records.History([scored("2026-01-15"), scored("2026-07-15", minor_violations=9)])
    assert ("low", "medium", "higher level") == (
        history.changes("disorder_level")[0].before,
        history.changes("disorder_level")[0].after,
        history.changes("disorder_level")[0].finding,
    )
    assert "same level" == history.changes("escape_level")[0].finding


def test_nothing_is_said_where_a_value_lacks_or_versions_differ() -> None:
    history = records.History([scored("2026-01-15"), scored("2026-07-15", minor_violations=None)])
    assert "unknown" == history.changes("disorder", error=1)[0].finding
    old = recorded("2026-01-15")
    other = records.Record.model_validate(old.to_record() | {"version": "0.9"})
    found = records.History([other, recorded("2026-07-15")]).changes("disorder", error=1)
    assert ("not comparable", None) == (found[0].finding, found[0].difference)


def test_a_score_without_its_error_and_an_unknown_output_are_refused() -> None:
    history = records.History([scored("2026-01-15"), scored("2026-07-15")])
    with pytest.raises(rvn.HistoryError, match="RVN698"):
        history.changes("disorder")
    with pytest.raises(rvn.HistoryError, match="RVN207"):
        history.changes("nothing", error=1)


def test_results_and_records_may_stand_in_one_history() -> None:
    history = records.History([recorded("2026-01-15"), scored("2026-07-15", minor_violations=9)])
    assert "rose" == history.changes("disorder", error=0.5)[0].finding
    assert json.dumps(history.at("2026-08-01").final)
