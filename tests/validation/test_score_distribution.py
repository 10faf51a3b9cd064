"""Scores by group, against base R and DescTools."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reference import compas_filtered, data, r_values
from rvn.errors import ContractError
from rvn.validation.groups.parts import EVERYONE_ELSE
from rvn.validation.groups.score_distribution import class_balance, scores_by_group
from rvn.validation.rates.percentiles import percentile_ranks

R = r_values("fairness")
PEOPLE = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 3), st.sampled_from("abc"), st.integers(0, 3)), min_size=1, max_size=20
)


def close(expected):
    return pytest.approx(expected, rel=1e-9)


def two_races():
    frame = compas_filtered()
    return frame[frame["race"].isin(["African-American", "Caucasian"])]


def test_means_welch_and_superiority_are_those_of_r():
    expected = R["score_distribution_smd"]
    frame = two_races()
    found = scores_by_group(frame["decile_score"], frame["race"], reference="Caucasian")
    assert ["African-American", "Caucasian"] == [row.at["group"] for row in found.means]
    assert close(expected["mean"]) == [row.value for row in found.means]
    assert close(expected["sd"]) == [row.se * math.sqrt(row.n) for row in found.means]
    (row,) = found.differences
    assert close(expected["welch_t"]) == row.statistic
    assert close(expected["welch_df"]) == row.df
    assert close(expected["cohens_d_pooled"]) == found.standardised[0].value
    assert close(expected["prob_superiority"]) == found.superiority[0].value
    # The average of the variances, another denominator, is R's smd_average_variance.
    average = math.sqrt(sum(mean.se**2 * mean.n for mean in found.means) / 2)
    assert close(expected["smd_average_variance"]) == row.value / average


def test_cohens_d_has_the_noncentral_limits_of_desctools():
    expected = r_values("proportions")["effect_sizes"]["cohens_d"]
    frame = compas_filtered()
    (row,) = scores_by_group(frame["decile_score"], frame["two_year_recid"], reference=0).standardised
    assert close(expected[0]) == row.value
    # DescTools searches for its limits by a general optimiser, to about 1e-8.
    assert pytest.approx(expected[1:], rel=1e-7) == [row.low, row.high]


def test_noncentral_limits_leave_the_tails_of_the_noncentral_t():
    generator = np.random.default_rng(4)
    for n, other in ((3, 4), (10, 200), (2, 2)):
        score = np.append(generator.normal(size=n), 3 + generator.normal(size=other))
        group = np.repeat(["a", "b"], [n, other])
        (row,) = scores_by_group(score, group, reference="b", level=0.9).standardised
        root = math.sqrt(n * other / (n + other))
        for limit, tail in ((row.low, 0.95), (row.high, 0.05)):
            assert pytest.approx(tail, abs=1e-9) == stats.nct.cdf(row.value * root, n + other - 2, limit * root)


def test_welch_is_that_of_scipy():
    frame = compas_filtered()
    found = scores_by_group(frame["priors_count"], frame["sex"], level=0.9)
    (row,) = found.differences
    women, men = (frame.loc[frame["sex"] == sex, "priors_count"] for sex in ("Female", "Male"))
    expected = stats.ttest_ind(women, men, equal_var=False)
    assert close((expected.statistic, expected.pvalue, expected.df)) == (row.statistic, row.p_value, row.df)
    assert close(tuple(expected.confidence_interval(0.9))) == (row.low, row.high)
    expected = stats.t.interval(0.9, len(women) - 1, women.mean(), stats.sem(women))
    assert close(expected) == (found.means[0].low, found.means[0].high)


def test_superiority_is_the_mean_percentile_rank_in_the_other_group():
    frame = two_races()
    own, other = (frame.loc[frame["race"] == race, "decile_score"] for race in ("African-American", "Caucasian"))
    rank = {row.score: row.mid.value for row in percentile_ranks(other)}
    (row,) = scores_by_group(frame["decile_score"], frame["race"], reference="Caucasian").superiority
    assert close(own.map(rank).mean() / 100) == row.value
    (back,) = scores_by_group(frame["decile_score"], frame["race"], reference="African-American").superiority
    assert close(1 - row.value) == back.value
    assert ("ok", None) == (back.status, back.n_events)


def test_the_balance_of_both_classes_is_that_of_r():
    expected = R["balance_positive_negative_class"]
    frame = data("compas").merge(data("compas_pred"), on="id")
    frame = frame[frame["race"].isin(expected["group"])]
    found = class_balance(frame["two_year_recid"], frame["p_model"], frame["race"])
    for table, values in ((found.cases, expected["positive_class"]), (found.non_cases, expected["negative_class"])):
        assert expected["group"] == [row.at["group"] for row in table.means]
        assert [row["n"] for row in values] == [row.n for row in table.means]
        assert close([row["mean"] for row in values]) == [row.value for row in table.means]
        assert close([row["se"] for row in values]) == [row.se for row in table.means]
        (difference,) = table.differences
        assert close(values[1]["mean"] - values[0]["mean"]) == difference.value
        assert close(math.hypot(values[0]["se"], values[1]["se"])) == difference.se


def test_several_groups_are_adjusted_and_small_ones_sparse():
    frame = compas_filtered()
    found = scores_by_group(frame["decile_score"], frame["race"])
    assert all("Holm, 5 tests" in row.notes[-1] for row in found.differences)
    assert {"Native American"} == {row.at["group"] for row in found.means if row.status == "sparse"}
    assert {"Native American"} == {row.at["group"] for row in found.standardised if row.status == "sparse"}


def test_everyone_else_is_all_the_others():
    frame = compas_filtered()
    found = scores_by_group(frame["decile_score"], frame["race"], reference=EVERYONE_ELSE)
    (expected,) = scores_by_group(frame["decile_score"], frame["race"] == "Other", reference=False).differences
    row = found.differences[-1]
    assert close((expected.value, expected.statistic)) == (row.value, row.statistic)
    assert ("Other", EVERYONE_ELSE, 6172) == (row.at["group"], row.at["reference"], row.n)


def test_a_group_without_cases_has_no_mean_among_cases():
    found = class_balance([0, 1, 0], [1, 2, 3], ["a", "a", "b"], counts=[50, 50, 30])
    assert ["degenerate", "not_estimable"] == [row.status for row in found.cases.means]
    assert 0 == found.cases.means[1].n
    for table in (found.cases.differences, found.cases.standardised, found.cases.superiority):
        assert ["not_estimable"] == [row.status for row in table]
        assert math.isnan(table[0].value)
    assert 2.0 == found.non_cases.differences[0].value


def test_equal_scores_have_a_difference_but_no_test():
    found = scores_by_group([1, 2], ["a", "b"], counts=[50, 60])
    (row,) = found.differences
    assert (-1.0, None, "degenerate") == (row.value, row.p_value, row.status)
    assert "not_estimable" == found.standardised[0].status
    assert (0.0, "degenerate") == (found.superiority[0].value, found.superiority[0].status)
    assert (1.0, 1.0, "degenerate") == (found.means[0].low, found.means[0].high, found.means[0].status)


def test_one_person_has_a_score_but_no_spread():
    found = scores_by_group([1, 2, 3], ["a", "b", "b"])
    assert ("sparse", 1.0) == (found.means[0].status, found.means[0].value)
    assert math.isnan(found.means[0].low)
    (row,) = found.differences
    assert ("sparse", -1.5, None) == (row.status, row.value, row.p_value)


@given(PEOPLE, st.randoms())
def test_counts_equal_repeated_rows_in_any_order(people, random):
    outcome, score, group, counts = (list(column) for column in zip(*people, strict=True))
    again = [row for row, count in enumerate(counts) for _ in range(count)]
    again = random.sample(again, len(again))
    rows = [[column[row] for row in again] for column in (outcome, score, group)]
    assert repr(scores_by_group(score, group, counts=counts)) == repr(scores_by_group(*rows[1:]))
    assert repr(class_balance(outcome, score, group, counts=counts)) == repr(class_balance(*rows))


def test_nobody_has_no_table():
    assert [(), (), (), ()] == list(vars(scores_by_group([], [])).values())


def test_contracts():
    with pytest.raises(ContractError, match="not numbers"):
        scores_by_group(np.array(["1", "2"]), ["a", "b"])
    with pytest.raises(ContractError, match="nobody is in the reference"):
        scores_by_group([1, 2], ["a", "b"], reference="c")
    with pytest.raises(ContractError, match="a confidence level lies between 0 and 1"):
        scores_by_group([1, 2], ["a", "b"], level=95)
    with pytest.raises(ContractError, match="must hold only 0 and 1"):
        class_balance([0, 2], [1, 2], ["a", "b"])
