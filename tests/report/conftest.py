"""Results that have everything a report can show, and a browser that tells what a page did."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from browser import Browser, browser_here
from fictitious import write_study

from rvn.report import write
from rvn.study.load import load
from rvn.study.results import Results
from rvn.study.run import run


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return run(load(write_study(tmp_path_factory.mktemp("fictitious"))))


@pytest.fixture(scope="session")
def reports(results: Results, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder of the report in each language."""
    folders = {language: tmp_path_factory.mktemp(f"report-{language}") for language in ("en", "lv")}
    write(results, folders["en"], language="en")
    write(results, folders["lv"], language="lv")
    return folders


@pytest.fixture
def browser(tmp_path: Path) -> Callable[[Path], Browser]:
    """Return a function that opens a page in headless Chromium; skips where there is none."""
    command = browser_here()
    if command is None:
        pytest.skip("no Chromium here, and it cannot be installed: apt-get install chromium")
    return lambda page: Browser(command, page, tmp_path)
