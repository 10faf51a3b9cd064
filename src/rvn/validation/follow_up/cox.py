"""Hazard ratios: how much a point, a standard deviation or a level of the score multiplies the rate of the event.

Competing events end the follow-up like censorings: these are cause-specific hazards.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rvn.validation.estimate import Estimate
from rvn.validation.follow_up.cox_model import fit, model_rows, predictor_columns
from rvn.validation.follow_up.risk_sets import Ties
from rvn.validation.follow_up.times import FollowUp, labels, totals
from rvn.validation.observations import FloatArray, contract, numbers


@dataclass(frozen=True)
class CoxRegression:
    """A fitted Cox model: log hazard ratios, and what comparing models needs.

    `coefficients` are estimates at their ``term``; exponentiate value and limits for hazard ratios.
    `score_statistic` is that of the test that all of them are 0. With weights or clusters the likelihoods and the
    score test mean nothing and are NaN.
    """

    coefficients: tuple[Estimate, ...]
    covariance: FloatArray
    log_likelihood: float
    null_log_likelihood: float
    score_statistic: float


def hazard_ratio(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
    entry: npt.ArrayLike | None = None,
    ties: Ties = "efron",
    level: float = 0.95,
) -> Estimate:
    """Factor by which one more point multiplies the hazard of the event (Cox).

    Parameters
    ----------
    time, event
        Time at risk, and 0 censored, 1 event, 2 and above competing events, which are taken as censorings.
    score
        Points, higher = riskier; a ratio below 1 is reported as it is.
    counts
        How many people each row stands for.
    strata
        Each stratum, for example each sample, has a baseline hazard of its own.
    weights
        Sampling weights, not negative, in any unit; the standard error is then robust.
    cluster
        What several rows share, such as a person assessed twice; the standard error is then robust. With every
        person a cluster it is robust against a hazard that is not proportional.
    entry
        Time from which each person was observed, before `time`, where that was not the start: somebody who was
        released a year before the study began is at risk of what the study sees from one year on (delayed entry).
    ties
        ``efron``, ``breslow`` or ``exact``, for events at the same time. The exact likelihood takes them as they
        are, at the price of one step a person and a time's events; it is for people at risk from the start.
    level
        Confidence level.

    Returns
    -------
    Estimate
        Wald limits and test, standard error on the log scale. Status ``separated`` with Firth's penalised value
        when everybody who had the event scored highest (or lowest) of those at risk; ``not_estimable`` without
        events, or when all at risk had the same score.

    Raises
    ------
    ContractError
        For arrays that are no follow-up, negative weights, an `entry` that is not before `time`, or exact ties with
        `weights`, `cluster` or `entry`.

    References
    ----------
    Cox 1972, doi:10.1111/j.2517-6161.1972.tb00899.x; ties: Efron 1977, doi:10.1080/01621459.1977.10480613;
    robust: Lin & Wei 1989, doi:10.1080/01621459.1989.10478874; Heinze & Schemper 2001,
    doi:10.1111/j.0006-341X.2001.00114.x.

    Examples
    --------
    The event comes to one of two with a point and to one of two without: no difference.

    >>> round(hazard_ratio([1, 1, 2, 2], [1, 1, 0, 0], [0, 1, 0, 1]).value, 9)
    1.0
    """
    columns = {"x0": numbers("score", score)}
    rows = model_rows(time, event, columns, counts, strata, weights, cluster, entry)
    return fit(rows, ties).estimate(0, "hazard_ratio", level=level, is_ratio=True)


def hazard_ratio_per_sd(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
    entry: npt.ArrayLike | None = None,
    ties: Ties = "efron",
    level: float = 0.95,
) -> Estimate:
    """Factor by which one more standard deviation of the score multiplies the hazard of the event (Cox).

    It compares scores of different length, but depends on who was in the sample. The standard deviation is in
    `at`; everything else as `hazard_ratio`.

    Examples
    --------
    >>> ratio = hazard_ratio_per_sd([1, 1, 2, 2], [1, 1, 0, 0], [0, 1, 0, 2], counts=[1, 1, 1, 1])
    >>> round(ratio.at["sd"], 4)
    0.9574
    """
    columns = {"x0": numbers("score", score)}
    rows = model_rows(time, event, columns, counts, strata, weights, cluster, entry)
    weight = rows.counts * rows.columns.get("weights", np.ones(len(rows.at)))
    deviation = math.nan
    if rows.n > 1:
        mean = weight @ rows["x0"] / weight.sum()
        variance = weight @ (rows["x0"] - mean) ** 2 / weight.sum()
        deviation = math.sqrt(variance * rows.n / (rows.n - 1))
    estimate = fit(rows, ties).estimate(0, "hazard_ratio", unit=deviation, level=level, is_ratio=True)
    return replace(estimate, at={"sd": deviation})


def hazard_ratios_by_level(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    levels: npt.ArrayLike,
    *,
    reference: object = None,
    counts: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    entry: npt.ArrayLike | None = None,
    ties: Ties = "efron",
    level: float = 0.95,
) -> tuple[Estimate, ...]:
    """Hazard of the event in each level of risk as a multiple of that in the reference level (Cox).

    A level without events would have a ratio of 0, and leaves the others as they are; it is compared with the
    reference alone, by Firth's likelihood, and `separated`.

    Parameters
    ----------
    time, event, counts, strata, entry, ties
        As for `hazard_ratio`.
    levels
        The level of each person, text or numbers.
    reference
        The level to compare with; the one with most people when not given.
    level
        Confidence level of the intervals.

    Returns
    -------
    tuple of Estimate
        One per level but the reference, sorted; `n` and `n_events` count both levels.

    Raises
    ------
    ContractError
        As `hazard_ratio`, and when nobody has the reference level.

    Examples
    --------
    >>> [ratio] = hazard_ratios_by_level([1, 1, 2, 2], [1, 1, 0, 0], ["low", "high", "low", "high"])
    >>> round(ratio.value, 9), ratio.at
    (1.0, {'level': 'low', 'reference': 'high'})
    """
    codes, names = labels("levels", levels)
    rows = model_rows(time, event, {"levels": codes}, counts, strata, entry=entry)
    place = rows["levels"].astype(np.int64)
    people = totals(place, rows.counts, len(names))
    events = totals(place, rows.counts * (rows.event == 1), len(names))
    if reference is None:
        if rows.n == 0:
            return ()
        reference = names[int(people.argmax())]
    if reference not in names or people[names.index(reference)] == 0:
        raise contract(f"nobody has the reference level {reference!r}", f"there is {', '.join(map(str, names))}")
    base = names.index(reference)
    joint = [code for code in range(len(names)) if code != base and events[code] and events[base]]
    together = fit(_indicators(rows, [base, *joint]), ties) if joint else None
    estimates = []
    for code in range(len(names)):
        if code == base or people[code] == 0:
            continue
        if together is not None and code in joint:
            estimate = together.estimate(joint.index(code), "hazard_ratio", level=level, is_ratio=True)
        else:
            pair = fit(_indicators(rows, [base, code]), ties)
            estimate = pair.estimate(0, "hazard_ratio", level=level, is_ratio=True)
        estimates.append(
            replace(
                estimate,
                n=int(people[code] + people[base]),
                n_events=int(events[code] + events[base]),
                at={"level": names[code], "reference": reference},
            )
        )
    return tuple(estimates)


def cox_regression(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    predictors: Mapping[str, npt.ArrayLike],
    *,
    counts: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
    entry: npt.ArrayLike | None = None,
    ties: Ties = "efron",
    level: float = 0.95,
) -> CoxRegression:
    """Log hazard ratio of the event per unit of each predictor, the others held equal (Cox).

    Parameters
    ----------
    time, event, counts, strata, weights, cluster, entry, ties, level
        As for `hazard_ratio`.
    predictors
        Numbers by name; a category goes in as one 0/1 column per level but one.

    Returns
    -------
    CoxRegression
        Where several predictors together have no finite maximum, all coefficients are ``not_estimable``.

    Raises
    ------
    ContractError
        As `hazard_ratio`, and without predictors.

    References
    ----------
    As `hazard_ratio`.

    Examples
    --------
    >>> model = cox_regression([1, 1, 2, 2], [1, 1, 0, 0], {"point": [0, 1, 0, 1]})
    >>> round(model.coefficients[0].value, 9) == 0
    True
    """
    columns = predictor_columns(predictors)
    model = fit(model_rows(time, event, columns, counts, strata, weights, cluster, entry), ties)
    coefficients = tuple(
        replace(model.estimate(place, "log_hazard_ratio", level=level), at={"term": name})
        for place, name in enumerate(predictors)
    )
    none = math.nan
    if model.null is None or model.is_robust:
        return CoxRegression(coefficients, model.covariance, none, none, none)
    score, information = model.null.score, model.null.information
    return CoxRegression(
        coefficients,
        model.covariance,
        model.found.value if model.found is not None else none,
        model.null.value,
        float(score @ np.linalg.solve(information, score)),
    )


def _indicators(rows: FollowUp, codes: list[int]) -> FollowUp:
    """Return the rows of some levels, with a 0/1 predictor for each of them but the first."""
    part = rows.where(np.isin(rows["levels"], codes))
    columns = {f"x{place}": (part["levels"] == code).astype(float) for place, code in enumerate(codes[1:])}
    columns |= {name: part[name] for name in ("strata", "entry") if name in part.columns}
    return replace(part, columns=columns)
