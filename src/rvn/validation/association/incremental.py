"""What a second score adds to a first one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit, ndtr

from rvn.validation.association.logistic import fit
from rvn.validation.calibration.brier import BRIER
from rvn.validation.discrimination.auc import compare_auc
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.foundations.samples import sample_of
from rvn.validation.observations import FloatArray, Observations, numbers

FOLDS = 10


@dataclass(frozen=True)
class IncrementalValidity:
    """The odds ratio of the added score beside the first, and by how much AUC and scaled Brier score rise."""

    odds_ratio: Estimate
    auc_difference: Estimate
    scaled_brier_difference: Estimate


def incremental_validity(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    added: npt.ArrayLike,
    *,
    rng: np.random.Generator | int,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> IncrementalValidity:
    """Compare the logistic model of a score with that of the score and an added one.

    The odds ratio carries the likelihood-ratio test. The differences are of tenfold cross-validated
    predictions: on the data that the models were fitted to, another score never seems to do harm, and
    DeLong's test is not valid.

    Parameters
    ----------
    outcome
        1 where the event happened, 0 where not.
    score, added
        Points of the first score, and of the one whose addition is judged.
    rng
        A generator or a seed: who is in which tenth is drawn.
    counts
        How many people each row stands for.
    level
        Confidence level of the intervals.

    Raises
    ------
    ContractError
        For arrays that break the contract.

    References
    ----------
    DeLong et al. 1988, doi:10.2307/2531595.

    Examples
    --------
    Odds of 1/3, 1, 1 and 3: each point of either score multiplies them by 3.

    >>> outcome, score, added = [0, 1] * 4, [0, 0, 1, 1] * 2, [0] * 4 + [1] * 4
    >>> gain = incremental_validity(outcome, score, added, counts=[30, 10, 20, 20, 20, 20, 10, 30], rng=1)
    >>> round(gain.odds_ratio.value, 6)
    3.0
    >>> gain.auc_difference.value > 0 and gain.scaled_brier_difference.value > 0
    True
    """
    columns = {"score": numbers("score", score), "added": numbers("added", added)}
    sample = sample_of(outcome, columns, counts=counts)
    both = fit(sample, ["score", "added"])
    ratio = both.estimate("added", name="odds_ratio", level=level, odds_ratio=True, at={"beside": "score"})
    predicted = _cross_validated(sample, np.random.default_rng(rng))
    if predicted is None:
        nothing = Estimate(
            name="auc_difference",
            value=np.nan,
            level=level,
            n=ratio.n,
            n_events=ratio.n_events,
            excluded=ratio.excluded,
            status="not_estimable",
            notes=("a model cannot be fitted without one of the tenths",),
        )
        return IncrementalValidity(ratio, nothing, replace(nothing, name="scaled_brier_difference"))
    auc = compare_auc(
        predicted["outcome"], predicted["wider"], predicted["narrower"], counts=predicted.counts, level=level
    )
    return IncrementalValidity(
        ratio,
        replace(auc, method=f"{auc.method}, tenfold cross-validated", excluded=sample.excluded),
        _scaled_brier_difference(predicted, level),
    )


def _cross_validated(sample: Observations, rng: np.random.Generator) -> Observations | None:
    """Return both models' linear predictors in each tenth, fitted on the others; None if one has no fit."""
    tenths = rng.multinomial(sample.counts.astype(np.int64), [1 / FOLDS] * FOLDS).T.astype(np.float64)
    parts: dict[str, list[FloatArray]] = {"outcome": [], "narrower": [], "wider": [], "counts": []}
    for tenth in tenths:
        others = Observations(sample.columns, sample.counts - tenth)
        here = tenth > 0
        for model, terms in (("narrower", ["score"]), ("wider", ["score", "added"])):
            fitted = fit(others, terms)
            if not fitted.has_values:
                return None
            intercept, *slopes = fitted.maximum.coefficients
            linear = intercept + sum(slope * sample[term] for slope, term in zip(slopes, terms, strict=True))
            parts[model].append(linear[here])
        parts["outcome"].append(sample["outcome"][here])
        parts["counts"].append(tenth[here])
    columns = {name: np.concatenate(arrays) for name, arrays in parts.items()}
    return Observations(columns, columns.pop("counts"), sample.excluded)


def _scaled_brier_difference(predicted: Observations, level: float) -> Estimate:
    """Return the fall of the Brier score as a share of that of the base rate, with its linearised error."""
    outcome, share = predicted["outcome"], predicted.counts / predicted.n
    rate = share @ outcome
    base = rate * (1 - rate)
    falls = (outcome - expit(predicted["narrower"])) ** 2 - (outcome - expit(predicted["wider"])) ** 2
    value = float(share @ falls / base)
    influence = (falls - value * base - value * (1 - 2 * rate) * (outcome - rate)) / base
    error = float(np.sqrt(share @ influence**2 / predicted.n))
    reach = normal_quantile(level) * error
    return Estimate(
        name="scaled_brier_difference",
        value=value,
        se=error,
        low=value - reach,
        high=value + reach,
        level=level,
        method="linearised, tenfold cross-validated",
        n=predicted.n,
        n_events=int(predicted.counts @ outcome),
        excluded=predicted.excluded,
        statistic=value / error if error else None,
        p_value=float(2 * ndtr(-abs(value / error))) if error else None,
        status="ok" if error else "degenerate",
        reference=BRIER,
    )
