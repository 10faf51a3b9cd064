"""Finds the migration between two versions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rvn import messages
from rvn.catalog import directories, load_definition
from rvn.definition.migrations import Migration, compile_migration, identity
from rvn.definition.source import inside, read
from rvn.errors import CatalogError, DefinitionError
from rvn.plan.plan import Plan
from rvn.scoring.instrument import Instrument


def migration(old: Instrument | str, new: Instrument | str, *, path: Path | None = None) -> Migration:
    """Return how answers given to one version are read by another.

    Parameters
    ----------
    old, new
        The two versions, loaded or as ``id@version``. The same twice gives the migration of a version to itself.
    path
        A file that says it, in place of the one beside the new version.

    Raises
    ------
    CatalogError
        When nothing says how.
    DefinitionError
        When what says it is wrong; carries every problem.

    Examples
    --------
    >>> found = migration("static-99@1999", "static-99r@2016")
    >>> found.is_exact, len(found.carried)
    (True, 14)
    """
    loaded = {each.reference: each for each in (old, new) if isinstance(each, Instrument)}
    before, after = (each.reference if isinstance(each, Instrument) else each for each in (old, new))

    def plan_of(reference: str) -> Plan:
        return loaded[reference].plan if reference in loaded else load_definition(reference).plan

    if before == after and path is None:
        return identity(before, plan_of(before))
    others = []
    for file in [path] if path is not None else _files(after):
        source = read(file)
        leads = tuple(str(inside(source.data, (key,))) for key in ("from", "to"))
        if leads == (before, after):
            found = compile_migration(source, plan_of)
            if found is None:
                raise DefinitionError(source.problems)
            return found
        others.append(f"{leads[0]} to {leads[1]}")
    there = f"there is one from {' and from '.join(others)}" if others else "write one, or score the answers anew"
    raise CatalogError(messages.NO_MIGRATION.at(old=before, new=after, there=there))


def _files(reference: str) -> Iterator[Path]:
    """Yield the migrations to an instrument, those of the user's folders first."""
    name = reference.partition("@")[0]
    for directory in directories():
        yield from sorted((directory / name / "migrations").glob("*.yaml"))
