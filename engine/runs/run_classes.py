"""Run classes: which one trains a spec, by its kind of data."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from engine.data.datasets import Dataset
from engine.data.image_data import ImageData
from engine.frames.frames import FrameRequest
from engine.programs.tiers import Programs
from engine.runs.images.run import ImageRun
from engine.runs.plane.loss_views import LOSS_VIEWS
from engine.runs.plane.run import PlaneRun
from engine.runs.protocol import Run
from engine.spec import Spec
from engine.state.snapshots import Snapshot

Data = Dataset | ImageData


def _run_class(spec: Spec) -> type[PlaneRun] | type[ImageRun]:
    return ImageRun if spec.data.is_images else PlaneRun


def make_data(spec: Spec, programs: Programs) -> Data:
    """Makes or finds what a spec is trained on.

    Raises:
        DataError: it cannot be made, or is not there.
    """
    return _run_class(spec).make_data(spec, programs)


def begin_run(programs: Programs, snapshot: Snapshot) -> Run:
    """Returns a run that continues from a snapshot."""
    return _run_class(snapshot.spec)(programs, snapshot)


def can_continue(run: Run, snapshot: Snapshot) -> bool:
    """Whether a run can load a snapshot."""
    return isinstance(run, _run_class(snapshot.spec))


def is_ready(
    programs: Programs,
    owner: Hashable,
    spec: Spec,
    data: Any,
    request: FrameRequest,
    *,
    seen: bool,
) -> bool:
    """Whether the programs of a frame are there, see `Run.is_ready`."""
    return _run_class(spec).is_ready(programs, owner, spec, data, request, seen=seen)


def stays_ready(programs: Programs, spec: Spec, request: FrameRequest) -> bool:
    """Whether the programs of a frame of the present are there for good.

    General programs are, once one was asked for; exact ones, those for images and those of views
    may be let go of.
    """
    if spec.data.is_images or not LOSS_VIEWS.isdisjoint(request.views):
        return False
    if not programs.serves_general or not programs.has_general(spec):
        return False
    programs.general(spec)
    return True
