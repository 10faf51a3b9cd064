"""Files are scored as frames are, whatever their layout, and what is wrong with them is said with a code."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import rvn
from rvn.batch import chunk, csv_source, problems_beside
from rvn.batch.journal import work_folder
from rvn.errors import BatchError, DefinitionError, FrameError, IdentityError
from rvn.scoring.files.score import ScoredFile

RULES = rvn.load("broward-rules@2018")
ADDED = ["level", "level_status", "level_low", "level_high"]


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunk, "ROWS", 16)
    monkeypatch.setattr(csv_source, "BLOCK", 100)


def people(rows: int = 100) -> pd.DataFrame:
    rng = np.random.default_rng(rows)
    sexes = rng.choice(["male", "female", "unknown"], rows)
    return pd.DataFrame({"age": rng.integers(18, 60, rows), "sex": sexes, "priors": rng.integers(0, 9, rows)})


def scored(source: Path, **how: Any) -> tuple[ScoredFile, pd.DataFrame, pd.DataFrame]:
    """Return what became of a file, its rows, and their problems."""
    destination = source.with_name("out.parquet")
    account = RULES.score_file(source, destination, **how)
    return account, pd.read_parquet(destination), pd.read_parquet(problems_beside(destination))


def expected(frame: pd.DataFrame) -> list[list[Any]]:
    return RULES.score_frame(frame).frame[ADDED].astype(object).replace({np.nan: None}).values.tolist()


def added(frame: pd.DataFrame) -> list[list[Any]]:
    return frame[ADDED].astype(object).replace({np.nan: None}).values.tolist()


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


# layouts


@pytest.mark.parametrize("size", [1, 5, 30, 100])
def test_parquet_is_scored_as_a_frame_is_whatever_its_row_groups(tmp_path: Path, size: int) -> None:
    frame = people()
    frame.to_parquet(tmp_path / "in.parquet", row_group_size=size)
    account, rows, problems = scored(tmp_path / "in.parquet")
    assert (100, 100, 0) == (account.account.rows_in, account.account.rows_out, len(problems))
    assert expected(frame) == added(rows)
    assert frame.equals(rows[list(frame.columns)])


def test_csv_is_scored_as_a_frame_is(tmp_path: Path) -> None:
    frame = people()
    frame.to_csv(tmp_path / "in.csv", index=False)
    _, rows, _ = scored(tmp_path / "in.csv")
    assert expected(frame) == added(rows)
    assert frame.astype(str).values.tolist() == rows[list(frame.columns)].values.tolist()


def test_a_folder_is_one_table_and_its_names_are_columns(tmp_path: Path) -> None:
    frame = people().assign(prison=[2] * 40 + [10] * 60)
    frame.to_parquet(tmp_path / "people", partition_cols=["prison"])
    (tmp_path / "people" / "_SUCCESS").touch()
    _, rows, _ = scored(tmp_path / "people")
    assert sorted(frame["prison"]) == sorted(rows["prison"])
    found = pd.concat([frame.iloc[40:], frame.iloc[:40]])  # prison=10 stands before prison=2
    assert found[["age", "prison"]].values.tolist() == rows[["age", "prison"]].values.tolist()
    assert expected(found) == added(rows)


def test_columns_of_a_folder_may_have_other_widths_or_be_empty(tmp_path: Path) -> None:
    folder = tmp_path / "people"
    folder.mkdir()
    one = pa.table({"age": pa.array([20], pa.int8()), "sex": pa.array(["male"]).dictionary_encode(), "priors": [1]})
    two = pa.table({"priors": pa.nulls(1), "age": pa.array([30], pa.int64()), "sex": ["female"]})
    pq.write_table(one, folder / "a.parquet")
    pq.write_table(two, folder / "b.parquet")
    _, rows, _ = scored(folder)
    assert [20, 30] == rows["age"].tolist()
    assert ["complete", "undecided"] == rows["level_status"].tolist()


LONG = """case,question,answer
a,alter,19
a,sex,1
a,priors,0
b,sex,2
b,mood,good
b,priors,99
c,priors,3
c,priors,4
,priors,3
d,alter,x
"""
MAPPING = """of: broward-rules@2018
id: case
long: {item: question, value: answer}
columns: {age: alter}
values:
  sex: {1: male, 2: female}
  priors: {99: unknown}
"""


@pytest.mark.parametrize("block", [1, 20, 1000])
def test_lines_become_assessments_and_no_line_is_lost(
    tmp_path: Path, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_source, "BLOCK", block)
    mapping = write(tmp_path / "map.yaml", MAPPING)
    made, rows, problems = scored(write(tmp_path / "in.csv", LONG), mapping=mapping)
    assert (10, 6, 3, 4) == (made.account.rows_in, made.account.placed, made.account.rows_out, made.account.not_scored)
    assert ["a", "b", "d"] == rows["case"].tolist()
    assert ["complete", "too_few_answers", "invalid"] == rows["level_status"].tolist()
    assert [
        (4, "b", "mood", "RVN743", "good", True),
        (6, "c", "priors", "RVN741", "3", True),
        (7, "c", "priors", "RVN741", "4", True),
        (8, "", "priors", "RVN737", "3", True),
        (9, "d", "age", "RVN603", "x", False),
    ] == [tuple(row) for row in problems.fillna("")[["row", "id", "item", "code", "value", "not_scored"]].to_numpy()]


def test_lines_of_other_items_can_be_passed_over_and_are_counted(tmp_path: Path) -> None:
    mapping = write(tmp_path / "map.yaml", MAPPING.replace("value: answer", "value: answer, others: pass over"))
    made, _, problems = scored(write(tmp_path / "in.csv", LONG), mapping=mapping)
    assert (10, 6, 3, 1) == (made.account.rows_in, made.account.placed, made.account.not_scored, made.account.aside)
    assert "RVN743" not in problems["code"].tolist()


def test_an_assessment_whose_lines_stand_apart_is_not_scored_in_halves(tmp_path: Path) -> None:
    mapping = write(tmp_path / "map.yaml", MAPPING)
    source = write(tmp_path / "in.csv", f"{LONG}a,priors,2\n")
    with pytest.raises(FrameError, match="RVN739"):
        scored(source, mapping=mapping)
    assert {"in.csv", "map.yaml"} == {path.name for path in tmp_path.iterdir()}


def test_a_day_that_differs_between_the_lines_of_an_assessment_is_reported(tmp_path: Path) -> None:
    text = "case,day,question,answer\na,2026-01-01,age,19\na,2026-01-02,sex,male\nb,2026-01-01,age,19\n"
    mapping = write(
        tmp_path / "map.yaml",
        "of: broward-rules@2018\nid: case\ndate: day\nlong: {item: question, value: answer}\n",
    )
    _, rows, problems = scored(write(tmp_path / "in.csv", text), mapping=mapping)
    assert ["b"] == rows["case"].tolist()
    assert ["RVN742", "RVN742"] == problems["code"].tolist()


def test_a_column_that_names_everybody_alike_is_no_id(tmp_path: Path) -> None:
    mapping = write(tmp_path / "map.yaml", MAPPING)
    with pytest.raises(FrameError, match="RVN740"):
        scored(write(tmp_path / "in.csv", "case,question,answer\n" + "a,mood,1\n" * 400), mapping=mapping)


# the mapping


def test_a_wide_mapping_names_columns_and_values(tmp_path: Path) -> None:
    frame = people().assign(sex=lambda rows: rows["sex"].map({"male": 1, "female": 2, "unknown": 9}))
    frame.loc[3, "priors"] = 999
    frame.rename(columns={"priors": "priors_count"}).to_parquet(tmp_path / "in.parquet")
    text = "of: broward-rules@2018\ncolumns: {priors: priors_count}\nabsence: {9: unknown}\nvalues:\n"
    text += "  sex: {1: male, 2: female}\n  age: {9: 9}\n  priors: {9: 9, 999: refused}\n"
    _, rows, problems = scored(tmp_path / "in.parquet", mapping=write(tmp_path / "map.yaml", text))
    same = people().astype({"priors": object})
    same.loc[3, "priors"] = "refused"
    assert expected(same) == added(rows)
    assert frame["sex"].tolist() == rows["sex"].tolist()
    assert 0 == len(problems)


def test_what_is_wrong_with_a_mapping_is_said_all_at_once_with_its_places(tmp_path: Path) -> None:
    text = "of: broward-rules@2018\nlong: {item: question, value: answer}\ncolumns: {aeg: alter}\n"
    text += "values:\n  sex: {1: man}\nabsence: {99: unknown, gone: gone}\n"
    write(tmp_path / "map.yaml", text)
    with pytest.raises(DefinitionError) as raised:
        scored(write(tmp_path / "in.csv", LONG), mapping=tmp_path / "map.yaml")
    found = [(one.code, one.place and one.place.line) for one in raised.value.diagnostics]
    assert [("RVN207", 3), ("RVN202", 2), ("RVN745", 5), ("RVN747", 6), ("RVN747", 6), *[("RVN746", 6)] * 3] == found


def test_a_mapping_is_for_one_instrument(tmp_path: Path) -> None:
    mapping = write(tmp_path / "map.yaml", "of: audit@2001\n")
    with pytest.raises(DefinitionError, match="RVN744"):
        scored(write(tmp_path / "in.csv", "age,sex,priors\n"), mapping=mapping)


# ids


def test_ids_that_stand_twice_are_found_wherever_they_stand(tmp_path: Path) -> None:
    frame = people().assign(id=[f"p-{number}" for number in range(100)])
    frame.loc[[50, 99], "id"] = "p-3"
    frame.loc[7, "id"] = None
    frame.to_parquet(tmp_path / "in.parquet", row_group_size=10)
    made, rows, problems = scored(tmp_path / "in.parquet", id_column="id")
    assert (100, 3) == (len(rows), made.account.errors)
    assert [(7, "RVN737"), (50, "RVN738"), (99, "RVN738")] == [
        tuple(row) for row in problems[["row", "code"]].to_numpy()
    ]


def test_whole_numbers_as_ids_are_compared_as_such(tmp_path: Path) -> None:
    people(40).assign(id=[*range(-20, 19), -20]).to_parquet(tmp_path / "in.parquet")
    _, _, problems = scored(tmp_path / "in.parquet", id_column="id")
    assert [39] == problems["row"].tolist()


@pytest.mark.parametrize("number", ["010190-12345", 1019012345])
def test_national_identity_numbers_are_refused_as_ids(tmp_path: Path, number: str | int) -> None:
    people(40).assign(id=[number] * 40).to_parquet(tmp_path / "in.parquet")
    with pytest.raises(IdentityError, match="RVN671"):
        scored(tmp_path / "in.parquet", id_column="id")
    assert ["in.parquet"] == [path.name for path in tmp_path.iterdir()]


# what cannot be read


def test_a_parquet_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    people().to_parquet(tmp_path / "in.parquet")
    content = (tmp_path / "in.parquet").read_bytes()
    (tmp_path / "in.parquet").write_bytes(content[:-100])
    with pytest.raises(FrameError, match=r"RVN721.*not a whole Parquet file"):
        scored(tmp_path / "in.parquet")


def test_damage_in_the_middle_is_named_with_its_row_group(tmp_path: Path) -> None:
    people(90).to_parquet(tmp_path / "in.parquet", row_group_size=30, compression="zstd")
    content = bytearray((tmp_path / "in.parquet").read_bytes())
    start = pq.read_metadata(tmp_path / "in.parquet").row_group(2).column(0).dictionary_page_offset
    content[start : start + 60] = bytes(60)
    (tmp_path / "in.parquet").write_bytes(content)
    with pytest.raises(FrameError, match=r"RVN724.*row group 2"):
        scored(tmp_path / "in.parquet")
    assert ["in.parquet"] == [path.name for path in tmp_path.iterdir()]


def test_a_column_that_changes_its_type_in_the_seventh_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    for number in range(8):
        frame = people(5).astype({"priors": str}) if number == 6 else people(5)
        frame.to_parquet(tmp_path / "people" / f"part-{number}.parquet")
    with pytest.raises(FrameError) as raised:
        scored(tmp_path / "people")
    (problem,) = raised.value.diagnostics
    assert "RVN722" == problem.code
    assert "'priors' holds text" in problem.message
    assert "part-6.parquet', but whole numbers in" in problem.message


def test_a_file_with_other_columns_is_named(tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    people(5).to_parquet(tmp_path / "people" / "a.parquet")
    people(5).rename(columns={"sex": "gender"}).to_parquet(tmp_path / "people" / "b.parquet")
    with pytest.raises(FrameError, match=r"RVN723.*no 'sex', also 'gender'"):
        scored(tmp_path / "people")


def test_a_column_of_csv_that_changes_its_type_costs_the_rows_in_which_it_does(tmp_path: Path) -> None:
    frame = people().astype({"priors": object})
    frame.loc[70:, "priors"] = "many"
    frame.to_csv(tmp_path / "in.csv", index=False)
    made, rows, problems = scored(tmp_path / "in.csv")
    assert (100, 30) == (len(rows), made.account.errors)
    assert {"RVN603"} == set(problems["code"])
    assert ["invalid"] * 30 == rows["level_status"].tolist()[70:]


def test_there_is_no_such_input(tmp_path: Path) -> None:
    with pytest.raises(FrameError, match="RVN720"):
        scored(tmp_path / "in.parquet")


@pytest.mark.parametrize("name", ["people/out.parquet", "people/x/../out.parquet"])
def test_an_output_does_not_stand_within_its_input(tmp_path: Path, name: str) -> None:
    (tmp_path / "people" / "x").mkdir(parents=True)
    people(5).to_parquet(tmp_path / "people" / "a.parquet")
    with pytest.raises(FrameError, match="RVN733"):
        RULES.score_file(tmp_path / "people", tmp_path / name)


# stopping and resuming


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    """Return an input whose run was stopped after some parts."""
    source = tmp_path / "in.parquet"
    people().to_parquet(source, row_group_size=10)
    seen = []

    def stop(progress: Any) -> None:
        seen.append(progress)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(BatchError, match="RVN731"):
        scored(source, progress=stop)
    return source


def test_an_input_that_changed_is_not_resumed(stopped: Path) -> None:
    people().assign(priors=1).to_parquet(stopped, row_group_size=10)
    with pytest.raises(BatchError, match="RVN727"):
        scored(stopped, resume=True)
    _, rows, _ = scored(stopped, replace=True)
    assert [1] * 100 == rows["priors"].tolist()


def test_a_run_is_not_resumed_with_other_options(stopped: Path) -> None:
    with pytest.raises(BatchError, match=r"RVN728.*these differ: prefix\n"):
        scored(stopped, resume=True, prefix="r_")


def test_two_runs_are_not_at_one_output(stopped: Path) -> None:
    with (work_folder(stopped.with_name("out.parquet")) / "journal").open("ab") as journal:
        fcntl.flock(journal, fcntl.LOCK_EX)
        with pytest.raises(BatchError, match="RVN729"):
            scored(stopped, resume=True)
    assert 100 == len(scored(stopped, resume=True)[1])


def test_a_torn_line_at_the_end_of_the_journal_is_passed_over(stopped: Path) -> None:
    with (work_folder(stopped.with_name("out.parquet")) / "journal").open("ab") as journal:
        journal.write(b'{"parts": 99, "acc')
    assert expected(people()) == added(scored(stopped, resume=True)[1])


def test_what_was_replaced_stays_until_the_new_file_is_whole(stopped: Path) -> None:
    destination = stopped.with_name("out.parquet")
    write(destination, "older")
    with pytest.raises(BatchError, match="RVN725"):
        scored(stopped, resume=True)
    assert "older" == destination.read_text()
    assert 100 == len(scored(stopped, resume=True, replace=True)[1])


def test_resuming_where_nothing_was_stopped_is_beginning(tmp_path: Path) -> None:
    people().to_parquet(tmp_path / "in.parquet")
    assert 100 == len(scored(tmp_path / "in.parquet", resume=True)[1])


def test_an_input_that_changes_while_it_is_read_gives_no_output(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    people().to_csv(source, index=False)

    def meddle(_: Any) -> None:
        with source.open("a") as file:
            file.write("20,male,1\n")

    with pytest.raises(FrameError, match="RVN734"):
        scored(source, progress=meddle)
    assert ["in.csv"] == [path.name for path in tmp_path.iterdir()]


FULL = """
import resource, sys
import rvn
from rvn.batch import chunk, running
chunk.ROWS, running.SECONDS = 64, 0.0
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
try:
    rvn.load("broward-rules@2018").score_file("in.parquet", "out.parquet")
except rvn.RvnError as error:
    print(error)
    sys.exit(2)
"""


def test_a_disk_that_fills_up_costs_nothing_but_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = people(2000)
    frame.to_parquet(tmp_path / "in.parquet", row_group_size=64)
    ran = subprocess.run(
        [sys.executable, "-c", FULL, "12000"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (2, "") == (ran.returncode, ran.stderr)
    assert ran.stdout.startswith("RVN730 'out.parquet' cannot be written: file too large\n    make room; ")
    assert "rows are kept, `--resume` goes on" in ran.stdout
    assert {"in.parquet", ".out.parquet.unfinished"} == {path.name for path in tmp_path.iterdir()}
    monkeypatch.setattr(chunk, "ROWS", 64)
    assert expected(frame) == added(scored(tmp_path / "in.parquet", resume=True)[1])


def test_a_file_says_what_it_was_made_with_and_of(tmp_path: Path) -> None:
    people().to_parquet(tmp_path / "in.parquet")
    made, _, _ = scored(tmp_path / "in.parquet")
    for path in (made.destination, made.problems):
        said = json.loads(pq.read_schema(path).metadata[b"rvn"])
        assert ("broward-rules", "2018", None) == tuple(
            said["recipe"][name] for name in ("instrument", "version", "profile")
        )
        assert RULES.fingerprint == said["recipe"]["fingerprint"]
        assert (rvn.__version__, "in.parquet", 100) == (said["rvn"], said["input"]["name"], said["account"]["rows_out"])
        assert 64 == len(said["input"]["sha256_of_ends"])
