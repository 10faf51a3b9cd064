"""Rescoring a file of results beside scoring the same people, in turns, so that both meet the same machine.

`python benchmarks/bench_rescore.py [rows]`; the goal is at least half the speed of plain scoring.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import rvn
from rvn.versions import rescore_file

OLD, NEW = "static-99@1999", "static-99r@2016"
TURNS = 3


def people(rows: int, seed: int = 1) -> pa.Table:
    rng = np.random.default_rng(seed)

    def either() -> pa.Array:
        return pa.array(np.array(["no", "yes"])[rng.integers(0, 2, rows)])

    unrelated = rng.random(rows) < 0.5
    stranger = unrelated & (rng.random(rows) < 0.5)
    return pa.table(
        {
            "case": np.arange(rows),
            "sex": pa.array(np.full(rows, "male")),
            "index_offence": pa.array(np.full(rows, "current")),
            "liberty": pa.nulls(rows, pa.string()),
            "age_at_release": np.round(rng.uniform(18, 75, rows), 1),
            "lived_with_partner": either(),
            "index_violence": either(),
            "prior_violence": either(),
            "prior_charges": rng.integers(0, 8, rows),
            "prior_convictions": rng.integers(0, 5, rows),
            "sentencing_dates": rng.integers(0, 7, rows),
            "noncontact_offence": either(),
            "unrelated_victim": pa.array(np.where(unrelated, "yes", "no")),
            "stranger_victim": pa.array(np.where(stranger, "yes", "no")),
            "male_victim": either(),
        }
    )


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with pq.ParquetWriter(folder / "people.parquet", people(1).schema) as writer:
            for start in range(0, rows, 1_000_000):
                writer.write_table(people(min(1_000_000, rows - start), seed=start + 1), row_group_size=250_000)
        old, new = rvn.load(OLD), rvn.load(NEW)
        old.score_file(folder / "people.parquet", folder / "old.parquet")
        plain, again = [], []
        for _ in range(TURNS):
            with timed(plain):
                new.score_file(folder / "people.parquet", folder / "plain.parquet", replace=True)
            with timed(again):
                done = rescore_file(folder / "old.parquet", folder / "new.parquet", old, new, replace=True)
            assert rows == done.summary.rows == done.account.rows_out
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{rows:,} rows, {TURNS} turns, load {os.getloadavg()[0]:.1f}, most memory {peak:.2f} GB")
    for place, kind in enumerate(("on the clock", "of the processor")):
        one, two = (statistics.median(times[place] for times in turns) for turns in (plain, again))
        print(f"seconds {kind}: scored by {NEW} {one:.2f}, rescored from {OLD} {two:.2f}")
        print(f"  rescoring runs at {one / two:.2f} of the speed of plain scoring (goal: at least 0.50)")


@contextmanager
def timed(turns: list[tuple[float, float]]) -> Iterator[None]:
    clock, processor = time.perf_counter(), time.process_time()
    yield
    turns.append((time.perf_counter() - clock, time.process_time() - processor))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
