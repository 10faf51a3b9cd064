"""No log, message or traceback holds an answer: marked values go through every way to fail."""

from __future__ import annotations

import io
import json
import logging
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from typer.testing import CliRunner

import rvn
import rvn.overrides
from rvn import records
from rvn.cli.app import app
from rvn.records.count import Assessment, count

MARK = "qzxjkv7713"  # nothing else holds it
NUMBER = 77130917
DAY = date(2917, 7, 13)
MARKS = (MARK, str(NUMBER), str(DAY), "7713.0917", "2917")

RULES = rvn.load("broward-rules@2018")
NEEDS = rvn.load("fictitious-needs@1.0")
SECURITY = rvn.load("fictitious-security@1.0")
EXAMPLE = SECURITY.definition.tests[0]
GOOD = {**EXAMPLE.given, **EXAMPLE.answers}
KEY = b"k" * 32


def told(action: Callable[[], object]) -> str:
    """Return everything that is said where an action fails: error, traceback, log, warnings, output."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with warnings.catch_warnings(record=True) as caught, redirect_stdout(out), redirect_stderr(out):
            warnings.simplefilter("always")
            try:
                found = action()
                out.write(str(found) if isinstance(found, records.Verification) else "")
            except rvn.RvnError as error:
                out.write(f"{error!r} {error.diagnostics!r}\n{traceback.format_exc()}")
                out.write(json.dumps([problem.to_record() for problem in error.diagnostics]))
        return out.getvalue() + "".join(str(warning.message) for warning in caught)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def persons() -> Iterator[tuple[rvn.Instrument, dict[str, Any]]]:
    """Yield answers that cannot be used, each with a marked value, of every kind of field and of every type."""
    for field in ("age", "sex", "priors"):
        for value in (MARK, NUMBER, NUMBER + 0.5, [MARK], {MARK: MARK}, (NUMBER,), DAY, b"qzxjkv7713", MARK.encode):
            yield RULES, {"age": 30, "sex": "male", "priors": 1, field: value}
    for field in ("birth_date", "sentence", "escapes", "years_left"):
        for value in (
            MARK,
            NUMBER,
            DAY,
            str(DAY),
            "13.07.2917",
            "7713.0917",
            np.float64(7713.0917),
            np.datetime64(DAY),
        ):
            yield SECURITY, {**GOOD, field: value}
    yield rvn.load("static-stable@2017"), {"static": {MARK: MARK}, "stable": MARK}
    yield (
        rvn.load("spj-frame@1"),
        {rvn.load("spj-frame@1").definition.judgements[0].id: {"level": MARK, "because": MARK}},
    )


@pytest.mark.parametrize(("instrument", "answers"), [*persons()], ids=lambda value: "")
def test_scoring_one_person_tells_no_answer(instrument: rvn.Instrument, answers: dict[str, Any]) -> None:
    with pytest.raises(rvn.RvnError):
        instrument.score(answers, on="2026-01-15")
    said = told(lambda: instrument.score(answers, on="2026-01-15"))
    # The source lines of a traceback are this file's; what is searched is everything said about values.
    assert not [mark for mark in MARKS if mark in said.replace(Path(__file__).name, "")]


def frames() -> Iterator[Callable[[], object]]:
    cells = {"age": [30, NUMBER], "sex": ["male", MARK], "priors": [1, -NUMBER]}
    for kind in (pd.DataFrame, pl.DataFrame):
        frame = kind(cells)
        yield lambda frame=frame: RULES.score_frame(frame)
        yield lambda frame=frame: RULES.score_frame(frame, on="no day")
        yield lambda frame=frame: RULES.score_frame(frame, columns={"age": "nothing"})
        yield lambda frame=frame: RULES.score_frame(frame, outputs=["nothing"])
        lists = kind({**cells, "age": [[NUMBER], [NUMBER]]})
        yield lambda frame=lists: RULES.score_frame(frame)
        yield lambda frame=frame: rvn.overrides.apply(SECURITY, frame)
        yield lambda frame=frame: rvn.overrides.summary(frame, output="sex", levels=["a", "b"])
    mixed = pd.DataFrame(
        {"age": [30, MARK, [MARK]], "sex": [MARK, 1.5, True], "priors": [NUMBER, None, MARK]}, dtype=object
    )
    yield lambda: RULES.score_frame(mixed)


@pytest.mark.parametrize("action", [*frames()], ids=lambda action: "")
def test_scoring_a_frame_tells_no_answer(action: Callable[[], object]) -> None:
    assert not [mark for mark in MARKS if mark in told(action)]


def test_problems_of_a_frame_tell_answers_only_in_their_own_column() -> None:
    found = RULES.score_frame(pd.DataFrame({"age": [NUMBER], "sex": [MARK], "priors": [1]})).problems
    assert {str(NUMBER), MARK} == set(found["value"])
    assert not [mark for mark in MARKS if mark in found.drop(columns="value").to_string()]


def kept() -> Iterator[Callable[[], object]]:
    result = SECURITY.score(GOOD, on="2026-01-15")
    written = records.write(result, key=KEY)
    record = records.read(written)
    yield lambda: records.read(written.replace(b'"low"', f'"{MARK}"'.encode(), 1))
    yield lambda: records.read({**json.loads(written), "outcome": MARK, MARK[:0] + "outputs": {"level": MARK}})
    yield lambda: records.read(f'{{"kind":"rvn record","{"x"}":{MARK}')
    yield lambda: records.read(MARK)
    yield lambda: records.verify(record, {**GOOD, "escapes": MARK}, key=KEY)
    yield lambda: records.verify(record, {**GOOD, "years_left": NUMBER}, key=KEY)
    yield lambda: records.verify(record, {**GOOD, "years_served": 77}, key=KEY)
    yield lambda: records.write(result, key=MARK[:4].encode())
    yield lambda: records.write(result, key=KEY, subject=f"010190-{NUMBER % 100_000}")
    yield lambda: result.overridden(rvn.Override("level", MARK, MARK, by="", on=MARK))
    yield lambda: count([Assessment("010190-77130", MARK, MARK, MARK, MARK)], since="2026-01-01", until="2026-12-31")


@pytest.mark.parametrize("action", [*kept()], ids=lambda action: "")
def test_records_overrides_and_counting_tell_no_answer(action: Callable[[], object]) -> None:
    said = told(action)
    assert not [mark for mark in MARKS if mark in said]


FILES = {
    "person.json": json.dumps({"age": MARK, "sex": NUMBER, "priors": MARK}),
    "broken.json": f'{{"age": {MARK}',
    "twice.json": f'{{"age": "{MARK}", "age": "{MARK}"}}',
    "person.yaml": f"age: {MARK}\nsex: [{NUMBER}]\n",
    "broken.yaml": f"age: {{{MARK}\nsex: *{MARK}\n",
    "list.json": json.dumps([MARK, NUMBER]),
    "frame.csv": f"age,sex,priors\n{MARK},{MARK},{NUMBER}\n",
    "broken.csv": f"age,sex,priors\n1,{MARK},3,{NUMBER}\n",
    "quote.csv": f'age,sex,priors\n1,"{MARK},3\n',
}
COMMANDS = [
    ["score", "broward-rules@2018", f"age={MARK}", f"sex={NUMBER}", "priors=1"],
    ["score", "broward-rules@2018", MARK],
    ["score", "fictitious-security@1.0", f"birth_date={DAY}", "--on", "2026-01-15"],
    ["explain", "broward-rules@2018", f"age={MARK}"],
    *(["score", "broward-rules@2018", name] for name in FILES if not name.endswith(".csv")),
    *(["explain", "broward-rules@2018", name] for name in FILES if not name.endswith(".csv")),
    *(["score", "broward-rules@2018", name, "-o", "out.csv"] for name in FILES if name.endswith(".csv")),
    *(
        ["record", "broward-rules@2018", name, "--key-file", "key", "-o", "record.json"]
        for name in FILES
        if not name.endswith(".csv")
    ),
    ["verify", "person.json"],
    ["verify", "broken.json", "--answers", "person.json", "--key-file", "key"],
    ["count", "broward-rules@2018=frame.csv", "--subject", "sex", "--from", "2026-01-01", "--to", "2026-12-31"],
    ["count", "broward-rules@2018=broken.csv", "--subject", "sex", "--from", "2026-01-01", "--to", "2026-12-31"],
    ["vectors", "broward-rules@2018", "--verify", "broken.json"],
    ["vectors", "broward-rules@2018", "--verify", "frame.csv"],
]


@pytest.mark.parametrize(
    ("words", "form"),
    [(words, "json" if number % 3 else "text") for number, words in enumerate(COMMANDS)],
    ids=lambda value: "" if isinstance(value, str) else value[0],
)
def test_no_command_tells_an_answer(
    words: list[str], form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        Path(name).write_text(content)
    Path("key").write_text("k" * 32)
    ran = CliRunner().invoke(app, [*words, "--format", form])
    assert ran.exception is None or isinstance(ran.exception, SystemExit)
    assert 0 != ran.exit_code
    typed = words[2] if words[2:3] == [MARK] else None  # what was typed as a file name is no answer
    said = (ran.stdout + ran.stderr).replace(typed or "\0", "")
    assert not [mark for mark in MARKS if mark in said]
