"""Scores or rescores a file again and again, each time in a process of its own that is killed after a while.

Everything is imported once. For every line on standard input, what is done and the seconds to wait, the process divides
itself; the half that works is killed unless it has ended by then, and how it ended is written. Parts are small, and
each is put on the disk at once, so that a kill finds the run in the middle of something.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import time
from typing import Any

import rvn
from rvn.batch import chunk, csv_source, running
from rvn.versions import rescore_file

REFERENCE = "broward-rules@2018"


def main() -> None:
    chunk.ROWS = 50
    csv_source.BLOCK = 1000
    running.SECONDS = 0.0
    instrument = rvn.load(REFERENCE)
    assert instrument.fingerprint
    for name in ("pandas", "rvn.scoring.frame", "rvn.scoring.files.score"):
        importlib.import_module(name)
    for line in sys.stdin:
        what, source, destination, seconds = json.loads(line)
        pid = os.fork()
        if not pid:
            how: dict[str, Any] = {"id_column": "id", "resume": True}
            if what == "score":
                instrument.score_file(source, destination, **how)
            else:
                done = rescore_file(source, destination, REFERENCE, REFERENCE, **how)
                assert done.account.rows_in == done.summary.rows  # what was counted before a kill is counted once
            os._exit(0)
        sys.stdout.write(f"{ended(pid, seconds)}\n")
        sys.stdout.flush()


def ended(pid: int, seconds: float) -> int:
    """Return how a process ended, by itself or because its time was over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return status
        time.sleep(0.001)
    os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


if __name__ == "__main__":
    main()
