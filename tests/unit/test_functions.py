"""Functions of columns are to the bit those of Python's `math`, with which one person is scored."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from rvn.plan.columns.functions import exponential, logarithm, logistic, power
from rvn.plan.explain.arithmetic import apply

NUMBERS = np.random.default_rng(1).normal(0, 5, 20_000)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ([math.log(abs(x)) for x in NUMBERS.tolist()], logarithm(np.abs(NUMBERS))),
        ([math.exp(x) for x in NUMBERS.tolist()], exponential(NUMBERS)),
        ([apply("logistic", x) for x in NUMBERS.tolist()], logistic(NUMBERS)),
        ([x**2 for x in NUMBERS.tolist()], power(NUMBERS, np.full(len(NUMBERS), 2.0))),
        ([abs(x) ** 0.3 for x in NUMBERS.tolist()], power(np.abs(NUMBERS), np.full(len(NUMBERS), 0.3))),
    ],
    ids=["logarithm", "exponential", "logistic", "square", "power"],
)
def test_functions_are_those_of_one_person_to_the_bit(expected: list[float], found: np.ndarray) -> None:
    assert expected == found.tolist()


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (logarithm, [-math.inf, math.nan, math.inf, math.nan]),
        (exponential, [1.0, 0.0, math.inf, math.nan]),
        (logistic, [0.5, 0.0, 1.0, math.nan]),
    ],
)
def test_functions_of_what_is_not_finite(function: Callable[..., np.ndarray], expected: list[float]) -> None:
    with np.errstate(all="ignore"):
        found = function(np.array([0.0, -math.inf, math.inf, math.nan]))
    np.testing.assert_array_equal(expected, found)


def test_a_power_that_is_too_large_is_infinite_and_does_not_change_others() -> None:
    with np.errstate(all="ignore"):
        found = power(np.array([10.0, 10.0, 0.0, np.nan]), np.array([400.0, 2.0, -1.0, 2.0]))
    np.testing.assert_array_equal([math.inf, 100.0, math.inf, math.nan], found)
