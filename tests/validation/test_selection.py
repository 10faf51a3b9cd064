"""Cuts chosen by rules."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import compas_filtered, data, r_values
from rvn.errors import ContractError
from rvn.validation.cutoffs.accuracy import accuracy
from rvn.validation.cutoffs.selection import choose_cut

PEOPLE_A = np.array([21, 63, 92, 83, 56, 48, 23, 10, 4])
EVENTS_A = np.array([0, 6, 3, 13, 12, 13, 10, 6, 1])
TABLE_A = {
    "outcome": [0] * 9 + [1] * 9,
    "score": list(range(9)) * 2,
    "counts": np.concatenate([PEOPLE_A - EVENTS_A, EVENTS_A]),
}
ROWS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 4), st.integers(1, 4)), min_size=2, max_size=12)


def test_the_youden_cuts_are_those_of_proc():
    # pROC names the middle between two scores; ours is the score above it.
    expected = r_values("roc")["best_threshold"]
    frame = compas_filtered()
    deciles = choose_cut(frame["two_year_recid"], frame["decile_score"], rng=1)
    assert expected["compas_youden"]["threshold"] == [deciles.cut - 0.5]
    asah = data("aSAH")
    protein = choose_cut((asah["outcome"] == "Poor").astype(int), asah["s100b"], rng=1)
    values = np.unique(asah["s100b"])
    below = values[np.searchsorted(values, protein.cut) - 1]
    assert pytest.approx(expected["asah_youden"]["threshold"]) == [(protein.cut + below) / 2]


def test_the_cut_of_a_cost_and_a_prevalence_is_that_of_net_benefit():
    # pROC's weights (cost 2, prevalence .2): sens + (1 - prev)/(cost prev) spec. In the sample's own base rate that is
    # net benefit at the threshold at which t/(1-t) (1 - phi)/phi equals the weight.
    expected = r_values("roc")["best_threshold"]["compas_youden_cost2_prev02"]
    frame = compas_filtered()
    phi = frame["two_year_recid"].mean()
    odds = (1 - 0.2) / (2 * 0.2) * phi / (1 - phi)
    choice = choose_cut(
        frame["two_year_recid"], frame["decile_score"], rule="net_benefit", target=odds / (1 + odds), rng=1
    )
    assert expected["threshold"] == [choice.cut - 0.5]


def test_the_youden_cut_of_table_a():
    choice = choose_cut(**TABLE_A, rng=1)
    assert (4.0, (4.0,)) == (choice.cut, choice.ties)
    assert max(choice.chosen, key=choice.chosen.__getitem__) in (3.0, 4.0, 5.0)
    assert pytest.approx(1.0) == sum(choice.chosen.values())


@settings(max_examples=40)
@given(ROWS, st.sampled_from([0.25, 0.5, 0.8]))
def test_every_rule_chooses_what_a_look_at_every_cut_would(rows, target):
    outcome, score, counts = (np.array(column) for column in zip(*rows, strict=True))
    table = accuracy(outcome, score, counts=counts)
    cases, others = (outcome * counts).sum(), ((1 - outcome) * counts).sum()
    found = {
        rule: choose_cut(outcome, score, rule=rule, target=aim, counts=counts, replicates=5, rng=1)
        for rule, aim in (
            ("youden", None),
            ("sensitivity", target),
            ("positive_predictive_value", target),
            ("net_benefit", target),
        )
    }
    if not cases or not others:
        assert all(math.isnan(choice.cut) and not choice.ties for choice in found.values())
        return
    youden = max(round(row.youden.value, 9) for row in table)
    assert tuple(row.cut for row in table if round(row.youden.value, 9) == youden) == found["youden"].ties
    assert found["youden"].cut == found["youden"].ties[-1]
    assert max(row.cut for row in table if row.sensitivity.value >= target) == found["sensitivity"].cut
    reached = [row.cut for row in table if row.positive_predictive_value.value >= target and row.true_positives]
    assert (min(reached) if reached else None) == (found["positive_predictive_value"].ties or (None,))[0]
    worth = [round(row.true_positives * (1 - target) - row.false_positives * target, 9) for row in table]
    best = tuple(row.cut for row, value in zip(table, worth, strict=True) if value == max(worth))
    assert best == found["net_benefit"].ties


def test_of_equally_good_cuts_the_higher_is_chosen_and_all_are_named():
    choice = choose_cut([1, 0, 1, 0], [1, 1, 2, 3], counts=[1, 1, 1, 1], rng=1)
    assert (2.0, (1.0, 2.0)) == (choice.cut, choice.ties)


def test_a_target_that_is_never_reached_chooses_nothing():
    choice = choose_cut([1, 0], [1, 2], rule="positive_predictive_value", target=0.9, counts=[5, 50], rng=1)
    assert math.isnan(choice.cut)
    assert ((), {}) == (choice.ties, dict(choice.chosen))


def test_the_choices_of_small_samples_vary_more():
    small = choose_cut(**TABLE_A, rng=3)
    large = choose_cut(TABLE_A["outcome"], TABLE_A["score"], counts=TABLE_A["counts"] * 10_000, rng=3)
    assert large.chosen[4.0] > 0.99 > small.chosen[4.0] + 0.3
    assert choose_cut(**TABLE_A, rng=3) == small


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rule": "best"}, "rule"),
        ({"rule": "youden", "target": 0.5}, "target"),
        ({"rule": "sensitivity"}, "target"),
        ({"rule": "sensitivity", "target": 80}, "between 0 and 1"),
    ],
)
def test_rules_without_their_target_are_refused(arguments, message):
    with pytest.raises(ContractError, match=message):
        choose_cut([0, 1], [1, 2], **arguments, rng=1)
