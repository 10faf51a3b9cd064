"""Holm's method, against R's p.adjust."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import r_values
from rvn.errors import ContractError
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.multiplicity import holm, with_holm

P_VALUES = [1e-04, 0.004, 0.019, 0.03, 0.041, 0.05, 0.32, 0.9, None]


def test_holm_is_p_adjust_of_r_and_does_not_count_what_has_no_p_value():
    expected = r_values("proportions")["multiple_testing"]["holm"]
    found = holm(P_VALUES).tolist()
    assert expected[-1] is None
    assert found[-1] != found[-1]
    assert pytest.approx(expected[:-1], rel=1e-12) == found[:-1]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.randoms())
def test_holm_keeps_the_order_lies_between_p_and_bonferroni_and_does_not_depend_on_the_order(p_values, random):
    found = dict(zip(p_values, holm(p_values).tolist(), strict=True))
    for p, adjusted in found.items():
        assert p <= adjusted <= min(1.0, len(p_values) * p) or p == adjusted
    assert sorted(found.values()) == [found[p] for p in sorted(found)]
    shuffled = random.sample(p_values, len(p_values))
    assert [found[p] for p in shuffled] == holm(shuffled).tolist()


def test_of_no_p_values_nothing_is_adjusted():
    assert [] == holm([]).tolist()
    assert () == with_holm([])


@pytest.mark.parametrize("wrong", [[-0.1], [0.2, 1.1]])
def test_a_p_value_outside_0_to_1_is_refused(wrong):
    with pytest.raises(ContractError, match="`p_values` must lie between 0 and 1"):
        holm(wrong)


def test_one_test_is_no_family():
    rows = [Estimate(name="a", value=1.0, p_value=0.04), Estimate(name="b", value=1.0)]
    assert tuple(rows) == with_holm(rows)


def test_the_p_value_before_adjustment_stands_in_the_notes():
    rows = [Estimate(name=name, value=1.0, p_value=p, notes=("kept",)) for name, p in (("a", 0.04), ("b", 0.01))]
    first, second = with_holm(rows)
    assert (0.04, 0.02) == (first.p_value, second.p_value)
    assert ("kept", "p 0.04 before adjustment (Holm, 2 tests)") == first.notes
