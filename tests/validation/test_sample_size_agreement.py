"""Sizes of a reliability study, against the intervals they promise."""

import math

import numpy as np
import pytest

from rvn.errors import ContractError
from rvn.validation.agreement.icc import icc
from rvn.validation.agreement.kappa import kappa
from rvn.validation.planning.sample_size_agreement import sample_size_icc, sample_size_kappa


@pytest.mark.parametrize("weights", ["identity", "linear", "quadratic"])
def test_a_study_of_that_size_has_an_interval_of_that_width(weights: str) -> None:
    share = np.array([0.5, 0.3, 0.2])
    n = sample_size_kappa(0.6, [1, 2, 3], counts=[5, 3, 2], weights=weights, width=0.1).value  # type: ignore[arg-type]
    joint = 0.4 * np.outer(share, share) + 0.6 * np.diag(share)
    first, second = np.indices((3, 3)).reshape(2, -1)
    many = kappa(first, second, counts=np.round(joint.ravel() * 10**9), weights=weights)  # type: ignore[arg-type]
    assert pytest.approx(0.6, abs=1e-6) == many.value
    assert pytest.approx(0.1, rel=1e-3) == (many.high - many.low) * math.sqrt(many.n / n)


def test_no_agreement_expected_needs_the_null_variance() -> None:
    # Two categories used equally: the variance of kappa is 1 / n, so n = (2 x 1.96 / .2)^2 = 384.1.
    assert 385 == sample_size_kappa(0, [0, 1], width=0.2).value


def test_the_size_for_icc_is_exact_and_near_bonetts_approximation() -> None:
    found = sample_size_icc(0.7, 2, width=0.2).value
    bonett = 8 * 1.959963984540054**2 * (1 - 0.7) ** 2 * (1 + 0.7) ** 2 / (2 * 0.2**2) + 1
    assert pytest.approx(bonett, rel=0.03) == found


def test_ratings_with_the_planned_coefficient_have_an_interval_of_the_planned_width() -> None:
    n = int(sample_size_icc(0.6, 3, width=0.2).value)
    generator = np.random.default_rng(4)
    people, errors = generator.normal(size=n), generator.normal(size=(n, 3))
    errors -= errors.mean(axis=1, keepdims=True)
    within = (errors**2).sum() / (2 * n)
    # Scale errors so that the mean squares give exactly ICC(1) = .6: ratio (1 + 2 x .6) / (1 - .6) = 5.5.
    between = 3 * people.var(ddof=1)
    ratings = people[:, None] + errors * math.sqrt(between / 5.5 / within)
    found = icc(ratings, "1")
    assert pytest.approx(0.6, rel=1e-9) == found.value
    assert 0.197 < found.high - found.low <= 0.2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sample_size_kappa(1, [0, 1]), "`kappa` is 1"),
        (lambda: sample_size_kappa(0.5, [1, 1]), "1 category"),
        (lambda: sample_size_kappa(0.5, [0, 1], width=-1), "`width` is -1"),
        (lambda: sample_size_icc(1.0, 2), "`icc` is 1"),
        (lambda: sample_size_icc(0.5, 1), "with 1 raters"),
    ],
)
def test_impossible_plans_are_refused(call, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ContractError, match=message):
        call()
