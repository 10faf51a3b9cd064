"""Whether a score means the same risk in every group, and by how much it does not: Cleary's model of test bias."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import special

from rvn.validation.association.logistic import fit
from rvn.validation.association.odds_ratios import differential_prediction
from rvn.validation.estimate import Estimate
from rvn.validation.follow_up.cox import CoxRegression, cox_regression
from rvn.validation.foundations.multiplicity import with_holm
from rvn.validation.groups.parts import FEWEST, Group, judge, pairs, split, together
from rvn.validation.observations import FloatArray, Observations, binary, numbers

CLEARY = "doi:10.1111/j.1745-3984.1968.tb00613.x; doi:10.1111/1745-9125.12123"


@dataclass(frozen=True)
class DifferentialPrediction:
    """The tests over all groups, and what differs in each group against a reference.

    `tests` are at the test ``intercept``, ``slope`` and ``overall``. `intercepts` are the odds (or hazard) of the
    group over those of the reference at the same score: above 1 the score says too little about the group.
    `slopes` are the odds (or hazard) ratio per point in the group over that in the reference: below 1 the score
    separates the group less. Their p-values are adjusted by Holm's method.
    """

    tests: tuple[Estimate, ...]
    intercepts: tuple[Estimate, ...]
    slopes: tuple[Estimate, ...]


def differential_prediction_by_group(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    reference: object = None,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
    fewest: int = FEWEST,
) -> DifferentialPrediction:
    """Return by how much the odds of the outcome at a score, and their rise per point, differ between groups.

    Logistic models of the score, the score and the group, and their product. The tests over all groups are
    likelihood-ratio; each group is compared with the reference in a model of the two, by profile likelihood.
    Where slopes differ, the intercept is an average over the scores that occur. For a published risk pass its
    logit: then the slope is the calibration slope, and the intercept calibration in the large.

    Parameters
    ----------
    outcome
        1 for the event, 0 for none.
    score
        Points, or the logit of a published risk.
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

    Returns
    -------
    DifferentialPrediction
        A group without events, or without non-events, is `separated`, with Firth's penalised values.

    Raises
    ------
    ContractError
        When lengths differ, `outcome` holds anything but 0 and 1, or nobody is in the reference.

    References
    ----------
    Cleary 1968, doi:10.1111/j.1745-3984.1968.tb00613.x; Skeem & Lowenkamp 2016, doi:10.1111/1745-9125.12123.

    Examples
    --------
    Twice the odds at either score, and twice the odds per point in both groups:

    >>> outcome, score, sex = [0, 1] * 4, [0, 0, 1, 1] * 2, ["f"] * 4 + ["m"] * 4
    >>> found = differential_prediction_by_group(outcome, score, sex, counts=[60, 30, 30, 30, 40, 40, 20, 40])
    >>> round(found.intercepts[0].value, 6), round(found.slopes[0].value, 6), found.intercepts[0].at
    (2.0, 1.0, {'group': 'm', 'reference': 'f'})
    """
    columns = {"outcome": binary("outcome", outcome), "score": numbers("score", score)}
    parts = split(groups, counts=counts, **columns)
    tests = differential_prediction(outcome, score, groups, counts=counts)
    intercepts: list[Estimate] = []
    slopes: list[Estimate] = []
    for own, other in pairs(parts, reference):
        sample = _pair(own, other)
        at = {"group": own.name, "reference": other.name}
        for rows, name, terms in (
            (intercepts, "odds_ratio_at_equal_score", ["score", "group"]),
            (slopes, "slope_ratio", ["score", "group", "product"]),
        ):
            model = fit(sample, terms)
            row = model.estimate(terms[-1], name=name, level=level, odds_ratio=True, at=at)
            rows.append(judge(replace(row, reference=f"{CLEARY}; {row.reference}"), [own, other], fewest))
    return DifferentialPrediction(
        tuple(judge(test, parts, fewest) for test in tests), with_holm(intercepts), with_holm(slopes)
    )


def differential_prediction_in_time(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    score: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    reference: object = None,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
    fewest: int = FEWEST,
) -> DifferentialPrediction:
    """Return by how much the hazard at a score, and its rise per point, differ between groups (Cox).

    The models and tests of `differential_prediction_by_group` for follow-up time; limits and tests of single groups are
    Wald's. Competing events are taken as censorings. A group without events has no estimate.

    Parameters
    ----------
    time, event
        Time at risk, and 0 censored, 1 event, 2 and above competing events.
    score, groups, reference, counts, level, fewest
        As in `differential_prediction_by_group`; cases are those with the event.

    Raises
    ------
    ContractError
        For arrays that are no follow-up, or when nobody is in the reference.

    References
    ----------
    Skeem & Lowenkamp 2016, doi:10.1111/1745-9125.12123; Cox 1972, doi:10.1111/j.2517-6161.1972.tb00899.x.

    Examples
    --------
    In each group one of two with a point, and one of two without, has the event at once:

    >>> time, event, score = [1, 1, 2, 2] * 2, [1, 1, 0, 0] * 2, [0, 1, 0, 1] * 2
    >>> found = differential_prediction_in_time(time, event, score, ["f"] * 4 + ["m"] * 4, counts=[30] * 8)
    >>> round(found.intercepts[0].value, 6), round(found.slopes[0].value, 6)
    (1.0, 1.0)
    """
    events = numbers("event", event)
    columns = {
        "outcome": np.where(np.isnan(events), np.nan, events == 1),
        "time": numbers("time", time),
        "event": events,
        "score": numbers("score", score),
    }
    parts = split(groups, counts=counts, **columns)
    intercepts: list[Estimate] = []
    slopes: list[Estimate] = []
    for own, other in pairs(parts, reference):
        sample = _pair(own, other)
        at = {"group": own.name, "reference": other.name}
        for rows, name, terms in (
            (intercepts, "hazard_ratio_at_equal_score", ["score", "group"]),
            (slopes, "slope_ratio", ["score", "group", "product"]),
        ):
            row = _as_ratio(_cox(sample, terms, level).coefficients[-1])
            row = replace(row, name=name, at=at, excluded=sample.excluded, reference=f"{CLEARY}; {row.reference}")
            rows.append(judge(row, [own, other], fewest))
    tests = [judge(test, parts, fewest) for test in _cox_tests(parts)] if parts else []
    return DifferentialPrediction(tuple(tests), with_holm(intercepts), with_holm(slopes))


def _pair(own: Group, other: Group) -> Observations:
    """Return the people of two groups, with ``group`` (1 for the first) and its ``product`` with the score."""
    sample = together([own, other]).sample
    group = np.repeat([1.0, 0.0], [len(own.sample.counts), len(other.sample.counts)])
    columns = {**sample.columns, "group": group, "product": group * sample["score"]}
    return Observations(columns, sample.counts, sample.excluded)


def _cox(sample: Observations, terms: Sequence[str], level: float = 0.95) -> CoxRegression:
    predictors = {term: sample[term] for term in terms}
    return cox_regression(sample["time"], sample["event"], predictors, counts=sample.counts, level=level)


def _as_ratio(row: Estimate) -> Estimate:
    with np.errstate(over="ignore"):
        value, low, high = np.exp([row.value, row.low, row.high]).tolist()
    return replace(row, value=value, low=low, high=high, scale="log")


def _cox_tests(parts: Sequence[Group]) -> list[Estimate]:
    """Return the likelihood-ratio tests of level, slope and both over all groups."""
    sample = together(parts).sample
    columns: dict[str, FloatArray] = dict(sample.columns)
    member = np.repeat(np.arange(len(parts)), [len(part.sample.counts) for part in parts])
    levels, products = [], []
    for place in range(1, len(parts)):
        levels.append(f"group {place}")
        products.append(f"product {place}")
        columns[levels[-1]] = (member == place).astype(np.float64)
        columns[products[-1]] = columns[levels[-1]] * sample["score"]
    sample = Observations(columns, sample.counts, sample.excluded)
    heights = [
        _cox(sample, terms).log_likelihood for terms in (["score"], ["score", *levels], ["score", *levels, *products])
    ]
    tests = []
    for name, smaller, larger in (("intercept", 0, 1), ("slope", 1, 2), ("overall", 0, 2)):
        value = 2 * (heights[larger] - heights[smaller])
        is_tested = bool(levels) and not math.isnan(value)
        df = float(len(levels) * (larger - smaller))
        tests.append(
            Estimate(
                name="differential_prediction",
                value=max(value, 0.0) if is_tested else math.nan,
                method="Cox, likelihood-ratio chi-square",
                n=sample.n,
                n_events=int(sample.counts @ sample["outcome"]),
                excluded=sample.excluded,
                statistic=max(value, 0.0) if is_tested else None,
                df=df if is_tested else None,
                p_value=float(special.chdtrc(df, max(value, 0.0))) if is_tested else None,
                at={"test": name},
                status="ok" if is_tested else "not_estimable",
                notes=() if is_tested else ("one group only, or a model without a finite maximum",),
                reference=CLEARY,
            )
        )
    return tests
