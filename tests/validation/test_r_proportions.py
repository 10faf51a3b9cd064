"""The rest of what R says of proportions: other names of the same limits, and what goes with them."""

import numpy as np
import pytest
from scipy import stats

from reference import compas_filtered, r_values
from rvn.validation.association.regression import logistic_regression
from rvn.validation.discrimination.auc import auc
from rvn.validation.discrimination.roc import roc_curve
from rvn.validation.rates.proportions import proportion
from rvn.validation.reliability.correlation import correlation

R = r_values("proportions")
Z = stats.norm.isf(0.025)


def close(expected: object, rel: float = 1e-9) -> object:
    return pytest.approx(expected, rel=rel, abs=1e-12)


@pytest.mark.parametrize("place", range(len(R["one_proportion"])))
def test_other_functions_give_the_same_limits(place):
    expected = R["one_proportion"][place]
    exact = proportion(expected["x"], expected["n"], method="exact")
    assert close(expected["binom_test"]) == [exact.low, exact.high]
    assert close(expected["hmisc_exact"]) == [exact.value, exact.low, exact.high]
    wilson = proportion(expected["x"], expected["n"])
    assert close(expected["hmisc_wilson"][0]) == wilson.value
    # Hmisc changes Wilson's limits next to the ends: 1 of 10 from .0051 instead of .0179.
    if 1 < expected["x"] < expected["n"] - 1:
        assert close(expected["hmisc_wilson"]) == [wilson.value, wilson.low, wilson.high]
    elif expected["x"] == 1 < expected["n"] - 1:
        assert expected["hmisc_wilson"][1] < wilson.low


@pytest.mark.parametrize("place", range(len(R["two_proportions_ratio"])))
def test_an_odds_ratio_of_two_proportions_is_that_of_a_model(place):
    expected = R["two_proportions_ratio"][place]
    x1, n1, x2, n2 = (expected[name] for name in ("x1", "n1", "x2", "n2"))
    row = logistic_regression([1, 0, 1, 0], {"first": [1, 1, 0, 0]}, counts=[x1, n1 - x1, x2, n2 - x2]).coefficients[1]
    limits = np.exp([row.value, row.value - Z * row.se, row.value + Z * row.se])
    assert close(expected["or_woolf"]) == limits.tolist()


def test_the_association_of_group_and_flag():
    frame, expected = compas_filtered(), R["effect_sizes"]
    group, flagged = frame["race"] == "African-American", frame["score_text"] != "Low"
    cells = [
        [int((~group & ~flagged).sum()), int((~group & flagged).sum())],
        [int((group & ~flagged).sum()), int((group & flagged).sum())],
    ]
    assert [[row[place] for row in cells] for place in (0, 1)] == [
        expected["table"]["FALSE"],
        expected["table"]["TRUE"],
    ]
    phi = correlation(group.astype(int), flagged.astype(int))
    assert close(expected["phi"]) == phi.value
    assert close(expected["cramer_v"]["Cramer V"]) == phi.value
    assert close(expected["chisq"]) == len(frame) * phi.value**2
    row = logistic_regression(flagged.astype(int), {"group": group.astype(int)}).coefficients[1]
    limits = np.exp([row.value, row.value - Z * row.se, row.value + Z * row.se])
    assert close(list(expected["odds_ratio"].values())) == limits.tolist()


def test_the_ordinal_associations_of_score_and_outcome_follow_from_the_pairs():
    frame, expected = compas_filtered(), R["effect_sizes"]
    area = auc(frame["two_year_recid"], frame["decile_score"])
    curve = roc_curve(frame["two_year_recid"], frame["decile_score"])
    apart = area.n_events * (area.n - area.n_events)
    gain = (2 * area.value - 1) * apart
    people = np.bincount(frame["decile_score"])
    pairs = area.n * (area.n - 1) / 2
    apart_in_score = pairs - (people * (people - 1) / 2).sum()
    assert close(expected["somers_d"]["somers"]) == gain / apart_in_score
    assert close(expected["gamma"]["gamma"]) == (2 * area.value - 1) / (1 - curve.tied)
    assert close(expected["tau_b"]["tau_b"]) == gain / np.sqrt(apart * apart_in_score)
    assert close(expected["tau_c"]["tauc"]) == gain * 4 / area.n**2
    d = expected["cohens_d"][0]
    assert close(expected["hedges_g"]) == d * (1 - 3 / (4 * area.n - 9))


@pytest.mark.parametrize("method", ["bonferroni", "none"])
def test_p_values_adjusted_by_a_factor(method):
    expected = R["multiple_testing"]
    plain = [np.nan if value is None else value for value in expected["none"]]
    times = 1 if method == "none" else np.isfinite(plain).sum()
    found = np.minimum(np.array(plain) * times, 1)
    assert (
        pytest.approx([np.nan if value is None else value for value in expected[method]], nan_ok=True) == found.tolist()
    )
