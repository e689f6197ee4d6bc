"""Exporter: from an export request to files."""

from __future__ import annotations

from collections.abc import Sequence

from engine.base.errors import ExportError
from engine.exports.data.common import save_data
from engine.exports.files import File
from engine.exports.history import write_history
from engine.exports.inputs import SourceInput
from engine.exports.notebooks import write_notebook
from engine.exports.requests import SOURCES, ExportRequest
from engine.exports.sources import write_script
from engine.exports.tensorboard import write_events
from engine.exports.weights import name_weights, save_weights
from engine.frames.logs import LogEntry
from engine.state.snapshots import Snapshot


def export(
    request: ExportRequest, snapshot: Snapshot, history: Sequence[LogEntry]
) -> tuple[File, ...]:
    """Makes the files of an export.

    Args:
        request: what is wanted.
        snapshot: the run.
        history: what it measured so far, oldest first.

    Returns:
        One file or more; the source comes first.

    Raises:
        ExportError: it cannot be made.
    """
    if request.name in SOURCES:
        return _export_source(request, snapshot)
    if request.name == "weights":
        named = name_weights(snapshot.spec, snapshot.state.params)
        return (save_weights(snapshot.spec, named, snapshot.counters.step),)
    rows = [entry.metrics for entry in history]
    if request.name == "history":
        return (write_history(rows),)
    return (write_events(rows, [entry.time for entry in history]),)


def _export_source(request: ExportRequest, snapshot: Snapshot) -> tuple[File, ...]:
    if not any(snapshot.spec.trainable):
        raise ExportError("every layer is frozen: there is nothing to train", "name")
    named = name_weights(snapshot.spec, snapshot.state.params)
    parts = SourceInput(
        spec=snapshot.spec,
        data=snapshot.data,
        step=snapshot.counters.step,
        epoch=snapshot.counters.epoch,
        weights=None if request.weights == "none" else named,
        weights_inline=request.weights == "inline",
        data_inline=request.data == "inline",
    )
    stem = SOURCES[request.name]
    if request.format == "notebook":
        text = write_notebook(request.name, parts, request.language)
        source = File(f"{stem}.ipynb", text.encode(), "application/x-ipynb+json")
    else:
        text = write_script(request.name, parts)
        source = File(f"{stem}.py", text.encode(), "text/x-python")
    files = [source]
    if request.data == "beside":
        files += save_data(snapshot.spec, snapshot.data)
    if request.weights == "beside":
        files.append(save_weights(snapshot.spec, named, snapshot.counters.step))
    return tuple(files)
