"""Every value that R computed for us is read by a test, or stands in tests/r/left_out.csv with the reason.

The tests read R's values through `reference.r_values`, which notes what is read; this file runs last
(see conftest.py) and counts only when all files that read a family were run with it.
"""

import csv
import functools
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from reference import HERE, READ, r_values

# Families all of whose values are accounted for.
FAMILIES = (
    "agreement",
    "calibration",
    "fairness",
    "logistic",
    "meta",
    "proportions",
    "reliability",
    "roc",
    "scoring",
    "survival",
    "time_dependent",
    "utility",
    "validation_design",
)
with (HERE / "r" / "left_out.csv").open(newline="") as file:
    LEFT_OUT = [row["values"] for row in csv.DictReader(file) if row["reason"].strip()]


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
    unread = [path for path, value in r_values(family).paths() if path not in READ and holds_numbers(value)]
    assert [] == [path for path in unread if not any(fnmatchcase(path, pattern) for pattern in LEFT_OUT)]


@pytest.mark.ledger
@pytest.mark.parametrize("pattern", LEFT_OUT)
@pytest.mark.usefixtures("everything_ran")
def test_what_is_left_out_is_there_and_unread(pattern):
    paths = r_values(pattern.partition("/")[0]).paths()
    assert any(fnmatchcase(path, pattern) and path not in READ and holds_numbers(value) for path, value in paths)
