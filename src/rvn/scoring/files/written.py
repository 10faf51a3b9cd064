"""Answers as files write them: text and codes become what the instrument reads, each distinct value once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rvn.plan.nodes import Field
from rvn.scoring.files.text import as_answer, is_numeric


def is_text(found: pa.DataType) -> bool:
    """Return whether a column holds text."""
    kind = found.value_type if pa.types.is_dictionary(found) else found
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column as it would be written: whole numbers without a point."""
    return column if is_text(column.type) else column.cast(pa.string())


def answers(field: Field, column: pa.ChunkedArray, codes: Mapping[str, str]) -> Any:
    """Return a column of text as answers: an Arrow column, or a pandas one where numbers and text are mixed.

    Parameters
    ----------
    field
        Whose answers they are.
    column
        As the file writes them.
    codes
        What the file writes → what the instrument reads; what is not among them is read as it stands.
    """
    entries = as_text(column).combine_chunks()
    entries = entries if pa.types.is_dictionary(entries.type) else entries.dictionary_encode()
    distinct = [as_answer(field, codes.get(text, text)) for text in entries.dictionary.to_pylist()]
    places = entries.indices
    recorded = {type(answer) for answer in distinct if answer is not None}
    if len(recorded) < 2:
        kind = pa.float64() if float in recorded or (not recorded and is_numeric(field)) else pa.string()
        return pa.array(distinct, kind).take(places)
    import pandas as pd

    kept = {answer: place for place, answer in enumerate(dict.fromkeys(distinct)) if answer is not None}
    by_place = np.array([kept.get(answer, -1) for answer in distinct] + [-1])
    codes_of_rows = by_place[pc.fill_null(places.cast(pa.int64()), len(distinct)).to_numpy(zero_copy_only=False)]
    return pd.Categorical.from_codes(codes_of_rows, categories=pd.Index(list(kept), dtype=object))
