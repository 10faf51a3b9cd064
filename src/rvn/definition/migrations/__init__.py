"""How answers given to one version of an instrument are read by another: files, and what they mean."""

from rvn.definition.migrations.beside import migrations_to, version_beside
from rvn.definition.migrations.carried import NOWHERE, Carried
from rvn.definition.migrations.comparison import Comparison
from rvn.definition.migrations.compile import compile_migration
from rvn.definition.migrations.migration import Migration, identity, unwritten

__all__ = [
    "NOWHERE",
    "Carried",
    "Comparison",
    "Migration",
    "compile_migration",
    "identity",
    "migrations_to",
    "unwritten",
    "version_beside",
]
