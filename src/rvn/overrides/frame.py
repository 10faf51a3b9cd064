"""Overrides in a frame: each is checked as one person's would be, and what became of it stands beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw

from rvn import messages
from rvn.errors import Diagnostic, FrameError
from rvn.plan.status import Status
from rvn.plan.types import levels_of
from rvn.scoring.frame import ScoredFrame
from rvn.scoring.output import Output
from rvn.scoring.override import Override, check, expired
from rvn.scoring.override import apply as applied

if TYPE_CHECKING:
    from rvn.scoring.instrument import Instrument

NONE, APPLIED, REFUSED, EXPIRED = "none", "applied", "refused", "expired"
GIVEN = ("reason", "by", "on")  # columns that stand beside every override


def apply(
    instrument: Instrument,
    frame: Any,
    *,
    output: str | None = None,
    day: str = "assessed_on",
    prefix: str = "",
    on: date | str | None = None,
) -> ScoredFrame:
    """Return a scored frame with the level that counts in every row, and what became of each override.

    A refused override stands in the table of problems, and its row keeps the computed level; no row is dropped.

    Parameters
    ----------
    instrument
        What the frame was scored with.
    frame
        pandas, Polars or pyarrow, with the columns of the output and, beside them, ``_override``,
        ``_override_reason``, ``_override_by``, ``_override_on`` and, where a second person is needed,
        ``_override_approved_by``.
    output
        Which output is overridden; the outcome of the instrument when not given.
    day
        Column of the day of assessment; an override made before it is refused. It may be absent.
    prefix
        What stands before the names of the scored columns.
    on
        Day on which the levels are to count; overrides that ended before it no longer do.

    Raises
    ------
    FrameError
        When columns are lacking or taken, or the output allows no override.
    """
    table = nw.from_native(frame, eager_only=True)
    name = output or instrument.definition.outcome
    columns = _columns(instrument, table, name, prefix)
    levels = levels_of(instrument.plan.outputs[name])
    lists = {part: _texts(table, column) for part, column in columns.items()}
    days = _texts(table, day) if day in table.columns else [None] * len(table)
    finals = list(lists["level"])
    statuses = [NONE] * len(table)
    untils: list[str | None] = [None] * len(table)
    problems: list[tuple[int, Diagnostic]] = []
    for row, wanted in enumerate(lists["override"]):
        if wanted is None:
            continue
        kept = {part: cells[row] or "" for part, cells in lists.items()}
        override = Override(name, wanted, kept["reason"], kept["by"], kept["on"], kept.get("approved_by") or None)
        computed = lists["level"][row]
        status = Status(kept["status"]) if kept["status"] in [*Status] else Status.INVALID
        found = Output(name, computed, status, computed, computed, levels)
        wrong = list(check(instrument, override, found, assessed_on=days[row]))
        if wrong:
            statuses[row] = REFUSED
            problems += [(row, problem) for problem in wrong]
            continue
        made = applied(instrument, override, found)
        untils[row] = None if made.until is None else str(made.until)
        ended = None if on is None else expired(made, on)
        statuses[row] = APPLIED if ended is None else EXPIRED
        finals[row] = wanted if ended is None else computed
    stem = f"{prefix}{name}"
    made_columns = {f"{stem}_final": finals, f"{stem}_override_status": statuses, f"{stem}_override_until": untils}
    beside = [
        nw.new_series(key, values, nw.String(), backend=table.implementation) for key, values in made_columns.items()
    ]
    if table.implementation.is_pandas():
        beside = [_aligned(series, table) for series in beside]
    return ScoredFrame(table.with_columns(*beside).to_native(), _problems(problems, name, table))


def _columns(instrument: Instrument, table: nw.DataFrame[Any], name: str, prefix: str) -> dict[str, str]:
    """Return the columns of an output and its overrides by what they hold, or raise with all that is wrong."""
    allowed = instrument.definition.overrides.get(name)
    if allowed is None:
        near = messages.near(name, instrument.definition.overrides)
        raise FrameError(messages.OVERRIDE_NOT_ALLOWED.at(output=name, near=near))
    stem = f"{prefix}{name}"
    needed = {"level": stem, "status": f"{stem}_status", "override": f"{stem}_override"}
    needed |= {part: f"{stem}_override_{part}" for part in GIVEN}
    if allowed.needs == "second_person" or f"{stem}_override_approved_by" in table.columns:
        needed["approved_by"] = f"{stem}_override_approved_by"
    problems = [
        messages.NO_COLUMN.at(column=column, near=messages.near(column, table.columns))
        for column in needed.values()
        if column not in table.columns
    ]
    made = (f"{stem}_final", f"{stem}_override_status", f"{stem}_override_until")
    problems += [messages.COLUMN_TAKEN.at(column=column) for column in made if column in table.columns]
    if problems:
        raise FrameError(problems)
    return needed


def _texts(table: nw.DataFrame[Any], column: str) -> list[str | None]:
    """Return a column as text; None where a cell is empty. Days keep their first ten characters."""
    series = table[column]
    if isinstance(series.dtype, (nw.Datetime, nw.Date)) or series.dtype in (nw.Datetime, nw.Date):
        return [None if value is None else str(value)[:10] for value in series.to_list()]
    return [None if value is None or value != value or value == "" else str(value) for value in series.to_list()]


def _aligned(series: nw.Series[Any], table: nw.DataFrame[Any]) -> nw.Series[Any]:
    native = series.to_native()
    native.index = table.to_native().index
    return nw.from_native(native, series_only=True)


def _problems(problems: list[tuple[int, Diagnostic]], name: str, table: nw.DataFrame[Any]) -> Any:
    def texts() -> Iterator[tuple[str, list[Any]]]:
        yield "row", [row for row, _ in problems]
        yield "item", [name] * len(problems)
        yield "code", [problem.code for _, problem in problems]
        yield "severity", [str(problem.severity) for _, problem in problems]
        yield "problem", [problem.message for _, problem in problems]

    content = dict(texts())
    schema = {column: nw.Int64() if column == "row" else nw.String() for column in content}
    return nw.from_dict(content, schema=schema, backend=table.implementation).to_native()
