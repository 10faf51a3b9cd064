"""Scores 10, 30 and 100 million rows, Parquet to Parquet: time a row and largest memory must not grow with the file.

Ten items of one byte, a total and its level. Each size runs in a process of its own. `--millions` takes other sizes.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import rvn

NAMES = [f"q{number:02}" for number in range(1, 11)]
GROUP = 2**20  # rows of a row group
DEFINITION = """\
rvn: 1
id: bench
version: "1"
status: research
title: {en: Benchmark}
purpose: {en: Measures speed.}
not_for: {en: Decisions about people.}
licence: {terms: fictitious, ship: false}
sources: {made: {cite: Made up for a benchmark}}
items:
  - {id: q01, kind: choice, options: {"0": 0, "1": 1, "2": 2}}
OTHERS
scales:
  - {id: total, source: made, items: [ITEMS], missing: {allow: 1, method: prorate}}
bands:
  - {id: level, source: made, of: total, levels: {low: 0, moderate: 7, high: 12}}
outcome: level
"""


def prepare(folder: Path, rows: int) -> None:
    """Write the instrument and the people; the same group of rows is written again and again."""
    others = "\n".join(f"  - {{id: {name}, like: q01}}" for name in NAMES[1:])
    text = DEFINITION.replace("OTHERS", others).replace("ITEMS", ", ".join(NAMES))
    (folder / "bench.yaml").write_text(text)
    rng = np.random.default_rng(1)
    draws = [rng.integers(0, 100, GROUP, np.uint8) for _ in NAMES]
    group = pa.table({name: pa.array(draw % 3, mask=draw >= 97) for name, draw in zip(NAMES, draws, strict=True)})
    with pq.ParquetWriter(folder / "people.parquet", group.schema, compression="zstd") as writer:
        for start in range(0, rows, GROUP):
            writer.write_table(group.slice(0, min(GROUP, rows - start)))


def run_one(folder: Path) -> None:
    start = time.perf_counter()
    scored = rvn.load(folder / "bench.yaml").score_file(folder / "people.parquet", folder / "out.parquet", replace=True)
    seconds, memory = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(seconds, memory, scored.account.rows_in)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=int, nargs="+", default=[10, 30, 100])
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.folder:
        run_one(asked.folder)
        return
    first = None
    for millions in asked.millions:
        with tempfile.TemporaryDirectory() as name:
            folder, rows = Path(name), millions * 1_000_000
            prepare(folder, rows)
            command = [sys.executable, __file__, "--folder", str(folder)]
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
            assert int(said[2]) == rows
        seconds, memory = float(said[0]), float(said[1])
        each = seconds / millions
        first = first or (each, memory)
        print(
            f"{millions:>4} M rows  {seconds:7.1f} s  {each:6.3f} s a million ({each / first[0]:.2f} x)  "
            f"{memory:5.2f} GB ({memory / first[1]:.2f} x)"
        )


if __name__ == "__main__":
    main()
