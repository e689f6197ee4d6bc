"""Protocol of runs, for every kind of data."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Protocol

from engine.base.arrays import Floats
from engine.base.slices import Slices
from engine.frames.frames import Frame, FrameRequest
from engine.frames.metrics import Metrics
from engine.programs.tiers import Programs
from engine.runs.early_stopping import BestEpoch, EarlyStop
from engine.spec import Spec
from engine.state.snapshots import Snapshot


class Run(Protocol):
    """One network in training."""

    @property
    def spec(self) -> Spec:
        """What is trained."""
        ...

    @property
    def data(self) -> Any:
        """What is trained and tested on."""
        ...

    @property
    def step(self) -> int:
        """Updates done."""
        ...

    @property
    def epoch(self) -> int:
        """Epochs done."""
        ...

    @property
    def batches_per_epoch(self) -> int:
        """Updates of an epoch."""
        ...

    @property
    def weights(self) -> Floats:
        """float32 [n]: per dense layer the kernel [in, out] row by row, then the bias."""
        ...

    @property
    def metrics(self) -> Metrics:
        """Losses, penalty and accuracies (regression: RMSE and R^2) of the present state."""
        ...

    @property
    def measured(self) -> Metrics:
        """The last metrics, maybe some steps old."""
        ...

    @staticmethod
    def make_data(spec: Spec, programs: Programs) -> Any:
        """Makes or finds what a spec is trained on.

        Raises:
            DataError: it cannot be made, or is not there.
        """
        ...

    @staticmethod
    def is_ready(
        programs: Programs,
        owner: Hashable,
        spec: Spec,
        data: Any,
        request: FrameRequest,
        *,
        seen: bool,
    ) -> bool:
        """Whether the data and programs of a frame are there; requests what is missing.

        Args:
            programs: where compiled programs come from.
            owner: who asks; replaces what it asked for before.
            spec: what is shown.
            data: its data.
            request: what the frame holds.
            seen: whether the frame must be the same as an earlier one.
        """
        ...

    def updates_until(self, epoch: int) -> int:
        """Returns how many updates are left until so many epochs are done; 0 if they are."""
        ...

    def snapshot(self) -> Snapshot:
        """Returns a snapshot of this step."""
        ...

    def shown_snapshot(self) -> Snapshot:
        """Returns a snapshot of this step with what the last frame showed of it."""
        ...

    def show(self, snapshot: Snapshot, request: FrameRequest) -> Slices[Frame]:
        """Loads a snapshot and makes the same frame of it as then."""
        ...

    def load(self, snapshot: Snapshot) -> None:
        """Continues from a snapshot."""
        ...

    def release_memory(self) -> None:
        """Frees memory that can be computed again."""
        ...

    def forget_history(self) -> None:
        """Drops the losses that no frame has shown yet."""
        ...

    def train(self, steps: int) -> None:
        """Trains on an exact program, compiling it first if need be."""
        ...

    def turn(
        self,
        steps: int,
        request: FrameRequest,
        max_seconds: float | None = None,
        frame_seconds: float | None = None,
    ) -> Slices[Frame]:
        """Does some updates, or none, and makes a frame."""
        ...

    def take_early_stop(self) -> EarlyStop | None:
        """Returns why the last training ended early, once; None if it did not."""
        ...

    @property
    def best_epoch(self) -> BestEpoch | None:
        """The best epoch so far, where early stopping looks for one."""
        ...

    def follow_best(self, best: BestEpoch) -> None:
        """Goes on from the best epoch of a run that another process trained up to here."""
        ...

    def prefer_exact(self, tile: int) -> bool:
        """Requests the exact program in the background; False if too many others wait."""
        ...

    def close(self) -> None:
        """Cancels its requests for compilation in the background."""
        ...

    def predict(self, x: Any) -> Floats:
        """Returns the outputs, float32 [n, K]."""
        ...
