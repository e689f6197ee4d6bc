"""Helpers of the requests under `/api/sessions`: reading bodies, error responses."""

from __future__ import annotations

import socket
from typing import Any

from flask import Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from app.protocol.errors import MessageError

_STATUS = {
    "forbidden_origin": 403,
    "unknown_session": 404,
    "unknown_point": 404,
    "unknown_state": 404,
    "unknown_surface": 404,
    "request_timeout": 408,
    "not_open": 409,
    "message_too_large": 413,
    "state_too_large": 413,
    "moved": 421,
    "rate_limited": 429,
    "storage_limited": 429,
    "engine_error": 500,
    "session_limit": 503,
    "storage_full": 507,
}


class RefusedError(Exception):
    """A request that is answered with an error message.

    Args:
        code: as in the stream.
        message: one sentence for a person.
        path: dotted place that is at fault, or "".
        retry_after: seconds after which it may work; 0 if waiting does not help.
    """

    def __init__(self, code: str, message: str, path: str = "", retry_after: int = 0) -> None:
        super().__init__(message)
        self.content: dict[str, Any] = {
            "type": "error", "code": code, "path": path, "message": message
        }  # fmt: skip
        if retry_after:
            self.content["retry_after"] = retry_after


def refuse_unknown() -> RefusedError:
    """Returns the error for a token that no session has."""
    return RefusedError("unknown_session", "there is no such session any more")


def refuse_message(error: MessageError) -> RefusedError:
    """Returns the HTTP error for a `MessageError` of the stream."""
    return RefusedError(error.code, error.message, error.path, error.retry_after)


def answer(content: dict[str, Any]) -> Response:
    """Answers with a message of the stream; an error has the status that fits its code."""
    response = jsonify(content)
    if content["type"] == "error":
        response.status_code = _STATUS.get(content["code"], 400)
        if "retry_after" in content:
            response.headers["Retry-After"] = str(content["retry_after"])
    elif content["type"] == "queued":
        response.status_code = 202
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
    """Reads the whole body before the server's deadline (408 if it is late)."""
    body = request.get_data()
    if request.content_length is None and len(body) == request.max_content_length:
        # A chunked body is cut off there, silently.
        raise RequestEntityTooLarge
    return body
