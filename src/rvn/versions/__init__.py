"""Years of use: releases that never change, differences between versions, migrations, rescoring, what is stale."""

from rvn.versions.carry import carry
from rvn.versions.migration import migration
from rvn.versions.release import Released, release
from rvn.versions.rescore import Rescored, rescore
from rvn.versions.summary import Summary

__all__ = ["Released", "Rescored", "Summary", "carry", "migration", "release", "rescore"]
