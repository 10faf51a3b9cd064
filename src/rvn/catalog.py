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
        spec = importlib.util.find_spec(entry.value)
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
    known = references()
    if reference in known:
        return known[reference]
    name, _, version = reference.partition("@")
    versions = [other.partition("@")[2] for other in known if other.startswith(f"{name}@")]
    if not versions:
        names = sorted({other.partition("@")[0] for other in known})
        raise CatalogError(messages.NO_INSTRUMENT.at(name=name, near=messages.near(name, names)))
    if not version:
        choices = ", ".join(f"{name}@{other}" for other in versions)
        raise CatalogError(messages.VERSION_NEEDED.at(name=name, choices=choices))
    raise CatalogError(messages.NO_VERSION.at(name=name, version=version, near=messages.near(version, versions)))


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
    files = [path, *sorted(path.parent.glob("*/*.yaml")), *sorted(path.parent.glob("*/*.csv")), *filter(None, [local])]
    return _read(path, local, tuple(file.stat().st_mtime_ns for file in files if file.is_file()))


@functools.lru_cache(maxsize=256)
def _read(path: Path, profile: Path | None, _changed: tuple[int, ...]) -> Loaded:
    loaded = load(path, _component, profile)
    stands = (path.parent.name, path.stem)
    if path in (known.resolve() for known in references().values()) and stands != (
        loaded.definition.id,
        loaded.definition.version,
    ):
        says = f"{loaded.definition.id}@{loaded.definition.version}"
        place = Place(str(path))
        raise CatalogError(messages.WRONG_FOLDER.at(place, says=says, stands="@".join(stands)))
    return loaded


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
