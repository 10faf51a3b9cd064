"""How many people it takes to develop a model whose predictions hold for others."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from rvn.validation.estimate import Estimate
from rvn.validation.observations import contract
from rvn.validation.planning.sample_size import check_between, smallest

RILEY = "doi:10.1136/bmj.m441"
# As in the paper: predictions shrink by a tenth at most, apparent and adjusted R2 differ by 0.05 at most, and the
# overall risk is within 0.05.
SHRINKAGE, OPTIMISM, MARGIN = 0.9, 0.05, 0.05


def sample_size_development(
    parameters: int, prevalence: float, *, r_squared: float | None = None, auc: float | None = None
) -> tuple[Estimate, Estimate, Estimate]:
    """Return how many people a logistic model of so many parameters needs; plan for the largest of the three.

    Parameters
    ----------
    parameters
        Predictor parameters that will be estimated, all candidates included, the intercept not.
    prevalence
        Expected share of events.
    r_squared
        Cox and Snell's R2 that the model is expected to have in other people.
    auc
        Expected AUC, where no R2 is known: scores are then taken to be normal with one spread in cases and
        non-cases, which gives the R2.

    Returns
    -------
    tuple of Estimate
        At the criteria ``shrinkage`` (0.9 or more), ``optimism`` (of Nagelkerke's R2, 0.05 or less) and
        ``overall_risk`` (known to 0.05).

    Raises
    ------
    ContractError
        When the numbers are not possible, or neither or both of `r_squared` and `auc` are given.

    References
    ----------
    Riley et al. 2020, doi:10.1136/bmj.m441.

    Examples
    --------
    >>> [row.value for row in sample_size_development(10, 0.45, r_squared=0.15)]
    [549.0, 242.0, 381.0]
    """
    check_between("prevalence", prevalence, 0, 1)
    if (r_squared is None) == (auc is None):
        raise contract("either `r_squared` or `auc` is needed", "not both")
    null = float(special.xlogy(prevalence, prevalence) + special.xlog1py(1 - prevalence, -prevalence))
    if auc is not None:
        check_between("auc", auc, 0.5, 1)
        r_squared = _r_squared(auc, prevalence, null)
    most = 1 - math.exp(2 * null)
    first, second = _criteria(parameters, r_squared or 0.0, most)
    third = smallest(lambda n: 1.96 * math.sqrt(prevalence * (1 - prevalence) / n), MARGIN)
    return _rows((first, second, third), prevalence, parameters, r_squared or 0.0)


def sample_size_development_in_time(
    parameters: int, rate: float, horizon: float, mean_follow_up: float, *, r_squared: float
) -> tuple[Estimate, Estimate, Estimate]:
    """Return how many people a model of follow-up time needs; plan for the largest of the three.

    Parameters
    ----------
    parameters
        As in `sample_size_development`.
    rate
        Expected events per person and unit of time.
    horizon
        By when risks will be predicted.
    mean_follow_up
        Expected mean time at risk.
    r_squared
        Cox and Snell's R2 that the model is expected to have in other people.

    Returns, errors and references as `sample_size_development`.

    Examples
    --------
    >>> [row.value for row in sample_size_development_in_time(30, 0.065, 2, 2.07, r_squared=0.051)][:2]
    [5143.0, 1039.0]
    """
    for name, value in (("rate", rate), ("horizon", horizon), ("mean_follow_up", mean_follow_up)):
        check_between(name, value, 0, math.inf)
    events = rate * mean_follow_up
    first, second = _criteria(parameters, r_squared, 1 - math.exp(2 * events * (math.log(events) - 1)))

    def off(n: int) -> float:
        """How far from the overall risk at the horizon the limits of the rate are."""
        reach = 1.96 * math.sqrt(rate / (n * mean_follow_up))
        ends = (rate - reach, rate + reach)
        return max(abs(math.exp(-rate * horizon) - math.exp(-end * horizon)) for end in ends)

    return _rows((first, second, smallest(off, MARGIN)), events, parameters, r_squared)


def _criteria(parameters: int, r_squared: float, most: float) -> tuple[int, int]:
    """Return the people needed for little shrinkage, and for little optimism; `most` is the largest R2 possible."""
    if parameters < 1:
        raise contract(f"`parameters` is {parameters}; at least one is needed")
    check_between("r_squared", r_squared, 0, most)
    wanted = (SHRINKAGE, r_squared / (r_squared + OPTIMISM * most))
    first, second = (math.ceil(parameters / ((kept - 1) * math.log(1 - r_squared / kept))) for kept in wanted)
    return first, second


def _r_squared(auc: float, prevalence: float, null: float) -> float:
    """Return Cox and Snell's R2 of normal scores with this AUC, by integrating over them."""
    apart = math.sqrt(2) * float(special.ndtri(auc))
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    base = math.log(prevalence / (1 - prevalence)) - apart**2 / 2
    cases = float(weights @ special.log_expit(base + apart * (nodes + apart)) / weights.sum())
    others = float(weights @ special.log_expit(-base - apart * nodes) / weights.sum())
    return 1 - math.exp(-2 * (prevalence * cases + (1 - prevalence) * others - null))


def _rows(
    people: tuple[int, int, int], events: float, parameters: int, r_squared: float
) -> tuple[Estimate, Estimate, Estimate]:
    first, second, third = (
        Estimate(
            name="sample_size",
            value=float(n),
            method=f"{parameters} parameters, R2 {r_squared:.4g}",
            at={"of": "development", "criterion": criterion},
            notes=(f"expected events {n * events:.0f}, {n * events / parameters:.1f} per parameter",),
            reference=RILEY,
        )
        for criterion, n in zip(("shrinkage", "optimism", "overall_risk"), people, strict=True)
    )
    return first, second, third
