"""`/api/sessions/TOKEN/model`: the trained model of a session, to keep and to bring back."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, Response, jsonify

from app.history import Change
from app.hosts import SessionHost
from app.session_requests import RefusedError, read_body, refuse_unknown
from app.sessions import Session
from engine import EngineError

logger = logging.getLogger(__name__)

#: A job waits for the turn that is running, and for those of others.
JOB_SECONDS = 20.0

T = TypeVar("T")


def add_model_routes(blueprint: Blueprint, host: SessionHost) -> None:
    """Adds download and upload of the model to the blueprint of `/api/sessions`."""

    @blueprint.get("/<token>/model")
    def send_model(token: str) -> Response:
        session = _find(host, token)

        def save() -> tuple[int, bytes]:
            return session.trainer.step, session.trainer.encode()

        step, content = _wait(session, save)
        response = Response(content, mimetype="application/octet-stream")
        name = f"livenet-step-{step}.safetensors"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    @blueprint.post("/<token>/model")
    def take_model(token: str) -> Response:
        session, content = _find(host, token), read_body()

        def load() -> int:
            before = session.trainer.snapshot()
            spec = session.trainer.take_over(content)
            session.history.note(before, Change(None, time.monotonic()))
            session.drop_steps()
            session.put_spec(spec)
            return session.spec_id

        return jsonify(id=_wait(session, load))


def _find(host: SessionHost, token: str) -> Session:
    session = host.get(token)
    if session is None:
        raise refuse_unknown()
    return session


def _wait(session: Session, job: Callable[[], T]) -> T:
    future = session.ask(job)
    if future is None:
        raise RefusedError("rate_limited", "too many requests for this session")
    try:
        return future.result(JOB_SECONDS)
    except EngineError as error:
        raise RefusedError("invalid_checkpoint", error.message, error.path) from None
    except TimeoutError:
        future.cancel()
        raise RefusedError("engine_error", "the session is busy; try again") from None
    except Exception:
        logger.exception("session %s: a request for its model failed", session.label)
        raise RefusedError("engine_error", "the model failed, nothing changed") from None
