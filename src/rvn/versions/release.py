"""Releases a version: its fingerprints are written beside it, and from then on it never changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from rvn import messages
from rvn.catalog import load_definition
from rvn.days import as_day
from rvn.definition.checks.released import AGAIN, changed_since, current, differing
from rvn.definition.load import Loaded
from rvn.definition.released import FILE, Release, read_releases, written
from rvn.errors import CatalogError, DefinitionError
from rvn.scoring.instrument import Instrument


@dataclass(frozen=True)
class Released:
    """What became of a release.

    Parameters
    ----------
    reference
        The version, as ``id@version``.
    file
        Where its fingerprints stand.
    on
        The day it was released first.
    outcome
        ``released`` now, ``released again`` with what was corrected, or ``unchanged``.
    corrected
        What is new or not as it was: texts, migrations, profiles.
    """

    reference: str
    file: Path
    on: date
    outcome: Literal["released", "released again", "unchanged"]
    corrected: tuple[str, ...] = ()


def release(reference: str | Path, *, on: date | str) -> Released:
    """Write the fingerprints of a version into `RELEASED` beside it; from then on it never changes.

    A version that is released already is written again where only its texts or migrations differ, or where profiles or
    migrations have come; it keeps its day.

    Parameters
    ----------
    reference
        ``id@version``, or the path of a definition file.
    on
        Day of the release.

    Raises
    ------
    CatalogError
        When the version is a draft, or would be released before the version that it replaces.
    DefinitionError
        When `check` finds an error in it, or it is released and something else than texts has changed.

    Examples
    --------
    >>> import shutil, tempfile
    >>> from rvn.catalog import shipped
    >>> folder = Path(shutil.copytree(shipped("instruments") / "k6", Path(tempfile.mkdtemp()) / "k6"))
    >>> (folder / "RELEASED").unlink(missing_ok=True)
    >>> [release(folder / "2002.yaml", on="2026-11-28").outcome for _ in range(2)]
    ['released', 'unchanged']
    """
    loaded = load_definition(reference)
    day = as_day(on, "on")
    name, folder = f"{loaded.definition.id}@{loaded.definition.version}", loaded.path.parent
    releases = read_releases(folder)
    file, before = folder / FILE, releases.get(name)
    now = current(loaded, before.on if before is not None else day.isoformat())
    if before == now:
        return Released(name, file, date.fromisoformat(now.on), "unchanged")
    changed = differing(before, now) if before is not None else []
    if any(change.part not in AGAIN for change in changed):
        raise DefinitionError(changed_since(loaded, name, changed))
    _require(loaded, name, day, releases)
    waiting = file.with_name(f".{FILE}.part")
    waiting.write_text(written(releases | {name: now}), encoding="utf-8", newline="\n")
    waiting.replace(file)
    if before is None:
        return Released(name, file, day, "released")
    return Released(name, file, date.fromisoformat(now.on), "released again", tuple(_corrected(before, now)))


def _require(loaded: Loaded, name: str, day: date, releases: dict[str, Release]) -> None:
    """Raise unless a version may be released on a day."""
    if loaded.definition.status == "draft":
        raise CatalogError(messages.RELEASE_DRAFT.at(loaded.source.place(("status",)), version=name))
    found = [problem for problem in Instrument(loaded, loaded.plan).check() if problem.severity == "error"]
    errors = [problem for problem in found if problem.code != messages.RELEASED_CHANGED.code]
    if errors:
        raise DefinitionError(errors)
    replaced = f"{loaded.definition.id}@{loaded.definition.replaces}"
    earlier = releases.get(replaced)
    if earlier is not None and name not in releases and date.fromisoformat(earlier.on) > day:
        values = {"version": name, "on": day, "other": replaced, "before": earlier.on}
        raise CatalogError(messages.RELEASE_DAY.at(loaded.source.place(("replaces",)), **values))


def _corrected(before: Release, now: Release) -> list[str]:
    found = [str(change) for change in differing(before, now)]
    found += [f"profile '{name}'" for name in now.profiles if name not in before.profiles]
    return found + [f"migration from {old}" for old in now.migrations if old not in before.migrations]
