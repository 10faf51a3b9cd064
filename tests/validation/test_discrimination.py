"""AUC, its intervals and its comparisons, against pROC and against the definitions written out."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reference import compas_filtered, data, r_values
from rvn.errors import ContractError
from rvn.validation.discrimination.auc import auc, compare_auc, compare_auc_unpaired
from rvn.validation.discrimination.delong import delong, newcombe_limits

R = r_values("roc")
SCORES_A = list(range(9))
PEOPLE_A = np.array([21, 63, 92, 83, 56, 48, 23, 10, 4])
EVENTS_A = np.array([0, 6, 3, 13, 12, 13, 10, 6, 1])
TABLE_A = {
    "outcome": [0] * 9 + [1] * 9,
    "score": SCORES_A * 2,
    "counts": np.concatenate([PEOPLE_A - EVENTS_A, EVENTS_A]),
}
OUTCOME_P = [1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0]
FIRST_P = [7, 3, 4, 6, 2, 5, 5, 1, 8, 4, 0, 3, 4, 2, 6, 9, 1, 3, 5, 6, 2, 4, 3, 0]
SECOND_P = [6, 4, 4, 5, 3, 3, 7, 2, 3, 5, 1, 2, 5, 4, 4, 7, 2, 1, 6, 4, 3, 5, 2, 2]


def close(expected: float) -> object:
    return pytest.approx(expected, rel=1e-9, abs=1e-14)


def sample_of(record: str) -> tuple[np.ndarray, np.ndarray]:
    """Outcome and score of a record."""
    name = record.removeprefix("auc_")
    if name.startswith("asah"):
        frame = data("aSAH")
        return (frame["outcome"] == "Poor").to_numpy(int), frame[name.removeprefix("asah_")].to_numpy()
    if name.startswith("psa"):
        frame = data("psa_dane")
        outcome, score = {
            "nca": ("y_nca", "nca_score"),
            "fta": ("y_fta", "fta_score"),
            "nvca_flag": ("y_nvca", "nvca_flag"),
        }[name.removeprefix("psa_")]
        return frame[outcome].to_numpy(), frame[score].to_numpy()
    if name == "nij_riskscore":
        frame = data("nij_subset")
        return frame["recidivism_within_3years"].to_numpy(), frame["supervision_risk_score_first"].to_numpy()
    if name.endswith("_val"):
        frame = data("compas").merge(data("compas_pred"), on="id")
        column = {"compas_model_val": "p_model", "compas_risk730_val": "risk730"}[name]
        return frame["two_year_recid"].to_numpy(), frame[column].to_numpy()
    if name == "compas_vdecile_violent":
        frame = data("compas").query("in_violent_file == 1")
        return frame["two_year_violent_recid"].to_numpy(), frame["v_decile_score"].to_numpy()
    frame = data("compas") if name == "compas_decile_all" else compas_filtered()
    for column, value in {
        "race_AfricanAmerican": ("race", "African-American"),
        "race_Caucasian": ("race", "Caucasian"),
        "race_Hispanic": ("race", "Hispanic"),
        "race_Other": ("race", "Other"),
        "sex_Male": ("sex", "Male"),
        "sex_Female": ("sex", "Female"),
        "age_Lessthan25": ("age_cat", "Less than 25"),
        "age_2545": ("age_cat", "25 - 45"),
        "age_Greaterthan45": ("age_cat", "Greater than 45"),
    }.items():
        if name.endswith(column):
            frame = frame[frame[value[0]] == value[1]]
    score = {
        "compas_level_pp": frame["score_text"].map({"Low": 1, "Medium": 2, "High": 3}),
        "compas_priors_pp": frame["priors_count"],
        "compas_age_pp": frame["age"],
    }.get(name, frame["decile_score"])
    return frame["two_year_recid"].to_numpy(), score.to_numpy()


@pytest.mark.parametrize("record", [name for name in R if name.startswith("auc_")])
def test_the_auc_and_its_interval_are_those_of_proc(record):
    expected = R[record]
    outcome, score = sample_of(record)
    for level, limits in ((0.95, "ci95_delong"), (0.9, "ci90_delong"), (0.99, "ci99_delong")):
        estimate = auc(outcome, score, method="wald", level=level)
        assert close(expected["auc"]) == estimate.value
        assert close(expected["se_delong"]) == estimate.se
        assert close(expected[limits][0]) == estimate.low
        assert close(expected[limits][2]) == estimate.high
    assert (expected["n"], expected["n_events"]) == (estimate.n, estimate.n_events)
    assert ("below_chance" if expected["auc"] < 0.5 else "ok") == estimate.status


def test_the_auc_is_also_hmiscs_and_survivals_concordance():
    outcome, score = sample_of("auc_compas_decile_pp")
    estimate = auc(outcome, score, method="wald")
    assert close(R["somers2_compas_decile_pp"]["C"]) == estimate.value
    assert close(R["rcorr_cens_compas_decile_pp"]["Dxy"]) == 2 * estimate.value - 1
    cases, others = estimate.n_events, estimate.n - estimate.n_events
    assert close(R["mannwhitney_compas_decile_pp"]["W"]) == (1 - estimate.value) * cases * others


def test_two_kinds_of_error_are_not_delongs():
    # Hmisc::rcorr.cens: standard error of Dxy = 0.013038, half of it 0.0065188; survival by the infinitesimal
    # jackknife 0.0065188; DeLong, with m - 1 and n - 1 as divisors, 0.0065198.
    outcome, score = sample_of("auc_compas_decile_pp")
    assert 0.0065198 == round(auc(outcome, score, method="wald").se, 7)
    jackknife = auc(outcome, score, weights=np.ones(len(score)), method="wald").se
    assert close(R["concordance_binary_compas_decile_pp"]["se"]) == jackknife
    assert pytest.approx(R["rcorr_cens_compas_decile_pp"]["S.D."] / 2, rel=1e-6) == jackknife


@pytest.mark.parametrize(
    ("method", "low", "high"),
    [
        ("wald", 0.669075043, 0.802697651),
        ("logit", 0.663948843, 0.797129716),
        ("newcombe", 0.663764696, 0.795643930),
    ],
)
def test_table_a_has_the_three_intervals(method, low, high):
    estimate = auc(**TABLE_A, method=method)
    assert pytest.approx(0.735886347, abs=5e-10) == estimate.value
    assert pytest.approx((low, high), abs=5e-10) == (estimate.low, estimate.high)
    assert ("logit" if method == "logit" else "identity") == estimate.scale
    on_identity = estimate.se * (estimate.value * (1 - estimate.value) if method == "logit" else 1)
    assert pytest.approx(0.0340880265, abs=5e-11) == on_identity


ROWS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 5), st.integers(0, 5), st.integers(0, 3)), min_size=4, max_size=25
)


def by_pairs(outcome: np.ndarray, score: np.ndarray, weight: np.ndarray) -> float:
    """The definition: every case against every non-case."""
    case = outcome == 1
    wins = (score[case, None] > score[~case]) + 0.5 * (score[case, None] == score[~case])
    pairs = weight[case, None] * weight[~case]
    return float((wins * pairs).sum() / pairs.sum())


@given(ROWS)
def test_the_auc_is_the_share_of_pairs_and_counts_are_rows_repeated(rows):
    outcome, score, other, counts = (np.array(column) for column in zip(*rows, strict=True))
    long = [np.repeat(column, counts) for column in (outcome, score, other)]
    assume(0 < long[0].sum() < len(long[0]))
    estimate = auc(outcome, score, counts=counts)
    assert pytest.approx(by_pairs(long[0], long[1], np.ones(len(long[0]))), abs=1e-12) == estimate.value
    assert repr(auc(long[0], long[1])) == repr(estimate)
    assert repr(compare_auc(*long)) == repr(compare_auc(outcome, score, other, counts=counts))


@given(ROWS, st.randoms())
def test_row_order_does_not_matter(rows, random):
    outcome, score, other, _ = zip(*rows, strict=True)
    random.shuffle(rows)
    outcome_2, score_2, other_2, _ = zip(*rows, strict=True)
    assert repr(auc(outcome, score)) == repr(auc(outcome_2, score_2))
    assert repr(compare_auc(outcome, score, other)) == repr(compare_auc(outcome_2, score_2, other_2))


@given(ROWS, st.sampled_from(["logit", "wald", "newcombe"]))
def test_a_score_turned_round_has_the_auc_and_the_interval_turned_round(rows, method):
    outcome, score, _, counts = (np.array(column) for column in zip(*rows, strict=True))
    one, other = (auc(outcome, s, counts=counts, method=method) for s in (score, -score))
    if math.isnan(one.value):
        assert math.isnan(other.value)
        return
    assert pytest.approx(1 - other.value, abs=1e-12) == one.value
    assert pytest.approx((1 - other.high, 1 - other.low), abs=1e-9) == (one.low, one.high)


@given(ROWS)
def test_only_the_order_of_the_scores_matters(rows):
    outcome, score, _, counts = (np.array(column) for column in zip(*rows, strict=True))
    assert repr(auc(outcome, score, counts=counts)) == repr(auc(outcome, np.exp(score) - 2, counts=counts))


def test_few_people_or_a_steep_auc_give_newcombes_interval_first_and_the_logit_one_in_the_notes():
    few = auc([0, 0, 1, 1], [1, 2, 2, 3], counts=[30, 30, 15, 14])
    assert "DeLong, Newcombe 5" == few.method
    assert newcombe_limits(few.value, 29, 60, 1.959963984540054) == (few.low, few.high)
    assert any("logit scale would be" in note for note in few.notes)
    assert "DeLong, logit" == auc([0, 0, 1, 1], [1, 2, 2, 3], counts=[30, 30, 15, 15]).method
    steep = auc([0, 0, 1, 1], [1, 2, 2, 3], counts=[95, 5, 15, 85])
    assert steep.value > 0.9
    assert "DeLong, Newcombe 5" == steep.method


@pytest.mark.parametrize("method", ["logit", "wald", "newcombe"])
def test_a_perfect_auc_has_newcombes_interval_and_not_one_of_no_width(method):
    # pROC: 1 with the interval (1, 1).
    estimate = auc([0, 0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6, 7], method=method)
    assert (1.0, 1.0, "degenerate") == (estimate.value, estimate.high, estimate.status)
    assert pytest.approx(newcombe_limits(1.0, 3, 4, 1.959963984540054)[0]) == estimate.low
    assert estimate.low < 0.7


def test_one_score_value_gives_one_half_exactly_and_is_degenerate():
    estimate = auc([0, 1, 0, 1, 1], [3, 3, 3, 3, 3])
    assert (0.5, "degenerate") == (estimate.value, estimate.status)
    assert estimate.low < 0.5 < estimate.high


@pytest.mark.parametrize(("outcome", "why"), [([0, 0], "no cases"), ([1, 1], "only cases"), ([None, None], "nobody")])
def test_without_cases_or_non_cases_nothing_is_estimable(outcome, why):
    for estimate in (
        auc(outcome, [1, 2]),
        compare_auc(outcome, [1, 2], [2, 1]),
        auc(outcome, [1, 2], weights=[1, 2]),
        auc(outcome, [1, 2], cluster=[1, 1]),
        compare_auc_unpaired(outcome, [1, 2], [0, 1], [1, 2]),
    ):
        assert "not_estimable" == estimate.status
        assert math.isnan(estimate.value)
    assert any(why in note for note in auc(outcome, [1, 2]).notes)


def test_a_single_case_has_an_auc_but_no_standard_error():
    estimate = auc([1, 0, 0, 0], [2, 1, 2, 3])
    assert (0.5, "sparse") == (estimate.value, estimate.status)
    assert math.isnan(estimate.se)
    assert 0 < estimate.low < 0.5 < estimate.high < 1
    paired = compare_auc([1, 0, 0, 0], [2, 1, 2, 3], [1, 2, 3, 4])
    assert "sparse" == paired.status
    assert paired.p_value is None
    assert math.isnan(paired.low)


def test_absent_rows_are_counted_and_nobody_is_there_zero_times():
    estimate = auc([0, 1, None, 1, 0], [1, None, 2, 2, 1], counts=[3, 2, 4, 5, 0])
    assert {"outcome absent": 4, "score absent": 2} == estimate.excluded
    assert (8, 5) == (estimate.n, estimate.n_events)


def test_the_two_scores_of_table_p_have_the_areas_errors_and_covariance_of_proc():
    outcome, first, second = (np.array(column, dtype=float) for column in (OUTCOME_P, FIRST_P, SECOND_P))
    areas, covariance = delong(outcome, [first, second], np.ones(24))
    assert pytest.approx((0.8828125, 0.765625), abs=1e-12) == tuple(areas)
    assert pytest.approx((0.0715296439, 0.109905178), abs=5e-10) == tuple(np.sqrt(np.diag(covariance)))
    assert pytest.approx(0.00430850074, abs=5e-12) == covariance[0, 1]


def test_the_covariance_of_two_aucs_is_that_of_proc():
    frame = data("aSAH")
    outcome = (frame["outcome"] == "Poor").to_numpy(float)
    scores = [frame[name].to_numpy(float) for name in ("wfns", "s100b")]
    _, covariance = delong(outcome, scores, np.ones(len(frame)))
    assert close(R["cov_asah_wfns_s100b"]["covariance_delong"]) == covariance[0, 1]


def pair_of(record: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if "asah" in record:
        frame = data("aSAH")
        outcome, (first, second) = (frame["outcome"] == "Poor").astype(int), record.split("_")[-2:]
    elif record.endswith("_val"):
        frame = data("compas").merge(data("compas_pred"), on="id")
        outcome, first, second = frame["two_year_recid"], "p_model", "decile_score"
    else:
        frame = compas_filtered()
        outcome, first = frame["two_year_recid"], "decile_score"
        second = "priors_count" if "priors" in record else "v_decile_score"
    return outcome.to_numpy(), frame[first].to_numpy(), frame[second].to_numpy()


@pytest.mark.parametrize("record", [name for name in R if name.startswith("test_paired")])
def test_the_paired_comparison_is_that_of_proc(record):
    expected = R[record]
    estimate = compare_auc(*pair_of(record))
    assert close(expected["estimate"][0] - expected["estimate"][1]) == estimate.value
    assert close(expected["statistic"]) == estimate.statistic
    assert close(expected["p_value"]) == estimate.p_value
    assert close(expected["ci95_difference"][0]) == estimate.low
    assert close(expected["ci95_difference"][1]) == estimate.high


def test_the_paired_comparison_of_table_p():
    estimate = compare_auc(OUTCOME_P, FIRST_P, SECOND_P)
    assert pytest.approx((1.26523779, 0.205786099), abs=5e-9) == (estimate.statistic, estimate.p_value)


def test_a_score_does_not_differ_from_itself():
    estimate = compare_auc(OUTCOME_P, FIRST_P, FIRST_P)
    assert (0.0, 0.0, 1.0, "degenerate") == (estimate.value, estimate.statistic, estimate.p_value, estimate.status)


@pytest.mark.parametrize("other", [[1, 1, 1, 1], [1, 2, 1, 2]])
def test_a_perfect_score_does_not_win_the_paired_comparison(other):
    estimate = compare_auc([0, 0, 1, 1], [1, 1, 2, 2], other)
    assert (0.5, None, None, "degenerate") == (
        estimate.value,
        estimate.p_value,
        estimate.statistic,
        estimate.status,
    )
    (low, _), (_, high) = (newcombe_limits(area, 2, 2, 1.959963984540054) for area in (1.0, 0.5))
    assert pytest.approx(0.5 - math.hypot(1 - low, high - 0.5)) == estimate.low
    assert compare_auc([0, 0, 1, 1], [1, 1, 2, 2], other, margin=0.1).p_value is None


def test_non_inferiority_is_one_sided_against_the_margin():
    estimate = compare_auc(OUTCOME_P, SECOND_P, FIRST_P, margin=0.3)
    two_sided = compare_auc(OUTCOME_P, SECOND_P, FIRST_P, level=0.9)
    assert pytest.approx(two_sided.low) == estimate.low
    assert math.inf == estimate.high
    z = (two_sided.value + 0.3) / two_sided.se
    assert pytest.approx(z) == estimate.statistic
    assert pytest.approx(0.5 * math.erfc(z / math.sqrt(2))) == estimate.p_value
    same = compare_auc(OUTCOME_P, FIRST_P, FIRST_P, margin=0.1)
    assert (0.0, None, "degenerate") == (same.low, same.p_value, same.status)
    with pytest.raises(ContractError, match="margin"):
        compare_auc(OUTCOME_P, FIRST_P, SECOND_P, margin=0)


def halves_of(record: str) -> list[tuple[np.ndarray, np.ndarray]]:
    if "asah" in record:
        frame = data("aSAH")
        outcome, score, group = (frame["outcome"] == "Poor").astype(int), frame["s100b"], frame["gender"]
        values = ("Male", "Female")
    else:
        frame = compas_filtered()
        outcome, score = frame["two_year_recid"], frame["decile_score"]
        group, values = (
            (frame["sex"], ("Male", "Female"))
            if "sex" in record
            else (frame["race"], ("African-American", "Caucasian"))
        )
    return [(outcome[group == value].to_numpy(), score[group == value].to_numpy()) for value in values]


@pytest.mark.parametrize("record", [name for name in R if name.startswith("test_unpaired")])
def test_the_unpaired_comparison_is_that_of_proc(record):
    expected = R[record]
    first, second = halves_of(record)
    estimate = compare_auc_unpaired(*first, *second)
    assert close(expected["estimate"][0] - expected["estimate"][1]) == estimate.value
    assert close(expected["statistic"]) == estimate.statistic
    assert close(expected["parameter"]) == estimate.df
    assert close(expected["p_value"]) == estimate.p_value
    assert estimate.low < 0 < estimate.high
    turned = compare_auc_unpaired(*second, *first)
    assert pytest.approx((-estimate.high, -estimate.low)) == (turned.low, turned.high)


def test_a_group_with_an_auc_of_one_does_not_win_the_comparison():
    # pROC compares .8 (variance .0179) with 1 (variance 0) without a word: D -1.49666295, df 11, p .162612081.
    groups = [(OUTCOME_P[start::2], FIRST_P[start::2]) for start in (0, 1)]
    estimate = compare_auc_unpaired(*groups[0], *groups[1])
    assert pytest.approx(-0.2) == estimate.value
    assert ("degenerate", None, None) == (estimate.status, estimate.p_value, estimate.statistic)
    wins = [
        (auc(*group).value, *newcombe_limits(auc(*group).value, sum(group[0]), 12 - sum(group[0]), 1.959964))
        for group in groups
    ]
    low = -0.2 - math.hypot(wins[0][0] - wins[0][1], wins[1][2] - wins[1][0])
    high = -0.2 + math.hypot(wins[0][2] - wins[0][0], wins[1][0] - wins[1][1])
    assert pytest.approx((low, high), abs=1e-6) == (estimate.low, estimate.high)


def test_unpaired_counts_are_rows_repeated_and_exclusions_are_added_up():
    first, second = ([0, 1, 1, None], [1, 1, 2, 2]), ([0, 1, 0], [1, 2, None])
    estimate = compare_auc_unpaired(*first, *second, counts=[9, 5, 7, 2], other_counts=[8, 6, 3])
    repeated = [
        np.repeat(np.array(column, dtype=float), counts)
        for half, counts in ((first, [9, 5, 7, 2]), (second, [8, 6, 3]))
        for column in half
    ]
    assert repr(compare_auc_unpaired(*repeated)) == repr(estimate)
    assert {"outcome absent": 2, "score absent": 3} == estimate.excluded
    assert 35 == estimate.n


@given(ROWS, st.integers(1, 3))
def test_weights_weigh_pairs_and_counts_stay_frequencies(rows, times):
    outcome, score, weight, counts = (np.array(column) for column in zip(*rows, strict=True))
    long = [np.repeat(column, counts) for column in (outcome, score, weight)]
    present = long[0][long[2] > 0]
    assume(0 < present.sum() < len(present))
    estimate = auc(outcome, score, weights=weight, counts=counts)
    assert pytest.approx(by_pairs(*long), abs=1e-12) == estimate.value
    assert repr(auc(long[0], long[1], weights=long[2])) == repr(estimate)
    scaled = auc(outcome, score, weights=weight * float(times), counts=counts)
    assert pytest.approx(estimate.se, abs=1e-12, nan_ok=True) == scaled.se


def test_the_weighted_error_is_the_change_of_the_auc_with_each_weight():
    rng = np.random.default_rng(5)
    outcome, score, weight = rng.integers(0, 2, 60), rng.integers(0, 6, 60), rng.uniform(0.5, 3, 60)
    changes = []
    for person in range(60):
        step = np.zeros(60)
        step[person] = 1e-5 * weight[person]
        changes.append((by_pairs(outcome, score, weight + step) - by_pairs(outcome, score, weight - step)) / 2e-5)
    estimate = auc(outcome, score, weights=weight, method="wald")
    assert pytest.approx(math.sqrt(sum(change**2 for change in changes)), rel=1e-6) == estimate.se


def test_clusters_of_one_change_nothing():
    outcome, score = sample_of("auc_asah_wfns")
    alone = auc(outcome, score, cluster=np.arange(len(score)))
    assert pytest.approx(auc(outcome, score).se) == alone.se
    assert "Obuchowski" in alone.method


def test_people_counted_twice_as_clusters_have_the_error_of_people_counted_once():
    # Every cluster holds the same row twice: the AUC and, up to the divisors, its error are those of one row each.
    rng = np.random.default_rng(3)
    outcome, score = rng.integers(0, 2, 300), rng.integers(0, 8, 300)
    twice = auc(np.tile(outcome, 2), np.tile(score, 2), cluster=np.tile(np.arange(300), 2), method="wald")
    assert pytest.approx(auc(outcome, score, method="wald").se, rel=1e-12) == twice.se
    assert auc(np.tile(outcome, 2), np.tile(score, 2), method="wald").se < 0.75 * twice.se


def obuchowski(outcome: np.ndarray, score: np.ndarray, cluster: np.ndarray) -> float:
    """Obuchowski 1997, equations 3 to 6, cluster by cluster."""
    m, n = outcome.sum(), (1 - outcome).sum()
    area = by_pairs(outcome, score, np.ones(len(outcome)))
    wins = (score[:, None] > score) + 0.5 * (score[:, None] == score)
    ids = np.unique(cluster)
    s10 = s01 = s11 = 0.0
    with_case = with_other = 0
    for one in ids:
        case, other = (cluster == one) & (outcome == 1), (cluster == one) & (outcome == 0)
        v10 = wins[case][:, outcome == 0].mean(axis=1).sum() - case.sum() * area
        v01 = wins[outcome == 1][:, other].mean(axis=0).sum() - other.sum() * area
        s10, s01, s11 = s10 + v10**2, s01 + v01**2, s11 + v10 * v01
        with_case, with_other = with_case + case.any(), with_other + other.any()
    s10 *= with_case / ((with_case - 1) * m)
    s01 *= with_other / ((with_other - 1) * n)
    s11 *= len(ids) / (len(ids) - 1)
    return float(s10 / m + s01 / n + 2 * s11 / (m * n))


def test_the_clustered_variance_is_obuchowskis():
    rng = np.random.default_rng(11)
    cluster = rng.integers(0, 40, 150)
    outcome = (rng.random(150) < 0.2 + 0.5 * (cluster % 2)).astype(int)
    score = rng.integers(0, 7, 150) + outcome + cluster % 3
    names = np.array([f"person {one}" for one in cluster], dtype=object)
    estimate = auc(outcome, score, cluster=names, method="wald")
    assert pytest.approx(obuchowski(outcome, score, cluster), rel=1e-12) == estimate.se**2
    assert f"{len(set(cluster[outcome == 1]))} cases" in estimate.notes[0]


@pytest.mark.parametrize("weights", [None, [1, 2, 1, 1, 1]])
def test_one_cluster_of_cases_is_too_few_for_an_error(weights):
    estimate = auc([1, 1, 0, 0, 0], [3, 2, 1, 2, 1], cluster=[1, 1, 2, 3, 4], weights=weights)
    assert "sparse" == estimate.status
    assert math.isnan(estimate.se)


def test_one_weighted_case_is_too_few_for_an_error():
    assert "sparse" == auc([1, 0, 0], [2, 1, 3], weights=[3, 1, 1]).status


def test_weights_and_clusters_together_add_up_the_influence_within_clusters():
    rng = np.random.default_rng(2)
    outcome, score, weight = rng.integers(0, 2, 80), rng.integers(0, 6, 80), rng.uniform(0.5, 3, 80)
    cluster = rng.integers(0, 30, 80)
    changes = []
    for one in range(30):
        step = np.where(cluster == one, 1e-5 * weight, 0)
        changes.append((by_pairs(outcome, score, weight + step) - by_pairs(outcome, score, weight - step)) / 2e-5)
    estimate = auc(outcome, score, weights=weight, cluster=cluster, method="wald")
    assert pytest.approx(math.sqrt(sum(change**2 for change in changes)), rel=1e-6) == estimate.se


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"outcome": [0, 2], "score": [1, 2]}, "only 0 and 1"),
        ({"outcome": ["0", "1"], "score": [1, 2]}, "outcome"),
        ({"outcome": [0, 1], "score": ["low", "high"]}, "score"),
        ({"outcome": [0, 1], "score": [1]}, "lengths differ"),
        ({"outcome": [0, 1], "score": [1, 2], "weights": [1, -1]}, "negative"),
        ({"outcome": [0, 1], "score": [1, 2], "counts": [1, 0.5]}, "whole numbers"),
        ({"outcome": [0, 1], "score": [1, 2], "level": 95}, "level"),
        ({"outcome": [0, 1], "score": [1, 2], "method": "hanley"}, "method"),
    ],
)
def test_arrays_that_break_the_contract_are_refused(arguments, message):
    with pytest.raises(ContractError, match=message):
        auc(**arguments)


@pytest.mark.parametrize("swapped", [False, True])
def test_a_sample_with_one_case_makes_an_unpaired_comparison_sparse(swapped: bool) -> None:
    whole = ([0, 0, 1, 1], [1, 2, 1, 2], [30, 30, 30, 30])
    single = ([0, 0, 1], [1, 2, 2], [30, 30, 1])
    first, second = (single, whole) if swapped else (whole, single)
    found = compare_auc_unpaired(*first[:2], *second[:2], counts=first[2], other_counts=second[2])
    assert ("sparse", None) == (found.status, found.p_value)
