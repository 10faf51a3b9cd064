"""Eight threads at once say what one says alone."""

from __future__ import annotations

import importlib
import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pandas as pd
import pytest

import rvn
from rvn import catalog, records
from rvn.export.vectors import vectors
from rvn.scoring.examples import scored

THREADS = 8


@pytest.mark.parametrize("reference", ["audit@2001", "static-stable@2017", "fictitious-security@1.0"])
def test_eight_threads_say_what_one_says(reference: str) -> None:
    asked = (vector for vector in vectors(rvn.load(reference)).vectors if not vector.refused)
    people = [(vector.answers, vector.on) for vector in itertools.islice(asked, 2 * THREADS)] * 2

    def said(person: tuple[dict[str, Any], str | None]) -> tuple[bytes, str]:
        instrument = rvn.load(reference)  # from the cache of the catalogue, as in a service
        result = scored(instrument, *person)
        return records.write(result, key=b"k" * 32), str(result.explain("lv"))

    alone = [said(person) for person in people]
    catalog._read.cache_clear()
    with ThreadPoolExecutor(THREADS) as pool:
        together = list(pool.map(said, people))
    assert alone == together


def test_eight_threads_score_the_same_frame_alike() -> None:
    instrument = rvn.load("broward-rules@2018")
    people = pd.DataFrame({"age": [19, 40, None] * 50, "sex": ["male", "female", None] * 50, "priors": [0, 5, -1] * 50})
    alone = instrument.score_frame(people)
    with ThreadPoolExecutor(THREADS) as pool:
        for scored_frame in pool.map(lambda _: rvn.load("broward-rules@2018").score_frame(people), range(THREADS)):
            pd.testing.assert_frame_equal(alone.frame, scored_frame.frame)
            pd.testing.assert_frame_equal(alone.problems, scored_frame.problems)


def test_a_plan_with_many_nodes_is_computed_a_few_rows_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    people = pd.DataFrame({"age": [19, 40, None] * 50, "sex": ["male", "female", None] * 50, "priors": [0, 5, -1] * 50})
    together = rvn.load("broward-rules@2018").score_frame(people)
    catalog._read.cache_clear()
    monkeypatch.setattr(importlib.import_module("rvn.plan.columns.evaluate"), "TOGETHER", 100)
    instrument = rvn.load("broward-rules@2018")
    in_blocks = instrument.score_frame(people)
    assert 1 < instrument.plan.kept["block"] < 20
    pd.testing.assert_frame_equal(together.frame, in_blocks.frame)
    pd.testing.assert_frame_equal(together.problems, in_blocks.problems)
