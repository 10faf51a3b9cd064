"""The rest of what R says of ROC curves: what follows from the numbers that other tests compare."""

import numpy as np
import pytest
from scipy import stats
from test_cutoffs import row_of

from reference import compas_filtered, data, r_values
from rvn.validation.association.regression import logistic_regression
from rvn.validation.cutoffs.accuracy import accuracy
from rvn.validation.discrimination.auc import auc
from rvn.validation.discrimination.roc import roc_curve
from rvn.validation.foundations.bootstrap import bootstrap
from rvn.validation.rates.proportions import proportion
from rvn.validation.reliability.correlation import correlation
from rvn.validation.tally import Tally

R = r_values("roc")
EPIR = ["epi_tests_compas_medium_plus", "epi_tests_compas_high_pp", "epi_tests_psa_nvca"]


def close(expected: object, rel: float = 1e-9) -> object:
    return pytest.approx(expected, rel=rel, abs=1e-14, nan_ok=True)


def deciles() -> tuple[np.ndarray, np.ndarray]:
    frame = compas_filtered()
    return frame["two_year_recid"].to_numpy(), frame["decile_score"].to_numpy()


@pytest.mark.parametrize("record", [name for name in R if name.startswith("auc_")])
def test_the_variance_is_the_square_of_the_error(record):
    assert close(R[record]["variance_delong"]) == R[record]["se_delong"] ** 2


@pytest.mark.parametrize(
    ("record", "outcome", "score"),
    [("coords_compas_decile_pp", "two_year_recid", "decile_score"), ("coords_psa_nca", "y_nca", "nca_score")],
)
def test_the_points_have_other_names(record, outcome, score):
    frame = compas_filtered() if record.startswith("coords_compas") else data("psa_dane")
    expected, curve = R[record], roc_curve(frame[outcome], frame[score])
    table = accuracy(frame[outcome], frame[score], cuts=curve.cuts[:-1])
    for name, values in {
        "tpr": curve.sensitivity,
        "recall": curve.sensitivity,
        "fnr": 1 - curve.sensitivity,
        "tnr": curve.specificity,
        "fpr": 1 - curve.specificity,
        "1-specificity": 1 - curve.specificity,
        "closest.topleft": (1 - curve.sensitivity) ** 2 + (1 - curve.specificity) ** 2,
    }.items():
        assert close(expected[name]) == values.tolist()
    # Of nobody flagged there is no share: pROC's last point has none either.
    predictive = [row.positive_predictive_value.value for row in table]
    assert close(expected["precision"][:-1]) == predictive
    assert close([1 - value for value in expected["fdr"][:-1]]) == predictive
    assert {"NaN"} == {str(expected[name][-1]) for name in ("precision", "fdr")}


def test_the_accuracy_of_every_cut_of_a_marker_is_that_of_proc():
    frame = data("aSAH")
    curve = roc_curve((frame["outcome"] == "Poor").astype(int), frame["s100b"])
    cases = (frame["outcome"] == "Poor").mean()
    assert (
        close(R["coords_asah_s100b"]["accuracy"])
        == (cases * curve.sensitivity + (1 - cases) * curve.specificity).tolist()
    )


@pytest.mark.parametrize(
    ("choice", "points", "distance"),
    [
        ("compas_youden", "coords_compas_decile_pp", lambda sens, spec: -sens - spec),
        ("compas_topleft", "coords_compas_decile_pp", lambda sens, spec: (1 - sens) ** 2 + (1 - spec) ** 2),
        # A missed case costs twice a false alarm, at a base rate of 0.2.
        ("compas_youden_cost2_prev02", "coords_compas_decile_pp", lambda sens, spec: -sens - 2 * spec),
        ("asah_youden", "coords_asah_s100b", lambda sens, spec: -sens - spec),
        ("asah_topleft", "coords_asah_s100b", lambda sens, spec: (1 - sens) ** 2 + (1 - spec) ** 2),
    ],
)
def test_the_best_thresholds_of_proc_are_points_of_the_curve(choice, points, distance):
    expected, table = R["best_threshold"][choice], R[points]
    frame = data("aSAH") if points == "coords_asah_s100b" else compas_filtered()
    outcome, score = (
        ((frame["outcome"] == "Poor").astype(int), frame["s100b"])
        if points == "coords_asah_s100b"
        else (frame["two_year_recid"], frame["decile_score"])
    )
    curve = roc_curve(outcome, score)
    place = int(np.argmin(distance(curve.sensitivity, curve.specificity)))
    assert close(expected["threshold"]) == [float(table["threshold"][place])]
    assert close(expected["sensitivity"]) == [curve.sensitivity[place]]
    assert close(expected["specificity"]) == [curve.specificity[place]]
    assert close(expected["accuracy"]) == [table["accuracy"][place]]


@pytest.mark.parametrize(("name", "place"), [("specificity", "specificity"), ("npv", "negative_predictive_value")])
def test_bootstrapped_shares_are_near_those_of_proc(name, place):
    outcome, score = deciles()
    tally = Tally({"outcome": outcome, "score": score})
    expected = R["ci_coords_boot_compas"][name]
    for column, cut in enumerate((5, 8)):

        def share(outcome, score, counts, cut=cut):
            (row,) = accuracy(outcome, score, cuts=[cut], counts=counts)
            return getattr(row, place)

        found = bootstrap(share, tally, strata="outcome", replicates=150, method="percentile", rng=1)
        limits = [expected[quantile][column] for quantile in ("2.5%", "50%", "97.5%")]
        assert pytest.approx(limits, abs=0.006) == [found.low, found.value, found.high]


def test_the_pairs_are_those_of_survival_and_hmisc():
    outcome, score = deciles()
    area, curve = auc(outcome, score), roc_curve(outcome, score)
    cases, others = area.n_events, area.n - area.n_events
    tied = curve.tied * cases * others
    concordant = area.value * cases * others - tied / 2
    counts = R["concordance_binary_compas_decile_pp"]["counts"]
    assert close(counts["concordant"]) == concordant
    assert close(counts["tied.x"]) == tied
    assert close(counts["discordant"]) == cases * others - concordant - tied
    people = Tally({"outcome": outcome, "score": score})["counts"]
    same = (people * (people - 1) / 2).sum()
    assert counts["tied.xy"] == same
    assert counts["tied.y"] == (cases * (cases - 1) + others * (others - 1)) / 2 - same
    assert close(R["concordance_binary_compas_decile_pp"]["concordance"]) == area.value
    jackknife = auc(outcome, score, weights=np.ones(len(score)), method="wald").se
    assert close(R["concordance_binary_compas_decile_pp"]["var"]) == jackknife**2
    # Hmisc counts every pair twice, once from either side, and a tie as half.
    hmisc = R["rcorr_cens_compas_decile_pp"]
    assert close(hmisc["Relevant Pairs"]) == 2 * cases * others
    assert close(hmisc["Concordant"]) == 2 * concordant + tied
    assert close(hmisc["C Index"]) == area.value
    assert [area.n, 0, area.n, 0] == [hmisc[name] for name in ("n", "missing", "uncensored", "Uncertain")]
    somers = R["somers2_compas_decile_pp"]
    assert close(somers["Dxy"]) == 2 * area.value - 1
    assert [area.n, 0] == [somers["n"], somers["Missing"]]


def test_the_rank_correlations_are_ours_of_ranks():
    outcome, score = deciles()
    expected = R["correlations_compas_decile_pp"]
    pearson = correlation(score, outcome)
    assert close(expected["point_biserial"]["estimate"]) == pearson.value
    assert close(expected["point_biserial"]["ci95"]) == [pearson.low, pearson.high]
    spearman = correlation(stats.rankdata(score), stats.rankdata(outcome))
    assert close(expected["spearman"]["estimate"]) == spearman.value
    for name, estimate in (("point_biserial", pearson), ("spearman", spearman)):
        t = estimate.value * np.sqrt((estimate.n - 2) / (1 - estimate.value**2))
        assert pytest.approx(np.log(expected[name]["p_value"]), rel=1e-9) == np.log(2) + stats.t.logsf(
            t, estimate.n - 2
        )
    area, curve = auc(outcome, score), roc_curve(outcome, score)
    pairs = area.n * (area.n - 1) / 2
    apart = area.n_events * (area.n - area.n_events)
    people = np.bincount(score)
    apart_in_score = pairs - (people * (people - 1) / 2).sum()
    tau = (2 * area.value - 1) * apart / np.sqrt(apart * apart_in_score)
    assert close(expected["kendall_tau_b"]["estimate"]) == tau
    # Mann and Whitney's variance when nobody differs, ties included, is also that of Kendall's test.
    ties = 1 - (people**3 - people).sum() / (area.n**3 - area.n)
    z = (area.value - 0.5) / np.sqrt((area.n + 1) * ties / (12 * apart))
    log_p = np.log(2) + stats.norm.logsf(z)
    assert pytest.approx(np.log(R["mannwhitney_compas_decile_pp"]["p_value"]), rel=1e-9) == log_p
    assert pytest.approx(np.log(expected["kendall_tau_b"]["p_value"]), rel=1e-9) == log_p
    assert curve.tied > 0


@pytest.mark.parametrize("method", ["exact", "wilson"])
@pytest.mark.parametrize("record", EPIR)
def test_the_other_numbers_of_the_two_by_two_table_follow(record, method):
    expected, row = R[record][method], row_of(record, method)
    table = R[record]["table"]
    assert [row.true_positives, row.false_negatives] == table["event"]
    assert [row.false_positives, row.true_negatives] == table["no event"]
    cases, n = sum(table["event"]), sum(table["event"]) + sum(table["no event"])
    base_rate = proportion(cases, n, method=method)
    assert close(list(expected["tp"].values())) == [base_rate.value, base_rate.low, base_rate.high]
    assert close(list(expected["p.rin"].values())) == [row.flagged.value, row.flagged.low, row.flagged.high]
    for name, estimate in {
        "p.rout": row.flagged,
        "p.tpdn": row.specificity,
        "p.tndp": row.sensitivity,
        "p.dntp": row.positive_predictive_value,
        "p.dptn": row.negative_predictive_value,
    }.items():
        assert close(list(expected[name].values())) == [1 - estimate.value, 1 - estimate.high, 1 - estimate.low]
    # epiR's Youden adds the limits of sensitivity and specificity; ours are Newcombe's, which are narrower.
    limits = [getattr(row.sensitivity, end) + getattr(row.specificity, end) - 1 for end in ("value", "low", "high")]
    assert close(list(expected["youden"].values())) == limits
    assert close(list(expected["nndx"].values())) == [1 / limits[0], 1 / limits[2], 1 / limits[1]]
    assert close(expected["lr.pos"]["est"]) == row.positive_likelihood_ratio.value
    assert close(expected["lr.neg"]["est"]) == row.negative_likelihood_ratio.value
    # epiR's limits of likelihood ratios are Simel's on the log scale, whatever `method` says.
    (a, c), (b, d) = table["event"], table["no event"]
    for name, (one, other) in {"lr.pos": (a, b), "lr.neg": (c, d)}.items():
        se = np.sqrt(1 / one - 1 / (a + c) + 1 / other - 1 / (b + d))
        reach = np.exp(stats.norm.isf(0.025) * se)
        middle = expected[name]["est"]
        assert close([middle / reach, middle * reach]) == [expected[name]["lower"], expected[name]["upper"]]
    model = logistic_regression([1, 1, 0, 0], {"flag": [1, 0, 1, 0]}, counts=[a, c, b, d]).coefficients[1]
    reach = stats.norm.isf(0.025) * model.se
    assert (
        close(list(expected["diag.or"].values()))
        == np.exp([model.value, model.value - reach, model.value + reach]).tolist()
    )
