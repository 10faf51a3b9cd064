"""Bootstrap intervals by multinomial draws of counts: what rows to draw depends on the tally, not on the people."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse, special

from rvn.validation.discrimination.auc import auc
from rvn.validation.discrimination.delong import placements
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.foundations.scored import grouped
from rvn.validation.observations import FloatArray, IntArray, contract
from rvn.validation.tally import Tally

Method = Literal["bca", "percentile"]
BCA = "doi:10.1080/01621459.1987.10478410"
# Draws are made in parts of about this many numbers, which stay in the processor's memory.
PART = 1 << 17
# Up to so many people a row it is quicker to draw each person than to draw how many of them every row has.
FEW = 8


def bootstrap(
    statistic: Callable[..., Estimate],
    tally: Tally,
    *,
    strata: str | None = None,
    cluster: str | None = None,
    replicates: int = 2000,
    level: float = 0.95,
    method: Method = "bca",
    rng: np.random.Generator | int,
) -> Estimate:
    """Return `statistic` of `tally` with an interval from resampled people.

    Replicates for which the statistic is not estimable are left out and counted in the notes.

    Parameters
    ----------
    statistic
        Any function that takes the columns of the tally and ``counts`` as keywords.
    tally
        The data; a `cluster` column is not handed to the statistic.
    strata
        Column within whose values people are drawn, so that the number of each stays as it is: ``"outcome"`` keeps
        the number of cases.
    cluster
        Column of what is drawn whole instead, such as persons assessed several times.
    replicates
        Number of samples drawn.
    level
        Confidence level.
    method
        ``bca`` (bias-corrected, accelerated by the jackknife) or ``percentile``.
    rng
        Where randomness comes from: a generator, or a seed.

    Raises
    ------
    ContractError
        When both strata and cluster are named, or one is not a column.

    References
    ----------
    Efron 1987, doi:10.1080/01621459.1987.10478410.

    Examples
    --------
    >>> tally = Tally({"outcome": [0, 0, 1, 1], "score": [1, 2, 1, 2]}, counts=[60, 40, 40, 60])
    >>> estimate = bootstrap(auc, tally, strata="outcome", replicates=400, rng=1)
    >>> print(estimate.value, 0.50 < estimate.low < 0.55, 0.65 < estimate.high < 0.70)
    0.6 True True
    """
    _check(level, method, replicates)
    if strata is not None and cluster is not None:
        raise contract("clusters are drawn whole: name either `strata` or `cluster`")
    for name in (strata, cluster):
        if name is not None and name not in tally.columns:
            raise contract(f"no column `{name}` in the tally", f"it has {', '.join(tally.columns)}")
    rows = tally.select(*(name for name in tally.columns if name != cluster))
    estimate = statistic(**rows)
    if math.isnan(estimate.value):
        return estimate
    counts = rows["counts"]

    def value(people: FloatArray) -> float:
        return statistic(**rows.columns, counts=people).value

    if cluster is None:
        units, how_many = sparse.eye_array(len(counts), format="csr"), counts
        drawn = draw(counts, strata=None if strata is None else rows[strata], replicates=replicates, rng=rng)
    else:
        units = _by_cluster(tally, rows, cluster)
        how_many = np.ones(units.shape[0], dtype=np.int64)
        drawn = (part @ units for part in draw(how_many, replicates=replicates, rng=rng))
    values = np.array([value(people) for part in drawn for people in part])
    without = None
    if method == "bca":
        without = np.array([value(counts - units[[unit]].toarray()[0]) for unit in range(len(how_many))])
    by = f" within {strata}" if strata is not None else f" of {cluster}" if cluster is not None else ""
    return _with_limits(estimate, values, without, how_many, level, by)


def _by_cluster(tally: Tally, rows: Tally, cluster: str) -> sparse.csr_array:
    """Return how often every cluster (down) has every row of `rows` (across)."""
    names = list(rows.columns)
    every = pd.DataFrame({name: tally[name] for name in names})
    distinct = pd.DataFrame(dict(rows.columns)).assign(row=np.arange(len(rows["counts"])))
    row = every.merge(distinct, on=names, how="left")["row"].to_numpy()
    code, found = pd.factorize(tally[cluster], use_na_sentinel=False)
    return sparse.csr_array((tally["counts"].astype(np.float64), (code, row)), shape=(len(found), len(distinct)))


def bootstrap_auc(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    replicates: int = 10_000,
    level: float = 0.95,
    method: Method = "bca",
    rng: np.random.Generator | int,
) -> Estimate:
    """Return the AUC with an interval from resampled cases and non-cases, all replicates computed at once.

    The time goes with the number of distinct scores, or of people where they are fewer than eight a score: a replicate
    takes some 0.2 microseconds a score, or 0.03 a person, however many people a score stands for.

    Parameters
    ----------
    outcome, score, counts
        As in `rvn.validation.discrimination.auc.auc`.
    replicates, level, method, rng
        As in `bootstrap`.

    Examples
    --------
    >>> estimate = bootstrap_auc([0, 0, 1, 1], [1, 2, 1, 2], counts=[60, 40, 40, 60], rng=1)
    >>> print(estimate.value, 0.50 < estimate.low < 0.55, 0.65 < estimate.high < 0.70)
    0.6 True True
    """
    _check(level, method, replicates)
    sample = grouped(outcome, {"score": score}, counts)
    estimate = replace(
        auc(sample["outcome"], sample["score"], counts=sample.counts, level=level), excluded=sample.excluded
    )
    if math.isnan(estimate.value):
        return estimate
    case = sample["outcome"] == 1
    values, place = np.unique(sample["score"], return_inverse=True)
    cases, others = (
        np.bincount(place, weights=sample.counts * group, minlength=len(values)).astype(np.int64)
        for group in (case, ~case)
    )
    generator = np.random.default_rng(rng)
    some_cases = draw(cases, replicates=replicates, rng=generator)
    some_others = draw(others, replicates=replicates, rng=generator)
    areas = np.concatenate([_areas(*part) for part in zip(some_cases, some_others, strict=True)])
    without = None
    if method == "bca":
        # Leaving one person out takes that person's placement out of the mean.
        group_size = np.where(case, cases.sum(), others.sum())
        ranked = placements(sample["outcome"], sample["score"], sample.counts)
        with np.errstate(invalid="ignore", divide="ignore"):
            without = (group_size * estimate.value - ranked) / (group_size - 1)
    return _with_limits(estimate, areas, without, sample.counts, level, " within outcome")


def _check(level: float, method: Method, replicates: int) -> None:
    normal_quantile(level)
    if method not in get_args(Method):
        raise contract(f"`method` is {method!r}; it must be 'bca' or 'percentile'")
    if replicates < 1:
        raise contract(f"`replicates` is {replicates}; it must be at least 1")


def _areas(cases: FloatArray, others: FloatArray) -> FloatArray:
    """AUC of every row of counts per score."""
    twice_below = np.cumsum(others, axis=1)
    sizes = cases.sum(axis=1) * twice_below[:, -1]
    twice_below *= 2
    twice_below -= others
    areas: FloatArray = np.einsum("ij,ij->i", cases, twice_below) / (2 * sizes)
    return areas


def draw(
    counts: npt.ArrayLike,
    *,
    strata: npt.NDArray[Any] | None = None,
    replicates: int,
    rng: np.random.Generator | int,
) -> Iterator[FloatArray]:
    """Draw as many people as `counts` holds, with replacement, and count them: one row per replicate.

    The rows come in parts, which bounds the memory. Within each value of `strata` the number of people stays.

    >>> (part,) = draw([3, 0, 5], replicates=2, rng=1)
    >>> part.shape, part.sum(axis=1), part[:, 1]
    ((2, 3), array([8., 8.]), array([0., 0.]))
    """
    people = np.asarray(counts, dtype=np.int64)
    generator = np.random.default_rng(rng)
    at_once = max(1, PART // max(len(people), 1))
    sizes = [min(at_once, replicates - start) for start in range(0, replicates, at_once)]
    if strata is None:
        yield from (_redrawn(people, size, generator).astype(np.float64) for size in sizes)
        return
    codes = pd.factorize(strata)[0]
    strata_rows = [np.flatnonzero(codes == code) for code in np.unique(codes)]
    for size in sizes:
        part = np.zeros((size, len(people)))
        for rows in strata_rows:
            part[:, rows] = _redrawn(people[rows], size, generator)
        yield part


def _redrawn(people: IntArray, replicates: int, generator: np.random.Generator) -> IntArray:
    """Return how many people each row (across) has in each replicate (down); both ways have the same law."""
    total, rows = int(people.sum()), len(people)
    if total > FEW * rows:
        return generator.multinomial(total, people / total, size=replicates)
    row_of = np.repeat(np.arange(rows), people)
    drawn = generator.integers(0, total, size=(replicates, total), dtype=np.uint16 if total < 1 << 16 else np.int64)
    place = row_of[drawn] + rows * np.arange(replicates)[:, None]
    return np.bincount(place.ravel(), minlength=replicates * rows).reshape(replicates, rows)


def _with_limits(
    estimate: Estimate,
    values: FloatArray,
    without: FloatArray | None,
    how_many: npt.NDArray[Any],
    level: float,
    by: str,
) -> Estimate:
    """Put limits on the estimate from its replicates, and from its values `without` one unit of each kind (BCa)."""
    kept = values[~np.isnan(values)]
    notes = list(estimate.notes)
    if len(kept) < len(values):
        notes.append(f"{len(values) - len(kept):,} of {len(values):,} replicates were not estimable")
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    method = "percentile"
    if without is not None and len(kept):
        adjusted = _adjusted_tails(tails, estimate.value, kept, without, how_many)
        if adjusted is None:
            notes.append("BCa is not defined here: the limits are percentiles")
        else:
            tails, method = adjusted, "BCa"
    low, high = np.quantile(kept, tails) if len(kept) else (math.nan, math.nan)
    spread = float(kept.std(ddof=1)) if len(kept) > 1 else math.nan
    return replace(
        estimate,
        se=spread,
        scale="identity",
        low=float(low),
        high=float(high),
        level=level,
        method=f"bootstrap{by}, {method}, {len(values):,} replicates",
        statistic=None,
        df=None,
        p_value=None,
        status="degenerate" if spread == 0 else estimate.status,
        notes=tuple(notes),
        reference=BCA if method == "BCa" else estimate.reference,
    )


def _adjusted_tails(
    tails: FloatArray, value: float, kept: FloatArray, without: FloatArray, how_many: npt.NDArray[Any]
) -> FloatArray | None:
    """Tail probabilities corrected for bias and acceleration; None where the estimate lies at the edge of its kind."""
    usable = ~np.isnan(without)
    weight = how_many[usable]
    distance = (weight @ without[usable]) / weight.sum() - without[usable]
    squares = float(weight @ distance**2)
    bias = float(special.ndtri(((kept < value).sum() + (kept == value).sum() / 2) / len(kept)))
    if squares == 0 or math.isinf(bias):
        return None
    acceleration = float(weight @ distance**3) / (6 * squares**1.5)
    shifted = bias + special.ndtri(tails)
    result: FloatArray = special.ndtr(bias + shifted / (1 - acceleration * shifted))
    return result
