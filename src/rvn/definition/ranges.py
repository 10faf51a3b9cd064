"""Points by range: `0`, `1-2`, `3-9`, `10+`.

In a count both ends of a range belong to it. In a number the lower end belongs to it and the upper does not, so
`18-35, 35-40` leaves no gap at 34.95.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping
from typing import NamedTuple

from rvn import messages
from rvn.definition.source import Path_, Source

_NUMBER = r"([-+]?\d+(?:\.\d+)?)"
_ONE = re.compile(_NUMBER)
_BOTH = re.compile(_NUMBER + r"\s*(?:-|–|\bto\b)\s*" + _NUMBER)
_OPEN = re.compile(_NUMBER + r"\s*\+")


class Ranges(NamedTuple):
    """Lower bounds of the ranges, their points, and where the last one ends (inclusive)."""

    starts: tuple[float, ...]
    values: tuple[float, ...]
    end: float


def parse_ranges(points: Mapping[str, float], whole: bool, source: Source, path: Path_) -> Ranges | None:
    """Return the ranges of a count (`whole`) or a number, or None after adding what is wrong with them.

    Examples
    --------
    >>> parse_ranges({"0": 0, "1-2": 1, "3+": 2}, True, Source("demo.yaml"), ())
    Ranges(starts=(0.0, 1.0, 3.0), values=(0.0, 1.0, 2.0), end=inf)
    """
    found: list[tuple[float, float, str]] = []
    problems = len(source.problems)
    for text in points:
        ends = _ends(text)
        if ends is None or ends[0] > ends[1] or (whole and not _is_whole(ends)):
            source.problems.append(messages.BAD_RANGE.at(source.place((*path, text), key=True), text=text))
        else:
            found.append((*ends, text))
    found.sort()
    for (_, end, first), (start, _, second) in itertools.pairwise(found):
        place = source.place((*path, second), key=True)
        names = {"first": first, "second": second}
        if start < end or (whole and start == end):
            remedy = f"start '{second}' at {_plain(end + 1 if whole else end)}"
            source.problems.append(messages.RANGE_OVERLAP.at(place, value=_plain(start), remedy=remedy, **names))
        elif start > (end + 1 if whole else end):
            remedy = f"start '{second}' at {_plain(end + 1 if whole else end)}"
            source.problems.append(messages.RANGE_GAP.at(place, remedy=remedy, **names))
    if len(source.problems) > problems or not found:
        return None
    values = tuple(float(points[text]) for _, _, text in found)
    return Ranges(tuple(start for start, _, _ in found), values, found[-1][1])


def _ends(text: str) -> tuple[float, float] | None:
    if match := _OPEN.fullmatch(text.strip()):
        return float(match[1]), math.inf
    if match := _ONE.fullmatch(text.strip()):
        return float(match[1]), float(match[1])
    if match := _BOTH.fullmatch(text.strip()):
        return float(match[1]), float(match[2])
    return None


def _is_whole(ends: tuple[float, float]) -> bool:
    return all(math.isinf(end) or end.is_integer() for end in ends)


def _plain(value: float) -> str:
    return f"{value:.15g}"
