"""Problems of a definition: how one part reports that it is broken, and what pydantic found, with place and remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from rvn import messages
from rvn.definition.source import Path_, Source, inside
from rvn.errors import Diagnostic

Model = TypeVar("Model", bound=BaseModel)


class Broken(Exception):
    """A part cannot be built, or rests on one that cannot."""


_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping (`key: value`)",
    "model_type": "a mapping (`key: value`)",
    "list_type": "a list (`[…]` or lines with `-`)",
}
_REMEDIES = {"string_type": "put it in quotes if it is meant as text"}


def validated(model: type[Model], source: Source, at: Path_ = ()) -> Model | None:
    """Return the part of a source at a path as a model, or None after adding its problems to `source.problems`."""
    try:
        return model.model_validate(inside(source.data, at))
    except ValidationError as error:
        source.problems.extend(_diagnostics(error, model, source, at))
        return None


def _diagnostics(error: ValidationError, model: type[BaseModel], source: Source, at: Path_) -> Iterator[Diagnostic]:
    for problem in error.errors(include_url=False):
        inner, key_itself = _path(problem["loc"])
        path = (*at, *inner)
        place = source.place(path, key=key_itself or problem["type"] == "extra_forbidden")
        name = str(path[-1]) if path else "the file"
        kind, context = problem["type"], problem.get("ctx", {})
        if path and not re.fullmatch(r"[A-Za-z0-9_-]+", name) and inside(source.data, path, "") is None:
            yield messages.SPLIT_TEXT.at(source.place(path, key=True), text=name)
            continue
        if kind == "extra_forbidden":
            near = messages.near(name, _keys(model, inner[:-1]))
            yield messages.UNKNOWN_KEY.at(place, key=name, near=near)
        elif kind == "missing":
            yield messages.MISSING_KEY.at(source.place(path[:-1]), key=name)
        elif kind in _EXPECTED:
            found, remedy = _described(problem["input"]), _REMEDIES.get(kind, "write it that way")
            yield messages.WRONG_TYPE.at(place, key=name, found=found, expected=_EXPECTED[kind], remedy=remedy)
        elif kind == "literal_error":
            allowed = context["expected"].replace("'", "").replace(" or ", ", ").split(", ")
            why = f"{_described(problem['input'])} is not allowed"
            yield messages.NOT_ALLOWED.at(place, key=name, why=why, remedy=messages.near(problem["input"], allowed))
        elif kind == "value_error":
            yield messages.BAD_IDENTIFIER.at(place, name=problem["input"])
        else:
            yield messages.NOT_ALLOWED.at(place, key=name, why=_why(kind, context), remedy="correct the value")


def _path(location: tuple[int | str, ...]) -> tuple[tuple[int | str, ...], bool]:
    """Return pydantic's location as a path of the source, and whether it is the key that is wrong."""
    if location and location[-1] == "[key]":
        return location[:-1], True
    return location, False


def _described(value: object) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return f"the truth value {str(value).lower()}"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text '{value}'"
        case dict():
            return "a mapping"
        case _:
            return "a list"


def _why(kind: str, context: dict[str, Any]) -> str:
    match kind:
        case "too_short":
            return f"{context['actual_length']} entries; at least {context['min_length']} are needed"
        case "too_long":
            return f"{context['actual_length']} entries; at most {context['max_length']} are allowed"
        case "string_too_short":
            return "it is empty"
        case "string_too_long":
            return f"it is longer than {context['max_length']} characters"
        case "string_pattern_mismatch":
            return f"it does not have the form {context['pattern']}"
        case "greater_than_equal":
            return f"it must be at least {context['ge']:.15g}"
        case "less_than_equal":
            return f"it must be at most {context['le']:.15g}"
        case _:
            return kind.replace("_", " ")


def _keys(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """Return the keys that may stand at a path of a model."""
    for step in path:
        if isinstance(step, int):
            continue
        by_key = {field.alias or name: field for name, field in model.model_fields.items()}
        found = _model_in(by_key[step].annotation) if step in by_key else None
        model = found or model  # a step that is a name of the author's leads on to the same model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
