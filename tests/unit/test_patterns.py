"""Rows that are alike to a plan have one pattern, and rows that are not never do."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from rvn.plan.columns.block import ABSENT, NOTHING, Column
from rvn.plan.columns.classes import Classes
from rvn.plan.columns.patterns import Table, _tables
from rvn.plan.columns.terms import Term

REFUSED = ABSENT + 1
EVERY_CODE = np.arange(256, dtype=np.uint8)
# Codes at which the next class begins: options in their order; a few steps; many; a reason told apart from the others.
SHAPES = {
    "options": [1, 2, 3],
    "an option and nothing else": [1],
    "a few steps": [1, 3, 6, ABSENT],
    "many steps": [1, 2, 4, 8, 16, 32, 64, 128, ABSENT],
    "steps of hundreds": [100, 200],
}


def classes(name: str, of_byte: np.ndarray) -> Classes:
    size = int(of_byte.max()) + 1
    examples = np.array([np.flatnonzero(of_byte == each)[0] for each in range(size)], np.uint8)
    return Classes(name, size, of_byte.astype(np.uint8), np.zeros(0), Column(examples))


@pytest.mark.parametrize("starts", SHAPES.values(), ids=SHAPES)
def test_every_code_is_of_the_class_of_the_last_start_that_it_reaches(starts: list[int]) -> None:
    of_byte = np.searchsorted(starts, EVERY_CODE, side="right")
    assert of_byte.tolist() == classes("item", of_byte).of(Column(EVERY_CODE)).tolist()


def test_a_reason_told_apart_is_a_class_between_others() -> None:
    of_byte = np.where(EVERY_CODE >= ABSENT, 3, np.minimum(EVERY_CODE, 1))
    of_byte[REFUSED] = 2
    assert [0, 1, 3, 2, 3] == classes("item", of_byte).of(Column(EVERY_CODE))[[0, 1, ABSENT, REFUSED, NOTHING]].tolist()


def patterns(tables: list[Table], rows: dict[str, np.ndarray]) -> np.ndarray:
    return np.sum([table.look_up(rows) for table in tables], axis=0)


@pytest.mark.parametrize(
    ("items", "points", "at_most"),
    [
        pytest.param(9, (0, 1, 2, 3), 28, id="many items of a scale: their sums are fewest"),
        pytest.param(3, (0, 1000, 7, -52), 10 * 4, id="few items whose points differ: their combinations are fewest"),
    ],
)
def test_rows_have_one_pattern_when_they_add_up_to_the_same(
    items: int, points: tuple[int, ...], at_most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rvn.plan.columns.patterns.TABLE", 16)  # two items a table
    names = [f"item{place}" for place in range(items)]
    of = {name: classes(name, np.minimum(EVERY_CODE, len(points) - 1)) for name in names}
    tables, size = _tables([Term((name,), {"sum": np.array(points)}) for name in names], of)
    answers = np.array(list(product(range(len(points)), repeat=min(items, 6))), np.uint8)
    answers = np.hstack([answers, np.zeros((len(answers), items - answers.shape[1]), np.uint8)])
    found = patterns(tables, {name: answers[:, place] for place, name in enumerate(names)})
    sums = np.array(points)[answers].sum(axis=1)
    assert size == at_most
    assert size > found.max()
    assert len(np.unique(found)) == len(np.unique(np.stack([found, sums]), axis=1).T)  # a pattern has one sum


def test_patterns_beyond_what_a_whole_number_holds_are_given_up() -> None:
    names = [f"item{place}" for place in range(40)]
    of = {name: classes(name, np.minimum(EVERY_CODE, 3)) for name in names}
    tables, size = _tables([Term((name,), {name: np.arange(4)}) for name in names], of)
    assert [] == tables
    assert 2**62 < size


def test_a_long_scale_has_as_many_patterns_as_sums_however_many_combinations_there_are() -> None:
    names = [f"item{place}" for place in range(150)]
    of = {name: classes(name, np.minimum(EVERY_CODE, 3)) for name in names}
    tables, size = _tables([Term((name,), {"sum": np.arange(4)}) for name in names], of)
    highest = {name: np.array([3], np.uint8) for name in names}
    assert 1 + 150 * 3 == size
    assert [150 * 3] == patterns(tables, highest).tolist()
