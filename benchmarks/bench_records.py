"""What a record costs: bytes and microseconds of this process for every instrument that scores answers alone."""

from __future__ import annotations

import statistics
import time

import rvn
from rvn import records

KEY = b"k" * 32
REPEATS = 400


def main() -> None:
    rows = []
    for reference in rvn.references():
        instrument = rvn.load(reference)
        if instrument.definition.uses or not instrument.definition.tests:
            continue
        stated = instrument.accepting(*instrument.recalled)
        example = instrument.definition.tests[0]
        result = stated.score({**example.given, **example.answers}, on=example.on)
        times = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            written = records.write(result, key=KEY, subject="p-0041")
            times.append(time.perf_counter() - start)
        rows.append((min(times) * 1e6, statistics.median(times) * 1e6, len(written), reference))
    print(f"{'instrument':34}{'best µs':>10}{'median µs':>12}{'bytes':>8}")
    for best, median, size, reference in sorted(rows):
        print(f"{reference:34}{best:10.0f}{median:12.0f}{size:8,}")
    print(
        f"slowest median {max(row[1] for row in rows):.0f} µs (goal 200), largest {max(row[2] for row in rows):,} bytes"
    )


if __name__ == "__main__":
    main()
