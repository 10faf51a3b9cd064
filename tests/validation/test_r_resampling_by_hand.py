"""Bootstrap intervals, power and optimism as R has them, each from its formula.

rvn corrects updates of an instrument for optimism (`optimism_corrected`); rms does it for any model, with indexes of
its own. The samples drawn differ, so what was drawn is met within what the record or its repeated runs allow.
"""

import math

import numpy as np
import pytest
from scipy import optimize, special, stats
from test_bootstrap import small_compas

from reference import data, r_values
from rvn.validation.discrimination.auc import auc
from rvn.validation.follow_up.concordance import harrell_c
from rvn.validation.follow_up.cox import cox_regression
from rvn.validation.foundations.bootstrap import bootstrap_auc, draw

R = r_values("validation_design")
Z = stats.norm.isf(0.025)


def test_two_other_intervals_of_the_same_replicates():
    """The basic one turns the percentiles round the estimate, the normal one takes the bias of the replicates away."""
    expected = R["boot_auc_intervals_400"]
    twice, percentile = 2 * expected["estimate"], expected["percentile"]
    assert pytest.approx(expected["basic"], rel=1e-12) == [twice - percentile[1], twice - percentile[0]]
    low, high = expected["normal"]
    assert pytest.approx(high - low, rel=1e-9) == 2 * Z * expected["se"]
    bias = expected["estimate"] - (low + high) / 2
    assert abs(bias) < 4 * expected["se"] / math.sqrt(4000)  # of 4,000 draws the mean is known so well
    ours = bootstrap_auc(**small_compas(), replicates=20_000, method="percentile", rng=1)
    assert pytest.approx(expected["basic"], abs=0.004) == [2 * ours.value - ours.high, 2 * ours.value - ours.low]
    assert pytest.approx([low, high], abs=0.004) == [ours.value - Z * ours.se, ours.value + Z * ours.se]


def power_of_two_shares(n):
    h = 2 * math.asin(math.sqrt(0.3)) - 2 * math.asin(math.sqrt(0.2))
    return stats.norm.sf(Z - h * math.sqrt(n / 2)) + stats.norm.cdf(-Z - h * math.sqrt(n / 2))


def power_of_a_difference(n):
    both = (0.3 + 0.2) * (1 - (0.3 + 0.2) / 2)
    return stats.norm.cdf((math.sqrt(n) * 0.1 - Z * math.sqrt(both)) / math.sqrt(0.3 * 0.7 + 0.2 * 0.8))


def power_of_a_correlation(n):
    t = stats.t.isf(0.025, n - 2)
    least = math.atanh(math.sqrt(t**2 / (t**2 + n - 2)))
    true = math.atanh(0.2) + 0.2 / (2 * (n - 1))
    return stats.norm.cdf((true - least) * math.sqrt(n - 3)) + stats.norm.cdf((-true - least) * math.sqrt(n - 3))


def power_of_a_t_test(n):
    return stats.nct.sf(stats.t.isf(0.025, 2 * n - 2), 2 * n - 2, 0.3 * math.sqrt(n / 2))


def power_of_a_table(n):
    return stats.ncx2.sf(stats.chi2.isf(0.05, 2), 2, n * 0.1**2)


@pytest.mark.parametrize(
    ("name", "power", "wanted"),
    [
        ("two_prop_h", power_of_two_shares, 0.8),
        ("two_prop", power_of_a_difference, 0.8),
        ("r", power_of_a_correlation, 0.9),
        ("t", power_of_a_t_test, 0.8),
        ("chisq_w", power_of_a_table, 0.8),
    ],
)
def test_sizes_of_five_common_designs(name, power, wanted):
    """rvn plans what a validity study reports; these are for general statistics packages. R's root is a little off."""
    n = optimize.brentq(lambda n: power(n) - wanted, 10, 2000)
    assert pytest.approx(R["power_basic"][name], rel=1e-5) == n


def compas_400(*, small: bool = False):
    frame = data("compas").query("id <= 400")
    return frame["two_year_recid"].to_numpy(float), design(frame, small=small)


def design(frame, *, small):
    columns = [frame["age"], frame["sex"] == "Male", frame["priors_count"]]
    if not small:
        columns += [frame[f"juv_{kind}_count"] for kind in ("fel", "misd", "other")] + [frame["c_charge_degree"] == "M"]
    return np.column_stack([np.ones(len(frame)), *columns]).astype(float)


def develop():
    frame = data("compas").query("id % 2 == 1")
    columns = [np.ones(len(frame)), frame["decile_score"], frame["age"], frame["sex"] == "Male"]
    return frame["two_year_recid"].to_numpy(float), np.column_stack(columns).astype(float)


def maximum(outcome, table, people, gain=0.025):
    """Return the coefficients at which rms's lrm.fit stops in samples: when a step gains less than 0.025 of deviance.

    In samples in which somebody's group has one outcome only, that leaves a coefficient of about 6 where there is no
    maximum at all; one in twenty samples of the 400 is such.
    """
    coefficients, before = np.zeros(table.shape[1]), math.inf
    while True:
        line = table @ coefficients
        deviance = 2 * float(people @ (np.logaddexp(0, line) - outcome * line))
        if before - deviance < gain:
            return coefficients
        before, risk = deviance, special.expit(line)
        curve = (table.T * (people * risk * (1 - risk))) @ table
        coefficients = coefficients + np.linalg.solve(curve, table.T @ (people * (outcome - risk)))


def gini(values, people):
    """Return the mean distance of two people."""
    order = np.argsort(values)
    values, people = values[order], people[order]
    below, n = np.cumsum(people) - people, people.sum()
    return 2 * float((people * (2 * below + people - n)) @ values) / (n * (n - 1))


NAMES = ["Dxy", "R2", "Intercept", "Slope", "Emax", "D", "U", "Q", "B", "g", "gp"]


def indexes(line, outcome, people, *, own: bool):
    """Return rms's indexes of predictions; of those that were fitted elsewhere, the logistic line comes first."""
    n, intercept, slope = people.sum(), 0.0, 1.0
    if not own:
        fitted = maximum(outcome, np.column_stack([np.ones(len(line)), line]), people)
        intercept, slope = fitted.tolist()

    def log_likelihood(line):
        return float(people @ (outcome * line - np.logaddexp(0, line)))

    rate = people @ outcome / n
    null = float(n * (special.xlogy(rate, rate) + special.xlog1py(1 - rate, -rate)))
    updated = intercept + slope * line
    ratio = 2 * (log_likelihood(updated) - null)
    d = (ratio - 1) / n
    u = -2 / n if own else (2 * (log_likelihood(updated) - log_likelihood(line)) - 2) / n
    return {
        "Dxy": 2 * auc(outcome, line.round(10), counts=people.astype(int)).value - 1,
        "R2": (1 - math.exp(-ratio / n)) / (1 - math.exp(2 * null / n)),
        "Intercept": intercept,
        "Slope": slope,
        "D": d,
        "U": u,
        "Q": d - u,
        "B": float(people @ (outcome - special.expit(line)) ** 2) / n,
        "g": gini(updated, people),
        "gp": gini(special.expit(updated), people),
    }


def emax(intercept, slope):
    """Return how far the corrected line lies from the diagonal at most."""
    risk = np.linspace(0, 1, 100_001)[1:-1]
    return float(np.abs(risk - special.expit(intercept + slope * special.logit(risk))).max())


def columns(record):
    """Return a table of rms: original, training, test, optimism and corrected of each index, and the samples."""
    names = ("original", "training", "test", "optimism", "corrected", "samples")
    table = {name: record["values"][f"col{place}"] for place, name in enumerate(names, 1)}
    return {index: {name: table[name][row] for name in names} for row, index in enumerate(record["index"])}


def assert_sums(found, samples):
    """What was drawn aside, the columns follow from one another."""
    for name, row in found.items():
        if name == "Emax":
            assert row["original"] == row["training"] == 0.0
            line = found["Intercept"]["corrected"], found["Slope"]["corrected"]
            assert pytest.approx([row["test"], row["optimism"], row["corrected"]], rel=1e-6) == [emax(*line)] * 3
        else:
            assert pytest.approx(row["optimism"], rel=1e-9, abs=1e-14) == row["training"] - row["test"]
            assert pytest.approx(row["corrected"], rel=1e-9, abs=1e-14) == row["original"] - row["optimism"]
        assert samples == row["samples"]


def assert_original(found, expected, stop=1e-7):
    """R leaves its coefficients before their last digits are right, which only Gini's distances feel in full."""
    for name, value in expected.items():
        assert pytest.approx(found[name]["original"], rel=stop if name == "g" else 1e-7, abs=1e-14) == value


def assert_near(found, samples):
    """Means over R's samples and over ours, each with its error, are those of one law."""
    for name, ours in samples.items():
        row = found[name]
        for column, mine in (("training", ours[:, 0]), ("test", ours[:, 1]), ("optimism", ours[:, 0] - ours[:, 1])):
            spread = mine.std(ddof=1)
            error = math.sqrt(spread**2 / len(mine) + spread**2 / row["samples"])
            assert pytest.approx(row[column], abs=4 * error + 1e-9) == mine.mean(), (name, column)


def resampled(outcome, table, replicates):
    """Return, per index, training and test of each sample drawn."""
    every, found = np.ones(len(outcome)), []
    for part in draw(every, replicates=replicates, rng=1):
        for people in part:
            line = table @ maximum(outcome, table, people)
            found.append((indexes(line, outcome, people, own=True), indexes(line, outcome, every, own=False)))
    return {name: np.array([[one[name], other[name]] for one, other in found]) for name in found[0][0]}


SAMPLES = [100, pytest.param(1000, marks=pytest.mark.slow)]


@pytest.mark.parametrize("replicates", SAMPLES)
def test_the_optimism_of_a_model_of_400_people(replicates):
    outcome, table = compas_400()
    found, every = columns(R["validate_lrm_400"]["first"]), np.ones(400)
    original = indexes(table @ maximum(outcome, table, every, 1e-9), outcome, every, own=True)
    assert_original(found, original)
    # lrm's own C is of predictions in bins of 0.002.
    assert pytest.approx(R["validate_lrm_400"]["apparent_c"], abs=2e-4) == (original["Dxy"] + 1) / 2
    assert_sums(found, 1000)
    assert_near(found, resampled(outcome, table, replicates))


def test_four_more_runs_are_of_the_same_law():
    """Their spread, from four, is half of what 1,000 samples leave open; the first run lies within the whole of it."""
    record, found = R["validate_lrm_400"], columns(R["validate_lrm_400"]["first"])
    samples = resampled(*compas_400(), 60)
    for name, row in found.items():
        runs = np.array([run[name] for run in record["four_runs_corrected"]])
        assert pytest.approx(record["sd_between_runs"][name], rel=1e-9) == runs.std(ddof=1)
        if name in samples:
            one = (samples[name][:, 0] - samples[name][:, 1]).std(ddof=1)
            assert (abs(runs - row["corrected"]) < 4 * one * math.sqrt(2 / 1000)).all(), name
    for run in record["four_runs_corrected"]:
        assert pytest.approx(run["Emax"], rel=1e-6) == emax(run["Intercept"], run["Slope"])
        assert pytest.approx(run["Q"], rel=1e-9) == run["D"] - run["U"]


@pytest.mark.parametrize("replicates", [25, pytest.param(500, marks=pytest.mark.slow)])
def test_the_optimism_of_a_model_of_half_of_broward(replicates):
    outcome, table = develop()
    found, every = columns(R["validate_lrm_dev"]), np.ones(len(outcome))
    assert_original(found, indexes(table @ maximum(outcome, table, every, 1e-9), outcome, every, own=True))
    assert_sums(found, 500)
    assert_near(found, resampled(outcome, table, replicates))


def test_cross_validation_in_ten_parts():
    """R's parts are one of many divisions; it lies among twenty others."""
    outcome, table = compas_400(small=True)
    found, every = columns(R["validate_lrm_cv10_400"]), np.ones(400)
    assert_original(found, indexes(table @ maximum(outcome, table, every, 1e-9), outcome, every, own=True))
    assert_sums(found, 10)
    generator, divisions = np.random.default_rng(3), []
    for _ in range(20):
        part, rows = generator.permutation(400) % 10, []
        for number in range(10):
            there = part != number
            line = table @ maximum(outcome[there], table[there], every[there])
            own = indexes(line[there], outcome[there], every[there], own=True)
            rows.append((own, indexes(line[~there], outcome[~there], every[~there], own=False)))
        divisions.append({name: [[one[name], other[name]] for one, other in rows] for name in rows[0][0]})
    for name in divisions[0]:
        means = np.array([division[name] for division in divisions]).mean(axis=1)
        for column, values in (("training", means[:, 0]), ("test", means[:, 1])):
            assert abs(found[name][column] - values.mean()) < 5 * values.std(ddof=1) + 1e-9, (name, column)


def efron(time, event, line, people):
    """Return the log of Efron's partial likelihood."""
    total = 0.0
    for when in np.unique(time[(event == 1) & (people > 0)]):
        dead, there = (time == when) & (event == 1), time >= when
        own, all_ = people[dead] @ np.exp(line[dead]), people[there] @ np.exp(line[there])
        count = int(people[dead].sum())
        total += people[dead] @ line[dead] - np.log(all_ - own * np.arange(count) / count).sum()
    return float(total)


def cox_indexes(time, event, line, people, *, own: bool):
    n, counts = people.sum(), people.astype(int)
    null = efron(time, event, np.zeros(len(line)), people)
    slope = 1.0 if own else cox_regression(time, event, {"line": line}, counts=counts).coefficients[0].value
    ratio = 2 * (efron(time, event, slope * line, people) - null)
    d = (ratio - 1) / (-2 * null)
    gained = 2 * (efron(time, event, slope * line, people) - efron(time, event, line, people))
    u = (gained - (2 if own else 0)) / (-2 * null)  # rms takes the 2 off here only
    return {
        "Dxy": 2 * harrell_c(time, event, line.round(10), counts=counts).value - 1,
        "R2": (1 - math.exp(-ratio / n)) / (1 - math.exp(2 * null / n)),
        "Slope": slope,
        "D": d,
        "U": u,
        "Q": d - u,
        "g": gini(slope * line, people),
    }


@pytest.mark.parametrize("replicates", [15, pytest.param(400, marks=pytest.mark.slow)])
def test_the_optimism_of_a_cox_model(replicates):
    frame, found = data("rossi"), columns(R["validate_cph_rossi"])
    time, event = frame["week"].to_numpy(float), frame["arrest"].to_numpy()
    predictors = {"fin": (frame["fin"] == "yes").to_numpy(float), "age": frame["age"].to_numpy(float)}
    predictors["prio"] = frame["prio"].to_numpy(float)

    def line(people):
        rows = cox_regression(time, event, predictors, counts=people.astype(int)).coefficients
        return sum(row.value * values for row, values in zip(rows, predictors.values(), strict=True))

    every, drawn = np.ones(len(frame)), []
    # cph takes three of Newton's steps, and is then a hundred thousandth away.
    assert_original(found, cox_indexes(time, event, line(every), every, own=True), stop=1.5e-5)
    assert_sums(found, 1000)
    for people in np.concatenate(list(draw(every, replicates=replicates, rng=5))):
        fitted = line(people)
        own = cox_indexes(time, event, fitted, people, own=True)
        drawn.append((own, cox_indexes(time, event, fitted, every, own=False)))
    assert_near(found, {name: np.array([[one[name], other[name]] for one, other in drawn]) for name in drawn[0][0]})
