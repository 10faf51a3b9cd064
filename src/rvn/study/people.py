"""Who is in a study: whose rows they are, repeats, exclusions, and the flow of cases that comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from rvn import messages
from rvn.errors import StudyError
from rvn.identity import has_national_number
from rvn.study.cells import BoolArray, Table, written
from rvn.study.entries import Exclusion
from rvn.study.load import Study
from rvn.study.results import FlowStep, StepKind, Words
from rvn.study.results.facts import words

CODE_LENGTH = 11
EVERYBODY: Words = {"en": "Rows in the data", "lv": "Rindas datos"}
NO_PERSON: Words = {"en": "It is not recorded whose row it is", "lv": "Nav ierakstīts, kuras personas rinda tā ir"}
REPEATS: Mapping[str, Words] = {
    "first": {"en": "A later row of a person who is in already", "lv": "Vēlāka rinda par jau iekļautu personu"},
    "last": {"en": "An earlier row of a person who is in already", "lv": "Agrāka rinda par jau iekļautu personu"},
}


def refuse_personal_codes(table: Table, columns: list[str]) -> None:
    """Raise `StudyError` when a column holds values of the form of a personal code; the values are not repeated."""
    found = []
    for column in columns:
        codes, cells = table.distinct(column)
        # A number has lost the zeros before it. What is too short to hold eleven digits is passed over: it is faster.
        texts = [cell if isinstance(cell, str) else written(cell).zfill(11) for cell in cells]
        found_in = [len(text) >= CODE_LENGTH and has_national_number(text) for text in texts]
        personal = np.array([*found_in, False], dtype=bool)[codes]
        if personal.any():
            count, row = int(personal.sum()), int(table.rows[personal.argmax()])
            found.append(messages.PERSONAL_CODE.at(column=column, count=count, row=row))
    if found:
        raise StudyError(found)


def select(study: Study, table: Table) -> tuple[Table, tuple[FlowStep, ...]]:
    """Return the rows of the people who are in, and how many went out at each step and why.

    Raises
    ------
    StudyError
        When identifiers look like personal codes, people are repeated against the plan, or nobody is left.
    """
    file = study.file
    refuse_personal_codes(table, [column for column in (file.columns.person, file.columns.assessor) if column])
    flow = [FlowStep(id="data", kind="start", because=EVERYBODY, people=0, left=len(table))]
    person, names = table.distinct(file.columns.person)
    table.report(messages.NO_PERSON, person < 0, file.columns.person)
    if (person < 0).any():
        table, person = table.where(person >= 0), person[person >= 0]
        flow.append(_step("no_person", "invalid", NO_PERSON, flow[-1], len(table)))
    again = _repeats(study, table, person, len(names))
    if again.any():
        table = table.where(~again)
        flow.append(_step("repeats", "excluded", REPEATS[file.repeats], flow[-1], len(table)))
    for condition in file.exclude:
        out, unknown = _holds(condition, table)
        table = table.where(~out)
        flow.append(_step(condition.id, "excluded", condition.because, flow[-1], len(table), int(unknown.sum())))
    if not len(table):
        raise StudyError(messages.NOBODY_LEFT.at(step=f"'{flow[-1].id}'"))
    return table, tuple(flow)


def _step(
    name: str, kind: StepKind, because: Mapping[Any, str], before: FlowStep, left: int, unknown: int = 0
) -> FlowStep:
    people = (before.left or 0) - left
    return FlowStep(id=name, kind=kind, because=words(because), people=people, left=left, unknown=unknown)


def _repeats(study: Study, table: Table, person: npt.NDArray[np.int64], n: int) -> BoolArray:
    """Return the rows that repeat a person, by the day of assessment where there is one, else as they stand."""
    if len(np.unique(person)) == len(person):
        return np.zeros(len(table), dtype=bool)
    file = study.file
    if file.repeats == "refuse":
        times = np.bincount(person, minlength=n)
        first = int(np.flatnonzero(times[person] > 1)[0])
        rows = " and ".join(str(row) for row in table.rows[person == person[first]][:3])
        where = study.source.place(("columns", "person"))
        raise StudyError(messages.REPEATED.at(where, people=int((times > 1).sum()), rows=rows))
    when = table.days(file.columns.assessed_on) if file.columns.assessed_on else np.zeros(len(table))
    when = np.where(np.isnan(when), np.inf if file.repeats == "first" else -np.inf, when)
    order = np.lexsort((np.arange(len(table)), when, person))
    ordered = person[order]
    edge = (
        np.append(ordered[1:] != ordered[:-1], True)
        if file.repeats == "last"
        else np.append(True, ordered[1:] != ordered[:-1])
    )
    again = np.ones(len(table), dtype=bool)
    again[order[edge]] = False
    return again


def repeats_of(person: npt.NDArray[np.int64]) -> BoolArray:
    """Return the rows of people who have an earlier row; rows of nobody are none.

    >>> repeats_of(np.array([0, 1, 0, -1, -1])).tolist()
    [False, False, True, False, False]
    """
    again = np.ones(len(person), dtype=bool)
    again[np.unique(person, return_index=True)[1]] = False
    return again & (person >= 0)


def _holds(condition: Exclusion, table: Table) -> tuple[BoolArray, BoolArray]:
    """Return for whom a condition holds, and of whom that is not known because the column is empty for them."""
    if condition.is_ is not None or condition.is_not is not None or condition.absent:
        codes, names = table.texts(condition.column)
        absent = codes < 0
        if condition.absent:
            return absent, np.zeros(len(table), dtype=bool)
        cells = condition.is_ if condition.is_ is not None else condition.is_not
        among = np.array([name in (cells or ()) for name in names] + [False], dtype=bool)[codes]
        return (among if condition.is_ is not None else ~among & ~absent), absent
    values = table.numbers(condition.column)
    absent = np.isnan(values)
    if condition.below is not None:
        out = values < condition.below
    elif condition.above is not None:
        out = values > condition.above
    else:
        low, high = condition.outside or (-np.inf, np.inf)
        out = (values < low) | (values > high)
    return out & ~absent, absent
