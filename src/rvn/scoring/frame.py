"""Scores a frame: the same kind comes out, with the outputs beside the rows and a table of every problem cell."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from rvn import messages
from rvn.definition.scope import ASSESSED_ON
from rvn.errors import Diagnostic, FrameError
from rvn.plan.columns import Column, Evaluated, Output, OutputColumns, evaluate, on_all_cores
from rvn.plan.nodes import Field
from rvn.plan.status import CODE, ORDER, Status
from rvn.plan.types import decimals_of, levels_of, type_of
from rvn.scoring import native
from rvn.scoring.answers import read_answer
from rvn.scoring.cells import Cells, read_column
from rvn.scoring.request import check_columns, column_names, names_wanted, new_columns
from rvn.scoring.version import Version


@dataclass(frozen=True)
class ScoredFrame:
    """A scored frame and its problems, both of the kind that went in.

    Parameters
    ----------
    frame
        The rows in their order with, for every output, its value, its ``_status``, and the ``_low`` and ``_high``
        that absent answers leave open; for every scale also ``_absent``, the number of absent answers among those
        it is computed from; for every flag its value and ``_status``.
    problems
        One row a problem: ``row`` (counted from 0), ``item``, ``code``, ``severity``, ``problem`` and ``value``.
    """

    frame: Any
    problems: Any

    def __repr__(self) -> str:
        rows, problems = len(self.frame), len(self.problems)
        return f"<ScoredFrame: {rows:,} rows, {problems:,} problems>"


def score_frame(
    instrument: Version,
    frame: Any,
    *,
    on: date | str | None = None,
    columns: Mapping[str, str] | None = None,
    prefix: str = "",
    outputs: Collection[str] | None = None,
) -> ScoredFrame:
    """Return a frame with what an instrument says about every row.

    A cell that cannot be used makes its row ``invalid`` and stands in the table of problems; the other rows are
    scored, and no row is dropped.

    Parameters
    ----------
    instrument
        What to score with.
    frame
        A pandas, Polars or pyarrow frame, or numpy arrays by name (a pandas frame comes out), with one row an
        assessment and one column an item or given fact. A column
        of a component's output is called ``component.output``; the frame that the component's own scoring made
        with ``prefix="component."`` has them all.
    on
        Day of assessment for all rows; otherwise a column ``assessed_on``, where the instrument needs it.
    columns
        Names of columns that differ from the names of their items: item → column.
    prefix
        Put before the names of the new columns.
    outputs
        Names of the outputs and flags wanted. When not given, all but the norms: those say of every person what a
        table says of a score, and are had by naming them.

    Raises
    ------
    FrameError
        When columns are lacking, have a type that cannot hold answers, or are already taken.

    Examples
    --------
    >>> import pandas as pd, rvn
    >>> people = pd.DataFrame({"age": [19, 40], "sex": ["male", "female"], "priors": [0, -1]})
    >>> scored = rvn.load("broward-rules@2018").score_frame(people)
    >>> scored.frame[["level", "level_status"]].astype(str).values.tolist()
    [['yes', 'complete'], [nan, 'invalid']]
    >>> scored.problems[["row", "item", "code"]].values.tolist()
    [[1, 'priors', 'RVN604']]
    """
    table = _table(frame)
    names = column_names(instrument, columns)
    wanted = names_wanted(instrument, outputs)
    check_columns(instrument, table.columns, names, on, new_columns(instrument, wanted, prefix))
    read, cells = _read(instrument, table, names, on)
    invalid = np.zeros(len(table), np.bool_)
    for cell in cells:
        invalid[cell.rows] = True
    evaluated = evaluate(instrument.plan, read, len(table), wanted)
    spreads: dict[str, native.Spread] = {}
    for name, output in _with_void(evaluated.outputs, invalid).items():
        spreads |= _spreads(instrument, f"{prefix}{name}", name, output)
    for name in evaluated.outputs.keys() & instrument.plan.fields.keys():
        if f"{prefix}{name}" in table.columns:
            del spreads[f"{prefix}{name}"]
    made = native.columns(spreads, table)
    scored = table.with_columns(*(column.alias(name) for name, column in made.items()))
    cells += _contradictions(evaluated, ~invalid)
    return ScoredFrame(scored.to_native(), _problems(cells, table))


def _table(frame: Any) -> nw.DataFrame[Any]:
    if isinstance(frame, Mapping) and frame and all(isinstance(array, np.ndarray) for array in frame.values()):
        import pandas as pd

        try:
            frame = pd.DataFrame(frame, copy=False)
        except ValueError:
            raise FrameError(messages.ARRAY_LENGTHS.at()) from None
    try:
        return nw.from_native(frame, eager_only=True)
    except nw.exceptions.DuplicateError:
        raise FrameError(messages.COLUMN_TWICE.at()) from None
    except TypeError:
        found = f"{type(frame).__module__.split('.')[0]}.{type(frame).__name__}"
        raise FrameError(messages.NOT_A_FRAME.at(found=found)) from None


def _read(
    instrument: Version, table: nw.DataFrame[Any], names: Mapping[str, str], on: date | str | None
) -> tuple[dict[str, Column], list[Cells]]:
    fields = instrument.plan.fields

    def answers(name: str) -> tuple[Column, list[Cells]]:
        if name == ASSESSED_ON and on is not None:
            return _same_day(fields[name], on, len(table)), []
        column, bad = read_column(fields[name], table[names[name]])
        return (_with_standing(fields[name], column, table, names[name]) if fields[name].is_component else column), bad

    found = dict(zip(fields, on_all_cores(answers, fields, len(table)), strict=True))
    read = {name: column for name, (column, _) in found.items()}
    cells = [cell for _, bad in found.values() for cell in bad]
    if ASSESSED_ON in read:
        cells += _future(fields, read, table, names)
    return read, cells


def _same_day(field: Field, on: date | str, size: int) -> Column:
    day = read_answer(field, on)
    if isinstance(day, Diagnostic):
        raise FrameError(day)
    return Column(np.full(size, day.value))


def _with_standing(field: Field, column: Column, table: nw.DataFrame[Any], name: str) -> Column:
    """Return a component's column with the status and bounds that stand beside it, where they do."""
    if f"{name}_status" not in table.columns:
        return column
    statuses = Field(name=f"{name}_status", kind="choice", options=tuple(ORDER))
    status, _ = read_column(statuses, table[f"{name}_status"])
    low, high = (read_column(field, table[f"{name}_{end}"])[0].numbers() for end in ("low", "high"))
    return Column(column.values, column.reasons, low, high, status.values)


def _future(
    fields: Mapping[str, Field], read: Mapping[str, Column], table: nw.DataFrame[Any], names: Mapping[str, str]
) -> list[Cells]:
    cells = []
    for name, column in read.items():
        if fields[name].kind == "date" and name != ASSESSED_ON and not fields[name].may_be_future:
            problem = messages.ANSWER_DATE.at(name=name)
            for row in np.flatnonzero(column.values > read[ASSESSED_ON].values):
                cells.append(Cells(np.array([row]), name, problem, str(table[names[name]][int(row)])))
    return cells


def _with_void(outputs: dict[str, Output], invalid: npt.NDArray[np.bool_]) -> dict[str, Output]:
    """Return outputs with nothing said of the rows in which a cell cannot be used."""
    if not invalid.any():
        return outputs
    with_void, rows = {}, {}
    for name, (distinct, places) in outputs.items():
        if id(places) not in rows:  # outputs that rest on the same share their places
            each = np.arange(len(invalid)) if places is None else places
            rows[id(places)] = np.where(invalid, len(distinct.value), each)
        after = OutputColumns(
            np.append(distinct.value, np.nan),
            np.append(distinct.low, np.nan),
            np.append(distinct.high, np.nan),
            np.append(distinct.status, np.uint8(CODE[Status.INVALID])),
            np.append(distinct.absent, np.uint16(0)),
        )
        with_void[name] = Output(after, rows[id(places)])
    return with_void


def _spreads(instrument: Version, column: str, name: str, output: Output) -> dict[str, native.Spread]:
    """Return the new columns that say an output."""
    node, (found, rows) = instrument.plan.results[name], output
    levels = levels_of(node)

    def shown(values: npt.NDArray[np.float64]) -> native.Spread:
        if levels:
            return native.words(values, levels, rows, ordered=True)
        return native.numbers(np.where(np.isfinite(values), values, np.nan), rows, whole=decimals_of(node) == 0)

    is_truth = type_of(node) == "boolean"
    made = {column: native.truths(found.value, rows) if is_truth else shown(found.value)}
    made[f"{column}_status"] = native.words(found.status, ORDER, rows, ordered=False)
    if not is_truth:
        made |= {f"{column}_low": shown(found.low), f"{column}_high": shown(found.high)}
    if name in {step.name for step in instrument.plan.of_kind("scale")}:
        void = np.isin(found.status, [CODE[Status.INVALID], CODE[Status.NOT_APPLICABLE]])
        made[f"{column}_absent"] = native.numbers(np.where(void, np.nan, found.absent), rows, whole=True)
    return made


def _contradictions(evaluated: Evaluated, usable: npt.NDArray[np.bool_]) -> list[Cells]:
    cells = []
    for name, mask in evaluated.contradictions.items():
        cells.append(Cells(np.flatnonzero(mask & usable), name, messages.CONTRADICTION.at(name=name)))
    for name, mask in evaluated.ignored.items():
        cells.append(Cells(np.flatnonzero(mask & usable), name, messages.NOT_ASKED.at(name=name)))
    return cells


def _problems(cells: Sequence[Cells], table: nw.DataFrame[Any]) -> Any:
    rows = np.concatenate([cell.rows for cell in cells] or [np.zeros(0, np.intp)])
    which = np.repeat(np.arange(len(cells)), [len(cell.rows) for cell in cells])
    rank = np.argsort(np.argsort([cell.item for cell in cells], kind="stable"), kind="stable")
    order = np.lexsort((rank[which], rows))
    texts = {
        "item": [cell.item for cell in cells],
        "code": [cell.problem.code for cell in cells],
        "severity": [cell.problem.severity for cell in cells],
        "problem": [cell.problem.message for cell in cells],
        "value": [cell.value for cell in cells],
    }
    content = {"row": nw.new_series("row", rows[order], nw.Int64(), backend=table.implementation)}
    for name, entries in texts.items():
        distinct = nw.new_series(name, entries, nw.String(), backend=table.implementation)
        content[name] = distinct[which[order]]
    return nw.from_dict(content).to_native()
