"""Tables of ratings: one row per person, one column per rater (or item), NaN where there is no rating."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from rvn.validation.observations import FloatArray, IntArray, contract, frequencies, numbers
from rvn.validation.rates.proportions import limits

Weights = Literal["identity", "linear", "quadratic"]


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

    ``"identity"`` counts equal categories only; ``"linear"`` and ``"quadratic"`` fall with the distance (its
    square) of the numbers that the categories are, relative to the whole range.

    Examples
    --------
    >>> agreement_weights(np.array([0.0, 1.0, 2.0]), "linear")
    array([[1. , 0.5, 0. ],
           [0.5, 1. , 0.5],
           [0. , 0.5, 1. ]])
    """
    distance: FloatArray = np.abs(np.subtract.outer(categories, categories))
    if weights == "identity":
        return np.asarray(distance == 0, dtype=np.float64)
    if weights not in ("linear", "quadratic"):
        raise contract(f"no weights {weights!r}", "identity, linear or quadratic")
    relative = distance / max(float(distance.max(initial=0.0)), float(np.finfo(np.float64).tiny))
    return np.asarray(1 - (relative if weights == "linear" else relative**2))


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
