"""Scores a million people with Static-99R, beside a hand-written Polars query for total and level alone.

The query is what an engineer would write who trusts every cell: it checks nothing, knows no eligibility, no ranges and
no statuses. The ratio says what those cost.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import polars as pl

import rvn

PEOPLE = 1_000_000


def people(rng: np.random.Generator) -> pl.DataFrame:
    """Return eligible, consistent people with an answer to every item."""
    fields = rvn.load("static-99r@2016").plan.fields
    columns: dict[str, np.ndarray] = {}
    for name, field in fields.items():
        if field.kind == "choice":
            columns[name] = rng.choice(np.array(field.options, dtype=object), PEOPLE)
        elif field.kind == "count":
            columns[name] = rng.integers(0, 6, PEOPLE)
        else:
            columns[name] = rng.uniform(18, 80, PEOPLE)
    same = {"sex": "male", "index_offence": "current", "liberty": "up_to_10_years", "stranger_victim": "no"}
    return pl.DataFrame(columns | {name: np.full(PEOPLE, value, dtype=object) for name, value in same.items()})


def by_hand(frame: pl.DataFrame) -> pl.DataFrame:
    age, charges, convictions = pl.col("age_at_release"), pl.col("prior_charges"), pl.col("prior_convictions")
    prior = pl.max_horizontal(
        (charges > 0).cast(pl.Int64) + (charges > 2).cast(pl.Int64) + (charges > 5).cast(pl.Int64),
        (convictions > 0).cast(pl.Int64) + (convictions > 1).cast(pl.Int64) + (convictions > 3).cast(pl.Int64),
    )
    yes = [
        "index_violence",
        "prior_violence",
        "noncontact_offence",
        "unrelated_victim",
        "stranger_victim",
        "male_victim",
    ]
    total = (
        pl.when(age < 35).then(1).when(age < 40).then(0).when(age < 60).then(-1).otherwise(-3)
        + (pl.col("lived_with_partner") == "no").cast(pl.Int64)
        + sum((pl.col(name) == "yes").cast(pl.Int64) for name in yes)
        + prior
        + (pl.col("sentencing_dates") >= 4).cast(pl.Int64)
    )
    names = pl.Series(["I", "II", "III", "IVa", "IVb"])
    place = sum((total > cut).cast(pl.Int64) for cut in (-2, 0, 3, 5))
    level = place.replace_strict(list(range(5)), names, return_dtype=pl.Enum(names))
    return frame.with_columns(total=total, level=level)


def seconds(work: Callable[[], object], runs: int = 5) -> float:
    """Return the median of several runs."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return sorted(times)[runs // 2]


def main() -> None:
    frame = people(np.random.default_rng(1))
    pandas = frame.to_pandas()
    instrument = rvn.load("static-99r@2016").accepting("higher_count", "total")
    ours, theirs = instrument.score_frame(frame).frame, by_hand(frame)
    assert ours["total"].to_list() == theirs["total"].to_list()
    assert ours["level"].cast(pl.String).to_list() == theirs["level"].cast(pl.String).to_list()
    peer = seconds(lambda: by_hand(frame))
    for kind, data in (("polars", frame), ("pandas", pandas)):
        taken = seconds(lambda data=data: instrument.score_frame(data))  # type: ignore[misc]
        print(f"{PEOPLE:,} people, {kind:<6}  {taken:6.2f} s   {taken / peer:5.1f} x the query by hand ({peer:.2f} s)")


if __name__ == "__main__":
    main()
