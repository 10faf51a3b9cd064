"""The ROC curve at every cut, and the area under a part of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from rvn.validation.estimate import Estimate
from rvn.validation.foundations.scored import grouped
from rvn.validation.observations import FloatArray, contract


@dataclass(frozen=True, slots=True)
class RocCurve:
    """Sensitivity and specificity at every cut, from the lowest score up to infinity; positive is score >= cut.

    `tied` is the share of the pairs of a case and a non-case that have the same score: each pulls the AUC to one half.
    """

    cuts: FloatArray
    sensitivity: FloatArray
    specificity: FloatArray
    tied: float


def roc_curve(outcome: npt.ArrayLike, score: npt.ArrayLike, *, counts: npt.ArrayLike | None = None) -> RocCurve:
    """Return the points of the ROC curve, one per distinct score and the one at which nobody is positive.

    Without cases sensitivity is NaN, without non-cases specificity.

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
    >>> curve = roc_curve([0, 0, 1, 1], [1, 2, 2, 3])
    >>> curve.cuts, curve.sensitivity, curve.specificity
    (array([ 1.,  2.,  3., inf]), array([1. , 1. , 0.5, 0. ]), array([0. , 0.5, 1. , 1. ]))
    """
    sample = grouped(outcome, {"score": score}, counts)
    cuts, place = np.unique(sample["score"], return_inverse=True)
    shares = []
    for group in (sample["outcome"] == 1, sample["outcome"] == 0):
        below = np.cumsum(np.bincount(place, weights=sample.counts * group, minlength=len(cuts)))
        total = below[-1] if len(below) else 0.0
        below = np.append(0.0, below)
        shares.append((total - below) / total if total else np.full(len(below), np.nan))
    sensitivity, false_rate = shares
    tied = float(np.diff(sensitivity) @ np.diff(false_rate)) if len(cuts) else math.nan
    return RocCurve(np.append(cuts, np.inf), sensitivity, 1 - false_rate, tied)


def partial_auc(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    between: tuple[float, float],
    *,
    axis: Literal["specificity", "sensitivity"] = "specificity",
    counts: npt.ArrayLike | None = None,
    standardised: bool = False,
) -> Estimate:
    """Return the area under the part of the ROC curve where specificity or sensitivity lies `between` two values.

    Parameters
    ----------
    outcome, score, counts
        As in `rvn.validation.discrimination.auc.auc`.
    between
        The two values of `axis`, in either order; ``(0.8, 1)`` of specificity is a false-positive rate up to 20%.
    axis
        The axis cut; with ``sensitivity`` it is specificity that is integrated.
    standardised
        Rescale the area so that chance is 0.5 and a perfect score 1 (McClish 1989).

    References
    ----------
    McClish 1989, doi:10.1177/0272989X8900900307.

    Examples
    --------
    >>> partial_auc([0, 0, 1, 1], [1, 2, 2, 3], (0.5, 1)).value
    0.375
    """
    low, high = sorted(between)
    if not 0 <= low < high <= 1:
        raise contract(f"`between` is {between}; two different values from 0 to 1 are needed")
    sample = grouped(outcome, {"score": score}, counts)
    curve = roc_curve(sample["outcome"], sample["score"], counts=sample.counts)
    if axis == "specificity":
        along, height = curve.specificity, curve.sensitivity
    elif axis == "sensitivity":
        along, height = curve.sensitivity[::-1], curve.specificity[::-1]
    else:
        raise contract(f"`axis` is {axis!r}; it must be 'specificity' or 'sensitivity'")
    area = _area(along, height, low, high)
    if standardised:
        chance = ((1 - low) ** 2 - (1 - high) ** 2) / 2
        area = (1 + (area - chance) / (high - low - chance)) / 2
    defined = not math.isnan(area)
    return Estimate(
        name="partial_auc",
        value=area,
        method=f"{axis} {low:g} to {high:g}" + (", McClish" if standardised else ""),
        n=sample.n,
        n_events=int(sample.counts @ sample["outcome"]),
        excluded=sample.excluded,
        status="ok" if defined else "not_estimable",
        reference="doi:10.1177/0272989X8900900307",
    )


def average_precision(outcome: npt.ArrayLike, score: npt.ArrayLike, *, counts: npt.ArrayLike | None = None) -> Estimate:
    """Return the average precision: the predictive value of each cut, averaged over the cases that it adds.

    Unlike the AUC it depends on the base rate, which is what it would be by chance; it stands in the notes.

    Parameters
    ----------
    outcome, score, counts
        As in `rvn.validation.discrimination.auc.auc`.

    References
    ----------
    Davis & Goadrich 2006, doi:10.1145/1143844.1143874; by steps, not trapezoids, which would be too high.

    Examples
    --------
    Cutting at 3 finds one of the two cases and nobody else, at 2 the other one and a non-case.

    >>> round(average_precision([0, 0, 1, 1], [1, 2, 2, 3]).value, 6)
    0.833333
    """
    sample = grouped(outcome, {"score": score}, counts)
    cases = int(sample.counts @ sample["outcome"])
    value = math.nan
    if cases:
        values, place = np.unique(-sample["score"], return_inverse=True)
        found, flagged = (
            np.cumsum(np.bincount(place, weights=weight, minlength=len(values)))
            for weight in (sample.counts * sample["outcome"], sample.counts)
        )
        value = float(np.diff(found, prepend=0.0) @ (found / flagged)) / cases
    return Estimate(
        name="average_precision",
        value=value,
        method="steps",
        n=sample.n,
        n_events=cases,
        excluded=sample.excluded,
        status="ok" if cases else "not_estimable",
        notes=(f"by chance it would be {cases / sample.n:.3f}, the base rate",) if cases else ("there are no cases",),
        reference="doi:10.1145/1143844.1143874",
    )


def _area(along: FloatArray, height: FloatArray, low: float, high: float) -> float:
    """Trapezoids between `low` and `high`; the curve is cut where they fall inside a segment."""
    if np.isnan(along).any() or np.isnan(height).any():
        return math.nan
    left, right = np.maximum(along[:-1], low), np.minimum(along[1:], high)
    inside = left < right
    start, width = along[:-1][inside], np.diff(along)[inside]
    middle = (left + right)[inside] / 2
    heights = height[:-1][inside] + np.diff(height)[inside] / width * (middle - start)
    return float((right - left)[inside] @ heights)
