"""Results as JSON and back: the same text for the same results, and no number that JSON does not know."""

from __future__ import annotations

import json
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from rvn import messages
from rvn.errors import StudyError
from rvn.study.results import KIND, SCHEMA, Results

Made = TypeVar("Made")


def to_json(results: Results) -> str:
    """Return results as JSON: NaN is null, an infinite limit is ``"inf"`` or ``"-inf"``."""
    return json.dumps(plain(results), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """Return dataclasses, mappings and tuples as what JSON knows.

    >>> from rvn.validation.estimate import Estimate
    >>> made = plain((Estimate(name="rate", value=0.25, high=math.inf),))
    >>> made[0]["value"], made[0]["low"], made[0]["high"]
    (0.25, None, 'inf')
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {entry.name: plain(getattr(value, entry.name)) for entry in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value.item() if hasattr(value, "item") else value


def read_results(path: Path | str) -> Results:
    """Return the results in a file that a run wrote.

    Raises
    ------
    StudyError
        When the file holds something else, or results of another edition.
    """
    file = Path(path)
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        record = None
    if not isinstance(record, dict) or (record.get("kind"), record.get("schema")) != (KIND, SCHEMA):
        raise StudyError(messages.NOT_RESULTS.at(file=file.name, schema=SCHEMA))
    return _made(Results, record)


def _made(kind: type[Made], record: Mapping[str, Any]) -> Made:
    hints = typing.get_type_hints(kind)
    return kind(**{name: _value(hints[name], value) for name, value in record.items()})


def _value(hint: Any, value: Any) -> Any:
    """Return what `plain` made of a value of some type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _value(next(part for part in arguments if part is not type(None)), value)
    if is_dataclass(hint) and isinstance(hint, type):
        return _made(hint, value)
    if origin is tuple:
        kinds = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else arguments
        return tuple(_value(part, entry) for part, entry in zip(kinds, value, strict=True))
    if hint is float:
        return math.nan if value is None else float(value) if isinstance(value, str) else value
    return value
