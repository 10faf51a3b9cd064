"""The work folder beside a destination: what a run is, how far it is, and how it goes on after it was stopped.

The journal has a line for what the run is (input and recipe) and one each time that finished parts are safely on the
disk. Only its last whole line counts. A run that is killed loses what it did since then, a second or so.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rvn import messages
from rvn.errors import BatchError

try:
    import fcntl
except ImportError:  # Windows keeps a second run out by itself: an open file cannot be removed there
    fcntl = None  # type: ignore[assignment]


class Journal:
    """The journal of one run.

    Parameters
    ----------
    places
        Where the finished files will stand; the work folder is hidden beside the first.
    """

    def __init__(self, places: Sequence[Path]) -> None:
        self.places = places
        self.destination = places[0]
        self.folder = work_folder(places[0])
        self.state: dict[str, Any] | None = None
        self._path = self.folder / "journal"
        self._file: Any = None

    @property
    def is_open(self) -> bool:
        """Whether the work folder belongs to this run."""
        return self._file is not None

    def begin(self, run: Mapping[str, Any], *, resume: bool, replace: bool) -> None:
        """Start a run, or take up the one that was stopped.

        Raises
        ------
        BatchError
            When a file is there already, a stopped run stands there and nobody said what to do with it, it was about
            something else, or another run is at it.
        """
        if not replace and not (resume and self.folder.is_dir()):
            self._check_places()
        self.folder.mkdir(exist_ok=True)
        self._open()
        found, length = self._lines()
        try:
            if found and resume:
                self._check_same(found, json.loads(json.dumps(run)), replace)
            elif found and not replace:
                raise BatchError(messages.UNFINISHED.at(file=self.destination))
            elif not replace:
                self._check_places()
        except BatchError:
            self.close()
            raise
        if len(found) > 1 and resume:
            self._file.truncate(length)
            self.state = found[-1]
        else:
            self._empty()
            self.write({**run, "replace": replace})

    def write(self, line: Mapping[str, Any]) -> None:
        """Add a line, safely on the disk when this returns."""
        self._file.write(json.dumps(line).encode() + b"\n")
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let others at the work folder."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def clear(self) -> None:
        """Remove the work folder, the journal last: while it is there, it says how things stand."""
        self._remove_others()
        self._path.unlink(missing_ok=True)
        self.close()
        self.folder.rmdir()

    def _open(self) -> None:
        self._file = self._path.open("ab", buffering=0)
        if fcntl is not None:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self.close()
                raise BatchError(messages.IN_USE.at(file=str(self.destination))) from None

    def _lines(self) -> tuple[list[dict[str, Any]], int]:
        """Return the whole lines and their length; a kill may have left a part of one behind them."""
        content = self._path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        return [json.loads(line) for line in whole.splitlines()], len(whole)

    def _empty(self) -> None:
        self._remove_others()
        self._file.truncate(0)

    def _remove_others(self) -> None:
        for path in self.folder.iterdir():
            if path != self._path:
                path.unlink()

    def _check_places(self) -> None:
        there = [path for path in self.places if path.exists()]
        if there:
            raise BatchError(messages.OUTPUT_THERE.at(file=path) for path in there)

    def _check_same(self, found: list[dict[str, Any]], wanted: dict[str, Any], replace: bool) -> None:
        """Raise where the run that was stopped is not the one that is wanted."""
        begun = found[0]
        replace = begun.pop("replace", False) or replace
        if begun["input"] != wanted["input"]:
            raise BatchError(messages.INPUT_CHANGED.at(file=self.destination))
        differing = sorted(_differing(begun, wanted))
        if differing:
            raise BatchError(messages.ANOTHER_RUN.at(file=self.destination, what=", ".join(differing)))
        if not replace and not found[-1].get("published"):
            self._check_places()


def _differing(begun: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of what differs, those of the parts of the recipe too."""
    for name in {*begun, *wanted}:
        one, other = begun.get(name), wanted.get(name)
        if one == other:
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            yield from _differing(one, other)
        else:
            yield name


def work_folder(destination: Path) -> Path:
    """Return the hidden folder in which a destination is made.

    >>> print(work_folder(Path("scores/out.parquet")))
    scores/.out.parquet.unfinished
    """
    return destination.with_name(f".{destination.name}.unfinished")
