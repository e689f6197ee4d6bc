"""`POST /api/animations`: combines PNG frames into a GIF, WebP or animated PNG."""

from __future__ import annotations

import threading
from typing import get_args

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from app.files.animations import (
    MAX_FRAMES,
    MAX_MS,
    MIMETYPES,
    MIN_MS,
    AnimationError,
    Format,
    assemble,
)
from app.web.allowed_origins import is_allowed
from app.web.settings import Settings

MAX_BYTES = 48 << 20
#: Moving pictures that are made at the same time; they would hold up training.
AT_ONCE = 2


def make_animations_blueprint(settings: Settings) -> Blueprint:
    """Returns the blueprint of `/api/animations`."""
    blueprint = Blueprint("animations", __name__, url_prefix="/api/animations")
    places = threading.BoundedSemaphore(AT_ONCE)

    def refuse(code: str, message: str, status: int) -> tuple[Response, int]:
        return jsonify(error={"code": code, "message": message}), status

    @blueprint.post("")
    def make() -> Response | tuple[Response, int]:
        if not is_allowed(request.origin, request.host, settings.allowed_origins):
            return refuse("forbidden_origin", "this origin may not make animations", 403)
        kind, ms = request.args.get("format", "gif"), request.args.get("ms", "100")
        if kind not in get_args(Format):
            known = ", ".join(get_args(Format))
            return refuse("invalid_animation", f"format must be one of {known}", 400)
        if not (ms.isascii() and ms.isdigit() and MIN_MS <= int(ms[:9]) <= MAX_MS):
            return refuse("invalid_animation", f"ms must be {MIN_MS} to {MAX_MS}", 400)
        try:
            request.max_form_parts = MAX_FRAMES + 1
            files = request.files.getlist("frame")
        except RequestEntityTooLarge:
            limit = f"{MAX_FRAMES} frames of {MAX_BYTES} bytes in all are the most"
            return refuse("message_too_large", limit, 413)
        # Not before all has come: a place is for work, not for waiting.
        if not places.acquire(blocking=False):
            return refuse("busy", "other animations are being made; try again in a moment", 503)
        try:
            content = assemble([file.read() for file in files], kind, int(ms))  # type: ignore[arg-type]
        except AnimationError as error:
            return refuse("invalid_animation", str(error), 400)
        finally:
            places.release()
        return Response(content, mimetype=MIMETYPES[kind])  # type: ignore[index]

    return blueprint
