"""Whether items have enough in common to look for factors, and how many dimensions show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import special

from rvn.validation.agreement.ratings import named_items
from rvn.validation.estimate import Estimate
from rvn.validation.observations import FloatArray, contract
from rvn.validation.reliability.internal_consistency import covariance

SINGULAR = 1e-9  # an eigenvalue below it is zero
KAISER = "doi:10.1007/BF02291575"


def dimensions(
    items: npt.ArrayLike,
    names: Sequence[str],
    *,
    counts: npt.ArrayLike | None = None,
    draws: int = 0,
    rng: np.random.Generator | int | None = None,
) -> tuple[Estimate, ...]:
    """Eigenvalues of the correlations of items, sampling adequacy, and the test that nothing correlates.

    Parameters
    ----------
    items
        Points, one row per person, one column per item. People with an absent answer are left out.
    names
        Name of each column, in order.
    counts
        How many people each row stands for.
    draws, rng
        With `draws`, parallel analysis: the mean eigenvalues of so many tables of unrelated normal items stand as
        ``eigenvalue_by_chance``; dimensions whose eigenvalues lie above them are more than chance. Needs `rng`.

    Returns
    -------
    tuple of Estimate
        ``eigenvalue`` at every place from the largest, ``sampling_adequacy`` (Kaiser, Meyer and Olkin) overall and
        at every item, ``sphericity`` with Bartlett's test.

    Raises
    ------
    ContractError
        When `items` has not one column per name, or `draws` come without `rng`.

    References
    ----------
    Kaiser 1974, doi:10.1007/BF02291575; Bartlett 1951, doi:10.1093/biomet/38.3-4.337; Horn 1965,
    doi:10.1007/BF02289447.

    Examples
    --------
    Two items that correlate one half have the eigenvalues 1.5 and 0.5:

    >>> rows = dimensions([[0, 0], [0, 1], [1, 0], [1, 1]], ["a", "b"], counts=[30, 10, 10, 30])
    >>> [(row.name, round(row.value, 3)) for row in rows[:3]]
    [('eigenvalue', 1.5), ('eigenvalue', 0.5), ('sampling_adequacy', 0.5)]
    """
    table, excluded = named_items(items, names, counts=counts)
    if draws and rng is None:
        raise contract("`draws` without `rng`", "give a seed or a generator")
    n, size = table.n, table.raters
    plain = Estimate(name="eigenvalue", value=math.nan, n=n, excluded=excluded, reference=KAISER)
    matrix = covariance(table) if n >= 2 else np.zeros((size, size))
    deviations = np.sqrt(np.diag(matrix))
    if size < 2 or deviations.min() == 0:
        return (replace(plain, status="not_estimable", notes=("needs two items that vary",)),)
    correlations = matrix / np.outer(deviations, deviations)
    values = np.linalg.eigvalsh(correlations)[::-1]
    rows = [replace(plain, value=float(value), at={"dimension": place}) for place, value in enumerate(values, start=1)]
    if draws:
        rows += _by_chance(n, size, draws, np.random.default_rng(rng), plain)
    return (*rows, *_adequacy(correlations, names, plain), _sphericity(correlations, plain))


def _by_chance(n: int, size: int, draws: int, rng: np.random.Generator, plain: Estimate) -> list[Estimate]:
    drawn = np.array([np.linalg.eigvalsh(np.corrcoef(rng.normal(size=(n, size)).T))[::-1] for _ in range(draws)])
    reference, method = "doi:10.1007/BF02289447", f"mean of {draws:,} tables of unrelated items"
    return [
        replace(
            plain,
            name="eigenvalue_by_chance",
            value=float(value),
            at={"dimension": place},
            method=method,
            reference=reference,
        )
        for place, value in enumerate(drawn.mean(axis=0), start=1)
    ]


def _adequacy(correlations: FloatArray, names: Sequence[str], plain: Estimate) -> list[Estimate]:
    estimate = replace(plain, name="sampling_adequacy")
    places: list[dict[str, str]] = [{}, *({"item": name} for name in names)]
    if not np.linalg.eigvalsh(correlations)[0] > SINGULAR:
        none = replace(estimate, status="not_estimable", notes=("items determine each other",))
        return [replace(none, at=at) for at in places]
    inverse = np.linalg.inv(correlations)
    lengths = np.sqrt(np.diag(inverse))
    partial = (inverse / np.outer(lengths, lengths)) ** 2
    whole = correlations**2
    np.fill_diagonal(partial, 0)
    np.fill_diagonal(whole, 0)
    pairs = [(float(whole.sum()), float(partial.sum())), *zip(whole.sum(axis=0), partial.sum(axis=0), strict=True)]
    return [
        replace(estimate, value=float(all_of / (all_of + own)), at=at)
        if all_of + own > SINGULAR
        else replace(estimate, status="not_estimable", notes=("nothing correlates",), at=at)
        for (all_of, own), at in zip(pairs, places, strict=True)
    ]


def _sphericity(correlations: FloatArray, plain: Estimate) -> Estimate:
    size = len(correlations)
    estimate = replace(
        plain, name="sphericity", method="Bartlett, chi-squared", reference="doi:10.1093/biomet/38.3-4.337"
    )
    logs = np.linalg.slogdet(correlations)[1]
    if not np.linalg.eigvalsh(correlations)[0] > SINGULAR or plain.n <= size:
        return replace(estimate, status="not_estimable", notes=("items determine each other",))
    statistic = -float(logs) * (plain.n - 1 - (2 * size + 5) / 6)
    df = size * (size - 1) // 2
    p_value = float(special.chdtrc(df, statistic))
    return replace(estimate, value=math.exp(float(logs)), statistic=statistic, df=df, p_value=p_value)
