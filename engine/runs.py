"""Runs: what trains a network and shows it, by the kind of data."""

from __future__ import annotations

from engine.datasets import Dataset
from engine.image_run import ImageRun
from engine.plane_run import PlaneRun
from engine.snapshots import Snapshot
from engine.spec import Spec
from engine.tiers import Programs
from engine.vision.data import ImageData

Data = Dataset | ImageData
Run = PlaneRun | ImageRun


def _kind(spec: Spec) -> type[PlaneRun] | type[ImageRun]:
    return ImageRun if spec.data.is_images else PlaneRun


def make_data(spec: Spec, programs: Programs) -> Data:
    """Makes or finds what a spec is trained on.

    Raises:
        DataError: it cannot be made, or is not there.
    """
    return _kind(spec).make_data(spec, programs)


def begin_run(programs: Programs, moment: Snapshot) -> Run:
    """Returns a run that goes on from a moment."""
    return _kind(moment.spec)(programs, moment)


def can_go_on(run: Run, moment: Snapshot) -> bool:
    """Whether a run is of the kind that a moment needs."""
    return isinstance(run, _kind(moment.spec))
