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


def factorized(series: nw.Series[Any]) -> tuple[Places, list[Any]]:
    """Return the place of every entry among the distinct values, -1 where absent, and those values."""
    if series.implementation.is_pandas():
        import pandas as pd

        column = series.to_native()
        if column.dtype == object and pd.api.types.infer_dtype(column, skipna=True).startswith("mixed"):
            # In a column of objects True and 1 are the same to a hash table, and must not be; lists have no hash.
            keys = [None if pd.api.types.is_scalar(v) and pd.isna(v) else (type(v).__name__, repr(v)) for v in column]
            values = dict(zip(keys, column, strict=True))
            codes, distinct_keys = pd.factorize(pd.Series(keys, dtype=object))
            return codes.astype(np.int64), [values[key] for key in distinct_keys]
        codes, index = pd.factorize(column)
        return codes.astype(np.int64), list(index)
    distinct = series.drop_nulls().unique().to_list()
    if not distinct:
        return np.full(len(series), -1, np.int64), []
    places = series.replace_strict(distinct, list(range(len(distinct))), return_dtype=nw.Int64)
    return places.fill_null(-1).to_numpy().astype(np.int64), distinct


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
        return _series(pd.Series(kinds[values.dtype.kind](values, absent), index=like.to_native().index))
    pair = nw.from_dict({"value": values, "absent": absent}, backend=like.implementation)
    return pair.select(nw.when(~nw.col("absent")).then(nw.col("value")))["value"]


def words(places: Places, names: Sequence[str], like: nw.DataFrame[Any], *, ordered: bool) -> Any:
    """Return names by their place, absent where it is negative; of a categorical type where there is one."""
    if like.implementation.is_pandas():
        import pandas as pd

        index = pd.Index(list(map(str, names)))
        values = pd.Categorical.from_codes(places, categories=index, ordered=ordered)
        return _series(pd.Series(values, index=like.to_native().index))
    categories = list(map(str, names))
    dtype = nw.Enum(categories) if like.implementation.is_polars() else nw.String()
    entries = nw.new_series("value", [*categories, None], dtype, backend=like.implementation)
    return entries[np.where(places < 0, len(categories), places)]


def _series(series: Any) -> Any:
    return nw.from_native(series, series_only=True)
