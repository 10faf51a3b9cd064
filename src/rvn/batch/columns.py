"""The columns of files that are one table: those within them, and those that stand in the names of folders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

from rvn import messages
from rvn.errors import Diagnostic

NOTHING = "__HIVE_DEFAULT_PARTITION__"  # what those who write such folders call an absent value


def keys_of(path: Path, file: Path) -> dict[str, str | None]:
    """Return the columns that stand in the names of the folders of a file, as text.

    >>> keys_of(Path("people"), Path("people/year=2026/prison=R%C4%ABga/a.csv"))
    {'year': '2026', 'prison': 'Rīga'}
    """
    found: dict[str, str | None] = {}
    for part in file.relative_to(path).parent.parts:
        name, sign, value = part.partition("=")
        if sign:
            found[unquote(name)] = None if value == NOTHING else unquote(value)
    return found


def called_alike(file: Path, names: Sequence[str]) -> Iterator[Diagnostic]:
    """Yield names that two columns of a file have."""
    for name, count in Counter(names).items():
        if count > 1:
            why, remedy = f"two columns are called '{name}'", "rename or remove one of them"
            yield messages.NOT_READABLE.at(file=file, why=why, remedy=remedy)


def differences(files: Sequence[Path], names: Sequence[Sequence[str]]) -> Iterator[Diagnostic]:
    """Yield where columns of a file are called alike, or are not called as those of the first."""
    for file, found in zip(files, names, strict=True):
        yield from called_alike(file, found)
        missing, more = sorted(set(names[0]) - set(found)), sorted(set(found) - set(names[0]))
        if missing or more:
            what = ", ".join([*(f"no '{name}'" for name in missing), *(f"also '{name}'" for name in more)])
            yield messages.COLUMNS_DIFFER.at(file=file, first=files[0], what=what)
