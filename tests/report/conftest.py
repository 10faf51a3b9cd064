"""Results that have everything a report can show, and a browser that tells what a page did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from browser import Browser, browser_here
from fictitious import write_study
from page import Page

from rvn.report import write
from rvn.study.load import load
from rvn.study.results import Results
from rvn.study.run import run


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return run(load(write_study(tmp_path_factory.mktemp("fictitious"))))


@pytest.fixture(scope="session")
def reports(results: Results, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder of the report in each language; of the analyses those that have every kind of figure and table."""
    shown = {"en": (("points", "again"), ("points", "returned")), "lv": (("points", "again"),)}
    folders = {}
    for language, wanted in shown.items():
        analyses = tuple(each for each in results.analyses if (each.score, each.outcome) in wanted)
        folders[language] = tmp_path_factory.mktemp(f"report-{language}")
        write(replace(results, analyses=analyses), folders[language], language=language)  # type: ignore[arg-type]
    return folders


@pytest.fixture(scope="session")
def pages(reports: dict[str, Path]) -> dict[str, Page]:
    """The pages of `reports`, read."""
    return {language: Page(folder / "report.html") for language, folder in reports.items()}


@pytest.fixture
def browser(tmp_path: Path) -> Callable[..., Browser]:
    """Return a function that opens a page in headless Chromium; skips where there is none."""
    command = browser_here()
    if command is None:
        pytest.skip("no Chromium here, and it cannot be installed: apt-get install chromium")
    return lambda page, width=1280: Browser(command, page, tmp_path, width)
