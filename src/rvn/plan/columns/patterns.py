"""Rows that are alike are scored once.

What an output says of a row depends on that row alone, and often on only little of it: the classes of a few answers,
the state of a total. That little is made into one whole number, the pattern of the row, by adding up entries of small
tables: a table of a few fields, with an entry for every combination of their classes. A pattern that was not seen
before is scored with the ordinary functions, on the first row that has it; all other rows take what was found there.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rvn.plan.columns.block import Block, Codes, Column, OutputColumns
from rvn.plan.columns.classes import Classes
from rvn.plan.columns.terms import Term, Wholes, combinations
from rvn.plan.plan import Plan

TABLE = 1 << 14  # combinations in one table, so that it stays in a core's cache
PATTERNS = 1 << 26  # that a table can tell apart: memory is taken only where a pattern is met
LONGEST = 1 << 62  # patterns that a whole number holds


@dataclass(frozen=True, slots=True)
class Table:
    """What some fields add to a pattern: an entry for every combination of their classes, the last changing fastest."""

    fields: tuple[str, ...]
    sizes: tuple[int, ...]
    entries: Wholes

    def look_up(self, classes: Mapping[str, Codes]) -> Wholes:
        """Return the entry of every row."""
        place: npt.NDArray[Any] = classes[self.fields[0]]
        room = self.sizes[0]
        for name, size in zip(self.fields[1:], self.sizes[1:], strict=True):
            # As few bytes as hold it, so that a processor works on as many at once as it can.
            room *= size
            kind = np.min_scalar_type(room - 1).type
            place = place.astype(kind, copy=False) * kind(size)
            place += classes[name]
        return self.entries.take(place, mode="clip")


class Patterns:
    """The patterns by which some outputs of a plan are computed together.

    Parameters
    ----------
    plan
        What is computed.
    names
        Its outputs and flags, which all rest on the same.
    classes
        Of all fields.
    terms
        What makes up a pattern.
    """

    def __init__(self, plan: Plan, names: Sequence[str], classes: Mapping[str, Classes], terms: Sequence[Term]) -> None:
        self.plan = plan
        self.names = tuple(names)
        self.tables, self.size = _tables(terms, classes)
        self.classes = {name: classes[name] for table in self.tables for name in table.fields}
        self._lock = threading.Lock()
        self._place_of: dict[bytes, int] = {}
        self._results: list[npt.NDArray[np.float64]] = []
        self._seen = np.zeros(self.size if self.are_few else 0, np.uint32)  # 1 + the place of the result; 0: none yet

    @property
    def are_few(self) -> bool:
        """Whether there are few enough patterns for a table of them."""
        return self.size <= PATTERNS

    def places(self, columns: Mapping[str, Column]) -> npt.NDArray[np.uint32]:
        """Return the place of every row of a block among the distinct results."""
        classes = {name: found.of(columns[name]) for name, found in self.classes.items()}
        pattern = self.tables[0].look_up(classes)
        for table in self.tables[1:]:
            pattern += table.look_up(classes)
        places = self._seen.take(pattern, mode="clip")
        if not places.min():
            with self._lock:
                self._score(columns, pattern)
            places = self._seen.take(pattern, mode="clip")
        places -= 1
        return places

    def _score(self, columns: Mapping[str, Column], pattern: Wholes) -> None:
        """Score one row of every pattern that was not seen before."""
        unseen = np.flatnonzero(self._seen.take(pattern, mode="clip") == 0)
        patterns, first = np.unique(pattern[unseen], return_index=True)
        rows = unseen[first]
        block = Block(self.plan, {name: column.take(rows) for name, column in columns.items()}, len(rows))
        with np.errstate(all="ignore"):
            parts: list[npt.NDArray[Any]] = [part for name in self.names for part in block.output(name)]
            parts += [contradicts for _, contradicts in block.contradictions()]
        results = np.array(parts, np.float64).T + 0.0  # zero has no sign
        for one, result in zip(patterns.tolist(), results, strict=True):
            key = result.tobytes()
            place = self._place_of.setdefault(key, len(self._results))
            if place == len(self._results):
                self._results.append(result)
            self._seen[one] = place + 1

    def distinct(self) -> tuple[dict[str, OutputColumns], dict[str, npt.NDArray[np.bool_]]]:
        """Return the distinct results found so far: the outputs, and the contradictions by condition."""
        parts = iter(np.array(self._results).T)
        outputs = {}
        for name in self.names:
            value, low, high, status, absent = (next(parts) for _ in OutputColumns._fields)
            outputs[name] = OutputColumns(value, low, high, status.astype(np.uint8), absent.astype(np.uint16))
        return outputs, {step.name: next(parts) == 1 for step in self.plan.of_kind("consistent")}


def _tables(terms: Sequence[Term], classes: Mapping[str, Classes]) -> tuple[list[Table], int]:
    """Return the tables whose entries add up to a pattern, and the number of patterns.

    Every component of a pattern is a sum over tables. They are packed into one number as digits are, each with room
    for its highest sum; a component that says what another says, or nothing, needs none.
    """
    together = _together(terms, classes)
    sums = [_sums(fields, found, classes) for fields, found in together]
    entries = [np.zeros(len(next(iter(parts.values()))), np.int64) for parts in sums]
    size, packed = 1, set()
    for component in dict.fromkeys(key for parts in sums for key in parts):
        parts = [each.get(component, np.zeros(1, np.int64)) for each in sums]
        parts = [part - part.min() for part in parts]
        step = int(np.gcd.reduce([int(np.gcd.reduce(part)) for part in parts]))
        if not step:
            continue
        parts = [part // step for part in parts]
        said = tuple(part.tobytes() if part.any() else b"" for part in parts)
        if said in packed:
            continue
        packed.add(said)
        for whole, part in zip(entries, parts, strict=True):
            whole += part * size
        size *= 1 + sum(int(part.max()) for part in parts)
        if size > LONGEST:
            return [], size
    by_fields = {fields: whole for (fields, _), whole in zip(together, entries, strict=True) if whole.any()}
    size, by_fields = min((size, by_fields), _numbered(by_fields), key=lambda found: found[0])
    kind = np.min_scalar_type(size - 1)
    return [
        Table(fields, tuple(classes[name].size for name in fields), whole.astype(kind))
        for fields, whole in by_fields.items()
    ], size


def _numbered(by_fields: Mapping[tuple[str, ...], Wholes]) -> tuple[int, dict[tuple[str, ...], Wholes]]:
    """Return entries that number what each table tells apart; combinations of these may be fewer than the sums."""
    size, numbered = 1, {}
    for fields, whole in by_fields.items():
        distinct, numbers = np.unique(whole, return_inverse=True)
        numbered[fields] = numbers * size
        size *= len(distinct)
        if size > LONGEST:  # the sums are fewer
            break
    return size, numbered


def _together(terms: Sequence[Term], classes: Mapping[str, Classes]) -> list[tuple[tuple[str, ...], list[Term]]]:
    """Return terms in groups, each of few enough combinations for one table."""
    groups: list[tuple[tuple[str, ...], list[Term]]] = []
    for term in terms:
        for place, (fields, found) in enumerate(groups):
            union = tuple(dict.fromkeys((*fields, *term.fields)))
            if union == fields or combinations(union, classes) <= TABLE:
                groups[place] = (union, [*found, term])
                break
        else:
            groups.append((term.fields, [term]))
    return groups


def _sums(fields: tuple[str, ...], terms: Sequence[Term], classes: Mapping[str, Classes]) -> dict[object, Wholes]:
    """Return what terms add to every component, for every combination of the classes of some fields."""
    sums: dict[object, Wholes] = {}
    for term in terms:
        order = sorted(range(len(term.fields)), key=lambda place: fields.index(term.fields[place]))
        shape = [classes[name].size if name in term.fields else 1 for name in fields]
        for component, adds in term.adds.items():
            grid = adds.reshape([classes[name].size for name in term.fields]).transpose(order).reshape(shape)
            whole = sums.setdefault(component, np.zeros([classes[name].size for name in fields], np.int64))
            whole += grid
    return {component: whole.reshape(-1) for component, whole in sums.items()}
