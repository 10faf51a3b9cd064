"""Verifies a record: whether it stands as it was written, and whether scoring the answers again says the same."""

from __future__ import annotations

import hmac
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rvn import messages
from rvn.errors import Diagnostic, RvnError
from rvn.records.canonical import canonical
from rvn.records.inputs import digest_of, seal_of
from rvn.records.record import Provenance, Record, Replaced
from rvn.scoring.instrument import Instrument, load
from rvn.scoring.override import Override
from rvn.scoring.record import said
from rvn.scoring.result import Result

TOLERANCE = 1e-12  # relative; logarithms and exponentials may differ between machines in the last place


@dataclass
class Verification:
    """What was found out about a record.

    Parameters
    ----------
    record
        The record.
    problems
        Everything that does not fit.
    checked, unchecked
        What was looked at, and what could not be, for want of the key, the answers or the record before.
    """

    record: Record
    problems: list[Diagnostic] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether nothing that was checked speaks against the record."""
        return not self.problems

    def __str__(self) -> str:
        lines = [f"{self.record.reference}, assessed on {self.record.assessed_on or 'a day not stated'}"]
        lines += [f"checked: {what}" for what in self.checked]
        lines += [f"not checked: {what}" for what in self.unchecked]
        lines += [str(problem) for problem in self.problems]
        return "\n".join([*lines, "sound, as far as it was checked" if self.is_sound else "NOT SOUND"])


def verify(
    record: Record,
    answers: Mapping[str, object] | None = None,
    *,
    key: bytes | None = None,
    previous: Record | None = None,
) -> Verification:
    """Return whether a record can be relied on.

    Reading has already shown that it stands as it was written. The key shows who wrote it; the answers that scoring
    them again says the same; the record before that none between them was taken away.

    Parameters
    ----------
    record
        What `read` returned.
    answers
        Those that were scored; those of component instruments under their names.
    key
        The secret that it was written with.
    previous
        The record that should stand before it.

    Raises
    ------
    RecordError
        When the key is too short.

    Examples
    --------
    >>> import rvn
    >>> from rvn import records
    >>> answers, key = {"frequency": "never", "injury": "no", "concern": "no"}, b"a secret of the host"
    >>> record = records.read(records.write(rvn.load("audit@2001").score(answers), key=key))
    >>> records.verify(record, answers, key=key).is_sound
    True
    >>> print(records.verify(record, answers | {"injury": "last_year"}, key=key).problems[0].message)
    the answers are not those that were scored
    """
    found = Verification(record, checked=["it stands as it was written"])
    _check_seal(found, key)
    _check_previous(found, previous)
    instrument = _instrument(found, record)
    if instrument is None:
        found.unchecked.append("the result: the instrument cannot be loaded")
        return found
    _check_definition(found, instrument)
    if answers is None:
        found.unchecked.append("the result: its answers were not given")
        return found
    try:
        result = _scored(instrument, answers, record.assessed_on, record.components)
    except RvnError as error:
        found.problems += error.diagnostics
        return found
    result = _with_overrides(found, result)
    found.checked.append("scoring the answers again")
    if key is None:
        found.unchecked.append("whether these are the answers: the key was not given")
    elif hmac.compare_digest(digest_of(result, record.subject, key), record.inputs.digest):
        found.checked.append("these are the answers")
    else:
        found.problems.append(messages.RECORD_INPUTS.at())
    found.problems += _differences(record, result)
    return found


def _check_seal(found: Verification, key: bytes | None) -> None:
    if key is None:
        found.unchecked.append("who wrote it: the key was not given")
        return
    content = found.record.to_record() | {"seal": "", "digest": ""}
    if hmac.compare_digest(seal_of(canonical(content), key), found.record.seal):
        found.checked.append("it was written with this key")
    else:
        found.problems.append(messages.RECORD_SEAL.at())


def _check_previous(found: Verification, previous: Record | None) -> None:
    record = found.record
    if previous is None:
        if record.previous is not None:
            found.unchecked.append("the chain: the record before it was not given")
        return
    found.problems += linked(previous, record)
    found.checked.append("the record before it")


def linked(previous: Record, record: Record) -> Iterator[Diagnostic]:
    """Yield why a record does not follow the one before it."""
    if record.previous != previous.digest:
        why = "it names no record before it" if record.previous is None else "it names another one"
        yield messages.RECORD_PREVIOUS.at(why=why)
    if record.subject != previous.subject:
        yield messages.RECORD_PREVIOUS.at(why="it is of another person")
    if record.assessed_on and previous.assessed_on and record.assessed_on < previous.assessed_on:
        yield messages.RECORD_PREVIOUS.at(why="its day lies before the other's")


def _instrument(found: Verification, made: Provenance) -> Instrument | None:
    """Return the instrument that a record names, as it was used, or None after saying why there is none."""
    profile, _, version = (made.profile or "").partition("@")
    try:
        instrument = load(made.reference, profile=profile or None)
        instrument = instrument.accepting(*made.recalled)
    except RvnError as error:
        found.problems += error.diagnostics
        return None
    local = instrument.loaded.profile
    if local is not None and local.version != version:
        parts = f"version {local.version} of the profile '{profile}' is installed, not {version}"
        found.problems.append(messages.RECORD_DEFINITION.at(reference=made.reference, parts=parts))
        return None
    return instrument


def _check_definition(found: Verification, instrument: Instrument) -> None:
    record = found.record
    if record.fingerprint == instrument.fingerprint:
        found.checked.append("the definition is the one that it was made with")
        return
    parts = {name for name, value in instrument.fingerprints.items() if record.fingerprints.get(name) != value}
    said_parts = ", ".join(sorted(part.replace("_", "-") for part in parts)) or "how fingerprints are made"
    found.problems.append(messages.RECORD_DEFINITION.at(reference=record.reference, parts=said_parts))


def _scored(
    instrument: Instrument, answers: Mapping[str, object], on: str | None, components: Mapping[str, Provenance]
) -> Result:
    """Return the result of answers in which those to a component stand under its name."""
    given = dict(answers)
    for name, reference in instrument.definition.uses.items():
        own = given.get(name)
        if isinstance(own, Mapping):
            made = components.get(name)
            component = load(reference) if made is None else load(reference).accepting(*made.recalled)
            given[name] = _scored(component, own, on, {})
    return instrument.score(given, on=on)


def _with_overrides(found: Verification, result: Result) -> Result:
    overrides = [_override(kept) for kept in found.record.overrides]
    if not overrides:
        return result
    try:
        return result.overridden(*overrides)
    except RvnError as error:
        for problem in error.diagnostics:
            found.problems.append(messages.RECORD_OVERRIDE.at(what=problem.message, remedy=problem.hint))
        return result


def _override(kept: Replaced) -> Override:
    return Override(kept.output, kept.final, kept.reason, kept.by, kept.on, kept.approved_by, kept.because)


def _differences(record: Record, result: Result) -> Iterator[Diagnostic]:
    """Yield every place in which a record says something else than the result of today."""
    recorded = record.to_record()
    definition = ("instrument", "version", "profile", "fingerprint", "fingerprints", "recalled", "components")
    for name, value in said(result).items():
        if name not in definition and not (name == "overrides" and not result.overrides):
            yield from _compared(name, recorded[name], value)


def _compared(path: str, recorded: Any, found: Any) -> Iterator[Diagnostic]:
    if isinstance(recorded, dict) and isinstance(found, dict):
        for name in dict.fromkeys((*recorded, *found)):
            yield from _compared(f"{path}.{name}", recorded.get(name, _NOTHING), found.get(name, _NOTHING))
    elif isinstance(recorded, list) and isinstance(found, list) and len(recorded) == len(found):
        for place, (one, other) in enumerate(zip(recorded, found, strict=True)):
            yield from _compared(f"{path}.{place}", one, other)
    elif not _same(recorded, found):
        yield messages.RECORD_DIFFERS.at(path=path, recorded=_shown(recorded), found=_shown(found))


_NOTHING = object()


def _same(recorded: Any, found: Any) -> bool:
    if isinstance(recorded, (int, float)) and isinstance(found, (int, float)):
        same_kind = isinstance(recorded, bool) == isinstance(found, bool)
        return same_kind and math.isclose(recorded, found, rel_tol=TOLERANCE, abs_tol=0)
    return bool(recorded == found)


def _shown(value: Any) -> str:
    if value is None or value is _NOTHING:
        return "not there" if value is _NOTHING else "nothing"
    if isinstance(value, (dict, list)):
        return f"{len(value)} of them"
    return f"'{value}'" if isinstance(value, str) else str(value).lower()
