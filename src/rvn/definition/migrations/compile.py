"""From a migration file to nodes of a plan: for every answer of the new version, its value from the old ones."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from rvn import messages
from rvn.definition.expression import Symbol, compile_expression
from rvn.definition.fingerprint import digest
from rvn.definition.migrations import entries
from rvn.definition.migrations.carried import NOWHERE, Carried, chosen, renamed
from rvn.definition.migrations.comparison import comparisons, in_words
from rvn.definition.migrations.migration import Migration, alike, differences, made
from rvn.definition.problems import Broken, validated
from rvn.definition.scope import ASSESSED_ON
from rvn.definition.source import Path_, Source
from rvn.errors import Diagnostic, Place, RvnError
from rvn.plan.nodes import Field, Node, Type
from rvn.plan.plan import Plan
from rvn.plan.types import type_of


def compile_migration(source: Source, plan_of: Callable[[str], Plan]) -> Migration | None:
    """Return the migration in a file, or None after adding what is wrong to `source.problems`.

    Parameters
    ----------
    source
        The file as read.
    plan_of
        Gives the plan of a version, or raises `RvnError`.
    """
    readable = isinstance(source.data, dict) or not source.problems
    entry = validated(entries.MigrationEntry, source) if readable else None
    if entry is None:
        return None
    plans: list[Plan] = []
    for key, reference in (("from", entry.from_), ("to", entry.to)):
        try:
            plan = plan_of(reference)
            plans.append(plan.full or plan)
        except RvnError as error:
            why, remedy = error.diagnostics[0].message, error.diagnostics[0].hint
            values = {"reference": reference, "why": why, "remedy": remedy}
            source.problems.append(messages.MIGRATION_VERSION.at(source.place((key,)), **values))
    migration = _Compiler(source, entry, *plans).migration() if len(plans) == 2 else None
    return None if source.problems else migration


class _Compiler:
    """Makes the answers of the new version, and collects what is wrong in the source."""

    def __init__(self, source: Source, entry: entries.MigrationEntry, old: Plan, new: Plan) -> None:
        self.source, self.entry, self.old, self.new = source, entry, old, new
        # What was recorded counts; whether it is asked is for the new version to say.
        self.fields = {name: replace(field, asked=None) for name, field in old.fields.items()}
        self.fields.setdefault(ASSESSED_ON, Field(name=ASSESSED_ON, kind="date"))

    def migration(self) -> Migration:
        """Return the migration; what is wrong with it is among the problems of the source afterwards."""
        carried: dict[str, Carried] = {}
        for index, name in enumerate(self.entry.same):
            with contextlib.suppress(Broken):
                carried[name] = self._same(name, ("same", index))
        for name, answer in self.entry.answers.items():
            with contextlib.suppress(Broken):
                carried[name] = self._answer(name, answer, ("answers", name))
        self._all_said()
        self._all_used(carried)
        outputs = comparisons(self.source, self.entry, self.old, self.new)
        dropped = {name: in_words(why) for name, why in self.entry.dropped.items()}
        note, fingerprint = in_words(self.entry.note), digest(self.source.data)
        return made(
            self.entry.from_,
            self.entry.to,
            Path(self.source.file),
            note,
            self.fields,
            carried,
            dropped,
            outputs,
            fingerprint,
        )

    # names in expressions

    def names(self) -> list[str]:
        """Return the answers of the old version."""
        return list(self.fields)

    def find(self, name: str) -> Symbol | None:
        """Return an answer of the old version."""
        return Symbol(name, field=self.fields[name]) if name in self.fields else None

    # answers

    def _same(self, name: str, path: Path_) -> Carried:
        if name in self.entry.answers:
            why, remedy = f"'{name}' stands under `answers` too", "keep one of them"
            raise self._broken(messages.NOT_ALLOWED, *path, key="same", why=why, remedy=remedy)
        new, old = self._new(name, path), self._old(name, path)
        what = "; ".join(differences(old, new))
        if what:
            raise self._broken(messages.MIGRATION_NOT_SAME, *path, name=name, what=what)
        return alike(new, old)

    def _answer(self, name: str, entry: entries.Answer, path: Path_) -> Carried:
        new = self._new(name, path, key=True)
        ways = [key for key in ("from_", "value", "choose", "absent") if getattr(entry, key) is not None]
        if len(ways) != 1:
            why = "it says nothing" if not ways else "it says more than one of `from`, `value`, `choose` and `absent`"
            remedy = "say one: `from: …`, `value: …`, `choose: {option: condition}` or `absent: reason`"
            raise self._broken(messages.NOT_ALLOWED, *path, key=name, why=why, remedy=remedy)
        if entry.options is not None and entry.from_ is None:
            why, remedy = "there is no `from` whose options they are", "say `from: …`, or use `choose`"
            raise self._broken(messages.NOT_ALLOWED, *path, "options", key="options", why=why, remedy=remedy)
        made = {"from_": self._from, "value": self._value, "choose": self._choose, "absent": self._absent}
        carried = replace(made[ways[0]](new, entry, path), is_exact=entry.exact and entry.absent is None)
        lost = "; ".join(_lost(carried, entry))
        if lost and entry.note is None:
            self._problem(messages.MIGRATION_LOSES, *path, name=name, what=lost)
        return replace(carried, note=in_words(entry.note))

    def _from(self, new: Field, entry: entries.Answer, path: Path_) -> Carried:
        assert entry.from_ is not None
        old, mapped = self._old(entry.from_, (*path, "from")), entry.options or {}
        known = (*old.options, *old.reasons)
        for key in mapped:
            if key not in known:
                near, place = messages.near(key, known), self.source.place((*path, "options", key), key=True)
                self.source.problems.append(messages.UNKNOWN_OPTION.at(place, item=old.name, option=key, near=near))
        groups = {("count", "number"): "number"}
        if not _is_coded(new) and not _is_coded(old) and (old.kind, new.kind) not in groups and old.kind != new.kind:
            what = f"'{old.name}' is a {old.kind}, '{new.name}' a {new.kind}"
            raise self._broken(messages.MIGRATION_NOT_SAME, *path, "from", name=new.name, what=what)
        if _is_coded(new) != _is_coded(old):
            what = f"'{old.name}' is a {old.kind}, '{new.name}' a {new.kind}"
            raise self._broken(messages.MIGRATION_NOT_SAME, *path, "from", name=new.name, what=what)
        places, absences = self._options(new, old, mapped, path)
        reasons = {reason: self._reason(new, reason, mapped, path) for reason in old.reasons}
        counts = {place: places.count(place) for place in places if place != NOWHERE}
        merged = frozenset(code for code, place in enumerate(places) if counts.get(place, 0) > 1 or place == NOWHERE)
        return Carried(new, renamed(new, old, places), old, reasons, places, absences, merged=merged)

    def _options(
        self, new: Field, old: Field, mapped: Mapping[str, str], path: Path_
    ) -> tuple[tuple[float, ...], dict[int, str]]:
        places, absences = [], {}
        where = (*path, "options")
        for code, option in enumerate(old.options):
            to = mapped.get(option, option)
            if to in new.options:
                places.append(float(new.options.index(to)))
            elif to in new.reasons and option in mapped:
                places.append(NOWHERE)
                absences[code] = to
            elif option in mapped:
                near = messages.near(to, (*new.options, *new.reasons))
                raise self._broken(messages.UNKNOWN_OPTION, *where, option, item=new.name, option=to, near=near)
            else:
                raise self._broken(messages.MIGRATION_OPTION, *where, name=old.name, option=option)
        return tuple(places), absences

    def _reason(self, new: Field, reason: str, mapped: Mapping[str, str], path: Path_) -> str:
        to = mapped.get(reason, reason)
        if to in new.reasons:
            return to
        if reason in mapped:
            why = f"'{reason}' says why there is no answer, and '{to}' does not"
            remedy = f"name one of {', '.join(new.reasons)}"
            raise self._broken(messages.NOT_ALLOWED, *path, "options", reason, key=reason, why=why, remedy=remedy)
        raise self._broken(messages.MIGRATION_OPTION, *path, name=new.name, option=reason)

    def _value(self, new: Field, entry: entries.Answer, path: Path_) -> Carried:
        if _is_coded(new):
            why, remedy = f"'{new.name}' is answered by an option", "use `from` or `choose`"
            raise self._broken(messages.NOT_ALLOWED, *path, "value", key="value", why=why, remedy=remedy)
        expected: Type | None = None if new.kind == "date" else "number"
        node = self._expression(str(entry.value), expected, (*path, "value"))
        if new.kind == "date" and type_of(node) != "date":
            what, remedy = f"this is not a date, as '{new.name}' is", "name a date"
            raise self._broken(messages.WRONG_OPERAND, *path, "value", what=what, remedy=remedy)
        return Carried(new, node)

    def _choose(self, new: Field, entry: entries.Answer, path: Path_) -> Carried:
        if not _is_coded(new):
            why, remedy = f"'{new.name}' has no options", "use `value`"
            raise self._broken(messages.NOT_ALLOWED, *path, "choose", key="choose", why=why, remedy=remedy)
        conditions = {}
        for option, when in (entry.choose or {}).items():
            if option not in new.options:
                near, place = messages.near(option, new.options), self.source.place((*path, "choose", option), key=True)
                self.source.problems.append(messages.UNKNOWN_OPTION.at(place, item=new.name, option=option, near=near))
                continue
            conditions[option] = self._expression(when, "boolean", (*path, "choose", option))
        return Carried(new, chosen(new, conditions))

    def _absent(self, new: Field, entry: entries.Answer, path: Path_) -> Carried:
        if entry.absent not in new.reasons:
            near = messages.near(entry.absent, new.reasons)
            kind = "reason for absence"
            raise self._broken(messages.UNKNOWN_NAME, *path, "absent", kind=kind, name=entry.absent, near=near)
        return Carried(new, reason=str(entry.absent))

    # whether everything is said

    def _all_said(self) -> None:
        for name in self.new.fields:
            if name != ASSESSED_ON and name not in self.entry.same and name not in self.entry.answers:
                place = self._section("answers", "same")
                self.source.problems.append(messages.MIGRATION_UNSAID.at(place, name=name, version=self.entry.to))

    def _all_used(self, carried: Mapping[str, Carried]) -> None:
        used = {field.name for each in carried.values() for field in each.uses}
        # An answer that is wrong where it stands is not blamed for being unused, too.
        used |= {*self.entry.same, *(answer.from_ for answer in self.entry.answers.values() if answer.from_)}
        broken = set(self.entry.answers) - set(carried)
        for name in self.entry.dropped:
            if name not in self.fields or name == ASSESSED_ON:
                near, place = messages.near(name, self._recorded()), self.source.place(("dropped", name), key=True)
                kind = f"answer in {self.entry.from_}"
                self.source.problems.append(messages.UNKNOWN_NAME.at(place, kind=kind, name=name, near=near))
            elif name in used:
                place = self.source.place(("dropped", name), key=True)
                why, remedy = "it is used above", "keep one of the two"
                self.source.problems.append(messages.NOT_ALLOWED.at(place, key=name, why=why, remedy=remedy))
        for name in self._recorded():
            if name not in used and name not in self.entry.dropped and not broken:
                place = self._section("dropped", "answers", "same")
                self.source.problems.append(messages.MIGRATION_UNUSED.at(place, name=name, version=self.entry.from_))

    def _section(self, *names: str) -> Place:
        """Return where the first of some sections stands that there is."""
        path: Path_ = next(((name,) for name in names if (name,) in self.source.keys), ())
        return self.source.place(path, key=True)

    def _recorded(self) -> list[str]:
        return [name for name in self.fields if name != ASSESSED_ON]

    # help

    def _new(self, name: str, path: Path_, *, key: bool = False) -> Field:
        if name not in self.new.fields or name == ASSESSED_ON:
            known = [other for other in self.new.fields if other != ASSESSED_ON]
            place, near = self.source.place(path, key=key), messages.near(name, known)
            kind = f"answer in {self.entry.to}"
            self.source.problems.append(messages.UNKNOWN_NAME.at(place, kind=kind, name=name, near=near))
            raise Broken
        return self.new.fields[name]

    def _old(self, name: str, path: Path_) -> Field:
        if name not in self.fields or name == ASSESSED_ON:
            near, kind = messages.near(name, self._recorded()), f"answer in {self.entry.from_}"
            raise self._broken(messages.UNKNOWN_NAME, *path, kind=kind, name=name, near=near)
        return self.fields[name]

    def _expression(self, text: str, expected: Type | None, path: Path_) -> Node:
        result = compile_expression(text, self.source.place(path), self, expected)
        if isinstance(result, Diagnostic):
            if path in self.source.folded:  # columns inside it cannot be told
                result = replace(result, place=self.source.place(path))
            self.source.problems.append(result)
            raise Broken
        return result

    def _problem(self, message: messages.Message, *path: str | int, **values: object) -> None:
        self.source.problems.append(message.at(self.source.place(path), **values))

    def _broken(self, message: messages.Message, *path: str | int, **values: object) -> Broken:
        self._problem(message, *path, **values)
        return Broken()


def _is_coded(field: Field) -> bool:
    return field.kind in ("choice", "level")


def _lost(carried: Carried, entry: entries.Answer) -> Iterator[str]:
    """Yield what of the old answers does not come over."""
    if carried.merged and carried.of is not None:
        options = ", ".join(repr(carried.of.options[code]) for code in sorted(carried.merged))
        yield f"options are no longer told apart: {options}"
    if entry.value is not None or entry.choose is not None:
        yield "it is derived from other answers"
    if entry.absent is not None:
        yield "there is no answer"
    if not entry.exact:
        yield "it is not exact"
