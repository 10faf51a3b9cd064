"""Maximum likelihood for logistic regression, plain and penalised, on distinct rows with counts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.special import expit

from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.observations import FloatArray

BoolArray = npt.NDArray[np.bool_]

# The squared length of a Newton step in standard errors: below the first, done; below the second, and no longer
# falling, as near as rounding lets it come.
CONVERGED = 1e-20
ROUNDING = 1e-10
STEPS = 200
# Rows that a linear programme is given at a time.
ROWS = 2000


@dataclass(frozen=True)
class Cells:
    """Rows of a design matrix (the intercept first), each with an offset, people and events among them."""

    design: FloatArray
    offset: FloatArray
    events: FloatArray
    people: FloatArray

    def risks(self, coefficients: FloatArray) -> FloatArray:
        """Probability of the event in each row."""
        return np.asarray(expit(self.design @ coefficients + self.offset), dtype=np.float64)


@dataclass(frozen=True)
class Maximum:
    """Where the likelihood is highest, or the last point reached when it has no finite maximum."""

    coefficients: FloatArray
    log_likelihood: float
    score: FloatArray
    information: FloatArray
    converged: bool = False

    @property
    def covariance(self) -> FloatArray:
        """Inverse of the Fisher information."""
        return np.asarray(np.linalg.inv(self.information), dtype=np.float64)


def evaluate(cells: Cells, coefficients: FloatArray, *, penalised: bool = False) -> Maximum:
    """Return log-likelihood, score and Fisher information at `coefficients`.

    Penalised by half the log determinant of the information, the score is Firth's.

    Examples
    --------
    >>> cells = Cells(np.ones((1, 1)), np.zeros(1), events=np.array([1.0]), people=np.array([4.0]))
    >>> point = evaluate(cells, np.zeros(1))
    >>> point.score, point.information
    (array([-1.]), array([[1.]]))
    """
    linear = cells.design @ coefficients + cells.offset
    small = np.exp(-np.abs(linear))  # one exponential serves all, and loses nothing where risks are near 0 or 1
    log_likelihood = float(cells.events @ linear - cells.people @ (np.maximum(linear, 0) + np.log1p(small)))
    risks = np.where(linear >= 0, 1.0, small) / (1 + small)
    safe = np.where(linear >= 0, small, 1.0) / (1 + small)
    spread = cells.people * small / (1 + small) ** 2
    information = (cells.design.T * spread) @ cells.design
    residuals = cells.events * safe - (cells.people - cells.events) * risks
    if penalised:
        # Far out the information has no volume left; such a point is as bad as any can be, and no step goes there.
        with np.errstate(all="ignore"):
            sign, log_determinant = np.linalg.slogdet(information)
            volume = sign > 0 and np.isfinite(log_determinant)
            inverse = np.linalg.inv(information) if volume else np.full_like(information, np.nan)
            leverage = spread * ((cells.design @ inverse) * cells.design).sum(axis=1)
        if not np.isfinite(leverage).all():
            return Maximum(coefficients, -np.inf, np.zeros_like(coefficients), information)
        log_likelihood += float(log_determinant) / 2
        residuals = residuals + leverage * (0.5 - risks)
    return Maximum(coefficients, log_likelihood, cells.design.T @ residuals, information)


def maximise(
    cells: Cells, *, penalised: bool = False, start: FloatArray | None = None, free: BoolArray | None = None
) -> Maximum:
    """Climb to the maximum by Newton steps, halved while they lead down or too far.

    Coefficients that are not `free` keep their value in `start`; the penalty is of all of them, as a
    profile of the penalised likelihood needs.

    Examples
    --------
    >>> cells = Cells(np.ones((1, 1)), np.zeros(1), events=np.array([1.0]), people=np.array([4.0]))
    >>> maximise(cells).coefficients.round(6), round(float(np.log(1 / 3)), 6)
    (array([-1.098612]), -1.098612)
    """
    size = cells.design.shape[1]
    moving = np.ones(size, dtype=bool) if free is None else free
    here = evaluate(cells, np.zeros(size) if start is None else start, penalised=penalised)
    before = np.inf
    for _ in range(STEPS):
        step = np.zeros(size)
        try:
            step[moving] = np.linalg.solve(here.information[np.ix_(moving, moving)], here.score[moving])
        except np.linalg.LinAlgError:
            return here
        decrement = float(here.score @ step)
        if not np.isfinite(decrement) or decrement < 0:
            return here
        slack = 1e-12 * (1 + abs(here.log_likelihood))
        for _ in range(30):
            there = evaluate(cells, here.coefficients + step, penalised=penalised)
            # The penalty bends the likelihood more than the information says: in few people full steps would
            # swing from side to side for ever.
            steep = there.score @ step < -0.5 * (here.score @ step)
            if there.log_likelihood >= here.log_likelihood - slack and not steep:
                break
            step /= 2
        else:
            return replace(here, converged=decrement < ROUNDING)
        here = there
        if decrement < CONVERGED or before <= decrement < ROUNDING:
            return replace(here, converged=True)
        before = decrement
    return here


def likelihood_drop(cells: Cells, maximum: Maximum, place: int, value: float, *, penalised: bool = False) -> float:
    """Return twice the fall of the log-likelihood when one coefficient is held at `value`; NaN if not found.

    >>> cells = Cells(np.ones((1, 1)), np.zeros(1), events=np.array([1.0]), people=np.array([2.0]))
    >>> likelihood_drop(cells, maximise(cells), 0, 0.0)
    0.0
    """
    best = maximum.coefficients
    starts = [best + (value - best[place]) * _tangent(maximum, place)]
    if penalised:
        # Far from the estimate the penalised likelihood can have several maxima: the highest of three tries counts.
        starts += [best, np.zeros_like(best)]
    tries = [_hold(cells, place, value, start, penalised) for start in starts]
    top = max((held.log_likelihood for held in tries if held.converged), default=np.nan)
    return max(float(2 * (maximum.log_likelihood - top)), 0.0)


def _tangent(maximum: Maximum, place: int) -> FloatArray:
    """Return how the other coefficients follow one along the profile, close to the maximum.

    A start off the tangent can put every risk at 0 or 1, from where no step leads back.
    """
    column = maximum.covariance[:, place]
    return np.asarray(column / column[place], dtype=np.float64)


def _hold(cells: Cells, place: int, value: float, start: FloatArray, penalised: bool) -> Maximum:
    held = np.arange(len(start)) == place
    return maximise(cells, penalised=penalised, start=np.where(held, value, start), free=~held)


def is_attained(cells: Cells, point: Maximum) -> bool:
    """Whether the gradient at `point` proves that the likelihood has a finite maximum close by.

    For logistic likelihoods the Newton decrement is proof when its product with the largest leverage is at most
    1/4 (Bach 2010, proposition 2, doi:10.1214/09-EJS521). Far out along separated data it stays near 1.

    >>> cells = Cells(np.ones((1, 1)), np.zeros(1), events=np.array([1.0]), people=np.array([4.0]))
    >>> is_attained(cells, maximise(cells)), is_attained(cells, evaluate(cells, np.array([3.0])))
    (True, False)
    """
    variances = np.diag(point.information)
    # Where rounding has left the information no volume its inverse proves nothing.
    if (
        variances.min() <= 0
        or np.linalg.eigvalsh(point.information / np.sqrt(np.outer(variances, variances)))[0] < 1e-10
    ):
        return False
    covariance = point.covariance
    leverage = ((cells.design @ covariance) * cells.design).sum(axis=1).max()
    return bool(point.score @ covariance @ point.score * leverage <= 0.25)


def is_separated(cells: Cells) -> bool:
    """Whether some sum of the predictors never puts an event below a non-event, so that no maximum exists.

    A linear programme looks for a direction in which every row moves to its own side or stays, and one
    moves: complete and quasi-complete separation (Albert and Anderson 1984, doi:10.1093/biomet/71.1.1).

    Examples
    --------
    >>> score = np.array([[1, 1], [1, 2], [1, 3]], dtype=float)
    >>> is_separated(Cells(score, np.zeros(3), events=np.array([0.0, 1, 2]), people=np.array([2.0, 2, 2])))
    True
    >>> is_separated(Cells(score, np.zeros(3), events=np.array([1.0, 1, 2]), people=np.array([2.0, 2, 3])))
    False
    """
    # Centred and scaled, so that the solver's tolerance means the same for every predictor.
    columns = cells.design.copy()
    columns[:, 1:] -= columns[:, 1:].mean(axis=0)
    columns /= np.maximum(np.abs(columns).max(axis=0), np.finfo(float).tiny)
    signed = np.concatenate([columns[cells.events > 0], -columns[cells.events < cells.people]])
    # Of a million rows a few decide: those that a solution for the others violates are added until none is.
    chosen = np.zeros(len(signed), dtype=bool)
    chosen[:: 1 + len(signed) // ROWS] = True
    while True:
        rows = signed[chosen]
        found = linprog(
            -rows.sum(axis=0),
            A_ub=-rows,
            b_ub=np.zeros(len(rows)),
            bounds=(-1, 1),
            method="highs",
            options={"primal_feasibility_tolerance": 1e-10},
        )
        margins = signed @ found.x
        if chosen.all() or np.linalg.matrix_rank(rows) == rows.shape[1]:
            if margins[chosen].max() <= 1e-5:
                return False
            if chosen.all() or margins.min() > -1e-7:
                return True
        worst = np.argsort(np.where(chosen, np.inf, margins))[:ROWS]
        chosen[worst] = True


def profile_limits(
    cells: Cells, maximum: Maximum, place: int, *, level: float = 0.95, penalised: bool = False
) -> tuple[float, float]:
    """Return where twice the drop of the profile log-likelihood of one coefficient reaches chi-square.

    Reference: Venzon and Moolgavkar 1988, doi:10.2307/2347496.

    Examples
    --------
    >>> cells = Cells(np.ones((1, 1)), np.zeros(1), events=np.array([5.0]), people=np.array([10.0]))
    >>> low, high = profile_limits(cells, maximise(cells), 0)
    >>> drop = 2 * (maximise(cells).log_likelihood - evaluate(cells, np.array([high])).log_likelihood)
    >>> abs(round(low + high, 6)), round(drop, 6), round(1.959964**2, 6)
    (0.0, 3.841459, 3.841459)
    """
    best = maximum.coefficients[place]
    target = normal_quantile(level)
    error = np.sqrt(maximum.covariance[place, place])
    tangent = _tangent(maximum, place)

    def limit(side: int) -> float:
        value, near = best + side * target * error, maximum.coefficients
        for _ in range(STEPS):
            held = _hold(cells, place, value, near + (value - near[place]) * tangent, penalised)
            drop = 2 * (maximum.log_likelihood - held.log_likelihood)
            if not held.converged or not drop > 0:
                return np.nan
            # Newton on the root of the drop, which is nearly straight; its slope is the score along the profile.
            root = np.sqrt(drop)
            step = root * (target - root) / abs(held.score[place])
            near = held.coefficients
            # A step inwards stays on its side of the estimate.
            value += side * max(step, -0.5 * side * (value - best))
            if abs(step) < 1e-8 * error:
                return float(value)
        return np.nan

    return limit(-1), limit(1)
