"""The H measure: how much of the loss of classifying blindly a score saves, whatever the costs of the errors."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import special

from rvn.validation.estimate import Estimate
from rvn.validation.foundations.scored import cases_and_others, grouped
from rvn.validation.observations import FloatArray, Observations, contract

HAND = "doi:10.1007/s10994-009-5119-5"
NAMES = ("h_measure", "hull_auc", "kolmogorov_smirnov", "minimum_error_rate", "minimum_weighted_loss")


def h_measure(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    severity_ratio: float | None = None,
) -> tuple[Estimate, ...]:
    """Return the H measure, and what else can be read off the cuts that are best for some ratio of costs.

    The AUC weighs the costs of the two errors differently for each score that it judges; the H measure weighs
    them alike, by a beta distribution. For an interval use `bootstrap` with a statistic that takes the first of
    these.

    Parameters
    ----------
    outcome
        1 for the event, 0 for none.
    score
        Any number that orders people; higher means more risk.
    counts
        How many people each row stands for.
    severity_ratio
        Cost of flagging one without the event over that of missing one with it, at its most likely; cases over
        non-cases when not given, so that errors of either kind weigh equally in sum.

    Returns
    -------
    tuple of Estimate
        ``h_measure``, from 0 (blind) to 1; ``hull_auc``, the area under the convex hull of the ROC curve;
        ``kolmogorov_smirnov``, the largest difference of true and false positive rate; ``minimum_error_rate`` of
        all cuts; ``minimum_weighted_loss``, twice the lowest loss at the likely costs. ``not_estimable`` without
        cases or without non-cases.

    Raises
    ------
    ContractError
        When lengths differ, `outcome` holds anything but 0 and 1, or `severity_ratio` is not above 0.

    References
    ----------
    Hand 2009, doi:10.1007/s10994-009-5119-5.

    Examples
    --------
    Who scores 2 has the event, who scores 1 has not: nothing is lost.

    >>> [round(row.value, 6) for row in h_measure([0, 1], [1, 2], counts=[30, 10])]
    [1.0, 1.0, 1.0, 0.0, 0.0]
    """
    if severity_ratio is not None and not severity_ratio > 0:
        raise contract(f"`severity_ratio` is {severity_ratio}; it must be above 0")
    sample = grouped(outcome, {"score": score}, counts)
    cases, others = cases_and_others(sample)
    values = np.full(len(NAMES), math.nan)
    ratio = severity_ratio
    if cases and others:
        ratio = cases / others if ratio is None else ratio
        values = _measures(_missed(sample), cases / sample.n, ratio)
    return tuple(
        Estimate(
            name=name,
            value=float(value),
            method="" if ratio is None else f"convex hull, severity ratio {ratio:.4g}",
            n=sample.n,
            n_events=cases,
            excluded=sample.excluded,
            status="not_estimable" if math.isnan(value) else "ok",
            notes=() if cases and others else ("there must be cases and non-cases",),
            reference=HAND,
        )
        for name, value in zip(NAMES, values, strict=True)
    )


def _missed(sample: Observations) -> FloatArray:
    """Return, per cut from below all scores to above them, the shares of non-cases and of cases below the cut."""
    values, place = np.unique(sample["score"], return_inverse=True)
    groups = [
        np.bincount(place, weights=sample.counts * group, minlength=len(values))
        for group in (1 - sample["outcome"], sample["outcome"])
    ]
    return np.array([np.concatenate([[0.0], np.cumsum(group) / group.sum()]) for group in groups])


def _hull(below: FloatArray) -> FloatArray:
    """Return the cuts that no mixture of others beats: the lower hull of cases missed against non-cases passed."""
    kept: list[tuple[float, float]] = []
    for passed, missed in below.T.tolist():
        while len(kept) > 1:
            (x0, y0), (x1, y1) = kept[-2:]
            if (x1 - x0) * (missed - y0) > (passed - x0) * (y1 - y0):
                break
            kept.pop()
        if kept and passed == kept[-1][0]:
            continue  # as many non-cases passed, and more cases missed
        kept.append((passed, missed))
    if kept[-1] != (1.0, 1.0):
        kept.append((1.0, 1.0))
    return np.array(kept).T


def _measures(below: FloatArray, rate: float, ratio: float) -> FloatArray:
    passed, missed = _hull(below)
    # From one cut of the hull to the next where a false alarm costs this share of both errors.
    gained, lost = (1 - rate) * np.diff(passed), rate * np.diff(missed)
    edges = np.concatenate([[0.0], lost / (gained + lost), [1.0]])
    first, second = 2.0, 1 + 1 / ratio
    mean = first / (first + second)
    alarm = mean * np.diff(special.betainc(first + 1, second, edges))
    miss = (1 - mean) * np.diff(special.betainc(first, second + 1, edges))
    loss = float((1 - rate) * (1 - passed) @ alarm + rate * missed @ miss)
    blind = (1 - rate) * mean * special.betainc(first + 1, second, rate)
    blind += rate * (1 - mean) * (1 - special.betainc(first, second + 1, rate))
    cost = ratio / (1 + ratio)
    errors = (1 - rate) * (1 - below[0]), rate * below[1]
    return np.array(
        [
            1 - loss / blind,
            1 - np.trapezoid(missed, passed),
            np.max(below[0] - below[1]),
            np.min(errors[0] + errors[1]),
            2 * np.min(cost * errors[0] + (1 - cost) * errors[1]),
        ]
    )
