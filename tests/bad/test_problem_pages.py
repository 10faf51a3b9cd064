"""The page on problems says what rvn says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_problem_pages", ROOT / "scripts" / "make_problem_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_code_is_explained_and_nothing_else(script: ModuleType) -> None:
    assert list(script.messages_by_code()) == sorted(script.PROSE)


def test_every_chosen_example_is_there(script: ModuleType) -> None:
    assert [] == [case for case in script.BEST.values() if not (script.EXAMPLES / f"{case}.txt").is_file()]
    assert set() == (set(script.BEST) | set(script.LINES)) - set(script.PROSE)


def test_the_page_is_current(script: ModuleType) -> None:
    # Where this fails: `python scripts/make_problem_pages.py`
    assert script.page() == script.PAGE.read_text()
