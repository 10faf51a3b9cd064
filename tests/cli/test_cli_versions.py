"""`rvn release`, `diff`, `rescore` and `stale` as a user types them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from ran import Run

from rvn.catalog import shipped

HEAD = (
    "sex,index_offence,liberty,age_at_release,lived_with_partner,index_violence,prior_violence,prior_charges,"
    "prior_convictions,sentencing_dates,noncontact_offence,unrelated_victim,stranger_victim,male_victim\n"
)
VERSIONS = ("--from", "static-99@1999", "--to", "static-99r@2016")
ROW = "male,current,,{age},no,no,no,1,1,0,no,yes,yes,no\n"


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.csv"
    path.write_text(HEAD + "".join(ROW.format(age=age) for age in (30, 37, 45, "")))
    return path


def test_a_release_is_written_once_and_then_checked(tmp_path: Path, run: Run) -> None:
    folder = Path(shutil.copytree(shipped("instruments") / "k6", tmp_path / "k6"))
    (folder / "RELEASED").unlink(missing_ok=True)
    path = folder / "2002.yaml"
    assert "released" in run("release", str(path), "--on", "2026-11-28").out
    assert "unchanged" in run("release", str(path)).out
    assert 0 == run("check", str(path)).code
    path.write_text(path.read_text().replace("en: Adults.", "en: Grown people.", 1))
    ran = run("check", str(path))
    assert 1 == ran.code
    assert "RVN431" in ran.out
    assert "released again: texts" in run("release", str(path)).out


def test_a_file_is_rescored_with_a_summary_in_latvian(answers: Path, run: Run) -> None:
    new = answers.with_name("new.csv")
    ran = run(
        "rescore",
        str(answers),
        "--from",
        "static-99@1999",
        "--to",
        "static-99r@2016",
        "-o",
        str(new),
        "--language",
        "lv",
    )
    assert 0 == ran.code
    assert "Mainījušies: 2 (50 %)." in ran.out
    assert "Šis rezultāts nav lēmums." in ran.out
    assert "origin    " in ran.out
    assert 5 == len(new.read_text().splitlines())


def test_the_summary_is_had_as_json(answers: Path, run: Run) -> None:
    new = answers.with_name("new.csv")
    ran = run(
        "rescore",
        str(answers),
        "--from",
        "static-99@1999",
        "--to",
        "static-99r@2016",
        "-o",
        str(new),
        "--format",
        "json",
    )
    said = json.loads(ran.out)
    assert answers.with_name(Path(said["origin"]).name).exists()
    assert (4, 1, 2, 1) == (said["rows"], said["same"], said["changed"], said["cannot_be_rescored"])


def test_a_version_that_nothing_says_is_asked_for(answers: Path, run: Run) -> None:
    ran = run("rescore", str(answers), "--to", "static-99r@2016", "-o", str(answers.with_name("new.csv")))
    assert 2 == ran.code
    assert "RVN785" in ran.err


def test_differences_are_told_part_by_part(run: Run) -> None:
    ran = run("diff", "static-99@1999", "static-99r@2016")
    assert 0 == ran.code
    assert "age_at_release: points 10-25: 1, 25-120: 0 → 10-35: 1" in " ".join(ran.out.split())
    assert "generated people" in ran.out


def test_levels_are_counted_in_a_file(answers: Path, run: Run) -> None:
    ran = run("diff", "static-99@1999", "static-99r@2016", "--on-file", str(answers), "--format", "json")
    assert {"changed": 1, "of": 3} == json.loads(ran.out)["levels"]["level"]


def test_stale_results_end_the_command_with_1(tmp_path: Path, run: Run) -> None:
    rows = f"instrument,version,fingerprint\nstatic-99r,2016,{'0' * 64}\n"
    (tmp_path / "results.csv").write_text(rows)
    ran = run("stale", str(tmp_path / "results.csv"))
    assert 1 == ran.code
    assert "stale" in ran.out


def test_results_that_do_not_say_what_made_them_are_told_how_they_can(tmp_path: Path, run: Run) -> None:
    (tmp_path / "results.csv").write_text("total,category\n4,high\n")
    ran = run("stale", str(tmp_path / "results.csv"))
    assert 1 == ran.code
    assert "in columns `instrument`, `version` and `fingerprint`" in " ".join(ran.out.split())
