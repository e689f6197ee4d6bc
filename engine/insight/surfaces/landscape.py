"""Loss landscape: the train loss over a plane in the space of all weights, and the path of a run.

While a network trains, the surface is computed a little with each frame, and the path and the
present are placed on the last one; while it rests, each frame has the surface of the present.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.slices import Slices
from engine.frames.frames import LandscapeRequest
from engine.insight.gradual import Gradual
from engine.insight.surfaces.path import Path, PathPoint
from engine.insight.surfaces.planes import (
    KINDS,
    Doubles,
    Plane,
    WeightName,
    has_weight,
    hold_averages,
    span_path,
    span_random,
    span_weights,
)
from engine.insight.surfaces.surface import SurfaceProgram, sample_surface
from engine.network import Layout
from engine.programs.bindings import Binding

#: Share of the time that goes into surfaces while a run goes on.
SHARE = 0.06
#: Seconds from one look at the whole path to the next while a run goes on.
PATH_SECONDS = 0.2


@dataclass(frozen=True)
class Surface:
    """A plane with the losses over it.

    Attributes:
        plane: where.
        losses: float32 [side, side], row 0 at the low end of the second axis.
        step: the update that the plane was chosen at.
    """

    plane: Plane
    losses: Floats
    step: int


class Landscape:
    """The landscape of one run, made anew as the run goes on.

    Args:
        path: of the run.
        clock: seconds, as `time.perf_counter`.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.perf_counter) -> None:
        self._path, self._clock = path, clock
        self._surface: Gradual[Surface] = Gradual(SHARE, clock)
        self._last: Surface | None = None
        self._placed: _PlacedPath | None = None
        self._next = 0.0

    def show(
        self,
        program: SurfaceProgram,
        binding: Binding,
        request: LandscapeRequest,
        present: PathPoint,
        *,
        now: bool,
    ) -> Slices[dict[str, NDArray[Any]]]:
        """Makes the arrays of the view; none as long as there is no surface.

        Args:
            program: what `compile_surface` made for the binding's model.
            binding: a general program with spec and data.
            request: which plane.
            present: the run at this step.
            now: whether the surface has to be of this step.
        """
        spec = binding.spec
        layout = Layout.of(spec)
        names = _choose_weights(layout, request)

        def begin() -> Slices[Surface]:
            last = None if self._last is None else self._last.plane
            path = self._path.with_present(present)[1]
            plane = _choose_plane(layout, request, names, path, last)
            losses = yield from sample_surface(program, binding, plane)
            return Surface(plane, losses, present.step)

        key = self._path.key, request, spec.layers
        surface = yield from self._surface.get(
            key, begin, now=now, of_use=lambda one: one.plane.shows(present.params)
        )
        self._last = surface
        if surface is None:
            return {}
        placed = self._place(layout, surface, present, now=now)
        return _describe(surface, placed, present, names)

    def _place(
        self, layout: Layout, surface: Surface, present: PathPoint, *, now: bool
    ) -> _PlacedPath:
        """Places the path on a surface; now and then while it is the same surface."""
        placed, clock = self._placed, self._clock()
        if placed is None or placed.surface is not surface or now or clock >= self._next:
            points, path = self._path.with_present(present)
            trained = path.astype(np.float64)
            hold_averages(layout, trained)
            placed = self._placed = _place_path(surface, points, trained)
            self._next = clock + PATH_SECONDS
        return placed


@dataclass(frozen=True)
class _PlacedPath:
    """A path on a surface.

    Attributes:
        surface: where.
        rows: float64 [points, 4]: step, place along both axes and loss of the kept points.
        first: float64 [n], the weights that it begins with.
        share: how much of its squared distances from the present lies in the plane.
        distance: root mean square distance from the plane.
    """

    surface: Surface
    rows: Doubles
    first: Doubles
    share: float
    distance: float


def _place_path(surface: Surface, points: list[PathPoint], path: Doubles) -> _PlacedPath:
    """Places the points of a path, the present last, which is left out of the rows."""
    plane = surface.plane
    places = plane.locate(path)
    distances = float(np.sum(plane.measure_distances(path) ** 2))
    moved = float(np.sum((path - path[-1]) ** 2))
    kept = [(point.step, *place, point.loss) for point, place in zip(points, places, strict=True)]
    return _PlacedPath(
        surface,
        np.array(kept[:-1], np.float64).reshape(-1, 4),
        path[0],
        max(0.0, 1 - distances / moved) if moved > 0 else 0.0,
        float(np.sqrt(distances / len(path))),
    )


def _choose_weights(layout: Layout, request: LandscapeRequest) -> tuple[WeightName, WeightName]:
    """Returns the weights that are asked for, or the first ones of the network."""
    if request.weights is not None:
        first, second = (WeightName(*numbers) for numbers in request.weights)
        if first != second and has_weight(layout, first) and has_weight(layout, second):
            return first, second
    return WeightName(0, 0, 0), WeightName(0, None, 0)


def _choose_plane(
    layout: Layout,
    request: LandscapeRequest,
    names: tuple[WeightName, WeightName],
    path: Floats,
    last: Plane | None,
) -> Plane:
    if request.kind == "weights":
        return span_weights(layout, path, names)
    if request.kind == "random":
        return span_random(layout, path, request.draw)
    same = last if last is not None and last.origin.shape == path[-1].shape else None
    return span_path(layout, path, same, request.draw)


def _describe(
    surface: Surface,
    placed: _PlacedPath,
    present: PathPoint,
    names: tuple[WeightName, WeightName],
) -> dict[str, NDArray[Any]]:
    """Returns the arrays of the view."""
    plane = surface.plane
    here = (present.step, *plane.locate(present.params[None])[0], present.loss)
    weights = [
        number
        for name in names
        for number in (name.layer, -1 if name.from_ is None else name.from_, name.to)
    ]
    facts = [
        KINDS.index(plane.kind),
        surface.step,
        placed.share,
        placed.distance,
        np.linalg.norm(present.params - placed.first),
        plane.low[0], plane.high[0], plane.low[1], plane.high[1],
        *weights,
    ]  # fmt: skip
    return {
        "landscape": surface.losses,
        "landscape_path": np.append(placed.rows, [here], axis=0).astype(np.float32),
        "landscape_facts": np.array(facts, np.float32),
    }
