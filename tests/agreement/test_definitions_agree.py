"""Definitions from their text: `score` and `score_frame` say the same of every person, in pandas and in Polars."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rvn
from agreement.definitions import ON, Written, answers_to, definitions
from rvn.scoring.instrument import Instrument


def pandas_frame(people: list[dict[str, Any]], names: list[str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series([person.get(name) for person in people], dtype=object) for name in names})


def polars_frame(people: list[dict[str, Any]], names: list[str]) -> pl.DataFrame:
    return pl.DataFrame({name: [person.get(name) for person in people] for name in names})


FRAMES = {"pandas": pandas_frame, "polars": polars_frame}


def disagreements(
    instrument: Instrument, people: list[dict[str, Any]], frame_of: Callable[[list[dict[str, Any]], list[str]], Any]
) -> list[str]:
    """Return in words where a frame says something else than each person alone."""
    names = [name for name in instrument.plan.fields if name != "assessed_on"]
    # A norm comes only where it is named.
    scored = instrument.score_frame(frame_of(people, names), on=ON, outputs=instrument.plan.results)
    rows = scored.frame.to_dicts() if isinstance(scored.frame, pl.DataFrame) else scored.frame.to_dict("records")
    problems = zip(*(scored.problems[name].to_list() for name in ("row", "item", "code")), strict=True)
    ignored = {(row, item) for row, item, code in problems if code == "RVN610"}
    said = []
    for place, (person, row) in enumerate(zip(people, rows, strict=True)):
        result = instrument.score(person, on=ON)
        for name in instrument.plan.results:
            output = result[name]
            if str(output.status) != row[f"{name}_status"]:
                said.append(f"person {place}: {name} is {output.status}, in the frame {row[f'{name}_status']}")
            for part, column in (("value", name), ("low", f"{name}_low"), ("high", f"{name}_high")):
                if column in row and not same(getattr(output, part), row[column]):
                    said.append(f"person {place}: {column} is {getattr(output, part)!r}, in the frame {row[column]!r}")
        warned = {warning.message.split("'")[1] for warning in result.warnings}
        in_frame = {item for where, item in ignored if where == place}
        if warned != in_frame:
            said.append(f"person {place}: ignored are {warned}, in the frame {in_frame}")
    return said


def same(expected: object, found: Any) -> bool:
    if found is None or found is pd.NA or found != found:
        return expected is None
    return bool(expected == found)


@pytest.mark.parametrize("frame", FRAMES)
def test_a_frame_says_of_every_row_what_is_said_of_the_person_alone(frame: str) -> None:
    n_cases = 0

    @settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(written=definitions(), seed=st.integers(0, 2**32 - 1))
    def readers_agree(written: Written, seed: int) -> None:
        nonlocal n_cases
        with tempfile.TemporaryDirectory() as folder:
            instrument = rvn.load(written.save(Path(folder)))
            # A Polars column holds either numbers or words, so that a number can only be absent without a reason.
            people = answers_to(instrument.plan, seed, 20, reasons_everywhere=frame == "pandas")
            said = disagreements(instrument, people, FRAMES[frame])
            stated = instrument.accepting(*instrument.recalled) if instrument.recalled else None
            if stated is not None:
                said += disagreements(stated, people, FRAMES[frame])
        assert not said, "\n".join(said[:5])
        n_cases += len(people)

    readers_agree()
    assert n_cases >= 300


PART = """\
rvn: 1
id: part
version: "1"
status: research
title: {en: Part}
purpose: {en: Shows components.}
not_for: {en: Decisions about people.}
licence: {terms: fictitious, ship: true}
sources: {nobody: {cite: "Nobody, Nowhere"}}
given: {age: {kind: number, range: [0, 120]}}
eligible: [{id: adult, when: age >= 18, because: {en: Made for adults.}}]
items:
  - {id: many, kind: count}
  - {id: weight, kind: choice, options: {a: 1, b: 2, c: 5}}
  - {id: often, kind: choice, options: {a: 1, b: 2}}
derived: {extra: 3 if missing(weight) else 0}
consistent: [{id: fits, when: not (many == 0 and often == 'b'), because: {en: Never cannot be often.}}]
scales:
  - {id: total, items: [many, weight, often], missing: {allow: 1, method: zero, leave_out: [not_applicable]}}
  - {id: share, items: [weight, often], missing: {allow: 1, method: prorate}}
  - {id: with_extra, items: [often, extra]}
bands:
  - {id: level, of: total, levels: {low: 0, medium: 3, high: 6}}
  - {id: guess, of: share, levels: {low: 0, high: 4}, evidence: recalled}
outcome: level
"""

WHOLE = """\
rvn: 1
id: whole
version: "1"
status: research
title: {en: Whole}
purpose: {en: Shows components.}
not_for: {en: Decisions about people.}
licence: {terms: fictitious, ship: true}
sources: {nobody: {cite: "Nobody, Nowhere"}}
uses: {first: part@1, second: part@1}
items: [{id: own, kind: choice, options: {a: 0, b: 4}}]
derived:
  sum_of_both: first.total + second.total
  higher: max(first.share, second.share)
  extra: first.with_extra
scales: [{id: total, items: [own, sum_of_both]}, {id: most, items: [higher]}, {id: more, items: [extra]}]
bands: [{id: own_level, of: total, levels: {low: 0, medium: 5, high: 12}}]
tables:
  - id: combined
    rows: first.level
    columns: own_level
    cells: {low: [low, low, medium], medium: [low, medium, high], high: [medium, high, high]}
  - {id: guesses, rows: first.guess, columns: second.guess, cells: {low: [low, low], high: [low, high]}}
flags: [{id: high, when: first.level == 'high' or second.total > 8, because: {en: Look again.}}]
outcome: combined
"""


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("part", PART), ("whole", WHOLE)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("RVN_PATH", str(tmp_path))


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("accepted", [(), ("guess",)], ids=["withheld", "accepted"])
def test_components_say_the_same_through_frames_as_through_results(frame: str, accepted: tuple[str, ...]) -> None:
    part, whole = rvn.load("part@1").accepting(*accepted), rvn.load("whole@1")
    # Many of the same few answers: every status of a component beside every status of the other.
    size = 400
    firsts = answers_to(part.plan, 1, size, reasons_everywhere=frame == "pandas")
    seconds = answers_to(part.plan, 2, size, reasons_everywhere=frame == "pandas")
    rng = np.random.default_rng(3)
    own = [rng.choice(["a", "b", None], p=[0.4, 0.4, 0.2]) for _ in range(size)]
    table: dict[str, Any] = {"own": own}
    statuses = set()
    for prefix, people in (("first.", firsts), ("second.", seconds)):
        scored = part.score_frame(FRAMES[frame](people, list(part.plan.fields)), prefix=prefix).frame
        for name in scored.columns:
            if name.startswith(prefix):
                table[name] = scored[name]
        statuses |= set(map(str, scored[f"{prefix}total_status"].to_list()))
    assert {"complete", "prorated", "decided", "too_few_answers", "not_applicable", "invalid"} <= statuses
    frame_of = pd.DataFrame(table) if frame == "pandas" else pl.DataFrame(table)
    scored = whole.score_frame(frame_of)
    rows = scored.frame.to_dicts() if frame == "polars" else scored.frame.to_dict("records")
    said = []
    for row, answer, first, second in zip(rows, own, firsts, seconds, strict=True):
        result = whole.score({"own": answer, "first": part.score(first), "second": part.score(second)})
        for name in whole.plan.results:
            output = result[name]
            expected = (str(output.status), output.value, output.low, output.high)
            columns = (f"{name}_status", name, f"{name}_low", f"{name}_high")
            found = tuple(row[column] for column in columns if column in row)
            if not all(same(one, other) for one, other in zip(expected, found, strict=False)):
                said.append(f"{name}: {expected}, in the frame {found}; {answer} {first} {second}")
    assert not said, f"{len(said)} disagreements\n" + "\n".join(said[:4])
