"""Message that says what frames hold."""

from __future__ import annotations

import base64
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.protocol.messages.base import Group, Message, rule
from engine import MAX_POINTS, VIEWS
from engine.spec.names import OneOf

ViewName = Annotated[str, OneOf(VIEWS)]

#: Sides of a drawing, pixels.
MAX_DRAWING = 280


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
            raise rule("ink must be base64") from None
        if length != self.width * self.height:
            text = f"ink must have width x height = {self.width * self.height} bytes, got {length}"
            raise rule(text)
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


class Ablate(Ablation):
    """Units and links that the session switches off, in the place of those before.

    Messages in a row that name the same group are one step of undo.
    """

    type: Literal["ablate"]
    group: Group | None = None


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
