"""`POST /api/points`: custom points from CSV."""

from __future__ import annotations

import threading

from flask import Blueprint, Response, abort, jsonify, request

from app.api.sessions.requests import read_body
from app.files.csv_points import read_points
from app.files.csv_text import CsvError
from app.web.allowed_origins import is_allowed
from app.web.settings import Settings
from engine import parse_spec

#: Tables that are read at the same time; reading keeps a core busy.
_AT_ONCE = 1
#: How long a table waits for its turn, in seconds.
_PATIENCE = 5.0


def make_points_blueprint(settings: Settings) -> Blueprint:
    """Returns the blueprint of `/api/points`."""
    blueprint = Blueprint("points", __name__)
    places = threading.BoundedSemaphore(_AT_ONCE)

    @blueprint.post("/api/points")
    def take_points() -> Response | tuple[Response, int]:
        if not is_allowed(request.origin, request.host, settings.allowed_origins):
            abort(403, "this origin may not send points")
        # Whole before there is a place for it: nobody waits for who sends slowly.
        content = read_body()
        if not places.acquire(timeout=_PATIENCE):
            message = "other tables are being read; try again in a moment"
            return jsonify(error={"code": "busy", "message": message}), 503
        try:
            response = _answer(content, fit=request.args.get("fit") == "1")
        finally:
            places.release()
        response.headers["Cache-Control"] = "no-store"
        return response

    @blueprint.errorhandler(CsvError)
    def refuse(error: CsvError) -> tuple[Response, int]:
        content = {"code": "invalid_csv", "rule": error.rule, "message": str(error)}
        return jsonify(error={**content, **error.details}), 400

    return blueprint


def _answer(content: bytes, *, fit: bool) -> Response:
    table = read_points(content, fit=fit)
    # The engine has the last word on what it will train on.
    spec = parse_spec({"data": {"name": "points", "points": table.points}})
    return jsonify(
        points=table.points,
        task=spec.task,
        classes=table.classes,
        header=table.header,
        delimiter=table.delimiter,
    )
