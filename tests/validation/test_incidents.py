from __future__ import annotations

import math

import numpy as np
import pytest
from follow_up_data import compas_times
from scipy import stats

from reference import r_values
from rvn.errors import ContractError
from rvn.validation.follow_up.incidents import incident_rate_ratios, incident_rates, poisson_limits


def close(value, rel=1e-9):
    return pytest.approx(value, rel=rel)


def test_poisson_observed_expected():
    for record in r_values("proportions")["poisson_observed_expected"]:
        [rate] = incident_rates([record["O"]], [record["E"]])
        assert record["garwood"] == close([rate.value, rate.low, rate.high])
        assert record["poisson_test"] == close([rate.low, rate.high])
        assert record["desctools_per_E"]["exact"] == close([rate.value, rate.low, rate.high])
        # epitools stops its search at about 1e-6: 0.0126448 for the lower limit of 1 of 2, where it is 0.0126589.
        assert record["epitools_exact"] == pytest.approx([rate.value, rate.low, rate.high], rel=2e-3)


def test_person_time_rates_compas():
    frame, expected = compas_times(), r_values("survival")["person_time_rates_compas"]
    rates = incident_rates(
        frame["event"], frame["time"], group=frame["level"], groups=("Low", "Medium", "High"), per=365.25
    )
    assert expected["level"] == [rate.at["group"] for rate in rates]
    assert expected["events"] == [rate.n_events for rate in rates]
    assert expected["person_years"] == close([rate.at["exposure"] / 365.25 for rate in rates])
    assert expected["rate"] == close([rate.value for rate in rates])
    assert expected["garwood_lower"] == close([rate.low for rate in rates])
    assert expected["garwood_upper"] == close([rate.high for rate in rates])
    # Byar's limits are an approximation: 0.14919 where the exact lower limit is 0.14912.
    assert expected["byar"]["lower"][0] == pytest.approx(rates[0].low, rel=1e-3)
    assert expected["byar"]["lower"][0] != pytest.approx(rates[0].low, rel=1e-5)


def test_the_ratio_of_two_rates_is_that_of_rs_help_page():
    # ?poisson.test: 11 cases in 800 against 21 in 3011.
    [ratio] = incident_rate_ratios([11, 6, 8, 7], [800, 1083, 1050, 878], ["new", "old", "old", "old"])
    assert (ratio.at["group"], ratio.at["reference"]) == ("new", "old")
    assert close((ratio.value, ratio.low, ratio.high), 1e-6) == (1.971488, 0.8584264, 4.2772659)
    assert round(ratio.p_value, 5) == 0.07967


def test_limits_cover_the_expectation_with_the_two_tails_of_the_level():
    low, high = poisson_limits(7, 0.9)
    assert stats.poisson.sf(6, low) == close(0.05)
    assert stats.poisson.cdf(7, high) == close(0.05)


people = {
    "incidents": np.array([0, 0, 5, 1, 0, 9, 2, 0]),
    "exposure": np.array([10, 20, 15, 5, 30, 25, 10, 12]),
    "counts": np.array([3, 2, 1, 4, 2, 1, 2, 0]),
    "group": np.array(["a", "b", "a", "b", "a", "b", "a", "b"]),
}


@pytest.mark.parametrize("method", ["poisson", "robust"])
def test_counts_are_the_same_as_repeated_rows(method):
    one = {name: np.repeat(values, people["counts"])[::-1] for name, values in people.items()}
    arguments = {"method": method, "per": 100}
    counted = incident_rates(
        people["incidents"], people["exposure"], group=people["group"], counts=people["counts"], **arguments
    )
    repeated = incident_rates(one["incidents"], one["exposure"], group=one["group"], **arguments)
    assert [rate.at for rate in repeated] == [rate.at for rate in counted]
    for a, b in zip(repeated, counted, strict=True):
        assert (a.value, a.se, a.low, a.high, a.n, a.n_events) == close(
            (b.value, b.se, b.low, b.high, b.n, b.n_events), 1e-12
        )
    [counted] = incident_rate_ratios(
        people["incidents"],
        people["exposure"],
        people["group"],
        counts=people["counts"],
        reference="a",
        method=method,
    )
    [repeated] = incident_rate_ratios(one["incidents"], one["exposure"], one["group"], reference="a", method=method)
    assert (repeated.value, repeated.low, repeated.p_value) == close((counted.value, counted.low, counted.p_value))


def test_per_only_changes_the_unit():
    [one], [hundred] = (incident_rates(people["incidents"], people["exposure"], per=per) for per in (1, 100))
    assert (100 * one.value, 100 * one.low, 100 * one.se) == close((hundred.value, hundred.low, hundred.se), 1e-12)


def test_the_robust_error_is_that_of_a_ratio_of_means():
    incidents, exposure = people["incidents"], people["exposure"]
    [rate] = incident_rates(incidents, exposure, method="robust")
    residual = incidents - incidents.sum() / exposure.sum() * exposure
    error = math.sqrt(len(incidents) * residual.var(ddof=1)) / incidents.sum()
    assert error == close(rate.se)
    assert rate.value * math.exp(-1.959963984540054 * error) == close(rate.low)
    assert rate.scale == "log"


def test_people_who_differ_more_than_poisson_counts_are_told():
    [rate] = incident_rates([0] * 90 + [10] * 10, [1] * 100)
    assert "method='robust'" in rate.notes[0]
    [robust] = incident_rates([0] * 90 + [10] * 10, [1] * 100, method="robust")
    assert robust.high - robust.low > 2 * (rate.high - rate.low)
    assert incident_rates([0, 1, 2, 1] * 25, [1] * 100)[0].notes == ()


def test_overdispersion_is_found_as_often_as_its_level_says_when_counts_are_poisson():
    rng = np.random.default_rng(3)
    noted = sum(bool(incident_rates(rng.poisson(0.5, 200), np.ones(200))[0].notes) for _ in range(400))
    assert 0.02 < noted / 400 < 0.09


def test_no_incident_has_an_exact_upper_limit():
    for method in ("poisson", "robust"):
        [rate] = incident_rates([0, 0], [10, 20], method=method)
        assert (rate.value, rate.low, rate.status) == (0.0, 0.0, "degenerate")
        assert -math.log(0.025) / 30 == close(rate.high)


def test_people_who_do_not_differ_get_the_exact_limits():
    [robust], [exact] = (incident_rates([2, 2], [10, 10], method=method) for method in ("robust", "poisson"))
    assert (robust.low, robust.high, robust.status) == (exact.low, exact.high, "degenerate")


def test_nobody_exposed_is_not_estimable_and_stays_in_the_table():
    rates = incident_rates([1, 0], [2, 0], group=["a", "b"], groups=["a", "b", "c"])
    assert [rate.status for rate in rates] == ["ok", "not_estimable", "not_estimable"]
    assert math.isnan(rates[1].value)


def test_ratios_at_the_edge():
    [infinite] = incident_rate_ratios([3, 0], [10, 10], ["b", "a"], reference="a")
    assert (infinite.value, infinite.high, infinite.status) == (math.inf, math.inf, "sparse")
    assert close(infinite.low) == 0.025 ** (1 / 3) / (1 - 0.025 ** (1 / 3))
    [zero] = incident_rate_ratios([0, 3], [10, 10], ["b", "a"], reference="a")
    assert (zero.value, zero.low, zero.status) == (0.0, 0.0, "sparse")
    [none] = incident_rate_ratios([0, 0], [10, 10], ["b", "a"], reference="a")
    assert (none.status, math.isnan(none.value)) == ("not_estimable", True)


def test_turning_a_ratio_round_turns_its_limits_round():
    for method in ("poisson", "robust"):
        [ab], [ba] = (
            incident_rate_ratios(
                people["incidents"], people["exposure"], people["group"], reference=reference, method=method
            )
            for reference in "ab"
        )
        assert (1 / ab.value, 1 / ab.high, 1 / ab.low) == close((ba.value, ba.low, ba.high))
        assert ab.p_value == close(ba.p_value)


def test_contract_errors():
    with pytest.raises(ContractError, match="`incidents` must be whole"):
        incident_rates([0.5], [1])
    with pytest.raises(ContractError, match="`exposure` holds negative"):
        incident_rates([1], [-1])
    with pytest.raises(ContractError, match="`per` is 0"):
        incident_rates([1], [1], per=0)
    with pytest.raises(ContractError, match="`method` is 'byar'"):
        incident_rates([1], [1], method="byar")
    with pytest.raises(ContractError, match="nobody is in the reference group 'z'"):
        incident_rate_ratios([1, 2], [1, 1], ["a", "b"], reference="z")


def test_without_people_there_is_no_row():
    assert incident_rate_ratios([], [], []) == ()


def test_people_left_out_are_told():
    [rate] = incident_rates([1, None, 2], [5, 5, None], counts=[1, 2, 4])
    assert (rate.n, dict(rate.excluded)) == (1, {"incidents absent": 2, "exposure absent": 4})
