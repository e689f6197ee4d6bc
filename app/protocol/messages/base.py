"""Base of all messages, and the error of a rule that spans several keys."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError


class Message(BaseModel):
    """Base of all messages: strict, frozen, and without extra keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


#: Changes in a row that name the same group are one step of undo.
Group = Annotated[str, Field(min_length=1, max_length=64)]


def rule(text: str) -> PydanticCustomError:
    """Returns the error of a rule that spans several keys."""
    return PydanticCustomError("rule", "{rule}", {"rule": text})
