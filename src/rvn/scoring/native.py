"""The few things that frame libraries do differently: distinct values in, and columns with absent entries out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import numpy.typing as npt

from rvn.plan.columns import on_all_cores, on_rows

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.integer[Any]] | None


def floats(series: nw.Series[Any]) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return a numeric column as float64, and where something is recorded; in pandas NaN means nothing is."""
    recorded = ~series.is_null().to_numpy()
    values = series.cast(nw.Float64).to_numpy() if series.dtype != nw.Float64 else series.to_numpy()
    values = np.where(recorded, values.astype(np.float64), np.nan)
    if series.implementation.is_pandas_like():
        recorded = recorded & ~np.isnan(values)
    return values, recorded


def one_byte(series: nw.Series[Any], absent: int) -> npt.NDArray[np.uint8]:
    """Return a column of whole numbers that fit as one byte each, `absent` where nothing is recorded."""
    values: npt.NDArray[np.uint8] = series.cast(nw.UInt8).fill_null(absent).to_numpy()
    return values.astype(np.uint8, copy=False)


def factorized(series: nw.Series[Any]) -> tuple[npt.NDArray[Any], list[Any]]:
    """Return the place of every entry among the distinct values, and those values; -1 (255 in a byte) where absent."""
    if series.implementation.is_pandas():
        codes, distinct = _factorized_by_pandas(series.to_native())
    elif series.implementation.is_polars():
        codes, distinct = _factorized_by_polars(series.to_native())
    else:
        codes, distinct = _factorized_by_pyarrow(series.to_native())
    return (codes.astype(np.uint8, copy=False) if len(distinct) <= ONE_BYTE else codes), distinct


ONE_BYTE = 240  # distinct values that one byte holds beside the sign for absent


def _factorized_by_pandas(column: Any) -> tuple[npt.NDArray[Any], list[Any]]:
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), list(column.cat.categories)
    if column.dtype == object and (found := _shared_objects(column.to_numpy())) is not None:
        places, objects = found
        codes, distinct = _factorized_by_pandas(pd.Series(objects, dtype=object))
        return codes.take(places), distinct
    try:
        codes, distinct = pd.factorize(column)
    except TypeError:  # lists have no hash
        return _factorized_by_type(column)
    is_plain = column.dtype != object or all(isinstance(value, str) for value in distinct)
    # In a column of objects True and 1 are the same to a hash table, and must not be.
    if not is_plain and pd.api.types.infer_dtype(column, skipna=True).startswith("mixed"):
        return _factorized_by_type(column)
    return codes, list(distinct)


SAMPLE = 1_000  # cells by which it is told whether objects are shared


def _shared_objects(cells: npt.NDArray[Any]) -> tuple[npt.NDArray[np.intp], npt.NDArray[Any]] | None:
    """Return the place of every cell among the objects that cells share, and these; None where they share few.

    What reads files keeps a text that occurs often once. Where an object lies is then found in a seventh of the time
    that hashing it takes; `cells` keeps all of them alive meanwhile.
    """
    import pandas as pd

    if len(cells) < SAMPLE:
        return None
    cells = np.ascontiguousarray(cells)
    addresses = np.frombuffer(cells, np.intp)
    sample = addresses[:: len(cells) // SAMPLE]
    if 2 * len(np.unique(sample)) > len(sample):
        return None
    places, _ = pd.factorize(addresses)
    highest = np.maximum.accumulate(places)  # places are given as objects are met
    return places, cells[np.searchsorted(highest, np.arange(highest[-1] + 1))]


def _factorized_by_type(column: Any) -> tuple[npt.NDArray[Any], list[Any]]:
    """Return the same of objects of several types, each of which is another value."""
    import pandas as pd

    keys = [None if pd.api.types.is_scalar(v) and pd.isna(v) else (type(v).__name__, repr(v)) for v in column]
    values = dict(zip(keys, column, strict=True))
    codes, distinct = pd.factorize(pd.Series(keys, dtype=object))
    return codes, [values[key] for key in distinct]


def _factorized_by_polars(column: Any) -> tuple[npt.NDArray[Any], list[Any]]:
    import polars as pl

    if isinstance(column.dtype, pl.Enum):
        distinct = column.dtype.categories
        places = column.to_physical()
    else:
        if isinstance(column.dtype, pl.Categorical):
            column = column.cast(pl.String)
        distinct = column.unique().drop_nulls()
        kind = pl.Enum(distinct) if column.dtype == pl.String else None
        if kind is not None:
            places = column.cast(kind).to_physical()
        else:
            places = column.replace_strict(distinct, pl.int_range(len(distinct), eager=True), return_dtype=pl.Int64)
    if len(distinct) <= ONE_BYTE:
        return places.cast(pl.UInt8).fill_null(255).to_numpy(), distinct.to_list()
    return places.cast(pl.Int64).fill_null(-1).to_numpy(), distinct.to_list()


def _factorized_by_pyarrow(column: Any) -> tuple[npt.NDArray[Any], list[Any]]:
    import pyarrow as pa

    if column.null_count == len(column):
        return np.full(len(column), -1), []
    column = (column if pa.types.is_dictionary(column.type) else column.dictionary_encode()).unify_dictionaries()
    distinct = column.chunk(0).dictionary.to_pylist()
    indices = pa.chunked_array([chunk.indices for chunk in column.chunks])
    if len(distinct) <= ONE_BYTE:
        return indices.cast(pa.uint8()).fill_null(255).to_numpy(), distinct
    return indices.cast(pa.int64()).fill_null(-1).to_numpy(), distinct


class Spread(NamedTuple):
    """A new column as distinct entries and which of them each row has; None: each row has its own.

    `values` are numbers, truth values or, where there are `names`, places among them; `absent` where there is none.
    """

    values: npt.NDArray[Any]
    absent: npt.NDArray[np.bool_]
    rows: Rows
    names: tuple[str, ...] = ()
    ordered: bool = False


def numbers(values: Floats, rows: Rows, *, whole: bool) -> Spread:
    """Return numbers, absent where they are NaN; whole ones as integers."""
    absent = np.isnan(values)
    filled = np.where(absent, 0, values)
    return Spread(filled.astype(np.int64) if whole else filled, absent, rows)


def truths(values: Floats, rows: Rows) -> Spread:
    """Return truth values, absent where they are NaN."""
    return Spread(values == 1, np.isnan(values), rows)


def words(places: npt.NDArray[Any], names: Sequence[str], rows: Rows, *, ordered: bool) -> Spread:
    """Return names by their place, absent where it is NaN or negative."""
    absent = ~(places >= 0)
    kind = np.int8 if len(names) < 128 else np.int32
    return Spread(np.where(absent, 0, places).astype(kind), absent, rows, tuple(map(str, names)), ordered)


def columns(spreads: Mapping[str, Spread], like: nw.DataFrame[Any]) -> dict[str, Any]:
    """Return columns of the kind of a frame, made on all cores."""
    if like.implementation.is_polars():
        made = _polars_columns(spreads)
    else:
        is_pandas = like.implementation.is_pandas()
        make = partial(_pandas_column, index=like.to_native().index) if is_pandas else _pyarrow_column
        made = dict(zip(spreads, on_all_cores(make, spreads.values(), len(like)), strict=True))
    return {name: nw.from_native(column, series_only=True) for name, column in made.items()}


def column(spread: Spread, like: nw.DataFrame[Any]) -> Any:
    """Return a column of the kind of a frame."""
    return columns({"": spread}, like)[""]


def _values_and_absent(spread: Spread) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Return the entry of every row, and where there is none."""
    values = _on_rows(spread.values, spread.rows)
    return values, _on_rows(spread.absent, spread.rows) if spread.absent.any() else np.zeros(len(values), np.bool_)


def _on_rows(distinct: npt.NDArray[Any], rows: Rows) -> npt.NDArray[Any]:
    return distinct if rows is None else on_rows(distinct, rows)


def _pandas_column(spread: Spread, index: Any) -> Any:
    import pandas as pd

    if spread.names:
        places = _on_rows(np.where(spread.absent, spread.values.dtype.type(-1), spread.values), spread.rows)
        categories = pd.Index(list(spread.names))
        made = pd.Categorical.from_codes(places, categories=categories, ordered=spread.ordered, validate=False)
        return pd.Series(made, index=index)
    values, absent = _values_and_absent(spread)
    kinds = {"i": pd.arrays.IntegerArray, "b": pd.arrays.BooleanArray, "f": pd.arrays.FloatingArray}
    return pd.Series(kinds[values.dtype.kind](values, absent), index=index)


def _polars_columns(spreads: Mapping[str, Spread]) -> dict[str, Any]:
    """Return columns whose rows Polars looks up together: it then checks the places once, and not once a column."""
    import polars as pl

    made: dict[str, Any] = {}
    for rows in {id(spread.rows): spread.rows for spread in spreads.values()}.values():
        some = {name: spread for name, spread in spreads.items() if spread.rows is rows}
        entries = pl.DataFrame({name: _polars_entries(spread) for name, spread in some.items()})
        # Apart and as bytes: looking up entries that may be absent takes five times as long, and truth values twice.
        absences = {spread.absent.tobytes(): spread.absent for spread in some.values() if spread.absent.any()}
        absent = pl.DataFrame({str(at): each.view(np.uint8) for at, each in enumerate(absences.values())})
        if rows is not None:
            places = pl.Series(rows.astype(np.uint32, copy=False))
            entries, absent = entries[places], absent[places]
        present = dict(zip(absences, absent.select(pl.all() == 0), strict=True))
        for name, spread in some.items():
            mask, whole = present.get(spread.absent.tobytes()), entries[name]
            made[name] = whole if mask is None else pl.select(pl.when(mask).then(whole)).to_series()
    return made


def _polars_entries(spread: Spread) -> Any:
    import polars as pl

    entries = pl.Series(spread.values)
    return entries.cast(pl.UInt8).cat.to(pl.Enum(spread.names)) if spread.names else entries


def _pyarrow_column(spread: Spread) -> Any:
    import pyarrow as pa

    values, absent = _values_and_absent(spread)
    array = pa.array(values, mask=absent if spread.absent.any() else None)
    if spread.names:
        # As text: dictionaries of parts of a file would differ from part to part.
        array = pa.DictionaryArray.from_arrays(array, pa.array(spread.names, pa.string())).dictionary_decode()
    return pa.chunked_array([array])
