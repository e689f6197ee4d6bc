"""Training control: run, pause, single steps and speed. Used under the session's lock."""

from __future__ import annotations

from app.protocol.messages import Step, Until


class TrainingControl:
    """Whether a session runs by itself, and the steps that are still to be trained.

    Attributes:
        running: whether it trains by itself.
        epochs_per_frame: how many epochs lie between two frames.
        until: where it pauses by itself while running, if anywhere: an end or a goal.
    """

    def __init__(self) -> None:
        self.running = False
        self.epochs_per_frame = 1
        self.until: Until | str | None = None
        self._epochs = self._batches = 0

    @property
    def stepping(self) -> bool:
        """Whether steps are still to be trained."""
        return self._epochs > 0 or self._batches > 0

    @property
    def steps(self) -> tuple[int, int]:
        """Epochs and batches that are still to be trained while paused."""
        return self._epochs, self._batches

    def restore(self, until: Until | str | None, speed: int, steps: tuple[int, int]) -> None:
        """Takes over what another control was told, but for whether it runs."""
        self.until, self.epochs_per_frame = until, speed
        self._epochs, self._batches = steps

    def add_step(self, step: Step) -> None:
        """Adds the epochs or batches of a `step` command."""
        self._epochs += step.epochs or 0
        self._batches += step.batches or 0

    def add_batches(self, batches: int) -> None:
        """Adds batches that a turn had no time for."""
        self._batches += batches

    def drop_steps(self) -> None:
        """Drops the steps that have not been trained."""
        self._epochs = self._batches = 0

    def take_epochs(self, epochs: int) -> None:
        """Counts epochs that were trained towards those of `add_step`."""
        self._epochs = max(0, self._epochs - epochs)

    def set_running(self, running: bool, until: Until | str | None = None) -> None:
        """Starts or pauses training; drops the steps that have not been trained."""
        self.running = running
        self.until = until
        self.drop_steps()

    def take_steps(self) -> tuple[int, int]:
        """Returns the epochs and batches of one turn; whole epochs come first."""
        if self.running:
            return self.epochs_per_frame, 0
        if self._epochs:
            epochs, self._epochs = self._epochs, 0
            return epochs, 0
        batches, self._batches = self._batches, 0
        return 0, batches
