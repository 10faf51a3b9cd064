"""A small study to change: a plan as text, data as rows, and both in a folder of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from rvn.study.load import load
from rvn.study.results import Results
from rvn.study.run import run

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


@pytest.fixture
def study(tmp_path: Path) -> Callable[..., Results]:
    """Return a function that runs a plan on rows."""

    def made(plan: str = PLAN, rows: Rows | None = None, **files: str) -> Results:
        (tmp_path / "study.yaml").write_text(plan, encoding="utf-8")
        (tmp_path / "people.csv").write_text(csv(people() if rows is None else rows), encoding="utf-8")
        for name, content in files.items():
            (tmp_path / name.replace("__", ".")).write_text(content, encoding="utf-8")
        return run(load(tmp_path / "study.yaml"))

    return made
