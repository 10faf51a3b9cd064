"""Every shipped instrument on generated people: a table of each engine says what a frame says."""

from __future__ import annotations

from collections.abc import Callable

import ibis
import numpy as np
import polars as pl
import pytest

import rvn
from agreement.engines import ENGINES
from agreement.generators import is_inexact
from agreement.people import ON, people_for
from rvn import messages
from rvn.catalog import references
from rvn.plan.plan import walk
from rvn.scoring.instrument import Instrument

FEW, MANY = 200, 100_000
REFERENCES = sorted(references())
pytestmark = pytest.mark.usefixtures("quickly")

QUICK = ("broward-rules@2018", "audit@2001")


def disagreements(
    instrument: Instrument, expected: pl.DataFrame, found: pl.DataFrame, of_terms: float = 0.0
) -> list[str]:
    """Return in words where a table says something else than a frame.

    Functions such as `log` may differ by two in the last place, of the terms of a sum where their size is given: a sum
    keeps the error of its largest term.
    """
    said = []
    for column in expected.columns:
        one, other = expected[column], found[column]
        if one.dtype == pl.Enum:
            one, other = one.cast(pl.String), other.cast(pl.String)
        differ = (
            one.ne_missing(other) if not one.dtype.is_float() else ~_close(instrument, column, one, other, of_terms)
        )
        for row in differ.arg_true().to_list()[:3]:
            said.append(f"{instrument.reference} {column} of person {row}: {one[row]!r}, in the table {other[row]!r}")
    return said


def _close(instrument: Instrument, column: str, one: pl.Series, other: pl.Series, of_terms: float) -> pl.Series:
    name = column.removesuffix("_low").removesuffix("_high")
    first, second = (series.cast(pl.Float64).fill_null(np.nan).to_numpy() for series in (one, other))
    near = (first == second) | (np.isnan(first) & np.isnan(second))
    if name in instrument.plan.results and any(map(is_inexact, walk(instrument.plan.results[name]))):
        near |= np.abs(first - second) <= 2 * np.spacing(np.maximum(np.abs(first), of_terms))
    return pl.Series(near)


def assert_agrees(
    reference: str,
    size: int,
    engine: Callable[[pl.DataFrame], ibis.Table],
    fetched: Callable[[ibis.Table], pl.DataFrame] = ibis.Table.to_polars,
    of_terms: float = 0.0,
) -> None:
    instrument = rvn.load(reference)
    instrument = instrument.accepting(*instrument.recalled)
    people = people_for(instrument, 7, size)
    expected = instrument.score_frame(people, on=ON)
    found = fetched(instrument.score_table(engine(people), on=ON)).sort("person")
    assert [] == disagreements(instrument, expected.frame, found, of_terms)
    cells = expected.problems.filter((pl.col("severity") == "error") & (pl.col("code") != messages.CONTRADICTION.code))
    assert set(cells["row"].to_list()) == set(found.filter("unusable")["person"].to_list())


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("reference", QUICK)
def test_engines_say_of_a_few_people_what_a_frame_says(reference: str, engine: str) -> None:
    assert_agrees(reference, FEW, ENGINES[engine])


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("reference", REFERENCES)
def test_engines_say_of_many_people_what_a_frame_says(reference: str, engine: str) -> None:
    assert_agrees(reference, MANY, ENGINES[engine])
