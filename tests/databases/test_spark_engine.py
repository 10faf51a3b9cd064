"""`rvn score … --engine spark`: the rows, problems and account are those of the engine here."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import rvn
from rvn.batch import Account
from rvn.errors import BatchError, FrameError, IdentityError, RvnError
from rvn.scoring.files.score import ScoredFile
from rvn.scoring.spark.reasons import failure
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
    assert said_by(here.destination).recipe == said_by(Path(spark.destination)).recipe | {"separator": ","}
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
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(BatchError, match="RVN752 the engine Spark needs Java, which is not here\n    install Java 17"):
        rvn.load(RULES).score_with_spark(tmp_path / "in.parquet", tmp_path / "out.parquet")


def test_a_folder_without_spark_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rvn.scoring.spark.process import java

    monkeypatch.setenv("SPARK_HOME", str(tmp_path))
    with pytest.raises(BatchError, match="RVN754 Spark failed: there is no Spark in '") as error:
        java(None, tmp_path / "log").__enter__()
    assert str(tmp_path) in str(error.value)


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


def test_a_session_that_runs_already_is_not_asked_for_another_master(spark_session: Any, tmp_path: Path) -> None:
    with pytest.raises(FrameError, match=r"RVN751 the engine Spark cannot go to 'yarn'\n.*local\[2\]"):
        rvn.load(RULES).score_with_spark(tmp_path / "in.parquet", tmp_path / "out.parquet", master="yarn")


# A process of Spark's own: little is done, so Java need not compile it well.
QUICK = "--driver-java-options '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC' --conf spark.ui.enabled=false pyspark-shell"
SECONDS = 300  # that one run may take; it needs 20 of a quiet processor


@contextmanager
def started(folder: Path, master: str, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start the command that scores the people of a folder, and leave no process behind, whatever happens."""
    script = "import sys; from rvn.cli import main; sys.argv[0] = 'rvn'; main()"
    words = ["score", RULES, "people", "-o", "out.parquet", "--id", "case", "--engine", "spark", "--master", master]
    environment = os.environ | {"PYSPARK_SUBMIT_ARGS": QUICK, "PYSPARK_PYTHON": sys.executable}
    with (folder / "out.txt").open("wb") as out, (folder / "err.txt").open("wb") as err:
        running = subprocess.Popen(
            [sys.executable, "-c", script, *words, "--column", "priors=before", *more],
            cwd=folder,
            stdout=out,
            stderr=err,
            env=environment,
            start_new_session=True,
        )
    try:
        yield running
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait(SECONDS)


def ended(folder: Path, master: str, *more: str) -> tuple[int, str, str]:
    """Return how a command ended, and what it printed."""
    with started(folder, master, *more) as running:
        code = running.wait(SECONDS)
        end = time.monotonic() + SECONDS
        with suppress(ProcessLookupError):  # Java has ended with it, or does so by itself
            while time.monotonic() < end:
                os.killpg(running.pid, 0)
                time.sleep(0.1)
            pytest.fail("a process is left behind")
    return code, (folder / "out.txt").read_text(), (folder / "err.txt").read_text()


@pytest.mark.slow
def test_executors_in_processes_of_their_own_score_as_one_does_here(tmp_path: Path) -> None:
    write_people(tmp_path)
    code, out, err = ended(tmp_path, "local-cluster[2,1,1024]", "--format", "json")
    here = rvn.load(RULES).score_file(
        tmp_path / "people", tmp_path / "here.parquet", columns={"priors": "before"}, id_column="case"
    )
    said = json.loads(out)
    assert (1, "") == (code, err)
    assert here.account.to_record() == {**{name: said[name] for name in Account().to_record() if name != "counts"}} | {
        "counts": said["statuses"]
    }


@pytest.mark.slow
def test_a_run_that_is_killed_leaves_nothing_at_its_place(tmp_path: Path) -> None:
    write_people(tmp_path)
    work = tmp_path / ".out.parquet.unfinished"
    for stage in ("", "output", "output/_SUCCESS", "problems"):  # what is there when it is killed
        with started(tmp_path, "local[2]", "--replace") as running:
            while not (work / stage).exists():
                assert running.poll() is None, (tmp_path / "err.txt").read_text()
                time.sleep(0.01)
        assert {"people", "out.txt", "err.txt", work.name} == {path.name for path in tmp_path.iterdir()}
        shutil.rmtree(work / "output", ignore_errors=True)  # so that the next run is not taken for this one
        shutil.rmtree(work / "problems", ignore_errors=True)
    code, out, err = ended(tmp_path, "local[2]")
    assert (2, "", True) == (code, out, err.startswith("RVN755"))
    code, out, err = ended(tmp_path, "local[2]", "--replace")
    assert (1, "") == (code, err)
    assert "9 rows in = 9 rows out + 0 not scored." in out
    assert not work.exists()
    assert 9 == len(pl.read_parquet(tmp_path / "out.parquet" / "*.parquet"))


@pytest.mark.slow
def test_a_run_that_is_stopped_or_loses_java_says_so_and_nothing_else(tmp_path: Path) -> None:
    write_people(tmp_path)
    work = tmp_path / ".out.parquet.unfinished"
    with started(tmp_path, "local[2]") as running:
        while not (work / "output").exists():
            assert running.poll() is None, (tmp_path / "err.txt").read_text()
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        code = running.wait(SECONDS)
    words = "RVN754 Spark failed: somebody stopped it; nothing was written to 'out.parquet'\n    run it again\n"
    assert (2, "", words) == (code, (tmp_path / "out.txt").read_text(), (tmp_path / "err.txt").read_text())
    with started(tmp_path, "local[2]", "--replace") as running:
        while not (work / "output").exists():
            assert running.poll() is None, (tmp_path / "err.txt").read_text()
            time.sleep(0.01)
        (java,) = subprocess.run(["pgrep", "-P", str(running.pid)], capture_output=True, text=True).stdout.split()
        os.kill(int(java), signal.SIGKILL)
        code = running.wait(SECONDS)
    err = (tmp_path / "err.txt").read_text()
    assert (2, True) == (code, err.startswith("RVN754 Spark failed: Java came to its end before its time; nothing"))
    assert 2 == len(err.splitlines())
    Path(err.split()[-1]).unlink()
    assert {"people", "out.txt", "err.txt", work.name} == {path.name for path in tmp_path.iterdir()}


@pytest.mark.slow
def test_a_master_that_does_not_answer_is_told_in_one_line(tmp_path: Path) -> None:
    write_people(tmp_path)
    code, out, err = ended(tmp_path, "k8s://https://127.0.0.1:1")
    assert (2, "") == (code, out)
    assert err.startswith("RVN754 Spark failed: no connection was made; nothing was written to 'out.parquet'\n")
    log = Path(err.split()[-1])
    assert "Connection refused" in log.read_text()
    log.unlink()
    assert {"people", "out.txt", "err.txt"} == {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        ("java.io.IOException: No space left on device", "RVN754", "no space is left on a disk"),
        ("Caused by: ModuleNotFoundError: No module named 'rvn'", "RVN753", "they have no rvn"),
        ("All masters are unresponsive! Giving up. Connection refused", "RVN754", "no master answers"),
        (
            "[FAILED_READ_FILE.NO_HINT] Encountered error while reading file file:///a b.parquet. ",
            "RVN754",
            "'file:///a b.parquet' cannot be read",
        ),
        ("a cell 4711", "RVN754", "Exception"),
    ],
)
@pytest.mark.parametrize("is_logged", [True, False])
def test_why_spark_failed_is_said_without_its_words(
    tmp_path: Path, said: str, code: str, words: str, is_logged: bool
) -> None:
    log = tmp_path / "spark.log"
    log.write_text(said if is_logged else "")
    found = failure(Exception("" if is_logged else said), log, "out.parquet")
    assert (code, True) == (found.code, words in found.message)
    assert "4711" not in str(found)
    assert found.hint.endswith(f"what Spark said stands in {log}")
