"""`/api/sessions/TOKEN/model`: download and upload of a session's trained model."""

from __future__ import annotations

import time

from flask import Blueprint, Response, jsonify

from app.api.sessions.jobs import find_session, wait_for
from app.api.sessions.large_responses import charge_response
from app.api.sessions.requests import RefusedError, make_download, read_body
from app.history.undo import Change
from app.hosting.session_host import SessionHost
from app.sessions.navigation import record_change
from app.sessions.worker_state import WorkerState
from engine import EngineError, encode_checkpoint


def add_model_routes(blueprint: Blueprint, host: SessionHost) -> None:
    """Adds download and upload of the model to the blueprint of `/api/sessions`."""

    @blueprint.get("/<token>/model")
    def send_model(token: str) -> Response:
        session = find_session(host, token)

        # A snapshot never changes: its file is made here, while the session trains on.
        saved = wait_for(session, lambda worker: worker.trainer.snapshot(), "the model")
        content = encode_checkpoint(saved)
        name = f"livenet-step-{saved.step}.safetensors"
        download = make_download(name, content, "application/octet-stream")
        return charge_response(session.account, download)

    @blueprint.post("/<token>/model")
    def take_model(token: str) -> Response:
        session, content = find_session(host, token), read_body()

        def load(worker: WorkerState) -> int:
            before = worker.trainer.shown_snapshot()
            spec = worker.trainer.replace(saved)
            record_change(worker, before, Change(None, time.monotonic()), "model")
            worker.drop_steps()
            worker.put_spec(spec)
            return worker.spec_id

        try:
            saved = host.decode_model(content)
            return jsonify(id=wait_for(session, load, "the model"))
        except EngineError as error:
            raise RefusedError("invalid_checkpoint", error.message, error.path) from None
