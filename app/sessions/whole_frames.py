"""Whole frames for watchers that come: what the client has seen before, they have not."""

from __future__ import annotations

from app.protocol.frame_encoding import encode_frame
from app.sessions.worker_state import WorkerState


def show_whole_frame(worker: WorkerState) -> None:
    """Shows watchers what the client sees, with the points; the run is left as it is.

    Nothing is shown while programs for it are missing.
    """
    recalled, spec_id, running, request = worker.frames.describe_present()
    trainer = worker.trainer
    snapshot = recalled.snapshot if recalled is not None else trainer.shown_snapshot()
    if not trainer.is_ready(request, snapshot):
        return
    frame = trainer.show(snapshot, request)
    metadata = {
        **frame.metadata,
        "spec_id": str(spec_id),
        "running": "true" if running else "false",
        **({"recalled": str(recalled.id)} if recalled is not None else {}),
    }
    worker.frames.show(encode_frame(frame.arrays, metadata), whole=True)
