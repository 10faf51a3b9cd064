"""How far the calibration curve is from the diagonal: ICI, E50, E90, Emax and ECI, and what chance makes of them."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from rvn.validation.calibration.brier import by_risk, isotonic
from rvn.validation.calibration.curve import (
    FEW_RISKS,
    Smoother,
    design_of,
    knots_for,
    loess,
    name_of,
    spline_fit,
    usable,
)
from rvn.validation.calibration.line import probabilities, with_risk
from rvn.validation.calibration.spline import quantile_of
from rvn.validation.estimate import Estimate, Status
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.observations import FloatArray, Observations, observations

NAMES = ("ici", "e50", "e90", "emax", "eci")
ICI = "doi:10.1002/sim.8281"
ECI = "doi:10.1016/j.jbi.2014.12.016"


def calibration_errors(
    outcome: npt.ArrayLike,
    risk: npt.ArrayLike,
    *,
    smoother: Smoother = "rcs",
    knots: npt.ArrayLike | None = None,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
    rng: np.random.Generator | int | None = None,
    replicates: int = 2000,
) -> tuple[Estimate, ...]:
    """Return how far the calibration curve is from the published risks, over the people: ICI, E50, E90, Emax, ECI.

    ICI is the mean of the absolute differences, E50 their median, E90 their 90th percentile, Emax the largest, and
    ECI 100 times the mean of their squares. They depend on the smoother, which is named in `method`; they cannot
    be 0, and what they are by chance alone is told by `calibration_errors_by_chance`.

    Parameters
    ----------
    outcome, risk, smoother, knots, counts
        As `calibration_curve`.
    level
        Confidence level of the bootstrap percentile intervals.
    rng
        A generator or a seed for the bootstrap; no intervals without.
    replicates
        Number of bootstrap samples.

    Raises
    ------
    ContractError
        As `calibration_curve`.

    References
    ----------
    Austin and Steyerberg 2019, doi:10.1002/sim.8281; Van Hoorde et al. 2015, doi:10.1016/j.jbi.2014.12.016.

    Examples
    --------
    A rate of 0.3 where 0.2 was said, of 0.5 where it was 0.6: always 0.1 away.

    >>> outcome, risk = [0, 1, 0, 1], [0.2, 0.2, 0.6, 0.6]
    >>> for error in calibration_errors(outcome, risk, smoother="saturated", counts=[7, 3, 5, 5]):
    ...     print(error.name, round(error.value, 6))
    ici 0.1
    e50 0.1
    e90 0.1
    emax 0.1
    eci 1.0
    """
    normal_quantile(level)
    sample = usable(with_risk(outcome, risk, counts=counts), smoother)
    risks, people, events = by_risk(sample)
    places = knots_for(risks, people, smoother, knots)
    values = _errors(risks, people, events, smoother, places)
    drawn: list[FloatArray] = []
    method = name_of(smoother, places)
    if rng is not None and not np.isnan(values).any():
        generator = np.random.default_rng(rng)
        shares = np.concatenate([people - events, events]) / sample.n
        for _ in range(replicates):
            others, again = np.split(generator.multinomial(sample.n, shares).astype(np.float64), 2)
            drawn.append(_errors(risks, others + again, again, smoother, places))
        method = f"{method}; bootstrap percentile, {replicates:,} replicates"
    status: Status = "not_estimable" if np.isnan(values).any() else "ok"
    if smoother == "rcs":
        status = spline_fit(risks, people, events, places).status
    elif smoother == "loess" and 0 < len(risks) < FEW_RISKS:
        status = "sparse"
    return _summarised(values, drawn, sample, level, method, status)


def calibration_errors_by_chance(
    risk: npt.ArrayLike,
    *,
    rng: np.random.Generator | int,
    smoother: Smoother = "rcs",
    knots: npt.ArrayLike | None = None,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
    replicates: int = 2000,
) -> tuple[Estimate, ...]:
    """Return what `calibration_errors` are on average when every risk is exactly right, with the range of chance.

    Outcomes are drawn from the risks themselves. An error below the upper limit is no sign of miscalibration; the
    error less this mean is the error corrected for noise.

    Parameters
    ----------
    risk, smoother, knots, counts
        As `calibration_curve`.
    rng
        A generator or a seed.
    level
        Share of the draws between the limits.
    replicates
        Number of draws.

    Raises
    ------
    ContractError
        As `calibration_curve`.

    Examples
    --------
    Of two people at 0.5 both, one or none has the event: 0.5 away in half of the draws, 0 in the other half.

    >>> ici = calibration_errors_by_chance([0.5, 0.5], rng=1, smoother="saturated")[0]
    >>> abs(ici.value - 0.25) < 0.02, ici.low, ici.high
    (True, 0.0, 0.5)
    """
    normal_quantile(level)
    sample = usable(observations(counts=counts, risk=probabilities("risk", risk)), smoother)
    risks, place = np.unique(sample["risk"], return_inverse=True)
    people = np.bincount(place, weights=sample.counts, minlength=len(risks)).astype(np.float64)
    places = knots_for(risks, people, smoother, knots)
    generator = np.random.default_rng(rng)
    drawn = []
    for _ in range(replicates):
        events = generator.binomial(people.astype(np.int64), risks).astype(np.float64)
        drawn.append(_errors(risks, people, events, smoother, places))
    table = np.array(drawn)
    means = np.nanmean(table, axis=0) if not np.isnan(table).all() else np.full(len(NAMES), math.nan)
    method = f"{name_of(smoother, places)}; {replicates:,} draws from the risks"
    return _summarised(means, drawn, sample, level, method, "not_estimable" if np.isnan(means).any() else "ok")


def _errors(
    risks: FloatArray, people: FloatArray, events: FloatArray, smoother: Smoother, places: FloatArray
) -> FloatArray:
    """Return the five errors, NaN when the curve cannot be fitted."""
    here = people > 0
    risks, people, events = risks[here], people[here], events[here]
    if len(risks) == 0:
        return np.full(len(NAMES), math.nan)
    if smoother == "saturated":
        curve = events / people
    elif smoother == "isotonic":
        curve = isotonic(people, events)
    elif smoother == "loess":
        curve = loess(risks, people, events)
    else:
        model = spline_fit(risks, people, events, places)
        if not model.has_values:
            return np.full(len(NAMES), math.nan)
        curve = expit(design_of(risks, places) @ model.for_prediction)
    away = np.abs(curve - risks)
    order = np.argsort(away)
    away, people = away[order], people[order]
    mean, square = people @ away / people.sum(), people @ away**2 / people.sum()
    median, ninetieth = quantile_of(away, people, 0.5), quantile_of(away, people, 0.9)
    return np.array([mean, median, ninetieth, away[-1], 100 * square])


def _summarised(
    values: FloatArray,
    drawn: list[FloatArray],
    sample: Observations,
    level: float,
    method: str,
    status: Status,
) -> tuple[Estimate, ...]:
    limits = np.full((2, len(NAMES)), math.nan)
    notes: tuple[str, ...] = ()
    if drawn:
        table = np.array(drawn)
        fitted = table[~np.isnan(table).any(axis=1)]
        if len(fitted) < len(table):
            notes = (f"{len(table) - len(fitted):,} of {len(table):,} draws could not be fitted",)
        if len(fitted):
            limits = np.quantile(fitted, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return tuple(
        Estimate(
            name=name,
            value=float(value),
            low=float(low),
            high=float(high),
            level=level,
            method=method,
            n=sample.n,
            n_events=int(sample.counts @ sample["outcome"]) if "outcome" in sample.columns else None,
            excluded=sample.excluded,
            status=status,
            notes=notes,
            reference=ECI if name == "eci" else ICI,
        )
        for name, value, low, high in zip(NAMES, values, *limits, strict=True)
    )
