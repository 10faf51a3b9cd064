"""The answers of one person: item=value pairs, or a mapping in a JSON or YAML file or on standard input.

Nothing is guessed: text stays text, except that a number is read where the item is a number or a count.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import rvn
from rvn import messages
from rvn.cli import problems
from rvn.cli.problems import CommandError
from rvn.days import read_day
from rvn.definition.scope import ASSESSED_ON
from rvn.definition.source import parse
from rvn.errors import AnswersError, Diagnostic
from rvn.scoring.files.text import as_answer
from rvn.scoring.instrument import Instrument
from rvn.scoring.result import Result

STDIN = "-"
MAPPINGS = (".json", ".yaml", ".yml")
FRAMES = (".csv", ".parquet")

_PAIR = re.compile(r"([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)=(.*)", re.DOTALL)
_QUOTE_NO_ANSWER = {messages.TAB.code, messages.DUPLICATE_KEY.code, messages.SECOND_DOCUMENT.code}


def frame_file(words: Sequence[str]) -> Path | None:
    """Return the file or folder of a frame, or None where the answers of one person were typed."""
    path = _file(words)
    if path is None and len(words) == 1 and not _PAIR.fullmatch(words[0]) and Path(words[0]).is_file():
        raise CommandError(problems.NOT_A_PAIR.at(number=1))  # of a kind that is not read
    return path if path is not None and (path.suffix.lower() in FRAMES or path.is_dir()) else None


def frame_place(words: Sequence[str]) -> str | None:
    """Return the file, folder or address of a frame as it was typed, or None where answers were typed.

    Whether there is something is for the engine to say: an address of a cluster is no path here.
    """
    pairs = [word for word in words if _PAIR.fullmatch(word)]
    if pairs or (len(words) == 1 and (words[0] == STDIN or Path(words[0]).suffix.lower() in MAPPINGS)):
        return None
    if len(words) > 1:
        raise CommandError(problems.FILE_ALONE.at())
    return words[0]


def day(text: str | None) -> date | None:
    """Return the day of assessment that was typed."""
    if text is None:
        return None
    found = read_day(text)
    if found is None:
        raise CommandError(problems.BAD_DAY.at())
    return found


def score_person(instrument: Instrument, words: Sequence[str], on: str | None, recalled: Sequence[str] = ()) -> Result:
    """Return the result of the person whose answers were typed, or stand in the file that was named.

    Parameters
    ----------
    instrument
        What to score with.
    words
        As typed: pairs, or the name of a file.
    on
        Day of assessment, as typed.
    recalled
        Parts to state although they rest on recalled facts; those of a component are called name.part.

    Raises
    ------
    CommandError
        When they cannot be read.
    AnswersError
        When they cannot be used.
    """
    path = _file(words)
    answers = _from_pairs(instrument, words) if path is None else from_file(path)
    return _score(instrument, answers, day(on), recalled)


def accepting(instrument: Instrument, names: Iterable[str]) -> Instrument:
    """Return the instrument with its own parts among `names` stated; those of components are called name.part."""
    return instrument.accepting(*(name for name in names if _split(name)[0] not in instrument.definition.uses))


def _split(name: str) -> tuple[str, str]:
    owner, _, part = name.partition(".")
    return owner, part


def _score(instrument: Instrument, answers: dict[str, Any], on: date | None, recalled: Sequence[str]) -> Result:
    """Score answers in which those to a component stand under its name."""
    on = _the_day(answers, on)
    if on is None and ASSESSED_ON in instrument.plan.fields:
        raise CommandError(problems.DAY_NEEDED.at(example="2026-11-21"))
    for name, reference in instrument.definition.uses.items():
        if answers.get(name) is None:
            continue
        if not isinstance(answers[name], dict):
            raise CommandError(problems.COMPONENT.at(name=name, reference=reference))
        component = accepting(rvn.load(reference), [part for owner, part in map(_split, recalled) if owner == name])
        try:
            answers[name] = _score(component, answers[name], on, [])
        except AnswersError as error:
            raise AnswersError([_within(name, problem) for problem in error.diagnostics]) from None
    return accepting(instrument, recalled).score(answers, on=on)


def _within(name: str, problem: Diagnostic) -> Diagnostic:
    return replace(problem, message=f"in '{name}': {problem.message}")


def _the_day(answers: dict[str, Any], on: date | None) -> date | None:
    """Return the one day of assessment; like a frame, a mapping may hold it under its own name."""
    if ASSESSED_ON not in answers:
        return on
    written = day(str(answers.pop(ASSESSED_ON)))
    if on is not None and on != written:
        raise CommandError(problems.TWO_DAYS.at())
    return written


# where answers stand


def _file(words: Sequence[str]) -> Path | None:
    """Return the file that was named; None where pairs were typed."""
    files = [word for word in words if not _PAIR.fullmatch(word) and _names_a_file(word)]
    if not files:
        return None
    if len(words) > 1:
        raise CommandError(problems.FILE_ALONE.at())
    if files[0] != STDIN and not Path(files[0]).exists():
        raise CommandError(problems.NO_FILE.at(file=files[0]))
    return Path(files[0])


def _names_a_file(word: str) -> bool:
    return word == STDIN or Path(word).suffix.lower() in (*MAPPINGS, *FRAMES) or Path(word).is_dir()


def _from_pairs(instrument: Instrument, words: Sequence[str]) -> dict[str, Any]:
    found: list[Diagnostic] = []
    answers: dict[str, Any] = {}
    for number, word in enumerate(words, start=1):
        pair = _PAIR.fullmatch(word)
        if pair is None:
            found.append(problems.NOT_A_PAIR.at(number=number))
            continue
        *owners, name = pair[1].split(".")
        within, asked = answers, instrument
        for owner in owners:
            reference = asked.definition.uses.get(owner)
            if reference is None or not isinstance(within.get(owner, {}), dict):
                name = pair[1]  # scoring will say that there is no such item
                break
            within, asked = within.setdefault(owner, {}), rvn.load(reference)
        if name in within:
            found.append(problems.TWICE.at(name=pair[1]))
        field = asked.plan.fields.get(name)
        within[name] = pair[2] if field is None else as_answer(field, pair[2])
    if found:
        raise CommandError(found)
    return answers


def from_file(path: Path) -> dict[str, Any]:
    """Return the answers in a JSON or YAML file, or on standard input."""
    is_stdin = str(path) == STDIN
    name = "standard input" if is_stdin else str(path)
    try:
        raw = sys.stdin.buffer.read() if is_stdin else path.read_bytes()
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable(name, "it is not UTF-8 text", "save it as UTF-8") from None
    content = _json(text, name) if path.suffix.lower() == ".json" else _yaml(text, name)
    if not isinstance(content, dict):
        found = {"list": "a list", "NoneType": "nothing", "str": "text"}.get(type(content).__name__, "a single value")
        raise CommandError(problems.NOT_ANSWERS.at(file=name, found=found))
    return {str(key): value for key, value in content.items()}


def _json(text: str, name: str) -> object:
    def members(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
        found: dict[str, object] = {}
        for key, value in pairs:
            if key in found:
                raise CommandError(problems.TWICE.at(name=key))
            found[key] = value
        return found

    try:
        content: object = json.loads(text, object_pairs_hook=members)
    except json.JSONDecodeError as error:
        why = f"line {error.lineno}, column {error.colno} is not valid JSON"
        raise _unreadable(name, why, "look at the brackets, quotes and commas there") from None
    except (RecursionError, ValueError):
        raise _unreadable(name, "it nests too deep, or holds a number that is too long", "correct it") from None
    return content


def _yaml(text: str, name: str) -> object:
    source = parse(text, name)
    if source.problems:
        first = source.problems[0]
        where = "" if first.place is None else f"line {first.place.line}, column {first.place.column}: "
        if first.code in _QUOTE_NO_ANSWER:
            raise _unreadable(name, where + first.message, first.hint)
        # Other wordings may quote what stands in the file, and so an answer.
        remedy = "write one `item: answer` a line; text with signs in quotes; no anchors, no tags"
        raise _unreadable(name, f"{where}this is not plain YAML", remedy)
    return source.data


def _unreadable(name: str, why: str, remedy: str) -> CommandError:
    return CommandError(problems.UNREADABLE.at(file=name, why=why, remedy=remedy))
