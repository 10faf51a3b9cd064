"""Choosing a cut by a rule, and how much the choice would change with another sample."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from rvn.validation.foundations.bootstrap import draw
from rvn.validation.foundations.scored import grouped
from rvn.validation.observations import FloatArray, contract

Rule = Literal["youden", "sensitivity", "positive_predictive_value", "net_benefit"]


@dataclass(frozen=True, slots=True)
class Choice:
    """The cut that a rule chooses, NaN where it chooses none.

    Parameters
    ----------
    cut
        The lowest score that is positive; of several equally good cuts, the highest.
    ties
        All cuts that are equally good.
    chosen
        Share of bootstrap samples in which the same rule chose each cut (the whole selection is repeated).
    """

    cut: float
    ties: tuple[float, ...]
    chosen: Mapping[float, float]


def choose_cut(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    rule: Rule = "youden",
    target: float | None = None,
    counts: npt.ArrayLike | None = None,
    replicates: int = 2000,
    rng: np.random.Generator | int,
) -> Choice:
    """Return the cut that a rule chooses among the scores that occur, with the choices of bootstrap samples.

    The accuracy of a chosen cut in the sample that chose it is too good; a choice that varies much shows it.

    Parameters
    ----------
    outcome
        1 for the event, 0 for none.
    score
        Any number that orders people; higher means more risk, positive is a score at or above the cut.
    rule
        ``youden``: highest sensitivity + specificity. ``sensitivity``: the highest cut whose sensitivity reaches
        `target`. ``positive_predictive_value``: the lowest cut whose PPV reaches `target`. ``net_benefit``: highest
        net benefit at the threshold of risk `target`.
    target
        What the rule aims at, strictly between 0 and 1; none for ``youden``.
    counts
        How many people each row stands for.
    replicates
        Number of bootstrap samples, drawn within cases and within non-cases.
    rng
        Where randomness comes from: a generator, or a seed.

    References
    ----------
    Youden 1950, doi:10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3.

    Examples
    --------
    >>> rows = {"outcome": [0, 1] * 3, "score": [1, 1, 2, 2, 3, 3], "counts": [80, 20, 40, 60, 10, 40]}
    >>> choose_cut(**rows, rng=1).cut
    2.0
    >>> choose_cut(**rows, rule="positive_predictive_value", target=0.75, rng=1).cut
    3.0
    """
    if rule not in get_args(Rule):
        raise contract(f"`rule` is {rule!r}; it must be one of {', '.join(get_args(Rule))}")
    if (rule == "youden") != (target is None):
        raise contract("`target` belongs to every rule but 'youden'")
    if target is not None and not 0 < target < 1:
        raise contract(f"`target` is {target}; it must lie strictly between 0 and 1")
    sample = grouped(outcome, {"score": score}, counts)
    cuts, place = np.unique(sample["score"], return_inverse=True)
    case = sample["outcome"] == 1
    cases, others = (
        np.bincount(place, weights=sample.counts * group, minlength=len(cuts)).astype(np.int64)
        for group in (case, ~case)
    )
    if not cases.sum() or not others.sum():
        return Choice(math.nan, (), {})
    best = _best(cases[None, :].astype(np.float64), others[None, :].astype(np.float64), rule, target or 0.0)[0]
    chosen = np.zeros(len(cuts))
    generator = np.random.default_rng(rng)
    pairs = zip(
        draw(cases, replicates=replicates, rng=generator),
        draw(others, replicates=replicates, rng=generator),
        strict=True,
    )
    for some_cases, some_others in pairs:
        every = _best(some_cases, some_others, rule, target or 0.0)
        highest = len(cuts) - 1 - np.argmax(every[:, ::-1], axis=1)
        chosen += np.bincount(highest[every.any(axis=1)], minlength=len(cuts))
    ties = cuts[best]
    return Choice(
        float(ties[-1]) if len(ties) else math.nan,
        tuple(ties.tolist()),
        {float(cut): float(times) / replicates for cut, times in zip(cuts, chosen, strict=True) if times},
    )


def _best(cases: FloatArray, others: FloatArray, rule: Rule, target: float) -> npt.NDArray[np.bool_]:
    """Return which cuts the rule finds best, for every row of counts per score."""
    true = np.cumsum(cases[:, ::-1], axis=1)[:, ::-1]
    false = np.cumsum(others[:, ::-1], axis=1)[:, ::-1]
    if rule == "youden":
        worth = true * false[:, :1] - false * true[:, :1]
    elif rule == "net_benefit":
        worth = true * (1 - target) - false * target
    elif rule == "sensitivity":
        # The higher the better, as long as the target is reached.
        worth = np.where(true >= target * true[:, :1] * (1 - 1e-12), np.arange(true.shape[1]), -np.inf)
    else:
        reached = (true > 0) & (true >= target * (true + false) * (1 - 1e-12))
        worth = np.where(reached, -np.arange(true.shape[1]), -np.inf)
    highest = worth.max(axis=1, keepdims=True)
    best: npt.NDArray[np.bool_] = np.isfinite(worth) & (worth >= highest - 1e-12 * np.abs(highest))
    return best
