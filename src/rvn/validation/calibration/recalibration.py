"""Updating published risks with local outcomes: from a new intercept to a rate for every score."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import betaln, expit, logit
from scipy.stats import beta

from rvn.validation.association.logistic import Fit, fit
from rvn.validation.calibration.brier import isotonic
from rvn.validation.calibration.line import probabilities, with_logit
from rvn.validation.estimate import Estimate, Status
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.foundations.samples import sample_of
from rvn.validation.observations import FloatArray, Observations, contract, numbers
from rvn.validation.rates.proportions import limits

Update = Literal["none", "intercept", "slope", "revision", "saturated", "isotonic", "shrunken"]

MENU = "doi:10.1002/sim.1844; doi:10.1016/j.jclinepi.2007.04.018"
TERMS: dict[str, list[str]] = {"intercept": [], "slope": ["logit"], "revision": ["score"]}

# Logarithms of how many people the published risk may weigh as: from a hundredth of one to ten million.
SHRINKAGE = (math.log(1e-2), math.log(1e7))


@dataclass(frozen=True)
class Table:
    """What an update starts from: for each score with its published risk, the people and the events among them."""

    score: FloatArray
    risk: FloatArray
    people: FloatArray
    events: FloatArray


@dataclass(frozen=True)
class Updated:
    """What it ends with: a risk for each row of the table, and its limits."""

    value: FloatArray
    low: FloatArray
    high: FloatArray
    status: Status = "ok"
    notes: tuple[str, ...] = ()


def recalibrate(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    risk: npt.ArrayLike,
    *,
    update: Update,
    monotone: bool = False,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> tuple[Estimate, ...]:
    """Return the updated risk of each score.

    How well an updated table is calibrated on the people it was made from says nothing: see `optimism_corrected`.

    Parameters
    ----------
    outcome
        1 where the event happened, 0 where not.
    score
        Points.
    risk
        Published probability of the event for that score, between 0 and 1; people at 0 or 1 are left out.
    update
        ``none`` keeps the published risk; ``intercept`` shifts its logit; ``slope`` shifts and stretches it;
        ``revision`` is a new logistic line in the score; ``saturated`` takes the local rate of each score,
        ``isotonic`` the closest rates that never fall; ``shrunken`` lies between local rate and published risk,
        (events + k risk) / (people + k), with the k that makes the local counts most likely.
    monotone
        Whether risks that fall as the score rises are pooled.
    counts
        How many people each row stands for.
    level
        Confidence level of the intervals.

    Returns
    -------
    tuple of Estimate
        One per score and published risk, at its ``score`` and ``risk``.

    Raises
    ------
    ContractError
        For arrays that break the contract, risks outside 0 to 1, and an unknown update.

    References
    ----------
    Steyerberg et al. 2004, doi:10.1002/sim.1844; Janssen et al. 2008, doi:10.1016/j.jclinepi.2007.04.018.

    Examples
    --------
    Odds of 1 and 3 were published; locally they are 1/2 and 3/2.

    >>> outcome, score, risk = [0, 1, 0, 1], [0, 0, 1, 1], [0.5, 0.5, 0.75, 0.75]
    >>> for row in recalibrate(outcome, score, risk, update="intercept", counts=[20, 10, 20, 30]):
    ...     print(row.at["score"], round(row.value, 6))
    0.0 0.333333
    1.0 0.6
    """
    normal_quantile(level)
    if update not in get_args(Update):
        raise contract(f"there is no update {update!r}", f"there is {', '.join(get_args(Update))}")
    sample = local_sample(outcome, score, risk, counts=counts)
    table = table_of(sample)
    updated = apply_update(sample, table, update, level=level)
    value, low, high = updated.value, updated.low, updated.high
    if monotone:
        value, low, high = (_rising(table, risks) for risks in (value, low, high))
    return tuple(
        Estimate(
            name="updated_risk",
            value=float(value[row]),
            low=float(low[row]),
            high=float(high[row]),
            level=level,
            method=f"{update}, monotone" if monotone else update,
            n=int(table.people[row]),
            n_events=int(table.events[row]),
            excluded=sample.excluded,
            at={"score": float(table.score[row]), "risk": float(table.risk[row])},
            status=updated.status,
            notes=updated.notes,
            reference=MENU,
        )
        for row in range(len(table.people))
    )


def shift_prevalence(risk: npt.ArrayLike, *, published_rate: float, local_rate: float) -> tuple[Estimate, ...]:
    """Move published risks to another base rate, without any local outcomes.

    All odds are multiplied by the ratio of the odds of the base rates. That the score ranks and separates people
    here as it did there is assumed, and every estimate says so.

    Parameters
    ----------
    risk
        Published probabilities, 0 to 1.
    published_rate, local_rate
        Base rates where the risks come from and here, above 0 and below 1.

    Raises
    ------
    ContractError
        For risks outside 0 to 1, and base rates of 0 or 1.

    References
    ----------
    Janssen et al. 2008, doi:10.1016/j.jclinepi.2007.04.018.

    Examples
    --------
    Odds of 1/4 become odds of 1/2, so odds of 1 become 2.

    >>> round(shift_prevalence([0.5], published_rate=1 / 5, local_rate=1 / 3)[0].value, 6)
    0.666667
    """
    risks = probabilities("risk", risk)
    for name, rate in (("published_rate", published_rate), ("local_rate", local_rate)):
        if not 0 < rate < 1:
            raise contract(f"`{name}` is {rate}; it must lie between 0 and 1")
    shifted = expit(logit(risks) + logit(local_rate) - logit(published_rate))
    return tuple(
        Estimate(
            name="shifted_risk",
            value=float(value),
            method="base rate shifted",
            at={"risk": float(published)},
            status="not_estimable" if math.isnan(value) else "ok",
            notes=("assumes that only the base rate differs; no local outcomes were used",),
            reference=MENU,
        )
        for published, value in zip(risks, shifted, strict=True)
    )


def local_sample(
    outcome: npt.ArrayLike, score: npt.ArrayLike, risk: npt.ArrayLike, *, counts: npt.ArrayLike | None = None
) -> Observations:
    """Return the distinct rows of outcome, score, risk and its logit, without risks of 0 and 1."""
    columns = {"score": numbers("score", score), "risk": probabilities("risk", risk)}
    return with_logit(sample_of(outcome, columns, counts=counts))


def table_of(sample: Observations) -> Table:
    """Return a row for each score with its published risk, in their order."""
    pairs, place = np.unique(np.column_stack([sample["score"], sample["risk"]]), axis=0, return_inverse=True)
    people, events = (
        np.bincount(place, weights=weight, minlength=len(pairs)).astype(np.float64)
        for weight in (sample.counts, sample.counts * sample["outcome"])
    )
    return Table(pairs[:, 0], pairs[:, 1], people, events)


def apply_update(sample: Observations, table: Table, update: Update, *, level: float = 0.95) -> Updated:
    """Fit the update to `sample` and return the risks that it gives to the rows of `table`."""
    unknown = np.full(len(table.risk), math.nan)
    if update == "none":
        return Updated(table.risk, unknown, unknown)
    if update in ("saturated", "isotonic"):
        seen = table.people > 0  # where nobody is, the published risk stays
        rates = table.risk.copy()
        if update == "isotonic":
            rates[seen] = isotonic(table.people[seen], table.events[seen])
            return Updated(rates, unknown, unknown)
        rates[seen] = table.events[seen] / table.people[seen]
        return Updated(rates, *limits(table.events, table.people, level=level))
    if update == "shrunken":
        return _shrunken(table, level)
    model = logistic_update(sample, update)
    if not model.has_values:
        return Updated(unknown, unknown, unknown, model.status, model.notes)
    x = logit(table.risk)
    columns = {"logit": x, "score": table.score}
    design = np.column_stack([np.ones(len(x)), *(columns[term] for term in TERMS[update])])
    linear = design @ model.for_prediction + (x if update == "intercept" else 0.0)
    reach = normal_quantile(level) * np.sqrt(((design @ model.covariance) * design).sum(axis=1))
    return Updated(expit(linear), expit(linear - reach), expit(linear + reach), model.status, model.notes)


def logistic_update(sample: Observations, update: Update) -> Fit:
    """Fit one of the three updates that are logistic models."""
    return fit(sample, TERMS[update], offset="logit" if update == "intercept" else None)


def _rising(table: Table, risks: FloatArray) -> FloatArray:
    return risks if np.isnan(risks).any() else isotonic(table.people, table.people * risks)


def _shrunken(table: Table, level: float) -> Updated:
    """Weigh local events against k people at the published risk: the beta-binomial model, k by marginal likelihood."""
    others = table.people - table.events

    def surprise(log_k: float) -> float:
        events, none = np.exp(log_k) * table.risk, np.exp(log_k) * (1 - table.risk)
        return -float((betaln(events + table.events, none + others) - betaln(events, none)).sum())

    k = math.exp(minimize_scalar(surprise, bounds=SHRINKAGE, method="bounded", options={"xatol": 1e-8}).x)
    events, none = k * table.risk + table.events, k * (1 - table.risk) + others
    low, high = (beta.ppf(tail, events, none) for tail in ((1 - level) / 2, (1 + level) / 2))
    return Updated(events / (events + none), low, high, notes=(f"published risks weigh as {k:.4g} people per score",))
