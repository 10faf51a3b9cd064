import numpy as np
import pytest
from follow_up_data import expanded, random_follow_up

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.follow_up.cox_risk import cox_risk

EXPECTED = r_values("survival")["coxph_baseline_survival_rossi"]
# R's coefficients stop at the eighth digit.
STOP = 1e-7


def rossi(people, **options):
    frame = data("rossi")
    predictors = {"prio": frame["prio"], "age": frame["age"]}
    return cox_risk(frame["week"], frame["arrest"], predictors, people, EXPECTED["times"], **options)


def test_survival_of_two_people_is_that_of_r():
    found = rossi({"prio": [0, 5], "age": [25, 25]}, method="log")
    for number, rows in (("1", found[:4]), ("2", found[4:])):
        assert EXPECTED["surv"][number] == pytest.approx([1 - row.value for row in rows], rel=STOP)
        assert EXPECTED["lower"][number] == pytest.approx([1 - row.high for row in rows], rel=STOP)
        assert EXPECTED["upper"][number] == pytest.approx([1 - row.low for row in rows], rel=STOP)
    assert found[4].at == {"prio": 5.0, "age": 25.0, "horizon": 13, "at_risk": 413}


def test_with_all_predictors_0_it_is_the_baseline_hazard():
    found = rossi({"prio": [0], "age": [0]})
    assert EXPECTED["basehaz_at"] == [row.at["horizon"] for row in found]
    assert EXPECTED["basehaz_uncentred"] == pytest.approx(-np.log1p([-row.value for row in found]), rel=STOP)


def test_breslows_baseline_is_less_than_efrons_where_events_are_tied():
    efron, breslow = (rossi({"prio": [2], "age": [25]}, ties=ties)[-1].value for ties in ("efron", "breslow"))
    assert 0.98 < breslow / efron < 1


def test_counts_are_people():
    sample = random_follow_up(11)
    whole = expanded(sample)
    one, two = (
        cox_risk(people["time"], people["event"], {"score": people["score"]}, {"score": [1, 4]}, [2, 4], counts=counts)
        for people, counts in ((sample, sample["counts"]), (whole, None))
    )
    assert [row.value for row in one] == pytest.approx([row.value for row in two])
    assert [row.low for row in one] == pytest.approx([row.low for row in two])
    assert "competing events are taken as censorings" in one[0].notes


def test_where_there_is_no_answer_the_status_says_why():
    people = [1, 2, 3, 4], [0, 1, 1, 0], {"a": [1, 2, 1, 3]}, {"a": [1]}
    before, within, beyond = cox_risk(*people, [1, 3, 5])
    assert (0, "degenerate", "ok", "extrapolated") == (before.value, before.status, within.status, beyond.status)
    [unfit] = cox_risk([1, 2], [0, 0], {"a": [1, 2]}, {"a": [1]}, [1])
    assert ("not_estimable", True) == (unfit.status, np.isnan(unfit.value))


@pytest.mark.parametrize(
    ("people", "options", "message"),
    [
        ({"b": [1]}, {}, "`people` has b; the predictors are a"),
        ({"a": [np.nan]}, {}, "is absent"),
        ({"a": [1]}, {"ties": "exact"}, "no baseline hazard"),
        ({"a": [1]}, {"method": "none"}, "must be one of"),
    ],
)
def test_what_cannot_be_asked_is_refused(people, options, message):
    with pytest.raises(ContractError, match=message):
        cox_risk([1, 2], [1, 0], {"a": [1, 2]}, people, [1], **options)


def test_predictors_of_different_length_are_refused():
    with pytest.raises(ContractError, match="differ in length"):
        cox_risk([1, 2], [1, 0], {"a": [1, 2], "b": [1, 2]}, {"a": [1], "b": [1, 2]}, [1])
