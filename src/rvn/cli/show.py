"""Shows what an instrument is, in the order in which its definition says it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rvn.cli.problems import Format, say_json
from rvn.cli.table import heading, say
from rvn.definition import entries
from rvn.plan.nodes import Field
from rvn.plan.show import draw
from rvn.scoring.instrument import Instrument
from rvn.scoring.wording import localized
from rvn.text import Language, number

MAX_INDENT = 24  # what is deeper stands below each other, so that lines keep their room

_WORDS: dict[str, dict[Language, str]] = {
    "purpose": {"en": "Purpose", "lv": "Mērķis"},
    "not_for": {"en": "Not for", "lv": "Nav paredzēts"},
    "population": {"en": "For whom", "lv": "Kam paredzēts"},
    "licence": {"en": "Licence", "lv": "Licence"},
    "sources": {"en": "Sources", "lv": "Avoti"},
    "given": {"en": "Facts", "lv": "Fakti"},
    "uses": {"en": "Results of other instruments", "lv": "Citu instrumentu rezultāti"},
    "eligible": {"en": "Conditions", "lv": "Nosacījumi"},
    "items": {"en": "Items", "lv": "Panti"},
    "derived": {"en": "Computed from them", "lv": "Ko no tiem aprēķina"},
    "outputs": {"en": "Outputs", "lv": "Rādītāji"},
    "rules": {"en": "Rules", "lv": "Noteikumi"},
    "flags": {"en": "Attention", "lv": "Uzmanību"},
    "overrides": {"en": "Overrides", "lv": "Līmeņa maiņa ar pamatojumu"},
    "reassess": {"en": "Next assessment", "lv": "Nākamā novērtēšana"},
    "withheld": {"en": "Withheld unless asked for", "lv": "Netiek rādīts, ja nav īpaši pieprasīts"},
    "status": {"en": "status", "lv": "statuss"},
    "pages": {"en": "pages", "lv": "lpp."},
    "asked_if": {"en": "asked if", "lv": "jautā, ja"},
    "unscored": {"en": "recorded, not scored", "lv": "reģistrē, punktus nepiešķir"},
    "sum": {"en": "sum of", "lv": "summa:"},
    "of": {"en": "levels of", "lv": "līmeņi:"},
    "table": {"en": "table of {rows} and {columns}", "lv": "tabula: {rows} un {columns}"},
    "absent": {"en": "absent answers: up to {allow}", "lv": "trūkstošas atbildes: ne vairāk kā {allow}"},
    "outcome": {"en": "the outcome", "lv": "iznākums"},
    "recalled": {
        "en": "These parts rest on recalled facts that nobody has checked against their source.",
        "lv": "Šīs daļas balstās uz avotā nepārbaudītiem faktiem.",
    },
}


def to_record(instrument: Instrument) -> dict[str, object]:
    """Return the definition as plain values for JSON, with what rvn adds to it."""
    return {
        "reference": instrument.reference,
        "fingerprint": instrument.fingerprint,
        "withheld": sorted(instrument.recalled),
        "definition": instrument.definition.model_dump(mode="json", by_alias=True, exclude_unset=True),
        "texts": {
            language: {name: texts.model_dump(mode="json", exclude_unset=True) for name, texts in found.items()}
            for language, found in instrument.loaded.texts.items()
        },
    }


def say_instrument(instrument: Instrument, language: Language) -> None:
    """Print an instrument."""
    definition = instrument.definition
    say(f"{instrument.title(language)} ({instrument.reference})")
    say(f"{_WORDS['status'][language]}: {definition.status}")
    for name in ("purpose", "population", "not_for"):
        texts = getattr(definition, name)
        if texts is not None:
            _head(name, language)
            say(localized(texts, language), indent=2)
    _head("licence", language)
    say(definition.licence.terms, indent=2)
    _head("sources", language)
    for name, source in definition.sources.items():
        say(f"{name}: {_cited(source, language)}", indent=2, hang=2)
    for name, lines in (
        ("uses", [f"{own}: {reference}" for own, reference in definition.uses.items()]),
        ("given", [_described(instrument, name, language) for name in definition.given]),
        ("eligible", [localized(rule.because, language) for rule in definition.eligible]),
    ):
        _section(name, lines, language)
    _say_items(instrument, language)
    derived = [f"{name} = {entry.value}" for name, entry in definition.derived.items()]
    looked_up = [f"{name}: {_as_written(entry, language)}" for name, entry in definition.lookups.items()]
    _section("derived", [*derived, *looked_up], language)
    _section("outputs", list(_outputs(instrument, language)), language)
    for name in ("rules", "flags"):
        lines = [f"{rule.id}: {localized(rule.because, language)}" for rule in getattr(definition, name)]
        _section(name, lines, language)
    overrides = [f"{name}: {_as_written(entry, language)}" for name, entry in definition.overrides.items()]
    _section("overrides", overrides, language)
    if definition.reassess is not None:
        _section("reassess", [_as_written(definition.reassess, language)], language)
    if instrument.recalled:
        _section("withheld", sorted(instrument.recalled), language)
        say(_WORDS["recalled"][language], indent=2)


def say_plan(instrument: Instrument, form: Format) -> None:
    """Print how an instrument is computed: its fields, and its steps in order with what each is computed from."""
    fields, steps = draw(instrument.plan)
    if form is Format.JSON:
        drawn = {"fields": fields, "steps": steps}
        say_json(
            {"reference": instrument.reference}
            | {name: [branch.to_record() for branch in branches] for name, branches in drawn.items()}
        )
        return
    say(instrument.reference)
    for name, branches in (("Fields", fields), ("Steps", steps)):
        if branches:
            heading(name)
            for branch in branches:
                for depth, line in branch.lines():
                    say(line, indent=min(2 + 2 * depth, MAX_INDENT), hang=4)


def _head(name: str, language: Language) -> None:
    heading(_WORDS[name][language])


def _section(name: str, lines: list[str], language: Language) -> None:
    if lines:
        _head(name, language)
        for line in lines:
            say(line, indent=2, hang=2)


def _cited(source: entries.SourceEntry, language: Language) -> str:
    parts = [source.cite.rstrip(".")]
    if source.pages is not None:
        parts.append(f"{_WORDS['pages'][language]} {source.pages}")
    if source.doi is not None:
        parts.append(f"doi:{source.doi}")
    return ", ".join(parts) + "." + (f" {source.note}" if source.note else "")


# items


def _say_items(instrument: Instrument, language: Language) -> None:
    if not instrument.definition.items:
        return
    _head("items", language)
    for item in instrument.definition.items:
        say(_described(instrument, item.id, language), indent=2, hang=2)
        for line in _answers(instrument, item, language):
            say(line, indent=6, hang=2)
        if item.asked_if is not None:
            say(f"{_WORDS['asked_if'][language]} {item.asked_if}", indent=6, hang=2)
        if not item.scored:
            say(_WORDS["unscored"][language], indent=6)


def _described(instrument: Instrument, name: str, language: Language) -> str:
    """Return the name of an item or fact, what it is called, and of a fact or number what it can be."""
    label = instrument.wording(language).label(name)
    line = name if label == name else f"{name}: {label}"
    known = instrument.plan.fields.get(name)
    if known is None:
        return line
    if known.kind in ("number", "count"):
        return f"{line} ({_range(known, language)})"
    return f"{line} ({', '.join(known.options)})" if name in instrument.definition.given and known.options else line


def _range(known: Field, language: Language) -> str:
    if math.isinf(known.maximum):
        return "…" if math.isinf(known.minimum) else f"{number(known.minimum, language)} …"
    return f"{number(known.minimum, language)} … {number(known.maximum, language)}"


def _answers(instrument: Instrument, item: entries.Item, language: Language) -> Iterator[str]:
    """Yield the answers to an item with their points: one a line where they have texts, otherwise all in one."""
    like = {other.id: other for other in instrument.definition.items}
    model = item
    while not (model.options or model.points) and model.like is not None:
        model = like[model.like]
    wording = instrument.wording(language)
    if model.points:
        yield ", ".join(f"{answer} = {number(points, language)}" for answer, points in model.points.items())
    lines = []
    for option, points in (model.options or {}).items():
        called = wording.option(item.id, option)
        if called == option and model is not item:
            called = wording.option(model.id, option)
        worth = "" if points is None else f" = {number(points, language)}"
        lines.append((f"{option}{worth}", "" if called.lower() == option.replace("_", " ") else called))
    yield from _aligned(lines)


# outputs


def _outputs(instrument: Instrument, language: Language) -> Iterator[str]:
    definition = instrument.definition
    for scale in definition.scales:
        line = f"{_WORDS['sum'][language]} {', '.join(scale.items)}"
        if scale.missing.allow:
            line += f"; {_WORDS['absent'][language].format(allow=scale.missing.allow)}"
        yield _output(instrument, scale.id, line, language)
    for bands in definition.bands:
        yield _output(instrument, bands.id, f"{_WORDS['of'][language]} {bands.of}", language)
        yield from _levels(instrument, bands.id, bands.levels, language)
    for table in definition.tables:
        line = _WORDS["table"][language].format(rows=table.rows, columns=table.columns)
        yield _output(instrument, table.id, line, language)
        for level, row in table.cells.items():
            yield f"    {level}: {', '.join(row)}"
    for entry in (*definition.models, *definition.judgements, *definition.first_of, *definition.norms):
        yield _output(instrument, entry.id, _as_written(entry, language), language)


def _levels(
    instrument: Instrument, name: str, levels: Mapping[str, Any], language: Language, indent: str = "    "
) -> Iterator[str]:
    """Yield levels with their lower bounds, one a line where they have texts; under their group where they differ."""
    lines = []
    for level, start in levels.items():
        if isinstance(start, dict):
            yield f"{indent}{level}"
            yield from _levels(instrument, name, start, language, f"{indent}  ")
        else:
            lines.append((f"{level} ≥ {number(start, language)}", _called(instrument, name, level, language)))
    yield from (f"{indent}{line}" for line in _aligned(lines))


def _called(instrument: Instrument, name: str, level: str, language: Language) -> str:
    """Return what a level is called where that says more than its name."""
    called = instrument.wording(language).level(name, level)
    if called.startswith(f"{level} ("):
        called = called.removeprefix(f"{level} (").removesuffix(")")
    return "" if called.lower() == level.replace("_", " ") else called


def _aligned(lines: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield what stands at the start of lines with the texts behind it, or all in one line where there are none."""
    if any(text for _, text in lines):
        widest = max(len(start) for start, _ in lines)
        yield from (f"{start.ljust(widest)}  {text}".rstrip() for start, text in lines)
    elif lines:
        yield ", ".join(start for start, _ in lines)


def _as_written(entry: entries.Entry, language: Language) -> str:
    """Return what an entry says, key by key."""
    written = entry.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"id", "source", "evidence"})
    return "; ".join(f"{key} {_plain(value, language)}" for key, value in written.items())


def _plain(value: Any, language: Language) -> str:
    if isinstance(value, dict):
        text = value.get(language) or value.get("en")
        return str(text) if text else ", ".join(f"{name} {_plain(part, language)}" for name, part in value.items())
    return ", ".join(_plain(part, language) for part in value) if isinstance(value, list) else str(value)


def _output(instrument: Instrument, name: str, line: str, language: Language) -> str:
    label = instrument.wording(language).label(name)
    called = name if label == name else f"{name} ({label})"
    mark = f" [{_WORDS['outcome'][language]}]" if name == instrument.definition.outcome else ""
    return f"{called}{mark}: {line}"
