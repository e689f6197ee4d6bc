"""`POST /api/points`: points of one's own from CSV."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, request

from app.csv_points import read_points
from app.csv_text import CsvError
from app.origins import is_allowed
from app.session_requests import read_body
from app.settings import Settings
from engine import parse_spec


def make_points_blueprint(settings: Settings) -> Blueprint:
    """Returns the blueprint of `/api/points`."""
    blueprint = Blueprint("points", __name__)

    @blueprint.post("/api/points")
    def take_points() -> Response:
        if not is_allowed(request.origin, request.host, settings.allowed_origins):
            abort(403, "this origin may not send points")
        table = read_points(read_body(), fit=request.args.get("fit") == "1")
        # The engine has the last word on what it will train on.
        spec = parse_spec({"data": {"name": "points", "points": table.points}})
        response = jsonify(
            points=table.points,
            task=spec.task,
            classes=table.classes,
            header=table.header,
            delimiter=table.delimiter,
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    @blueprint.errorhandler(CsvError)
    def refuse(error: CsvError) -> tuple[Response, int]:
        content = {"code": "invalid_csv", "rule": error.rule, "message": str(error)}
        return jsonify(error={**content, **error.details}), 400

    return blueprint
