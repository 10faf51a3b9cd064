"""A small study to change: a plan as text, and people as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

PLAN = """\
rvn: 1
study: small
title: {en: A small study}
data: {file: people.csv}
columns: {person: id}
scores:
  points: {column: points, levels: {low: 0, medium: 3, high: 6}}
outcomes:
  again:
    event: {en: a new offence}
    source: {en: a register}
    window: 2 years
    yes_no: {column: again, event: [1], none: [0]}
"""

Rows = Mapping[str, Sequence[object]]


def people(n: int = 200) -> dict[str, list[object]]:
    """Return people whose risk rises with their points, the same at every call."""
    points = [number * 7 % 10 for number in range(n)]
    return {
        "id": [f"P-{number:04d}" for number in range(n)],
        "points": list(points),
        "again": [int(number * 13 % 12 < score + 1) for number, score in enumerate(points)],
        "sex": ["f" if number % 3 == 0 else "m" for number in range(n)],
    }


def csv(rows: Rows, separator: str = ",") -> str:
    lines = [separator.join(rows)]
    for cells in zip(*rows.values(), strict=True):
        lines.append(separator.join(str(cell) for cell in cells))
    return "\n".join(lines) + "\n"
