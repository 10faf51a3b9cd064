"""The rest of what R says of risks by a horizon and of a yes/no outcome, Brier scores compared included."""

import numpy as np
import pandas as pd
import pytest
from follow_up_data import compas_predicted, compas_times, recid_nc
from hypothesis import given
from hypothesis import strategies as st

from reference import data, r_values
from rvn.validation.calibration.brier import brier, compare_brier
from rvn.validation.discrimination.auc import auc, compare_auc
from rvn.validation.follow_up.calibration_at_horizon import expected_observed_at
from rvn.validation.follow_up.time_dependent import brier_at, compare_brier_at

R = r_values("time_dependent")


def close(expected: object, rel: float = 1e-9) -> object:
    return pytest.approx(expected, rel=rel, abs=1e-300)


@pytest.mark.parametrize(
    ("record", "frame", "time", "event"),
    [
        ("timeroc_compas_decile", compas_times, "time", "event"),
        ("timeroc_compas_decile_1500", lambda: compas_times().query("id <= 1500"), "time", "event"),
        ("timeroc_rossi_prio", lambda: data("rossi"), "week", "arrest"),
        ("timeroc_rossi_half_weeks", lambda: data("rossi"), "week", "arrest"),
        ("timeroc_nc_priors", recid_nc, "durat", "event"),
    ],
)
def test_the_events_before_each_time(record, frame, time, event):
    rows, expected = frame(), R[record]
    # timeROC counts those before the time, not those at it.
    before = [int(((rows[time] < horizon) & (rows[event] == 1)).sum()) for horizon in np.atleast_1d(expected["times"])]
    assert before == np.atleast_1d(expected["cum_events"]).tolist()


def halves() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    frame = data("compas").merge(data("compas_pred"), on="id")
    outcome = frame["two_year_recid"].to_numpy(float)
    null = np.full(len(outcome), outcome.mean())
    return outcome, {"model": frame["p_model"].to_numpy(), "decile": frame["p_decile"].to_numpy(), "Null model": null}


def test_the_areas_and_brier_scores_of_riskregression_for_a_yes_no_outcome():
    outcome, risks = halves()
    tables = {"auc": (auc, "AUC", {"method": "wald"}), "brier": (brier, "Brier", {})}
    for name, (statistic, column, options) in tables.items():
        table = R["score_binary_val"][name]
        for place, model in enumerate(table["model"]):
            found = statistic(outcome, risks[model], **options)
            ours = [found.value, found.se, found.low, found.high]
            assert close([table[key][place] for key in (column, "se", "lower", "upper")], rel=1e-8) == ours


@pytest.mark.parametrize(
    ("name", "statistic", "column"), [("auc", compare_auc, "delta.AUC"), ("brier", compare_brier, "delta.Brier")]
)
def test_their_contrasts(name, statistic, column):
    outcome, risks = halves()
    table = R["score_binary_val"][f"{name}_contrasts"]
    for place, (model, reference) in enumerate(zip(table["model"], table["reference"], strict=True)):
        found = statistic(outcome, risks[model], risks[reference])
        ours = [found.value, found.se, found.low, found.high]
        assert close([table[key][place] for key in (column, "se", "lower", "upper")], rel=1e-8) == ours
        assert pytest.approx(table["p"][place], rel=1e-6, abs=1e-300) == found.p_value


def test_the_mean_risks_under_calibration_at_a_horizon():
    frame, expected = compas_predicted(), R["calibration_survival_val"]
    ratio, *_ = expected_observed_at(frame["time"], frame["event"], frame["risk730"], 730)
    assert close(expected["mean_predicted_730"]) == ratio.value * expected["observed_km_730"]
    tenth = pd.cut(frame["risk730"], np.quantile(frame["risk730"], np.linspace(0, 1, 11)), include_lowest=True)
    means = frame.groupby(tenth, observed=True)["risk730"].mean()
    assert close(expected["by_tenth"]["mean_predicted"]) == means.tolist()


ROWS = st.lists(st.tuples(st.integers(0, 1), st.integers(1, 9), st.integers(1, 9)), min_size=2, max_size=12)


@given(ROWS)
def test_a_brier_difference_is_the_difference_of_brier_scores(rows):
    outcome, risk, other = (np.array(column) for column in zip(*rows, strict=True))
    found = compare_brier(outcome, risk / 10, other / 10)
    assert pytest.approx(brier(outcome, risk / 10).value - brier(outcome, other / 10).value, abs=1e-12) == found.value
    swapped = compare_brier(outcome, other / 10, risk / 10)
    assert pytest.approx((-swapped.value, swapped.p_value), abs=1e-12) == (found.value, found.p_value)


def test_risks_that_are_equally_far_off_everywhere_do_not_differ():
    same = compare_brier([0, 1, 1], [0.2, 0.3, 0.4], [0.2, 0.3, 0.4])
    assert (0.0, "degenerate", None) == (same.value, same.status, same.p_value)
    assert "not_estimable" == compare_brier([], [], []).status
    late = compare_brier_at([1, 2], [1, 0], [0.5, 0.5], [0.4, 0.4], 9)
    assert "extrapolated" == late.status


def test_without_censoring_the_difference_at_a_horizon_is_the_plain_one():
    time, risk, other = [1, 2, 3, 4, 5], [0.9, 0.5, 0.4, 0.3, 0.1], [0.5, 0.6, 0.4, 0.2, 0.3]
    found = compare_brier_at(time, [1] * 5, risk, other, 3)
    plain = compare_brier([1, 1, 1, 0, 0], risk, other)
    assert close((plain.value, plain.se, plain.p_value)) == (found.value, found.se, found.p_value)
    assert (
        close(brier_at(time, [1] * 5, risk, 3).brier.value - brier_at(time, [1] * 5, other, 3).brier.value)
        == found.value
    )
