"""Reads a definition with its texts from files into what was written, where, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rvn import messages
from rvn.definition.compile import Components, compile_plan
from rvn.definition.entries import Definition, Profile, Texts
from rvn.definition.problems import validated
from rvn.definition.profile import with_profile
from rvn.definition.salvage import salvage
from rvn.definition.source import Source, read
from rvn.errors import DefinitionError, Diagnostic, Place
from rvn.plan.plan import Plan

LANGUAGES = ("en", "lv")


@dataclass(frozen=True)
class Loaded:
    """A definition as written and as meant.

    `texts` are by language and by the name of the part; `components` gives the plans of other instruments.
    """

    path: Path
    definition: Definition
    source: Source
    texts: Mapping[str, Mapping[str, Texts]]
    text_sources: Mapping[str, Source]
    plan: Plan
    components: Components
    profile: Profile | None = None

    def accepting(self, names: frozenset[str]) -> Plan:
        """Return the plan that states the parts called `names` although they rest on recalled facts."""
        source = Source(self.source.file, elsewhere=self.source.elsewhere)
        plan = compile_plan(self.definition, source, self.components, accept=names)
        if plan is None or source.tables != self.source.tables:
            raise DefinitionError(messages.CHANGED.at(Place(self.source.file)))
        return plan


def load(path: Path, components: Components, profile: Path | None = None) -> Loaded:
    """Return the definition in a file, with the texts beside it, and with what a profile makes local.

    Raises
    ------
    DefinitionError
        With every problem of the file and its texts.
    """
    source = read(path)
    readable = isinstance(source.data, dict) or not source.problems
    definition = validated(Definition, source) if readable else None
    local, plan = None, None
    if definition is not None and profile is not None:
        local, definition = with_profile(definition, source, profile)
    if definition is not None:
        plan = compile_plan(definition, source, components)
    elif (rest := salvage(source)) is not None:
        compile_plan(rest[0], source, components, broken=rest[1])
    texts, text_sources = {}, {}
    for language in LANGUAGES:
        text_path = path.parent / "texts" / f"{language}.yaml"
        if text_path.is_file():
            text_sources[language] = read(text_path)
            texts[language] = _texts(text_sources[language])
    problems = [problem for each in (source, *text_sources.values()) for problem in each.problems]
    if definition is None or plan is None or any(problem.severity == "error" for problem in problems):
        raise DefinitionError(in_order(problems))
    return Loaded(path, definition, source, texts, text_sources, plan, components, local)


def _texts(source: Source) -> dict[str, Texts]:
    if not isinstance(source.data, dict):
        if not source.problems:
            what = "a mapping of names to texts is expected"
            source.problems.append(messages.NOT_YAML.at(source.place(()), what=what))
        return {}
    found = {name: validated(Texts, source, (name,)) for name in source.data}
    return {str(name): texts for name, texts in found.items() if texts is not None}


def in_order(problems: list[Diagnostic]) -> list[Diagnostic]:
    """Return problems by file and line, each once."""
    return sorted(dict.fromkeys(problems), key=lambda problem: (problem.place or Place(""), problem.code))
