"""How a session is to train. The session's lock is held by who changes it."""

from __future__ import annotations

from app.protocol.messages import Step, Until


class Drive:
    """By itself, so many epochs a frame; or a few steps, and then no more.

    Attributes:
        running: whether it trains by itself.
        epochs_per_frame: how many epochs lie between two frames.
        until: where it pauses by itself while running, if anywhere.
    """

    def __init__(self) -> None:
        self.running = False
        self.epochs_per_frame = 1
        self.until: Until | None = None
        self._epochs = self._batches = 0

    @property
    def stepping(self) -> bool:
        """Whether steps are still to be trained."""
        return self._epochs > 0 or self._batches > 0

    def add(self, step: Step) -> None:
        """Asks for a little training."""
        self._epochs += step.epochs or 0
        self._batches += step.batches or 0

    def add_batches(self, batches: int) -> None:
        """Asks for what is left of a step."""
        self._batches += batches

    def drop_steps(self) -> None:
        """Forgets the steps that have not been trained."""
        self._epochs = self._batches = 0

    def run(self, running: bool, until: Until | None = None) -> None:
        """Trains by itself or pauses; what is left of a step goes with either."""
        self.running = running
        self.until = until
        self.drop_steps()

    def take(self) -> tuple[int, int]:
        """Returns the epochs and the batches of one turn; whole epochs come first."""
        if self.running:
            return self.epochs_per_frame, 0
        if self._epochs:
            epochs, self._epochs = self._epochs, 0
            return epochs, 0
        batches, self._batches = self._batches, 0
        return 0, batches
