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
    registry: CollectorRegistry, access: OperatorAccess, show_status: Callable[[], Response]
) -> Blueprint:
    """Returns the blueprint of `/metrics` and `/status`.

    Args:
        registry: of the metrics.
        access: who may read them.
        show_status: makes the answer of `/status`.
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

    blueprint.add_url_rule("/status", "show_status", show_status)
    return blueprint


def show_status(read: Callable[[], Measurements], renderer: Renderer) -> Response:
    """Returns the status of a server as a page, or as JSON for who asks for that.

    Args:
        read: measures.
        renderer: makes the page.
    """
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


def _describe(now: Measurements) -> dict[str, Any]:
    """The measurements as JSON, with the versions."""
    turns = now.host.turns.turns
    content = asdict(now)
    content["host"]["turns"]["turns"] = {"count": sum(turns.counts), "seconds": turns.seconds}
    return {"versions": list_versions(), **content}
