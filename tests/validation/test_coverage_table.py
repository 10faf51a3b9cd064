"""The stored table of `validation/coverage` holds what the documentation says of it."""

import csv
from pathlib import Path

import pytest

HERE = Path(__file__).parents[2] / "validation" / "coverage"
with (HERE / "coverage.csv").open(newline="") as file:
    ROWS = list(csv.DictReader(file))


def is_too_low(row):
    return float(row["coverage"]) < 0.95 - 2 * float(row["monte_carlo_error"])


@pytest.mark.parametrize(
    "interval",
    [
        "AUC, logit",
        "AUC, newcombe",
        "E/O, exact",
        "E/O, binomial",
        "calibration slope, profile",
        "Kaplan-Meier risk, log-log",
        "Kaplan-Meier risk, Wilson",
        "rare rate, exact",
        "rare Kaplan-Meier risk, log-log",
        "rare E/O, exact",
    ],
)
def test_these_intervals_never_hold_too_seldom(interval):
    rows = [row for row in ROWS if row["interval"] == interval]
    assert rows
    assert [] == [row["population"] for row in rows if is_too_low(row)]


def test_the_others_fall_short_where_the_page_says_so():
    short = {row["interval"] for row in ROWS if is_too_low(row)}
    assert {"AUC, wald", "rate, Wilson", "rare rate, wilson", "rare rate, jeffreys"} == short
    page = (HERE / "README.md").read_text()
    for words in ("AUC, `wald`", "rate, Wilson", "rare rate, Wilson", "rare rate, Jeffreys"):
        assert f"| {words}" in page
    assert f"{len(ROWS)} known populations" in page


@pytest.mark.parametrize("interval", ["rare rate, wilson", "rare rate, exact", "rare E/O, exact"])
def test_limits_of_samples_without_events_hold(interval):
    rows = [row for row in ROWS if row["interval"] == interval]
    assert {1.0} == {float(row["coverage_without_events"]) for row in rows}
    assert max(float(row["without_events"]) for row in rows) > 0.75
