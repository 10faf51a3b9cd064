"""Percentile ranks: which share of a norm sample scored lower."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from rvn.validation.estimate import Estimate
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.foundations.scored import plain
from rvn.validation.observations import numbers, observations
from rvn.validation.tally import Tally


@dataclass(frozen=True, slots=True)
class PercentileRank:
    """The percentile rank of a score in its three usual definitions, in percent.

    `below` is the share that scored lower, `at_or_below` adds everybody at the score, and `mid`, the one with an
    interval, adds half of them. They differ by a lot where many people share a score, so a table shows all three.
    """

    score: float
    below: float
    mid: Estimate
    at_or_below: float


def percentile_ranks(
    score: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    scores: Sequence[float] | None = None,
    level: float = 0.95,
) -> tuple[PercentileRank, ...]:
    """Return the percentile ranks of each score, from the lowest.

    Parameters
    ----------
    score
        Score of each row of the norm sample.
    counts
        How many people each row stands for.
    scores
        For which scores; without it, those that occur. A score that nobody obtained has the value of the step it
        lies on; outside the observed range there is none.
    level
        Confidence level of the interval of the mid rank (Jeffreys).

    References
    ----------
    Crawford, Garthwaite & Slick 2009, doi:10.1080/13854040902795018.

    Examples
    --------
    >>> for rank in percentile_ranks([0, 1, 2], counts=[10, 80, 10]):
    ...     print(rank.score, rank.below, rank.mid.value, rank.at_or_below)
    0.0 0.0 5.0 10.0
    1.0 10.0 50.0 90.0
    2.0 90.0 95.0 100.0
    """
    normal_quantile(level)
    rows = Tally({"score": score}, counts)
    sample = observations(score=numbers("score", rows["score"]), counts=rows["counts"])
    observed, total = sample["score"], sample.n
    upto = np.append(0.0, np.cumsum(sample.counts))
    result = []
    for value in (observed if scores is None else numbers("scores", sorted(scores))).tolist():
        inside = total > 0 and observed[0] <= value <= observed[-1]
        b = upto[np.searchsorted(observed, value, side="left")] if inside else math.nan
        ba = upto[np.searchsorted(observed, value, side="right")] if inside else math.nan
        m = (b + ba) / 2
        low, high = special.betaincinv(m + 0.5, total - m + 0.5, [(1 - level) / 2, (1 + level) / 2])
        mid = Estimate(
            name="percentile_mid",
            value=100 * m / total if inside else math.nan,
            low=100 * float(low),
            high=100 * float(high),
            level=level,
            method="Jeffreys",
            n=total,
            excluded=sample.excluded,
            at={"score": plain(value)},
            status="ok" if inside else "not_estimable",
            reference="doi:10.1080/13854040902795018",
        )
        ranks = [100 * people / total if inside else math.nan for people in (b, ba)]
        result.append(PercentileRank(value, ranks[0], mid, ranks[1]))
    return tuple(result)
