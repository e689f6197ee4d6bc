"""Loss around a run on the plane: its path, and the views that show the landscape about it."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.base.slices import Slices
from engine.data.datasets import Dataset
from engine.frames.frames import FrameRequest
from engine.frames.metrics import Metrics
from engine.insight.sharpness import SharpnessHistory
from engine.insight.surfaces.landscape import Landscape
from engine.insight.surfaces.path import Path, PathPoint
from engine.insight.surfaces.surface import compile_surface
from engine.programs.bindings import Binding
from engine.programs.tiers import Programs
from engine.programs.training import State
from engine.spec import Spec

Arrays = dict[str, NDArray[Any]]
#: Views that are shown here.
LOSS_VIEWS = frozenset({"landscape", "sharpness"})
#: Seconds from one look into a run to the next while it goes on; frames between hold the same.
APART = 0.125


class LossViews:
    """The path of a run, and the views of the loss around it.

    Args:
        programs: where compiled programs come from.
        clock: seconds, as `time.perf_counter`.
    """

    def __init__(self, programs: Programs, clock: Callable[[], float] = time.perf_counter) -> None:
        self._programs = programs
        self._spec = Spec()
        self._path = Path()
        self._landscape = Landscape(self._path)
        self._sharpness = SharpnessHistory()
        self._clock = clock
        self._next = 0.0
        self._shown_key: Hashable = None
        self._shown: Arrays = {}

    def follow(self, spec: Spec, data: Dataset, step: int) -> None:
        """Goes on from a snapshot of the run."""
        self._spec = spec
        self._path.follow(spec, data, step)

    def wants(self, step: int) -> bool:
        """Whether the weights after so many updates are to be kept; counts them."""
        return self._path.wants(step)

    def show(
        self,
        request: FrameRequest,
        bind: Callable[[], Binding],
        exact: Callable[[], State[Any]],
        metrics: Metrics,
        *,
        kept: bool,
    ) -> Slices[Arrays]:
        """Keeps the weights of a frame, and makes the arrays of the views that it asks for.

        Args:
            request: what the frame holds.
            bind: returns the general program with spec and data.
            exact: returns the present state.
            metrics: of the present state.
            kept: whether its weights are kept, see `wants`.
        """
        step = int(metrics["step"])
        asked = LOSS_VIEWS.intersection(request.views)
        key = self._path.key, self._spec, asked, request.landscape
        begun = self._clock()
        last = key == self._shown_key and begun < self._next and not request.patient
        if asked and not last:
            self._next = begun + APART
        if not (kept or (asked and not last)):
            return self._shown if asked else {}
        present = PathPoint(step, np.array(exact().params), metrics["train_loss"])
        if kept:
            self._path.add(present)
        if last or not asked:
            return self._shown if asked else {}
        arrays: Arrays = {}
        if "landscape" in asked:
            arrays |= yield from self._show_landscape(request, bind(), present)
        if "sharpness" in asked:
            rows = yield from self._sharpness.show(
                self._spec, self._path.data, self._path.key, present, now=request.patient
            )
            if rows is not None:
                arrays["sharpness"] = rows
        self._shown_key, self._shown = key, arrays
        return arrays

    def _show_landscape(
        self, request: FrameRequest, binding: Binding, present: PathPoint
    ) -> Slices[Arrays]:
        program = self._find_program(binding.model, patient=request.patient)
        if program is None:
            return {}
        return (
            yield from self._landscape.show(
                program, binding, request.landscape, present, now=request.patient
            )
        )

    def close(self) -> None:
        """Cancels its requests for compilation in the background."""
        self._programs.withdraw(("insight", id(self)))

    def _find_program(self, model: Any, *, patient: bool) -> Any | None:
        """Returns the program of surfaces; None where it is compiled and nobody waits for it."""
        key, build = ("surface", model), partial(compile_surface, model)
        known = patient or not self._programs.serves_general
        if not known and self._programs.needs_insight(("insight", id(self)), key, build):
            return None
        return self._programs.insight(key, build)


def has_insight(programs: Programs, owner: Hashable, spec: Spec, request: FrameRequest) -> bool:
    """Whether the programs of the asked views are compiled, or nobody waits; requests one if not.

    Args:
        programs: where compiled programs come from.
        owner: who asks; replaces what it asked for before.
        spec: of the network.
        request: what the frame holds.
    """
    if "landscape" not in request.views or not request.patient or not programs.serves_general:
        return True
    model = programs.find_general(spec)
    return not programs.needs_insight(owner, ("surface", model), partial(compile_surface, model))
