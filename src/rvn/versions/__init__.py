"""Years of use: releases that never change, differences between versions, migrations, rescoring, what is stale."""

from rvn.versions.migration import migration
from rvn.versions.release import Released, release

__all__ = ["Released", "migration", "release"]
