"""Writes what a study found: results.json, and every table as CSV and Parquet; the same results, the same bytes."""

from __future__ import annotations

from pathlib import Path

from rvn.study.record import to_json
from rvn.study.results import Results
from rvn.study.tables import tables

RESULTS = "results.json"


def write(results: Results, folder: Path) -> tuple[Path, ...]:
    """Write results into a folder, which is made if it is not there, and return the files."""
    inner = folder / "tables"
    inner.mkdir(parents=True, exist_ok=True)
    record = folder / RESULTS
    record.write_text(to_json(results), encoding="utf-8")
    written = [record]
    for name, frame in tables(results).items():
        csv, parquet = inner / f"{name}.csv", inner / f"{name}.parquet"
        frame.map(safe).to_csv(csv, index=False, lineterminator="\n", encoding="utf-8")
        frame.to_parquet(parquet, index=False)
        written += [csv, parquet]
    return tuple(written)


def safe(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: text that begins like one gets a quote before it.

    >>> [safe(cell) for cell in ("=1+1", "-", "level", -1.5)]
    ["'=1+1", "'-", 'level', -1.5]
    """
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{cell}"
    return cell
