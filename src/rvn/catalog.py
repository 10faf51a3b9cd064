"""Where definitions come from: those shipped with rvn, directories named in RVN_PATH, and installed packages.

A directory holds one folder an instrument, and in it one file a version: ``static-99r/2016.yaml``.
"""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import os
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path

from rvn import messages
from rvn.definition.load import Loaded, load
from rvn.errors import CatalogError, Place
from rvn.plan.plan import Plan

ENTRY_POINTS = "rvn.instruments"


def directories() -> Iterator[Path]:
    """Yield where definitions are looked for, first found first taken."""
    for part in os.environ.get("RVN_PATH", "").split(os.pathsep):
        if part:
            yield Path(part)
    yield shipped("instruments")
    for entry in importlib.metadata.entry_points(group=ENTRY_POINTS):
        try:
            spec = importlib.util.find_spec(entry.value)
        except ModuleNotFoundError:  # a package that was taken away left its entry point behind
            continue
        for location in (spec.submodule_search_locations or []) if spec else []:
            yield Path(location)


def shipped(name: str) -> Path:
    """Return a folder of data that travels with rvn: of the checkout, or of the installed package."""
    checkout = Path(__file__).parents[2] / name
    return checkout if checkout.is_dir() else Path(__file__).parent / f"_{name}"


def references() -> dict[str, Path]:
    """Return every instrument that can be loaded, by ``id@version``, and its file."""
    found: dict[str, Path] = {}
    for directory in directories():
        for path in sorted(directory.glob("*/*.yaml")):
            found.setdefault(f"{path.parent.name}@{path.stem}", path)
    return dict(sorted(found.items()))


def find(reference: str | Path) -> Path:
    """Return the file of an ``id@version``, or a path as it is."""
    if isinstance(reference, Path) or reference.endswith((".yaml", ".yml")):
        return Path(reference)
    name, _, version = reference.partition("@")
    if version:
        for directory in directories():
            path = directory / name / f"{version}.yaml"
            if path.is_file():
                return path
    known = references()
    versions = [other.partition("@")[2] for other in known if other.startswith(f"{name}@")]
    if not versions:
        names = sorted({other.partition("@")[0] for other in known})
        raise CatalogError(messages.NO_INSTRUMENT.at(name=name, near=messages.near(name, names)))
    if not version:
        choices = ", ".join(f"{name}@{other}" for other in versions)
        raise CatalogError(messages.VERSION_NEEDED.at(name=name, choices=choices))
    raise CatalogError(messages.NO_VERSION.at(name=name, version=version, near=messages.near(version, versions)))


Stamp = tuple[tuple[str, int, int], ...]


def _stamp(path: Path, profile: Path | None = None) -> Stamp:
    """Return what tells whether anything that a definition is read from has changed."""
    files = [path, *path.parent.rglob("*.yaml"), *path.parent.rglob("*.csv")]
    if profile is not None:
        files += [profile, *profile.parent.glob("*.csv"), *profile.parent.glob("*/*.csv")]
    states = ((str(file), file.stat()) for file in sorted(set(files)) if file.is_file())
    return tuple((name, state.st_mtime_ns, state.st_size) for name, state in states)


def load_definition(reference: str | Path, profile: str | Path | None = None) -> Loaded:
    """Return the definition of an ``id@version``, or of a file; read once as long as its files do not change.

    Raises
    ------
    CatalogError
        When there is no such instrument or version, or the version is not said.
    DefinitionError
        When the definition is wrong; carries every problem.
    """
    path = find(reference).resolve()
    local = None
    if profile is not None:
        named = path.parent / "profiles" / f"{profile}.yaml"
        local = named if named.is_file() else Path(profile)
    loaded, components = _read(path, local, _stamp(path, local))
    if any(_stamp(file) != stamp for file, stamp in components.items()):
        _read.cache_clear()
        loaded, _ = _read(path, local, _stamp(path, local))
    return loaded


@functools.lru_cache(maxsize=256)
def _read(path: Path, profile: Path | None, _changed: Stamp) -> tuple[Loaded, dict[Path, Stamp]]:
    """Return a definition, and the state of the components it was compiled with."""
    loaded = load(path, _component, profile)
    stands = f"{path.parent.name}@{path.stem}"
    says = f"{loaded.definition.id}@{loaded.definition.version}"
    if stands != says and any(path.parent.parent == directory.resolve() for directory in directories()):
        raise CatalogError(messages.WRONG_FOLDER.at(Place(str(path)), says=says, stands=stands))
    components: dict[Path, Stamp] = {}
    for reference in loaded.definition.uses.values():
        file = find(reference).resolve()
        components[file] = _stamp(file)
        components |= _read(file, None, components[file])[1]
    return loaded, components


_loading: ContextVar[tuple[str, ...]] = ContextVar("_loading", default=())


def _component(reference: str) -> Plan:
    chain = _loading.get()
    if reference in chain:
        raise CatalogError(messages.COMPONENT_CIRCLE.at(chain=" → ".join((*chain, reference))))
    token = _loading.set((*chain, reference))
    try:
        return load_definition(reference).plan
    finally:
        _loading.reset(token)
