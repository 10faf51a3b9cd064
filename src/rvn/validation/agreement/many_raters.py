"""Agreement among any number of raters, not all of whom rated everybody.

All coefficients are (observed - chance) / (1 - chance) with the same observed agreement; they differ in what
they take for chance. The standard errors are linearised: people are a sample, the raters are fixed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import special

from rvn.validation.agreement.ratings import Weights, agreement_weights, limits_without_variance, rating_table
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.quantiles import t_quantile
from rvn.validation.observations import FloatArray, IntArray, contract, numbers


@dataclass(frozen=True)
class _Rated:
    """People with at least one rating: who said what, and how much they agree."""

    table: IntArray  # positions among the categories, -1 where absent
    counts: FloatArray
    shares: FloatArray  # person by category: share of the person's ratings
    weights: FloatArray
    twice: npt.NDArray[np.bool_]  # rated by two or more
    agreement: FloatArray  # of the pairs of a person's ratings; 0 where there is no pair
    excluded: Mapping[str, int]

    @property
    def n(self) -> int:
        return int(self.counts.sum())

    @property
    def n_pairs(self) -> int:
        return int(self.counts[self.twice].sum())

    @property
    def observed(self) -> float:
        return float(self.counts @ self.agreement) / self.n_pairs

    @property
    def used(self) -> FloatArray:
        return self.counts @ self.shares / self.n


def _rated(
    values: npt.ArrayLike,
    counts: npt.ArrayLike | None,
    weights: Weights,
    categories: npt.ArrayLike | None = None,
) -> _Rated:
    everybody = rating_table(values, counts=counts)
    rated = everybody.where(~np.all(np.isnan(everybody.values), axis=1))
    found, table = rated.codes()
    if categories is not None:
        defined = np.unique(numbers("categories", categories))
        if not np.isin(found, defined).all():
            unknown = found[~np.isin(found, defined)][0]
            raise contract(f"`ratings` holds {unknown:g}, which is not one of the {len(defined)} categories")
        table = np.where(table >= 0, np.searchsorted(defined, found)[table] if len(found) else table, -1)
        found = defined
    rows, size = len(table), len(found)
    person, rater = np.nonzero(table >= 0)
    uses = np.bincount(person * size + table[person, rater], minlength=rows * size).reshape(rows, size)
    times = uses.sum(axis=1)
    agree = agreement_weights(found, weights)
    pairs = times * (times - 1)
    together = (uses * (uses @ agree - 1)).sum(axis=1)
    return _Rated(
        table=table,
        counts=rated.counts,
        shares=uses / times[:, None],
        weights=agree,
        twice=times >= 2,
        agreement=np.where(pairs > 0, together / np.maximum(pairs, 1), 0.0),
        excluded={"rating absent": everybody.n - rated.n} if rated.n < everybody.n else {},
    )


def _coefficient(
    name: str, rated: _Rated, chance: float, influence: FloatArray, level: float, reference: str
) -> Estimate:
    """Estimate from the chance agreement and its derivative per person (of mean zero)."""
    estimate = Estimate(
        name=name,
        value=math.nan,
        method="linearised, t",
        level=level,
        n=rated.n,
        excluded=rated.excluded,
        reference=reference,
    )
    if rated.n_pairs == 0:
        return replace(estimate, status="not_estimable", notes=("nobody was rated twice",))
    observed = rated.observed
    kind = "raw" if np.isin(rated.weights, (0.0, 1.0)).all() else "weighted"
    beside = f"{kind} agreement {observed:.3f}, by chance {chance:.3f}"
    if not 1 - chance > 1e-12:
        return replace(estimate, status="not_estimable", notes=(beside, "one category only"))
    value = (observed - chance) / (1 - chance)
    once = rated.n - rated.n_pairs
    who = "1 person with one rating counts" if once == 1 else f"{once:,} people with one rating count"
    single = (f"{who} towards chance agreement only",) if once else ()
    estimate = replace(estimate, value=value, notes=(beside, *single))
    if rated.n_pairs < 2:
        return replace(estimate, status="sparse")
    # Gwet's own formula lets people with one rating add to the variance as if they did not agree.
    own = rated.n / rated.n_pairs * (rated.agreement - observed) * rated.twice
    linear = (own - (1 - value) * influence) / (1 - chance)
    df = rated.n_pairs - 1
    se = math.sqrt(float(rated.counts @ linear**2) * rated.n_pairs / df) / rated.n
    if se < 1e-12:
        low, high = limits_without_variance(observed, chance, rated.n_pairs, level)
        estimate = replace(estimate, se=0.0, low=low, high=high, status="degenerate")
        return replace(estimate, method="Wilson limits of raw agreement at the chance agreement found")
    half = t_quantile(level, df) * se
    lowest = -chance / (1 - chance)  # nobody agrees
    estimate = replace(estimate, se=se, df=df, low=max(value - half, lowest), high=min(value + half, 1.0))
    if chance == 0:  # raw agreement: that it is zero is no hypothesis
        return estimate
    return replace(estimate, statistic=value / se, p_value=float(2 * special.stdtr(df, -abs(value / se))))


def percent_agreement(ratings: npt.ArrayLike, *, counts: npt.ArrayLike | None = None, level: float = 0.95) -> Estimate:
    """Share of agreeing pairs among all pairs of ratings of one person, averaged over people.

    Parameters
    ----------
    ratings
        One row per person, one column per rater, NaN where there is no rating.
    counts
        How many people each row stands for.
    level
        Confidence level.

    Raises
    ------
    ContractError
        When `ratings` is not a table of numbers.

    References
    ----------
    Gwet 2008, doi:10.1348/000711006X126600.

    Examples
    --------
    Two of three raters agree on the first person (one pair of three), all on the others:

    >>> round(percent_agreement([[1, 1, 0], [1, 1, 1], [0, 0, None]]).value, 6)
    0.777778
    """
    rated = _rated(ratings, counts, "identity")
    return _coefficient("percent_agreement", rated, 0.0, np.zeros(1), level, "doi:10.1348/000711006X126600")


def fleiss_kappa(
    ratings: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    weights: Weights = "identity",
    level: float = 0.95,
) -> Estimate:
    """Fleiss' kappa: chance is two ratings drawn from the mean use of the categories by all raters.

    Parameters
    ----------
    ratings, counts, level
        As in `percent_agreement`. Which raters rated whom does not matter.
    weights
        ``"linear"``, ``"quadratic"`` and others give partial agreement to near categories; see
        `rvn.validation.agreement.ratings.agreement_weights`.

    Raises
    ------
    ContractError
        When `ratings` is not a table of numbers.

    References
    ----------
    Fleiss 1971, doi:10.1037/h0031619; standard error Gwet 2008, doi:10.1348/000711006X126600.

    Examples
    --------
    Two raters agree on 7 of 10; each says yes to half:

    >>> round(fleiss_kappa([[1, 1], [1, 0], [0, 1], [0, 0]], counts=[35, 15, 15, 35]).value, 6)
    0.4
    """
    rated = _rated(ratings, counts, weights)
    used = rated.used if rated.n else np.zeros(0)
    chance = float(used @ rated.weights @ used)
    influence = 2 * (rated.shares @ (rated.weights @ used) - chance)
    return _coefficient("fleiss_kappa", rated, chance, influence, level, "doi:10.1037/h0031619")


def conger_kappa(
    ratings: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    weights: Weights = "identity",
    level: float = 0.95,
) -> Estimate:
    """Conger's kappa: chance is one rating from each of two raters, averaged over pairs of raters.

    With two raters it is Cohen's kappa. Unlike Fleiss' kappa it knows that some raters are stricter.

    Parameters
    ----------
    ratings, counts, weights, level
        As in `fleiss_kappa`, but a column is one rater throughout.

    Raises
    ------
    ContractError
        When `ratings` is not a table of numbers.

    References
    ----------
    Conger 1980, doi:10.1037/0033-2909.88.2.322; standard error Gwet 2008, doi:10.1348/000711006X126600.

    Examples
    --------
    >>> round(conger_kappa([[1, 1], [1, 0], [0, 1], [0, 0]], counts=[35, 15, 15, 35]).value, 6)
    0.4
    """
    rated = _rated(ratings, counts, weights)
    columns = [rated.table[:, rater] for rater in range(rated.table.shape[1]) if (rated.table[:, rater] >= 0).any()]
    size, pairs = len(rated.weights), len(columns) * (len(columns) - 1)
    by_rater = np.array([np.bincount(codes[codes >= 0], rated.counts[codes >= 0], size) for codes in columns]).reshape(
        len(columns), size
    )
    times = by_rater.sum(axis=1)
    own = by_rater / times[:, None]
    others = (own.sum(axis=0) - own) @ rated.weights  # what the other raters' use makes a category worth
    expected = (own * others).sum(axis=1)
    influence = np.zeros(len(rated.table))
    for codes, worth, mean, n in zip(columns, others, expected, times, strict=True):
        influence += np.where(codes >= 0, (worth[codes] - mean) * rated.n / n, 0.0)
    chance = float(expected.sum()) / max(pairs, 1)
    return _coefficient(
        "conger_kappa", rated, chance, 2 * influence / max(pairs, 1), level, "doi:10.1037/0033-2909.88.2.322"
    )


def gwet_ac(
    ratings: npt.ArrayLike,
    categories: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    weights: Weights = "identity",
    level: float = 0.95,
) -> Estimate:
    """Gwet's AC1 (with weights AC2): chance agreement stays low when nearly everybody is in one category.

    Parameters
    ----------
    ratings, counts, weights, level
        As in `fleiss_kappa`.
    categories
        Every category that raters could have used, used or not: it matters how many there are.

    Raises
    ------
    ContractError
        When `ratings` is not a table of numbers, or holds one that is not a category.

    References
    ----------
    Gwet 2008, doi:10.1348/000711006X126600.

    Examples
    --------
    9 of 10 agree, nearly all on "no": kappa is negative, AC1 is not.

    >>> table, n = [[0, 0], [0, 1], [1, 0]], [90, 5, 5]
    >>> round(fleiss_kappa(table, counts=n).value, 3), round(gwet_ac(table, (0, 1), counts=n).value, 3)
    (-0.053, 0.89)
    """
    rated = _rated(ratings, counts, weights, categories)
    size = len(rated.weights)
    used = rated.used if rated.n else np.zeros(size)
    scale = float(rated.weights.sum()) / max(size * (size - 1), 1)
    chance = scale * float(used @ (1 - used)) if size > 1 else 1.0
    influence = scale * ((1 - 2 * used) * (rated.shares - used)).sum(axis=1)
    name = "gwet_ac1" if weights == "identity" else "gwet_ac2"
    return _coefficient(name, rated, chance, influence, level, "doi:10.1348/000711006X126600")


def brennan_prediger(
    ratings: npt.ArrayLike,
    categories: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    weights: Weights = "identity",
    level: float = 0.95,
) -> Estimate:
    """Brennan and Prediger's coefficient: chance is a rating drawn blindly from the categories there are.

    Of two categories it is the PABAK, or Maxwell's coefficient: twice the raw agreement, less one.

    Parameters
    ----------
    ratings, categories, counts, weights, level
        As in `gwet_ac`.

    Raises
    ------
    ContractError
        As `gwet_ac`.

    References
    ----------
    Brennan and Prediger 1981, doi:10.1177/001316448104100307.

    Examples
    --------
    >>> round(brennan_prediger([[0, 0], [0, 1], [1, 0]], (0, 1), counts=[90, 5, 5]).value, 6)
    0.8
    """
    rated = _rated(ratings, counts, weights, categories)
    size = len(rated.weights)
    chance = float(rated.weights.sum()) / max(size, 1) ** 2
    return _coefficient("brennan_prediger", rated, chance, np.zeros(1), level, "doi:10.1177/001316448104100307")
