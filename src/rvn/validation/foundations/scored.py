"""Outcome and scores of people, equal rows grouped: what the statistics of a score start from."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from rvn.validation.observations import Observations, binary, contract, numbers, observations
from rvn.validation.tally import Tally


def grouped(
    outcome: npt.ArrayLike,
    scores: Mapping[str, npt.ArrayLike],
    counts: npt.ArrayLike | None,
    weights: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
) -> Observations:
    """Return the complete distinct rows: all that follows costs as little as there are of them.

    Nobody with a weight of zero is among them; clusters are numbered.

    Raises
    ------
    ContractError
        When lengths or types are wrong, the outcome is not 0 and 1, or a weight is negative.

    Examples
    --------
    >>> rows = grouped([0, 1, 1], {"score": [4, 5, 5]}, None)
    >>> rows["outcome"], rows["score"], rows.counts
    (array([0., 1.]), array([4., 5.]), array([1., 2.]))
    """
    columns = {"outcome": outcome, **scores}
    if weights is not None:
        columns["weights"] = weights
    if cluster is not None:
        columns["cluster"] = cluster
    rows = Tally(columns, counts)
    checked = {"outcome": binary("outcome", rows["outcome"])}
    checked |= {name: numbers(name, rows[name]) for name in columns if name not in ("outcome", "cluster")}
    people = rows["counts"]
    if weights is not None:
        if (checked["weights"] < 0).any():
            raise contract("`weights` holds a negative value")
        people = np.where(checked["weights"] == 0, 0, people)
    if cluster is not None:
        codes, _ = pd.factorize(rows["cluster"])
        checked["cluster"] = np.where(codes < 0, np.nan, codes)
    return observations(counts=people, **checked)


def plain(value: float) -> float:
    """Return a whole number as an int, the way a score is written.

    >>> plain(3.0), plain(3.5)
    (3, 3.5)
    """
    return int(value) if value.is_integer() else value


def cases_and_others(sample: Observations) -> tuple[int, int]:
    """Return how many people have the event, and how many do not.

    >>> cases_and_others(grouped([0, 1], {"score": [4, 5]}, [7, 3]))
    (3, 7)
    """
    cases = int(sample.counts @ sample["outcome"])
    return cases, sample.n - cases
