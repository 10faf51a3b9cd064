"""The reader for many people: every node as an array, block by block, equal to the bit to `explain`.

Values are float64 with NaN for unknown. What absent answers leave open is computed only for the rows that lack an
answer; for all others it is the value itself.
"""

from rvn.plan.columns import bounds, values  # noqa: F401 - they register how each kind of node is computed
from rvn.plan.columns.block import ABSENT, BOUNDS, NOTHING, VALUES, Block, Column, OutputColumns
from rvn.plan.columns.evaluate import Evaluated, Output, evaluate
from rvn.plan.columns.parallel import on_all_cores, on_rows
from rvn.plan.columns.values import EPOCH

__all__ = [
    "ABSENT",
    "BOUNDS",
    "EPOCH",
    "NOTHING",
    "VALUES",
    "Block",
    "Column",
    "Evaluated",
    "Output",
    "OutputColumns",
    "evaluate",
    "on_all_cores",
    "on_rows",
]
