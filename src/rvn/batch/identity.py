"""Whether an input is still what it was: names, sizes, times, and a digest of the ends of the files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

END = 2**16  # bytes; in Parquet the last ones say where everything is and which values there are


def identified(path: Path, files: Sequence[Path]) -> dict[str, Any]:
    """Return what tells an input from others and from itself at another time; the files are not read through.

    Parameters
    ----------
    path
        What was named: a file or a folder.
    files
        The files that it stands for.
    """
    digest = hashlib.sha256()
    size, newest = 0, 0
    for file in files:
        state = file.stat()
        size, newest = size + state.st_size, max(newest, state.st_mtime_ns)
        name = file.relative_to(path).as_posix() if file != path else path.name
        digest.update(f"{name}\0{state.st_size}\0".encode())
        with file.open("rb") as opened:
            digest.update(opened.read(END))
            opened.seek(max(0, state.st_size - END))
            digest.update(opened.read(END))
    modified = datetime.fromtimestamp(newest // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{newest % 10**9:09}Z"
    return {
        "name": path.name,
        "files": len(files),
        "bytes": size,
        "modified": modified,
        "sha256_of_ends": digest.hexdigest(),
    }
