"""Writes the results section as text in Markdown."""

from __future__ import annotations

from rvn.report.narrative import HEADINGS, narrative
from rvn.report.phrases import phrase
from rvn.report.said import Said
from rvn.study.results import Results
from rvn.text import LANGUAGES, Language


def markdown(results: Results, first: Language) -> str:
    """Return the results section in every language, one of them first."""
    parts = [_in(results, language) for language in sorted(LANGUAGES, key=lambda language: language != first)]
    return "\n".join(parts)


def _in(results: Results, language: Language) -> str:
    said = Said(results, language)
    lines = [f"# {_escaped(said.words(results.title, results.id))}", ""]
    for name, paragraphs in narrative(results, said).items():
        lines += [f"## {HEADINGS[name][language]}", ""]
        for text in paragraphs:
            lines += [_escaped(text), ""]
    return "\n".join([*lines, f"*{phrase('decision', language)}*", ""])


def _escaped(text: str) -> str:
    for sign in "\\`*_<>[]":
        text = text.replace(sign, f"\\{sign}")
    return text
