"""Scores of the people of a study: computed by an instrument, or taken from where they were recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from rvn import messages
from rvn.errors import FrameError, StudyError
from rvn.plan.status import Status
from rvn.plan.types import levels_of
from rvn.scoring.instrument import Instrument
from rvn.study.cells import FloatArray, Table
from rvn.study.entries import Risk, Score
from rvn.study.happened import places
from rvn.study.load import Study
from rvn.study.results import LevelFacts, Words
from rvn.study.results.facts import words
from rvn.validation.overall.sample import Frame, item_points, scale_of

if TYPE_CHECKING:
    import pandas as pd

PREFIX = "rvn."  # before the names of the columns that scoring adds
ABSENT: Mapping[str, Words] = {
    "absent": {"en": "No score is recorded", "lv": "Vērtējums nav ierakstīts"},
    Status.UNDECIDED: {
        "en": "Absent answers leave the score open",
        "lv": "Trūkstošu atbilžu dēļ vērtējums nav noteikts",
    },
    Status.TOO_FEW_ANSWERS: {"en": "Too few answers for a score", "lv": "Vērtējumam ir par maz atbilžu"},
    Status.NOT_APPLICABLE: {
        "en": "The instrument is not made for the person",
        "lv": "Instruments personai nav piemērojams",
    },
    Status.INVALID: {
        "en": "Answers cannot be used or contradict each other",
        "lv": "Atbildes nav derīgas vai ir pretrunīgas",
    },
    Status.UNDEFINED: {"en": "The instrument gives no score here", "lv": "Instruments šeit vērtējumu nedod"},
    Status.WITHHELD: {
        "en": "The score rests on facts that nobody has checked",
        "lv": "Vērtējums balstās uz nepārbaudītiem faktiem",
    },
}


@dataclass(frozen=True)
class Scored:
    """One score of every person of the study.

    Parameters
    ----------
    name, entry, instrument
        Of the study file.
    output
        What the score is: the name of a scale or model, or a column.
    points
        The score, NaN where there is none.
    level, levels
        Place of each person's level among `levels`, -1 where there is none.
    status, statuses
        Place of each person's status among `statuses`.
    final
        Place of the level after overrides, -1 where none is recorded; None where the study has no such column.
    risks
        Published probabilities by the id of their outcome.
    items
        Points of each item's answer and the points that it can have, where the score adds up items.
    frame
        What the instrument was given, by the names of its items; None for a recorded score.
    """

    name: str
    entry: Score
    instrument: Instrument | None
    output: str
    points: FloatArray
    level: npt.NDArray[np.int64]
    levels: tuple[LevelFacts, ...]
    status: npt.NDArray[np.int64]
    statuses: tuple[str, ...]
    final: npt.NDArray[np.int64] | None = None
    risks: Mapping[str, FloatArray] = field(default_factory=dict)
    items: Mapping[str, tuple[FloatArray, tuple[float, ...]]] = field(default_factory=dict)
    frame: pd.DataFrame | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the levels, from the lowest."""
        return tuple(level.name for level in self.levels)


def score(study: Study, name: str, table: Table) -> Scored:
    """Return a score of the people in a table; cells that cannot be used are listed among its problems.

    Raises
    ------
    StudyError
        When a column is of a type that cannot hold answers.
    """
    entry = study.file.scores[name]
    made = _by_instrument(study, name, entry, table) if entry.instrument else _recorded(name, entry, table)
    if entry.final is None:
        return made
    known = {level: [level, *made.levels[place].label.values()] for place, level in enumerate(made.names)}
    remedy = "write the names of the levels as the instrument does; these people count as not overridden"
    return _replace(made, final=places(table.one_of(entry.final, known, remedy)))


def _replace(scored: Scored, **changes: Any) -> Scored:
    from dataclasses import replace

    return replace(scored, **changes)


# a score that was recorded


def _recorded(name: str, entry: Score, table: Table) -> Scored:
    column = str(entry.column)
    points = table.numbers(column)
    absent = np.isnan(points)
    if entry.levels is not None:
        starts = np.array(list(entry.levels.values()), dtype=np.float64)
        level = np.where(absent, -1, np.searchsorted(starts, points, side="right") - 1)
        remedy = "correct the score, or start the lowest level lower; these people have no level"
        known_as = f"scores of {starts[0]:g} and more, where the lowest level starts"
        table.report(messages.CELL_NOT_KNOWN, points < starts[0], column, known=known_as, remedy=remedy)
        levels = tuple(_level(level_name, start) for level_name, start in entry.levels.items())
    elif entry.level is not None:
        level, levels = _level_column(entry, points, table)
    else:
        level, levels = np.full(len(table), -1), ()
    risks = {outcome: _risk(risk, points, table, None, None) for outcome, risk in entry.risk.items()}
    return Scored(
        name,
        entry,
        None,
        column,
        points,
        level.astype(np.int64),
        levels,
        absent.astype(np.int64),
        ("recorded", "absent"),
        risks=risks,
    )


def _level(name: str, start: float | None = None, label: Mapping[Any, str] | None = None) -> LevelFacts:
    return LevelFacts(name=name, label=words(label) or {"en": name}, starts=start)


def _level_column(entry: Score, points: FloatArray, table: Table) -> tuple[npt.NDArray[Any], tuple[LevelFacts, ...]]:
    """Return recorded levels, in the order that the study says, or by the mean score at each."""
    column = str(entry.level)
    if entry.order is not None:
        remedy = "add them to `order`, or correct them"
        read = table.one_of(column, {name: [name] for name in entry.order}, remedy)
        return places(read), tuple(_level(name) for name in entry.order)
    codes, names = table.texts(column)
    known = (codes >= 0) & ~np.isnan(points)
    people = np.bincount(codes[known], minlength=len(names))
    total = np.bincount(codes[known], points[known], minlength=len(names))
    order = np.argsort(np.where(people > 0, total / np.maximum(people, 1), np.inf), kind="stable")
    rank = np.append(np.argsort(order), -1)
    return rank[codes], tuple(_level(names[place]) for place in order)


# a score that an instrument computes


def _by_instrument(study: Study, name: str, entry: Score, table: Table) -> Scored:
    instrument = study.instruments[name]
    plan = instrument.plan
    output = entry.output or scale_of(plan) or plan.outcome
    norms = [risk.norm for risk in entry.risk.values() if risk.norm is not None]
    frame = _answers(instrument, entry, table)
    try:
        made = instrument.score_frame(frame, prefix=PREFIX, outputs=list(dict.fromkeys([output, plan.outcome, *norms])))
    except FrameError as error:
        raise StudyError(error.diagnostics) from None
    _list_problems(made.problems, table, {field: _column_of(entry, field) for field in plan.fields})
    found = Frame.of(made.frame)
    level_names = tuple(levels_of(plan.outputs[plan.outcome]))
    level = places(found.labels(f"{PREFIX}{plan.outcome}")[0]) if level_names else np.full(len(table), -1)
    points = level.astype(np.float64) if levels_of(plan.outputs[output]) else found.numbers(f"{PREFIX}{output}")
    points = np.where(points < 0, np.nan, points) if levels_of(plan.outputs[output]) else points
    status, statuses = found.labels(f"{PREFIX}{output}_status")
    risks = {outcome: _risk(risk, points, table, found, instrument) for outcome, risk in entry.risk.items()}
    items = item_points(cast(Any, instrument), Frame.of(frame)) if output == scale_of(plan) else {}
    return Scored(
        name,
        entry,
        instrument,
        output,
        points,
        level,
        _levels(instrument, level_names, output),
        places(status),
        tuple(str(word) for word in statuses),
        risks=risks,
        items=items,
        frame=frame,
    )


def _column_of(entry: Score, item: str) -> str:
    return entry.columns.get(item, item)


def _answers(instrument: Instrument, entry: Score, table: Table) -> pd.DataFrame:
    """Return the answers by the names of the items: text that numbers are made of as numbers, mapped cells mapped."""
    import pandas as pd

    made: dict[str, Any] = {}
    for name, known in instrument.plan.fields.items():
        column = _column_of(entry, name)
        series = table.frame[column]
        if series.dtype.kind in "iufM" or (known.kind not in ("number", "count") and name not in entry.values):
            blank = series.isin(["", *table.data.absent]) if series.dtype.kind not in "iufM" else None
            made[name] = series if blank is None or not blank.any() else series.mask(blank)
            if known.kind == "date" and series.dtype.kind != "M":
                made[name] = _dates(table, column)
            continue
        codes, texts = table.texts(column)
        mapped: list[Any] = [entry.values.get(name, {}).get(text, text) for text in texts]
        if known.kind in ("number", "count"):
            read = [table._number(text) for text in mapped]
            mapped = [text if np.isnan(number) else number for text, number in zip(mapped, read, strict=True)]
        numeric = all(isinstance(value, float) for value in mapped)
        values = np.array([*mapped, np.nan if numeric else None], dtype=np.float64 if numeric else object)
        made[name] = pd.Series(values[codes], index=table.frame.index)
    return pd.DataFrame(made, index=table.frame.index)


def _dates(table: Table, column: str) -> pd.Series[Any]:
    import pandas as pd

    days = table.days(column)
    stamps = np.where(np.isnan(days), np.datetime64("NaT", "D").astype(np.int64), days).astype(np.int64)
    return pd.Series(stamps.astype("datetime64[D]").astype("datetime64[s]"), index=table.frame.index)


def _list_problems(found: pd.DataFrame, table: Table, columns: Mapping[str, str]) -> None:
    """List the cells that scoring could not use, by item and kind."""
    for (item, code, what), part in found.groupby(["item", "code", "problem"], sort=True):
        rows, column = table.rows[part["row"].to_numpy()], columns.get(str(item), str(item))
        first, remedy = int(rows[0]), f"correct the answers; see {code}"
        said = messages.CELL_NOT_ANSWER.at(column=column, count=len(rows), row=first, what=what, remedy=remedy)
        table.add(said, rows, column)


def _levels(instrument: Instrument, names: tuple[str, ...], output: str) -> tuple[LevelFacts, ...]:
    plan = instrument.plan
    bands = [step.node for step in plan.of_kind("bands") if step.name == plan.outcome]
    starts = [getattr(node, "starts", None) for node in bands]
    of = [entry.of for entry in instrument.definition.bands if entry.id == plan.outcome]
    lowest = starts[0] if len(starts) == 1 and of == [output] and starts[0] is not None else None
    found = []
    for place, name in enumerate(names):
        label = {language: instrument.wording(language).level(plan.outcome, name) for language in ("en", "lv")}
        start = None
        if lowest is not None and len(lowest) == len(names):
            start = float(lowest[place])
        found.append(LevelFacts(name=name, label=label, starts=start))
    return tuple(found)


# published risks


def _risk(
    risk: Risk, points: FloatArray, table: Table, found: Frame | None, instrument: Instrument | None
) -> FloatArray:
    """Return the published probability of each person, NaN where there is none."""
    if risk.column is not None:
        values = table.numbers(risk.column)
        outside = (values < 0) | (values > 1)
        table.report(
            messages.CELL_NOT_KNOWN,
            outside,
            risk.column,
            known="0 to 1",
            remedy="write risks as probabilities, from 0 to 1",
        )
        return np.where(outside, np.nan, values)
    if risk.points is not None:
        value_of = {float(score): value for score, value in risk.points.items()}
        distinct, codes = np.unique(points, return_inverse=True)
        return np.array([value_of.get(float(score), np.nan) for score in distinct])[codes]
    assert found is not None
    assert instrument is not None
    return found.numbers(f"{PREFIX}{risk.norm}")
