"""Studies: Optuna's record of a search, in memory or in a SQLite file."""

from __future__ import annotations

import json
import math
import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from engine.base.errors import SearchError
from engine.frames.metrics import Metrics
from engine.search.batches import REDUCTION
from engine.search.proposals.methods import METHODS
from engine.search.proposals.objectives import OBJECTIVES
from engine.search.proposals.optuna_library import load_optuna, load_preferential
from engine.search.proposals.preferences import Preference, rate_trials
from engine.search.settings import SearchSettings
from engine.search.trials import SearchTrial

#: Attributes of a study and of its trials that are LiveNet's.
_SETTINGS, _TRIAL, _BY = "livenet:settings", "livenet:trial", "livenet:by"
_TESTED, _PREFERENCES = "livenet:tested", "livenet:preferences"
_NAME = "livenet"


class SearchStudy:
    """Optuna's study of a search: proposes trials and records what became of them.

    Args:
        settings: of the search; None takes those of the file.
        file: of SQLite, where the study is kept and gone on with; in memory if None.

    Raises:
        SearchError: the file is of another search, is no study, or cannot be written.
    """

    def __init__(self, settings: SearchSettings | None, file: Path | None = None) -> None:
        self._optuna, self._file = load_optuna(), file
        storage = _open_storage(self._optuna, file) if file is not None else None
        try:
            self.settings = settings = self._find_settings(settings, storage, file)
            self._study = self._optuna.create_study(
                study_name=_NAME,
                storage=storage,
                load_if_exists=True,
                directions=[OBJECTIVES[name].direction for name in settings.objectives],
                pruner=self._make_pruner(settings),
            )
            # One that begins with the same seed again would propose the same again.
            seed = settings.seed + len(self._study.get_trials(deepcopy=False))
            self._study.sampler = METHODS[settings.method].make(seed)
            self._study.set_user_attr(_SETTINGS, json.dumps(settings.describe()))
            self._distributions = {
                one.path: one.make_distribution(self._optuna) for one in settings.dimensions
            }
            self._running: dict[int, Any] = {}
            #: Trials that have ended, which change no more.
            self._ended: dict[int, SearchTrial] = {}
            self._tell_preferences()
            self._retry_interrupted()
        except self._optuna.exceptions.StorageInternalError as error:
            raise SearchError(f"the study cannot be kept in {file}: {error}", "study") from None

    @property
    def trials(self) -> tuple[SearchTrial, ...]:
        """All trials, by number, but those that wait, were interrupted or have no values yet."""
        frozen = self._study.get_trials(deepcopy=False)
        return tuple(self._read(one) for one in frozen if self._is_there(one))

    @property
    def tested(self) -> dict[int, Metrics] | None:
        """All metrics of the trials whose test points were looked at; None before that."""
        text = self._study.user_attrs.get(_TESTED)
        return None if text is None else {int(n): m for n, m in json.loads(text).items()}

    def keep_tested(self, metrics: Mapping[int, Metrics]) -> None:
        """Keeps what the test points say, for good."""
        self._study.set_user_attr(_TESTED, json.dumps(metrics))

    def _is_there(self, trial: Any) -> bool:
        # Optuna draws the values of a trial that is just asked for one by one.
        running = trial.state.name == "RUNNING" and len(trial.params) == len(self._distributions)
        if trial.state.name == "FAIL" and _TRIAL in trial.user_attrs:
            # One that was cut off while it was told is tried again.
            return self._read(trial).state in ("diverged", "failed")
        return running or _TRIAL in trial.user_attrs

    @property
    def n_waiting(self) -> int:
        """Trials that were chosen by hand, or interrupted, and wait to be trained."""
        states = (self._optuna.trial.TrialState.WAITING,)
        return len(self._study.get_trials(deepcopy=False, states=states))

    def enqueue(self, values: Mapping[str, Any], by: str) -> None:
        """Has the next trial take some values."""
        self._study.enqueue_trial(dict(values), user_attrs={_BY: by})

    def ask(self) -> SearchTrial:
        """Begins a trial: one that waits, or one that the method proposes."""
        trial = self._study.ask(self._distributions)
        self._running[trial.number] = trial
        return self._read(self._study.get_trials(deepcopy=False)[trial.number])

    def report(self, number: int, value: float, resource: int) -> bool:
        """Reports how a trial stands, see `TrialBatch.resource`; whether it is to be given up."""
        trial = self._running[number]
        trial.report(value, resource)
        return trial.should_prune()

    def tell(self, trial: SearchTrial) -> None:
        """Ends a trial."""
        running = self._running.pop(trial.number)
        running.set_user_attr(_TRIAL, _write_trial(trial))
        states = self._optuna.trial.TrialState
        if trial.state == "complete":
            self._study.tell(running, list(trial.objectives))
        elif len(self.settings.objectives) == 1:
            # Samplers take it for worse than all complete ones.
            self._study.tell(running, state=states.PRUNED)
        else:
            self._study.tell(running, state=states.FAIL)

    def hold(self, trial: SearchTrial) -> None:
        """Ends the training of a trial whose value a person is yet to say."""
        running = self._running.pop(trial.number)
        running.set_user_attr(_TRIAL, _write_trial(trial))

    @property
    def preferences(self) -> list[Preference]:
        """What was preferred to what, in the order in which it was said."""
        known = json.loads(self._study.user_attrs.get(_PREFERENCES, "[]"))
        return [(better, worse) for better, worse in known]

    def prefer(self, better: int, worse: int) -> None:
        """Records that a person likes one trial better than another one."""
        self._study.set_user_attr(_PREFERENCES, json.dumps([*self.preferences, (better, worse)]))
        self._tell_preferences()
        if METHODS[self.settings.method].compares:
            trials = self._study.get_trials(deepcopy=False)
            judged = load_preferential().PreferentialStudy(self._study)
            judged.report_preference(trials[better], trials[worse])

    def _tell_preferences(self) -> None:
        """Tells Optuna the value of each trial that was compared, as far as it does not know it."""
        for number, value in rate_trials(self.preferences).items():
            if not self._study.get_trials(deepcopy=False)[number].state.is_finished():
                self._study.tell(number, float(value))

    def measure_importances(self) -> dict[str, float]:
        """Returns how much of the first objective's spread each dimension explains, 0 to 1.

        Empty before there are two complete trials that differ.

        References:
            Watanabe et al., "PED-ANOVA", 2023.
        """
        optuna, complete = self._optuna, self._optuna.trial.TrialState.COMPLETE
        trials = self._study.get_trials(deepcopy=False, states=(complete,))
        if len({trial.values[0] for trial in trials}) < 2:
            return {}
        target = None if len(self.settings.objectives) == 1 else lambda one: one.values[0]
        evaluator = optuna.importance.PedAnovaImportanceEvaluator()
        found = optuna.importance.get_param_importances(
            self._study, evaluator=evaluator, target=target
        )
        return {one.path: float(found.get(one.path, 0.0)) for one in self.settings.dimensions}

    def pack(self) -> bytes:
        """Returns the study as the content of a SQLite file."""
        if self._file is not None:
            return _read_database(self._file)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "study.db"
            self._optuna.copy_study(
                from_study_name=_NAME,
                from_storage=self._study._storage,
                to_storage=f"sqlite:///{file}",
            )
            return _read_database(file)

    def _find_settings(
        self, settings: SearchSettings | None, storage: Any, file: Path | None
    ) -> SearchSettings:
        kept = _read_settings(storage)
        if kept is None and settings is None:
            raise SearchError(f"{file} is no study of LiveNet", "study")
        if kept is None:
            assert settings is not None
            return settings
        found = SearchSettings.parse(json.loads(kept))
        if settings is not None and not settings.continues(found):
            raise SearchError(
                f"{file} is the study of another search; name another file, or remove it",
                "study",
            )
        return settings or found

    def _make_pruner(self, settings: SearchSettings) -> Any:
        pruners = self._optuna.pruners
        if not settings.pruning:
            return pruners.NopPruner()
        return pruners.HyperbandPruner(
            min_resource=1, max_resource=settings.max_resource, reduction_factor=REDUCTION
        )

    def _retry_interrupted(self) -> None:
        """Queues trials again that a server or program was training when it ended."""
        states = self._optuna.trial.TrialState
        for trial in self._study.get_trials(deepcopy=False, states=(states.RUNNING,)):
            if self.settings.is_judged and _TRIAL in trial.user_attrs:
                continue
            self._study.tell(trial.number, state=states.FAIL)
            self.enqueue(trial.params, trial.user_attrs.get(_BY, "method"))

    def _read(self, trial: Any) -> SearchTrial:
        known = self._ended.get(trial.number)
        if known is None:
            known = self._parse(trial)
            if trial.state.is_finished():
                self._ended[trial.number] = known
        return known

    def _parse(self, trial: Any) -> SearchTrial:
        known: dict[str, Any] = json.loads(trial.user_attrs.get(_TRIAL, "{}"))
        values: Sequence[float] = trial.values or ()
        metrics: dict[str, float] = known.get("metrics", {})
        if self.settings.is_judged and known.get("state") == "complete":
            values = values or (math.nan,)
            metrics = {**metrics, self.settings.objectives[0]: values[0]}
        return SearchTrial(
            trial.number,
            trial.user_attrs.get(_BY, "method"),
            dict(trial.params),
            known.get("state", "training"),
            known.get("epoch", 0),
            tuple(values),
            metrics,
        )


def _write_trial(trial: SearchTrial) -> str:
    kept = {"state": trial.state, "epoch": trial.epoch, "metrics": dict(trial.metrics)}
    return json.dumps(kept)


def _open_storage(optuna: Any, file: Path) -> Any:
    try:
        return optuna.storages.RDBStorage(f"sqlite:///{file}")
    except Exception as error:
        raise SearchError(f"the study cannot be kept in {file}: {error}", "study") from None


def _read_settings(storage: Any) -> str | None:
    """Returns the settings that a study was begun with; None where there is none."""
    if storage is None:
        return None
    names = {study.study_name: study for study in storage.get_all_studies()}
    study = names.get(_NAME)
    return study.user_attrs.get(_SETTINGS) if study is not None else None


def _read_database(file: Path) -> bytes:
    """Returns the content of a SQLite file as it is between two transactions."""
    with closing(sqlite3.connect(file)) as there, closing(sqlite3.connect(":memory:")) as copy:
        there.backup(copy)
        return copy.serialize()
