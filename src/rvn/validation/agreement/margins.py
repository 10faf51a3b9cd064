"""Whether raters use the categories equally often: one who is stricter makes them disagree."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from rvn.validation.estimate import Estimate
from rvn.validation.observations import contract, numbers, observations

Method = Literal["stuart_maxwell", "bhapkar"]
REFERENCES: dict[Method, str] = {
    "stuart_maxwell": "doi:10.1093/biomet/42.3-4.412",
    "bhapkar": "doi:10.1080/01621459.1966.10502021",
}


def equal_margins(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    method: Method = "stuart_maxwell",
) -> Estimate:
    """Test that two raters use every category equally often; with two categories it is McNemar's, uncorrected.

    The value is the largest difference between the shares that the two raters give a category.

    Parameters
    ----------
    first, second
        Ratings of the same people by two raters.
    counts
        How many people each row stands for.
    method
        ``"stuart_maxwell"`` takes the variance as it is when the margins are equal, ``"bhapkar"`` as it is found.

    Raises
    ------
    ContractError
        When the arrays are not numbers of one length, or there is no such method.

    References
    ----------
    McNemar 1947, doi:10.1007/BF02295996; Stuart 1955, doi:10.1093/biomet/42.3-4.412; Maxwell 1970; Bhapkar 1966,
    doi:10.1080/01621459.1966.10502021.

    Examples
    --------
    30 people only the first rater flags, 10 only the second: (30 - 10) squared over 40.

    >>> found = equal_margins([1, 1, 0, 0], [1, 0, 1, 0], counts=[50, 30, 10, 110])
    >>> round(found.statistic, 6), round(found.value, 6)
    (10.0, 0.1)
    """
    if method not in REFERENCES:
        raise contract(f"no method {method!r}", ", ".join(REFERENCES))
    kept = observations(first=numbers("first", first), second=numbers("second", second), counts=counts)
    estimate = Estimate(
        name="equal_margins",
        value=math.nan,
        method=method.replace("_", " ").title().replace(" ", "-") + ", chi-squared",
        n=kept.n,
        excluded=kept.excluded,
        reference=REFERENCES[method],
    )
    if kept.n == 0:
        return replace(estimate, status="not_estimable", notes=("nobody was rated by both",))
    rows = len(kept.counts)
    categories, code = np.unique(np.concatenate([kept["first"], kept["second"]]), return_inverse=True)
    uses = np.eye(len(categories))
    apart = uses[code[:rows]] - uses[code[rows:]]
    difference = kept.counts @ apart
    estimate = replace(estimate, value=float(np.abs(difference).max()) / kept.n)
    spread = (apart.T * kept.counts) @ apart
    if method == "bhapkar":
        spread = spread - np.outer(difference, difference) / kept.n
    # A category that both give to the same people, or the last of a closed set, adds nothing.
    values, vectors = np.linalg.eigh(spread)
    alive = values > 1e-9 * kept.n
    df = int(alive.sum())
    if df == 0:
        same = not difference.any()
        why = "the raters never disagree" if same else "all disagreement goes one way, with no variance to test it"
        return replace(estimate, status="degenerate", notes=(why,))
    projected = vectors[:, alive].T @ difference
    statistic = float((projected**2 / values[alive]).sum())
    return replace(estimate, statistic=statistic, df=df, p_value=float(special.chdtrc(df, statistic)))
