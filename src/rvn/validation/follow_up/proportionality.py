"""Whether a hazard ratio stays the same as time goes by."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import stats

from rvn.validation.estimate import Estimate
from rvn.validation.follow_up.cox_maximum import is_singular
from rvn.validation.follow_up.cox_model import fit, model_rows, predictor_columns
from rvn.validation.follow_up.risk_sets import Derivatives, RiskSets, Ties
from rvn.validation.follow_up.times import FollowUp, risk_table
from rvn.validation.observations import FloatArray

REFERENCE = "doi:10.1093/biomet/81.3.515"


def proportionality(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    predictors: Mapping[str, npt.ArrayLike],
    *,
    counts: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    ties: Ties = "efron",
) -> tuple[Estimate, ...]:
    """Test whether hazard ratios change with time, against one minus the Kaplan-Meier curve of everybody.

    Parameters
    ----------
    time, event, counts, strata, ties
        As for `rvn.validation.follow_up.cox.hazard_ratio`.
    predictors
        Numbers by name, fitted together.

    Returns
    -------
    tuple of Estimate
        One per predictor: `value` is rho, the correlation of its scaled Schoenfeld residuals with time, positive
        where the hazard ratio grows; the test is the score test of a product with time (R's cox.zph since
        survival 3.0). With several predictors a last row, ``proportionality_overall``, tests all of them at
        once; its value is the statistic.

    Raises
    ------
    ContractError
        For arrays that are no follow-up, and without predictors.

    References
    ----------
    Grambsch & Therneau 1994, doi:10.1093/biomet/81.3.515.

    Examples
    --------
    Those with the point have the event first, then those without: the ratio falls with time.

    >>> [test] = proportionality([1, 2, 3, 4, 5, 5], [1, 1, 1, 1, 0, 0], {"point": [1, 1, 0, 0, 1, 0]})
    >>> test.value < 0
    True
    """
    rows = model_rows(time, event, predictor_columns(predictors), counts, strata)
    model = fit(rows, ties)
    blank = Estimate(
        name="proportionality",
        value=math.nan,
        method=f"score test against 1 - Kaplan-Meier, {ties.title()} ties",
        n=rows.n,
        n_events=rows.n_events,
        excluded=rows.excluded,
        reference=REFERENCE,
    )
    if model.sets is not None and model.found is not None:
        score, information, rho = _interaction(rows, model.sets, model.found)
        if not is_singular(information):
            return _tests(blank, tuple(predictors), score, information, rho)
    notes = ("no hazard ratio was estimated, or all events came at one time",)
    return tuple(replace(blank, at={"term": name}, status="not_estimable", notes=notes) for name in predictors)


def _interaction(rows: FollowUp, sets: RiskSets, found: Derivatives) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return score and information for a product of each predictor with time, and rho of each.

    The information is what is left of it when the coefficients of the predictors are estimated as well.
    """
    table = risk_table(rows.competing_as_censored())
    before = np.concatenate([[1.0], np.cumprod(1 - table.events / table.at_risk)[:-1]])
    curve = 1 - before[rows.at[sets.order][sets.first_row]]
    curve = curve - sets.deaths @ curve / sets.deaths.sum()
    crossed = np.tensordot(curve, found.informations, axes=1)
    squared = np.tensordot(curve**2, found.informations, axes=1)
    plain = np.linalg.inv(found.information)
    information: FloatArray = squared - crossed @ plain @ crossed

    expected = sets.sums((sets.weight * sets.is_case)[:, None] * sets.x) - found.scores
    cell, people = sets.cell[sets.is_case], sets.people[sets.is_case]
    residual = (sets.x[sets.is_case] - (expected / np.maximum(sets.deaths, 1)[:, None])[cell]) @ plain
    along = people @ (residual * curve[cell][:, None])
    spread = np.sqrt((people @ residual**2) * (people @ curve[cell] ** 2))
    rho = np.divide(along, spread, out=np.full(len(spread), math.nan), where=spread > 0)
    return curve @ found.scores, information, rho


def _tests(
    blank: Estimate, names: tuple[str, ...], score: FloatArray, information: FloatArray, rho: FloatArray
) -> tuple[Estimate, ...]:
    single = score**2 / np.diag(information)
    tests = [
        replace(
            blank,
            value=float(rho[place]),
            statistic=float(single[place]),
            df=1.0,
            p_value=float(stats.chi2.sf(single[place], 1)),
            at={"term": name},
        )
        for place, name in enumerate(names)
    ]
    if len(names) > 1:
        chi2, df = float(score @ np.linalg.solve(information, score)), len(names)
        p_value = float(stats.chi2.sf(chi2, df))
        tests.append(
            replace(
                blank,
                name="proportionality_overall",
                value=chi2,
                statistic=chi2,
                df=float(df),
                p_value=p_value,
            )
        )
    return tuple(tests)
