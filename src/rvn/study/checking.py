"""Every bad cell of data: its row, column, value, what is wrong with it, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rvn import messages
from rvn.definition.source import Source
from rvn.errors import Diagnostic, StudyError
from rvn.scoring.instrument import load as load_instrument
from rvn.study.agreeing import ratings
from rvn.study.cells import BadCells, Table
from rvn.study.cleaning import Cleaned, CleaningFile, clean
from rvn.study.data import read_data, read_sheet
from rvn.study.entries import StudyFile
from rvn.study.grouped import groupings
from rvn.study.happened import happened
from rvn.study.load import Study, load
from rvn.study.people import refuse_personal_codes, repeats_of
from rvn.study.scored import score
from rvn.study.wanted import wanted_columns

if TYPE_CHECKING:
    import pandas as pd

PERSON = "person"  # the column of a sheet that says whose row it is


@dataclass(frozen=True)
class BadCell:
    """One cell that cannot be used; `row` counts from 1, heading apart."""

    row: int
    column: str
    value: str
    code: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Parameters
    ----------
    rows
        How many rows were looked at.
    refused
        Why the data cannot be used at all, such as personal codes.
    cells
        Every bad cell, by row.
    cleaned
        What was repaired before; None where no repairs were listed.
    """

    rows: int
    refused: tuple[Diagnostic, ...]
    cells: tuple[BadCell, ...]
    cleaned: Cleaned | None = None


def check_study(path: Path, cleaning: CleaningFile | None = None) -> Checked:
    """Return what is wrong with the data of a study, after the listed repairs."""
    study = load(path)
    frame, _ = read_data(study.file.data, study.folder, wanted_columns(study))
    return _check(study, frame, cleaning)


def check_sheet(path: Path, reference: str, cleaning: CleaningFile | None = None) -> Checked:
    """Return what is wrong with the answers in a sheet, after the listed repairs.

    Parameters
    ----------
    path
        A .csv or .xlsx file with one row a person, and a column for every item of the instrument.
    reference
        The instrument, ``id@version`` or a file.
    cleaning
        Repairs to make first.
    """
    instrument = load_instrument(reference)
    frame = read_sheet(path)
    absent = [name for name in instrument.plan.fields if name not in frame.columns]
    if absent:
        known = list(frame.columns)
        raise StudyError([messages.NO_DATA_COLUMN.at(column=name, near=messages.near(name, known)) for name in absent])
    person = PERSON if PERSON in frame.columns else str(frame.columns[0])
    plan = {
        "rvn": 1,
        "study": "sheet",
        "title": {"en": "A sheet"},
        "data": {"file": "sheet.csv"},
        "columns": {"person": person},
        "scores": {"sheet": {"instrument": instrument.reference}},
    }
    file = StudyFile.model_validate(plan)
    return _check(Study(path, file, Source(str(path)), {"sheet": instrument}), frame, cleaning)


def _check(study: Study, frame: pd.DataFrame, cleaning: CleaningFile | None) -> Checked:
    file = study.file
    cleaned = None
    if cleaning is not None:
        cleaned = clean(frame, cleaning, person=file.columns.person, form=file.data.dates)
        frame = cleaned.frame
    table = Table.of(frame, file.data)
    refused: list[Diagnostic] = []
    try:
        refuse_personal_codes(table, [column for column in (file.columns.person, file.columns.assessor) if column])
    except StudyError as error:
        refused += error.diagnostics
    person, _ = table.distinct(file.columns.person)
    table.report(messages.NO_PERSON, person < 0, file.columns.person)
    if file.repeats == "refuse":
        table.report(messages.PERSON_AGAIN, repeats_of(person), file.columns.person)
    if file.columns.assessed_on is not None:
        table.days(file.columns.assessed_on)
    scores = [score(study, name, table) for name in file.scores]
    for name, outcome in file.outcomes.items():
        happened(name, outcome, table)
    groupings(study, table)
    rated: list[BadCell] = []
    try:
        for said in ratings(study, table, scores).values():
            if said.table is not None and said.source is not None:
                of_file = _cells(said.table.bad, said.table.frame)
                rated += [replace(cell, column=f"{said.source.name}: {cell.column}") for cell in of_file]
    except StudyError as error:
        refused += error.diagnostics
    return Checked(len(table), tuple(refused), (*_cells(table.bad, frame), *rated), cleaned)


def _cells(bad: Sequence[BadCells], frame: pd.DataFrame) -> list[BadCell]:
    """Return every bad cell by row; a problem that is of no single column has no value."""
    found = []
    for cells in bad:
        values = frame[cells.column] if cells.column in frame.columns else None
        reason = cells.reason.partition(", the first in row")[0].partition("; the first in row")[0]
        for row in cells.rows:
            value = "" if values is None else str(values.iloc[int(row) - 1])
            found.append(BadCell(int(row), cells.column, value, cells.code, reason, cells.remedy))
    return sorted(found, key=lambda cell: (cell.row, cell.column, cell.code))
