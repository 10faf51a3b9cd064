"""Logistic fits whose coefficients come as estimates: profile, penalised or robust, as the data need."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import xlog1py, xlogy
from scipy.stats import chi2

from rvn.validation.association.likelihood import (
    Cells,
    Maximum,
    is_attained,
    is_separated,
    likelihood_drop,
    maximise,
    profile_limits,
)
from rvn.validation.estimate import Estimate, Status
from rvn.validation.foundations import sandwich
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.observations import FloatArray, Observations

PROFILE = "doi:10.2307/2347496"
FIRTH = "doi:10.1093/biomet/80.1.27; doi:10.1002/sim.1047"

UNSOLVED = "rounding hides the maximum of the likelihood"


@dataclass(frozen=True)
class Fit:
    """A fitted model, ready to give an estimate of each of its coefficients.

    `maximum` is Firth's where `errors` is ``"penalised"``; `log_likelihood` is always the plain one, its
    supremum when separated, so that nested models can be compared. `df` are of the t quantile of robust errors.
    """

    terms: tuple[str, ...]
    sample: Observations
    cells: Cells
    maximum: Maximum
    covariance: FloatArray
    log_likelihood: float
    errors: Literal["profile", "penalised", "robust"] = "profile"
    df: float = math.inf
    status: Status = "ok"
    notes: tuple[str, ...] = ()

    @property
    def n_events(self) -> int:
        """People with the event."""
        return int(self.sample.counts @ self.sample["outcome"])

    @property
    def has_values(self) -> bool:
        """Whether the coefficients can be reported: a robust fit has no penalised stand-in when separated."""
        return self.status != "not_estimable" and not (self.status == "separated" and self.errors == "robust")

    def estimate(
        self,
        term: str,
        *,
        name: str,
        level: float,
        null: float = 0.0,
        unit: float = 1.0,
        odds_ratio: bool = False,
        at: Mapping[str, object] | None = None,
    ) -> Estimate:
        """Return a coefficient per `unit` of its predictor, or its odds ratio, tested against `null`."""
        normal_quantile(level)  # refuses what is no confidence level, whatever the data
        notes = self.notes
        value = error = low = high = np.nan
        statistic = df = p_value = None
        if self.has_values:
            place = self.terms.index(term)
            value = float(self.maximum.coefficients[place])
            error = float(np.sqrt(self.covariance[place, place]))
            if self.errors != "robust":
                penalised = self.errors == "penalised"
                low, high = profile_limits(self.cells, self.maximum, place, level=level, penalised=penalised)
                statistic, df = likelihood_drop(self.cells, self.maximum, place, null, penalised=penalised), 1.0
                p_value = float(chi2.sf(statistic, 1))
                if math.isnan(low + high + statistic):
                    notes = (*notes, UNSOLVED)
            elif not math.isnan(error):
                half = sandwich.reach(level, self.df) * error
                low, high = value - half, value + half
                statistic, df = (value - null) / error, None if math.isinf(self.df) else self.df
                p_value = sandwich.two_sided(statistic, self.df)
        with np.errstate(over="ignore"):
            shown = np.exp if odds_ratio else np.positive
            value, low, high = (float(shown(unit * number)) for number in (value, low, high))
        return Estimate(
            name=name,
            value=value,
            se=unit * error,
            scale="log" if odds_ratio else "identity",
            low=low,
            high=high,
            level=level,
            method=self._method(),
            n=self.sample.n,
            n_events=self.n_events,
            excluded=self.sample.excluded,
            statistic=statistic,
            df=df,
            p_value=p_value,
            at=at or {},
            status=self.status,
            notes=notes,
            reference={"profile": PROFILE, "penalised": FIRTH, "robust": sandwich.REFERENCE}[self.errors],
        )

    @property
    def for_prediction(self) -> FloatArray:
        """The coefficients to predict with: Firth's intercept leans to even odds, so it is fitted again (FLIC).

        Puhr et al. 2017, doi:10.1002/sim.7273.
        """
        if self.errors != "penalised":
            return self.maximum.coefficients
        intercept = np.arange(len(self.terms)) == 0
        return maximise(self.cells, start=self.maximum.coefficients, free=intercept).coefficients

    def _method(self) -> str:
        if self.errors == "profile":
            return "logistic, profile likelihood"
        if self.errors == "penalised":
            return "logistic, Firth's penalised profile likelihood"
        return f"logistic, {sandwich.described(self.sample)}"


def fit(rows: Observations, terms: Sequence[str] = (), *, offset: str | None = None, penalised: bool = False) -> Fit:
    """Fit outcome on an intercept and the columns `terms` of `rows`, with column `offset` added as it is.

    `rows` should be distinct, as `sample_of` makes them: each costs. Columns ``weights`` and ``cluster`` make the
    errors robust. Separated data give Firth's fit and say so.

    Examples
    --------
    >>> from rvn.validation.foundations.samples import sample_of
    >>> rows = sample_of([0, 1, 0, 1], {"male": np.array([0.0, 0, 1, 1])}, counts=[3, 1, 1, 3])
    >>> fit(rows, ["male"]).maximum.coefficients.round(6), round(float(np.log(9)), 6)
    (array([-1.098612,  2.197225]), 2.197225)
    """
    weight = rows.counts * rows.columns.get("weights", 1.0)
    # By columns in memory: with a million distinct rows four times as fast.
    design = np.asfortranarray(np.column_stack([np.ones(len(weight)), *(rows[term] for term in terms)]))
    shift = np.zeros(len(weight)) if offset is None else rows[offset]
    cells = Cells(design, shift, events=weight * rows["outcome"], people=weight)
    names = ("intercept", *terms)
    reason = _undefined(cells, names)
    if reason:
        return _nothing(names, rows, cells, reason)
    plain = maximise(cells)
    suspect = not plain.converged or not is_attained(cells, plain)
    status: Status = "separated" if suspect and is_separated(cells) else "ok"
    if not plain.converged and status == "ok":
        return _nothing(names, rows, cells, UNSOLVED)
    if sandwich.is_robust(rows):
        return _robust_fit(names, rows, cells, plain, status)
    if not penalised and status == "ok":
        return Fit(names, rows, cells, plain, plain.covariance, plain.log_likelihood)
    firth = maximise(cells, penalised=True)
    if not firth.converged:
        return _nothing(names, rows, cells, UNSOLVED)
    return Fit(names, rows, cells, firth, firth.covariance, plain.log_likelihood, "penalised", status=status)


def _nothing(names: tuple[str, ...], rows: Observations, cells: Cells, reason: str) -> Fit:
    unknown = np.full(len(names), np.nan)
    square = np.outer(unknown, unknown)
    nowhere = Maximum(unknown, np.nan, unknown, square)
    return Fit(names, rows, cells, nowhere, square, np.nan, status="not_estimable", notes=(reason,))


def _undefined(cells: Cells, names: Sequence[str]) -> str | None:
    """Say why no model can be fitted to these rows, if so."""
    events, people = cells.events.sum(), cells.people.sum()
    if people == 0:
        return "nobody has every value that is needed"
    if events == 0 or events == people:
        return "no events" if events == 0 else "no non-events"
    design = cells.design[cells.people > 0]
    for name, column in zip(names[1:], design.T[1:], strict=True):
        if column.min() == column.max():
            return f"{name} has a single value"
    scaled = design / np.sqrt((design**2).sum(axis=0))
    if np.linalg.eigvalsh(scaled.T @ scaled)[0] < 1e-13:
        return "the predictors determine each other"
    return None


def _robust_fit(names: tuple[str, ...], rows: Observations, cells: Cells, plain: Maximum, status: Status) -> Fit:
    """Return a fit with linearised errors: people, or clusters of them, are what was sampled."""
    weights = rows.columns.get("weights", np.ones(len(rows.counts)))
    notes = sandwich.remarks(rows)
    if status == "separated":
        notes = (*notes, "no finite maximum; the penalised fit knows no weights and clusters")
        unknown = np.full_like(plain.information, np.nan)
        return Fit(names, rows, cells, plain, unknown, np.nan, "robust", status=status, notes=notes)
    scores = cells.design * (weights * (rows["outcome"] - cells.risks(plain.coefficients)))[:, None]
    covariance = sandwich.covariance(scores @ plain.covariance, rows)
    # A single cluster has no spread to learn from.
    status = "sparse" if np.isnan(covariance).all() else status
    return Fit(names, rows, cells, plain, covariance, np.nan, "robust", sandwich.degrees(rows), status, notes)


def null_log_likelihood(sample: Observations) -> float:
    """Return the log-likelihood of one risk for everybody.

    >>> from rvn.validation.foundations.samples import sample_of
    >>> round(null_log_likelihood(sample_of([0, 1], {}, counts=[1, 1])), 6), round(2 * math.log(0.5), 6)
    (-1.386294, -1.386294)
    """
    if sample.n == 0:
        return math.nan
    rate = sample.counts @ sample["outcome"] / sample.n
    return float(sample.n * (xlogy(rate, rate) + xlog1py(1 - rate, -rate)))


def likelihood_ratio(smaller: Fit, larger: Fit, *, name: str, at: Mapping[str, object] | None = None) -> Estimate:
    """Return the test of a model against one that holds all its terms and more, fitted to the same people."""
    statistic = df = p_value = None
    status: Status = "not_estimable"
    value = 2 * (larger.log_likelihood - smaller.log_likelihood)
    more = len(larger.terms) - len(smaller.terms)
    if more and not np.isnan(value):
        statistic, df = max(value, 0.0), float(more)
        p_value = float(chi2.sf(statistic, df))
        status = "separated" if "separated" in (smaller.status, larger.status) else "ok"
    return Estimate(
        name=name,
        value=np.nan if statistic is None else statistic,
        method="likelihood-ratio chi-square",
        n=larger.sample.n,
        n_events=larger.n_events,
        excluded=larger.sample.excluded,
        statistic=statistic,
        df=df,
        p_value=p_value,
        at=at or {},
        status=status,
        notes=tuple(dict.fromkeys(smaller.notes + larger.notes)),
        reference="doi:10.1214/aoms/1177732360",
    )
