"""Groups large enough for a chi-square test."""

from __future__ import annotations

import numpy as np

from rvn.validation.observations import FloatArray, IntArray

# The least number of people expected with the event, and without it, in each group.
LEAST = 5.0


def collapse(expected: FloatArray, people: FloatArray, *, least: float = LEAST) -> IntArray:
    """Return the group of each row, so that a group expects at least so many people with and without the event.

    A group takes rows in their order until it is large enough; what is left at the end joins the last group.

    >>> collapse(expected=np.array([2.0, 3.0, 6.0, 4.0]), people=np.array([20.0, 20.0, 20.0, 20.0]))
    array([0, 0, 1, 1])
    """
    numbers = []
    number, events, others = 0, 0.0, 0.0
    for more, size in zip(expected.tolist(), people.tolist(), strict=True):
        numbers.append(number)
        events, others = events + more, others + size - more
        if min(events, others) >= least:
            number, events, others = number + 1, 0.0, 0.0
    group = np.array(numbers, dtype=np.int64)
    group[group == number] = max(number - 1, 0)
    return group
