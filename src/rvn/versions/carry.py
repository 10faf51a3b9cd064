"""Reads answers given to one version as answers to another: of one person, and of a frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from rvn import messages
from rvn.definition.migrations import Carried, Migration
from rvn.definition.scope import ASSESSED_ON
from rvn.errors import AnswersError, Diagnostic, FrameError
from rvn.plan.columns import Block, Column
from rvn.plan.explain import Evaluation, Reading
from rvn.plan.explain.evaluation import shown
from rvn.plan.types import levels_of, type_of
from rvn.scoring import native
from rvn.scoring.answers import read_answer
from rvn.scoring.cells import Cells, read_column
from rvn.versions.changes import Places, distinct_words, factorized, written

# What stands in the place of an answer that cannot be used: no option, no number and no day.
UNUSABLE = "(cannot be used)"


def carry(migration: Migration, answers: Mapping[str, object], *, on: date | str | None = None) -> dict[str, object]:
    """Return one person's answers to the old version as answers to the new one.

    Parameters
    ----------
    migration
        How they are read.
    answers
        By name, as for `Instrument.score` of the old version.
    on
        Day of the assessment, where the migration needs it.

    Raises
    ------
    AnswersError
        With every answer that cannot be used.

    Examples
    --------
    >>> from rvn.versions import migration
    >>> found = migration("static-99@1999", "static-99r@2016")
    >>> carry(found, {"age_at_release": 30, "male_victim": "refused"})
    {'age_at_release': 30, 'male_victim': 'refused'}
    """
    fields = migration.plan.fields
    problems: list[Diagnostic] = []
    readings: dict[str, Reading] = {}
    given = {**answers, **({} if on is None or ASSESSED_ON not in fields else {ASSESSED_ON: on})}
    components = {name.partition(".")[0] for name in fields if "." in name}
    for name, value in given.items():
        if name in components:
            continue
        if name not in fields:
            near = messages.near(name, [*fields, *components])
            problems.append(messages.UNKNOWN_ITEM.at(name=name, near=near))
            continue
        reading = read_answer(fields[name], value)
        if isinstance(reading, Diagnostic):
            problems.append(reading)
        else:
            readings[name] = reading
    if problems:
        raise AnswersError(problems)
    evaluation = Evaluation(migration.plan, readings)
    made = {name: _answer(carried, evaluation) for name, carried in migration.carried.items() if "." not in name}
    kept = {name: given[name] for name in components & given.keys()}
    return {name: value for name, value in (made | kept).items() if value is not None}


def _answer(carried: Carried, evaluation: Evaluation) -> object:
    if carried.node is None:
        return carried.reason
    if carried.of is not None:
        reading = evaluation.reading(carried.of)
        if reading.value != reading.value:
            return carried.reasons.get(reading.reason)
        if (code := int(reading.value)) in carried.absences and carried.places:
            return carried.absences[code]
    return shown(carried.node, evaluation[carried.node].value)


@dataclass(frozen=True)
class CarriedFrame:
    """A frame with answers to the new version.

    Parameters
    ----------
    table
        The frame with a column for every answer that is not taken over as it stands.
    columns
        By the name of an answer of the new version, its column.
    problems
        Cells that cannot be used in answers that others are derived from.
    lost
        By the name of an answer, the rows in which something of it does not come over.
    """

    table: nw.DataFrame[Any]
    columns: Mapping[str, str]
    problems: tuple[Cells, ...]
    lost: Mapping[str, npt.NDArray[np.bool_]]


class FrameCarrier:
    """Makes the columns of a new version from those of an old one.

    Parameters
    ----------
    migration
        How answers are read.
    table
        The answers to the old version.
    names
        By the name of an old answer, its column.
    on
        Day of assessment for all rows, where there is no column for it.
    """

    def __init__(
        self, migration: Migration, table: nw.DataFrame[Any], names: Mapping[str, str], on: date | None
    ) -> None:
        self.migration, self.table, self.names, self.on = migration, table, names, on
        self._read: dict[str, tuple[Column, list[Cells]]] = {}

    def carried(self) -> CarriedFrame:
        """Return the frame with the answers to the new version."""
        columns: dict[str, str] = {}
        made: dict[str, Any] = {}
        for name, carried in self.migration.carried.items():
            if carried.of is not None and as_it_stands(carried):
                columns[name] = self.names[carried.of.name]
            else:
                columns[name] = _free(f"{name} of {self.migration.new}", self.table.columns)
                made[columns[name]] = self._column(carried)
        if ASSESSED_ON in self.names:
            columns[ASSESSED_ON] = self.names[ASSESSED_ON]
        table = self.table.with_columns(*(series.alias(name) for name, series in made.items()))
        derived = {field.name for each in self.migration.carried.values() if each.of is None for field in each.uses}
        problems = tuple(cells for name in sorted(derived) for cells in self.read(name)[1])
        return CarriedFrame(table, columns, problems, self._lost())

    def read(self, name: str) -> tuple[Column, list[Cells]]:
        """Return what was recorded for an old answer, and the cells that cannot be used."""
        if name not in self._read:
            field = self.migration.plan.fields[name]
            if name == ASSESSED_ON and self.on is not None:
                self._read[name] = same_day(self.on, len(self.table)), []
            else:
                self._read[name] = read_column(field, self.table[self.names[name]])
        return self._read[name]

    def _column(self, carried: Carried) -> Any:
        if carried.node is None:
            return written((np.zeros(len(self.table), np.int64), [carried.reason]), self.table)
        if carried.of is not None:
            return self._renamed(carried, self.names[carried.of.name])
        return self._derived(carried)

    def _renamed(self, carried: Carried, column: str) -> Any:
        """Return a column with each distinct answer under its new name."""
        old, new, series = carried.of, carried.field, self.table[column]
        assert old is not None
        if not carried.places and (series.dtype.is_numeric() or series.dtype.is_temporal()):
            return series  # numbers or days alone: there is no reason to be renamed among them
        places, distinct = factorized(series)

        def name(value: object) -> object:
            reading = read_answer(old, int(value) if isinstance(value, float) and value.is_integer() else value)
            if isinstance(reading, Diagnostic):
                return UNUSABLE
            if reading.value != reading.value:
                return carried.reasons[reading.reason]
            if not carried.places:
                return value
            code = int(reading.value)
            return carried.absences[code] if code in carried.absences else new.options[int(carried.places[code])]

        named = [name(value) for value in distinct]
        if all(isinstance(value, str) for value in named):
            return written(distinct_words(places, [str(value) for value in named]), self.table)
        return self._mixed(places, named)

    def _mixed(self, places: Places, distinct: list[object]) -> Any:
        """Return numbers and reasons for absence in one column, as only pandas can hold them."""
        import pandas as pd

        values = np.empty(len(distinct) + 1, object)  # the last for what is not recorded
        values[:-1] = distinct
        column = pd.Series(values[places], index=self.table.to_native().index, dtype=object)
        return nw.from_native(column, series_only=True)

    def _derived(self, carried: Carried) -> Any:
        """Return a column computed from others; where one of those cannot be used, nor can it."""
        assert carried.node is not None
        read = {field.name: self.read(field.name) for field in carried.uses}
        block = Block(self.migration.plan, {name: column for name, (column, _) in read.items()}, len(self.table))
        with np.errstate(all="ignore"):
            values = block.value(carried.node)
        unusable = np.zeros(len(self.table), np.bool_)
        for _, cells in read.values():
            for cell in cells:
                unusable[cell.rows] = True
        if type_of(carried.node) == "number":
            # No number is infinite, so that the new version refuses it as it would the cell.
            return native.column(native.numbers(np.where(unusable, np.inf, values), None, whole=False), self.table)
        if levels := levels_of(carried.node):
            words = list(levels)
            places = np.where(np.isnan(values), -1, values).astype(np.int64)
        else:
            days, inverse = np.unique(values[~np.isnan(values)], return_inverse=True)
            words = [date.fromordinal(int(day)).isoformat() for day in days]
            places = np.full(len(values), -1, np.int64)
            places[~np.isnan(values)] = inverse
        places = np.where(unusable, len(words), places)
        return written((places, [*words, UNUSABLE]), self.table)

    def _lost(self) -> dict[str, npt.NDArray[np.bool_]]:
        """Return where something of an answer does not come over."""
        lost = {}
        for name, carried in self.migration.carried.items():
            if carried.merged and carried.of is not None:
                column = self.read(carried.of.name)[0]
                lost[name] = np.isin(_places(column, carried.of.kind), list(carried.merged))
            elif not carried.is_exact and carried.node is not None:
                lost[name] = np.logical_or.reduce([self._is_answered(field.name) for field in carried.uses])
        for name in self.migration.dropped:
            lost[name] = self._is_answered(name)
        return lost

    def _is_answered(self, name: str) -> npt.NDArray[np.bool_]:
        field = self.migration.plan.fields[name]
        block = Block(self.migration.plan, {name: self.read(name)[0]}, len(self.table))
        return ~block.lacks(field)


def same_day(day: date, size: int) -> Column:
    """Return one day of assessment as that of all rows."""
    return Column(np.full(size, float(day.toordinal())))


def _places(column: Column, kind: str) -> npt.NDArray[Any]:
    if kind == "choice":
        return column.values
    numbers = column.numbers()
    return np.where(np.isnan(numbers), -1, numbers)


def as_it_stands(carried: Carried) -> bool:
    """Return whether a column holds the new answers as it is: the same options and reasons under the same names."""
    old = carried.of
    if old is None or any(before != after for before, after in carried.reasons.items()):
        return False
    if not carried.places:
        return True
    names = [carried.field.options[int(place)] if place >= 0 else "" for place in carried.places]
    return tuple(names) == old.options


def _free(name: str, taken: list[str]) -> str:
    """Return a name that no column has."""
    while name in taken:
        name += "'"
    return name


def require_columns(columns: list[str], names: Mapping[str, str], on: object) -> None:
    """Raise for answers to the old version that have no column."""
    problems = [
        messages.NO_COLUMN.at(column=column, near=messages.near(column, columns))
        for name, column in names.items()
        if column not in columns and not (name == ASSESSED_ON and on is not None)
    ]
    if problems:
        raise FrameError(problems)
