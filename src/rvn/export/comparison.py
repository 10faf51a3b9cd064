"""Compares what another implementation says about test vectors with what rvn says."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rvn import messages
from rvn.errors import FrameError
from rvn.export.vectors import EXPECT, PARTS, Vector, Vectors
from rvn.plan.status import Status

NEEDED = ("value", "status")  # the ends of the range are compared where they are given
TOLERANCE = 1e-12  # relative; logarithms and exponentials differ in the last places
TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

Results = Mapping[str, Mapping[str, Mapping[str, Any]]]  # by vector, output and part
_LACKING = object()


@dataclass(frozen=True)
class Difference:
    """One place in which two implementations do not say the same."""

    vector: str
    output: str
    part: str
    expected: object
    found: object
    why: tuple[str, ...]

    def __str__(self) -> str:
        if not self.output:
            return f"{self.vector}: {self.found}"
        return f"{self.vector} {self.output} {self.part}: expected {_shown(self.expected)}, found {_shown(self.found)}"

    def to_record(self) -> dict[str, object]:
        """Return plain values for JSON."""
        found = None if self.found is _LACKING else self.found
        plain = {"vector": self.vector, "output": self.output, "part": self.part, "expected": self.expected}
        return {**plain, "found": found, "is_there": self.found is not _LACKING, "why": list(self.why)}


def _shown(value: object) -> str:
    return "nothing there" if value is _LACKING else "none" if value is None else str(value)


def read_results(text: str, *, is_csv: bool) -> Results:
    """Return the results in a file.

    JSON is what `rvn vectors` writes, with the implementation's own values under ``expect`` or ``outputs``, or a
    mapping *vector → output → part → value*. CSV has a column ``vector``, and for every output the columns *output*,
    *output_status* and, if they are known, *output_low* and *output_high*, with or without ``expect.`` before them.

    Raises
    ------
    FrameError
        When it is neither.
    """
    if is_csv:
        return _from_table(text)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise FrameError(messages.RESULTS_SHAPE.at(why="it is not valid JSON")) from None
    listed = content.get("vectors") if isinstance(content, dict) else None
    if isinstance(listed, list) and all(isinstance(entry, dict) and "id" in entry for entry in listed):
        content = {str(entry["id"]): _own(entry) for entry in listed}
    is_nested = isinstance(content, dict) and all(
        isinstance(outputs, dict) and all(isinstance(parts, dict) for parts in outputs.values())
        for outputs in content.values()
    )
    if not is_nested:
        raise FrameError(messages.RESULTS_SHAPE.at(why="it holds no values by vector, output and part"))
    return content  # type: ignore[no-any-return]


def _own(entry: Mapping[str, Any]) -> object:
    """Return the outputs of one vector; one that was refused is written without any."""
    outputs = entry.get("outputs", entry.get("expect"))
    return {} if outputs is None and entry.get("refused") else outputs


def _from_table(text: str) -> Results:
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    header = rows[0] if rows else []
    if not any(name.endswith("_status") and not name.startswith(EXPECT) for name in header):
        header = [name.removeprefix(EXPECT) for name in header]  # the file of the vectors, filled in anew
    if "vector" not in header or any(len(row) != len(header) for row in rows):
        raise FrameError(messages.RESULTS_SHAPE.at(why="it has no column 'vector', or rows of different lengths"))
    outputs = {name.removesuffix("_status") for name in header if name.endswith("_status")}
    # The last of two columns of a name: that of an output stands behind the answer that it is called like.
    places = {name: place for place, name in enumerate(header)}
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows[1:]:
        parts = {
            name: {
                part: row[places[column]] or None
                for part in PARTS
                if (column := name if part == "value" else f"{name}_{part}") in places
            }
            for name in outputs
        }
        found[row[places["vector"]]] = parts
    return found


def compare(vectors: Vectors, results: Results) -> list[Difference]:
    """Return every place in which results differ from test vectors; none where both score alike.

    Examples
    --------
    >>> import rvn
    >>> from rvn.export.vectors import vectors
    >>> made = vectors(rvn.load("broward-rules@2018"))
    >>> theirs = {vector.id: vector.expect for vector in made.vectors}
    >>> compare(made, theirs)
    []
    >>> wrong = theirs | {"v001": {"level": {"value": "no", "status": "complete"}}}
    >>> print(compare(made, wrong)[0])
    v001 level value: expected yes, found no
    """
    known = {vector.id for vector in vectors.vectors}
    found = [Difference(name, "", "", None, "there is no such vector", ()) for name in results if name not in known]
    for vector in vectors.vectors:
        if vector.id in results:
            found += _differences(vector, results[vector.id])
        else:
            found.append(Difference(vector.id, "", "", None, "it was left out", vector.why))
    return found


def _differences(vector: Vector, theirs: Mapping[str, Mapping[str, Any]]) -> Iterator[Difference]:
    if vector.refused and not theirs:
        return
    for output, expected in vector.expect.items():
        parts = theirs.get(output, {})
        for part, value in expected.items():
            found = parts.get(part, _LACKING)
            if found is _LACKING and part not in NEEDED:
                continue
            if not _same(value, found):
                yield Difference(vector.id, output, part, value, found, vector.why)


def _same(expected: object, found: object) -> bool:
    if found is _LACKING:
        return False
    if expected is None or found is None:
        return found in (None, "") and expected is None
    if isinstance(expected, bool):
        return TRUTH.get(str(found).lower()) is expected
    if isinstance(expected, (int, float)):
        try:
            number = math.nan if isinstance(found, bool) else float(found)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return False
        return math.isclose(expected, number, rel_tol=TOLERANCE, abs_tol=0)
    if expected in [*Status]:
        return str(found).lower() == expected
    return str(found) == expected
