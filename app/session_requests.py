"""What the requests under `/api/sessions` have in common: bodies and refusals."""

from __future__ import annotations

import socket
from typing import Any

from flask import Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

#: How long a client may stay silent in the middle of a body.
BODY_SECONDS = 10.0

_STATUS = {
    "forbidden_origin": 403,
    "unknown_session": 404,
    "unknown_point": 404,
    "unknown_state": 404,
    "not_open": 409,
    "message_too_large": 413,
    "state_too_large": 413,
    "rate_limited": 429,
    "engine_error": 500,
    "session_limit": 503,
    "storage_full": 507,
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


def refuse_unknown() -> RefusedError:
    """Returns the refusal of a token that no session has."""
    return RefusedError("unknown_session", "there is no such session any more")


def answer(content: dict[str, Any]) -> Response:
    """Answers with a message of the stream; an error has the status that fits its code."""
    response = jsonify(content)
    if content["type"] == "error":
        response.status_code = _STATUS.get(content["code"], 400)
    return response


def make_download(name: str, content: bytes, mimetype: str) -> Response:
    """Answers with a file to save."""
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def find_socket() -> socket.socket:
    """Returns the socket that the request came on."""
    return request.environ.get("gunicorn.socket") or request.environ["werkzeug.socket"]


def read_body() -> bytes:
    """Reads the body; who stops in the middle of it does not keep the thread."""
    sock = find_socket()
    sock.settimeout(BODY_SECONDS)
    try:
        body = request.get_data()
    finally:
        sock.settimeout(None)
    if request.content_length is None and len(body) == request.max_content_length:
        # A chunked body is cut off there, silently.
        raise RequestEntityTooLarge
    return body
