"""Scores a Parquet file of 54 items into another, beside the Polars query that a good engineer would write for it.

Six sub-scales of nine items, the prorated total of all 54, and its level; of each the value, its status, the range that
absent answers leave open, and of scales how many are absent. The query gives the same columns, which is checked first.
Each way runs in a process of its own, in turn, so that its largest memory is its own. `--rows` takes fewer or more.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl
from fifty_four import ALLOW, CUTS, ITEMS, NAMES, PARTS, STATUSES, definition, people

import rvn

GOAL_MEMORY = 1.0  # GB


def by_rvn(folder: Path) -> None:
    rvn.load(folder / "bench.yaml").score_file(folder / "people.parquet", folder / "rvn.parquet", replace=True)


def by_hand(folder: Path) -> None:
    query(pl.scan_parquet(folder / "people.parquet")).sink_parquet(
        folder / "polars.parquet", compression="zstd", compression_level=1
    )


def query(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Return the query by hand: raw * n / (n - absent) in that order, a status of every value, and the ranges."""
    statuses, levels = pl.Series(STATUSES), pl.Series(list(CUTS))
    made: list[pl.Expr] = []
    for name, items, allow in [*((name, items, 1) for name, items in PARTS.items()), ("total", NAMES, ALLOW)]:
        raw = pl.sum_horizontal(items).cast(pl.Float64)
        absent = pl.sum_horizontal(pl.col(items).is_null()).cast(pl.Int64)
        status = pl.when(absent == 0).then(0).when(absent <= allow).then(1).otherwise(4)
        made += [
            pl.when(absent <= allow).then(raw * len(items) / (len(items) - absent)).alias(name),
            status.replace_strict(range(5), statuses, return_dtype=pl.String).alias(f"{name}_status"),
            raw.alias(f"{name}_low"),
            (raw + 2 * absent).alias(f"{name}_high"),
            absent.alias(f"{name}_absent"),
        ]
    frame = frame.with_columns(made)

    def place(value: str) -> pl.Expr:
        return pl.sum_horizontal([(pl.col(value) >= cut).cast(pl.UInt8) for cut in list(CUTS.values())[1:]])

    low, high = place("total_low"), place("total_high")
    level = pl.when(low == high).then(low).when(pl.col("total").is_not_null()).then(place("total"))
    standing = pl.when(pl.col("total_absent") == 0).then(0).when(low == high).then(2)
    standing = standing.when(pl.col("total").is_not_null()).then(1).otherwise(3)
    named = {"level": level, "level_low": low, "level_high": high}
    return frame.with_columns(
        *(value.replace_strict(range(3), levels, return_dtype=pl.String).alias(name) for name, value in named.items()),
        standing.replace_strict(range(5), statuses, return_dtype=pl.String).alias("level_status"),
    )


WAYS = {"rvn": by_rvn, "polars": by_hand}


def check(folder: Path) -> None:
    """Make sure that both give the same columns with the same values."""
    for way in WAYS.values():
        way(folder)
    ours, theirs = pl.read_parquet(folder / "rvn.parquet"), pl.read_parquet(folder / "polars.parquet")
    assert sorted(ours.columns) == sorted(theirs.columns)
    ours = ours.with_columns(pl.selectors.by_dtype(pl.Categorical, pl.Enum).cast(pl.String))
    assert ours.equals(theirs.select(ours.columns)), "the query by hand gives other values"


def measured(way: str, folder: Path) -> tuple[float, float]:
    """Return the seconds and the largest memory, in GB, of one way in a process of its own."""
    command = [sys.executable, __file__, "--folder", str(folder), "--way", way]
    seconds, memory = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), float(memory)


def run_one(way: str, folder: Path) -> None:
    start = time.perf_counter()
    WAYS[way](folder)
    seconds = time.perf_counter() - start
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--way", choices=WAYS)
    asked = parser.parse_args()
    if asked.way:
        run_one(asked.way, asked.folder)
        return
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder = Path(name)
        definition(folder)
        people(folder / "people.parquet", min(asked.rows, 200_000))
        check(folder)
        people(folder / "people.parquet", asked.rows)
        found: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
        for _ in range(asked.rounds):
            for way in WAYS:
                found[way].append(measured(way, folder))
    seconds = {way: statistics.median(run[0] for run in runs) for way, runs in found.items()}
    memory = {way: max(run[1] for run in runs) for way, runs in found.items()}
    for way in WAYS:
        rate = asked.rows / seconds[way]
        print(f"{asked.rows:,} x {ITEMS}, {way:<6} {seconds[way]:7.1f} s  {rate:9,.0f} rows/s  {memory[way]:5.2f} GB")
    ratio = seconds["rvn"] / seconds["polars"]
    print(f"ratio {ratio:.2f}, goal 1.00: {'met' if ratio <= 1 else f'not met, {ratio:.2f} times as long'}")
    is_small = memory["rvn"] < GOAL_MEMORY
    print(f"memory {memory['rvn']:.2f} GB, goal under {GOAL_MEMORY:.0f} GB: {'met' if is_small else 'not met'}")


if __name__ == "__main__":
    main()
