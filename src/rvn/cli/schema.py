"""The JSON Schema of a definition file, with which editors complete and check while an author writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from rvn.cli.descriptions import DESCRIPTIONS
from rvn.definition import entries

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NAME = "urn:rvn:schema:instrument:1"
STUDY_NAME = "urn:rvn:schema:study:1"
IDENTIFIER = "^[a-z][a-z0-9_]{0,63}$"

_NUMBER = {"type": "number"}
_SHORT_FORMS: dict[Callable[..., Any], list[dict[str, Any]]] = {
    entries._formula: [{"type": "string"}, _NUMBER],
    entries._text: [_NUMBER],
}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of one version of an instrument.

    >>> schema()["title"]
    'rvn instrument definition, edition 1'
    """
    made = entries.Definition.model_json_schema(by_alias=True, schema_generator=_Generator)
    described = {"title": "rvn instrument definition, edition 1", "description": made.pop("description")}
    for name, part in (("Definition", made), *made["$defs"].items()):
        for key, entry in part["properties"].items():
            part["properties"][key] = _optional(entry) | {"description": description(name, key)}
    return {"$schema": DIALECT, "$id": NAME, **described, **_tidy(made)}


def description(model: str, key: str) -> str:
    """Return what a key of a model says; a key that many have is described once.

    >>> description("Scale", "id")
    'Name of its own in the whole file: lower-case letters, digits, underscores.'
    """
    parents = (parent.__name__ for parent in getattr(entries, model).__mro__)
    return next(DESCRIPTIONS[name][key] for name in parents if key in DESCRIPTIONS.get(name, {}))


def _optional(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a key without its default, which an editor would write into the file, nor null for it."""
    made = {key: value for key, value in entry.items() if key != "default"}
    if "default" in entry and entry["default"] is None:
        made["anyOf"] = [form for form in made["anyOf"] if form != {"type": "null"}]
    return made | made.pop("anyOf")[0] if len(made.get("anyOf", ())) == 1 else made


def study_schema() -> dict[str, Any]:
    """Return the JSON Schema of a study file.

    >>> study_schema()["title"]
    'rvn study, edition 1'
    """
    from rvn.study.entries import StudyFile

    made = StudyFile.model_json_schema(by_alias=True, schema_generator=_Generator)
    described = {"title": "rvn study, edition 1", "description": made.pop("description")}
    return {"$schema": DIALECT, "$id": STUDY_NAME, **described, **_tidy(made)}


class _Generator(GenerateJsonSchema):
    """Says what the models accept before they validate: short forms, numbers as text, and the form of a name."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> dict[str, Any]:
        function: Any = schema["function"]["function"]
        made = super().function_before_schema(schema)
        if function is entries._texts:
            made["items"] = {"anyOf": [made["items"], _NUMBER]}
        short = _SHORT_FORMS.get(function)
        return {"anyOf": [made, *short]} if short else made

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> dict[str, Any]:
        made = super().function_after_schema(schema)
        function: Any = schema["function"]["function"]
        return made | {"pattern": IDENTIFIER} if function is entries._identifier else made


def _tidy(value: Any, *, names: bool = False) -> Any:
    """Return a schema as an author needs it; under `names` every key is a name.

    Titles that only repeat a name are left out, limits are named by what they limit (behind a validator pydantic
    calls them lengths of text), and names that do not fit the pattern of names are not allowed.
    """
    if isinstance(value, list):
        return [_tidy(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    if names:
        return {key: _tidy(entry) for key, entry in value.items()}
    limited = {"object": "Properties", "array": "Items"}.get(str(value.get("type")), "Length")
    made = {
        key.replace("Length", limited): _tidy(entry, names=key in ("properties", "$defs"))
        for key, entry in value.items()
        if key != "title"
    }
    return made | {"additionalProperties": False} if "patternProperties" in made else made
