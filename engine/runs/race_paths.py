"""Paths of racing networks: where each one goes over the loss landscape that all of them share.

Networks share a landscape where they differ only in how they are trained, and begin at the same
weights. The plane is the one through the start that all their paths come nearest to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.base.slices import Slices
from engine.frames.frames import TILE_DEFAULT
from engine.insight.surfaces.planes import Doubles, Plane, frame_places, span_path
from engine.insight.surfaces.surface import SurfaceProgram, compile_surface, sample_surface
from engine.network import Layout
from engine.programs.bindings import bind
from engine.programs.tiers import Programs
from engine.runs.copies import Copies
from engine.state.snapshots import Snapshot

#: Numbers that all paths of a race keep, at most; larger races have none.
MOST_NUMBERS = 2**22
#: Points of all paths together that the plane is chosen by, about. Of more, the eigenvectors are
#: looked for by several threads, whose waiting for each other takes longer on a busy machine.
PLANE_POINTS = 64
#: How far the picture reaches, in median reaches of the paths; what goes further leaves it.
MEDIAN_REACHES = 3.0


def share_landscape(snapshots: Sequence[Snapshot], rounds: int) -> bool:
    """Whether networks have the same train loss at the same weights, and begin at the same ones.

    Args:
        snapshots: where they begin.
        rounds: points that each path will have.
    """
    first, start = snapshots[0].spec, snapshots[0].state.params
    if Layout.of(first).normalized or len(snapshots) * rounds * start.size > MOST_NUMBERS:
        return False
    return all(
        (spec.layers, spec.features, spec.data, spec.resolved_loss)
        == (first.layers, first.features, first.data, first.resolved_loss)
        and np.array_equal(snapshot.state.params, start)
        for snapshot in snapshots
        for spec in (snapshot.spec,)
    )


class RacePaths:
    """Paths over the train loss, without penalties, of networks that share a landscape.

    Args:
        programs: where compiled programs come from.
        start: where all of them begin.
    """

    def __init__(self, programs: Programs, start: Snapshot) -> None:
        self._programs, self._snapshot = programs, start
        self._start = start.state.params.astype(np.float64)
        self._plane: Plane | None = None

    def draw(self, copies: Copies) -> Slices[dict[str, NDArray[Any]]]:
        """Makes the arrays of all paths so far.

        Args:
            copies: the networks, which keep their weights.

        Returns:
            `race_surface`, `race_paths` and `race_plane`, see the view `race`; none as long as the
            program of surfaces is compiled, for which only a race that is over waits.
        """
        program = self._find_program(wait=copies.done)
        if program is None:
            return {}
        spec, data = self._snapshot.spec, self._snapshot.data
        paths = [np.array([self._start, *copy.weights], np.float64) for copy in copies]
        going = [path for path, copy in zip(paths, copies, strict=True) if not copy.diverged]
        plane = self._plane = self._choose_plane(going or paths)
        moves = np.concatenate([_scale(path - self._start) for path in going or paths])
        binding = bind(self._programs.general(spec), spec, data, TILE_DEFAULT)
        losses = yield from sample_surface(program, binding, plane)
        places = np.full((len(paths), copies.round + 1, 2), np.nan, np.float32)
        for place, path in zip(places, paths, strict=True):
            place[: len(path)] = plane.locate(path[: len(place)])
        share = self._explain(plane, moves)
        return {
            "race_surface": losses,
            "race_paths": places,
            "race_plane": np.array(
                [plane.low[0], plane.high[0], plane.low[1], plane.high[1], share], np.float32
            ),
        }

    def _choose_plane(self, paths: Sequence[Doubles]) -> Plane:
        """Returns the plane by some points of each path, its end among them.

        Paths count alike, however far each of them goes, and the start is its origin.
        """
        most = max(2, PLANE_POINTS // len(paths))
        moves = [path[:: -max(1, len(path) // most)] - self._start for path in paths]
        points = np.concatenate(
            [self._start + _scale(move) for move in moves] + [self._start[None]]
        )
        layout = Layout.of(self._snapshot.spec)
        plane = span_path(layout, points.astype(np.float32), self._plane, 0)
        places = [move @ plane.directions.T for move in moves]
        reach = MEDIAN_REACHES * np.median([np.abs(place).max() for place in places])
        seen = np.concatenate([place[np.abs(place).max(axis=1) <= reach] for place in places])
        low, high = frame_places(np.append(seen, [[0.0, 0.0]], axis=0))
        return plane if reach == 0 else replace(plane, low=low, high=high)

    def _explain(self, plane: Plane, moves: Doubles) -> float:
        """Returns how much of the squared distances from the start lies in the plane."""
        outside = plane.measure_distances(self._start + moves)
        moved = float(np.sum(moves**2))
        return 1 - float(np.sum(outside**2)) / moved if moved else 0.0

    def _find_program(self, *, wait: bool) -> SurfaceProgram | None:
        """Returns the program of surfaces; None where it is compiled and nobody waits for it."""
        model = self._programs.find_general(self._snapshot.spec)
        key, build = ("surface", model), partial(compile_surface, model)
        known = wait or not self._programs.serves_general
        if not known and self._programs.needs_insight(("race", model), key, build):
            return None
        return self._programs.insight(key, build)


def _scale(moves: Doubles) -> Doubles:
    """Divides the moves [points, n] of a path by the longest of them."""
    return moves / max(float(np.linalg.norm(moves, axis=1).max()), 1e-12)
