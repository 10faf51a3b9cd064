"""What results say about the version they were made with: in columns of a frame, or in the metadata of a file."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
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


def said_by(source: Path) -> Mapping[str, Any]:
    """Return what a Parquet file, or the first of a folder, says about how it was made; nothing where it is silent.

    A folder that Spark has written says it in a file of its own.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if (source / SAID).is_file():
        return _recipe((source / SAID).read_bytes())
    files = sorted(source.rglob("*.parquet")) if source.is_dir() else [source]
    if not files or files[0].suffix.lower() == ".csv" or not files[0].is_file():
        return {}
    try:
        metadata = pq.read_schema(files[0]).metadata or {}
    except pa.ArrowException:
        return {}
    return _recipe(metadata.get(KEY, b"{}"))


def _recipe(written: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(written)
    except ValueError:
        return {}
    recipe = said.get("recipe") if isinstance(said, dict) else None
    return recipe if isinstance(recipe, dict) else {}


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
