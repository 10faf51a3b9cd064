"""Files that grow at their end, can go back to an earlier length, and are synchronised with the disk when asked."""

from __future__ import annotations

import os
from io import FileIO
from pathlib import Path


class Growing:
    """A file that grows; unbuffered, so that nothing is left to be written when the disk is full and it is closed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: FileIO = path.open("r+b" if path.exists() else "w+b", buffering=0)
        self.length = self._file.seek(0, os.SEEK_END)

    def append(self, content: bytes | memoryview) -> None:
        """Write all bytes at the end; the system may take them in several helpings."""
        rest = memoryview(content).cast("B") if len(content) else b""
        while len(rest):
            written = self._file.write(rest)
            rest = rest[written:]
            self.length += written

    def read(self, start: int, length: int) -> bytes:
        """Return bytes from the middle."""
        self._file.seek(start)
        content = self._file.read(length)
        self._file.seek(self.length)
        return content

    def state(self) -> int:
        """Make sure that everything is on the disk, and return how much there is."""
        os.fsync(self._file.fileno())
        return self.length

    def go_back(self, length: int) -> None:
        """Forget what stands behind a length."""
        self._file.truncate(length)
        self.length = self._file.seek(length)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
