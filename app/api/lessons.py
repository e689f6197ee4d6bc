"""`POST /api/lessons`: a teacher's own lesson, read strictly; nothing of it is kept."""

from __future__ import annotations

import threading

from flask import Blueprint, Response, abort, jsonify, request

from app.api.sessions.requests import read_body
from app.lessons.errors import LessonError
from app.lessons.lesson import MAX_BYTES, read_lesson
from app.limits.client_shares import ClientShares
from app.web.allowed_origins import is_allowed
from app.web.clients import find_client
from app.web.settings import Settings

#: Lessons that are read at the same time, and how long one waits for its turn, in seconds.
_AT_ONCE, _PATIENCE = 1, 5.0
#: Bytes that one client has read in a minute: hundreds of lessons, since a class may share an
#: address. The longest takes up to a second of a core.
_BYTES_PER_MINUTE = 4 << 20


def make_lesson_reading_blueprint(settings: Settings) -> Blueprint:
    """Returns the blueprint of `/api/lessons`."""
    blueprint = Blueprint("lesson_reading", __name__)
    places = threading.BoundedSemaphore(_AT_ONCE)
    shares = ClientShares(_BYTES_PER_MINUTE)

    @blueprint.post("/api/lessons")
    def take_lesson() -> Response | tuple[Response, int]:
        if not is_allowed(request.origin, request.host, settings.allowed_origins):
            abort(403, "this origin may not send lessons")
        if (request.content_length or 0) > MAX_BYTES:
            raise LessonError(1, "size", most=MAX_BYTES >> 10)
        content = read_body()
        if wait := shares.charge(find_client(), len(content)):
            message = f"too many lessons from this address; try again in {wait} s"
            return jsonify(error={"code": "rate_limited", "message": message}), 429
        if not places.acquire(timeout=_PATIENCE):
            message = "other lessons are being read; try again in a moment"
            return jsonify(error={"code": "busy", "message": message}), 503
        try:
            response = jsonify(lesson=read_lesson(content).describe())
        finally:
            places.release()
        response.headers["Cache-Control"] = "no-store"
        return response

    @blueprint.errorhandler(LessonError)
    def refuse(error: LessonError) -> tuple[Response, int]:
        told = {"code": error.code, "line": error.line, "message": error.message}
        return jsonify(error={**told, "mistake": error.mistake, "values": error.values}), 400

    return blueprint
