"""The door of every statistic: arrays are checked, absent rows are counted out, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from rvn.errors import ContractError, Diagnostic

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def contract(message: str, hint: str = "") -> ContractError:
    """Return the error for arrays that break the contract of a statistic."""
    return ContractError(Diagnostic("RVN801", message, hint=hint))


def numbers(name: str, values: npt.ArrayLike) -> FloatArray:
    """Return `values` as one-dimensional float64, absent ones as NaN; text is refused, not converted.

    Raises
    ------
    ContractError
        For text, more than one dimension, or an infinite value.

    Examples
    --------
    >>> numbers("score", [1, None, 3])
    array([ 1., nan,  3.])
    """
    to_numpy = getattr(values, "to_numpy", None)
    array: npt.NDArray[Any] = np.asarray(to_numpy() if to_numpy is not None else values)
    if array.ndim != 1:
        raise contract(f"`{name}` has {array.ndim} dimensions; one is needed")
    if array.dtype.kind == "O":
        array = _from_objects(name, array)
    if array.dtype.kind not in "biuf":
        raise contract(f"`{name}` holds {array.dtype}, not numbers", "convert it first, so that no value is guessed")
    result = array.astype(np.float64)
    if np.isinf(result).any():
        raise contract(f"`{name}` holds infinite values")
    return result


def _from_objects(name: str, array: npt.NDArray[Any]) -> FloatArray:
    result = np.empty(len(array))
    for row, value in enumerate(array):
        if value is None or type(value).__name__ in {"NAType", "NaTType"}:
            result[row] = np.nan
        elif isinstance(value, (bool, int, float, np.number, np.bool_)):
            result[row] = value
        else:
            raise contract(
                f"`{name}` holds {type(value).__name__} in row {row}, not a number",
                "convert it first, so that no value is guessed",
            )
    return result


def binary(name: str, values: npt.ArrayLike) -> FloatArray:
    """Return a 0/1 outcome as float64, absent as NaN.

    Raises
    ------
    ContractError
        For any other value, and for 0 and 1 written as text.

    Examples
    --------
    >>> binary("outcome", [True, False, None])
    array([ 1.,  0., nan])
    """
    array = numbers(name, values)
    if not np.isin(array[~np.isnan(array)], (0.0, 1.0)).all():
        raise contract(f"`{name}` must hold only 0 and 1 (or False and True)", "say which value is the event")
    return array


@dataclass(frozen=True)
class Observations:
    """Aligned arrays of one statistic, complete rows only.

    `columns` are float64 arrays of one length; `counts` says how many people each row stands for; `excluded`
    says how many people were left out, by reason.
    """

    columns: Mapping[str, FloatArray]
    counts: FloatArray
    excluded: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> FloatArray:
        return self.columns[name]

    @property
    def n(self) -> int:
        """People, not rows."""
        return int(self.counts.sum())


def observations(*, counts: npt.ArrayLike | None = None, **columns: FloatArray) -> Observations:
    """Return the rows in which every column is present, and how many people the others were.

    `columns` come from `numbers` or `binary`; `counts` are frequencies, whole and not negative. A row counted
    zero times is not there.

    Raises
    ------
    ContractError
        When lengths differ or counts are not frequencies.

    Examples
    --------
    >>> kept = observations(outcome=binary("outcome", [0, 1, None]), counts=[5, 2, 3])
    >>> kept["outcome"], kept.n, dict(kept.excluded)
    (array([0., 1.]), 7, {'outcome absent': 3})
    """
    lengths = {name: len(array) for name, array in columns.items()}
    if len(set(lengths.values())) > 1:
        raise contract("lengths differ: " + ", ".join(f"`{name}` {size:,}" for name, size in lengths.items()))
    size = next(iter(lengths.values()))
    weight = np.ones(size) if counts is None else frequencies(counts, size)
    keep = weight > 0
    excluded: dict[str, int] = {}
    for name, array in columns.items():
        absent = np.isnan(array) & keep
        if absent.any():
            excluded[f"{name} absent"] = int(weight[absent].sum())
            keep = keep & ~absent
    if keep.all():
        return Observations(columns, weight, excluded)
    return Observations({name: array[keep] for name, array in columns.items()}, weight[keep], excluded)


def frequencies(counts: npt.ArrayLike, size: int, *, name: str = "counts") -> FloatArray:
    """Return `counts` as whole, not negative float64 of length `size`, or raise `ContractError`."""
    array = numbers(name, counts)
    if len(array) != size:
        raise contract(f"`{name}` has {len(array):,} values for {size:,} rows")
    if np.isnan(array).any() or (array < 0).any() or (array != np.floor(array)).any():
        raise contract(f"`{name}` must be whole numbers, none negative", "sampling weights go into `weights=`")
    return array
