"""What made a CSV stands beside it, in the words of Parquet's metadata, and is about just these bytes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import rvn
from rvn.batch.said import read_said, said_beside
from rvn.errors import BatchError
from rvn.versions import rescore_file, stale

RULES = "broward-rules@2018"


@pytest.fixture
def scored(tmp_path: Path) -> Path:
    (tmp_path / "people.csv").write_text("id,age,sex,priors\np-1,19,male,0\np-2,40,female,-1\n")
    rvn.load(RULES).score_file(tmp_path / "people.csv", tmp_path / "scored.csv", prefix="r_")
    return tmp_path / "scored.csv"


def test_beside_a_csv_stands_what_parquet_says_in_its_metadata(scored: Path) -> None:
    rvn.load(RULES).score_file(scored.with_name("people.csv"), scored.with_suffix(".parquet"), prefix="r_")
    said = json.loads(scored.with_name("scored.rvn.json").read_text())
    files = said.pop("files")
    assert json.loads(pq.read_schema(scored.with_suffix(".parquet")).metadata[b"rvn"]) == said
    for name, what in (("scored.csv", "output"), ("scored.problems.csv", "problems")):
        content = scored.with_name(name).read_bytes()
        assert {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} == files[what]
    assert not said_beside(scored.with_name("scored.problems.csv")).exists()


def test_a_csv_is_current_until_one_of_its_bytes_is_another(scored: Path) -> None:
    (found,) = stale(scored)
    assert (RULES, 2, "", False) == (found.reference, found.rows, found.problem, found.is_stale)
    scored.write_bytes(scored.read_bytes().replace(b"yes", b"no,"))
    (found,) = stale(scored)
    assert (RULES, "it was changed since rvn made it", True) == (found.reference, found.problem, found.is_stale)


def test_a_csv_and_what_stands_beside_it_may_get_another_name(scored: Path) -> None:
    scored.rename(scored.with_name("kept.csv"))
    said_beside(scored).rename(scored.with_name("kept.rvn.json"))
    assert [False] == [found.is_stale for found in stale(scored.with_name("kept.csv"))]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"files": 3}', '{"files": {}}'])
def test_what_is_no_such_file_says_nothing(scored: Path, content: str) -> None:
    said_beside(scored).write_text(content)
    assert ({}, True) == read_said(scored)
    assert ["it does not say which version it was made with"] == [found.problem for found in stale(scored)]


def test_a_csv_that_other_work_made_says_no_version(scored: Path) -> None:
    said = json.loads(said_beside(scored).read_text())
    said_beside(scored).write_text(json.dumps({**said, "recipe": {"work": "another"}}))
    assert ["it does not say which version it was made with"] == [found.problem for found in stale(scored)]


def test_what_stands_beside_a_csv_is_told_from_input_however_its_ending_is_written(scored: Path) -> None:
    folder = scored.with_name("folder")
    folder.mkdir()
    rvn.load(RULES).score_file(scored.with_name("people.csv"), folder / "scored.CSV")
    assert 2 == rescore_file(folder, scored.with_name("new.csv"), None, RULES).summary.rows


def test_rescoring_reads_version_and_prefix_beside_a_csv(scored: Path) -> None:
    done = rescore_file(scored, scored.with_name("new.csv"), None, RULES)
    assert "r_level" in (scored.with_name("new.csv")).read_text()
    assert "rescored_level" not in (scored.with_name("new.csv")).read_text()
    assert (2, 1, ()) == (done.summary.rows, done.summary.count("same"), done.warnings)


def test_a_csv_that_was_changed_is_not_believed_to_say_its_version(scored: Path) -> None:
    with scored.open("a") as file:
        file.write("p-3,40,male,3,yes,complete,yes,yes\n")
    with pytest.raises(rvn.RvnError, match="RVN785"):
        rescore_file(scored, scored.with_name("new.csv"), None, RULES)
    done = rescore_file(scored, scored.with_name("new.csv"), RULES, RULES, recorded_prefix="r_")
    assert ["RVN790"] == [warning.code for warning in done.warnings]


def test_what_stands_beside_an_output_is_not_written_over(scored: Path) -> None:
    scored.unlink()
    scored.with_name("scored.problems.csv").unlink()
    with pytest.raises(BatchError, match=r"RVN725 'scored.rvn.json'|RVN725 .*scored.rvn.json"):
        rvn.load(RULES).score_file(scored.with_name("people.csv"), scored)


def test_a_folder_that_spark_wrote_is_one_table_of_results(scored: Path) -> None:
    folder = scored.with_name("results") / "spark.parquet"
    folder.mkdir(parents=True)
    said = json.loads(said_beside(scored).read_text())
    (folder / "_rvn.json").write_text(json.dumps(said))
    (folder / "part-0.parquet").write_bytes(b"")
    (folder.parent / ".spark.parquet.unfinished").mkdir()
    (folder.parent / ".spark.parquet.unfinished" / "part-0.parquet").write_bytes(b"")
    (folder.parent / "spark.problems.parquet").mkdir()
    (folder.parent / "spark.problems.parquet" / "part-0.parquet").write_bytes(b"")
    assert [(str(folder), RULES, 2, False)] == [
        (found.file, found.reference, found.rows, found.is_stale) for found in stale(folder.parent)
    ]


def test_a_folder_of_scored_csv_is_rescored_by_what_stands_beside_its_files(scored: Path) -> None:
    folder = scored.with_name("scored")
    for name in ("year=01/a.csv", "year=02/b.csv"):
        (folder / name).parent.mkdir(parents=True)
        rvn.load(RULES).score_file(scored.with_name("people.csv"), folder / name)
    done = rescore_file(folder, scored.with_name("new.csv"), None, RULES)
    assert (4, 2) == (done.summary.rows, done.summary.count("same"))
    made = (scored.with_name("new.csv")).read_text().splitlines()
    assert ["01", "01", "02", "02"] == [line.split(",")[made[0].split(",").index("year")] for line in made[1:]]
    said_beside(folder / "year=02" / "b.csv").unlink()
    (folder / "year=02" / "b.problems.csv").unlink()
    with pytest.raises(rvn.RvnError, match="RVN785"):  # one of them does not say it
        rescore_file(folder, scored.with_name("newer.csv"), None, RULES)
