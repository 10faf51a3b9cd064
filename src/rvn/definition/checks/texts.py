"""Everything that people read should have its words in every language, and every fact its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rvn import messages
from rvn.definition.entries import Definition, Texts
from rvn.definition.load import LANGUAGES, Loaded
from rvn.definition.scope import OUTPUTS
from rvn.errors import Diagnostic, Place
from rvn.plan.types import levels_of

_KINDS = {"bands": "level", "first_of": "output", "eligible": "condition", "consistent": "condition"}


def check_texts(loaded: Loaded) -> Iterator[Diagnostic]:
    """Yield labels, options and levels that have no text in a language, and texts of things there are not."""
    needed = dict(_needed(loaded))
    only_version = len(list(loaded.path.parent.glob("*.yaml"))) == 1
    for language in LANGUAGES:
        texts, source = loaded.texts.get(language, {}), loaded.text_sources.get(language)
        place = source.place(()) if source else Place(str(loaded.path.parent / "texts" / f"{language}.yaml"))
        for name, words in needed.items():
            for what in _lacking(texts, name, words):
                where = source.place((name,), key=True) if source and name in texts else place
                yield messages.NO_TEXT.at(where, language=language, what=what, name=name)
        for name in texts:
            # Texts are shared by the versions of an instrument, so one may belong to another version.
            known = (*needed, *loaded.definition.absence, *loaded.plan.fields)
            if source and only_version and name not in known:
                near = messages.near(name, needed)
                yield messages.UNUSED_TEXT.at(source.place((name,), key=True), name=name, near=near)
    yield from _localized(loaded)


def _needed(loaded: Loaded) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what people read by name, with the options or levels to be named."""
    definition: Definition = loaded.definition
    plan = loaded.plan.full or loaded.plan
    for name, field in plan.fields.items():
        codes = field.kind == "level" and name in definition.given  # too many to be named one by one
        if name != "assessed_on" and not field.is_component:
            yield name, () if codes else field.options
    for name in (*definition.derived, *definition.lookups):
        yield name, ()
    for name, node in plan.outputs.items():
        if name not in plan.fields:
            yield name, levels_of(node)


def _lacking(texts: Mapping[str, Texts], name: str, words: tuple[str, ...]) -> Iterator[str]:
    if name not in texts:
        yield f"'{name}'"
        return
    known = {*texts[name].options, *texts[name].levels}
    for word in words:
        if word not in known:
            yield f"'{word}' of '{name}'"


def _localized(loaded: Loaded) -> Iterator[Diagnostic]:
    definition = loaded.definition
    for key in ("title", "purpose", "not_for"):
        for language in LANGUAGES:
            if language not in getattr(definition, key):
                place = loaded.source.place((key,), key=True)
                yield messages.NO_TRANSLATION.at(place, language=language, what=f"`{key}`")
    for section in ("eligible", "consistent", "rules", "flags"):
        for index, entry in enumerate(getattr(definition, section)):
            for language in LANGUAGES:
                if language not in entry.because:
                    place = loaded.source.place((section, index, "because"))
                    yield messages.NO_TRANSLATION.at(place, language=language, what=f"the reason of '{entry.id}'")


def check_sources(loaded: Loaded) -> Iterator[Diagnostic]:
    """Yield parts that state facts without a source, and sources that are not declared."""
    definition = loaded.definition
    for section in ("items", *OUTPUTS, "rules", "flags", "eligible", "consistent"):
        for index, entry in enumerate(getattr(definition, section)):
            place = loaded.source.place((section, index, "source" if entry.source else "id"))
            yield from _source(loaded, place, _KINDS.get(section, section.rstrip("s")), entry.id, entry.source)
    for index, scale in enumerate(definition.scales):
        if scale.missing.source is not None:
            place = loaded.source.place(("scales", index, "missing", "source"))
            yield from _source(loaded, place, "missing rule", scale.id, scale.missing.source)
    for index, test in enumerate(definition.tests):
        if test.source is not None:
            place = loaded.source.place(("tests", index, "source"))
            yield from _source(loaded, place, "test", test.name, test.source)
    if definition.reassess is not None and definition.reassess.source is not None:
        place = loaded.source.place(("reassess", "source"))
        yield from _source(loaded, place, "interval", "reassess", definition.reassess.source)
    for section in ("derived", "lookups"):
        for name, entry in getattr(definition, section).items():
            place = loaded.source.place((section, name), key=True)
            yield from _source(loaded, place, "value", name, entry.source)


def _source(loaded: Loaded, place: Place, kind: str, name: str, source: str | None) -> Iterator[Diagnostic]:
    known = loaded.definition.sources
    if source is not None and source not in known:
        near = messages.near(source, known)
        yield messages.UNKNOWN_NAME.at(place, kind="source", name=source, near=near)
    if source is None and len(known) > 1:
        yield messages.NO_SOURCE.at(place, kind=kind, name=name)
