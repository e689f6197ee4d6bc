"""Frames and frame requests, under the names of the contract."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats, HostArray
from engine.data.datasets import Dataset
from engine.data.selected_image import SelectedImage
from engine.frames import views
from engine.frames.metrics import Metrics
from engine.spec import Spec

#: Views until told otherwise.
DEFAULT_VIEWS = tuple(name for name, view in views.VIEWS.items() if view.default)
#: Every view that can be asked for; what a run does not have is left out of its frames.
VIEWS = views.VIEWS.names
#: Arrays that are sent only when they have changed since the client's last frame.
CHANGING_ARRAYS = tuple(
    array.name for view in views.VIEWS.values() if view.changes for array in view.arrays
)
#: Views that need a selected unit.
_OF_UNIT = frozenset(name for name, view in views.VIEWS.items() if view.of_unit)
#: Sides of a tile, pixels.
TILE_MIN, TILE_MAX, TILE_DEFAULT = 8, 64, 32
#: A weight: layer, feature or unit it comes from (None for the bias), unit it goes to.
WeightNumbers = tuple[int, int | None, int]


@dataclass(frozen=True)
class LandscapeRequest:
    """Plane over which the loss landscape is shown.

    Attributes:
        kind: `path` for the plane through the run, `random` for filter-normalized random
            directions, `weights` for two weights.
        weights: layer, feature or unit it comes from (None for the bias), and unit it goes to, of
            two weights; weight and bias of the first unit if None, or if there are no such ones.
        draw: which random directions.
    """

    kind: Literal["path", "random", "weights"] = "path"
    weights: tuple[WeightNumbers, WeightNumbers] | None = None
    draw: int = 0


@dataclass(frozen=True)
class AblationRequest:
    """What the `ablation` view switches off.

    Attributes:
        units: hidden layer and unit.
        links: weights and biases.
    """

    units: tuple[tuple[int, int], ...] = ()
    links: tuple[WeightNumbers, ...] = ()


@dataclass(frozen=True)
class StepRequest:
    """What the `one_step` view describes.

    Attributes:
        point: a train row that is taken as the whole batch; None for the batch that comes next.
        check: index of a parameter whose gradient is measured by a finite difference, too.
    """

    point: int | None = None
    check: int | None = None


@dataclass(frozen=True)
class FrameRequest:
    """Requested contents of a frame.

    Attributes:
        views: names out of `VIEWS`.
        select: hidden layer and unit of the `selected` view.
        tile: side of the units' tiles, 8 to 64 pixels.
        points: whether the `points` array is included; alone, naming the view is not enough,
            since the points are large and seldom change.
        digit: the image of the `digit`, `saliency` and `nearest` views; the first test image
            if None.
        space: layer of the `space` view: 0 for the pixels, then the hidden layers, then the
            logits; the last hidden layer if None.
        step: what of the next update the `one_step` view describes.
        landscape: the plane of the `landscape` view.
        ablation: what the `ablation` view switches off.
        patient: whether a view of images whose program is not there yet is waited for; left
            out of the frame otherwise, and made in the background.
    """

    views: tuple[str, ...] = DEFAULT_VIEWS
    select: tuple[int, int] | None = None
    tile: int = TILE_DEFAULT
    points: bool = False
    digit: SelectedImage | None = None
    space: int | None = None
    step: StepRequest = StepRequest()
    landscape: LandscapeRequest = LandscapeRequest()
    ablation: AblationRequest = AblationRequest()
    patient: bool = True

    def __post_init__(self) -> None:
        if not TILE_MIN <= self.tile <= TILE_MAX:
            raise ValueError(f"tile must be {TILE_MIN} to {TILE_MAX} pixels, got {self.tile}")

    @property
    def pictures(self) -> bool:
        """Whether anything has to be painted."""
        return "boundary" in self.views or "units" in self.views

    def selected(self, spec: Spec) -> tuple[int, int] | None:
        """Returns the selected unit if it is wanted and there."""
        if self.select is None or _OF_UNIT.isdisjoint(self.views):
            return None
        layer, unit = self.select
        there = 0 <= layer < len(spec.layers) and 0 <= unit < spec.layers[layer].units
        return self.select if there else None

    def space_layer(self, spec: Spec) -> int:
        """Returns the layer whose hidden space is shown."""
        last = len(spec.layers)
        return last if self.space is None else min(self.space, last + 1)


@dataclass(frozen=True)
class Frame:
    """Arrays and metadata of one frame.

    Attributes:
        arrays: by name; dtypes and shapes are those of the contract.
        metadata: strings.
    """

    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)


def describe_metrics(metrics: Metrics) -> dict[str, str]:
    """Returns metrics as strings; losses and shares with nine digits.

    What is no finite number, such as the loss of weights set far too large, is left out.
    """
    return {
        key: str(value) if isinstance(value, int) else format(value, ".9g")
        for key, value in metrics.items()
        if math.isfinite(value)
    }


def describe_range(pairs: HostArray) -> str:
    """Returns a pair [2], or pairs [n, 2], of numbers as JSON, with six digits."""
    numbers = (pairs.ravel() + 0.0).tolist()  # + 0.0 makes -0.0 a 0.0
    if pairs.ndim == 1:
        return "[{:.6g}, {:.6g}]".format(*numbers)
    text = ", ".join(["[%.6g, %.6g]"] * len(pairs)) % tuple(numbers)
    return f"[{text}]"


def tabulate_points(spec: Spec, data: Dataset, outputs: Floats, losses: Floats) -> Floats:
    """Returns the `points` array: coordinates, label, split, prediction and loss.

    Args:
        spec: the spec.
        data: the points.
        outputs: float32 [K, n], after the output activation.
        losses: float32 [n].

    Returns:
        float32 [n, 6]: x1, x2, label, part (0 train, 1 test, 2 validation), prediction (the
        output, or the most likely class), loss.
    """
    predictions = outputs.argmax(axis=0) if spec.task == "multiclass" else outputs[0]
    x1, x2 = data.places.T
    columns = [x1, x2, data.labels, data.parts(), predictions, losses]
    return np.stack(columns, axis=1).astype(np.float32)
