"""How much updating the local outcomes call for."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rvn.validation.association.likelihood import evaluate
from rvn.validation.association.logistic import Fit, fit, likelihood_ratio
from rvn.validation.calibration.recalibration import Update, local_sample, logistic_update
from rvn.validation.estimate import Estimate

REFERENCE = "doi:10.1002/sim.7179"


@dataclass(frozen=True)
class Choice:
    """The least update that the data do not reject, and the tests that led there."""

    update: Update
    tests: tuple[Estimate, ...]


def choose_update(
    outcome: npt.ArrayLike,
    score: npt.ArrayLike,
    risk: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    alpha: float = 0.05,
) -> Choice:
    """Choose the least update that the widest does not significantly improve on (closed testing).

    The widest model, of logit and score together, is tested against no update, a new intercept, and a new
    intercept and slope in turn; the first that is not rejected is kept, and when all are the answer is
    ``revision``. Logit and score together, because a line in the score alone does not contain the published
    table; where the logit is itself a straight line in the score, the slope is the widest model.

    Parameters
    ----------
    outcome
        1 where the event happened, 0 where not.
    score
        Points.
    risk
        Published probability of the event for that score; people at 0 or 1 are left out.
    counts
        How many people each row stands for.
    alpha
        Level of each test.

    Returns
    -------
    Choice
        ``none`` with a test that is ``not_estimable`` when the data allow no test.

    Raises
    ------
    ContractError
        For arrays that break the contract, and risks outside 0 to 1.

    References
    ----------
    Vergouwe et al. 2017, doi:10.1002/sim.7179.

    Examples
    --------
    Published odds of 1 and 3; a third of them in a large sample: a new intercept and nothing more.

    >>> outcome, score, risk = [0, 1, 0, 1], [0, 0, 1, 1], [0.5, 0.5, 0.75, 0.75]
    >>> choice = choose_update(outcome, score, risk, counts=[300, 100, 200, 200])
    >>> choice.update, [test.at["against"] for test in choice.tests]
    ('intercept', ['none', 'intercept'])
    """
    sample = local_sample(outcome, score, risk, counts=counts)
    intercept, slope = logistic_update(sample, "intercept"), logistic_update(sample, "slope")
    answer: Update = "revision"
    widest = fit(sample, ["logit", "score"])
    if widest.status == "not_estimable":
        widest, answer = slope, "slope"
    models: dict[Update, Fit] = {"intercept": intercept}
    if slope.status != "not_estimable":
        published = evaluate(slope.cells, np.array([0.0, 1.0])).log_likelihood
        none = replace(slope, terms=(), log_likelihood=published, status="ok")
        models = {"none": none, "intercept": intercept}
        if answer == "revision":
            models["slope"] = slope
    tests = []
    for update, model in models.items():
        at = {"model": answer, "against": update}
        tests.append(replace(likelihood_ratio(model, widest, name="update", at=at), reference=REFERENCE))
        p_value = tests[-1].p_value
        if p_value is None:
            return Choice("none", tuple(tests))
        if p_value >= alpha:
            return Choice(update, tuple(tests))
    return Choice(answer, tuple(tests))
