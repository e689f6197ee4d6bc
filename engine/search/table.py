"""Table of a search as CSV: one line a trial."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from engine.search.settings import SearchSettings
from engine.search.trials import SearchTrial


def write_trials(settings: SearchSettings, trials: Sequence[SearchTrial]) -> str:
    """Returns the trials as CSV: number, by whom, state, epoch, values, objectives, metrics."""
    paths = [one.path for one in settings.dimensions]
    metrics = sorted({name for trial in trials for name in trial.metrics} - {"step", "epoch"})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["trial", "by", "state", "epoch", *paths, *metrics])
    for trial in trials:
        writer.writerow(
            [
                trial.number,
                trial.by,
                trial.state,
                trial.epoch,
                *(trial.values.get(path, "") for path in paths),
                *(trial.metrics.get(name, "") for name in metrics),
            ]
        )
    return text.getvalue()
