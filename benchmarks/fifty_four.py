"""The instrument of 54 items that files and tables are measured with, and people for it.

Six sub-scales of nine items, the prorated total of all 54, and its level; of each the value, its status, the range that
absent answers leave open, and of scales how many are absent.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ITEMS, SCALES, ALLOW = 54, 6, 5
NAMES = [f"q{number:02}" for number in range(1, ITEMS + 1)]
PARTS = {f"domain{number + 1}": NAMES[9 * number : 9 * number + 9] for number in range(SCALES)}
CUTS = {"low": 0, "moderate": 36, "high": 60}
GROUP = 2**17  # rows of a row group
STATUSES = [str(status) for status in ("complete", "prorated", "decided", "undecided", "too_few_answers")]


def definition(folder: Path) -> Path:
    """Write the instrument, and return its file."""
    lines = ["rvn: 1", "id: bench", 'version: "1"', "status: research", "title: {en: Benchmark}"]
    lines += ["purpose: {en: Measures speed.}", "not_for: {en: Decisions about people.}"]
    lines += ["licence: {terms: fictitious, ship: false}", "sources: {made: {cite: Made up for a benchmark}}"]
    lines += ["items:", '  - {id: q01, kind: choice, options: {"0": 0, "1": 1, "2": 2}}']
    lines += [f"  - {{id: {name}, like: q01}}" for name in NAMES[1:]]
    lines += ["scales:"]
    for name, items in PARTS.items():
        lines += [
            f"  - {{id: {name}, source: made, items: [{', '.join(items)}], missing: {{allow: 1, method: prorate}}}}"
        ]
    lines += [
        f"  - {{id: total, source: made, items: [{', '.join(NAMES)}], missing: {{allow: {ALLOW}, method: prorate}}}}"
    ]
    cuts = ", ".join(f"{level}: {cut}" for level, cut in CUTS.items())
    lines += ["bands:", f"  - {{id: level, source: made, of: total, levels: {{{cuts}}}}}"]
    lines += ["outcome: level"]
    path = folder / "bench.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


def people(path: Path, rows: int) -> None:
    """Write people: one byte an answer, three in a hundred absent."""
    rng = np.random.default_rng(1)
    schema = pa.schema([(name, pa.uint8()) for name in NAMES])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, rows, GROUP):
            size = min(GROUP, rows - start)
            columns = []
            for _ in NAMES:
                draws = rng.integers(0, 100, size, np.uint8)
                columns.append(pa.array(draws % 3, mask=draws >= 97))
            writer.write_table(pa.table(columns, schema=schema))
