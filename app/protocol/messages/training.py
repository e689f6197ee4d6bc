"""Messages that train and change the network, and lead through its past."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from app.protocol.messages.base import Group, Message, rule
from app.protocol.messages.goals import GoalText
from app.protocol.messages.views import WeightName

TimelinePointId = Annotated[int, Field(ge=0, le=2**53)]


class Edit(Message):
    """A merge patch on the spec, and where each new layer and unit comes from.

    Edits in a row that name the same group are one step of undo.
    """

    type: Literal["edit"]
    patch: Any
    origin: Any = None
    group: Group | None = None


class Until(Message):
    """Stop condition of a run: an epoch count or a train loss."""

    epoch: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    loss: Annotated[float, Field(ge=0, le=1e9)] | None = None


def _find_end_kind(value: object) -> str:
    return "union-goal" if isinstance(value, str) else "union-end"


#: End of a run: two keys, or a goal.
End = Annotated[
    Annotated[Until, Tag("union-end")] | Annotated[GoalText, Tag("union-goal")],
    Discriminator(_find_end_kind),
]


class Run(Message):
    """Train until paused, or until an end or a goal is reached."""

    type: Literal["run"]
    until: End | None = None


class Pause(Message):
    """Stop training."""

    type: Literal["pause"]


class Reset(Message):
    """Draw the initial weights again and return to step 0."""

    type: Literal["reset"]


class Undo(Message):
    """Return to the state before the last change."""

    type: Literal["undo"]


class Redo(Message):
    """Return to the state that the last undo left."""

    type: Literal["redo"]


class Step(Message):
    """Train a little while paused: some epochs or some batches."""

    type: Literal["step"]
    epochs: Annotated[int, Field(ge=1, le=200)] | None = None
    batches: Annotated[int, Field(ge=1, le=10_000)] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.epochs is None) == (self.batches is None):
            raise rule("must have either epochs or batches")
        return self


class Speed(Message):
    """How many epochs lie between two frames."""

    type: Literal["speed"]
    epochs_per_frame: Annotated[int, Field(ge=1, le=200)]


class SetWeight(WeightName):
    """One weight or bias, set to a value."""

    type: Literal["set_weight"]
    value: Annotated[float, Field(ge=-1e6, le=1e6)]
    group: Group | None = None


class WatchTimeline(Message):
    """Subscribe to `timeline` messages, or unsubscribe."""

    type: Literal["timeline"]
    on: bool = True


class Recall(Message):
    """Show a point of the time line, paused; null shows the present again."""

    type: Literal["recall"]
    point: TimelinePointId | None


class Branch(Message):
    """Go on from a point of the time line."""

    type: Literal["branch"]
    point: TimelinePointId
