"""A fitted Cox model, ready to give an estimate of each of its coefficients."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
import numpy.typing as npt
from scipy import stats

from rvn.validation.estimate import Estimate, Status
from rvn.validation.follow_up.cox_maximum import derivatives, is_singular, maximise, penalise
from rvn.validation.follow_up.partial_likelihood import likelihood, score_residuals
from rvn.validation.follow_up.risk_sets import Derivatives, RiskSets, Ties, is_monotone, risk_sets
from rvn.validation.follow_up.times import FollowUp, entry_column, follow_up, labels, totals
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.observations import FloatArray, contract, numbers

COX = "doi:10.1111/j.2517-6161.1972.tb00899.x"
ROBUST = "doi:10.1080/01621459.1989.10478874"
FIRTH = "doi:10.1111/j.0006-341X.2001.00114.x"
ROUNDING = 1e-12


def predictor_columns(predictors: Mapping[str, npt.ArrayLike]) -> dict[str, FloatArray]:
    """Return the predictors as numbers, called x0, x1, ..., so that no name can clash with another column."""
    if not predictors:
        raise contract("`predictors` is empty")
    return {f"x{place}": numbers(name, values) for place, (name, values) in enumerate(predictors.items())}


def model_rows(
    time: npt.ArrayLike,
    event: npt.ArrayLike,
    columns: dict[str, FloatArray],
    counts: npt.ArrayLike | None,
    strata: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
    entry: npt.ArrayLike | None = None,
) -> FollowUp:
    """Return the distinct complete rows of `columns`, with those of ``strata`` and the others that are given."""
    columns = {**columns, **entry_column(entry)}
    if strata is not None:
        columns["strata"] = labels("strata", strata)[0]
    if cluster is not None:
        columns["cluster"] = labels("cluster", cluster)[0]
    if weights is None:
        return follow_up(time, event, counts=counts, **columns)
    columns["weights"] = numbers("weights", weights)
    rows = follow_up(time, event, counts=counts, **columns)
    if (rows["weights"] < 0).any():
        raise contract("`weights` must not be negative")
    rows = rows.where(rows["weights"] > 0)
    mean = rows.counts @ rows["weights"] / max(rows.n, 1)
    return replace(rows, columns={**rows.columns, "weights": rows["weights"] / mean})


@dataclass(frozen=True)
class Fit:
    """A fitted model. Its likelihoods are in standard deviations of the predictors, `scale`; `covariance` is not.

    `null` is None when no coefficient can be estimated, `found` when there is no maximum or none was reached;
    `is_monotone` says of one predictor that there is none.
    """

    rows: FollowUp
    ties: Ties
    scale: FloatArray
    covariance: FloatArray
    sets: RiskSets | None = None
    null: Derivatives | None = None
    found: Derivatives | None = None
    is_monotone: bool = False

    @property
    def is_robust(self) -> bool:
        """Whether the errors are of the sandwich form."""
        return not {"cluster", "weights"}.isdisjoint(self.rows.columns)

    def estimate(self, place: int, name: str, *, level: float, unit: float = 1.0, is_ratio: bool = False) -> Estimate:
        """Return a coefficient per `unit` of its predictor, or the hazard ratio it stands for."""
        z = normal_quantile(level)
        errors = "robust Wald" if self.is_robust else "Wald"
        blank = Estimate(
            name=name,
            value=math.nan,
            scale="log" if is_ratio else "identity",
            level=level,
            method=f"Cox, {self.ties.title()} ties, {errors}",
            n=self.rows.n,
            n_events=self.rows.n_events,
            excluded=self.rows.excluded,
            notes=("competing events are taken as censorings",) if self.rows.has_competing else (),
            reference=f"{COX}; {ROBUST}" if self.is_robust else COX,
        )
        if self.null is None:
            notes = (*blank.notes, "no events, or nothing that tells those at risk apart")
            return replace(blank, status="not_estimable", notes=notes)
        factor = unit / self.scale[place]
        if self.found is not None:
            value = float(self.found.coefficients[place] * factor)
            se = math.sqrt(self.covariance[place, place]) * unit
            if se < ROUNDING * unit / self.scale[place]:
                notes = (*blank.notes, "nobody moves the estimate: the robust error is 0")
                value = _exp(value) if is_ratio else value
                return replace(blank, value=value, se=0.0, low=value, high=value, status="degenerate", notes=notes)
            statistic = value / se
            p_value = 2 * float(stats.norm.sf(abs(statistic)))
            limits = (value, value - z * se, value + z * se)
            estimate = replace(blank, se=se, statistic=statistic, p_value=p_value)
        elif self.is_monotone and self.sets is not None and not self.is_robust:
            found = penalise(self.sets, z**2)
            limits = (found.coefficient * factor, found.low * factor, found.high * factor)
            estimate = replace(
                blank,
                se=found.se * abs(factor),
                statistic=found.statistic,
                df=1.0,
                p_value=float(stats.chi2.sf(found.statistic, 1)),
                method=f"Cox, {self.ties.title()} ties, Firth's penalised profile likelihood",
                status="separated",
                reference=FIRTH,
            )
        else:
            notes = (*blank.notes, "the likelihood has no finite maximum, or none in reach")
            status: Status = "separated" if self.is_monotone else "not_estimable"
            return replace(blank, status=status, notes=notes)
        value, low, high = (_exp(limit) for limit in limits) if is_ratio else limits
        return replace(estimate, value=value, low=low, high=high)


def _exp(value: float) -> float:
    """Return exp(value), infinite where that leaves the range of floating-point numbers."""
    return math.exp(value) if value < 700 else math.inf


def fit(rows: FollowUp, ties: Ties) -> Fit:
    """Fit Cox's model to the columns of `rows` called x0, x1, ..., with ``strata``, ``weights``, ``cluster``."""
    if ties not in get_args(Ties):
        raise contract(f"`ties` is {ties!r}; it must be one of {', '.join(get_args(Ties))}")
    if ties == "exact" and (unfit := {"weights", "cluster", "entry"}.intersection(rows.columns)):
        raise contract(
            f"`ties` is exact, and `{min(unfit)}` is given", "the exact likelihood is for people at risk from the start"
        )
    x = np.column_stack([array for name, array in rows.columns.items() if name.startswith("x")])
    open_ = np.full((x.shape[1], x.shape[1]), math.nan)
    if rows.n_events == 0:
        return Fit(rows, ties, np.ones(x.shape[1]), open_)
    mean = rows.counts @ x / rows.n
    scale = np.sqrt(rows.counts @ (x - mean) ** 2 / rows.n)
    if (scale == 0).any():
        return Fit(rows, ties, scale, open_)
    sets = risk_sets(rows, (x - mean) / scale, ties)
    null = derivatives(sets, np.zeros(len(scale)))
    if is_singular(null.information):
        return Fit(rows, ties, scale, open_)
    if len(scale) == 1 and is_monotone(sets):
        return Fit(rows, ties, scale, open_, sets, null, is_monotone=True)
    found = maximise(sets)
    if found is None:
        return Fit(rows, ties, scale, open_, sets, null)
    model = Fit(rows, ties, scale, open_, sets, null, found)
    covariance = np.linalg.inv(found.information)
    if model.is_robust:
        covariance = covariance @ _spread(rows, sets, found) @ covariance
    return replace(model, covariance=covariance / np.outer(scale, scale))


def score_influence(model: Fit) -> FloatArray:
    """Return by how much one person of each row moves each coefficient, rows as in the model's."""
    if model.sets is None or model.found is None:
        raise ValueError("a model without a maximum is moved by nobody")
    moved = np.empty((len(model.rows.at), len(model.scale)))
    moved[model.sets.order] = _residuals(model.sets, model.found) @ np.linalg.inv(model.found.information) / model.scale
    return moved


def _residuals(sets: RiskSets, found: Derivatives) -> FloatArray:
    """Return what one person of each row adds to the score, rows as in `sets`."""
    return score_residuals(sets, likelihood(sets, found.coefficients)) * (sets.weight / sets.people)[:, None]


def _spread(rows: FollowUp, sets: RiskSets, found: Derivatives) -> FloatArray:
    """Return the sum of squares and products of what each person, or cluster of people, adds to the score."""
    residual = _residuals(sets, found)
    if "cluster" not in rows.columns:
        spread: FloatArray = (residual * sets.people[:, None]).T @ residual
        return spread
    cluster = rows["cluster"].astype(np.int64)[sets.order]
    size = int(cluster.max()) + 1
    together = np.column_stack([totals(cluster, sets.people * one, size) for one in residual.T])
    result: FloatArray = together.T @ together
    return result
