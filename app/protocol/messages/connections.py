"""Messages that open, replace and end a session, and give credit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from app.protocol.messages.base import Message, rule
from engine import LinkPayload, Spec


class Open(Message):
    """A new session with a spec, or a token to take one up again.

    Beside a spec there may be the state that a link carries. Who says `wait` waits in a line where
    there is no place, and is told where it stands.
    """

    type: Literal["open"]
    spec: Any = None
    session: Annotated[str, Field(max_length=200)] | None = None
    state: str | None = None
    wait: bool = False

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        given = self.model_fields_set & {"spec", "session"}
        if len(given) != 1 or (given == {"session"} and self.session is None):
            raise rule("must have either a spec or a session")
        if self.state is not None and self.session is not None:
            raise rule("a session that is taken up has its own state")
        return self


class Load(Message):
    """Replaces the run by a spec and, if there is one, a link payload."""

    type: Literal["load"]
    spec: Any
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Loading:
    """A queued `load`; its payload is decoded by the worker, since it may be large.

    Attributes:
        read: returns the spec and the state, or raises as `LinkPayloads.read` does.
    """

    read: Callable[[], tuple[Spec, LinkPayload | None]]
    type: Literal["load"] = "load"


class EndSession(Message):
    """The session is not needed any more: it ends, and nobody can take it up again."""

    type: Literal["end"]


class Ack(Message):
    """One more frame may be sent."""

    type: Literal["ack"]
