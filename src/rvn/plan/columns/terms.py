"""What the outputs of a plan rest on, as whole numbers that add up.

Two rows for which every component below has the same sum are the same to an output. The state of a total is such
components: the sum of its points, how many of its parts are left out or absent, and how far down and up these leave
it open. So a pattern of a scale of fifty items is a few numbers and not fifty.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rvn.plan import nodes
from rvn.plan.columns.block import Block
from rvn.plan.columns.bounds import ends_of
from rvn.plan.columns.classes import Classes, Uses, classes_of, fields_in
from rvn.plan.columns.values import EXACT, addend
from rvn.plan.nodes import Field, Node
from rvn.plan.plan import Plan, walk

Wholes = npt.NDArray[np.int64]

LARGEST = 1 << 16  # combinations in the table of what cannot be taken apart


@dataclass(frozen=True, slots=True)
class Term:
    """What some fields add to components: by component, for every combination of their classes."""

    fields: tuple[str, ...]
    adds: Mapping[object, Wholes]


def combinations(fields: Sequence[str], classes: Mapping[str, Classes]) -> int:
    """Return how many combinations of classes some fields have."""
    return math.prod(classes[name].size for name in fields)


class Terms:
    """Finds what some outputs of a plan rest on.

    Parameters
    ----------
    plan
        What computes them.
    names
        The outputs and flags.
    """

    def __init__(self, plan: Plan, names: Collection[str]) -> None:
        self.plan = plan
        self.full = plan.full or plan
        self.names = names
        uses = Uses()
        conditions = [step.node for step in self.full.of_kind("eligible", "consistent")]
        uses.add([*conditions, *(root for name in names for root in self._roots(name))])
        uses.add(field for name in names for field in plan.depends[name])
        totals = [(of, node) for of in (self.plan, self.full) for node in _totals(of.results[name] for name in names)]
        told_apart = frozenset(reason for _, node in totals for reason in node.leave_out)
        found = {name: classes_of(field, uses, told_apart) for name, field in uses.fields.items()}
        self.classes = {name: classes for name, classes in found.items() if classes is not None}
        self._conditions = self._of_conditions(conditions)
        packed = {id(node): self._of_total(of, node) for of, node in totals}
        self._packed = {key: terms for key, terms in packed.items() if terms is not None}

    def together(self) -> Iterator[tuple[list[str], list[Term]]]:
        """Yield outputs that rest on the same, and what that is; outputs for which it cannot be said are left out."""
        found: dict[object, tuple[list[str], list[Term]]] = {}
        if self._conditions is None:
            return
        for name in self.names:
            uses = Uses(stop_at=frozenset(self._packed))
            uses.add(self._roots(name))
            absences = [*uses.absences, self.plan.depends[name]]
            known = all(field.name in self.classes for fields in (uses.fields.values(), *absences) for field in fields)
            if not known:
                continue
            rest = {tuple(field.name for field in fields if field.name not in uses.fields) for fields in absences}
            key = (frozenset(map(id, uses.totals)), frozenset(uses.fields), frozenset(map(frozenset, rest)))
            if key not in found:
                terms = [*self._conditions, *(self._of_field(leaf) for leaf in uses.fields)]
                terms += [term for key in dict.fromkeys(map(id, uses.totals)) for term in self._packed[key]]
                terms += [term for fields in absences for term in self._of_absence(fields, uses.fields)]
                found[key] = ([], terms)
            found[key][0].append(name)
        yield from found.values()

    def _roots(self, name: str) -> list[Node]:
        """Return the node of an output, and what it would be if nothing were withheld."""
        return [self.plan.results[name], self.full.results[name]]

    def _block(self, plan: Plan, fields: Sequence[str]) -> Block:
        """Return every combination of the classes of some fields as the rows of a block."""
        sizes = [self.classes[name].size for name in fields]
        places = np.indices(sizes).reshape(len(sizes), -1)
        columns = {name: self.classes[name].examples.take(at) for name, at in zip(fields, places, strict=True)}
        return Block(plan, columns, math.prod(sizes))

    def _fields(self, roots: Collection[Node | Field]) -> tuple[str, ...] | None:
        """Return the fields that something rests on; None where their combinations are too many to count."""
        uses = Uses()
        uses.add(roots)
        if not self.classes.keys() >= uses.fields.keys() or combinations(tuple(uses.fields), self.classes) > LARGEST:
            return None
        return tuple(sorted(uses.fields))

    def _of_field(self, name: str) -> Term:
        return Term((name,), {name: np.arange(self.classes[name].size)})

    def _of_conditions(self, conditions: Collection[Node]) -> list[Term] | None:
        """Return what eligibility and consistency add: a number for every way in which they can stand."""
        fields = self._fields(conditions)
        if not fields:
            return None if fields is None else []  # without conditions they stand in one way for everybody
        block = self._block(self.plan, fields)
        with np.errstate(all="ignore"):
            ways = np.array([block.standing(()), *(contradicts for _, contradicts in block.contradictions())])
        _, way = np.unique(ways, axis=1, return_inverse=True)
        return [Term(fields, {"conditions": way.reshape(-1).astype(np.int64)})]

    def _of_absence(self, fields: Sequence[Field], leaves: Collection[str]) -> Iterator[Term]:
        """Yield what fields add to the number of absent answers among them; of leaves all is known anyway."""
        component = ("absent", *sorted(field.name for field in fields))
        for field in fields:
            if field.name not in leaves:
                rests_on = self._fields([field])
                assert rests_on is not None  # a part of a packed total rests on it
                absent = self._block(self.plan, rests_on).is_absent(field)
                yield Term(rests_on, {component: absent.astype(np.int64)})

    def _of_total(self, plan: Plan, node: nodes.Total) -> list[Term] | None:
        """Return what the parts of a total add to its state; None where the state is no sum of whole numbers."""
        if node.decimals is None or node.method == "by_sign":
            return None
        terms, largest = [], 0.0
        for part in node.parts:
            fields = self._fields([part.of, *fields_in(part)])
            if not fields:
                return None
            adds = self._of_part(plan, node, part, fields)
            if adds is None:
                return None
            largest += max(float(np.abs(whole).max()) for whole in adds.values())
            terms.append(Term(fields, {(id(node), place): whole for place, whole in adds.items()}))
        return terms if largest < EXACT else None

    def _of_part(
        self, plan: Plan, node: nodes.Total, part: nodes.Part, fields: tuple[str, ...]
    ) -> dict[str, Wholes] | None:
        block, unit = self._block(plan, fields), 10.0 ** (node.decimals or 0)
        with np.errstate(all="ignore"):
            adds, ends = addend(block, node, part), ends_of(block, node, part)
            numbers = {"value": adds.value, "low": ends.low, "high": ends.high}
            wholes = {name: np.rint(number * unit) for name, number in numbers.items()}
        if not all(bool((np.abs(whole) < EXACT).all()) for whole in wholes.values()):
            return None
        # What absent answers leave open is told as the way from the sum of the others: mostly none at all.
        components = {
            "value": wholes["value"],
            "low": wholes["low"] - wholes["value"],
            "high": wholes["high"] - wholes["value"],
            "left_out": adds.left_out,
            "absent": adds.absent,
            "barred": adds.barred,
            "by_reason": adds.by_reason,
            "counts": ends.counts,
            "open_by_reason": ends.by_reason,
        }
        return {name: component.astype(np.int64) for name, component in components.items()}


def _totals(roots: Iterable[Node]) -> Iterator[nodes.Total]:
    """Yield every total that some nodes are computed from, each once."""
    seen: set[int] = set()
    for root in roots:
        for node in walk(root):
            if isinstance(node, nodes.Total) and id(node) not in seen:
                seen.add(id(node))
                yield node
