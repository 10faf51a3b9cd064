"""The versions and migrations that stand beside a definition."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from rvn.definition.load import Loaded, load
from rvn.definition.migrations.compile import compile_migration
from rvn.definition.migrations.migration import Migration
from rvn.definition.source import Source, inside, read
from rvn.plan.plan import Plan

FOLDER = "migrations"


def version_beside(loaded: Loaded) -> Callable[[str], Plan]:
    """Return what gives the plan of a version: of this one, of one in the same folder, or of the catalogue."""

    def plan_of(reference: str) -> Plan:
        definition = loaded.definition
        name, _, version = reference.partition("@")
        if reference == f"{definition.id}@{definition.version}":
            return loaded.plan
        path = loaded.path.parent / f"{version}.yaml"
        if name == definition.id and path.is_file():
            return load(path, loaded.components).plan
        return loaded.components(reference)

    return plan_of


def migrations_to(loaded: Loaded) -> Iterator[tuple[Source, Migration | None]]:
    """Yield the migrations beside a definition that lead to it, or to no version that is there."""
    plan_of = version_beside(loaded)
    for path in sorted(loaded.path.parent.glob(f"{FOLDER}/*.yaml")):
        source = read(path)
        if _leads_elsewhere(loaded, inside(source.data, ("to",))):
            continue
        yield source, compile_migration(source, plan_of)


def _leads_elsewhere(loaded: Loaded, to: object) -> bool:
    """Return whether a migration leads to another version beside this one, whose check reads it."""
    name, _, version = str(to).partition("@")
    is_there = (loaded.path.parent / f"{version}.yaml").is_file() and Path(version).name == version
    return name == loaded.definition.id and version != loaded.definition.version and is_there
