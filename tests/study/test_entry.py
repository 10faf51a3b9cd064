"""Entry sheets, codebooks, and cleaning by a written list."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from small import PLAN, people
from small import csv as lines

import rvn
from rvn.errors import StudyError
from rvn.study.checking import Checked, check_sheet, check_study
from rvn.study.cleaning import read_cleaning
from rvn.study.load import load
from rvn.study.run import run
from rvn.study.sheet import write_template
from rvn.study.write import write_checked

HEAD = "person,assessed_on,assessor,site,age,sex,priors"
RULES = "broward-rules@2018"
RATERS = "raters:\n  two: {score: points, data: {file: seen.csv}, person: person, rater: rater, rating: points}\n"
CLEANING = """\
rvn: 1
cleaning: spring
repairs:
  - {column: sex, from: [M, "vīr."], to: male, because: {en: Written so in the second office.}}
  - {column: priors, from: ["99"], to absent: true, because: {en: 99 meant not known.}}
  - {column: age, person: p-3, from: ["190"], to: 19, because: {en: Looked up in the file.}}
"""


def sheet(folder: Path, *rows: str) -> Path:
    path = folder / "sheet.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return path


def cleaned(folder: Path, text: str, *rows: str) -> Checked:
    (folder / "cleaning.yaml").write_text(text, encoding="utf-8")
    return check_sheet(sheet(folder, *rows), RULES, read_cleaning(folder / "cleaning.yaml"))


# templates


def test_a_template_has_a_column_for_every_item_and_the_same_in_csv(tmp_path: Path) -> None:
    xlsx, plain, _, _ = write_template(rvn.load("audit@2001"), tmp_path, "en")
    names = [cell.value for cell in openpyxl.load_workbook(xlsx).worksheets[0][1]]
    assert names == plain.read_text(encoding="utf-8-sig").strip().split(",")
    assert set(rvn.load("audit@2001").plan.fields) <= set(names)


def test_drop_downs_offer_the_options_and_the_reasons_for_absence(tmp_path: Path) -> None:
    instrument = rvn.load("audit@2001")
    book = openpyxl.load_workbook(write_template(instrument, tmp_path, "en")[0])
    field = instrument.plan.fields["frequency"]
    column = [cell.value for cell in book.worksheets[0][1]].index("frequency") + 1
    offered = [cell.value for cell in book["lists"][openpyxl.utils.get_column_letter(column)]][1:]
    assert [*field.options, *field.reasons] == [value for value in offered if value]
    checks = {str(check.sqref): check for check in book.worksheets[0].data_validations.dataValidation}
    letter = openpyxl.utils.get_column_letter(column)
    assert "list" == checks[f"{letter}2:{letter}1001"].type


def test_a_number_is_checked_for_its_range(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_template(rvn.load(RULES), tmp_path, "en")[0])
    formulas = [
        check.formula1 for check in book.worksheets[0].data_validations.dataValidation if check.type == "custom"
    ]
    assert any("<=1000" in formula and ">=0" in formula and "INT(" in formula for formula in formulas)


@pytest.mark.parametrize("name", ["audit@2001", "static-99r@2016", "stable-2007@2014", RULES])
@pytest.mark.parametrize("language", ["en", "lv"])
def test_every_cell_of_a_template_is_text_and_no_formula(tmp_path: Path, name: str, language: str) -> None:
    book = openpyxl.load_workbook(write_template(rvn.load(name), tmp_path, language)[0])  # type: ignore[arg-type]
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_a_codebook_is_in_the_language_asked_for(tmp_path: Path) -> None:
    _, _, page, table = write_template(rvn.load("audit@2001"), tmp_path, "lv")
    assert '<html lang="lv">' in page.read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(table.read_text(encoding="utf-8-sig"))))
    assert ["Kolonna", "Nozīme", "Veids", "Atbilde", "Nosaukums"] == rows[0]
    assert ["frequency", "never", "Nekad"] in [[row[0], row[3], row[4]] for row in rows]


def test_a_codebook_escapes_what_an_author_wrote(tmp_path: Path) -> None:
    folder = tmp_path / "evil"
    (folder / "texts").mkdir(parents=True)
    seed = Path(__file__).parents[1] / "bad" / "tidy.yaml"
    (folder / "1.yaml").write_text(seed.read_text().replace("id: small", "id: evil", 1))
    (folder / "texts" / "en.yaml").write_text(
        "q01: {label: '<script>alert(1)</script>'}\nq02: {label: '=HYPERLINK(0)'}\n"
    )
    xlsx, _, page, table = write_template(rvn.load(folder / "1.yaml"), tmp_path / "out", "en")
    assert "<script>" not in page.read_text()
    assert "'=HYPERLINK(0)" in table.read_text(encoding="utf-8-sig")
    assert "f" not in {
        cell.data_type for sheet in openpyxl.load_workbook(xlsx) for row in sheet.iter_rows() for cell in row
    }


def test_a_sheet_that_was_filled_in_can_be_checked(tmp_path: Path) -> None:
    xlsx = write_template(rvn.load(RULES), tmp_path, "en")[0]
    book = openpyxl.load_workbook(xlsx)
    names = [cell.value for cell in book.worksheets[0][1]]
    for row, cells in enumerate([("p-1", 30, "male", 2), ("p-2", 40, "femal", 0)], 2):
        for name, value in zip(("person", "age", "sex", "priors"), cells, strict=True):
            book.worksheets[0].cell(row, names.index(name) + 1, value)
    book.save(xlsx)
    found = check_sheet(xlsx, RULES)
    assert [(2, "sex", "femal")] == [(cell.row, cell.column, cell.value) for cell in found.cells]
    assert 2 == found.rows


# checking


def test_every_bad_cell_is_listed_with_row_column_value_reason_and_remedy(tmp_path: Path) -> None:
    found = check_sheet(sheet(tmp_path, "p-1,,,,30,male,2", "p-2,,,,30,men,-1", "p-2,,,,x,male,0"), RULES)
    assert [(2, "priors", "-1"), (2, "sex", "men"), (3, "age", "x"), (3, "person", "p-2")] == [
        (cell.row, cell.column, cell.value) for cell in found.cells
    ]
    assert all(cell.reason and cell.remedy for cell in found.cells)


def test_a_sheet_with_personal_codes_is_refused(tmp_path: Path) -> None:
    found = check_sheet(sheet(tmp_path, "010190-12345,,,,30,male,2"), RULES)
    assert ["RVN824"] == [problem.code for problem in found.refused]


def test_the_data_of_a_study_are_checked_by_its_plan(tmp_path: Path) -> None:
    rows = people(30)
    rows["again"][4], rows["points"][8] = "2", "many"
    (tmp_path / "study.yaml").write_text(PLAN)
    (tmp_path / "people.csv").write_text(lines(rows))
    found = check_study(tmp_path / "study.yaml")
    assert [(5, "again", "2"), (9, "points", "many")] == [(cell.row, cell.column, cell.value) for cell in found.cells]


def test_ratings_in_a_file_of_their_own_are_checked_too(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(PLAN + RATERS)
    (tmp_path / "people.csv").write_text(lines(people(30)))
    (tmp_path / "seen.csv").write_text("person,rater,points\nP-0001,A,3\nP-0001,B,three\n,A,2\nP-0002,A,4\n")
    found = check_study(tmp_path / "study.yaml").cells
    assert [(2, "seen.csv: points", "three", "RVN827"), (3, "seen.csv: person", "", "RVN826")] == [
        (cell.row, cell.column, cell.value.replace("nan", ""), cell.code) for cell in found
    ]
    problems = run(load(tmp_path / "study.yaml")).problems
    assert ["seen.csv: person", "seen.csv: points"] == sorted(problem.column for problem in problems)


def test_personal_codes_of_raters_are_refused(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(PLAN + RATERS)
    (tmp_path / "people.csv").write_text(lines(people(30)))
    (tmp_path / "seen.csv").write_text("person,rater,points\nP-0001,010190-12345,3\nP-0001,B,2\n")
    assert ["RVN824"] == [problem.code for problem in check_study(tmp_path / "study.yaml").refused]


# cleaning


def test_only_listed_repairs_are_made_and_each_is_in_the_log(tmp_path: Path) -> None:
    found = cleaned(tmp_path, CLEANING, "p-1,,,,30,M,2", "p-2,,,,30,vīr.,99", "p-3,,,,190,male,0", "p-4,,,,190,m,1")
    assert found.cleaned is not None
    assert [
        (1, "sex", "M", "male", 1),
        (2, "sex", "vīr.", "male", 1),
        (2, "priors", "99", "", 2),
        (3, "age", "190", "19", 3),
    ] == [(change.row, change.column, change.before, change.after, change.repair) for change in found.cleaned.changes]
    assert [(4, "age", "190"), (4, "sex", "m")] == [(cell.row, cell.column, cell.value) for cell in found.cells]


def test_a_repair_that_changes_nothing_is_told(tmp_path: Path) -> None:
    found = cleaned(tmp_path, CLEANING, "p-1,,,,30,male,2")
    assert found.cleaned is not None
    assert ["RVN842"] * 3 == [problem.code for problem in found.cleaned.idle]


def test_dates_of_another_form_are_rewritten_where_that_is_listed(tmp_path: Path) -> None:
    text = "rvn: 1\ncleaning: dates\nrepairs:\n  - {column: assessed_on, dates: DD.MM.YYYY, because: {en: Typed so.}}\n"
    found = cleaned(
        tmp_path, text, "p-1,05.03.2021,,,30,male,2", "p-2,2021-03-06,,,30,male,2", "p-3,31.02.2021,,,1,male,2"
    )
    assert found.cleaned is not None
    assert ["2021-03-05", "2021-03-06", "31.02.2021"] == list(found.cleaned.frame["assessed_on"])


def test_a_formula_in_a_cell_is_made_harmless_and_logged(tmp_path: Path) -> None:
    found = cleaned(tmp_path, CLEANING, '=cmd|"/c calc",,,,30,M,-2')
    assert found.cleaned is not None
    assert (0, '\'=cmd|"/c calc"') in [(change.repair, change.after) for change in found.cleaned.changes]
    assert "-2" == found.cleaned.frame["priors"].iloc[0]


@pytest.mark.parametrize(
    ("repair", "code"),
    [
        ("{column: sex, from: [M], because: {en: Why.}}", "RVN811"),
        ("{column: sex, to: male, because: {en: Why.}}", "RVN811"),
        ("{column: sex, from: [M], to: male}", "RVN202"),
        ("{column: sex, form: [M], to: male, because: {en: Why.}}", "RVN201"),
        ("{column: sexe, from: [M], to: male, because: {en: Why.}}", "RVN822"),
    ],
)
def test_a_repair_that_cannot_be_made_is_refused(tmp_path: Path, repair: str, code: str) -> None:
    with pytest.raises(StudyError) as caught:
        cleaned(tmp_path, f"rvn: 1\ncleaning: x\nrepairs:\n  - {repair}\n", "p-1,,,,30,M,2")
    assert code in [problem.code for problem in caught.value.diagnostics]


def test_bad_cells_and_the_log_are_written_beside_the_rows(tmp_path: Path) -> None:
    found = cleaned(tmp_path, CLEANING, "p-1,,,,30,M,2", "p-2,,,,30,m,1")
    written = write_checked(found, tmp_path / "clean.csv", with_rows=True)
    assert ["clean.bad.csv", "clean.log.csv", "clean.csv"] == [path.name for path in written]
    assert check_sheet(tmp_path / "clean.csv", RULES).rows == 2


def test_a_heading_that_looks_like_a_formula_is_made_harmless_too(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("person,age,sex,priors,=1+1\np-1,30,M,2,x\n")
    (tmp_path / "cleaning.yaml").write_text(CLEANING)
    found = check_sheet(path, RULES, read_cleaning(tmp_path / "cleaning.yaml"))
    write_checked(found, tmp_path / "clean.csv", with_rows=True)
    assert "person,age,sex,priors,'=1+1" == (tmp_path / "clean.csv").read_text().splitlines()[0]
