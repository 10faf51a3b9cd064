from __future__ import annotations

import math

import pytest
from scipy.special import expit, logit
from scipy.stats import norm

from rvn.errors import ContractError
from rvn.validation.foundations.limits import normal_quantile, scaled_limits


@pytest.mark.parametrize("level", [0, 1, 95, -0.5, math.nan])
def test_a_confidence_level_lies_between_0_and_1(level):
    with pytest.raises(ContractError, match="a confidence level lies between 0 and 1"):
        normal_quantile(level)


@pytest.mark.parametrize(
    ("scale", "forward", "back"),
    [
        ("identity", lambda p: p, lambda q: q),
        ("log", math.log, math.exp),
        ("logit", logit, expit),
        ("loglog", lambda p: math.log(-math.log(p)), lambda q: math.exp(-math.exp(q))),
    ],
)
def test_limits_are_a_normal_interval_on_their_scale(scale, forward, back):
    value, se, width = 0.3, 0.04, 1e-6
    slope = abs(forward(value + width) - forward(value - width)) / (2 * width)
    on_scale, low, high = scaled_limits(value, se, scale, 0.9)
    assert se * slope == pytest.approx(on_scale, rel=1e-6)
    z = norm.ppf(0.95)
    expected = sorted((back(forward(value) - z * on_scale), back(forward(value) + z * on_scale)))
    assert expected == pytest.approx([low, high], rel=1e-12)


def test_a_scale_without_limits_is_refused():
    with pytest.raises(ValueError, match="no limits on the scale arcsine"):
        scaled_limits(0.3, 0.1, "arcsine", 0.95)
