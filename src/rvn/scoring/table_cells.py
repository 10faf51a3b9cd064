"""The door of a table: cells become answers in the table's own engine, as they would one by one.

Every cell is read as `rvn.scoring.answers` reads an answer and `rvn.scoring.cells` a column: what cannot be used counts
as nothing recorded, and makes its row invalid.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from rvn import messages
from rvn.definition.scope import ASSESSED_ON
from rvn.errors import Diagnostic, FrameError
from rvn.plan.nodes import Field
from rvn.plan.relation import Answers, Steps
from rvn.plan.relation.numbers import every, literal, unknown, when
from rvn.plan.status import ORDER
from rvn.scoring.answers import MAX_NUMBER, allowed, read_answer

NOT_AN_ANSWER = "\x00"  # text that is no option, no reason and no date


class Wrong(NamedTuple):
    """Cells that cannot be used: where they are, and what is wrong with them."""

    where: ir.BooleanValue
    problem: Diagnostic


class Cells(NamedTuple):
    """The answers in a column; where a cell cannot be used, if anywhere; and each kind of problem apart."""

    answers: Answers
    unusable: ir.BooleanValue | None = None
    wrong: tuple[Wrong, ...] = ()


def read_fields(
    steps: Steps, fields: Mapping[str, Field], names: Mapping[str, str], on: date | str | None
) -> dict[str, Cells]:
    """Return the answers to some fields in the columns of a table.

    Parameters
    ----------
    steps
        With the columns.
    fields
        What is read, by name.
    names
        Of the columns, by the names of the fields.
    on
        Day of assessment for all rows.

    Raises
    ------
    FrameError
        With every column of a type that cannot hold answers to its field.
    """
    found, problems = dict[str, Cells](), list[Diagnostic]()
    for name, field in fields.items():
        try:
            if name == ASSESSED_ON and on is not None:
                found[name] = _for_all(field, on)
                continue
            found[name] = read_cells(steps, field, names[name])
            if field.is_component:
                found[name] = _with_standing(steps, field, found[name], names[name])
        except FrameError as error:
            problems += error.diagnostics
    if problems:
        raise FrameError(problems)
    return found


def _for_all(field: Field, on: date | str) -> Cells:
    day = read_answer(field, on)
    if isinstance(day, Diagnostic):
        raise FrameError(day)
    return Cells(Answers(ibis.literal(date.fromordinal(int(day.value)))))


def _with_standing(steps: Steps, field: Field, cells: Cells, column: str) -> Cells:
    """Return a component's answers with the status and ends that stand beside them, where they do."""
    there = {end: f"{column}_{end}" for end in ("status", "low", "high")}
    if not steps.has(there["status"]):
        return cells
    lacking = [messages.NO_COLUMN.at(column=name, near="") for name in there.values() if not steps.has(name)]
    if lacking:
        raise FrameError(lacking)
    status = steps[there["status"]]
    known = steps.hold(when((status.isin([str(each) for each in ORDER]), status)), f"{column}_known_status")
    low, high = (read_cells(steps, field, there[end]).answers.value for end in ("low", "high"))
    return cells._replace(answers=cells.answers._replace(low=low, high=high, status=known))


def read_cells(steps: Steps, field: Field, column: str) -> Cells:
    """Return the answers of a column of a table.

    Raises
    ------
    FrameError
        When the column is of a type that cannot hold answers to the field.
    """
    cell = steps[column]
    kind = cell.type()
    if kind.is_null():
        return Cells(Answers(unknown(KINDS.get(field.kind, "float64"))))
    unfit = _unfit(kind)
    if unfit:
        expected = {"choice": "options", "level": "options", "date": "dates"}.get(field.kind, "numbers")
        raise FrameError(messages.COLUMN_TYPE.at(column=column, found=unfit, expected=expected))
    if kind.is_string():
        return _of_text(steps, field, cell)
    if field.kind == "date" and kind.is_temporal():
        return Cells(Answers(cell if kind.is_date() else steps.hold(cell.date(), f"{field.name}_day")))
    if field.kind == "date" or kind.is_temporal():
        return _none_of(field, cell)
    return numbers_in(steps, field, cell) if field.kind in ("number", "count") else _of_codes(steps, field, cell)


KINDS = {"choice": "int32", "level": "int32", "date": "date"}


def _unfit(kind: dt.DataType) -> str:
    """Return in words what cannot hold answers to anything, empty for types that can."""
    if kind.is_boolean():
        return "truth values"
    if kind.is_nested() or kind.is_json():
        return "lists or records"
    if kind.is_timestamp() and getattr(kind, "timezone", None):
        return "times of which the day depends on where they are read"
    if not (kind.is_string() or kind.is_numeric() or kind.is_date() or kind.is_timestamp()):
        return f"values of the type {kind}"
    return ""


def _problem(field: Field, sample: object) -> Diagnostic:
    """Return what is wrong with a cell by what is wrong with one like it."""
    found = read_answer(field, sample)
    assert isinstance(found, Diagnostic)
    return found


def _none_of(field: Field, cell: ir.Value) -> Cells:
    """Return that no cell of a column can be used."""
    sample = date(2000, 1, 1) if cell.type().is_temporal() else 1
    wrong = Wrong(_recorded(cell), _problem(field, sample))
    return Cells(Answers(unknown(KINDS.get(field.kind, "float64"))), wrong.where, (wrong,))


def _of_text(steps: Steps, field: Field, cell: ir.Value) -> Cells:
    reasons = [reason for reason in field.reasons if reason not in field.options]
    if field.kind in ("choice", "level"):
        value = cell.cases(*((option, literal(code)) for code, option in enumerate(field.options)))
        value = steps.hold(value, f"{field.name}_code")
    elif field.kind == "date":
        value = steps.hold(_day_of(steps, field, cell), f"{field.name}_day")
    else:
        value = unknown()
    unusable = cell.notnull() & value.isnull()
    if reasons:
        unusable = unusable & ~cell.isin(reasons)
    sample = NOT_AN_ANSWER if field.kind != "date" else "not a day"
    wrong = Wrong(unusable, _problem(field, sample))
    return Cells(Answers(value, reason=cell if reasons else None), unusable, (wrong,))


def _day_of(steps: Steps, field: Field, text: ir.Value) -> ir.Value:
    """Return the day that a text such as 2026-11-21 names, NULL for any other."""
    written = (text.length() == 10) & text.re_search("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    digits = steps.hold(when((written, text)), f"{field.name}_text")
    year, month, day = (
        steps.hold(digits.substr(start, length).cast("int32"), f"{field.name}_{name}")
        for name, start, length in (("year", 0, 4), ("month", 5, 2), ("number", 8, 2))
    )
    is_leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    length = when(
        (month.isin([4, 6, 9, 11]), literal(30)),
        ((month == 2) & is_leap, literal(29)),
        (month == 2, literal(28)),
        otherwise=literal(31),
    )
    length = steps.hold(length, f"{field.name}_length")
    is_day = every([year >= 1, month >= 1, month <= 12, day >= 1, day <= length])
    return ibis.date(*(when((is_day, part)) for part in (year, month, day)))


def _of_codes(steps: Steps, field: Field, cell: ir.Value) -> Cells:
    """Return the options that numbers name."""
    named = {int(option): code for code, option in enumerate(field.options) if _is_whole(option)}
    whole = list(named)
    if not named:
        value = unknown("int32")
    elif whole == list(range(whole[0], whole[0] + len(whole))) and list(named.values()) == list(range(len(whole))):
        value = when((cell.between(whole[0], whole[-1]), cell))
        if not cell.type().is_integer():
            value = when((value == value.floor(), value))
        value = value.cast("int32") - literal(whole[0]) if whole[0] else value.cast("int32")
    else:
        value = cell.cases(*((number, literal(code)) for number, code in named.items()))
    value = steps.hold(value, f"{field.name}_code")
    unusable = _recorded(cell) & value.isnull()
    wrong = Wrong(unusable, _problem(field, max((*whole, 0)) + 1))
    if cell.type().is_integer():
        return Cells(Answers(value), unusable, (wrong,))
    # Numbers beyond have no fractions, and the whole numbers of an engine may end there.
    is_large = (cell.abs() > MAX_NUMBER) & (cell.abs() <= literal(sys.float_info.max))
    is_whole = is_large | (cell == when((cell.abs() <= MAX_NUMBER, cell)).floor())
    fractions = _fractions(field, cell, unusable & (is_whole.isnull() | ~is_whole))
    return Cells(Answers(value), unusable, (wrong._replace(where=unusable & is_whole), *fractions))


def _is_whole(option: str) -> bool:
    """Return whether an option is a whole number as Python writes it."""
    return option.lstrip("-").isdigit() and option.isascii() and str(int(option)) == option


def _fractions(field: Field, cell: ir.Value, where: ir.BooleanValue) -> list[Wrong]:
    """Return that some cells are fractions, or no numbers at all."""
    fractions, no_numbers = _problem(field, _fraction(field)), _problem(field, float("nan"))
    if not cell.type().is_floating():
        return [Wrong(where, fractions)]
    return [Wrong(where & ~cell.isnan(), fractions), Wrong(where & cell.isnan(), no_numbers)]


def _fraction(field: Field) -> float:
    """Return a number between two whole ones, inside the range where there is one."""
    return max(field.minimum, -MAX_NUMBER) + 0.5 if field.minimum > -MAX_NUMBER / 2 else 0.5


def numbers_in(steps: Steps, field: Field, cell: ir.Value) -> Cells:
    """Return the numbers or counts that cells hold."""
    lowest, highest = max(field.minimum, -MAX_NUMBER), min(field.maximum, MAX_NUMBER)
    kind = "int64" if cell.type().is_integer() else "float64"
    # What is no number lies above every number in all engines.
    inside = cell.between(literal(lowest), literal(highest))
    value = when((inside, cell)).cast(kind)
    wrong = [Wrong(_recorded(cell) & ~inside, messages.ANSWER_RANGE.at(name=field.name, allowed=allowed(field)))]
    if field.kind == "count" and kind == "float64":
        number = steps.hold(value, f"{field.name}_number")
        value = when((number == number.floor(), number))
        wrong += _fractions(field, cell, number != number.floor())[:1]
    if cell.type().is_floating():
        outside = wrong[0]
        wrong[0] = outside._replace(where=outside.where & ~cell.isnan())
        wrong.append(Wrong(cell.isnan(), _problem(field, float("nan"))))
    value = steps.hold(value, f"{field.name}_answer")
    return Cells(Answers(value), _recorded(cell) & value.isnull(), tuple(wrong))


def _recorded(cell: ir.Value) -> ir.BooleanValue:
    """Return whether a cell of numbers holds anything, be it no number; elsewhere it is false or NULL.

    For Spark, ibis writes that something is not NULL as that it is a number too. To itself it is equal in all engines.
    """
    return cell == cell if cell.type().is_floating() else cell.notnull()
