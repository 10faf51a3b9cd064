"""How many people have to be rated for an interval of agreement as narrow as wanted."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import stats

from rvn.validation.agreement.kappa import kappa_and_variance
from rvn.validation.agreement.ratings import Weights, agreement_weights
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.foundations.quantiles import upper_tail
from rvn.validation.observations import contract, numbers, observations
from rvn.validation.planning.sample_size import required, smallest


def sample_size_kappa(
    kappa: float,
    categories: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    weights: Weights = "identity",
    width: float = 0.2,
    level: float = 0.95,
) -> Estimate:
    """Return how many people two raters have to rate for an interval of kappa of the wanted width.

    Both raters are taken to use the categories equally often, to agree fully on a share `kappa` of people, and
    by chance on the others.

    Parameters
    ----------
    kappa
        Expected kappa, from 0 to below 1.
    categories, counts
        The categories, and how many people of the target population are in each.
    weights
        As in `rvn.validation.agreement.kappa.kappa`.
    width
        Upper minus lower limit.
    level
        Confidence level.

    Raises
    ------
    ContractError
        When `kappa` is not from 0 to below 1, `width` not above 0, or there are not two categories.

    References
    ----------
    Fleiss, Cohen and Everitt 1969, doi:10.1037/h0028106.

    Examples
    --------
    Two categories used equally: the variance is (1 - kappa squared) / n.

    >>> print(sample_size_kappa(0.6, [0, 1]).value)
    246.0
    """
    if not 0 <= kappa < 1:
        raise contract(f"`kappa` is {kappa:g}; it must lie from 0 to below 1")
    z = normal_quantile(level)
    kept = observations(categories=numbers("categories", categories), counts=counts)
    codes, row = np.unique(kept["categories"], return_inverse=True)
    if len(codes) < 2:
        raise contract(f"`categories` holds {len(codes)} category; two are needed")
    share = np.bincount(row, kept.counts, len(codes)) / kept.n
    joint = (1 - kappa) * np.outer(share, share) + kappa * np.diag(share)
    _, variance = kappa_and_variance(joint, agreement_weights(codes, weights))
    n = smallest(lambda n: 2 * z * math.sqrt(variance / n), width)
    return required("kappa", n, width, level, reference="doi:10.1037/h0028106")


def sample_size_icc(icc: float, raters: int, *, width: float = 0.2, level: float = 0.95) -> Estimate:
    """Return how many people several raters have to rate for an interval of ICC(1) of the wanted width.

    Parameters
    ----------
    icc
        Expected coefficient of one rater, from 0 to below 1.
    raters
        Raters per person, 2 or more.
    width
        Upper minus lower limit, at a sample coefficient as expected.
    level
        Confidence level.

    Raises
    ------
    ContractError
        When `icc` is not from 0 to below 1, `raters` below 2, or `width` not above 0.

    References
    ----------
    Interval McGraw and Wong 1996, doi:10.1037/1082-989X.1.1.30; Bonett 2002, doi:10.1002/sim.1108.

    Examples
    --------
    >>> print(sample_size_icc(0.7, 2).value)
    103.0
    """
    if not 0 <= icc < 1 or raters < 2:
        raise contract(f"`icc` is {icc:g} with {raters} raters; from 0 to below 1, and 2 or more, are needed")
    tail = upper_tail(level)
    ratio = (1 + (raters - 1) * icc) / (1 - icc)

    def width_with(n: int) -> float:
        low = ratio / float(stats.f.ppf(tail, n - 1, n * (raters - 1)))
        high = ratio * float(stats.f.ppf(tail, n * (raters - 1), n - 1))
        return (high - 1) / (high + raters - 1) - (low - 1) / (low + raters - 1)

    return required("icc", smallest(width_with, width), width, level, reference="doi:10.1002/sim.1108")
