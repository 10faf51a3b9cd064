"""From arrays to complete, distinct rows with counts: what the statistics of a binary outcome start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from rvn.validation.foundations.grouping import merge
from rvn.validation.observations import FloatArray, Observations, binary, contract, numbers, observations


def tallied(sample: Observations) -> Observations:
    """Return equal rows as one row with a count, so that all cost depends on the number of distinct rows.

    >>> rows = tallied(observations(outcome=binary("outcome", [1, 0, 1]), score=numbers("score", [2, 2, 2])))
    >>> rows["outcome"], rows.counts
    (array([0., 1.]), array([1., 2.]))
    """
    here = sample.counts > 0
    there = {name: array[here] for name, array in sample.columns.items()}
    columns, counts = merge(there, sample.counts[here].astype(np.int64))
    return Observations(columns, counts.astype(np.float64), sample.excluded)


def labels(name: str, values: npt.ArrayLike) -> tuple[FloatArray, tuple[object, ...]]:
    """Return the place of each value among the sorted distinct values, absent as NaN, and those values.

    A pandas categorical keeps the order of its categories.

    >>> labels("level", ["low", "high", None])
    (array([ 1.,  0., nan]), ('high', 'low'))
    """
    if not isinstance(values, (pd.Series, pd.Categorical, np.ndarray)):
        to_numpy = getattr(values, "to_numpy", None)
        # As objects, because numpy would make text of what is absent among texts.
        values = to_numpy() if to_numpy is not None else np.asarray(values, dtype=object)
    if values.ndim != 1:
        raise contract(f"`{name}` has {values.ndim} dimensions; one is needed")
    codes, found = pd.factorize(values, sort=True)
    return np.where(codes < 0, np.nan, codes), tuple(found.tolist())


def reference_among(names: Sequence[object], people: FloatArray, reference: object) -> int:
    """Return the place of `reference` among `names`; None stands for the name of most people.

    Raises
    ------
    ContractError
        When nobody has the reference.

    Examples
    --------
    >>> reference_among(["low", "high"], np.array([3.0, 5.0]), None)
    1
    """
    if reference is None:
        return int(people.argmax())
    if reference not in names or people[list(names).index(reference)] == 0:
        raise contract(f"nobody is in the reference {reference!r}", f"there is {', '.join(map(str, names))}")
    return list(names).index(reference)


def sample_of(
    outcome: npt.ArrayLike,
    predictors: Mapping[str, FloatArray],
    *,
    counts: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
) -> Observations:
    """Return the distinct rows of outcome, predictors, and of weights and cluster where they are given.

    Nobody with a weight of zero is among them.

    Raises
    ------
    ContractError
        When lengths differ, the outcome is not 0 and 1, or a weight is negative.
    """
    columns = {"outcome": binary("outcome", outcome), **predictors}
    if weights is not None:
        columns["weights"] = numbers("weights", weights)
        if (columns["weights"] < 0).any():
            raise contract("`weights` must not be negative")
    if cluster is not None:
        columns["cluster"] = labels("cluster", cluster)[0]
    sample = observations(counts=counts, **columns)
    if weights is not None:
        sample = replace(sample, counts=np.where(sample["weights"] == 0, 0, sample.counts))
    return tallied(sample)
