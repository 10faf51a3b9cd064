"""Digests of a definition, one a part, so that it can be told what of it has changed.

Each is made from what was written, brought into one form: what is left at its default is left out, so that a key that
the language gains later changes nothing; comments, line breaks and the order of keys do not count.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from rvn.definition.entries import Definition
from rvn.definition.load import Loaded

# What each part consists of; sections that are not named here are scoring.
SECTIONS = {
    "items": ("given", "items", "absence"),
    "scoring": ("derived", "scales", "rules"),
    "cut_offs": ("bands",),
    "norms": ("norms",),
    "use": ("overrides", "reassess"),
    "texts": ("title", "purpose", "not_for", "population", "licence", "sources", "status", "replaces", "tests"),
}
PARTS = tuple(SECTIONS)
BEARING_ON_RESULTS = ("items", "scoring", "cut_offs", "norms")

_IDENTITY = {"rvn", "id", "version"}
_WORDING = {"because", "source", "outcome", "sample", "window", "or_when"}  # what is only said about an entry
_SCORING = {"points", "scored"}  # of an item


def fingerprints(loaded: Loaded) -> dict[str, str]:
    """Return the SHA-256 digest of every part of a definition."""
    definition = loaded.definition
    content: dict[str, dict[str, Any]] = {part: {} for part in PARTS}
    for name, value in _written(definition).items():
        if name in _IDENTITY:
            continue
        part = next((part for part, sections in SECTIONS.items() if name in sections), "scoring")
        content[part][name] = value if part == "texts" else _meaning(value)
        if part != "texts" and (said := _wording(value)):
            content["texts"][name] = said
    content["items"]["items"], content["scoring"]["items"] = _items(definition)
    content["items"]["absence"] = sorted(definition.absence)
    content["texts"] |= {"absence": dict(definition.absence), "files": _texts(loaded)}
    if loaded.profile is not None:
        content["texts"]["profile"] = _written(
            loaded.profile.model_copy(update={"bands": [], "norms": [], "missing": {}})
        )
    norms = {norm.table for norm in definition.norms}
    codes = {given.table for given in definition.given.values()}
    for name, table_digest in loaded.source.tables.items():
        table = name.partition(": ")[2]
        part = "norms" if table in norms else "items" if table in codes else "scoring"
        content[part].setdefault("tables", {})[name] = table_digest
    return {part: digest(value) for part, value in content.items()}


def digest(content: object) -> str:
    """Return the SHA-256 digest of plain values, whatever the order of their keys."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def meaning_of(entry: Any) -> Any:
    """Return an entry as plain values, without what is left at its default and what is only said about it."""
    return _meaning(_written(entry))


class _Said(str):
    """The name of a key that only says something about its entry."""


def _written(value: Any) -> Any:
    """Return entries as plain values without what is left at its default."""
    if isinstance(value, BaseModel):
        defaults = _defaults(type(value))
        found = {name: getattr(value, name) for name in defaults}
        return {name: _written(entry) for name, entry in found.items() if entry != defaults[name]}
    if isinstance(value, dict):
        return {key: _written(entry) for key, entry in value.items()}
    return [_written(entry) for entry in value] if isinstance(value, list) else value


@functools.cache
def _defaults(model: type[BaseModel]) -> dict[str, Any]:
    """Return what the keys of an entry are where they are not written."""
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        default = ... if field.is_required() else field.get_default(call_default_factory=True)
        found[_Said(name) if name in _WORDING else name] = default
    return found


def _meaning(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _meaning(entry) for key, entry in value.items() if not isinstance(key, _Said)}
    return [_meaning(entry) for entry in value] if isinstance(value, list) else value


def _wording(value: Any) -> Any:
    """Return what is only said, at the place of its entry; nothing where nothing is."""
    if isinstance(value, dict):
        said = {key: entry if isinstance(key, _Said) else _wording(entry) for key, entry in value.items()}
        return {key: entry for key, entry in said.items() if entry}
    if isinstance(value, list):
        said = {str(place): _wording(entry) for place, entry in enumerate(value)}
        return {place: entry for place, entry in said.items() if entry}
    return None


def _items(definition: Definition) -> tuple[list[Any], list[Any]]:
    """Return what is asked, and what the answers are worth."""
    asked, worth = [], []
    for item in definition.items:
        entry = _meaning(_written(item))
        points = {key: entry.pop(key) for key in _SCORING & entry.keys()}
        if item.options is not None:
            entry["options"], points["options"] = list(item.options), dict(item.options)
        asked.append(entry)
        worth.append({"id": item.id, **points})
    return asked, worth


def _texts(loaded: Loaded) -> Mapping[str, Any]:
    """Return the texts of what this version has; those of other versions stand in the same files."""
    plan, definition = loaded.plan.full or loaded.plan, loaded.definition
    own = {*plan.fields, *(step.name for step in plan.steps), *plan.outputs, *definition.absence}
    return {
        language: {name: _written(entry) for name, entry in texts.items() if name in own}
        for language, texts in loaded.texts.items()
    }
