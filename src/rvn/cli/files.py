"""Files of answers on the command line: what was typed, a bar while it runs, and the first problems at its end."""

from __future__ import annotations

import csv
import itertools
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rvn import messages
from rvn.cli import problems
from rvn.cli.problems import CommandError
from rvn.scoring.instrument import Instrument

if TYPE_CHECKING:
    from rvn.batch import Progress
    from rvn.scoring.files.score import ScoredFile

SHOWN = ("row", "item", "code", "problem")


def mapping(words: Iterable[str]) -> dict[str, str]:
    """Return which column holds which item, from item=column."""
    pairs = [word.partition("=") for word in words]
    if not all(item and column for item, _, column in pairs):
        raise CommandError(problems.BAD_COLUMN.at())
    return {item: column for item, _, column in pairs}


def separator_of(text: str | None) -> str:
    """Return what stands between the cells of CSV."""
    if text is None:
        return ","
    if text != "tab" and (len(text) != 1 or text in '"\r\n'):
        raise CommandError(problems.BAD_SEPARATOR.at())
    return "\t" if text == "tab" else text


def score(instrument: Instrument, source: Path, out: str | None, *, bar: bool, **how: Any) -> ScoredFile:
    """Return what became of a file, after showing how far it is where somebody looks on."""
    destination = _place(out)
    with _shown(bar and sys.stderr.isatty()) as progress:
        return instrument.score_file(source, destination, progress=progress, **how)


def score_by_spark(
    instrument: Instrument, source: str, out: str | None, *, bar: bool, resume: bool, master: str | None, **how: Any
) -> ScoredFile:
    """Return what became of files that Spark scored, after showing how far it is where somebody looks on."""
    destination = _place(out)
    if resume:
        remedy = "leave `--resume` out: a task that is lost is run again by itself; `--replace` starts again"
        raise CommandError(messages.SPARK_CANNOT.at(what="resume a run", remedy=remedy))
    with _shown(bar and sys.stderr.isatty()) as progress:
        return instrument.score_with_spark(source, destination, master=master, progress=progress, **how)


def _place(out: str | None) -> str:
    """Return where scored rows go."""
    if out is None:
        raise CommandError(problems.OUT_NEEDED.at())
    require_arrow()
    return out


def require_arrow() -> None:
    """Raise where the library that reads and writes files is not installed."""
    try:
        import pyarrow  # noqa: F401
    except ModuleNotFoundError:
        raise CommandError(problems.ARROW.at()) from None


def first_problems(path: Path | str, count: int, separator: str) -> list[dict[str, Any]]:
    """Return the first problems in a file or folder of them, none of those at an address; no value."""
    if isinstance(path, str):
        return []
    if path.is_dir():
        found = (first_problems(part, count, separator) for part in sorted(path.glob("*.parquet")))
        return list(itertools.islice(itertools.chain.from_iterable(found), count))
    if path.suffix.lower() == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(itertools.islice(csv.DictReader(file, delimiter=separator), count))
        return [{name: int(row[name]) if name == "row" else row[name] for name in SHOWN} for row in rows]
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as opened:
        batch = next(opened.iter_batches(count, columns=list(SHOWN)), None)
    rows = batch.to_pylist() if batch is not None else []
    return rows


@contextmanager
def _shown(is_wanted: bool) -> Iterator[Callable[[Progress], None] | None]:
    """Yield what draws a bar with rows, rate and time left; None where nobody would see it."""
    if not is_wanted:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TextColumn("{task.fields[rate]:,.0f} rows/s"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    start = time.monotonic()
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0, rows=0, rate=0)

        def progress(now: Progress) -> None:
            rate = (now.rows - now.resumed) / max(time.monotonic() - start, 1e-9)
            bar.update(task, completed=now.done, rows=now.rows, rate=rate)

        yield progress
