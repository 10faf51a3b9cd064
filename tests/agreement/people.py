"""Many random people for a shipped instrument, as a frame: most cells usable, some absent, some not to be used."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

import rvn
from rvn.plan import nodes
from rvn.plan.nodes import Field
from rvn.plan.plan import walk
from rvn.scoring.instrument import Instrument

ON = date(2025, 2, 28)


def people_for(instrument: Instrument, seed: int, size: int) -> pl.DataFrame:
    """Return people with a cell for every field; results of components are scored from people of their own."""
    rng = np.random.default_rng(seed)
    columns: dict[str, pl.Series] = {"person": pl.Series(range(size), dtype=pl.Int32)}
    for name, reference in instrument.definition.uses.items():
        component = rvn.load(reference)
        component = component.accepting(*component.recalled)
        scored = component.score_frame(people_for(component, seed + 1, size), prefix=f"{name}.", on=ON).frame
        columns |= {column: _plain(scored[column]) for column in scored.columns if column.startswith(f"{name}.")}
    for name, field in instrument.plan.fields.items():
        if name != "assessed_on" and not field.is_component:
            columns[name] = _cells(instrument, field, rng, size)
    return pl.DataFrame(columns)


def _plain(series: pl.Series) -> pl.Series:
    return series.cast(pl.String) if series.dtype == pl.Enum else series


def _cells(instrument: Instrument, field: Field, rng: np.random.Generator, size: int) -> pl.Series:
    lacking = rng.random(size) < rng.choice([0.0, 0.02, 0.15])
    wrong = rng.random(size) < 0.001
    if field.kind in ("choice", "level"):
        words = [*field.options, *field.reasons, "what nobody answers", None]
        places = rng.integers(0, len(field.options), size)
        places = np.where(lacking, rng.integers(len(field.options), len(words) - 2, size), places)
        places = np.where(lacking & (rng.random(size) < 0.5), len(words) - 1, np.where(wrong, len(words) - 2, places))
        return pl.Series(words, dtype=pl.String).gather(places)
    if field.kind == "date":
        days = np.array([0, 1, -1, 365, 366, 730, 6209, 6574, 9131, 12054, 20000])
        chosen = np.where(rng.random(size) < 0.3, rng.choice(days, size), rng.integers(0, 25_000, size))
        plain = [None if absent else ON - timedelta(days=int(day)) for day, absent in zip(chosen, lacking, strict=True)]
        return pl.Series(plain, dtype=pl.Date)
    return _numbers(instrument, field, rng, size, lacking, wrong)


def _numbers(
    instrument: Instrument, field: Field, rng: np.random.Generator, size: int, lacking: Any, wrong: Any
) -> pl.Series:
    low, high = max(field.minimum, -20.0), min(field.maximum, 40.0)
    turns = [low, high]
    for step in instrument.plan.steps:
        for node in walk(step.node):
            if isinstance(node, nodes.Points) and node.field.name == field.name:
                turns += [start for start in node.starts if np.isfinite(start)]
    values = np.where(rng.random(size) < 0.5, rng.choice(turns, size), np.round(rng.uniform(low, high, size), 1))
    values = np.clip(values, field.minimum, field.maximum)
    values = np.floor(values) if field.kind == "count" else values
    values = np.where(wrong, rng.choice([0.5, -1e9, np.inf, np.nan], size), values)
    return pl.Series(
        [None if absent else value for value, absent in zip(values.tolist(), lacking, strict=True)], dtype=pl.Float64
    )
