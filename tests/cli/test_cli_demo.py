"""`rvn demo`: its numbers against published ones, what it says, and what it writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ran import Ran, Run

from reference import data, r_values
from rvn import catalog

DECILE, RULES = "broward-decile@2016", "broward-rules@2018"


@pytest.fixture
def record(run: Run) -> Any:
    return run("demo", "--format", "json").data


@pytest.fixture
def shown(run: Run) -> Ran:
    return run("demo")


def test_the_auc_of_the_decile_is_that_of_r(record: Any) -> None:
    assert (7214, 0) == (record["people"], record["problems"])
    # pROC, all rows; the AUC is a ratio of counts, so only rounding separates the two.
    assert r_values("roc")["auc_compas_decile_all"]["auc"] == pytest.approx(record["auc"][DECILE]["value"], abs=1e-12)
    assert 0.70217 == round(record["auc"][DECILE]["value"], 5)


def test_the_rule_list_is_right_as_often_as_its_rules_counted_by_hand(record: Any) -> None:
    people = data("compas")
    age, priors = people["age"], people["priors_count"]
    young_man = age.between(18, 20) & (people["sex"] == "Male")
    yes = young_man | (age.between(21, 23) & priors.between(2, 3)) | (priors > 3)
    assert (yes == (people["two_year_recid"] == 1)).sum() == record["accuracy"]["n_events"]
    assert 0.664 == round(record["accuracy"]["value"], 3)


def test_the_errors_of_the_levels_are_those_propublica_published(record: Any) -> None:
    rates = {rate["at"]["level"]: (rate["n"], rate["n_events"]) for rate in record["rates"][DECILE]}
    people, events = (sum(column) for column in zip(*rates.values(), strict=True))
    low_people, low_events = rates["low"]
    # "How we analyzed the COMPAS recidivism algorithm", table for all defendants: Medium and High against Low.
    assert 32.35 == round(100 * (1 - (low_people - low_events) / (people - events)), 2)
    assert 37.40 == round(100 * low_events / events, 2)


def test_the_rates_are_those_of_the_file(record: Any) -> None:
    people = data("compas")
    expected = people.groupby("score_text")["two_year_recid"].agg(["sum", "size"])
    found = {rate["at"]["level"]: [rate["n_events"], rate["n"]] for rate in record["rates"][DECILE]}
    assert {level.lower(): list(row) for level, row in expected.iterrows()} == found
    assert 3251 == sum(rate["n_events"] for rate in record["rates"][RULES])


def test_the_difference_is_that_of_the_two_areas(record: Any) -> None:
    first, second = (record["auc"][name]["value"] for name in (DECILE, RULES))
    assert first - second == pytest.approx(record["auc_difference"]["value"], abs=1e-12)
    assert "DeLong, paired" == record["auc_difference"]["method"]
    assert {"DeLong, logit"} == {area["method"] for area in record["auc"].values()}
    assert {"Wilson"} == {rate["method"] for rates in record["rates"].values() for rate in rates}


def test_the_scored_file_holds_every_person_and_both_results(run: Run, tmp_path: Path) -> None:
    ran = run("demo", "--output", "deep/er", "--format", "json")
    scored = pd.read_csv(tmp_path / ran.data["output"])
    people = data("compas")
    assert 7214 == len(scored)
    assert list(people["id"]) == list(scored["id"])
    assert list(people["score_text"].str.lower()) == list(scored["compas_level"])
    assert {"complete"} == set(scored["rules_level_status"])


def test_it_reads_well_at_80_columns(shown: Ran) -> None:
    assert (0, "") == (shown.code, shown.err)
    assert 80 >= max(map(len, shown.out.splitlines()))
    assert "\x1b" not in shown.out


def test_it_names_source_and_terms_and_what_not_to_conclude(shown: Ran) -> None:
    text = " ".join(shown.out.split())
    for part in (
        "github.com/propublica/compas-analysis",
        "the repository states no licence",
        "Male becomes male (5,819), Female becomes female (1,395)",
        "It is not the chance of a person elsewhere",
        "looks better here than it would elsewhere",
        "Always saying no would be right for 54.9%",
        "This result is not a decision.",
    ):
        assert part in text


def test_the_person_explained_is_one_the_rule_list_is_wrong_about(shown: Ran) -> None:
    assert "Aged 21 to 23 with two or three prior offences = yes" in shown.out
    assert "was not arrested again within two years: one of the 34%" in " ".join(shown.out.split())


def test_without_its_data_it_cannot_run(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "shipped", lambda name: tmp_path / name)
    ran = run("demo", "--format", "json")
    assert (2, ["RVN919"]) == (ran.code, ran.codes)


def test_a_folder_that_cannot_be_made_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = run("demo", "--output", "file/folder", "--format", "json")
    assert (2, ["RVN911"]) == (ran.code, ran.codes)
