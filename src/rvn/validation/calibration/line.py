"""Calibration in the large and slope: the logistic line of the outcome on the logit of the published risk."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import logit
from scipy.stats import chi2

from rvn.validation.association.likelihood import evaluate
from rvn.validation.association.logistic import Fit, fit
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.samples import sample_of
from rvn.validation.observations import FloatArray, Observations, contract, numbers

COX = "doi:10.1093/biomet/45.3-4.562; doi:10.1177/0272989X9301300107"


def probabilities(name: str, values: npt.ArrayLike) -> FloatArray:
    """Return `values` as float64 between 0 and 1, absent as NaN.

    Raises
    ------
    ContractError
        For a value outside 0 to 1.

    Examples
    --------
    >>> probabilities("risk", [0.25, None, 1])
    array([0.25,  nan, 1.  ])
    """
    array = numbers(name, values)
    if ((array < 0) | (array > 1)).any():
        raise contract(f"`{name}` must lie between 0 and 1", "divide percentages by 100")
    return array


def with_risk(
    outcome: npt.ArrayLike,
    risk: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
) -> Observations:
    """Return the distinct rows of outcome and risk, and of weights and cluster where given, with their counts.

    >>> sample = with_risk([0, 1, 0], [0.2, 0.2, 0.2])
    >>> sample["outcome"], sample["risk"], sample.counts
    (array([0., 1.]), array([0.2, 0.2]), array([2., 1.]))
    """
    return sample_of(outcome, {"risk": probabilities("risk", risk)}, counts=counts, weights=weights, cluster=cluster)


def with_logit(sample: Observations) -> Observations:
    """Return `sample` with the column ``logit`` of its risks, without the people whose risk is 0 or 1.

    >>> kept = with_logit(with_risk([0, 1], [0.0, 0.5]))
    >>> kept["logit"], dict(kept.excluded)
    (array([0.]), {'risk 0 or 1': 1})
    """
    inside = (sample["risk"] > 0) & (sample["risk"] < 1)
    excluded = dict(sample.excluded)
    if not inside.all():
        excluded["risk 0 or 1"] = int(sample.counts[~inside].sum())
    columns = {name: array[inside] for name, array in sample.columns.items()}
    columns["logit"] = logit(columns["risk"])
    return Observations(columns, sample.counts[inside], excluded)


@dataclass(frozen=True)
class LogisticCalibration:
    """How outcomes follow the logit of the published risk.

    `in_the_large` is a in logit P = a + logit(risk): 0 when the risks are right on average, below 0 when they are
    too high. `slope` is b in logit P = a' + b logit(risk), tested against 1: below 1 the risks are too far apart.
    `joint_intercept` is a' beside that slope; some programs print it as the calibration intercept, which it is
    not. `overall` tests a' = 0 and b = 1 together.
    """

    in_the_large: Estimate
    slope: Estimate
    joint_intercept: Estimate
    overall: Estimate


def logistic_calibration(
    outcome: npt.ArrayLike,
    risk: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> LogisticCalibration:
    """Calibration in the large, calibration slope, and the three tests of risks being right.

    Intervals are of the profile likelihood and tests likelihood-ratio: calibration in the large given slope 1,
    the slope given a free intercept, and both. With `weights` or `cluster` they are robust Wald.

    Parameters
    ----------
    outcome
        1 where the event happened, 0 where not.
    risk
        Published probability of the event. People at a risk of exactly 0 or 1 have no logit; they are left out
        and counted as ``risk 0 or 1``.
    counts
        How many people each row stands for.
    weights
        Sampling weights, in any unit.
    cluster
        Who belongs together, for example one person assessed several times.
    level
        Confidence level of the intervals.

    Returns
    -------
    LogisticCalibration
        With one risk for all there is calibration in the large but no slope.

    Raises
    ------
    ContractError
        For arrays that break the contract, and risks outside 0 to 1.

    References
    ----------
    Cox 1958, doi:10.1093/biomet/45.3-4.562; Miller et al. 1993, doi:10.1177/0272989X9301300107; Van Calster et
    al. 2016, doi:10.1016/j.jclinepi.2015.12.005.

    Examples
    --------
    At a risk of 1/2 a third had the event, odds of 1/2 for 1; at 3/4 it was 3/5, odds of 1.5 for 3.

    >>> line = logistic_calibration([0, 1, 0, 1], [0.5, 0.5, 0.75, 0.75], counts=[20, 10, 20, 30])
    >>> round(line.in_the_large.value, 6), round(float(np.log(0.5)), 6), round(line.slope.value, 6)
    (-0.693147, -0.693147, 1.0)
    """
    columns = {"risk": probabilities("risk", risk)}
    sample = with_logit(sample_of(outcome, columns, counts=counts, weights=weights, cluster=cluster))
    line = fit(sample, ["logit"])
    estimates = {
        "in_the_large": fit(sample, offset="logit").estimate("intercept", name="calibration_in_the_large", level=level),
        "slope": line.estimate("logit", name="calibration_slope", level=level, null=1.0),
        "joint_intercept": line.estimate("intercept", name="joint_intercept", level=level),
    }
    for name, estimate in estimates.items():
        estimates[name] = replace(estimate, reference=f"{COX}; {estimate.reference}")
    return LogisticCalibration(overall=_overall(line), **estimates)


def _overall(line: Fit) -> Estimate:
    """Test the intercept against 0 and the slope against 1 at once."""
    statistic = df = p_value = None
    right = np.array([0.0, 1.0])
    if line.errors == "robust":
        method = "Wald chi-square"
        if line.has_values and not np.isnan(line.covariance).any():
            away = line.maximum.coefficients - right
            statistic = float(away @ np.linalg.solve(line.covariance, away))
    else:
        method = "likelihood-ratio chi-square"
        if line.has_values:
            statistic = 2 * (line.log_likelihood - evaluate(line.cells, right).log_likelihood)
    if statistic is not None:
        df, p_value = 2.0, float(chi2.sf(statistic, 2))
    return Estimate(
        name="calibration_overall",
        value=np.nan if statistic is None else statistic,
        method=method,
        n=line.sample.n,
        n_events=line.n_events,
        excluded=line.sample.excluded,
        statistic=statistic,
        df=df,
        p_value=p_value,
        status=line.status,
        notes=line.notes,
        reference=COX,
    )
