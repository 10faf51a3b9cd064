"""An estimate: a number that carries everything needed to report it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Status = Literal[
    "ok",  # regular: everything is filled in
    "degenerate",  # the variance is zero for a structural reason; the interval is by the fall-back named in `method`
    "not_estimable",  # undefined; the value is NaN, never 0 or 1
    "sparse",  # estimable, but below the floor of the method
    "extrapolated",  # beyond the largest follow-up at which anyone is at risk
    "separated",  # the likelihood has no finite maximum; the value is the penalised one
    "below_chance",  # an AUC under one half, in the declared direction
    "suppressed",  # withheld because it rests on too few people
]
Scale = Literal["identity", "log", "logit", "loglog", "fisher_z", "arcsine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One statistic with its interval, sample, method and standing.

    Parameters
    ----------
    name
        What was estimated, for example ``"auc"``.
    value
        The estimate; NaN where it is undefined.
    se, scale
        Standard error, on the scale on which the interval was made.
    low, high, level
        Interval and its confidence level, on the scale of `value`.
    method
        How value and interval were computed, in words.
    n, n_events
        Rows used and events among them, counts included; `n_events` is None where there is no outcome.
    excluded
        Rows left out, by reason.
    statistic, df, p_value
        Of the test that belongs to the estimate, where there is one.
    at
        What the estimate is for when it is one row of a table: a level, a score, a group, a horizon, a cut.
    status, notes
        Whether the number can be used as it stands, and what to know before using it.
    reference
        DOI or citation of the method.

    Examples
    --------
    >>> print(Estimate(name="auc", value=0.7022, low=0.6901, high=0.714, method="DeLong, logit", n=7214, n_events=3251))
    auc 0.702 (95% 0.690 to 0.714; DeLong, logit); n 7,214, events 3,251
    """

    name: str
    value: float
    se: float = math.nan
    scale: Scale = "identity"
    low: float = math.nan
    high: float = math.nan
    level: float = 0.95
    method: str = ""
    n: int = 0
    n_events: int | None = None
    excluded: Mapping[str, int] = field(default_factory=dict)
    statistic: float | None = None
    df: float | None = None
    p_value: float | None = None
    at: Mapping[str, object] = field(default_factory=dict)
    status: Status = "ok"
    notes: tuple[str, ...] = ()
    reference: str = ""

    def __str__(self) -> str:
        at = "".join(f" [{key} {value}]" for key, value in self.at.items())
        if math.isnan(self.value):
            head = f"{self.name}{at} {self.status.replace('_', ' ')}"
        else:
            # Numbers of people are counted, not measured.
            head = (
                f"{self.name}{at} {self.value:,.0f}"
                if self.name == "sample_size"
                else f"{self.name}{at} {self.value:.3f}"
            )
            if not math.isnan(self.low):
                method = f"; {self.method}" if self.method else ""
                head += f" ({100 * self.level:g}% {self.low:.3f} to {self.high:.3f}{method})"
            if self.p_value is not None:
                head += f", p {self.p_value:.3f}" if self.p_value >= 0.001 else ", p < 0.001"
            if self.status != "ok":
                head += f" {self.status.replace('_', ' ')}"
        if self.n == 0 and self.n_events is None:
            return head  # a plan, which no sample stands behind
        sample = f"; n {self.n:,}" + ("" if self.n_events is None else f", events {self.n_events:,}")
        if self.excluded:
            sample += ", left out: " + ", ".join(f"{count:,} {why}" for why, count in self.excluded.items())
        return head + sample

    def to_record(self) -> dict[str, object]:
        """Return plain values for JSON; NaN becomes None, an infinite limit the text ``"inf"`` or ``"-inf"``."""
        record: dict[str, object] = {}
        for entry in fields(self):
            value = getattr(self, entry.name)
            if isinstance(value, float) and not math.isfinite(value):
                value = None if math.isnan(value) else str(value)
            elif isinstance(value, Mapping):
                value = dict(value)
            elif isinstance(value, tuple):
                value = list(value)
            record[entry.name] = value
        return record


def to_frame(estimates: Iterable[Estimate]) -> pd.DataFrame:
    """Return estimates as a pandas frame, one row each; what a row is `at` comes first.

    The confidence level stands in the column ``confidence``, because ``level`` may be what a row is at.

    Examples
    --------
    >>> rows = [Estimate(name="rate", value=0.25, n=4, n_events=1, at={"level": "low"})]
    >>> to_frame(rows)[["level", "name", "value", "n", "confidence"]].to_dict("records")
    [{'level': 'low', 'name': 'rate', 'value': 0.25, 'n': 4, 'confidence': 0.95}]
    """
    import pandas as pd

    rows = []
    for estimate in estimates:
        row: dict[str, object] = dict(estimate.at)
        for entry in fields(estimate):
            if entry.name != "at":
                row["confidence" if entry.name == "level" else entry.name] = getattr(estimate, entry.name)
        rows.append(row)
    return pd.DataFrame(rows)
