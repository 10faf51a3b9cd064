"""Tables of ratings: one row per person, one column per rater (or item), NaN where there is no rating."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from rvn.validation.observations import FloatArray, IntArray, contract, frequencies, numbers
from rvn.validation.rates.proportions import limits

Weights = Literal["identity", "linear", "quadratic", "ordinal", "radical", "ratio", "circular", "bipolar"]


@dataclass(frozen=True)
class Ratings:
    """A checked table of ratings; `counts` says how many people each row stands for."""

    values: FloatArray
    counts: FloatArray

    @property
    def raters(self) -> int:
        """Columns of the table."""
        return int(self.values.shape[1])

    @property
    def n(self) -> int:
        """People, not rows."""
        return int(self.counts.sum())

    def where(self, keep: npt.NDArray[np.bool_]) -> Ratings:
        """Return the rows for which `keep` is true."""
        return Ratings(self.values[keep], self.counts[keep])

    def complete(self, absent: str = "rating") -> tuple[Ratings, dict[str, int]]:
        """Return the rows without an absent rating (or what the caller calls it), and who the others were."""
        kept = self.where(~np.any(np.isnan(self.values), axis=1))
        return kept, {f"{absent} absent": self.n - kept.n} if kept.n < self.n else {}

    def codes(self) -> tuple[FloatArray, IntArray]:
        """Return the distinct ratings in order, and the table as positions among them, -1 where absent."""
        present = ~np.isnan(self.values)
        categories, positions = np.unique(self.values[present], return_inverse=True)
        table = np.full(self.values.shape, -1, dtype=np.int64)
        table[present] = positions
        return categories, table


def rating_table(values: npt.ArrayLike, *, counts: npt.ArrayLike | None = None, name: str = "ratings") -> Ratings:
    """Return a checked table of ratings; text is refused, not converted.

    Raises
    ------
    ContractError
        When `values` has not two dimensions or holds text, or `counts` are not frequencies.

    Examples
    --------
    >>> table = rating_table([[1, 2], [3, None]], counts=[5, 1])
    >>> table.n, table.complete()[1]
    (6, {'rating absent': 1})
    """
    to_numpy = getattr(values, "to_numpy", None)
    array = np.asarray(to_numpy() if to_numpy is not None else values)
    if array.ndim != 2 or array.shape[1] == 0:
        hint = "one row per person, one column per rater"
        raise contract(f"`{name}` has shape {array.shape}; a table is needed", hint)
    table = np.column_stack([numbers(f"{name}[:, {j}]", array[:, j]) for j in range(array.shape[1])])
    if counts is None:
        return Ratings(table, np.ones(len(table)))
    weight = frequencies(counts, len(table))
    return Ratings(table[weight > 0], weight[weight > 0])


def named_items(
    values: npt.ArrayLike, names: Sequence[str], *, counts: npt.ArrayLike | None = None, name: str = "items"
) -> tuple[Ratings, dict[str, int]]:
    """Return the people with all answers of a table with a name per column, and who the others were.

    Raises
    ------
    ContractError
        As `rating_table`, or when there is not one name per column.

    Examples
    --------
    >>> table, excluded = named_items([[1, 0], [1, None]], ["debts", "work"])
    >>> table.n, excluded
    (1, {'answer absent': 1})
    """
    table, excluded = rating_table(values, counts=counts, name=name).complete("answer")
    if table.raters != len(names):
        raise contract(
            f"`{name}` has {table.raters} columns for {len(names)} names", "one name per column, in their order"
        )
    return table, excluded


def ratings_from_rows(person: npt.ArrayLike, rater: npt.ArrayLike, rating: npt.ArrayLike) -> FloatArray:
    """Return the table of persons by raters from one row per rating; persons and raters in sorted order.

    Raises
    ------
    ContractError
        When lengths differ, or a rater rated a person twice: two ratings are never averaged silently.

    Examples
    --------
    >>> ratings_from_rows(["a", "a", "b"], ["x", "y", "y"], [1, 2, 3])
    array([[ 1.,  2.],
           [nan,  3.]])
    """
    value = numbers("rating", rating)
    if not len(np.asarray(person)) == len(np.asarray(rater)) == len(value):
        raise contract(
            f"lengths differ: `person` {len(np.asarray(person)):,}, "
            f"`rater` {len(np.asarray(rater)):,}, `rating` {len(value):,}"
        )
    people, row = np.unique(np.asarray(person), return_inverse=True)
    raters, column = np.unique(np.asarray(rater), return_inverse=True)
    cells, times = np.unique(row * len(raters) + column, return_counts=True)
    if (times > 1).any():
        cell = cells[times > 1][0]
        raise contract(
            f"rater {raters[cell % len(raters)]} rated person {people[cell // len(raters)]} more than once",
            "keep the rating that counts; they are not averaged",
        )
    table = np.full((len(people), len(raters)), np.nan)
    table[row, column] = value
    return table


def agreement_weights(categories: FloatArray, weights: Weights) -> FloatArray:
    """Return how much two ratings agree, from 0 to 1, for every pair of categories.

    ``"identity"`` counts equal categories only. The others fall with the distance of the numbers that the
    categories are, relative to the whole range: ``"radical"`` with its root, ``"linear"``, ``"quadratic"`` with
    its square; ``"ordinal"`` with the number of pairs of categories from one to the other, whatever their numbers;
    ``"ratio"`` with the square of difference over sum; ``"bipolar"`` more slowly in the middle of the scale than at
    its ends; ``"circular"`` on a scale whose last category is next to the first.

    References
    ----------
    Gwet 2014, Handbook of Inter-Rater Reliability, 4th edition, chapter 3; for ``"linear"`` and ``"quadratic"``
    Cohen 1968, doi:10.1037/h0026256.

    Examples
    --------
    >>> agreement_weights(np.array([0.0, 1.0, 2.0]), "linear")
    array([[1. , 0.5, 0. ],
           [0.5, 1. , 0.5],
           [0. , 0.5, 1. ]])
    """
    if weights == "identity":
        return np.equal.outer(categories, categories).astype(np.float64)
    if weights not in _DISTANCES:
        raise contract(f"no weights {weights!r}", f"identity, {', '.join(_DISTANCES)}")
    distance = _DISTANCES[weights](categories)
    return np.asarray(1 - distance / max(float(distance.max(initial=0.0)), float(np.finfo(np.float64).tiny)))


def _apart(categories: FloatArray) -> FloatArray:
    return np.asarray(np.abs(np.subtract.outer(categories, categories)))


def _pairs_apart(categories: FloatArray) -> FloatArray:
    steps = _apart(np.arange(len(categories), dtype=np.float64))
    return steps * (steps + 1) / 2


def _ratio_apart(categories: FloatArray) -> FloatArray:
    if (categories < 0).any():
        raise contract(f"ratio weights need ratings from zero up, and found {categories.min():g}")
    total = np.add.outer(categories, categories)
    return np.asarray((_apart(categories) / np.where(total > 0, total, 1.0)) ** 2)


def _around(categories: FloatArray) -> FloatArray:
    size = float(np.ptp(categories)) + 1 if len(categories) else 1.0
    return np.asarray(np.sin(np.pi * _apart(categories) / size) ** 2)


def _from_the_ends(categories: FloatArray) -> FloatArray:
    if not len(categories):
        return np.zeros((0, 0))
    total = np.add.outer(categories, categories)
    room = (total - 2 * categories.min()) * (2 * categories.max() - total)
    return np.asarray(np.where(room > 0, _apart(categories) ** 2 / np.where(room > 0, room, 1.0), 0.0))


_DISTANCES: dict[str, Callable[[FloatArray], FloatArray]] = {
    "linear": _apart,
    "quadratic": lambda categories: _apart(categories) ** 2,
    "ordinal": _pairs_apart,
    "radical": lambda categories: np.sqrt(_apart(categories)),
    "ratio": _ratio_apart,
    "circular": _around,
    "bipolar": _from_the_ends,
}


def limits_without_variance(observed: float, chance: float, n: int, level: float) -> tuple[float, float]:
    """Return Wilson's limits of the observed agreement, carried over to the chance-corrected scale.

    For agreement so regular that its variance is zero: all agree, or all disagree.

    Examples
    --------
    >>> low, high = limits_without_variance(1.0, 0.5, n=10, level=0.95)
    >>> round(low, 4), round(high, 4)
    (0.4449, 1.0)
    """
    low, high = limits(min(max(observed, 0.0), 1.0) * n, n, level=level)
    return max(float((low - chance) / (1 - chance)), -1.0), min(float((high - chance) / (1 - chance)), 1.0)
