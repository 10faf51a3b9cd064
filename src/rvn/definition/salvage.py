"""Makes the rest of a definition readable when a part of it has the wrong shape, so that all problems are told at once.

Wrong keys are left out; an entry that is wrong otherwise is replaced by one that is never built, under its name.
"""

from __future__ import annotations

import copy
from typing import Any

from pydantic import ValidationError

from rvn.definition.entries import Definition
from rvn.definition.source import Source, inside

_STAND_IN: dict[str, Any] = {
    "eligible": {"when": "true", "because": {"en": "…"}},
    "items": {"kind": "count"},
    "consistent": {"when": "true", "because": {"en": "…"}},
    "scales": {"items": ["x"]},
    "bands": {"of": "x", "levels": {"x": 0, "y": 1}},
    "tables": {"rows": "x", "columns": "x", "cells": {}},
    "models": {"kind": "linear", "terms": "x.csv"},
    "judgements": {"levels": ["x", "y"]},
    "first_of": {"among": ["x", "y"]},
    "norms": {"of": "x", "outcome": {"en": "…"}, "table": "x.csv"},
    "rules": {"when": "true", "because": {"en": "…"}, "then": {"set": "x", "to": "x"}},
    "flags": {"when": "true", "because": {"en": "…"}},
    "tests": {"name": "…", "expect": {"x": 0}},
    "derived": {"value": "0"},
    "given": {"kind": "number"},
    "lookups": {"key": "x", "table": "x.csv", "column": "x"},
    "overrides": {"by": "at most 1 level", "directions": ["up"], "reasons": ["x"]},
    "uses": "x@x",
    "sources": {"cite": "…"},
    "licence": {"terms": "…", "ship": False},
}
_TEXT = {"en": "…"}
_HEAD = {"rvn": 1, "id": "x", "version": "x", "status": "draft", "outcome": "x"}
_NAME = "x"


def salvage(source: Source) -> tuple[Definition, frozenset[str]] | None:
    """Return what can still be read of a definition, and the names of the parts that cannot; None if nothing can."""
    if not isinstance(source.data, dict):
        return None
    data = copy.deepcopy(source.data)
    broken: set[str] = set()
    for _ in range(3):  # what is put in place of something wrong is right, so this ends
        try:
            return Definition.model_validate(data), frozenset(broken)
        except ValidationError as error:
            for problem in error.errors(include_url=False):
                _mend(data, problem["loc"], problem["type"], broken)
    return None


def _mend(data: dict[str, Any], path: tuple[int | str, ...], kind: str, broken: set[str]) -> None:
    section = str(path[0]) if path else ""
    if kind == "extra_forbidden":
        parent = inside(data, path[:-1])
        if isinstance(parent, dict):
            parent.pop(path[-1], None)
    elif len(path) == 1 or section not in _STAND_IN or section == "licence":
        data[section] = _stand_in(section)
        if section == "outcome":
            broken.add("x")
    elif isinstance(data[section], list):
        entry = data[section][path[1]]
        name = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(name, str) or path[2:] == ("id",):
            name = f"{_NAME}{len(broken)}"
        data[section][path[1]] = _STAND_IN[section] | ({} if section == "tests" else {"id": name})
        broken.add(name)
    else:
        name = str(path[1])
        data[section].pop(path[1], None)
        if path[-1] != "[key]":
            data[section][name] = _STAND_IN[section]
        broken.add(name)


def _stand_in(section: str) -> Any:
    if section in _HEAD:
        return _HEAD[section]
    if section in ("title", "purpose", "not_for", "population"):
        return _TEXT
    if section == "licence":
        return _STAND_IN[section]
    if section == "sources":
        return {"x": _STAND_IN["sources"]}
    field = Definition.model_fields.get(section)
    return field.get_default(call_default_factory=True) if field else None
