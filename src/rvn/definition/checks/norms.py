"""Norms should have no holes and not fall where the value rises; prorating should not state what is not known."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from rvn import messages
from rvn.definition.load import Loaded
from rvn.definition.tables import as_number, read_table
from rvn.errors import Diagnostic
from rvn.plan.nodes import Lookup, Total
from rvn.plan.plan import walk
from rvn.plan.types import decimals_of


def check_norms(loaded: Loaded) -> Iterator[Diagnostic]:
    """Yield holes in tables of norms, and estimates that fall where the value rises."""
    plan = loaded.plan.full or loaded.plan
    for step in plan.of_kind("norm"):
        index = [norm.id for norm in loaded.definition.norms].index(step.name)
        entry, path = loaded.definition.norms[index], ("norms", index, "table")
        place = loaded.source.place(path)
        # A row without an estimate says that it is known to be unknown.
        table = read_table(loaded.source, entry.table, path, ["value"])
        listed = {as_number(row.cells["value"]) for row in table.rows}
        for node in walk(step.node):
            if isinstance(node, Lookup) and decimals_of(node.of) == 0:
                for (key, before), (after_key, after) in itertools.pairwise(zip(node.keys, node.values, strict=True)):
                    if after_key > key + 1 and key + 1 not in listed:
                        yield messages.NORM_HOLE.at(place, name=step.name, value=f"{key + 1:.15g}")
                    if after < before:
                        values = {"before": f"{before:.15g}", "after": f"{after:.15g}", "value": f"{after_key:.15g}"}
                        yield messages.NORM_FALLS.at(place, name=step.name, **values)


def check_prorating(loaded: Loaded) -> Iterator[Diagnostic]:
    """Yield scales that are prorated from less than half of their items."""
    plan = loaded.plan.full or loaded.plan
    for index, scale in enumerate(loaded.definition.scales):
        for node in walk(plan.outputs[scale.id]):
            if isinstance(node, Total) and node.method != "zero" and node.allow * 2 > len(node.parts):
                place = loaded.source.place(("scales", index, "missing", "allow"))
                values = {"name": scale.id, "allow": node.allow, "items": len(node.parts)}
                yield messages.PRORATED_TOO_MUCH.at(place, **values)
