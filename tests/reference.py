"""Numbers that are not ours: R's values and the public data they were computed on."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

HERE = Path(__file__).parent
BROWARD = HERE.parent / "validation" / "broward" / "compas.csv"


# What tests have read of R's values so far, as family/record/key/...; test_ledger.py asks for it at the end.
READ: set[str] = set()


class Values(dict[str, Any]):
    """A dict that notes in `READ` which of its values were read; a value is whatever is no dict of its own."""

    def __init__(self, path: str, values: dict[str, Any]) -> None:
        super().__init__({key: _noting(f"{path}/{key}", value) for key, value in values.items()})
        self.path = path

    def __getitem__(self, key: str) -> Any:
        READ.add(f"{self.path}/{key}")
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401 - it is what that would call

    def items(self) -> Iterator[tuple[str, Any]]:  # type: ignore[override]
        return ((key, self[key]) for key in self)

    def values(self) -> Iterator[Any]:  # type: ignore[override]
        return (self[key] for key in self)

    def paths(self) -> Iterator[tuple[str, Any]]:
        """Yield the path of every value in here, and the value."""
        for key, value in super().items():
            yield from _paths(f"{self.path}/{key}", value)


def _noting(path: str, value: Any) -> Any:
    if isinstance(value, dict):
        return Values(path, value)
    if isinstance(value, list) and any(isinstance(part, dict) for part in value):
        return [_noting(f"{path}/{place}", part) for place, part in enumerate(value)]
    return value


def _paths(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Values):
        yield from value.paths()
    elif isinstance(value, list) and any(isinstance(part, Values) for part in value):
        for place, part in enumerate(value):
            yield from _paths(f"{path}/{place}", part)
    else:
        yield path, value


@functools.cache
def r_values(family: str) -> Values:
    """Return the `values` of every record of one family, by record id; see tests/r/README.md."""
    records = json.loads((HERE / "r" / f"{family}.json").read_text())["records"]
    return Values(family, {record["id"]: record["values"] for record in records})


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
