"""The search of one session, as its worker starts, asks and ends it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from app.files.study_files import StudyFiles
from app.protocol.errors import MessageError
from app.sessions.client.announcements import ServerMessage
from app.sessions.copies.background import BackgroundRunner
from app.sessions.copies.searches import SearchTask, describe_ensemble
from app.sessions.shared_state import Locked
from engine import Search, SearchError, SearchSettings, Snapshot, Trainer, dump_spec


class SessionSearches:
    """The search that a client looks at; called by the session's worker.

    Args:
        locked: what is shared with socket threads.
        background: trains the trials.
        files: where studies are kept; in memory alone if None.
    """

    def __init__(
        self, locked: Locked, background: BackgroundRunner, files: StudyFiles | None
    ) -> None:
        self._locked = locked
        self._background = background
        self._files = files
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

    def stop(self) -> None:
        """Trains no further; what has been found stays."""
        if self._task is not None:
            self._task.stop()

    def end(self) -> None:
        """Forgets the search; its file stays."""
        if self._task is not None:
            self._task.cancelled = True
        self._task = None

    def snapshot(self, number: int) -> Snapshot:
        """Returns where a trial ended.

        Raises:
            MessageError: there is no search.
            SearchError: there is no such trial.
        """
        return self._find_task().search.snapshot(number)

    def tell_test(self) -> None:
        """Tells the metrics of the best trials, those of the test points too; it is over then.

        Raises:
            MessageError: there is no search.
        """
        task = self._find_task()
        task.stop()
        task.search.measure_test()
        self._tell_tested(task)

    def tell_ensemble(self, numbers: Sequence[int]) -> None:
        """Tells how good the mean of some trials is.

        Raises:
            MessageError: there is no search.
            SearchError: there is no such trial.
        """
        task = self._find_task()
        self._tell(task, describe_ensemble(task.search, numbers, task.study))

    def _begin(self, search: Search, study: str) -> bool:
        self.end()
        task = self._task = SearchTask(search, study, self._tell)
        self._announce(task)
        return self._go_on(task)

    def _go_on(self, task: SearchTask) -> bool:
        return not task.go_on() or self._background.add(task)

    def _find_task(self) -> SearchTask:
        if self._task is None:
            raise MessageError("no_search", "there is no search")
        return self._task

    def _announce(self, task: SearchTask) -> None:
        """Tells the settings, then all trials."""
        settings = task.search.settings.describe()
        fraction = settings.pop("spec")["data"]["validation_fraction"]
        told = {**settings, "validation_fraction": fraction}
        self._tell(task, {"type": "search", "study": task.study, "search": told})
        self._tell(task, task.describe(whole=True))
        if task.search.tested is not None:
            self._tell_tested(task)

    def _tell_tested(self, task: SearchTask) -> None:
        told = {
            str(number): {name: value for name, value in metrics.items() if math.isfinite(value)}
            for number, metrics in (task.search.tested or {}).items()
        }
        self._tell(task, {"type": "tested", "study": task.study, "trials": told})

    def _tell(self, task: SearchTask, message: ServerMessage) -> None:
        if task is self._task:
            with self._locked as shared:
                shared.put(message)
