"""Files where Spark keeps them, on a disk or in a store of a cluster: what is there, and how it comes to its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class File:
    """A file: where it is, its name below the folder that was listed, its size, and when it was changed."""

    path: Any
    name: tuple[str, ...]
    size: int
    changed: int


class Places:
    """Paths and addresses, such as ``hdfs://…``, by the file systems that Spark knows.

    Parameters
    ----------
    session
        Of Spark.
    """

    def __init__(self, session: Any) -> None:
        self._java = session.sparkContext._jvm
        self.settings = session.sparkContext._jsc.hadoopConfiguration()

    def path(self, place: str) -> Any:
        """Return a path of Hadoop."""
        return self._java.org.apache.hadoop.fs.Path(place)

    def whole(self, place: str) -> str:
        """Return an address with everything that a path leaves out."""
        return str(self._system(place).makeQualified(self.path(place)).toString())

    def exists(self, place: str) -> bool:
        """Return whether there is something."""
        return bool(self._system(place).exists(self.path(place)))

    def files(self, place: str) -> list[File]:
        """Return the files that a path stands for, in the order of their names, the hidden ones passed over."""
        status = self._system(place).getFileStatus(self.path(place))
        found = [_file(status, ())] if status.isFile() else list(self._below(place, self.path(place), ()))
        return sorted(found, key=lambda file: file.name)

    def _below(self, place: str, folder: Any, names: tuple[str, ...]) -> list[File]:
        found = []
        for status in self._system(place).listStatus(folder):
            name = status.getPath().getName()
            if name.startswith((".", "_")):
                continue
            inner = (*names, name)
            found += [_file(status, inner)] if status.isFile() else self._below(place, status.getPath(), inner)
        return found

    def make_folder(self, place: str) -> bool:
        """Make a folder, and return whether that was done."""
        return bool(self._system(place).mkdirs(self.path(place)))

    def write(self, place: str, content: bytes) -> None:
        """Write a small file."""
        stream = self._system(place).create(self.path(place), True)
        try:
            stream.write(bytearray(content))
        finally:
            stream.close()

    def remove(self, place: str) -> None:
        """Remove what is there, if anything."""
        self._system(place).delete(self.path(place), True)

    def move(self, place: str, to: str) -> bool:
        """Give what is there another name, and return whether that was done."""
        return bool(self._system(place).rename(self.path(place), self.path(to)))

    def _system(self, place: str) -> Any:
        return self.path(place).getFileSystem(self.settings)

    def footer(self, file: File) -> tuple[int, dict[str, str]]:
        """Return how many rows a Parquet file has, and the types of its columns by name."""
        parquet = self._java.org.apache.parquet.hadoop
        reader = parquet.ParquetFileReader.open(parquet.util.HadoopInputFile.fromPath(file.path, self.settings))
        try:
            fields = reader.getFileMetaData().getSchema().getFields()
            types = {field.getName(): _type(field) for field in fields}
            return int(reader.getRecordCount()), types
        finally:
            reader.close()


def _file(status: Any, names: tuple[str, ...]) -> File:
    return File(status.getPath(), names, int(status.getLen()), int(status.getModificationTime()))


_KINDS = {
    r"binary \((STRING|ENUM|JSON)\)": "text",
    r"(int32|int64)( \(INTEGER\(.*)?": "whole numbers",
    r"(float|double)": "decimal numbers",
    r"boolean": "truth values",
}


def in_words(found: str, other: str) -> tuple[str, str]:
    """Return what two columns hold, in words where these tell them apart.

    >>> in_words("binary (STRING)", "int64")
    ('text', 'whole numbers')
    >>> in_words("int32 (INTEGER(16,true))", "int64")
    ('int32 (INTEGER(16,true))', 'int64')
    """
    one, two = (
        next((words for pattern, words in _KINDS.items() if re.fullmatch(pattern, kind)), kind)
        for kind in (found, other)
    )
    return (found, other) if one == two else (one, two)


def _type(field: Any) -> str:
    """Return the type of a column in words, whether it may be absent left aside."""
    text, name = str(field.toString()), str(field.getName())
    _, _, rest = text.partition(" ")
    return rest.replace(f" {name}", "", 1)
