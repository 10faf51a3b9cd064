"""Text as an answer. Nothing is guessed: it stays text, except that a number is read where the item is one."""

from __future__ import annotations

import re

from rvn.plan.nodes import Field

_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")


def as_answer(field: Field, text: str) -> object:
    """Return an answer that was written as text: numbers of numbers and counts are read, the rest stays as it is.

    >>> priors = Field(name="priors", kind="count", reasons=("refused",))
    >>> [as_answer(priors, text) for text in ("3", "", "refused", "three")]
    [3.0, None, 'refused', 'three']
    """
    if text == "":
        return None
    return float(text) if is_numeric(field) and _NUMBER.fullmatch(text) else text


def is_numeric(field: Field) -> bool:
    """Return whether the answers to a field are numbers."""
    return field.kind in ("number", "count")
