"""The odds of the event in one group against another at equal scores, whatever form risk has along the score."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import special

from rvn.validation.estimate import Estimate, Status
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.foundations.multiplicity import with_holm
from rvn.validation.foundations.stratified import Tables
from rvn.validation.groups.parts import FEWEST, Group, judge, pairs, split
from rvn.validation.observations import FloatArray, binary, numbers

REFERENCE = "doi:10.1093/jnci/22.4.719; doi:10.2307/2531052"


def odds_ratio_at_equal_score(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    reference: object = None,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
    fewest: int = FEWEST,
) -> tuple[Estimate, ...]:
    """Return the odds of the outcome in each group over those in a reference with the same score (Mantel-Haenszel).

    Above 1 the score says too little about the group. Every score is a stratum, so nothing is assumed about how
    risk rises with it; what is assumed is that the ratio is the same at all scores, which the slope test of
    `rvn.validation.groups.differential_prediction` examines. The statistic is chi-squared without correction.

    Parameters
    ----------
    outcome
        1 for the event, 0 for none.
    score
        Score, level or any other stratum, as a number; scores that only one of two groups has add nothing.
    groups
        The group of each person, text or numbers.
    reference
        The group to compare with, the largest when not given; or ``"everyone else"``.
    counts
        How many people each row stands for.
    level
        Confidence level.
    fewest
        A group with fewer cases or non-cases is `sparse`: too few to tell.

    Raises
    ------
    ContractError
        When lengths differ, `outcome` holds anything but 0 and 1, or nobody is in the reference.

    References
    ----------
    Mantel & Haenszel 1959, doi:10.1093/jnci/22.4.719; the variance: Robins, Breslow & Greenland 1986,
    doi:10.2307/2531052.

    Examples
    --------
    Odds of 1/2 against 1/4 at one score, of 2 against 1 at the other:

    >>> outcome, score, sex = [0, 1] * 4, [1, 1, 2, 2] * 2, ["f"] * 4 + ["m"] * 4
    >>> (ratio,) = odds_ratio_at_equal_score(outcome, score, sex, counts=[40, 10, 25, 25, 20, 10, 10, 20])
    >>> round(ratio.value, 6), ratio.at
    (2.0, {'group': 'm', 'reference': 'f'})
    """
    parts = split(groups, counts=counts, outcome=binary("outcome", outcome), score=numbers("score", score))
    rows = [judge(_ratio(own, other, level), [own, other], fewest) for own, other in pairs(parts, reference)]
    return with_holm(rows)


def _ratio(own: Group, other: Group, level: float) -> Estimate:
    z = normal_quantile(level)
    scores = np.union1d(own.sample["score"], other.sample["score"])
    tables = Tables(*_cases_and_others(own, scores), *_cases_and_others(other, scores))
    top, bottom = tables.sides
    value = se = low = high = math.nan
    statistic = df = p_value = None
    status: Status = "not_estimable"
    notes: tuple[str, ...] = ("no score at which the groups can be compared",)
    variance = float(tables.variance.sum())
    if variance > 0:
        surplus = float((tables.a - tables.expected).sum())
        statistic, df = surplus**2 / variance, 1.0
        p_value = float(special.chdtrc(1, statistic))
    if top or bottom:
        value = top / bottom if bottom else math.inf
        status, notes = "degenerate", ()
    if top and bottom:
        se = tables.log_error
        low, high = value * math.exp(-z * se), value * math.exp(z * se)
        status = "ok"
    return Estimate(
        name="odds_ratio_at_equal_score",
        value=value,
        se=se,
        scale="log",
        low=low,
        high=high,
        level=level,
        method="Mantel-Haenszel",
        n=own.sample.n + other.sample.n,
        n_events=int(tables.a.sum() + tables.c.sum()),
        excluded=own.sample.excluded,
        statistic=statistic,
        df=df,
        p_value=p_value,
        at={"group": own.name, "reference": other.name},
        status=status,
        notes=notes,
        reference=REFERENCE,
    )


def _cases_and_others(part: Group, scores: FloatArray) -> tuple[FloatArray, FloatArray]:
    sample = part.sample
    place = np.searchsorted(scores, sample["score"])
    cases, others = (
        np.bincount(place, weights=sample.counts * kind, minlength=len(scores)).astype(np.float64)
        for kind in (sample["outcome"], 1 - sample["outcome"])
    )
    return cases, others
