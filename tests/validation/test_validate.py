"""A validity study in one call: published and R numbers on Broward, and whatever data can do wrong."""

import json
import math
import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import rvn
from reference import data, r_values
from rvn.errors import ContractError
from rvn.validation import _WHERE, validate
from rvn.validation.agreement.kappa import kappa
from rvn.validation.association.odds_ratios import odds_ratio
from rvn.validation.discrimination.auc import auc
from rvn.validation.follow_up.concordance import harrell_c
from rvn.validation.follow_up.survival import kaplan_meier

ROC, FAIRNESS, SURVIVAL = r_values("roc"), r_values("fairness"), r_values("survival")
OUTCOME = "two_year_recid"


def people(**columns: object) -> pd.DataFrame:
    """Return forty people whose outcome rises with their points, one group of them smaller."""
    points = np.tile([0, 1, 2, 3], 10)
    outcome = ((np.arange(40) * 7) % 10 < 2 + 2 * points).astype(int)
    frame = pd.DataFrame(
        {"points": points, "again": outcome, "sex": ["m", "m", "m", "w"] * 5 + ["m", "w", "m", "m"] * 5}
    )
    frame["level"] = np.where(points < 2, "low", "high")
    return frame.assign(**columns)


def only(rows, name, **at):
    (row,) = (row for row in rows if row.name == name and all(row.at.get(key) == value for key, value in at.items()))
    return row


def levels_of(found):
    return [row.at["level"] for row in found["rates"] if row.name == "rate" and "level" in row.at]


@pytest.fixture(scope="module")
def broward():
    return validate("decile_score", data("compas"), outcome=OUTCOME, levels="score_text", groups=["race", "sex"])


def test_the_auc_is_procs_and_the_published_one(broward):
    expected = ROC["auc_compas_decile_all"]
    (row,) = broward["discrimination"]
    assert pytest.approx(expected["auc"], rel=1e-9) == row.value
    assert 0.70217 == round(row.value, 5)
    assert (7214, 3251) == (row.n, row.n_events)


def test_errors_by_race_are_those_propublica_published(broward):
    for group, false_positive, false_negative in (("African-American", 44.85, 27.99), ("Caucasian", 23.45, 47.72)):
        at = {"by": "race", "group": group, "cut": "Medium"}
        assert false_positive == round(100 * only(broward["groups"], "false_positive_rate", **at).value, 2)
        assert false_negative == round(100 * only(broward["groups"], "false_negative_rate", **at).value, 2)


def test_errors_by_race_have_the_base_rate_of_r_beside_them(broward):
    for group, expected in FAIRNESS["groups_race_medium_plus_all"].items():
        if group == "everyone":
            continue
        at = {"by": "race", "group": group, "cut": "Medium"}
        assert pytest.approx(expected["base_rate"][0], rel=1e-9) == only(broward["groups"], "base_rate", **at).value


def test_text_levels_go_by_the_mean_score_and_not_by_the_alphabet(broward):
    assert ["Low", "Medium", "High"] == levels_of(broward)
    assert ["Medium", "High"] == [row.at["level"] for row in broward["association"] if "level" in row.at]


def test_the_page_fits_eighty_columns_and_tells_what_is_sparse(broward):
    page = str(broward)
    assert 80 >= max(map(len, page.splitlines()))
    assert "0.281*" in page
    assert "* sparse" in page
    assert "AUC                                       0.702     0.690 to 0.714      7,214" in page


def test_every_table_of_groups_has_the_base_rate(broward):
    heads = [line.split() for line in str(broward).splitlines() if "false +" in line]
    assert 4 == len(heads)
    assert all(["n", "base"] == head[:2] for head in heads)


def test_risks_are_compared_with_what_happened_in_each_group():
    found = validate("points", people(risk=0.5), outcome="again", risk="risk", groups="sex")
    rate = only(found["groups"], "base_rate", group="w").value
    assert 0.5 / rate == pytest.approx(only(found["groups"], "expected_observed", group="w").value)
    assert "E/O" in str(found)
    assert 80 >= max(map(len, str(found).splitlines()))


@pytest.mark.parametrize("kind", [lambda frame: frame, pl.from_pandas, pa.Table.from_pandas])
def test_the_instrument_scores_the_frame_as_the_file_has_it(kind):
    frame = data("compas")[["decile_score", OUTCOME, "sex"]].rename(columns={"decile_score": "decile"})
    found = rvn.validate(rvn.load("broward-decile@2016"), kind(frame), outcome=OUTCOME, groups="sex")
    assert 0.70217 == round(found["discrimination"][0].value, 5)
    assert ["low", "medium", "high"] == levels_of(found)
    assert "broward-decile@2016 score" == found.score


def test_people_that_could_not_be_scored_are_counted_out_with_their_status():
    frame = pd.DataFrame({"age": [19, 40, 60, 30, 17, 33], "sex": ["male"] * 6, "priors": [0, 5, 0, None, 9, -1]})
    frame["again"] = [1, 1, 0, 0, 1, 0]
    found = validate(rvn.load("broward-rules@2018"), frame, outcome="again")
    row = found["discrimination"][0]
    assert {"score undecided": 1, "score not applicable": 1, "score invalid": 1} == row.excluded
    assert (3, 2) == (row.n, row.n_events)
    assert "1 score not applicable" in str(found)


def test_items_of_an_instrument_are_read_as_their_points():
    audit = rvn.load("audit@2001")
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({name: rng.choice(field.options, 200) for name, field in audit.plan.fields.items()})
    frame["again"] = rng.integers(0, 2, 200)
    found = validate(audit, frame, outcome="again")
    answers = ["never", "monthly_or_less", "2_to_4_a_month", "2_to_3_a_week", "4_or_more_a_week"]
    assert 10 == sum(row.name == "mean" for row in found["items"])
    assert frame["frequency"].map(answers.index).mean() == pytest.approx(
        only(found["items"], "mean", item="frequency").value
    )
    assert "cronbach_alpha" in {row.name for row in found["items"]}


def test_follow_up_is_that_of_rs_survival():
    frame = data("compas")
    frame = frame[frame["end"] > frame["start"]].assign(time=lambda rows: rows["end"] - rows["start"])
    found = validate("decile_score", frame, time="time", event="event", horizon=730, levels="score_text")
    rows = found["follow_up"]
    assert ["follow_up"] == list(found.blocks)
    direct = harrell_c(frame["time"], frame["event"], frame["decile_score"])
    assert pytest.approx(direct.value, rel=1e-12) == only(rows, "harrell_c").value
    (all_of_them,) = kaplan_meier(frame["time"], frame["event"], [730])
    overall = [
        row for row in rows if row.name == "cumulative_incidence" and "level" not in row.at and "group" not in row.at
    ]
    assert pytest.approx(all_of_them.value, rel=1e-12) == overall[0].value


def test_counts_are_people():
    frame = people()
    counted = frame.assign(people=np.arange(40) % 3)
    repeated = frame.loc[frame.index.repeat(counted["people"])]
    options = {"outcome": "again", "groups": "sex", "levels": "level"}
    once, many = validate("points", repeated, **options), validate("points", counted, counts="people", **options)
    assert once.n == many.n
    for block in once.blocks:
        for one, other in zip(once[block], many[block], strict=True):
            assert (one.name, one.n, one.status, one.at) == (other.name, other.n, other.status, other.at)
            assert one.value == pytest.approx(other.value, rel=1e-9, nan_ok=True)
            assert one.low == pytest.approx(other.low, rel=1e-9, nan_ok=True)


def test_polars_and_pandas_give_the_same_record():
    frame = people()
    options = {"outcome": "again", "groups": "sex", "levels": "level"}
    record = validate("points", frame, **options).to_record()
    assert json.dumps(record) == json.dumps(validate("points", pl.from_pandas(frame), **options).to_record())


def test_with_a_seed_the_auc_has_a_bootstrap_interval_too():
    first, second = (validate("points", people(), outcome="again", rng=4)["discrimination"] for _ in range(2))
    assert 2 == len(first)
    assert (first[1].low, first[1].high) == (second[1].low, second[1].high)
    assert first[0].value == first[1].value


def test_blocks_become_frames_and_an_unknown_one_is_named():
    found = validate("points", people(), outcome="again")
    assert ["base_rate"] == found.frame("rates")["name"].tolist()[:1]
    with pytest.raises(ContractError, match="no block 'calibraton'"):
        found.frame("calibraton")


@pytest.mark.parametrize("argument", ["outcome", "groups", "levels", "risk", "counts"])
def test_an_unknown_column_is_told_with_the_near_name(argument):
    with pytest.raises(ContractError, match="did you mean 'points'"):
        validate("points", people(), **{"outcome": "again", argument: "pionts"})
    with pytest.raises(ContractError, match="did you mean 'points'"):
        validate("pionts", people(), outcome="again")


def test_arguments_that_do_not_fit_together_are_refused():
    with pytest.raises(ContractError, match="belong together"):
        validate("points", people(), outcome="again", time="points")
    with pytest.raises(ContractError, match="without `time`"):
        validate("points", people(), outcome="again", horizon=3)
    with pytest.raises(ContractError, match="two or more"):
        validate("points", people(), outcome="again", raters=["points"])
    with pytest.raises(ContractError, match="text and others numbers"):
        validate("points", people(), raters=["points", "level"])
    with pytest.raises(ContractError, match="not a frame"):
        validate("points", {"points": [1]}, outcome="again")


# whatever data can do wrong


@pytest.mark.parametrize("value", [2, -1, 0.5])
def test_an_outcome_with_three_values_is_refused_under_its_name(value):
    with pytest.raises(ContractError, match="`again` must hold only 0 and 1"):
        validate("points", people(again=[value, 0, 1, 1] * 10), outcome="again")


def test_zero_and_one_as_text_are_refused():
    with pytest.raises(ContractError, match="`again` holds"):
        validate("points", people(again=["0", "1"] * 20), outcome="again")
    with pytest.raises(ContractError, match="`points` holds"):
        validate("points", people(points=["0", "1"] * 20), outcome="again")


@pytest.mark.parametrize("value", [0, 1])
def test_all_events_or_none_are_not_estimable_and_raise_nothing(value):
    options = {"outcome": "again", "groups": "sex", "levels": "level", "risk": "risk"}
    found = validate("points", people(again=value, risk=0.3), **options)
    assert "not_estimable" == found["discrimination"][0].status
    assert math.isnan(found["discrimination"][0].value)
    assert value == found["rates"][0].value
    assert "-*" in str(found)


def test_one_score_value_ranks_nobody():
    found = validate("points", people(points=3, level="low"), outcome="again", groups="sex", levels="level")
    assert (0.5, "degenerate") == (found["discrimination"][0].value, found["discrimination"][0].status)
    assert "not_estimable" == found["association"][0].status


def test_a_level_without_events_has_a_rate_of_zero_and_a_separated_odds_ratio():
    frame = people()
    frame.loc[frame["level"] == "low", "again"] = 0
    found = validate("points", frame, outcome="again", levels="level")
    rate = only(found["rates"], "rate", level="low")
    assert 0 == rate.value < rate.high
    assert "separated" == only(found["association"], "odds_ratio_of_level", level="high").status


def test_a_level_that_nobody_has_stays_in_the_table():
    levels = pd.Categorical(people()["level"], categories=["none", "low", "high"], ordered=True)
    found = validate("points", people(level=levels), outcome="again", levels="level", groups="sex")
    assert "not_estimable" == only(found["rates"], "rate", level="none").status
    assert ["none", "low", "high"] == levels_of(found)


def test_a_perfect_score_is_degenerate_and_separated():
    frame = people()
    found = validate("points", frame.assign(again=(frame["points"] > 1).astype(int)), outcome="again", levels="level")
    area = found["discrimination"][0]
    assert (1.0, "degenerate") == (area.value, area.status)
    assert area.low < 1
    assert "separated" == found["association"][0].status


def test_negative_times_are_refused():
    with pytest.raises(ContractError, match="negative times"):
        validate("points", people(time=-1, event=1), time="time", event="event")


def test_event_times_equal_to_the_horizon_are_by_the_horizon():
    frame = people(time=12.0, event=lambda rows: rows["again"])
    found = validate("points", frame, time="time", event="event", horizon=12)
    assert frame["again"].mean() == pytest.approx(only(found["follow_up"], "cumulative_incidence").value)
    assert auc(frame["again"], frame["points"]).value == pytest.approx(only(found["follow_up"], "auc").value)


def test_a_horizon_that_nobody_reaches_is_told():
    found = validate("points", people(time=12.0, event=0), time="time", event="event", horizon=30)
    assert "ok" != only(found["follow_up"], "cumulative_incidence").status


def test_clusters_of_one_have_nearly_the_error_of_no_clusters():
    frame = people()
    plain = auc(frame["again"], frame["points"])
    assert pytest.approx(plain.se) == auc(frame["again"], frame["points"], cluster=np.arange(40)).se


def test_weights_of_zero_are_as_if_the_people_were_not_there():
    frame = people()
    weights = np.where(frame["sex"] == "m", 2.0, 0.0)
    men = frame[frame["sex"] == "m"]
    weighted = odds_ratio(frame["again"], frame["points"], weights=weights)
    alone = odds_ratio(men["again"], men["points"], weights=np.full(len(men), 2.0))
    assert pytest.approx(alone.value) == weighted.value


def test_raters_who_never_disagree_are_degenerate():
    frame = people(second=lambda rows: rows["points"])
    found = validate("points", frame, raters=["points", "second"])
    row = only(found["agreement"], "kappa")
    assert (1.0, "degenerate") == (row.value, row.status)
    assert row.low < 1
    assert kappa(frame["points"], frame["second"]).low == row.low


def test_raters_may_write_levels_and_be_three():
    frame = people(second="low", third=lambda rows: rows["level"])
    found = validate("points", frame, raters=["level", "second", "third"])
    assert 2 / 3 == pytest.approx(only(found["agreement"], "percent_agreement").value)
    assert "krippendorff_alpha_nominal" in {row.name for row in found["agreement"]}


def test_missing_outcomes_scores_and_groups_are_counted_out():
    frame = people()
    frame["again"] = frame["again"].astype("Float64").mask(frame.index < 3)
    frame["points"] = frame["points"].where(frame.index != 39)
    frame["sex"] = frame["sex"].where(frame.index != 20)
    found = validate("points", frame, outcome="again", groups="sex")
    row = found["discrimination"][0]
    assert {"score absent": 1, "outcome absent": 3} == row.excluded
    assert 36 == row.n
    assert 35 == sum(row.n for row in found["groups"] if row.name == "auc")


def test_an_empty_frame_has_nothing_to_estimate():
    found = validate("points", people().iloc[:0], outcome="again", levels="level", groups="sex")
    assert 0 == found.n
    assert "not_estimable" == found["discrimination"][0].status
    assert "0 people" in str(found)


def test_everything_exported_is_there():
    for name, module in _WHERE.items():
        found = getattr(rvn.validation, name)
        assert module == found.__module__
    assert rvn.validate is validate
    with pytest.raises(AttributeError, match="valdate"):
        rvn.valdate  # noqa: B018


def test_importing_validation_loads_nothing_heavy():
    code = "import sys, rvn.validation; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert set() == set(loaded) & {"pandas", "scipy", "sklearn", "narwhals"}


def test_cuts_that_are_only_by_score_are_pointed_to_in_print():
    frame = pd.DataFrame({"points": [0, 1, 2, 3] * 10, "again": [0, 0, 1, 1] * 5 + [0, 1, 0, 1] * 5})
    printed = str(rvn.validate("points", frame, outcome="again"))
    assert "\ncutoffs  " in printed
    assert "a row for every score: see the frame of this block" in printed.split("cutoffs")[1]
