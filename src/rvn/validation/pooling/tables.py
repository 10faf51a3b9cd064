"""Odds ratios of several samples pooled from their counts, so that samples with few or no events count as they are."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import special

from rvn.validation.estimate import Estimate
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.foundations.stratified import Tables
from rvn.validation.observations import contract, frequencies, numbers

MANTEL_HAENSZEL = "doi:10.1093/jnci/22.4.719; doi:10.2307/2531052"
PETO = "doi:10.1016/S0033-0620(85)80003-7"


@dataclass(frozen=True, kw_only=True)
class PooledOdds:
    """Result of `pool_odds_ratios`.

    Parameters
    ----------
    mantel_haenszel
        Odds ratio by Mantel and Haenszel, with their test that it is one, corrected for continuity.
    peto
        Odds ratio by Peto: for rare events and groups of like size only.
    homogeneity
        Tarone's test that all samples share one odds ratio; its value is the statistic.
    """

    mantel_haenszel: Estimate
    peto: Estimate
    homogeneity: Estimate


def pool_odds_ratios(
    events: npt.ArrayLike,
    people: npt.ArrayLike,
    other_events: npt.ArrayLike,
    other_people: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> PooledOdds:
    """Pool the odds of the event in one group over those in another, from the counts of several samples.

    Parameters
    ----------
    events, people
        Events and people of the first group (for example the high level) in each sample.
    other_events, other_people
        The same of the group it is compared with.
    level
        Confidence level.

    Raises
    ------
    ContractError
        When lengths differ, a count is no frequency, or there are more events than people.

    References
    ----------
    Mantel and Haenszel 1959, doi:10.1093/jnci/22.4.719; variance Robins, Breslow and Greenland 1986,
    doi:10.2307/2531052; Yusuf et al. 1985, doi:10.1016/S0033-0620(85)80003-7; Tarone 1985,
    doi:10.1093/biomet/72.1.91.

    Examples
    --------
    Odds of 1/2 against 1/4 in one sample, of 2 against 1 in the other:

    >>> found = pool_odds_ratios([10, 20], [30, 30], [10, 25], [50, 50])
    >>> round(found.mantel_haenszel.value, 6), round(found.homogeneity.value, 6)
    (2.0, 0.0)
    """
    size = len(numbers("events", events))
    a, n1, c, n2 = (
        frequencies(column, size, name=name)
        for name, column in (
            ("events", events),
            ("people", people),
            ("other_events", other_events),
            ("other_people", other_people),
        )
    )
    if (a > n1).any() or (c > n2).any():
        raise contract("some sample has more events than people")
    used = (n1 > 0) & (n2 > 0)
    tables = Tables(a[used], (n1 - a)[used], c[used], (n2 - c)[used])
    plain = Estimate(
        name="odds_ratio",
        value=math.nan,
        scale="log",
        level=level,
        n=int(used.sum()),
        n_events=int((a + c)[used].sum()),
        excluded={"a group without people": int((~used).sum())} if not used.all() else {},
    )
    mantel_haenszel = _mantel_haenszel(tables, plain)
    return PooledOdds(
        mantel_haenszel=mantel_haenszel,
        peto=_peto(tables, plain),
        homogeneity=_tarone(tables, mantel_haenszel.value, plain),
    )


def _mantel_haenszel(tables: Tables, plain: Estimate) -> Estimate:
    estimate = replace(plain, method="Mantel-Haenszel", reference=MANTEL_HAENSZEL)
    top, bottom = tables.sides
    if not top or not bottom:
        return replace(estimate, status="not_estimable", notes=("no sample has what one side of the ratio needs",))
    surplus = max(abs(float((tables.a - tables.expected).sum())) - 0.5, 0.0)
    chi2 = surplus**2 / float(tables.variance.sum())
    return replace(
        _with_limits(estimate, math.log(top / bottom), tables.log_error),
        statistic=chi2,
        df=1,
        p_value=float(special.chdtrc(1, chi2)),
    )


def _peto(tables: Tables, plain: Estimate) -> Estimate:
    estimate = replace(plain, method="Peto", reference=PETO)
    variance = float(tables.variance.sum())
    if not variance > 0:
        return replace(estimate, status="not_estimable", notes=("no sample has people with and without the event",))
    surplus = float((tables.a - tables.expected).sum())
    return _with_limits(estimate, surplus / variance, 1 / math.sqrt(variance))


def _with_limits(estimate: Estimate, log_odds: float, se: float) -> Estimate:
    half = normal_quantile(estimate.level) * se
    value, low, high = (math.exp(x) for x in (log_odds, log_odds - half, log_odds + half))
    return replace(estimate, value=value, se=se, low=low, high=high)


def _tarone(tables: Tables, ratio: float, plain: Estimate) -> Estimate:
    estimate = replace(
        plain, name="homogeneity", scale="identity", method="Tarone", reference="doi:10.1093/biomet/72.1.91"
    )
    first, cases, n = tables.a + tables.b, tables.a + tables.c, tables.people
    mixed = (cases > 0) & (cases < n)
    if math.isnan(ratio) or mixed.sum() < 2:
        return replace(estimate, status="not_estimable", notes=("needs two samples with and without the event",))
    first, cases, n, found = first[mixed], cases[mixed], n[mixed], tables.a[mixed]
    # The expected cell solves e (n - first - cases + e) = ratio (first - e) (cases - e).
    linear = ratio * (first + cases) + (n - first - cases)
    root = np.sqrt(linear**2 - 4 * (ratio - 1) * ratio * first * cases)
    expected = 2 * ratio * first * cases / (linear + root)
    variance = 1 / (1 / expected + 1 / (first - expected) + 1 / (cases - expected) + 1 / (n - first - cases + expected))
    difference = found - expected
    statistic = float((difference**2 / variance).sum() - difference.sum() ** 2 / variance.sum())
    df = int(mixed.sum()) - 1
    return replace(estimate, value=statistic, statistic=statistic, df=df, p_value=float(special.chdtrc(df, statistic)))
