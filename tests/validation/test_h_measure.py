"""The H measure against the R package of its author, and average precision against scikit-learn."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats
from sklearn.metrics import average_precision_score

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.agreement.kappa import kappa
from rvn.validation.cutoffs.accuracy import accuracy
from rvn.validation.discrimination.auc import auc
from rvn.validation.discrimination.h_measure import h_measure
from rvn.validation.discrimination.roc import average_precision
from rvn.validation.reliability.correlation import correlation

R = r_values("utility")
FRAME = data("compas").merge(data("compas_pred"), on="id")
ROWS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 4), st.integers(1, 5)), min_size=1, max_size=12)


def close(expected: object, rel: float = 1e-9) -> object:
    return pytest.approx(expected, rel=rel, abs=1e-12)


@pytest.mark.parametrize(("place", "column"), [(0, "p_model"), (1, "p_decile")])
def test_it_is_that_of_hmeasure(place, column):
    expected = R["hmeasure_val"]
    assert column == f"p_{expected['_rows'][place]}" == f"p_{expected['score'][place]}"
    found = {row.name: row.value for row in h_measure(FRAME["two_year_recid"], FRAME[column])}
    for name, ours in {
        "H": "h_measure",
        "AUCH": "hull_auc",
        "KS": "kolmogorov_smirnov",
        "MER": "minimum_error_rate",
        "MWL": "minimum_weighted_loss",
    }.items():
        assert close(expected[name][place]) == found[ours]
    area = auc(FRAME["two_year_recid"], FRAME[column]).value
    assert close(expected["AUC"][place]) == area
    assert close(expected["Gini"][place]) == 2 * area - 1


@given(ROWS)
def test_it_is_the_loss_saved_integrated_over_the_costs(rows):
    outcome, score, counts = (np.array(column) for column in zip(*rows, strict=True))
    found = h_measure(outcome, score, counts=counts)[0]
    cases, others = counts @ outcome, counts @ (1 - outcome)
    if not cases or not others:
        assert "not_estimable" == found.status
        assert math.isnan(found.value)
        return
    rate = cases / counts.sum()
    cuts = [*np.unique(score), math.inf]
    alarms = np.array([counts @ ((1 - outcome) * (score >= cut)) for cut in cuts]) / counts.sum()
    misses = np.array([counts @ (outcome * (score < cut)) for cut in cuts]) / counts.sum()
    costs = stats.beta(2, 1 + others / cases)
    grid = np.linspace(0, 1, 20001)
    loss = (np.outer(grid, alarms) + np.outer(1 - grid, misses)).min(axis=1)
    # Without a score one flags everybody or nobody.
    blind = np.minimum(grid * (1 - rate), (1 - grid) * rate)
    loss = np.minimum(loss, blind)
    density = costs.pdf(grid)
    expected = 1 - integrate.trapezoid(loss * density, grid) / integrate.trapezoid(blind * density, grid)
    assert pytest.approx(expected, abs=1e-5) == found.value


def test_a_score_turned_round_is_no_better_than_none():
    assert [0.0, 0.5] == [row.value for row in h_measure([0, 1], [2, 1], counts=[30, 10])][:2]


def test_a_severity_ratio_must_be_above_zero():
    with pytest.raises(ContractError, match="`severity_ratio` is 0"):
        h_measure([0, 1], [1, 2], severity_ratio=0)


def test_average_precision_is_that_of_its_formula_in_r():
    expected = R["precision_recall_val"]
    outcome, risk = FRAME["two_year_recid"], FRAME["p_model"]
    found = average_precision(outcome, risk)
    assert close(expected["average_precision"]) == found.value
    assert close(expected["prevalence"]) == found.n_events / found.n


def test_f1_and_matthews_correlation_follow_from_the_table_of_a_cut():
    expected = R["precision_recall_val"]
    outcome, risk = FRAME["two_year_recid"], FRAME["p_model"]
    (row,) = accuracy(outcome, risk, cuts=[0.5])
    precision, recall = row.positive_predictive_value.value, row.sensitivity.value
    assert close(expected["f1_at_0.5"]) == 2 * precision * recall / (precision + recall)
    flagged = (risk >= 0.5).astype(int)
    assert close(expected["mcc_at_0.5"]) == correlation(flagged, outcome).value
    assert close(expected["kappa_at_0.5"]) == kappa(flagged, outcome).value


@given(ROWS)
def test_average_precision_is_that_of_scikit_learn(rows):
    outcome, score, counts = (np.array(column) for column in zip(*rows, strict=True))
    found = average_precision(outcome, score, counts=counts)
    if not outcome.any():
        assert "not_estimable" == found.status
    else:
        assert close(average_precision_score(outcome, score, sample_weight=counts)) == found.value
