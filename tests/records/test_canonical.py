"""Canonical JSON against RFC 8785's own examples."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rvn.records import canonical as module
from rvn.records.canonical import canonical, number


def test_the_example_of_the_rfc_comes_out() -> None:
    # RFC 8785, section 3.2.2: numbers, strings and literals; its expected output is in 3.2.3.
    numbers = [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001]
    string = "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/"
    expected = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert expected == canonical({"numbers": numbers, "string": string, "literals": [None, True, False]})


@pytest.mark.parametrize(
    ("value", "expected"),
    [  # as ECMAScript's Number::toString writes them, the rule that RFC 8785 takes over
        (0.0, "0"),
        (-0.0, "0"),
        (1e21, "1e+21"),
        (1e20, "100000000000000000000"),
        (123456789012345680000.0, "123456789012345680000"),
        (0.000001, "0.000001"),
        (0.0000001, "1e-7"),
        (0.00012345, "0.00012345"),
        (0.000012345, "0.000012345"),
        (-1.5e-5, "-0.000015"),
        (1.5e-7, "1.5e-7"),
        (9007199254740993.0, "9007199254740992"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
    ],
)
def test_numbers_are_written_as_ecmascript_writes_them(value: float, expected: str) -> None:
    assert expected == number(value)
    assert expected == canonical(value)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc_1", max_size=3), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60)
@given(PLAIN)
def test_the_fast_way_and_the_plain_way_are_one(value: Any) -> None:
    assert module._spelt_out(value) == canonical(value)


@settings(max_examples=60)
@given(PLAIN)
def test_what_was_written_reads_back_and_writes_the_same(value: Any) -> None:
    text = canonical(value)
    assert text == canonical(json.loads(text))
    assert value == json.loads(text)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_does_not_have_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        number(value)
    with pytest.raises(ValueError, match="JSON"):
        canonical([value])
