"""The reference reader: one person, every value with what the absent answers leave open.

Written to be obviously right, never optimised at the cost of that; the other readers must agree with it. The value
of each node stays available, so that an explanation can be made from the same computation.
"""

from rvn.plan.explain.evaluation import (
    READERS,
    Evaluation,
    Output,
    Reading,
    Value,
    absent,
    answered,
    attainable,
    shown,
    shown_as,
)
from rvn.plan.explain.readers import move
from rvn.plan.explain.totals import sum_of

__all__ = [
    "READERS",
    "Evaluation",
    "Output",
    "Reading",
    "Value",
    "absent",
    "answered",
    "attainable",
    "move",
    "shown",
    "shown_as",
    "sum_of",
]
