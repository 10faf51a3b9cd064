"""What was observed at each score and level: rates with intervals, neighbours compared, and the trend."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from rvn.validation.estimate import Estimate
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.foundations.scored import cases_and_others, grouped, plain
from rvn.validation.observations import binary, contract, numbers, observations
from rvn.validation.rates.proportions import Interval, difference, proportion, ratio
from rvn.validation.tally import Tally

ARMITAGE = "doi:10.2307/3001775"
GOODMAN = "doi:10.1080/00401706.1965.10490252"


def rates_by_score(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    scores: Sequence[float] | None = None,
    level: float = 0.95,
    method: Interval = "wilson",
) -> tuple[Estimate, ...]:
    """Return the observed rate at each score, from the lowest.

    Parameters
    ----------
    outcome
        1 for the event, 0 for none.
    score
        Score of each row.
    counts
        How many people each row stands for.
    scores
        Every score that can occur; those that nobody obtained stay in the table as `not_estimable`. Without it,
        the scores that do occur.
    level, method
        Confidence level and kind of interval, see `rvn.validation.rates.proportions.limits`.

    Raises
    ------
    ContractError
        When a score occurs that is not among `scores`.

    References
    ----------
    Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286.

    Examples
    --------
    >>> for rate in rates_by_score([0, 1, 0, 1], [0, 0, 2, 2], counts=[9, 1, 5, 5], scores=[0, 1, 2]):
    ...     print(rate)
    rate [score 0] 0.100 (95% 0.018 to 0.404; Wilson); n 10, events 1
    rate [score 1] not estimable; n 0, events 0
    rate [score 2] 0.500 (95% 0.237 to 0.763; Wilson); n 10, events 5
    """
    table = _table(outcome, "score", score, counts, None if scores is None else sorted(scores))
    return _rates(table, "score", level, method)


def rates_by_level(
    outcome: npt.ArrayLike,
    group: npt.ArrayLike,
    levels: Sequence[object],
    *,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
    method: Interval = "wilson",
) -> tuple[Estimate, ...]:
    """Return the observed rate at each level, in the order of `levels`.

    Parameters
    ----------
    outcome
        1 for the event, 0 for none.
    group
        Level of each row.
    levels
        Every level, from the lowest risk; those that nobody obtained stay in the table as `not_estimable`.
    counts
        How many people each row stands for.
    level, method
        Confidence level and kind of interval, see `rvn.validation.rates.proportions.limits`.

    Raises
    ------
    ContractError
        When a level occurs that is not among `levels`.

    Examples
    --------
    >>> group = ["low", "low", "high", "high"]
    >>> for rate in rates_by_level([0, 1, 0, 1], group, ["low", "high"], counts=[9, 1, 5, 5]):
    ...     print(rate)
    rate [level low] 0.100 (95% 0.018 to 0.404; Wilson); n 10, events 1
    rate [level high] 0.500 (95% 0.237 to 0.763; Wilson); n 10, events 5
    """
    return _rates(_table(outcome, "group", group, counts, levels), "level", level, method)


def shares_by_level(
    group: npt.ArrayLike, levels: Sequence[object], *, counts: npt.ArrayLike | None = None, level: float = 0.95
) -> tuple[Estimate, ...]:
    """Return the share of people at each level, with limits of which all hold at once with confidence `level`.

    Parameters
    ----------
    group, levels, counts
        As in `rates_by_level`.
    level
        Confidence that every limit holds: with k levels each is Wilson's at 1 - (1 - level)/k.

    Raises
    ------
    ContractError
        When a level occurs that is not among `levels`.

    References
    ----------
    Goodman 1965, doi:10.1080/00401706.1965.10490252.

    Examples
    --------
    >>> for share in shares_by_level(["low", "medium", "high"], ["low", "medium", "high"], counts=[50, 30, 20]):
    ...     print(share)
    share [level low] 0.500 (95% 0.384 to 0.616; Goodman, simultaneous); n 100
    share [level medium] 0.300 (95% 0.204 to 0.418; Goodman, simultaneous); n 100
    share [level high] 0.200 (95% 0.122 to 0.311; Goodman, simultaneous); n 100
    """
    normal_quantile(level)
    table = _table(np.zeros(len(group)), "group", group, counts, levels)  # type: ignore[arg-type]
    each = 1 - (1 - level) / max(len(table.values), 1)
    return tuple(
        replace(
            proportion(people, sum(table.n), level=each),
            name="share",
            level=level,
            method="Goodman, simultaneous",
            n_events=None,
            excluded=table.excluded,
            at={"level": value},
            reference=GOODMAN,
        )
        for value, people in zip(table.values, table.n, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Step:
    """Two neighbouring levels compared: the rate at the higher minus, and over, the rate at the lower."""

    lower: object
    higher: object
    difference: Estimate
    ratio: Estimate

    @property
    def inverted(self) -> bool:
        """Whether fewer people had the event at the higher level; the test is of `difference`."""
        return self.difference.value < 0


def steps(
    outcome: npt.ArrayLike,
    group: npt.ArrayLike,
    levels: Sequence[object],
    *,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> tuple[Step, ...]:
    """Compare the rate at every level with the rate at the level below it.

    Differences have Newcombe's limits and the pooled test, ratios Koopman's limits. Levels that nobody obtained
    are passed over.

    Parameters
    ----------
    outcome
        1 for the event, 0 for none.
    group
        Level or score of each row.
    levels
        Every level, from the lowest risk.
    counts
        How many people each row stands for.
    level
        Confidence level.

    Raises
    ------
    ContractError
        When a level occurs that is not among `levels`.

    Examples
    --------
    >>> group = ["low", "low", "high", "high"]
    >>> (step,) = steps([0, 1, 0, 1], group, ["low", "high"], counts=[9, 1, 5, 5])
    >>> print(step.difference.value, step.ratio.value, step.inverted)
    0.4 5.0 False
    """
    table = _table(outcome, "group", group, counts, levels)
    rows = [row for row in zip(table.values, table.n, table.events, strict=True) if row[1]]
    result = []
    for (lower, n, events), (higher, other_n, other_events) in itertools.pairwise(rows):
        at = {"lower": lower, "higher": higher}
        both = (other_events, other_n, events, n)
        result.append(
            Step(
                lower,
                higher,
                replace(difference(*both, level=level), at=at, excluded=table.excluded),
                replace(ratio(*both, level=level), at=at, excluded=table.excluded),
            )
        )
    return tuple(result)


def trend(outcome: npt.ArrayLike, score: npt.ArrayLike, *, counts: npt.ArrayLike | None = None) -> Estimate:
    """Return by how much the rate rises per point of the score, with the Cochran-Armitage test of no trend.

    The value is the slope of the least-squares line through the rates; `statistic` is chi-squared.

    Parameters
    ----------
    outcome
        1 for the event, 0 for none.
    score
        Score of each row, or the number of its level.
    counts
        How many people each row stands for.

    References
    ----------
    Armitage 1955, doi:10.2307/3001775.

    Examples
    --------
    >>> trend([0, 1, 0, 1], [0, 0, 2, 2], counts=[9, 1, 5, 5]).value
    0.2
    """
    sample = grouped(outcome, {"score": score}, counts)
    happened, others = cases_and_others(sample)
    people = sample.n
    common: dict[str, Any] = {
        "name": "trend",
        "method": "Cochran-Armitage",
        "n": people,
        "n_events": happened,
        "excluded": sample.excluded,
        "reference": ARMITAGE,
    }
    if not (happened and others) or np.ptp(sample["score"]) == 0:
        return Estimate(value=math.nan, status="not_estimable", **common)
    centred = sample["score"] - sample.counts @ sample["score"] / people
    squares, rate = float(sample.counts @ centred**2), happened / people
    slope = float(centred @ (sample.counts * sample["outcome"])) / squares
    statistic = slope**2 * squares / (rate * (1 - rate))
    return Estimate(value=slope, statistic=statistic, df=1.0, p_value=float(special.chdtrc(1, statistic)), **common)


@dataclass(frozen=True, slots=True)
class _Table:
    """People and events at each value, and who was left out."""

    values: tuple[object, ...]
    n: tuple[int, ...]
    events: tuple[int, ...]
    excluded: Mapping[str, int]


def _table(
    outcome: npt.ArrayLike,
    name: str,
    by: npt.ArrayLike,
    counts: npt.ArrayLike | None,
    values: Sequence[object] | None,
) -> _Table:
    rows = Tally({"outcome": outcome, name: by}, counts)
    if name == "score":
        numbers(name, rows[name])
    codes, found = pd.factorize(rows[name], sort=True)
    place = np.where(codes < 0, np.nan, codes)
    kept = observations(counts=rows["counts"], outcome=binary("outcome", rows["outcome"]), **{name: place})
    at = kept[name].astype(np.int64)
    n = np.bincount(at, weights=kept.counts, minlength=len(found)).astype(np.int64)
    events = np.bincount(at, weights=kept.counts * kept["outcome"], minlength=len(found)).astype(np.int64)
    seen = {
        (plain(value) if isinstance(value, float) else value): (
            int(people),
            int(happened),
        )
        for value, people, happened in zip(found.tolist(), n, events, strict=True)
        if people
    }
    wanted = tuple(seen) if values is None else tuple(values)
    if unknown := [value for value in seen if value not in wanted]:
        listed = ", ".join(map(str, wanted))
        raise contract(f"`{name}` holds {unknown[0]!r}, which is not among those given", f"given are {listed}")
    people_at = [seen.get(value, (0, 0)) for value in wanted]
    return _Table(wanted, tuple(n for n, _ in people_at), tuple(x for _, x in people_at), kept.excluded)


def _rates(table: _Table, name: str, level: float, method: Interval) -> tuple[Estimate, ...]:
    return tuple(
        replace(
            proportion(events, n, level=level, method=method),
            name="rate",
            at={name: value},
            excluded=table.excluded,
        )
        for value, n, events in zip(table.values, table.n, table.events, strict=True)
    )
