"""The rest of what R says of follow-up: what follows from the numbers that other tests compare."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from follow_up_data import compas_times, recid_nc
from scipy import stats

from reference import Values, data, r_values
from rvn.validation.follow_up.concordance import concordance, harrell_c
from rvn.validation.follow_up.survival import kaplan_meier, peto_peto
from rvn.validation.follow_up.times import follow_up, labels, risk_table

R = r_values("survival")
COX = [name for name in R if name.startswith(("coxph_", "cause_specific")) and name != "coxph_baseline_survival_rossi"]


def close(expected: object, rel: float = 1e-9) -> object:
    return pytest.approx(expected, rel=rel, abs=1e-14)


def parts(values: Values, key: str) -> Iterator[Values]:
    """Yield every set of values that has a `key`, however deep."""
    if key in values:
        yield values
    else:
        for name in list(values):
            if isinstance(inner := dict.__getitem__(values, name), Values):
                yield from parts(inner, key)


CONCORDANCES = [name for name in R if name.startswith("concordance_") and "two_scores" not in name]


@pytest.mark.parametrize("record", CONCORDANCES)
def test_c_and_its_variance_follow_from_the_pairs_that_r_counts(record):
    for expected in parts(R[record], "counts"):
        counts = {name: np.sum(value) for name, value in expected["counts"].items()}
        pairs = counts["concordant"] + counts["discordant"] + counts["tied.x"]
        assert close(expected["concordance"]) == (counts["concordant"] + counts["tied.x"] / 2) / pairs
        if "se" in expected:
            assert close(expected["var"]) == expected["se"] ** 2


@pytest.mark.parametrize(
    ("record", "time", "event", "score"),
    [
        (R["concordance_rossi_prio"], "week", "arrest", "prio"),
        (R["concordance_rossi_age"], "week", "arrest", "age"),
        (R["concordance_nc_priors"]["harrell"], "durat", "event", "priors"),
        (R["concordance_compas_decile"]["time"], "time", "event", "decile_score"),
    ],
)
def test_the_pairs_tied_in_time_are_those_of_two_events_on_a_day(record, time, event, score):
    frame = {"week": data("rossi"), "durat": recid_nc(), "time": compas_times()}[time]
    cases = frame[frame[event] == 1]
    same_day, same_both = (
        sum(size * (size - 1) // 2 for size in cases.groupby(columns).size()) for columns in ([time], [time, score])
    )
    counts = record["counts"]
    assert [same_day - same_both, same_both] == [counts["tied.y"], counts["tied.xy"]]
    # All pairs that can be compared: those of an event and of everybody known to be free of it then.
    rows = follow_up(frame[time], frame[event])
    table = risk_table(rows)
    comparable = (table.events * (table.at_risk - table.events)).sum()
    assert comparable == counts["concordant"] + counts["discordant"] + counts["tied.x"]


def test_pairs_in_counting_process_form_are_of_those_already_watched():
    frame, expected = compas_times(), R["concordance_compas_decile"]["counting_process"]
    found = harrell_c(frame["end"], frame["event"], frame["decile_score"], entry=frame["start"], method="wald")
    assert close([expected["concordance"], expected["se"], expected["n"]]) == [found.value, found.se, found.n]
    at_risk = (frame["start"].to_numpy() < frame["end"].to_numpy()[:, None]) & (
        frame["end"].to_numpy() >= frame["end"].to_numpy()[:, None]
    )
    case = (frame["event"] == 1).to_numpy()
    counts, same_day = expected["counts"], frame["end"].to_numpy() == frame["end"].to_numpy()[:, None]
    pairs = at_risk[case] & ~(same_day[case] & case)
    assert counts["concordant"] + counts["discordant"] + counts["tied.x"] == pairs.sum()
    tied = int((same_day[case][:, case] & at_risk[case][:, case]).sum() - case.sum()) // 2
    assert counts["tied.y"] + counts["tied.xy"] == tied


@pytest.mark.parametrize("weighting", ["n_over_G2", "S", "S_over_G", "I"])
def test_weights_of_pairs_in_time(weighting):
    """Nobody of Rossi's leaves before the end, so G is 1 and n/G2, S and S/G give every pair the same weight."""
    frame, expected = data("rossi"), R["concordance_rossi_uno"][weighting]
    rows = follow_up(frame["week"], frame["arrest"], score=frame["prio"].to_numpy(float))
    each = 1 / risk_table(rows).at_risk if weighting == "I" else np.ones(len(rows.times))
    found = concordance(rows, rows["score"], each[rows.at])
    assert close([expected["concordance"], expected["se"], expected["n"]]) == [found.value, found.se(rows), rows.n]
    score, time, case = rows["score"], rows.times[rows.at], rows.event == 1
    here = np.outer(rows.counts * case * each[rows.at], rows.counts)
    later = (time > time[:, None]) | ((time == time[:, None]) & ~case)
    counts = expected["counts"]
    for name, which in (("concordant", score < score[:, None]), ("discordant", score > score[:, None])):
        assert close(counts[name]) == float((here * later * which).sum())
    assert close(counts["tied.x"]) == float((here * later * (score == score[:, None])).sum())
    of_a_day = frame[frame["arrest"] == 1].groupby("week")["prio"]
    both = of_a_day.apply(lambda day: (day.value_counts() * (day.value_counts() - 1) // 2).sum())
    every = of_a_day.size() * (of_a_day.size() - 1) // 2
    weight = each[np.searchsorted(rows.times, every.index)]
    assert close([counts["tied.y"], counts["tied.xy"]]) == [float(weight @ (every - both)), float(weight @ both)]


def test_hmisc_counts_every_pair_twice():
    frame, expected = recid_nc(), R["rcorr_cens_nc_priors"]
    found = harrell_c(frame["durat"], frame["event"], frame["priors"])
    counts = R["concordance_nc_priors"]["harrell"]["counts"]
    pairs = counts["concordant"] + counts["discordant"] + counts["tied.x"]
    assert close(expected["Dxy"]) == 2 * found.value - 1
    assert [found.n, 0, found.n_events] == [expected["n"], expected["missing"], expected["uncensored"]]
    assert 2 * pairs == expected["Relevant Pairs"]
    assert close(expected["Concordant"]) == 2 * counts["concordant"] + counts["tied.x"]
    together = 2 * (counts["tied.y"] + counts["tied.xy"])
    assert found.n * (found.n - 1) - 2 * pairs in (expected["Uncertain"], expected["Uncertain"] + together)


def test_the_two_concordances_of_a_comparison():
    frame, expected = compas_times(), R["concordance_two_scores_compas"]
    found = [
        harrell_c(frame["time"], frame["event"], frame[name], method="wald")
        for name in ("decile_score", "v_decile_score")
    ]
    assert close(expected["concordance"]) == [row.value for row in found]
    covariance = np.column_stack([expected["var"]["col1"], expected["var"]["col2"]])
    assert close(np.diag(covariance)) == [row.se**2 for row in found]
    assert close(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]) == expected["se_difference"] ** 2


@pytest.mark.parametrize("record", COX)
def test_hazard_ratios_and_aic_follow_from_coefficients_and_likelihood(record):
    for expected in parts(R[record], "coef"):
        coefficients = np.atleast_1d(expected["coef"])
        assert close(np.atleast_1d(expected["hr"]).tolist()) == np.exp(coefficients).tolist()
        assert close(expected["aic"]) == 2 * len(coefficients) - 2 * expected["loglik"][-1]


def test_c_of_a_model_of_one_score_is_that_of_the_score():
    frame, expected = compas_times(), R["coxph_compas_decile"]
    found = harrell_c(frame["time"], frame["event"], frame["decile_score"], method="wald")
    assert close(expected["concordance"]) == [found.value, found.se]


@pytest.mark.parametrize(
    ("record", "group"),
    [("km_compas_overall", None), ("km_compas_decile_730", "decile_score"), ("km_rossi_fin", "fin")],
)
def test_events_since_the_horizon_before(record, group):
    frame = data("rossi").rename(columns={"week": "time", "arrest": "event"}) if "rossi" in record else compas_times()
    expected = pd.DataFrame({name: R[record][name] for name in ("time", "n_event")})
    times = sorted(set(expected["time"]))
    for number, (_, part) in enumerate([(None, frame)] if group is None else frame.groupby(group)):
        cases = part.loc[part["event"] == 1, "time"].to_numpy()
        by = np.array([(cases <= horizon).sum() for horizon in times])
        rows = expected.iloc[number * len(times) : (number + 1) * len(times)]
        assert rows["n_event"].tolist() == np.diff(by, prepend=0).tolist()


@pytest.mark.parametrize("interval", ["log", "loglog", "plain", "logit"])
def test_the_horizons_are_the_same_whatever_the_interval(interval):
    assert R["km_compas_level_log"]["time"] == R[f"km_compas_level_{interval}"]["time"] == [180, 365, 730] * 3


def test_the_chance_of_no_event_at_all_is_kaplan_meiers():
    frame, expected = data("melanoma"), R["aalen_johansen_survfit_melanoma"]
    rows = kaplan_meier(frame["time"], frame["status"] > 0, expected["time"], method="plain")
    assert close(expected["pstate"]["col1"]) == [1 - row.value for row in rows]
    assert close(expected["std_err"]["col1"]) == [row.se for row in rows]
    # On the log scale of the chance of none, not of the risk.
    reach = np.exp(stats.norm.isf(0.025) * np.array([row.se / (1 - row.value) for row in rows]))
    chance = np.array(expected["pstate"]["col1"])
    assert close(expected["lower"]["col1"]) == (chance / reach).tolist()
    assert close(expected["upper"]["col1"]) == (chance * reach).tolist()


@pytest.mark.parametrize(
    ("record", "time", "event", "group", "order"),
    [
        ("logrank_compas_level", "time", "event", "level", ("Low", "Medium", "High")),
        ("logrank_rossi_fin", "week", "arrest", "fin", ("no", "yes")),
    ],
)
def test_observed_and_expected_events_of_the_log_rank_test(record, time, event, group, order):
    frame, expected = compas_times() if "compas" in record else data("rossi"), R[record]["logrank"]
    codes, names = labels("group", frame[group], order)
    rows = follow_up(frame[time], frame[event], group=codes)
    whole = risk_table(rows)
    for place in range(len(names)):
        inside = rows["group"] == place
        at_risk = np.array([rows.counts[inside & (rows.at >= at)].sum() for at in range(len(rows.times))])
        assert close(expected["expected"][place]) == float((whole.events * at_risk / whole.at_risk).sum())
        assert expected["observed"][place] == rows.counts[inside & (rows.event == 1)].sum()


@pytest.mark.parametrize(
    ("record", "time", "event", "group"),
    [("logrank_compas_level", "time", "event", "level"), ("logrank_rossi_fin", "week", "arrest", "fin")],
)
def test_the_test_of_peto_and_peto(record, time, event, group):
    frame, expected = compas_times() if "compas" in record else data("rossi"), R[record]["peto"]
    found = peto_peto(frame[time], frame[event], frame[group])
    assert close([expected["chisq"], expected["df"]]) == [found.value, found.df]
    assert close(np.log(expected["p"])) == stats.chi2.logsf(found.value, found.df)
    # Events and those expected count by the share that had none just before.
    order = ("Low", "Medium", "High") if "compas" in record else ("no", "yes")
    codes, names = labels("group", frame[group], order)
    rows = follow_up(frame[time], frame[event], group=codes)
    whole = risk_table(rows)
    share = np.concatenate([[1.0], np.cumprod(1 - whole.events / whole.at_risk)[:-1]])
    for place in range(len(names)):
        part = rows["group"] == place
        at_risk = np.array([rows.counts[part & (rows.at >= at)].sum() for at in range(len(rows.times))])
        assert close(expected["expected"][place]) == float((share * whole.events * at_risk / whole.at_risk).sum())
        happened = part & (rows.event == 1)
        assert close(expected["observed"][place]) == float(rows.counts[happened] @ share[rows.at[happened]])


def test_the_trend_is_as_unlikely_as_its_chi_square():
    expected = R["logrank_trend_compas"]
    assert pytest.approx(np.log(expected["p"]), rel=1e-9) == stats.chi2.logsf(expected["score_chisq"], 1)
