"""Validation: ratios and times measured in one run, on data made here. Run it on a machine that is otherwise idle."""

from __future__ import annotations

import functools
import importlib.util
import os
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

import rvn
from rvn.validation.association.linearity import linearity
from rvn.validation.discrimination.auc import auc
from rvn.validation.follow_up.concordance import harrell_c
from rvn.validation.follow_up.cox import hazard_ratio
from rvn.validation.foundations.bootstrap import bootstrap_auc
from rvn.validation.rates.observed import trend
from rvn.validation.tally import Tally

RNG = np.random.default_rng(20261121)


def seconds(run: Callable[[], object]) -> float:
    """Return the time that the processor worked on it, whatever else the machine was doing."""
    start = time.process_time()
    run()
    return time.process_time() - start


def typical(*runs: Callable[[], object], repeats: int = 7) -> list[float]:
    """Return the median processor time of each of several runs that take turns, in seconds."""
    times = [[seconds(run) for run in runs] for _ in range(repeats)]
    return np.median(times, axis=0).tolist()


def people(n: int, scores: int = 31) -> tuple[np.ndarray, np.ndarray]:
    score = RNG.integers(0, scores, n)
    outcome = (RNG.random(n) < 1 / (1 + np.exp(2 - 3 * score / scores))).astype(np.int8)
    return outcome, score


def say(what: str, ours: float, other: float | None = None, name: str = "") -> None:
    text = f"{what:<58} {1000 * ours:>9.1f} ms"
    if other is not None:
        factor = f"{other / ours:.1f} times faster" if other > ours else f"{ours / other:.2f} times as long"
        text += f"   {name} {1000 * other:.1f} ms: {factor}"
    print(text, flush=True)


def areas() -> None:
    outcome, score = people(1_000_000)
    ours, other = typical(lambda: auc(outcome, score), lambda: roc_auc_score(outcome, score))
    say("AUC with interval, 1 M rows", ours, other, "roc_auc_score (no interval)")
    tally = Tally({"outcome": outcome, "score": score})
    say("  the same from a tally", *typical(lambda: auc(**tally)))
    bootstraps(tally)
    risk = RNG.random(1_000_000)
    ours, other = typical(lambda: auc(outcome, risk), lambda: roc_auc_score(outcome, risk))
    say("AUC with interval, 1 M distinct scores", ours, other, "roc_auc_score")
    say("linearity of 1 M distinct scores", *typical(lambda: linearity(outcome, risk), repeats=3))
    say("trend of 1 M distinct scores", *typical(lambda: trend(outcome, risk), repeats=3))


def bootstraps(tally: Tally) -> None:
    replicates = {"rng": 1, "replicates": 10_000}
    say("10,000 bootstrap replicates of its AUC, BCa", *typical(lambda: bootstrap_auc(**tally, **replicates)))
    say("  and percentile", *typical(lambda: bootstrap_auc(**tally, **replicates, method="percentile")))
    for n, scores in ((1_000, 31), (10_000_000, 31), (1_000_000, 100), (1_000_000, 1000), (300, 300), (1000, 1000)):
        outcome, score = people(n, scores)
        run = functools.partial(bootstrap_auc, **Tally({"outcome": outcome, "score": score}), **replicates)
        say(f"  of {n:,} people, {scores:,} scores", *typical(run, repeats=3))


def tallies() -> None:
    outcome, score = people(10_000_000)
    cell = (2 * score + outcome).astype(np.int64)
    ours, ready, making = typical(
        lambda: Tally({"outcome": outcome, "score": score}),
        lambda: np.bincount(cell),
        lambda: np.bincount(2 * score + outcome),
        repeats=15,
    )
    say("tally of outcome and score, 10 M rows", ours, ready, "one bincount of ready cells")
    say("  beside making the cells and counting them", ours, making, "2 * score + outcome, bincount")


def study() -> None:
    n = 100_000
    outcome, score = people(n)
    frame = pd.DataFrame(
        {
            "score": score,
            "outcome": outcome,
            "sex": RNG.choice(["men", "women"], n),
            "age": RNG.choice(["young", "middle", "old"], n),
            "level": np.where(score < 10, "low", np.where(score < 20, "medium", "high")),
            "risk": 1 / (1 + np.exp(2 - 3 * score / 31)),
            "time": RNG.integers(1, 1500, n),
            "event": RNG.integers(0, 2, n),
        }
    )
    core = {"outcome": "outcome", "levels": "level", "groups": ["sex"]}
    with_risk = {**core, "risk": "risk"}
    whole = {**with_risk, "time": "time", "event": "event", "horizon": 730, "groups": ["sex", "age"]}
    first, second, third = typical(
        *(lambda options=options: rvn.validate("score", frame, **options) for options in (core, with_risk, whole)),
        repeats=5,
    )
    say("validate, 100,000 people: score, levels, two groups", first)
    say("  and calibration", second)
    say("  and follow-up in days, and a second grouping", third)


def follow_up() -> None:
    n = 1_000_000
    score = RNG.integers(0, 31, n)
    end, left = RNG.exponential(4000 / np.exp(score / 15)), RNG.uniform(0, 1500, n)
    days, event = np.ceil(np.minimum(end, left)), (end <= left).astype(int)
    if importlib.util.find_spec("lifelines") is None:
        ours = typical(lambda: harrell_c(days, event, score), lambda: hazard_ratio(days, event, score), repeats=3)
        say("Harrell's C with interval, 1 M people, days", ours[0])
        say("Cox, hazard ratio per point, 1 M people, days", ours[1])
        print("  lifelines is not installed: no comparison of C and Cox (make benchmarks installs it)")
        return
    from lifelines import CoxPHFitter
    from lifelines.utils import concordance_index

    ours, other = typical(
        lambda: harrell_c(days, event, score), lambda: concordance_index(days, -score, event), repeats=3
    )
    say("Harrell's C with interval, 1 M people, days", ours, other, "lifelines (no interval)")
    assert abs(harrell_c(days, event, score).value - concordance_index(days, -score, event)) < 1e-12
    frame = pd.DataFrame({"time": days, "event": event, "score": score})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours, other = typical(
            lambda: hazard_ratio(days, event, score), lambda: CoxPHFitter().fit(frame, "time", "event"), repeats=3
        )
        fitted = CoxPHFitter().fit(frame, "time", "event")
    assert abs(np.log(hazard_ratio(days, event, score).value) - fitted.params_["score"]) < 1e-6
    say("Cox, hazard ratio per point, 1 M people, days", ours, other, "lifelines")


if __name__ == "__main__":
    print(f"{os.cpu_count()} cores, numpy {np.__version__}; medians of processor time, runs take turns")
    areas()
    tallies()
    study()
    follow_up()
