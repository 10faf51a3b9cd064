"""Whether as many people have the event as their risks say: expected over observed (E/O)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr
from scipy.stats import chi2

from rvn.validation.calibration.collapse import LEAST
from rvn.validation.calibration.line import probabilities, with_risk
from rvn.validation.estimate import Estimate, Status
from rvn.validation.foundations import sandwich
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.foundations.samples import labels, reference_among, sample_of
from rvn.validation.observations import Observations

# A standard error below this is what rounding leaves of zero.
ROUNDING = 1e-12
REFERENCE = "doi:10.1093/biomet/28.3-4.437; doi:10.1177/0093854816683956"


def expected_observed(
    outcome: npt.ArrayLike,
    risk: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
    level: float = 0.95,
    interval: Literal["exact", "log_normal", "binomial"] = "exact",
) -> Estimate:
    """Return the expected number of events over the observed one (E/O): above 1 the risks are too high.

    The observed number is `n_events`, the expected one `value` times it. The test is of the observed number
    against the risks themselves: z = (O - E) / sqrt(sum of p(1 - p)), where at least 5 people are expected to
    have the event and 5 not to.

    Parameters
    ----------
    outcome
        1 where the event happened, 0 where not.
    risk
        Published probability of the event, 0 to 1.
    counts
        How many people each row stands for.
    weights
        Sampling weights, in any unit: sums of weighted risks over those of weighted events. `n_events` stays what was
        counted.
    cluster
        What several rows share, such as a person assessed twice. With it, or with `weights`, interval and test are
        of log E/O with a linearised error, whatever `interval` says; with it, of t.
    level
        Confidence level of the interval.
    interval
        ``exact`` takes the observed number for Poisson; ``log_normal`` is the approximation to it usual in print,
        E/O times exp(-/+ z sqrt(1/O)); ``binomial`` has (1 - O/N)/O for 1/O, right when N was fixed.

    Returns
    -------
    Estimate
        ``sparse``, infinite with a finite lower limit, when nobody had the event; ``not_estimable`` when nobody
        was expected to.

    Raises
    ------
    ContractError
        For arrays that break the contract, risks outside 0 to 1, and negative weights.

    References
    ----------
    Garwood 1936, doi:10.1093/biomet/28.3-4.437; Hanson 2017, doi:10.1177/0093854816683956; with weights and clusters
    White 1982, doi:10.2307/1912526, and Liang & Zeger 1986, doi:10.1093/biomet/73.1.13.

    Examples
    --------
    Ten people at a risk of 0.3, of whom two had the event: 3/2.

    >>> ratio = expected_observed([0, 1], [0.3, 0.3], counts=[8, 2])
    >>> round(ratio.value, 6), ratio.n_events
    (1.5, 2)
    """
    sample = with_risk(outcome, risk, counts=counts, weights=weights, cluster=cluster)
    return _ratio(sample, level, interval)


def _ratio(sample: Observations, level: float, interval: str, at: dict[str, object] | None = None) -> Estimate:
    z = normal_quantile(level)
    if sandwich.is_robust(sample):
        return _robust_ratio(sample, level, at or {})
    expected = float(sample.counts @ sample["risk"])
    observed = int(sample.counts @ sample["outcome"])
    spread = float(sample.counts @ (sample["risk"] * (1 - sample["risk"])))
    # Below 5 expected on either side the normal approximation is none.
    statistic = None
    if spread and LEAST <= expected <= sample.n - LEAST:
        statistic = (observed - expected) / math.sqrt(spread)
    status: Status = "ok"
    value = low = high = error = math.nan
    if expected == 0:
        status = "not_estimable"
    else:
        value = expected / observed if observed else math.inf
        if observed:
            variance = (1 - observed / sample.n) / observed if interval == "binomial" else 1 / observed
            error = math.sqrt(variance)
        if not observed:
            status, interval = "sparse", "exact"
        elif error == 0:
            # Everybody had the event: no binomial spread is left.
            status, interval = "degenerate", "exact"
        if interval == "exact":
            low = expected / float(chi2.isf((1 - level) / 2, 2 * observed + 2) / 2)
            high = expected / float(chi2.ppf((1 - level) / 2, 2 * observed) / 2) if observed else math.inf
        else:
            low, high = value * math.exp(-z * error), value * math.exp(z * error)
    return Estimate(
        name="expected_observed",
        value=value,
        se=error,
        scale="log",
        low=low,
        high=high,
        level=level,
        method={"exact": "exact Poisson", "log_normal": "log-normal", "binomial": "log-normal, binomial"}[interval],
        n=sample.n,
        n_events=observed,
        excluded=sample.excluded,
        statistic=statistic,
        p_value=None if statistic is None else float(2 * ndtr(-abs(statistic))),
        at=at or {},
        status=status,
        reference=REFERENCE,
    )


def _robust_ratio(sample: Observations, level: float, at: dict[str, object]) -> Estimate:
    """E/O of people who were drawn with unequal chances or in clusters."""
    weights = sample.columns.get("weights", 1.0)
    expected, observed = (float((sample.counts * weights) @ sample[name]) for name in ("risk", "outcome"))
    estimate = Estimate(
        name="expected_observed",
        value=math.nan,
        scale="log",
        level=level,
        method=f"log-normal, {sandwich.described(sample)}",
        n=sample.n,
        n_events=int(sample.counts @ sample["outcome"]),
        excluded=sample.excluded,
        at=at,
        status="not_estimable",
        notes=sandwich.remarks(sample),
        reference=f"{REFERENCE}; {sandwich.REFERENCE}",
    )
    if expected == 0:
        return estimate
    if observed == 0:
        return replace(estimate, value=math.inf, status="sparse", notes=(*estimate.notes, "no events: no interval"))
    moves = weights * (sample["risk"] / expected - sample["outcome"] / observed)
    error = math.sqrt(sandwich.covariance(moves[:, None], sample)[0, 0])
    value, df = expected / observed, sandwich.degrees(sample)
    if math.isnan(error):
        return replace(estimate, value=value, status="sparse")
    if error < ROUNDING:
        return replace(estimate, value=value, se=0.0, low=value, high=value, status="degenerate")
    half, statistic = sandwich.reach(level, df) * error, math.log(value) / error
    return replace(
        estimate,
        value=value,
        se=error,
        low=value * math.exp(-half),
        high=value * math.exp(half),
        statistic=statistic,
        df=None if math.isinf(df) else df,
        p_value=sandwich.two_sided(statistic, df),
        status="ok",
    )


def expected_observed_by(
    outcome: npt.ArrayLike,
    risk: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> tuple[Estimate, ...]:
    """Return expected over observed events in each group: a risk level, a score, men and women.

    Parameters
    ----------
    groups
        The group of each person, text or numbers; a pandas categorical keeps its order, others are sorted.

    Other parameters, errors and statuses as `expected_observed`; who was left out is counted over all groups.

    Examples
    --------
    >>> for ratio in expected_observed_by([0, 1, 0, 1], [0.5] * 4, ["a", "a", "b", "b"], counts=[8, 2, 5, 5]):
    ...     print(ratio.at["group"], round(ratio.value, 6))
    a 2.5
    b 1.0
    """
    parts = _by_group(outcome, risk, groups, counts, weights, cluster)
    return tuple(_ratio(sample, level, "exact", {"group": name}) for name, sample in parts)


def _by_group(
    outcome: npt.ArrayLike,
    risk: npt.ArrayLike,
    groups: npt.ArrayLike,
    counts: npt.ArrayLike | None,
    weights: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
) -> list[tuple[object, Observations]]:
    codes, names = labels("groups", groups)
    predictors = {"risk": probabilities("risk", risk), "groups": codes}
    sample = sample_of(outcome, predictors, counts=counts, weights=weights, cluster=cluster)
    parts = []
    for code in np.unique(sample["groups"]):
        here = sample["groups"] == code
        columns = {name: array[here] for name, array in sample.columns.items()}
        parts.append((names[int(code)], Observations(columns, sample.counts[here], sample.excluded)))
    return parts


def expected_observed_ratios(
    outcome: npt.ArrayLike,
    risk: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    reference: object = None,
    counts: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> tuple[Estimate, ...]:
    """Return the E/O of each group over that of a reference group: above 1, risks overstate more in the group.

    Log-normal with variance 1/O + 1/O of the two groups.

    Parameters
    ----------
    groups
        The group of each person, text or numbers.
    reference
        The group to compare with; the one with most people when not given.

    Other parameters and errors as `expected_observed`. ``not_estimable`` when one of the two groups has no events
    or expects none.

    Examples
    --------
    >>> (ratio,) = expected_observed_ratios([0, 1, 0, 1], [0.5] * 4, ["a", "a", "b", "b"], counts=[8, 2, 5, 6])
    >>> round(ratio.value, 6), ratio.at
    (2.727273, {'group': 'a', 'reference': 'b'})
    """
    z = normal_quantile(level)
    parts = _by_group(outcome, risk, groups, counts)
    if not parts:
        return ()
    names = [name for name, _ in parts]
    base = reference_among(names, np.array([float(sample.n) for _, sample in parts]), reference)
    other = _ratio(parts[base][1], level, "exact")
    rows = []
    for place, (name, sample) in enumerate(parts):
        if place == base:
            continue
        own = _ratio(sample, level, "exact")
        value = error = math.nan
        statistic = p_value = None
        if own.n_events and other.n_events and own.value > 0 and other.value > 0:
            value = own.value / other.value
            error = math.sqrt(1 / own.n_events + 1 / other.n_events)
            statistic = math.log(value) / error
            p_value = float(2 * ndtr(-abs(statistic)))
        rows.append(
            Estimate(
                name="expected_observed_ratio",
                value=value,
                se=error,
                scale="log",
                low=value * math.exp(-z * error),
                high=value * math.exp(z * error),
                level=level,
                method="log-normal",
                n=own.n + other.n,
                n_events=(own.n_events or 0) + (other.n_events or 0),
                excluded=own.excluded,
                statistic=statistic,
                p_value=p_value,
                at={"group": name, "reference": names[base]},
                status="not_estimable" if math.isnan(value) else "ok",
                reference=REFERENCE,
            )
        )
    return tuple(rows)
