"""What else the covariances of items say of the reliability of their sum: Guttman's bounds and their kin."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rvn.validation.agreement.ratings import named_items, rating_table
from rvn.validation.estimate import Estimate
from rvn.validation.observations import FloatArray
from rvn.validation.reliability.internal_consistency import covariance

GUTTMAN = "doi:10.1007/BF02288892"
TEN_BERGE = "doi:10.1007/BF02289858"
REFERENCES: Mapping[str, str] = {"mu2": TEN_BERGE, "mu3": TEN_BERGE}
MOST_SPLIT = 16  # items up to which all split halves are looked at


def bounds_of(matrix: FloatArray) -> dict[str, float]:
    """Return reliability coefficients that need nothing but the covariances of the items.

    Of a correlation matrix they are those of standardised items; `lambda3` then is standardised alpha.

    Parameters
    ----------
    matrix
        Covariances or correlations of the items, scored in one direction.

    Returns
    -------
    dict
        ``lambda1`` to ``lambda6`` of Guttman, where 3 is alpha, 4 the best split half (NaN with more than 16
        items) and 6 rests on the multiple correlations; ``mu2`` and ``mu3`` of ten Berge and Zegers; and the
        mean and the median correlation of two items.

    References
    ----------
    Guttman 1945, doi:10.1007/BF02288892; ten Berge and Zegers 1978, doi:10.1007/BF02289858.

    Examples
    --------
    >>> found = bounds_of(np.array([[1.0, 0.5, 0.5], [0.5, 1.0, 0.5], [0.5, 0.5, 1.0]]))
    >>> round(found["lambda1"], 6), round(found["lambda3"], 6), round(found["mean_correlation"], 6)
    (0.5, 0.75, 0.5)
    """
    size, total = len(matrix), float(matrix.sum())
    deviations = np.sqrt(np.diag(matrix))
    correlations = matrix / np.outer(deviations, deviations)
    between = matrix - np.diag(np.diag(matrix))
    among = correlations[np.tril_indices(size, -1)]
    powers = [float((between ** (2**power)).sum()) for power in range(4)]
    grow = size / (size - 1)
    first = powers[0] / total
    mu2 = powers[0] + math.sqrt(powers[1] + math.sqrt(grow * powers[2]))
    mu3 = powers[0] + math.sqrt(powers[1] + math.sqrt(powers[2] + math.sqrt(grow * powers[3])))
    invertible = np.linalg.eigvalsh(correlations)[0] > 1e-12
    unexplained = float((1 / np.diag(np.linalg.inv(matrix))).sum()) if invertible else math.nan
    return {
        "lambda1": first,
        "lambda2": first + math.sqrt(grow * powers[1]) / total,
        "lambda3": grow * first,
        "lambda4": max(split_halves(matrix), default=math.nan) if size <= MOST_SPLIT else math.nan,
        "lambda5": first + 2 * math.sqrt(float((between**2).sum(axis=0).max())) / total,
        "lambda6": 1 - unexplained / total,
        "mu2": mu2 / total,
        "mu3": mu3 / total,
        "mean_correlation": float(among.mean()),
        "median_correlation": float(np.median(among)),
    }


def split_halves(matrix: FloatArray) -> list[float]:
    """Return Guttman's coefficient of every way to split the items into halves that differ by one item at most.

    Examples
    --------
    >>> [round(x, 6) for x in split_halves(np.array([[1.0, 0.5], [0.5, 1.0]]))]
    [0.666667]
    """
    size, total = len(matrix), float(matrix.sum())
    found = []
    for chosen in itertools.combinations(range(size), size // 2):
        if size % 2 == 0 and 0 not in chosen:
            continue  # the other half of a split seen already
        half = np.zeros(size)
        half[list(chosen)] = 1
        found.append(4 * float(half @ matrix @ (1 - half)) / total)
    return found


def reliability_bounds(
    items: npt.ArrayLike, *, standardised: bool = False, counts: npt.ArrayLike | None = None
) -> tuple[Estimate, ...]:
    """Guttman's lower bounds to reliability, those of ten Berge and Zegers, and how items correlate.

    Each is a lower bound of the reliability in the population; in small samples `lambda4` and `lambda6` can pass
    it. There are no intervals.

    Parameters
    ----------
    items
        Points, one row per person, one column per item, scored in one direction. People with an absent answer
        are left out.
    standardised
        Whether items are brought to one variance first.
    counts
        How many people each row stands for.

    Raises
    ------
    ContractError
        When `items` is not a table of numbers.

    References
    ----------
    As in `bounds_of`.

    Examples
    --------
    >>> rows = reliability_bounds([[1, 1], [1, 0], [0, 1], [0, 0]], counts=[3, 1, 1, 3])
    >>> [(row.name, round(row.value, 4)) for row in rows[:3]]
    [('lambda1', 0.3333), ('lambda2', 0.6667), ('lambda3', 0.6667)]
    """
    table, excluded = rating_table(items, counts=counts, name="items").complete("answer")
    plain = Estimate(
        name="lambda1",
        value=math.nan,
        method="standardised items" if standardised else "covariances",
        n=table.n,
        excluded=excluded,
    )
    matrix = covariance(table) if table.n >= 2 else np.zeros((table.raters, table.raters))
    return _rows(matrix, standardised, plain)


def reliability_bounds_without(
    items: npt.ArrayLike,
    names: Sequence[str],
    *,
    standardised: bool = False,
    counts: npt.ArrayLike | None = None,
) -> tuple[Estimate, ...]:
    """Return the rows of `reliability_bounds` of the scale without each item in turn.

    Parameters
    ----------
    items, standardised, counts
        As in `reliability_bounds`.
    names
        Name of each column, in order.

    Raises
    ------
    ContractError
        When `items` has not one column per name.

    References
    ----------
    As in `bounds_of`.

    Examples
    --------
    >>> rows = reliability_bounds_without([[1, 1, 0], [1, 0, 1], [0, 1, 0], [0, 0, 0]], ["a", "b", "c"])
    >>> rows[2].at, rows[2].name
    ({'without': 'a'}, 'lambda3')
    """
    table, excluded = named_items(items, names, counts=counts)
    plain = Estimate(name="lambda1", value=math.nan, n=table.n, excluded=excluded)
    matrix = covariance(table) if table.n >= 2 else np.zeros((table.raters, table.raters))
    rows: list[Estimate] = []
    for place, name in enumerate(names):
        left = np.delete(np.delete(matrix, place, 0), place, 1)
        rows += [replace(row, at={"without": name}) for row in _rows(left, standardised, plain)]
    return tuple(rows)


def _rows(matrix: FloatArray, standardised: bool, plain: Estimate) -> tuple[Estimate, ...]:
    names = list(bounds_of(np.array([[1.0, 0.5], [0.5, 1.0]])))
    deviations = np.sqrt(np.diag(matrix))
    if len(matrix) < 2 or deviations.min() == 0 or matrix.sum() <= 1e-12 * matrix.trace():
        why = "needs two items that vary, and whose sum varies"
        return tuple(replace(plain, name=name, status="not_estimable", notes=(why,)) for name in names)
    found = bounds_of(matrix / np.outer(deviations, deviations) if standardised else matrix)
    rows = (
        replace(plain, name=name, value=value, reference=REFERENCES.get(name, GUTTMAN)) for name, value in found.items()
    )
    why = f"more than {MOST_SPLIT} items, or items that determine each other"
    return tuple(replace(row, status="not_estimable", notes=(why,)) if math.isnan(row.value) else row for row in rows)


def corrected_item_total(matrix: FloatArray) -> FloatArray:
    """Return each item's correlation with the scale, corrected for its part in it and for unreliability.

    The variance of an item that the others do not explain is taken out of both.

    Parameters
    ----------
    matrix
        Covariances or correlations of the items, scored in one direction; NaN where items determine each other.

    References
    ----------
    Revelle, psych (R), `alpha`, there ``r.cor``; Guttman 1945, doi:10.1007/BF02288892, for the multiple correlation.

    Examples
    --------
    >>> print(corrected_item_total(np.array([[1.0, 0.5, 0.5], [0.5, 1.0, 0.5], [0.5, 0.5, 1.0]])).round(4))
    [0.6667 0.6667 0.6667]
    """
    deviations = np.sqrt(np.diag(matrix))
    correlations = matrix / np.outer(deviations, deviations)
    if not np.linalg.eigvalsh(correlations)[0] > 1e-12:
        return np.full(len(matrix), np.nan)
    explained = 1 - 1 / np.diag(np.linalg.inv(correlations))
    common = correlations - np.diag(1 - explained)
    return np.asarray(common.sum(axis=0) / math.sqrt(float(common.sum())))
