"""What R's glm computes, step by step, where its numbers are not those of the maximum."""

from __future__ import annotations

import numpy as np
from scipy.special import expit


def irls(
    design: np.ndarray, outcome: np.ndarray, offset: np.ndarray | float = 0.0, tolerance: float = 1e-8
) -> tuple[np.ndarray, np.ndarray, float]:
    """Iterate as R's glm.fit does: its covariance is of the weights before the last step."""
    risk = (outcome + 0.5) / 2
    linear, before = np.log(risk / (1 - risk)), np.inf
    while True:
        weights = risk * (1 - risk)
        some = weights > 0
        working = np.where(some, linear - offset, 0.0)
        working[some] += (outcome - risk)[some] / weights[some]
        covariance = np.linalg.inv((design.T * weights) @ design)
        coefficients = covariance @ (design.T @ (weights * working))
        linear = design @ coefficients + offset
        risk = expit(linear)
        deviance = 2 * float(np.logaddexp(0, np.where(outcome == 1, -linear, linear)).sum())
        if abs(deviance - before) / (abs(deviance) + 0.1) < tolerance:
            return coefficients, np.sqrt(np.diag(covariance)), deviance
        before = deviance
