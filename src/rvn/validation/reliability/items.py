"""One row per item of an instrument: answers, place in the scale, tie to the outcome, agreement of raters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rvn.validation.agreement.kappa import kappa
from rvn.validation.agreement.many_raters import gwet_ac, percent_agreement
from rvn.validation.agreement.ratings import Ratings, Weights, rating_table
from rvn.validation.association.odds_ratios import odds_ratio
from rvn.validation.discrimination.auc import auc, compare_auc
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.quantiles import t_quantile
from rvn.validation.observations import FloatArray, binary, contract
from rvn.validation.rates.proportions import proportion
from rvn.validation.reliability.correlation import correlation
from rvn.validation.reliability.internal_consistency import alpha_of, covariance

Items = Mapping[str, Sequence[float]]


def _columns(name: str, values: npt.ArrayLike, items: Items, counts: npt.ArrayLike | None) -> Ratings:
    """Return the checked table of item points: a column per item, and only points that the item has."""
    table = rating_table(values, counts=counts, name=name)
    if table.raters != len(items):
        raise contract(f"`{name}` has {table.raters} columns for {len(items)} items", "one column per item, in order")
    for column, (item, points) in zip(table.values.T, items.items(), strict=True):
        unknown = column[~np.isnan(column) & ~np.isin(column, np.asarray(points, dtype=np.float64))]
        if len(unknown):
            raise contract(f"`{name}` holds {unknown[0]:g} for item {item}, which has no such points")
    return table


def item_statistics(
    answers: npt.ArrayLike, items: Items, *, counts: npt.ArrayLike | None = None, level: float = 0.95
) -> tuple[Estimate, ...]:
    """How each item was answered and how it fits the scale that the items make.

    For every item: the share of people without an answer, of each of its points among the answers (points that
    nobody has included), the mean; and among people with all answers the correlation with the sum of all items
    and of the other items, and Cronbach's alpha without the item.

    Parameters
    ----------
    answers
        Points, one row per person, one column per item, NaN where there is no answer.
    items
        Name of each column in order, with all points the item can take.
    counts
        How many people each row stands for.
    level
        Confidence level: Wilson for shares, t for means, Fisher's z for correlations, Feldt for alpha.

    Raises
    ------
    ContractError
        When `answers` has not one column per item, or holds points that an item has not.

    References
    ----------
    Corrected item-total correlation: Henrysson 1963, doi:10.1007/BF02289618.

    Examples
    --------
    >>> rows = item_statistics([[0], [2], [2], [None]], {"debts": (0, 1, 2)})
    >>> [(row.name, row.at.get("points"), round(row.value, 3)) for row in rows[:5]]
    [('absent', None, 0.25), ('share', 0, 0.333), ('share', 1, 0.0), ('share', 2, 0.667), ('mean', None, 1.333)]
    """
    table = _columns("answers", answers, items, counts)
    complete, excluded = table.complete("answer")
    total = complete.values.sum(axis=1)
    matrix = covariance(complete) if complete.n >= 2 else np.zeros((len(items), len(items)))
    rows: list[Estimate] = []
    for place, (item, points) in enumerate(items.items()):
        column, own = table.values[:, place], complete.values[:, place]
        present = ~np.isnan(column)
        answered = int(table.counts[present].sum())
        alone = Estimate(name="alpha_without", value=math.nan, method="Feldt", level=level, n=complete.n)
        unanswered = {"answer absent": table.n - answered} if answered < table.n else {}
        shares = [
            replace(_share("share", int(table.counts[column == point].sum()), answered, level), at={"points": point})
            for point in points
        ]
        among_answers = [*shares, _mean(column[present], table.counts[present], level)]
        among_complete = [
            replace(correlation(own, total, counts=complete.counts, level=level), name="item_total"),
            replace(correlation(own, total - own, counts=complete.counts, level=level), name="item_rest"),
            alpha_of(np.delete(np.delete(matrix, place, 0), place, 1), alone),
        ]
        rows.append(replace(_share("absent", table.n - answered, table.n, level), at={"item": item}))
        rows += [replace(row, at={"item": item, **row.at}, excluded=unanswered) for row in among_answers]
        rows += [replace(row, at={"item": item}, excluded=excluded) for row in among_complete]
    return tuple(rows)


def _share(name: str, people: int, n: int, level: float) -> Estimate:
    return replace(proportion(people, n, level=level), name=name, n_events=None)


def _mean(values: FloatArray, counts: FloatArray, level: float) -> Estimate:
    n = int(counts.sum())
    estimate = Estimate(name="mean", value=math.nan, method="t", level=level, n=n)
    if n == 0:
        return replace(estimate, status="not_estimable")
    value = float(counts @ values) / n
    if n == 1:
        return replace(estimate, value=value, status="sparse")
    if np.ptp(values) == 0:
        return replace(estimate, value=value, se=0.0, status="degenerate")
    se = math.sqrt(float(counts @ (values - value) ** 2) / (n - 1) / n)
    half = t_quantile(level, n - 1) * se
    return replace(estimate, value=value, se=se, df=n - 1, low=value - half, high=value + half)


def item_outcome_statistics(
    outcome: npt.ArrayLike,
    answers: npt.ArrayLike,
    items: Items,
    *,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> tuple[Estimate, ...]:
    """How each item goes with the outcome, and what it adds to the sum of all items.

    For every item: its correlation with the outcome, odds ratio per point and AUC; and the AUC of the sum of
    all items minus that of the sum without this one. All among people with all answers and a known outcome.

    Parameters
    ----------
    outcome
        1 where the event happened, 0 where not.
    answers, items, counts, level
        As in `item_statistics`; more points mean more risk.

    Raises
    ------
    ContractError
        For arrays that break the contract of `item_statistics` or an outcome that is not 0 and 1.

    References
    ----------
    See `correlation`, `odds_ratio`, `auc` and `compare_auc`.

    Examples
    --------
    >>> rows = item_outcome_statistics([0, 0, 1, 1], [[0], [1], [0], [1]], {"debts": (0, 1)}, counts=[30, 10, 10, 30])
    >>> [(row.name, round(row.value, 3)) for row in rows]
    [('correlation', 0.5), ('odds_ratio', 9.0), ('auc', 0.75), ('auc_gain', 0.25)]
    """
    event, table = binary("outcome", outcome), _columns("answers", answers, items, None)
    if len(event) != len(table.values):
        raise contract(f"lengths differ: `outcome` {len(event):,}, `answers` {len(table.values):,}")
    total = table.values.sum(axis=1)
    rows: list[Estimate] = []
    for column, item in zip(table.values.T, items, strict=True):
        own = np.where(np.isnan(total), np.nan, column)
        found = (
            correlation(event, own, counts=counts, level=level),
            odds_ratio(event, own, counts=counts, level=level),
            auc(event, own, counts=counts, level=level),
            replace(compare_auc(event, total, total - own, counts=counts, level=level), name="auc_gain"),
        )
        rows += [replace(row, at={"item": item}) for row in found]
    return tuple(rows)


def agreement_by_item(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    items: Items,
    *,
    counts: npt.ArrayLike | None = None,
    weights: Weights = "identity",
    level: float = 0.95,
) -> tuple[Estimate, ...]:
    """Raw agreement, kappa and Gwet's coefficient of two raters for every item of an instrument.

    Parameters
    ----------
    first, second
        Item points given by two raters: one row per person, one column per item.
    items
        Name of each column in order, with all points the item can take.
    counts
        How many people each row stands for.
    weights, level
        As in `kappa`.

    Raises
    ------
    ContractError
        When the tables differ in shape, or do not have a column per item, or points are not the item's.

    References
    ----------
    Cohen 1960, doi:10.1177/001316446002000104; Gwet 2008, doi:10.1348/000711006X126600.

    Examples
    --------
    >>> table = agreement_by_item([[0], [1], [1], [0]], [[0], [1], [1], [1]], {"debts": (0, 1)})
    >>> [(row.at["item"], row.name, round(row.value, 3)) for row in table]
    [('debts', 'percent_agreement', 0.75), ('debts', 'kappa', 0.5), ('debts', 'gwet_ac1', 0.529)]
    """
    left, right = (_columns(name, values, items, None) for name, values in (("first", first), ("second", second)))
    if len(left.values) != len(right.values):
        raise contract(f"lengths differ: `first` {len(left.values):,}, `second` {len(right.values):,}")
    rows: list[Estimate] = []
    for one, other, (item, points) in zip(left.values.T, right.values.T, items.items(), strict=True):
        pair = np.column_stack([one, other])
        pair[np.isnan(pair).any(axis=1)] = np.nan
        found = (
            percent_agreement(pair, counts=counts, level=level),
            kappa(one, other, counts=counts, weights=weights, level=level),
            gwet_ac(pair, points, counts=counts, weights=weights, level=level),
        )
        rows += [replace(row, at={"item": item}) for row in found]
    return tuple(rows)
