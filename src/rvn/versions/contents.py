"""What a definition says, part by part, as short texts under names: the form in which two versions are compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rvn.definition.fingerprint import SECTIONS, meaning_of
from rvn.definition.load import Loaded
from rvn.definition.problems import Broken
from rvn.definition.scope import ASSESSED_ON
from rvn.definition.tables import read_table
from rvn.plan.nodes import Points
from rvn.plan.plan import walk

Content = dict[tuple[str, str], str]  # by the name of a part and what is said of it

_NAMED = ("title", "purpose", "not_for", "population")
_ENTRIES = ("eligible", "consistent", "scales", "models", "tables", "judgements", "first_of", "rules", "flags")
_CONDITIONS = ("eligible", "consistent", "rules", "flags")


def contents(loaded: Loaded) -> dict[str, Content]:
    """Return what a definition says, by part of its fingerprints."""
    found: dict[str, Content] = {part: {} for part in SECTIONS}
    found["items"] = dict(_items(loaded))
    found["scoring"] = dict(_scoring(loaded))
    found["cut_offs"] = dict(_cut_offs(loaded))
    found["norms"] = dict(_norms(loaded))
    found["use"] = dict(_entries({"overrides": loaded.definition.overrides, "reassess": loaded.definition.reassess}))
    found["texts"] = dict(_texts(loaded))
    return found


def _items(loaded: Loaded) -> Iterator[tuple[tuple[str, str], str]]:
    asked = {item.id: item.asked_if for item in loaded.definition.items}
    for name, field in loaded.plan.fields.items():
        if name == ASSESSED_ON:
            continue
        yield (name, "kind"), field.kind
        if field.options:
            yield (name, "options"), ", ".join(field.options[:40]) + (" …" if len(field.options) > 40 else "")
        elif field.kind in ("count", "number"):
            yield (name, "range"), f"{field.minimum:.15g} to {field.maximum:.15g}"
        if asked.get(name):
            yield (name, "asked if"), str(asked[name])
        if field.reasons:
            yield (name, "reasons for absence"), ", ".join(field.reasons)


def _scoring(loaded: Loaded) -> Iterator[tuple[tuple[str, str], str]]:
    definition = loaded.definition
    yield ("outcome", "is"), definition.outcome
    plan = loaded.plan.full or loaded.plan
    worth = {node.field.name: node for step in plan.steps for node in walk(step.node) if isinstance(node, Points)}
    for item in definition.items:
        if (node := worth.get(item.id)) is not None:
            names = node.field.options or _ranges(node)
            pairs = zip(names, node.values, strict=True)
            yield (item.id, "points"), ", ".join(f"{name}: {value:.15g}" for name, value in pairs)
        if not item.scored:
            yield (item.id, "scored"), "no"
    yield from _entries({"derived": definition.derived, "lookups": definition.lookups, "uses": definition.uses})
    yield from _entries({section: {e.id: e for e in getattr(definition, section)} for section in _ENTRIES})
    norms = {norm.table for norm in definition.norms}
    for name, digest in loaded.source.tables.items():
        table = name.partition(": ")[2]
        if table not in norms:
            yield (table, "rows"), f"digest {digest[:12]}"


def _ranges(node: Points) -> Iterator[str]:
    """Yield the ranges of a number as a definition writes them."""
    whole = node.field.kind == "count"
    ends = [*node.starts[1:], node.field.maximum]
    for start, end in zip(node.starts, ends, strict=True):
        last = end - 1 if whole and end != node.field.maximum else end
        if last == start:
            yield f"{start:.15g}"
        elif last == float("inf"):
            yield f"{start:.15g}+"
        else:
            yield f"{start:.15g}-{last:.15g}"


def _entries(sections: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield what is said of every entry, key by key."""
    for section, entries in sections.items():
        if not isinstance(entries, Mapping):
            entries = {} if entries is None else {section: entries}
        for name, entry in entries.items():
            said = meaning_of(entry)
            for key, value in (said if isinstance(said, dict) else {"is": said}).items():
                if key != "id":
                    yield (name, key.replace("_", " ").strip()), _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key.strip('_')}: {_shown(entry)}" for key, entry in value.items())
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _cut_offs(loaded: Loaded) -> Iterator[tuple[tuple[str, str], str]]:
    for bands in loaded.definition.bands:
        yield (bands.id, "of"), bands.of
        if bands.by:
            yield (bands.id, "by"), ", ".join(bands.by)
        yield from (((bands.id, level), start) for level, start in _starts(bands.levels))
        if bands.evidence == "recalled":
            yield (bands.id, "evidence"), bands.evidence


def _starts(levels: Mapping[str, Any], group: str = "") -> Iterator[tuple[str, str]]:
    for name, start in levels.items():
        if isinstance(start, Mapping):
            yield from _starts(start, f"{group}{name}, ")
        else:
            yield f"{group}{name} from", _shown(start)


def _norms(loaded: Loaded) -> Iterator[tuple[tuple[str, str], str]]:
    for index, norm in enumerate(loaded.definition.norms):
        yield from _entries({"norms": {norm.id: norm}})
        try:
            table = read_table(loaded.source, norm.table, ("norms", index, "table"), ["value"])
        except Broken:  # it was read when the definition was loaded, and is gone since
            continue
        keys = [*norm.by, "value"]
        for row in table.rows:
            place = " ".join(row.cells[key] for key in keys)
            kept = [f"{name} {cell}" for name, cell in row.cells.items() if cell and name not in (*keys, "source")]
            yield (norm.id, f"at {place}"), ", ".join(kept)


def _texts(loaded: Loaded) -> Iterator[tuple[tuple[str, str], str]]:
    definition = loaded.definition
    yield ("status", "is"), definition.status
    for key in _NAMED:
        yield from (((key, f"({lang})"), said) for lang, said in (getattr(definition, key) or {}).items())
    for section in _CONDITIONS:
        for entry in getattr(definition, section):
            yield from (((entry.id, f"because ({lang})"), said) for lang, said in entry.because.items())
    plan = loaded.plan.full or loaded.plan
    own = {*plan.fields, *plan.outputs, *(step.name for step in plan.steps)}
    for language, texts in loaded.texts.items():
        for name in sorted(own & texts.keys()):
            entry = texts[name]
            yield (name, f"label ({language})"), entry.label
            for key, said in {**entry.options, **entry.levels}.items():
                yield (name, f"{key} ({language})"), said
