"""`rvn score … --engine spark`: the rows, problems and account are those of the engine here."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import rvn
from rvn.batch import Account
from rvn.errors import BatchError, FrameError, IdentityError, RvnError
from rvn.scoring.files.score import ScoredFile
from rvn.versions.origin import said_by

# Sockets that pyspark leaves to be collected.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

RULES = "broward-rules@2018"
MAPPING = """\
of: broward-rules@2018
id: case
columns: {priors: before}
values: {sex: {1: male, 2: female}, age: {99: unknown}, priors: {99: 99}}
absence: {99: unknown}
"""
PEOPLE = {
    "case": ["a", "b", "c", "b", "d", None, "e", "a", "f"],
    "age": [19, 40, -1, 22, None, 35, 99, 61, 19],
    "sex": [1, 2, 1, 3, 2, 1, 99, 1, 1],
    "before": [0.0, 5.0, 2.0, 2.0, 99.0, float("nan"), None, 0.5, 4.0],
}


def write_people(folder: Path) -> Path:
    """Write people in two files of a folder that says a column in its name."""
    place = folder / "people" / "half=first 2026"
    place.mkdir(parents=True)
    people = pl.DataFrame(PEOPLE, schema_overrides={"age": pl.Int16, "sex": pl.Int32})
    people[:5].write_parquet(place / "a.parquet", row_group_size=2)
    people[5:].write_parquet(place / "b.parquet")
    return folder / "people"


def both(folder: Path, source: Path, **how: Any) -> tuple[ScoredFile, ScoredFile]:
    """Return what became of files here, and by Spark."""
    rules = rvn.load(RULES)
    here = rules.score_file(source, folder / "here.parquet", **how)
    return here, rules.score_with_spark(source, folder / "spark.parquet", **how)


def test_spark_writes_the_rows_and_problems_that_are_written_here(spark_session: Any, tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    here, spark = both(tmp_path, write_people(tmp_path), mapping=tmp_path / "mapping.yaml")
    order = ["case", "age", "before"]
    ours = pl.read_parquet(here.destination).with_columns(pl.selectors.by_dtype(pl.Categorical).cast(pl.String))
    theirs = pl.read_parquet(f"{spark.destination}/*.parquet")
    assert set(ours.columns) == set(theirs.columns)
    assert ours.sort(order).equals(theirs.select(ours.columns).sort(order).cast(ours.schema))
    problems = pl.read_parquet(f"{spark.problems}/*.parquet")
    # In CSV and Parquet here, ids that stand twice come last; by Spark all problems are in the order of the rows.
    assert pl.read_parquet(here.problems).sort("row", "item").equals(problems.sort("row", "item"))
    assert {"RVN602", "RVN603", "RVN604", "RVN737", "RVN738"} == set(problems["code"])
    assert here.account == spark.account
    assert [] == list(tmp_path.glob(".*"))
    assert said_by(here.destination) | {"separator": ","} == said_by(Path(spark.destination)) | {"separator": ","}
    said = json.loads((Path(spark.destination) / "_rvn.json").read_text())
    assert (9, "spark") == (said["account"]["rows_in"], said["engine"]["name"])


def refused(source: Path, target: Path, **how: Any) -> list[str]:
    """Return the codes of what is said, after making sure that nothing was written."""
    with pytest.raises(RvnError) as error:
        rvn.load(RULES).score_with_spark(source, target, **how)
    assert not target.exists()
    assert not list(target.parent.glob(".*"))
    return [problem.code for problem in error.value.diagnostics]


def test_what_the_engine_cannot_do_is_said_at_once_and_without_spark(tmp_path: Path) -> None:
    (tmp_path / "long.yaml").write_text(f"of: {RULES}\nid: case\nlong: {{item: q, value: v}}\n")
    found = refused(tmp_path / "people.csv", tmp_path / "out.csv", mapping=tmp_path / "long.yaml")
    assert ["RVN751", "RVN751", "RVN751"] == found


def test_without_java_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(BatchError, match="RVN752 the engine Spark needs Java, which is not here\n    install Java 17"):
        rvn.load(RULES).score_with_spark(tmp_path / "in.parquet", tmp_path / "out.parquet")


@pytest.mark.slow
def test_files_that_cannot_be_read_as_one_table_are_named_before_anything_runs(
    spark_session: Any, tmp_path: Path
) -> None:
    source, target = write_people(tmp_path), tmp_path / "out.parquet"
    assert ["RVN720"] == refused(tmp_path / "nowhere.parquet", target)
    assert ["RVN701"] == refused(source, target)
    part = next(source.glob("*/a.parquet"))
    (part.parent / "c.parquet").write_bytes(part.read_bytes()[:-20])
    pl.DataFrame({"case": [1], "age": [1], "sex": [1]}).write_parquet(part.parent / "d.parquet")
    pl.DataFrame(PEOPLE, schema_overrides={"sex": pl.String}, strict=False).write_parquet(part.parent / "e.parquet")
    assert ["RVN721", "RVN723", "RVN722", "RVN722"] == refused(source, target)


@pytest.mark.slow
def test_what_a_worker_refuses_is_said_without_the_cell(spark_session: Any, tmp_path: Path) -> None:
    people = pl.DataFrame({"person": ["010190-12345"], "age": [19], "sex": ["male"], "priors": [0]})
    people.write_parquet(tmp_path / "people.parquet")
    with pytest.raises(IdentityError, match="RVN671") as error:
        rvn.load(RULES).score_with_spark(tmp_path / "people.parquet", tmp_path / "out.parquet", id_column="person")
    assert "12345" not in str(error.value)
    assert ["people.parquet"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.slow
def test_what_is_there_is_replaced_only_where_that_is_said(spark_session: Any, tmp_path: Path) -> None:
    people = pl.DataFrame({"age": [19], "sex": ["male"], "priors": [0]})
    source, target = tmp_path / "people.parquet", tmp_path / "out.parquet"
    people.write_parquet(source)
    target.mkdir()
    with pytest.raises(BatchError, match="RVN725"):
        rvn.load(RULES).score_with_spark(source, target)
    (tmp_path / ".out.parquet.unfinished").mkdir()
    target.rmdir()
    with pytest.raises(BatchError, match="RVN755"):
        rvn.load(RULES).score_with_spark(source, target)
    with pytest.raises(FrameError, match="RVN733"):
        rvn.load(RULES).score_with_spark(source, source, replace=True)
    target.mkdir()
    rvn.load(RULES).score_with_spark(source, target, outputs=["level"], replace=True)
    assert ["yes"] == pl.read_parquet(f"{target}/*.parquet")["level"].to_list()
    assert ["out.parquet", "out.problems.parquet", "people.parquet"] == sorted(path.name for path in tmp_path.iterdir())


def command(folder: Path, master: str, *more: str) -> list[str]:
    """Return the command that scores the people of a folder on a master of its own."""
    script = "import sys; from rvn.cli import main; sys.argv[0] = 'rvn'; main()"
    spark = ["--engine", "spark", "--master", master, *more]
    return [sys.executable, "-c", script, "score", RULES, "people", "-o", "out.parquet", "--id", "case", *spark]


@pytest.mark.slow
def test_executors_in_processes_of_their_own_score_as_one_does_here(tmp_path: Path) -> None:
    write_people(tmp_path)
    columns = ["--column", "priors=before", "--format", "json"]
    ran = subprocess.run(
        command(tmp_path, "local-cluster[2,1,1024]", *columns), cwd=tmp_path, capture_output=True, text=True
    )
    here = rvn.load(RULES).score_file(
        tmp_path / "people", tmp_path / "here.parquet", columns={"priors": "before"}, id_column="case"
    )
    said = json.loads(ran.stdout)
    assert 1 == ran.returncode
    assert here.account.to_record() == {**{name: said[name] for name in Account().to_record() if name != "counts"}} | {
        "counts": said["statuses"]
    }


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [8, 14, 20])
def test_a_run_that_is_killed_leaves_nothing_at_its_place(tmp_path: Path, seconds: int) -> None:
    write_people(tmp_path)
    wanted = command(tmp_path, "local[2]", "--column", "priors=before")
    running = subprocess.Popen(
        wanted, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        running.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    there = {path.name for path in tmp_path.iterdir() if not path.name.startswith(".")}
    if "out.parquet" in there:
        assert {"people", "out.parquet", "out.problems.parquet"} == there
    else:
        assert {"people"} == there - {"out.problems.parquet"}
    again = subprocess.run([*wanted, "--replace"], cwd=tmp_path, capture_output=True, text=True)
    assert 1 == again.returncode, again.stderr
    assert 9 == len(pl.read_parquet(tmp_path / "out.parquet" / "*.parquet"))
