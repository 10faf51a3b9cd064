from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from follow_up_data import EVENT, SCORE, TIME, compas_predicted, compas_times, expanded, random_follow_up, recid_nc
from scipy import optimize, stats

from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation.follow_up.concordance import harrell_c
from rvn.validation.follow_up.cox import cox_regression, hazard_ratio, hazard_ratio_per_sd, hazard_ratios_by_level

R = r_values("survival")
# R stops when the log-likelihood changes by less than 1e-9 of itself, which leaves the eighth digit open.
STOP = 1e-6


def rossi_predictors():
    frame = data("rossi")
    return frame, {
        "finyes": frame["fin"] == "yes",
        "age": frame["age"],
        "raceblack": frame["race"] == "black",
        "wexpyes": frame["wexp"] == "yes",
        "marmarried": frame["mar"] == "married",
        "paroyes": frame["paro"] == "yes",
        "prio": frame["prio"],
    }


def fitted(expected, time, event, predictors, **options):
    """Return the model, after holding it, Wald's test and the concordance of its predictions against R's."""
    model = cox_regression(time, event, predictors, **options)
    assert_is_r(model, expected)
    coefficients = np.array([row.value for row in model.coefficients])
    wald = coefficients @ np.linalg.solve(model.covariance, coefficients)
    assert pytest.approx(expected["wald"][0], abs=0.00501) == wald  # R keeps two decimals, and the tail of all of them
    assert pytest.approx(math.log(expected["wald"][2]), rel=STOP) == stats.chi2.logsf(wald, len(coefficients))
    lines = np.column_stack([np.asarray(column, dtype=float) for column in predictors.values()]) @ coefficients
    found = harrell_c(time, event, lines.round(12), method="wald", entry=options.get("entry"))
    assert pytest.approx(expected["concordance"], rel=STOP) == [found.value, found.se]
    return model


def assert_is_r(model, expected):
    names = [expected["terms"]] if isinstance(expected["terms"], str) else expected["terms"]
    assert names == [row.at["term"] for row in model.coefficients]
    for place, row in enumerate(model.coefficients):
        for theirs, ours in (
            ("coef", row.value),
            ("se", row.se),
            ("z", row.statistic),
            ("hr_lower", math.exp(row.low)),
            ("hr_upper", math.exp(row.high)),
        ):
            assert np.atleast_1d(expected[theirs])[place] == pytest.approx(ours, rel=STOP), theirs
        assert np.atleast_1d(expected["p"])[place] == pytest.approx(row.p_value, rel=1e-4, abs=1e-300)
        assert (expected["n"], expected["events"]) == (row.n, row.n_events)
    assert expected["loglik"] == pytest.approx([model.null_log_likelihood, model.log_likelihood], rel=1e-10)
    ratio = 2 * (model.log_likelihood - model.null_log_likelihood)
    assert expected["lr"][0] == pytest.approx(ratio, rel=1e-9)
    assert expected["score"][0] == pytest.approx(model.score_statistic, rel=1e-9)


@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
def test_coxph_rossi(ties):
    frame, predictors = rossi_predictors()
    fitted(R[f"coxph_rossi_{ties}"], frame["week"], frame["arrest"], predictors, ties=ties)


def test_coxph_compas_decile():
    frame, expected = compas_times(), R["coxph_compas_decile"]
    people = frame["time"], frame["event"], frame["decile_score"]
    fitted(expected, *people[:2], {"decile_score": people[2]})
    ratio = hazard_ratio(*people)
    assert expected["hr"] == pytest.approx(ratio.value, rel=STOP)
    assert (expected["hr_lower"], expected["hr_upper"]) == pytest.approx((ratio.low, ratio.high), rel=STOP)
    assert expected["se"] == pytest.approx(ratio.se, rel=STOP)


def test_coxph_compas_level():
    frame, expected = compas_times(), R["coxph_compas_level"]["time"]
    ratios = hazard_ratios_by_level(frame["time"], frame["event"], frame["level"], reference="Low")
    by_level = {ratio.at["level"]: ratio for ratio in ratios}
    for place, name in enumerate(("Medium", "High")):
        assert expected["hr"][place] == pytest.approx(by_level[name].value, rel=STOP)
        assert expected["se"][place] == pytest.approx(by_level[name].se, rel=STOP)
        assert expected["hr_lower"][place] == pytest.approx(by_level[name].low, rel=STOP)
    indicators = {f"level{name}": frame["level"] == name for name in ("Medium", "High")}
    fitted(expected, frame["time"], frame["event"], indicators)
    # From the days on which each person came and went (delayed entry).
    expected = R["coxph_compas_level"]["counting_process"]
    fitted(expected, frame["end"], frame["event"], indicators, entry=frame["start"])


def test_coxph_compas_race_interaction():
    frame = compas_times()
    frame = frame[frame["race"].isin(["African-American", "Caucasian"])]
    black = (frame["race"] == "African-American").astype(int)
    decile = frame["decile_score"]
    predictors = {
        "decile_score": decile,
        "raceAfrican-American": black,
        "decile_score:raceAfrican-American": decile * black,
    }
    fitted(R["coxph_compas_race_interaction"], frame["time"], frame["event"], predictors)


def test_coxph_robust_nc_whose_errors_are_those_of_the_model():
    # The record is called robust, but its call has neither a cluster nor robust = TRUE.
    frame, expected = recid_nc(), R["coxph_robust_nc"]
    predictors = {name: frame[name] for name in expected["terms"]}
    fitted(expected, frame["durat"], frame["event"], predictors)


def test_cause_specific_cox_melanoma():
    frame, expected = data("melanoma"), R["cause_specific_cox_melanoma"]
    predictors = {"sexMale": frame["sex"] == "Male", "thick": frame["thick"], "age": frame["age"]}
    for cause in (1, 2):
        event = frame["status"].map({0: 0, cause: 1, 3 - cause: 2})
        model = fitted(expected[f"cause{cause}"], frame["time"], event, predictors)
        assert model.coefficients[0].notes == ("competing events are taken as censorings",)


def test_logrank_trend_compas():
    frame, expected = compas_times(), R["logrank_trend_compas"]
    rank = frame["level"].map({"Low": 1, "Medium": 2, "High": 3})
    model = cox_regression(frame["time"], frame["event"], {"rank": rank}, ties="breslow")
    assert expected["score_chisq"] == pytest.approx(model.score_statistic, rel=1e-9)


def test_calibration_survival_val_slope():
    frame, expected = compas_predicted(), r_values("time_dependent")["calibration_survival_val"]
    [slope] = cox_regression(frame["time"], frame["event"], {"lp": frame["cox_lp"]}).coefficients
    assert expected["slope"] == pytest.approx(slope.value, rel=STOP)
    assert expected["slope_se"] == pytest.approx(slope.se, rel=STOP)


def test_table_b():
    efron, breslow = (hazard_ratio(TIME, EVENT, SCORE, ties=ties) for ties in ("efron", "breslow"))
    assert (math.log(efron.value), efron.se) == pytest.approx((0.674220107, 0.192329430), rel=1e-8)
    assert (math.log(breslow.value), breslow.se) == pytest.approx((0.668878555, 0.192932423), rel=1e-8)


# Made with lifelines 0.30.3 (precision 1e-12) on rossi.csv; R has no record of robust errors. The weeks are moved
# apart by the number of the row / 1000: with ties lifelines' robust errors are not those of Efron's likelihood.
LIFELINES = {
    "robust": (0.10361300753134507, 0.026911401496629322),
    "cluster": (0.10361300753134507, 0.032351516639083686),
    "weights": (0.11083738234362293, 0.026937437391292684),
    "strata": (0.10618409019894764, 0.026358869316586472),
}


@pytest.mark.parametrize("name", LIFELINES)
def test_robust_errors_without_ties_are_those_of_lifelines(name):
    frame = data("rossi")
    each = np.arange(len(frame))
    arguments = {
        "robust": {"cluster": each},
        "cluster": {"cluster": frame["age"]},
        "weights": {"weights": 1 + frame["age"] % 3},
        "strata": {"strata": frame["fin"], "cluster": each},
    }[name]
    ratio = hazard_ratio(frame["week"] + each / 1000, frame["arrest"], frame["prio"], **arguments)
    assert (math.log(ratio.value), ratio.se) == pytest.approx(LIFELINES[name], rel=1e-6)
    assert "robust" in ratio.method


def test_strata_with_ties_are_those_of_lifelines():
    frame = data("rossi")
    ratio = hazard_ratio(frame["week"], frame["arrest"], frame["prio"], strata=frame["fin"])
    assert (math.log(ratio.value), ratio.se) == pytest.approx((0.10440844118656654, 0.02684047626809108), rel=1e-7)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_robust_errors_with_ties_are_those_of_the_influence_of_each_person(ties):
    sample = random_follow_up(11)
    people = sample["time"], sample["event"], sample["score"]
    size, step = len(sample["time"]), 1e-5
    start = math.log(hazard_ratio(*people, ties=ties).value)
    moved = []
    for person in range(size):
        weights = np.ones(size)
        weights[person] += step
        moved.append((math.log(hazard_ratio(*people, weights=weights, ties=ties).value) - start) / step)
    pairs = np.arange(size) // 2
    for cluster, each in ((np.arange(size), np.array(moved)), (pairs, np.bincount(pairs, moved))):
        robust = hazard_ratio(*people, cluster=cluster, ties=ties)
        assert math.sqrt((each**2).sum()) == pytest.approx(robust.se, rel=1e-3)


def by_definition(time, event, score, strata=None):
    """Maximum of Efron's log partial likelihood for one score, and minus its second derivative there."""
    strata = np.zeros(len(time)) if strata is None else strata

    def value(b):
        total = 0.0
        for stratum in np.unique(strata):
            here = strata == stratum
            for t in np.unique(time[here & (event == 1)]):
                tied = score[here & (time == t) & (event == 1)]
                at_risk = np.exp(b * score[here & (time >= t)]).sum()
                shares = np.arange(len(tied)) / len(tied)
                total += b * tied.sum() - np.log(at_risk - shares * np.exp(b * tied).sum()).sum()
        return total

    best = optimize.minimize_scalar(lambda b: -value(b), bounds=(-3, 3), method="bounded", options={"xatol": 1e-9}).x
    width = 1e-3
    return best, -(value(best + width) - 2 * value(best) + value(best - width)) / width**2


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_maximum_of_the_partial_likelihood_in_each_stratum(seed):
    sample = random_follow_up(seed)
    strata = np.arange(len(sample["time"])) % 3
    ratio = hazard_ratio(sample["time"], sample["event"], sample["score"], strata=strata)
    best, information = by_definition(sample["time"], sample["event"], sample["score"], strata)
    assert best == pytest.approx(math.log(ratio.value), abs=1e-6)
    assert 1 / math.sqrt(information) == pytest.approx(ratio.se, rel=1e-4)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_counts_are_the_same_as_repeated_rows(seed, ties):
    sample = random_follow_up(seed)
    one, counts = expanded(sample), sample["counts"]
    site = np.arange(len(counts)) % 2
    for extra in ({}, {"strata": site}, {"cluster": site}, {"weights": 1.0 + site}):
        repeated = {name: np.repeat(values, counts)[::-1] for name, values in extra.items()}
        a = hazard_ratio(sample["time"], sample["event"], sample["score"], counts=counts, ties=ties, **extra)
        b = hazard_ratio(one["time"][::-1], one["event"][::-1], one["score"][::-1], ties=ties, **repeated)
        assert (b.n, b.n_events) == (a.n, a.n_events)
        assert (b.value, b.se, b.p_value) == pytest.approx((a.value, a.se, a.p_value), rel=1e-7)


def test_moving_and_stretching_the_score_changes_the_ratio_as_it_should():
    base = hazard_ratio(TIME, EVENT, SCORE)
    moved = hazard_ratio(TIME, EVENT, 1000 + SCORE / 10)
    assert 10 * math.log(base.value) == pytest.approx(math.log(moved.value), rel=1e-9)
    assert 10 * base.se == pytest.approx(moved.se, rel=1e-9)


def test_per_standard_deviation_is_the_ratio_per_point_to_the_power_of_it():
    point, deviation = hazard_ratio(TIME, EVENT, SCORE), hazard_ratio_per_sd(TIME, EVENT, SCORE)
    sd = SCORE.std(ddof=1)
    assert deviation.at["sd"] == pytest.approx(sd, rel=1e-12)
    assert point.value**sd == pytest.approx(deviation.value, rel=1e-9)
    assert (point.low**sd, point.se * sd) == pytest.approx((deviation.low, deviation.se), rel=1e-9)
    assert point.p_value == pytest.approx(deviation.p_value, rel=1e-9)


def test_a_monotone_likelihood_is_separated_and_gives_firths_value():
    # One event in three people, to the only one with a point: the penalised likelihood p^1.5 (1 - p)^0.5 of his
    # share p of the hazard is highest at 3/4, so the ratio is 3 * 2 / 1.
    ratio = hazard_ratio([1, 2, 2], [1, 0, 0], [1, 0, 0])
    assert (ratio.status, ratio.value) == ("separated", pytest.approx(6.0, rel=1e-8))

    def value(log_ratio):
        p = 1 / (1 + 2 * math.exp(-log_ratio))
        return 1.5 * math.log(p) + 0.5 * math.log(1 - p)

    drop = stats.chi2.ppf(0.95, 1) / 2
    for limit in (ratio.low, ratio.high):
        assert value(math.log(6)) - drop == pytest.approx(value(math.log(limit)), abs=1e-8)
    assert stats.chi2.sf(2 * (value(math.log(6)) - value(0)), 1) == pytest.approx(ratio.p_value, rel=1e-8)
    mirrored = hazard_ratio([1, 2, 2], [1, 0, 0], [0, 1, 1])
    assert 1 / ratio.value == pytest.approx(mirrored.value, rel=1e-8)
    assert 1 / ratio.low == pytest.approx(mirrored.high, rel=1e-6)


def test_a_score_that_is_highest_at_some_events_only_is_not_separated():
    assert hazard_ratio([1, 2, 3, 4], [1, 1, 0, 0], [3, 1, 0, 2]).status == "ok"


def test_robust_errors_of_a_separated_score_are_not_made_up():
    ratio = hazard_ratio([1, 2, 2], [1, 0, 0], [1, 0, 0], cluster=[1, 2, 3])
    assert ratio.status == "separated"
    assert math.isnan(ratio.value)


@pytest.mark.parametrize(
    ("time", "event", "score"),
    [
        ([1, 2, 3], [0, 0, 0], [1, 2, 3]),
        ([1, 2, 3], [1, 1, 0], [2, 2, 2]),
        ([1, 2, 3], [0, 0, 1], [1, 2, 3]),
        ([], [], []),
    ],
)
def test_without_anything_to_compare_nothing_is_estimable(time, event, score):
    for estimate in (
        hazard_ratio(time, event, score),
        hazard_ratio_per_sd(time, event, score),
        cox_regression(time, event, {"score": score}).coefficients[0],
    ):
        assert estimate.status == "not_estimable"
        assert math.isnan(estimate.value)
    assert math.isnan(cox_regression(time, event, {"score": score}).log_likelihood)


def test_predictors_that_repeat_each_other_are_not_estimable():
    model = cox_regression(TIME, EVENT, {"score": SCORE, "double": 2 * SCORE})
    assert [row.status for row in model.coefficients] == ["not_estimable", "not_estimable"]


def test_several_predictors_without_a_maximum_are_not_estimable():
    model = cox_regression([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], {"a": [3, 3, 3, 0, 1, 0], "b": [1, 0, 1, 0, 1, 1]})
    assert {row.status for row in model.coefficients} == {"not_estimable"}
    assert "no finite maximum" in model.coefficients[0].notes[-1]
    assert model.null_log_likelihood < 0


def test_a_level_without_events_is_separated_and_leaves_the_others_as_they_are():
    frame = compas_times()
    event = frame["event"].where(frame["level"] != "High", 0)
    with_high = hazard_ratios_by_level(frame["time"], event, frame["level"], reference="Low")
    rest = frame[frame["level"] != "High"]
    [medium_alone] = hazard_ratios_by_level(rest["time"], rest["event"], rest["level"], reference="Low")
    high, medium = with_high
    assert (high.at["level"], high.status) == ("High", "separated")
    assert high.value < 0.01
    # Whoever cannot have the event adds nothing to any risk set once the ratio is 0.
    assert medium_alone.value == pytest.approx(medium.value, rel=1e-9)
    assert medium_alone.se == pytest.approx(medium.se, rel=1e-9)
    assert medium_alone.n == medium.n


def test_a_reference_level_without_events_separates_every_level():
    ratios = hazard_ratios_by_level(
        [1, 2, 3, 4, 5, 5], [1, 0, 1, 0, 0, 0], ["b", "b", "c", "c", "a", "a"], reference="a"
    )
    assert [ratio.status for ratio in ratios] == ["separated", "separated"]


def test_the_reference_is_the_level_with_most_people_unless_named():
    ratios = hazard_ratios_by_level([1, 2, 3, 4, 4], [1, 1, 1, 0, 0], [2, 2, 1, 2, 1], counts=[1, 1, 1, 1, 9])
    assert [(ratio.at["level"], ratio.at["reference"]) for ratio in ratios] == [(2, 1)]


def test_without_people_there_is_no_row():
    assert hazard_ratios_by_level([], [], []) == ()


def test_a_cluster_of_everybody_leaves_no_robust_error():
    ratio = hazard_ratio(TIME, EVENT, SCORE, cluster=np.zeros(30))
    assert (ratio.status, ratio.se, ratio.p_value) == ("degenerate", 0.0, None)
    assert ratio.value == pytest.approx(hazard_ratio(TIME, EVENT, SCORE).value)


@pytest.mark.parametrize("farthest", [100, 1e4, 1e8])
def test_a_score_far_from_all_others_breaks_nothing(farthest):
    # Hazards of such scores leave the range of floats on the way; a warning would fail this test.
    time, event = [1, 2, 3, 4, 5, 6, 7, 7], [1, 0, 1, 0, 1, 1, 0, 0]
    ratio = hazard_ratio(time, event, [1, farthest, 0, 2, 1, 2, 0, 1])
    assert ratio.status == ("ok" if farthest < 1e6 else "not_estimable")
    assert math.isnan(ratio.value) or 0 <= ratio.low < ratio.value < ratio.high
    separated = hazard_ratio(time, event, [farthest, 0, farthest - 1, 0, farthest - 2, 4, 0, 0])
    assert separated.status == "separated"
    assert separated.low <= separated.value <= separated.high


def test_the_unit_of_the_weights_does_not_matter():
    weights = 1 + np.arange(30) % 3
    one, other = (hazard_ratio(TIME, EVENT, SCORE, weights=unit * weights) for unit in (1.0, 1e-9))
    assert (one.value, one.se) == pytest.approx((other.value, other.se), rel=1e-9)


def test_contract_errors():
    with pytest.raises(ContractError, match="`ties` is 'none'"):
        hazard_ratio(TIME, EVENT, SCORE, ties="none")
    with pytest.raises(ContractError, match="`weights` must not be negative"):
        hazard_ratio(TIME, EVENT, SCORE, weights=-np.ones(30))
    with pytest.raises(ContractError, match="`predictors` is empty"):
        cox_regression(TIME, EVENT, {})
    with pytest.raises(ContractError, match="nobody has the reference level 'x'"):
        hazard_ratios_by_level(TIME, EVENT, SCORE, reference="x")


def test_weights_of_zero_are_as_if_the_rows_were_not_there():
    weights = (SCORE != 3).astype(float)
    kept = hazard_ratio(TIME[SCORE != 3], EVENT[SCORE != 3], SCORE[SCORE != 3], cluster=np.arange(30)[SCORE != 3])
    weighted = hazard_ratio(TIME, EVENT, SCORE, weights=weights)
    assert (kept.value, kept.se, kept.n) == pytest.approx((weighted.value, weighted.se, weighted.n), rel=1e-9)


def test_the_exact_likelihood_is_that_of_every_choice_of_those_at_risk():
    score = np.array([0, 1, 3, 1, 2, 0, 2])
    found = cox_regression([1, 1, 1, 2, 2, 2, 3], [1, 1, 0, 1, 1, 0, 0], {"score": score}, ties="exact")
    hazard = np.exp(found.coefficients[0].value * score)
    value = 0.0
    for cases, at_risk in (([0, 1], range(7)), ([3, 4], range(3, 7))):
        choices = sum(hazard[list(pair)].prod() for pair in itertools.combinations(at_risk, 2))
        value += math.log(hazard[cases].prod() / choices)
    assert value == pytest.approx(found.log_likelihood, rel=1e-12)


def test_without_ties_the_exact_likelihood_is_efrons():
    rng = np.random.default_rng(4)
    people = rng.permutation(40) + 1, rng.integers(0, 2, 40), {"a": rng.normal(size=40), "b": rng.normal(size=40)}
    exact, efron = (cox_regression(*people, strata=rng.integers(0, 1, 40), ties=ties) for ties in ("exact", "efron"))
    assert efron.log_likelihood == pytest.approx(exact.log_likelihood, rel=1e-12)
    assert np.allclose(efron.covariance, exact.covariance, rtol=1e-9)


def test_exact_ties_with_counts_and_strata_are_those_of_people():
    sample = random_follow_up(8, competing=False)
    sample["strata"] = np.arange(60) % 2
    one, two = (hazard_ratio(**people, ties="exact") for people in (sample, expanded(sample)))
    assert (one.value, one.se) == pytest.approx((two.value, two.se), rel=1e-10)


def test_time_that_is_cut_into_pieces_tells_the_same():
    sample = expanded(random_follow_up(6, competing=False))
    cut = np.minimum(sample["time"] / 2, 2)
    pieces = {
        "time": np.concatenate([cut, sample["time"]]),
        "event": np.concatenate([0 * sample["event"], sample["event"]]),
        "score": np.tile(sample["score"], 2),
        "entry": np.concatenate([0 * cut, cut]),
        "cluster": np.tile(np.arange(len(cut)), 2),
        "strata": np.tile(np.arange(len(cut)) % 3, 2),
    }
    whole = {name: pieces[name][: len(cut)] for name in ("cluster", "strata")} | sample
    for ties in ("efron", "breslow"):
        one, two = (hazard_ratio(**people, ties=ties) for people in (whole, pieces))
        assert (one.value, one.se) == pytest.approx((two.value, two.se), rel=1e-9)


def test_separation_is_seen_among_those_at_risk_at_the_time_only():
    # The person who scores 9 comes after the last event; of those at risk the higher one always has it.
    time, event, score, entry = [2, 4, 5, 9], [1, 1, 0, 0], [3, 2, 1, 9], [0, 1, 0, 6]
    assert hazard_ratio(time, event, score, entry=entry).status == "separated"
    assert hazard_ratio(time, event, score).status == "ok"


@pytest.mark.parametrize("entry", [[0, 2], [-1, 0], [3, 0]])
def test_an_entry_that_is_not_before_the_time_is_refused(entry):
    with pytest.raises(ContractError, match="before `time`"):
        hazard_ratio([1, 2], [1, 0], [1, 0], entry=entry)


@pytest.mark.parametrize("name", ["weights", "cluster", "entry"])
def test_exact_ties_are_for_plain_samples(name):
    with pytest.raises(ContractError, match=f"`{name}` is given"):
        hazard_ratio([3, 4], [1, 0], [1, 0], ties="exact", **{name: [1, 2]})
