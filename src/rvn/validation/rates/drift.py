"""Whether the people assessed now still score like those the norms were made from."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import special

from rvn.validation.estimate import Estimate
from rvn.validation.observations import numbers, observations

FEW = 5  # expected people in a cell below which chi-squared is not trusted


def population_stability(
    reference: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    reference_counts: npt.ArrayLike | None = None,
    current_counts: npt.ArrayLike | None = None,
) -> Estimate:
    """Return the population stability index of a score, with the test that its distribution has not changed.

    The index sums (current - reference) x ln(current / reference) over the shares of each score. The usual
    bounds .1 and .25 take no account of the sample sizes; the test does.

    Parameters
    ----------
    reference, current
        Scores, or levels, then and now; continuous scores must be put in bands first.
    reference_counts, current_counts
        How many people each row stands for. A score that one side lacks counts half a person there.

    Raises
    ------
    ContractError
        When an array is not of numbers, or counts are not frequencies.

    References
    ----------
    Yurdakul and Naranjo 2020, doi:10.21314/JRMV.2020.227.

    Examples
    --------
    Shares .5 and .5 became .6 and .4: .1 x ln 1.2 + .1 x ln 1.25.

    >>> found = population_stability([0, 1], [0, 1], reference_counts=[100, 100], current_counts=[120, 80])
    >>> round(found.value, 6), round(found.p_value, 3)
    (0.040547, 0.044)
    """
    then = observations(reference=numbers("reference", reference), counts=reference_counts)
    now = observations(current=numbers("current", current), counts=current_counts)
    estimate = Estimate(
        name="population_stability",
        value=math.nan,
        method="chi-squared",
        n=then.n + now.n,
        excluded={**then.excluded, **now.excluded},
        reference="doi:10.21314/JRMV.2020.227",
    )
    if then.n == 0 or now.n == 0:
        return replace(estimate, status="not_estimable", notes=("one side has no scores",))
    scores, row = np.unique(np.concatenate([then["reference"], now["current"]]), return_inverse=True)
    rows = len(then.counts)
    before = np.bincount(row[:rows], then.counts, len(scores))
    after = np.bincount(row[rows:], now.counts, len(scores))
    if len(scores) == 1:
        return replace(estimate, value=0.0, status="degenerate", notes=("one score only, so no test",))
    expected = (before + after) * min(then.n, now.n) / (then.n + now.n)
    before, after = np.where(before == 0, 0.5, before), np.where(after == 0, 0.5, after)
    old, new = before / before.sum(), after / after.sum()
    value = float(((new - old) * np.log(new / old)).sum())
    statistic, df = then.n * now.n / (then.n + now.n) * value, len(scores) - 1
    p_value = float(special.chdtrc(df, statistic))
    estimate = replace(estimate, value=value, statistic=statistic, df=df, p_value=p_value)
    few = int((expected < FEW).sum())
    if few == 0:
        return estimate
    return replace(estimate, status="sparse", notes=(f"{few} scores with fewer than {FEW} people expected",))
