"""Overrides: what an assessor puts in the place of a computed level, checked against what the definition allows.

The computed level is never changed; `Overridden` keeps it beside the final one, bound to the version it came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from rvn import messages
from rvn.days import as_day, read_day
from rvn.definition import entries
from rvn.errors import Diagnostic, OverrideError
from rvn.identity import refusal
from rvn.scoring.interval import after
from rvn.scoring.output import Output
from rvn.scoring.version import Version


@dataclass(frozen=True, slots=True)
class Override:
    """What an assessor puts in the place of a computed level, and why.

    Parameters
    ----------
    output
        Name of the output.
    level
        The level that is to count.
    reason
        One of those that the definition allows.
    by
        Id of the assessor; opaque, never a national identity number.
    on
        The day it was made; a date, or text such as `2026-11-21`.
    approved_by
        Id of the second person, where the definition needs one.
    because
        The reason in the assessor's own words.

    Examples
    --------
    >>> Override("level", "medium", reason="health", by="officer-7", on="2026-01-16").level
    'medium'
    """

    output: str
    level: str
    reason: str
    by: str
    on: date | str
    approved_by: str | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Overridden:
    """An override as it was applied.

    Parameters
    ----------
    override
        What the assessor wrote.
    computed, final
        The level that was computed, and the one in its place.
    reference, fingerprint
        The version that it overrode.
    until
        The last day on which it holds; None where it does not end.
    """

    override: Override
    computed: str
    final: str
    reference: str
    fingerprint: str
    until: date | None = None

    def holds(self, on: date | str) -> bool:
        """Return whether it counts on a day: from the day it was made until it ends."""
        day = as_day(on, "on")
        return as_day(self.override.on, "on") <= day and (self.until is None or day <= self.until)

    def to_record(self) -> dict[str, object]:
        """Return plain values for JSON."""
        made = self.override
        return {
            "output": made.output,
            "computed": self.computed,
            "final": self.final,
            "reason": made.reason,
            "because": made.because,
            "by": made.by,
            "on": str(made.on),
            "approved_by": made.approved_by,
            "until": None if self.until is None else str(self.until),
            "of": self.reference,
            "fingerprint": self.fingerprint,
        }


class Review(StrEnum):
    """What the reviewer of an override finds after rescoring."""

    HOLDS = "holds"  # nothing to review: the version that it overrode
    AGREES = "computed level agrees now"
    DIFFERS = "computed level still differs"
    NOT_ALLOWED = "no longer allowed"
    NO_LEVEL = "no computed level now"


def overridden(
    instrument: Version, outputs: Mapping[str, Output], overrides: tuple[Override, ...], *, assessed_on: str | None
) -> dict[str, Overridden]:
    """Return the overrides of what was computed, by output.

    Raises
    ------
    OverrideError
        With everything that the definition does not allow.
    """
    problems: list[Diagnostic] = []
    applied: dict[str, Overridden] = {}
    for override in overrides:
        output = outputs.get(override.output)
        found = list(check(instrument, override, output, assessed_on=assessed_on))
        if override.output in applied:
            found.append(messages.OVERRIDE_TWICE.at(output=override.output))
        problems += found
        if output is not None and not found:
            applied[override.output] = apply(instrument, override, output)
    if problems:
        raise OverrideError(problems)
    return applied


def apply(instrument: Version, override: Override, output: Output) -> Overridden:
    """Return an override that has passed `check` as it is applied to an output."""
    expires = instrument.definition.overrides[override.output].expires
    made = as_day(override.on, "on")
    until = None if expires is None else after(made, expires)
    computed = str(output.value)
    return Overridden(override, computed, override.level, instrument.reference, instrument.fingerprint, until)


def check(
    instrument: Version, override: Override, output: Output | None, *, assessed_on: str | None
) -> Iterator[Diagnostic]:
    """Yield what the definition does not allow about an override of an output, None where there is no such output."""
    name = override.output
    allowed = instrument.definition.overrides.get(name)
    if output is None:
        known = instrument.plan.outputs
        yield messages.UNKNOWN_NAME.at(kind="output", name=name, near=messages.near(name, known))
        return
    if allowed is None:
        which = instrument.definition.overrides
        near = messages.near(name, which) if which else "the definition allows none; look at the answers again"
        yield messages.OVERRIDE_NOT_ALLOWED.at(output=name, near=near)
        return
    reasons = ", ".join(f"'{reason}'" for reason in allowed.reasons)
    if not str(override.reason).strip():
        yield messages.OVERRIDE_NO_REASON.at(output=name, reasons=reasons)
    elif override.reason not in allowed.reasons:
        yield messages.OVERRIDE_REASON.at(output=name, reasons=reasons)
    yield from _check_level(override, allowed, output)
    yield from _check_people(override, allowed)
    day, assessed = read_day(override.on), read_day(assessed_on)
    if day is None:
        yield messages.OVERRIDE_DAY.at(output=name, found="not a date")
    elif assessed is not None and day < assessed:
        yield messages.OVERRIDE_DAY.at(output=name, found="before the assessment")


def _check_level(override: Override, allowed: entries.Override, output: Output) -> Iterator[Diagnostic]:
    name = output.name
    if override.level not in output.levels:
        yield messages.OVERRIDE_LEVEL.at(output=name, levels=", ".join(output.levels))
    elif output.level is None:
        yield messages.OVERRIDE_NO_LEVEL.at(output=name, status=str(output.status).replace("_", " "))
    elif override.level == output.level:
        yield messages.OVERRIDE_SAME_LEVEL.at(output=name)
    else:
        steps = output.levels.index(override.level) - output.levels.index(output.level)
        if abs(steps) > int(allowed.by.split()[2]):
            yield messages.OVERRIDE_TOO_FAR.at(output=name, allowed=allowed.by.removeprefix("at most "))
        if direction(output.level, override.level, output.levels) not in allowed.directions:
            yield messages.OVERRIDE_DIRECTION.at(output=name, directions=", ".join(allowed.directions))


def _check_people(override: Override, allowed: entries.Override) -> Iterator[Diagnostic]:
    name, by, approved_by = override.output, str(override.by or "").strip(), str(override.approved_by or "").strip()
    if not by:
        yield messages.OVERRIDE_BY.at(output=name)
    if not approved_by and allowed.needs == "second_person":
        yield messages.OVERRIDE_NOT_APPROVED.at(output=name)
    if by and approved_by.casefold() == by.casefold():
        yield messages.OVERRIDE_SAME_PERSON.at(output=name)
    yield from dict.fromkeys(problem for person in (by, approved_by) if person and (problem := refusal(person)))


def direction(computed: str, final: str, levels: tuple[str, ...]) -> Literal["up", "down"]:
    """Return whether a final level lies above or below the computed one."""
    return "up" if levels.index(final) > levels.index(computed) else "down"


def expired(applied: Overridden, on: date | str) -> Diagnostic | None:
    """Return that an override has ended by a day, None where it has not."""
    if applied.until is None or as_day(on, "on") <= applied.until:
        return None
    return messages.OVERRIDE_EXPIRED.at(output=applied.override.output, until=applied.until)


def review(applied: Overridden, now: Output, instrument: Version) -> Review:
    """Return what is to be reviewed about an override after the person was scored again.

    An override is bound to the version that it overrode, so under any other it is to be reviewed, whatever the
    level; the answer tells the reviewer what to expect.

    Parameters
    ----------
    applied
        The override of the old result.
    now
        The same output under the instrument of now.
    instrument
        What the person was scored with now.
    """
    if (applied.reference, applied.fingerprint) == (instrument.reference, instrument.fingerprint):
        return Review.HOLDS
    return review_levels(applied.override.output, applied.final, now.level, instrument)


def review_levels(output: str, final: str, now: str | None, instrument: Version) -> Review:
    """Return the same for a pair of levels, the final one of then and the one computed by another version now.

    There are few distinct pairs, however many rows a file has.
    """
    if now is None:
        return Review.NO_LEVEL
    if now == final:
        return Review.AGREES
    return Review.DIFFERS if output in instrument.definition.overrides else Review.NOT_ALLOWED
