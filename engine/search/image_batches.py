"""Batches of trials on images: few networks, trained by turns up to each look."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from engine.base.errors import DivergedError
from engine.base.slices import Slices
from engine.data.image_data import ImageData
from engine.frames.metrics import Metrics
from engine.programs.tiers import Programs
from engine.runs.images.run import ImageRun
from engine.search.batches import hide_test, list_looks
from engine.search.settings import PARTS
from engine.spec import Spec
from engine.state.initial_state import restart
from engine.state.snapshots import Snapshot

#: Training of one call, about, and how long is waited for programs that are compiled.
_CALL_SECONDS, _WAIT_SECONDS = 0.01, 0.01


@dataclass(slots=True)
class _Member:
    """One network of a batch; its metrics are those of the last look, None if it diverged."""

    run: ImageRun
    metrics: Metrics | None = None
    stopped: bool = False


class ImageBatch:
    """Networks on images, trained one after the other up to each look.

    Their exact programs are compiled in the background, and waited for.

    Args:
        programs: where compiled programs come from.
        specs: of the networks.
        data: what they train on; its test images are those that were set aside for validation.
        epochs: that each of them trains, unless it is stopped.
    """

    def __init__(
        self, programs: Programs, specs: Sequence[Spec], data: ImageData, epochs: int
    ) -> None:
        self._programs, self._data = programs, data
        self._specs = tuple(specs)
        self._members = [_Member(ImageRun(programs, restart(spec, data))) for spec in specs]
        self._looks = list_looks(PARTS * epochs)
        self._looked = 0
        self._work: Slices[None] | None = None

    @property
    def epoch(self) -> float:
        """Epochs that all networks have trained, but those that were stopped."""
        return round(self.resource / PARTS, 3)

    @property
    def resource(self) -> int:
        """The same in ninths of an epoch."""
        return self._looks[self._looked - 1] if self._looked else 0

    @property
    def share(self) -> float:
        """How much of the training is done, 0 to 1."""
        shares = [1.0 if one.stopped else self._share_of(one) for one in self._members]
        return sum(shares) / len(shares)

    def _share_of(self, member: _Member) -> float:
        return min(1.0, member.run.step / self._steps(member, self._looks[-1]))

    @property
    def done(self) -> bool:
        """Whether all epochs are trained."""
        return self._looked == len(self._looks)

    @property
    def specs(self) -> Sequence[Spec]:
        """The networks."""
        return self._specs

    def advance(self, max_seconds: float) -> bool:
        """Trains for about so long; whether it is time to look."""
        end = time.perf_counter() + max_seconds
        if self._work is None:
            self._work = self._train(self._looks[self._looked])
        while True:
            try:
                next(self._work)
            except StopIteration:
                self._work = None
                self._looked += 1
                return True
            if time.perf_counter() >= end:
                return False

    def measure(self) -> list[Metrics | None]:
        """Returns the metrics of all networks, see `TrialBatch.measure`."""
        return [one.metrics for one in self._members]

    def stop(self, place: int) -> None:
        """Trains a network no further."""
        self._members[place].stopped = True
        self._members[place].run.release_memory()

    def snapshot(self, place: int) -> Snapshot:
        """Returns where a network stands."""
        return self._members[place].run.snapshot()

    def _train(self, part: int) -> Slices[None]:
        """Trains all networks up to so many ninths of an epoch, and measures them."""
        for member, spec in zip(self._members, self._specs, strict=True):
            if member.stopped:
                continue
            run = member.run
            while not self._programs.images.has_exact(("search", id(self)), spec, self._data):
                time.sleep(_WAIT_SECONDS)
                yield
            try:
                yield from run.begin_train(self._steps(member, part) - run.step, _CALL_SECONDS)
                measured = yield from run.begin_measure()
            except DivergedError:
                member.metrics = None
            else:
                member.metrics = hide_test(spec, name_validation(measured))
            run.forget_history()
            if len(self._members) > 1:
                run.release_memory()
            yield

    def _steps(self, member: _Member, part: int) -> int:
        """Updates of so many ninths of an epoch, at least one."""
        return max(1, part * member.run.batches_per_epoch // PARTS)


def name_validation(metrics: Metrics) -> Metrics:
    """Returns metrics of images that were set aside under the name of validation."""
    return {name.replace("test_", "validation_"): value for name, value in metrics.items()}


def train_again(programs: Programs, spec: Spec, data: ImageData, steps: int) -> Snapshot:
    """Trains a network for so many updates, or until it diverges."""
    run = ImageRun(programs, restart(spec, data))
    with suppress(DivergedError):
        # The last finite state is what such a trial ended with.
        run.train(steps)
    return run.snapshot()
