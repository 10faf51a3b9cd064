"""The result for one person: every output with its value, level, status and what absent answers leave open."""

from __future__ import annotations

import copy
import functools
import html
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from rvn import text
from rvn.definition import entries
from rvn.errors import Diagnostic
from rvn.plan.explain import Evaluation, shown_as
from rvn.plan.nodes import Node
from rvn.plan.status import Status
from rvn.scoring.record import limits, said
from rvn.text import Language

if TYPE_CHECKING:
    from rvn.scoring.explanation import Explanation
    from rvn.scoring.instrument import Instrument
    from rvn.scoring.override import Overridden, Override

Shown = float | int | str | bool | None


class Output(NamedTuple):
    """One output of an instrument for one person.

    Parameters
    ----------
    name
        Of the scale, level, table or flag.
    value
        A number, the name of a level, or a truth value; None unless `status` is complete, prorated or decided.
    status
        How it stands.
    low, high
        The lowest and highest value that the absent answers leave open; None where there is no end, or where the
        instrument does not apply.
    levels
        The names of the levels from low to high; empty for other outputs.
    absent
        How many of the answers that it is computed from are absent.
    """

    name: str
    value: Shown
    status: Status
    low: Shown
    high: Shown
    levels: tuple[str, ...] = ()
    absent: int = 0

    @property
    def level(self) -> str | None:
        """The level, where the output is one."""
        return self.value if self.levels and isinstance(self.value, str) else None

    def to_record(self) -> dict[str, object]:
        """Return plain values for JSON."""
        stated: dict[str, object] = {"value": self.value, "status": str(self.status)}
        return stated | {"low": self.low, "high": self.high, "absent": self.absent}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why there is no result: a condition of the definition by its name, and how it fails."""

    kind: Literal["not eligible", "eligibility unknown", "contradiction"]
    condition: str


_REASON_SENTENCES = {
    "not eligible": "ineligible",
    "eligibility unknown": "eligibility_unknown",
    "contradiction": "contradiction",
}


@dataclass(frozen=True, slots=True)
class Norm:
    """What is known of people with the same value as this person.

    Parameters
    ----------
    output
        The estimate as an output, with its status.
    lower, upper
        Limits of the estimate, as its source gives them; None where it gives none.
    entry
        What the definition says: outcome, window, sample and source.
    """

    output: Output
    lower: Shown
    upper: Shown
    entry: entries.Norm

    def to_record(self) -> dict[str, object]:
        """Return plain values for JSON."""
        sample = self.entry.sample.model_dump() if self.entry.sample else None
        described = {"outcome": dict(self.entry.outcome), "window": self.entry.window, "sample": sample}
        return self.output.to_record() | {"lower": self.lower, "upper": self.upper} | described


class Result:
    """What an instrument says about one person.

    Examples
    --------
    >>> import rvn
    >>> result = rvn.load("broward-rules@2018").score({"age": 19, "sex": "male", "priors": 0})
    >>> result["level"].value, result["level"].status
    ('yes', <Status.COMPLETE: 'complete'>)
    """

    overrides: Mapping[str, Overridden] = MappingProxyType({})

    def __init__(
        self,
        instrument: Instrument,
        evaluation: Evaluation,
        on: date | str | None,
        justifications: Mapping[str, str] = MappingProxyType({}),
        components: Mapping[str, Result] = MappingProxyType({}),
    ) -> None:
        self.instrument = instrument
        self.components = components
        self.justifications = justifications
        self.evaluation = evaluation
        self.on = None if on is None else str(on)

    @property
    def reference(self) -> str:
        """The instrument and version, as ``id@version``."""
        return self.instrument.reference

    def __getitem__(self, name: str) -> Output:
        (kind, levels), raw = self.evaluation.plan.shapes[name], self.evaluation.output(name)
        value = shown_as(kind, levels, raw.value)
        low, high = (
            value if end == raw.value else None if math.isinf(end) else shown_as(kind, levels, end)
            for end in (raw.low, raw.high)
        )
        return Output(name, value, raw.status, low, high, levels, raw.absent)

    @property
    def outputs(self) -> dict[str, Output]:
        """Every scale, level and table, in the order of the definition."""
        return {name: self[name] for name in self.evaluation.plan.outputs}

    @property
    def flags(self) -> dict[str, Output]:
        """Every flag."""
        return {step.name: self[step.name] for step in self.evaluation.plan.of_kind("flag")}

    @property
    def outcome(self) -> Output:
        """The output that the instrument is about."""
        return self[self.evaluation.plan.outcome]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The conditions that are not met, or cannot be told, and so leave the instrument without a result."""
        found = []
        for name, holds in self.evaluation.conditions("eligible").items():
            if holds != 1:
                found.append(Reason("not eligible" if holds == 0 else "eligibility unknown", name))
        for name, holds in self.evaluation.conditions("consistent").items():
            if holds == 0:
                found.append(Reason("contradiction", name))
        return tuple(found)

    def overridden(self, *overrides: Override) -> Result:
        """Return the same result with the levels that an assessor puts in the place of computed ones.

        The computed levels stay as they are; `final` gives those that count, `overrides` both.

        Raises
        ------
        OverrideError
            With everything that the definition does not allow.
        """
        from rvn.scoring.override import overridden

        changed = copy.copy(self)
        changed.overrides = overridden(self, overrides)
        return changed

    def final(self, name: str, *, on: date | str | None = None) -> Shown:
        """Return the value of an output that counts: the assessor's where there is an override, else the computed one.

        Parameters
        ----------
        name
            Of the output.
        on
            Day on which it is to count, for overrides that end; when not given, the day the override was made.
        """
        found = self.overrides.get(name)
        if found is None or (on is not None and not found.holds(on)):
            return self[name].value
        return found.final

    def said_overrides(self, language: Language = "en") -> list[str]:
        """Return in words which levels an assessor has changed."""
        wording, found = self.instrument.wording(language), []
        for name, kept in self.overrides.items():
            levels = {"computed": wording.level(name, kept.computed), "final": wording.level(name, kept.final)}
            reason = wording.label(kept.override.reason)
            said = text.sentence("overridden", language, label=wording.label(name), reason=reason, **levels)
            if kept.until is not None:
                said += text.sentence("overridden_until", language, until=kept.until)
            found.append(said)
        return found

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What was passed over: answers to items that are not asked."""
        return tuple(self.instrument.ignored(self.evaluation))

    def explain(self, language: Language = "en") -> Explanation:
        """Return why the result is what it is, step by step, in English or Latvian."""
        from rvn.scoring.explanation import Explanation

        return Explanation(self, language)

    @functools.cached_property
    def norms(self) -> dict[str, Norm]:
        """What is known of people with the same value, by norm."""
        found = {}
        for entry in self.instrument.definition.norms:
            found[entry.id] = Norm(self[entry.id], *limits(self, entry.id), entry)
        return found

    def taken_from(self, name: str) -> str | None:
        """Return which output a `first_of` took its value from, None where it has none."""
        entry = next(entry for entry in self.instrument.definition.first_of if entry.id == name)
        if self[name].value is None:
            return None
        return next((part for part in entry.among if self.evaluation[self._node(part)].is_known), None)

    def _node(self, name: str) -> Node:
        plan = self.evaluation.plan
        if name in plan.results:
            return plan.results[name]
        return next(step.node for step in reversed(plan.steps) if name in (step.name, step.of))

    def to_record(self) -> dict[str, object]:
        """Return plain values for JSON; the answers themselves are not in it.

        `rvn.records` keeps it with a digest of the answers, so that it can be verified later.
        """
        described = {
            "norms": {name: norm.to_record() for name, norm in self.norms.items()},
            "warnings": [warning.to_record() for warning in self.warnings],
        }
        return said(self) | described

    def rows(self, language: Language = "en") -> list[tuple[str, str, str, str]]:
        """Return label, value, status and what is left open of every output, as text."""
        found = []
        norms = {norm.id for norm in self.instrument.definition.norms}
        for name, output in self.outputs.items():
            if name in norms and output.status is Status.UNDEFINED:
                continue  # the sources say nothing for this value
            wording = self.instrument.wording(language)
            value = "–" if output.value is None else wording.value(name, output.value)
            left_open = ""
            if output.low != output.high and output.low is not None and output.high is not None:
                low, high = wording.value(name, output.low), wording.value(name, output.high)
                left_open = text.sentence("between", language, low=low, high=high)
            found.append((wording.label(name), value, text.word(output.status, language), left_open))
        return found

    def said_reasons(self, language: Language = "en") -> list[str]:
        """Return in words why there is no result; nothing where there is one."""
        found = []
        for reason in self.reasons:
            because = self.instrument.because(reason.condition, language)
            found.append(text.sentence(_REASON_SENTENCES[reason.kind], language, because=because))
        return found

    @property
    def provenance(self) -> dict[str, object]:
        """What this result was made with: instrument, version, profile, fingerprint, and what was accepted."""
        profile = self.instrument.loaded.profile
        return {
            "instrument": self.instrument.id,
            "version": self.instrument.version,
            "profile": f"{profile.id}@{profile.version}" if profile else None,
            "fingerprint": self.instrument.fingerprint,
            "fingerprints": dict(self.instrument.fingerprints),
            "recalled": sorted(self.instrument.accepted),
        }

    def raised_flags(self, language: Language = "en") -> list[str]:
        """Return the reasons of the flags that are up, or that cannot be told."""
        found = []
        for name, output in self.flags.items():
            because = self.instrument.because(name, language)
            if output.value is True:
                found.append(text.sentence("flag_on", language, because=because))
            elif output.value is None and output.status not in (Status.NOT_APPLICABLE, Status.INVALID):
                found.append(text.sentence("flag_unknown", language, because=because))
        return found

    def __str__(self) -> str:
        rows = self.rows()
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        lines = [f"{self.instrument.title('en')} ({self.reference})"]
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)]
            lines.append("  " + "  ".join(cells).rstrip())
        lines += [f"  {line}" for line in (*self.said_overrides(), *self.said_reasons(), *self.raised_flags())]
        lines += [f"  {warning.message}" for warning in self.warnings]
        lines.append(f"  {text.word('not_a_decision', 'en')}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        outcome = self.outcome
        return f"<Result of {self.reference}: {outcome.name} {outcome.value} ({outcome.status})>"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{text.word(name, 'en')}</th>" for name in ("output", "value", "status", "left_open"))
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in self.rows()
        )
        said = (*self.said_overrides(), *self.said_reasons(), *self.raised_flags())
        notes = "".join(f"<p>{html.escape(line)}</p>" for line in said)
        title = html.escape(f"{self.instrument.title('en')} ({self.reference})")
        end = html.escape(text.word("not_a_decision", "en"))
        return (
            f"<table><caption>{title}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            f"{notes}<p><small>{end}</small></p>"
        )
