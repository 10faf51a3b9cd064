"""Records of results: written once, read for ever, verified by scoring the answers again."""

from rvn.records.record import Record, read
from rvn.records.verify import Verification, verify
from rvn.records.write import write

__all__ = ["Record", "Verification", "read", "verify", "write"]
