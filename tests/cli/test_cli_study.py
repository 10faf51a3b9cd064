"""The commands of studies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rvn.cli.app import app

ROOT = Path(__file__).parents[2]
DANE = str(ROOT / "validation" / "dane" / "study.yaml")
RULES = "broward-rules@2018"
HEAD = "person,age,sex,priors\n"

SHORT = f"""\
rvn: 1
study: short
title: {{en: A short study}}
data: {{file: {ROOT / "tests" / "data" / "psa_dane.csv"}}}
columns: {{person: row}}
scores:
  flag: {{column: nvca_flag, levels: {{"no flag": 0, flag: 1}}}}
outcomes:
  arrest:
    event: {{en: a new violent arrest}}
    source: {{en: package aihuman}}
    window: not stated
    yes_no: {{column: y_nvca, event: [1], none: [0]}}
"""


JUDGED = f"""\
{SHORT}groups:
  sex: {{column: male}}
criteria:
  auc:
    - {{at least: 0.5, judged by: lower limit}}
    - {{at least: 0.6, judged by: lower limit}}
    - {{at least: 0.7, judged by: lower limit}}
"""


def ran(*words: object) -> Result:
    return CliRunner().invoke(app, ["study", *map(str, words)])


@pytest.fixture
def without_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what draws figures, for runs of which the report is not looked at."""
    monkeypatch.setattr("rvn.cli.study.find_spec", lambda name: None)


def test_the_schema_of_studies_is_current() -> None:
    assert (ROOT / "docs" / "schema" / "study-1.json").read_text(encoding="utf-8") == ran("schema").stdout


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """A run with a report, and its folder."""
    folder = tmp_path_factory.mktemp("judged")
    (folder / "study.yaml").write_text(JUDGED)
    return ran("run", folder / "study.yaml", "--to", folder / "out"), folder / "out"


def test_a_run_prints_each_verdict_and_ends_with_1_where_one_is_not_met(judged: tuple[Result, Path]) -> None:
    result, _ = judged
    assert 1 == result.exit_code
    assert "1 met, 1 not met, 1 not enough data" in result.stdout
    assert "the plan was not locked before the run" in result.stdout
    assert "would decide if" in result.stdout


def test_a_run_writes_results_tables_and_the_report(judged: tuple[Result, Path]) -> None:
    _, folder = judged
    assert "rvn study results" == json.loads((folder / "results.json").read_text())["kind"]
    names = {path.stem for path in (folder / "tables").glob("*.csv")}
    assert {"roc", "verdicts", "groups", "flow_analysed"} <= names
    assert names == {path.stem for path in (folder / "tables").glob("*.parquet")}
    assert '<html lang="en">' in (folder / "report.html").read_text(encoding="utf-8")
    assert (folder / "results.md").read_text(encoding="utf-8").startswith("# A short study")


def test_a_report_is_written_again_in_another_language_and_place(judged: tuple[Result, Path], tmp_path: Path) -> None:
    _, folder = judged
    result = ran("report", folder / "results.json", "--to", tmp_path / "lv", "--language", "lv")
    assert 0 == result.exit_code
    assert f"{len(list((tmp_path / 'lv').rglob('*.*')))} files in" in result.stdout
    assert '<html lang="lv">' in (tmp_path / "lv" / "report.html").read_text(encoding="utf-8")
    assert not (tmp_path / "lv" / "results.json").exists()


def test_a_report_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text("{}")
    assert (2, 2) == tuple(ran("report", tmp_path / name).exit_code for name in ("results.json", "none.json"))
    assert "RVN834" in ran("report", tmp_path / "results.json").stderr


@pytest.mark.usefixtures("without_report")
def test_without_what_draws_a_run_writes_everything_else_and_a_report_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(SHORT)
    result = ran("run", tmp_path / "study.yaml")
    assert (0, True) == (result.exit_code, "pip install 'rvn[report]'" in result.stderr)
    assert not (tmp_path / "results" / "report.html").exists()
    again = ran("report", tmp_path / "results" / "results.json")
    assert (2, True) == (again.exit_code, "pip install 'rvn[report]'" in again.stderr)


@pytest.mark.usefixtures("without_report")
def test_small_cells_are_hidden_on_request(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(SHORT)
    assert 0 == ran("run", tmp_path / "study.yaml", "--suppress-below", 30).exit_code
    record = json.loads((tmp_path / "results" / "results.json").read_text())
    assert 30 == record["suppress_below"]
    assert record["suppressed"] > 0


def test_a_study_that_cannot_be_run_says_why_and_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text("rvn: 1\n")
    result = ran("run", tmp_path / "study.yaml")
    assert 2 == result.exit_code
    assert "RVN202 the key 'study' is missing" in result.stderr


@pytest.mark.usefixtures("without_report")
def test_a_lock_is_written_beside_the_study_and_a_run_says_that_it_matches(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(SHORT)
    assert 0 == ran("lock", tmp_path / "study.yaml").exit_code
    assert (tmp_path / "study.lock").is_file()
    assert "the plan is the one locked on" in " ".join(ran("run", tmp_path / "study.yaml").stdout.split())


def test_a_template_is_four_files(tmp_path: Path) -> None:
    result = ran("template", "audit@2001", "--to", tmp_path, "--language", "lv")
    assert 0 == result.exit_code
    assert 4 == len(result.stdout.split())
    assert all(Path(name).is_file() for name in result.stdout.split())


def test_bad_cells_are_told_without_their_content_and_written_with_it(tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text(HEAD + "p-1,30,female,1\np-2,40,femail,1\n")
    result = ran("check", tmp_path / "sheet.csv", "--instrument", RULES)
    assert 1 == result.exit_code
    assert "2 rows, 1 bad cell" in result.stdout
    assert "femail" not in result.stdout
    assert "femail" in (tmp_path / "sheet.bad.csv").read_text()


def test_a_problem_of_many_cells_is_told_once_with_its_rows(tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text(HEAD + "".join(f"p-{row},old,female,1\n" for row in range(25)))
    shown = " ".join(ran("check", tmp_path / "sheet.csv", "--instrument", RULES).stdout.split())
    assert "25 rows, 25 bad cells" in shown
    assert 1 == shown.count("age: RVN")
    assert "rows 1, 2, 3, 4," in shown
    assert "20 and 5 more" in shown


def test_listed_repairs_are_made_and_written(tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text(HEAD + "p-1,30,femail,1\n")
    (tmp_path / "cleaning.yaml").write_text(
        "rvn: 1\ncleaning: x\nrepairs:\n  - {column: sex, from: [femail], to: female, because: {en: Misspelt.}}\n"
    )
    words = ("--instrument", RULES, "--cleaning", tmp_path / "cleaning.yaml", "-o", tmp_path / "clean.csv")
    result = ran("check", tmp_path / "sheet.csv", *words)
    assert 0 == result.exit_code
    assert HEAD + "p-1,30,female,1\n" == (tmp_path / "clean.csv").read_text()
    assert "1,sex,femail,female,1,Misspelt." in (tmp_path / "clean.log.csv").read_text()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("check", "sheet.csv"), "RVN941"),
        (("check", DANE, "--instrument", RULES), "RVN941"),
        (("check", "sheet.csv", "--instrument", RULES, "-o", "clean.csv"), "RVN942"),
        (("check", "none.csv", "--instrument", RULES), "RVN821"),
    ],
)
def test_a_command_that_cannot_run_says_what_to_write(words: tuple[str, ...], code: str) -> None:
    result = ran(*words)
    assert 2 == result.exit_code
    assert code in result.stderr
