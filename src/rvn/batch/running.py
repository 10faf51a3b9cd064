"""Runs a transformation over an input of any size: in parallel, in order, resumable, every row accounted for."""

from __future__ import annotations

import json
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rvn import messages
from rvn.batch.account import Account
from rvn.batch.chunk import PROBLEMS, Chunk, Pending, Source, Transform, as_problems, problem_rows
from rvn.batch.forms import Encoded, Form
from rvn.batch.ids import ENTRY, Ids, digests
from rvn.batch.journal import Journal
from rvn.batch.output import Output
from rvn.batch.said import origin_beside, said_beside, write_said
from rvn.errors import BatchError, FrameError, RvnError

SECONDS = 1.0  # between two times that finished parts are put safely on the disk


@dataclass(frozen=True)
class Progress:
    """How far a run is: rows read, those of them read before it was resumed, and the share of the input."""

    rows: int
    resumed: int
    done: float


@dataclass(frozen=True)
class _Finished:
    """A part that only has to be appended."""

    table: Encoded
    problems: pa.Table
    ids: npt.NDArray[np.void]
    account: Account
    done: float


def run(
    source: Source,
    transform: Transform,
    destination: Path,
    form: Form,
    *,
    recipe: Mapping[str, Any],
    id_column: str | None = None,
    resume: bool = False,
    replace: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> Account:
    """Return what became of every row of a source after its transformation stands at a destination.

    Parameters
    ----------
    source
        Where the rows come from.
    transform
        What is done with each table of them. It runs on several threads at once, must depend on its table alone,
        and is first called with a table without rows, whose result has the columns of the output.
    destination
        The file that is made, whole or not at all; its problems stand beside it, in the same form, and what made it,
        where the form has no place for that.
    form
        How both are written.
    recipe
        What the output depends on beside the input, as plain values for JSON. It goes into the file's metadata, and a
        run is resumed only with the recipe that it began with.
    id_column
        A column that names the rows, for the table of problems; ids that stand twice are reported.
    resume
        Whether to go on with a run that was stopped; where there is none, it begins.
    replace
        Whether to replace what stands at the destination, and to forget a run that was stopped.
    progress
        Called after every part.

    Raises
    ------
    FrameError
        When the input cannot be used.
    BatchError
        When the run cannot begin or go on; finished parts are kept, unless it could not begin.
    """
    empty = transform(source.schema.empty_table()).table
    form.encode(empty)  # so that a column which the form cannot hold is said before anything runs
    origin = origin_beside(destination, form)
    journal = Journal([destination, problems_beside(destination), *([] if origin is None else [origin])])
    identity = {"rvn": version("rvn"), "input": source.identity, "recipe": recipe}
    work = None
    try:
        with _told(destination):
            journal.begin(identity | {"pyarrow": pa.__version__}, resume=resume, replace=replace)
        work = _Work(journal, form, empty.schema, id_column, progress)
        with _told(destination, work):
            if not work.is_published:
                work.open()
                work.append_all(source, transform)
                work.finish(source, identity)
            work.publish()
    except RvnError as error:
        is_worth_keeping = isinstance(error, BatchError) and work is not None and work.kept
        if journal.is_open and not is_worth_keeping:
            journal.clear()
        raise
    finally:
        if work is not None:
            work.close_files()
        journal.close()
    return work.account


def problems_beside(destination: Path) -> Path:
    """Return where the problems of a destination stand.

    >>> print(problems_beside(Path("scored.parquet")))
    scored.problems.parquet
    """
    return destination.with_name(f"{destination.stem}.problems{destination.suffix}")


class _Work:
    """One run on its way."""

    def __init__(
        self,
        journal: Journal,
        form: Form,
        schema: pa.Schema,
        id_column: str | None,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.journal = journal
        self.form = form
        self.schema = schema
        self.id_column = id_column
        self.progress = progress
        state = journal.state or {}
        self.is_published = bool(state.get("published"))
        self.parts = state.get("parts", 0)
        self.account = Account(**state.get("account", {}))
        self.resumed = self.kept = self.account.rows_in
        self.files: dict[str, Output | Ids] = {}

    def open(self) -> None:
        """Open the files as they were when the journal was last written, or new ones."""
        folder = self.journal.folder
        self.output = self.files["output"] = Output(folder / "output", self.form, self.schema)
        self.problems = self.files["problems"] = Output(folder / "problems", self.form, PROBLEMS)
        self.ids = self.files["ids"] = Ids(folder / "ids")
        if self.journal.state:
            for name, file in self.files.items():
                file.go_back(self.journal.state[name])
        else:
            self.output.begin()
            self.problems.begin()

    def append_all(self, source: Source, transform: Transform) -> None:
        workers = os.cpu_count() or 1
        synchronised = time.monotonic()
        waiting: deque[Future[_Finished]] = deque()
        pool = ThreadPoolExecutor(workers)
        try:
            for pending in source.chunks(self.parts):
                waiting.append(pool.submit(self._work, pending, transform))
                if len(waiting) > workers:
                    self._append(waiting.popleft().result())
                    if time.monotonic() - synchronised >= SECONDS:
                        self.synchronise()
                        synchronised = time.monotonic()
            while waiting:
                self._append(waiting.popleft().result())
        finally:
            pool.shutdown(cancel_futures=True)
        self.synchronise()

    def synchronise(self) -> None:
        """Put everything so far safely on the disk."""
        states = {name: file.state() for name, file in self.files.items()}
        self.journal.write({"parts": self.parts, "account": self.account.to_record(), **states})
        self.kept = self.account.rows_in

    def finish(self, source: Source, identity: Mapping[str, Any]) -> None:
        """Check the account, write the ends of the files, and say in the journal that they are whole."""
        destination = self.journal.destination
        before = self.account.errors
        for rows in self.ids.repeated():
            for start in range(0, len(rows), 2**16):
                self._append_problems(problem_rows(rows[start : start + 2**16], messages.ID_REPEATED.at()))
        if source.ids_are_unique and self.account.errors > before:
            raise FrameError(messages.NOT_TOGETHER.at(file=destination))
        if not source.is_unchanged():
            raise FrameError(messages.CHANGED_MEANWHILE.at(file=destination))
        account = self.account
        is_whole = account.is_complete and account.rows_out == self.output.rows
        if not is_whole or source.rows not in (None, account.rows_in):
            raise self._rows_lost(source.rows or account.rows_in, account.placed, account.not_scored)
        said = {**identity, "account": account.to_record()}
        written = json.dumps(said, ensure_ascii=False)
        for output in (self.output, self.problems):
            output.finish({b"rvn": written.encode()})
        if not self.form.holds_metadata:
            files = {"output": self.output.path, "problems": self.problems.path}
            write_said(self.journal.folder / "said", said, files)
        self.journal.write({"published": True, "account": account.to_record()})

    def publish(self) -> None:
        """Put the whole files at their places, the output last: where it stands, everything is done."""
        destination, folder = self.journal.destination, self.journal.folder
        self.close_files()
        places = {"problems": problems_beside(destination), "said": said_beside(destination), "output": destination}
        for name, place in places.items():
            if (folder / name).exists():
                (folder / name).replace(place)
        _synchronise_folder(destination.parent)
        self.journal.clear()

    def close_files(self) -> None:
        for file in self.files.values():
            file.close()

    def _work(self, pending: Pending, transform: Transform) -> _Finished:
        """Read, transform and encode; runs on any thread."""
        chunk = pending.load()
        part = transform(chunk.table)
        table = part.table if part.table.schema.equals(self.schema) else part.table.cast(self.schema)
        problems = as_problems(part.problems)
        lost = pc.count_distinct(problems["row"].filter(problems["not_scored"])).as_py()
        if len(chunk.table) != len(table) + lost:
            raise self._rows_lost(len(chunk.table), len(table), lost)
        problems, ids = self._identified(chunk, problems)
        problems = pa.concat_tables([problems, chunk.lost]).sort_by("row")
        account = Account(
            rows_in=chunk.rows,
            rows_out=len(table),
            placed=chunk.placed - lost,
            not_scored=lost + pc.count_distinct(chunk.lost["row"]).as_py(),
            aside=chunk.aside,
            counts=part.counts,
        )
        return _Finished(
            self.form.encode(table, chunk.table, chunk.group),
            problems,
            ids,
            account.with_problems(problems),
            pending.done,
        )

    def _identified(self, chunk: Chunk, problems: pa.Table) -> tuple[pa.Table, npt.NDArray[np.void]]:
        """Return problems with the rows of the chunk and their ids, and the ids of all rows."""
        places = np.arange(len(chunk.table)) if chunk.places is None else chunk.places
        of_table = problems["row"].to_numpy()
        problems = problems.set_column(0, "row", pa.array(places[of_table], pa.int64()))
        if self.id_column is None:
            return problems, np.empty(0, ENTRY)
        ids = chunk.table[self.id_column]
        named = ids.take(of_table).cast(pa.string())
        problems = problems.set_column(1, "id", named)
        absent = np.flatnonzero(ids.is_null().to_numpy())
        if len(absent):
            problems = pa.concat_tables([problems, problem_rows(places[absent], messages.ID_ABSENT.at())])
        return problems, digests(ids, places)

    def _append(self, finished: _Finished) -> None:
        """Put a part behind those before it, whose rows are counted by now."""
        start = self.account.rows_in
        rows = pc.add(finished.problems["row"], start)
        finished.ids["row"] += start
        self.output.append(finished.table)
        self.problems.append(self.form.encode(finished.problems.set_column(0, "row", rows)))
        self.ids.append(finished.ids.tobytes())
        self.parts += 1
        self.account = self.account.plus(finished.account)
        if self.progress is not None:
            self.progress(Progress(self.account.rows_in, self.resumed, finished.done))

    def _rows_lost(self, rows_in: int, placed: int, not_scored: int) -> FrameError:
        file = self.journal.destination
        return FrameError(messages.ROWS_LOST.at(file=file, rows_in=rows_in, placed=placed, not_scored=not_scored))

    def _append_problems(self, problems: pa.Table) -> None:
        self.problems.append(self.form.encode(problems))
        self.account = self.account.with_problems(problems)


@contextmanager
def _told(destination: Path, work: _Work | None = None) -> Iterator[None]:
    """Say what happened to the output where the system refuses, or somebody stops the run."""
    try:
        yield
    except KeyboardInterrupt:
        if work is not None and not work.is_published:
            work.synchronise()
        raise BatchError(messages.STOPPED.at(rows=work.account.rows_in if work else 0)) from None
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        remedy = (
            f"make room; {work.kept:,} rows are kept, `--resume` goes on"
            if work and work.kept
            else "choose another place"
        )
        raise BatchError(messages.OUTPUT_FAILS.at(file=destination, why=why, remedy=remedy)) from None


def _synchronise_folder(folder: Path) -> None:
    """Make sure that new names are on the disk, where the system lets folders be opened."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
