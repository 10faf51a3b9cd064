"""Rescores a frame: what another version says of every row, beside what was said before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from rvn import messages
from rvn.days import as_day
from rvn.definition.migrations import Migration
from rvn.definition.scope import ASSESSED_ON
from rvn.errors import Diagnostic, FrameError
from rvn.scoring.instrument import Instrument, load
from rvn.scoring.request import ENDINGS
from rvn.versions.carry import CarriedFrame, FrameCarrier, require_columns
from rvn.versions.changes import CANNOT, STATUSES, Changes, factorized, joined, written
from rvn.versions.doubts import doubts
from rvn.versions.migration import migration as find_migration
from rvn.versions.origin import check_rows
from rvn.versions.reasons import reasons
from rvn.versions.summary import Summary

OLD = "old_"
Masks = Mapping[str, npt.NDArray[np.bool_]]


@dataclass(frozen=True)
class Rescored:
    """A frame with what another version says.

    Parameters
    ----------
    frame
        The rows in their order, with the columns that they had, what the new version says, and what became of each.
    problems
        One row a problem of an answer under the new version; `row` is counted from 0.
    summary
        What changed, counted.
    """

    frame: Any
    problems: Any
    summary: Summary

    def __repr__(self) -> str:
        return f"<Rescored: {self.summary.rows:,} rows, {self.summary.old} → {self.summary.new}>"


def rescore(
    frame: Any,
    old: Instrument | str,
    new: Instrument | str,
    *,
    on: date | str | None = None,
    columns: Mapping[str, str] | None = None,
    recorded_prefix: str = "",
    prefix: str = "new_",
    migration: Path | None = None,
) -> Rescored:
    """Return what another version says of every row, beside what the old version said.

    Results of the old version that stand in the frame are kept as they are; what is not there is computed under names
    that begin with ``old_``. A row that cannot be rescored says why, and no row is dropped.

    Parameters
    ----------
    frame
        A pandas, Polars or pyarrow frame of answers to the old version, with or without its results.
    old, new
        The two versions, loaded or as ``id@version``.
    on
        Day of assessment for all rows; otherwise a column ``assessed_on``, where one of the versions needs it.
    columns
        Names of columns that differ from the names of the old version's items: item → column.
    recorded_prefix
        What stands before the names of the recorded results.
    prefix
        Put before the names of the new results.
    migration
        A file that says how answers are read, in place of the one beside the new version.

    Raises
    ------
    CatalogError
        When there is no such version, or nothing says how answers to one are read by the other.
    FrameError
        When columns are lacking or taken, or rows were made with another version than the old one.

    Examples
    --------
    >>> import pandas as pd, rvn
    >>> people = pd.DataFrame({"age": [19, 40], "sex": "male", "priors": [0, 5]})
    >>> scored = rvn.load("broward-rules@2018").score_frame(people).frame
    >>> rescored = rescore(scored, "broward-rules@2018", "broward-rules@2018")
    >>> rescored.frame["rescoring"].tolist(), rescored.summary.count("same")
    (['same', 'same'], 2)
    """
    rescorer = Rescorer(
        old, new, on=on, columns=columns, recorded_prefix=recorded_prefix, prefix=prefix, migration=migration
    )
    return rescorer(frame)


class Rescorer:
    """Rescores frames from one version to another; see `rescore`."""

    def __init__(
        self,
        old: Instrument | str,
        new: Instrument | str,
        *,
        on: date | str | None = None,
        columns: Mapping[str, str] | None = None,
        recorded_prefix: str = "",
        prefix: str = "new_",
        migration: Path | Migration | None = None,
    ) -> None:
        self.old, self.new = (each if isinstance(each, Instrument) else load(each) for each in (old, new))
        self.migration = (
            migration if isinstance(migration, Migration) else find_migration(self.old, self.new, path=migration)
        )
        self.on = None if on is None else as_day(on, "on")
        self.recorded_prefix, self.prefix = recorded_prefix, prefix
        unknown = [name for name in columns or {} if name not in self.old.plan.fields]
        if unknown:
            known = list(self.old.plan.fields)
            raise FrameError(messages.UNKNOWN_ITEM.at(name=name, near=messages.near(name, known)) for name in unknown)
        used = {field.name for each in self.migration.carried.values() for field in each.uses}
        needed = [*self.old.plan.fields, *({ASSESSED_ON} & (self.new.plan.fields.keys() | used))]
        self.names = {name: (columns or {}).get(name, name) for name in dict.fromkeys(needed)}

    def __call__(self, frame: Any) -> Rescored:
        """Return a frame with what the new version says."""
        table = _table(frame)
        check_rows(table, self.old)
        require_columns(table.columns, self.names, self.on)
        before, recorded, doubtful = self._before(table)
        carried = FrameCarrier(self.migration, table, self.names, self.on).carried()
        scored = self.new.score_frame(
            carried.table.to_native(), on=self._day(self.new), columns=carried.columns, prefix=self.prefix
        )
        after = _table(scored.frame)
        result = table.with_columns(*(before[name] for name in before.columns if name not in table.columns))
        result = result.with_columns(*(after[name] for name in after.columns if name not in carried.table.columns))
        problems = self._problems(nw.from_native(scored.problems, eager_only=True), carried)
        made, counts = self._said(result, recorded, carried, problems, doubtful)
        if taken := [name for name in made if name in table.columns]:
            raise FrameError(taken_by(name) for name in taken)
        result = result.with_columns(*(series.alias(name) for name, series in made.items()))
        summary = Summary(self.old, self.new, self.migration, counts)
        return Rescored(result.to_native(), problems.to_native(), summary)

    def _problems(self, found: nw.DataFrame[Any], carried: CarriedFrame) -> nw.DataFrame[Any]:
        """Return the problems of the new answers, those of old ones in the place of what is derived from them."""
        if not any(len(cells.rows) for cells in carried.problems):
            return found
        rows = [(int(row), cells) for cells in carried.problems for row in cells.rows]
        derived = [name for name, each in self.migration.carried.items() if each.of is None]
        concerned = sorted({row for row, _ in rows})
        kept = found.filter(~(nw.col("item").is_in(derived) & nw.col("row").is_in(concerned)))
        content = {
            "row": [row for row, _ in rows],
            "item": [cells.item for _, cells in rows],
            "code": [cells.problem.code for _, cells in rows],
            "severity": [cells.problem.severity for _, cells in rows],
            "problem": [cells.problem.message for _, cells in rows],
            "value": [cells.value for _, cells in rows],
        }
        schema = {name: nw.Int64() if name == "row" else nw.String() for name in content}
        own = nw.from_dict(content, schema=schema, backend=found.implementation)
        return nw.concat([kept.select(*content), own]).sort("row", "item")

    def _day(self, instrument: Instrument) -> date | None:
        return self.on if ASSESSED_ON in instrument.plan.fields else None

    def _before(self, table: nw.DataFrame[Any]) -> tuple[nw.DataFrame[Any], dict[str, str], Masks]:
        """Return the table with the old results that it lacks, the column of every compared one, and doubts."""
        names = dict.fromkeys(comparison.old for comparison in self.migration.comparisons.values())
        recorded = {name: f"{self.recorded_prefix}{name}" for name in names}
        lacking = [name for name, column in recorded.items() if column not in table.columns]
        made = [f"{name}{end}" for name in lacking for end in (*ENDINGS, "_absent")]
        if taken := [name for name in made if f"{OLD}{name}" in table.columns]:
            raise FrameError(messages.COLUMN_TAKEN.at(column=f"{OLD}{name}") for name in taken)
        own, prefix = self._own(), f"{self.old.reference} "
        scored = self.old.score_frame(
            table.to_native(), on=self._day(self.old), columns=own, prefix=prefix, outputs=list(names)
        )
        computed = _table(scored.frame)
        claimed = {name: column for name, column in recorded.items() if name not in lacking}
        made = [name for name in made if f"{prefix}{name}" in computed.columns]
        table = table.with_columns(*(computed[f"{prefix}{name}"].alias(f"{OLD}{name}") for name in made))
        found = doubts(self.old, table, claimed, computed, prefix)
        return table, recorded | {name: f"{OLD}{name}" for name in lacking}, found

    def _own(self) -> dict[str, str]:
        return {name: column for name, column in self.names.items() if name in self.old.plan.fields}

    def _said(
        self,
        result: nw.DataFrame[Any],
        recorded: Mapping[str, str],
        carried: CarriedFrame,
        problems: nw.DataFrame[Any],
        doubtful: Masks,
    ) -> tuple[dict[str, Any], dict[str, int]]:
        """Return the columns that say what became of each row, and what they count."""
        outcome = self.new.definition.outcome
        changes = Changes(self.old, self.new, self.migration, result, recorded, self.prefix)
        statuses = changes.statuses()
        standing = _statuses(result, f"{self.prefix}{outcome}_status")
        why = reasons(self.new, carried, problems, standing, statuses == CANNOT, self._day(self.new))
        lost = joined(carried.lost, len(result))
        made = {
            "rescoring": written((statuses, STATUSES), result),
            "rescoring_why": written(why, result),
            "rescoring_losses": written(lost, result),
            "rescoring_doubts": written(joined(doubtful, len(result)), result),
        }
        counts = Counter(dict(changes.counted(statuses)))
        counts.update(dict(_counted("why", why)))
        counts.update({f"loss|{name}": int(mask.sum()) for name, mask in carried.lost.items()})
        counts.update({f"doubt|{name}": int(mask.sum()) for name, mask in doubtful.items()})
        counts["doubts"] = int(np.logical_or.reduce([*doubtful.values()]).sum()) if doubtful else 0
        for name, (places, words) in changes.reviews().items():
            made[f"{self.prefix}{name}_review"] = written((places, words), result)
            counts.update(dict(_counted(f"review|{name}", (places, words))))
        return made, {name: count for name, count in counts.items() if count}


def taken_by(name: str) -> Diagnostic:
    """Return that a column that rescoring makes is there already."""
    message = messages.RESCORED_BEFORE if name.startswith("rescoring") else messages.COLUMN_TAKEN
    return message.at(column=name)


def _counted(kind: str, found: tuple[npt.NDArray[np.int64], list[str]]) -> Iterator[tuple[str, int]]:
    places, words = found
    numbers = np.bincount(places[places >= 0], minlength=len(words))
    yield from ((f"{kind}|{word}", int(number)) for word, number in zip(words, numbers, strict=True))


def _statuses(table: nw.DataFrame[Any], column: str) -> tuple[npt.NDArray[np.int64], list[str]]:
    places, distinct = factorized(table[column])
    return places, [str(value) for value in distinct]


def _table(frame: Any) -> nw.DataFrame[Any]:
    try:
        return nw.from_native(frame, eager_only=True)
    except nw.exceptions.DuplicateError:
        raise FrameError(messages.COLUMN_TWICE.at()) from None
    except TypeError:
        found = f"{type(frame).__module__.split('.')[0]}.{type(frame).__name__}"
        raise FrameError(messages.NOT_A_FRAME.at(found=found)) from None
