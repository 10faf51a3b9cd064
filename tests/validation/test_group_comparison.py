"""Any statistic by group: against R where R has it, and against the statistic in each group alone."""

import math
from functools import partial

import pytest

from reference import compas_filtered, data, r_values
from rvn.errors import ContractError
from rvn.validation.association.odds_ratios import odds_ratio, odds_ratio_per_sd
from rvn.validation.calibration.expected_observed import expected_observed
from rvn.validation.calibration.line import logistic_calibration
from rvn.validation.cutoffs.accuracy import accuracy
from rvn.validation.discrimination.auc import auc
from rvn.validation.estimate import Estimate
from rvn.validation.follow_up.concordance import harrell_c
from rvn.validation.foundations.multiplicity import holm
from rvn.validation.groups.comparison import by_group
from rvn.validation.groups.parts import EVERYONE_ELSE
from rvn.validation.rates.observed import rates_by_score
from rvn.validation.tally import Tally


def compas(**columns):
    names = {"outcome": "two_year_recid", "score": "decile_score", "race": "race", **columns}
    return Tally.from_frame(compas_filtered(), names)


def mean_score(score, counts):
    value = float(counts @ score / counts.sum())
    return Estimate(name="mean", value=value, se=1.0, low=value - 2, high=value + 2, n=int(counts.sum()))


def test_each_group_has_the_statistic_of_its_own_people():
    found = by_group(auc, compas(), "race")
    frame = compas_filtered()
    for row in found.estimates:
        own = frame[frame["race"] == row.at["group"]]
        alone = auc(own["two_year_recid"], own["decile_score"])
        assert (alone.value, alone.low, alone.high, alone.n) == (row.value, row.low, row.high, row.n)
    assert sorted(frame["race"].unique()) == [row.at["group"] for row in found.estimates]


def test_a_gap_in_accuracy_is_that_of_desctools():
    expected = r_values("fairness")["gaps_aa_vs_c_medium_plus_all"]["accuracy"]
    names = {"outcome": "two_year_recid", "score": "decile_score", "race": "race"}
    tally = Tally.from_frame(data("compas"), names)
    found = by_group(partial(accuracy, cuts=[5]), tally, "race", reference="Caucasian")
    (row,) = (
        row for row in found.differences if (row.name, row.at["group"]) == ("accuracy_difference", "African-American")
    )
    assert pytest.approx(expected["diff_newcombe"], rel=1e-9) == [row.value, row.low, row.high]
    assert {"group": "African-American", "reference": "Caucasian", "cut": 5} == row.at


def test_odds_ratios_differ_by_the_product_term_of_the_logistic_model():
    """Two models of one group each are the model with all products: R's m2 of the two races."""
    terms = r_values("logistic")["cleary_race_pp"]["m2"]
    frame = compas_filtered()
    tally = Tally.from_frame(
        frame[frame["race"].isin(["African-American", "Caucasian"])],
        {"outcome": "two_year_recid", "score": "decile_score", "race": "race"},
    )
    (row,) = by_group(odds_ratio, tally, "race", reference="Caucasian").differences
    assert pytest.approx(terms["coef"][3], rel=1e-6) == math.log(row.value)
    # R's glm stops before the last digits of its covariance; see as_r.py.
    assert pytest.approx(terms["se"][3], rel=1e-5) == row.se
    assert pytest.approx(terms["p"][3], rel=1e-5) == row.p_value


def test_calibration_in_each_race_is_that_of_r():
    expected = r_values("calibration")["calibration_by_race_p_model"]
    frame = data("compas").merge(data("compas_pred"), on="id")
    tally = Tally.from_frame(frame, {"outcome": "two_year_recid", "risk": "p_model", "race": "race"})
    found = by_group(logistic_calibration, tally, "race", reference="Caucasian")
    rows = {(row.name, row.at["group"]): row for row in found.estimates}
    for race, values in expected.items():
        assert pytest.approx(values["citl"], rel=1e-6) == rows["calibration_in_the_large", race].value
        assert pytest.approx(values["slope"], rel=1e-6) == rows["calibration_slope", race].value
        assert values["n"] == rows["calibration_slope", race].n
    for name in ("citl", "slope"):
        label = {"citl": "calibration_in_the_large", "slope": "calibration_slope"}[name]
        (row,) = (
            r for r in found.differences if (r.name, r.at["group"]) == (f"{label}_difference", "African-American")
        )
        own, base = expected["African-American"], expected["Caucasian"]
        se = math.hypot(own[f"{name}_se"], base[f"{name}_se"])
        # R's glm stops before the last digits of its errors; see as_r.py.
        assert pytest.approx((own[name] - base[name]) / se, rel=1e-4) == row.statistic


def test_expected_over_observed_is_compared_as_a_ratio():
    tally = Tally({"outcome": [0, 1, 0, 1], "risk": [0.2] * 4, "sex": ["f", "f", "m", "m"]}, counts=[160, 40, 120, 80])
    (row,) = by_group(expected_observed, tally, "sex", reference="f").differences
    assert ("expected_observed_ratio", 0.5) == (row.name, round(row.value, 12))
    assert pytest.approx(math.sqrt(1 / 40 + 1 / 80)) == row.se


def test_concordance_by_race_is_that_of_survival():
    expected = r_values("survival")["concordance_compas_by_race"]
    frame = data("compas")
    frame = frame[frame["end"] > frame["start"]].assign(time=lambda frame: frame["end"] - frame["start"])
    tally = Tally.from_frame(frame, {"time": "time", "event": "event", "score": "decile_score", "race": "race"})
    found = {row.at["group"]: row for row in by_group(harrell_c, tally, "race").estimates}
    for race, values in expected.items():
        if race in found:
            assert pytest.approx(values["concordance"], rel=1e-9) == found[race].value
    assert {"African-American", "Caucasian"} <= set(expected) & set(found)
    assert "sparse" == found["Native American"].status


def test_rates_at_each_score_are_families_of_their_own():
    found = by_group(rates_by_score, compas(), "race")
    at_nine = [row for row in found.differences if row.at["score"] == 9]
    assert {"group", "reference", "score"} == set(at_nine[0].at)
    tested = [row for row in at_nine if row.p_value is not None]
    before = [float(row.notes[-1].split()[1]) for row in tested]
    assert pytest.approx(holm(before).tolist(), rel=1e-3) == [row.p_value for row in tested]
    assert list(range(1, 11)) == [row.at["score"] for row in found.equality]


def test_a_score_that_one_group_lacks_is_not_estimable_and_not_left_out():
    tally = Tally({"outcome": [0, 1, 0, 1], "score": [1, 1, 2, 2], "sex": ["f", "m", "m", "f"]}, counts=[5, 5, 5, 5])
    tally += Tally({"outcome": [0], "score": [3], "sex": ["m"]}, counts=[4])
    for reference in ("f", "m"):
        found = by_group(rates_by_score, tally, "sex", reference=reference)
        assert ["ok", "ok", "not_estimable"] == [
            "ok" if not math.isnan(row.value) else row.status for row in found.differences
        ]
        assert 4 == found.differences[2].n
    assert [("f", "m"), ("f", "m"), ("m",)] == [row.at["groups"] for row in found.equality]


def test_groups_per_sd_of_their_own_have_no_common_unit():
    found = by_group(odds_ratio_per_sd, compas(), "race")
    assert {"not_estimable"} == {row.status for row in found.differences}


def test_everyone_else_is_pooled():
    found = by_group(auc, compas(), "race", reference=EVERYONE_ELSE)
    frame = compas_filtered()
    rest = frame[frame["race"] != "Other"]
    own = frame[frame["race"] == "Other"]
    expected = (
        auc(own["two_year_recid"], own["decile_score"]).value - auc(rest["two_year_recid"], rest["decile_score"]).value
    )
    assert {"group": "Other", "reference": EVERYONE_ELSE} == found.differences[-1].at
    assert pytest.approx(expected) == found.differences[-1].value
    assert 6172 == found.differences[-1].n


def test_people_without_a_group_are_counted_out_of_every_row():
    tally = Tally({"outcome": [0, 1, 0, 1, 1], "score": [1, 2, 1, 2, 2], "sex": ["f", "f", "m", "m", None]})
    found = by_group(auc, tally, "sex")
    rows = (*found.estimates, *found.differences, *found.equality)
    assert 4 == len(rows)
    assert [{"sex absent": 1}] * 4 == [row.excluded for row in rows]


def test_numbers_name_groups_too():
    tally = Tally({"outcome": [0, 1, 0, 1], "score": [1, 2, 2, 1], "year": [2019, 2019, 2020, 2020]})
    found = by_group(auc, tally, "year", reference=2019)
    assert "[{'group': 2019}, {'group': 2020}]" == str([row.at for row in found.estimates])


def test_small_groups_are_sparse_by_cases_events_or_people():
    outcome = Tally({"outcome": [0, 1, 1], "score": [1, 2, 1], "sex": ["f"] * 3}, counts=[500, 10, 9])
    assert "sparse" == by_group(auc, outcome, "sex").estimates[0].status
    event = Tally({"time": [1, 2], "event": [1, 0], "score": [2, 1], "sex": ["f", "f"]}, counts=[19, 500])
    note = by_group(harrell_c, event, "sex").estimates[0].notes[-1]
    assert note.startswith("too few to tell: f has 19 cases and 500 non-cases")
    people = Tally({"score": [1, 2], "sex": ["f", "m"]}, counts=[19, 20])
    assert ["sparse", "ok"] == [row.status for row in by_group(mean_score, people, "sex").estimates]
    assert ["ok", "ok"] == [row.status for row in by_group(mean_score, people, "sex", fewest=1).estimates]


def test_one_group_has_estimates_but_nothing_to_compare():
    found = by_group(auc, Tally({"outcome": [0, 1], "score": [1, 2], "sex": ["f", "f"]}, counts=[50, 50]), "sex")
    assert (1, ()) == (len(found.estimates), found.differences)
    assert "not_estimable" == found.equality[0].status


def test_a_group_without_values_has_no_rows_where_the_statistic_has_none():
    tally = Tally({"outcome": [0, 1, None], "score": [1, 1, 2], "sex": ["f", "f", "m"]}, counts=[30] * 3)
    found = by_group(rates_by_score, tally, "sex")
    assert ["f"] == [row.at["group"] for row in found.estimates]
    assert ["not_estimable"] == [row.status for row in found.differences]


def test_nobody_has_no_groups():
    found = by_group(auc, Tally({"outcome": [0], "score": [1], "sex": ["f"]}).where(sex="m"), "sex")
    assert ((), (), ()) == (found.estimates, found.differences, found.equality)


def test_rows_in_any_order_and_repeated_give_the_same():
    frame = compas_filtered()[["two_year_recid", "decile_score", "race"]]
    frame.columns = ["outcome", "score", "race"]
    counted = frame.value_counts().reset_index()
    one = by_group(odds_ratio, Tally(frame.sample(frac=1, random_state=1).to_dict("series")), "race")
    other = by_group(odds_ratio, Tally(counted[list(frame)].to_dict("series"), counted["count"]), "race")
    assert repr(one) == repr(other)


def test_contracts():
    tally = Tally({"outcome": [0, 1], "score": [1, 2]})
    with pytest.raises(ContractError, match="no column `sex` in the tally"):
        by_group(auc, tally, "sex")
    with pytest.raises(ContractError, match="`outcome` is the only column"):
        by_group(auc, tally.select("outcome"), "outcome")
    with pytest.raises(ContractError, match="the statistic returned float, not an estimate"):
        by_group(lambda **_: 0.5, tally, "score")
    with pytest.raises(ContractError, match="nobody is in the reference"):
        by_group(mean_score, Tally({"score": [1, 2], "sex": ["f", "m"]}), "sex", reference="d")
