"""The language by example: each table of the pages beside this file holds for one person alone and in frames.

A page has sections; a section has a definition without its head, perhaps a profile, tables it reads as CSV, and a table
of people. Columns after `→` are what must come out: a value that is complete; a value with its status and, where it is
not decided, the range that is left open; or a status with that range. An empty cell is an answer that was not recorded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import polars as pl
import pytest

import rvn
from agreement.engines import ENGINES
from rvn.definition.entries import Test
from rvn.definition.source import resolve
from rvn.plan.status import Status
from rvn.scoring.examples import score_example
from rvn.scoring.instrument import Instrument
from rvn.scoring.result import Result

HERE = Path(__file__).parent
HEAD = """\
rvn: 1
id: spec
version: "1"
status: research
title: {en: Specification}
purpose: {en: Says what the language means.}
not_for: {en: Decisions about people.}
licence: {terms: fictitious, ship: true}
sources: {nobody: {cite: "Nobody, Nowhere"}}
"""
LOCAL = """\
rvn: 1
id: local
version: "1"
of: spec@1
title: {en: Local}
sources: {nobody: {cite: "Nobody, Nowhere"}}
"""

Shown = float | int | str | bool | None


class Expected(NamedTuple):
    """What a cell of a table says of an output; `ends` is None where the cell says nothing of them."""

    value: Shown
    status: str
    ends: tuple[Shown, Shown] | None


class Section(NamedTuple):
    """One claim: a definition, and people to whom it must do justice."""

    page: str
    claim: str
    definition: str
    tables: dict[str, str]
    accept: tuple[str, ...]
    profile: str
    header: list[str]
    rows: list[list[str]]

    @property
    def asked(self) -> list[str]:
        return [name for name in self.header if not name.startswith("→")]

    @property
    def outputs(self) -> list[str]:
        return [name.removeprefix("→").strip() for name in self.header if name.startswith("→")]

    def load(self, folder: Path) -> Instrument:
        path = folder / "spec.yaml"
        path.write_text(HEAD + self.definition, encoding="utf-8")
        for name, table in self.tables.items():
            (folder / name).parent.mkdir(exist_ok=True, parents=True)
            (folder / name).write_text(table, encoding="utf-8")
        if self.profile:
            (folder / "profiles").mkdir(exist_ok=True)
            (folder / "profiles" / "local.yaml").write_text(LOCAL + self.profile, encoding="utf-8")
        return rvn.load(path, profile="local" if self.profile else None).accepting(*self.accept)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Section], Instrument]:
    """Return a function that loads the instrument of a section, once for all that is asked of it."""
    instruments: dict[int, Instrument] = {}

    def load(section: Section) -> Instrument:
        if id(section) not in instruments:
            instruments[id(section)] = section.load(tmp_path_factory.mktemp("section"))
        return instruments[id(section)]

    return load


def sections() -> list[Section]:
    """Return the sections of all pages."""
    found = []
    for page in sorted(HERE.glob("*.md")):
        for text in page.read_text(encoding="utf-8").split("\n## ")[1:]:
            blocks = dict(re.findall(r"```(yaml|yaml profile|csv \S+)\n(.*?)```", text, re.DOTALL))
            accept = re.search(r"Accepted by name: (.+)\.", text)
            lines = [[cell.strip() for cell in line[1:-1].split("|")] for line in text.splitlines() if line[:1] == "|"]
            found.append(
                Section(
                    page.stem,
                    text.splitlines()[0].strip(),
                    blocks.pop("yaml"),
                    {name.removeprefix("csv "): table for name, table in blocks.items() if name[:4] == "csv "},
                    tuple(accept[1].split(", ")) if accept else (),
                    blocks.get("yaml profile", ""),
                    lines[0],
                    lines[2:],
                )
            )
    return found


SECTIONS = sections()


def expectation(text: str) -> Expected:
    """Return what a cell says.

    >>> expectation("2.5 prorated 2..3")
    Expected(value=2.5, status='prorated', ends=(2, 3))
    """
    words = text.split()
    value = None if words[0] in set(Status) else resolve(words.pop(0))
    status = words.pop(0) if words and words[0] in set(Status) else "complete"
    if words:
        low, high = words[0].split("..")
        return Expected(value, status, (resolve(low), resolve(high)))
    return Expected(value, status, (value, value) if status in ("complete", "decided") else None)


def person_of(section: Section, row: list[str]) -> tuple[dict[str, Any], date | None, dict[str, Expected]]:
    cells = dict(zip(section.header, row, strict=True))
    answers: dict[str, Any] = {name: resolve(cells[name]) for name in section.asked}
    day = answers.pop("on", None)
    expected = {name: expectation(cells[f"→ {name}"]) for name in section.outputs}
    return answers, None if day is None else date.fromisoformat(day), expected


def assert_is(expected: Expected, value: Shown, status: str, ends: tuple[Shown, Shown]) -> None:
    assert (expected.value, expected.status) == (value, status)
    if expected.ends is not None:
        assert expected.ends == ends
    elif status in ("invalid", "not_applicable"):
        assert (None, None) == ends


def result_of(instrument: Instrument, answers: dict[str, Any], day: date | None) -> Result:
    """Return the result of one person; of components outputs are given, not results."""
    if not instrument.definition.uses:
        return instrument.score(answers, on=day)
    return score_example(instrument, Test(name="…", answers=answers, on=day and day.isoformat(), expect={"x": 0}))


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: f"{section.page}: {section.claim}")
def test_each_person_alone(section: Section, loaded: Callable[[Section], Instrument]) -> None:
    instrument = loaded(section)
    for row in section.rows:
        answers, day, expected = person_of(section, row)
        result = result_of(instrument, answers, day)
        for name, cell in expected.items():
            output = result[name]
            assert_is(cell, output.value, output.status, (output.low, output.high))


def frame_of(section: Section, instrument: Instrument, library: Any) -> tuple[Any, list[dict[str, Expected]]]:
    """Return the people of a section as a frame, and what is expected of each."""
    people = [person_of(section, row) for row in section.rows]
    numeric = {name for name in section.asked if any(type(row[0].get(name)) in (int, float) for row in people)}
    if library is pl:  # a column of Polars holds either numbers or the reasons why there are none
        people = [row for row in people if not any(isinstance(row[0][name], str) for name in numeric)]
    names = [name for name in instrument.plan.fields if name != "assessed_on"]
    columns: dict[str, Any] = {name: [answers.get(name) for answers, *_ in people] for name in names}
    if "assessed_on" in instrument.plan.fields:
        columns["assessed_on"] = [day for _, day, _ in people]
    expected = [cells for *_, cells in people]
    if library is pl:
        return pl.DataFrame(columns, strict=False), expected
    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()}), expected


def assert_all(expected: list[dict[str, Expected]], rows: list[dict[str, Any]]) -> None:
    for cells, row in zip(expected, rows, strict=True):
        for name, cell in cells.items():
            ends = (there(row.get(f"{name}_low")), there(row.get(f"{name}_high")))
            cell = cell if f"{name}_low" in row else cell._replace(ends=None)  # a flag has no range
            assert_is(cell, there(row[name]), row[f"{name}_status"], ends)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: f"{section.page}: {section.claim}")
@pytest.mark.parametrize("library", [pd, pl], ids=["pandas", "polars"])
def test_all_in_a_frame(section: Section, library: Any, loaded: Callable[[Section], Instrument]) -> None:
    instrument = loaded(section)
    frame, expected = frame_of(section, instrument, library)
    scored = instrument.score_frame(frame, outputs=section.outputs).frame
    assert_all(expected, scored.to_dicts() if library is pl else scored.to_dict("records"))


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: f"{section.page}: {section.claim}")
@pytest.mark.parametrize("engine", ["polars", pytest.param("duckdb", marks=pytest.mark.slow)])
def test_all_in_a_table(section: Section, engine: str, loaded: Callable[[Section], Instrument]) -> None:
    instrument = loaded(section)
    frame, expected = frame_of(section, instrument, pl)
    table = ENGINES[engine](frame.with_row_index("row"))
    scored = instrument.score_table(table, outputs=section.outputs).order_by("row").to_polars()
    assert_all(expected, scored.to_dicts())


def there(value: Any) -> Shown:
    """Return a cell of a frame, None where nothing stands in it."""
    return None if value is None or value is pd.NA or value != value else value  # type: ignore[no-any-return]


JUDGED = """\
items: [{id: n, kind: count, range: [0, 3]}]
scales: [{id: total, items: [n]}]
judgements: [{id: final, levels: [low, moderate, high], informed_by: [total]}]
outcome: final
"""


def test_a_judgement_is_the_level_that_the_assessor_gives(tmp_path: Path) -> None:
    instrument = Section("", "", JUDGED, {}, (), "", [], []).load(tmp_path)
    judged = instrument.score({"n": 0, "final": {"level": "high", "because": "What the total does not see."}})["final"]
    assert ("high", Status.COMPLETE) == (judged.value, judged.status)
    waiting = instrument.score({"n": 0})["final"]
    assert (None, Status.UNDECIDED, "low", "high") == (waiting.value, waiting.status, waiting.low, waiting.high)
    scored = instrument.score_frame(pl.DataFrame({"n": [0, 0], "final": ["high", None]})).frame
    rows = list(zip(scored["final"], scored["final_status"], strict=True))
    assert [("high", "complete"), (None, "undecided")] == rows
