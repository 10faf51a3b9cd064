"""What an instrument computed of one person, and what an assessor put in the place of a level."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from rvn import text
from rvn.errors import Diagnostic
from rvn.plan.explain import Evaluation, shown_as
from rvn.plan.nodes import Node
from rvn.plan.status import WITH_A_VALUE
from rvn.scoring.output import Norm, Output, Reason, Shown, plain
from rvn.scoring.override import Overridden
from rvn.scoring.version import Version
from rvn.text import Language


class Computed:
    """Every output of a version for one person; a `Result` is this with what can be asked of it.

    Parameters
    ----------
    instrument
        What computed it.
    evaluation
        The values of the nodes of its plan.
    on
        The day of the assessment.
    justifications
        Of judgements, in the words of the assessor.
    components
        Results of other instruments that were answers to this one.
    """

    overrides: Mapping[str, Overridden] = MappingProxyType({})

    def __init__(
        self,
        instrument: Version,
        evaluation: Evaluation,
        on: date | str | None,
        justifications: Mapping[str, str] = MappingProxyType({}),
        components: Mapping[str, Computed] = MappingProxyType({}),
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
        low = high = value
        if not raw.low == raw.high == raw.value:
            low, high = (None if math.isinf(end) else shown_as(kind, levels, end) for end in (raw.low, raw.high))
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

    @functools.cached_property
    def norms(self) -> dict[str, Norm]:
        """What is known of people with the same value, by norm."""
        found = {}
        for entry in self.instrument.definition.norms:
            found[entry.id] = Norm(self[entry.id], *self.limits(entry.id), entry)
        return found

    def limits(self, name: str) -> tuple[Shown, Shown]:
        """Return the lower and upper limit of a norm's estimate, None where there is none."""
        interval = self.evaluation.plan.intervals[name]
        if interval is None or self.evaluation.output(name).status not in WITH_A_VALUE:
            return None, None
        lower, upper = (plain(self.evaluation[end].value, "number", ()) for end in interval)
        return lower, upper

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
