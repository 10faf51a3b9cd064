"""Intraclass correlation when not every rater rated everybody: variances by restricted maximum likelihood."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import optimize

from rvn.validation.agreement.icc import FORMS, Form
from rvn.validation.agreement.ratings import Ratings, rating_table
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.limits import scaled_limits
from rvn.validation.observations import FloatArray, contract

REFERENCE = "doi:10.1037/met0000516"
ROUNDING = 1e-12
AT_ZERO = 1e-5  # ratio of standard deviations below which a variance is zero


@dataclass(frozen=True)
class Components:
    """Variances of people, of raters and of what is left, in squared points."""

    people: float
    raters: float
    residual: float


class _Design:
    """Sums over the ratings of each person, from which the likelihood follows for any variances."""

    def __init__(self, table: Ratings) -> None:
        present = ~np.isnan(table.values)
        self.count = table.counts
        self.present = present.astype(np.float64)
        self.times = self.present.sum(axis=1)
        self.n = float(self.count @ self.times)
        everything = np.where(present, table.values, 0.0)
        mean = float(self.count @ everything.sum(axis=1)) / self.n
        self.values = np.where(present, table.values - mean, 0.0)
        self.sums = self.values.sum(axis=1)
        self.squares = (self.values**2).sum(axis=1)
        self.within = float(self.count @ (self.squares - self.sums**2 / self.times))
        self.total = float(self.count @ self.squares)

    def unexplained(self) -> float:
        """Sum of squares that neither a constant per person nor one per rater explains."""
        per_rating = (self.count / self.times)[:, None] * self.present
        inner = np.diag(self.count @ self.present) - per_rating.T @ self.present
        by_rater = self.count @ self.values - per_rating.T @ self.sums
        return self.within - float(by_rater @ np.linalg.lstsq(inner, by_rater)[0])

    def parts(self, people: float, raters: float) -> tuple[float, float]:
        """Log determinants and residual squares for variances relative to that of the residual."""
        shrunk = self.count / (1 + people * self.times)
        ones = float(shrunk @ self.times)
        cross = float(shrunk @ self.sums)
        squares = float(self.count @ self.squares) - people * float(shrunk @ self.sums**2)
        logs = float(self.count @ np.log1p(people * self.times))
        if raters > 0:
            weighted = self.present * (people * shrunk)[:, None]
            inner = np.diag(self.count @ self.present) - weighted.T @ self.present
            by_rater = np.column_stack([shrunk @ self.present, self.count @ self.values - weighted.T @ self.sums])
            system = np.eye(len(inner)) + raters * inner
            solved = raters * by_rater.T @ np.linalg.solve(system, by_rater)
            ones, cross, squares = ones - solved[0, 0], cross - solved[0, 1], squares - solved[1, 1]
            logs += float(np.linalg.slogdet(system)[1])
        return logs + math.log(ones), squares - cross**2 / ones

    def deviance(self, ratios: FloatArray) -> float:
        """Minus twice the log-likelihood at standard deviations relative to the residual's, at its best residual."""
        logs, squares = self.parts(*(np.append(ratios, 0.0)[:2] ** 2))
        return logs + (self.n - 1) * math.log(squares)

    def full_deviance(self, logs_of_variances: FloatArray) -> float:
        """Minus twice the log-likelihood at the logarithms of the residual's, people's and raters' variances."""
        variances = np.append(np.exp(logs_of_variances), 0.0)
        logs, squares = self.parts(variances[1] / variances[0], variances[2] / variances[0])
        return logs + (self.n - 1) * float(logs_of_variances[0]) + squares / float(variances[0])


def _fit(design: _Design, crossed: bool) -> Components:
    start = np.ones(2 if crossed else 1)
    options = {"xatol": 1e-9, "fatol": 1e-11, "maxiter": 5000}
    bounds = [(0.0, None)] * len(start)
    found = optimize.minimize(design.deviance, start, method="Nelder-Mead", bounds=bounds, options=options)
    ratios = np.where(found.x < AT_ZERO, 0.0, found.x)
    people, raters = np.append(ratios, 0.0)[:2] ** 2
    residual = design.parts(people, raters)[1] / (design.n - 1)
    return Components(float(people * residual), float(raters * residual), float(residual))


def variance_components(ratings: npt.ArrayLike, *, counts: npt.ArrayLike | None = None) -> Components:
    """Return the variances between people, between raters and of what is left, raters crossed with people.

    Parameters
    ----------
    ratings, counts
        As in `icc_incomplete`. All variances are NaN where people and raters together explain every rating.

    Raises
    ------
    ContractError
        When `ratings` is not a table of numbers.

    References
    ----------
    Patterson and Thompson 1971, doi:10.1093/biomet/58.3.545.

    Examples
    --------
    Mean squares 9 of people, 4 of raters and 1 of the residual, two of each: (9 - 1) / 2 and (4 - 1) / 2.

    >>> found = variance_components([[1, 2], [3, 6]])
    >>> round(found.people, 4), round(found.raters, 4), round(found.residual, 4)
    (4.0, 1.5, 1.0)
    """
    everybody = rating_table(ratings, counts=counts)
    table = everybody.where(np.any(~np.isnan(everybody.values), axis=1))
    if table.n == 0 or (design := _Design(table)).unexplained() <= ROUNDING * design.total:
        return Components(math.nan, math.nan, math.nan)
    return _fit(design, crossed=True)


def icc_incomplete(
    ratings: npt.ArrayLike, form: Form, *, counts: npt.ArrayLike | None = None, level: float = 0.95
) -> Estimate:
    """Intraclass correlation of people who were not all rated by the same raters.

    With every rating present and no variance estimated as zero the value is that of `icc`. For the averaged
    forms the number of raters is the harmonic mean over people.

    Parameters
    ----------
    ratings
        Scores, one row per person, one column per rater, NaN where there is none; see `ratings_from_rows`.
    form
        As in `icc`; the one-way forms ``"1"`` and ``"k"`` take no notice of who rated.
    counts
        How many people each row stands for.
    level
        Confidence level; the interval is made on the logit scale from the curvature of the likelihood.

    Raises
    ------
    ContractError
        When `ratings` is not a table of numbers, or there is no such form.

    References
    ----------
    ten Hove, Jorgensen and van der Ark 2022, doi:10.1037/met0000516.

    Examples
    --------
    Three raters, each pair of whom rated two people:

    >>> nobody = None
    >>> table = [[1, 2, nobody], [5, 6, nobody], [2, nobody, 1], [7, nobody, 6], [nobody, 3, 3], [nobody, 8, 7]]
    >>> round(icc_incomplete(table, "A,1").value, 2)
    0.94
    """
    if form not in FORMS:
        raise contract(f"no form {form!r}", f"one of {', '.join(FORMS)}")
    everybody = rating_table(ratings, counts=counts)
    table = everybody.where(np.any(~np.isnan(everybody.values), axis=1))
    estimate = Estimate(
        name="icc",
        value=math.nan,
        scale="logit",
        method="restricted maximum likelihood, logit",
        level=level,
        n=table.n,
        excluded={"rating absent": everybody.n - table.n} if table.n < everybody.n else {},
        at={"form": form},
        reference=REFERENCE,
    )
    times = np.sum(~np.isnan(table.values), axis=1)
    crossed = form not in ("1", "k")
    if table.n < 2 or times.max() < 2 or np.nanmin(table.values) == np.nanmax(table.values):
        note = "needs two people, one of them rated twice, and scores that differ"
        return replace(estimate, status="not_estimable", notes=(note,))
    design = _Design(table)
    if design.within <= ROUNDING * design.total:
        return replace(estimate, value=1.0, status="degenerate", notes=("no error variance, so no interval",))
    if crossed and design.unexplained() <= ROUNDING * design.total:
        note = "people and raters together explain every rating, so no variance is left to compare with"
        return replace(estimate, status="not_estimable", notes=(note,))
    found = _fit(design, crossed)
    error = found.residual + (found.raters if form[0] == "A" else 0.0)
    divisor = table.n / float(table.counts @ (1 / times)) if form.endswith("k") else 1.0
    beside = f"variances: people {found.people:.4g}, raters {found.raters:.4g}, residual {found.residual:.4g}"
    estimate = replace(estimate, value=found.people / (found.people + error / divisor), notes=(beside,))
    if found.people == 0:
        return replace(estimate, status="degenerate", notes=(beside, "people do not differ, so no interval"))
    variance = _variance_of_logit(design, found, form)
    if variance is None:
        note = "who rated whom does not tell the variances apart"
        return replace(estimate, value=math.nan, status="not_estimable", notes=(beside, note))
    slope = estimate.value * (1 - estimate.value)
    se, low, high = scaled_limits(estimate.value, math.sqrt(variance) * slope, "logit", level)
    return replace(estimate, se=se, low=low, high=high)


def _variance_of_logit(design: _Design, found: Components, form: Form) -> float | None:
    """Variance of log(people / error) by the curvature of the deviance; None where it has no minimum."""
    error = found.residual + (found.raters if form[0] == "A" else 0.0)
    variances = np.array([found.residual, found.people, found.raters])
    gradient = np.array([-found.residual / error, 1.0, (found.residual - error) / error])
    for size in (3, 2) if found.raters > 0 else (2,):  # a variance next to zero has no curvature of its own
        curvature = _curvature(design, np.log(variances[:size]))
        if np.linalg.eigvalsh(curvature)[0] > 1e-4:
            return float(gradient[:size] @ np.linalg.solve(curvature / 2, gradient[:size]))
    return None


def _curvature(design: _Design, at: FloatArray) -> FloatArray:
    """Second derivatives of the full deviance by central differences."""
    step = 1e-3
    moves = step * np.eye(len(at))

    def mixed(one: FloatArray, other: FloatArray) -> float:
        signs = ((a, b) for a in (1, -1) for b in (1, -1))
        return sum(a * b * design.full_deviance(at + a * one + b * other) for a, b in signs)

    return np.array([[mixed(one, other) for other in moves] for one in moves]) / (4 * step**2)
