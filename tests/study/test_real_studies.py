"""The studies in validation/ find what R finds on the same data."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rvn.study.load import load
from rvn.study.results import Results
from rvn.study.run import run

ROOT = Path(__file__).parents[2]
VALIDATION = ROOT / "validation"
PLANS = sorted(str(path.relative_to(VALIDATION)) for path in VALIDATION.glob("*/*.yaml"))
RECORDS = json.loads((ROOT / "tests" / "r" / "roc.json").read_text())


def record(name: str) -> dict[str, float]:
    found = RECORDS["records"] if isinstance(RECORDS, dict) else RECORDS
    return next(entry["values"] for entry in found if entry["id"] == name)


def headlines(plan: str) -> Results:
    """Run a study without its groups, which cost most of the time and are not looked at here."""
    study = load(VALIDATION / plan)
    return run(replace(study, file=study.file.model_copy(update={"groups": {}})))


@pytest.fixture(scope="module")
def dane() -> Results:
    return headlines("dane/study.yaml")


def test_there_are_plans_of_three_places() -> None:
    assert {"broward", "dane", "georgia"} == {plan.split("/")[0] for plan in PLANS}


@pytest.mark.parametrize("plan", PLANS)
def test_a_plan_has_no_problem(plan: str) -> None:
    assert load(VALIDATION / plan).file.study.startswith(plan.split("/")[0])


@pytest.mark.parametrize(
    ("score", "outcome", "name"),
    [
        ("nca", "new_arrest", "auc_psa_nca"),
        ("fta", "failure_to_appear", "auc_psa_fta"),
        ("nvca", "new_violent_arrest", "auc_psa_nvca_flag"),
    ],
)
def test_dane_has_the_auc_of_proc(dane: Results, score: str, outcome: str, name: str) -> None:
    (analysis,) = [entry for entry in dane.analyses if (entry.score, entry.outcome) == (score, outcome)]
    assert record(name)["auc"] == pytest.approx(analysis.auc.value, abs=1e-8)


def test_georgia_has_the_auc_of_proc() -> None:
    (analysis,) = headlines("georgia/study.yaml").analyses
    assert record("auc_nij_riskscore")["auc"] == pytest.approx(analysis.auc.value, abs=1e-8)


def test_the_first_year_and_the_later_years_add_up_to_three() -> None:
    first = headlines("georgia/first-year.yaml").analyses
    (later,) = headlines("georgia/later-years.yaml").analyses
    events = {entry.outcome: entry.n_events or 0 for entry in first}
    assert events["three_years"] == events["first_year"] + (later.n_events or 0)


def test_a_window_that_nobody_stated_stays_unstated(dane: Results) -> None:
    assert {("", "not verified")} == {(outcome.unit, outcome.observed) for outcome in dane.outcomes}
