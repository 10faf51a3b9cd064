"""The calibration curve: the observed risk at each published risk, smoothed or cell by cell."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicHermiteSpline
from scipy.special import expit, logit

from rvn.validation.association.logistic import Fit, fit
from rvn.validation.calibration.brier import by_risk, isotonic
from rvn.validation.calibration.line import with_logit, with_risk
from rvn.validation.calibration.local_regression import local_regression
from rvn.validation.calibration.spline import place_knots, spline_basis
from rvn.validation.estimate import Estimate, Status
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.observations import FloatArray, Observations, contract, numbers, observations
from rvn.validation.rates.proportions import proportion

Smoother = Literal["rcs", "isotonic", "saturated", "loess"]

CURVE = "doi:10.1002/sim.5941"
CORP = "doi:10.1073/pnas.2016191118"
NAMES = {"isotonic": "isotonic", "saturated": "rate at each risk", "loess": "loess, span 0.75, degree 2, direct"}
# With fewer distinct risks than this a local parabola follows single cells.
FEW_RISKS = 20
# With more, the curve is evaluated at so many of them and joined with its slopes.
MANY_RISKS = 5000


def calibration_curve(
    outcome: npt.ArrayLike,
    risk: npt.ArrayLike,
    *,
    smoother: Smoother = "rcs",
    knots: npt.ArrayLike | None = None,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> tuple[Estimate, ...]:
    """Return the observed risk at each published risk.

    Parameters
    ----------
    outcome
        1 where the event happened, 0 where not.
    risk
        Published probability of the event, 0 to 1.
    smoother
        ``rcs``, a restricted cubic spline on the logit of the risk with up to 5 knots, which needs four distinct
        risks and is a straight line for fewer; risks of exactly 0 or 1 are left out. ``isotonic``, the closest
        curve that never falls, without an interval. ``saturated``, the rate of each distinct risk by itself.
        ``loess``, a local parabola through the nearest three quarters of the people, without an interval; it can
        leave 0 to 1, and is `sparse` with fewer than 20 distinct risks (of more than 5,000 it joins so many).
    knots
        Places of the knots of ``rcs`` on the logit scale, at least three; by quantiles of the people when not given.
    counts
        How many people each row stands for.
    level
        Confidence level of the pointwise intervals.

    Returns
    -------
    tuple of Estimate
        One per distinct risk, at its ``risk``; ``separated`` when the spline has no finite fit and Firth's is shown.

    Raises
    ------
    ContractError
        For arrays that break the contract, risks outside 0 to 1, and fewer than three or repeated knots.

    References
    ----------
    Austin and Steyerberg 2014, doi:10.1002/sim.5941; Dimitriadis et al. 2021, doi:10.1073/pnas.2016191118.

    Examples
    --------
    >>> curve = calibration_curve([0, 1, 0, 1], [0.2, 0.2, 0.6, 0.6], smoother="saturated", counts=[7, 3, 5, 5])
    >>> [(point.at["risk"], point.value) for point in curve]
    [(0.2, 0.3), (0.6, 0.5)]
    """
    sample = usable(with_risk(outcome, risk, counts=counts), smoother)
    risks, people, events = by_risk(sample)
    places = knots_for(risks, people, smoother, knots)
    if smoother == "saturated":
        return tuple(
            replace(
                proportion(int(event), int(size), level=level),
                name="observed_risk",
                excluded=sample.excluded,
                at={"risk": float(risk)},
            )
            for risk, size, event in zip(risks, people, events, strict=True)
        )
    curve = errors = np.full(len(risks), math.nan)
    status: Status = "ok"
    notes: tuple[str, ...] = ()
    if smoother == "loess":
        return _local(sample, risks, people, events, level)
    if smoother == "isotonic":
        curve = logit(isotonic(people, events))
    else:
        model = spline_fit(risks, people, events, places)
        status, notes = model.status, model.notes
        if model.has_values:
            design = design_of(risks, places)
            curve = design @ model.for_prediction
            errors = np.sqrt(((design @ model.covariance) * design).sum(axis=1))
    reach = normal_quantile(level) * errors
    return tuple(
        Estimate(
            name="observed_risk",
            value=float(expit(middle)),
            se=float(error),
            scale="logit",
            low=float(expit(middle - wide)),
            high=float(expit(middle + wide)),
            level=level,
            method=name_of(smoother, places),
            n=sample.n,
            n_events=int(events.sum()),
            excluded=sample.excluded,
            at={"risk": float(risk)},
            status=status,
            notes=notes,
            reference=CORP if smoother == "isotonic" else CURVE,
        )
        for risk, middle, error, wide in zip(risks, curve, errors, reach, strict=True)
    )


def _local(
    sample: Observations, risks: FloatArray, people: FloatArray, events: FloatArray, level: float
) -> tuple[Estimate, ...]:
    return tuple(
        Estimate(
            name="observed_risk",
            value=float(value),
            level=level,
            method=name_of("loess", np.empty(0)),
            n=sample.n,
            n_events=int(events.sum()),
            excluded=sample.excluded,
            at={"risk": float(risk)},
            status="sparse" if len(risks) < FEW_RISKS else "ok",
            reference=CURVE,
        )
        for risk, value in zip(risks, loess(risks, people, events), strict=True)
    )


def loess(risks: FloatArray, people: FloatArray, events: FloatArray) -> FloatArray:
    """Return the height of the local parabola at each of the risks, which are distinct and in order."""
    if len(risks) < 3:
        return events / people
    rates = events / people
    if len(risks) <= MANY_RISKS:
        return local_regression(risks, rates, people, risks)[0]
    places = np.unique(np.interp(np.linspace(0, people.sum(), MANY_RISKS), np.cumsum(people), risks))
    places = np.union1d(places, risks[[0, -1]])
    height, slope = local_regression(risks, rates, people, places)
    return np.asarray(CubicHermiteSpline(places, height, slope)(risks), dtype=np.float64)


def usable(sample: Observations, smoother: Smoother) -> Observations:
    """Return the people whom the smoother can use, or raise `ContractError` when there is no such smoother."""
    if smoother not in get_args(Smoother):
        raise contract(f"there is no smoother {smoother!r}", f"there is {', '.join(get_args(Smoother))}")
    return with_logit(sample) if smoother == "rcs" else sample


def knots_for(risks: FloatArray, people: FloatArray, smoother: Smoother, knots: npt.ArrayLike | None) -> FloatArray:
    """Return the knots to use: those given, or by quantiles, or none."""
    if smoother != "rcs":
        return np.empty(0)
    if knots is None:
        return place_knots(logit(risks), people)
    places = np.unique(numbers("knots", knots))
    if len(places) < 3 or len(places) != np.size(knots) or np.isnan(places).any():
        raise contract(f"`knots` has {len(places)} different places; at least three are needed, each once")
    return places


def name_of(smoother: Smoother, places: FloatArray) -> str:
    """Say in words how the curve was made."""
    if smoother != "rcs":
        return NAMES[smoother]
    if len(places) == 0:
        return "straight line on the logit, too few distinct risks for a spline"
    return f"restricted cubic spline on the logit, knots at {', '.join(f'{place:.4g}' for place in places)}"


def design_of(risks: FloatArray, places: FloatArray) -> FloatArray:
    """Return the design matrix of the spline at these risks."""
    x = logit(risks)
    basis = spline_basis(x, places) if len(places) else x[:, None]
    return np.column_stack([np.ones(len(x)), basis])


def spline_fit(risks: FloatArray, people: FloatArray, events: FloatArray, places: FloatArray) -> Fit:
    """Fit the logistic model of the spline to the events of each risk."""
    basis = design_of(risks, places)[:, 1:]
    columns = {f"spline {place}": np.tile(column, 2) for place, column in enumerate(basis.T)}
    outcome = np.repeat([0.0, 1.0], len(risks))
    return fit(
        observations(counts=np.concatenate([people - events, events]), outcome=outcome, **columns), tuple(columns)
    )
