"""Validation: ratios and times measured in one run, on data made here. Run it on a machine that is otherwise idle."""

from __future__ import annotations

import importlib.util
import os
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

import rvn
from rvn.validation.discrimination.auc import auc
from rvn.validation.follow_up.concordance import harrell_c
from rvn.validation.follow_up.cox import hazard_ratio
from rvn.validation.foundations.bootstrap import bootstrap_auc
from rvn.validation.tally import Tally

RNG = np.random.default_rng(20261121)


def best(run: Callable[[], object], repeats: int = 3) -> float:
    """Return the shortest time of several runs, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def people(n: int, scores: int = 31) -> tuple[np.ndarray, np.ndarray]:
    score = RNG.integers(0, scores, n)
    outcome = (RNG.random(n) < 1 / (1 + np.exp(2 - 3 * score / scores))).astype(np.int8)
    return outcome, score


def say(what: str, ours: float, other: float | None = None, name: str = "") -> None:
    text = f"{what:<58} {1000 * ours:>9.1f} ms"
    if other is not None:
        text += f"   {name} {1000 * other:.1f} ms, ratio {ours / other:.2f}"
    print(text, flush=True)


def areas() -> None:
    outcome, score = people(1_000_000)
    other = best(lambda: roc_auc_score(outcome, score))
    say("AUC with interval, 1 M rows", best(lambda: auc(outcome, score)), other, "roc_auc_score (no interval)")
    tally = Tally({"outcome": outcome, "score": score})
    say("  the same from a tally", best(lambda: auc(**tally)))
    say("10,000 bootstrap replicates of its AUC", best(lambda: bootstrap_auc(**tally, rng=1, replicates=10_000)))
    risk = RNG.random(1_000_000)
    other = best(lambda: roc_auc_score(outcome, risk))
    say("AUC with interval, 1 M distinct scores", best(lambda: auc(outcome, risk)), other, "roc_auc_score")


def tallies() -> None:
    outcome, score = people(10_000_000)
    cell = (2 * score + outcome).astype(np.int64)
    other = best(lambda: np.bincount(cell))
    whole = best(lambda: np.bincount(2 * score + outcome))
    ours = best(lambda: Tally({"outcome": outcome, "score": score}))
    say("tally of outcome and score, 10 M rows", ours, other, "one bincount of ready cells")
    say("  beside making the cells and counting them", ours, whole, "2 * score + outcome, bincount")


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
    core = {"outcome": "outcome", "levels": "level", "groups": ["sex", "age"]}
    say("validate, 100,000 people: score, levels, two groupings", best(lambda: rvn.validate("score", frame, **core)))
    core["risk"] = "risk"
    say("  and calibration", best(lambda: rvn.validate("score", frame, **core)))
    core |= {"time": "time", "event": "event", "horizon": 730}
    say("  and follow-up in days", best(lambda: rvn.validate("score", frame, **core)))


def follow_up() -> None:
    n = 1_000_000
    score = RNG.integers(0, 31, n)
    end, left = RNG.exponential(4000 / np.exp(score / 15)), RNG.uniform(0, 1500, n)
    time_at_risk, event = np.ceil(np.minimum(end, left)), (end <= left).astype(int)
    concordance = best(lambda: harrell_c(time_at_risk, event, score))
    hazard = best(lambda: hazard_ratio(time_at_risk, event, score))
    say("Harrell's C with interval, 1 M people, days", concordance)
    say("Cox, hazard ratio per point, 1 M people, days", hazard)
    if importlib.util.find_spec("lifelines") is None:
        print("  lifelines is not installed: no comparison of C and Cox")
        return
    from lifelines import CoxPHFitter
    from lifelines.utils import concordance_index

    frame = pd.DataFrame({"time": time_at_risk, "event": event, "score": score})
    say("  C", concordance, best(lambda: concordance_index(time_at_risk, -score, event), 1), "lifelines (no interval)")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        say("  Cox", hazard, best(lambda: CoxPHFitter().fit(frame, "time", "event"), 1), "lifelines")


if __name__ == "__main__":
    print(f"{os.cpu_count()} cores, numpy {np.__version__}; best of three")
    areas()
    tallies()
    study()
    follow_up()
