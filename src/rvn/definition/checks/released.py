"""A released version never changes: what it was released with is compared with what it is now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from rvn import messages
from rvn.definition.fingerprint import PARTS, fingerprints
from rvn.definition.load import Loaded, load
from rvn.definition.migrations import migrations_to
from rvn.definition.released import FILE, Release, read_releases
from rvn.errors import DefinitionError, Diagnostic, Place

AGAIN = frozenset({"texts", "migrations"})  # may be released again
_NAMES = {"cut_offs": "cut-offs", "use": "rules of use"}


class Change(NamedTuple):
    """A part that is not as it was released, and the profile under which it is not."""

    part: str
    profile: str = ""

    def __str__(self) -> str:
        word = _NAMES.get(self.part, self.part)
        return f"{word} under the profile '{self.profile}'" if self.profile else word


def check_released(loaded: Loaded) -> Iterator[Diagnostic]:
    """Yield that something of a released version changed, and what to do about it."""
    if loaded.profile is not None:  # the check of the instrument looks at its profiles
        return
    folder = loaded.path.parent
    try:
        releases = read_releases(folder)
    except DefinitionError as error:
        yield from error.diagnostics
        return
    for reference in releases:
        name = f"{reference.partition('@')[2]}.yaml"
        if not (folder / name).is_file():
            what, remedy = f"it names {reference}, and there is no file '{name}'", "put the file back"
            yield messages.RELEASED_FILE.at(Place(str(folder / FILE)), what=what, remedy=remedy)
    stands = next((name for name in releases if name.partition("@")[2] == loaded.path.stem), None)
    if stands is not None:
        changed = differing(releases[stands], current(loaded, releases[stands].on))
        says = f"{loaded.definition.id}@{loaded.definition.version}"
        if says != stands:
            changed = [Change("name"), *changed]
        if changed:
            yield changed_since(loaded, stands, changed)


def current(loaded: Loaded, on: str) -> Release:
    """Return what a version would be released with now."""
    profiles: dict[str, Mapping[str, str]] = {}
    for path in sorted(loaded.path.parent.glob("profiles/*.yaml")):
        try:
            local = load(loaded.path, loaded.components, path)
        except DefinitionError:  # of another version, or wrong; neither can be released with this one
            continue
        profiles[path.stem] = fingerprints(local)
    migrations = {migration.old: migration.fingerprint for _, migration in migrations_to(loaded) if migration}
    return Release(on, fingerprints(loaded), profiles, migrations)


def differing(released: Release, now: Release) -> list[Change]:
    """Return what is not as it was released; what came since is no difference."""
    changed = [part for part in PARTS if released.parts.get(part) != now.parts[part]]
    found = [Change(part) for part in changed]
    for name, parts in released.profiles.items():
        local = now.profiles.get(name, {})
        # What changed in the version itself changed under its profiles too, and is told once.
        found += [Change(part, name) for part in PARTS if part not in changed and parts.get(part) != local.get(part)]
    is_same = all(now.migrations.get(old) == value for old, value in released.migrations.items())
    return found if is_same else [*found, Change("migrations")]


def changed_since(loaded: Loaded, reference: str, changed: list[Change]) -> Diagnostic:
    """Return the problem that a released version changed."""
    if all(change.part in AGAIN for change in changed):
        remedy = f"where that is meant, `rvn release {reference}` again"
    else:
        remedy = "put it back as it was, and the change into a new version in a file of its own"
    words = [str(change) for change in changed]
    what = " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    place = loaded.source.place(("version",))
    return messages.RELEASED_CHANGED.at(place, version=reference, what=f"its {what}", remedy=remedy)
