"""The exact partial likelihood of Cox's model: of tied events, which of those at risk had them."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from rvn.validation.follow_up.risk_sets import Derivatives, RiskSets
from rvn.validation.observations import FloatArray


def exact_likelihood(sets: RiskSets, coefficients: FloatArray) -> Derivatives:
    """Return the log of the chance that, of those at risk at each time, these had the events, and its derivatives.

    The chance has the hazards of every possible choice of so many people below the line. The mean of these products
    over all choices of k people follows from those of k and k - 1 when a person joins, so that one pass from the last
    time to the first meets every time with as many people as are at risk there; means of products neither overflow
    nor lose digits, as sums of them would.

    References
    ----------
    Cox 1972, doi:10.1111/j.2517-6161.1972.tb00899.x; the recursion: Gail, Lubin & Rubinstein 1981,
    doi:10.1093/biomet/68.3.703.
    """
    x, case = sets.x, sets.is_case
    predictor = x @ coefficients
    shift = float(np.log(sets.people @ np.exp(predictor - predictor.max()) / sets.people.sum()) + predictor.max())
    hazard = np.exp(predictor - shift)
    deaths, people = sets.deaths.astype(np.int64), sets.people.astype(np.int64)
    last_row = np.append(sets.first_row[1:], len(x))
    width, size = int(deaths.max()) + 1, x.shape[1]
    logs = np.zeros(len(deaths))
    means, squares = np.zeros((len(deaths), size)), np.zeros((len(deaths), size, size))
    for a, b in sets.span:
        mean, first, second = np.zeros(width), np.zeros((width, size)), np.zeros((width, size, size))
        mean[0], at_risk = 1.0, 0
        for cell in range(b - 1, a - 1, -1):
            for row in range(sets.first_row[cell], last_row[cell]):
                for _ in range(people[row]):
                    at_risk += 1
                    mean, first, second = _joined(mean, first, second, at_risk, hazard[row], x[row])
            if d := deaths[cell]:
                choices = gammaln(at_risk + 1) - gammaln(d + 1) - gammaln(at_risk - d + 1)
                logs[cell] = np.log(mean[d]) + choices
                means[cell], squares[cell] = first[d] / mean[d], second[d] / mean[d]
    observed = sets.sums((sets.people * case)[:, None] * x)
    value = float(sets.people[case] @ (predictor[case] - shift) - logs.sum())
    informations = squares - means[:, :, None] * means[:, None, :]
    return Derivatives(coefficients, value, observed - means, informations)


def _joined(
    mean: FloatArray, first: FloatArray, second: FloatArray, at_risk: int, hazard: float, x: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the means over choices of 0, 1, ... people, and their derivatives, once a person has joined."""
    k = np.arange(1, len(mean))
    stays, chosen = np.maximum(at_risk - k, 0) / at_risk, np.minimum(k, at_risk) / at_risk * hazard
    column, block = chosen[:, None], chosen[:, None, None]
    new_mean, new_first, new_second = mean.copy(), first.copy(), second.copy()
    new_mean[1:] = stays * mean[1:] + chosen * mean[:-1]
    new_first[1:] = stays[:, None] * first[1:] + column * (first[:-1] + mean[:-1, None] * x)
    cross = first[:-1, :, None] * x[None, None, :]
    new_second[1:] = stays[:, None, None] * second[1:] + block * (
        second[:-1] + cross + cross.transpose(0, 2, 1) + mean[:-1, None, None] * np.outer(x, x)
    )
    return new_mean, new_first, new_second
