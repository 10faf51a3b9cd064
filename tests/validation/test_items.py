"""Tables of items: every row is the statistic it names, and the psych package agrees."""

import numpy as np
import pytest
from scales import KEY, bfi, cesd, complete, induc

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.agreement.kappa import kappa
from rvn.validation.discrimination.auc import auc
from rvn.validation.estimate import Estimate
from rvn.validation.reliability.items import agreement_by_item, item_outcome_statistics, item_statistics


def named(rows: tuple[Estimate, ...], name: str) -> list[float]:
    return [row.value for row in rows if row.name == name]


@pytest.mark.parametrize("scale", KEY)
def test_items_of_a_scale_are_those_of_psych(scale: str) -> None:
    values = r_values("reliability")[f"alpha_bfi_complete_{scale}"]
    rows = item_statistics(complete(bfi(scale)), dict.fromkeys(KEY[scale].split(), range(1, 7)))
    assert pytest.approx(values["item_stats"]["mean"], rel=1e-9) == named(rows, "mean")
    assert pytest.approx(values["item_stats"]["raw.r"], rel=1e-9) == named(rows, "item_total")
    assert pytest.approx(values["item_stats"]["r.drop"], rel=1e-9) == named(rows, "item_rest")
    assert pytest.approx(values["alpha_drop"]["raw_alpha"], rel=1e-9) == named(rows, "alpha_without")
    deviations = [row.se * np.sqrt(row.n) for row in rows if row.name == "mean"]
    assert pytest.approx(values["item_stats"]["sd"], rel=1e-9) == deviations


@pytest.mark.parametrize("scale", KEY)
def test_means_are_of_all_answers_to_the_item(scale: str) -> None:
    values = r_values("reliability")[f"alpha_bfi_{scale}"]["item_stats"]
    rows = item_statistics(bfi(scale), dict.fromkeys(KEY[scale].split(), range(1, 7)))
    assert pytest.approx(values["mean"], rel=1e-9) == named(rows, "mean")
    assert values["n"] == [row.n for row in rows if row.name == "mean"]
    assert pytest.approx([1 - n / 2800 for n in values["n"]], rel=1e-9) == named(rows, "absent")


def test_items_of_the_cesd() -> None:
    values = r_values("reliability")["item_total_correlations_cesd"]
    rows = item_statistics(complete(cesd()), dict.fromkeys(values["item"], range(4)))
    assert pytest.approx(values["r_item_total"], rel=1e-9) == named(rows, "item_total")
    assert pytest.approx(values["r_item_rest"], rel=1e-9) == named(rows, "item_rest")
    for points, share in ((0, "floor"), (3, "ceiling")):
        found = [row.value for row in rows if row.name == "share" and row.at["points"] == points]
        assert pytest.approx(values[share], rel=1e-9) == found


def test_means_of_the_cesd_are_of_all_answers() -> None:
    values = r_values("reliability")["alpha_cesd"]["item_stats"]
    rows = item_statistics(cesd(), dict.fromkeys(values["_rows"], range(4)))
    assert pytest.approx(values["mean"], rel=1e-9) == named(rows, "mean")
    assert values["n"] == [row.n for row in rows if row.name == "mean"]


def test_points_that_nobody_has_stay_in_the_table() -> None:
    rows = item_statistics([[0], [0]], {"debts": (0, 1, 2)})
    assert [1.0, 0.0, 0.0] == named(rows, "share")


def test_an_item_that_nobody_answered_is_not_estimable_and_does_not_stop_the_others() -> None:
    rows = item_statistics([[None, 1], [None, 2]], {"debts": (0, 1), "work": (1, 2)})
    status = {(row.at["item"], row.name): row.status for row in rows}
    assert ("not_estimable", "not_estimable", "ok") == (
        status["debts", "mean"],
        status["debts", "item_rest"],
        status["work", "mean"],
    )


def test_a_mean_without_variance_and_a_mean_of_one() -> None:
    status = {
        row.at["item"]: row.status
        for row in item_statistics([[1, 1], [1, None]], {"same": (0, 1), "one": (0, 1)})
        if row.name == "mean"
    }
    assert {"same": "degenerate", "one": "sparse"} == status


def test_the_wrong_number_of_columns_and_unknown_points_are_refused() -> None:
    with pytest.raises(ContractError, match="2 columns for 1 items"):
        item_statistics([[0, 1]], {"debts": (0, 1)})
    with pytest.raises(ContractError, match="holds 4 for item debts"):
        item_statistics([[4]], {"debts": (0, 1)})


def test_counts_are_repeated_rows() -> None:
    answers, counts = induc()[:40, :4], np.arange(40) % 3
    items = dict.fromkeys("abcd", (0, 1))
    counted = item_statistics(answers, items, counts=counts)
    repeated = item_statistics(np.repeat(answers, counts, axis=0), items)
    for one, other in zip(counted, repeated, strict=True):
        assert (other.name, other.at, other.n, other.excluded) == (one.name, one.at, one.n, one.excluded)
        assert pytest.approx((other.value, other.low, other.high), nan_ok=True) == (one.value, one.low, one.high)


def test_items_against_an_outcome_are_the_statistics_they_name() -> None:
    frame = data("compas").iloc[:500]
    outcome = frame["two_year_recid"].to_numpy()
    answers = np.column_stack([frame["priors_count"].clip(upper=3), frame["juv_fel_count"].clip(upper=1)]).astype(float)
    rows = item_outcome_statistics(outcome, answers, {"priors": range(4), "juvenile": (0, 1)})
    priors = {row.name: row for row in rows if row.at["item"] == "priors"}
    assert pytest.approx(np.corrcoef(outcome, answers[:, 0])[0, 1], rel=1e-9) == priors["correlation"].value
    assert auc(outcome, answers[:, 0]).value == priors["auc"].value
    gain = auc(outcome, answers.sum(axis=1)).value - auc(outcome, answers[:, 1]).value
    assert pytest.approx(gain, rel=1e-9) == priors["auc_gain"].value
    assert priors["odds_ratio"].value > 1


def test_items_against_an_outcome_leave_out_people_with_an_absent_answer() -> None:
    rows = item_outcome_statistics(
        [0, 1, 0, 1, 1], [[0, 1], [1, 0], [0, 0], [1, 1], [1, None]], {"a": (0, 1), "b": (0, 1)}
    )
    assert {4} == {row.n for row in rows}


def test_items_against_an_outcome_of_another_length_are_refused() -> None:
    with pytest.raises(ContractError, match="lengths differ"):
        item_outcome_statistics([0, 1], [[0]], {"a": (0, 1)})


def test_agreement_by_item_is_kappa_of_its_columns() -> None:
    first, second = induc()[:50, :3], induc()[50:100, :3]
    rows = agreement_by_item(first, second, dict.fromkeys("abc", (0, 1)))
    expected = [kappa(first[:, j], second[:, j]).value for j in range(3)]
    assert pytest.approx(expected) == named(rows, "kappa")
    both = ~np.isnan(first[:, 0]) & ~np.isnan(second[:, 0])
    assert pytest.approx((first[both, 0] == second[both, 0]).mean()) == named(rows, "percent_agreement")[0]
    assert 3 == len(named(rows, "gwet_ac1"))


def test_agreement_by_item_needs_the_same_people() -> None:
    with pytest.raises(ContractError, match="lengths differ"):
        agreement_by_item([[0]], [[0], [1]], {"a": (0, 1)})
