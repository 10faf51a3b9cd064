"""Concordance of a score with follow-up time: Harrell's C and Uno's C, exact with ties, in O(n log n).

Two people can be compared when one has the event and the other is then known to be free of it: followed
for longer, or for as long without the event. They are concordant when the one with the event scored higher.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import stats

from rvn.validation.discrimination.delong import newcombe_limits
from rvn.validation.estimate import Estimate, Scale
from rvn.validation.follow_up.censoring import uncensored
from rvn.validation.follow_up.times import (
    FollowUp,
    entry_column,
    first_at_risk,
    follow_up,
    labels,
    positive,
    risk_table,
    times_before,
    totals,
)
from rvn.validation.foundations.limits import normal_quantile, scaled_limits
from rvn.validation.observations import FloatArray, IntArray, contract, numbers

HARRELL = "doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4"
UNO = "doi:10.1002/sim.4154"
DIFFERENCE = "doi:10.1002/sim.6370"
NEWCOMBE = "doi:10.1002/sim.2324"
# Uno's weights are not to be trusted when so few are still observed at the end.
FLOOR = 0.05
ROUNDING = 1e-12

Method = Literal["logit", "wald"]


@dataclass(frozen=True)
class Concordance:
    """C, and how much each person of a row moves it; NaN when no pair can be compared."""

    value: float
    influence: FloatArray

    def se(self, rows: FollowUp) -> float:
        """Return the infinitesimal jackknife standard error; people of one ``cluster`` move C together."""
        if "cluster" not in rows.columns:
            return float(np.sqrt(rows.counts @ self.influence**2))
        cluster = rows["cluster"].astype(np.int64)
        moved = totals(cluster, rows.counts * self.influence, int(cluster.max(initial=0)) + 1)
        return float(np.sqrt((moved**2).sum()))


def harrell_c(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
    entry: npt.ArrayLike | None = None,
    level: float = 0.95,
    method: Method = "logit",
) -> Estimate:
    """Harrell's C: the chance that of two comparable people the one with the event scores higher, ties half.

    Competing events are taken as censorings. Somebody followed for exactly as long, without the event, is
    comparable; two events at the same time are not.

    Parameters
    ----------
    time, event
        Time at risk, and 0 censored, 1 event, 2 and above competing events.
    score
        Any number that orders people, higher = riskier.
    counts
        How many people each row stands for.
    strata
        Only people of one stratum are compared, for example of one sample.
    cluster
        What several rows share, such as a person assessed twice; it changes the standard error.
    entry
        Time from which each person is watched; 0 when not given. Somebody who came later than an event is not
        compared with who had it (delayed entry).
    level
        Confidence level.
    method
        ``logit`` makes the interval on the logit scale, ``wald`` on that of C, cut at 0 and 1. Where C has no
        variance (`degenerate`) the interval is Newcombe's for people with and without the event.

    Raises
    ------
    ContractError
        For arrays that are no follow-up, or an `entry` that is not before `time`.

    References
    ----------
    Harrell, Lee & Mark 1996, Statistics in Medicine 15:361; the variance is the infinitesimal jackknife.

    Examples
    --------
    Of the five comparable pairs four are concordant; (4, 1) against (5, 2) is not.

    >>> harrell_c([1, 4, 5, 6], [1, 1, 0, 0], [3, 1, 2, 0]).value
    0.8
    """
    columns = {"score": numbers("score", score), **entry_column(entry)}
    if strata is not None:
        columns["strata"] = labels("strata", strata)[0]
    if cluster is not None:
        columns["cluster"] = labels("cluster", cluster)[0]
    rows = follow_up(time, event, counts=counts, **columns)
    found = concordance(rows, rows["score"], np.ones(len(rows.at)))
    return _estimate("harrell_c", found, rows, level, method, HARRELL)


def compare_harrell_c(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    score: npt.ArrayLike,
    other: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Harrell's C of `score` minus that of `other`, both scored on the same people.

    Parameters and errors are those of `harrell_c`.

    References
    ----------
    Kang et al. 2015, doi:10.1002/sim.6370.

    Examples
    --------
    >>> compare_harrell_c([1, 4, 5, 6], [1, 1, 0, 0], [3, 1, 2, 0], [3, 2, 1, 0]).value
    -0.19...
    """
    z = normal_quantile(level)
    columns = {"score": numbers("score", score), "other": numbers("other", other)}
    if cluster is not None:
        columns["cluster"] = labels("cluster", cluster)[0]
    rows = follow_up(time, event, counts=counts, **columns)
    one, two = (concordance(rows, rows[name], np.ones(len(rows.at))) for name in ("score", "other"))
    value = one.value - two.value
    se = Concordance(value, one.influence - two.influence).se(rows)
    estimate = _point("harrell_c_difference", value, rows, level, DIFFERENCE)
    estimate = replace(estimate, method="infinitesimal jackknife, paired")
    if math.isnan(value):
        return replace(estimate, status="not_estimable", notes=(*estimate.notes, "no two people can be compared"))
    if se < ROUNDING:
        return replace(estimate, se=0.0, low=value, high=value, status="degenerate")
    statistic = value / se
    return replace(
        estimate,
        se=se,
        low=value - z * se,
        high=value + z * se,
        statistic=statistic,
        p_value=2 * float(stats.norm.sf(abs(statistic))),
    )


def uno_c(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    tau: float | None = None,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
    method: Method = "logit",
) -> Estimate:
    """Uno's C: concordance that does not depend on how long people happened to be followed.

    Every comparable pair is weighted by one over the square of the chance of still being observed just before
    its event. Other parameters and errors are those of `harrell_c`.

    Parameters
    ----------
    tau
        Only events before this time count; all of them when not given. Where fewer than 5% are still observed
        just before it (or before the last event), the status is `sparse`.

    References
    ----------
    Uno et al. 2011, doi:10.1002/sim.4154; the weights are held fixed in the variance.

    Examples
    --------
    >>> uno_c([1, 4, 5, 6], [1, 1, 0, 0], [3, 1, 2, 0], tau=5).value
    0.8
    """
    end = math.inf if tau is None else positive("tau", tau)
    rows = follow_up(time, event, counts=counts, score=numbers("score", score))
    chance = uncensored(risk_table(rows.competing_as_censored()))[:-1]
    used = np.zeros(len(rows.times), dtype=bool)
    used[rows.at[rows.event == 1]] = True
    used[len(rows.times) if tau is None else times_before(rows.times, end) :] = False
    weight = np.divide(1.0, chance**2, out=np.zeros(len(chance)), where=used)
    found = concordance(rows, rows["score"], weight[rows.at])
    estimate = _estimate("uno_c", found, rows, level, method, UNO)
    estimate = replace(estimate, at={} if tau is None else {"tau": tau})
    if used.any() and chance[used].min() < FLOOR:
        note = f"only {100 * chance[used].min():.1f}% are still observed at the last event that counts"
        status = "sparse" if estimate.status == "ok" else estimate.status
        return replace(estimate, status=status, notes=(*estimate.notes, note))
    return estimate


def _estimate(name: str, found: Concordance, rows: FollowUp, level: float, method: Method, reference: str) -> Estimate:
    estimate = replace(_point(name, found.value, rows, level, reference), method="infinitesimal jackknife")
    cases = rows.n_events
    return ranking_limits(estimate, found.se(rows), method, cases=cases, others=rows.n - cases)


def _point(name: str, value: float, rows: FollowUp, level: float, reference: str) -> Estimate:
    notes = ("competing events are taken as censorings",) if rows.has_competing else ()
    return Estimate(
        name=name,
        value=value,
        level=level,
        n=rows.n,
        n_events=rows.n_events,
        excluded=rows.excluded,
        status="ok" if math.isfinite(value) else "not_estimable",
        notes=notes if math.isfinite(value) else (*notes, "no two people can be compared"),
        reference=reference,
    )


def ranking_limits(estimate: Estimate, se: float, method: Method, *, cases: float, others: float) -> Estimate:
    """Return the estimated chance that a case ranks above another, with error, interval and status filled in.

    Without variance the interval is Newcombe's for so many cases and others.
    """
    if method not in get_args(Method):
        raise contract(f"`method` is {method!r}; it must be one of {', '.join(get_args(Method))}")
    z, value = normal_quantile(estimate.level), estimate.value
    if math.isnan(value):
        return estimate
    if se < ROUNDING or value in (0.0, 1.0):
        low, high = newcombe_limits(value, max(cases, 1), max(others, 1), z)
        reference = f"{estimate.reference}; {NEWCOMBE}"
        return replace(
            estimate, se=0.0, low=low, high=high, method="Newcombe 5", status="degenerate", reference=reference
        )
    scale: Scale = "logit" if method == "logit" else "identity"
    on_scale, low, high = scaled_limits(value, se, scale, estimate.level)
    return replace(
        estimate,
        se=on_scale,
        scale=scale,
        low=max(low, 0.0),
        high=min(high, 1.0),
        method=f"{estimate.method}, {method}",
        status="below_chance" if value < 0.5 else estimate.status,
    )


def concordance(rows: FollowUp, score: FloatArray, weight: FloatArray) -> Concordance:
    """Return C with each pair weighted by the `weight` of its event; with strata, pairs within them."""
    credit, pairs = np.zeros(len(score)), np.zeros(len(score))
    if "strata" in rows.columns:
        for stratum in np.unique(rows["strata"]):
            here = rows["strata"] == stratum
            credit[here], pairs[here] = _pairs(rows.where(here), score[here], weight[here])
    else:
        credit, pairs = _pairs(rows, score, weight)
    total = float(rows.counts @ pairs) / 2  # each pair was counted for both of its people
    if total == 0:
        return Concordance(math.nan, np.full(len(score), math.nan))
    value = float(rows.counts @ credit) / 2 / total
    return Concordance(value, (credit - value * pairs) / total)


def _pairs(rows: FollowUp, score: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the weight of the concordant pairs, ties half, and of all pairs of one person of each row."""
    order = np.lexsort((rows.event != 1, rows.at))
    at, case, people = rows.at[order], rows.event[order] == 1, rows.counts[order]
    mass = people * np.where(case, weight[order], 0.0)
    rank = np.unique(score[order], return_inverse=True)[1]
    first, end = np.searchsorted(at, at, side="left"), np.searchsorted(at, at, side="right")
    cases_before = np.concatenate([[0], np.cumsum(case)])
    after_cases = first + cases_before[end] - cases_before[first]

    # As the one with the event: everybody after the cases of the same time can be compared, if at risk by then.
    everybody = totals(rank, people, int(rank.max(initial=-1)) + 1)
    below, equal = (np.cumsum(everybody) - everybody)[rank[case]], everybody[rank[case]]
    there = np.full(int(case.sum()), people.sum())
    if "entry" in rows.columns:
        from_on = first_at_risk(rows)[order]
        coming = np.argsort(from_on, kind="stable")
        by_then = np.searchsorted(from_on[coming], at[case], side="right")
        below, equal = below_and_equal(rank[coming], people[coming], by_then, rank[case])
        there = np.concatenate([[0.0], np.cumsum(people[coming])])[by_then]
    gone_below, gone_equal = below_and_equal(rank, people, after_cases[case], rank[case])
    people_before = np.concatenate([[0.0], np.cumsum(people)])
    credit, pairs = np.zeros(len(at)), np.zeros(len(at))
    credit[case] = weight[order][case] * (below - gone_below + (equal - gone_equal) / 2)
    pairs[case] = weight[order][case] * (there - people_before[after_cases[case]])

    # As the other one: with the cases before, and with those of the same time unless it is a case itself.
    mass_before = np.concatenate([[0.0], np.cumsum(mass[case])])

    def met(cases: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return credit and pairs of every row with the first so many cases."""
        below, equal = below_and_equal(rank[case], mass[case], cases, rank)
        return mass_before[cases] - below - equal / 2, mass_before[cases]

    met_credit, met_pairs = met(np.where(case, cases_before[first], cases_before[end]))
    credit, pairs = credit + met_credit, pairs + met_pairs
    if "entry" in rows.columns:  # but not with those before it came
        missed_credit, missed_pairs = met(np.searchsorted(at[case], from_on, side="left"))
        credit, pairs = credit - missed_credit, pairs - missed_pairs

    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return credit[back], pairs[back]


def below_and_equal(
    values: IntArray, weights: FloatArray, prefix: IntArray, limit: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return, per query, the weight of the values below and at a limit among the first `prefix` values.

    `values` and `limit` are whole and not negative. This is a wavelet matrix: the values are split by their
    highest bit, keeping their order, then by the next, and every query follows its limit down. That is a
    few passes over all queries at once, where a tree would be walked query by query.

    References
    ----------
    Claude, Navarro & Ordóñez 2015, doi:10.1016/j.is.2014.06.002.

    Examples
    --------
    >>> below_and_equal(np.array([2, 0, 1, 2]), np.ones(4), np.array([3, 4]), np.array([2, 2]))
    (array([2., 2.]), array([1., 2.]))
    """
    low, high = np.zeros_like(prefix), prefix
    below = np.zeros(len(prefix))
    for bit in reversed(range(int(max(values.max(initial=0), limit.max(initial=0))).bit_length())):
        zero, is_above = (values >> bit) & 1 == 0, (limit >> bit) & 1 == 1
        zeros = np.concatenate([[0], np.cumsum(zero)])
        mass = np.concatenate([[0.0], np.cumsum(np.where(zero, weights, 0.0))])
        below += np.where(is_above, mass[high] - mass[low], 0.0)
        low = np.where(is_above, zeros[-1] + low - zeros[low], zeros[low])
        high = np.where(is_above, zeros[-1] + high - zeros[high], zeros[high])
        split = np.concatenate([np.flatnonzero(zero), np.flatnonzero(~zero)])
        values, weights = values[split], weights[split]
    mass = np.concatenate([[0.0], np.cumsum(weights)])
    return below, mass[high] - mass[low]
