"""How strongly a score goes with a binary outcome: odds ratios per point, per SD and per level, and tests."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rvn.validation.association.logistic import fit, likelihood_ratio
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.samples import labels, reference_among, sample_of
from rvn.validation.observations import Observations, numbers


def odds_ratio(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Factor by which one more point multiplies the odds of the outcome.

    The interval is of the profile likelihood and the test is likelihood-ratio; a Wald interval follows from
    `se`, which is on the log scale. With `weights` or `cluster` interval and test are robust Wald.

    Parameters
    ----------
    outcome
        1 where the event happened, 0 where not.
    score
        Points, higher = riskier unless said otherwise; an odds ratio below 1 is reported as it is.
    counts
        How many people each row stands for.
    weights
        Sampling weights, in any unit.
    cluster
        Who belongs together, for example one person assessed several times.
    level
        Confidence level of the interval.

    Returns
    -------
    Estimate
        Status ``separated`` with Firth's penalised value when a cut of the score tells events from
        non-events; ``not_estimable`` without events, without non-events, or with one score value.

    Raises
    ------
    ContractError
        For arrays that break the contract.

    References
    ----------
    Venzon and Moolgavkar 1988, doi:10.2307/2347496; Firth 1993, doi:10.1093/biomet/80.1.27.

    Examples
    --------
    One in four and three in four: odds of 1/3 and of 3.

    >>> round(odds_ratio([0, 1, 0, 1], [0, 0, 1, 1], counts=[30, 10, 10, 30]).value, 6)
    9.0
    """
    sample = sample_of(outcome, {"score": numbers("score", score)}, counts=counts, weights=weights, cluster=cluster)
    return fit(sample, ["score"]).estimate("score", name="odds_ratio", level=level, odds_ratio=True)


def odds_ratio_per_sd(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Factor by which one standard deviation of this sample's scores multiplies the odds of the outcome.

    It compares scores of different length, but depends on who was in the sample. The standard deviation is in
    `at`; everything else as `odds_ratio`.

    Examples
    --------
    >>> per_sd = odds_ratio_per_sd([0, 1, 0, 1], [0, 0, 2, 2], counts=[2, 1, 1, 2])
    >>> round(per_sd.at["sd"], 6), round(4 ** (per_sd.at["sd"] / 2), 6) == round(per_sd.value, 6)
    (1.095445, True)
    """
    sample = sample_of(outcome, {"score": numbers("score", score)}, counts=counts, weights=weights, cluster=cluster)
    deviation = _deviation(sample)
    model = fit(sample, ["score"])
    return model.estimate(
        "score", name="odds_ratio_per_sd", level=level, unit=deviation, odds_ratio=True, at={"sd": deviation}
    )


def _deviation(sample: Observations) -> float:
    """Return the standard deviation with divisor n - 1, of the population that weights stand for."""
    weight = sample.counts * sample.columns.get("weights", 1.0)
    if sample.n < 2 or weight.sum() == 0:
        return np.nan
    mean = weight @ sample["score"] / weight.sum()
    variance = weight @ (sample["score"] - mean) ** 2 / weight.sum()
    return float(np.sqrt(variance * sample.n / (sample.n - 1)))


def odds_ratios_by_level(
    outcome: npt.ArrayLike,
    levels: npt.ArrayLike,
    *,
    reference: object = None,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> tuple[Estimate, ...]:
    """Odds of the outcome in each level of risk as a multiple of those in the reference level.

    The model has one parameter per level, so each odds ratio rests on its two levels alone, and a level
    without events is ``separated`` without harm to the others.

    Parameters
    ----------
    outcome
        1 where the event happened, 0 where not.
    levels
        The level of each person, text or numbers; a pandas categorical keeps its order, others are sorted.
    reference
        The level to compare with; the one with most people when not given.
    counts
        How many people each row stands for.
    level
        Confidence level of the intervals.

    Returns
    -------
    tuple of Estimate
        One per level but the reference, none when nobody is left; `n` and `n_events` count both levels.

    Raises
    ------
    ContractError
        For arrays that break the contract, and when nobody has the reference level.

    Examples
    --------
    >>> levels = ["low", "low", "high", "high"]
    >>> (row,) = odds_ratios_by_level([0, 1, 0, 1], levels, counts=[30, 10, 10, 20])
    >>> round(row.value, 6), row.at
    (6.0, {'level': 'high', 'reference': 'low'})
    """
    codes, names = labels("levels", levels)
    sample = sample_of(outcome, {"levels": codes}, counts=counts)
    if sample.n == 0:
        return ()
    people = np.bincount(sample["levels"].astype(np.int64), weights=sample.counts, minlength=len(names))
    base = reference_among(names, people.astype(np.float64), reference)
    rows = []
    for code, name in enumerate(names):
        if code == base or people[code] == 0:
            continue
        pair = np.isin(sample["levels"], (base, code))
        columns = {
            "outcome": sample["outcome"][pair],
            "levels": (sample["levels"][pair] == code).astype(np.float64),
        }
        model = fit(Observations(columns, sample.counts[pair], sample.excluded), ["levels"])
        at = {"level": name, "reference": names[base]}
        rows.append(model.estimate("levels", name="odds_ratio", level=level, odds_ratio=True, at=at))
    return tuple(rows)


def differential_prediction(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
) -> tuple[Estimate, Estimate, Estimate]:
    """Test whether a score means the same risk in every group: level, slope, and both at once.

    Likelihood-ratio tests of logistic models (Cleary's test of bias): score + group against score, score x
    group against score + group, and score x group against score. For a published risk pass its logit.

    Parameters
    ----------
    outcome
        1 where the event happened, 0 where not.
    score
        Points, or the logit of a published risk.
    groups
        The group of each person, text or numbers.
    counts
        How many people each row stands for.

    Returns
    -------
    tuple of Estimate
        Chi-squares at the tests ``intercept``, ``slope`` and ``overall``.

    Raises
    ------
    ContractError
        For arrays that break the contract.

    References
    ----------
    Skeem and Lowenkamp 2016, doi:10.1111/1745-9125.12123.

    Examples
    --------
    Twice the odds at every score: groups differ in level, not in slope.

    >>> outcome, score, groups = [0, 1] * 4, [0, 0, 1, 1] * 2, ["a"] * 4 + ["b"] * 4
    >>> tests = differential_prediction(outcome, score, groups, counts=[40, 10, 20, 10, 40, 20, 20, 20])
    >>> [test.at["test"] for test in tests], [test.df for test in tests], round(tests[1].value, 6)
    (['intercept', 'slope', 'overall'], [1.0, 1.0, 2.0], 0.0)
    """
    codes, names = labels("groups", groups)
    sample = sample_of(outcome, {"score": numbers("score", score), "groups": codes}, counts=counts)
    columns, levels, products = dict(sample.columns), [], []
    for code in np.unique(sample["groups"])[1:]:
        member = (sample["groups"] == code).astype(np.float64)
        levels.append(f"group {names[int(code)]}")
        products.append(f"score in group {names[int(code)]}")
        columns[levels[-1]], columns[products[-1]] = member, member * sample["score"]
    sample = Observations(columns, sample.counts, sample.excluded)
    same = fit(sample, ["score"])
    level = fit(sample, ["score", *levels])
    slope = fit(sample, ["score", *levels, *products])
    pairs = {"intercept": (same, level), "slope": (level, slope), "overall": (same, slope)}
    first, second, third = (
        likelihood_ratio(smaller, larger, name="differential_prediction", at={"test": test})
        for test, (smaller, larger) in pairs.items()
    )
    return first, second, third
