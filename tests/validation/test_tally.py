"""A tally is the rows, no more and no less: whatever is computed from it is what the rows would give."""

import collections
import copy
import json
import math

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvn.errors import ContractError
from rvn.validation.discrimination.auc import auc
from rvn.validation.tally import Suppressed, Tally

CELLS = st.one_of(st.none(), st.integers(-3, 3), st.sampled_from([0.5, -0.0, 1e300, 1e-300]))
WORDS = st.one_of(st.none(), st.sampled_from(["low", "high", "ā", ""]))
ROWS = st.lists(st.tuples(st.integers(0, 1), CELLS, WORDS), max_size=30)


def columns(rows: list[tuple[object, ...]]) -> dict[str, list[object]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(("outcome", "score", "group"))}


def as_counter(tally: Tally) -> collections.Counter[tuple[object, ...]]:
    """Rows with their counts, absent as None."""
    rows = zip(*(tally[name].tolist() for name in tally.columns), strict=True)
    plain = [tuple(None if value is None or value != value else value for value in row) for row in rows]
    return collections.Counter(dict(zip(plain, tally["counts"].tolist(), strict=True)))


@given(ROWS)
def test_a_tally_counts_every_row_once(rows):
    assert collections.Counter(rows) == as_counter(Tally(columns(rows)))


@given(st.lists(st.tuples(CELLS, CELLS), max_size=30), st.randoms())
def test_row_order_does_not_matter(rows, random):
    first = Tally({"a": [a for a, _ in rows], "b": [b for _, b in rows]})
    random.shuffle(rows)
    assert first == Tally({"a": [a for a, _ in rows], "b": [b for _, b in rows]})


@given(st.lists(st.tuples(CELLS, CELLS, st.integers(0, 4)), min_size=1, max_size=20))
def test_counts_are_rows_repeated(rows):
    with_counts = Tally({"a": [r[0] for r in rows], "b": [r[1] for r in rows]}, [r[2] for r in rows])
    repeated = [row for row in rows for _ in range(row[2])]
    assert Tally({"a": [r[0] for r in repeated], "b": [r[1] for r in repeated]}) == with_counts


@given(ROWS, ROWS)
def test_the_sum_of_two_tallies_is_the_tally_of_both_samples(first, second):
    assert Tally(columns(first + second)) == Tally(columns(first)) + Tally(columns(second))


@given(ROWS)
def test_a_marginal_is_the_tally_of_fewer_columns(rows):
    every = columns(rows)
    marginal = Tally(every).select("group", "outcome")
    assert Tally({"group": every["group"], "outcome": every["outcome"]}) == marginal
    assert ["group", "outcome", "counts"] == list(marginal)


@given(ROWS)
def test_json_gives_the_tally_back(rows):
    tally = Tally(columns(rows))
    assert tally == Tally.from_json(tally.to_json())


def test_rows_are_sorted_by_the_first_column_first_and_absent_comes_last():
    tally = Tally({"group": ["b", None, "a", "a"], "score": [1.0, 0, math.nan, 2]})
    assert ["a", "a", "b", None] == tally["group"].tolist()
    assert [2.0, None, 1.0, 0.0] == [None if score != score else score for score in tally["score"].tolist()]


def test_nan_beside_text_is_absent_and_not_the_word_nan():
    assert ["a", None] == Tally({"group": ["a", math.nan]})["group"].tolist()


def test_a_tally_unpacks_into_the_arguments_of_a_statistic():
    outcome, score = [0, 0, 1, 1, 1], [1, 2, 2, 3, 3]
    assert auc(outcome, score) == auc(**Tally({"outcome": outcome, "score": score}))


def test_where_keeps_the_rows_with_the_value():
    tally = Tally({"sex": ["m", "f", None, "m"], "score": [1, 1, 2, math.nan]})
    assert collections.Counter({("m", 1.0): 1, ("m", None): 1}) == as_counter(tally.where(sex="m"))
    assert 1 == tally.where(sex=None).n
    assert 1 == tally.where(score=None, sex="m").n
    assert 0 == tally.where(sex="x").n


def test_where_refuses_a_column_that_is_not_there():
    with pytest.raises(ContractError, match="no column `gender`"):
        Tally({"sex": ["m"]}).where(gender="m")


@pytest.mark.parametrize("size", [10, 65_536, 65_537, 200_000])
@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint8, np.int64, np.float32, np.float64])
def test_the_fast_count_of_small_whole_numbers_is_the_slow_one(size, dtype):
    rng = np.random.default_rng(size)
    outcome = rng.integers(0, 2, size).astype(dtype)
    score = rng.integers(0 if dtype in (bool, np.uint8) else -20, 2 if dtype is bool else 20, size).astype(dtype)
    tally = Tally({"outcome": outcome, "score": score})
    cells, counts = np.unique(100 * outcome.astype(int) + score.astype(int), return_counts=True)
    assert counts.tolist() == tally["counts"].tolist()
    assert cells.tolist() == (100 * tally["outcome"].astype(int) + tally["score"].astype(int)).tolist()


def test_absent_values_in_later_blocks_are_counted_too():
    score = np.tile([1.0, 2.0, 3.0, 4.0], 40_000)
    score[100_000] = np.nan
    score[150_000:] = 7.0
    tally = Tally({"score": score})
    assert {1.0: 37_499, 2.0: 37_500, 3.0: 37_500, 4.0: 37_500, 7.0: 10_000, None: 1} == {
        key[0]: value for key, value in as_counter(tally).items()
    }


def test_values_that_spread_over_the_blocks_are_merged():
    numbers = np.arange(200_000) // 2
    tally = Tally({"id": numbers})
    assert np.arange(100_000).tolist() == tally["id"].tolist()
    assert {2} == set(tally["counts"].tolist())


def test_continuous_columns_with_absent_values_are_counted():
    tally = Tally({"a": [0.1, np.nan, 0.1, np.nan, -0.0], "b": [1.5, 2.5, 1.5, 2.5, 0.0]})
    assert collections.Counter({(0.1, 1.5): 2, (None, 2.5): 2, (0.0, 0.0): 1}) == as_counter(tally)
    assert not np.signbit(tally["a"][0])


def test_more_combinations_than_an_integer_can_number_are_still_told_apart():
    rng = np.random.default_rng(1)
    wide = {name: rng.random(70_000) for name in "abcd"}  # 70,000 to the fourth is above 2**63
    tally = Tally({name: np.concatenate([values, values[:5]]) for name, values in wide.items()})
    assert 70_000 == len(tally["counts"])
    assert 70_005 == tally.n
    twice = tally["counts"] == 2
    assert sorted(wide["d"][:5].tolist()) == sorted(tally["d"][twice].tolist())


def test_counts_above_what_an_int32_holds_stay_exact():
    tally = Tally({"score": [1, 1, 2]}, [2**52, 1, 3])
    assert [2**52 + 1, 3] == tally["counts"].tolist()
    assert np.int64 == tally["counts"].dtype


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pl.LazyFrame], ids=["pandas", "polars", "lazy"])
def test_any_frame_gives_the_same_tally(make):
    rows = {"reoffended": [0, 1, 1, None, 1], "decile": [3, 9, 9, 4, None], "sex": ["m", "f", "f", None, "f"]}
    names = {"outcome": "reoffended", "score": "decile", "group": "sex"}
    expected = Tally({name: rows[source] for name, source in names.items()})
    assert expected == Tally.from_frame(make(rows), names)
    assert expected.select("outcome", "score") == Tally.from_frame(make(rows), names).select("outcome", "score")
    numeric = Tally.from_frame(make(rows), ["reoffended", "decile"])
    assert Tally({"reoffended": rows["reoffended"], "decile": rows["decile"]}) == numeric


def test_pandas_types_with_their_own_missing_value_are_read():
    frame = pd.DataFrame(
        {
            "outcome": pd.array([True, None, False], dtype="boolean"),
            "score": pd.array([1, None, 3], dtype="Int64"),
            "level": pd.Categorical(["low", None, "high"]),
        }
    )
    expected = Tally({"outcome": [1, None, 0], "score": [1, None, 3], "level": ["low", None, "high"]})
    assert expected == Tally.from_frame(frame, ["outcome", "score", "level"])
    assert expected == Tally({name: frame[name] for name in frame})


def test_a_frame_without_the_column_is_refused_by_name():
    with pytest.raises(ContractError, match="no column `decile`"):
        Tally.from_frame(pd.DataFrame({"score": [1]}), ["decile"])


def test_small_cells_leave_no_row_and_no_number_of_people_behind():
    tally = Tally({"outcome": [0, 0, 1, 1], "score": [1, 2, 1, 2]}, [40, 4, 5, 1])
    text = tally.to_json(suppress_below=5)
    assert {"below": 5, "cells": 2} == json.loads(text)["suppressed"]
    back = Tally.from_json(text)
    assert collections.Counter({(0.0, 1.0): 40, (1.0, 1.0): 5}) == as_counter(back)
    assert "2 cells of 1 to 4 people are left out: between 2 and 8 people in all" in repr(back)


def test_suppression_is_remembered_by_all_that_is_made_of_the_tally():
    suppressed = Tally.from_json(Tally({"a": [1, 2], "b": [1, 1]}, [9, 2]).to_json(suppress_below=5))
    assert Suppressed(5, 1) == suppressed.select("a").suppressed
    assert Suppressed(5, 1) == suppressed.where(b=1).suppressed
    assert Suppressed(5, 1) == (Tally({"a": [3], "b": [3]}) + suppressed).suppressed
    assert Suppressed(5, 2) == (suppressed + suppressed).suppressed
    again = Tally.from_json(suppressed.to_json(suppress_below=10))
    assert Suppressed(10, 2) == again.suppressed
    assert Suppressed(10, 2) == Tally.from_json(again.to_json()).suppressed
    assert Tally({"a": [1], "b": [1]}, [9]) != suppressed


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]",
        '{"schema": 1}',
        '{"schema": 2, "kind": "rvn tally", "columns": {"a": [1]}, "counts": [1]}',
        '{"schema": 1, "kind": "rvn tally", "columns": {"a": [1]}}',
        '{"schema": 1, "kind": "rvn tally", "columns": {"a": [1]}, "counts": [1.5]}',
        '{"schema": 1, "kind": "rvn tally", "columns": {"a": [1, 2]}, "counts": [1]}',
    ],
)
def test_json_that_is_not_a_tally_of_this_schema_is_refused(text):
    with pytest.raises(ContractError):
        Tally.from_json(text)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({}, "at least one column"),
        ({"counts": [1]}, "counts"),
        ({"a": [1, 2], "b": [1]}, "lengths differ: `a` 2, `b` 1"),
        ({"a": ["x", 1]}, "mixes text with int"),
        ({"a": [1.0, math.inf]}, "infinite"),
        ({"a": [[1, 2]]}, "2 dimensions"),
        ({"a": [2**60, 1]}, "above 2\\*\\*53"),
        ({"a": np.array(["2020-01-01"], dtype="datetime64[D]")}, "neither numbers nor text"),
        ({"a": [{}]}, "dict"),
    ],
)
def test_columns_that_cannot_be_counted_are_refused(bad, message):
    with pytest.raises(ContractError, match=message):
        Tally(bad)


@pytest.mark.parametrize("counts", [[1, -1], [1, 0.5], [1, math.nan], [1]])
def test_counts_that_are_no_frequencies_are_refused(counts):
    with pytest.raises(ContractError, match="counts"):
        Tally({"a": [1, 2]}, counts)


def test_tallies_of_other_columns_do_not_add_up():
    with pytest.raises(ContractError, match="do not add up"):
        Tally({"a": [1]}) + Tally({"b": [1]})


def test_a_tally_cannot_be_changed_but_copied():
    tally = Tally({"a": [1, 2]})
    with pytest.raises(ValueError, match="read-only"):
        tally["counts"][0] = 5
    assert tally == copy.deepcopy(tally)
