"""The risk that a Cox model gives to people with certain predictors: its baseline hazard put to use."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rvn.validation.estimate import Estimate
from rvn.validation.follow_up.cox_model import COX, fit, model_rows, predictor_columns
from rvn.validation.follow_up.partial_likelihood import likelihood
from rvn.validation.follow_up.risk_sets import Ties
from rvn.validation.follow_up.survival import SCALES, Method, Risk, risk_by, risk_estimate
from rvn.validation.follow_up.times import positive, risk_table, times_by
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.observations import FloatArray, contract, numbers

BASELINE = "Therneau & Grambsch 2000, Modeling Survival Data, section 10.2"


def cox_risk(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    predictors: Mapping[str, npt.ArrayLike],
    people: Mapping[str, npt.ArrayLike],
    horizons: Sequence[float],
    *,
    counts: npt.ArrayLike | None = None,
    ties: Ties = "efron",
    method: Method = "log_log",
    level: float = 0.95,
) -> tuple[Estimate, ...]:
    """Risk of the event by each horizon for people with these predictors, from a Cox model of the sample.

    One minus exp(-H(t) exp(b x)), where the baseline hazard H grows at every event by one over the hazards of those
    at risk, with tied events taken as in the model. With all predictors 0 it is the baseline risk itself.

    Parameters
    ----------
    time, event, predictors, counts
        The sample, as for `cox_regression`; competing events are taken as censorings.
    people
        The same predictors of the people whose risk is wanted, each as long as the others.
    horizons
        In the unit of `time`.
    ties
        ``efron`` or ``breslow``.
    method
        The scale of the limits, which are those of the survival probability, as for `kaplan_meier`.
    level
        Confidence level. The errors are of the baseline and of the coefficients together.

    Returns
    -------
    tuple of Estimate
        Person by person, horizon by horizon; `at` also holds how many people were still at risk at the horizon.
        ``extrapolated`` without a value where nobody was followed to the horizon, ``not_estimable`` where the model
        is.

    Raises
    ------
    ContractError
        For arrays that are no follow-up, a horizon that is not above zero, or people whose predictors are not those
        of the sample.

    References
    ----------
    Therneau & Grambsch 2000, Modeling Survival Data, section 10.2; as R's survfit of a coxph.

    Examples
    --------
    A point makes no difference here, so that both have the risk of everybody, by the Nelson-Aalen estimate.

    >>> risks = cox_risk([1, 1, 2, 2], [1, 1, 0, 0], {"point": [0, 1, 0, 1]}, {"point": [0, 1]}, [1], ties="breslow")
    >>> [round(risk.value, 6) for risk in risks], round(1 - math.exp(-2 / 4), 6)
    ([0.393469, 0.393469], 0.393469)
    """
    normal_quantile(level)
    for horizon in horizons:
        positive("horizon", horizon)
    if method not in SCALES:
        raise contract(f"`method` is {method!r}; it must be one of {', '.join(SCALES)}")
    if ties == "exact":
        raise contract("`ties` is exact, which has no baseline hazard", "take efron")
    columns = predictor_columns(predictors)
    wanted = _wanted(tuple(predictors), people)
    rows = model_rows(time, event, columns, counts)
    model = fit(rows, ties)
    notes = ("competing events are taken as censorings",) if rows.has_competing else ()
    blank = Estimate(
        name="cox_risk",
        value=math.nan,
        level=level,
        n=rows.n,
        n_events=rows.n_events,
        excluded=rows.excluded,
        notes=notes,
        reference=f"{COX}; {BASELINE}",
    )
    places = [dict(zip(predictors, row.tolist(), strict=True)) for row in wanted]
    if model.sets is None or model.found is None:
        blank = replace(blank, status="not_estimable", notes=(*notes, "the model has no coefficients"))
        return tuple(replace(blank, at={**at, "horizon": horizon}) for at in places for horizon in horizons)

    found = likelihood(model.sets, model.found.coefficients)
    mean = rows.counts @ np.column_stack([rows[name] for name in columns]) / rows.n
    x = (wanted - mean) / model.scale
    # The hazards of `found` are in units of the highest one.
    relative = np.exp(x @ found.coefficients - (model.sets.x @ found.coefficients).max())
    covariance = np.linalg.inv(found.information)
    variances = found.b0 / found.at_risk**2
    table = risk_table(rows.competing_as_censored())
    estimates = []
    for at, point, hazard in zip(places, x, relative, strict=True):
        for horizon in horizons:
            by, seen = times_by(rows.times, horizon), risk_by(table, horizon)
            grown = float(found.steps[:by].sum())
            drift = found.mean_steps[:by].sum(axis=0) - point * grown
            spread = float(variances[:by].sum() + drift @ covariance @ drift)
            survival = math.exp(-hazard * grown)
            risk = Risk(
                1 - survival, survival * hazard * math.sqrt(spread), seen.n, seen.events, seen.known, seen.at_risk
            )
            if math.isnan(seen.value):
                risk = replace(risk, value=math.nan, se=math.nan)
            estimate = risk_estimate(
                "cox_risk", risk, {**at, "horizon": horizon}, method=method, level=level, of_survival=True
            )
            estimates.append(
                replace(
                    estimate,
                    method=f"Cox, {ties.title()} ties, {estimate.method}",
                    excluded=rows.excluded,
                    notes=notes + estimate.notes,
                    reference=blank.reference,
                )
            )
    return tuple(estimates)


def _wanted(names: tuple[str, ...], people: Mapping[str, npt.ArrayLike]) -> FloatArray:
    """Return the predictors of the people whose risk is wanted, one row a person."""
    if set(people) != set(names):
        raise contract(f"`people` has {', '.join(people) or 'nothing'}; the predictors are {', '.join(names)}")
    columns = [numbers(name, people[name]) for name in names]
    if len({len(column) for column in columns}) > 1:
        raise contract("the predictors in `people` differ in length")
    table = np.column_stack(columns)
    if np.isnan(table).any():
        raise contract("a predictor in `people` is absent", "a risk needs all of them")
    return table
