"""Tests of published risks against outcomes: Spiegelhalter, Hosmer-Lemeshow, and the unweighted sum of squares."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr
from scipy.stats import chi2

from rvn.validation.association.logistic import fit
from rvn.validation.calibration.collapse import collapse
from rvn.validation.calibration.line import probabilities, with_risk
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.samples import labels, sample_of
from rvn.validation.observations import numbers

SPIEGELHALTER = "doi:10.1002/sim.4780050506"
HOSMER_LEMESHOW = "doi:10.1080/03610928008827941"
LE_CESSIE = "doi:10.2307/2532385; doi:10.1002/(SICI)1097-0258(19970515)16:9<965::AID-SIM509>3.0.CO;2-O"


def spiegelhalter(outcome: npt.ArrayLike, risk: npt.ArrayLike, *, counts: npt.ArrayLike | None = None) -> Estimate:
    """Test whether the Brier score is what it would be if the published risks were right (Spiegelhalter's z).

    For risks that were not fitted to these people it is also the test of the unweighted sum of squares.

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
    Estimate
        z, above 0 when predictions do worse than they promise; ``not_estimable`` when every risk is 0, 1/2 or 1.

    Raises
    ------
    ContractError
        For arrays that break the contract, and risks outside 0 to 1.

    References
    ----------
    Spiegelhalter 1986, doi:10.1002/sim.4780050506.

    Examples
    --------
    One person at a risk of 0.2 had the event: 0.8 x 0.6 over sqrt(0.36 x 0.16).

    >>> round(spiegelhalter([1], [0.2]).value, 6)
    2.0
    """
    sample = with_risk(outcome, risk, counts=counts)
    p = sample["risk"]
    spread = float(sample.counts @ ((1 - 2 * p) ** 2 * p * (1 - p)))
    statistic = None
    if spread:
        statistic = float(sample.counts @ ((sample["outcome"] - p) * (1 - 2 * p))) / math.sqrt(spread)
    return Estimate(
        name="spiegelhalter_z",
        value=math.nan if statistic is None else statistic,
        method="two-sided normal",
        n=sample.n,
        n_events=int(sample.counts @ sample["outcome"]),
        excluded=sample.excluded,
        statistic=statistic,
        p_value=None if statistic is None else float(2 * ndtr(-abs(statistic))),
        status="not_estimable" if statistic is None else "ok",
        reference=SPIEGELHALTER,
    )


def hosmer_lemeshow(
    outcome: npt.ArrayLike,
    risk: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    fitted: bool = False,
    counts: npt.ArrayLike | None = None,
) -> Estimate:
    """Test observed against expected events group by group (Hosmer and Lemeshow's chi-square).

    Its power depends on the groups and on the sample: in thousands of people it rejects harmless differences, in
    a hundred it misses large ones. The calibration slope and the curve say what is wrong; this does not.

    Parameters
    ----------
    outcome
        1 where the event happened, 0 where not.
    risk
        Published probability of the event, 0 to 1.
    groups
        Risk levels or scores to group by, used as they are. When not given, each distinct risk is a group, joined
        to the next until 5 events and 5 non-events are expected; equal risks are never split.
    fitted
        Whether the risks were fitted to these same people; then two degrees of freedom are lost.
    counts
        How many people each row stands for.

    Returns
    -------
    Estimate
        ``not_estimable`` when no degrees of freedom are left or a group expects everybody or nobody.

    Raises
    ------
    ContractError
        For arrays that break the contract, and risks outside 0 to 1.

    References
    ----------
    Hosmer and Lemeshow 1980, doi:10.1080/03610928008827941.

    Examples
    --------
    Of 100 at a risk of 0.5, 60 had the event: (60 - 50) squared over 25; of 100 at 0.2, 20: nothing more.

    >>> test = hosmer_lemeshow([0, 1, 0, 1], [0.5, 0.5, 0.2, 0.2], counts=[40, 60, 80, 20])
    >>> round(test.value, 6), test.df
    (4.0, 2.0)
    """
    columns = {"risk": probabilities("risk", risk)}
    if groups is not None:
        columns["groups"] = labels("groups", groups)[0]
    sample = sample_of(outcome, columns, counts=counts)
    if groups is not None:
        group = np.unique(sample["groups"], return_inverse=True)[1]
    else:
        risks, place = np.unique(sample["risk"], return_inverse=True)
        everybody = np.bincount(place, weights=sample.counts, minlength=len(risks)).astype(np.float64)
        group = collapse(everybody * risks, everybody)[place]
    people = np.bincount(group, weights=sample.counts)
    expected = np.bincount(group, weights=sample.counts * sample["risk"])
    observed = np.bincount(group, weights=sample.counts * sample["outcome"])
    variance = expected * (1 - expected / people)
    df = len(people) - 2 * fitted
    statistic = None
    if df > 0 and (variance > 0).all():
        statistic = float(((observed - expected) ** 2 / variance).sum())
    return Estimate(
        name="hosmer_lemeshow",
        value=math.nan if statistic is None else statistic,
        method=f"chi-square over {len(people)} groups",
        n=sample.n,
        n_events=int(observed.sum()),
        excluded=sample.excluded,
        statistic=statistic,
        df=None if statistic is None else float(df),
        p_value=None if statistic is None else float(chi2.sf(statistic, df)),
        status="not_estimable" if statistic is None else "ok",
        notes=("power depends on the groups and the sample size; see the slope and the curve",),
        reference=HOSMER_LEMESHOW,
    )


def sum_of_squares(
    outcome: npt.ArrayLike,
    predictors: Mapping[str, npt.ArrayLike],
    *,
    counts: npt.ArrayLike | None = None,
) -> Estimate:
    """Test whether a logistic model fits the people it was fitted to, by its unweighted sum of squared errors.

    It has no groups to choose (le Cessie and van Houwelingen; Copas). For risks from elsewhere use `spiegelhalter`.

    Parameters
    ----------
    outcome
        1 where the event happened, 0 where not.
    predictors
        Numbers by name; the logistic model of them is fitted here.
    counts
        How many people each row stands for.

    Returns
    -------
    Estimate
        z: the sum of squares less what the fitted risks promise, in standard deviations.

    Raises
    ------
    ContractError
        For arrays that break the contract.

    References
    ----------
    Le Cessie and van Houwelingen 1991, doi:10.2307/2532385; Hosmer et al. 1997,
    doi:10.1002/(SICI)1097-0258(19970515)16:9<965::AID-SIM509>3.0.CO;2-O.
    """
    columns = {name: numbers(name, values) for name, values in predictors.items()}
    model = fit(sample_of(outcome, columns, counts=counts), tuple(columns))
    statistic = None
    if model.status == "ok":
        cells = model.cells
        risks = cells.risks(model.maximum.coefficients)
        spread = cells.people * risks * (1 - risks)
        # What the coefficients have taken up of 1 - 2p is no longer free to vary.
        taken = np.linalg.solve((cells.design.T * spread) @ cells.design, cells.design.T @ (spread * (1 - 2 * risks)))
        deviation = math.sqrt(float(spread @ (1 - 2 * risks - cells.design @ taken) ** 2))
        squares = float(cells.events @ (1 - risks) ** 2 + (cells.people - cells.events) @ risks**2)
        if deviation:
            statistic = (squares - float(spread.sum())) / deviation
    return Estimate(
        name="sum_of_squares_z",
        value=math.nan if statistic is None else statistic,
        method="residual regression, two-sided normal",
        n=model.sample.n,
        n_events=model.n_events,
        excluded=model.sample.excluded,
        statistic=statistic,
        p_value=None if statistic is None else float(2 * ndtr(-abs(statistic))),
        status="not_estimable" if statistic is None else "ok",
        notes=model.notes,
        reference=LE_CESSIE,
    )
