"""Who is at risk at each time of a Cox model: distinct rows with counts, in strata, perhaps from a later start.

A cell is one time in one stratum. Everything the likelihood needs of people is a sum over a cell, so its cost
after grouping depends on the number of distinct rows, and on the number of events for Efron's ties.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from rvn.validation.follow_up.times import BoolArray, FollowUp, first_at_risk
from rvn.validation.observations import FloatArray, IntArray

Ties = Literal["efron", "breslow", "exact"]


@dataclass(frozen=True)
class RiskSets:
    """Rows of people in the `order` of stratum and time, and the cells they form.

    `weight` is that of all people of a row together; `span` gives the first and last-plus-one cell of each
    stratum; `deaths` and `death_weight` are people with the event in each cell, and their weight. `entry` is the
    first cell at which each row is at risk, where people were not all at risk from the start.
    """

    order: IntArray
    x: FloatArray
    people: FloatArray
    weight: FloatArray
    is_case: BoolArray
    cell: IntArray
    first_row: IntArray
    span: tuple[tuple[int, int], ...]
    deaths: FloatArray
    death_weight: FloatArray
    ties: Ties
    entry: IntArray | None = None

    @property
    def start(self) -> IntArray:
        """Return the first cell of the stratum of each row."""
        cells = np.concatenate([np.full(b - a, a) for a, b in self.span])
        return cells[self.cell]

    def sums(self, values: FloatArray) -> FloatArray:
        """Return the sum of `values` over the rows of each cell."""
        return np.add.reduceat(values, self.first_row, axis=0)

    def from_now(self, values: FloatArray) -> FloatArray:
        """Return the sum over each cell and the later ones of its stratum."""
        return np.concatenate([np.cumsum(values[a:b][::-1], axis=0)[::-1] for a, b in self.span])

    def at_risk(self, values: FloatArray) -> FloatArray:
        """Return the sum of `values`, one a row, over those at risk at each cell."""
        if self.entry is None:
            return self.from_now(self.sums(values))
        # Each row goes to the few blocks of 1, 2, 4, ... cells that make up its time at risk, so that nothing is taken
        # off again: the difference of two sums is lost to rounding where those to come have far higher hazards.
        size = len(self.first_row)
        blocks = np.zeros((2 * size, *values.shape[1:]))
        low, high = self.entry + size, self.cell + size + 1
        while (low < high).any():
            first, last = (low < high) & (low % 2 == 1), (low < high) & (high % 2 == 1)
            np.add.at(blocks, low[first], values[first])
            np.add.at(blocks, high[last] - 1, values[last])
            low, high = (low + 1) // 2, high // 2
        top = 1
        while top < size:
            halved = np.arange(top, min(2 * top, size))
            blocks[2 * halved] += blocks[halved]
            blocks[2 * halved + 1] += blocks[halved]
            top *= 2
        return blocks[size:]

    def while_at_risk(self, values: FloatArray) -> FloatArray:
        """Return the sum of `values`, one a cell, over the cells at which each row is at risk."""
        so_far = self.until_now(values)
        result = so_far[self.cell]
        if self.entry is not None:
            late = self.entry > self.start
            result[late] -= so_far[self.entry[late] - 1]
        return result

    def until_now(self, values: FloatArray) -> FloatArray:
        """Return the sum over each cell and the earlier ones of its stratum."""
        return np.concatenate([np.cumsum(values[a:b], axis=0) for a, b in self.span])


@dataclass(frozen=True)
class Derivatives:
    """The log partial likelihood at `coefficients`, and its derivatives cell by cell."""

    coefficients: FloatArray
    value: float
    scores: FloatArray
    informations: FloatArray

    @property
    def score(self) -> FloatArray:
        """First derivative."""
        result: FloatArray = self.scores.sum(axis=0)
        return result

    @property
    def information(self) -> FloatArray:
        """Minus the second derivative."""
        result: FloatArray = self.informations.sum(axis=0)
        return result


def risk_sets(rows: FollowUp, x: FloatArray, ties: Ties) -> RiskSets:
    """Return the risk sets of `rows`, whose ``strata``, ``weights`` and ``entry`` are used where there are such."""
    strata = rows.columns.get("strata", np.zeros(len(rows.at))).astype(np.int64)
    order = np.lexsort((rows.at, strata))
    key = strata[order] * (len(rows.times) + 1) + rows.at[order]
    first_row = np.flatnonzero(np.diff(key, prepend=-1))
    people = rows.counts[order]
    weight = people * rows.columns.get("weights", np.ones(len(rows.at)))[order]
    is_case = rows.event[order] == 1
    stratum_of_cell = strata[order][first_row]
    edges = np.flatnonzero(np.diff(stratum_of_cell, prepend=-1, append=-1))
    span = tuple(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    entry = None
    if "entry" in rows.columns:
        first = first_at_risk(rows)[order]
        at, stratum = rows.at[order][first_row], strata[order]
        entry = np.empty(len(order), dtype=np.int64)
        for a, b in span:
            inside = stratum == stratum_of_cell[a]
            entry[inside] = a + np.searchsorted(at[a:b], first[inside])
    return RiskSets(
        order=order,
        x=x[order],
        people=people,
        weight=weight,
        is_case=is_case,
        cell=np.repeat(np.arange(len(first_row)), np.diff(first_row, append=len(key))),
        first_row=first_row,
        span=span,
        deaths=np.add.reduceat(people * is_case, first_row),
        death_weight=np.add.reduceat(weight * is_case, first_row),
        ties=ties,
        entry=entry,
    )


def is_monotone(sets: RiskSets) -> bool:
    """Whether the one predictor is, at every event, the largest at risk (or the smallest): no maximum then."""
    return any(_is_highest(sets, side * sets.x[:, 0]) for side in (1, -1))


def _is_highest(sets: RiskSets, x: FloatArray) -> bool:
    if sets.entry is not None:
        return all(
            x[(sets.entry <= cell) & (sets.cell >= cell) & (sets.start == start)].max() <= x[own].min()
            for cell in np.unique(sets.cell[sets.is_case])
            for own in [sets.is_case & (sets.cell == cell)]
            for start in [sets.start[own][0]]
        )
    cells = np.maximum.reduceat(x, sets.first_row)
    at_risk = np.concatenate([np.maximum.accumulate(cells[a:b][::-1])[::-1] for a, b in sets.span])
    return bool((x[sets.is_case] == at_risk[sets.cell[sets.is_case]]).all())
