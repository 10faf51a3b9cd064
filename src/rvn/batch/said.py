"""What made a file that has no place for metadata: JSON beside it, with the size and a digest of its bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rvn.batch.forms import Form
from rvn.batch.growing import Growing


def said_beside(path: Path) -> Path:
    """Return where it stands what made a file.

    >>> print(said_beside(Path("scored.csv")))
    scored.rvn.json
    """
    return path.with_name(f"{path.stem}.rvn.json")


def origin_beside(path: Path, form: Form) -> Path | None:
    """Return the same, and None where the form of the file has a place for it within."""
    return None if form.holds_metadata else said_beside(path)


def write_said(place: Path, said: Mapping[str, Any], files: Mapping[str, Path]) -> None:
    """Write what is said of files, safely on the disk when this returns.

    Parameters
    ----------
    place
        Where to.
    said
        Plain values for JSON.
    files
        Where they are while they are made, each under what it is: ``output``, ``problems``.
    """
    described = {what: _described(path) for what, path in files.items()}
    text = json.dumps({**said, "files": described}, ensure_ascii=False, indent=2)
    file = Growing(place)
    file.go_back(0)  # a run that was stopped may have begun it
    file.append(f"{text}\n".encode())
    file.state()
    file.close()


def read_said(path: Path) -> tuple[Mapping[str, Any], bool]:
    """Return what is said of a file beside it, and whether it is about just these bytes; nothing where nothing is."""
    try:
        said = json.loads(said_beside(path).read_bytes())
        about = said["files"]["output"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}, True
    return said, about == _described(path)


def _described(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
