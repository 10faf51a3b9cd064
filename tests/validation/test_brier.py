"""The Brier score, its scaled form and its two decompositions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.metrics import brier_score_loss, d2_brier_score

from reference import data, r_values
from rvn.validation.calibration.brier import (
    brier,
    corp_decomposition,
    isotonic,
    murphy_decomposition,
    scaled_brier,
)
from rvn.validation.calibration.curve import calibration_curve

R = r_values("calibration")
RISKS = ("p_model", "p_decile", "p_naive")
EVENTS = np.array([0, 6, 3, 13, 12, 13, 10, 6, 1])
PEOPLE = np.array([21, 63, 92, 83, 56, 48, 23, 10, 4])
GOLDEN = {
    "outcome": np.repeat([0, 1], 9),
    "risk": expit(-2.4 + 0.35 * np.tile(np.arange(9), 2)),
    "counts": np.append(PEOPLE - EVENTS, EVENTS),
}

samples = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.8, 1.0]), st.integers(0, 6)),
    min_size=1,
    max_size=12,
)


def broward(risk: str) -> tuple[np.ndarray, np.ndarray]:
    frame = data("compas").merge(data("compas_pred"), on="id")
    return frame["two_year_recid"].to_numpy(), frame[risk].to_numpy()


def test_the_golden_values() -> None:
    assert pytest.approx(brier(**GOLDEN).value, rel=1e-8) == 0.124303805
    assert pytest.approx(scaled_brier(**GOLDEN).value, rel=1e-8) == 0.0751204966
    reliability, resolution, uncertainty = murphy_decomposition(**GOLDEN)
    assert pytest.approx(reliability.value, rel=1e-8) == 0.00679252333
    assert pytest.approx(resolution.value, rel=1e-8) == 0.0168887181
    assert pytest.approx(uncertainty.value, rel=1e-12) == 0.1344
    miscalibration, discrimination, uncertainty = corp_decomposition(**GOLDEN)
    assert pytest.approx(miscalibration.value, rel=1e-8) == 0.0055508383
    assert pytest.approx(discrimination.value, rel=1e-8) == 0.015647033
    assert pytest.approx(uncertainty.value, rel=1e-12) == 0.1344
    pooled = [0, 0.0580645161, 0.0580645161, 0.156626506, 0.214285714, 0.270833333, 0.434782609, 0.5, 0.5]
    assert pooled == pytest.approx(isotonic(PEOPLE.astype(float), EVENTS.astype(float)).tolist(), abs=1e-9)


@pytest.mark.parametrize("risk", RISKS)
def test_brier_and_murphy(risk: str) -> None:
    expected, (outcome, risks) = R[f"brier_{risk}"], broward(risk)
    score = brier(outcome, risks)
    assert expected["brier"] == pytest.approx(score.value, rel=1e-12)
    assert R[f"valprob_{risk}"]["Brier"] == pytest.approx(score.value, rel=1e-12)
    assert expected["brier_scaled"] == pytest.approx(scaled_brier(outcome, risks).value, rel=1e-10)
    parts = [part.value for part in murphy_decomposition(outcome, risks)]
    names = ("murphy_reliability", "murphy_resolution", "murphy_uncertainty")
    assert [expected[name] for name in names] == pytest.approx(parts, rel=1e-9)
    squares = (outcome - risks) ** 2
    assert squares.std(ddof=1) / math.sqrt(len(squares)) == pytest.approx(score.se, rel=1e-12)


@pytest.mark.parametrize("risk", RISKS)
def test_corp_and_its_recalibrated_risks(risk: str) -> None:
    expected, (outcome, risks) = R[f"isotonic_{risk}"], broward(risk)
    parts = [part.value for part in corp_decomposition(outcome, risks)]
    names = ("corp_miscalibration", "corp_discrimination", "corp_uncertainty")
    assert [expected[name] for name in names] == pytest.approx(parts, rel=1e-9)
    curve = calibration_curve(outcome, risks, smoother="isotonic")
    known = np.array([point.at["risk"] for point in curve])
    for at, value in zip(expected["at_p"], expected["isotonic_at_p"], strict=True):
        below = np.flatnonzero(known <= at)
        if value is None:
            assert len(below) == 0
        else:
            assert value == pytest.approx(curve[below[-1]].value, rel=1e-9)


@pytest.mark.parametrize("risk", ["p_decile", "p_naive"])
def test_ten_deciles_make_no_twelve_isotonic_steps(risk: str) -> None:
    """R's record counts isoreg's values that differ in the last digit: 12, of which 9 are different numbers."""
    values = [point.value for point in calibration_curve(*broward(risk), smoother="isotonic")]
    assert R[f"isotonic_{risk}"]["n_blocks"] == 12
    assert len(values) == 10
    assert len(set(values)) == 9


@given(samples)
def test_the_parts_add_up_to_the_score(rows: list[tuple[int, float, int]]) -> None:
    outcome, risk, counts = zip(*rows, strict=True)
    score = brier(outcome, risk, counts=counts)
    if not sum(counts):
        assert score.status == "not_estimable"
        return
    for decompose in (murphy_decomposition, corp_decomposition):
        fault, gain, uncertainty = decompose(outcome, risk, counts=counts)
        assert score.value == pytest.approx(fault.value - gain.value + uncertainty.value, abs=1e-12)
        assert fault.value >= -1e-15
        assert gain.value >= -1e-15


@given(samples, st.integers(0, 2**32 - 1))
def test_counts_equal_repeated_rows_in_any_order(rows: list[tuple[int, float, int]], seed: int) -> None:
    outcome, risk, counts = (np.array(column) for column in zip(*rows, strict=True))
    again = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    for statistic in (brier, scaled_brier):
        counted = statistic(outcome, risk, counts=counts).to_record()
        assert counted == statistic(outcome[again], risk[again]).to_record()
    for decompose in (murphy_decomposition, corp_decomposition):
        counted = [part.to_record() for part in decompose(outcome, risk, counts=counts)]
        assert counted == [part.to_record() for part in decompose(outcome[again], risk[again])]


def test_scores_are_those_of_scikit_learn() -> None:
    outcome, risks = broward("p_naive")
    assert brier_score_loss(outcome, risks) == pytest.approx(brier(outcome, risks).value, rel=1e-12)
    assert d2_brier_score(outcome, risks) == pytest.approx(scaled_brier(outcome, risks).value, rel=1e-10)


def test_the_linearised_error_is_that_of_the_bootstrap() -> None:
    counts = 10 * GOLDEN["counts"]
    score = scaled_brier(GOLDEN["outcome"], GOLDEN["risk"], counts=counts)
    draws = [
        scaled_brier(GOLDEN["outcome"], GOLDEN["risk"], counts=again).value
        for again in np.random.default_rng(1).multinomial(4000, counts / 4000, size=2000)
    ]
    # 2,000 draws know their standard deviation to about two percent, and its limits to a tenth of it.
    assert float(np.std(draws)) == pytest.approx(score.se, rel=0.06)
    assert np.quantile(draws, [0.025, 0.975]).tolist() == pytest.approx([score.low, score.high], abs=0.2 * score.se)


def test_telling_everybody_the_base_rate_scores_0_scaled() -> None:
    score = scaled_brier([0, 1], [0.25, 0.25], counts=[30, 10])
    assert pytest.approx(score.value, abs=1e-15) == 0
    reliability, resolution, _ = murphy_decomposition([0, 1], [0.25, 0.25], counts=[30, 10])
    assert (reliability.value, resolution.value) == (0, 0)


def test_the_ends() -> None:
    perfect = brier([0, 1], [0, 1], counts=[5, 5])
    assert (perfect.status, perfect.value) == ("degenerate", 0)
    assert math.isnan(perfect.low)
    assert scaled_brier([0, 0], [0.1, 0.2]).status == "not_estimable"
    assert math.isnan(scaled_brier([1, 1], [0.1, 0.2]).value)
    one = brier([1], [0.5])
    assert (one.status, one.value) == ("sparse", 0.25)
    assert brier([None], [0.2]).status == "not_estimable"
    assert {"not_estimable"} == {part.status for part in corp_decomposition([], [])}


def test_limits_stay_between_0_and_1() -> None:
    score = brier([0, 1, 0], [0.01, 0.01, 0.02], counts=[5, 1, 4])
    assert score.low == 0
    assert 0 < score.value < score.high < 1
