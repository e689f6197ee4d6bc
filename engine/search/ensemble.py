"""Ensembles: the mean of several networks' outputs, on points or on images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Bytes, Floats
from engine.base.slices import Slices, finish
from engine.data.datasets import Part
from engine.data.image_data import MEASURED, ImageData
from engine.frames.metrics import score_outputs
from engine.programs.image_programs import ROWS
from engine.programs.tiers import Programs, default_programs
from engine.runs.images.run import ImageRun
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
        return finish(self.begin_score(part))

    def begin_score(self, part: Part) -> Slices[float]:
        """Does what `score` does in slices."""
        yield from ()
        snapshot = self._members[0]
        outputs = self.evaluate(snapshot.data.x)
        return score_outputs(snapshot.spec, outputs, snapshot.data, part)

    def boundary(self, side: int = 100) -> Floats:
        """Returns the mean outputs over the plane, float32 [K, side, side], see `Plane.grid`."""
        outputs = self.evaluate(self._members[0].data.plane.grid(side))
        return outputs.T.reshape(-1, side, side)


class ImageEnsemble:
    """Mean of the outputs of networks that were trained on the same images.

    Formula: y(x) = (1 / M) sum over m of y_m(x), after the output activation.

    Args:
        members: one network or more, on the same images.
        held_out: what they were trained on, with the images that were set aside in the place of
            the test images.
        programs: where compiled programs come from.

    Raises:
        ValueError: there are none, or their images or losses differ.

    References:
        Hansen and Salamon, "Neural Network Ensembles", 1990.
    """

    def __init__(
        self, members: Sequence[Snapshot], held_out: ImageData, programs: Programs
    ) -> None:
        if not members:
            raise ValueError("an ensemble has one network at least")
        first = members[0].spec
        if any((one.spec.data, one.spec.loss) != (first.data, first.loss) for one in members):
            raise ValueError("networks of an ensemble have the same data and the same loss")
        self._members, self._held_out, self._programs = list(members), held_out, programs

    def __len__(self) -> int:
        return len(self._members)

    def evaluate(self, images: NDArray[Any]) -> Floats:
        """Returns the mean outputs, float32 [n, K], for images [n, pixels] of 0..255."""
        return finish(self._evaluate(images))

    def score(self, part: Part) -> float:
        """Returns the accuracy of the mean on a part: of the train images the first 10,000."""
        return finish(self.begin_score(part))

    def begin_score(self, part: Part) -> Slices[float]:
        """Does what `score` does in slices."""
        images, labels = self._find_part(part)
        outputs = yield from self._evaluate(images.reshape(len(images), -1))
        return float(np.mean(outputs.argmax(axis=1) == labels))

    def boundary(self, side: int = 100) -> Floats | None:
        """Returns None: images have no plane."""
        return None

    def _find_part(self, part: Part) -> tuple[Bytes, Bytes]:
        held_out = self._held_out.images
        if part == "validation":
            return held_out.test_images, held_out.test_labels
        if part == "train":
            return held_out.train_images[:MEASURED], held_out.train_labels[:MEASURED]
        whole = self._members[0].data.images
        return whole.test_images, whole.test_labels

    def _evaluate(self, images: NDArray[Any]) -> Slices[Floats]:
        total = np.zeros((len(images), self._members[0].spec.n_outputs))
        for member in self._members:
            # One after the other, so that one network alone is on the device.
            run = ImageRun(self._programs, member)
            for start in range(0, len(images), ROWS):
                total[start : start + ROWS] += run.predict(images[start : start + ROWS])
                yield
        return (total / len(self._members)).astype(np.float32)
