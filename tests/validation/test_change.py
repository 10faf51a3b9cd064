"""Reliable change and limits of agreement against psych, by hand, and where they are not defined."""

import math

import numpy as np
import pytest
from scales import KEY, bfi, complete, induc

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.reliability.change import (
    limits_of_agreement,
    regression_change_index,
    reliable_change,
    reliable_change_index,
    smallest_reliable_change,
    standard_error_of_measurement,
)
from rvn.validation.reliability.internal_consistency import cronbach_alpha


@pytest.mark.parametrize("scale", KEY)
def test_error_and_smallest_change_of_five_scales(scale: str) -> None:
    values = r_values("reliability")["standard_error_of_measurement"][scale]
    items = complete(bfi(scale))
    error = standard_error_of_measurement(items.sum(axis=1).std(ddof=1), cronbach_alpha(items).value)
    assert pytest.approx(values["sem"], rel=1e-9) == error.value
    change = smallest_reliable_change(error.value)
    assert pytest.approx(values["smallest_detectable_change_95"], rel=1e-9) == change.value


def test_error_of_a_scale_of_yes_and_no_items() -> None:
    values, items = r_values("reliability")["alpha_induc_kr20"], complete(induc())
    found = standard_error_of_measurement(items.sum(axis=1).std(ddof=1), values["alpha_raw"])
    assert pytest.approx(values["sem"], rel=1e-9) == found.value


def test_golden_thresholds() -> None:
    error = standard_error_of_measurement(7.5, 0.80).value
    assert (3.354, 4.743) == (round(error, 3), round(math.sqrt(2) * error, 3))
    found = smallest_reliable_change(error)
    assert (9.297, ("on a scale of whole points: 10",)) == (round(found.value, 3), found.notes)


def test_ninety_percent_is_the_one_sided_test() -> None:
    assert pytest.approx(1.6448536269514722 * math.sqrt(2)) == smallest_reliable_change(1, level=0.90).value


def test_a_threshold_that_is_a_whole_number_is_not_yet_reliable() -> None:
    error = 2 / (1.959963984540054 * math.sqrt(2)) * (1 + 1e-12)
    assert ("on a scale of whole points: 3",) == smallest_reliable_change(error).notes


@pytest.mark.parametrize(
    ("deviation", "reliability"), [(7.5, 1.0), (7.5, 1.2), (0.0, 0.8), (7.5, -0.1), (7.5, math.nan)]
)
def test_no_error_of_measurement_is_not_estimable(deviation: float, reliability: float) -> None:
    error = standard_error_of_measurement(deviation, reliability)
    assert ("not_estimable", "not_estimable") == (error.status, smallest_reliable_change(error.value).status)
    assert np.isnan(reliable_change_index([1], [5], error.value)).all()


def test_negative_inputs_are_refused() -> None:
    with pytest.raises(ContractError, match="a standard deviation is not negative"):
        standard_error_of_measurement(-1, 0.5)
    with pytest.raises(ContractError, match="a standard error is not negative"):
        smallest_reliable_change(-1)
    with pytest.raises(ContractError, match="a standard error is not negative"):
        reliable_change_index([1], [2], -1)
    with pytest.raises(ContractError, match="positive number of points"):
        reliable_change([1], [2], 0)


def test_an_index_beyond_the_quantile_is_a_change_beyond_the_threshold() -> None:
    error = standard_error_of_measurement(7.5, 0.80).value
    before, after = np.full(41, 20), np.arange(41)
    reliable = np.abs(reliable_change_index(before, after, error)) > 1.959963984540054
    assert (np.abs(after - before) >= 10).tolist() == reliable.tolist()


def test_absent_scores_have_no_index_and_are_counted_out_of_the_shares() -> None:
    np.testing.assert_allclose([1.0, np.nan, np.nan], reliable_change_index([1, None, 3], [2, 2, None], math.sqrt(0.5)))
    shares = reliable_change([1, None, 3], [9, 2, None], 5)
    assert {(1, (("before absent", 1), ("after absent", 1)))} == {
        (row.n, tuple(row.excluded.items())) for row in shares
    }


def test_shares_add_up_and_count_people() -> None:
    shares = reliable_change([10, 10, 10], [5, 14, 15], 4, counts=[1, 2, 7])
    assert [("fell", 0.1), ("within error", 0.2), ("rose", 0.7)] == [(row.at["change"], row.value) for row in shares]


def test_shares_of_nobody_are_not_estimable() -> None:
    assert {"not_estimable"} == {row.status for row in reliable_change([None], [1], 4)}


def test_the_regression_index_is_the_standardised_prediction_error() -> None:
    frame = data("help_items")[["CES_D", "CES_D_6m"]].dropna()
    earlier, later = frame["CES_D"].to_numpy(float), frame["CES_D_6m"].to_numpy(float)
    slope, intercept = np.polyfit(earlier, later, 1)
    error = math.sqrt(((later - intercept - slope * earlier) ** 2).sum() / (len(frame) - 2))
    found = regression_change_index([30, 50], [10, None], reference_before=earlier, reference_after=later)
    np.testing.assert_allclose([(10 - intercept - slope * 30) / error, np.nan], found, rtol=1e-9)


@pytest.mark.parametrize(
    ("earlier", "later"), [([1, 2], [1, 2]), ([1, 2, 3], [2, 4, 6]), ([2, 2, 2], [1, 2, 3]), ([1, None, 3], [1, 2, 3])]
)
def test_a_reference_without_error_gives_no_regression_index(earlier: list[float], later: list[float]) -> None:
    assert np.isnan(regression_change_index([1], [2], reference_before=earlier, reference_after=later)).all()


def test_scores_of_unequal_length_are_refused() -> None:
    with pytest.raises(ContractError, match="lengths differ"):
        reliable_change_index([1, 2], [1], 1)


@pytest.mark.parametrize(("record", "later"), [("base_6m", "CES_D_6m"), ("base_12m", "CES_D_12m")])
def test_limits_of_agreement_of_a_retest(record: str, later: str) -> None:
    values, frame = r_values("reliability")["test_retest_cesd"][record]["bland_altman"], data("help_items")
    mean, lower, upper = limits_of_agreement(frame["CES_D"], frame[later])
    expected = (values["mean_diff"], values["loa_lower"], values["loa_upper"])
    assert pytest.approx(expected, rel=1e-9) == (mean.value, lower.value, upper.value)
    assert pytest.approx(values["sd_diff"] / math.sqrt(mean.n), rel=1e-9) == mean.se


def test_the_published_example_of_bland_and_altman() -> None:
    # Peak flow by two meters, 17 people (Lancet 1986): mean -2.1, deviation 38.8, and by their formulas the mean
    # from -22.0 to 17.8. The differences below have that mean and deviation.
    shape = np.linspace(-1, 1, 17)
    differences = -2.1 + 38.8 * shape / shape.std(ddof=1)
    mean, lower, upper = limits_of_agreement(differences, np.zeros(17))
    assert pytest.approx((-22.0, 17.8), abs=0.06) == (mean.low, mean.high)
    assert pytest.approx((-2.1 - 1.96 * 38.8, -2.1 + 1.96 * 38.8), abs=0.01) == (lower.value, upper.value)
    assert pytest.approx(38.8 * math.sqrt(1 / 17 + 1.96**2 / 32), abs=0.01) == lower.se


def test_limits_without_variance_are_degenerate_and_of_one_person_not_estimable() -> None:
    same = limits_of_agreement([1, 2], [0, 1])
    assert {("degenerate", 1.0, True)} == {(row.status, row.value, math.isnan(row.low)) for row in same}
    assert {"not_estimable"} == {row.status for row in limits_of_agreement([1], [0])}


def test_limits_count_people_not_rows() -> None:
    counted = limits_of_agreement([1, 5, 2], [0, 1, 4], counts=[3, 1, 2])
    repeated = limits_of_agreement([2, 2, 5, 1, 1, 1], [4, 4, 1, 0, 0, 0])
    for one, other in zip(counted, repeated, strict=True):
        assert pytest.approx((other.value, other.se, other.low)) == (one.value, one.se, one.low)
