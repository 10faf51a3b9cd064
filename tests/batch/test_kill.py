"""A run that is killed at any moment goes on to the identical file."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from rvn.batch import problems_beside
from rvn.batch.journal import work_folder
from rvn.batch.said import said_beside

SCRIPT = Path(__file__).with_name("killed.py")


def people(rows: int) -> pa.Table:
    """Return people some of whom have an answer that cannot be used, no id, or one that stands twice."""
    rng = np.random.default_rng(5)
    ids = [f"p-{number}" if number else None for number in rng.integers(0, 5 * rows, rows)]
    sexes = rng.choice(["male", "female", "unknown", "Male"], rows, p=[0.6, 0.3, 0.09, 0.01])
    return pa.table({"id": ids, "age": rng.integers(17, 90, rows), "sex": sexes, "priors": rng.integers(-1, 30, rows)})


class Worker:
    """Scores or rescores files over and over, in one process for all tests; see `killed.py`."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, SCRIPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        )

    def run(self, what: str, source: Path, scored: Path, kill_after: float) -> bool:
        """Let it score, and kill it after some seconds; return whether it came to its end before."""
        process = self.process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps([what, str(source), str(scored), kill_after]) + "\n")
        process.stdin.flush()
        status = int(process.stdout.readline())
        assert status in (0, signal.SIGKILL)
        return status == 0


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    started = Worker()
    yield started
    started.process.communicate("")


@dataclass
class Scoring:
    """The scoring or rescoring of one file."""

    worker: Worker
    folder: Path
    kind: str
    what: str

    def __post_init__(self) -> None:
        self.source, self.scored = self.folder / f"people.{self.kind}", self.folder / f"scored.{self.kind}"

    def run(self, kill_after: float = 600) -> bool:
        """Let it score, and kill it after some seconds; return whether it came to its end before."""
        return self.worker.run(self.what, self.source, self.scored, kill_after)

    @property
    def beside(self) -> list[Path]:
        """Name what stands beside the output."""
        is_csv = self.scored.suffix == ".csv"
        return [problems_beside(self.scored), *([said_beside(self.scored)] if is_csv else [])]

    def made(self) -> list[bytes]:
        """Return what has been made."""
        return [path.read_bytes() for path in (self.scored, *self.beside)]

    def clear(self) -> None:
        """Take it away; nothing else is left behind."""
        for path in (self.scored, *self.beside):
            path.unlink()
        assert [self.source] == list(self.folder.iterdir())


def check(scorer: Scoring, *, rows: int, kills: int) -> None:
    if scorer.kind == "parquet":
        pq.write_table(people(rows), scorer.source, row_group_size=37)
    else:
        pa.csv.write_csv(people(rows), scorer.source)
    rng = random.Random(scorer.kind)
    start = time.monotonic()
    assert scorer.run()
    seconds = time.monotonic() - start
    whole = scorer.made()
    scorer.clear()
    done = 0
    while done < kills:
        came_to_its_end = scorer.run(kill_after=rng.uniform(0, seconds))
        done += not came_to_its_end
        if scorer.scored.exists():  # whole, whether or not it was killed when it tidied up
            assert whole == scorer.made()
            shutil.rmtree(work_folder(scorer.scored), ignore_errors=True)
            scorer.clear()
    assert scorer.run()
    assert whole == scorer.made()
    scorer.clear()


@pytest.mark.parametrize(("kind", "what"), [("parquet", "score"), ("csv", "score"), ("parquet", "rescore")])
def test_a_run_that_is_killed_goes_on_to_the_identical_file(
    tmp_path: Path, worker: Worker, kind: str, what: str
) -> None:
    check(Scoring(worker, tmp_path, kind, what), rows=300, kills=2)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["parquet", "csv"])
@pytest.mark.parametrize("what", ["score", "rescore"])
def test_a_run_that_is_killed_50_times_goes_on_to_the_identical_file(
    tmp_path: Path, worker: Worker, kind: str, what: str
) -> None:
    check(Scoring(worker, tmp_path, kind, what), rows=1500, kills=50)
