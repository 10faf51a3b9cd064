"""The door of fairness: who is in which group, who is compared with whom, who is too few."""

import numpy as np
import pandas as pd
import pytest

from rvn.errors import ContractError
from rvn.validation.estimate import Estimate
from rvn.validation.groups.parts import EVERYONE_ELSE, judge, opponents, pairs, split, together
from rvn.validation.observations import binary, numbers

OUTCOME = binary("outcome", [0, 1, 1, 0, None, 1])
NAMES = ["b", "a", None, "a", "b", "c"]
ROW = Estimate(name="rate", value=0.5, n=4)


def test_people_without_a_group_or_a_value_are_counted_out_of_all_groups():
    parts = split(NAMES, counts=[5, 6, 7, 8, 9, 10], outcome=OUTCOME)
    assert ["a", "b", "c"] == [part.name for part in parts]
    assert [{"cases": 6, "non-cases": 8}, {"cases": 0, "non-cases": 5}, {"cases": 10, "non-cases": 0}] == [
        part.sizes for part in parts
    ]
    assert [{"outcome absent": 9, "groups absent": 7}] * 3 == [dict(part.sample.excluded) for part in parts]


def test_a_group_without_complete_rows_is_not_there():
    assert ["a"] == [part.name for part in split(["a", "b"], outcome=binary("outcome", [1, None]))]
    assert () == split([], outcome=binary("outcome", []))


def test_groups_are_sorted_but_a_categorical_keeps_its_order_and_whole_numbers_are_written_plainly():
    outcome = binary("outcome", [0, 1, 1])
    ordered = pd.Categorical(["low", "high", "high"], categories=["low", "high"])
    assert ["low", "high"] == [part.name for part in split(ordered, outcome=outcome)]
    assert "[0, 1]" == str([part.name for part in split([1.0, 0.0, 1.0], outcome=outcome)])


def test_groups_of_another_length_are_refused():
    with pytest.raises(ContractError, match="lengths differ"):
        split(["a"], outcome=OUTCOME)


def test_together_is_everybody_of_the_groups():
    parts = split(["a", "b", "c", "a"], score=numbers("score", [1, 2, 3, 4]), counts=[1, 2, 3, 4])
    both = together(parts[:2])
    assert (EVERYONE_ELSE, {"people": 7}) == (both.name, both.sizes)
    assert [1, 4, 2] == both.sample["score"].tolist()
    assert parts[1] is together(parts[1:2])


def test_the_largest_group_is_the_reference_unless_one_is_named():
    assert ((1, (0,)), (2, (0,))) == opponents(["a", "b", "c"], [9, 1, 3])
    assert ((0, (1,)), (2, (1,))) == opponents(["a", "b", "c"], [9, 1, 3], "b")


def test_of_two_groups_the_other_is_everyone_else():
    assert opponents(["a", "b"], [9, 1]) == opponents(["a", "b"], [9, 1], EVERYONE_ELSE)


def test_a_group_called_everyone_else_is_that_group():
    assert ((0, (1,)), (2, (1,))) == opponents(["a", EVERYONE_ELSE, "c"], [9, 1, 3], EVERYONE_ELSE)


def test_one_group_has_nobody_to_be_compared_with():
    assert () == opponents(["a"], [9])
    assert () == opponents([], [], "a")
    assert () == opponents([], [], EVERYONE_ELSE)


def test_an_unknown_reference_is_refused_and_the_groups_are_named():
    with pytest.raises(ContractError, match=r"nobody is in the reference 'd'\n.*there is a, b"):
        opponents(["a", "b"], [9, 1], "d")


def test_everyone_else_are_all_others_in_each_pair():
    parts = split(["a", "b", "c"], outcome=binary("outcome", [0, 1, 1]), counts=[1, 2, 4])
    assert [("a", 6), ("b", 5), ("c", 3)] == [(own.name, other.sample.n) for own, other in pairs(parts, EVERYONE_ELSE)]


@pytest.mark.parametrize(("cases", "others", "expected"), [(20, 20, "ok"), (19, 500, "sparse"), (500, 19, "sparse")])
def test_fewer_than_20_cases_or_non_cases_are_too_few_to_tell(cases, others, expected):
    (part,) = split(["a", "a"], outcome=binary("outcome", [1, 0]), counts=[cases, others])
    found = judge(ROW, [part], 20)
    assert (expected, 0.5) == (found.status, found.value)
    assert (expected == "sparse") == any("too few to tell" in note for note in found.notes)


def test_without_an_outcome_it_is_people_that_are_counted():
    (part,) = split(["a", "a"], score=numbers("score", [1, 2]), counts=[9, 10])
    assert ("too few to tell: a has 19 people; at least 20 are needed",) == judge(ROW, [part], 20).notes
    assert ROW == judge(ROW, [part], 19)


@pytest.mark.parametrize("status", ["degenerate", "not_estimable", "separated"])
def test_what_is_worse_than_sparse_stays(status):
    (part,) = split(["a"], outcome=binary("outcome", [1]))
    found = judge(Estimate(name="rate", value=np.nan, status=status), [part], 20)
    assert (status, 1) == (found.status, len(found.notes))
