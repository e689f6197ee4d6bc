"""`/metrics` and `/status`: for who runs the server."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from app.operation.access import OperatorAccess
from app.operation.formats import format_bytes, format_count, format_span
from app.operation.measurements import Measurements, list_versions
from app.pages.rendering import Renderer

#: How often a page that is open asks again, seconds.
REFRESH_SECONDS = 10


def make_operation_blueprint(
    read: Callable[[], Measurements],
    registry: CollectorRegistry,
    renderer: Renderer,
    access: OperatorAccess,
) -> Blueprint:
    """Returns the blueprint of `/metrics` and `/status`.

    Args:
        read: measures.
        registry: of the metrics.
        renderer: makes the page.
        access: who may read them.
    """
    blueprint = Blueprint("operation", __name__)

    @blueprint.before_request
    def refuse_others() -> Response | None:
        return access.refuse()

    @blueprint.after_request
    def keep_nowhere(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

    @blueprint.get("/metrics")
    def send_metrics() -> Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return Response(encode(registry), content_type=content_type)

    @blueprint.get("/status")
    def show_status() -> Response:
        now = read()
        accepted = request.accept_mimetypes
        best = accepted.best_match(["text/html", "application/json"], "text/html")
        if request.args.get("format") == "json" or best == "application/json":
            return jsonify(_describe(now))
        turns = now.host.turns.turns
        page = renderer.show(
            "status.html",
            now=now,
            host=now.host,
            turn_ms=1000 * turns.seconds / max(1, sum(turns.counts)),
            age=time.time() - now.host.checkpoints.saved_at
            if now.host.checkpoints and now.host.checkpoints.saved_at
            else None,
            versions=list_versions(),
            count=format_count,
            size=format_bytes,
            span=format_span,
        )
        page.headers["Refresh"] = str(REFRESH_SECONDS)
        return page

    return blueprint


def _describe(now: Measurements) -> dict[str, Any]:
    """The measurements as JSON, with the versions."""
    turns = now.host.turns.turns
    content = asdict(now)
    content["host"]["turns"]["turns"] = {"count": sum(turns.counts), "seconds": turns.seconds}
    return {"versions": list_versions(), **content}
