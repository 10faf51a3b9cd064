"""Concordance that a Cox model of the score implies, which no censoring can bias: Gönen and Heller's K."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from rvn.validation.estimate import Estimate
from rvn.validation.follow_up.concordance import Method, ranking_limits
from rvn.validation.follow_up.cox_model import fit, model_rows, score_influence
from rvn.validation.follow_up.times import totals
from rvn.validation.observations import FloatArray, numbers

REFERENCE = "doi:10.1093/biomet/92.4.965"
# Pairs of distinct scores at once, which bounds the memory.
AT_ONCE = 1 << 21


def gonen_heller_c(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
    method: Method = "logit",
) -> Estimate:
    """Chance that of two people the one with the higher score has the event first, as far as hazards are proportional.

    It rests on the hazard ratio alone: of two people who differ by d points the higher one comes first with
    1/(1 + exp(-bd)), b being the log hazard ratio per point, and people of equal scores with 1/2. How long people were
    followed does not matter, as it does for `rvn.validation.follow_up.concordance.harrell_c`; that hazards are
    proportional does, see `rvn.validation.follow_up.proportionality.proportionality`.

    Parameters
    ----------
    time, event, score, counts
        As for `harrell_c`. For a model of several predictors give its linear predictor as the score.
    level
        Confidence level.
    method
        As for `harrell_c`.

    Returns
    -------
    Estimate
        With the infinitesimal jackknife's error, the hazard ratio included. ``not_estimable`` where `hazard_ratio`
        is, and ``separated``, NaN, where the hazard ratio has no maximum.

    Raises
    ------
    ContractError
        For arrays that are no follow-up.

    References
    ----------
    Gönen & Heller 2005, doi:10.1093/biomet/92.4.965.

    Examples
    --------
    A hazard ratio of one tells nobody apart.

    >>> round(gonen_heller_c([1, 1, 2, 2], [1, 1, 0, 0], [0, 1, 0, 1]).value, 6)
    0.5
    """
    rows = model_rows(time, event, {"x0": numbers("score", score)}, counts)
    model = fit(rows, "efron")
    ratio = model.estimate(0, "gonen_heller_c", level=level)
    blank = replace(
        ratio,
        value=math.nan,
        se=math.nan,
        low=math.nan,
        high=math.nan,
        statistic=None,
        p_value=None,
        method="Cox, infinitesimal jackknife",
        reference=REFERENCE,
    )
    if model.found is None:
        return blank
    values, place = np.unique(rows["x0"], return_inverse=True)
    people = totals(place, rows.counts, len(values))
    n = people.sum()
    chance, slope = _pairs(values, people, ratio.value)
    own = people - 1.0  # the others who have the same score
    each = (chance + own / 2) / (n - 1)
    value = float(people @ each / n)
    moved = 2 / n * (each - value)[place] + float(people @ slope) / (n * (n - 1)) * score_influence(model)[:, 0]
    se = math.sqrt(float(rows.counts @ moved**2))
    cases = rows.n_events
    return ranking_limits(replace(blank, value=value, status="ok"), se, method, cases=cases, others=rows.n - cases)


def _pairs(values: FloatArray, people: FloatArray, coefficient: float) -> tuple[FloatArray, FloatArray]:
    """Return, for one person of each value, the chances summed over all people of other values, and their slopes."""
    chance, slope = np.empty(len(values)), np.empty(len(values))
    step = max(1, AT_ONCE // len(values))
    for start in range(0, len(values), step):
        part = slice(start, start + step)
        apart = np.abs(values - values[part, None])
        first = expit(coefficient * apart)
        other = (apart > 0) * people
        chance[part] = (first * other).sum(axis=1)
        slope[part] = (first * (1 - first) * apart * other).sum(axis=1)
    return chance, slope
