"""Definitions from their text: `score` and `score_frame` say the same of every person, in pandas and in Polars."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from agreement.definitions import ON, Written, answers_to, definitions
from agreement.generators import is_inexact
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rvn
from rvn.scoring.instrument import Instrument


def pandas_frame(people: list[dict[str, Any]], names: list[str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series([person.get(name) for person in people], dtype=object) for name in names})


def polars_frame(people: list[dict[str, Any]], names: list[str]) -> pl.DataFrame:
    return pl.DataFrame({name: [person.get(name) for person in people] for name in names})


FRAMES = {"pandas": pandas_frame, "polars": polars_frame}


def disagreements(
    instrument: Instrument, people: list[dict[str, Any]], frame_of: Callable[[list[dict[str, Any]], list[str]], Any]
) -> list[str]:
    """Return in words where a frame says something else than each person alone."""
    names = [name for name in instrument.plan.fields if name != "assessed_on"]
    scored = instrument.score_frame(frame_of(people, names), on=ON)
    rows = scored.frame.to_dicts() if isinstance(scored.frame, pl.DataFrame) else scored.frame.to_dict("records")
    ignored = {(row, item) for row, item, code in zip(*(scored.problems[c].to_list() for c in ("row", "item", "code")), strict=True) if code == "RVN610"}  # noqa: E501
    said = []
    for place, (person, row) in enumerate(zip(people, rows, strict=True)):
        result = instrument.score(person, on=ON)
        for name in instrument.plan.results:
            output, inexact = result[name], is_inexact(instrument.plan.results[name])
            if str(output.status) != row[f"{name}_status"]:
                said.append(f"person {place}: {name} is {output.status}, in the frame {row[f'{name}_status']}")
            for part, column in (("value", name), ("low", f"{name}_low"), ("high", f"{name}_high")):
                if column in row and not same(getattr(output, part), row[column], inexact):
                    said.append(f"person {place}: {column} is {getattr(output, part)!r}, in the frame {row[column]!r}")
        warned = {warning.message.split("'")[1] for warning in result.warnings}
        if warned != {item for where, item in ignored if where == place} and "invalid" not in map(str, row.values()):
            said.append(f"person {place}: ignored are {warned}, in the frame {ignored}")
    return said


def same(expected: object, found: Any, inexact: bool) -> bool:
    if found is None or found is pd.NA or found != found:
        return expected is None
    if inexact and isinstance(expected, float):
        return bool(abs(expected - found) <= 4e-16 * abs(expected))
    return bool(expected == found)


@pytest.mark.parametrize("frame", FRAMES)
def test_a_frame_says_of_every_row_what_is_said_of_the_person_alone(frame: str) -> None:
    n_cases = 0

    @settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(written=definitions(), seed=st.integers(0, 2**32 - 1))
    def readers_agree(written: Written, seed: int) -> None:
        nonlocal n_cases
        with tempfile.TemporaryDirectory() as folder:
            instrument = rvn.load(written.save(Path(folder)))
            # A Polars column holds either numbers or words, so that a number can only be absent without a reason.
            people = answers_to(instrument.plan, seed, 20, reasons_everywhere=frame == "pandas")
            said = disagreements(instrument, people, FRAMES[frame])
            stated = instrument.accepting(*instrument.recalled) if instrument.recalled else None
            if stated is not None:
                said += disagreements(stated, people, FRAMES[frame])
        assert not said, "\n".join(said[:5])
        n_cases += len(people)

    readers_agree()
    assert n_cases >= 800
