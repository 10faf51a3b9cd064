"""Whether predicted risks are right when people were followed for unequal times: expected over observed, and slope."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from rvn.validation.calibration.line import probabilities
from rvn.validation.estimate import Estimate
from rvn.validation.follow_up.cox_model import fit, model_rows
from rvn.validation.follow_up.incidents import poisson_limits
from rvn.validation.follow_up.survival import risk_by, risk_estimate
from rvn.validation.follow_up.times import follow_up, grouping_column, per_group, positive, risk_table
from rvn.validation.foundations.limits import scaled_limits
from rvn.validation.observations import binary, contract, observations

EXPECTED_OBSERVED = "doi:10.1177/0093854816683956"
EXPOSURE = "doi:10.1177/0962280213497434"

Method = Literal["incidence", "events"]


def expected_observed_at(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    risk: npt.ArrayLike,
    horizon: float,
    *,
    group: npt.ArrayLike | None = None,
    groups: Sequence[object] | None = None,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
    method: Method = "incidence",
) -> tuple[Estimate, ...]:
    """Mean predicted risk by a horizon over the observed one (E/O), for everybody or per group.

    The observed risk is the cumulative incidence (Aalen-Johansen; one minus Kaplan-Meier without competing
    events), not the share of people seen to have the event, which is too low when some left before.

    Parameters
    ----------
    time, event
        Time at risk, and 0 censored, 1 event, 2 and above competing events.
    risk
        Predicted probability of the event by `horizon`, between 0 and 1.
    horizon
        In the unit of `time`.
    group, groups
        Level or score of each person, and all levels in order; one that nobody has stays in the table.
    counts
        How many people each row stands for.
    level
        Confidence level.
    method
        Log-normal limits with the standard error of the incidence, or with that of the number of ``events`` by
        the horizon, sqrt(1/events), as published for this field.

    Returns
    -------
    tuple of Estimate
        One per group. Without events the ratio is infinite and `sparse`, with its exact lower limit.

    Raises
    ------
    ContractError
        For arrays that are no follow-up, a horizon that is not above zero, or a risk outside 0 to 1.

    References
    ----------
    Hanson 2017, doi:10.1177/0093854816683956.

    Examples
    --------
    >>> [ratio] = expected_observed_at([1, 2, 3, 3], [1, 1, 0, 0], [0.5, 0.25, 0.25, 0.5], 3)
    >>> ratio.value
    0.75
    """
    positive("horizon", horizon)
    if method not in get_args(Method):
        raise contract(f"`method` is {method!r}; it must be one of {', '.join(get_args(Method))}")
    columns, known = grouping_column(group, groups)
    rows = follow_up(time, event, counts=counts, risk=probabilities("risk", risk), **columns)
    estimates = []
    for at, part in per_group(rows, known):
        observed = risk_by(risk_table(part), horizon)
        estimate = replace(
            risk_estimate(
                "expected_observed",
                observed,
                {**at, "horizon": horizon},
                method="log_log",
                level=level,
                of_survival=False,
            ),
            excluded=rows.excluded,
            reference=EXPECTED_OBSERVED,
        )
        expected = float(part.counts @ part["risk"]) / max(part.n, 1)
        estimates.append(_over_observed(estimate, expected, observed.se, method))
    return tuple(estimates)


def _over_observed(estimate: Estimate, expected: float, se: float, method: Method) -> Estimate:
    """Return `expected` over the observed risk that `estimate` holds."""
    observed = estimate.value
    if math.isnan(observed):
        return estimate
    if expected == 0:
        notes = ("no events are expected",)
        return replace(
            estimate, value=math.nan, se=math.nan, low=math.nan, high=math.nan, status="not_estimable", notes=notes
        )
    if observed in (0, 1):
        return replace(
            estimate,
            value=expected / observed if observed else math.inf,
            low=expected / estimate.high,
            high=expected / estimate.low if observed else math.inf,
            status="degenerate" if observed else "sparse",
        )
    value = expected / observed
    error = se / observed if method == "incidence" else 1 / math.sqrt(estimate.n_events or math.nan)
    error, low, high = scaled_limits(value, error * value, "log", estimate.level)
    words = "cumulative incidence" if method == "incidence" else "number of events"
    return replace(estimate, value=value, se=error, scale="log", low=low, high=high, method=f"log-normal, {words}")


def calibration_slope_at(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    risk: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """How far predicted risks by a horizon are spread as they should be, with unequal follow-up: 1 is right.

    The coefficient of ln(-ln(1 - risk)) in a Cox model: below 1 high risks are too high and low ones too low.

    Parameters
    ----------
    time, event
        Time at risk, and 0 censored, 1 event, 2 and above competing events, which are taken as censorings.
    risk
        Predicted probability of the event by the horizon, above 0 and below 1.
    counts
        How many people each row stands for.
    level
        Confidence level of the Wald limits.

    Returns
    -------
    Estimate
        `not_estimable` without events, or where all risks are equal.

    Raises
    ------
    ContractError
        For arrays that are no follow-up, or a risk of 0 or 1, which no slope can spread.

    References
    ----------
    Crowson, Atkinson & Therneau 2016, doi:10.1177/0962280213497434.

    Examples
    --------
    >>> slope = calibration_slope_at([1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 0], [0.6, 0.3, 0.3, 0.6, 0.3, 0.3])
    >>> slope.name, slope.status
    ('calibration_slope', 'ok')
    """
    chance = probabilities("risk", risk)
    if ((chance == 0) | (chance == 1)).any():
        raise contract("`risk` holds 0 or 1: such a risk has no complementary log-log")
    rows = model_rows(time, event, {"x0": np.log(-np.log1p(-chance))}, counts, None, None, None, None)
    found = fit(rows, "efron").estimate(0, "calibration_slope", level=level)
    return replace(found, method=f"{found.method}, complementary log-log of the risk", reference=EXPOSURE)


def expected_observed_during(
    event: npt.ArrayLike,
    risk: npt.ArrayLike,
    *,
    group: npt.ArrayLike | None = None,
    groups: Sequence[object] | None = None,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> tuple[Estimate, ...]:
    """Events expected while people were followed over those observed, for a risk known as a curve of time.

    A person followed until T is expected to have -log(1 - p(T)) events, p(T) being the risk by then, so people
    count for as long as they were seen. This is the inverse of a standardised incidence ratio.

    Parameters
    ----------
    event
        1 for the event during the follow-up, 0 for none.
    risk
        Predicted probability of the event by the end of the person's own follow-up, which is the event, the
        censoring or the horizon, whichever comes first; 0 and above, below 1.
    group, groups
        Level or score of each person, and all levels in order; one that nobody has stays in the table.
    counts
        How many people each row stands for.
    level
        Confidence level of the exact Poisson limits.

    Raises
    ------
    ContractError
        When lengths differ, `event` holds anything but 0 and 1, or a risk is below 0 or not below 1.

    References
    ----------
    Crowson, Atkinson & Therneau 2016, doi:10.1177/0962280213497434.

    Examples
    --------
    >>> [ratio] = expected_observed_during([1, 0], [1 - np.exp(-1.5), 1 - np.exp(-0.5)])
    >>> round(ratio.value, 9)
    2.0
    """
    chance = probabilities("risk", risk)
    if (chance == 1).any():
        raise contract("`risk` holds 1: nobody can be expected to have infinitely many events")
    columns, known = grouping_column(group, groups)
    sample = observations(counts=counts, event=binary("event", event), risk=chance, **columns)
    hazard = -np.log1p(-sample["risk"])
    everybody = np.ones(len(hazard), dtype=bool)
    parts = [({"group": label}, sample["group"] == number) for number, label in enumerate(known)]
    estimates = []
    for at, keep in parts if group is not None else [({}, everybody)]:
        people = sample.counts[keep]
        observed, expected = int(people @ sample["event"][keep]), float(people @ hazard[keep])
        low, high = poisson_limits(observed, level)
        estimate = Estimate(
            name="expected_observed",
            value=math.nan,
            level=level,
            method="exposure, exact Poisson",
            n=int(people.sum()),
            n_events=observed,
            excluded=sample.excluded,
            at=at,
            reference=EXPOSURE,
        )
        if expected == 0:
            estimate = replace(estimate, status="not_estimable", notes=("no events are expected",))
        else:
            estimate = replace(
                estimate,
                value=expected / observed if observed else math.inf,
                low=expected / high,
                high=expected / low if observed else math.inf,
                status="ok" if observed else "sparse",
            )
        estimates.append(estimate)
    return tuple(estimates)
