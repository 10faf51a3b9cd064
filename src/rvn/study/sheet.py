"""An entry sheet for an instrument: an Excel file with drop-downs and range checks, and the same columns as CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rvn.scoring.instrument import Instrument
from rvn.study.codebook import WORDS, Entry, entries, to_csv, to_html
from rvn.study.escape import safe
from rvn.text import Language

ROWS = 1000  # rows of the sheet with checks
SHOWN = 255  # characters of a list, and of a message, that Excel takes
MADE = datetime(2000, 1, 1)  # the same sheet for the same definition, whenever it is made


def write_template(instrument: Instrument, folder: Path, language: Language) -> tuple[Path, ...]:
    """Write sheet and codebook into a folder, which is made if it is not there, and return the four files."""
    columns = entries(instrument, language)
    stem = f"{instrument.id}-{instrument.version}"
    folder.mkdir(parents=True, exist_ok=True)
    sheet, plain = folder / f"{stem}.xlsx", folder / f"{stem}.csv"
    page, table = folder / f"{stem}-codebook.html", folder / f"{stem}-codebook.csv"
    _workbook(instrument, columns, language).save(sheet)
    # With a mark at the beginning Excel takes the file for the UTF-8 that it is.
    plain.write_text(_heading(columns), encoding="utf-8-sig")
    page.write_text(to_html(instrument, columns, language), encoding="utf-8")
    table.write_text(to_csv(columns, language), encoding="utf-8-sig")
    return sheet, plain, page, table


def _heading(columns: Sequence[Entry]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([safe(entry.name) for entry in columns])
    return out.getvalue()


def _workbook(instrument: Instrument, columns: Sequence[Entry], language: Language) -> Any:
    import openpyxl
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    book.properties.created = book.properties.modified = MADE
    book.properties.title = instrument.reference
    sheet = book.active
    sheet.title = instrument.id[:31]
    lists = book.create_sheet("lists")
    lists.sheet_state = "hidden"
    guide = book.create_sheet(WORDS["codebook"][language])
    for place, entry in enumerate(columns, 1):
        letter = get_column_letter(place)
        head = sheet.cell(1, place, entry.name)
        head.font = Font(bold=True)
        head.comment = _comment(entry)
        sheet.column_dimensions[letter].width = min(max(len(entry.name) + 3, 12), 30)
        kind = "yyyy-mm-dd" if entry.kind == "date" else "General" if entry.kind in ("count", "number") else "@"
        sheet.column_dimensions[letter].number_format = kind
        check = _check(entry, letter, lists, place)
        if check is not None:
            check.add(f"{letter}2:{letter}{ROWS + 1}")
            sheet.add_data_validation(check)
    sheet.freeze_panes = "B2"
    for line in csv.reader(io.StringIO(to_csv(columns, language))):
        guide.append(line)
    for cell in guide[1]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDE", (20, 60, 22, 18, 50), strict=True):
        guide.column_dimensions[letter].width = width
    for row in guide.iter_rows():
        for cell in row:
            cell.data_type = "s"  # text, whatever it begins with
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    return book


def _comment(entry: Entry) -> Any:
    from openpyxl.comments import Comment

    return Comment(f"{entry.label}\n{entry.help}".strip(), "rvn")


def _check(entry: Entry, letter: str, lists: Any, place: int) -> Any:
    """Return what Excel checks when somebody types into a column; None where anything may stand."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    allowed = [answer.value for answer in (*entry.answers, *entry.absent)]
    cell = f"{letter}2"
    if entry.answers:
        lists.cell(1, place, entry.name)
        for row, value in enumerate(allowed, 2):
            written = lists.cell(row, place, value)
            written.data_type = "s"
        column = get_column_letter(place)
        check = DataValidation(type="list", formula1=f"lists!${column}$2:${column}${len(allowed) + 1}")
    elif entry.kind in ("count", "number"):
        check = DataValidation(type="custom", formula1=_number_formula(entry, cell))
    elif entry.kind == "date":
        check = DataValidation(type="date", operator="between", formula1="2", formula2="73050")  # 1900 to 2099
    else:
        return None
    check.allow_blank = True
    check.showErrorMessage = True
    check.errorTitle = entry.name[:32]
    check.error = _short([f"{answer.value}: {answer.label}" for answer in (*entry.answers, *entry.absent)], entry)
    check.showInputMessage = True
    check.promptTitle = entry.name[:32]
    check.prompt = (entry.label or entry.name)[:SHOWN]
    return check


def _number_formula(entry: Entry, cell: str) -> str:
    """Return the Excel formula for a number in its range, or a reason why there is none."""
    tests = [f"ISNUMBER({cell})"]
    if math.isfinite(entry.low):
        tests.append(f"{cell}>={entry.low:.15g}")
    if math.isfinite(entry.high):
        tests.append(f"{cell}<={entry.high:.15g}")
    if entry.kind == "count":
        tests.append(f"{cell}=INT({cell})")
    # Excel evaluates all of an AND, and text in a comparison is an error there; IF does not.
    formula = "FALSE"
    for test in reversed(tests):
        formula = f"IF({test},{'TRUE' if formula == 'FALSE' else formula},FALSE)"
    for reason in entry.absent:
        formula = f'IF({cell}="{reason.value}",TRUE,{formula})'
    return formula


def _short(lines: Sequence[str], entry: Entry) -> str:
    """Return lines that fit into a message of Excel, or else the label."""
    text = "\n".join(lines)
    if text and len(text) <= SHOWN:
        return text
    if entry.kind in ("count", "number") and math.isfinite(entry.low) and math.isfinite(entry.high):
        return f"{entry.low:g} – {entry.high:g}"
    return (entry.label or entry.name)[:SHOWN]
