"""Evaluation schedule of a run on images: when its losses are computed again."""

from __future__ import annotations

#: An epoch is evaluated at least and at most so often ...
LEAST, MOST = 1, 8
#: ... and in between as often as it takes no more than this share of the time.
SHARE = 0.1


class EvaluationSchedule:
    """Decides when losses over whole image sets are computed again, by how long that takes."""

    def __init__(self) -> None:
        self._evaluated_seconds = self._trained_seconds = 0.0

    def note_training(self, seconds: float) -> None:
        """Notes how long updates took."""
        self._trained_seconds += seconds

    def note_evaluation(self, seconds: float) -> None:
        """Notes how long an evaluation took."""
        self._evaluated_seconds, self._trained_seconds = seconds, 0.0

    def is_due(self, since: int, batches_per_epoch: int, *, resting: bool) -> bool:
        """Whether to evaluate: several times an epoch, and where training rests.

        Args:
            since: updates since the last evaluation.
            batches_per_epoch: updates of an epoch.
            resting: whether no update was asked for.
        """
        if since == 0 or since < batches_per_epoch / MOST:
            return resting and since > 0
        cheap = self._evaluated_seconds < SHARE * self._trained_seconds
        return resting or cheap or since >= batches_per_epoch / LEAST
