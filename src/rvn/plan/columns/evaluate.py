"""Everything a plan says about many rows: block by block, on all cores, rows that are alike only once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rvn.plan.columns.block import NOTHING, Block, Column, Mask, OutputColumns
from rvn.plan.columns.parallel import FEW, cores, on_all_cores, on_rows
from rvn.plan.columns.patterns import Patterns
from rvn.plan.columns.terms import Terms
from rvn.plan.plan import Plan, walk

MANY = 10_000  # rows from which it is worth finding out which of them are alike
ROWS = 1 << 18  # of a block: with fewer, threads wait for each other longer than they work
TOGETHER = 1 << 23  # values of nodes that a block of rows may hold, in three arrays of eight bytes


class Output(NamedTuple):
    """One output of every row: the distinct results, and which of them each row has; None: each row has its own."""

    distinct: OutputColumns
    places: npt.NDArray[np.integer[Any]] | None

    def expanded(self) -> OutputColumns:
        """Return the output of every row."""
        return self.distinct if self.places is None else self.distinct.take(self.places)


class Evaluated(NamedTuple):
    """Everything the plan says about some rows.

    `outputs` holds outputs and flags; `contradictions` where a consistency condition fails; `ignored` where an item
    was answered although it is not asked.
    """

    outputs: dict[str, Output]
    contradictions: dict[str, Mask]
    ignored: dict[str, Mask]

    def expanded(self) -> dict[str, OutputColumns]:
        """Return the outputs and flags of every row."""
        return {name: output.expanded() for name, output in self.outputs.items()}


def evaluate(
    plan: Plan,
    columns: Mapping[str, Column],
    size: int,
    names: Collection[str] | None = None,
    *,
    many: int = MANY,
) -> Evaluated:
    """Return what a plan says about `size` rows.

    Parameters
    ----------
    plan
        What to compute.
    columns
        One a field; a field without a column has nothing recorded.
    size
        Number of rows.
    names
        The outputs and flags wanted; all when not given.
    many
        Number of rows from which alike ones are scored once.
    """
    wanted = tuple(name for name in plan.results if names is None or name in names)
    found = _Blocks(plan, columns, size, wanted, _patterns(plan, wanted) if size >= many else ())
    on_all_cores(found.fill, range(0, size, found.block), size)
    return found.evaluated()


def _block(plan: Plan) -> int:
    """Return how many rows are computed at once: the fewer, the more nodes a plan has, so that memory stays bounded."""
    if "block" not in plan.kept:
        results = [node for whole in (plan, plan.full or plan) for node in whole.results.values()]
        nodes = len({id(node) for result in results for node in walk(result)})
        plan.kept["block"] = min(ROWS, max(1, TOGETHER // nodes))
    block: int = plan.kept["block"]
    return block


def _patterns(plan: Plan, names: tuple[str, ...]) -> tuple[Patterns, ...]:
    """Return the patterns of outputs; kept with the plan, so that the next rows find what these found."""
    key = ("patterns", names)
    if key not in plan.kept:
        terms = Terms(plan, names)
        made = [Patterns(plan, together, terms.classes, each) for together, each in terms.together()]
        plan.kept[key] = tuple(patterns for patterns in made if patterns.tables and patterns.are_few)
    kept: tuple[Patterns, ...] = plan.kept[key]
    return kept


@dataclass
class _Blocks:
    """The arrays that blocks fill, each in its own rows."""

    plan: Plan
    columns: Mapping[str, Column]
    size: int
    names: tuple[str, ...]
    patterns: tuple[Patterns, ...]
    block: int = field(init=False)
    outputs: dict[str, OutputColumns] = field(init=False)
    places: list[npt.NDArray[np.uint32]] = field(init=False)
    contradictions: dict[str, Mask] = field(init=False)
    ignored: dict[str, Mask] = field(init=False)

    def __post_init__(self) -> None:
        self.block = min(_block(self.plan), max(FEW, -(-self.size // cores())))  # one for every core at least
        by_pattern = {name for patterns in self.patterns for name in patterns.names}
        self.outputs = {name: _empty(self.size) for name in self.names if name not in by_pattern}
        self.places = [np.empty(self.size, np.uint32) for _ in self.patterns]
        self.contradictions = {step.name: np.zeros(self.size, np.bool_) for step in self.plan.of_kind("consistent")}
        asked = (name for name, field in self.plan.fields.items() if field.asked is not None)
        self.ignored = {name: np.zeros(self.size, np.bool_) for name in asked}
        nothing = Column(np.full(min(self.size, self.block), NOTHING, np.uint8))
        self.lacking = {
            name: nothing for patterns in self.patterns for name in patterns.classes if name not in self.columns
        }

    def fill(self, start: int) -> None:
        """Compute the block of rows that begins at `start`."""
        rows = slice(start, min(start + self.block, self.size))
        size = rows.stop - start
        columns = {name: column.take(rows) for name, column in self.columns.items()}
        padded = columns | {name: column.take(slice(size)) for name, column in self.lacking.items()}
        with np.errstate(all="ignore"):
            for patterns, places in zip(self.patterns, self.places, strict=True):
                places[rows] = patterns.places(padded)
            block = Block(self.plan, columns, size)
            for name, whole in self.outputs.items():
                part = block.output(name)
                whole.value[rows], whole.low[rows], whole.high[rows] = part.value, part.low, part.high
                whole.status[rows], whole.absent[rows] = part.status, part.absent
            if not self.patterns:
                for name, contradicts in block.contradictions():
                    self.contradictions[name][rows] = contradicts
            for name, mask in self.ignored.items():
                mask[rows] = (block.asked(self.plan.fields[name]) == 0) & ~block.lacks(self.plan.fields[name])

    def evaluated(self) -> Evaluated:
        """Return what the blocks say."""
        outputs = {name: Output(columns, None) for name, columns in self.outputs.items()}
        for place, patterns in enumerate(self.patterns):
            distinct, contradictions = patterns.distinct()
            outputs |= {name: Output(columns, self.places[place]) for name, columns in distinct.items()}
            if place == 0:
                for name, contradicts in contradictions.items():
                    if contradicts.any():
                        self.contradictions[name] = on_rows(contradicts, self.places[place])
        return Evaluated({name: outputs[name] for name in self.names}, self.contradictions, self.ignored)


def _empty(size: int) -> OutputColumns:
    return OutputColumns(
        np.empty(size), np.empty(size), np.empty(size), np.empty(size, np.uint8), np.empty(size, np.uint16)
    )
