"""The few things that frame libraries do differently: distinct values in, and columns with absent entries out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


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
    if column.dtype == object and pd.api.types.infer_dtype(column, skipna=True).startswith("mixed"):
        # In a column of objects True and 1 are the same to a hash table, and must not be; lists have no hash.
        keys = [None if pd.api.types.is_scalar(v) and pd.isna(v) else (type(v).__name__, repr(v)) for v in column]
        values = dict(zip(keys, column, strict=True))
        codes, distinct_keys = pd.factorize(pd.Series(keys, dtype=object))
        return codes.astype(np.int64), [values[key] for key in distinct_keys]
    codes, index = pd.factorize(column)
    return codes, list(index)


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


def numbers(values: Floats, whole: bool, like: nw.DataFrame[Any]) -> Any:
    """Return numbers with absent entries, whole ones as integers."""
    absent = np.isnan(values)
    filled = np.where(absent, 0, values)
    return _masked(filled.astype(np.int64) if whole else filled, absent, like)


def truths(values: Floats, like: nw.DataFrame[Any]) -> Any:
    """Return truth values with absent entries."""
    return _masked(values == 1, np.isnan(values), like)


def _masked(values: npt.NDArray[Any], absent: npt.NDArray[np.bool_], like: nw.DataFrame[Any]) -> Any:
    if like.implementation.is_pandas():
        import pandas as pd

        kinds = {"i": pd.arrays.IntegerArray, "b": pd.arrays.BooleanArray, "f": pd.arrays.FloatingArray}
        return _series(pd.Series(kinds[values.dtype.kind](values, absent)))
    pair = nw.from_dict({"value": values, "absent": absent}, backend=like.implementation)
    return pair.select(nw.when(~nw.col("absent")).then(nw.col("value")))["value"]


def words(places: Places, names: Sequence[str], like: nw.DataFrame[Any], *, ordered: bool) -> Any:
    """Return names by their place, absent where it is negative; of a categorical type where there is one."""
    if like.implementation.is_pandas():
        import pandas as pd

        index = pd.Index(list(map(str, names)))
        return _series(pd.Series(pd.Categorical.from_codes(places, categories=index, ordered=ordered)))
    categories = list(map(str, names))
    dtype = nw.Enum(categories) if like.implementation.is_polars() else nw.String()
    entries = nw.new_series("value", [*categories, None], dtype, backend=like.implementation)
    return entries[np.where(places < 0, len(categories), places)]


def on_rows(distinct: Any, places: npt.NDArray[np.int32] | None, like: nw.DataFrame[Any]) -> Any:
    """Return the entry of every row of a frame among distinct ones; None: they are one each."""
    if like.implementation.is_pandas():
        import pandas as pd

        entries = distinct.to_native().array
        return _series(pd.Series(entries if places is None else entries.take(places), index=like.to_native().index))
    return distinct if places is None else distinct[places]


def _series(series: Any) -> Any:
    return nw.from_native(series, series_only=True)
