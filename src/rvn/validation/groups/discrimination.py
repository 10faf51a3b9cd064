"""Whether a score ranks the people of every group equally well, and does not rank one group above another."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy.typing as npt

from rvn.validation.discrimination.auc import auc, compare_auc_unpaired
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.independent import equality
from rvn.validation.foundations.multiplicity import with_holm
from rvn.validation.groups.comparison import GroupComparison
from rvn.validation.groups.parts import FEWEST, Group, judge, pairs, split, together
from rvn.validation.observations import binary, numbers

CROSS = "arXiv:1902.05826"


def auc_by_group(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    reference: object = None,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
    fewest: int = FEWEST,
) -> GroupComparison:
    """Return the AUC of each group, its difference from that of a reference, and the test that all are equal.

    Differences are tested by DeLong's unpaired test, with p-values adjusted by Holm's method; equality by
    chi-squared about the mean weighted by DeLong's inverse variances. A group with an AUC of 0 or 1 stays in the
    table, without a test.

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
    level
        Confidence level.
    fewest
        A group with fewer cases or non-cases is `sparse`: too few to tell.

    Raises
    ------
    ContractError
        When lengths differ, `outcome` holds anything but 0 and 1, or nobody is in the reference.

    References
    ----------
    DeLong, DeLong & Clarke-Pearson 1988, doi:10.2307/2531595; Cochran 1954, doi:10.2307/3001666.

    Examples
    --------
    >>> outcome, score, sex = [0, 0, 1, 1] * 2, [1, 2, 1, 2] * 2, ["f"] * 4 + ["m"] * 4
    >>> found = auc_by_group(outcome, score, sex, counts=[60, 40, 40, 60, 150, 50, 50, 150])
    >>> [row.value for row in found.estimates]
    [0.6, 0.75]
    >>> (difference,) = found.differences
    >>> round(difference.value, 6), difference.at, difference.p_value < 0.001
    (-0.15, {'group': 'f', 'reference': 'm'}, True)
    """
    parts = split(groups, counts=counts, outcome=binary("outcome", outcome), score=numbers("score", score))
    areas = [_auc(part, level) for part in parts]
    estimates = [
        judge(replace(area, at={"group": part.name}), [part], fewest) for part, area in zip(parts, areas, strict=True)
    ]
    differences = [
        judge(_difference(own, other, level, {"group": own.name, "reference": other.name}), [own, other], fewest)
        for own, other in pairs(parts, reference)
    ]
    equal: list[Estimate] = []
    if parts:
        test = equality([(part.name, area) for part, area in zip(parts, areas, strict=True)])
        equal.append(judge(replace(test, excluded=parts[0].sample.excluded), parts, fewest))
    return GroupComparison(tuple(estimates), with_holm(differences), tuple(equal))


def _auc(part: Group, level: float) -> Estimate:
    sample = part.sample
    estimate = auc(sample["outcome"], sample["score"], counts=sample.counts, level=level)
    return replace(estimate, excluded=sample.excluded)


def _difference(own: Group, other: Group, level: float, at: dict[str, object]) -> Estimate:
    one, two = own.sample, other.sample
    estimate = compare_auc_unpaired(
        one["outcome"],
        one["score"],
        two["outcome"],
        two["score"],
        counts=one.counts,
        other_counts=two.counts,
        level=level,
    )
    return replace(estimate, at=at, excluded=one.excluded)


@dataclass(frozen=True)
class CrossAuc:
    """Cases of one group against non-cases of another, and how that differs when the groups change places.

    `areas` are at ``cases`` and ``non_cases``; `differences`, at ``group`` and ``reference``, are the area of cases
    of the group minus that of cases of the reference.
    """

    areas: tuple[Estimate, ...]
    differences: tuple[Estimate, ...]


def cross_auc(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    reference: object = None,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
    fewest: int = FEWEST,
) -> CrossAuc:
    """Return the chance that a case of one group scores higher than a non-case of another (xAUC), both ways round.

    A score may rank well within every group and yet put non-cases of one above cases of the other. The two
    areas rest on different people, so their difference has DeLong's unpaired test, adjusted by Holm's method.

    Parameters
    ----------
    outcome, score, groups, reference, counts, level, fewest
        As in `auc_by_group`.

    Raises
    ------
    ContractError
        As `auc_by_group`.

    References
    ----------
    Kallus & Zhou 2019, arXiv:1902.05826.

    Examples
    --------
    Everybody in group b scores a point more for the same outcome.

    >>> found = cross_auc([0, 1, 0, 1], [1, 2, 2, 3], ["a", "a", "b", "b"], counts=[50, 50, 60, 60])
    >>> [(row.at["cases"], row.at["non_cases"], row.value) for row in found.areas]
    [('a', 'b', 0.5), ('b', 'a', 1.0)]
    """
    parts = split(groups, counts=counts, outcome=binary("outcome", outcome), score=numbers("score", score))
    areas, differences = [], []
    for own, other in pairs(parts, reference):
        there, back = _crossed(own, other), _crossed(other, own)
        for part, cases, others in ((there, own, other), (back, other, own)):
            at = {"cases": cases.name, "non_cases": others.name}
            area = replace(_auc(part, level), name="cross_auc", at=at)
            areas.append(judge(replace(area, reference=f"{CROSS}; {area.reference}"), [part], fewest))
        difference = _difference(there, back, level, {"group": own.name, "reference": other.name})
        differences.append(judge(replace(difference, name="cross_auc_difference"), [there, back], fewest))
    return CrossAuc(tuple(areas), with_holm(differences))


def _crossed(cases: Group, others: Group) -> Group:
    """Return the cases of one group and the non-cases of another."""
    some, rest = cases.where(cases.sample["outcome"] == 1), others.where(others.sample["outcome"] == 0)
    return replace(together([some, rest]), name=f"cases of {cases.name} and non-cases of {others.name}")
