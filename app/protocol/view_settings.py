"""View settings of a client: contents, size and rate of its frames."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace

import numpy as np

from app.protocol import messages
from app.protocol.ablation import (
    WHOLE,
    describe_weight,
    read_ablation,
    read_weight,
    write_ablation,
)
from app.protocol.messages import Views
from engine import (
    DEFAULT_VIEWS,
    AblationRequest,
    Drawing,
    FrameRequest,
    LandscapeRequest,
    Sample,
    SelectedImage,
    StepRequest,
)

_NEXT_BATCH, _RUN_PLANE = StepRequest(), LandscapeRequest()


@dataclass(frozen=True, slots=True)
class ViewSettings:
    """The settings of one session.

    Attributes:
        names: views out of `engine.VIEWS`.
        by_name: whether the client said so itself; then `points` come with every frame.
        select: hidden layer and unit of the `selected` view.
        tile: side of the units' tiles, 8 to 64 pixels.
        max_fps: frames a second at most; None for as many as there is credit for.
        digit: image of the views of a digit; None for the first test image.
        space: layer of the `space` view; None for the last hidden layer.
        step: what of the next update the `one_step` view describes.
        landscape: plane of the `landscape` view.
        ablation: what the `ablation` view switches off; None for what the session has switched
            off.
        server_fps: what the server allows at most; None for any number.
    """

    names: tuple[str, ...] = DEFAULT_VIEWS
    by_name: bool = False
    select: tuple[int, int] | None = None
    tile: int = 32
    max_fps: float | None = None
    digit: SelectedImage | None = None
    space: int | None = None
    step: StepRequest = _NEXT_BATCH
    landscape: LandscapeRequest = _RUN_PLANE
    ablation: AblationRequest | None = None
    server_fps: float | None = None

    @property
    def pause(self) -> float:
        """Seconds from one frame to the next, at least."""
        return max((1 / fps for fps in (self.max_fps, self.server_fps) if fps), default=0.0)

    def merge(self, message: Views) -> ViewSettings:
        """Returns the settings with the keys that a message has; the others stay."""
        given = message.model_fields_set
        views = self
        if message.names is not None:
            views = replace(views, names=tuple(dict.fromkeys(message.names)), by_name=True)
        if "select" in given:
            select = message.select
            views = replace(views, select=(select.layer, select.unit) if select else None)
        if "tile" in given:
            views = replace(views, tile=message.tile)
        if "max_fps" in given:
            views = replace(views, max_fps=message.max_fps)
        if "digit" in given:
            views = replace(views, digit=_read_digit(message.digit))
        if "space" in given:
            views = replace(views, space=message.space)
        if "step" in given:
            step = message.step
            shown = StepRequest(step.point, step.check) if step else _NEXT_BATCH
            views = replace(views, step=shown)
        if "landscape" in given:
            views = replace(views, landscape=_read_plane(message.landscape))
        if "ablation" in given:
            asked = message.ablation
            views = replace(views, ablation=read_ablation(asked) if asked else None)
        return views

    def describe(self) -> Views:
        """Returns the message that leads to these settings from those at the start."""
        select, names = self.select, {"names": list(self.names)} if self.by_name else {}
        return Views(
            type="views",
            **names,
            select=messages.Select(layer=select[0], unit=select[1]) if select else None,
            tile=self.tile,
            max_fps=self.max_fps,
            digit=_write_digit(self.digit),
            space=self.space,
            step=messages.StepView(point=self.step.point, check=self.step.check),
            landscape=_write_plane(self.landscape),
            ablation=write_ablation(self.ablation) if self.ablation else None,
        )

    def make_request(
        self, *, points_due: bool, running: bool, ablation: AblationRequest = WHOLE
    ) -> FrameRequest:
        """Returns what to ask the engine for.

        Args:
            points_due: whether the data changed, or the client has not seen them yet.
            running: whether frames go on; then none waits for a program.
            ablation: what the session has switched off.
        """
        points = points_due or (self.by_name and "points" in self.names)
        return FrameRequest(
            self.names, self.select, self.tile, points, digit=self.digit, space=self.space,
            step=self.step,
            landscape=self.landscape,
            ablation=ablation if self.ablation is None else self.ablation, patient=not running,
        )  # fmt: skip


def _read_digit(digit: messages.Sample | messages.Drawing | None) -> SelectedImage | None:
    match digit:
        case messages.Sample():
            return Sample(digit.part, digit.row)
        case messages.Drawing():
            ink = np.frombuffer(digit.pixels, np.uint8).reshape(digit.height, digit.width)
            return Drawing(ink, digit.prepared)
        case None:
            return None


def _write_digit(digit: SelectedImage | None) -> messages.Sample | messages.Drawing | None:
    match digit:
        case Sample():
            return messages.Sample.model_validate({"part": digit.part, "row": digit.row})
        case Drawing():
            height, width = digit.ink.shape
            ink = base64.b64encode(digit.ink.tobytes()).decode()
            return messages.Drawing(ink=ink, width=width, height=height, prepared=digit.prepared)
        case None:
            return None


def _read_plane(plane: messages.LandscapePlane | None) -> LandscapeRequest:
    if plane is None:
        return _RUN_PLANE
    if plane.weights is None:
        return LandscapeRequest(plane.kind, None, plane.draw)
    first, second = (read_weight(one) for one in plane.weights)
    return LandscapeRequest(plane.kind, (first, second), plane.draw)


def _write_plane(plane: LandscapeRequest) -> messages.LandscapePlane | None:
    if plane == _RUN_PLANE:
        return None
    weights = plane.weights and [describe_weight(one) for one in plane.weights]
    return messages.LandscapePlane.model_validate(
        {"kind": plane.kind, "weights": weights, "draw": plane.draw}
    )
