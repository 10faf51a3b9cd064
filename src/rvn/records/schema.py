"""JSON Schemas of the answers to one instrument and of its records, for systems in other languages."""

from __future__ import annotations

import math
from typing import Any

from rvn.definition.scope import ASSESSED_ON
from rvn.plan.nodes import Field
from rvn.plan.status import Status
from rvn.records.record import Record
from rvn.scoring.instrument import Instrument, load

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DAY = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


def answers_schema(instrument: Instrument) -> dict[str, Any]:
    """Return the JSON Schema of one person's answers.

    Nothing is required: an answer that is left out is absent, and absence is the instrument's business.

    Examples
    --------
    >>> import rvn
    >>> answers_schema(rvn.load("broward-rules@2018"))["properties"]["sex"]["anyOf"][0]["enum"]
    ['male', 'female']
    """
    described = {"title": f"Answers to {instrument.title('en')} ({instrument.reference})"}
    return {"$schema": DIALECT, "$id": _name(instrument, "answers"), **described, **_answers(instrument)}


def _name(instrument: Instrument, what: str) -> str:
    return f"urn:rvn:schema:{what}:{instrument.id}:{instrument.version}"


def _answers(instrument: Instrument) -> dict[str, Any]:
    fields = instrument.plan.fields
    judgements = {judgement.id: judgement for judgement in instrument.definition.judgements}
    properties: dict[str, Any] = {}
    for name, field in fields.items():
        if name == ASSESSED_ON:
            properties[name] = {**_DAY, "title": "day of assessment"}
        elif name in judgements:
            properties[name] = _judgement(instrument, field, judgements[name].justify == "required")
        elif not field.is_component:
            properties[name] = _answer(instrument, field)
    for name, reference in instrument.definition.uses.items():
        properties[name] = {"title": f"answers to {reference}", **_answers(load(reference))}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _answer(instrument: Instrument, field: Field) -> dict[str, Any]:
    label = instrument.wording("en").label(field.name)
    ways = [_value(field)]
    if field.reasons:
        ways.append({"enum": list(field.reasons), "description": "why it is absent"})
    asked = {} if field.asked is None else {"description": "asked only where a condition holds"}
    return {"title": label, **asked, "anyOf": [*ways, {"type": "null"}]}


def _value(field: Field) -> dict[str, Any]:
    if field.kind == "date":
        return dict(_DAY)
    if field.options:
        # An option that is a number may be given as one.
        numbers = [int(option) for option in field.options if option.isdecimal() and str(int(option)) == option]
        return {"enum": [*field.options, *numbers]}
    kind: dict[str, Any] = {"type": "integer" if field.kind == "count" else "number"}
    if math.isfinite(field.minimum):
        kind["minimum"] = field.minimum
    if math.isfinite(field.maximum):
        kind["maximum"] = field.maximum
    return kind


def _judgement(instrument: Instrument, field: Field, must_justify: bool) -> dict[str, Any]:
    level = {"enum": list(field.options)}
    because = {"type": "string", "minLength": 1} if must_justify else {"type": "string"}
    given = {
        "type": "object",
        "properties": {"level": level, "because": because},
        "required": ["level", "because"] if must_justify else ["level"],
        "additionalProperties": False,
    }
    ways = [given, {"type": "null"}] if must_justify else [given, level, {"type": "null"}]
    return {"title": instrument.wording("en").label(field.name), "anyOf": ways}


def record_schema(instrument: Instrument) -> dict[str, Any]:
    """Return the JSON Schema of the records of one instrument.

    Examples
    --------
    >>> import rvn
    >>> schema = record_schema(rvn.load("audit@2001"))
    >>> schema["properties"]["outputs"]["properties"]["zone"]["properties"]["value"]["enum"]
    ['I', 'II', 'III', 'IV', None]
    """
    made = Record.model_json_schema(by_alias=True)
    properties = made["properties"]
    plan = instrument.plan
    properties["instrument"] = {"const": instrument.id}
    properties["version"] = {"const": instrument.version}
    properties["outcome"] = {"const": plan.outcome}
    flags = [step.name for step in plan.of_kind("flag")]
    properties["outputs"] = _object({name: _stated(instrument, name) for name in plan.outputs})
    properties["flags"] = _object({name: _stated(instrument, name) for name in flags})
    described = {"title": f"Record of {instrument.title('en')} ({instrument.reference})"}
    return {"$schema": DIALECT, "$id": _name(instrument, "record"), **made, **described}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    kept = {"properties": properties, "required": list(properties), "additionalProperties": False}
    return {"type": "object", **kept}


def _stated(instrument: Instrument, name: str) -> dict[str, Any]:
    kind, levels = instrument.plan.shapes[name]
    value: dict[str, Any]
    if levels:
        value = {"enum": [*levels, None]}
    else:
        value = {"type": [{"boolean": "boolean", "date": "string"}.get(kind, "number"), "null"]}
    parts = {"value": value, "status": {"enum": [*map(str, Status)]}, "low": value, "high": value}
    stated = _object({**parts, "absent": {"type": "integer", "minimum": 0}})
    return {"title": instrument.wording("en").label(name), **stated}
