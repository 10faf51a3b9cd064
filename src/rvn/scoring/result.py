"""The result for one person: what was computed, explained, overridden, recorded and shown."""

from __future__ import annotations

import copy
import html

from rvn import text
from rvn.plan.status import Status
from rvn.scoring.computed import Computed
from rvn.scoring.explanation import Explanation
from rvn.scoring.override import Override, overridden
from rvn.scoring.record import said
from rvn.text import Language

_REASON_SENTENCES = {
    "not eligible": "ineligible",
    "eligibility unknown": "eligibility_unknown",
    "contradiction": "contradiction",
}


class Result(Computed):
    """What an instrument says about one person.

    Examples
    --------
    >>> import rvn
    >>> result = rvn.load("broward-rules@2018").score({"age": 19, "sex": "male", "priors": 0})
    >>> result["level"].value, result["level"].status
    ('yes', <Status.COMPLETE: 'complete'>)
    """

    def overridden(self, *overrides: Override) -> Result:
        """Return the same result with the levels that an assessor puts in the place of computed ones.

        The computed levels stay as they are; `final` gives those that count, `overrides` both.

        Raises
        ------
        OverrideError
            With everything that the definition does not allow.
        """
        changed = copy.copy(self)
        changed.overrides = overridden(self.instrument, self.outputs, overrides, assessed_on=self.on)
        return changed

    def explain(self, language: Language = "en") -> Explanation:
        """Return why the result is what it is, step by step, in English or Latvian."""
        return Explanation(self, language)

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
