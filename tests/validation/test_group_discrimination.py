"""AUC and xAUC by group, against pROC and table P."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from table_p import GROUP, OUTCOME, SCORE

from reference import compas_filtered, data, r_values
from rvn.errors import ContractError
from rvn.validation.discrimination.auc import auc, compare_auc_unpaired
from rvn.validation.groups.discrimination import auc_by_group, cross_auc
from rvn.validation.groups.parts import EVERYONE_ELSE

ROC = r_values("roc")
PEOPLE = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 3), st.sampled_from("abc"), st.integers(0, 3)), min_size=1, max_size=25
)


def compas():
    frame = compas_filtered()
    return frame["two_year_recid"], frame["decile_score"], frame["race"]


def test_equal_aucs_are_tested_as_r_does_over_the_races_of_100_and_more():
    expected = r_values("fairness")["auc_by_race_heterogeneity"]
    frame = compas_filtered()
    frame = frame[frame["race"].isin(expected["race"])]
    found = auc_by_group(frame["two_year_recid"], frame["decile_score"], frame["race"])
    assert expected["race"] == [row.at["group"] for row in found.estimates]
    assert pytest.approx(expected["auc"], rel=1e-12) == [row.value for row in found.estimates]
    (test,) = found.equality
    assert pytest.approx(expected["Q"], rel=1e-9) == test.statistic
    assert pytest.approx(expected["p"], rel=1e-9) == test.p_value
    assert (expected["df"], "ok") == (test.df, test.status)
    assert pytest.approx(max(expected["auc"]) - min(expected["auc"]), rel=1e-12) == test.value


@pytest.mark.parametrize(
    ("record", "column", "values"),
    [
        ("test_unpaired_race_aa_vs_c_pp", "race", ("African-American", "Caucasian")),
        ("test_unpaired_sex_pp", "sex", ("Male", "Female")),
    ],
)
def test_a_difference_is_that_of_the_unpaired_test_of_proc(record, column, values):
    frame = compas_filtered()
    frame = frame[frame[column].isin(values)]
    found = auc_by_group(frame["two_year_recid"], frame["decile_score"], frame[column], reference=values[1])
    (row,) = found.differences
    assert {"group": values[0], "reference": values[1]} == row.at
    assert pytest.approx(ROC[record]["statistic"], rel=1e-9) == row.statistic
    assert pytest.approx(ROC[record]["parameter"], rel=1e-9) == row.df
    assert pytest.approx(ROC[record]["p_value"], rel=1e-9) == row.p_value


def test_the_genders_of_asah_are_those_of_proc():
    frame = data("aSAH")
    found = auc_by_group(frame["outcome"] == "Poor", frame["s100b"], frame["gender"], reference="Female")
    expected = ROC["test_unpaired_asah_gender_s100b"]
    assert pytest.approx(expected["estimate"], rel=1e-12) == [row.value for row in found.estimates[::-1]]
    assert pytest.approx(expected["p_value"], rel=1e-9) == found.differences[0].p_value


def test_a_group_that_is_ranked_perfectly_does_not_win():
    # pROC's unpaired test gives D -1.49666295, p .162612081 here, without a warning: one variance is zero.
    found = auc_by_group(OUTCOME, SCORE, GROUP, reference="B", fewest=1)
    assert [0.8, 1.0] == [row.value for row in found.estimates]
    assert ["ok", "degenerate"] == [row.status for row in found.estimates]
    assert pytest.approx(math.sqrt(0.0178571429), rel=1e-8) == found.estimates[0].se
    (row,) = found.differences
    assert (None, None, "degenerate") == (row.statistic, row.p_value, row.status)
    assert row.low < row.value < row.high
    (test,) = found.equality
    assert (None, "degenerate") == (test.statistic, test.status)
    assert ("without variance, so not in the test: B",) == test.notes
    assert pytest.approx(0.2, rel=1e-12) == test.value


def test_groups_of_a_few_people_are_sparse_and_so_are_their_differences():
    outcome, score, race = compas()
    found = auc_by_group(outcome, score, race)
    few = {"Asian", "Native American"}
    assert few == {row.at["group"] for row in found.estimates if row.status == "sparse"}
    assert few == {row.at["group"] for row in found.differences if row.status == "sparse"}
    assert not any(math.isnan(row.value) for row in (*found.estimates, *found.differences))
    assert "sparse" == found.equality[0].status


def test_differences_are_adjusted_within_the_family():
    outcome, score, race = compas()
    found = auc_by_group(outcome, score, race)
    one = compare_auc_unpaired(
        *(column[race == "Hispanic"] for column in (outcome, score)),
        *(column[race == "African-American"] for column in (outcome, score)),
    )
    (row,) = (row for row in found.differences if row.at["group"] == "Hispanic")
    assert pytest.approx(5 * one.p_value, rel=1e-9) == row.p_value
    assert f"p {one.p_value:.4g} before adjustment (Holm, 5 tests)" in row.notes
    assert (one.value, one.low, one.high) == (row.value, row.low, row.high)


def test_each_group_can_be_compared_with_everyone_else():
    outcome, score, race = compas()
    found = auc_by_group(outcome, score, race, reference=EVERYONE_ELSE)
    assert ["African-American", "Asian", "Caucasian", "Hispanic", "Native American", "Other"] == [
        row.at["group"] for row in found.differences
    ]
    own = race == "Caucasian"
    expected = compare_auc_unpaired(outcome[own], score[own], outcome[~own], score[~own])
    row = found.differences[2]
    assert (EVERYONE_ELSE, 6172) == (row.at["reference"], row.n)
    assert pytest.approx((expected.value, expected.statistic), rel=1e-9) == (row.value, row.statistic)


def test_a_group_without_cases_stays_in_the_table_and_is_named_in_the_test():
    found = auc_by_group([0, 1, 0, 1, 0], [1, 2, 2, 3, 1], list("aabbc"), counts=[30, 30, 30, 30, 30])
    assert "not_estimable" == found.estimates[2].status
    assert math.isnan(found.estimates[2].value)
    (test,) = found.equality
    assert 0.0 == test.value
    assert any(note.startswith("not estimable: c") for note in test.notes)
    assert test.status != "ok"


def test_of_one_estimable_group_the_largest_difference_is_not_zero():
    (test,) = auc_by_group([0, 1, 0], [1, 2, 1], list("aab"), counts=[30, 30, 30]).equality
    assert math.isnan(test.value)
    assert "not_estimable" == test.status


def test_nobody_has_no_table():
    found = auc_by_group([], [], [])
    assert ((), (), ()) == (found.estimates, found.differences, found.equality)
    assert ((), ()) == (cross_auc([], [], []).areas, cross_auc([], [], []).differences)


def test_table_p_has_its_cross_areas():
    found = cross_auc(OUTCOME, SCORE, GROUP, reference="B", fewest=1)
    assert [("A", "B"), ("B", "A")] == [(row.at["cases"], row.at["non_cases"]) for row in found.areas]
    assert pytest.approx([0.844444444, 0.952380952], abs=1e-9) == [row.value for row in found.areas]
    (row,) = found.differences
    assert pytest.approx(0.844444444 - 0.952380952, abs=1e-9) == row.value


def test_a_cross_area_is_the_auc_of_those_cases_and_those_non_cases():
    outcome, score, race = compas()
    found = cross_auc(outcome, score, race, reference="Caucasian")
    black, white = race == "African-American", race == "Caucasian"
    there = (black & (outcome == 1)) | (white & (outcome == 0))
    back = (white & (outcome == 1)) | (black & (outcome == 0))
    areas = [auc(outcome[rows], score[rows]) for rows in (there, back)]
    assert pytest.approx([area.value for area in areas]) == [row.value for row in found.areas[:2]]
    assert pytest.approx([area.se for area in areas]) == [row.se for row in found.areas[:2]]
    # Placements of both areas at once: nobody is in both, so their covariance is zero.
    expected = compare_auc_unpaired(outcome[there], score[there], outcome[back], score[back])
    assert pytest.approx(expected.statistic) == found.differences[0].statistic
    assert there.sum() + back.sum() == found.differences[0].n


def test_the_variance_of_a_cross_difference_is_that_of_the_bootstrap():
    frame = compas_filtered()
    frame = frame[frame["race"].isin(["African-American", "Caucasian"])].head(600)
    outcome, score, race = (frame[name].to_numpy() for name in ("two_year_recid", "decile_score", "race"))
    kinds = [np.flatnonzero((outcome == y) & (race == g)) for y in (0, 1) for g in ("African-American", "Caucasian")]
    generator = np.random.default_rng(5)

    def difference(rows):
        areas = []
        for cases, others in ((rows[2], rows[1]), (rows[3], rows[0])):
            above = score[cases][:, None] > score[others][None, :]
            equal = score[cases][:, None] == score[others][None, :]
            areas.append(above.mean() + equal.mean() / 2)
        return areas[0] - areas[1]

    draws = [difference([generator.choice(kind, len(kind)) for kind in kinds]) for _ in range(1000)]
    (row,) = cross_auc(outcome, score, race, reference="Caucasian").differences
    assert pytest.approx(difference(kinds), rel=1e-9) == row.value
    assert pytest.approx(np.std(draws), rel=0.1) == row.se


def test_groups_that_change_places_turn_the_difference_round():
    outcome, score, race = compas()
    one = cross_auc(outcome, score, race == "Caucasian", reference=True).differences[0]
    other = cross_auc(outcome, score, race == "Caucasian", reference=False).differences[0]
    assert pytest.approx((-other.value, -other.high)) == (one.value, one.low)


def test_cross_areas_of_a_few_are_sparse():
    outcome, score, race = compas()
    found = cross_auc(outcome, score, race)
    (row,) = (row for row in found.areas if row.at["cases"] == "Asian")
    assert "sparse" == row.status
    assert row.notes[-1].startswith("too few to tell: cases of Asian and non-cases of African-American has 8 cases")


@given(PEOPLE, st.randoms())
def test_counts_equal_repeated_rows_in_any_order(people, random):
    outcome, score, group, counts = (list(column) for column in zip(*people, strict=True))
    again = [row for row, count in enumerate(counts) for _ in range(count)]
    again = random.sample(again, len(again))
    rows = [[column[row] for row in again] for column in (outcome, score, group)]
    for function in (auc_by_group, cross_auc):
        assert repr(function(outcome, score, group, counts=counts)) == repr(function(*rows))


def test_absent_values_are_counted_out():
    found = auc_by_group([0, 1, None, 1], [1, 2, 3, 4], ["a", "a", "a", None], counts=[30, 30, 5, 7])
    assert {"outcome absent": 5, "groups absent": 7} == found.estimates[0].excluded == found.equality[0].excluded


@pytest.mark.parametrize("function", [auc_by_group, cross_auc])
def test_contracts(function):
    with pytest.raises(ContractError, match="must hold only 0 and 1"):
        function([0, 2], [1, 2], ["a", "b"])
    with pytest.raises(ContractError, match="lengths differ"):
        function([0, 1], [1, 2], ["a"])
    with pytest.raises(ContractError, match="nobody is in the reference"):
        function([0, 1], [1, 2], ["a", "b"], reference="c")
