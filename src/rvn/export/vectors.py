"""Test vectors: answers and expected results, from which another implementation sees whether it scores alike."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rvn.definition.scope import ASSESSED_ON
from rvn.errors import AnswersError
from rvn.export.domain import DAY
from rvn.export.search import Answers, Person, Search
from rvn.plan.nodes import Field
from rvn.plan.status import Status
from rvn.scoring.examples import scored
from rvn.scoring.instrument import Instrument
from rvn.scoring.record import said
from rvn.scoring.result import Result

KIND, SCHEMA = "rvn vectors", 1
PARTS = ("value", "status", "low", "high")
EXPECT = "expect."  # before the columns of expected results
# The order of vectors: edges and exclusions first, then whatever else there is.
_ORDER = (
    *("cut-off", "missing rule", "not eligible", "eligibility unknown", "contradiction", "rule", "flag", "cell"),
    *("level", "first of", "norm", "model", "lookup", "not asked", "absent", "points", "answer"),
)

Stated = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Vector:
    """Answers of somebody invented, and what an instrument says about them.

    Parameters
    ----------
    id
        Number, such as ``v001``.
    why
        What it is there for.
    answers, on
        What is scored, and the day of assessment where it matters.
    expect
        Value, status, and lowest and highest possible value of every output and flag.
    refused
        Problems of answers that cannot be used, by item and code; every output is then ``invalid``.
    """

    id: str
    why: tuple[str, ...]
    answers: Answers
    on: str | None
    expect: Stated
    refused: tuple[tuple[str, str], ...] = ()

    def to_record(self) -> dict[str, object]:
        """Return plain values for JSON."""
        refused = [{"item": item, "code": code} for item, code in self.refused]
        plain = {"id": self.id, "why": list(self.why), "on": self.on, "answers": self.answers, "expect": self.expect}
        return plain | ({"refused": refused} if refused else {})


@dataclass(frozen=True)
class Vectors:
    """The test vectors of one version of an instrument.

    Parameters
    ----------
    instrument
        What they are of.
    vectors
        Edges and exclusions first.
    touched, missed
        How many targets they touch, and which they do not.
    """

    instrument: Instrument
    vectors: tuple[Vector, ...]
    touched: int
    missed: tuple[str, ...]

    def to_json(self) -> str:
        """Return them as JSON, one file for all that another implementation needs."""
        instrument = self.instrument
        profile = instrument.loaded.profile
        content = {
            "kind": KIND,
            "schema": SCHEMA,
            "instrument": instrument.id,
            "version": instrument.version,
            "profile": f"{profile.id}@{profile.version}" if profile else None,
            "fingerprint": instrument.fingerprint,
            "recalled": sorted(instrument.accepted),
            "touched": self.touched,
            "missed": list(self.missed),
        }
        head = json.dumps(content, ensure_ascii=False, indent=1).removesuffix("\n}")
        lines = ",\n".join(json.dumps(vector.to_record(), ensure_ascii=False) for vector in self.vectors)
        return f'{head},\n "vectors": [\n{lines}\n]}}\n'

    def to_csv(self) -> str:
        """Return them as a table: a row a vector, its answers, and what is expected under ``expect.…``."""
        fields = [name for name in self.instrument.plan.fields if name != ASSESSED_ON]
        day = [ASSESSED_ON] if ASSESSED_ON in self.instrument.plan.fields else []
        flags = {step.name for step in self.instrument.plan.of_kind("flag")}
        columns = [
            (name, part) for name in self.vectors[0].expect for part in PARTS if name not in flags or part in _OF_FLAGS
        ]
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        ends = [f"{EXPECT}{name}" if part == "value" else f"{EXPECT}{name}_{part}" for name, part in columns]
        writer.writerow(["vector", "why", *day, *fields, *ends])
        for vector in self.vectors:
            given = [_cell(vector.answers.get(name)) for name in fields]
            expected = [_cell(vector.expect[name][part]) for name, part in columns]
            writer.writerow([vector.id, "; ".join(vector.why), *([vector.on] if day else []), *given, *expected])
        return out.getvalue()


_OF_FLAGS = ("value", "status")


def _cell(value: object) -> object:
    if isinstance(value, Mapping):
        return value["level"]
    return "" if value is None else str(value).lower() if isinstance(value, bool) else value


def vectors(instrument: Instrument) -> Vectors:
    """Return test vectors that touch every level, cut-off, rule, missing rule and exclusion; the same every time.

    Examples
    --------
    >>> import rvn
    >>> made = vectors(rvn.load("broward-rules@2018"))
    >>> made.missed
    ()
    >>> made.vectors[0].why[0], made.vectors[0].expect["level"]["value"]
    ('cut-off level: on the cut-off of yes', 'yes')
    """
    search = Search(instrument)
    search.run()
    people = sorted(search.kept, key=lambda person: min(_rank(search, place) for place in person.touched))
    made = [_vector(search, person) for person in people]
    found = [*made, *_refused(search, people)]
    numbered = [Vector(f"v{n:03}", v.why, v.answers, v.on, v.expect, v.refused) for n, v in enumerate(found, start=1)]
    missed = tuple(str(search.targets[place]) for place in sorted(search.open))
    return Vectors(instrument, tuple(numbered), len(search.targets) - len(missed), missed)


def _rank(search: Search, place: int) -> tuple[int, int]:
    return _ORDER.index(search.targets[place].kind), place


def _vector(search: Search, person: Person) -> Vector:
    places = sorted(person.touched, key=lambda place: _rank(search, place))
    why = tuple(str(search.targets[place]) for place in places)
    return Vector("", why, person.answers, search.day, _stated(person.result))


def _stated(result: Result) -> dict[str, Mapping[str, Any]]:
    plain: Any = said(result)
    stated = {**plain["outputs"], **plain["flags"]}
    return {name: {part: parts[part] for part in PARTS} for name, parts in stated.items()}


def _refused(search: Search, people: list[Person]) -> Iterator[Vector]:
    """Yield one vector for every way in which an answer to an item cannot be used."""
    start = next((person for person in people if person.result.outcome.value is not None), None)
    if start is None:
        return
    nothing = {"value": None, "status": str(Status.INVALID), "low": None, "high": None}
    expect = dict.fromkeys(_stated(start.result), nothing)
    for name, field in search.instrument.plan.fields.items():
        if field.is_component or name == ASSESSED_ON or name in {j.id for j in search.instrument.definition.judgements}:
            continue
        for what, value in _wrong(field, search.day):
            answers = {**start.answers, name: value}
            try:
                scored(search.instrument, answers, search.day)
            except AnswersError as error:
                problems = tuple((name, problem.code) for problem in error.diagnostics)
                yield Vector("", (f"refused {name}: {what}",), answers, search.day, expect, problems)


def _wrong(field: Field, day: str | None) -> Iterator[tuple[str, object]]:
    if field.options:
        yield "no such option", "no such option"
    elif field.kind == "date":
        yield "no date", "31.12.1999"
        if day is not None:
            yield "after the assessment", DAY.replace(year=DAY.year + 1).isoformat()
    else:
        if field.minimum > -1e15:
            yield "below its range", int(field.minimum) - 1
        if field.maximum < 1e15:
            yield "above its range", int(field.maximum) + 1
        if field.kind == "count":
            yield "not a whole number", max(field.minimum, 0) + 0.5
