"""Who belongs to which group: labels of a column, or bands of a number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rvn.study.cells import Table
from rvn.study.entries import Group, Minimum
from rvn.study.load import Study
from rvn.study.results import Words
from rvn.study.results.facts import words

SITE = "site"
SITE_TITLE: Words = {"en": "Site", "lv": "Vieta"}


@dataclass(frozen=True)
class Groups:
    """One grouping of every person: the place of each among `names`, -1 where it is not recorded."""

    id: str
    title: Words
    place: npt.NDArray[np.int64]
    names: tuple[str, ...]
    labels: tuple[Words, ...]
    minimum: Minimum


def groupings(study: Study, table: Table) -> tuple[Groups, ...]:
    """Return the groupings of the plan, and the site as one more."""
    found = [_grouping(name, entry, table) for name, entry in study.file.groups.items()]
    site = study.file.columns.site
    if site is not None:
        place, names = table.texts(site)
        found.append(Groups(SITE, SITE_TITLE, place, names, tuple({"en": name} for name in names), Minimum()))
    return tuple(found)


def _grouping(name: str, entry: Group, table: Table) -> Groups:
    if entry.bands is None:
        place, names = table.texts(entry.column)
    else:
        values = table.numbers(entry.column)
        starts = np.array(list(entry.bands.values()), dtype=np.float64)
        order = np.argsort(starts, kind="stable")
        names = tuple(list(entry.bands)[at] for at in order)
        place = np.where(np.isnan(values), -1, np.searchsorted(starts[order], values, side="right") - 1)
    labels = tuple(words(entry.labels[label]) if label in entry.labels else {"en": label} for label in names)
    title = words(entry.title) or {"en": name}
    return Groups(name, title, place.astype(np.int64), names, labels, entry.minimum)
