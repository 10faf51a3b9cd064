"""Risk by a horizon when people are followed for unequal times: Kaplan-Meier, Aalen-Johansen, log-rank."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from rvn.validation.estimate import Estimate, Scale
from rvn.validation.follow_up.times import (
    FollowUp,
    RiskTable,
    entry_column,
    follow_up,
    grouping_column,
    labels,
    per_group,
    positive,
    risk_table,
    times_before,
    times_by,
    totals,
)
from rvn.validation.foundations.limits import normal_quantile, scaled_limits
from rvn.validation.observations import contract
from rvn.validation.rates import proportions

Method = Literal["log_log", "log", "logit", "plain", "wilson"]
SCALES: dict[Method, Scale] = {
    "log_log": "loglog",
    "log": "log",
    "logit": "logit",
    "plain": "identity",
    "wilson": "identity",
}

KAPLAN_MEIER = "doi:10.1080/01621459.1958.10501452"
AALEN_JOHANSEN = "Aalen & Johansen 1978, Scand J Stat 5:141; variance doi:10.1002/bimj.200900039"
LOG_RANK = "Peto & Peto 1972, J R Stat Soc A 135:185"
HARRINGTON_FLEMING = "doi:10.1093/biomet/69.3.553"


@dataclass(frozen=True)
class Risk:
    """Probability of the event of interest by a horizon, and what it rests on.

    `known` counts the people whose status at the horizon is known: an event by then, or free of it and still
    seen. `value` and `se` are NaN when nobody was followed that far.
    """

    value: float
    se: float
    n: int
    events: int
    known: int
    at_risk: int


def risk_by(table: RiskTable, horizon: float) -> Risk:
    """Return the Aalen-Johansen risk by `horizon`; one minus Kaplan-Meier without competing events.

    Examples
    --------
    >>> risk_by(risk_table(follow_up([1, 2, 3, 4], [1, 2, 1, 0])), 3)
    Risk(value=0.5, se=0.25, n=4, events=2, known=4, at_risk=2)
    """
    k, before = times_by(table.times, horizon), times_before(table.times, horizon)
    n, d, other = table.at_risk[:k], table.events[:k], table.competing[:k]
    at_risk = float(table.at_risk[before]) if before < len(table.times) else 0.0
    known = float(d[:before].sum() + other[:before].sum()) + at_risk
    value = se = math.nan
    left = (n - d - other) / n
    survival = np.cumprod(left)
    if at_risk > 0 or (k > 0 and survival[-1] == 0):
        before_event = np.concatenate([[1.0], survival[:-1]])[:k]
        if other.any():
            incidence = np.cumsum(before_event * d / n)
            rest = incidence[-1] - incidence
            spread = np.divide(d + other, n * (n - d - other), out=np.zeros(k), where=left > 0)
            variance = (
                rest**2 * spread + before_event**2 * d * (n - d) / n**3 - 2 * rest * before_event * d / n**2
            ).sum()
            value, se = float(incidence[-1]), math.sqrt(max(float(variance), 0.0))
        else:
            end = float(survival[-1]) if k else 1.0
            greenwood = np.divide(d, n * (n - d), out=np.zeros(k), where=left > 0).sum()
            value, se = 1 - end, end * math.sqrt(float(greenwood))
    return Risk(value, se, table.n, int(d.sum()), int(known), int(at_risk))


def risk_estimate(
    name: str, risk: Risk, at: dict[str, object], *, method: Method, level: float, of_survival: bool
) -> Estimate:
    """Return `risk` with its limits: those of the survival probability turned round, or its own."""
    normal_quantile(level)
    estimate = Estimate(
        name=name,
        value=risk.value,
        level=level,
        n=risk.n,
        n_events=risk.events,
        at={**at, "at_risk": risk.at_risk},
    )
    if risk.n == 0:
        return replace(estimate, status="not_estimable", notes=("nobody is in this group",))
    if math.isnan(risk.value):
        return replace(estimate, status="extrapolated", notes=("nobody was followed as far as the horizon",))
    if risk.value in (0, 1):
        edge = proportions.limits(risk.value * risk.known, risk.known, level=level, method="exact")
        words = f"exact binomial limits on the {risk.known:,} people whose status is known"
        return replace(estimate, low=float(edge[0]), high=float(edge[1]), method=words, status="degenerate")
    value = 1 - risk.value if of_survival else risk.value
    se, low, high, scale = probability_limits(value, risk.se, method, level)
    if of_survival:
        low, high = 1 - high, 1 - low
    words = f"{method.replace('_', '-')} limits of the {'survival' if of_survival else 'incidence'}"
    return replace(estimate, se=se, scale=scale, low=low, high=high, method=words)


def probability_limits(value: float, se: float, method: Method, level: float) -> tuple[float, float, float, Scale]:
    """Return standard error, limits and scale of a probability strictly between 0 and 1.

    ``wilson`` is Wilson's interval for the sample size whose binomial standard error is `se` (Rothman 1978);
    the others are normal limits on the scale they name, cut at 0 and 1.

    Examples
    --------
    >>> se, low, high, scale = probability_limits(0.5, 0.05, "plain", 0.95)
    >>> round(low, 3), round(high, 3), scale
    (0.402, 0.598, 'identity')
    """
    if method not in SCALES:
        raise contract(f"`method` is {method!r}; it must be one of {', '.join(SCALES)}")
    if method == "wilson":
        effective = value * (1 - value) / se**2
        wilson = proportions.limits(value * effective, effective, level=level)
        return se, float(wilson[0]), float(wilson[1]), "identity"
    se, low, high = scaled_limits(value, se, SCALES[method], level)
    return se, max(low, 0.0), min(high, 1.0), SCALES[method]


def kaplan_meier(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    horizons: Sequence[float],
    *,
    group: npt.ArrayLike | None = None,
    groups: Sequence[object] | None = None,
    counts: npt.ArrayLike | None = None,
    entry: npt.ArrayLike | None = None,
    method: Method = "log_log",
    level: float = 0.95,
) -> tuple[Estimate, ...]:
    """Risk of the event by each horizon, one minus Kaplan-Meier, for everybody or per group.

    A competing event ends the follow-up like a censoring, so with competing events this is the risk of a
    world without them, and too high for ours; see `aalen_johansen`.

    Parameters
    ----------
    time, event
        Time at risk, and 0 censored, 1 event, 2 and above competing events.
    horizons
        Times by which the risk is wanted, in the unit of `time`.
    group, groups
        Level or score of each person, and all levels in order; one that nobody has stays in the table.
    counts
        How many people each row stands for.
    entry
        Time from which each person was observed, before `time`, where that was not the start (delayed entry). Early
        on few may be at risk then, and one event among them moves all that follows.
    method
        The scale of the limits, which are those of the survival probability (as in R's survfit), or
        ``"wilson"`` with the effective sample size. At a risk of 0 or 1 they are exact binomial limits for
        the people whose status at the horizon is known.
    level
        Confidence level.

    Returns
    -------
    tuple of Estimate
        Group by group, horizon by horizon; `at` also holds how many people were still at risk at the horizon.

    Raises
    ------
    ContractError
        For arrays that are no follow-up, a horizon that is not above zero, or an unknown method.

    References
    ----------
    Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452.

    Examples
    --------
    Of four people one has the event at 1; one of the others leaves at 2; one of the two left has it at 3.

    >>> [risk] = kaplan_meier([1, 2, 3, 4], [1, 0, 1, 0], [3])
    >>> risk.value, risk.at["at_risk"]
    (0.625, 2)
    """
    columns, known = grouping_column(group, groups)
    rows = follow_up(time, event, counts=counts, **columns, **entry_column(entry))
    notes = ("competing events are taken as censorings",) if rows.has_competing else ()
    estimates = _table(
        "kaplan_meier_risk", rows.competing_as_censored(), known, horizons, method, level, of_survival=True
    )
    return tuple(
        replace(
            estimate,
            method=f"Kaplan-Meier, {estimate.method}",
            notes=notes + estimate.notes,
            reference=KAPLAN_MEIER,
        )
        for estimate in estimates
    )


def aalen_johansen(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    horizons: Sequence[float],
    *,
    group: npt.ArrayLike | None = None,
    groups: Sequence[object] | None = None,
    counts: npt.ArrayLike | None = None,
    entry: npt.ArrayLike | None = None,
    method: Method = "log_log",
    level: float = 0.95,
) -> tuple[Estimate, ...]:
    """Cumulative incidence of the event by each horizon, competing events counted as what they are.

    Parameters, result and errors are those of `kaplan_meier`; the limits are those of the incidence, as in
    R's multi-state survfit. Without competing events the incidence is one minus Kaplan-Meier.

    References
    ----------
    Aalen & Johansen 1978, Scand J Stat 5:141; variance: doi:10.1002/bimj.200900039.

    Examples
    --------
    >>> [incidence] = aalen_johansen([1, 2, 3, 4], [1, 2, 1, 0], [3])
    >>> incidence.value
    0.5
    """
    columns, known = grouping_column(group, groups)
    rows = follow_up(time, event, counts=counts, **columns, **entry_column(entry))
    estimates = _table("cumulative_incidence", rows, known, horizons, method, level, of_survival=False)
    return tuple(
        replace(estimate, method=", ".join(filter(None, ("Aalen-Johansen", estimate.method))), reference=AALEN_JOHANSEN)
        for estimate in estimates
    )


def _table(
    name: str,
    rows: FollowUp,
    known: Sequence[object],
    horizons: Sequence[float],
    method: Method,
    level: float,
    *,
    of_survival: bool,
) -> list[Estimate]:
    for horizon in horizons:
        positive("horizon", horizon)
    estimates = []
    for at, part in per_group(rows, known):
        table = risk_table(part)
        for horizon in horizons:
            risk, place = risk_by(table, horizon), {**at, "horizon": horizon}
            estimate = risk_estimate(name, risk, place, method=method, level=level, of_survival=of_survival)
            estimates.append(replace(estimate, excluded=rows.excluded))
    return estimates


def log_rank(
    time: npt.ArrayLike, event: npt.ArrayLike, group: npt.ArrayLike, *, counts: npt.ArrayLike | None = None
) -> Estimate:
    """Log-rank test that the hazard of the event is the same in every group; competing events are censored.

    References
    ----------
    Peto & Peto 1972, J R Stat Soc A 135:185; the variance is hypergeometric, as in R's survdiff.

    Examples
    --------
    >>> test = log_rank([1, 1, 2, 2], [1, 1, 1, 1], ["a", "b", "a", "b"])
    >>> test.value, test.df
    (0.0, 1.0)
    """
    return _weighted_log_rank(time, event, group, counts, weigh_early=False)


def peto_peto(
    time: npt.ArrayLike, event: npt.ArrayLike, group: npt.ArrayLike, *, counts: npt.ArrayLike | None = None
) -> Estimate:
    """Log-rank test in which early events weigh more: by the share of all people who had none just before.

    Where hazards differ early and come together later, `log_rank` sees less than this.

    References
    ----------
    Peto & Peto 1972, J R Stat Soc A 135:185; Harrington & Fleming 1982, doi:10.1093/biomet/69.3.553, with rho = 1.

    Examples
    --------
    Three of the first group come first of all; the others are mixed.

    >>> people = [1, 1, 2, 2, 5, 6, 7, 8], [1] * 8, ["a"] * 3 + ["b"] + ["b", "a", "b", "a"]
    >>> round(log_rank(*people).value, 3), round(peto_peto(*people).value, 3)
    (0.005, 0.34)
    """
    return _weighted_log_rank(time, event, group, counts, weigh_early=True)


def _weighted_log_rank(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    group: npt.ArrayLike,
    counts: npt.ArrayLike | None,
    *,
    weigh_early: bool,
) -> Estimate:
    codes, known = labels("group", group)
    rows = follow_up(time, event, counts=counts, group=codes)
    shape = len(known), len(rows.times)
    cell = rows["group"].astype(np.int64) * shape[1] + rows.at
    leaving = totals(cell, rows.counts, shape[0] * shape[1]).reshape(shape)
    events = totals(cell, rows.counts * (rows.event == 1), shape[0] * shape[1]).reshape(shape)
    used = events.sum(axis=0) > 0
    at_risk = np.cumsum(leaving[:, ::-1], axis=1)[:, ::-1][:, used]
    events = events[:, used]
    n, d = at_risk.sum(axis=0), events.sum(axis=0)
    share = at_risk / n
    weight = np.concatenate([[1.0], np.cumprod(1 - d / n)[:-1]]) if weigh_early else np.ones(len(n))
    excess = (weight * (events - share * d)).sum(axis=1)
    weighted = weight**2 * share * d * (n - d) / np.maximum(n - 1, 1)
    covariance = np.diag(weighted.sum(axis=1)) - weighted @ share.T
    df = int(np.linalg.matrix_rank(covariance, hermitian=True)) if len(known) else 0
    estimate = Estimate(
        name="peto_peto" if weigh_early else "log_rank",
        value=math.nan,
        method="Peto-Peto" if weigh_early else "log-rank",
        n=rows.n,
        n_events=rows.n_events,
        excluded=rows.excluded,
        reference=f"{LOG_RANK}; {HARRINGTON_FLEMING}" if weigh_early else LOG_RANK,
    )
    if df == 0:
        notes = ("no events while more than one group was at risk",)
        return replace(estimate, status="not_estimable", notes=notes)
    chi2 = float(excess @ np.linalg.pinv(covariance, hermitian=True) @ excess)
    p_value = float(stats.chi2.sf(chi2, df))
    return replace(estimate, value=chi2, statistic=chi2, df=float(df), p_value=p_value)
