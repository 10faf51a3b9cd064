"""The test that several scores of the same people rank them equally well."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from scipy import special

from rvn.validation.discrimination.delong import delong
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.scored import cases_and_others, grouped
from rvn.validation.observations import contract


def auc_equality(
    outcome: npt.ArrayLike, scores: Mapping[str, npt.ArrayLike], *, counts: npt.ArrayLike | None = None
) -> Estimate:
    """Test that all scores have the same AUC; the value is the highest AUC minus the lowest.

    Parameters
    ----------
    outcome
        1 for the event, 0 for none.
    scores
        Two scores or more of each person by name, for all of which higher means more risk.
    counts
        How many people each row stands for.

    References
    ----------
    DeLong, DeLong & Clarke-Pearson 1988, doi:10.2307/2531595, equation 5.

    Examples
    --------
    >>> scores = {"old": [1, 2, 3, 1], "new": [1, 2, 2, 3], "same": [1, 2, 2, 3]}
    >>> estimate = auc_equality([0, 0, 1, 1], scores, counts=[50, 50, 50, 50])
    >>> estimate.value, estimate.df
    (0.25, 1.0)
    """
    if len(scores) < 2 or {"outcome", "counts"} & set(scores):
        raise contract("`scores` needs two scores or more, none of them called `outcome` or `counts`")
    sample = grouped(outcome, scores, counts)
    cases, others = cases_and_others(sample)
    value, statistic, rank = math.nan, math.nan, 0
    if cases and others:
        areas, covariance = delong(sample["outcome"], [sample[name] for name in scores], sample.counts)
        value = float(np.ptp(areas))
        contrasts = np.eye(len(areas))[1:] - np.eye(len(areas))[0]
        spread = contrasts @ covariance @ contrasts.T
        if not np.isnan(spread).any():
            rank = int(np.linalg.matrix_rank(spread, tol=1e-9 * np.trace(covariance), hermitian=True))
            distance = contrasts @ areas
            statistic = float(distance @ np.linalg.pinv(spread, rcond=1e-9, hermitian=True) @ distance)
    return Estimate(
        name="auc_equality",
        value=value,
        method="DeLong, chi-squared",
        n=sample.n,
        n_events=cases,
        excluded=sample.excluded,
        statistic=statistic if rank else None,
        df=float(rank) if rank else None,
        p_value=float(special.chdtrc(rank, statistic)) if rank else None,
        at={"scores": tuple(scores)},
        status="not_estimable"
        if math.isnan(value)
        else "sparse"
        if math.isnan(statistic)
        else "ok"
        if rank
        else "degenerate",
        reference="doi:10.2307/2531595",
    )
