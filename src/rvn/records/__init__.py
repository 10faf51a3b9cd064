"""Records of results: written once, read for ever, verified by scoring the answers again."""

from rvn.records.history import History, due_after
from rvn.records.record import Record, read
from rvn.records.verify import Verification, verify
from rvn.records.write import write

__all__ = ["History", "Record", "Verification", "due_after", "read", "verify", "write"]
