"""Runs: what trains a network and shows it, by the kind of data."""

from __future__ import annotations

from engine.datasets import Dataset
from engine.plane_run import PlaneRun
from engine.snapshots import Snapshot
from engine.spec import Spec
from engine.tiers import Programs

Data = Dataset
Run = PlaneRun


def make_data(spec: Spec, programs: Programs) -> Data:
    """Makes or finds what a spec is trained on.

    Raises:
        DataError: it cannot be made, or is not there.
    """
    return PlaneRun.make_data(spec, programs)


def begin_run(programs: Programs, moment: Snapshot) -> Run:
    """Returns a run that goes on from a moment."""
    return PlaneRun(programs, moment)
