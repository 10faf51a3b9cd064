"""How many people it takes to show that an AUC is above another value, and with what chance so many do."""

from __future__ import annotations

import math
from typing import Literal, get_args

from scipy import special

from rvn.validation.estimate import Estimate
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.observations import contract
from rvn.validation.planning.sample_size import check_between

Variance = Literal["hanley", "obuchowski"]
REFERENCES: dict[Variance, str] = {
    "hanley": "doi:10.1148/radiology.143.1.7063747",
    "obuchowski": "Obuchowski 2004, as pROC has it",
}


def sample_size_auc_test(
    auc: float,
    *,
    null: float = 0.5,
    power: float = 0.9,
    others_per_case: float = 1.0,
    level: float = 0.95,
    variance: Variance = "hanley",
) -> Estimate:
    """Return how many cases make the two-sided test of an AUC against `null` succeed with the wanted chance.

    Parameters
    ----------
    auc
        Expected AUC.
    null
        The AUC to be told from it.
    power
        Wanted chance of a significant result.
    others_per_case
        Non-cases for each case.
    level
        One minus the significance level.
    variance
        ``hanley`` (of exponential scores, a little large), or ``obuchowski`` (of normal ones, a test of 0.5 only).

    Returns
    -------
    Estimate
        The value is a number of cases; the non-cases stand in the notes.

    Raises
    ------
    ContractError
        When a number is not possible, or the two AUCs are equal.

    References
    ----------
    Hanley & McNeil 1982, doi:10.1148/radiology.143.1.7063747; Obuchowski 2004, as pROC has it.

    Examples
    --------
    >>> sample_size_auc_test(0.7).value
    41.0
    """
    cases = _cases(auc, null, power, others_per_case, level, variance)
    return Estimate(
        name="sample_size",
        value=float(math.ceil(cases)),
        level=level,
        method=f"two-sided test, power {power:g}, variance of {variance.title()}",
        at={"of": "auc_test", "auc": auc, "null": null},
        notes=(f"cases; with them {math.ceil(cases * others_per_case)} non-cases",),
        reference=REFERENCES[variance],
    )


def power_auc_test(
    auc: float,
    cases: int,
    others: int,
    *,
    null: float = 0.5,
    level: float = 0.95,
    variance: Variance = "hanley",
) -> float:
    """Return with what chance so many people make the two-sided test of an AUC against `null` succeed.

    Parameters, errors and references as `sample_size_auc_test`.

    Examples
    --------
    >>> round(power_auc_test(0.7, 41, 41), 2)
    0.9
    """
    first, second = _spreads(auc, null, others / cases, variance)
    return float(special.ndtr((math.sqrt(cases) * abs(auc - null) - normal_quantile(level) * first) / second))


def _cases(auc: float, null: float, power: float, others_per_case: float, level: float, variance: Variance) -> float:
    check_between("power", power, 0, 1)
    check_between("others_per_case", others_per_case, 0, math.inf)
    first, second = _spreads(auc, null, others_per_case, variance)
    return float(((normal_quantile(level) * first + special.ndtri(power) * second) / (auc - null)) ** 2)


def _spreads(auc: float, null: float, ratio: float, variance: Variance) -> tuple[float, float]:
    """Return the standard errors of one case, if the AUC is `null` and if it is `auc`."""
    check_between("auc", auc, 0, 1)
    check_between("null", null, 0, 1)
    if variance not in get_args(Variance) or auc == null:
        raise contract("`auc` and `null` must differ, and `variance` be 'hanley' or 'obuchowski'")
    if variance == "hanley":
        first, second = (
            area / (2 - area) - area**2 + (2 * area**2 / (1 + area) - area**2) / ratio for area in (null, auc)
        )
    else:
        if null != 0.5:
            raise contract("Obuchowski's variance is for a test of 0.5", "use 'hanley'")
        a = 1.414 * float(special.ndtri(auc))
        first = 0.0792 * (1 + 1 / ratio)
        second = 0.0099 * math.exp(-(a**2) / 2) * (5 * a**2 + 8 + (a**2 + 8) / ratio)
    return math.sqrt(first), math.sqrt(second)
