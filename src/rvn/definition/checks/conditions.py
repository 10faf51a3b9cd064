"""A condition that is always or never true says nothing, or not what was meant."""

from __future__ import annotations

from collections.abc import Iterator

from rvn import messages
from rvn.definition.load import Loaded
from rvn.errors import Diagnostic
from rvn.plan.explain import attainable
from rvn.plan.nodes import Move, Node
from rvn.plan.plan import walk

_SECTIONS = {"eligible": "eligible", "consistent": "consistent", "rule": "rules", "flag": "flags"}
_KINDS = {"eligible": "condition", "consistent": "condition", "rule": "rule", "flag": "flag"}


def check_conditions(loaded: Loaded) -> Iterator[Diagnostic]:
    """Yield conditions, rules and flags that can never, or must always, hold."""
    plan = loaded.plan.full or loaded.plan
    for step in plan.of_kind("eligible", "consistent", "rule", "flag"):
        section = _SECTIONS[step.kind]
        index = [entry.id for entry in getattr(loaded.definition, section)].index(step.name)
        place = loaded.source.place((section, index, "when"))
        low, high = attainable(_test(step.node))
        if high == 0:
            yield messages.RULE_NEVER.at(place, kind=_KINDS[step.kind], name=step.name)
        elif low == 1:
            yield messages.RULE_ALWAYS.at(place, kind=_KINDS[step.kind], name=step.name)


def _test(node: Node) -> Node:
    moves = [inner for inner in walk(node) if isinstance(inner, Move)]
    return moves[0].test if moves and moves[0] is node else node
