"""Levels must cover what their number can be, and each must be possible."""

from __future__ import annotations

from collections.abc import Iterator

from rvn import messages
from rvn.definition.load import Loaded
from rvn.definition.source import Path_
from rvn.errors import Diagnostic
from rvn.plan.explain import attainable
from rvn.plan.nodes import Bands, Choose, Node, Withheld


def check_levels(loaded: Loaded) -> Iterator[Diagnostic]:
    """Yield levels that nobody can reach, and values that have no level."""
    plan = loaded.plan.full or loaded.plan
    paths = {entry.id: ("bands", index) for index, entry in enumerate(loaded.definition.bands)}
    for step in plan.of_kind("bands"):
        of = loaded.definition.bands[paths[step.name][1]].of
        for node in bands_in(step.node):
            yield from _check(loaded, node, (*paths[step.name], "levels"), of)


def _check(loaded: Loaded, node: Bands, path: Path_, of: str) -> Iterator[Diagnostic]:
    low, high = attainable(node.of)
    if low < node.starts[0]:
        values = {"of": of, "low": f"{low:.15g}", "level": node.levels[0], "start": f"{node.starts[0]:.15g}"}
        yield messages.BAND_GAP.at(loaded.source.place((*path, node.levels[0])), **values)
    for place, level in enumerate(node.levels):
        below = place + 1 < len(node.levels) and node.starts[place + 1] <= low
        if node.starts[place] > high or below:
            values = {"level": level, "of": of, "low": f"{low:.15g}", "high": f"{high:.15g}"}
            yield messages.BAND_UNREACHED.at(loaded.source.place((*path, level)), **values)


def bands_in(node: Node) -> Iterator[Bands]:
    """Yield the bands that a level is made of, one a group where they differ by group."""
    match node:
        case Bands():
            yield node
        case Withheld():
            yield from bands_in(node.of)
        case Choose():
            yield from bands_in(node.then)
            yield from bands_in(node.otherwise)
