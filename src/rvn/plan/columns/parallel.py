"""Work on all cores, a block of rows at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Entry = TypeVar("Entry", bound=np.generic)
Part = TypeVar("Part")
Made = TypeVar("Made")

FEW = 65_536  # rows for which a thread costs more than it saves
BLOCK = 65_536  # rows whose places stay in a core's cache


def on_all_cores(work: Callable[[Part], Made], parts: Iterable[Part], rows: int) -> list[Made]:
    """Return what `work` makes of every part, in their order; for few rows no thread is begun."""
    if rows <= FEW:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(cores()) as pool:
        return list(pool.map(work, parts))


def on_rows(distinct: npt.NDArray[Entry], places: npt.NDArray[np.integer[Any]]) -> npt.NDArray[Entry]:
    """Return the entry of every row by its place among the distinct ones."""
    whole = np.empty(len(places), distinct.dtype)
    for start in range(0, len(places), BLOCK):
        part = slice(start, start + BLOCK)
        distinct.take(places[part], mode="clip", out=whole[part])
    return whole


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
