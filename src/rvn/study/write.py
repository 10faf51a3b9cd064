"""Writes what a study found: results.json, and every table as CSV and Parquet; the same results, the same bytes."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from rvn.study.cleaning import Change
from rvn.study.escape import safe
from rvn.study.record import to_json
from rvn.study.results import Results
from rvn.study.tables import tables

if TYPE_CHECKING:
    from rvn.study.checking import Checked

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


def write_checked(checked: Checked, file: Path, *, with_rows: bool) -> tuple[Path, ...]:
    """Write what a check found beside a file: bad cells, the log of repairs, and if wanted the repaired rows."""
    import pandas as pd

    frames: dict[Path, pd.DataFrame] = {}
    if checked.cells:
        frames[file.with_name(f"{file.stem}.bad.csv")] = pd.DataFrame(checked.cells)
    if checked.cleaned is not None:
        names = [entry.name for entry in fields(Change)]
        frames[file.with_name(f"{file.stem}.log.csv")] = pd.DataFrame(checked.cleaned.changes, columns=names)
        if with_rows:
            frames[file] = checked.cleaned.frame
    for path, frame in frames.items():
        frame.map(safe).rename(columns=safe).to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    return tuple(frames)
