"""What each column of an entry sheet means: names, labels, answers and ranges, in English or Latvian."""

from __future__ import annotations

import csv
import html
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rvn.plan.nodes import Field
from rvn.scoring.instrument import Instrument
from rvn.study.escape import safe
from rvn.text import Language, number

WORDS = {
    "codebook": {"en": "Codebook", "lv": "Kodu grāmata"},
    "column": {"en": "Column", "lv": "Kolonna"},
    "meaning": {"en": "Meaning", "lv": "Nozīme"},
    "kind": {"en": "Kind", "lv": "Veids"},
    "answers": {"en": "Answers", "lv": "Atbildes"},
    "absent": {"en": "If there is no answer", "lv": "Ja atbildes nav"},
    "answer": {"en": "Answer", "lv": "Atbilde"},
    "label": {"en": "Label", "lv": "Nosaukums"},
    "to": {"en": "to", "lv": "līdz"},
    "from": {"en": "from", "lv": "no"},
    "empty": {"en": "leave it empty", "lv": "atstāt tukšu"},
    "choice": {"en": "one of the answers", "lv": "viena no atbildēm"},
    "level": {"en": "a level", "lv": "līmenis"},
    "count": {"en": "a whole number", "lv": "vesels skaitlis"},
    "number": {"en": "a number", "lv": "skaitlis"},
    "date": {"en": "a date, YYYY-MM-DD", "lv": "datums, GGGG-MM-DD"},
    "code": {"en": "a code", "lv": "kods"},
    "person": {
        "en": "Code of the person: one that means nothing elsewhere, never a personal code",
        "lv": "Personas kods pētījumā: tāds, kas citur neko nenozīmē, nekad ne personas kods",
    },
    "assessor": {"en": "Code of the assessor", "lv": "Vērtētāja kods"},
    "site": {"en": "Site", "lv": "Vieta"},
    "assessed_on": {"en": "Day of the assessment", "lv": "Novērtēšanas diena"},
    "unknown": {"en": "asked, nobody knows", "lv": "jautāts, neviens nezina"},
    "refused": {"en": "refused to answer", "lv": "atteicās atbildēt"},
    "not_asked": {"en": "was not asked", "lv": "netika jautāts"},
    "not_applicable": {"en": "does not apply", "lv": "nav attiecināms"},
    "title": {"en": "Instrument", "lv": "Instruments"},
    "version": {"en": "Version", "lv": "Versija"},
}
WHOSE = ("person", "assessed_on", "assessor", "site")  # columns of a sheet that are no items


@dataclass(frozen=True)
class Answer:
    """What can stand in a cell, and what it means."""

    value: str
    label: str


@dataclass(frozen=True)
class Entry:
    """One column of the sheet."""

    name: str
    label: str
    help: str
    kind: str
    answers: tuple[Answer, ...]
    low: float
    high: float
    absent: tuple[Answer, ...]


def entries(instrument: Instrument, language: Language) -> tuple[Entry, ...]:
    """Return the columns of an entry sheet for an instrument: whose row it is, and every item and given fact."""
    whose = [
        Entry(name, WORDS[name][language], "", "date" if name == "assessed_on" else "code", (), -math.inf, math.inf, ())
        for name in WHOSE
        if name not in instrument.plan.fields or name == "assessed_on"
    ]
    fields = [field for name, field in instrument.plan.fields.items() if name != "assessed_on"]
    return (*whose, *(_entry(instrument, field, language) for field in fields))


def _entry(instrument: Instrument, field: Field, language: Language) -> Entry:
    wording = instrument.wording(language)
    texts = instrument.loaded.texts.get(language, {}).get(field.name)
    own = instrument.definition.absence
    reasons = []
    for reason in field.reasons:
        said = own[reason].get(language) or own[reason].get("en") if reason in own else None
        reasons.append(Answer(reason, said or WORDS.get(reason, {}).get(language, reason)))
    return Entry(
        name=field.name,
        label=wording.label(field.name),
        help=(texts.help or "") if texts is not None else "",
        kind=field.kind,
        answers=tuple(Answer(option, wording.option(field.name, option)) for option in field.options),
        low=field.minimum,
        high=field.maximum,
        absent=tuple(reasons),
    )


def to_csv(columns: Sequence[Entry], language: Language) -> str:
    """Return the codebook as CSV: a row for each answer of each column, or one for a column without a list."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    heads = ("column", "meaning", "kind", "answer", "label")
    writer.writerow([WORDS[head][language] for head in heads])
    for entry in columns:
        answers = [*entry.answers, *entry.absent] or [Answer(_range(entry, language), "")]
        if entry.kind in ("count", "number"):
            answers = [Answer(_range(entry, language), ""), *entry.absent]
        for answer in answers:
            cells = (entry.name, entry.label, WORDS[entry.kind][language], answer.value, answer.label)
            writer.writerow([safe(cell) for cell in cells])
    return out.getvalue()


def _range(entry: Entry, language: Language) -> str:
    low, high = math.isfinite(entry.low), math.isfinite(entry.high)
    if low and high:
        return f"{number(entry.low, language)} {WORDS['to'][language]} {number(entry.high, language)}"
    return f"{WORDS['from'][language]} {number(entry.low, language)}" if low else ""


STYLE = """\
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #8886}
code{font-size:.95em}small{opacity:.75}ul{margin:0;padding-left:1.1rem}
@media print{@page{size:A4;margin:15mm}body{margin:0;max-width:none}tr{break-inside:avoid}}"""


def to_html(instrument: Instrument, columns: Sequence[Entry], language: Language) -> str:
    """Return the codebook as one HTML page that needs nothing else."""

    def word(name: str) -> str:
        return html.escape(WORDS[name][language])

    title = html.escape(f"{instrument.title(language)}: {WORDS['codebook'][language]}")
    heads = "".join(f"<th scope=col>{word(head)}</th>" for head in ("column", "meaning", "answers", "absent"))
    rows = "\n".join(_html_row(entry, language) for entry in columns)
    return (
        f'<!doctype html>\n<html lang="{language}">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n<style>{STYLE}</style>\n'
        f"<h1>{title}</h1>\n<p>{html.escape(instrument.reference)}</p>\n"
        f"<table><thead><tr>{heads}</tr></thead><tbody>\n{rows}\n</tbody></table>\n</html>\n"
    )


def _html_row(entry: Entry, language: Language) -> str:
    help_text = f"<br><small>{html.escape(entry.help)}</small>" if entry.help else ""
    kind = html.escape(WORDS[entry.kind][language])
    span = html.escape(_range(entry, language)) if entry.kind in ("count", "number") else ""
    answers = _list(entry.answers) or " ".join(part for part in (kind, span) if part)
    absent = _list(entry.absent) or html.escape(WORDS["empty"][language])
    return (
        f"<tr><th scope=row><code>{html.escape(entry.name)}</code></th>"
        f"<td>{html.escape(entry.label)}{help_text}</td><td>{answers}</td><td>{absent}</td></tr>"
    )


def _list(answers: Sequence[Answer]) -> str:
    return f"<ul>{''.join(_items(answers))}</ul>" if answers else ""


def _items(answers: Sequence[Answer]) -> Iterator[str]:
    for answer in answers:
        label = "" if answer.label == answer.value else f" {html.escape(answer.label)}"
        yield f"<li><code>{html.escape(answer.value)}</code>{label}</li>"
