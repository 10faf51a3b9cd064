"""Whether each point of a score adds the same log odds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from rvn.validation.association.likelihood import CONVERGED, ROUNDING, STEPS
from rvn.validation.association.logistic import fit, likelihood_ratio
from rvn.validation.calibration.collapse import LEAST, collapse
from rvn.validation.estimate import Estimate, Status
from rvn.validation.foundations.samples import sample_of
from rvn.validation.observations import FloatArray, IntArray, numbers

MOST_GROUPS = 100


def linearity(outcome: npt.ArrayLike, score: npt.ArrayLike, *, counts: npt.ArrayLike | None = None) -> Estimate:
    """Test whether each point adds the same log odds, against a model with a parameter for every score.

    Neighbouring scores share a parameter until at least 5 people with and 5 without the event are expected, and
    until there are about 100 parameters: with thousands the statistic is larger than its chi-square says.

    Parameters
    ----------
    outcome
        1 where the event happened, 0 where not.
    score
        Points.
    counts
        How many people each row stands for.

    Returns
    -------
    Estimate
        The likelihood-ratio chi-square; ``not_estimable`` with fewer than three groups of scores, ``separated``
        where nobody or everybody in a group has the event.

    Raises
    ------
    ContractError
        For arrays that break the contract.

    Examples
    --------
    Odds of 1/3, 1 and 3 lie on a line.

    >>> test = linearity([0, 1] * 3, [0, 0, 1, 1, 2, 2], counts=[30, 10, 20, 20, 10, 30])
    >>> round(abs(test.value), 6), test.df, round(test.p_value, 6)
    (0.0, 1.0, 1.0)
    """
    sample = sample_of(outcome, {"score": numbers("score", score)}, counts=counts)
    line = fit(sample, ["score"])
    if not line.has_values:
        return likelihood_ratio(line, line, name="linearity")
    scores, place = np.unique(sample["score"], return_inverse=True)
    intercept, slope = line.maximum.coefficients
    people = np.bincount(place, weights=sample.counts).astype(np.float64)
    events = np.bincount(place, weights=sample.counts * sample["outcome"]).astype(np.float64)
    expected = people * expit(intercept + slope * scores)
    rarer = min(expected.sum(), (people - expected).sum())
    group = collapse(expected, people, least=max(LEAST, rarer / MOST_GROUPS))
    if group[-1] < 2:
        return replace(likelihood_ratio(line, line, name="linearity"), notes=("fewer than three groups of scores",))
    # With the line itself in the model, levels for all groups but two describe every group.
    group[group == group[-1]] = 0
    log_likelihood, status = _levels_beside_slope(group, scores, people, events, (intercept, slope))
    terms = (*line.terms, *(f"group {number}" for number in range(1, group.max() + 1)))
    wider = replace(line, terms=terms, log_likelihood=log_likelihood, status=status)
    return likelihood_ratio(line, wider, name="linearity")


def _levels_beside_slope(
    group: IntArray, x: FloatArray, people: FloatArray, events: FloatArray, start: tuple[float, float]
) -> tuple[float, Status]:
    """Return the highest log-likelihood of a level for each group and one slope.

    Each step solves for the levels one by one and for the slope once, so that its cost is that of the rows and not
    of the square of the groups.
    """
    of_group = np.bincount(group, people), np.bincount(group, events)
    # A group in which nobody or everybody has the event is described without error by a level without end.
    is_open = (of_group[1] > 0) & (of_group[1] < of_group[0])
    status: Status = "ok" if is_open.all() else "separated"
    here = is_open[group]
    group, x, people, events = (np.cumsum(is_open) - 1)[group[here]], x[here], people[here], events[here]
    center = x.mean() if len(x) else 0.0
    x = x - center
    levels, slope = np.full(int(is_open.sum()), start[0] + start[1] * center), start[1]

    def value(levels: FloatArray, slope: float) -> float:
        linear = levels[group] + slope * x
        return float(events @ linear - people @ np.logaddexp(0, linear))

    reached, before = value(levels, slope), np.inf
    for _ in range(STEPS):
        risk = expit(levels[group] + slope * x)
        left, spread = events - people * risk, people * risk * (1 - risk)
        pull, depth, cross = (np.bincount(group, part) for part in (left, spread, spread * x))
        within = float(spread @ x**2 - cross @ (cross / depth))
        # Where every group is one score its level says it all, and the slope may stay where it is.
        is_free = within > 1e-12 * float(spread @ x**2)
        step = float(left @ x - cross @ (pull / depth)) / within if is_free else 0.0
        steps = (pull - cross * step) / depth
        gain = float(pull @ steps + (left @ x) * step)
        while (there := value(levels + steps, slope + step)) < reached - 1e-12 * abs(reached):
            steps, step = steps / 2, step / 2
        levels, slope, reached = levels + steps, slope + step, there
        if gain < CONVERGED or before <= gain < ROUNDING:
            return reached, status
        before = gain
    return reached, "separated"
