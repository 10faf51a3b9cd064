"""Ids that stand twice, found exactly in bounded memory: digests go to the disk and are compared part by part."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rvn.batch.chunk import Rows
from rvn.batch.growing import Growing

# A digest of 128 bits, and the row. Among a thousand million ids two have the same digest once in 10^21 times.
ENTRY = np.dtype([("first", "u8"), ("second", "u8"), ("row", "i8")])
AT_ONCE = 2**21  # entries held at once


class Ids(Growing):
    """The digests of all ids so far."""

    def repeated(self) -> Iterator[Rows]:
        """Yield the rows whose id stands in an earlier row too, in helpings of which each is in order."""
        buckets = -(-self.length // (AT_ONCE * ENTRY.itemsize))
        for bucket in range(buckets):
            entries = np.concatenate([part[part["first"] % buckets == bucket] for part in self._parts()])
            entries = entries[np.lexsort((entries["row"], entries["second"], entries["first"]))]
            same = np.logical_and(*(entries[name][1:] == entries[name][:-1] for name in ("first", "second")))
            if same.any():
                yield np.sort(entries["row"][1:][same])

    def _parts(self) -> Iterator[npt.NDArray[np.void]]:
        size = AT_ONCE * ENTRY.itemsize
        for start in range(0, self.length, size):
            yield np.frombuffer(self.read(start, min(size, self.length - start)), ENTRY)


def digests(ids: pa.ChunkedArray, rows: Rows) -> npt.NDArray[np.void]:
    """Return the entries of ids, without the absent ones; whole numbers are their own digests."""
    import pandas as pd

    entries = np.empty(len(ids), ENTRY)
    entries["row"] = rows
    present = ids.is_valid().to_numpy()
    if pa.types.is_integer(ids.type):
        entries["first"] = ids.fill_null(0).to_numpy().astype(np.uint64, casting="unsafe")
        entries["second"] = 0
    else:
        text = ids.cast(pa.large_string()).fill_null("").to_numpy(zero_copy_only=False)
        for name, key in zip(("first", "second"), ("rvn-first-digest", "rvn-secnd-digest"), strict=True):
            entries[name] = pd.util.hash_array(text, hash_key=key, categorize=False)
    kept: npt.NDArray[np.void] = entries[present]
    return kept
