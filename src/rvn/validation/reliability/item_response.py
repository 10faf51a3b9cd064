"""Item response models of yes/no items: how hard each item is, and how sharply it tells people apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from rvn.validation.agreement.ratings import Ratings, named_items
from rvn.validation.estimate import Estimate
from rvn.validation.foundations.limits import normal_quantile
from rvn.validation.observations import FloatArray, contract

Model = Literal["rasch", "2pl"]
BOCK_AITKIN = "doi:10.1007/BF02293801"
STEPS = 200
STEEPEST = 20.0  # a discrimination beyond this grows without end: the item splits people perfectly


@dataclass(frozen=True, kw_only=True)
class ItemResponse:
    """Result of `item_response`.

    Parameters
    ----------
    items
        Difficulty and discrimination of every item; a person of that difficulty answers yes half the time.
    log_likelihood
        Of the model, with AIC and BIC in the notes.
    """

    items: tuple[Estimate, ...]
    log_likelihood: Estimate


def item_response(
    answers: npt.ArrayLike,
    names: Sequence[str],
    model: Model = "2pl",
    *,
    counts: npt.ArrayLike | None = None,
    points: int = 61,
    level: float = 0.95,
) -> ItemResponse:
    """Fit a logistic item response model by marginal maximum likelihood, people normal with variance one.

    Parameters
    ----------
    answers
        0 or 1, one row per person, one column per item. People with an absent answer are left out.
    names
        Name of each column, in order.
    model
        ``"2pl"``: every item has a discrimination of its own; ``"rasch"``: all share one.
    counts
        How many people each row stands for.
    points
        Points of the Gauss-Hermite quadrature over people. Programs with few points (21 is common) give other
        log-likelihoods in the fourth digit.
    level
        Confidence level; intervals are normal, from the information that the answers hold.

    Raises
    ------
    ContractError
        When `answers` is not a table of 0 and 1 with one column per name, there is no such model, or `points` is
        below 2.

    References
    ----------
    Bock and Aitkin 1981, doi:10.1007/BF02293801; Rizopoulos 2006, doi:10.18637/jss.v017.i05.

    Examples
    --------
    Three items that half of the people answer with yes have the difficulty zero:

    >>> table = np.indices((2, 2, 2)).reshape(3, -1).T
    >>> found = item_response(table, ["a", "b", "c"], "rasch", counts=[20, 10, 10, 10, 10, 10, 10, 20])
    >>> [(row.at["item"], abs(round(row.value, 6))) for row in found.items if row.name == "difficulty"]
    [('a', 0.0), ('b', 0.0), ('c', 0.0)]
    """
    if model not in ("rasch", "2pl"):
        raise contract(f"no model {model!r}", "rasch or 2pl")
    if points < 2:
        raise contract(f"`points` is {points}; two or more are needed")
    table, excluded = _answers(answers, names, counts)
    plain = Estimate(
        name="difficulty",
        value=math.nan,
        method=f"{'one discrimination' if model == 'rasch' else 'two parameters'}, marginal maximum likelihood",
        level=level,
        n=table.n,
        excluded=excluded,
        reference=BOCK_AITKIN,
    )
    shares = table.counts @ table.values / table.n if table.n else np.zeros(table.raters)
    if table.raters < 3 or not ((shares > 0) & (shares < 1)).all():
        return _nothing(plain, names, "needs three items, each answered with yes by some and with no by others")
    fitted = _maximise(table, model, points)
    if fitted is None:
        return _nothing(plain, names, "no maximum: an item splits people perfectly, or items do not go together")
    parameters, likelihood, information = fitted
    return _result(
        plain, names, model, parameters, likelihood, np.asarray(np.linalg.inv(information), dtype=np.float64)
    )


def _answers(
    answers: npt.ArrayLike, names: Sequence[str], counts: npt.ArrayLike | None
) -> tuple[Ratings, dict[str, int]]:
    table, excluded = named_items(answers, names, counts=counts, name="answers")
    if not np.isin(table.values, (0.0, 1.0)).all():
        raise contract("`answers` must hold only 0 and 1", "say which answer is the one that tells of risk")
    patterns, place = np.unique(table.values, axis=0, return_inverse=True)
    people = np.bincount(place.ravel(), table.counts, len(patterns)).astype(np.float64)
    return Ratings(patterns, people), excluded


def _maximise(table: Ratings, model: Model, points: int) -> tuple[FloatArray, float, FloatArray] | None:
    """Return intercepts and slopes at the maximum, the log-likelihood, and the observed information.

    Newton's method on the exact derivatives, a step of Fisher's kind where the information is not positive.
    """
    nodes, weights = special.roots_hermitenorm(points)
    logs = np.log(weights / math.sqrt(2 * math.pi))
    shares = table.counts @ table.values / table.n
    slopes = 1 if model == "rasch" else table.raters
    parameters = np.concatenate([special.logit(shares) * 1.2, np.ones(slopes)])
    current = _derivatives(table, parameters, nodes, logs)
    for _ in range(STEPS):
        likelihood, score, hessian, outer = current
        information = hessian if np.linalg.eigvalsh(hessian)[0] > 1e-8 else outer
        try:
            step = np.linalg.solve(information, score)
        except np.linalg.LinAlgError:
            return None
        part = 1.0
        while True:
            trial = parameters + part * step
            found = _derivatives(table, trial, nodes, logs)
            if found[0] >= likelihood - 1e-12 * abs(likelihood):
                break
            part /= 2
            if part < 1e-8:
                return None
        parameters, current = trial, found
        if np.abs(parameters[table.raters :]).max() > STEEPEST:
            return None
        if np.abs(step).max() < 1e-9:
            positive = np.linalg.eigvalsh(current[2])[0] > 0 and np.abs(parameters[table.raters :]).min() > 1e-6
            return (parameters, current[0], current[2]) if positive else None
    return None


def _derivatives(
    table: Ratings, parameters: FloatArray, nodes: FloatArray, logs: FloatArray
) -> tuple[float, FloatArray, FloatArray, FloatArray]:
    """Log-likelihood, score, observed information, and the sum of squared scores that stands in for it."""
    size = table.raters
    intercepts, slopes = parameters[:size], np.broadcast_to(parameters[size:], size)
    linear = intercepts + np.outer(nodes, slopes)
    yes = special.expit(linear)
    log_yes, log_no = -np.logaddexp(0, -linear), -np.logaddexp(0, linear)
    joint = table.values @ log_yes.T + (1 - table.values) @ log_no.T + logs
    top = joint.max(axis=1, keepdims=True)
    posterior = np.exp(joint - top)
    total = posterior.sum(axis=1, keepdims=True)
    likelihood = float(table.counts @ (top + np.log(total)).ravel())
    posterior /= total
    weighted = posterior * table.counts[:, None]
    mean = np.hstack(
        [
            table.values - posterior @ yes,
            table.values * (posterior @ nodes)[:, None] - posterior @ (nodes[:, None] * yes),
        ]
    )
    moments = np.zeros((3, size, size))
    for node, share, at in zip(nodes, weighted.T, yes, strict=True):
        centred = table.values - at
        moments += np.multiply.outer(np.array([1.0, node, node**2]), (centred * share[:, None]).T @ centred)
    curve = (weighted.sum(axis=0)[:, None] * yes * (1 - yes)).T
    second = np.block([[moments[0], moments[1]], [moments[1], moments[2]]])
    own, mixed, spread = (np.diag(curve @ nodes**power) for power in (0, 1, 2))
    complete = np.block([[own, mixed], [mixed, spread]])
    # With one discrimination the derivatives by all of them add up.
    shared = np.zeros((2 * size, len(parameters)))
    shared[:size, :size] = np.eye(size)
    shared[size:, size:] = np.eye(size) if len(parameters) == 2 * size else 1.0
    mean = mean @ shared
    outer = (mean.T * table.counts) @ mean
    return likelihood, table.counts @ mean, shared.T @ (complete - second) @ shared + outer, outer


def _result(
    plain: Estimate,
    names: Sequence[str],
    model: Model,
    parameters: FloatArray,
    likelihood: float,
    spread: FloatArray,
) -> ItemResponse:
    size, z = len(names), normal_quantile(plain.level)
    rows = []
    for place, name in enumerate(names):
        at = size if model == "rasch" else size + place
        intercept, slope = float(parameters[place]), float(parameters[at])
        own = spread[np.ix_([place, at], [place, at])]
        by_difficulty = np.array([-1 / slope, intercept / slope**2])
        for kind, value, se in (
            ("difficulty", -intercept / slope, math.sqrt(float(by_difficulty @ own @ by_difficulty))),
            ("discrimination", slope, math.sqrt(float(own[1, 1]))),
        ):
            rows.append(
                replace(
                    plain, name=kind, value=value, se=se, low=value - z * se, high=value + z * se, at={"item": name}
                )
            )
    k = len(parameters)
    notes = (f"AIC {2 * k - 2 * likelihood:.3f}", f"BIC {k * math.log(plain.n) - 2 * likelihood:.3f}")
    return ItemResponse(
        items=tuple(rows), log_likelihood=replace(plain, name="log_likelihood", value=likelihood, notes=notes)
    )


def _nothing(plain: Estimate, names: Sequence[str], why: str) -> ItemResponse:
    none = replace(plain, status="not_estimable", notes=(why,))
    return ItemResponse(
        items=tuple(
            replace(none, name=kind, at={"item": name}) for name in names for kind in ("difficulty", "discrimination")
        ),
        log_likelihood=replace(none, name="log_likelihood"),
    )
