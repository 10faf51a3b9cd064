"""The small picture beside a verdict: the interval on a line, and the part of the line that was asked for."""

from __future__ import annotations

import math

from rvn.report.said import Said
from rvn.study.results import Verdict

WIDTH, HEIGHT, EDGE = 260.0, 46.0, 6.0


def strip(verdict: Verdict, said: Said) -> str:
    """Return the picture as SVG; nothing where nothing was estimated."""
    estimate = verdict.estimates[0] if verdict.estimates else None
    if estimate is None or math.isnan(estimate.value) or estimate.status == "suppressed":
        return ""
    low = estimate.low if math.isfinite(estimate.low) else estimate.value
    high = estimate.high if math.isfinite(estimate.high) else estimate.value
    asked = _asked(verdict)
    ends = [end for end in (low, high, estimate.value, *asked) if math.isfinite(end)]
    span = (max(ends) - min(ends)) or abs(ends[0]) or 1.0
    first, last = min(ends) - 0.15 * span, max(ends) + 0.15 * span

    def x(value: float) -> float:
        share = (min(max(value, first), last) - first) / (last - first)
        return round(EDGE + share * (WIDTH - 2 * EDGE), 1)

    middle = 16.0
    start, end = x(asked[0]), x(asked[1])
    parts = [
        f'<rect class="asked" x="{start}" y="{middle - 9}" width="{round(end - start, 1)}" height="18"/>',
        f'<line class="axis" x1="{EDGE}" x2="{WIDTH - EDGE}" y1="{middle}" y2="{middle}"/>',
        f'<line class="interval" x1="{x(low)}" x2="{x(high)}" y1="{middle}" y2="{middle}"/>',
        f'<circle class="value" cx="{x(estimate.value)}" cy="{middle}" r="4.5"/>',
    ]
    for limit in asked:
        if math.isfinite(limit):
            place, label = x(limit), said.plain(limit)
            parts.append(f'<line class="limit" x1="{place}" x2="{place}" y1="{middle - 11}" y2="{middle + 11}"/>')
            parts.append(
                f'<text x="{min(max(place, 16), WIDTH - 16)}" y="{HEIGHT - 4}" text-anchor="middle">{label}</text>'
            )
    label = said.estimate(estimate)
    return (
        f'<svg class="strip" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
    )


def _asked(verdict: Verdict) -> tuple[float, float]:
    """Return the part of the line that was asked for."""
    if verdict.between is not None:
        return verdict.between
    if verdict.at_least is not None:
        return verdict.at_least, math.inf
    assert verdict.at_most is not None
    return -verdict.at_most, verdict.at_most  # of a difference its size is bounded
