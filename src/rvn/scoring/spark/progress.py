"""How far Spark is, told while it works: from the rows that its workers have been given so far."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rvn.batch import Progress

SECONDS = 0.5  # between two looks
READINGS = 2  # of every row: for its outputs, and for its problems


@contextmanager
def watched(counted: Any, rows: int, progress: Callable[[Progress], None] | None) -> Iterator[None]:
    """Tell how far the work within is.

    Parameters
    ----------
    counted
        An accumulator of Spark with the rows that were read; each is read twice.
    rows
        How many there are.
    progress
        Called twice a second.
    """
    if progress is None:
        yield
        return
    ended = threading.Event()

    def tell() -> None:
        while not ended.wait(SECONDS):
            # A task that is run again counts its rows again.
            done = min(counted.value // READINGS, rows)
            progress(Progress(done, 0, done / max(rows, 1)))

    watcher = threading.Thread(target=tell, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
