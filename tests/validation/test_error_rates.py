"""Error rates by group, against Hmisc, DescTools, the fairness package and what ProPublica published."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import compas_filtered, data, r_values
from rvn.errors import ContractError
from rvn.validation.cutoffs.accuracy import accuracy
from rvn.validation.foundations.multiplicity import holm
from rvn.validation.groups.error_rates import RATES, error_rates
from rvn.validation.groups.parts import EVERYONE_ELSE
from rvn.validation.rates.proportions import difference, ratio

R = r_values("fairness")
SHORT = dict(zip(RATES, ("base_rate", "selection_rate", "fpr", "fnr", "ppv", "npv"), strict=True))
# What R has besides, as one minus one of ours.
COMPLEMENTS = {
    "tpr": "false_negative_rate",
    "tnr": "false_positive_rate",
    "fdr": "positive_predictive_value",
    "forate": "negative_predictive_value",
}
PEOPLE = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 3), st.sampled_from("abc"), st.integers(0, 3)), min_size=1, max_size=25
)


def close(expected):
    return pytest.approx(expected, rel=1e-9, abs=1e-12)


def compas_all():
    frame = data("compas")
    return frame["two_year_recid"], frame["decile_score"], frame["race"]


def compas(column="race"):
    frame = compas_filtered()
    return frame["two_year_recid"], frame["decile_score"], frame[column]


def by_race_and_sex():
    frame = compas_filtered()
    return frame["two_year_recid"], frame["decile_score"], frame["race"] + " " + frame["sex"]


def georgia():
    frame = data("nij_subset")
    return frame["recidivism_within_3years"], frame["supervision_risk_score_first"], frame["race"]


RECORDS = {
    "groups_race_medium_plus_all": (compas_all, 5),
    "groups_race_high_pp": (compas, 8),
    "groups_sex_medium_plus_pp": (lambda: compas("sex"), 5),
    "groups_race_by_sex_medium_plus_pp": (by_race_and_sex, 5),
    "groups_nij_race_ge7": (georgia, 7),
}


@pytest.mark.parametrize("record", RECORDS)
def test_the_rates_of_each_group_are_those_of_hmisc(record):
    load, cut = RECORDS[record]
    expected = {name: values for name, values in R[record].items() if name != "everyone"}
    found = error_rates(*load(), cuts=[cut]).rates
    assert [(group, name) for group in expected for name in RATES] == [(row.at["group"], row.name) for row in found]
    for row in found:
        values = expected[row.at["group"]]
        value, low, high = values[SHORT[row.name]]
        if value is None:
            assert ("not_estimable", 0) == (row.status, row.n)
            assert math.isnan(row.value)
            continue
        assert close(value) == row.value
        # Hmisc changes Wilson's limits where one person has the event, or all but one; see the next test.
        if row.n_events != 1:
            assert close(low) == row.low
        if row.n_events != row.n - 1:
            assert close(high) == row.high
    for theirs, name in COMPLEMENTS.items():
        for row in (row for row in found if row.name == name and row.n):
            assert close(expected[row.at["group"]][theirs][0]) == 1 - row.value


def test_wilsons_lower_limit_of_one_in_23_is_not_that_of_hmisc():
    # Hmisc::binconf gives 0.00223 where one of n has the event; Wilson's formula, as in prop.test, gives 0.00773.
    (row,) = (
        row
        for row in error_rates(*compas(), cuts=[8]).rates
        if (row.name, row.at["group"]) == ("false_positive_rate", "Asian")
    )
    n, z = 23, 1.959963984540054
    wilson = (1 + z * z / 2 - z * math.sqrt(22 / n + z * z / 4)) / (n + z * z)
    assert pytest.approx(0.0022301432342413294) == R["groups_race_high_pp"]["Asian"]["fpr"][1]
    assert close(wilson) == row.low
    assert 0.0077 == round(row.low, 4)


def test_published_rates_of_propublica():
    outcome, score, race = compas_all()
    found = {(row.at["group"], row.name): row.value for row in error_rates(outcome, score, race, cuts=[5]).rates}
    for group, false_positive, false_negative in (
        ("African-American", 44.85, 27.99),
        ("Caucasian", 23.45, 47.72),
    ):
        assert false_positive == round(100 * found[group, "false_positive_rate"], 2)
        assert false_negative == round(100 * found[group, "false_negative_rate"], 2)
    everyone = {row.name: row.value for row in error_rates(outcome, score, ["all"] * len(outcome), cuts=[5]).rates}
    assert (32.35, 37.40) == tuple(round(100 * everyone[f"false_{kind}_rate"], 2) for kind in ("positive", "negative"))


@pytest.mark.parametrize("name", RATES)
def test_a_gap_between_two_groups_is_that_of_desctools_and_prop_test(name):
    expected = R["gaps_aa_vs_c_medium_plus_all"][SHORT[name]]
    outcome, score, race = compas_all()
    two = race.isin(["African-American", "Caucasian"])
    found = error_rates(outcome[two], score[two], race[two], cuts=[5], reference="Caucasian")
    (row,) = (row for row in found.differences if row.name == f"{name}_difference")
    assert {"cut": 5, "group": "African-American", "reference": "Caucasian"} == row.at
    assert close(expected["diff_newcombe"]) == [row.value, row.low, row.high]
    assert close(expected["chisq"][0]) == row.statistic**2
    assert close(expected["chisq"][1]) == row.p_value
    (row,) = (row for row in found.ratios if row.name == f"{name}_ratio")
    # Katz's limits in R, Koopman's here: with thousands of people they agree in the third decimal.
    assert close(expected["ratio_katz"][0]) == row.value
    assert pytest.approx(expected["ratio_katz"][1:], abs=2e-3) == [row.low, row.high]
    (row,) = (row for row in found.equality if row.name == f"{name}_equality")
    assert close(abs(expected["diff_newcombe"][0])) == row.value
    assert close(expected["chisq"]) == [row.statistic, row.p_value]
    assert 1 == row.df


def test_equalised_odds_and_the_four_fifths_rule_follow_from_the_rates():
    expected = R["gaps_aa_vs_c_medium_plus_all"]
    outcome, score, race = compas_all()
    found = error_rates(outcome, score, race, cuts=[5], reference="Caucasian")
    gap = {row.name: row.value for row in found.differences if row.at["group"] == "African-American"}
    false_positive, false_negative = gap["false_positive_rate_difference"], gap["false_negative_rate_difference"]
    assert close(expected["equalized_odds_difference"]) == max(abs(false_positive), abs(false_negative))
    assert close(expected["average_odds_difference"]) == (false_positive - false_negative) / 2
    rate = {row.at["group"]: row.value for row in found.rates if row.name == "selection_rate"}
    favourable = (1 - rate["African-American"]) / (1 - rate["Caucasian"])
    assert close(expected["disparate_impact_favourable"]) == favourable


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        ("prop_parity", "selection_rate"),
        ("pred_rate_parity", "positive_predictive_value"),
        ("fnr_parity", "false_negative_rate"),
        ("fpr_parity", "false_positive_rate"),
        ("npv_parity", "negative_predictive_value"),
    ],
)
def test_rates_and_ratios_are_those_of_the_fairness_package(metric, name):
    expected = R["fairness_package_pp"][metric]
    found = error_rates(*compas(), cuts=[5], reference="Caucasian")
    rates = {row.at["group"]: row.value for row in found.rates if row.name == name}
    for group in ("African-American", "Caucasian"):
        assert close(expected[group][0]) == rates[group]
    (row,) = (row for row in found.ratios if (row.name, row.at["group"]) == (f"{name}_ratio", "African-American"))
    assert close(expected["African-American"][1]) == row.value


@pytest.mark.parametrize(
    ("metric", "name"), [("equal_odds", "false_negative_rate"), ("spec_parity", "false_positive_rate")]
)
def test_sensitivity_and_specificity_of_the_fairness_package_are_one_minus_the_error(metric, name):
    expected = R["fairness_package_pp"][metric]
    rates = {row.at["group"]: row.value for row in error_rates(*compas(), cuts=[5]).rates if row.name == name}
    for group in ("African-American", "Caucasian"):
        assert close(expected[group][0]) == 1 - rates[group]


def test_base_rates_stand_beside_the_errors_at_every_cut():
    found = error_rates(*compas(), cuts=[8, 5])
    for cut in (5, 8):
        for group in ("African-American", "Caucasian"):
            names = [row.name for row in found.rates if (row.at["cut"], row.at["group"]) == (cut, group)]
            assert list(RATES) == names
        assert "base_rate_difference" in {row.name for row in found.differences if row.at["cut"] == cut}
    assert [5, 8] == sorted({row.at["cut"] for row in found.rates})


def test_a_score_on_the_cut_is_flagged():
    found = error_rates([0, 0, 1], [4, 5, 5], ["a"] * 3, cuts=[5], counts=[30, 10, 20]).rates
    assert [1 / 3, 1 / 2, 1 / 4, 0, 2 / 3, 1] == [row.value for row in found]


def test_several_groups_are_adjusted_within_each_rate_and_cut():
    found = error_rates(*compas(), cuts=[5, 8])
    name, cut = "false_positive_rate", 8
    rows = [row for row in found.differences if (row.name, row.at["cut"]) == (f"{name}_difference", cut)]
    rates = {row.at["group"]: row for row in found.rates if (row.name, row.at["cut"]) == (name, cut)}
    base = rates["African-American"]
    alone = [
        difference(rate.n_events, rate.n, base.n_events, base.n).p_value
        for group, rate in rates.items()
        if group != "African-American"
    ]
    assert holm(alone).tolist() == [row.p_value for row in rows]
    assert [f"p {p:.4g} before adjustment (Holm, 5 tests)" for p in alone] == [row.notes[-1] for row in rows]


def test_everyone_else_is_all_the_others():
    outcome, score, race = compas()
    found = error_rates(outcome, score, race, cuts=[5], reference=EVERYONE_ELSE)
    (row,) = (
        row for row in found.ratios if (row.name, row.at["group"]) == ("positive_predictive_value_ratio", "Caucasian")
    )
    own, flagged = race == "Caucasian", score >= 5
    expected = ratio(
        int((outcome * flagged)[own].sum()),
        int(flagged[own].sum()),
        int((outcome * flagged)[~own].sum()),
        int(flagged[~own].sum()),
    )
    assert (expected.value, expected.low, expected.high) == (row.value, row.low, row.high)
    assert EVERYONE_ELSE == row.at["reference"]


def test_the_counts_at_a_cut_are_those_of_the_accuracy_of_the_group():
    outcome, score, race = compas()
    found = error_rates(outcome, score, race, cuts=[3, 7])
    own = race == "Hispanic"
    for row in accuracy(outcome[own], score[own], cuts=[3, 7]):
        here = {rate.name: rate for rate in found.rates if rate.at == {"cut": row.cut, "group": "Hispanic"}}
        assert (row.false_positives, row.true_negatives + row.false_positives) == (
            here["false_positive_rate"].n_events,
            here["false_positive_rate"].n,
        )
        assert row.false_negatives == here["false_negative_rate"].n_events
        ppv = row.positive_predictive_value
        assert (ppv.value, ppv.low) == (
            here["positive_predictive_value"].value,
            here["positive_predictive_value"].low,
        )


def test_a_rate_of_few_people_is_sparse_in_a_large_group():
    outcome, score, group = [0, 1, 0, 1], [1, 1, 5, 5], ["a"] * 4
    rates = {row.name: row for row in error_rates(outcome, score, group, cuts=[5], counts=[500, 500, 3, 4]).rates}
    assert "sparse" == rates["positive_predictive_value"].status
    assert rates["positive_predictive_value"].notes[0].startswith("too few to tell: it rests on 7 people")
    assert {"ok"} == {row.status for name, row in rates.items() if name != "positive_predictive_value"}


def test_a_small_group_is_sparse_in_all_that_it_enters():
    found = error_rates(*compas(), cuts=[5])
    for table in (found.rates, found.differences, found.ratios):
        rows = [row for row in table if row.at["group"] == "Native American"]
        assert {row.status for row in rows} <= {"sparse", "degenerate"}
        assert all("too few to tell: Native American has 5 cases and 6 non-cases" in row.notes[0] for row in rows)
    assert {"sparse"} == {row.status for row in found.equality}


def test_a_rate_that_nobody_has_never_makes_the_largest_difference_zero():
    # Nobody in group b is flagged: it has no positive predictive value, and there is one left.
    outcome, score, group = [0, 1, 0, 1], [5, 5, 1, 1], ["a", "a", "b", "b"]
    found = error_rates(outcome, score, group, cuts=[5], counts=[40] * 4)
    (row,) = (row for row in found.equality if row.name == "positive_predictive_value_equality")
    assert math.isnan(row.value)
    assert ("not_estimable", ("not estimable: b",)) == (row.status, row.notes)
    assert (40, 80) == (row.n_events, row.n)
    for table in (found.differences, found.ratios):
        (row,) = (row for row in table if row.name.startswith("positive_predictive_value"))
        assert "not_estimable" == row.status


def test_without_errors_anywhere_there_is_no_test_but_no_difference_either():
    outcome, score, group = [0, 1, 0, 1], [1, 5, 1, 5], ["a", "a", "b", "b"]
    found = error_rates(outcome, score, group, cuts=[5], counts=[40] * 4)
    (row,) = (row for row in found.equality if row.name == "false_positive_rate_equality")
    assert (0.0, None, "degenerate") == (row.value, row.p_value, row.status)
    (row,) = (row for row in found.differences if row.name == "false_positive_rate_difference")
    assert (0.0, None, "degenerate") == (row.value, row.p_value, row.status)
    assert row.low < 0 < row.high


def test_equal_predictive_values_and_unequal_base_rates_leave_unequal_errors():
    """Chouldechova 2017, equation 2.6: FPR = p / (1 - p) x (1 - PPV) / PPV x (1 - FNR)."""
    found = error_rates(*compas(), cuts=[5]).rates
    for group in ("African-American", "Caucasian", "Hispanic"):
        here = {row.name: row.value for row in found if row.at["group"] == group}
        p, ppv, fnr = (here[name] for name in ("base_rate", "positive_predictive_value", "false_negative_rate"))
        assert close(p / (1 - p) * (1 - ppv) / ppv * (1 - fnr)) == here["false_positive_rate"]


@given(PEOPLE, st.randoms())
def test_counts_equal_repeated_rows_in_any_order(people, random):
    outcome, score, group, counts = (list(column) for column in zip(*people, strict=True))
    again = [row for row, count in enumerate(counts) for _ in range(count)]
    again = random.sample(again, len(again))
    rows = [[column[row] for row in again] for column in (outcome, score, group)]
    counted = error_rates(outcome, score, group, cuts=[1, 2], counts=counts)
    assert repr(counted) == repr(error_rates(*rows, cuts=[1, 2]))


def test_absent_values_are_counted_out_of_every_row():
    found = error_rates([0, 1, None, 1], [1, 2, 3, 4], ["a", "b", "a", None], cuts=[2], counts=[30, 30, 5, 7])
    absent = {"outcome absent": 5, "groups absent": 7}
    assert all(absent == row.excluded for table in vars(found).values() for row in table)


def test_nobody_has_no_table():
    found = error_rates([], [], [], cuts=[1])
    assert [(), (), (), ()] == list(vars(found).values())


def test_contracts():
    with pytest.raises(ContractError, match="`cuts` is empty or holds an absent value"):
        error_rates([0, 1], [1, 2], ["a", "b"], cuts=[])
    with pytest.raises(ContractError, match="`cuts` is empty or holds an absent value"):
        error_rates([0, 1], [1, 2], ["a", "b"], cuts=[np.nan])
    with pytest.raises(ContractError, match="must hold only 0 and 1"):
        error_rates([0, 2], [1, 2], ["a", "b"], cuts=[2])
    with pytest.raises(ContractError, match="nobody is in the reference"):
        error_rates([0, 1], [1, 2], ["a", "b"], cuts=[2], reference="c")
    with pytest.raises(ContractError, match="a confidence level lies between 0 and 1"):
        error_rates([0, 1], [1, 2], ["a", "b"], cuts=[2], level=95)
