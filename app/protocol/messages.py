"""Pydantic models of client messages (one per message type, extra fields forbidden).

Specs, patches and origins are passed on as they came: the engine validates them.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)
from pydantic_core import PydanticCustomError

from engine import (
    MAX_CANDIDATES,
    MAX_EPOCHS,
    MAX_POINTS,
    MAX_RACE_EPOCHS,
    MAX_RACERS,
    VIEWS,
    GoalError,
    LinkPayload,
    Spec,
    parse_goal,
)
from engine.spec.names import OneOf

ViewName = Annotated[str, OneOf(VIEWS)]

TimelinePointId = Annotated[int, Field(ge=0, le=2**53)]

#: Sides of a drawing, pixels.
MAX_DRAWING = 280


class Message(BaseModel):
    """Base of all messages: strict, frozen, and without extra keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


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
            raise _rule("must have either a spec or a session")
        if self.state is not None and self.session is not None:
            raise _rule("a session that is taken up has its own state")
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


class Edit(Message):
    """A merge patch on the spec, and where each new layer and unit comes from.

    Edits in a row that name the same group are one step of undo.
    """

    type: Literal["edit"]
    patch: Any
    origin: Any = None
    group: Annotated[str, Field(min_length=1, max_length=64)] | None = None


def _check_goal(text: str) -> str:
    try:
        parse_goal(text)
    except GoalError as error:
        raise _rule(error.message) from None
    return text


#: A goal, in the engine's grammar.
GoalText = Annotated[str, AfterValidator(_check_goal)]


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
            raise _rule("must have either epochs or batches")
        return self


class Speed(Message):
    """How many epochs lie between two frames."""

    type: Literal["speed"]
    epochs_per_frame: Annotated[int, Field(ge=1, le=200)]


class Select(Message):
    """One unit of one hidden layer."""

    layer: Annotated[int, Field(ge=0, le=63)]
    unit: Annotated[int, Field(ge=0, le=1023)]


class Sample(Message):
    """An image of the set that is trained on."""

    part: Literal["test", "train"] = "test"
    row: Annotated[int, Field(ge=0, le=10_000_000)]


class Drawing(Message):
    """What a person draws: bytes row by row in base64, 255 is ink."""

    ink: Annotated[str, Field(max_length=2 * MAX_DRAWING * MAX_DRAWING)]
    width: Annotated[int, Field(ge=1, le=MAX_DRAWING)]
    height: Annotated[int, Field(ge=1, le=MAX_DRAWING)]
    prepared: bool = True

    @model_validator(mode="after")
    def _ink_fills_it(self) -> Self:
        try:
            length = len(self.pixels)
        except ValueError:
            raise _rule("ink must be base64") from None
        if length != self.width * self.height:
            rule = f"ink must have width x height = {self.width * self.height} bytes, got {length}"
            raise _rule(rule)
        return self

    @cached_property
    def pixels(self) -> bytes:
        """The ink's bytes."""
        return base64.b64decode(self.ink, validate=True)


class StepView(Message):
    """What of the next update the `one_step` view describes."""

    point: Annotated[int, Field(ge=0, le=MAX_POINTS)] | None = None
    check: Annotated[int, Field(ge=0, le=1_000_000)] | None = None


class WeightName(Message):
    """One weight or bias."""

    layer: Annotated[int, Field(ge=0, le=63)]
    from_: Annotated[int, Field(ge=0, le=1023)] | Literal["bias"] = Field(alias="from")
    to: Annotated[int, Field(ge=0, le=1023)]


class LandscapePlane(Message):
    """Plane of the `landscape` view: through the run, at random, or along two weights."""

    kind: Literal["path", "random", "weights"] = "path"
    weights: Annotated[list[WeightName], Field(min_length=2, max_length=2)] | None = None
    draw: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class Ablation(Message):
    """Units and links that the `ablation` view switches off."""

    units: Annotated[list[Select], Field(max_length=256)] = Field(default_factory=list)
    links: Annotated[list[WeightName], Field(max_length=256)] = Field(default_factory=list)


class Views(Message):
    """Contents and rate of frames; a key that is left out keeps its value."""

    type: Literal["views"]
    names: Annotated[list[ViewName], Field(max_length=32)] | None = None
    select: Select | None = None
    tile: Annotated[int, Field(ge=8, le=64)] = 32
    max_fps: Annotated[float, Field(ge=0.1, le=1000)] | None = None
    digit: Sample | Drawing | None = None
    space: Annotated[int, Field(ge=0, le=63)] | None = None
    step: StepView | None = None
    landscape: LandscapePlane | None = None
    ablation: Ablation | None = None

    @model_validator(mode="after")
    def _names_are_a_list(self) -> Self:
        if "names" in self.model_fields_set and self.names is None:
            raise PydanticCustomError("rule", "must be a list", {"path": "names"})
        return self


class SetWeight(WeightName):
    """One weight or bias, set to a value."""

    type: Literal["set_weight"]
    value: Annotated[float, Field(ge=-1e6, le=1e6)]


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


class TrialCandidate(Message):
    """An edit to try on a copy of the run."""

    patch: Any
    origin: Any = None


class Try(Message):
    """Train copies of the network under different edits and compare their test losses."""

    type: Literal["try"]
    trial: Annotated[str, Field(min_length=1, max_length=64)]
    candidates: Annotated[list[TrialCandidate], Field(min_length=1, max_length=MAX_CANDIDATES)]
    epochs: Annotated[int, Field(ge=1, le=MAX_EPOCHS)] = 300
    restart: bool = False
    flow: bool = False


class Race(Message):
    """Train copies of the network that differ in one choice; without racers, end the race."""

    type: Literal["race"]
    racers: Annotated[list[TrialCandidate], Field(max_length=MAX_RACERS)]
    epochs: Annotated[int, Field(ge=1, le=MAX_RACE_EPOCHS)] = 100
    restart: bool = True


class SetGoal(Message):
    """Have frames tell of a goal; null: of none."""

    type: Literal["goal"]
    goal: GoalText | None


class Check(Message):
    """Train as many seeds of the present spec as a goal names, and tell which ones reach it."""

    type: Literal["check"]
    goal: GoalText


class Sweep(Message):
    """Train a grid of networks in place of the present one; null ends it."""

    type: Literal["sweep"]
    sweep: Any


class CellName(Message):
    """One cell of the sweep."""

    row: Annotated[int, Field(ge=0, le=63)]
    column: Annotated[int, Field(ge=0, le=63)]


TrialNumber = Annotated[int, Field(ge=0, le=10_000_000)]


class StartSearch(Message):
    """Search over hyperparameters of the present spec, or go on with a study; null stops it."""

    type: Literal["search"]
    search: dict[str, Any] | None = None
    study: Annotated[str, Field(max_length=64)] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if self.search is not None and self.study is not None:
            raise _rule("must have either a search or a study")
        return self


class Propose(Message):
    """Try values that were chosen by hand in the search."""

    type: Literal["propose"]
    values: dict[str, Any]


class Combine(Message):
    """Tell how good the mean of some trials of the search is."""

    type: Literal["ensemble"]
    trials: Annotated[list[TrialNumber], Field(min_length=1, max_length=64)]


class Test(Message):
    """Look at the test points of the best trials, which ends the search."""

    type: Literal["test"]


class Adopt(Message):
    """Go on with a network of the race, sweep or search in place of the present one."""

    type: Literal["adopt"]
    racer: Annotated[int, Field(ge=0, lt=MAX_RACERS)] | None = None
    cell: CellName | None = None
    trial: TrialNumber | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if sum(one is not None for one in (self.racer, self.cell, self.trial)) != 1:
            raise _rule("must have one of racer, cell and trial")
        return self


class EndSession(Message):
    """The session is not needed any more: it ends, and nobody can take it up again."""

    type: Literal["end"]


class Ack(Message):
    """One more frame may be sent."""

    type: Literal["ack"]


_SessionCommand = (
    Edit | Run | Pause | Reset | Undo | Redo | Step | Speed | Views | SetWeight
    | WatchTimeline | Recall | Branch | Try | Race | Sweep | Adopt | SetGoal | Check | StartSearch
    | Propose | Combine | Test
)  # fmt: skip
ClientMessage = _SessionCommand | Open | Load | EndSession | Ack
Command = _SessionCommand | Loading


def _rule(text: str) -> PydanticCustomError:
    return PydanticCustomError("rule", "{rule}", {"rule": text})
