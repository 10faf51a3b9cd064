"""Subdistribution hazard ratios: how a score ranks people by their cumulative incidence (Fine and Gray).

Who had a competing event stays at risk, with the chance of not having been censored since: a risk set that nobody
lives in, but whose hazard is that of the cumulative incidence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import stats

from rvn.validation.estimate import Estimate
from rvn.validation.follow_up.censoring import uncensored
from rvn.validation.follow_up.cox_maximum import CONVERGED, REACH, STEPS, is_singular
from rvn.validation.follow_up.cox_model import predictor_columns
from rvn.validation.follow_up.times import FollowUp, follow_up, risk_table, totals
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.observations import FloatArray

FINE_GRAY = "doi:10.1080/01621459.1999.10474144"


@dataclass(frozen=True)
class FineGrayRegression:
    """A fitted model: log subdistribution hazard ratios at their ``term``, and what comparing models needs.

    The likelihood is a pseudo-likelihood, of people weighted; without a maximum it is NaN.
    """

    coefficients: tuple[Estimate, ...]
    covariance: FloatArray
    log_likelihood: float


def subdistribution_hazard_ratio(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Factor by which one more point multiplies the hazard of the cumulative incidence (Fine and Gray).

    It says how the score ranks people by the risk of the event that they really run, competing events included;
    whether the score drives the event is a question for `hazard_ratio`, which is cause-specific. Ties are
    Breslow's; without competing events it is the ratio of `hazard_ratio` with those.

    Parameters
    ----------
    time, event
        Time at risk, and 0 censored, 1 event, 2 and above competing events.
    score
        Points, higher = riskier.
    counts
        How many people each row stands for.
    level
        Confidence level.

    Returns
    -------
    Estimate
        Wald limits and test, standard error on the log scale; it takes in that the chance of being censored is
        estimated. ``not_estimable`` without events, when all have the same score, or without a maximum.

    Raises
    ------
    ContractError
        For arrays that are no follow-up.

    References
    ----------
    Fine & Gray 1999, doi:10.1080/01621459.1999.10474144.

    Examples
    --------
    The event comes to one of two with a point and to one of two without: no difference.

    >>> round(subdistribution_hazard_ratio([1, 1, 2, 2], [1, 1, 2, 2], [0, 1, 0, 1]).value, 9)
    1.0
    """
    (estimate,) = fine_gray_regression(time, event, {"score": score}, counts=counts, level=level).coefficients
    with np.errstate(over="ignore"):
        value, low, high = np.exp([estimate.value, estimate.low, estimate.high]).tolist()
    return replace(estimate, name="subdistribution_hazard_ratio", scale="log", at={}, value=value, low=low, high=high)


def fine_gray_regression(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    predictors: Mapping[str, npt.ArrayLike],
    *,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> FineGrayRegression:
    """Log subdistribution hazard ratio of the event per unit of each predictor, the others held equal.

    Parameters, errors and reference as `subdistribution_hazard_ratio`.

    Parameters
    ----------
    predictors
        Numbers by name; a category goes in as one 0/1 column per level but one.

    Examples
    --------
    >>> model = fine_gray_regression([1, 1, 2, 2], [1, 1, 2, 2], {"point": [0, 1, 0, 1]})
    >>> round(model.coefficients[0].value, 9) == 0
    True
    """
    z = normal_quantile(level)
    rows = follow_up(time, event, counts=counts, **predictor_columns(predictors))
    x = np.column_stack([rows[name] for name in rows.columns])
    found = _fit(rows, x)
    estimates = []
    for place, name in enumerate(predictors):
        blank = Estimate(
            name="log_subdistribution_hazard_ratio",
            value=math.nan,
            level=level,
            method="Fine and Gray, Breslow ties, Wald",
            n=rows.n,
            n_events=rows.n_events,
            excluded=rows.excluded,
            at={"term": name},
            status="not_estimable",
            notes=("no events, nothing that tells people apart, or no finite maximum",),
            reference=FINE_GRAY,
        )
        if found is None:
            estimates.append(blank)
            continue
        value, se = float(found.coefficients[place]), math.sqrt(found.covariance[place, place])
        estimates.append(
            replace(
                blank,
                value=value,
                se=se,
                low=value - z * se,
                high=value + z * se,
                statistic=value / se if se else None,
                p_value=2 * float(stats.norm.sf(abs(value / se))) if se else None,
                status="ok" if se else "degenerate",
                notes=() if rows.has_competing else ("nobody had a competing event",),
            )
        )
    if found is None:
        return FineGrayRegression(tuple(estimates), np.full((x.shape[1],) * 2, math.nan), math.nan)
    return FineGrayRegression(tuple(estimates), found.covariance, found.log_likelihood)


@dataclass(frozen=True)
class _Found:
    coefficients: FloatArray
    covariance: FloatArray
    log_likelihood: float


@dataclass(frozen=True)
class _RiskSets:
    """Sums over the weighted risk set just before each time, at some coefficients."""

    hazard: FloatArray
    total: FloatArray
    mean: FloatArray
    square: FloatArray


def _fit(rows: FollowUp, x: FloatArray) -> _Found | None:
    """Climb by Newton steps, halved while they lead down; None where there is no maximum."""
    if rows.n_events == 0:
        return None
    center = rows.counts @ x / rows.n
    scale = np.sqrt(rows.counts @ (x - center) ** 2 / rows.n)
    if (scale == 0).any():
        return None
    x = (x - center) / scale
    chance = uncensored(risk_table(rows))
    coefficients = np.zeros(x.shape[1])
    value, score, information = _likelihood(rows, x, chance, coefficients)
    for _ in range(STEPS):
        if is_singular(information):
            return None
        step = np.linalg.solve(information, score)
        while np.ptp(x @ (coefficients + step)) > REACH:
            step = step / 2
        there = _likelihood(rows, x, chance, coefficients + step)
        while there[0] < value - 1e-9 * abs(value):
            step = step / 2
            there = _likelihood(rows, x, chance, coefficients + step)
        coefficients, (value, score, information) = coefficients + step, there
        if np.abs(step).max() < CONVERGED:
            inverse = np.linalg.inv(information)
            covariance = inverse @ _spread(rows, x, chance, coefficients) @ inverse
            return _Found(coefficients / scale, covariance / np.outer(scale, scale), value)
    return None


def _risk_sets(rows: FollowUp, x: FloatArray, chance: FloatArray, coefficients: FloatArray) -> _RiskSets:
    hazard = np.exp(x @ coefficients)
    size, wide = len(rows.times), x.shape[1]
    powers = np.column_stack([np.ones(len(x)), x, (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)])
    mass = (rows.counts * hazard)[:, None] * powers
    # At their own time people are at risk whatever happens to them; afterwards only those with a competing event.
    kept = mass * np.where(rows.event > 1, 1 / _at_least(chance[rows.at]), 0.0)[:, None]
    here, later = (np.column_stack([totals(rows.at, one, size) for one in part.T]) for part in (mass, kept))
    sums = np.cumsum(here[::-1], axis=0)[::-1]
    sums += chance[:size, None] * (np.cumsum(later, axis=0) - later)
    return _RiskSets(
        hazard,
        sums[:, 0],
        sums[:, 1 : wide + 1] / sums[:, :1],
        (sums[:, wide + 1 :] / sums[:, :1]).reshape(size, wide, wide),
    )


def _at_least(chance: FloatArray) -> FloatArray:
    """Return chances that can be divided by; who leaves when nobody is left uncensored weighs nothing later."""
    return np.where(chance > 0, chance, math.inf)


def _likelihood(
    rows: FollowUp, x: FloatArray, chance: FloatArray, coefficients: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    sets = _risk_sets(rows, x, chance, coefficients)
    case = rows.event == 1
    people, at = rows.counts[case], rows.at[case]
    value = float(people @ (x[case] @ coefficients - np.log(sets.total[at])))
    score = people @ (x[case] - sets.mean[at])
    information = np.tensordot(people, sets.square[at] - sets.mean[at][:, :, None] * sets.mean[at][:, None, :], axes=1)
    return value, score, information


def _spread(rows: FollowUp, x: FloatArray, chance: FloatArray, coefficients: FloatArray) -> FloatArray:
    """Return the sum of squares of what each person adds to the score, by themselves and through the weights.

    These are eta and psi of Fine and Gray, section 3.
    """
    sets = _risk_sets(rows, x, chance, coefficients)
    size, wide = len(rows.times), x.shape[1]
    table = risk_table(rows)
    jump = table.events / sets.total  # of the baseline, at each time
    case, competing = rows.event == 1, rows.event > 1
    steps = np.column_stack([jump, sets.mean * jump[:, None]])
    until = np.cumsum(steps, axis=0)
    # After a competing event each step counts with the chance of not having been censored since.
    weighed = np.cumsum(steps * chance[:size, None], axis=0)
    since = np.where(competing, 1 / _at_least(chance[rows.at]), 0.0)[:, None]
    total = until[rows.at] + since * (weighed[-1] - weighed[rows.at])
    eta = np.where(case[:, None], x - sets.mean[rows.at], 0.0)
    eta = eta - sets.hazard[:, None] * (x * total[:, :1] - total[:, 1:])

    # What a censoring at a time does to the later weights of those who had a competing event by then.
    mass = (rows.counts * sets.hazard)[:, None] * since * np.column_stack([np.ones(len(x)), x])
    earlier = np.column_stack([totals(rows.at, one, size) for one in mass.T])
    earlier = np.cumsum(earlier, axis=0)
    ahead = weighed[-1] - weighed
    pull = earlier[:, 1:] * ahead[:, :1] - earlier[:, :1] * ahead[:, 1:]
    eligible = table.at_risk - table.events - table.competing
    per_person = np.divide(pull, eligible[:, None], out=np.zeros((size, wide)), where=eligible[:, None] > 0)
    hazard = np.divide(table.censored, eligible, out=np.zeros(size), where=eligible > 0)
    compensator = np.cumsum(per_person * hazard[:, None], axis=0)
    before = np.concatenate([np.zeros((1, wide)), compensator])[rows.at]
    psi = np.where((rows.event == 0)[:, None], per_person[rows.at] - compensator[rows.at], -before)
    added = eta + psi
    spread: FloatArray = (rows.counts[:, None] * added).T @ added
    return spread
