"""How often nominal 95 % intervals hold the true value, in samples drawn from known populations.

Writes `coverage.csv` beside this file. Seeds are fixed: the same versions of numpy and rvn give the same table.
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from rvn.validation.calibration.expected_observed import expected_observed
from rvn.validation.calibration.line import logistic_calibration
from rvn.validation.discrimination.auc import auc
from rvn.validation.estimate import Estimate
from rvn.validation.follow_up.survival import kaplan_meier
from rvn.validation.rates.proportions import proportion
from rvn.validation.tally import Tally

SAMPLES = 2000
SEED = 20261121
Draw = Callable[[np.random.Generator], Estimate]

SCORES = np.arange(11)
NON_CASES = np.array([12, 16, 17, 15, 12, 9, 7, 5, 4, 2, 1]) / 100
CASES = {
    0.5: NON_CASES,
    0.7: np.array([4, 7, 10, 12, 13, 13, 12, 10, 9, 6, 4]) / 100,
    0.9: np.array([0, 1, 2, 3, 5, 8, 12, 17, 20, 18, 14]) / 100,
}
RISKS = np.array([0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6])


def area(cases: np.ndarray) -> float:
    """Return the true AUC: a case above a non-case, ties half."""
    return float(cases @ (np.cumsum(NON_CASES) - NON_CASES / 2))


def scenarios() -> Iterator[tuple[str, str, float, Draw]]:
    """Yield statistic and interval, population, true value, and what draws a sample and estimates."""
    for cases in CASES.values():
        truth = area(cases)
        for n_cases, others in ((10, 40), (25, 100), (100, 300)):
            for method in ("logit", "wald", "newcombe"):
                yield (
                    f"AUC, {method}",
                    f"AUC {truth:.3f}, {n_cases} cases, {others} others",
                    truth,
                    _auc(cases, n_cases, others, method),
                )
    for n in (50, 200, 1000):
        for factor in (1.0, 1.5):
            yield (
                "E/O, exact",
                f"n {n}, mean risk {RISKS.mean() / factor:.3f}, true E/O {factor}",
                factor,
                _ratio(n, factor),
            )
    for n in (100, 300, 1000):
        for slope in (1.0, 0.6):
            yield "calibration slope, profile", f"n {n}, true slope {slope}", slope, _slope(n, slope)
    for n in (20, 50, 200):
        for rate in (0.005, 0.02, 0.1):
            yield "rate, Wilson", f"n {n}, rate {rate}", rate, _rate(n, rate)
    for n in (20, 50, 200):
        for rate in (0.02, 0.1):
            yield "Kaplan-Meier risk, log-log", f"n {n}, risk {rate}, half leave early", rate, _risk(n, rate)

    for n in (50, 200, 1000):
        for factor in (1.0, 1.5):
            population = f"n {n}, mean risk {RISKS.mean() / factor:.3f}, true E/O {factor}"
            yield "E/O, binomial", population, factor, _ratio(n, factor, "binomial")
    for n in (20, 50, 200):
        for rate in (0.02, 0.1):
            population = f"n {n}, risk {rate}, half leave early"
            yield "Kaplan-Meier risk, Wilson", population, rate, _risk(n, rate, "wilson")

    for cases in CASES.values():
        truth = area(cases)
        for method in ("logit", "wald"):
            population = f"AUC {truth:.3f}, 40 cases, 160 others"
            yield f"AUC, {method}", population, truth, _auc(cases, 40, 160, method)

    # Where most samples have no event at all.
    for n in (20, 50, 200, 1000):
        for events in (0.25, 1.0, 3.0):
            rate = events / n
            for interval in ("wilson", "jeffreys", "exact"):
                population = f"n {n}, rate {rate:g}, {events:g} events expected"
                yield f"rare rate, {interval}", population, rate, _rate(n, rate, interval)
            population = f"n {n}, risk {rate:g}, half leave early"
            yield "rare Kaplan-Meier risk, log-log", population, rate, _risk(n, rate)
            # The risks published are twice the true ones.
            population = f"n {n}, mean risk {rate:g}, true E/O 2"
            yield "rare E/O, exact", population, 2.0, _ratio(n, 2.0, risks=RISKS / RISKS.mean() * 2 * rate)


def _auc(cases: np.ndarray, n_cases: int, others: int, method: str) -> Draw:
    outcome = np.repeat([1, 0], len(SCORES))
    score = np.tile(SCORES, 2)

    def draw(rng: np.random.Generator) -> Estimate:
        counts = np.concatenate([rng.multinomial(n_cases, cases), rng.multinomial(others, NON_CASES)])
        return auc(outcome, score, counts=counts, method=method)  # type: ignore[arg-type]

    return draw


def _ratio(n: int, factor: float, interval: str = "exact", risks: np.ndarray = RISKS) -> Draw:
    def draw(rng: np.random.Generator) -> Estimate:
        risk = rng.choice(risks, n)
        return expected_observed(rng.random(n) < risk / factor, risk, interval=interval)  # type: ignore[arg-type]

    return draw


def _slope(n: int, slope: float) -> Draw:
    logits = np.log(RISKS / (1 - RISKS))

    def draw(rng: np.random.Generator) -> Estimate:
        place = rng.integers(0, len(RISKS), n)
        outcome = rng.random(n) < 1 / (1 + np.exp(-slope * logits[place]))
        tally = Tally({"outcome": outcome, "risk": RISKS[place]})
        return logistic_calibration(**tally).slope

    return draw


def _rate(n: int, rate: float, method: str = "wilson") -> Draw:
    return lambda rng: proportion(int(rng.binomial(n, rate)), n, method=method)  # type: ignore[arg-type]


def _risk(n: int, rate: float, method: str = "log_log") -> Draw:
    """Half the people leave at a time of their own before the horizon of 1, whatever happens to them."""
    hazard = -math.log1p(-rate)

    def draw(rng: np.random.Generator) -> Estimate:
        end = rng.exponential(1 / hazard, n)
        left = np.where(rng.random(n) < 0.5, rng.random(n), 1.0)
        (row,) = kaplan_meier(np.minimum(end, left), end <= left, [1.0], method=method)  # type: ignore[arg-type]
        return row

    return draw


def simulate(number: int, statistic: str, population: str, truth: float, draw: Draw) -> dict[str, object]:
    """Return the row of one population and interval; its number is part of the seed."""
    rng = np.random.default_rng([SEED, number])
    estimates = [draw(rng) for _ in range(SAMPLES)]
    limits = np.array([(row.low, row.high) for row in estimates])
    with_limits = ~np.isnan(limits).any(axis=1)
    low, high = limits[with_limits].T
    held = (low <= truth) & (truth <= high)
    share = float(held.mean())
    none = np.array([row.n_events == 0 for row in estimates])
    return {
        "interval": statistic,
        "population": population,
        "samples": SAMPLES,
        "without_interval": int((~with_limits).sum()),
        "not_ok": sum(row.status != "ok" for row in estimates),
        "coverage": round(share, 4),
        "monte_carlo_error": round(math.sqrt(share * (1 - share) / len(low)), 4),
        "above": round(float((low > truth).mean()), 4),
        "below": round(float((high < truth).mean()), 4),
        "median_width": round(float(np.median(high - low)), 4),
        "without_events": round(float(none.mean()), 4),
        "coverage_without_events": round(float(held[none[with_limits]].mean()), 4) if none.any() else "",
    }


def shortfalls(table: list[dict[str, object]]) -> Iterator[str]:
    """Yield a line for every interval that holds less often than 95 % by more than two Monte Carlo errors."""
    for row in table:
        coverage, error = float(str(row["coverage"])), float(str(row["monte_carlo_error"]))
        if coverage < 0.95 - 2 * error:
            yield f"{row['interval']:<32} {row['population']:<52} {100 * coverage:.1f}%"


if __name__ == "__main__":
    table = [simulate(number, *scenario) for number, scenario in enumerate(scenarios())]
    with (Path(__file__).parent / "coverage.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    sys.stdout.write("\n".join([f"{len(table)} rows; too low:", *shortfalls(table), ""]))
