"""Errors of people drawn with unequal chances, or together: how much each moves an estimate, squared and added up."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.observations import FloatArray, Observations

REFERENCE = "doi:10.2307/1912526; doi:10.1093/biomet/73.1.13"


def covariance(moves: FloatArray, rows: Observations) -> FloatArray:
    """Return the linearised covariance of estimates, from how much each person moves them.

    Parameters
    ----------
    moves
        By how much one person of each row (down) moves each estimate (across), its weight included.
    rows
        With ``cluster``, people of one cluster move the estimates together, and clusters are what was drawn; the
        covariance of a single one is NaN.

    Examples
    --------
    Of the mean of 1, 2 and 3: a third of 1, 0 and 1 squared and added, times 3/2.

    >>> rows = Observations({"value": np.array([1.0, 2.0, 3.0])}, np.ones(3))
    >>> round(float(covariance((rows["value"] - 2)[:, None] / 3, rows)[0, 0]), 6)
    0.333333
    """
    n, parameters = rows.n, moves.shape[1]
    if "cluster" not in rows.columns:
        factor = n / (n - 1) if n > 1 else math.nan
        return factor * (moves.T * rows.counts) @ moves
    groups, group = np.unique(rows["cluster"], return_inverse=True)
    totals = np.zeros((len(groups), parameters))
    np.add.at(totals, group, moves * rows.counts[:, None])
    df = degrees(rows)
    factor = len(groups) / df * (n - 1) / (n - parameters) if df > 0 else math.nan
    return factor * totals.T @ totals


def degrees(rows: Observations) -> float:
    """Return the degrees of freedom of the sandwich: one less than there are clusters, infinite without.

    >>> degrees(Observations({"cluster": np.array([0.0, 0.0, 1.0])}, np.ones(3)))
    1.0
    """
    return len(np.unique(rows["cluster"])) - 1.0 if "cluster" in rows.columns else math.inf


def is_robust(rows: Observations) -> bool:
    """Whether people of these rows were drawn with unequal chances, or in clusters."""
    return "weights" in rows.columns or "cluster" in rows.columns


def described(rows: Observations) -> str:
    """Return how people were drawn and the errors made, for the method of an estimate.

    >>> described(Observations({"weights": np.ones(2)}, np.ones(2)))
    'sampling weights, linearised errors'
    """
    if "cluster" not in rows.columns:
        return "sampling weights, linearised errors"
    clusters = f"cluster-robust errors, t with {degrees(rows):g} df"
    return f"sampling weights, {clusters}" if "weights" in rows.columns else clusters


def remarks(rows: Observations) -> tuple[str, ...]:
    """Return what to know before using an estimate of weighted or clustered people.

    >>> remarks(Observations({"weights": np.array([1.0, 3.0])}, np.array([10.0, 10.0])))
    ('effective sample size 16',)
    """
    notes = []
    if "weights" in rows.columns and rows.n:
        effective = (rows.counts @ rows["weights"]) ** 2 / (rows.counts @ rows["weights"] ** 2)
        notes.append(f"effective sample size {effective:,.0f}")
    if degrees(rows) == 0:
        notes.append("one cluster: no standard error")
    return tuple(notes)


def reach(level: float, df: float) -> float:
    """Return how many standard errors an interval reaches to each side: of t, or of the normal with infinite `df`.

    >>> round(reach(0.95, math.inf), 3), round(reach(0.95, 9), 3)
    (1.96, 2.262)
    """
    z = normal_quantile(level)
    return z if math.isinf(df) else float(stats.t.isf((1 - level) / 2, df))


def two_sided(statistic: float, df: float) -> float:
    """Return the chance of a statistic this far from 0 or farther, on either side.

    >>> round(two_sided(1.96, math.inf), 3), round(two_sided(2.262, 9), 3)
    (0.05, 0.05)
    """
    return float(2 * stats.t.sf(abs(statistic), df))
