"""What differs between two versions, and how many levels would change with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from rvn.definition.fingerprint import PARTS
from rvn.definition.migrations import Migration, unwritten
from rvn.errors import CatalogError
from rvn.plan.types import levels_of
from rvn.scoring.instrument import Instrument, load
from rvn.versions.contents import Content, contents
from rvn.versions.migration import migration
from rvn.versions.population import population
from rvn.versions.rescore import Rescorer
from rvn.versions.summary import Summary

TOLD = frozenset({"items", "scoring", "cut_offs", "use"})  # parts of which whole entries are shown
NAMES = {"cut_offs": "cut-offs", "use": "rules of use"}


@dataclass(frozen=True)
class Difference:
    """One thing that two versions say differently.

    Parameters
    ----------
    part
        Of the definition: items, scoring, cut_offs, norms, use, texts.
    name
        Of the item, output, norm or text.
    what
        Which thing about it; empty where only one of the versions has it at all.
    before, after
        What each of them says; empty where it says nothing.
    """

    part: str
    name: str
    what: str
    before: str
    after: str

    @property
    def sentence(self) -> str:
        """What differs, in one line."""
        if not self.what:
            standing, said = ("new", self.after) if self.after else ("gone", self.before)
            return f"{self.name}: {standing}" + (f" ({said})" if self.part in TOLD else "")
        return f"{self.name}: {self.what} {self.before or '–'} → {self.after or '–'}"


@dataclass(frozen=True)
class Differences:
    """What differs between two versions.

    Parameters
    ----------
    old, new
        The two versions, as ``id@version``.
    found
        Everything that they say differently, part by part.
    summary
        What becomes of the people of a frame, or of a generated population; None where no migration says how.
    is_generated
        Whether the people were generated.
    """

    old: str
    new: str
    found: tuple[Difference, ...]
    summary: Summary | None
    is_generated: bool

    def of(self, part: str) -> list[Difference]:
        """Return what differs in a part."""
        return [difference for difference in self.found if difference.part == part]

    @property
    def levels(self) -> dict[str, tuple[int, int]]:
        """By the name of a level output that can be compared: rows whose level changes, of how many."""
        if self.summary is None:
            return {}
        of = self.summary.rows - self.summary.count("cannot be rescored")
        plan, changed = self.summary.new.plan, self.summary.of("changed")
        return {name: (changed.get(name, 0), of) for name in self.summary.compared if levels_of(plan.outputs[name])}

    def to_record(self) -> dict[str, object]:
        """Return plain values for JSON."""
        found = [{**vars(difference), "sentence": difference.sentence} for difference in self.found]
        shares = {name: {"changed": changed, "of": of} for name, (changed, of) in self.levels.items()}
        summary = None if self.summary is None else self.summary.to_record()
        return {
            "old": self.old,
            "new": self.new,
            "differences": found,
            "levels": shares,
            "generated": self.is_generated,
            "summary": summary,
        }


def diff(
    old: Instrument | str,
    new: Instrument | str,
    *,
    frame: Any = None,
    on: date | str | None = None,
    seed: int = 0,
) -> Differences:
    """Return what differs between two versions, and what becomes of people under the second.

    Nothing is withheld here: two definitions are compared, and nothing is stated of a person.

    Parameters
    ----------
    old, new
        The two versions, loaded or as ``id@version``.
    frame
        Answers of people to the old version, as for `rescore`; a generated population when not given.
    on
        Day of assessment of the people in the frame.
    seed
        Of the generated population.

    Examples
    --------
    >>> found = diff("static-99@1999", "static-99r@2016")
    >>> [difference.sentence for difference in found.of("cut_offs")][:2]
    ['category: gone (of total; low from 0; moderate_low from 2; moderate_high from 4; high from 6)',
     'level: new (of total; I from -3; II from -1; III from 1; IVa from 4; IVb from 6)']
    """
    before, after = (each if isinstance(each, Instrument) else load(each) for each in (old, new))
    found = tuple(_differences(before, after))
    full_before, full_after = (each.accepting(*each.recalled) for each in (before, after))
    carried = _migration(before, after)
    summary = None
    if carried is not None:
        rescorer = Rescorer(full_before, full_after, on=on, migration=carried)
        people = population(before, seed=seed) if frame is None else frame
        summary = rescorer(people).summary if len(people) else None
    return Differences(before.reference, after.reference, found, summary, frame is None)


def _migration(old: Instrument, new: Instrument) -> Migration | None:
    """Return the migration that is written, or the obvious one where both versions ask the same."""
    try:
        return migration(old, new)
    except CatalogError:
        return unwritten(old.reference, old.plan, new.reference, new.plan)


def _differences(old: Instrument, new: Instrument) -> Iterator[Difference]:
    before, after = contents(old.loaded), contents(new.loaded)
    for part in PARTS:
        yield from _in_part(part, before[part], after[part])


def _in_part(part: str, before: Content, after: Content) -> Iterator[Difference]:
    old_names, new_names = ({name for name, _ in content} for content in (before, after))
    told = set()
    for name, what in dict.fromkeys((*before, *after)):
        first, second = before.get((name, what), ""), after.get((name, what), "")
        if first == second:
            continue
        if name in old_names and name in new_names:
            yield Difference(part, name, what, first, second)
        elif name not in told:
            told.add(name)
            yield Difference(part, name, "", _whole(before, name), _whole(after, name))


def _whole(content: Content, name: str) -> str:
    """Return everything that is said under a name."""
    return "; ".join(f"{what} {said}" for (other, what), said in content.items() if other == name)
