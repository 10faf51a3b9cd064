"""The door of fairness: people by group, whom each group is compared with, and which groups are too small to tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rvn.validation.estimate import Estimate
from rvn.validation.foundations.samples import labels, reference_among, tallied
from rvn.validation.foundations.scored import plain
from rvn.validation.observations import FloatArray, Observations, observations

# A reference that is no single group: each group is compared with all the others together.
EVERYONE_ELSE = "everyone else"
# With fewer cases or non-cases than this, a group shows a difference, or none, by chance alone.
FEWEST = 20


@dataclass(frozen=True)
class Group:
    """The people of one group, equal rows merged; `sample.excluded` counts those left out of all groups."""

    name: object
    sample: Observations

    @property
    def sizes(self) -> dict[str, int]:
        """Cases and non-cases, or people where there is no outcome."""
        if "outcome" not in self.sample.columns:
            return {"people": self.sample.n}
        cases = int(self.sample.counts @ self.sample["outcome"])
        return {"cases": cases, "non-cases": self.sample.n - cases}

    def where(self, keep: npt.NDArray[np.bool_]) -> Group:
        """Return some rows of the group."""
        columns = {name: array[keep] for name, array in self.sample.columns.items()}
        return replace(self, sample=Observations(columns, self.sample.counts[keep], self.sample.excluded))


def split(groups: npt.ArrayLike, *, counts: npt.ArrayLike | None = None, **columns: FloatArray) -> tuple[Group, ...]:
    """Return the complete rows of `columns` group by group; a group without any is not there.

    Parameters
    ----------
    groups
        The group of each person, text or numbers; a pandas categorical keeps its order, others are sorted.
    counts
        How many people each row stands for.
    columns
        From `numbers` or `binary`; the outcome is called ``outcome``.

    Raises
    ------
    ContractError
        When lengths differ or counts are not frequencies.

    Examples
    --------
    >>> men, women = split(["w", "m", "w"], outcome=np.array([0.0, 1.0, 1.0]), counts=[7, 2, 5])
    >>> men.name, men.sizes, women.sizes
    ('m', {'cases': 2, 'non-cases': 0}, {'cases': 5, 'non-cases': 7})
    """
    codes, names = labels("groups", groups)
    rows = tallied(observations(counts=counts, **columns, groups=codes))
    whole = Group(None, rows)
    parts = []
    for code in np.unique(rows["groups"]):
        name = names[int(code)]
        part = whole.where(rows["groups"] == code)
        parts.append(replace(part, name=plain(name) if isinstance(name, float) else name))
    return tuple(parts)


def together(parts: Sequence[Group]) -> Group:
    """Return several groups as one; one alone keeps its name."""
    if len(parts) == 1:
        return parts[0]
    samples = [part.sample for part in parts]
    columns = {name: np.concatenate([sample[name] for sample in samples]) for name in samples[0].columns}
    counts = np.concatenate([sample.counts for sample in samples])
    return Group(EVERYONE_ELSE, Observations(columns, counts, samples[0].excluded))


def opponents(
    names: Sequence[object], people: Sequence[int], reference: object = None
) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Return the place of each group that is compared, and the places of those it is compared with.

    Parameters
    ----------
    names, people
        Groups and their sizes.
    reference
        The group with which all others are compared, the largest when not given; or `EVERYONE_ELSE`. Of two groups
        the other one is everyone else, and there is one comparison.

    Raises
    ------
    ContractError
        When nobody is in the reference.

    Examples
    --------
    >>> opponents(["a", "b", "c"], [10, 30, 20])
    ((0, (1,)), (2, (1,)))
    >>> opponents(["a", "b", "c"], [10, 30, 20], EVERYONE_ELSE)
    ((0, (1, 2)), (1, (0, 2)), (2, (0, 1)))
    """
    places = range(len(names))
    if reference == EVERYONE_ELSE and EVERYONE_ELSE not in names:
        if len(names) > 2:
            return tuple((own, tuple(place for place in places if place != own)) for own in places)
        reference = None
    if not names:
        return ()
    base = reference_among(names, np.asarray(people, dtype=np.float64), reference)
    return tuple((own, (base,)) for own in places if own != base)


def pairs(parts: Sequence[Group], reference: object = None) -> tuple[tuple[Group, Group], ...]:
    """Return each group that is compared with the one that it is compared with; see `opponents`.

    >>> parts = split(["a", "b", "b", "c"], outcome=np.array([0.0, 1.0, 1.0, 0.0]))
    >>> [(own.name, other.name) for own, other in pairs(parts, EVERYONE_ELSE)]
    [('a', 'everyone else'), ('b', 'everyone else'), ('c', 'everyone else')]
    """
    places = opponents([part.name for part in parts], [part.sample.n for part in parts], reference)
    return tuple((parts[own], together([parts[place] for place in others])) for own, others in places)


def judge(estimate: Estimate, parts: Iterable[Group], fewest: int) -> Estimate:
    """Return the estimate as `sparse`, with the reason, when one of the groups it rests on is too small to tell.

    The numbers stay: that no difference was found in few people is not that there is none.

    >>> (women,) = split(["w", "w"], outcome=np.array([0.0, 1.0]), counts=[70, 12])
    >>> print(judge(Estimate(name="rate", value=0.15, n=82), [women], 20))
    rate 0.150 sparse; n 82
    >>> judge(Estimate(name="rate", value=0.15, n=82), [women], 20).notes
    ('too few to tell: w has 12 cases and 70 non-cases; at least 20 are needed',)
    """
    few = [
        f"{part.name} has {' and '.join(f'{people:,} {kind}' for kind, people in part.sizes.items())}"
        for part in parts
        if min(part.sizes.values()) < fewest
    ]
    if not few:
        return estimate
    note = f"too few to tell: {', '.join(few)}; at least {fewest:,} are needed"
    status = "sparse" if estimate.status in ("ok", "below_chance") else estimate.status
    return replace(estimate, status=status, notes=(*estimate.notes, note))
