"""Loess of the calibration curve against R, evaluated directly and as R interpolates by default."""

import numpy as np
import pytest
from scipy.interpolate import CubicHermiteSpline

from reference import data, r_values
from rvn.validation.calibration.curve import calibration_curve
from rvn.validation.calibration.errors import calibration_errors
from rvn.validation.calibration.local_regression import local_regression

R = r_values("calibration")
FRAME = data("compas").merge(data("compas_pred"), on="id")
OUTCOME = FRAME["two_year_recid"].to_numpy()
COLUMNS = ["p_model", "p_decile", "p_naive"]


def close(expected: object) -> object:
    return pytest.approx(expected, rel=1e-9)


def summary(errors: np.ndarray) -> dict[str, float]:
    return {"ICI": errors.mean(), "E50": np.median(errors), "E90": np.quantile(errors, 0.9), "Emax": errors.max()}


@pytest.mark.parametrize("column", COLUMNS)
def test_the_errors_are_those_of_r_evaluated_directly(column):
    found = calibration_errors(OUTCOME, FRAME[column], smoother="loess")
    names = dict(zip(("ICI", "E50", "E90", "Emax"), found, strict=False))
    assert close(dict(R[f"ici_loess_{column}"]["loess_direct"].items())) == {
        name: row.value for name, row in names.items()
    }


def vertices(x: np.ndarray, span: float = 0.75, cell: float = 0.2) -> np.ndarray:
    """Return where R's loess puts its vertices: medians, halved until few enough people are in each cell."""
    enough = int(len(x) * span * cell)
    margin = 0.005 * (x[-1] - x[0])
    found = [x[0] - margin, x[-1] + margin]

    def halve(first: int, last: int, below: float, above: float) -> None:
        if last - first + 1 <= enough:
            return
        middle = (first + last + 2) // 2 - 1
        off = 0
        # The nearest place to the median at which two people differ.
        while first <= middle + off < last:
            if x[middle + off] != x[middle + off + 1]:
                middle += off
                break
            off = -off + (off <= 0)
        if not below < x[middle] < above:
            return
        found.append(x[middle])
        upper = int(np.searchsorted(x, x[middle], side="right"))
        halve(first, upper - 1, below, x[middle])
        halve(upper, last, x[middle], above)

    halve(0, len(x) - 1, *found)
    return np.unique(found)


@pytest.mark.parametrize("column", COLUMNS)
def test_joined_at_the_vertices_of_r_they_are_those_of_its_default(column):
    # Nine or ten vertices stand for all risks: that moves ICI by 2 % and E90 by 7 % (p_model).
    expected = dict(R[f"ici_loess_{column}"]["loess_default"].items())
    risk = np.sort(FRAME[column].to_numpy())
    risks, place = np.unique(FRAME[column], return_inverse=True)
    people = np.bincount(place).astype(float)
    at = vertices(risk)
    height, slope = local_regression(risks, np.bincount(place, OUTCOME) / people, people, at)
    assert close(expected) == summary(np.abs(CubicHermiteSpline(at, height, slope)(risk) - risk))


def test_our_errors_are_not_those_of_the_default_of_r():
    found = calibration_errors(OUTCOME, FRAME["p_model"], smoother="loess")[0].value
    assert 0.0005 < found - R["ici_loess_p_model"]["loess_default"]["ICI"] < 0.0006


def test_counts_are_repeated_rows():
    risk, outcome = np.arange(1, 25) / 25, np.arange(24) % 2
    counts = np.arange(24) % 3 + 1
    once = calibration_curve(outcome, risk, smoother="loess", counts=counts)
    repeated = calibration_curve(np.repeat(outcome, counts), np.repeat(risk, counts), smoother="loess")
    assert [row.to_record() for row in once] == [row.to_record() for row in repeated]


@pytest.mark.parametrize(("distinct", "status"), [(19, "sparse"), (20, "ok")])
def test_few_distinct_risks_are_sparse(distinct, status):
    risk = np.arange(1, distinct + 1) / 25
    outcome = np.arange(distinct) % 2
    assert {status} == {row.status for row in calibration_curve(outcome, risk, smoother="loess")}
    assert status == calibration_errors(outcome, risk, smoother="loess")[0].status


def test_it_may_leave_the_probabilities_and_says_so_by_having_no_interval():
    # Table A: with nine risks the curve is negative at the lowest one, as R's is (-0.067 with interpolation).
    people = np.array([21, 63, 92, 83, 56, 48, 23, 10, 4])
    events = np.array([0, 6, 3, 13, 12, 13, 10, 6, 1])
    risk = 1 / (1 + np.exp(2.4 - 0.35 * np.arange(9)))
    curve = calibration_curve(
        [0] * 9 + [1] * 9, np.tile(risk, 2), smoother="loess", counts=np.concatenate([people - events, events])
    )
    assert all(np.isnan(row.low) for row in curve)
    assert "sparse" == curve[0].status


def test_many_distinct_risks_are_joined_with_their_slopes():
    rng = np.random.default_rng(1)
    risk = np.sort(rng.uniform(0.02, 0.9, 2_000))
    outcome = (rng.random(2_000) < risk).astype(int)
    joined = [row.value for row in calibration_curve(outcome, risk, smoother="loess")]
    some = np.arange(0, 2_000, 200)
    direct, _ = local_regression(risk, outcome.astype(float), np.ones(2_000), risk[some])
    assert pytest.approx(direct.tolist(), abs=1e-5) == [joined[place] for place in some]
