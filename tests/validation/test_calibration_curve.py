"""The calibration curve and its distances: splines against rms and pmcalibration, loess named where it differs."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.calibration.curve import calibration_curve
from rvn.validation.calibration.errors import calibration_errors, calibration_errors_by_chance
from rvn.validation.calibration.spline import place_knots, quantile_of, spline_basis

R = r_values("calibration")
RISKS = ("p_model", "p_decile", "p_naive")
EVENTS = np.array([0, 6, 3, 13, 12, 13, 10, 6, 1])
PEOPLE = np.array([21, 63, 92, 83, 56, 48, 23, 10, 4])
PUBLISHED = expit(-2.4 + 0.35 * np.arange(9))
GOLDEN = {
    "outcome": np.repeat([0, 1], 9),
    "risk": np.tile(PUBLISHED, 2),
    "counts": np.append(PEOPLE - EVENTS, EVENTS),
}


@cache
def broward() -> pd.DataFrame:
    return data("compas").merge(data("compas_pred"), on="id")


def four(**arguments: object) -> list[float]:
    return [error.value for error in calibration_errors(**GOLDEN, **arguments)[:4]]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"knots": [-2.05, -1.35, -0.65]}, [0.0627342477, 0.0661787132, 0.0711786506, 0.0711786506]),
        ({"knots": [-2.4, -1.7, -1, -0.3]}, [0.06265434, 0.062952038, 0.0830006407, 0.0830006407]),
        ({"smoother": "saturated"}, [0.0680903596, 0.0546557071, 0.121856569, 0.34868766]),
        ({"smoother": "isotonic"}, [0.0637152294, 0.0559878652, 0.096400749, 0.0986876601]),
    ],
    ids=["three knots", "four knots", "saturated", "isotonic"],
)
def test_the_golden_errors_of_each_smoother(arguments: dict[str, object], expected: list[float]) -> None:
    """The same data have an ICI of .0697 by loess and .0599 by lowess: the smoother is part of the name."""
    assert expected == pytest.approx(four(**arguments), rel=1e-7)
    ici = calibration_errors(**GOLDEN, **arguments)[0]  # type: ignore[arg-type]
    assert ("knots at" in ici.method) == ("knots" in arguments)


def test_the_default_spline_is_that_of_pmcalibration() -> None:
    """Five knots on the logit: ICI .0256, where loess says .0245 (interpolated) or .0250 and lowess .0186."""
    expected = R["pmcalibration_rcs_p_model"]
    errors = calibration_errors(broward()["two_year_recid"], broward()["p_model"])
    for name, error in zip(("Eavg", "E50", "E90", "Emax", "ECI"), errors, strict=True):
        assert expected[name] == pytest.approx(error.value, rel=1e-6)
    loess = R["ici_loess_p_model"]
    others = (loess["loess_default"]["ICI"], loess["loess_direct"]["ICI"], R["valprob_p_model"]["Eavg"])
    assert pytest.approx(others, abs=5e-5) == (0.0245, 0.0250, 0.0186)
    assert R["val_prob_ci_2_p_model"]["stats"]["Eavg"] == pytest.approx(others[0], rel=1e-12)
    assert pytest.approx(errors[0].value, abs=5e-5) == 0.0256


@pytest.mark.parametrize("risk", RISKS)
def test_the_spline_and_loess_agree_on_the_size_of_miscalibration(risk: str) -> None:
    """Loess is not offered; on ten distinct risks and 3,607 people it differs by less than a hundredth."""
    expected = R[f"ici_loess_{risk}"]["loess_direct"]
    ici, e50, *_ = calibration_errors(broward()["two_year_recid"], broward()[risk])
    assert expected["ICI"] == pytest.approx(ici.value, abs=0.01)
    assert expected["E50"] == pytest.approx(e50.value, abs=0.01)


def test_the_basis_is_harrells() -> None:
    """Linear beyond the outer knots, with two continuous derivatives at every knot."""
    knots = np.array([-2.0, -1.0, 0.5, 1.5])
    outside = spline_basis(np.array([1.5, 2.5, 3.5, -2.0, -3.0, -4.0]), knots)
    assert np.diff(outside[:3], n=2, axis=0) == pytest.approx(np.zeros((1, 3)), abs=1e-12)
    assert pytest.approx(outside[3:, 1], abs=1e-12) == (0, 0, 0)
    step = 1e-4
    for knot in knots:
        left, here, right = (spline_basis(knot + step * np.array([k - 1, k, k + 1]), knots) for k in (-2, 0, 2))
        second = [(block[0] - 2 * block[1] + block[2]) / step**2 for block in (left, here, right)]
        assert second[0] == pytest.approx(second[2], abs=2e-2)
    # At the last knot: (3.5^3 - 1 * 3.5 / 1) / 3.5^2.
    assert pytest.approx(outside[0, 1], rel=1e-12) == (3.5**3 - 3.5) / 3.5**2


@given(
    st.lists(st.tuples(st.integers(-20, 20), st.integers(1, 9)), min_size=1, unique_by=lambda row: row[0]),
    st.sampled_from([0, 0.05, 0.275, 0.5, 0.9, 1]),
)
def test_quantiles_of_counts_are_those_of_repeated_rows(rows: list[tuple[int, int]], share: float) -> None:
    values, people = np.array(sorted(rows), dtype=float).T
    repeated = np.repeat(values, people.astype(int))
    assert float(np.quantile(repeated, share)) == pytest.approx(quantile_of(values, people, share), abs=1e-9)


@given(st.lists(st.integers(1, 500), min_size=1, max_size=12))
def test_knots_are_different_and_inside(people: list[int]) -> None:
    x = np.linspace(-3, 1, len(people))
    knots = place_knots(x, np.array(people, dtype=float))
    assert (0 if len(x) < 4 else min(5, len(x) - 1)) == len(knots)
    assert (np.diff(knots) > 0).all()
    if len(knots):
        assert x[0] <= knots[0]
        assert knots[-1] <= x[-1]


def test_fewer_than_four_risks_make_a_straight_line() -> None:
    """On the logit, a + b x; with two risks it goes through both rates."""
    outcome, risk, counts = np.repeat([0, 1], 2), np.tile([0.2, 0.6], 2), [70, 50, 30, 50]
    curve = calibration_curve(outcome, risk, counts=counts)
    assert pytest.approx([point.value for point in curve], rel=1e-9) == (0.3, 0.5)
    assert all("straight line" in point.method for point in curve)
    # The limits are those of a rate by itself on the logit scale: 1 / (n p (1 - p)).
    assert math.sqrt(1 / (100 * 0.3 * 0.7)) == pytest.approx(curve[0].se, rel=1e-9)
    assert expit(logit(0.3) - 1.959963984540054 * curve[0].se) == pytest.approx(curve[0].low, rel=1e-9)


def test_each_rate_by_itself_has_wilsons_limits() -> None:
    curve = calibration_curve(**GOLDEN, smoother="saturated")
    assert (EVENTS / PEOPLE).tolist() == pytest.approx([point.value for point in curve], rel=1e-12)
    assert PEOPLE.tolist() == [point.n for point in curve]
    assert pytest.approx((curve[0].low, curve[0].high), abs=1e-9) == (0, 0.154639019)
    assert pytest.approx((curve[3].low, curve[3].high), rel=1e-8) == (0.0938801228, 0.249751355)


def test_the_isotonic_curve_never_falls_and_has_no_limits() -> None:
    curve = calibration_curve(**GOLDEN, smoother="isotonic")
    values = [point.value for point in curve]
    assert values == sorted(values)
    assert values[0] == 0
    assert all(math.isnan(point.low) and math.isnan(point.se) for point in curve)


def test_a_curve_without_finite_spline_is_firths_and_predicts_all_events() -> None:
    """Nobody below 0.3 and everybody above 0.5 had the event."""
    outcome = [0, 0, 0, 1, 0, 1, 1, 1]
    risk, counts = [0.1, 0.2, 0.3, 0.3, 0.5, 0.5, 0.7, 0.9], [9, 9, 5, 2, 2, 5, 9, 9]
    curve = calibration_curve(outcome, risk, counts=counts)
    assert {"separated"} == {point.status for point in curve}
    people = [9, 9, 7, 7, 9, 9]
    assert pytest.approx(sum(n * point.value for n, point in zip(people, curve, strict=True)), rel=1e-9) == 25
    assert all(0 < point.low < point.value < point.high < 1 for point in curve)
    assert {"separated"} == {error.status for error in calibration_errors(outcome, risk, counts=counts)}


def test_risks_of_0_and_1_are_left_out_of_the_spline_only() -> None:
    outcome, risk, counts = [0, 1, 0, 1, 0, 1], [0, 1, 0.2, 0.2, 0.6, 0.6], [5, 4, 7, 3, 5, 5]
    spline = calibration_curve(outcome, risk, counts=counts)
    assert [point.at["risk"] for point in spline] == [0.2, 0.6]
    assert dict(spline[0].excluded) == {"risk 0 or 1": 9}
    assert [point.at["risk"] for point in calibration_curve(outcome, risk, smoother="saturated")] == [0, 0.2, 0.6, 1]
    assert dict(calibration_errors(outcome, risk, counts=counts)[0].excluded) == {"risk 0 or 1": 9}


@pytest.mark.parametrize("smoother", ["rcs", "isotonic", "saturated"])
def test_counts_equal_repeated_rows_in_any_order(smoother: str) -> None:
    again = np.random.default_rng(2).permutation(np.repeat(np.arange(18), GOLDEN["counts"]))
    outcome, risk = GOLDEN["outcome"][again], GOLDEN["risk"][again]
    for statistic in (calibration_curve, calibration_errors):
        counted = statistic(**GOLDEN, smoother=smoother)  # type: ignore[operator]
        repeated = statistic(outcome, risk, smoother=smoother)  # type: ignore[operator]
        assert [row.to_record() for row in counted] == [row.to_record() for row in repeated]


def test_a_calibrated_table_has_no_saturated_error() -> None:
    risk = np.array([0.1, 0.3, 0.5, 0.8])
    events = 100 * risk
    counts = np.append(100 - events, events)
    errors = calibration_errors(np.repeat([0, 1], 4), np.tile(risk, 2), smoother="saturated", counts=counts)
    assert pytest.approx([error.value for error in errors], abs=1e-15) == [0] * 5


def test_the_bootstrap_needs_a_seed_and_repeats_with_it() -> None:
    assert math.isnan(calibration_errors(**GOLDEN)[0].low)
    one = calibration_errors(**GOLDEN, rng=5, replicates=200)
    assert one == calibration_errors(**GOLDEN, rng=np.random.default_rng(5), replicates=200)
    assert one != calibration_errors(**GOLDEN, rng=6, replicates=200)
    ici = one[0]
    assert four()[0] == ici.value
    assert 0 < ici.low < ici.value < ici.high
    assert "bootstrap percentile, 200 replicates" in ici.method


def test_bootstrap_samples_that_cannot_be_fitted_are_counted() -> None:
    """One event among eight: a third of the samples have none."""
    errors = calibration_errors([0, 1, 0], [0.2, 0.2, 0.4], counts=[3, 1, 4], rng=1, replicates=100)
    (note,) = errors[0].notes
    lost = int(note.split(" of ")[0])
    assert pytest.approx(lost, abs=20) == 100 * (7 / 8) ** 8
    assert math.isfinite(errors[0].high)


def test_errors_by_chance_are_the_mean_of_draws_from_the_risks() -> None:
    """The mean distance of a binomial share from its probability, over one cell of 50 people at 0.3."""
    ici = calibration_errors_by_chance([0.3], counts=[50], rng=1, smoother="saturated", replicates=4000)[0]
    k = np.arange(51)
    weights = np.array([math.comb(50, int(x)) * 0.3**x * 0.7 ** (50 - x) for x in k])
    assert float(weights @ np.abs(k / 50 - 0.3)) == pytest.approx(ici.value, rel=0.03)
    assert (ici.n, ici.n_events) == (50, None)
    spline = calibration_errors_by_chance(PUBLISHED, counts=PEOPLE, rng=1, replicates=100)[0]
    cells = calibration_errors_by_chance(PUBLISHED, counts=PEOPLE, rng=1, replicates=100, smoother="saturated")[0]
    assert spline.value < cells.value
    # The golden table is worse than chance makes of a right one.
    assert four()[0] > spline.high


def test_what_cannot_be_fitted_is_not_estimable() -> None:
    for outcome, risk in (([0, 0], [0.2, 0.4]), ([0, 1], [0.3, 0.3]), ([], [])):
        errors = calibration_errors(outcome, risk, rng=1, replicates=5)
        assert {"not_estimable"} == {error.status for error in errors}
        assert all(math.isnan(error.value) for error in errors)
        assert all(math.isnan(point.value) for point in calibration_curve(outcome, risk))
    assert calibration_curve([], [], smoother="isotonic") == ()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"smoother": "lowess"}, "no smoother 'lowess'"),
        ({"knots": [-1, 0]}, "2 different places"),
        ({"knots": [-1, 0, 0, 1]}, "3 different places"),
        ({"level": 1.5}, "`level` is 1.5"),
    ],
)
def test_what_is_no_smoother_or_knot_is_refused(arguments: dict[str, object], message: str) -> None:
    for statistic in (calibration_curve, calibration_errors):
        with pytest.raises(ContractError, match=message):
            statistic(**GOLDEN, **arguments)  # type: ignore[operator]
