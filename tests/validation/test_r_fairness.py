"""The rest of what R says of groups: everything in the two-by-two table of each, and what follows from it."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from reference import Values, compas_filtered, data, r_values
from rvn.validation.cutoffs.accuracy import accuracy
from rvn.validation.discrimination.auc import auc
from rvn.validation.rates.observed import rates_by_score
from rvn.validation.rates.proportions import proportion, ratio
from rvn.validation.reliability.correlation import correlation

R = r_values("fairness")
Z = stats.norm.isf(0.025)


def close(expected: object, rel: float = 1e-9) -> object:
    return pytest.approx(expected, rel=rel, abs=1e-14, nan_ok=True)


def number(value: object) -> float:
    """R writes what is no finite number as text."""
    return float("nan") if value is None else float(value)


def people(record: str) -> tuple[pd.DataFrame, str, pd.Series]:
    """Return the people of a record, the column of their group, and whether they are flagged."""
    frame = data("compas") if record.endswith("_all") else compas_filtered()
    if record == "groups_nij_race_ge7":
        frame = data("nij_subset").rename(columns={"recidivism_within_3years": "two_year_recid"})
        return frame, "race", frame["supervision_risk_score_first"] >= 7
    if "race_by_sex" in record:
        frame = frame.assign(both=frame["race"] + " " + frame["sex"])
        return frame, "both", frame["score_text"] != "Low"
    column = "sex" if "_sex_" in record else "race"
    return frame, column, frame["decile_score"] >= 8 if "high" in record else frame["score_text"] != "Low"


def check(expected: Values, outcome: pd.Series, flagged: pd.Series) -> None:
    (row,) = accuracy(outcome, flagged.astype(int), cuts=[1])
    tp, fp, fn, tn = row.true_positives, row.false_positives, row.false_negatives, row.true_negatives
    assert [expected[name] for name in ("n", "tp", "fp", "fn", "tn")] == [tp + fp + fn + tn, tp, fp, fn, tn]
    n = tp + fp + fn + tn
    shares = {
        "base_rate": (tp + fn, n),
        "selection_rate": (tp + fp, n),
        "tpr": (tp, tp + fn),
        "tnr": (tn, fp + tn),
        "fpr": (fp, fp + tn),
        "fnr": (fn, tp + fn),
        "ppv": (tp, tp + fp),
        "npv": (tn, tn + fn),
        "fdr": (fp, tp + fp),
        "forate": (fn, tn + fn),
        "accuracy": (tp + tn, n),
    }
    for name, (some, size) in shares.items():
        share = proportion(some, size)
        theirs = [number(value) for value in expected[name]]
        assert close(theirs[0]) == share.value
        # Hmisc changes Wilson's limits where all but one, or one, have it, and at both ends.
        if 1 < some < size - 1:
            assert close(theirs[1:]) == [share.low, share.high]
    sensitivity, specificity, precision = (
        getattr(row, name).value for name in ("sensitivity", "specificity", "positive_predictive_value")
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        found = {
            "balanced_accuracy": (sensitivity + specificity) / 2,
            "f1": 2 * precision * sensitivity / (precision + sensitivity) if tp else number(expected["f1"]),
            "lr_pos": np.float64(sensitivity) / (1 - specificity),
            "lr_neg": np.float64(1 - sensitivity) / specificity,
            "treatment_equality_fn_fp": np.float64(fn) / fp,
        }
    assert close({name: number(expected[name]) for name in found}) == {name: float(one) for name, one in found.items()}
    assert close(number(expected["mcc"])) == correlation(outcome, flagged.astype(int)).value


@pytest.mark.parametrize(
    "record",
    [
        "groups_race_medium_plus_all",
        "groups_race_high_pp",
        "groups_sex_medium_plus_pp",
        "groups_race_by_sex_medium_plus_pp",
        "groups_nij_race_ge7",
    ],
)
def test_everything_in_the_table_of_each_group(record):
    frame, column, flagged = people(record)
    groups = {name: frame[column] == name for name in R[record] if name != "everyone"}
    if "everyone" in R[record]:
        groups["everyone"] = pd.Series(True, index=frame.index)
    for name, here in groups.items():
        check(R[record][name], frame["two_year_recid"][here], flagged[here])


@pytest.mark.parametrize("name", ["fpr", "fnr", "ppv", "npv", "selection_rate", "accuracy", "base_rate"])
def test_the_gaps_are_of_these_people(name):
    expected = R["gaps_aa_vs_c_medium_plus_all"][name]
    tables = [R["groups_race_medium_plus_all"][group] for group in ("African-American", "Caucasian")]
    for place, table in enumerate(tables, 1):
        tp, fp, fn, tn = (table[key] for key in ("tp", "fp", "fn", "tn"))
        some, size = {
            "fpr": (fp, fp + tn),
            "fnr": (fn, fn + tp),
            "ppv": (tp, tp + fp),
            "npv": (tn, tn + fn),
            "selection_rate": (tp + fp, tp + fp + fn + tn),
            "accuracy": (tp + tn, tp + fp + fn + tn),
            "base_rate": (tp + fn, tp + fp + fn + tn),
        }[name]
        assert [some, size] == [expected[f"x{place}"], expected[f"n{place}"]]
    x1, n1, x2, n2 = (expected[key] for key in ("x1", "n1", "x2", "n2"))
    one, two = x1 / n1, x2 / n2
    # Wald's limits cover too little; ours are Newcombe's, compared elsewhere.
    reach = Z * np.sqrt(one * (1 - one) / n1 + two * (1 - two) / n2)
    assert close(expected["diff_wald"]) == [one - two, one - two - reach, one - two + reach]
    katz = ratio(x1, n1, x2, n2, method="katz")
    assert close(expected["ratio_katz"]) == [katz.value, katz.low, katz.high]
    table = [[x1, n1 - x1], [x2, n2 - x2]]
    chi2 = stats.chi2_contingency(table, correction=False)
    assert close(expected["chisq"][0]) == chi2.statistic
    assert pytest.approx(np.log(expected["chisq"][1]), rel=1e-9) == np.log(chi2.pvalue)


def test_the_fairness_package_counts_correlates_and_takes_the_mean_of_being_right():
    expected = R["fairness_package_pp"]
    frame = compas_filtered()
    found = {}
    for group in ("Caucasian", "African-American"):
        here = frame[frame["race"] == group]
        (row,) = accuracy(here["two_year_recid"], here["decile_score"], cuts=[5])
        found[group] = {
            "dem_parity": row.true_positives + row.false_positives,
            "acc_parity": row.accuracy.value,
            "mcc_parity": correlation(here["two_year_recid"], (here["decile_score"] >= 5).astype(int)).value,
        }
    for metric in ("dem_parity", "acc_parity", "mcc_parity"):
        base = found["Caucasian"][metric]
        for group, values in found.items():
            size = int((frame["race"] == group).sum())
            assert close(expected[metric][group]) == [values[metric], values[metric] / base, size]


def test_variances_of_the_areas_of_each_race():
    frame, expected = compas_filtered(), R["auc_by_race_heterogeneity"]
    for race, variance in zip(expected["race"], expected["var"], strict=True):
        here = frame[frame["race"] == race]
        assert close(variance) == auc(here["two_year_recid"], here["decile_score"], method="wald").se ** 2


def test_distances_between_the_scores_of_two_groups():
    frame, expected = compas_filtered(), R["score_distribution_smd"]
    one, two = (
        np.bincount(frame.loc[frame["race"] == race, "decile_score"], minlength=11).cumsum()
        for race in ("African-American", "Caucasian")
    )
    apart = np.abs(one / one[-1] - two / two[-1])
    assert close(expected["ks"]) == apart.max()
    assert close(expected["wasserstein_1"]) == apart.sum()


def test_the_deciles_of_conditional_rates_are_all_that_occur():
    frame = compas_filtered()
    rows = rates_by_score(frame["two_year_recid"], frame["decile_score"])
    assert R["conditional_rates_by_decile"]["decile"] == [row.at["score"] for row in rows]
