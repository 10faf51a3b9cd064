"""Reclassification: whose risk a new model raises or lowers, and whether that is the right way (NRI and IDI)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import special

from rvn.validation.calibration.line import probabilities
from rvn.validation.estimate import Estimate, Status
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.foundations.samples import tallied
from rvn.validation.observations import FloatArray, Observations, binary, contract, numbers, observations

PENCINA = "doi:10.1002/sim.2929"
CATEGORY_FREE = "doi:10.1002/sim.4085"
CAVEAT = "rises with miscalibration too, so it is no evidence of a better model by itself"


def reclassification(
    outcome: npt.ArrayLike,
    risk: npt.ArrayLike,
    other: npt.ArrayLike,
    *,
    cuts: Sequence[float] | None = None,
    smallest_change: float = 0.0,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> tuple[Estimate, Estimate, Estimate, Estimate]:
    """Return the net reclassification improvement (NRI) of `risk` over `other`, its two parts, and the IDI.

    Readers ask for them; they are no headline. They grow when risks are merely pushed apart, their tests reject
    too often, and the NRI depends on the cuts: compare net benefit, Brier score and AUC.

    Parameters
    ----------
    outcome
        1 where the event happened, 0 where not.
    risk, other
        New and old probability of the event for each person.
    cuts
        Where categories of risk begin, strictly between 0 and 1; up or down is then a change of category. Without
        them any change counts.
    smallest_change
        Without `cuts`: only changes by more than this count.
    counts
        How many people each row stands for.
    level
        Confidence level of the Wald intervals.

    Returns
    -------
    tuple of Estimate
        ``nri``, ``nri_events`` (share moved up less share moved down among those with the event),
        ``nri_non_events`` (down less up among the others) and ``idi``, the integrated discrimination improvement,
        which knows no categories.

    Raises
    ------
    ContractError
        For arrays that break the contract, risks outside 0 to 1, and cuts that are no ascending risks.

    References
    ----------
    Pencina et al. 2008, doi:10.1002/sim.2929; without categories 2011, doi:10.1002/sim.4085; why not to lean on
    them: Kerr et al. 2014, doi:10.1097/EDE.0000000000000018.

    Examples
    --------
    Of ten with the event six move up and two down; of ten without it three and five.

    >>> outcome, other = [1, 1, 1, 0, 0, 0], [0.5] * 6
    >>> risk, counts = [0.6, 0.4, 0.5] * 2, [6, 2, 2, 3, 5, 2]
    >>> [round(row.value, 6) for row in reclassification(outcome, risk, other, counts=counts)]
    [0.6, 0.4, 0.2, 0.06]
    """
    z = normal_quantile(level)
    columns = {"outcome": binary("outcome", outcome)}
    columns |= {"risk": probabilities("risk", risk), "other": probabilities("other", other)}
    sample = tallied(observations(counts=counts, **columns))
    change = sample["risk"] - sample["other"]
    moved = np.where(change > smallest_change, 1.0, np.where(change < -smallest_change, -1.0, 0.0))
    kind = f"changes by more than {smallest_change:g}" if smallest_change else "without categories"
    if cuts is not None:
        edges = _edges(cuts)
        moved = np.sign(
            np.searchsorted(edges, sample["risk"], "right") - np.searchsorted(edges, sample["other"], "right")
        )
        kind = f"categories from {', '.join(f'{edge:g}' for edge in edges)}"
    events, others = (_mean(moved, sample, group, less=0) for group in (1.0, 0.0))
    gains = [_mean(change, sample, group, less=1) for group in (1.0, 0.0)]
    reference = PENCINA if cuts is not None else CATEGORY_FREE
    first = _estimate("nri", events[0] - others[0], math.hypot(events[1], others[1]), sample, z, level, kind, reference)
    return (
        first,
        _estimate("nri_events", *events, sample, z, level, kind, reference),
        _estimate("nri_non_events", -others[0], others[1], sample, z, level, kind, reference),
        _estimate(
            "idi", gains[0][0] - gains[1][0], math.hypot(gains[0][1], gains[1][1]), sample, z, level, "", PENCINA
        ),
    )


def _edges(cuts: Sequence[float]) -> FloatArray:
    edges = numbers("cuts", cuts)
    if not (len(edges) and ((edges > 0) & (edges < 1)).all() and (np.diff(edges) > 0).all()):
        raise contract("`cuts` must ascend and lie strictly between 0 and 1")
    return edges


def _mean(values: FloatArray, sample: Observations, group: float, *, less: int) -> tuple[float, float]:
    """Return the mean over the people of one outcome, and its standard error with divisor n - `less`."""
    people = sample.counts * (sample["outcome"] == group)
    n = people.sum()
    if n <= less:
        return (float(people @ values / n) if n else math.nan), math.nan
    mean = float(people @ values / n)
    return mean, math.sqrt(float(people @ (values - mean) ** 2) / (n - less) / n)


def _estimate(
    name: str, value: float, se: float, sample: Observations, z: float, level: float, kind: str, reference: str
) -> Estimate:
    status: Status = "not_estimable" if math.isnan(value) else "sparse" if math.isnan(se) else "ok"
    if se == 0:
        status = "degenerate"
    statistic = value / se if status == "ok" else None
    return Estimate(
        name=name,
        value=value,
        se=se,
        low=value - z * se if status == "ok" else math.nan,
        high=value + z * se if status == "ok" else math.nan,
        level=level,
        method=f"Wald, {kind}" if kind else "Wald",
        n=sample.n,
        n_events=int(sample.counts @ sample["outcome"]),
        excluded=sample.excluded,
        statistic=statistic,
        p_value=None if statistic is None else float(2 * special.ndtr(-abs(statistic))),
        status=status,
        notes=(CAVEAT,) if status == "ok" else (),
        reference=reference,
    )
