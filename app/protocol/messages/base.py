"""Base of all messages, and the error of a rule that spans several keys."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Message(BaseModel):
    """Base of all messages: strict, frozen, and without extra keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def rule(text: str) -> PydanticCustomError:
    """Returns the error of a rule that spans several keys."""
    return PydanticCustomError("rule", "{rule}", {"rule": text})
