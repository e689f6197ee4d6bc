"""Ensemble: the mean of several networks' outputs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.base.arrays import Floats
from engine.data.datasets import Part
from engine.frames.metrics import score_outputs
from engine.programs.tiers import Programs, default_programs
from engine.runs.plane.run import PlaneRun
from engine.state.snapshots import Snapshot


class Ensemble:
    """Mean of the outputs of networks that were trained on the same data.

    Formula: y(x) = (1 / M) sum over m of y_m(x), after the output activation.

    Args:
        members: one network or more, on the same points, with the same loss.
        programs: where compiled programs come from; shared ones if None.

    Raises:
        ValueError: there are none, or their data or losses differ.

    References:
        Hansen and Salamon, "Neural Network Ensembles", 1990.
    """

    def __init__(self, members: Sequence[Snapshot], programs: Programs | None = None) -> None:
        if not members:
            raise ValueError("an ensemble has one network at least")
        first = members[0].spec
        if any((one.spec.data, one.spec.loss) != (first.data, first.loss) for one in members):
            raise ValueError("networks of an ensemble have the same data and the same loss")
        programs = programs or default_programs()
        self._members = list(members)
        self._runs = [PlaneRun(programs, one) for one in members]

    def __len__(self) -> int:
        return len(self._members)

    def evaluate(self, x: Floats) -> Floats:
        """Returns the mean outputs, float32 [n, K], for inputs as the data set has them."""
        return np.mean([run.evaluate(x) for run in self._runs], axis=0)

    def score(self, part: Part) -> float:
        """Returns the accuracy of the mean on a part of the points, or its RMSE."""
        snapshot = self._members[0]
        outputs = self.evaluate(snapshot.data.x)
        return score_outputs(snapshot.spec, outputs, snapshot.data, part)

    def boundary(self, side: int = 100) -> Floats:
        """Returns the mean outputs over the plane, float32 [K, side, side], see `Plane.grid`."""
        outputs = self.evaluate(self._members[0].data.plane.grid(side))
        return outputs.T.reshape(-1, side, side)
