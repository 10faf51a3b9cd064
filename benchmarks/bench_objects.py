"""Scores a million people from a pandas frame of text kept as Python objects, beside pandas finding the distinct ones.

Static-99R from its ten choices as texts, one object a cell, as drivers of databases hand them over; the same texts
shared between cells; counts and dates stay numbers.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

import rvn

PEOPLE = 1_000_000
TURNS = 5
GOAL = 0.5


def main() -> None:
    instrument = rvn.load("static-99r@2016").accepting("higher_count", "total")
    rng = np.random.default_rng(20261128)
    columns: dict[str, pd.Series] = {}  # type: ignore[type-arg]
    for name, field in instrument.plan.fields.items():
        if field.kind == "choice":
            columns[name] = pd.Series(rng.choice(np.array(field.options, dtype=object), PEOPLE), dtype=object)
        else:
            columns[name] = pd.Series(rng.integers(18, 60, PEOPLE))
    shared = pd.DataFrame(columns)
    texts = [name for name in columns if columns[name].dtype == object]
    apart = shared.copy()
    for name in texts:  # every cell an object of its own
        apart[name] = pd.Series([f"{text} "[:-1] for text in shared[name]], dtype=object)
    for label, frame in (("texts shared between cells", shared), ("every text its own", apart)):
        work: list[Callable[[], object]] = [
            lambda frame=frame: instrument.score_frame(frame),
            lambda frame=frame: [pd.factorize(frame[name]) for name in texts],
        ]
        ours, theirs = (statistics.median(times) for times in zip(*(_turn(work) for _ in range(TURNS)), strict=True))
        verdict = "met" if ours < GOAL else f"missed by {ours / GOAL:.2f} x"
        print(
            f"{label:<28}{ours:6.2f} s   pandas' factorize of the {len(texts)} columns alone {theirs:5.2f} s: "
            f"{ours / theirs:.2f} x   goal {GOAL} s: {verdict}"
        )


def _turn(work: list[Callable[[], object]]) -> list[float]:
    """Return the processor time of each, one after the other."""
    times = []
    for each in work:
        begun = time.process_time()
        each()
        times.append(time.process_time() - begun)
    return times


if __name__ == "__main__":
    main()
