"""Rescores a file of any size: streamed, in parallel, resumable, every row accounted for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from rvn import messages
from rvn.batch import Account, Csv, Form, Parquet, Part, Progress, problems_beside, run
from rvn.batch.said import origin_beside
from rvn.errors import CatalogError, Diagnostic, FrameError
from rvn.plan.nodes import Field
from rvn.scoring.files.score import TEXT, check_places, identity_of, opened
from rvn.scoring.files.scorer import check_ids
from rvn.scoring.files.text import is_numeric
from rvn.scoring.files.written import answers
from rvn.scoring.instrument import Instrument, load
from rvn.versions.origin import differing_parts, said_by
from rvn.versions.rescore import Rescorer
from rvn.versions.summary import Summary


@dataclass(frozen=True)
class RescoredFile:
    """What became of a file.

    Parameters
    ----------
    destination, problems
        The rescored rows, and every cell that could not be used.
    account
        What became of every row.
    summary
        What changed.
    warnings
        What the file says about its old results that does not fit the old version as it is today.
    origin
        What made them, where their form has no place for that: for CSV.
    """

    destination: Path
    problems: Path
    account: Account
    summary: Summary
    warnings: tuple[Diagnostic, ...] = ()
    origin: Path | None = None


def rescore_file(
    source: str | Path,
    destination: str | Path,
    old: Instrument | str | None,
    new: Instrument | str,
    *,
    on: date | str | None = None,
    columns: Mapping[str, str] | None = None,
    recorded_prefix: str | None = None,
    prefix: str = "new_",
    migration: Path | None = None,
    id_column: str | None = None,
    separator: str = ",",
    resume: bool = False,
    replace: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> RescoredFile:
    """Return what became of a file after its rows stand, with what another version says, at a destination.

    The memory needed does not grow with the file, and a run that was stopped goes on with `resume`. The source stays as
    it is. Arguments are those of `rescore` and of `Instrument.score_file`.

    Parameters
    ----------
    source
        A Parquet or CSV file, or a folder of files of one of the two.
    destination
        A file that ends in ``.parquet`` or ``.csv``.
    old, new
        The two versions, loaded or as ``id@version``. `old` may be None where the file says which it is.
    on, columns, prefix, migration
        As for `rescore`.
    recorded_prefix
        What stands before the names of the recorded results; what the file says when not given, which may be nothing.
    id_column, separator, resume, replace, progress
        As for `Instrument.score_file`.

    Raises
    ------
    CatalogError
        When there is no such version, or nothing says how answers to one are read by the other.
    FrameError
        When the source cannot be used, or was made with another version than the old one.
    BatchError
        When the run cannot begin or go on.

    Examples
    --------
    >>> import pyarrow as pa, pyarrow.parquet as pq, tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> people = pa.table({"age": [19, 40], "sex": ["male", "female"], "priors": [0, 5]})
    >>> pq.write_table(people, folder / "people.parquet")
    >>> same = "broward-rules@2018"
    >>> done = rescore_file(folder / "people.parquet", folder / "new.parquet", same, same)
    >>> done.account.rows_in, done.account.rows_out, done.summary.count("same")
    (2, 2, 2)
    """
    source, destination = Path(source), Path(destination)
    check_places(source, destination)
    found = said_by(source)
    said: Mapping[str, Any] = {} if found.is_changed else found.recipe
    before = _old(old, said)
    recorded_prefix = str(said.get("prefix") or "") if recorded_prefix is None else recorded_prefix
    rescorer = Rescorer(
        before, new, on=on, columns=columns, recorded_prefix=recorded_prefix, prefix=prefix, migration=migration
    )
    rows = opened(source, separator)
    transform = _Transform(rescorer, isinstance(rows, TEXT), id_column)
    recipe = {
        **identity_of(rescorer.new),
        "rescored_from": identity_of(rescorer.old),
        "recorded": dict(said),
        "migration": rescorer.migration.fingerprint,
        "on": None if on is None else str(on),
        "columns": dict(columns or {}),
        "prefix": prefix,
        "recorded_prefix": recorded_prefix,
        "separator": separator,
    }
    form: Form = Csv(separator) if destination.suffix.lower() == ".csv" else Parquet()
    account = run(
        rows,
        transform,
        destination,
        form,
        recipe=recipe,
        id_column=id_column,
        resume=resume,
        replace=replace,
        progress=progress,
    )
    summary = Summary(rescorer.old, rescorer.new, rescorer.migration, account.counts)
    warnings = [messages.CHANGED_SINCE.at(file=source)] if found.is_changed else _warned(said, before)
    origin = origin_beside(destination, form)
    return RescoredFile(destination, problems_beside(destination), account, summary, tuple(warnings), origin)


def _old(old: Instrument | str | None, said: Mapping[str, Any]) -> Instrument:
    """Return the version that results were made with, as the caller and the file say."""
    named = f"{said['instrument']}@{said['version']}" if "instrument" in said and "version" in said else None
    if old is None:
        if named is None:
            raise CatalogError(messages.FROM_NEEDED.at())
        return load(named)
    before = old if isinstance(old, Instrument) else load(old)
    if named is not None and named != before.reference:
        raise FrameError(messages.OTHER_VERSION.at(found=named, version=before.reference))
    return before


def _warned(said: Mapping[str, Any], old: Instrument) -> list[Diagnostic]:
    parts = differing_parts(said, old)
    if not parts:
        return []
    return [messages.RECORDED_OTHERWISE.at(version=old.reference, parts=" and ".join(parts))]


class _Transform:
    """A transformation of tables of a file."""

    def __init__(self, rescorer: Rescorer, is_text: bool, id_column: str | None) -> None:
        self.rescorer, self.is_text, self.id_column = rescorer, is_text, id_column
        self.fields = {**rescorer.new.plan.fields, **rescorer.old.plan.fields}

    def __call__(self, table: pa.Table) -> Part:
        """Return a table with what the new version says."""
        if self.id_column is not None and self.id_column in table.column_names:
            check_ids(table[self.id_column])
        frame = with_numbers(table, self.fields, self.rescorer.names) if self.is_text else table
        rescored = self.rescorer(frame)
        found, problems = rescored.frame, rescored.problems
        if not isinstance(found, pa.Table):
            found = pa.Table.from_pandas(found.drop(columns=table.column_names), preserve_index=False)
            problems = pa.Table.from_pandas(problems, preserve_index=False)
        for name in found.column_names:
            if name not in table.column_names:
                table = table.append_column(name, found[name])
        return Part(table, problems, rescored.summary.counts)


def read_answers(path: Path, instrument: Instrument) -> Any:
    """Return the whole of a Parquet or CSV file of answers as a frame."""
    source = opened(path, ",")
    tables = [pending.load().table for pending in source.chunks(0)]
    table = pa.concat_tables(tables) if tables else source.schema.empty_table()
    names = {name: name for name in instrument.plan.fields}
    return with_numbers(table, instrument.plan.fields, names) if isinstance(source, TEXT) else table


def with_numbers(table: pa.Table, fields: Mapping[str, Field], names: Mapping[str, str]) -> Any:
    """Return a table of text with numbers read from it; a pandas frame where numbers and text are mixed."""
    read = {
        column: answers(fields[name], table[column], {})
        for name, column in names.items()
        if is_numeric(fields[name]) and column in table.column_names
    }
    arrow = {name: values for name, values in read.items() if isinstance(values, (pa.Array, pa.ChunkedArray))}
    for name, values in arrow.items():
        table = table.set_column(table.column_names.index(name), name, values)
    if len(arrow) == len(read):
        return table
    import pandas as pd

    frame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame.assign(**{name: pd.Series(read[name]) for name in read.keys() - arrow.keys()})
