"""Rates per score made smooth: a logistic curve, an isotonic one, and ratios to the median score."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from rvn.validation.association.logistic import fit
from rvn.validation.estimate import Estimate, Status
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.foundations.scored import grouped, plain
from rvn.validation.observations import FloatArray, contract, numbers, observations
from rvn.validation.tally import Tally

REFERENCES = {
    "logistic": "doi:10.1111/j.2517-6161.1958.tb00292.x",
    "isotonic": "doi:10.1214/aoms/1177728423",
}


def smoothed_rates(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    scores: Sequence[float] | None = None,
    level: float = 0.95,
    method: Literal["logistic", "isotonic"] = "logistic",
) -> tuple[Estimate, ...]:
    """Return a rate at each score that borrows from its neighbours; show it beside the raw rate, not instead.

    Parameters
    ----------
    outcome
        1 for the event, 0 for none.
    score
        Score of each row.
    counts
        How many people each row stands for.
    scores
        At which scores; without it, at those that occur. The logistic curve is drawn beyond the scores observed
        (status ``extrapolated``), the isotonic one is not defined there.
    level
        Confidence level.
    method
        ``logistic``: the curve a + b * score, limits on the logit scale, Firth's where the data are separated.
        ``isotonic``: the closest rates that never fall (pool adjacent violators), constant between observed scores,
        without limits.

    References
    ----------
    Ayer et al. 1955, doi:10.1214/aoms/1177728423 (isotonic); Cox 1958 (logistic).

    Examples
    --------
    >>> rows = {"outcome": [0, 1] * 3, "score": [1, 1, 2, 2, 3, 3], "counts": [8, 2, 5, 5, 6, 4]}
    >>> [rate.value for rate in smoothed_rates(**rows, method="isotonic")]
    [0.2, 0.45, 0.45]
    """
    if method not in ("logistic", "isotonic"):
        raise contract(f"`method` is {method!r}; it must be 'logistic' or 'isotonic'")
    sample = grouped(outcome, {"score": score}, counts)
    observed, place = np.unique(sample["score"], return_inverse=True)
    n = np.bincount(place, weights=sample.counts)
    events = np.bincount(place, weights=sample.counts * sample["outcome"])
    wanted = observed if scores is None else numbers("scores", scores)
    outside = (wanted < observed[0]) | (wanted > observed[-1]) if len(observed) else np.ones(len(wanted), bool)
    values = low = high = se = np.full(len(wanted), np.nan)
    status: Status = "not_estimable"
    if method == "isotonic" and len(observed):
        steps = optimize.isotonic_regression(events / n, weights=n).x
        values = np.where(outside, np.nan, steps[np.searchsorted(observed, wanted, side="right") - 1])
        status = "ok"
    elif method == "logistic":
        model = fit(sample, ["score"])
        status = model.status
        if model.has_values:
            design = np.column_stack([np.ones(len(wanted)), wanted])
            linear = design @ model.maximum.coefficients
            se = np.sqrt(((design @ model.covariance) * design).sum(axis=1))
            z = normal_quantile(level)
            values, low, high = (special.expit(linear + reach * se) for reach in (0, -z, z))
    return tuple(
        Estimate(
            name="smoothed_rate",
            value=float(values[row]),
            se=float(se[row]),
            scale="logit" if method == "logistic" else "identity",
            low=float(low[row]),
            high=float(high[row]),
            level=level,
            method="logistic curve" if method == "logistic" else "isotonic",
            n=sample.n,
            n_events=int(events.sum()),
            excluded=sample.excluded,
            at={"score": plain(value)},
            status=_status(status, bool(outside[row]), method),
            reference=REFERENCES[method],
        )
        for row, value in enumerate(wanted.tolist())
    )


def _status(status: Status, outside: bool, method: str) -> Status:
    if status == "ok" and outside:
        return "extrapolated" if method == "logistic" else "not_estimable"
    return status


def risk_ratios(
    score: npt.ArrayLike,
    per_point: Estimate,
    *,
    counts: npt.ArrayLike | None = None,
    scores: Sequence[float] | None = None,
) -> tuple[Estimate, ...]:
    """Return the ratio of each score's risk to that of the median score: a scale with a meaning of its own.

    A hazard ratio per point (Cox) gives risk ratios as this field reports them; an odds ratio gives odds ratios.

    Parameters
    ----------
    score
        Score of each row; its median is where the ratio is 1.
    per_point
        A ratio per point of the score, with its standard error on the log scale.
    counts
        How many people each row stands for.
    scores
        For which scores; without it, those that occur.

    References
    ----------
    Hanson, Babchishin, Helmus & Thornton 2013, doi:10.1177/1079063212469060.

    Examples
    --------
    >>> doubling = Estimate(name="hazard_ratio", value=2.0, se=0.1, scale="log", n=90)
    >>> [round(ratio.value, 3) for ratio in risk_ratios([0, 1, 2], doubling, counts=[30, 40, 20])]
    [0.5, 1.0, 2.0]
    """
    if per_point.scale != "log":
        raise contract(
            f"`per_point` has its error on the scale {per_point.scale}, not log", "a ratio per point is needed"
        )
    z = normal_quantile(per_point.level)
    rows = Tally({"score": score}, counts)
    sample = observations(score=numbers("score", rows["score"]), counts=rows["counts"])
    median = _median(sample["score"], sample.counts)
    slope = math.log(per_point.value) if per_point.value > 0 else math.nan
    result = []
    for value in (sample["score"] if scores is None else numbers("scores", scores)).tolist():
        distance = value - median
        reach = z * per_point.se * abs(distance)
        defined = not math.isnan(slope * distance)
        result.append(
            replace(
                per_point,
                name="risk_ratio",
                value=math.exp(slope * distance),
                se=per_point.se * abs(distance),
                low=math.exp(slope * distance - reach),
                high=math.exp(slope * distance + reach),
                method=f"{per_point.name} per point, against the median score {median:g}",
                statistic=None,
                df=None,
                p_value=None,
                at={"score": plain(value)},
                status=per_point.status if defined else "not_estimable",
            )
        )
    return tuple(result)


def _median(values: FloatArray, counts: FloatArray) -> float:
    """Middle value of sorted `values`, or the mean of the two middle ones."""
    upto = np.cumsum(counts)
    if not len(values):
        return math.nan
    return float(values[np.searchsorted(upto, [upto[-1] / 2, upto[-1] / 2 + 0.5])].mean())
