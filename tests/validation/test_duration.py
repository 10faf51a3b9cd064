import numpy as np
import pytest
from follow_up_data import expanded, random_follow_up, recid_nc
from scipy import stats

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.follow_up.duration import restricted_mean, survival_quantiles

R = r_values("survival")


def close(value, rel=1e-9):
    return pytest.approx(value, rel=rel, abs=1e-13, nan_ok=True)


@pytest.mark.parametrize(
    ("expected", "people", "horizon"),
    [
        (R["km_rossi_fin"]["rmst"], data("rossi")[["week", "arrest", "fin"]], 52),
        (R["km_nc_quantiles"]["rmst60"], recid_nc()[["durat", "event", "black"]], 60),
    ],
    ids=["rossi", "nc"],
)
def test_restricted_means_are_those_of_r(expected, people, horizon):
    time, event, group = (people[name] for name in people)
    found = restricted_mean(time, event, horizon, group=group)
    assert expected["rmean"] == close([row.value for row in found])
    assert expected["se(rmean)"] == close([row.se for row in found])
    for size in ("records", "n.max", "n.start"):
        assert expected[size] == [row.n for row in found]
    # R counts the events of the whole follow-up.
    assert expected["events"] == [row.n_events for row in survival_quantiles(time, event, [0.1], group=group)]
    reach = stats.norm.isf(0.025) * found[0].se
    assert close((found[0].low, found[0].high)) == (found[0].value - reach, found[0].value + reach)


def test_quantiles_and_their_limits_are_those_of_r():
    frame, expected = recid_nc(), R["km_nc_quantiles"]
    found = survival_quantiles(frame["durat"], frame["event"], group=frame["black"], method="log")
    for name, limit in (("quantile", "value"), ("lower", "low"), ("upper", "high")):
        for share in (0.1, 0.25, 0.5):
            ours = [getattr(row, limit) for row in found if row.at["share"] == share]
            theirs = [np.nan if value is None else value for value in expected[name][f"{100 * share:.0f}"]]
            assert theirs == close(ours)
    assert ["ok", "ok", "extrapolated"] * 2 == [row.status for row in found]


def test_the_mean_of_everybody_followed_to_the_event_is_the_mean_of_their_times():
    [mean] = restricted_mean([1, 2, 2, 7], [1, 1, 1, 1], 10)
    times = np.array([1, 2, 2, 7])
    assert close((times.mean(), times.std() / 2)) == (mean.value, mean.se)


def test_a_horizon_between_two_times_ends_the_area_there():
    [mean] = restricted_mean([1, 3, 5, 5], [1, 1, 0, 0], 4)
    assert close(1 + 2 * 3 / 4 + 1 * 2 / 4) == mean.value
    assert mean.n_events == 2


def test_without_events_the_mean_is_the_horizon_with_an_exact_lower_limit():
    [mean] = restricted_mean([4, 5, 5], [0, 0, 0], 5)
    assert (5, "degenerate", 5) == (mean.value, mean.status, mean.high)
    assert close(5 * 0.025 ** (1 / 2)) == mean.low  # two of three were followed to the horizon


def test_one_time_of_all_events_leaves_no_limits():
    [mean] = restricted_mean([2, 2], [1, 1], 5)
    assert (2, "degenerate") == (mean.value, mean.status)
    assert np.isnan(mean.low)


def test_a_horizon_beyond_follow_up_has_no_mean():
    [mean] = restricted_mean([1, 2], [1, 0], 3)
    assert ("extrapolated", True) == (mean.status, np.isnan(mean.value))


def test_a_curve_that_stays_at_the_share_is_cut_in_the_middle():
    [median] = survival_quantiles([1, 2, 4, 5], [1, 1, 1, 1], [0.5])
    assert median.value == 3
    [last] = survival_quantiles([1, 2, 6, 6], [1, 1, 0, 0], [0.5])
    assert last.value == 4


def test_an_upper_limit_that_is_never_reached_is_infinite():
    [median] = survival_quantiles([1, 2, 3, 4, 5], [1, 1, 1, 1, 1], [0.5])
    assert (3, 1, np.inf) == (median.value, median.low, median.high)


def test_a_group_that_nobody_is_in_stays_in_the_tables():
    people = {"group": ["a", "a"], "groups": ["a", "b"]}
    for found in (
        restricted_mean([1, 2], [1, 0], 2, **people),
        survival_quantiles([1, 2], [1, 0], [0.2], **people),
    ):
        assert ["ok", "not_estimable"] == [row.status for row in found]


def test_counts_are_people():
    sample = {name: values for name, values in random_follow_up(5).items() if name != "score"}
    whole = expanded(sample)
    for statistic, asked in ((restricted_mean, 4), (survival_quantiles, [0.1, 0.3])):
        one, two = (
            statistic(people.pop("time"), people.pop("event"), asked, **people)
            for people in (dict(sample), dict(whole))
        )
        assert one == two
        assert "competing events are taken as censorings" in one[0].notes


@pytest.mark.parametrize("share", [0, 1, 25, float("nan")])
def test_a_share_outside_0_to_1_is_refused(share):
    with pytest.raises(ContractError, match="each must be between 0 and 1"):
        survival_quantiles([1], [1], [share])


def test_an_unknown_method_and_a_horizon_of_0_are_refused():
    with pytest.raises(ContractError, match="must be one of log_log"):
        survival_quantiles([1], [1], method="median")
    with pytest.raises(ContractError, match="above zero"):
        restricted_mean([1], [1], 0)
