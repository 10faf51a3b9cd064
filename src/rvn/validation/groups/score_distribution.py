"""How high the people of each group score: means, their differences, and how far the distributions overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from rvn.validation.discrimination.auc import auc
from rvn.validation.estimate import Estimate, Status
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.foundations.multiplicity import with_holm
from rvn.validation.foundations.quantiles import t_quantile
from rvn.validation.groups.parts import FEWEST, Group, judge, pairs, split
from rvn.validation.observations import Observations, binary, numbers

WELCH = "doi:10.1093/biomet/34.1-2.28"
COHEN = "doi:10.1177/0013164401614002"


@dataclass(frozen=True)
class GroupScores:
    """Scores of each group, and how they differ from those of a reference.

    `means` are at ``group``, the others at ``group`` and ``reference``: `differences` of the means, with Welch's
    test, adjusted by Holm's method; `standardised` ones, in pooled standard deviations (Cohen's d); `superiority`,
    the chance that somebody of the group scores higher than somebody of the reference, ties counted half, which
    is also the mean percentile rank of the group among the reference.
    """

    means: tuple[Estimate, ...]
    differences: tuple[Estimate, ...]
    standardised: tuple[Estimate, ...]
    superiority: tuple[Estimate, ...]


def scores_by_group(
    score: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    reference: object = None,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
    fewest: int = FEWEST,
) -> GroupScores:
    """Return the mean score of each group, and how far its scores lie from those of a reference.

    That groups score differently is no error of the score where they differ in what it predicts: see
    `class_balance`, and `rvn.validation.groups.differential_prediction`.

    Parameters
    ----------
    score
        Score, or risk, of each person.
    groups
        The group of each person, text or numbers.
    reference
        The group to compare with, the largest when not given; or ``"everyone else"``.
    counts
        How many people each row stands for.
    level
        Confidence level.
    fewest
        A group of fewer people is `sparse`: too few to tell.

    Raises
    ------
    ContractError
        When lengths differ, or nobody is in the reference.

    References
    ----------
    Welch 1947, doi:10.1093/biomet/34.1-2.28; noncentral t limits: Cumming & Finch 2001,
    doi:10.1177/0013164401614002.

    Examples
    --------
    >>> found = scores_by_group([1, 3, 2, 4], ["f", "f", "m", "m"], counts=[50, 50, 60, 60])
    >>> [row.value for row in found.means], found.differences[0].value, found.superiority[0].value
    ([2.0, 3.0], -1.0, 0.25)
    """
    parts = split(groups, counts=counts, score=numbers("score", score))
    return _compared(parts, pairs(parts, reference), level, fewest)


@dataclass(frozen=True)
class ClassBalance:
    """The scores of the cases of each group, and those of the non-cases."""

    cases: GroupScores
    non_cases: GroupScores


def class_balance(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    reference: object = None,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
    fewest: int = FEWEST,
) -> ClassBalance:
    """Return whether cases score alike in all groups, and non-cases do (balance for both classes).

    Where base rates differ, a score calibrated in every group cannot be balanced (Kleinberg et al. 2017).

    Parameters
    ----------
    outcome
        1 for the event, 0 for none.
    score, groups, reference, counts, level, fewest
        As in `scores_by_group`.

    Raises
    ------
    ContractError
        As `scores_by_group`, and when `outcome` holds anything but 0 and 1.

    References
    ----------
    Kleinberg, Mullainathan & Raghavan 2017, doi:10.4230/LIPIcs.ITCS.2017.43.

    Examples
    --------
    >>> outcome, score, sex = [0, 1, 1, 0, 1], [1, 2, 4, 1, 3], ["f", "f", "f", "m", "m"]
    >>> found = class_balance(outcome, score, sex, counts=[50, 30, 30, 50, 50])
    >>> found.cases.differences[0].value, found.non_cases.differences[0].value
    (0.0, 0.0)
    """
    parts = split(groups, counts=counts, outcome=binary("outcome", outcome), score=numbers("score", score))
    compared = pairs(parts, reference)
    cases, non_cases = (
        _compared(
            [_of_class(part, kind) for part in parts],
            [(_of_class(own, kind), _of_class(other, kind)) for own, other in compared],
            level,
            fewest,
        )
        for kind in (1, 0)
    )
    return ClassBalance(cases, non_cases)


def _of_class(part: Group, outcome: int) -> Group:
    rows = part.where(part.sample["outcome"] == outcome).sample
    return Group(part.name, Observations({"score": rows["score"]}, rows.counts, rows.excluded))


def _compared(
    parts: Sequence[Group], compared: Sequence[tuple[Group, Group]], level: float, fewest: int
) -> GroupScores:
    means = [judge(_mean(part, level), [part], fewest) for part in parts]
    differences, standardised, superiority = [], [], []
    for own, other in compared:
        difference, in_deviations = _difference(own, other, level)
        differences.append(judge(difference, [own, other], fewest))
        standardised.append(judge(in_deviations, [own, other], fewest))
        superiority.append(judge(_superiority(own, other, level), [own, other], fewest))
    return GroupScores(tuple(means), with_holm(differences), tuple(standardised), tuple(superiority))


def _moments(part: Group) -> tuple[int, float, float]:
    """Return people, mean, and variance with divisor n - 1."""
    n, counts, score = part.sample.n, part.sample.counts, part.sample["score"]
    if n == 0:
        return 0, math.nan, math.nan
    mean = float(counts @ score) / n
    return n, mean, float(counts @ (score - mean) ** 2) / (n - 1) if n > 1 else math.nan


def _mean(part: Group, level: float) -> Estimate:
    normal_quantile(level)
    n, mean, variance = _moments(part)
    se = math.sqrt(variance / n) if n > 1 else math.nan
    reach = t_quantile(level, n - 1) * se if n > 1 else math.nan
    return Estimate(
        name="mean_score",
        value=mean,
        se=se,
        low=mean - reach,
        high=mean + reach,
        level=level,
        method="t",
        n=n,
        excluded=part.sample.excluded,
        at={"group": part.name},
        status="not_estimable" if n == 0 else "sparse" if n == 1 else "ok" if se else "degenerate",
    )


def _difference(own: Group, other: Group, level: float) -> tuple[Estimate, Estimate]:
    """Return the difference of the means in points and in pooled standard deviations."""
    (n, mean, variance), (other_n, other_mean, other_variance) = _moments(own), _moments(other)
    blank = Estimate(
        name="mean_score_difference",
        value=mean - other_mean,
        level=level,
        method="Welch",
        n=n + other_n,
        excluded=own.sample.excluded,
        at={"group": own.name, "reference": other.name},
        reference=WELCH,
    )
    deviations = replace(blank, name="standardised_mean_difference", method="Cohen's d, noncentral t", reference=COHEN)
    if not n or not other_n:
        return replace(blank, status="not_estimable"), replace(deviations, status="not_estimable")
    if n == 1 or other_n == 1 or not variance + other_variance:
        status: Status = "sparse" if n == 1 or other_n == 1 else "degenerate"
        return replace(blank, status=status), replace(deviations, value=math.nan, status="not_estimable")
    first, second = variance / n, other_variance / other_n
    se = math.sqrt(first + second)
    df = (first + second) ** 2 / (first**2 / (n - 1) + second**2 / (other_n - 1))
    reach, statistic = t_quantile(level, df) * se, (mean - other_mean) / se
    difference = replace(
        blank,
        se=se,
        low=mean - other_mean - reach,
        high=mean - other_mean + reach,
        statistic=statistic,
        df=df,
        p_value=float(2 * special.stdtr(df, -abs(statistic))),
    )
    pooled = ((n - 1) * variance + (other_n - 1) * other_variance) / (n + other_n - 2)
    d, root = (mean - other_mean) / math.sqrt(pooled), math.sqrt(n * other_n / (n + other_n))
    low, high = (limit / root for limit in _noncentral(d * root, n + other_n - 2, level))
    return difference, replace(deviations, value=d, low=low, high=high)


def _noncentral(t: float, df: int, level: float) -> tuple[float, float]:
    """Return the noncentralities at which `t` is an outer quantile of the noncentral t distribution."""

    def solve(below: float) -> float:
        def excess(noncentrality: float) -> float:
            return float(special.nctdtr(df, noncentrality, t)) - below

        reach = 1.0
        while excess(t - reach) < 0 or excess(t + reach) > 0:
            reach *= 2
        return float(optimize.brentq(excess, t - reach, t + reach, xtol=1e-12, rtol=1e-12))

    return solve((1 + level) / 2), solve((1 - level) / 2)


def _superiority(own: Group, other: Group, level: float) -> Estimate:
    """Return the AUC of the score for being of the group."""
    one, two = own.sample, other.sample
    member = np.repeat([1, 0], [len(one.counts), len(two.counts)])
    area = auc(
        member,
        np.concatenate([one["score"], two["score"]]),
        counts=np.concatenate([one.counts, two.counts]),
        level=level,
    )
    return replace(
        area,
        name="superiority",
        n_events=None,
        excluded=one.excluded,
        at={"group": own.name, "reference": other.name},
        status="ok" if area.status == "below_chance" else area.status,
        notes=() if area.status == "not_estimable" else area.notes,
    )
