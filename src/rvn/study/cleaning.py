"""Repairs of data: only those that a file lists, each with its reason, and a log of every cell that was changed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field

from rvn import messages
from rvn.definition.entries import Entry, Localized
from rvn.definition.load import in_order
from rvn.definition.problems import validated
from rvn.definition.source import read
from rvn.errors import Diagnostic, StudyError
from rvn.study.cells import FORMS, day, written
from rvn.study.entries import Cell, Cells, Column, DateForm
from rvn.study.escape import safe

if TYPE_CHECKING:
    import pandas as pd


class Repair(Entry):
    """One kind of repair of one column, for everybody or for one person."""

    column: Column
    person: Cell | None = None
    from_: Cells | None = Field(default=None, alias="from")
    to: Cell | None = None
    to_absent: Literal[True] | None = Field(default=None, alias="to absent")
    dates: DateForm | None = None
    decimal: Literal[".", ","] | None = None
    trim: Literal[True] | None = None
    because: Localized


class CleaningFile(Entry):
    """Repairs, in the order in which they are made."""

    rvn: Literal[1]
    cleaning: Annotated[str, Field(min_length=1, max_length=64)]
    repairs: Annotated[list[Repair], Field(min_length=1)]


@dataclass(frozen=True)
class Change:
    """One cell that was changed, and why; `repair` counts from 1, and 0 is rvn itself."""

    row: int
    column: str
    before: str
    after: str
    repair: int
    because: str


@dataclass(frozen=True)
class Cleaned:
    """Cleaned rows, every change, and what is to be said of repairs that changed nothing."""

    frame: pd.DataFrame
    changes: tuple[Change, ...]
    idle: tuple[Diagnostic, ...]


def read_cleaning(path: Path) -> CleaningFile:
    """Return the repairs in a file.

    Raises
    ------
    StudyError
        With every problem of the file.
    """
    source = read(path)
    file = validated(CleaningFile, source) if isinstance(source.data, dict) or not source.problems else None
    if file is not None:
        for place, repair in enumerate(file.repairs):
            given = [
                key for key in ("from", "dates", "decimal", "trim") if getattr(repair, key.replace("from", "from_"))
            ]
            if len(given) != 1:
                what, found = f"repair {place + 1}", " and ".join(f"`{key}`" for key in given) or "none"
                choices = "`from`, `dates`, `decimal`, `trim`"
                at = source.place(("repairs", place))
                source.problems.append(messages.ONE_OF.at(at, what=what, choices=choices, found=found))
            elif repair.from_ is not None and (repair.to is None) == (repair.to_absent is None):
                at, found = source.place(("repairs", place)), "none" if repair.to is None else "both"
                choices = "`to`, `to absent`"
                source.problems.append(messages.ONE_OF.at(at, what=f"repair {place + 1}", choices=choices, found=found))
    if file is None or source.problems:
        raise StudyError(in_order(source.problems))
    return file


def clean(frame: pd.DataFrame, file: CleaningFile, *, person: str | None = None, form: str = "YYYY-MM-DD") -> Cleaned:
    """Return the rows with the listed repairs made, in their order, and nothing else changed.

    Parameters
    ----------
    frame
        Rows as they were entered, text.
    file
        The repairs.
    person
        The column that says whose row it is, for repairs of one person.
    form
        The form in which dates are to be written.

    Raises
    ------
    StudyError
        When a repair is of a column that is not there.
    """
    unknown = [repair.column for repair in file.repairs if repair.column not in frame.columns]
    if any(repair.person is not None for repair in file.repairs) and person not in frame.columns:
        unknown.append(person or "person")
    if unknown:
        known = list(frame.columns)
        raise StudyError([messages.NO_DATA_COLUMN.at(column=name, near=messages.near(name, known)) for name in unknown])
    made = frame.copy()
    changes: list[Change] = []
    idle: list[Diagnostic] = []
    for number, repair in enumerate(file.repairs, 1):
        before = made[repair.column].map(_text)
        after = before.map(lambda cell, repair=repair: _repaired(repair, cell, form))
        differs = (after != before).to_numpy()
        if repair.person is not None and person is not None:
            differs = differs & (made[person].map(_text).map(str.strip) == repair.person).to_numpy()
        if not differs.any():
            idle.append(messages.IDLE_REPAIR.at(number=number, column=repair.column))
        why = repair.because.get("en") or next(iter(repair.because.values()))
        changes += [
            Change(int(row) + 1, repair.column, before.iloc[row], after.iloc[row], number, why)
            for row in np.flatnonzero(differs)
        ]
        made[repair.column] = made[repair.column].astype(object).where(~differs, after)
    return Cleaned(made, (*changes, *_escaped(made)), tuple(idle))


def _escaped(made: pd.DataFrame) -> list[Change]:
    """Put a quote before cells that a spreadsheet would take for formulas, and return these changes too."""
    changes = []
    for column in made.columns:
        before = made[column].map(_text)
        after = before.map(lambda cell: str(safe(cell)))
        for row in np.flatnonzero((after != before).to_numpy()):
            cells = (before.iloc[row], after.iloc[row])
            changes.append(Change(int(row) + 1, str(column), *cells, 0, "no spreadsheet may take it for a formula"))
        if (after != before).any():
            made[column] = after
    return changes


def _text(cell: Any) -> str:
    return "" if cell is None or cell != cell else cell if isinstance(cell, str) else written(cell)


def _repaired(repair: Repair, cell: str, form: str) -> str:
    """Return a cell after a repair; one that the repair is not about stays as it is.

    >>> repair = Repair.model_validate({"column": "x", "decimal": ",", "because": {"en": "typed so"}})
    >>> [_repaired(repair, cell, "YYYY-MM-DD") for cell in ("1,5", "1.5", "unknown")]
    ['1.5', '1.5', 'unknown']
    """
    bare = cell.strip()
    if repair.trim:
        return " ".join(bare.split())
    if repair.from_ is not None:
        return ("" if repair.to is None else repair.to) if bare in repair.from_ else cell
    if repair.decimal == ",":
        return bare.replace(",", ".") if bare.replace(",", "", 1).lstrip("-").isdigit() and "," in bare else cell
    if repair.decimal == ".":
        return bare.replace(".", ",") if bare.replace(".", "", 1).lstrip("-").isdigit() and "." in bare else cell
    days = day(cell, str(repair.dates))
    return cell if math.isnan(days) else write_day(date(1970, 1, 1) + timedelta(days=days), form)


def write_day(of: date, form: str) -> str:
    """Return a date in one of the forms of a plan.

    >>> [write_day(date(2021, 3, 5), form) for form in ("DD.MM.YYYY", "YYYY-MM-DD")]
    ['05.03.2021', '2021-03-05']
    """
    assert form in FORMS
    return form.replace("YYYY", f"{of.year:04d}").replace("MM", f"{of.month:02d}").replace("DD", f"{of.day:02d}")
