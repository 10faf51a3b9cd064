"""What packages of R say of follow-up that rvn does not offer, each from its formula, with what sets it apart.

Nothing of these formulas is in the library, for the reasons told at each. What they share with it, the model and its
predictions, comes from the library, so that R's values test that too.
"""

import itertools

import numpy as np
import pytest
from follow_up_data import compas_times, recid_nc
from scipy import stats

from reference import data, r_values
from rvn.validation.follow_up.censoring import uncensored
from rvn.validation.follow_up.concordance import concordance
from rvn.validation.follow_up.cox import cox_regression
from rvn.validation.follow_up.times import follow_up, risk_table

R = r_values("time_dependent")


def close(expected: object, rel: float = 1e-9) -> object:
    return pytest.approx(expected, rel=rel, abs=1e-14)


def predicted(time, event, predictors):
    """Return the linear predictor of Cox's model, rounded so that people who are alike stay tied."""
    table = np.column_stack([np.asarray(column, dtype=float) for column in predictors.values()])
    coefficients = [row.value for row in cox_regression(time, event, predictors).coefficients]
    return ((table - table.mean(axis=0)) @ coefficients).round(12)


def rossi():
    frame = data("rossi")
    time, event = frame["week"].to_numpy(float), frame["arrest"].to_numpy()
    line = predicted(time, event, {"prio": frame["prio"], "age": frame["age"], "fin": frame["fin"] == "yes"})
    return time, event, frame["prio"].to_numpy(float), line


def area(true, false):
    """Return the area under a curve that falls from 1, 1 to 0, 0."""
    return float((-np.diff(false) * (true[1:] + true[:-1]) / 2).sum())


def test_incident_areas_of_risksetroc_weigh_those_at_risk_by_their_hazard():
    """Heagerty and Zheng's cases are those at risk, weighed by exp(line): who has the event only takes its place among
    the controls away. Ties are broken by the order of rows, so that tied people have half a credit only by chance.
    """
    time, event, _, line = rossi()

    def at(when):
        there = time >= when
        order = np.argsort(line[there], kind="stable")
        case = ((time == when) & (event == 1))[there][order]
        hazard = np.exp(line[there][order])
        true = np.concatenate([[1], 1 - np.cumsum(hazard / hazard.sum()), [0]])
        return area(true, np.concatenate([[1], 1 - np.cumsum(~case / (~case).sum()), [0]]))

    weeks = np.unique(time[event == 1])
    areas = np.array([at(week) for week in weeks])
    expected = R["risksetroc_rossi"]
    assert expected["times_first"] == weeks[:5].tolist()
    assert close(expected["auc_first"], rel=1e-8) == areas[:5].tolist()
    table = risk_table(follow_up(time, event))
    had = table.events > 0
    left = np.cumprod(1 - table.events[had] / table.at_risk[had])
    weight = 2 * left * -np.diff(left, prepend=1.0)
    assert close(expected["cindex_incident"], rel=1e-8) == float(weight @ areas / weight.sum())


def test_pec_compares_events_of_one_day_by_the_order_of_rows():
    """Weights are 1/(G(t-)G(t)) where Uno has 1/G(t-)^2, an event at tau counts, and of two events on one day the row
    that stands first counts as the earlier one; rvn does not compare the two.
    """
    frame = recid_nc()
    time, event = frame["durat"].to_numpy(float), frame["event"].to_numpy()
    line = predicted(time, event, {name: frame[name] for name in ("priors", "age", "tserved")})
    rows = follow_up(time, event)
    chance = uncensored(risk_table(rows))
    order = np.lexsort((np.arange(len(time)), -event, time))
    time, event, line = time[order], event[order], line[order]
    place = np.searchsorted(rows.times, time)
    expected = R["pec_cindex_nc"]
    for tau, value in zip(expected["eval_times"], expected["ipcw_cindex"], strict=True):
        case = np.flatnonzero((event == 1) & (time <= tau))
        weight = 1 / (chance[place[case]] * chance[place[case] + 1])
        later = np.arange(len(time)) > case[:, None]
        credit = (line < line[case, None]) + (line == line[case, None]) / 2
        assert close(value, rel=1e-8) == float(weight @ (later * credit).sum(axis=1) / (weight @ later.sum(axis=1)))


@pytest.mark.parametrize("record", range(4))
def test_unos_c_of_survival_keeps_events_at_tau_and_survauc_gives_ties_no_credit(record):
    expected = R["uno_c_three_packages_nc"][record]
    frame = recid_nc()
    rows = follow_up(frame["durat"], frame["event"], score=frame["priors"].to_numpy(float))
    chance = uncensored(risk_table(rows))[:-1]
    kept = np.where(rows.times <= expected["tau"], 1 / chance**2, 0.0)
    found = concordance(rows, rows["score"], kept[rows.at])
    assert close([expected["survival_nG2"], expected["survival_se"]]) == [found.value, found.se(rows)]
    score, weight, counts = rows["score"], 1 / chance[rows.at] ** 2, rows.counts
    case = np.flatnonzero((rows.event == 1) & (rows.times[rows.at] < expected["tau"]))
    later = (rows.at > rows.at[case, None]) * counts * (counts * weight)[case, None]
    assert close(expected["survAUC_UnoC"]) == float((later * (score < score[case, None])).sum() / later.sum())


def test_two_shares_explained_rest_on_a_likelihood_that_survauc_gets_wrong():
    """survAUC 1.3.0 forgets to move the sum over those at risk along when it gathers the people of one week: a week of
    one person has the sum of the person at that place. Breslow's has 0.2239 and 0.0677, not 0.2218 and 0.0670.
    """
    time, event, _, line = rossi()
    order = np.argsort(time, kind="stable")
    starts = np.flatnonzero(np.diff(time[order], prepend=-1) > 0)
    alone = np.diff(np.append(starts, len(time))) == 1

    def log_likelihood(line, place):
        at_risk = np.array([np.exp(line[time >= when]).sum() for when in time[order]])[place]
        gathered = [np.add.reduceat(values[order], starts) for values in (line * event, event)]
        return float((gathered[0] - gathered[1] * np.log(at_risk)).sum())

    def shares(place):
        null = log_likelihood(np.zeros(len(line)), place)
        ratio = 2 * (log_likelihood(line, place) - null)
        n = len(line)
        return 1 - np.exp(-ratio / event.sum()), (1 - np.exp(-ratio / n)) / (1 - np.exp(2 * null / n))

    expected = R["gonen_heller_rossi"]
    theirs = [expected["royston_d_like_R2_OXS"], expected["nagelk"]]
    assert close(theirs, rel=1e-8) == list(shares(np.where(alone, np.arange(len(starts)), starts)))
    assert pytest.approx([0.223936, 0.067676], abs=1e-6) == list(shares(starts))


@pytest.mark.parametrize("model", ["Null model", "full"])
def test_the_integrated_brier_score_is_the_mean_over_the_grid_of_times(model):
    """rvn gives the scores; a mean over weeks 1 to 51 would say as much of the grid as of the model."""
    expected = R["score_ibs_rossi"]
    here = np.array(expected["model"]) == model
    times, scores = (np.array(expected[name])[here] for name in ("times", "Brier"))
    before = np.concatenate([[0.0], scores[:-1]])
    assert (
        close(np.array(expected["IBS"])[here].tolist())
        == (np.cumsum(before * np.diff(times, prepend=0)) / times).tolist()
    )


@pytest.mark.parametrize(
    ("name", "horizon", "is_window"),
    [("nne_span_26", 26, True), ("nne_span_51", 51, True), ("nne_lambda0.05_51", 51, False)],
)
def test_nearest_neighbours_of_survivalroc(name, horizon, is_window):
    """The window to the left is as wide as that to the right, and whoever has any weight counts in full: by R's
    precedence `wt * entered & at_risk` is a yes or no, so that smoothing with lambda is none. rvn has no smoothing.
    """
    time, event, score, _ = rossi()
    n, values = len(time), np.unique(score)
    weeks = np.unique(time[(event == 1) & (time <= horizon)])
    reach = int(n * 0.25 * n**-0.2 + 0.5)

    def left_at(value):
        width = np.sort(score - value)[min((score < value).sum() + reach, n - 1)]
        near = np.abs(score - value) <= width if is_window else np.exp(-((score - value) ** 2) / 0.05**2) != 0
        at_risk = np.array([(near & (time >= week)).sum() for week in weeks])
        events = np.array([(near & (time == week) & (event == 1)).sum() for week in weeks])
        return np.prod(1 - np.divide(events, at_risk, out=np.zeros(len(weeks)), where=at_risk > 0))

    left = np.array([left_at(value) for value in values])[np.searchsorted(values, score)]
    above = score > np.array([-np.inf, *values])[:, None]
    assert close(R["survivalroc_rossi"][name]) == area(
        (above * (1 - left)).sum(axis=1) / (1 - left).sum(), (above * left).sum(axis=1) / left.sum()
    )


class TimeROC:
    """Cases before a horizon, controls free of every event after it, and who moves a mean of their weights by how much.

    Censorings of one day are taken one after the other, in the order of rows, but each is counted where the first
    of the day stands; rvn takes them together. That is what sets the errors of the two apart by up to 5 in 10,000.
    """

    def __init__(self, time, event, horizon):
        self.n, self.order = len(time), np.lexsort((np.arange(len(time)), time))
        self.time, self.event = time[self.order], event[self.order]
        self.case, self.free = (self.time < horizon) & (self.event == 1), self.time > horizon
        times = np.unique(time)  # those of round-off apart are two, where rvn takes them for one
        chance = uncensored(risk_table(follow_up(np.searchsorted(times, time), event)))
        before, end = chance[np.searchsorted(times, self.time)], chance[(times <= horizon).sum()]
        self.weight = np.where(self.case, 1 / before, np.where(self.free, 1 / end, 0.0))
        self.weighed = np.where(self.free, (time <= horizon).sum(), np.arange(1, self.n + 1))

    def censoring(self, contribution):
        """Return by how much people move a mean through the weights of others."""
        at_risk, left = self.n - np.arange(self.n), self.event == 0
        still = np.bincount(self.weighed, contribution, minlength=self.n + 1)[::-1].cumsum()[::-1][1:]
        jump = still / at_risk
        expected = np.cumsum(jump * left / at_risk)
        first = np.searchsorted(self.time, self.time)
        return np.where(left, jump[first] - expected, -expected)

    def error(self, moves):
        return float(moves.std(ddof=1) / np.sqrt(self.n))


@pytest.mark.parametrize("place", [0, 1])
def test_the_errors_of_sensitivity_and_its_kin_by_timeroc(place):
    """Those of rvn, at a closed horizon and with censorings of a day together, are tested against the bootstrap."""
    frame, expected = compas_times(), R["timeroc_sespppv_compas_1500"]
    frame = frame[frame["id"] <= 1500]
    known = TimeROC(frame["time"].to_numpy(float), frame["event"].to_numpy(), expected["times"][place])
    high = (frame["decile_score"].to_numpy() > 4.5)[known.order]
    anyone = known.case | known.free
    for name, top, bottom in (
        ("Se", known.case & high, known.case),
        ("Sp1", known.free & ~high, known.free),
        ("PPV", known.case & high, anyone & high),
        ("NPV1", known.free & ~high, anyone & ~high),
    ):
        value = known.weight @ top / (known.weight @ bottom)
        moves = known.weight * (top - value * bottom) / (known.weight @ bottom / known.n)
        if name != "Sp1":  # all its weights are equal, and cancel
            moves = moves + known.censoring(moves)
        assert close(expected["se"][f"vect_se_{name}"][place]) == known.error(moves)


def of_areas(time, event, score, horizon):
    """Return the area with controls free of every event, and how each person moves it."""
    known = TimeROC(time, event, horizon)
    marker = score[known.order]
    right = (marker[:, None] > marker) + (marker[:, None] == marker) / 2
    cases, controls = known.weight * known.case, known.free / known.free.sum()
    value = cases @ right @ controls / cases.sum()
    of_cases = cases * (right @ controls - value) / (cases.sum() / known.n)
    moves = of_cases + known.censoring(of_cases) + known.n * controls * (cases @ right / cases.sum() - value)
    back = np.empty(known.n)
    back[known.order] = moves
    return value, known.error(moves), back


@pytest.mark.parametrize("place", [0, 1, 2])
def test_controls_that_are_free_of_every_event(place):
    """rvn's controls are all without the event of interest, whatever else ended their follow-up (auc_2)."""
    frame, expected = data("paquid"), R["timeroc_paquid_competing"]
    value, error, _ = of_areas(
        frame["time"].to_numpy(), frame["status"].to_numpy(), -frame["DSST"].to_numpy(float), expected["times"][place]
    )
    assert close([expected["auc_1"][place], expected["se_1"][place]]) == [value, error]


def test_the_limits_and_the_band_around_areas_in_time():
    time, event, score, _ = rossi()
    expected = R["timeroc_rossi_prio"]
    found = [of_areas(time, event, score, horizon) for horizon in expected["times"]]
    values, errors = (np.array(column) for column in list(zip(*found, strict=True))[:2])
    assert close(expected["auc"] + expected["se"]) == [*values, *errors]
    for column, sign in (("col1", -1), ("col2", 1)):
        limits = 100 * (values + sign * stats.norm.isf(0.025) * errors)
        assert pytest.approx(limits, abs=0.0051) == expected["ci95_pointwise_percent"][column]
    # One multiple of the errors for all times, as large as the largest of four normal deviates that go together.
    band = [expected["ci95_band_percent"][column] for column in ("col1", "col2")]
    multiples = list(itertools.chain(*(np.abs(np.array(side) / 100 - values) / errors for side in band)))
    together = np.array([row[2] for row in found]) / (errors[:, None] * len(time))
    deviates = np.abs(np.random.default_rng(1).normal(size=(4000, len(time))) @ together.T).max(axis=1)
    assert pytest.approx([float(np.quantile(deviates, 0.95))] * 8, abs=0.06) == multiples
