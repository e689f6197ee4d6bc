"""Validation of JSON values as a `Spec`, with errors that name path, rule and value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from engine.base.errors import SpecError
from engine.spec.models import Spec

_SHOWN = 60
_RULES = {
    "extra_forbidden": "is not a known key",
    "missing": "is required",
    "finite_number": "must be a finite number",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "string_type": "must be a string",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be one of {expected}",
    "too_long": "must have at most {max_length} items",
    "too_short": "must have at least {min_length} items",
    "string_too_long": "must have at most {max_length} characters",
}


def parse_spec(value: object) -> Spec:
    """Validates JSON values as a spec.

    Args:
        value: what `json.loads` gives; omitted keys take their defaults.

    Returns:
        The frozen spec.

    Raises:
        SpecError: with the dotted path, the rule and the value at fault.
    """
    try:
        return Spec.model_validate(value)
    except ValidationError as error:
        path, message = describe(error)
        raise SpecError(message, path) from None


def describe(error: ValidationError) -> tuple[str, str]:
    """Returns the dotted path and a sentence for the first fault of a validation."""
    first = error.errors(include_url=False)[0]
    context = first.get("ctx", {})
    if first["type"] == "rule":
        path, rule, value = context["path"], context["rule"], context["value"]
    else:
        path = _dotted(first["loc"])
        rule = _RULES.get(first["type"], first["msg"]).format_map({"expected": "", **context})
        value = first["input"]
    shown = "" if first["type"] == "missing" else f", got {_shorten(value)}"
    return path, f"{path or 'the value'} {rule}{shown}"


def _dotted(location: Sequence[int | str]) -> str:
    parts = (str(part) for part in location)
    return ".".join(_shorten_key(part) for part in parts if not part.startswith("constrained-"))


def _shorten_key(key: str) -> str:
    """A key that a client made up: one short line, whatever it holds."""
    plain = key.isprintable() and len(key) <= _SHOWN
    return key if plain else ascii(key[:_SHOWN])[1:-1]


def _shorten(value: object) -> str:
    if isinstance(value, BaseModel):
        return "an object"
    if isinstance(value, str):
        text = repr(value[: _SHOWN + 1])
    elif isinstance(value, list | tuple):
        text = f"a list of {len(value)}" if len(value) > 8 else repr(value)
    elif isinstance(value, dict):
        text = "an object"
    elif isinstance(value, int) and abs(value) > 10**30:
        text = "a huge number"
    else:
        text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def dump_spec(spec: Spec, *, points: bool = True) -> dict[str, Any]:
    """Returns the spec as JSON values with all defaults.

    Args:
        spec: the spec.
        points: whether `data.points` is included.
    """
    exclude = None if points else {"data": {"points"}}
    return spec.model_dump(mode="json", exclude=exclude)
