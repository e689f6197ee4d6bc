"""`/api/sessions/...`: the stream for clients without WebSockets."""

from __future__ import annotations

import socket
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import MethodNotAllowed, RequestEntityTooLarge

from app.hosts import SessionHost
from app.http_streams import HttpStreams
from app.origins import is_allowed
from app.settings import Settings

#: How long a client may stay silent in the middle of a message.
BODY_SECONDS = 10.0

_STATUS = {
    "forbidden_origin": 403,
    "unknown_session": 404,
    "not_open": 409,
    "message_too_large": 413,
    "rate_limited": 429,
    "engine_error": 500,
    "session_limit": 503,
}


class RefusedError(Exception):
    """A request that is answered with an error.

    Args:
        code: as in the stream.
        message: one sentence for a person.
        path: dotted place that is at fault, or "".
    """

    def __init__(self, code: str, message: str, path: str = "") -> None:
        super().__init__(message)
        self.content = {"type": "error", "code": code, "path": path, "message": message}


def make_session_blueprint(
    host: SessionHost, streams: HttpStreams, settings: Settings
) -> Blueprint:
    """Returns the blueprint of `/api/sessions/...`."""
    blueprint = Blueprint("sessions", __name__, url_prefix="/api/sessions")

    @blueprint.before_request
    def check_origin() -> None:
        if not is_allowed(request.origin, request.host, settings.allowed_origins):
            raise RefusedError("forbidden_origin", "this origin may not open a stream")

    @blueprint.after_request
    def let_friends_read(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        if request.origin and is_allowed(request.origin, request.host, settings.allowed_origins):
            response.headers["Access-Control-Allow-Origin"] = request.origin
            response.headers["Access-Control-Allow-Headers"] = "Content-Type"
            response.headers["Vary"] = "Origin"
        return response

    @blueprint.errorhandler(RefusedError)
    def answer_refused(error: RefusedError) -> Response:
        return _answer(error.content)

    @blueprint.errorhandler(RequestEntityTooLarge)
    def answer_too_large(_: RequestEntityTooLarge) -> Response:
        limit = f"a request may have at most {settings.max_message_bytes} bytes"
        return _answer(RefusedError("message_too_large", limit).content)

    @blueprint.post("")
    def open_session() -> Response:
        answer = streams.open(_read_body())
        if answer is None:
            raise _too_many()
        return _answer(answer)

    @blueprint.get("/<token>/stream")
    def stream(token: str) -> Response:
        if request.method == "HEAD":
            raise MethodNotAllowed(["GET"])
        try:
            carried = streams.claim(token)
        except LookupError:
            raise _unknown() from None
        if carried is None:
            raise _too_many()
        response = Response(carried.send(_find_socket()), mimetype="application/octet-stream")
        # Proxies hold nothing back.
        response.headers["X-Accel-Buffering"] = "no"
        response.call_on_close(carried.end)
        return response

    @blueprint.post("/<token>/messages")
    def receive_messages(token: str) -> tuple[Response, int]:
        carried = streams.find(token)
        if carried is None:
            if host.get(token) is None:
                raise _unknown()
            raise RefusedError("not_open", "open the stream of this session first")
        return jsonify(accepted=carried.receive(_read_body())), 202

    return blueprint


def _find_socket() -> socket.socket:
    return request.environ.get("gunicorn.socket") or request.environ["werkzeug.socket"]


def _read_body() -> bytes:
    """Reads the body; who stops in the middle of it does not keep the thread."""
    sock = _find_socket()
    sock.settimeout(BODY_SECONDS)
    try:
        body = request.get_data()
    finally:
        sock.settimeout(None)
    if request.content_length is None and len(body) == request.max_content_length:
        # A chunked body is cut off there, silently.
        raise RequestEntityTooLarge
    return body


def _answer(content: dict[str, Any]) -> Response:
    response = jsonify(content)
    if content["type"] == "error":
        response.status_code = _STATUS.get(content["code"], 400)
    return response


def _unknown() -> RefusedError:
    return RefusedError("unknown_session", "there is no such session any more")


def _too_many() -> RefusedError:
    return RefusedError("session_limit", "too many connections; try again later")
