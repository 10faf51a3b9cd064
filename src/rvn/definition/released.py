"""The file `RELEASED` beside a definition: which versions are released, since when, and with which fingerprints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, StringConstraints, TypeAdapter, ValidationError
from pydantic import Field as Entry_

from rvn import messages
from rvn.days import read_day
from rvn.definition.entries import Entry
from rvn.definition.fingerprint import PARTS, digest
from rvn.definition.source import read
from rvn.errors import DefinitionError

FILE = "RELEASED"


def _is_day(text: str) -> str:
    if read_day(text) is None:
        raise ValueError
    return text


Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Day = Annotated[str, AfterValidator(_is_day)]


@dataclass(frozen=True)
class Release:
    """What was released of one version.

    Parameters
    ----------
    on
        The day, as text.
    parts
        Fingerprints by part.
    profiles
        Fingerprints of the parts under each profile, by its name.
    migrations
        Fingerprints of the migrations to this version, by the version they lead from.
    """

    on: str
    parts: Mapping[str, str]
    profiles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    migrations: Mapping[str, str] = field(default_factory=dict)

    def seal(self, reference: str) -> str:
        """Return the digest of everything that is said of a release."""
        return digest({"of": reference, **asdict(self)})


class _Entry(Entry):
    on: Day
    parts: dict[str, Digest]
    profiles: dict[str, dict[str, Digest]] = Entry_(default_factory=dict)
    migrations: dict[str, Digest] = Entry_(default_factory=dict)
    seal: Digest


_SHAPE = TypeAdapter(dict[str, _Entry])


def written(releases: Mapping[str, Release]) -> str:
    """Return the releases of an instrument, by ``id@version``, as they stand in `RELEASED`."""
    lines = []
    for reference, release in sorted(releases.items()):
        lines += [f"{reference}:", f'  on: "{release.on}"', "  parts:"]
        lines += [f'    {part}: "{release.parts[part]}"' for part in PARTS if part in release.parts]
        if release.profiles:
            lines.append("  profiles:")
        for name, parts in sorted(release.profiles.items()):
            lines.append(f"    {name}:")
            lines += [f'      {part}: "{parts[part]}"' for part in PARTS if part in parts]
        if release.migrations:
            lines.append("  migrations:")
            lines += [f'    {old}: "{value}"' for old, value in sorted(release.migrations.items())]
        lines.append(f'  seal: "{release.seal(reference)}"')
    return "".join(f"{line}\n" for line in lines)


def read_releases(folder: Path) -> dict[str, Release]:
    """Return what is released of the instrument in a folder, by ``id@version``; nothing where nothing is.

    Raises
    ------
    DefinitionError
        When the file is not as rvn wrote it.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    source = read(path)
    what, place = "it cannot be read", source.place(())
    if not source.problems:
        try:
            entries = _SHAPE.validate_python(source.data)
        except ValidationError as error:
            place = source.place(tuple(step for step in error.errors()[0]["loc"] if step != "[key]"))
        else:
            found = {
                name: Release(entry.on, entry.parts, entry.profiles, entry.migrations)
                for name, entry in entries.items()
            }
            broken = [name for name, entry in entries.items() if entry.seal != found[name].seal(name)]
            if not broken and written(found).encode() == path.read_bytes():
                return found
            what = f"the seal of {broken[0]} is another" if broken else "it is written otherwise"
            place = source.place((broken[0], "seal")) if broken else place
    else:
        place = source.problems[0].place or place
    remedy = "put it back as it was; only `rvn release` writes it"
    raise DefinitionError(messages.RELEASED_FILE.at(place, what=what, remedy=remedy))
