"""`/api/schema`, `/api/presets`, `/api/datasets`, `/healthz` and `/readyz`."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from flask import Blueprint, Flask, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException

from app.pages.documents import Document
from app.web.request_bodies import Body
from engine import (
    DATASETS,
    PRESETS,
    TABLE_DATASETS,
    TASK_DATASETS,
    describe_axes,
    describe_search,
    describe_spec,
    describe_views,
    preview_points,
)

#: Asked again with the hash each time: the next version of the server may say otherwise.
_API_CACHE = "public, max-age=0, must-revalidate"


def make_api_blueprint(is_ready: Callable[[], bool]) -> Blueprint:
    """Returns the blueprint of `/api/...`, `/healthz` and `/readyz`.

    Args:
        is_ready: whether sessions find the first capacity compiled.
    """
    blueprint = Blueprint("api", __name__)

    @blueprint.get("/api/schema")
    def send_schema() -> Response:
        return _document(_describe).respond(request, _API_CACHE)

    @blueprint.get("/api/presets")
    def send_presets() -> Response:
        return _document(_list_presets).respond(request, _API_CACHE)

    @blueprint.get("/api/datasets")
    def send_datasets() -> Response:
        return _document(_picture_datasets).respond(request, _API_CACHE)

    @blueprint.get("/healthz")
    def tell_health() -> Response:
        return jsonify(status="alive")

    @blueprint.get("/readyz")
    def tell_ready() -> tuple[Response, int]:
        if is_ready():
            return jsonify(status="ready"), 200
        return jsonify(status="compiling"), 503

    return blueprint


@cache
def _document(make: Callable[[], Any]) -> Document:
    text = json.dumps(make(), separators=(",", ":"), allow_nan=False)
    return Document(text.encode(), "application/json")


def collect_answers() -> dict[str, Any]:
    """Returns the responses that a page requests at its start, by the last part of the URL."""
    return {
        "schema": _describe(),
        "presets": _list_presets(),
        "datasets": _picture_datasets(),
    }


def _describe() -> dict[str, Any]:
    """The spec's schema, the views of frames, and what sweeps and searches can vary beside it."""
    return {
        **describe_spec(),
        "views": describe_views(),
        "sweep_axes": describe_axes(),
        "search": describe_search(),
    }


def _list_presets() -> list[dict[str, Any]]:
    return [
        {"id": p.id, "title": p.title, "spec": p.spec}
        | ({"weights": p.weights} if p.weights else {})
        for p in PRESETS
    ]


def _picture_datasets() -> dict[str, Any]:
    tables = {name: DATASETS[name].task for name in TABLE_DATASETS}
    made = {name: task for task, names in TASK_DATASETS.items() for name in names}
    return {
        name: {"task": task, "points": preview_points(name).round(3).tolist()}
        for name, task in (made | tables).items()
    }


def add_error_answers(app: Flask) -> None:
    """Adds error handlers: JSON under /api, a line of text elsewhere, never a traceback."""

    @app.before_request
    def refuse_large() -> None:
        request.environ["wsgi.input"] = Body(request.environ["wsgi.input"])
        largest = app.config["MAX_CONTENT_LENGTH"]
        limit = app.config["BODY_LIMITS"].get(request.endpoint, largest)
        request.max_content_length = limit
        if (request.content_length or 0) > limit:
            abort(413)

    @app.errorhandler(HTTPException)
    def answer(error: HTTPException) -> Response:
        response = Response(status=error.code, headers=_kept_headers(error))
        if request.path.startswith("/api"):
            code = error.name.lower().replace(" ", "_")
            content = {"error": {"code": code, "message": error.description}}
            response.data = json.dumps(content)
            response.mimetype = "application/json"
        else:
            response.data = f"{error.code} {error.name}\n"
            response.mimetype = "text/plain"
        return response


def _kept_headers(error: HTTPException) -> dict[str, str]:
    return {k: v for k, v in error.get_headers() if k in ("Allow", "Location", "Retry-After")}
