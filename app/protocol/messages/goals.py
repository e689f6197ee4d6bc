"""Messages about goals."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator

from app.protocol.messages.base import Message, rule
from engine import GoalError, parse_goal


def _check_goal(text: str) -> str:
    try:
        parse_goal(text)
    except GoalError as error:
        raise rule(error.message) from None
    return text


#: A goal, in the engine's grammar.
GoalText = Annotated[str, AfterValidator(_check_goal)]


class SetGoal(Message):
    """Have frames tell of a goal; null: of none."""

    type: Literal["goal"]
    goal: GoalText | None


class Check(Message):
    """Train as many seeds of the present spec as a goal names, and tell which ones reach it."""

    type: Literal["check"]
    goal: GoalText
