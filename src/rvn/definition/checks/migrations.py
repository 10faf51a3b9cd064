"""Migrations should be right and say what they lose; an item should not be reused for another question."""

from __future__ import annotations

from collections.abc import Iterator

from rvn import messages
from rvn.definition.load import Loaded
from rvn.definition.migrations import migrations_to, version_beside
from rvn.definition.source import Path_, inside
from rvn.errors import Diagnostic, RvnError
from rvn.plan.nodes import Field


def check_migrations(loaded: Loaded) -> Iterator[Diagnostic]:
    """Yield what is wrong with the migrations to a version; they are to it as published, not as a profile makes it."""
    if loaded.profile is not None:
        return
    for source, _ in migrations_to(loaded):
        yield from source.problems


def check_reused(loaded: Loaded) -> Iterator[Diagnostic]:
    """Yield answers that the version before takes otherwise under the same name, where no migration says how."""
    definition = loaded.definition
    before = f"{definition.id}@{definition.replaces}"
    migrated = {inside(source.data, ("from",)) for source, _ in migrations_to(loaded)}
    if definition.replaces is None or before in migrated:
        return
    try:
        earlier = version_beside(loaded)(before).fields
    except RvnError:  # it is not here, or its own check says why it cannot be read
        return
    named: list[tuple[Path_, str]] = [(("given", name), name) for name in definition.given]
    named += [(("items", place, "id"), item.id) for place, item in enumerate(definition.items)]
    for path, name in named:
        field, old = loaded.plan.fields.get(name), earlier.get(name)
        what = _difference(field, old) if field is not None and old is not None else ""
        if what:
            where = loaded.source.place(path, key=len(path) == 2)
            yield messages.ITEM_REUSED.at(where, name=name, version=before, what=what)


def _difference(field: Field, old: Field) -> str:
    """Return in which way two answers of one name differ; nothing where they do not."""
    if field.kind != old.kind:
        return f"it is a {field.kind} here and a {old.kind} there"
    options = dict.fromkeys((*field.options, *old.options))
    only = [repr(option) for option in options if (option in field.options) != (option in old.options)]
    return f"only one of them has {', '.join(only)}" if only else ""
