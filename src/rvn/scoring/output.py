"""What is stated of one output: value, level, status and range left open; norms, and why there is no result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from rvn.definition import entries
from rvn.plan.nodes import Type
from rvn.plan.status import Status

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


def plain(value: float, kind: Type, levels: tuple[str, ...]) -> Shown:
    """Return a value as people write it; None where it is unknown or has no end.

    >>> [plain(value, "number", ()) for value in (4.0, 2.5, float("nan"), float("inf"))]
    [4, 2.5, None, None]
    """
    if not -1e308 < value < 1e308:
        return None
    if kind == "level":
        return levels[int(value)]
    if kind == "boolean":
        return value == 1
    if kind == "date":
        return date.fromordinal(int(value)).isoformat()
    return int(value) if value == value // 1 and abs(value) < 2**53 else value
