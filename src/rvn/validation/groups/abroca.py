"""The area between the ROC curves of two groups (ABROCA), beside what it would be without any difference."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from rvn.validation.estimate import Estimate, Status
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.foundations.multiplicity import with_holm
from rvn.validation.groups.parts import FEWEST, Group, judge, pairs, split, together
from rvn.validation.observations import FloatArray, IntArray, binary, contract, numbers

ABROCA = "doi:10.1145/3303772.3303791"
ROUNDING = 1e-12
FEW_PER_SCORE = 20


@dataclass(frozen=True, slots=True)
class Abroca:
    """The area between two ROC curves, with its permutation test, and `under_equality` the mean of that test.

    The area is above zero in any sample; it says something only beside the mean and the limits that it has when
    group and score are unrelated among cases, and among non-cases.
    """

    area: Estimate
    under_equality: Estimate


def abroca(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    reference: object = None,
    counts: npt.ArrayLike | None = None,
    replicates: int = 2000,
    level: float = 0.95,
    fewest: int = FEWEST,
    rng: np.random.Generator | int,
) -> tuple[Abroca, ...]:
    """Return the area between the ROC curve of each group and that of a reference, tested by permutation.

    It sees what the difference of two AUCs does not: curves that cross. Groups are shuffled among the cases and
    among the non-cases, so base rates stay as they are; what is drawn are counts per score, so the time does
    not depend on the number of people. P-values are adjusted by Holm's method.

    Parameters
    ----------
    outcome
        1 for the event, 0 for none.
    score
        Any number that orders people; higher means more risk.
    groups
        The group of each person, text or numbers.
    reference
        The group to compare with, the largest when not given; or ``"everyone else"``.
    counts
        How many people each row stands for.
    replicates
        Number of permutations.
    level
        Share of the permutations between the limits of `under_equality`.
    fewest
        A group with fewer cases or non-cases is `sparse`: too few to tell.
    rng
        Where randomness comes from: a generator, or a seed.

    Raises
    ------
    ContractError
        When lengths differ, `outcome` holds anything but 0 and 1, or nobody is in the reference.

    References
    ----------
    Gardner, Brooks & Baker 2019, doi:10.1145/3303772.3303791.

    Examples
    --------
    One curve runs along the diagonal; the other rises to 1 at once and ends level: a triangle of 1/2.

    >>> outcome, score, sex = [0, 0, 1, 1] * 2, [1, 2, 1, 2] * 2, ["f"] * 4 + ["m"] * 4
    >>> (found,) = abroca(outcome, score, sex, counts=[50, 50, 50, 50, 60, 0, 0, 60], replicates=200, rng=1)
    >>> found.area.value, found.area.p_value < 0.01, found.under_equality.value < 0.1
    (0.5, True, True)
    """
    normal_quantile(level)
    if replicates < 1:
        raise contract(f"`replicates` is {replicates}; it must be at least 1")
    parts = split(groups, counts=counts, outcome=binary("outcome", outcome), score=numbers("score", score))
    generator = np.random.default_rng(rng)
    found = []
    for own, other in pairs(parts, reference):
        at = {"group": own.name, "reference": other.name}
        both = _tested(own, other, at, replicates, level, generator)
        found.append(Abroca(judge(both.area, [own, other], fewest), judge(both.under_equality, [own, other], fewest)))
    areas = with_holm([one.area for one in found])
    return tuple(replace(one, area=area) for one, area in zip(found, areas, strict=True))


def _tested(
    own: Group, other: Group, at: dict[str, object], replicates: int, level: float, rng: np.random.Generator
) -> Abroca:
    everyone = together([own, other]).sample
    scores = np.unique(everyone["score"])
    mine, theirs = _per_score(own, scores), _per_score(other, scores)
    value, mean, low, high = math.nan, math.nan, math.nan, math.nan
    p_value = None
    status: Status = "not_estimable"
    if min(*mine.sum(axis=1), *theirs.sum(axis=1)) > 0:
        value = _between(mine, theirs)
        null = np.array([_between(some, rest) for some, rest in _shuffled(mine, mine + theirs, replicates, rng)])
        mean, (low, high) = float(null.mean()), np.quantile(null, [(1 - level) / 2, (1 + level) / 2]).tolist()
        p_value = float((1 + (null >= value - ROUNDING).sum()) / (1 + replicates))
        status = "ok" if len(scores) > 1 else "degenerate"
    area = Estimate(
        name="abroca",
        value=value,
        level=level,
        method=f"permutation within outcome, {replicates:,} replicates",
        n=everyone.n,
        n_events=int(everyone.counts @ everyone["outcome"]),
        excluded=own.sample.excluded,
        p_value=p_value,
        at=at,
        status=status,
        reference=ABROCA,
    )
    mean_area = replace(area, name="abroca_under_equality", value=mean, low=low, high=high, p_value=None)
    return Abroca(area, mean_area)


def _per_score(part: Group, scores: FloatArray) -> IntArray:
    """Return the non-cases (first row) and the cases of a group at each score."""
    place = np.searchsorted(scores, part.sample["score"])
    people = np.zeros((2, len(scores)), dtype=np.int64)
    np.add.at(people, (part.sample["outcome"].astype(np.int64), place), part.sample.counts.astype(np.int64))
    return people


def _shuffled(
    mine: IntArray, everyone: IntArray, replicates: int, rng: np.random.Generator
) -> Iterator[tuple[IntArray, IntArray]]:
    """Deal the people of each outcome out to two groups again, the first as large as `mine`."""
    sizes = mine.sum(axis=1).tolist()
    # Drawing score by score is slow where nearly everybody has a score of their own.
    method: Literal["count", "marginals"] = "count" if everyone.sum() < FEW_PER_SCORE * everyone.size else "marginals"
    for _ in range(replicates):
        dealt = [
            rng.multivariate_hypergeometric(people, size, method=method)
            for people, size in zip(everyone, sizes, strict=True)
        ]
        yield np.stack(dealt), everyone - dealt


def _between(one: IntArray, other: IntArray) -> float:
    """Return the area between two ROC curves from non-cases and cases per score, exactly.

    >>> _between(np.array([[1, 1], [1, 1]]), np.array([[1, 0], [0, 1]]))
    0.5
    """
    curves = [_curve(people) for people in (one, other)]
    knots = np.unique(np.concatenate([false_rate for false_rate, _ in curves]))
    left, right = knots[:-1], knots[1:]
    middle = (left + right) / 2
    (a, b), (c, d) = (_ends(curve, left, middle, right) for curve in curves)
    start, end = np.abs(a - c), np.abs(b - d)
    crossed = (a - c) * (b - d) < 0
    heights = np.where(crossed, (start**2 + end**2) / np.where(crossed, start + end, 1), start + end) / 2
    return float((right - left) @ heights)


def _curve(people: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return false positive and true positive rate at every cut, from nobody flagged to everybody."""
    flagged = np.concatenate([np.zeros((2, 1)), np.cumsum(people[:, ::-1], axis=1)], axis=1)
    false_rate, true_rate = flagged / flagged[:, -1:]
    return false_rate, true_rate


def _ends(
    curve: tuple[FloatArray, FloatArray], left: FloatArray, middle: FloatArray, right: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the height of a curve just after `left` and just before `right`: it may be upright at either."""
    false_rate, true_rate = curve
    # The segment that holds the middle is never an upright one.
    after = np.searchsorted(false_rate, middle)
    width = false_rate[after] - false_rate[after - 1]
    slope = (true_rate[after] - true_rate[after - 1]) / width
    return (
        true_rate[after - 1] + slope * (left - false_rate[after - 1]),
        true_rate[after - 1] + slope * (right - false_rate[after - 1]),
    )
