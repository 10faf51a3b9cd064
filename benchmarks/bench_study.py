"""How long a study takes: 10,000 people in CSV, and 1,000,000 in Parquet; three outcomes and three groupings.

`python benchmarks/bench_study.py [people ...] [--parts]`. Each size runs in a process of its own, so that its peak of
memory is its own, and writes everything: tables, results, and the report with its figures. The targets are 20 s for
10,000, 60 s and 2 GB for 1,000,000, and a report under 3 MB.
"""

from __future__ import annotations

import itertools
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

PLAN = """\
rvn: 1
study: benchmark
title: {{en: How long a study takes}}
data: {{file: {file}}}
columns: {{person: id, site: site}}
scores:
  rules: {{instrument: broward-rules@2018}}
  recorded:
    column: score
    levels: {{low: 0, medium: 4, high: 8}}
    risk: {{again: {{column: risk}}, dated: {{column: risk}}}}
outcomes:
  again:
    event: {{en: a new offence}}
    source: {{en: made up}}
    window: 2 years
    yes_no: {{column: again, event: [1], none: [0]}}
  violent:
    event: {{en: a new violent offence}}
    source: {{en: made up}}
    window: 2 years
    yes_no: {{column: violent, event: [1], none: [0]}}
  dated:
    event: {{en: a new offence}}
    source: {{en: made up}}
    window: 2 years
    dates: {{event: again_on, start: released_on, until: 2025-06-30, competing: {{death: died_on}}}}
groups:
  sex: {{column: sex}}
  age: {{column: age, bands: {{under 25: 0, 25 to 45: 25, over 45: 46}}}}
criteria:
  auc: {{at least: 0.65, judged by: lower limit}}
  e_over_o: {{between: [0.8, 1.25], judged by: interval}}
  difference in auc between groups: {{at most: 0.1, judged by: interval}}
suppress_below: 5
"""


def people(n: int) -> pd.DataFrame:
    """Return made-up people whose risk rises with their score."""
    rng = np.random.default_rng(n)
    score = rng.integers(0, 13, n)
    risk = 1 / (1 + np.exp(-(-2.2 + 0.28 * score)))
    start = pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 1300, n), "D")
    until = rng.exponential(-730 / np.log1p(-risk)).astype(int)
    death = rng.exponential(30_000, n).astype(int)
    cut = pd.Timestamp("2025-06-30")
    event, died = start + pd.to_timedelta(until, "D"), start + pd.to_timedelta(death, "D")
    return pd.DataFrame(
        {
            "id": [f"P{number:08d}" for number in range(n)],
            "site": rng.choice(["north", "south", "east", "west"], n),
            "sex": rng.choice(["female", "male"], n, p=[0.2, 0.8]),
            "age": rng.integers(18, 75, n),
            "priors": rng.poisson(2, n),
            "score": score,
            "risk": risk.round(3),
            "again": (rng.random(n) < risk).astype(int),
            "violent": (rng.random(n) < risk / 4).astype(int),
            "released_on": start.date,
            "again_on": pd.Series(event).where(event <= cut).dt.date,
            "died_on": pd.Series(died).where(died <= cut).dt.date,
        }
    )


def main(n: int, folder: Path) -> None:
    began = time.perf_counter(), time.process_time()
    from rvn.report import write as write_report
    from rvn.study.load import load
    from rvn.study.run import run
    from rvn.study.write import write

    parts: list[tuple[str, float, float]] = []

    def note(what: str) -> None:
        parts.append((what, time.perf_counter() - began[0], time.process_time() - began[1]))

    results = run(load(folder / "study.yaml"), progress=lambda what, _done, _total: note(what))
    note("write tables")
    write(results, folder / "results")
    note("write report")
    page, *_ = write_report(results, folder / "results")
    note("end")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    (_, wall, processor), size = parts[-1], page.stat().st_size / 1e6
    print(f"{n:>10,} people: {wall:6.1f} s, {processor:.1f} s of processor, peak {peak:.2f} GB, report {size:.2f} MB")
    if "--parts" in sys.argv:
        for (what, wall, processor), (_, wall_after, processor_after) in itertools.pairwise(parts):
            print(f"{wall_after - wall:10.1f} s {processor_after - processor:6.1f} s  {what}")


if __name__ == "__main__":
    if "--in" in sys.argv:
        main(int(sys.argv[1]), Path(sys.argv[sys.argv.index("--in") + 1]))
    else:
        for size in [int(word) for word in sys.argv[1:] if word.isdigit()] or [10_000, 1_000_000]:
            with tempfile.TemporaryDirectory() as made:
                kind = "people.csv" if size <= 100_000 else "people.parquet"
                frame = people(size)
                if kind.endswith("csv"):
                    frame.to_csv(Path(made) / kind, index=False)
                else:
                    frame.to_parquet(Path(made) / kind, index=False)
                del frame
                (Path(made) / "study.yaml").write_text(PLAN.format(file=kind))
                again = [sys.executable, __file__, str(size), "--in", made]
                subprocess.run(again + [word for word in sys.argv if word == "--parts"], check=True)
