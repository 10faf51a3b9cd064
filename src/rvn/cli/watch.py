"""Notices when a definition changes on the disk: it, its texts and tables, and the components that it uses."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import rvn
from rvn.catalog import find
from rvn.errors import RvnError

PAUSE = 0.5  # seconds between two looks


def changes(names: Iterable[str]) -> Iterator[None]:
    """Yield once, and again after every change of the files that definitions are read from; never end.

    Parameters
    ----------
    names
        References or files.

    Raises
    ------
    CatalogError
        When a reference cannot be found at the start.
    """
    paths = [find(name) for name in names]
    while True:
        paths = list(_with_components(paths))
        before = _states(paths)  # before the check, so that what changes meanwhile is seen
        yield
        while _states(paths) == before:
            pause(PAUSE)


def pause(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)


def _states(paths: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """Return time and size of every file that bears on some definitions; one that is being replaced is left out."""
    found: dict[Path, tuple[int, int]] = {}
    for path in _with_components(paths):
        for file in (path, *path.parent.rglob("*.yaml"), *path.parent.rglob("*.csv")):
            try:
                state = file.stat()
            except OSError:
                continue
            found[file] = (state.st_mtime_ns, state.st_size)
    return found


def _with_components(paths: Iterable[Path]) -> Iterator[Path]:
    waiting, seen = list(paths), set()
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            yield path
            waiting += _components(path)


def _components(path: Path) -> Iterator[Path]:
    """Yield the files of the components, as far as a definition can be read."""
    try:
        for reference in rvn.load(path).definition.uses.values():
            yield find(reference)
    except (RvnError, OSError):
        return
