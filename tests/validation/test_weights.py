"""Sampling weights and clusters of E/O and the Brier score.

Nothing of R's survey stands among the values for these two. Their errors are held against the infinitesimal jackknife
by definition: the derivative of the plain statistic in numpy by the weight of each person, taken numerically. The
covariance they share is that of the weighted logistic regression, which R's survey gives (test_logistic.py).
"""

import math

import numpy as np
import pytest

from rvn.validation.calibration.brier import brier, compare_brier, scaled_brier
from rvn.validation.calibration.expected_observed import expected_observed, expected_observed_by

N = 120
RNG = np.random.default_rng(20261128)
RISK = RNG.choice([0.1, 0.2, 0.4, 0.6], N)
OTHER = RNG.choice([0.2, 0.3, 0.5], N)
OUTCOME = (RNG.random(N) < RISK * 0.9).astype(int)
WEIGHTS = RNG.choice([1.0, 2.5, 4.0], N)
CLUSTER = np.arange(N) // 3


def mean(weights, values):
    return (weights * values).sum() / weights.sum()


def base(weights):
    rate = mean(weights, OUTCOME)
    return rate * (1 - rate)


SQUARES, OTHERS = (OUTCOME - RISK) ** 2, (OUTCOME - OTHER) ** 2
# name, what rvn gives, the statistic as a function of weights on the scale of its error
STATISTICS = [
    pytest.param(
        lambda **how: expected_observed(OUTCOME, RISK, **how),
        lambda w: math.log((w * RISK).sum() / (w * OUTCOME).sum()),
        id="log E/O",
    ),
    pytest.param(lambda **how: brier(OUTCOME, RISK, **how), lambda w: mean(w, SQUARES), id="Brier"),
    pytest.param(
        lambda **how: scaled_brier(OUTCOME, RISK, **how), lambda w: 1 - mean(w, SQUARES) / base(w), id="scaled Brier"
    ),
    pytest.param(
        lambda **how: compare_brier(OUTCOME, RISK, OTHER, **how), lambda w: mean(w, SQUARES - OTHERS), id="difference"
    ),
]


def moves(statistic, weights):
    """Return how much each person moves a statistic: its derivative by the log of that person's weight."""
    step = 1e-4
    up, down = (np.repeat(weights[None], N, axis=0) * np.exp(sign * step * np.eye(N)) for sign in (1, -1))
    return np.array([(statistic(a) - statistic(b)) / (2 * step) for a, b in zip(up, down, strict=True)])


@pytest.mark.parametrize(("estimate", "statistic"), STATISTICS)
def test_weighted_errors_are_those_of_the_jackknife(estimate, statistic):
    found = estimate(weights=WEIGHTS)
    assert math.sqrt(N / (N - 1) * (moves(statistic, WEIGHTS) ** 2).sum()) == pytest.approx(found.se, rel=1e-6)
    value = math.exp(statistic(WEIGHTS)) if found.scale == "log" else statistic(WEIGHTS)
    assert value == pytest.approx(found.value, rel=1e-12)
    assert f"effective sample size {WEIGHTS.sum() ** 2 / (WEIGHTS**2).sum():.0f}" in found.notes


@pytest.mark.parametrize(("estimate", "statistic"), STATISTICS)
def test_people_of_one_cluster_move_together(estimate, statistic):
    found = estimate(cluster=CLUSTER, weights=WEIGHTS)
    together = moves(statistic, WEIGHTS).reshape(-1, 3).sum(axis=1)
    clusters = N // 3
    assert math.sqrt(clusters / (clusters - 1) * (together**2).sum()) == pytest.approx(found.se, rel=1e-6)
    assert "t with 39 df" in found.method


@pytest.mark.parametrize(("estimate", "statistic"), STATISTICS)
def test_clusters_of_one_are_no_clusters(estimate, statistic):
    assert statistic(np.ones(N)) is not None
    alone, plain = estimate(cluster=np.arange(N)), estimate(weights=np.ones(N))
    assert (plain.value, plain.se) == pytest.approx((alone.value, alone.se), rel=1e-12)


@pytest.mark.parametrize(("estimate", "statistic"), STATISTICS)
def test_the_unit_of_weights_does_not_matter(estimate, statistic):
    del statistic
    found, scaled = estimate(weights=WEIGHTS), estimate(weights=WEIGHTS / 7)
    assert (found.value, found.se, found.low) == pytest.approx((scaled.value, scaled.se, scaled.low), rel=1e-12)


def test_equal_weights_leave_the_brier_score_and_its_error_as_they_are():
    plain, weighted = brier(OUTCOME, RISK), brier(OUTCOME, RISK, weights=np.full(N, 3.0))
    assert (plain.value, plain.se, plain.high) == pytest.approx((weighted.value, weighted.se, weighted.high))


def test_counts_beside_weights_are_repeated_rows():
    times = RNG.integers(1, 4, N)
    repeated = {"weights": np.repeat(WEIGHTS, times), "cluster": np.repeat(CLUSTER, times)}
    rows = expected_observed(np.repeat(OUTCOME, times), np.repeat(RISK, times), **repeated)
    assert rows == expected_observed(OUTCOME, RISK, counts=times, weights=WEIGHTS, cluster=CLUSTER)


def test_nobody_has_a_weight_of_zero():
    some = np.where(np.arange(N) < 100, WEIGHTS, 0)
    assert brier(OUTCOME[:100], RISK[:100], weights=WEIGHTS[:100]) == brier(OUTCOME, RISK, weights=some)
    assert "not_estimable" == expected_observed(OUTCOME, RISK, weights=np.zeros(N)).status


def test_each_group_has_its_weighted_ratio():
    groups = np.where(np.arange(N) % 2, "odd", "even")
    even, odd = expected_observed_by(OUTCOME, RISK, groups, weights=WEIGHTS)
    assert expected_observed(OUTCOME[::2], RISK[::2], weights=WEIGHTS[::2]).se == pytest.approx(even.se)
    assert expected_observed(OUTCOME[1::2], RISK[1::2], weights=WEIGHTS[1::2]).value == pytest.approx(odd.value)


def test_without_events_or_with_one_cluster_there_is_no_interval():
    none = expected_observed([0, 0], [0.1, 0.2], weights=[1, 2])
    one = expected_observed([0, 1], [0.1, 0.2], cluster=[1, 1])
    assert [("sparse", math.inf), ("sparse", 0.3)] == [(found.status, round(found.value, 6)) for found in (none, one)]
    assert all(math.isnan(found.low) and math.isnan(found.high) for found in (none, one))


@pytest.mark.slow
def test_people_drawn_with_unequal_chances_are_covered():
    """Who has the event is drawn three times as often: weights bring E/O back, and the interval holds its 95 %."""
    held = 0
    for _ in range(1000):
        risk = RNG.choice([0.1, 0.2, 0.4], 1500)
        outcome = RNG.random(1500) < risk
        chance = np.where(outcome, 0.6, 0.2)
        drawn = RNG.random(1500) < chance
        found = expected_observed(outcome[drawn], risk[drawn], weights=1 / chance[drawn])
        held += found.low <= 1 <= found.high
    assert 0.93 < held / 1000 < 0.97
