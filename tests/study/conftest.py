"""A small study to change, in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from small import PLAN, Rows, csv, people

from rvn.study.load import load
from rvn.study.results import Results
from rvn.study.run import run


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
