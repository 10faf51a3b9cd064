"""Gray's test: whether the incidence of the event differs between groups, competing events being what they are."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import stats

from rvn.validation.estimate import Estimate
from rvn.validation.follow_up.times import follow_up, labels, totals
from rvn.validation.observations import FloatArray

GRAY = "doi:10.1214/aos/1176350951"


def gray_test(
    time: npt.ArrayLike, event: npt.ArrayLike, group: npt.ArrayLike, *, counts: npt.ArrayLike | None = None
) -> Estimate:
    """Test that the cumulative incidence of the event is the same in every group (Gray).

    The log-rank test asks about the hazard among those still at risk; this one about the share of all people who
    come to have the event, which a competing event takes away from.

    Parameters
    ----------
    time, event
        Time at risk, and 0 censored, 1 event, 2 and above competing events.
    group
        The group of each person, text or numbers.
    counts
        How many people each row stands for.

    Returns
    -------
    Estimate
        Chi-square in `value`, with `df` and `p_value`; ``not_estimable`` when no event comes while more than one
        group is at risk.

    Raises
    ------
    ContractError
        For arrays that are no follow-up.

    References
    ----------
    Gray 1988, doi:10.1214/aos/1176350951, with no further weight on early or late times; the variance with the
    correction for ties of R's cmprsk.

    Examples
    --------
    >>> test = gray_test([1, 1, 2, 2, 3, 3], [1, 1, 2, 2, 1, 1], ["a", "b", "a", "b", "a", "b"])
    >>> round(test.value, 9), test.df
    (0.0, 1.0)
    """
    codes, known = labels("group", group)
    rows = follow_up(time, event, counts=counts, group=codes)
    estimate = Estimate(
        name="gray_test",
        value=math.nan,
        method="Gray",
        n=rows.n,
        n_events=rows.n_events,
        excluded=rows.excluded,
        reference=GRAY,
    )
    if rows.n_events == 0:
        return replace(estimate, status="not_estimable", notes=("no events",))
    shape = len(known), len(rows.times)
    cell = rows["group"].astype(np.int64) * shape[1] + rows.at

    def table(values: FloatArray) -> FloatArray:
        return totals(cell, values, shape[0] * shape[1]).reshape(shape)

    at_risk = np.cumsum(table(rows.counts)[:, ::-1], axis=1)[:, ::-1]
    score, covariance = _score(at_risk, table(rows.counts * (rows.event == 1)), table(rows.counts * (rows.event > 1)))
    df = int(np.linalg.matrix_rank(covariance, hermitian=True))
    if df == 0:
        notes = ("no events while more than one group was at risk",)
        return replace(estimate, status="not_estimable", notes=notes)
    chi2 = float(score @ np.linalg.pinv(covariance, hermitian=True) @ score)
    return replace(estimate, value=chi2, statistic=chi2, df=float(df), p_value=float(stats.chi2.sf(chi2, df)))


def _score(at_risk: FloatArray, events: FloatArray, competing: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return events less those expected in each group, and their covariance, from tables of group by time.

    In Gray's words `h` is the number at risk in each group with those put back who had an event of either kind, `r`
    the same less those who had the event of interest. `a` is what an excess of events in one group adds to the
    score of another at a time, `c` the sum of what it took from later ones until then.
    """
    present = at_risk > 0
    people = np.where(present, at_risk, 1.0)
    after = np.cumprod(np.where(present, 1 - (events + competing) / people, 1.0), axis=1)
    before = np.concatenate([np.ones((len(after), 1)), after[:, :-1]], axis=1)
    jump = np.where(present, before * events / people, 0.0)
    incidence_before = np.cumsum(jump, axis=1) - jump
    h = np.divide(at_risk, before, out=np.zeros_like(before), where=present)
    r = h * (1 - incidence_before)
    all_events, all_h, all_r = events.sum(axis=0), h.sum(axis=0), r.sum(axis=0)
    pooled = np.cumsum(all_events / all_h)
    pooled_before = pooled - all_events / all_h
    expected = np.divide(all_events * r, all_r, out=np.zeros_like(r), where=all_r > 0)
    a = np.eye(len(h))[:, :, None] * h - h[:, None, :] * h[None, :, :] / all_h
    c = np.cumsum(a * all_events / (all_h * (1 - pooled_before)), axis=2)
    still = c[:, :, -1:] - c

    free = np.divide(1 - pooled, after, out=np.zeros_like(after), where=after > 0)
    spread = _untied(all_events, all_h * before) * before * all_events / (all_h * people) * present
    spread_competing = _untied(competing, people) * before**2 * competing / people**2 * (after > 0)
    by_events, by_competing = a + still * (1 - free), still * free
    covariance = np.einsum("ikt,jkt,kt->ij", by_events, by_events, spread)
    covariance += np.einsum("ikt,jkt,kt->ij", by_competing, by_competing, spread_competing)
    return (events - expected).sum(axis=1), covariance


def _untied(events: FloatArray, people: FloatArray) -> FloatArray:
    """Return the factor by which ties lower the variance of `events` among `people`."""
    several = np.broadcast_to(events > 1, people.shape)
    return 1 - np.divide(events - 1, people - 1, out=np.zeros_like(people), where=several)
