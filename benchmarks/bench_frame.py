"""Scores ten million people with Static-99R in memory, beside Polars expressions by hand that give the same columns.

The columns are the total, how many of its answers are absent, its status, the range that absent answers leave open, and
the level. By hand means: written by somebody who knows the instrument by heart, for this instrument alone. The answers
are one byte each. What both give is compared before anything is timed.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import polars as pl

import rvn

PEOPLE = 10_000_000
GOAL = 5  # times as long as copying the input
ABSENT = 0.01  # of the answers to items
ITEMS = [
    "lived_with_partner",
    "index_violence",
    "prior_violence",
    "prior_charges",
    "prior_convictions",
    "sentencing_dates",
    "noncontact_offence",
    "unrelated_victim",
    "stranger_victim",
    "male_victim",
    "age_at_release",
]
YES = ["index_violence", "prior_violence", "noncontact_offence", "unrelated_victim", "stranger_victim", "male_victim"]
WANTED = ["total", "level"]
LEVELS = ["I", "II", "III", "IVa", "IVb"]
STATUSES = ["complete", "prorated", "decided", "undecided", "too_few_answers", "not_applicable", "invalid"]


def people(size: int, rng: np.random.Generator) -> pl.DataFrame:
    """Return men, some of them too young or without a victim, with some answers absent; one byte an answer."""
    fields = rvn.load("static-99r@2016").plan.fields
    columns = []
    for name, field in fields.items():
        if field.kind == "choice":
            odds = {"sex": [0.999, 0.001], "index_offence": [0.97, 0.01, 0.005, 0.005, 0.005, 0.005]}.get(name)
            codes = rng.choice(len(field.options), size, p=odds).astype(np.uint8)
            values = pl.Series(name, codes).cat.to(pl.Enum(field.options))
        else:
            low, high = (17, 80) if name == "age_at_release" else (0, 6)
            values = pl.Series(name, rng.integers(low, high, size).astype(np.uint8))
        if name in ITEMS:
            values = pl.select(pl.when(pl.lit(pl.Series(rng.random(size) >= ABSENT))).then(values)).to_series()
        columns.append(values.alias(name))
    # A stranger is no relative; one row in a hundred contradicts that.
    may = (pl.col("stranger_victim") == "yes").fill_null(False) & pl.Series(rng.random(size) >= 0.02)
    related = (
        pl.when(may).then(pl.lit("yes", pl.Enum(fields["unrelated_victim"].options))).otherwise("unrelated_victim")
    )
    return pl.DataFrame(columns).with_columns(unrelated_victim=related)


def by_hand(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the columns that rvn gives, for this instrument and no other."""
    byte, age = pl.Int8, pl.col("age_at_release")

    def steps(name: str, *cuts: int) -> pl.Expr:
        return pl.sum_horizontal((pl.col(name) >= cut).cast(byte) for cut in cuts)

    charges, convictions = steps("prior_charges", 1, 3, 6), steps("prior_convictions", 1, 2, 4)
    none = pl.col("prior_charges").is_null() | pl.col("prior_convictions").is_null()
    ages = pl.when(age < 35).then(1).when(age < 40).then(0).when(age < 60).then(-1).when(age >= 60).then(-3)
    others = {
        "age": (ages.cast(byte), -3, 1),
        "dates": ((pl.col("sentencing_dates") >= 4).cast(byte), 0, 1),
        "partner": ((pl.col("lived_with_partner") == "no").cast(byte), 0, 1),
    } | {name: ((pl.col(name) == "yes").cast(byte), 0, 1) for name in YES}
    # Without the charges rvn leaves the item open as a whole: its definition takes them first.
    least = pl.when(pl.col("prior_charges").is_not_null()).then(pl.max_horizontal(charges, convictions)).otherwise(0)
    most = pl.max_horizontal(
        pl.when(pl.col("prior_charges").is_null()).then(3).otherwise(charges),
        pl.when(pl.col("prior_convictions").is_null()).then(3).otherwise(convictions),
    )
    known = pl.sum_horizontal(points.fill_null(0) for points, _, _ in others.values()) + least
    low = pl.sum_horizontal(points.fill_null(lowest) for points, lowest, _ in others.values()) + least
    high = pl.sum_horizontal(points.fill_null(highest) for points, _, highest in others.values()) + most
    absent = pl.sum_horizontal(pl.col(name).is_null().cast(byte) for name in ITEMS)
    rest = absent - pl.col("lived_with_partner").is_null().cast(byte)
    offence, liberty = pl.col("index_offence"), pl.col("liberty")
    no_victim = offence.is_in(["none", "victimless_only", "peer_only", "material_only"])
    too_long = (offence == "earlier") & (liberty == "longer")
    ineligible = (pl.col("sex") != "male") | (age < 18).fill_null(False) | no_victim | too_long
    contradictory = ((pl.col("stranger_victim") == "yes") & (pl.col("unrelated_victim") == "no")).fill_null(False)
    made = frame.lazy().with_columns(
        known=known, low=low, high=high, absent=absent, rest=rest, ineligible=ineligible,
        contradictory=contradictory, no_age=age.is_null(), none=none,
    )  # fmt: skip
    void = pl.col("ineligible") | pl.col("contradictory")
    may = (pl.col("rest") == 0) & ~void & ~pl.col("no_age")

    def place(value: pl.Expr) -> pl.Expr:
        return pl.sum_horizontal((value >= cut).cast(pl.UInt8) for cut in (-1, 1, 4, 6))

    def status(is_decided: pl.Expr, otherwise: str) -> pl.Expr:
        absent = pl.col("absent") > 0
        words = (
            pl.when(pl.col("ineligible"))
            .then(pl.lit(5, pl.UInt8))
            .when(pl.col("contradictory"))
            .then(pl.lit(6, pl.UInt8))
            .when(pl.col("no_age"))
            .then(pl.lit(4, pl.UInt8))
            .when(~absent)
            .then(pl.lit(0, pl.UInt8))
            .when(is_decided)
            .then(pl.lit(2, pl.UInt8))
            .when(pl.col("rest") == 0)
            .then(pl.lit(1, pl.UInt8))
            .otherwise(pl.lit(STATUSES.index(otherwise), pl.UInt8))
        )
        return words.cat.to(pl.Enum(STATUSES))

    total_decided = pl.col("low") == pl.col("high")
    first, last = place(pl.col("low")), place(pl.col("high"))
    level = pl.when(may | ((first == last) & ~void & ~pl.col("no_age"))).then(
        pl.when(pl.col("rest") == 0).then(place(pl.col("known"))).otherwise(first)
    )
    given = may | (total_decided & ~void & ~pl.col("no_age"))
    return made.select(
        *frame.columns,
        total=pl.when(given).then(pl.when(pl.col("rest") == 0).then("known").otherwise("low")),
        total_status=status(total_decided, "too_few_answers"),
        total_low=pl.when(~void).then("low"),
        total_high=pl.when(~void).then("high"),
        total_absent=pl.when(~void).then("absent"),
        level=level.cat.to(pl.Enum(LEVELS)),
        level_status=status(first == last, "undecided"),
        level_low=pl.when(~void).then(first).cat.to(pl.Enum(LEVELS)),
        level_high=pl.when(~void).then(last).cat.to(pl.Enum(LEVELS)),
    ).collect()


def seconds(*works: Callable[[], object], runs: int = 5) -> list[float]:
    """Return the median time of each, taken in turn."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(runs + 1):
        for taken, work in zip(times, works, strict=True):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
    return [statistics.median(taken[1:]) for taken in times]


def compared(ours: pl.DataFrame, theirs: pl.DataFrame) -> None:
    """Stop where the two differ in any row."""
    for name in theirs.columns:
        one, other = ours[name], theirs[name]
        same = (
            one.cast(other.dtype).eq_missing(other)
            if one.dtype.is_numeric()
            else one.cast(str).eq_missing(other.cast(str))
        )
        assert same.all(), (name, ours.filter(~same).head(3).to_dicts(), theirs.filter(~same).head(3).to_dicts())


def main() -> None:
    instrument = rvn.load("static-99r@2016")
    instrument = instrument.accepting(*(instrument.recalled & {"higher_count", "total", "strangers_are_unrelated"}))
    frame = people(PEOPLE, np.random.default_rng(1))
    arrays = [frame[name].to_physical().fill_null(255).to_numpy() for name in frame.columns]  # one byte an answer
    compared(instrument.score_frame(frame, outputs=WANTED).frame, by_hand(frame))
    copy, hand, ours = seconds(
        lambda: [array.copy() for array in arrays],
        lambda: by_hand(frame),
        lambda: instrument.score_frame(frame, outputs=WANTED),
    )
    print(f"{PEOPLE:,} people, {len(frame.columns)} columns of one byte, nine columns out")
    print(f"  copying the input     {copy:6.3f} s")
    print(f"  Polars by hand        {hand:6.3f} s")
    verdicts = ["met" if ours <= most else f"missed by {ours / most:.2f} x" for most in (hand, GOAL * copy)]
    print(
        f"  rvn                   {ours:6.3f} s   {ours / hand:.2f} x by hand (goal 1: {verdicts[0]}), "
        f"{ours / copy:.1f} x copying (goal {GOAL}: {verdicts[1]})"
    )


if __name__ == "__main__":
    main()
