"""How a value stands: complete, by a rule for absent answers, decided in spite of them, or not to be had."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """The standing of one output."""

    COMPLETE = "complete"  # nothing it needs is absent
    PRORATED = "prorated"  # answers are absent; the instrument's own rule gives the value
    DECIDED = "decided"  # answers are absent, but none of them could change it
    UNDECIDED = "undecided"  # the absent answers leave more than one level open
    TOO_FEW_ANSWERS = "too_few_answers"  # the absent answers leave more than one value open
    NOT_APPLICABLE = "not_applicable"  # the instrument is not made for this person
    INVALID = "invalid"  # answers contradict each other or cannot be used
    UNDEFINED = "undefined"  # the instrument gives no value here: a table without a row, a division by zero
    WITHHELD = "withheld"  # it rests on recalled numbers that were not asked for by name


# In memory a status is its place in this order.
ORDER = tuple(Status)
CODE = {status: code for code, status in enumerate(ORDER)}
WITH_A_VALUE = frozenset({Status.COMPLETE, Status.PRORATED, Status.DECIDED})
