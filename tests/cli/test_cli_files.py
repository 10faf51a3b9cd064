"""`rvn score` for a file of many: nothing is guessed, nothing is lost, and what was there stays as it was."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ran import Run, Write

from rvn.batch.growing import Growing

RULES = "broward-rules@2018"
SECRET = "xyzzy-4711"
COUNTS = ("rows_in", "rows_out", "not_scored", "errors", "warnings")
PEOPLE = """id,age,sex,priors,note
007,19,male,0,"a, quoted"
1,40,female,-1,NA
2,x,male,3,
3,22,unknown,2,ā
4,33,Male,2,"two
lines"
5,,male,2,1.50
"""


def _rows(path: str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def people(write: Write) -> str:
    return write("people.csv", PEOPLE)


def test_three_bad_cells_cost_their_rows_and_nothing_else(run: Run, people: str) -> None:
    ran = run("score", RULES, people, "-o", "out.csv", "--format", "json")
    assert 1 == ran.code
    assert {"invalid": 3, "complete": 1, "decided": 1, "too_few_answers": 1} == ran.data["statuses"]
    assert (6, 6, 0, 3, 0) == tuple(ran.data[name] for name in COUNTS)
    assert ["out.csv", "out.problems.csv", "out.rvn.json"] == [
        ran.data[name] for name in ("output", "problems", "origin")
    ]
    statuses = ["complete", "invalid", "invalid", "decided", "invalid", "too_few_answers"]
    assert statuses == [row["level_status"] for row in _rows("out.csv")]


def test_every_cell_comes_back_as_it_was_written(run: Run, people: str) -> None:
    run("score", RULES, people, "-o", "out.csv")
    names = ("id", "age", "sex", "priors", "note")
    assert [[row[name] for name in names] for row in _rows(people)] == [
        [row[name] for name in names] for row in _rows("out.csv")
    ]


def test_problems_name_row_item_code_and_the_cell_as_written(run: Run, people: str) -> None:
    run("score", RULES, people, "-o", "out.csv")
    assert [("1", "priors", "RVN604", "-1"), ("2", "age", "RVN603", "x"), ("4", "sex", "RVN602", "Male")] == [
        (row["row"], row["item"], row["code"], row["value"]) for row in _rows("out.problems.csv")
    ]


def test_a_long_number_is_not_rounded_in_the_problems(run: Run, write: Write) -> None:
    run("score", RULES, write("a.csv", "age,sex,priors\n20,male,123456789\n"), "-o", "out.csv")
    assert ["123456789"] == [row["value"] for row in _rows("out.problems.csv")]


def test_the_screen_shows_counts_and_problems_but_no_cell(run: Run, write: Write) -> None:
    ran = run("score", RULES, write("a.csv", f"age,sex,priors\n{SECRET},{SECRET},0\n19,male,0\n"), "-o", "out.csv")
    assert 1 == ran.code
    assert "Scored with Broward rule list (broward-rules@2018).\n2 rows in = 2 rows out + 0 not scored.\n" in ran.out
    assert "row 0, age: RVN603 the answer to 'age' is text, not a whole number" in ran.out
    assert SECRET not in ran.out + ran.err
    assert 80 >= max(map(len, ran.out.splitlines()))


def test_a_sound_frame_ends_with_0_and_an_empty_table_of_problems(run: Run, write: Write) -> None:
    ran = run("score", RULES, write("a.csv", "age,sex,priors\n19,male,0\n"), "-o", "out.csv")
    assert 0 == ran.code
    assert "No problems." in ran.out
    assert "row,id,item,code,severity,problem,value,not_scored\n" == Path("out.problems.csv").read_text()


def test_a_warning_is_no_problem(run: Run, write: Write) -> None:
    name = write("a.csv", "born,mood,drinks,dose,helped\n,high,1,,low\n")
    ran = run("score", "sample@1", name, "--on", "2026-11-21", "-o", "out.csv", "--format", "json")
    assert (0, 0, 1) == (ran.code, ran.data["errors"], ran.data["warnings"])


def test_the_day_may_stand_in_a_column(run: Run, write: Write) -> None:
    name = write("a.csv", "born,mood,drinks,dose,helped,assessed_on\n1950-01-01,high,1,,,2026-01-01\n")
    ran = run("score", "sample@1", name, "-o", "out.csv")
    assert 0 == ran.code
    assert "true" == _rows("out.csv")[0]["elderly"]


def test_columns_may_have_other_names_and_new_ones_a_prefix(run: Run, write: Write) -> None:
    name = write("a.csv", "age,sex,count,level\n19,male,0,3\n40,male,x,3\n")
    ran = run("score", RULES, name, "-o", "out.csv", "--column", "priors=count", "--prefix", "r_")
    assert 1 == ran.code
    assert ["yes", ""] == [row["r_level"] for row in _rows("out.csv")]
    assert [("priors", "x")] == [(row["item"], row["value"]) for row in _rows("out.problems.csv")]


@pytest.mark.parametrize(("option", "sign", "hint"), [(";", ";", "';'"), ("tab", "\t", "tab")])
def test_another_separator_is_named_not_guessed(run: Run, write: Write, option: str, sign: str, hint: str) -> None:
    name = write("a.csv", f"age{sign}sex{sign}priors\n19{sign}male{sign}0\n")
    ran = run("score", RULES, name, "-o", "out.csv")
    assert 2 == ran.code
    assert f"add `--separator {hint}`" in ran.err
    assert 0 == run("score", RULES, name, "-o", "out.csv", "--separator", option).code
    assert f"age{sign}sex{sign}priors{sign}level" in Path("out.csv").read_text()


def test_a_byte_order_mark_and_windows_lines_are_read(run: Run, write: Write) -> None:
    name = write("a.csv", b"\xef\xbb\xbfage,sex,priors\r\n19,male,0\r\n\r\n")
    ran = run("score", RULES, name, "-o", "out.csv", "--format", "json")
    assert (0, {"complete": 1}) == (ran.code, ran.data["statuses"])


def test_a_line_with_other_cells_costs_itself_and_nothing_else(run: Run, write: Write) -> None:
    lines = ("19,male,0", f"19,male,0,{SECRET}", "", "40,female,9", "19", "40,male,x", "19,male,1")
    ran = run("score", RULES, write("a.csv", "age,sex,priors\n" + "\n".join(lines)), "-o", "out.csv")
    assert 1 == ran.code
    assert "7 rows in = 4 rows out + 3 not scored." in ran.out
    assert SECRET not in ran.out + ran.err
    assert ["complete", "complete", "invalid", "complete"] == [row["level_status"] for row in _rows("out.csv")]
    assert [
        ("1", "RVN736", lines[1], "true"),
        ("2", "RVN736", "", "true"),
        ("4", "RVN736", "19", "true"),
        ("5", "RVN603", "x", "false"),
    ] == [tuple(row[name] for name in ("row", "code", "value", "not_scored")) for row in _rows("out.problems.csv")]


def test_a_single_column_may_be_empty_in_a_row(run: Run, write: Write) -> None:
    ran = run("score", "broward-decile@2016", write("a.csv", "decile\n3\n\n8\n"), "-o", "o.csv", "--format", "json")
    assert {"complete": 2, "undecided": 1} == ran.data["statuses"]


def test_the_result_of_a_component_is_taken_from_its_columns(run: Run, write: Write) -> None:
    parts = write("a.csv", "born,mood,drinks,dose,helped,more\n,high,2,,,yes\n,high,,,,no\n,,,,,no\n")
    on = ("--on", "2026-11-21")
    run("score", "sample@1", parts, *on, "--prefix", "part.", "-o", "b.csv")
    assert 0 == run("score", "combined@1", "b.csv", "-o", "c.csv").code
    assert [("high", "complete"), ("low", "prorated"), ("", "undecided")] == [
        (row["level"], row["level_status"]) for row in _rows("c.csv")
    ]


# Parquet


def test_parquet_keeps_the_types_of_every_column(run: Run) -> None:
    table = pa.table(
        {
            "age": pa.array([19, None, 40], pa.int16()),
            "sex": pa.array(["male", "female", None]).dictionary_encode(),
            "priors": pa.array([0, 9, -1], pa.int64()),
            "seen": pa.array([datetime.date(2026, 1, 1), None, None]),
            "number": pa.array([2**60 + 1, None, 3]),
            "list": pa.array([[1], None, []]),
        }
    )
    pq.write_table(table, "people.parquet")
    ran = run("score", RULES, "people.parquet", "-o", "out.parquet", "--format", "json")
    scored = pq.read_table("out.parquet")
    assert 1 == ran.code
    assert table.equals(scored.select(table.column_names))
    assert ["complete", "too_few_answers", "invalid"] == scored["level_status"].to_pylist()
    assert [(2, "priors", "-1")] == [
        (row["row"], row["item"], row["value"]) for row in pq.read_table("out.problems.parquet").to_pylist()
    ]


def test_csv_and_parquet_give_the_same_results(run: Run, write: Write) -> None:
    name = write("a.csv", "age,sex,priors\n19,male,0\n40,,2\n17,male,9\n")
    pq.write_table(
        pa.table({"age": [19, 40, 17], "sex": ["male", None, "male"], "priors": [0, 2, 9]}), "people.parquet"
    )
    run("score", RULES, name, "-o", "a_out.csv")
    run("score", RULES, "people.parquet", "-o", "b_out.csv")
    assert _rows("a_out.csv") == _rows("b_out.csv")
    run("score", RULES, name, "-o", "c_out.parquet")
    levels = [row["level"] for row in _rows("a_out.csv")]
    assert levels == [level or "" for level in pq.read_table("c_out.parquet")["level"].to_pylist()]


# mistakes


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "its first line holds no names of columns"),
        ("age,sex,age\n", "two columns are called 'age'"),
        (f"age,sex,priors\n{SECRET},male\n", "none of its lines has 3 cells, as the first line has"),
        (f'age,sex,priors\n"19"{SECRET},male,0\n', "line 2: "),
        (f'age,sex,priors\n"19,{SECRET},0\n', "line 2: "),
        (f"age,sex,priors\n19,male,0\r{SECRET},male,0\n", "line 2: a carriage return"),
        (b"age,sex,priors\n\xff,male,0\n", "line 2: it is not UTF-8 text"),
    ],
)
def test_a_csv_that_cannot_be_understood_is_not_half_read(
    run: Run, write: Write, content: str | bytes, why: str
) -> None:
    ran = run("score", RULES, write("a.csv", content), "-o", "out.csv")
    assert (2, "") == (ran.code, ran.out)
    assert ran.err.startswith(f"RVN721 'a.csv' cannot be read: {why}")
    assert SECRET not in ran.err
    assert not Path("out.csv").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), "RVN907"),
        (("-o", "people.csv"), "RVN733"),
        (("-o", "./people.csv"), "RVN733"),
        (("-o", "out.txt"), "RVN732"),
        (("-o", "nowhere/out.csv"), "RVN730"),
        (("-o", "out.csv", "--column", "priors"), "RVN918"),
        (("-o", "out.csv", "--separator", ", "), "RVN917"),
        (("-o", "out.csv", "--on", "today"), "RVN914"),
        (("-o", "out.csv", "--recalled", "level"), "RVN609"),
        (("-o", "out.csv", "--column", "priors=offences"), "RVN701"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_written(
    run: Run, people: str, words: tuple[str, ...], code: str
) -> None:
    ran = run("score", RULES, people, *words, "--format", "json")
    assert (2, "", code) == (ran.code, ran.out, ran.codes[0])
    assert ["people.csv"] == [path.name for path in Path().iterdir()]
    assert PEOPLE == Path("people.csv").read_text(encoding="utf-8")


def test_the_problems_would_not_be_written_over_the_answers_either(run: Run, write: Write) -> None:
    name = write("out.problems.csv", "age,sex,priors\n19,male,0\n")
    assert ["RVN733"] == run("score", RULES, name, "-o", "out.csv", "--format", "json").codes


def test_a_column_that_is_taken_is_not_written_over(run: Run, write: Write) -> None:
    name = write("a.csv", "age,sex,priors,level\n19,male,0,mine\n")
    ran = run("score", RULES, name, "-o", "out.csv", "--format", "json")
    assert (2, ["RVN702"]) == (ran.code, ran.codes)


def test_an_older_file_is_replaced_only_when_asked_for_and_whole(run: Run, people: str, write: Write) -> None:
    write("out.csv", "older\n")
    ran = run("score", RULES, people, "-o", "out.csv", "--format", "json")
    assert (2, ["RVN725"], "older\n") == (ran.code, ran.codes, Path("out.csv").read_text())
    assert 1 == run("score", RULES, people, "-o", "out.csv", "--replace").code
    assert 6 == len(_rows("out.csv"))
    assert {"people.csv", "out.csv", "out.problems.csv", "out.rvn.json"} == {path.name for path in Path().iterdir()}


def test_a_folder_is_no_place_for_a_file(run: Run, people: str) -> None:
    Path("out.csv").mkdir()
    ran = run("score", RULES, people, "-o", "out.csv", "--replace")
    assert (2, "") == (ran.code, ran.out)
    assert ran.err.startswith("RVN730 'out.csv' cannot be written: a folder has that name")
    assert {"people.csv", "out.csv"} == {path.name for path in Path().iterdir()}


def test_a_write_that_fails_leaves_what_was_there(
    run: Run, people: str, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    write("out.csv", "older\n")
    monkeypatch.setattr(Growing, "append", full)
    ran = run("score", RULES, people, "-o", "out.csv", "--replace")
    assert 2 == ran.code
    assert ran.err.startswith("RVN730 'out.csv' cannot be written: no space left on device")
    assert ("older\n", 2) == (Path("out.csv").read_text(), len(list(Path().iterdir())))


def test_a_file_that_is_not_parquet_is_unreadable(run: Run, write: Write) -> None:
    ran = run("score", RULES, write("a.parquet", "age\n1\n"), "-o", "out.csv", "--format", "json")
    assert (2, ["RVN721"]) == (ran.code, ran.codes)


def test_a_file_of_another_kind_is_not_taken_for_one_person(run: Run, write: Write) -> None:
    ran = run("score", RULES, write("people.txt", "age,sex,priors\n"), "-o", "out.csv")
    assert (2, "RVN901") == (ran.code, ran.err[:6])
    assert ".csv or .parquet for a frame" in ran.err


def test_answers_that_are_lists_are_refused_with_their_column(run: Run) -> None:
    pq.write_table(pa.table({"age": [[19]], "sex": ["male"], "priors": [0]}), "a.parquet")
    ran = run("score", RULES, "a.parquet", "-o", "out.csv", "--format", "json")
    assert (2, ["RVN703"]) == (ran.code, ran.codes)
    assert "'age'" in ran.err


def test_a_file_without_pyarrow_says_what_to_install(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    ran = run("score", RULES, write("a.parquet", "x"), "-o", "out.parquet")
    assert 2 == ran.code
    assert "pip install 'rvn[parquet]'" in ran.err
