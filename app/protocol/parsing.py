"""Parsing of client messages: JSON text to one of the models, or an error with its place."""

from __future__ import annotations

import json
from typing import Any, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from app.protocol.errors import MessageError
from app.protocol.messages import ClientMessage, Message

#: Characters of a path that are shown.
_SHOWN = 60

ContentT = TypeVar("ContentT", bound=Message)

_TYPES = {
    get_args(model.model_fields["type"].annotation)[0]: model for model in get_args(ClientMessage)
}
_ADAPTERS = {name: TypeAdapter[ClientMessage](model) for name, model in _TYPES.items()}


def parse_message(text: str | bytes) -> ClientMessage:
    """Reads one text message of a client.

    Raises:
        MessageError: `invalid_json`, `unknown_type` or `invalid_message`.
    """
    if isinstance(text, bytes):
        raise MessageError("invalid_json", "a message must be text")
    value = _read_object(text)
    name = value.get("type")
    adapter = _ADAPTERS.get(name) if isinstance(name, str) else None
    if adapter is None:
        known = ", ".join(_ADAPTERS)
        raise MessageError("unknown_type", f"type must be one of {known}", "type")
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise _describe(error) from None


def parse_content(model: type[ContentT], body: bytes) -> ContentT:
    """Reads the JSON body of a request that is no message of the stream.

    Raises:
        MessageError: `invalid_json` or `invalid_message`.
    """
    try:
        return model.model_validate(_read_object(body))
    except ValidationError as error:
        raise _describe(error) from None


def _read_object(text: str | bytes) -> dict[str, Any]:
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise MessageError("invalid_json", f"not JSON: {_explain(error)}") from None
    if not isinstance(value, dict):
        raise MessageError("invalid_message", "a message must be an object")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _explain(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos}"
    text = str(error)
    return "a number with too many digits" if "digits" in text else text


def _describe(error: ValidationError) -> MessageError:
    first = error.errors(include_url=False, include_input=False)[0]
    context = first.get("ctx", {})
    place = [str(part) for part in first["loc"]]
    place = [part for part in place if not part.startswith(("constrained-", "literal[", "union-"))]
    path = context.get("path") or ".".join(place)[:_SHOWN]
    text = first["msg"][0].lower() + first["msg"][1:]
    return MessageError("invalid_message", f"{path}: {text}" if path else text, path)
