"""The reader for tables that stay where they are: every node as columns of SQL, equal to the bit to `explain`.

Unknown is NULL, and so is an end that is open. Numbers are float64, or whole numbers where nothing else can be;
truth values are 1 and 0, levels their place in the order. No engine's rounding, minimum over NULL or truth value is
relied on.
"""

from rvn.plan.relation import answers, arithmetic, choices, totals  # noqa: F401 - they register how nodes are computed
from rvn.plan.relation.engines import Engine
from rvn.plan.relation.outputs import Output, Outputs
from rvn.plan.relation.relation import READERS, Answers, Relation
from rvn.plan.relation.steps import Steps

__all__ = ["READERS", "Answers", "Engine", "Output", "Outputs", "Relation", "Steps"]
