"""The search of one session, as its worker starts, asks and ends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.files.study_files import StudyFiles
from app.limits.image_memory import ImageReservation
from app.protocol.errors import MessageError
from app.sessions.client.announcements import ServerMessage
from app.sessions.copies.background import BackgroundRunner
from app.sessions.copies.searches import (
    SearchTask,
    begin_ensemble,
    begin_test,
    describe_tested,
)
from app.sessions.shared_state import Locked
from engine import (
    MemoryLimitError,
    Search,
    SearchError,
    SearchSettings,
    Slices,
    Snapshot,
    Trainer,
    dump_spec,
)


class SessionSearches:
    """The search that a client looks at; called by the session's worker.

    Args:
        locked: what is shared with socket threads.
        background: trains the trials.
        files: where studies are kept; in memory alone if None.
        reservation: of the memory for images; each search opens another one.
    """

    def __init__(
        self,
        locked: Locked,
        background: BackgroundRunner,
        files: StudyFiles | None,
        reservation: ImageReservation,
    ) -> None:
        self._locked = locked
        self._background = background
        self._files = files
        self._memory = reservation
        self._reserved: ImageReservation | None = None
        self._task: SearchTask | None = None

    @property
    def search(self) -> Search | None:
        """The search; None if there is none."""
        return self._task and self._task.search

    def start(self, trainer: Trainer, settings: Mapping[str, Any]) -> bool:
        """Starts a search around the present spec, in place of any other.

        Returns:
            False if the server is busy.

        Raises:
            SearchError: a setting breaks a rule.
            MemoryLimitError: there is no memory for networks on images as large.
        """
        if "spec" in settings:
            raise SearchError("a search is of the session's own spec", "spec")
        parsed = SearchSettings.parse({**settings, "spec": dump_spec(trainer.spec)})
        study, file = self._files.create() if self._files else ("", None)
        search = trainer.begin_search(parsed, file)
        return self._begin(search, study if file else "")

    def take_up(self, trainer: Trainer, study: str) -> bool:
        """Goes on with a study that is kept.

        Returns:
            False if the server is busy.

        Raises:
            MessageError: there is no such study (any more).
            SearchError: its file cannot be read.
        """
        if self._task is not None and self._task.study == study:
            self._announce(self._task)
            return self._go_on(self._task)
        file = self._files.find(study) if self._files else None
        if file is None:
            raise MessageError("unknown_study", "there is no such study", "study")
        return self._begin(trainer.begin_search(None, file), study)

    def propose(self, values: Mapping[str, Any]) -> bool:
        """Adds a trial by hand; False if the server is busy.

        Raises:
            MessageError: there is no search.
            SearchError: a value does not fit, or the search is over.
        """
        task = self._find_task()
        task.search.add(values)
        return self._go_on(task)

    def prefer(self, number: int) -> bool:
        """Says which of two trials is better; False if the server is busy.

        Raises:
            MessageError: there is no search.
            SearchError: that trial is not one of two that are compared.
        """
        task = self._find_task()
        task.search.prefer(number)
        there = self._go_on(task)
        self._tell(task, task.describe())
        return there

    def stop(self) -> None:
        """Trains no further; what has been found stays."""
        if self._task is not None:
            self._task.stop()

    def end(self) -> None:
        """Forgets the search; its file stays."""
        if self._task is not None:
            self._task.cancelled = True
        if self._reserved is not None:
            self._reserved.release()
        self._task = self._reserved = None

    def snapshot(self, number: int) -> Snapshot:
        """Returns where a trial ended.

        Raises:
            MessageError: there is no search, or the network is not there any more.
            SearchError: there is no such trial.
        """
        task = self._find_task()
        self._check_weights(task, [number])
        return task.search.snapshot(number)

    def test(self) -> bool:
        """Tells the metrics of the best trials, those of the test points too; it is over then.

        Returns:
            False if the server is busy.

        Raises:
            MessageError: there is no search, or a network is not there any more.
        """
        task = self._find_task()
        if task.search.tested is None:
            self._check_weights(task, [one.number for one in task.search.best])
        task.stop()
        return self._ask(task, begin_test(task.search, task.study))

    def combine(self, numbers: Sequence[int]) -> bool:
        """Tells how good the mean of some trials is.

        Returns:
            False if the server is busy.

        Raises:
            MessageError: there is no search, or a network is not there any more.
            SearchError: there is no such trial.
        """
        task = self._find_task()
        self._check_weights(task, numbers)
        return self._ask(task, begin_ensemble(task.search, numbers, task.study))

    def _ask(self, task: SearchTask, work: Slices[ServerMessage]) -> bool:
        return not task.ask(work) or self._run(task)

    def _check_weights(self, task: SearchTask, numbers: Sequence[int]) -> None:
        for number in numbers:
            task.search.find_trial(number)
            if not task.search.has_weights(number):
                text = f"the weights of trial {number} are not kept; try its values again"
                raise MessageError("no_weights", text, "trial")

    def _begin(self, search: Search, study: str) -> bool:
        reserved = self._memory.open_another()
        try:
            if search.n_bytes:
                reserved.reserve(search.n_bytes)
        except MemoryLimitError as error:
            raise MemoryLimitError(error.message, "search") from None
        self.end()
        self._reserved = reserved
        task = self._task = SearchTask(search, study, self._tell)
        self._announce(task)
        return self._go_on(task)

    def _go_on(self, task: SearchTask) -> bool:
        return not task.go_on() or self._run(task)

    def _run(self, task: SearchTask) -> bool:
        """Has the runner take a search; one that it does not take stands still."""
        if self._background.add(task):
            return True
        task.refuse()
        self._tell(task, task.describe())
        return False

    def _find_task(self) -> SearchTask:
        if self._task is None:
            raise MessageError("no_search", "there is no search")
        return self._task

    def _announce(self, task: SearchTask) -> None:
        """Tells the settings, then all trials."""
        settings = task.search.settings
        told = {**settings.describe(), "validation_fraction": settings.validation_fraction}
        del told["spec"]
        self._tell(task, {"type": "search", "study": task.study, "search": told})
        self._tell(task, task.describe(whole=True))
        task.forget_duel()
        if task.search.tested is not None:
            self._tell(task, describe_tested(task.search, task.study))

    def _tell(self, task: SearchTask, message: ServerMessage) -> None:
        if task is self._task:
            with self._locked as shared:
                shared.put(message)
