"""Why a row has no result under the new version: how its outcome stands, and which answers are absent or unusable."""

from __future__ import annotations

from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from rvn.definition.scope import ASSESSED_ON
from rvn.plan.columns import Block
from rvn.plan.status import Status
from rvn.scoring.cells import read_column
from rvn.scoring.instrument import Instrument
from rvn.versions.carry import CarriedFrame, same_day
from rvn.versions.changes import Words, distinct_codes, distinct_words, joined


def reasons(
    instrument: Instrument,
    carried: CarriedFrame,
    problems: nw.DataFrame[Any],
    statuses: Words,
    concerned: npt.NDArray[np.bool_],
    on: date | None,
) -> Words:
    """Return why each of the rows concerned has no outcome, in words; none for the other rows.

    Parameters
    ----------
    instrument
        The new version.
    carried
        The answers that it was given.
    problems
        What it says of them.
    statuses
        How its outcome stands in every row.
    concerned
        Rows without an outcome.
    on
        Day of assessment for all rows, where there is no column for it.
    """
    rows = np.flatnonzero(concerned)
    places, words = np.full(len(concerned), -1, np.int64), [""]
    if not len(rows):
        return places, words
    absent = joined(_absent(instrument, carried, rows, on), len(rows))
    unusable = joined(_unusable(problems, rows), len(rows))
    standing, names = statuses
    sizes = [len(each) + 1 for each in (absent[1], unusable[1])]
    keys = (standing[rows] * sizes[0] + absent[0] + 1) * sizes[1] + unusable[0] + 1
    distinct, inverse = distinct_codes(keys, len(names) * sizes[0] * sizes[1])
    for key in distinct.tolist():
        (status, lacking), wrong = divmod(key // sizes[1], sizes[0]), key % sizes[1] - 1
        lacking -= 1
        word = names[status]
        named = unusable[1][wrong] if wrong >= 0 else absent[1][lacking] if lacking >= 0 else ""
        if word == Status.NOT_APPLICABLE:
            named = ""
        words.append(f"{word}: {named}" if named else word)
    places[rows] = inverse + 1
    return distinct_words(places, words)


def _absent(
    instrument: Instrument, carried: CarriedFrame, rows: npt.NDArray[np.intp], on: date | None
) -> dict[str, npt.NDArray[np.bool_]]:
    """Return for every answer that the outcome depends on where among some rows it is absent."""
    plan = instrument.plan
    fields = [field for field in plan.depends[instrument.definition.outcome] if field.name in carried.columns]
    columns = {each.name: carried.columns[each.name] for each in fields if each.name != ASSESSED_ON or on is None}
    table = carried.table.select(*dict.fromkeys(columns.values()))[rows.tolist()]
    read = {name: read_column(plan.fields[name], table[column])[0] for name, column in columns.items()}
    if on is not None:
        read[ASSESSED_ON] = same_day(on, len(rows))
    block = Block(plan, read, len(rows))
    with np.errstate(all="ignore"):
        return {field.name: block.is_absent(field) for field in fields}


def _unusable(problems: nw.DataFrame[Any], rows: npt.NDArray[np.intp]) -> dict[str, npt.NDArray[np.bool_]]:
    """Return for every answer or condition where among some rows it makes them invalid."""
    errors = problems.filter(nw.col("severity") == "error")
    found: dict[str, npt.NDArray[np.bool_]] = {}
    items = errors["item"].to_list()
    for item in sorted(set(items)):
        named = errors.filter(nw.col("item") == item)["row"].to_numpy()
        found[item] = np.isin(rows, named)
    return found
