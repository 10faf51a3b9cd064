import numpy as np
import pytest
from follow_up_data import expanded, random_follow_up

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.follow_up.gray import gray_test
from rvn.validation.follow_up.survival import log_rank


@pytest.mark.parametrize("cause", [1, 2])
def test_cuminc_melanoma_tests(cause):
    frame, expected = data("melanoma"), r_values("survival")["cuminc_melanoma"]["tests"]
    found = gray_test(frame["time"], frame["status"].map({0: 0, cause: 1, 3 - cause: 2}), frame["sex"])
    place = expected["_rows"].index(str(cause))
    assert expected["stat"][place] == pytest.approx(found.value, rel=1e-9)
    assert expected["pv"][place] == pytest.approx(found.p_value, rel=1e-9)
    assert expected["df"][place] == found.df


def test_counts_are_people_and_the_order_of_rows_is_nothing():
    sample = random_follow_up(3)
    sample["group"] = sample.pop("score") % 3
    whole = expanded(sample)
    order = np.random.default_rng(1).permutation(len(whole["time"]))
    found = gray_test(**sample)
    assert (found.n, found.df) == (len(order), 2)
    assert found.value == pytest.approx(gray_test(**{name: array[order] for name, array in whole.items()}).value)


def test_without_competing_events_it_asks_what_the_log_rank_test_asks():
    rng = np.random.default_rng(7)
    group = rng.integers(0, 2, 2000)
    time = rng.exponential(1 / (1 + group / 5))
    event = (time < 1).astype(int)
    people = np.minimum(time, 1), event, group
    # The scores are equal; the variances only in large samples.
    assert log_rank(*people).value == pytest.approx(gray_test(*people).value, rel=0.01)


@pytest.mark.parametrize(
    ("time", "event", "group"), [([], [], []), ([1, 2], [0, 2], ["a", "b"]), ([1, 2], [1, 1], ["a", "a"])]
)
def test_nothing_to_compare_is_no_test(time, event, group):
    found = gray_test(time, event, group)
    assert ("not_estimable", True) == (found.status, np.isnan(found.value))


def test_a_negative_time_is_refused():
    with pytest.raises(ContractError, match="negative"):
        gray_test([-1, 2], [1, 1], ["a", "b"])
