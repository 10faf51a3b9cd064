"""The points of the ROC curve and the area under a part of it, against pROC and scikit-learn."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from reference import compas_filtered, data, r_values
from rvn.errors import ContractError
from rvn.validation.discrimination.auc import auc
from rvn.validation.discrimination.roc import partial_auc, roc_curve

R = r_values("roc")
ROWS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5), st.integers(1, 3)), min_size=1, max_size=20)


def sample_of(name: str) -> tuple[np.ndarray, np.ndarray]:
    if name.startswith("asah"):
        frame = data("aSAH")
        return (frame["outcome"] == "Poor").to_numpy(int), frame["s100b"].to_numpy()
    if name.startswith("psa"):
        frame = data("psa_dane")
        return frame["y_nca"].to_numpy(), frame["nca_score"].to_numpy()
    if name.startswith("val"):
        frame = data("compas").merge(data("compas_pred"), on="id")
        return frame["two_year_recid"].to_numpy(), frame["p_model"].to_numpy()
    frame = compas_filtered()
    return frame["two_year_recid"].to_numpy(), frame["decile_score"].to_numpy()


@pytest.mark.parametrize("record", ["coords_compas_decile_pp", "coords_psa_nca", "coords_asah_s100b"])
def test_the_points_are_those_of_proc(record):
    expected = R[record]
    curve = roc_curve(*sample_of(record.removeprefix("coords_")))
    # pROC leaves out no point, but calls each by the middle between two scores: our cut is the score above it.
    middles = [float(text) for text in expected["threshold"][1:-1]]
    assert pytest.approx(middles) == ((curve.cuts[:-2] + curve.cuts[1:-1]) / 2).tolist()
    assert pytest.approx(expected["sensitivity"], rel=1e-9) == curve.sensitivity.tolist()
    assert pytest.approx(expected["specificity"], rel=1e-9, abs=1e-15) == curve.specificity.tolist()


@given(ROWS)
def test_the_trapezoids_under_the_curve_are_the_auc(rows):
    outcome, score, counts = (np.array(column) for column in zip(*rows, strict=True))
    curve = roc_curve(outcome, score, counts=counts)
    area = auc(outcome, score, counts=counts).value
    assert pytest.approx(-np.trapezoid(curve.specificity, curve.sensitivity), nan_ok=True) == area
    assert pytest.approx(area, nan_ok=True) == partial_auc(outcome, score, (0, 1), counts=counts).value


@given(ROWS)
def test_the_tied_share_is_that_of_the_pairs(rows):
    outcome, score, counts = (np.array(column) for column in zip(*rows, strict=True))
    case = outcome == 1
    pairs = counts[case, None] * counts[~case]
    tied = (score[case, None] == score[~case]) * pairs
    expected = tied.sum() / pairs.sum() if pairs.size else math.nan
    assert pytest.approx(expected, nan_ok=True) == roc_curve(outcome, score, counts=counts).tied


PARTS = [
    (axis, kind, name)
    for axis in ("specificity", "sensitivity")
    for kind in ("raw", "mcclish")
    for name in R[f"pauc_{axis}_{kind}"]
]


@pytest.mark.parametrize(("axis", "kind", "name"), PARTS, ids=lambda part: part)
def test_the_partial_areas_are_those_of_proc(axis, kind, name):
    sample, first, second = name.rsplit("_", 2)
    estimate = partial_auc(*sample_of(sample), (float(first), float(second)), axis=axis, standardised=kind == "mcclish")
    assert pytest.approx(R[f"pauc_{axis}_{kind}"][name], rel=1e-9) == estimate.value


def test_the_standardised_part_is_that_of_scikit_learn():
    outcome, score = sample_of("compas")
    expected = roc_auc_score(outcome, score, max_fpr=0.15)
    assert pytest.approx(expected, rel=1e-12) == partial_auc(outcome, score, (0.85, 1), standardised=True).value


def test_without_cases_only_specificity_is_known():
    curve = roc_curve([0, 0], [1, 2])
    assert np.isnan(curve.sensitivity).all()
    assert [0.0, 0.5, 1.0] == curve.specificity.tolist()
    estimate = partial_auc([0, 0], [1, 2], (0.5, 1))
    assert "not_estimable" == estimate.status
    assert math.isnan(estimate.value)


def test_a_sample_of_nobody_has_one_point():
    curve = roc_curve([], [])
    assert [math.inf] == curve.cuts.tolist()
    assert math.isnan(curve.tied)


@pytest.mark.parametrize("between", [(0.5, 0.5), (-0.1, 1), (0.5, 1.2)])
def test_parts_that_are_none_are_refused(between):
    with pytest.raises(ContractError, match="between"):
        partial_auc([0, 1], [1, 2], between)
    with pytest.raises(ContractError, match="axis"):
        partial_auc([0, 1], [1, 2], (0.5, 1), axis="fpr")
