"""Numbers that are not ours: R's values and the public data they were computed on."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pandas as pd

HERE = Path(__file__).parent
BROWARD = HERE.parent / "validation" / "broward" / "compas.csv"


@functools.cache
def r_values(family: str) -> dict[str, dict[str, Any]]:
    """Return the `values` of every record of one family, by record id; see tests/r/README.md."""
    records = json.loads((HERE / "r" / f"{family}.json").read_text())["records"]
    return {record["id"]: record["values"] for record in records}


@functools.cache
def _read(name: str) -> pd.DataFrame:
    if name == "compas":
        return pd.read_csv(BROWARD, keep_default_na=False, na_values=[""])
    path = HERE / "data" / f"{name}.csv"
    return pd.read_csv(path if path.exists() else path.with_suffix(".csv.gz"))


def data(name: str) -> pd.DataFrame:
    """Return a public data set as a fresh frame; see tests/data/README.md for sources and terms."""
    return _read(name).copy()


def compas_filtered() -> pd.DataFrame:
    """Return the 6,172 rows that ProPublica's published filter keeps."""
    frame = data("compas")
    keep = (
        frame["days_b_screening_arrest"].between(-30, 30)
        & (frame["is_recid"] != -1)
        & (frame["c_charge_degree"] != "O")
        & (frame["score_text"] != "N/A")
    )
    return frame[keep].reset_index(drop=True)
