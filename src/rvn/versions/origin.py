"""What results say about the version they were made with: in columns of a frame, or in the metadata of a file."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import narwhals as nw

from rvn import messages
from rvn.errors import FrameError
from rvn.scoring.instrument import Instrument
from rvn.scoring.spark import SAID

INSTRUMENT, VERSION = "instrument", "version"  # columns
KEY = b"rvn"  # of the metadata of files
WHOLE = "definition"


def check_rows(table: nw.DataFrame[Any], old: Instrument) -> None:
    """Raise where rows say that they were made with another version, with several, or not with which.

    Raises
    ------
    FrameError
        With what stands there.
    """
    names = columns_that_say(table.columns)
    if names:
        check_said(table.select(*names).unique().iter_rows(), old)


def columns_that_say(columns: Collection[str]) -> list[str]:
    """Return the columns that say which version rows were made with; none where nothing does."""
    return [name for name in (INSTRUMENT, VERSION) if name in columns] if INSTRUMENT in columns else []


def check_said(rows: Iterable[Sequence[object]], old: Instrument) -> None:
    """Raise where distinct entries of `columns_that_say` are not all the old version.

    Raises
    ------
    FrameError
        With what stands there.
    """
    found = set()
    for row in rows:
        parts = ["" if value is None or value != value else str(value) for value in row]
        name, _, version = parts[0].partition("@")
        found.add((name, version or (parts[1] if len(parts) > 1 else "")))
    if not _speaks(found, old):
        return
    if any(not version for _, version in found):
        raise FrameError(messages.NO_VERSION_SAID.at(version=old.reference))
    said = sorted(f"{name}@{version}" for name, version in found)
    if len(said) > 1:
        raise FrameError(messages.MIXED_VERSIONS.at(found=", ".join(said)))
    if said and said != [old.reference]:
        raise FrameError(messages.OTHER_VERSION.at(found=said[0], version=old.reference))


def _speaks(found: set[tuple[str, str]], old: Instrument) -> bool:
    """Return whether a column is about instruments at all: it names this one, or a version."""
    return any(name == old.id or version for name, version in found)


@dataclass(frozen=True)
class Said:
    """What results say about how they were made; nothing where they are silent.

    Parameters
    ----------
    recipe
        Instrument, version, fingerprints, and everything else that they depend on beside the input.
    rows
        How many there are.
    is_changed
        Whether the file is not what it was when that was said.
    """

    recipe: Mapping[str, Any] = field(default_factory=dict)
    rows: int = 0
    is_changed: bool = False


def said_by(source: Path) -> Said:
    """Return what a file, or the first of a folder, says about how it was made.

    Parquet says it in its metadata, CSV in a file beside it, and a folder that Spark has written in one within.

    Raises
    ------
    FrameError
        When beside the CSV files of a folder stand several versions.
    """
    if (source / SAID).is_file():
        return _said((source / SAID).read_bytes())
    from rvn.scoring.files.score import tables_in

    files = tables_in(source)
    if not files or not files[0].is_file():
        return Said()
    if files[0].suffix.lower() == ".csv":
        return _said_beside(files)
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_schema(files[0]).metadata or {}
    except pa.ArrowException:
        return Said()
    return _said(metadata.get(KEY, b"{}"))


def _said_beside(files: Sequence[Path]) -> Said:
    """Return what stands beside CSV files, if beside all of them stands the same version."""
    from rvn.batch.said import read_said

    read = [read_said(file) for file in files]
    found = [_said(json.dumps(said)) for said, _ in read]
    names = {f"{said.recipe[INSTRUMENT]}@{said.recipe[VERSION]}" if said.recipe else "" for said in found}
    if len(names - {""}) > 1:
        raise FrameError(messages.MIXED_VERSIONS.at(found=", ".join(sorted(names - {""}))))
    if "" in names:
        return Said()
    is_changed = not all(is_unchanged for _, is_unchanged in read)
    return Said(found[0].recipe, sum(said.rows for said in found), is_changed)


def _said(written: bytes | str) -> Said:
    try:
        said = json.loads(written)
        recipe, rows = dict(said["recipe"]), int(said["account"]["rows_out"])
    except (ValueError, KeyError, TypeError):
        return Said()
    # Other work that ran by `rvn.batch` says what it was made with, too, but of no instrument.
    return Said(recipe, rows) if {INSTRUMENT, VERSION} <= recipe.keys() else Said()


def differing_parts(said: Mapping[str, Any], instrument: Instrument) -> list[str]:
    """Return which parts of a definition are not those that results say they were made with.

    Where results say only one fingerprint, and it is another, no part can be told apart: `definition`.
    """
    kept = said.get("fingerprints")
    if isinstance(kept, dict):
        return [
            part for part in instrument.fingerprints if part in kept and kept[part] != instrument.fingerprints[part]
        ]
    whole = said.get("fingerprint")
    return [WHOLE] if whole is not None and whole != instrument.fingerprint else []
