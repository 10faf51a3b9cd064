"""Small cells are hidden wherever they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from small import PLAN, people

from rvn.study.results import Results
from rvn.study.run import estimates_of
from rvn.study.suppress import COUNTS

Study = Callable[..., Results]
GROUPED = PLAN + "groups:\n  sex: {column: sex}\n"


def counts_in(part: Any) -> Iterator[int]:
    if isinstance(part, tuple):
        for entry in part:
            yield from counts_in(entry)
    elif is_dataclass(part):
        for entry in fields(part):
            value = getattr(part, entry.name)
            if entry.name in COUNTS and isinstance(value, int):
                yield value
            else:
                yield from counts_in(value)


def test_no_count_below_the_limit_is_left(study: Study) -> None:
    rows = people(120)
    rows["sex"] = ["x", "x", "x"] + ["f" if number % 2 else "m" for number in range(117)]
    shown, hidden = study(GROUPED, rows), study(GROUPED + "suppress_below: 5\n", rows)
    assert any(0 < count < 5 for count in counts_in(shown.analyses))
    assert [] == [count for count in counts_in(hidden.analyses) if 0 < count < 5]
    assert hidden.suppressed > 0


def test_an_estimate_of_three_people_is_withheld_and_says_why(study: Study) -> None:
    rows = people(120)
    rows["sex"] = ["x", "x", "x"] + ["f" if number % 2 else "m" for number in range(117)]
    results = study(GROUPED + "suppress_below: 5\n", rows)
    (grouping,) = results.analyses[0].groupings
    (small,) = [row for row in grouping.rows if row.group == "x"]
    assert (None, "suppressed") == (small.people, small.base_rate.status)
    assert "fewer than 5 people" in small.base_rate.notes[0]


def test_no_estimate_rests_on_a_small_cell(study: Study) -> None:
    results = study(GROUPED + "suppress_below: 10\n", people(150))
    for row in estimates_of(results):
        if row.status != "suppressed":
            assert not 0 < row.n < 10
            assert row.n_events is None or not 0 < row.n_events < 10


def test_one_hidden_count_takes_another_with_it(study: Study) -> None:
    rows = people(120)
    rows["sex"] = ["x", "x", "x"] + ["f" if number % 2 else "m" for number in range(117)]
    (grouping,) = study(GROUPED + "suppress_below: 5\n", rows).analyses[0].groupings
    assert 2 <= [row.people for row in grouping.rows].count(None)


def test_scores_are_put_together_until_they_are_large_enough(study: Study) -> None:
    results = study(PLAN + "suppress_below: 12\n", people(150))
    scores = results.analyses[0].scores
    assert 150 == sum(row.people or 0 for row in scores)
    assert all(row.people is None or row.people >= 12 for row in scores)
    starts = {row.score for row in scores}
    assert all(point.cut in starts for point in results.analyses[0].roc if point.cut != float("inf"))


def test_without_the_wish_nothing_is_hidden(study: Study) -> None:
    assert 0 == study(GROUPED).suppressed
