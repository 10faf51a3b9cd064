"""A migration: for every answer of the new version, how it comes about from those to the old one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from rvn.definition.migrations.carried import Carried, renamed
from rvn.definition.migrations.comparison import Comparison, compared
from rvn.definition.scope import ASSESSED_ON
from rvn.plan.nodes import Field
from rvn.plan.plan import Plan
from rvn.plan.types import levels_of, type_of


@dataclass(frozen=True)
class Migration:
    """How answers given to one version of an instrument are read by another.

    Parameters
    ----------
    old, new
        The two versions, as ``id@version``.
    path
        Where it is written; None for the migration of a version to itself.
    note
        What differs, by language.
    plan
        The new answers as outputs of a plan whose fields are the old ones.
    carried
        By the name of an answer of the new version, how it comes about.
    dropped
        Old answers that the new version does not use, and why, by language.
    comparisons
        By the name of a new output, the old one it belongs to.
    fingerprint
        SHA-256 of what is written; empty for the migration of a version to itself.
    """

    old: str
    new: str
    path: Path | None
    note: Mapping[str, str]
    plan: Plan
    carried: Mapping[str, Carried]
    dropped: Mapping[str, Mapping[str, str]]
    comparisons: Mapping[str, Comparison]
    fingerprint: str

    @property
    def is_exact(self) -> bool:
        """Whether every new answer is surely what would have been answered."""
        return all(carried.is_exact for carried in self.carried.values())


def identity(reference: str, plan: Plan) -> Migration:
    """Return the migration of a version to itself."""
    fields = {name: replace(field, asked=None) for name, field in plan.fields.items() if name != ASSESSED_ON}
    carried = {name: alike(plan.fields[name], field) for name, field in fields.items()}
    outputs = {name: Comparison(name, name, is_comparable=True) for name in compared(plan)}
    return made(reference, reference, None, {}, plan.fields, carried, {}, outputs, "")


def unwritten(old: str, old_plan: Plan, new: str, new_plan: Plan) -> Migration | None:
    """Return the migration between two versions that ask the same, where nobody wrote one; None where they do not."""
    fields = {name: replace(field, asked=None) for name, field in old_plan.fields.items()}
    carried = {}
    for name, field in new_plan.fields.items():
        if name == ASSESSED_ON:
            continue
        if name not in fields or any(differences(fields[name], field)):
            return None
        carried[name] = alike(field, fields[name])
    before = compared(old_plan)
    outputs = {
        name: Comparison(name, name, is_comparable=set(levels_of(before[name])) <= set(levels_of(node)))
        for name, node in compared(new_plan).items()
        if name in before and type_of(node) == type_of(before[name])
    }
    if new_plan.outcome not in outputs:
        return None
    return made(old, new, None, {}, old_plan.fields, carried, {}, outputs, "")


def alike(new: Field, old: Field) -> Carried:
    """Return an answer that is asked alike in both versions; options are found by name."""
    places = tuple(float(new.options.index(option)) for option in old.options)
    reasons = {reason: reason for reason in old.reasons}
    return Carried(new, renamed(new, old, places), old, reasons, places)


def made(
    old: str,
    new: str,
    path: Path | None,
    note: Mapping[str, str],
    fields: Mapping[str, Field],
    carried: Mapping[str, Carried],
    dropped: Mapping[str, Mapping[str, str]],
    comparisons_: Mapping[str, Comparison],
    fingerprint: str,
) -> Migration:
    """Return a migration with its plan: the new answers as outputs, the old ones as fields that are always asked."""
    asked = {name: replace(field, asked=None) for name, field in fields.items()}
    asked |= {field.name: field for each in carried.values() for field in each.uses}
    outputs = {name: each.node for name, each in carried.items() if each.node is not None}
    plan = Plan(asked, (), outputs, "")
    return Migration(old, new, path, note, plan, carried, dropped, comparisons_, fingerprint)


def differences(old: Field, new: Field) -> Iterator[str]:
    """Yield in which ways an answer of one name is not the same in both versions."""
    if old.kind != new.kind:
        yield f"it is a {old.kind} in one and a {new.kind} in the other"
    elif set(old.options) != set(new.options):
        either = set(old.options) ^ set(new.options)
        options = [option for option in dict.fromkeys((*old.options, *new.options)) if option in either]
        yield f"only one of them has {', '.join(repr(option) for option in options)}"
    elif old.kind != "level" and (old.minimum < new.minimum or old.maximum > new.maximum):
        ranges = [f"{field.minimum:.15g} to {field.maximum:.15g}" for field in (old, new)]
        yield f"it runs from {ranges[0]} in one and from {ranges[1]} in the other"
    lacking = [reason for reason in old.reasons if reason not in new.reasons]
    if lacking:
        yield f"only one of them knows the absence {', '.join(repr(reason) for reason in lacking)}"
