"""Logistic regression on several predictors, for tables of coefficients."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy.typing as npt

from rvn.validation.association.logistic import Fit, fit, null_log_likelihood
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.samples import sample_of
from rvn.validation.observations import FloatArray, contract, numbers

RESERVED = {"outcome", "counts", "weights", "cluster", "intercept"}


@dataclass(frozen=True)
class LogisticRegression:
    """A fitted logistic regression: log odds, intercept first, and what comparing models needs.

    `coefficients` are estimates at their ``term``; exponentiate value and limits for odds ratios. The
    log-likelihoods are NaN with weights or clusters, where they mean nothing.
    """

    coefficients: tuple[Estimate, ...]
    covariance: FloatArray
    log_likelihood: float
    null_log_likelihood: float


def logistic_regression(
    outcome: npt.ArrayLike,
    predictors: Mapping[str, npt.ArrayLike],
    *,
    counts: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> LogisticRegression:
    """Log odds of the outcome per unit of each predictor, the others held equal.

    Intervals are of the profile likelihood and tests are likelihood-ratio; with `weights` or `cluster` both
    are robust. Separated data give Firth's penalised estimates with status ``separated``.

    Parameters
    ----------
    outcome
        1 where the event happened, 0 where not.
    predictors
        Numbers by name; a category goes in as one 0/1 column per level but one.
    counts
        How many people each row stands for.
    weights
        Sampling weights, in any unit.
    cluster
        Who belongs together, for example one person assessed several times.
    level
        Confidence level of the intervals.

    Raises
    ------
    ContractError
        For arrays that break the contract, and for predictors called like an argument.

    References
    ----------
    Venzon and Moolgavkar 1988, doi:10.2307/2347496; White 1982, doi:10.2307/1912526; Liang and Zeger 1986,
    doi:10.1093/biomet/73.1.13.

    Examples
    --------
    One in four and three in four: odds of 1/3 and of 3, nine times as high.

    >>> table = logistic_regression([0, 1, 0, 1], {"male": [0, 0, 1, 1]}, counts=[30, 10, 10, 30])
    >>> round(math.exp(table.coefficients[0].value), 6), round(math.exp(table.coefficients[1].value), 6)
    (0.333333, 9.0)
    """
    sample = sample_of(outcome, _columns(predictors), counts=counts, weights=weights, cluster=cluster)
    return _table(fit(sample, tuple(predictors)), level)


def firth_regression(
    outcome: npt.ArrayLike,
    predictors: Mapping[str, npt.ArrayLike],
    *,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> LogisticRegression:
    """Log odds by Firth's penalised likelihood, finite for any data and less biased when events are few.

    Intervals and tests are of the penalised profile likelihood. The intercept is biased towards even odds:
    for predicted risks of rare events use another. Parameters, errors and table as `logistic_regression`.

    References
    ----------
    Firth 1993, doi:10.1093/biomet/80.1.27; Heinze and Schemper 2002, doi:10.1002/sim.1047.

    Examples
    --------
    Nobody of three below the cut, all three above: half a person more in each cell, so 7 times 7.

    >>> table = firth_regression([0, 1], {"above": [0, 1]}, counts=[3, 3])
    >>> round(math.exp(table.coefficients[1].value), 6)
    49.0
    """
    return _table(
        fit(sample_of(outcome, _columns(predictors), counts=counts), tuple(predictors), penalised=True), level
    )


def _columns(predictors: Mapping[str, npt.ArrayLike]) -> dict[str, FloatArray]:
    if taken := RESERVED & set(predictors):
        raise contract(f"a predictor may not be called `{min(taken)}`")
    return {name: numbers(name, values) for name, values in predictors.items()}


def _table(model: Fit, level: float) -> LogisticRegression:
    return LogisticRegression(
        tuple(model.estimate(term, name="log_odds", level=level, at={"term": term}) for term in model.terms),
        model.covariance,
        model.log_likelihood,
        null_log_likelihood(model.sample) if model.errors != "robust" else math.nan,
    )
