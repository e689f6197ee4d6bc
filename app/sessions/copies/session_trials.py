"""Trials of one session: started by its worker, reported to its client."""

from __future__ import annotations

from app.protocol.messages import Try
from app.sessions.client.announcements import ServerMessage
from app.sessions.copies.background import BackgroundRunner
from app.sessions.copies.trials import TrialTask, make_stopped_message
from app.sessions.shared_state import Locked
from engine import Candidate, EngineError, ImageTrial, Trainer, Trial


class SessionTrials:
    """Starts the trials that a client asks for, one at a time.

    Args:
        locked: what is shared with socket threads.
        runner: trains copies.
    """

    def __init__(self, locked: Locked, runner: BackgroundRunner) -> None:
        self._locked = locked
        self._runner = runner

    def start(self, trainer: Trainer, command: Try) -> None:
        """Starts a trial of some edits on copies of the network; ends an earlier one.

        A change ends the trial, since its copies have begun from another network then.
        """
        with self._locked as shared:
            shared.end_trial("replaced")
        candidates = [Candidate(one.patch, one.origin) for one in command.candidates]
        try:
            trial = _begin(trainer, candidates, command)
        except EngineError as error:
            refusal = {"code": error.code, "path": error.path, "message": error.message}
            with self._locked as shared:
                shared.put(make_stopped_message(command.trial, "refused", **refusal))
            return
        task = TrialTask(command.trial, trial, self._tell)
        with self._locked as shared:
            if shared.outbox is None:
                return
            shared.trial = task
            if not self._runner.add(task):
                shared.end_trial("busy")

    def _tell(self, task: TrialTask, message: ServerMessage) -> None:
        with self._locked as shared:
            shared.tell_of_copies("trial", task, message)


def _begin(trainer: Trainer, candidates: list[Candidate], command: Try) -> Trial | ImageTrial:
    if command.restart and trainer.spec.data.is_images:
        return trainer.begin_image_trial(candidates, command.epochs)
    return trainer.begin_trial(
        candidates, command.epochs, restart=command.restart, flow=command.flow
    )
