"""NRI and IDI against Hmisc and nricens, and where they must not be leant on."""

import math

import numpy as np
import pytest

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.association.reclassification import reclassification

R = r_values("utility")
FRAME = data("compas").merge(data("compas_pred"), on="id")
PEOPLE = (FRAME["two_year_recid"], FRAME["p_model"], FRAME["p_decile"])


def close(expected: object) -> object:
    return pytest.approx(expected, rel=1e-9)


def test_without_categories_it_is_that_of_hmisc():
    expected = R["improveprob_val"]
    total, events, others, idi = reclassification(*PEOPLE)
    for name, row in {"nri": total, "nri.ev": events, "nri.ne": others, "idi": idi}.items():
        assert close(expected[name]) == row.value
        assert close(expected[f"se.{name}"]) == row.se
        assert close(expected[f"z.{name}"]) == row.statistic
    assert (expected["n"], expected["na"]) == (total.n, total.n_events)
    assert expected["nb"] == total.n - total.n_events
    # The parts are differences of the shares that Hmisc prints, and the IDI the sum of its two improvements.
    assert close(expected["pup.ev"] - expected["pdown.ev"]) == events.value
    assert close(expected["pdown.ne"] - expected["pup.ne"]) == others.value
    assert close(expected["improveSens"] + expected["improveSpec"]) == idi.value


@pytest.mark.parametrize(
    ("record", "options"),
    [("nri_categories_val", {"cuts": [0.3, 0.5]}), ("nri_difference_val", {"smallest_change": 0.02})],
)
def test_with_categories_or_a_smallest_change_it_is_that_of_nricens(record, options):
    expected = R[record].get("nri", R[record])
    total, events, others, _ = reclassification(*PEOPLE, **options)
    assert close(expected["NRI"]) == total.value
    assert close(expected["NRI+"]) == events.value
    assert close(expected["NRI-"]) == others.value
    assert close(expected["Pr(Up|Case)"] - expected["Pr(Down|Case)"]) == events.value
    assert close(expected["Pr(Down|Ctrl)"] - expected["Pr(Up|Ctrl)"]) == others.value


@pytest.mark.parametrize(("table", "sign", "place"), [("table_event", 1, 1), ("table_nonevent", -1, 2)])
def test_it_is_what_the_table_of_categories_says(table, sign, place):
    rows = R["nri_categories_val"][table]
    assert ["< 0.3", "< 0.5", ">= 0.5"] == rows["_rows"]
    # Old categories down, new ones across.
    moved = np.column_stack([rows[name] for name in rows["_rows"]])
    up, down = np.triu(moved, 1).sum() / moved.sum(), np.tril(moved, -1).sum() / moved.sum()
    assert close(sign * (up - down)) == reclassification(*PEOPLE, cuts=[0.3, 0.5])[place].value


def test_the_two_kinds_of_nri_contradict_each_other():
    # The same two models: better without categories, worse with them.
    assert 0.09 < reclassification(*PEOPLE)[0].value
    assert -0.02 > reclassification(*PEOPLE, cuts=[0.3, 0.5])[0].value


def test_counts_are_repeated_rows_in_any_order():
    outcome, risk, other = [0, 1, 1], [0.2, 0.7, 0.4], [0.3, 0.5, 0.5]
    repeated = reclassification([1, 0, 1, 1, 0], [0.4, 0.2, 0.7, 0.7, 0.2], [0.5, 0.3, 0.5, 0.5, 0.3])
    assert [row.to_record() for row in repeated] == [
        row.to_record() for row in reclassification(outcome, risk, other, counts=[2, 2, 1])
    ]


def test_without_events_it_is_not_estimable():
    total, events, others, idi = reclassification([0, 0], [0.2, 0.3], [0.3, 0.2])
    assert ["not_estimable"] * 2 == [row.status for row in (total, events)]
    assert math.isnan(total.value)
    assert 0.0 == others.value
    assert "not_estimable" == idi.status


@pytest.mark.parametrize("cuts", [[], [0.5, 0.3], [0.0], [1.0]])
def test_cuts_that_are_no_ascending_risks_are_refused(cuts):
    with pytest.raises(ContractError, match="`cuts` must ascend"):
        reclassification([0, 1], [0.2, 0.3], [0.3, 0.2], cuts=cuts)


def test_every_number_carries_the_caveat():
    assert all("no evidence of a better model" in row.notes[0] for row in reclassification(*PEOPLE))
