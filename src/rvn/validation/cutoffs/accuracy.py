"""How accurate a cut is: everything that a two-by-two table says, for every cut."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rvn.validation.estimate import Estimate
from rvn.validation.foundations.scored import grouped, plain
from rvn.validation.observations import contract, numbers
from rvn.validation.rates.proportions import Interval, difference, proportion, ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """A cut and what follows from it; positive is a score at or above the cut.

    The predictive values and the two numbers made of them hold for the base rate of the sample; for another one see
    `predictive_values`.

    Parameters
    ----------
    cut
        The lowest score that is positive.
    true_positives, false_positives, false_negatives, true_negatives
        People.
    flagged
        Share of all people who are positive.
    sensitivity, specificity
        Share of the cases who are positive, of the non-cases who are negative.
    positive_predictive_value, negative_predictive_value
        Share of the positive who are cases, of the negative who are not.
    accuracy
        Share of all people who are on the right side.
    youden
        Sensitivity + specificity - 1.
    positive_likelihood_ratio, negative_likelihood_ratio
        How much more often cases than non-cases are positive, and negative.
    number_needed_to_detain
        Positive people per case among them, 1/PPV.
    number_safely_discharged
        Non-cases per case among the negative.
    """

    cut: float
    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int
    flagged: Estimate
    sensitivity: Estimate
    specificity: Estimate
    positive_predictive_value: Estimate
    negative_predictive_value: Estimate
    accuracy: Estimate
    youden: Estimate
    positive_likelihood_ratio: Estimate
    negative_likelihood_ratio: Estimate
    number_needed_to_detain: Estimate
    number_safely_discharged: Estimate


def accuracy(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    cuts: Sequence[float] | None = None,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
    method: Interval = "wilson",
) -> tuple[Accuracy, ...]:
    """Return the accuracy of each cut, from the lowest.

    Proportions have the interval that `method` names, Youden's index Newcombe's, likelihood ratios Koopman's.

    Parameters
    ----------
    outcome
        1 for the event, 0 for none.
    score
        Any number that orders people; higher means more risk.
    cuts
        Lowest positive scores; without them, every score that occurs.
    counts
        How many people each row stands for.
    level, method
        Confidence level and kind of interval of the proportions, see `rvn.validation.rates.proportions.limits`.

    References
    ----------
    Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I; Koopman 1984,
    doi:10.2307/2531405; the numbers needed: Fazel et al. 2012, doi:10.1136/bmj.e4692.

    Examples
    --------
    >>> (row,) = accuracy([0, 0, 1, 1], [1, 2, 1, 2], cuts=[2], counts=[60, 20, 10, 10])
    >>> print(row.sensitivity)
    sensitivity [cut 2] 0.500 (95% 0.299 to 0.701; Wilson); n 20, events 10
    >>> row.flagged.value, row.specificity.value, row.positive_likelihood_ratio.value
    (0.3, 0.75, 2.0)
    """
    sample = grouped(outcome, {"score": score}, counts)
    order = np.argsort(sample["score"], kind="stable")
    found, case = sample["score"][order], sample["outcome"][order]
    missed, spared = (np.append(0, np.cumsum(sample.counts[order] * group)).astype(int) for group in (case, 1 - case))
    wanted = np.unique(found) if cuts is None else np.unique(numbers("cuts", cuts))
    if np.isnan(wanted).any():
        raise contract("`cuts` holds an absent value")
    place = np.searchsorted(found, wanted, side="left")
    people = zip(
        (missed[-1] - missed[place]).tolist(),
        (spared[-1] - spared[place]).tolist(),
        missed[place].tolist(),
        spared[place].tolist(),
        strict=True,
    )
    return tuple(
        _row(cut, table, sample.excluded, level, method) for cut, table in zip(wanted.tolist(), people, strict=True)
    )


def _row(
    cut: float,
    people: tuple[int, int, int, int],
    excluded: Mapping[str, int],
    level: float,
    method: Interval,
) -> Accuracy:
    tp, fp, fn, tn = people

    def named(name: str, estimate: Estimate) -> Estimate:
        return replace(estimate, name=name, at={"cut": plain(cut)}, excluded=excluded)

    def share(name: str, events: int, n: int) -> Estimate:
        return named(name, proportion(events, n, level=level, method=method))

    ppv = share("positive_predictive_value", tp, tp + fp)
    npv = share("negative_predictive_value", tn, tn + fn)
    return Accuracy(
        cut=cut,
        true_positives=tp,
        false_positives=fp,
        false_negatives=fn,
        true_negatives=tn,
        flagged=share("flagged", tp + fp, tp + fp + fn + tn),
        sensitivity=share("sensitivity", tp, tp + fn),
        specificity=share("specificity", tn, tn + fp),
        positive_predictive_value=ppv,
        negative_predictive_value=npv,
        accuracy=share("accuracy", tp + tn, tp + fp + fn + tn),
        youden=named("youden", difference(tp, tp + fn, fp, fp + tn, level=level)),
        positive_likelihood_ratio=named("positive_likelihood_ratio", ratio(tp, tp + fn, fp, fp + tn, level=level)),
        negative_likelihood_ratio=named("negative_likelihood_ratio", ratio(fn, tp + fn, tn, fp + tn, level=level)),
        number_needed_to_detain=_converted("number_needed_to_detain", ppv, lambda p: 1 / p if p else math.inf),
        number_safely_discharged=_converted(
            "number_safely_discharged", npv, lambda p: p / (1 - p) if p < 1 else math.inf
        ),
    )


def _converted(name: str, share: Estimate, convert: Callable[[float], float]) -> Estimate:
    """Return the monotone function of a share, limits and all."""
    if math.isnan(share.value):
        return replace(share, name=name)
    low, high = sorted((convert(share.low), convert(share.high)))
    value = convert(share.value)
    status = "degenerate" if math.isinf(value) else share.status
    return replace(share, name=name, value=value, se=math.nan, low=low, high=high, status=status)


def predictive_values(sensitivity: float, specificity: float, base_rate: float) -> tuple[float, float]:
    """Return positive and negative predictive value where `base_rate` of all people are cases (Bayes' rule).

    A value is NaN where nobody would be positive, or negative.

    Parameters
    ----------
    sensitivity, specificity, base_rate
        Shares between 0 and 1. Sensitivity and specificity must be taken to hold in the new place.

    Examples
    --------
    >>> positive, negative = predictive_values(0.8, 0.75, 0.2)
    >>> round(positive, 4), round(negative, 4)
    (0.4444, 0.9375)
    """
    for name, share in (("sensitivity", sensitivity), ("specificity", specificity), ("base_rate", base_rate)):
        if not 0 <= share <= 1:
            raise contract(f"`{name}` is {share}; it must lie between 0 and 1")
    positives = sensitivity * base_rate + (1 - specificity) * (1 - base_rate)
    negatives = (1 - sensitivity) * base_rate + specificity * (1 - base_rate)
    return (
        sensitivity * base_rate / positives if positives > 0 else math.nan,
        specificity * (1 - base_rate) / negatives if negatives > 0 else math.nan,
    )
