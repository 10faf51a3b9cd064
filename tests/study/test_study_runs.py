"""A run finds what the statistics find, and writes the same bytes each time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from small import PLAN, csv, people

import rvn
from rvn.study.load import load
from rvn.study.record import read_results, to_json
from rvn.study.results import Results
from rvn.study.run import run
from rvn.study.write import write

ROOT = Path(__file__).parents[2]
BROWARD = ROOT / "validation" / "broward" / "study.yaml"

Study = Callable[..., Results]


@pytest.fixture(scope="module")
def broward() -> Results:
    """What is looked at of the study in Broward: the decile, the first outcome, and race."""
    study = load(BROWARD)
    kept = {"scores": ["decile"], "outcomes": ["arrest"], "groups": ["race"]}
    parts = {part: {name: getattr(study.file, part)[name] for name in names} for part, names in kept.items()}
    instruments = {name: made for name, made in study.instruments.items() if name == "decile"}
    return run(replace(study, file=study.file.model_copy(update={**parts, "criteria": {}}), instruments=instruments))


def test_broward_has_the_published_auc_of_the_decile(broward: Results) -> None:
    # 0.702 over all 7,214: published with the data, see validation/broward/README.md
    (analysis,) = [entry for entry in broward.analyses if (entry.score, entry.outcome) == ("decile", "arrest")]
    assert 0.702 == round(analysis.auc.value, 3)
    assert (7214, 3251) == (analysis.n, analysis.n_events)


def test_broward_has_the_published_error_rates_by_race(broward: Results) -> None:
    # ProPublica 2016: African-American 44.85 % and 27.99 %, Caucasian 23.45 % and 47.72 %
    (analysis,) = [entry for entry in broward.analyses if (entry.score, entry.outcome) == ("decile", "arrest")]
    (race,) = [grouping for grouping in analysis.groupings if grouping.id == "race"]
    found = {
        row.group: tuple(
            round(100 * rate.value, 2)
            for errors in row.errors
            if errors.cut == "medium"
            for rate in (errors.false_positive_rate, errors.false_negative_rate)
        )
        for row in race.rows
        if row.group in ("African-American", "Caucasian")
    }
    assert {"African-American": (44.85, 27.99), "Caucasian": (23.45, 47.72)} == found


def test_the_headline_is_what_validate_says_of_the_same_people(broward: Results) -> None:
    people = pd.read_csv(ROOT / "validation" / "broward" / "compas.csv")
    said = rvn.validate("decile_score", people, outcome="two_year_recid")["discrimination"][0]
    (analysis,) = [entry for entry in broward.analyses if (entry.score, entry.outcome) == ("decile", "arrest")]
    assert (said.value, said.low, said.high) == (analysis.auc.value, analysis.auc.low, analysis.auc.high)


def test_results_are_read_back_as_they_were_written(study: Study, tmp_path: Path) -> None:
    results = study()
    write(results, tmp_path)
    assert to_json(results) == to_json(read_results(tmp_path / "results.json"))


def test_the_same_study_writes_the_same_bytes(study: Study, tmp_path: Path) -> None:
    results = study()
    first, second = (write(found, tmp_path / name) for found, name in ((results, "a"), (study(), "b")))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_people_without_a_score_are_counted_out_with_the_reason(study: Study) -> None:
    rows = {
        "id": ["a", "b", "c", "d"],
        "points": [1, "", 4, 5],
        "again": [0, 1, "", 1],
    }
    (analysis,) = study(rows=rows).analyses
    steps = [(step.id, step.people, step.left) for step in analysis.flow]
    assert [("score_absent", 1, 3), ("outcome_absent", 1, 2), ("analysed", 0, 2)] == steps


@pytest.mark.slow
def test_the_same_study_writes_the_same_bytes_in_two_processes(tmp_path: Path) -> None:
    plan = f"""{PLAN}groups:
  sex: {{column: sex}}
criteria:
  auc: {{at least: 0.6, judged by: lower limit}}
"""
    (tmp_path / "study.yaml").write_text(plan, encoding="utf-8")
    (tmp_path / "people.csv").write_text(csv(people()), encoding="utf-8")
    code = "import sys; sys.argv = ['rvn', *sys.argv[1:]]; from rvn.cli import main; main()"
    for seed in ("1", "2"):
        command = [sys.executable, "-c", code, "study", "run", "study.yaml", "--to", seed, "--language", "lv"]
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, cwd=tmp_path, check=True)
    first, second = (
        {str(path.relative_to(tmp_path / seed)): path.read_bytes() for path in (tmp_path / seed).rglob("*.*")}
        for seed in ("1", "2")
    )
    assert {"results.json", "report.html", "results.md", "tables/roc.parquet"} <= set(first)
    assert first == second
