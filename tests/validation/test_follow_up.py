from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvn.errors import ContractError
from rvn.validation.follow_up.times import (
    follow_up,
    grouping_column,
    labels,
    per_group,
    positive,
    risk_table,
    times_before,
    times_by,
)
from rvn.validation.observations import numbers


def test_rows_with_anything_absent_are_left_out_and_counted_as_people():
    rows = follow_up([1, None, 3, 4], [1, 1, None, 0], counts=[2, 3, 4, 5], score=numbers("score", [1, 1, 1, None]))
    assert rows.n == 2
    assert dict(rows.excluded) == {"time absent": 3, "event absent": 4, "score absent": 5}


@pytest.mark.parametrize(
    ("time", "event", "problem"),
    [
        ([-1.0], [1], "negative times"),
        ([1.0], [-1], "`event` must hold"),
        ([1.0], [0.5], "`event` must hold"),
        ([1.0], ["1"], "not numbers|not a number"),
        (["1"], [1], "not numbers|not a number"),
        ([1.0, 2.0], [1], "lengths differ"),
        ([np.inf], [1], "infinite"),
    ],
)
def test_what_is_no_follow_up_is_refused(time, event, problem):
    with pytest.raises(ContractError, match=problem):
        follow_up(time, event)


def test_an_event_at_time_zero_is_kept():
    assert follow_up([0], [1]).times.tolist() == [0.0]


def test_round_off_does_not_split_a_tie():
    rows = follow_up([0.1 + 0.2, 0.3, 0.4], [1, 0, 1])
    assert len(rows.times) == 2
    assert sorted(rows.at.tolist()) == [0, 0, 1]


def test_times_that_differ_by_more_than_round_off_stay_apart():
    assert len(follow_up([1.0, 1.0 + 1e-8], [1, 1]).times) == 2


def test_round_off_in_the_horizon_does_not_lose_the_events_at_it():
    times = np.array([0.1, 0.3])
    assert (times_by(times, 0.1 + 0.2), times_before(times, 0.1 + 0.2)) == (2, 1)
    assert (times_by(times, 0.3), times_before(times, 0.3)) == (2, 1)
    assert (times_by(times, 0.2), times_before(times, 0.2)) == (1, 1)


def test_the_risk_table_counts_events_before_censorings_of_the_same_time():
    table = risk_table(follow_up([2, 2, 2, 5], [1, 0, 2, 0], counts=[3, 4, 2, 1]))
    assert table.at_risk.tolist() == [10, 1]
    assert (
        table.events.tolist(),
        table.competing.tolist(),
        table.censored.tolist(),
    ) == ([3, 0], [2, 0], [4, 1])


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_counts_are_the_same_as_repeated_rows_in_any_order(people):
    time, event, counts = (np.array(column) for column in zip(*people, strict=True))
    counted = risk_table(follow_up(time, event, counts=counts))
    repeated = risk_table(follow_up(np.repeat(time, counts)[::-1], np.repeat(event, counts)[::-1]))
    for name in ("times", "at_risk", "events", "competing", "censored"):
        assert getattr(repeated, name).tolist() == getattr(counted, name).tolist()


def test_a_part_has_only_its_own_times():
    rows = follow_up([1, 2, 3], [1, 1, 0], score=numbers("score", [0, 1, 1]))
    part = rows.where(rows["score"] == 1)
    assert (part.times.tolist(), part.at.tolist(), part.n) == ([2.0, 3.0], [0, 1], 2)


def test_labels_are_sorted_unless_an_order_is_given():
    assert labels("score", [10, 2, 1])[1] == (1, 2, 10)
    assert labels("level", ["low", "high"])[1] == ("high", "low")
    codes, known = labels("level", pd.Series(["low", None, "high"]), ("low", "medium", "high"))
    assert known == ("low", "medium", "high")
    assert codes[[0, 2]].tolist() == [0.0, 2.0]
    assert np.isnan(codes[1])


def test_a_categorical_brings_its_order_and_the_labels_that_nobody_has():
    level = pd.Series(pd.Categorical(["low", None, "high"], categories=["low", "medium", "high"], ordered=True))
    codes, known = labels("level", level)
    assert known == ("low", "medium", "high")
    assert codes[[0, 2]].tolist() == [0.0, 2.0]


def test_a_label_outside_the_given_order_is_refused():
    with pytest.raises(ContractError, match="'severe', which is not among 'low', 'high'"):
        labels("level", ["low", "severe"], ("low", "high"))


def test_labels_that_mix_text_and_numbers_are_refused():
    with pytest.raises(ContractError, match="mixes text with"):
        labels("level", np.array(["low", 2], dtype=object))


def test_groups_without_a_group_are_refused():
    with pytest.raises(ContractError, match="no `group`"):
        grouping_column(None, ["low"])


def test_a_group_that_nobody_is_in_stays():
    columns, known = grouping_column(["b"], ["a", "b"])
    parts = [(at["group"], part.n) for at, part in per_group(follow_up([1], [1], **columns), known)]
    assert parts == [("a", 0), ("b", 1)]


@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf])
def test_a_horizon_must_be_above_zero(value):
    with pytest.raises(ContractError, match="`horizon` is"):
        positive("horizon", value)
