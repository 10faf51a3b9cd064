"""What changed from one version to another in every row: same, changed, or without a result."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from rvn import messages
from rvn.definition.migrations import Comparison, Migration
from rvn.errors import FrameError
from rvn.plan.types import levels_of
from rvn.scoring import native
from rvn.scoring.instrument import Instrument
from rvn.scoring.override import Review, review_levels

Places = npt.NDArray[np.int64]
Words = tuple[Places, list[str]]

STATUSES = ["same", "changed", "cannot be rescored", "not comparable"]
SAME, CHANGED, CANNOT, NOT_COMPARABLE = range(4)
NO_BYTE = 255
NOTHING = "–"  # stands for no value in what is counted


class Changes:
    """Compares the outputs of two versions that belong together, by their distinct pairs.

    Parameters
    ----------
    old, new, migration
        The versions, and which outputs belong together.
    table
        Has the results of both.
    recorded
        By the name of an old output, its column.
    prefix
        What stands before the names of the new ones.
    """

    def __init__(
        self,
        old: Instrument,
        new: Instrument,
        migration: Migration,
        table: nw.DataFrame[Any],
        recorded: Mapping[str, str],
        prefix: str,
    ) -> None:
        self.old, self.new, self.migration = old, new, migration
        self.table, self.recorded, self.prefix = table, recorded, prefix
        self._read: dict[str, tuple[Places, list[Any]]] = {}
        self._differ: dict[str, npt.NDArray[np.bool_]] = {}

    def statuses(self) -> Places:
        """Return the place among `STATUSES` of every row."""
        compared = [each for each in self.migration.comparisons.values() if each.is_comparable]
        statuses = np.full(len(self.table), SAME if compared else NOT_COMPARABLE, np.int64)
        for comparison in compared:
            self._differ[comparison.new] = self._differs(comparison)
            statuses[self._differ[comparison.new]] = CHANGED
        statuses[self._column(f"{self.prefix}{self.new.definition.outcome}")[0] < 0] = CANNOT
        return statuses

    def counted(self, statuses: Places) -> Iterator[tuple[str, int]]:
        """Yield how many rows have each status, and each pair of an old and a new level of the outcome."""
        numbers = np.bincount(statuses, minlength=len(STATUSES))
        yield from ((f"rescoring|{word}", int(number)) for word, number in zip(STATUSES, numbers, strict=True))
        for name, differs in self._differ.items():
            yield f"changed|{name}", int((differs & (statuses != CANNOT)).sum())
        outcome = self.new.definition.outcome
        before, old = self._column(self.recorded[self.migration.comparisons[outcome].old])
        after, new = self._column(f"{self.prefix}{outcome}")
        pairs, places = distinct_codes((before + 1) * (len(new) + 1) + after + 1, (len(old) + 1) * (len(new) + 1))
        for pair, number in zip(pairs.tolist(), np.bincount(places).tolist(), strict=True):
            first, second = divmod(pair, len(new) + 1)
            yield (
                pair_of(*(values[place - 1] if place else None for values, place in ((old, first), (new, second)))),
                number,
            )

    def reviews(self) -> dict[str, Words]:
        """Return for outputs that were overridden what the reviewer finds in every row with an override."""
        found = {}
        overridden = overrides_in(self.table.columns, self.migration, self.recorded, self.new.definition.outcome)
        for comparison, column in overridden:
            final, wanted = self._column(column)
            if f"{column}_status" in self.table.columns:
                standing, words = self._column(f"{column}_status")
                applied = [place for place, word in enumerate(words) if str(word) == "applied"]
                final = np.where(np.isin(standing, applied), final, -1)
            after, new = self._column(f"{self.prefix}{comparison.new}")
            reviews = [*Review]
            table = np.empty((len(wanted), len(new) + 1), np.int64)
            for row, level in enumerate(wanted):
                for place, now in enumerate((None, *new)):
                    table[row, place] = reviews.index(review(self.old, self.new, comparison, str(level), now))
            places = np.full(len(self.table), -1, np.int64)
            has = final >= 0
            places[has] = table[final[has], after[has] + 1]
            found[comparison.new] = places, [str(review) for review in reviews]
        return found

    def _differs(self, comparison: Comparison) -> npt.NDArray[np.bool_]:
        before, old = self._column(self.recorded[comparison.old])
        after, new = self._column(f"{self.prefix}{comparison.new}")
        levels = levels_of(self.old.plan.outputs[comparison.old])
        strange = [value for value in old if levels and str(value) not in levels]
        if strange:
            column = self.recorded[comparison.old]
            raise FrameError(messages.RECORDED_STRANGE.at(column=column, version=self.old.reference))
        table = np.ones((len(old) + 1, len(new) + 1), np.bool_)
        table[0, 0] = False
        for row, first in enumerate(old, start=1):
            for place, second in enumerate(new, start=1):
                table[row, place] = not _is_same(comparison, first, second, is_level=bool(levels))
        differs: npt.NDArray[np.bool_] = table[before + 1, after + 1]
        return differs

    def _column(self, name: str) -> tuple[Places, list[Any]]:
        """Return the place of every entry among the distinct ones, -1 where there is none."""
        if name not in self._read:
            places, distinct = factorized(self.table[name])
            absent = [place for place, value in enumerate(distinct) if value is None or value != value or value == ""]
            if absent:  # an empty cell of CSV, or NaN among numbers
                places = np.where(np.isin(places, absent), -1, places)
            self._read[name] = places, distinct
        return self._read[name]


def overrides_in(
    columns: Collection[str], migration: Migration, recorded: Mapping[str, str], outcome: str
) -> Iterator[tuple[Comparison, str]]:
    """Yield outputs whose old counterpart was overridden, and the column that says so.

    There is one review for each override, of the outcome where it belongs to that.
    """
    seen: set[str] = set()
    for comparison in sorted(migration.comparisons.values(), key=lambda each: each.new != outcome):
        column = f"{recorded[comparison.old]}_override"
        if column in columns and column not in seen:
            seen.add(column)
            yield comparison, column


def review(old: Instrument, new: Instrument, comparison: Comparison, final: str, now: object) -> Review:
    """Return what the reviewer of an override finds: the final level of then beside the new one."""
    if old.reference == new.reference and old.fingerprint == new.fingerprint:
        return Review.HOLDS
    if now is not None and str(now) in comparison.levels.get(final, ()):
        return Review.AGREES
    return review_levels(comparison.new, final, None if now is None else str(now), new)


def _is_same(comparison: Comparison, old: object, new: object, *, is_level: bool) -> bool:
    if is_level:
        return str(new) in comparison.levels.get(str(old), (str(old),))
    try:
        return float(str(old)) == float(str(new))
    except ValueError:
        return str(old).lower() == str(new).lower()


def pair_of(old: object, new: object) -> str:
    """Return the name under which an old and a new value of the outcome are counted."""
    words = (
        NOTHING if value is None else f"{value:.15g}" if isinstance(value, float) else str(value)
        for value in (old, new)
    )
    return f"pair|{'|'.join(words)}"


def factorized(series: nw.Series[Any]) -> tuple[Places, list[Any]]:
    """Return the place of every entry among the distinct ones, -1 where there is none, and those."""
    places, distinct = native.factorized(series)
    if places.dtype == np.uint8:  # 255 stands for nothing there
        return np.where(places == NO_BYTE, -1, places.astype(np.int64)), distinct
    return places.astype(np.int64), distinct


def written(found: Words, table: nw.DataFrame[Any]) -> Any:
    """Return words by their place as a column of a frame."""
    return native.column(native.words(*found, None, ordered=False), table)


def distinct_words(places: Places, words: list[str]) -> Words:
    """Return the same with every word once; places below 0 stay as they are."""
    kept = list(dict.fromkeys(words))
    table = np.array([*(kept.index(word) for word in words), -1], np.int64)
    return table[np.where(places < 0, len(words), places)], kept


def joined(masks: Mapping[str, npt.NDArray[np.bool_]], size: int) -> Words:
    """Return for every row the names whose masks hold there, in words; none where none does."""
    code = np.zeros(size, np.int64)
    words = [""]
    for name, mask in masks.items():
        code, words = _with(code, words, name, mask)
    return np.where(code == 0, -1, code), words


def _with(code: Places, words: list[str], name: str, mask: npt.NDArray[np.bool_]) -> Words:
    """Return the codes of rows with one more name where it holds; only combinations that occur get a word."""
    pairs, places = distinct_codes(code * 2 + mask, len(words) * 2)
    found = []
    for pair in pairs.tolist():
        before, has = divmod(pair, 2)
        found.append(", ".join(filter(None, [words[before], name])) if has else words[before])
    if not found or found[0] != "":  # every row has a name: keep the place of none
        return places + 1, ["", *found]
    return places, found


def distinct_codes(codes: Places, size: int) -> tuple[Places, Places]:
    """Return the distinct ones of codes below `size` in order, and the place of every entry among them."""
    if size > 4 * len(codes):
        distinct, places = np.unique(codes, return_inverse=True)
        return distinct, places.astype(np.int64)
    is_there = np.zeros(size, np.bool_)  # sorting them takes ten times as long
    is_there[codes] = True
    return np.flatnonzero(is_there), (np.cumsum(is_there) - 1)[codes]
