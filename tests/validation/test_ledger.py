"""Every value that R computed for us is read by a test.

The tests read R's values through `reference.r_values`, which notes what is read; this file runs last
(see conftest.py) and counts only when all files that read a family were run with it.
"""

import functools
from pathlib import Path

import pytest

from reference import HERE, READ, r_values

FAMILIES = sorted(path.stem for path in (HERE / "r").glob("*.json"))


@functools.cache
def readers(family: str) -> set[Path]:
    """Return the test files that read values of a family."""
    files = (path for path in HERE.rglob("test_*.py") if path != Path(__file__))
    return {path for path in files if f'r_values("{family}")' in path.read_text()}


def holds_numbers(value: object) -> bool:
    """Whether there is a number in a value; names of rows and of methods are nothing to reproduce."""
    if isinstance(value, list):
        return any(map(holds_numbers, value))
    return isinstance(value, (int, float)) or value in ("Inf", "-Inf", "NaN")


@pytest.fixture
def everything_ran(request: pytest.FixtureRequest) -> None:
    options = request.config.option
    chosen = options.keyword or any("::" in argument for argument in request.config.args)
    ran = {item.path for item in request.session.items}
    if chosen or not set().union(*map(readers, FAMILIES)) <= ran:
        pytest.skip("only some of the tests that read R's values were run")


@pytest.mark.ledger
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.usefixtures("everything_ran")
def test_no_value_of_r_is_unread(family):
    paths = r_values(family).paths()
    assert [] == [path for path, value in paths if path not in READ and holds_numbers(value)]
