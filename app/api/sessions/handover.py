"""`/api/sessions/TOKEN/handover`: takes over the session of a server that has stopped."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from app.api.sessions.requests import RefusedError, read_body
from app.files.handover import HandoverError
from app.hosting.session_host import SessionHost, SessionLimitError
from engine import EngineError

#: Its bodies may be longer than others.
HANDOVER_ENDPOINT = "sessions.take_over"


def add_handover_routes(blueprint: Blueprint, host: SessionHost) -> None:
    """Adds the route that takes sessions over to the blueprint of `/api/sessions`."""

    @blueprint.post("/<token>/handover")
    def take_over(token: str) -> Response:
        try:
            host.take_over(token, read_body())
        except HandoverError as error:
            raise RefusedError("invalid_handover", str(error)) from None
        except EngineError as error:
            raise RefusedError("invalid_handover", error.message, error.path) from None
        except SessionLimitError as error:
            raise RefusedError("session_limit", str(error)) from None
        return jsonify(session=token)
