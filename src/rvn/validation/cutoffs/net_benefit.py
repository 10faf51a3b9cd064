"""Decision curves: what acting above a threshold of risk is worth, against acting on everybody or on nobody."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize

from rvn.validation.estimate import Estimate
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.foundations.scored import grouped
from rvn.validation.observations import FloatArray, contract, numbers

NET_BENEFIT = "doi:10.1177/0272989X06295361"
INTERVAL = "doi:10.1186/s41512-023-00148-y"
STANDARDISED = "doi:10.1111/biom.13190"
# A risk that differs from a threshold by less is at the threshold: 0.1 + 0.2 is 0.3.
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class NetBenefit:
    """One threshold of a decision curve.

    Parameters
    ----------
    threshold
        The risk from which one acts; acting on a non-case costs threshold / (1 - threshold) of what acting on a
        case gains.
    net_benefit
        Gain per person, in cases found.
    standardised
        The same as a share of the most that could be gained, the base rate.
    treat_all
        Net benefit of acting on everybody; of acting on nobody it is 0.
    interventions_avoided
        Actions on non-cases avoided per 100 people, against acting on everybody, no case being missed in exchange.
    """

    threshold: float
    net_benefit: Estimate
    standardised: Estimate
    treat_all: float
    interventions_avoided: float


def decision_curve(
    outcome: npt.ArrayLike,
    risk: npt.ArrayLike,
    thresholds: Sequence[float],
    *,
    counts: npt.ArrayLike | None = None,
    prevalence: float | None = None,
    level: float = 0.95,
) -> tuple[NetBenefit, ...]:
    """Return the net benefit of acting where `risk` is at or above each threshold.

    A risk that differs from the threshold by rounding only is at the threshold.

    Parameters
    ----------
    outcome
        1 for the event, 0 for none.
    risk
        Probability of the event, 0 to 1; not a raw score.
    thresholds
        Risks strictly between 0 and 1.
    counts
        How many people each row stands for.
    prevalence
        Base rate, where the sample does not have it (a case-control sample); then it is taken as known.
    level
        Confidence level.

    Raises
    ------
    ContractError
        When a risk is not a probability, or a threshold or the prevalence is not strictly between 0 and 1.

    References
    ----------
    Vickers & Elkin 2006, doi:10.1177/0272989X06295361; intervals: Vickers et al. 2023,
    doi:10.1186/s41512-023-00148-y; standardised: Marsh et al. 2020, doi:10.1111/biom.13190.

    Examples
    --------
    >>> (point,) = decision_curve([0, 0, 1, 1], [0.1, 0.3, 0.1, 0.3], [0.2], counts=[60, 20, 10, 10])
    >>> point.net_benefit.value, round(point.treat_all, 3), round(point.interventions_avoided, 6)
    (0.05, 0.0, 20.0)
    """
    z = normal_quantile(level)
    wanted = strictly_between("thresholds", thresholds)
    if prevalence is not None:
        strictly_between("prevalence", [prevalence])
    sample = grouped(outcome, {"risk": risk}, counts)
    probabilities(sample["risk"])
    case = sample["outcome"] == 1
    totals = (float(sample.counts @ case), float(sample.counts @ ~case))
    own_rate = totals[0] / sample.n if sample.n else math.nan
    base_rate = own_rate if prevalence is None else prevalence
    result = []
    for threshold in wanted.tolist():
        positive = sample["risk"] >= threshold - ROUNDING
        found = (float(sample.counts @ (case & positive)), float(sample.counts @ (~case & positive)))
        weight = threshold / (1 - threshold)
        benefit, error, relative_error = _benefit(found, totals, weight, prevalence)

        def estimate(name: str, value: float, se: float, reference: str, threshold: float = threshold) -> Estimate:
            return Estimate(
                name=name,
                value=value,
                se=se,
                low=value - z * se,
                high=value + z * se,
                level=level,
                method="Wald" if prevalence is None else f"Wald, at a base rate of {prevalence:g}",
                n=sample.n,
                n_events=int(totals[0]),
                excluded=sample.excluded,
                at={"threshold": threshold},
                status="not_estimable" if math.isnan(value) else "degenerate" if se == 0 else "ok",
                reference=reference,
            )

        treat_all = base_rate - (1 - base_rate) * weight
        relative = benefit / base_rate if base_rate else math.nan
        result.append(
            NetBenefit(
                threshold,
                estimate("net_benefit", benefit, error, INTERVAL),
                estimate("standardised_net_benefit", relative, relative_error, STANDARDISED),
                treat_all,
                100 * (benefit - treat_all) / weight,
            )
        )
    return tuple(result)


def strictly_between(name: str, values: npt.ArrayLike) -> FloatArray:
    """Return `values` as numbers, all of them strictly between 0 and 1.

    >>> strictly_between("thresholds", [0.5])
    array([0.5])
    """
    result = numbers(name, values)
    if not ((result > 0) & (result < 1)).all():
        raise contract(f"`{name}` must lie strictly between 0 and 1")
    return result


def probabilities(risk: npt.ArrayLike) -> FloatArray:
    """Return `risk` as numbers from 0 to 1, absent as NaN.

    >>> probabilities([0, 0.5])
    array([0. , 0.5])
    """
    result = numbers("risk", risk)
    if ((result < 0) | (result > 1)).any():
        raise contract("`risk` must lie between 0 and 1", "a raw score is not a probability")
    return result


def _benefit(
    found: tuple[float, float], totals: tuple[float, float], weight: float, prevalence: float | None
) -> tuple[float, float, float]:
    """Net benefit, its error, and that of the standardised one; `found` and `totals` are cases and non-cases."""
    (true, false), (cases, others) = found, totals
    n = cases + others
    if prevalence is None:
        if not n:
            return math.nan, math.nan, math.nan
        benefit = (true - weight * false) / n
        error = math.sqrt(max((true + weight**2 * false) / n - benefit**2, 0.0) / n)
        if not cases or not others:
            return benefit, error, math.nan
        base_rate, sensitivity, false_rate = cases / n, true / cases, false / others
        scaled = (1 - base_rate) / base_rate * weight
        variance = sensitivity * (1 - sensitivity) / base_rate
        variance += scaled**2 * false_rate * (1 - false_rate) / (1 - base_rate)
        variance += scaled**2 * false_rate**2 / (base_rate * (1 - base_rate))
        return benefit, error, math.sqrt(variance / n)
    if not cases or not others:
        return math.nan, math.nan, math.nan
    sensitivity, false_rate = true / cases, false / others
    benefit = sensitivity * prevalence - false_rate * (1 - prevalence) * weight
    variance = prevalence**2 * sensitivity * (1 - sensitivity) / cases
    variance += (weight * (1 - prevalence)) ** 2 * false_rate * (1 - false_rate) / others
    return benefit, math.sqrt(variance), math.sqrt(variance) / prevalence


@dataclass(frozen=True, slots=True)
class BestRange:
    """The thresholds, from `low` to `high`, at which acting on scores from `cut` up has the highest net benefit.

    With `cut` infinite, acting on nobody is best.
    """

    cut: float
    low: float
    high: float


def best_ranges(
    outcome: npt.ArrayLike, score: npt.ArrayLike, *, counts: npt.ArrayLike | None = None
) -> tuple[BestRange, ...]:
    """Return for which thresholds of risk each cut of a score is the best one; a cut not listed never is.

    A score of a few values has no more decision curves than cuts, and the best cut changes where the rate of the
    scores between two cuts, pooled until it never falls, equals the threshold.

    Parameters
    ----------
    outcome
        1 for the event, 0 for none.
    score
        Any number that orders people; higher means more risk.
    counts
        How many people each row stands for.

    Examples
    --------
    >>> best_ranges([0, 1, 0, 1], [1, 1, 2, 2], counts=[90, 10, 60, 40])
    (BestRange(cut=1.0, low=0.0, high=0.1), BestRange(cut=2.0, low=0.1, high=0.4),
     BestRange(cut=inf, low=0.4, high=1.0))
    """
    sample = grouped(outcome, {"score": score}, counts)
    if not sample.n:
        return ()
    scores, place = np.unique(sample["score"], return_inverse=True)
    n = np.bincount(place, weights=sample.counts)
    events = np.bincount(place, weights=sample.counts * sample["outcome"])
    rates = optimize.isotonic_regression(events / n, weights=n)
    cuts = [*scores[rates.blocks[:-1]].tolist(), math.inf]
    edges = [0.0, *rates.x[rates.blocks[:-1]].tolist(), 1.0]
    ranges = zip(cuts, itertools.pairwise(edges), strict=True)
    return tuple(BestRange(cut, low, high) for cut, (low, high) in ranges if low < high)
