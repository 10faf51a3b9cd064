"""Which output of a new version belongs to which of the old one, and whether the two can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rvn import messages
from rvn.definition.entries import Localized
from rvn.definition.migrations import entries
from rvn.definition.source import Path_, Source
from rvn.plan.nodes import Node
from rvn.plan.plan import Plan
from rvn.plan.types import levels_of, type_of


@dataclass(frozen=True)
class Comparison:
    """An old output that a new one belongs to.

    Parameters
    ----------
    new, old
        Names of the two.
    is_comparable
        Whether a difference between them is one that the new version makes.
    levels
        By an old level, the new ones that are no change; empty where levels are the same or there are none.
    note
        How far they can be compared, by language.
    """

    new: str
    old: str
    is_comparable: bool
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    note: Mapping[str, str] = field(default_factory=dict)


def in_words(said: Localized | None) -> dict[str, str]:
    """Return what is said, by language."""
    return {str(language): text for language, text in (said or {}).items()}


def compared(plan: Plan) -> dict[str, Node]:
    """Return the outputs that can be compared: all but norms, which say of a value what a table says."""
    norms = {step.name for step in plan.of_kind("norm")}
    return {name: node for name, node in plan.outputs.items() if name not in norms}


def comparisons(source: Source, entry: entries.MigrationEntry, old: Plan, new: Plan) -> dict[str, Comparison]:
    """Return what is said about outputs; what is wrong with it is added to `source.problems`."""
    found = {}
    old_outputs, new_outputs = compared(old), compared(new)
    for name, said in entry.outputs.items():
        path: Path_ = ("outputs", name)
        if name not in new_outputs:
            place, near = source.place(path, key=True), messages.near(name, new_outputs)
            kind = f"output in {entry.to}"
            source.problems.append(messages.UNKNOWN_NAME.at(place, kind=kind, name=name, near=near))
        elif said.from_ not in old_outputs:
            near, kind = messages.near(said.from_, old_outputs), f"output in {entry.from_}"
            place = source.place((*path, "from"))
            source.problems.append(messages.UNKNOWN_NAME.at(place, kind=kind, name=said.from_, near=near))
        else:
            _check(source, said, path, name, old, new)
            levels = {level: tuple(to) for level, to in (said.levels or {}).items()}
            found[name] = Comparison(name, said.from_, said.comparable == "yes", levels, in_words(said.note))
    if new.outcome not in entry.outputs:
        place = source.place(("outputs",), key=True)
        source.problems.append(messages.MIGRATION_OUTCOME.at(place, name=new.outcome, version=entry.to))
    return found


def _check(source: Source, said: entries.Comparison, path: Path_, name: str, old: Plan, new: Plan) -> None:
    before, after = old.outputs[said.from_], new.outputs[name]
    if said.comparable == "no":
        if said.note is None:
            source.problems.append(messages.MISSING_KEY.at(source.place(path), key="note"))
        return
    if type_of(before) != type_of(after):
        why, remedy = "one of the two has levels and the other has not", "say `comparable: no` with a note"
        source.problems.append(messages.NOT_ALLOWED.at(source.place(path), key=name, why=why, remedy=remedy))
        return
    old_levels, new_levels = levels_of(before), levels_of(after)
    if said.levels is None:
        if set(old_levels) - set(new_levels):
            why = "the two have other levels"
            remedy = "add `levels: {old level: [new levels that are no change]}`, or say `comparable: no` with a note"
            source.problems.append(messages.NOT_ALLOWED.at(source.place(path), key=name, why=why, remedy=remedy))
        return
    for level in [*said.levels, *old_levels]:
        if level not in old_levels:
            place, near = source.place((*path, "levels", level), key=True), messages.near(level, old_levels)
            source.problems.append(messages.UNKNOWN_OPTION.at(place, item=said.from_, option=level, near=near))
        elif level not in said.levels:
            place = source.place((*path, "levels"))
            source.problems.append(messages.MIGRATION_OPTION.at(place, name=said.from_, option=level))
    for level, to in said.levels.items():
        for index, other in enumerate(to):
            if other not in new_levels:
                place, near = source.place((*path, "levels", level, index)), messages.near(other, new_levels)
                source.problems.append(messages.UNKNOWN_OPTION.at(place, item=name, option=other, near=near))
