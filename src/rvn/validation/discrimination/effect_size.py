"""The AUC in the terms of other effect sizes, as if the scores of cases and non-cases were normal.

Every conversion assumes the binormal model with equal variances, which scores of a few points do not have; and a
correlation depends on the base rate, which is therefore an argument without a default.

References: Rice & Harris 2005, doi:10.1007/s10979-005-6832-7; Salgado 2018, doi:10.5093/ejpalc2018a5.
"""

from __future__ import annotations

import math

from scipy import special

from rvn.validation.observations import contract


def auc_to_d(auc: float) -> float:
    """Return Cohen's d, infinite where the AUC is 0 or 1.

    >>> round(auc_to_d(0.76025), 3)
    1.0
    """
    if not 0 <= auc <= 1:
        raise contract(f"`auc` is {auc}; it must lie between 0 and 1")
    return float(math.sqrt(2) * special.ndtri(auc))


def d_to_auc(d: float) -> float:
    """Return the AUC.

    >>> d_to_auc(0.0)
    0.5
    """
    return float(special.ndtr(d / math.sqrt(2)))


def d_to_r(d: float, base_rate: float) -> float:
    """Return the point-biserial correlation where `base_rate` (between 0 and 1) of all people are cases.

    >>> round(d_to_r(2.0, 0.5), 4), round(d_to_r(2.0, 0.1), 4)
    (0.7071, 0.5145)
    """
    if not 0 < base_rate < 1:
        raise contract(f"`base_rate` is {base_rate}; it must lie between 0 and 1")
    if math.isinf(d):
        return math.copysign(1.0, d)
    return d / math.sqrt(d * d + 1 / (base_rate * (1 - base_rate)))


def d_to_log_odds_ratio(d: float) -> float:
    """Return the logarithm of the odds ratio of two halves (the logistic approximation, d times pi over root 3).

    >>> round(d_to_log_odds_ratio(1.0), 4)
    1.8138
    """
    return d * math.pi / math.sqrt(3)
