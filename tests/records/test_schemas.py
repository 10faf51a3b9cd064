"""The JSON Schemas of answers and records take what rvn takes and writes, and nothing that it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

import rvn
from records.json_schema import fits
from records.make import results
from rvn import records
from rvn.cli.app import app
from rvn.export.vectors import vectors
from rvn.records.schema import answers_schema, record_schema

KEY = b"k" * 32


@pytest.mark.parametrize("reference", ["audit@2001", "broward-rules@2018", "ogrs3@2009", "spj-frame@1"])
def test_the_schema_of_answers_refuses_what_scoring_refuses(reference: str) -> None:
    instrument = rvn.load(reference)
    schema = answers_schema(instrument)
    for vector in vectors(instrument).vectors:
        # That a day lies after the assessment is more than a schema can say.
        is_usable = not vector.refused or vector.why[0].endswith("after the assessment")
        assert is_usable == fits(vector.answers, schema), vector.why


@pytest.mark.parametrize("reference", rvn.references())
def test_the_worked_examples_fit_the_schema_of_answers(reference: str) -> None:
    instrument = rvn.load(reference)
    schema = answers_schema(instrument)
    for example in instrument.definition.tests:
        answers = {**example.given, **example.answers}
        stated = [name for name in answers if "." in name]  # outputs of components, only in examples
        assert fits({name: answer for name, answer in answers.items() if name not in stated}, schema), example.name
    assert not fits({"no_such_item": 1}, schema)


def test_a_justification_is_needed_where_scoring_needs_one() -> None:
    schema = answers_schema(rvn.load("spj-frame@1"))
    judgement = rvn.load("spj-frame@1").definition.judgements[0]
    level = judgement.levels[0]
    assert fits({judgement.id: {"level": level, "because": "seen"}}, schema)
    assert "required" == judgement.justify
    assert not fits({judgement.id: level}, schema)
    assert not fits({judgement.id: {"level": level}}, schema)


def test_answers_to_components_stand_under_their_names() -> None:
    schema = answers_schema(rvn.load("static-stable@2017"))
    assert fits({"static": {"prior_sexual": None}} if "prior_sexual" in _items(schema) else {"static": {}}, schema)
    assert not fits({"static": {"no_such_item": 1}}, schema)


def _items(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schema["properties"]["static"]["properties"]
    return found


@pytest.mark.parametrize(("name", "result"), [*results()], ids=lambda value: value if isinstance(value, str) else "")
def test_records_fit_the_schema_of_their_instrument(name: str, result: rvn.Result) -> None:
    schema = record_schema(result.instrument)
    content = json.loads(records.write(result, key=KEY, subject="p-1"))
    assert fits(content, schema)
    outcome = content["outcome"]
    for wrong in ({"status": "certain"}, {"value": "no such level"}, {"absent": "none"}):
        outputs = content["outputs"] | {outcome: content["outputs"][outcome] | wrong}
        assert not fits(content | {"outputs": outputs}, schema)
    assert not fits(content | {"secret": 1}, schema)
    assert not fits(content | {"schema": 2}, schema)
    assert not fits({key: value for key, value in content.items() if key != "seal"}, schema)


@pytest.mark.parametrize("what", ["answers", "records"])
def test_the_command_prints_schemas(what: str) -> None:
    ran = CliRunner().invoke(app, ["schema", "audit@2001", "--for", what])
    make = answers_schema if what == "answers" else record_schema
    assert make(rvn.load("audit@2001")) == json.loads(ran.stdout)


@pytest.mark.parametrize("words", [["audit@2001"], ["--for", "answers"], ["audit@2001", "--for", "definition"]])
def test_half_a_question_is_refused(words: list[str]) -> None:
    ran = CliRunner().invoke(app, ["schema", *words])
    assert 2 == ran.exit_code
    assert "RVN943" in ran.stderr
