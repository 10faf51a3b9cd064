"""Strict YAML: what a definition file may contain as text, with the place of every key and value.

YAML 1.2 core types only (`no`, `012` and `12:30` stay text); no duplicate keys, anchors, aliases, tags or merge
keys; size and depth are bounded. All problems of a file are collected.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from rvn import messages
from rvn.errors import DefinitionError, Diagnostic, Place

MAX_BYTES = 1_000_000
MAX_DEPTH = 24

Path_ = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+([eE][-+]?[0-9]+)?")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_BEGINS_A_NUMBER = frozenset("-+0123456789")
_QUOTES = ("'", '"')
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Source:
    """The plain data of one file, and where each part of it stands.

    `places` maps a path of keys and indices to the position of the value, `keys` to that of its key; `folded` are
    values over several lines. `elsewhere` maps paths to those of another source that stands in for them. `tables` has
    the digests of the tables read with it, and `read_before` the tables themselves.
    """

    file: str
    data: Any = None
    places: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)
    folded: set[Path_] = field(default_factory=set)
    tables: dict[str, str] = field(default_factory=dict)
    read_before: dict[Path, Any] = field(default_factory=dict)
    elsewhere: dict[Path_, tuple[Source, Path_]] = field(default_factory=dict)

    def place(self, path: Path_, *, key: bool = False) -> Place:
        """Return the position of the value at `path` (or of its key), or of the nearest thing above it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.elsewhere:
                source, start = self.elsewhere[path[:length]]
                return source.place((*start, *path[length:]), key=key)
        if key and path in self.keys:
            return Place(self.file, *self.keys[path])
        while path and path not in self.places:
            path = path[:-1]
        return Place(self.file, *self.places.get(path, (1, 1)))


def read(path: Path) -> Source:
    """Return the content of a file of strict YAML with its places; problems are in `Source.problems`.

    Raises
    ------
    DefinitionError
        When there is no such file, or it is not text of a reasonable size.
    """
    if not path.is_file():
        raise DefinitionError(messages.NO_FILE.at(Place(str(path))))
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise DefinitionError(messages.FILE_TOO_LARGE.at(Place(str(path)), size=size, limit=MAX_BYTES))
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise DefinitionError(messages.NOT_UTF8.at(Place(str(path)), position=error.start)) from None
    return parse(text, str(path))


def parse(text: str, file: str) -> Source:
    r"""Return the content of strict YAML `text`; `file` is the name used in messages.

    Examples
    --------
    >>> source = parse("id: demo\nanswer: no\npoints: {a: 1.5}", "demo.yaml")
    >>> source.data
    {'id': 'demo', 'answer': 'no', 'points': {'a': 1.5}}
    >>> print(source.place(("points", "a")))
    demo.yaml:3:13
    """
    source = Source(file)
    try:
        _Builder(source, iter(_LOADER(text).get_event, None)).run()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        lines = text.splitlines()
        indent = re.match(r"\s*", lines[line - 1]) if line <= len(lines) else None
        if indent and "\t" in indent.group():
            source.problems.append(messages.TAB.at(Place(file, line, indent.group().index("\t") + 1)))
        else:
            what = ", ".join(part for part in (error.context, error.problem) if part)
            source.problems.append(messages.NOT_YAML.at(Place(file, line, column), what=what))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        source.problems.append(messages.NOT_YAML.at(Place(file, line), what=error.reason))
    return source


class _Refused(Exception):
    """Reading cannot go on past this point."""


class _Builder:
    """Turns the events of one YAML document into data, collecting what is not allowed."""

    def __init__(self, source: Source, events: Iterator[Any]) -> None:
        self.source = source
        self.events = events

    def run(self) -> None:
        try:
            for event in self.events:
                if isinstance(event, yaml.DocumentStartEvent):
                    if self.source.places:
                        self.problem(messages.SECOND_DOCUMENT, event)
                        return
                elif isinstance(event, yaml.NodeEvent):
                    self.source.data = self.build(event, ())
        except _Refused:
            pass

    def build(self, event: Any, path: Path_) -> Any:
        line, column = position = _position(event)
        if event.end_mark.line >= line:
            self.source.folded.add(path)
        is_scalar = isinstance(event, yaml.ScalarEvent)
        # What is in quotes begins behind them, so that a column inside an expression can be told.
        self.source.places[path] = (line, column + 1) if is_scalar and event.style in _QUOTES else position
        if isinstance(event, yaml.AliasEvent):
            self.problem(messages.ALIAS, event, name=event.anchor)
            return None
        if len(path) > MAX_DEPTH:
            self.problem(messages.TOO_DEEP, event, limit=MAX_DEPTH)
            raise _Refused
        self.check_plain(event)
        if is_scalar:
            return resolve(event.value) if event.implicit[0] else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path)
        return self.mapping(path)

    def sequence(self, path: Path_) -> list[Any]:
        result: list[Any] = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            result.append(self.build(event, (*path, len(result))))
        return result

    def check_plain(self, event: Any) -> None:
        if event.anchor:
            self.problem(messages.ALIAS, event, name=event.anchor)
        if event.tag:
            self.problem(messages.TAG, event, tag=event.tag)

    def mapping(self, path: Path_) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self.key(event)
            if key is None or key in result:
                if key is not None:
                    first = self.source.keys[(*path, key)]
                    self.problem(messages.DUPLICATE_KEY, event, key=key, line=first[0])
                self.build(next(self.events), (*path, str(key), "(passed over)"))
                continue
            inner = (*path, key)
            self.source.keys[inner] = _position(event)
            result[key] = self.build(next(self.events), inner)
        return result

    def key(self, event: Any) -> str | None:
        """Return a key as it is written, so that 1 and "1" are one key; None for what is passed over."""
        if isinstance(event, yaml.AliasEvent):
            self.problem(messages.ALIAS, event, name=event.anchor)
            return None
        if not isinstance(event, yaml.ScalarEvent):
            self.problem(messages.KEY_NOT_TEXT, event)
            raise _Refused
        self.check_plain(event)
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text == "<<":
            self.problem(messages.ALIAS, event, name="<<")
            return None
        if text in _WORDS:
            self.problem(messages.KEY_NOT_QUOTED, event, key=text)
        number = resolve(text)
        return str(int(number)) if isinstance(number, float) and number.is_integer() else text

    def problem(self, message: messages.Message, event: Any, **values: object) -> None:
        self.source.problems.append(message.at(Place(self.source.file, *_position(event)), **values))


def _position(event: Any) -> tuple[int, int]:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


def inside(data: Any, path: Path_, otherwise: object = None) -> Any:
    """Return the part of plain data at a path, or something else where there is no such part.

    >>> inside({"items": [{"id": "a"}]}, ("items", 0, "id"))
    'a'
    """
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return otherwise
    return data


def resolve(text: str) -> str | int | float | bool | None:
    """Return the value of an unquoted YAML scalar by the core types of YAML 1.2.

    >>> [resolve(text) for text in ("no", "012", "12:30", "12", "1.50", "true", "~")]
    ['no', '012', '12:30', 12, 1.5, True, None]
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _BEGINS_A_NUMBER:
        return text
    if _INTEGER.fullmatch(text) and len(text) <= 18:
        return int(text)
    if _DECIMAL.fullmatch(text) and not math.isinf(float(text)):
        return float(text)
    return text
