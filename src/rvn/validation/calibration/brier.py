"""The Brier score: how far published risks are from what happened, and what part of that is whose fault."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import isotonic_regression

from rvn.validation.calibration.line import probabilities, with_risk
from rvn.validation.estimate import Estimate, Status
from rvn.validation.foundations import sandwich
from rvn.validation.foundations.samples import sample_of
from rvn.validation.observations import FloatArray, Observations

BRIER = "doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2"
MURPHY = "doi:10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2"
# An error below this is what rounding leaves of none.
ROUNDING = 1e-14
CORP = "doi:10.1073/pnas.2016191118"


def brier(
    outcome: npt.ArrayLike,
    risk: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Mean squared difference between risk and outcome: 0 is perfect, lower is better.

    Parameters
    ----------
    outcome
        1 where the event happened, 0 where not.
    risk
        Published probability of the event, 0 to 1.
    counts
        How many people each row stands for.
    weights
        Sampling weights, in any unit; the error is linearised.
    cluster
        What several rows share, such as a person assessed twice; it changes the error, and limits are of t.
    level
        Confidence level of the interval.

    Raises
    ------
    ContractError
        For arrays that break the contract, risks outside 0 to 1, and negative weights.

    References
    ----------
    Brier 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2; with weights and clusters White 1982,
    doi:10.2307/1912526, and Liang & Zeger 1986, doi:10.1093/biomet/73.1.13.

    Examples
    --------
    Half of the people at a risk of 1/2: always half away.

    >>> round(brier([0, 1], [0.5, 0.5], counts=[10, 10]).value, 6)
    0.25
    """
    sample = with_risk(outcome, risk, counts=counts, weights=weights, cluster=cluster)
    squares = (sample["outcome"] - sample["risk"]) ** 2
    value, error = _mean(squares, sample)
    return _estimate("brier", value, error, sample, level, "Wald", BRIER, bounds=(0.0, 1.0))


def scaled_brier(
    outcome: npt.ArrayLike,
    risk: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Share by which the Brier score is below that of telling everybody the base rate; below 0 it is above.

    1 - B/B0 with B0 = rate (1 - rate) of these people. The error is linearised and takes in that the rate is
    estimated too; in simulated samples of 150 to 2,000 people the interval covered 95 to 96 in 100, that of the
    percentile bootstrap 94 to 95.

    Parameters, errors and reference as `brier`; ``not_estimable`` when everybody or nobody had the event.

    Examples
    --------
    Right three times of four, and sure of it at 0.75: 0.1875 where the base rate would have 0.25.

    >>> round(scaled_brier([0, 1, 0, 1], [0.25, 0.25, 0.75, 0.75], counts=[3, 1, 1, 3]).value, 6)
    0.25
    """
    sample = with_risk(outcome, risk, counts=counts, weights=weights, cluster=cluster)
    squares = (sample["outcome"] - sample["risk"]) ** 2
    mean, _ = _mean(squares, sample)
    rate, _ = _mean(sample["outcome"], sample)
    base = rate * (1 - rate)
    if not base > 0:
        return _estimate("scaled_brier", math.nan, math.nan, sample, level, "linearised", BRIER)
    value = 1 - mean / base
    influence = ((1 - value) * (1 - 2 * rate) * (sample["outcome"] - rate) - (squares - mean)) / base
    _, error = _mean(influence, sample)
    return _estimate("scaled_brier", value, error, sample, level, "linearised", BRIER)


def compare_brier(
    outcome: npt.ArrayLike,
    risk: npt.ArrayLike,
    other: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Brier score of `risk` minus that of `other`, two risks of the same people: below 0 `risk` is closer.

    Parameters
    ----------
    outcome
        1 where the event happened, 0 where not.
    risk, other
        Two probabilities of the event for each person, neither fitted to these people.
    counts, weights, cluster
        As in `brier`.
    level
        Confidence level of the Wald interval.

    Raises
    ------
    ContractError
        For arrays that break the contract, and risks outside 0 to 1.

    References
    ----------
    Brier 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2; the test is of the paired differences.

    Examples
    --------
    Everybody at 0.5 is 0.25 off; right at 0.9 and wrong at 0.9 are 0.01 and 0.81.

    >>> sure = compare_brier([1, 0], [0.9, 0.9], [0.5, 0.5], counts=[90, 10])
    >>> round(sure.value, 6), sure.p_value < 0.001
    (-0.16, True)
    """
    risks = {"risk": probabilities("risk", risk), "other": probabilities("other", other)}
    sample = sample_of(outcome, risks, counts=counts, weights=weights, cluster=cluster)
    squares = (sample["outcome"] - sample["risk"]) ** 2 - (sample["outcome"] - sample["other"]) ** 2
    value, error = _mean(squares, sample)
    estimate = _estimate("brier_difference", value, error, sample, level, "Wald, paired", BRIER)
    if estimate.status != "ok":
        return estimate
    statistic, df = value / error, sandwich.degrees(sample)
    finite = None if math.isinf(df) else df
    return replace(estimate, statistic=statistic, df=finite, p_value=sandwich.two_sided(statistic, df))


def murphy_decomposition(
    outcome: npt.ArrayLike, risk: npt.ArrayLike, *, counts: npt.ArrayLike | None = None
) -> tuple[Estimate, Estimate, Estimate]:
    """Reliability, resolution and uncertainty of the Brier score over the distinct risks: B = REL - RES + UNC.

    Exact for risks from a table. Where few people share a risk, chance swells reliability and resolution alike:
    compare `corp_decomposition`, which does not reward it.

    Parameters
    ----------
    outcome
        1 where the event happened, 0 where not.
    risk
        Published probability of the event, 0 to 1.
    counts
        How many people each row stands for.

    Returns
    -------
    tuple of Estimate
        ``reliability`` (0 is perfect), ``resolution`` (higher is better), ``uncertainty``.

    Raises
    ------
    ContractError
        For arrays that break the contract, and risks outside 0 to 1.

    References
    ----------
    Murphy 1973, doi:10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2.

    Examples
    --------
    Said 0.2 and 0.8, happened in 1/2 and 1: 0.3 squared and 0.2 squared, averaged.

    >>> parts = murphy_decomposition([0, 1, 1], [0.2, 0.2, 0.8], counts=[5, 5, 10])
    >>> [round(part.value, 6) for part in parts]
    [0.065, 0.0625, 0.1875]
    """
    sample = with_risk(outcome, risk, counts=counts)
    risks, people, events = by_risk(sample)
    rates, share = events / people, people / max(sample.n, 1)
    rate = float(share @ rates)
    parts = {
        "reliability": float(share @ (risks - rates) ** 2),
        "resolution": float(share @ (rates - rate) ** 2),
        "uncertainty": rate * (1 - rate),
    }
    return _parts(parts, sample, "distinct risks", MURPHY)


def corp_decomposition(
    outcome: npt.ArrayLike, risk: npt.ArrayLike, *, counts: npt.ArrayLike | None = None
) -> tuple[Estimate, Estimate, Estimate]:
    """Miscalibration, discrimination and uncertainty of the Brier score by isotonic recalibration: B = MCB - DSC + UNC.

    The recalibrated risks never fall where the published ones rise, so noise in small cells earns nothing.

    Parameters and errors as `murphy_decomposition`.

    Returns
    -------
    tuple of Estimate
        ``miscalibration`` (0 is perfect), ``discrimination`` (higher is better), ``uncertainty``.

    References
    ----------
    Dimitriadis, Gneiting and Jordan 2021, doi:10.1073/pnas.2016191118.

    Examples
    --------
    Said 0.2 and 0.8, happened in 1/2 and 1, which rises: the same as Murphy's parts.

    >>> parts = corp_decomposition([0, 1, 1], [0.2, 0.2, 0.8], counts=[5, 5, 10])
    >>> [round(part.value, 6) for part in parts]
    [0.065, 0.0625, 0.1875]
    """
    sample = with_risk(outcome, risk, counts=counts)
    risks, people, events = by_risk(sample)
    rising = isotonic(people, events)
    share = people / max(sample.n, 1)
    rates = events / people
    rate = float(share @ rates)
    # A cell's mean squared error is its spread, which every risk suffers alike, and the distance to its rate.
    own = float(share @ (risks - rates) ** 2)
    recalibrated = float(share @ (rising - rates) ** 2)
    flat = float(share @ (rate - rates) ** 2)
    parts = {
        "miscalibration": own - recalibrated,
        "discrimination": flat - recalibrated,
        "uncertainty": rate * (1 - rate),
    }
    return _parts(parts, sample, "isotonic", CORP)


def by_risk(sample: Observations) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the distinct risks, how many people have each, and how many of them the event.

    >>> by_risk(with_risk([0, 1, 1], [0.5, 0.5, 0.2]))
    (array([0.2, 0.5]), array([1., 2.]), array([1., 1.]))
    """
    risks, place = np.unique(sample["risk"], return_inverse=True)
    people, events = (
        np.bincount(place, weights=weight, minlength=len(risks)).astype(np.float64)
        for weight in (sample.counts, sample.counts * sample["outcome"])
    )
    return risks, people, events


def isotonic(people: FloatArray, events: FloatArray) -> FloatArray:
    """Return the rates closest to events/people that never fall (pool adjacent violators).

    >>> isotonic(np.array([10.0, 10.0, 20.0]), np.array([2.0, 1.0, 10.0]))
    array([0.15, 0.15, 0.5 ])
    """
    return np.asarray(isotonic_regression(events / people, weights=people).x, dtype=np.float64)


def _mean(values: FloatArray, sample: Observations) -> tuple[float, float]:
    """Return a mean over people with its standard error; NaN where there are too few people."""
    people = sample.counts * sample.columns.get("weights", 1.0)
    if sample.n == 0:
        return math.nan, math.nan
    mean = float(people @ values / people.sum())
    moves = sample.columns.get("weights", 1.0) * (values - mean) / people.sum()
    covariance = sandwich.covariance(moves[:, None], sample)
    return mean, math.sqrt(covariance[0, 0])


def _estimate(
    name: str,
    value: float,
    error: float,
    sample: Observations,
    level: float,
    method: str,
    reference: str,
    bounds: tuple[float, float] = (-math.inf, math.inf),
) -> Estimate:
    half = sandwich.reach(level, sandwich.degrees(sample)) * error
    notes: tuple[str, ...] = ()
    if sandwich.is_robust(sample):
        method, notes = f"{method}, {sandwich.described(sample)}", sandwich.remarks(sample)
        reference = f"{reference}; {sandwich.REFERENCE}"
    status: Status = "ok"
    if math.isnan(value):
        status = "not_estimable"
    elif math.isnan(error):
        status = "sparse"
    elif error < ROUNDING:
        status, half, method = "degenerate", math.nan, "no interval: everybody is equally far off"
    return Estimate(
        name=name,
        value=value,
        se=error,
        low=max(value - half, bounds[0]),
        high=min(value + half, bounds[1]),
        level=level,
        method=method,
        n=sample.n,
        n_events=int(sample.counts @ sample["outcome"]),
        excluded=sample.excluded,
        status=status,
        notes=notes,
        reference=reference,
    )


def _parts(
    parts: dict[str, float], sample: Observations, method: str, reference: str
) -> tuple[Estimate, Estimate, Estimate]:
    first, second, third = (
        Estimate(
            name=name,
            value=value if sample.n else math.nan,
            method=method,
            n=sample.n,
            n_events=int(sample.counts @ sample["outcome"]),
            excluded=sample.excluded,
            status="ok" if sample.n else "not_estimable",
            reference=reference,
        )
        for name, value in parts.items()
    )
    return first, second, third
