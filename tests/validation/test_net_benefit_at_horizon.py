"""Decision curves with censored follow-up against dcurves."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.cutoffs.net_benefit import decision_curve
from rvn.validation.follow_up.net_benefit_at_horizon import decision_curve_at

ROWS = st.lists(
    st.tuples(st.integers(1, 6), st.integers(0, 2), st.integers(0, 4), st.integers(1, 3)), min_size=1, max_size=12
)


def test_the_curve_at_two_years_is_that_of_dcurves():
    frame = data("compas").merge(data("compas_pred"), on="id").query("end > start")
    values = pd.DataFrame(r_values("utility")["dca_survival_val"])
    model, everybody = (values[values["variable"] == name] for name in ("risk730", "all"))
    found = decision_curve_at(frame["end"] - frame["start"], frame["event"], frame["risk730"], 730, model["threshold"])
    assert pytest.approx(model["net_benefit"].tolist(), rel=1e-9) == [point.net_benefit.value for point in found]
    assert pytest.approx(everybody["net_benefit"].tolist(), rel=1e-9) == [point.treat_all for point in found]


@given(ROWS, st.sampled_from([0.1, 0.5, 0.7]))
def test_without_censoring_before_the_horizon_it_is_the_plain_curve_with_its_error(rows, threshold):
    time, event, score, counts = (np.array(column) for column in zip(*rows, strict=True))
    event = np.where(event == 0, 0, 1)
    time = np.where(event == 0, 6, time)
    (at,) = decision_curve_at(time, event, score / 5, 5, [threshold], counts=counts)
    (plain,) = decision_curve((event == 1) & (time <= 5), score / 5, [threshold], counts=counts)
    assert pytest.approx(plain.net_benefit.value, abs=1e-12) == at.net_benefit.value
    assert pytest.approx(plain.net_benefit.se, abs=1e-9) == at.net_benefit.se
    assert pytest.approx(plain.treat_all, abs=1e-12) == at.treat_all


@given(ROWS)
def test_counts_are_rows_repeated(rows):
    time, event, score, counts = (np.array(column) for column in zip(*rows, strict=True))
    long = [np.repeat(column, counts) for column in (time, event, score / 5)]
    assert repr(decision_curve_at(*long, 3, [0.3])) == repr(
        decision_curve_at(time, event, score / 5, 3, [0.3], counts=counts)
    )


def test_acting_on_nobody_is_worth_nothing():
    (point,) = decision_curve_at([1, 5], [1, 0], [0.1, 0.2], 3, [0.5])
    assert (0.0, "degenerate") == (point.net_benefit.value, point.net_benefit.status)


def test_a_horizon_that_nobody_acted_upon_reached_has_no_net_benefit():
    (point,) = decision_curve_at([1, 2, 9], [1, 0, 0], [0.6, 0.6, 0.1], 5, [0.5])
    assert "extrapolated" == point.net_benefit.status
    assert math.isnan(point.net_benefit.value)
    (nobody,) = decision_curve_at([None], [1], [0.6], 5, [0.5])
    assert "not_estimable" == nobody.net_benefit.status


def test_a_raw_score_is_refused():
    with pytest.raises(ContractError, match="raw score"):
        decision_curve_at([1, 2], [1, 0], [3, 11], 2, [0.5])
    with pytest.raises(ContractError, match="thresholds"):
        decision_curve_at([1, 2], [1, 0], [0.3, 0.1], 2, [50])
