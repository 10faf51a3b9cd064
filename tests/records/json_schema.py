"""The keywords of JSON Schema that rvn writes, as a check of its own schemas; any other keyword is an error."""

from __future__ import annotations

import re
from typing import Any

_TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "null": type(None),
    "boolean": bool,
}
_SAID_ONLY = {"$schema", "$id", "$defs", "title", "description", "format", "default"}


def fits(value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None) -> bool:
    """Return whether a value fits a schema."""
    root = schema if root is None else root
    if "$ref" in schema:
        target = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        return fits(value, target, root)
    return all(_keyword(key, schema, value, root) for key in schema if key not in _SAID_ONLY)


def _keyword(key: str, schema: dict[str, Any], value: Any, root: dict[str, Any]) -> bool:
    wanted = schema[key]
    match key:
        case "type":
            return any(_is(value, name) for name in ([wanted] if isinstance(wanted, str) else wanted))
        case "enum":
            return any(type(value) is type(entry) and value == entry for entry in wanted)
        case "const":
            return bool(value == wanted)
        case "anyOf":
            return any(fits(value, way, root) for way in wanted)
        case "properties":
            return not isinstance(value, dict) or all(fits(value[n], s, root) for n, s in wanted.items() if n in value)
        case "additionalProperties":
            if not isinstance(value, dict):
                return True
            others = [name for name in value if name not in schema.get("properties", {})]
            return not others if wanted is False else all(fits(value[name], wanted, root) for name in others)
        case "required":
            return not isinstance(value, dict) or all(name in value for name in wanted)
        case "items":
            return not isinstance(value, list) or all(fits(entry, wanted, root) for entry in value)
        case "minimum" | "maximum":
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            return not is_number or (value >= wanted if key == "minimum" else value <= wanted)
        case "minLength":
            return not isinstance(value, str) or len(value) >= wanted
        case "pattern":
            return not isinstance(value, str) or re.search(wanted, value) is not None
    raise AssertionError(f"a keyword that is not known here: {key}")


def _is(value: Any, name: str) -> bool:
    if name in ("number", "integer"):
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return is_number and (name == "number" or float(value).is_integer())
    return isinstance(value, _TYPES[name])
