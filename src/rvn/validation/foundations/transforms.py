"""The scales on which standard errors are given: there, back, and how steep."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from rvn.validation.estimate import Scale
from rvn.validation.observations import FloatArray

Map = Callable[[FloatArray], FloatArray]


class Transform(NamedTuple):
    """A scale: `forth` from values between `lowest` and `highest`, `back`, and the size of the slope of `forth`."""

    forth: Map
    back: Map
    slope: Map
    lowest: float
    highest: float

    def inside(self, values: FloatArray) -> npt.NDArray[np.bool_]:
        """Return which values are strictly within the ends of the scale."""
        return np.asarray((values > self.lowest) & (values < self.highest))


TRANSFORMS: dict[Scale, Transform] = {
    "identity": Transform(lambda v: v, lambda x: x, np.ones_like, -math.inf, math.inf),
    "log": Transform(np.log, np.exp, lambda v: 1 / v, 0, math.inf),
    "logit": Transform(special.logit, special.expit, lambda v: 1 / (v * (1 - v)), 0, 1),
    "loglog": Transform(
        lambda v: np.log(-np.log(v)), lambda x: np.exp(-np.exp(x)), lambda v: -1 / (v * np.log(v)), 0, 1
    ),
    "fisher_z": Transform(np.arctanh, np.tanh, lambda v: 1 / (1 - v**2), -1, 1),
    "arcsine": Transform(
        lambda v: np.arcsin(np.sqrt(v)), lambda x: np.sin(x) ** 2, lambda v: 0.5 / np.sqrt(v * (1 - v)), 0, 1
    ),
}
