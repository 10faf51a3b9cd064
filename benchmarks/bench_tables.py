"""Scores a table of 54 items in DuckDB, Parquet to Parquet, beside the SQL that a good engineer would write for it.

Six sub-scales, the prorated total and its level, each with its status, range and count of absent answers, and whether a
row has cells that cannot be used. The SQL by hand gives the same columns, which is checked first. Each way runs in a
process of its own, in turn, on a fresh connection; the time to make the SQL counts. `--rows` takes fewer or more.
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

import duckdb
import ibis
import polars as pl
from fifty_four import ALLOW, CUTS, ITEMS, NAMES, PARTS, definition, people

import rvn

MEMORY = "4GB"  # that DuckDB may take
GOAL = 1.3


def by_rvn(folder: Path) -> None:
    ibis.options.sql.fuse_selects = False
    connection = ibis.duckdb.connect(memory_limit=MEMORY)
    table = connection.read_parquet(folder / "people.parquet")
    write(connection.con, ibis.to_sql(rvn.load(folder / "bench.yaml").score_table(table)), folder / "rvn.parquet")


def by_hand(folder: Path) -> None:
    connection = duckdb.connect(config={"memory_limit": MEMORY})
    write(connection, query(folder / "people.parquet"), folder / "hand.parquet")


def write(connection: duckdb.DuckDBPyConnection, query: str, to: Path) -> None:
    connection.execute(f"copy ({query}) to '{to}' (format parquet, compression zstd)")


def query(file: Path) -> str:
    """Return the SQL by hand: raw * n / (n - absent) in that order, a status of every value, and the ranges.

    Whole numbers outside the options are no answers, as they are for rvn; such a row is invalid.
    """
    scales = [*((name, items, 1) for name, items in PARTS.items()), ("total", NAMES, ALLOW)]
    read = ", ".join(f"case when {name} between 0 and 2 then {name}::tinyint end as {name}_answer" for name in NAMES)
    unusable = f"coalesce({' or '.join(f'{name} not between 0 and 2' for name in NAMES)}, false)"
    sums = ", ".join(
        f"{' + '.join(f'coalesce({item}_answer, 0)' for item in items)} as {name}_raw, "
        f"{' + '.join(f'({item}_answer is null)::tinyint' for item in items)} as {name}_lacking"
        for name, items, _ in scales[:-1]
    )
    totals = ", ".join(f"{' + '.join(f'{name}_{end}' for name in PARTS)} as total_{end}" for end in ("raw", "lacking"))
    made = []
    for name, items, allow in scales:
        raw, lacking, n = f"{name}_raw", f"{name}_lacking", len(items)
        value = f"{raw}::double * {n} / nullif({n} - {lacking}, 0)"
        made += [
            f"case when {lacking} <= {allow} and not unusable then {value} end as {name}",
            f"case when unusable then 'invalid' when {lacking} = 0 then 'complete' when {lacking} <= {allow} "
            f"then 'prorated' else 'too_few_answers' end as {name}_status",
            f"case when not unusable then {raw}::double end as {name}_low",
            f"case when not unusable then ({raw} + 2 * {lacking})::double end as {name}_high",
            f"case when not unusable then {lacking}::bigint end as {name}_absent",
        ]

    def place(value: str) -> str:
        bounds = list(CUTS.items())
        branches = " ".join(f"when {value} >= {cut} then '{level}'" for level, cut in reversed(bounds))
        return f"case {branches} end"

    level = (
        "*, case when total_low is null then null when level_low = level_high then level_low when total is not null "
        f"then {place('total')} end as level, case when unusable then 'invalid' when total_absent = 0 then 'complete' "
        "when level_low = level_high then 'decided' when total is not null then 'prorated' else 'undecided' end "
        "as level_status"
    )
    names = ", ".join(NAMES)
    outputs = [f"{name}{end}" for name, _, _ in scales for end in ("", "_status", "_low", "_high", "_absent")]
    wanted = ", ".join([*outputs, "level", "level_status", "level_low", "level_high", "unusable"])
    return f"""
        with answers as (select {names}, {read} from read_parquet('{file}')),
        sums as (select {names}, ({unusable}) as unusable, {sums} from answers),
        totals as (select *, {totals} from sums),
        scales as (select {names}, unusable, {", ".join(made)} from totals),
        ends as (select *, {place("total_low")} as level_low, {place("total_high")} as level_high from scales),
        levels as (select {level} from ends)
        select {names}, {wanted} from levels"""


WAYS = {"rvn": by_rvn, "hand": by_hand}


def check(folder: Path) -> None:
    """Make sure that both give the same columns with the same values."""
    for way in WAYS.values():
        way(folder)
    ours, theirs = pl.read_parquet(folder / "rvn.parquet"), pl.read_parquet(folder / "hand.parquet")
    assert sorted(ours.columns) == sorted(theirs.columns)
    for name in ours.columns:
        assert ours[name].equals(theirs[name].cast(ours[name].dtype)), f"the SQL by hand gives another '{name}'"


def run_one(way: str, folder: Path) -> None:
    start, before = time.perf_counter(), time.process_time()
    WAYS[way](folder)
    seconds, processor = time.perf_counter() - start, time.process_time() - before
    print(seconds, processor, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)


def measured(way: str, folder: Path) -> list[float]:
    """Return the seconds, those of the processor, and the largest memory, in GB, of one way in its own process."""
    command = [sys.executable, __file__, "--folder", str(folder), "--way", way]
    return [float(part) for part in subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()]


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
        people(folder / "people.parquet", min(asked.rows, 100_000))
        check(folder)
        people(folder / "people.parquet", asked.rows)
        found: dict[str, list[list[float]]] = {way: [] for way in WAYS}
        for _ in range(asked.rounds):
            for way in WAYS:
                found[way].append(measured(way, folder))
    middle = {way: [statistics.median(run[part] for run in runs) for part in range(3)] for way, runs in found.items()}
    for way, (seconds, processor, memory) in middle.items():
        print(
            f"{asked.rows:,} x {ITEMS}, {way:<4} {seconds:6.1f} s, of the processor {processor:6.1f} s, {memory:.2f} GB"
        )
    for what, part in (("seconds", 0), ("processor", 1)):
        ratio = middle["rvn"][part] / middle["hand"][part]
        print(f"{what}: ratio {ratio:.2f}, goal {GOAL}: {'met' if ratio <= GOAL else 'not met'}")


if __name__ == "__main__":
    main()
