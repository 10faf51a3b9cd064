"""Whether two raters give the same rating: kappa, and what has to be read beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from rvn.validation.agreement.ratings import Weights, agreement_weights, limits_without_variance
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.foundations.quantiles import upper_tail
from rvn.validation.observations import FloatArray, binary, numbers, observations

FEW_PEOPLE = 50  # below this the normal interval of kappa is not trusted
DRAWS = 2000


@dataclass(frozen=True)
class _Joint:
    """Shares of all people by the category of the first rater (rows) and of the second (columns)."""

    shares: FloatArray
    categories: FloatArray
    n: int
    excluded: Mapping[str, int]


def _joint(first: npt.ArrayLike, second: npt.ArrayLike, counts: npt.ArrayLike | None) -> _Joint:
    kept = observations(first=numbers("first", first), second=numbers("second", second), counts=counts)
    categories, positions = np.unique(np.concatenate([kept["first"], kept["second"]]), return_inverse=True)
    size, rows = len(categories), len(kept.counts)
    cells = positions[:rows] * size + positions[rows:]
    table = np.bincount(cells, kept.counts, size * size).reshape(size, size)
    return _Joint(table / max(kept.n, 1), categories, kept.n, kept.excluded)


def _observed_and_chance(shares: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Observed and chance agreement of one table of shares, or of a stack of them."""
    rows, columns = shares.sum(axis=-1), shares.sum(axis=-2)
    chance = np.einsum("...i,ij,...j->...", rows, weights, columns)
    return np.einsum("...ij,ij->...", shares, weights), chance


def kappa(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    weights: Weights = "identity",
    level: float = 0.95,
    rng: np.random.Generator | int | None = None,
) -> Estimate:
    """Cohen's kappa: agreement of two raters beyond what their own margins give by chance.

    The p value is of the test that kappa is zero.

    Parameters
    ----------
    first, second
        Ratings of the same people by two raters; for weighted kappa the numbers are the scale.
    counts
        How many people each row stands for.
    weights
        ``"linear"``, ``"quadratic"`` and others give partial agreement to near categories; see
        `rvn.validation.agreement.ratings.agreement_weights`.
    level
        Confidence level.
    rng
        Generator or seed. When given, the interval is a percentile bootstrap over people (2,000 draws), as is
        advised below 50 people; otherwise it is normal, and marked `sparse` below 50.

    Raises
    ------
    ContractError
        When the arrays are not numbers of one length.

    References
    ----------
    Cohen 1960, doi:10.1177/001316446002000104; 1968, doi:10.1037/h0026256. Standard errors: Fleiss, Cohen and
    Everitt 1969, doi:10.1037/h0028106.

    Examples
    --------
    The raters agree on 7 of 10, where 5 of 10 are expected by chance:

    >>> found = kappa([1, 1, 0, 0], [1, 0, 1, 0], counts=[35, 15, 15, 35])
    >>> round(found.value, 6), found.notes[0]
    (0.4, 'raw agreement 0.700, by chance 0.500')
    """
    joint = _joint(first, second, counts)
    estimate = Estimate(
        name="kappa" if weights == "identity" else f"kappa_{weights}",
        value=math.nan,
        method="Fleiss-Cohen-Everitt",
        level=level,
        n=joint.n,
        excluded=joint.excluded,
        reference="doi:10.1037/h0028106",
    )
    if joint.n == 0:
        return replace(estimate, status="not_estimable", notes=("nobody was rated by both",))
    agree, shares = agreement_weights(joint.categories, weights), joint.shares
    observed, chance = (float(share) for share in _observed_and_chance(shares, agree))
    kind = "raw" if weights == "identity" else "weighted"
    beside = f"{kind} agreement {observed:.3f}, by chance {chance:.3f}"
    if 1 - chance < 1e-12:
        return replace(estimate, status="not_estimable", notes=(beside, "both raters used one category only"))
    value, variance = kappa_and_variance(shares, agree)
    _, variance_by_chance = kappa_and_variance(np.outer(shares.sum(axis=1), shares.sum(axis=0)), agree)
    estimate = replace(estimate, value=value, notes=(beside,))
    if variance_by_chance > 0:
        z = value / math.sqrt(variance_by_chance / joint.n)
        estimate = replace(estimate, statistic=z, p_value=float(2 * special.ndtr(-abs(z))))
    if variance == 0:
        low, high = limits_without_variance(observed, chance, joint.n, level)
        estimate = replace(estimate, se=0.0, low=low, high=high, status="degenerate")
        return replace(estimate, method="Wilson limits of raw agreement at the chance agreement found")
    se = math.sqrt(variance / joint.n)
    estimate = replace(estimate, se=se)
    if rng is not None:
        return _bootstrap(estimate, joint, agree, rng)
    half = normal_quantile(level) * se
    estimate = replace(estimate, low=max(value - half, -1.0), high=min(value + half, 1.0))
    if joint.n >= FEW_PEOPLE:
        return estimate
    few = f"fewer than {FEW_PEOPLE} people: give `rng` for a bootstrap interval"
    return replace(estimate, status="sparse", notes=(*estimate.notes, few))


def kappa_and_variance(shares: FloatArray, agree: FloatArray) -> tuple[float, float]:
    """Return kappa of a table of shares, and its variance times the number of people (Fleiss, Cohen and Everitt).

    Of the shares that two raters with these margins have by chance, it is the variance under no agreement.

    Examples
    --------
    >>> kappa, variance = kappa_and_variance(np.array([[0.4, 0.1], [0.1, 0.4]]), np.eye(2))
    >>> round(kappa, 6), round(variance, 6)
    (0.6, 0.64)
    """
    observed, chance = (float(share) for share in _observed_and_chance(shares, agree))
    value = (observed - chance) / (1 - chance)
    margin = (agree @ shares.sum(axis=0))[:, None] + shares.sum(axis=1) @ agree
    spread = float((shares * (agree - margin * (1 - value)) ** 2).sum()) - (value - chance * (1 - value)) ** 2
    return value, spread / (1 - chance) ** 2 if spread > 1e-12 else 0.0


def _bootstrap(estimate: Estimate, joint: _Joint, agree: FloatArray, rng: np.random.Generator | int) -> Estimate:
    generator = np.random.default_rng(rng)
    draws = generator.multinomial(joint.n, joint.shares.ravel(), size=DRAWS) / joint.n
    observed, chance = _observed_and_chance(draws.reshape(DRAWS, *joint.shares.shape), agree)
    usable = 1 - chance > 1e-12
    kappas = (observed[usable] - chance[usable]) / (1 - chance[usable])
    tail = upper_tail(estimate.level)
    low, high = np.quantile(kappas, [1 - tail, tail])
    lost = (f"{DRAWS - usable.sum():,} draws had one category only",) if not usable.all() else ()
    method = f"percentile bootstrap over people, {DRAWS:,} draws"
    return replace(estimate, low=float(low), high=float(high), method=method, notes=(*estimate.notes, *lost))


def maximum_kappa(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    weights: Weights = "identity",
) -> Estimate:
    """Largest kappa that two raters with these margins could reach; below one when one is stricter.

    Parameters
    ----------
    first, second, counts, weights
        As in `kappa`.

    Raises
    ------
    ContractError
        When the arrays are not numbers of one length.

    References
    ----------
    Cohen 1960, doi:10.1177/001316446002000104.

    Examples
    --------
    One rater says yes to .6 and the other to .4, so at most .8 agree, where .48 do by chance:

    >>> round(maximum_kappa([1, 1, 0, 0], [1, 0, 1, 0], counts=[30, 30, 10, 30]).value, 6)
    0.615385
    """
    joint = _joint(first, second, counts)
    estimate = Estimate(
        name="maximum_kappa",
        value=math.nan,
        method="largest kappa with the margins found",
        n=joint.n,
        excluded=joint.excluded,
        reference="doi:10.1177/001316446002000104",
    )
    agree = agreement_weights(joint.categories, weights)
    _, chance = _observed_and_chance(joint.shares, agree)
    if joint.n == 0 or 1 - chance < 1e-12:
        return replace(estimate, status="not_estimable")
    best = _most_agreement(joint.shares.sum(axis=1), joint.shares.sum(axis=0), agree, weights)
    return replace(estimate, value=(best - float(chance)) / (1 - float(chance)))


def _most_agreement(rows: FloatArray, columns: FloatArray, agree: FloatArray, weights: Weights) -> float:
    """Return the largest agreement of any table with these margins."""
    if weights == "identity":
        return float(np.minimum(rows, columns).sum())
    if weights in ("linear", "quadratic"):
        # Joined in order: where agreement falls ever faster with the distance no other table agrees more.
        upto_row, upto_column = np.cumsum(rows)[:, None], np.cumsum(columns)
        together = np.minimum(upto_row, upto_column) - np.maximum(upto_row - rows[:, None], upto_column - columns)
        return float((np.maximum(together, 0.0) * agree).sum())
    size = len(rows)
    margins = np.vstack([np.kron(np.eye(size), np.ones(size)), np.kron(np.ones(size), np.eye(size))])
    return -float(optimize.linprog(-agree.ravel(), A_eq=margins, b_eq=np.concatenate([rows, columns])).fun)


def prevalence_and_bias(
    first: npt.ArrayLike, second: npt.ArrayLike, *, counts: npt.ArrayLike | None = None, level: float = 0.95
) -> tuple[Estimate, Estimate]:
    """Prevalence and bias index of two yes/no raters: why kappa differs where raw agreement does not.

    Prevalence is the share of people both called positive minus the share both called negative; bias is the
    share that the first rater calls positive minus that of the second.

    Parameters
    ----------
    first, second
        Ratings 0/1 of the same people.
    counts
        How many people each row stands for.
    level
        Confidence level; the interval is normal, with the multinomial variance.

    Raises
    ------
    ContractError
        When a rating is not 0 or 1, or lengths differ.

    References
    ----------
    Byrt, Bishop and Carlin 1993, doi:10.1016/0895-4356(93)90018-V.

    Examples
    --------
    >>> prevalence, bias = prevalence_and_bias([1, 1, 0, 0], [1, 0, 1, 0], counts=[70, 15, 5, 10])
    >>> round(prevalence.value, 6), round(bias.value, 6)
    (0.6, 0.1)
    """
    kept = observations(first=binary("first", first), second=binary("second", second), counts=counts)
    difference = kept["first"] - kept["second"]
    agreed = kept["first"] + kept["second"] - 1

    def index(name: str, values: FloatArray) -> Estimate:
        estimate = Estimate(
            name=name,
            value=math.nan,
            method="multinomial variance, normal",
            level=level,
            n=kept.n,
            excluded=kept.excluded,
            reference="doi:10.1016/0895-4356(93)90018-V",
        )
        if kept.n == 0:
            return replace(estimate, status="not_estimable")
        value = float(kept.counts @ values) / kept.n
        se = math.sqrt(max(float(kept.counts @ values**2) / kept.n - value**2, 0.0) / kept.n)
        if se < 1e-12:
            return replace(estimate, value=value, se=0.0, status="degenerate")
        half = normal_quantile(level) * se
        return replace(estimate, value=value, se=se, low=max(value - half, -1.0), high=min(value + half, 1.0))

    return index("prevalence_index", agreed), index("bias_index", difference)
